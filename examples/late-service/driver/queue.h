// The device of gate and its queue of requests that wait for an event (queue.c).
#pragma once
#include <ntddk.h>
#include "gate.h"

// Makes \Device\Gate. Control gets all device control requests but IOCTL_GATE_NEXT.
NTSTATUS GateCreateDevice(_In_ PDRIVER_OBJECT DriverObject, _In_ PDRIVER_DISPATCH Control);
VOID GateDeleteDevice(_In_ PDRIVER_OBJECT DriverObject);
NTSTATUS GateComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status, _In_ ULONG_PTR Information);

// Hands an event to a request that waits; without one it is kept until the service asks again. Does not wait.
VOID GateTell(_In_ const GATE_EVENT *Event);
