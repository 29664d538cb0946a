// What a client of the watch list device needs to know.
#pragma once

// The process that sends it is put on the list, or taken off.
#define IOCTL_WATCHLIST_ADD    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_WATCHLIST_REMOVE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_NEITHER, FILE_ANY_ACCESS)
