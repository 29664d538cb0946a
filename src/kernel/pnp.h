// Private structures of Plug and Play as far as it is simulated (io/device-node.ts).
#pragma once

// A device that the Plug and Play manager knows: what makes a device object a physical one (PDO).
typedef struct _DEVICE_NODE {
    PDEVICE_OBJECT PhysicalDeviceObject;
    UNICODE_STRING InstancePath; // ROOT\name\0000, the path below Enum
    UNICODE_STRING ServiceName;
    ULONG InterfaceType; // INTERFACE_TYPE, -1 when it is not known
    ULONG BusNumber; // -1 when it is not known
} DEVICE_NODE;
