// What a client of the places device needs to know.
#pragma once

#define IOCTL_PLACES_ENTER CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS)
