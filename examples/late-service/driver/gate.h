// gate: a driver that wants a service in user mode to decide which programs may start. Shared with the service.
#pragma once

#ifndef CTL_CODE
#define CTL_CODE(type, function, method, access) (((type) << 16) | ((access) << 14) | ((function) << 2) | (method))
#endif
#define IOCTL_GATE_NEXT CTL_CODE(0x22, 0x800, 0, 1)     // out: GATE_EVENT; the driver completes it when there is one: the inverted call
#define IOCTL_GATE_ANSWER CTL_CODE(0x22, 0x801, 0, 2)   // in: GATE_ANSWER (the driver that asks)
#define IOCTL_GATE_POLICY CTL_CODE(0x22, 0x802, 0, 2)   // in: the WCHARs of a program's file name (the driver that does not ask)

typedef struct _GATE_EVENT {
    unsigned long ProcessId;
    unsigned long Refused;
} GATE_EVENT;

typedef struct _GATE_ANSWER {
    unsigned long ProcessId;
    unsigned long Allow;
} GATE_ANSWER;
