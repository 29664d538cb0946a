// Shared by fail-driver1-bus.c and the scenarios: send a request of this major function to the device of fail_driver1.
#pragma once
#define IOCTL_SEND CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
