// What a client of the counter device needs to know.
#pragma once

#define IOCTL_COUNTER_HIT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS)
