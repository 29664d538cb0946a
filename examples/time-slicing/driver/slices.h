// What a client of the slices device needs to know.
#pragma once

#define IOCTL_SLICES_WORK CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

// Who works; the input of the request.
typedef enum _SLICE_THREAD { SliceEven, SliceOdd, SlicePatient, SliceQuick } SLICE_THREAD;
