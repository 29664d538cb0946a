// Silos: who is in which, context slots and contexts, monitors, hard references, the end (reference: ps-routines.md 5).
#include "system.h"

static LONG g_Created, g_Terminated, g_Cleaned, g_HostCreated;
static PESILO g_Last;
static UNICODE_STRING g_Component = RTL_CONSTANT_STRING(L"SiloTest");

static NTSTATUS OnCreate(PESILO Silo) {
  if (PsIsHostSilo(Silo)) g_HostCreated++;
  else { g_Created++; g_Last = Silo; }
  return STATUS_SUCCESS;
}
static VOID OnTerminate(PESILO Silo) { if (!PsIsHostSilo(Silo)) g_Terminated++; }
static VOID OnCleanup(PVOID Context) { UNREFERENCED_PARAMETER(Context); g_Cleaned++; }

static PESILO NewServerSilo(PHANDLE Job) {
  PESILO silo = NULL;
  PVOID object;
  CHECK_EQ(ZwCreateJobObject(Job, GENERIC_ALL, NULL), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(*Job, 0, *PsJobType, KernelMode, &object, NULL), STATUS_SUCCESS);
  FACT_EQ("ps-routines 5 PsGetJobSilo: JOB_NO_CONTAINER 0xC0000509 for an ordinary job", PsGetJobSilo((PEJOB)object, &silo), (NTSTATUS)0xC0000509);
  FACT("ps-routines 5 PsGetJobServerSilo: host silo if none", NT_SUCCESS(PsGetJobServerSilo((PEJOB)object, &silo)) && PsIsHostSilo(silo));
  CHECK_EQ(ZwSetInformationJobObject(*Job, 35, NULL, 0), STATUS_SUCCESS);
  FACT("ps-routines 5 PsGetJobSilo: first silo up the job chain, app or server", NT_SUCCESS(PsGetJobSilo((PEJOB)object, &silo)) && silo == (PESILO)object);
  FACT("ps-routines 5 PsGetEffectiveServerSilo of an application silo: the host", PsIsHostSilo(PsGetEffectiveServerSilo(silo)));
  CHECK_EQ(ZwSetInformationJobObject(*Job, 40, NULL, 0), STATUS_SUCCESS);
  FACT("ps-routines 5 PsGetEffectiveServerSilo of a server silo: itself", PsGetEffectiveServerSilo(silo) == silo);
  FACT("ps-routines 5 PsGetJobServerSilo of a server silo", NT_SUCCESS(PsGetJobServerSilo((PEJOB)object, &silo)) && silo == (PESILO)object);
  ObDereferenceObject(object);
  return silo;
}

static VOID Contexts(PESILO Silo) {
  ULONG slot = PS_INVALID_SILO_CONTEXT_SLOT, other = 0;
  PVOID a = NULL, b = NULL, got = NULL;
  HEADER("ps-routines 5 PS_INVALID_SILO_CONTEXT_SLOT", PS_INVALID_SILO_CONTEXT_SLOT == 0xFFFFFFFF);
  FACT("ps-routines 5 PsAllocSiloContextSlot: Reserved must be 0", !NT_SUCCESS(PsAllocSiloContextSlot(1, &slot)));
  FACT("ps-routines 5 PsAllocSiloContextSlot", NT_SUCCESS(PsAllocSiloContextSlot(0, &slot)) && slot != PS_INVALID_SILO_CONTEXT_SLOT);
  FACT("ps-routines 5 PsAllocSiloContextSlot: another slot", NT_SUCCESS(PsAllocSiloContextSlot(0, &other)) && other != slot);
  FACT_EQ("ps-routines 5 PsFreeSiloContextSlot SUCCESS", PsFreeSiloContextSlot(other), STATUS_SUCCESS);
  FACT_EQ("ps-routines 5 PsFreeSiloContextSlot INVALID_PARAMETER", PsFreeSiloContextSlot(PS_INVALID_SILO_CONTEXT_SLOT), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 5 PsCreateSiloContext INVALID_PARAMETER (pool type)", PsCreateSiloContext(Silo, 16, NonPagedPoolMustSucceed, OnCleanup, &a), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 5 PsCreateSiloContext NonPagedPoolNx", PsCreateSiloContext(Silo, 16, NonPagedPoolNx, OnCleanup, &a), STATUS_SUCCESS);
  FACT_EQ("ps-routines 5 PsCreateSiloContext PagedPool, cleanup optional", PsCreateSiloContext(Silo, 16, PagedPool, NULL, &b), STATUS_SUCCESS);
  FACT_EQ("ps-routines 5 PsGetSiloContext NOT_FOUND", PsGetSiloContext(Silo, slot, &got), STATUS_NOT_FOUND);
  FACT_EQ("ps-routines 5 PsGetSiloContext INVALID_PARAMETER", PsGetSiloContext(Silo, PS_INVALID_SILO_CONTEXT_SLOT, &got), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 5 PsRemoveSiloContext NOT_FOUND", PsRemoveSiloContext(Silo, slot, &got), STATUS_NOT_FOUND);
  FACT_EQ("ps-routines 5 PsMakeSiloContextPermanent INVALID_PARAMETER (no object)", PsMakeSiloContextPermanent(Silo, slot), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 5 PsMakeSiloContextPermanent NOT_FOUND (slot not allocated)", PsMakeSiloContextPermanent(Silo, other), STATUS_NOT_FOUND);
  FACT_EQ("ps-routines 5 PsInsertSiloContext SUCCESS", PsInsertSiloContext(Silo, slot, a), STATUS_SUCCESS);
  FACT_EQ("ps-routines 5 PsInsertSiloContext NOT_SUPPORTED (slot not empty)", PsInsertSiloContext(Silo, slot, b), STATUS_NOT_SUPPORTED);
  FACT("ps-routines 5 PsGetSiloContext SUCCESS", NT_SUCCESS(PsGetSiloContext(Silo, slot, &got)) && got == a);
  PsDereferenceSiloContext(got); // of the get
  PsDereferenceSiloContext(a);   // of the creation: the slot has its own
  FACT_EQ("ps-routines 5 PsInsertSiloContext references the context", g_Cleaned, 0);
  FACT_EQ("ps-routines 5 PsGetPermanentSiloContext NOT_SUPPORTED (slot not read-only)", PsGetPermanentSiloContext(Silo, slot, &got), STATUS_NOT_SUPPORTED);
  FACT("ps-routines 5 PsReplaceSiloContext: old context returned referenced", NT_SUCCESS(PsReplaceSiloContext(Silo, slot, b, &got)) && got == a && g_Cleaned == 0);
  {
    KIRQL irql;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    PsReferenceSiloContext(a);
    PsDereferenceSiloContext(a);
    KeLowerIrql(irql);
    FACT_EQ("ps-routines 5 PsReferenceSiloContext at DISPATCH_LEVEL", g_Cleaned, 0);
  }
  PsDereferenceSiloContext(a);
  FACT_EQ("ps-routines 5 PsDereferenceSiloContext: cleanup callback at zero", g_Cleaned, 1);
  FACT("ps-routines 5 PsRemoveSiloContext SUCCESS", NT_SUCCESS(PsRemoveSiloContext(Silo, slot, &got)) && got == b);
  PsDereferenceSiloContext(got);
  FACT_EQ("ps-routines 5 PsInsertPermanentSiloContext", PsInsertPermanentSiloContext(Silo, slot, b), STATUS_SUCCESS);
  PsDereferenceSiloContext(b);
  FACT_EQ("ps-routines 5 PsInsertPermanentSiloContext NOT_SUPPORTED", PsInsertPermanentSiloContext(Silo, slot, b), STATUS_NOT_SUPPORTED);
  FACT_EQ("ps-routines 5 PsReplaceSiloContext NOT_SUPPORTED (read-only)", PsReplaceSiloContext(Silo, slot, NULL, &got), STATUS_NOT_SUPPORTED);
  FACT_EQ("ps-routines 5 PsRemoveSiloContext NOT_SUPPORTED (read-only)", PsRemoveSiloContext(Silo, slot, &got), STATUS_NOT_SUPPORTED);
  {
    KIRQL irql;
    NTSTATUS status;
    got = NULL;
    KeRaiseIrql(HIGH_LEVEL, &irql);
    status = PsGetPermanentSiloContext(Silo, slot, &got);
    KeLowerIrql(irql);
    FACT("ps-routines 5 PsGetPermanentSiloContext up to HIGH_LEVEL, no reference added", NT_SUCCESS(status) && got == b);
  }
  FACT_EQ("ps-routines 5 PsMakeSiloContextPermanent", PsMakeSiloContextPermanent(Silo, slot), STATUS_SUCCESS);
}

TEST_ENTRY {
  SILO_MONITOR_REGISTRATION r = { 0 };
  PSILO_MONITOR monitor = NULL;
  PESILO silo, host = PsGetHostSilo(), previous, inner;
  HANDLE job;
  PVOID context = NULL, got = NULL;
  ULONG slot;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  // the host
  FACT("ps-routines 5 PsIsHostSilo of PsGetHostSilo", PsIsHostSilo(host));
  FACT("ps-routines 5 PsGetCurrentSilo: the thread's silo", PsGetCurrentSilo() == host);
  FACT("ps-routines 5 PsGetCurrentServerSilo: host silo if none", PsGetCurrentServerSilo() == host);
  FACT("ps-routines 5 PsIsCurrentThreadInServerSilo: not in the host", !PsIsCurrentThreadInServerSilo());
  FACT("ps-routines 5 PsGetEffectiveServerSilo never fails", PsGetEffectiveServerSilo(host) == host);
  FACT_EQ("ps-routines 5 PsGetJobSilo INVALID_PARAMETER (NULL job)", PsGetJobSilo(NULL, &silo), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 5 PsGetJobServerSilo INVALID_PARAMETER", PsGetJobServerSilo(NULL, &silo), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 5 PsGetServerSiloServiceSessionId of the host", PsGetServerSiloServiceSessionId(host), 0);
  CHECK_EQ(PsGetServerSiloActiveConsoleId(host), 1);
  CHECK(PsGetThreadServerSilo(PsGetCurrentThread()) == host);
  CHECK(PsGetCurrentServerSiloName() != NULL);
  // registration
  HEADER("ps-routines 5 SILO_MONITOR_REGISTRATION_VERSION", SILO_MONITOR_REGISTRATION_VERSION == 1);
  r.ComponentName = &g_Component;
  r.CreateCallback = OnCreate;
  r.TerminateCallback = OnTerminate;
  FACT_EQ("ps-routines 5 PsRegisterSiloMonitor INVALID_PARAMETER (bad version)", PsRegisterSiloMonitor(&r, &monitor), STATUS_INVALID_PARAMETER);
  r.Version = SILO_MONITOR_REGISTRATION_VERSION;
  r.ComponentName = NULL;
  FACT_EQ("ps-routines 5 PsRegisterSiloMonitor INVALID_PARAMETER (missing name)", PsRegisterSiloMonitor(&r, &monitor), STATUS_INVALID_PARAMETER);
  r.ComponentName = &g_Component;
  r.TerminateCallback = NULL;
  FACT_EQ("ps-routines 5 PsRegisterSiloMonitor INVALID_PARAMETER (missing terminate callback)", PsRegisterSiloMonitor(&r, &monitor), STATUS_INVALID_PARAMETER);
  r.TerminateCallback = OnTerminate;
  r.MonitorHost = TRUE;
  FACT_EQ("ps-routines 5 PsRegisterSiloMonitor SUCCESS", PsRegisterSiloMonitor(&r, &monitor), STATUS_SUCCESS);
  slot = PsGetSiloMonitorContextSlot(monitor);
  FACT("ps-routines 5 PsGetSiloMonitorContextSlot", slot != PS_INVALID_SILO_CONTEXT_SLOT);
  FACT("ps-routines 5 PsStartSiloMonitor begins notifications, not before", g_HostCreated == 0);
  FACT_EQ("ps-routines 5 PsStartSiloMonitor SUCCESS", PsStartSiloMonitor(monitor), STATUS_SUCCESS);
  FACT_EQ("ps-routines 5 MonitorHost: create callback for the host", g_HostCreated, 1);
  // a silo
  silo = NewServerSilo(&job);
  FACT("ps-routines 5 create callback for a new server silo", g_Created == 1 && g_Last == silo);
  FACT("ps-routines 5 PsIsHostSilo of another silo", !PsIsHostSilo(silo));
  FACT("ps-routines 5 PsGetServerSiloServiceSessionId of a silo is its own", PsGetServerSiloServiceSessionId(silo) != PsGetServerSiloServiceSessionId(host));
  FACT("ps-routines 5 PsGetServerSiloActiveConsoleId of a silo", PsGetServerSiloActiveConsoleId(silo) != PsGetServerSiloActiveConsoleId(host));
  FACT("ps-routines 5 PsGetSiloContainerId", RtlCompareMemory(PsGetSiloContainerId(silo), PsGetSiloContainerId(host), sizeof(GUID)) != sizeof(GUID));
  CHECK(PsGetParentSilo((PEJOB)silo) == NULL);
  {
    PSILO_MONITOR late;
    r.MonitorHost = FALSE;
    CHECK_EQ(PsRegisterSiloMonitor(&r, &late), STATUS_SUCCESS);
    FACT_EQ("ps-routines 5 PsStartSiloMonitor NOT_SUPPORTED (existing silo found but not allowed)", PsStartSiloMonitor(late), STATUS_NOT_SUPPORTED);
    PsUnregisterSiloMonitor(late);
    r.MonitorExistingSilos = TRUE;
    CHECK_EQ(PsRegisterSiloMonitor(&r, &late), STATUS_SUCCESS);
    FACT("ps-routines 5 MonitorExistingSilos: create callback for silos that exist", NT_SUCCESS(PsStartSiloMonitor(late)) && g_Created == 2);
    PsUnregisterSiloMonitor(late);
    CHECK_EQ(g_Terminated, 1);
  }
  // attached
  previous = PsAttachSiloToCurrentThread(silo);
  FACT("ps-routines 5 PsAttachSiloToCurrentThread: PsGetCurrentSilo is the attached one", PsGetCurrentSilo() == silo);
  FACT("ps-routines 5 PsGetCurrentServerSilo: effective server silo", PsGetCurrentServerSilo() == silo);
  FACT("ps-routines 5 PsIsCurrentThreadInServerSilo", PsIsCurrentThreadInServerSilo());
  FACT("ps-routines 5 PsGetThreadServerSilo", PsGetThreadServerSilo(PsGetCurrentThread()) == silo);
  FACT_EQ("ps-routines 5 PsRegisterSiloMonitor PRIVILEGE_NOT_HELD (called inside a silo)", PsRegisterSiloMonitor(&r, &monitor), STATUS_PRIVILEGE_NOT_HELD);
  inner = PsAttachSiloToCurrentThread(host);
  FACT("ps-routines 5 PsAttachSiloToCurrentThread returns the previous silo", inner == silo && PsGetCurrentSilo() == host);
  PsDetachSiloFromCurrentThread(inner);
  FACT("ps-routines 5 PsDetachSiloFromCurrentThread: back in the previous silo", PsGetCurrentSilo() == silo);
  PsDetachSiloFromCurrentThread(previous);
  FACT("ps-routines 5 PsDetachSiloFromCurrentThread: until detach", PsGetCurrentSilo() == host && !PsIsCurrentThreadInServerSilo());
  Contexts(silo);
  // a context in the monitor's slot goes with the silo
  CHECK_EQ(PsCreateSiloContext(silo, 8, NonPagedPoolNx, OnCleanup, &context), STATUS_SUCCESS);
  CHECK_EQ(PsInsertSiloContext(silo, slot, context), STATUS_SUCCESS);
  PsDereferenceSiloContext(context);
  // the end
  FACT_EQ("ps-routines 5 PsAcquireSiloHardReference", PsAcquireSiloHardReference(silo), STATUS_SUCCESS);
  PsTerminateServerSilo(silo, STATUS_SUCCESS);
  FACT("ps-routines 5 PsTerminateServerSilo returns to the caller; PsAcquireSiloHardReference keeps the silo from terminating", g_Terminated == 1 && NT_SUCCESS(PsGetSiloContext(silo, slot, &got)));
  PsDereferenceSiloContext(got);
  FACT("ps-routines 5 PsAcquireSiloHardReference fails when the silo is terminating", !NT_SUCCESS(PsAcquireSiloHardReference(silo)));
  PsReleaseSiloHardReference(silo);
  FACT_EQ("ps-routines 5 PsReleaseSiloHardReference: now it terminates, terminate callback", g_Terminated, 2);
  FACT_EQ("ps-routines 5 the silo's contexts go with it", g_Cleaned, 2);
  ZwClose(job);
  PsUnregisterSiloMonitor(monitor);
  return RESULT();
}
