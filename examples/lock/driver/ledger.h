// What a client of the ledger device needs to know.
#pragma once

// Input: a LONG, the amount.
#define IOCTL_LEDGER_DEPOSIT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
// Input: a LEDGER_LIMITS; Low <= High.
#define IOCTL_LEDGER_SET_LIMITS CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)

typedef struct _LEDGER_LIMITS {
    long Low;
    long High;
} LEDGER_LIMITS;
