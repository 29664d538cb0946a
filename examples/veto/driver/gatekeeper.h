// gatekeeper: a driver that refuses processes by the name of their program.
#pragma once
#include <ntddk.h>

#define GATEKEEPER_TAG 'peKG'

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD GatekeeperUnload;

// callback.c
VOID GatekeeperProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo);
extern volatile LONG g_Started;         // processes that were reported as created, refused ones too
extern volatile LONG g_Ended;           // processes that were reported as ended
extern volatile LONG g_Refused;

// policy.c: the list of names. It is read once, before the callback is registered, and never changes: the callback needs no lock and no registry.
NTSTATUS GatekeeperLoadPolicy(_In_ PUNICODE_STRING RegistryPath);
BOOLEAN GatekeeperIsBlocked(_In_ PCUNICODE_STRING ImageFileName);
VOID GatekeeperFreePolicy(VOID);
