// Everything a driver can forget: the report at unload names each with its kind and place.
// expect leak PsSetCreateProcessNotifyRoutine(Legacy)
// expect leak PsSetCreateThreadNotifyRoutine(Thread)
// expect leak PsSetLoadImageNotifyRoutine(Image)
// expect leak CmRegisterCallback(Registry)
// expect leak ObRegisterCallbacks(Pre)
// expect leak device object \Device\Test was not deleted
// expect leak symbolic link \GLOBAL??\Gone
// expect leak 100 bytes of pool, tag 'Leak', allocated at DriverEntry
// expect leak IRP allocated at DriverEntry
// expect leak timer with the DPC Dpc
// expect leak system thread
// expect leak work item
#include "system.h"

static VOID Legacy(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Thread(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Image(PUNICODE_STRING n, HANDLE p, PIMAGE_INFO i) { UNREFERENCED_PARAMETER(n); UNREFERENCED_PARAMETER(p); UNREFERENCED_PARAMETER(i); }
static NTSTATUS Registry(PVOID a, PVOID b, PVOID c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); return STATUS_SUCCESS; }
static OB_PREOP_CALLBACK_STATUS Pre(PVOID c, POB_PRE_OPERATION_INFORMATION i) { UNREFERENCED_PARAMETER(c); UNREFERENCED_PARAMETER(i); return OB_PREOP_SUCCESS; }
static VOID Dpc(PKDPC d, PVOID a, PVOID b, PVOID c) { UNREFERENCED_PARAMETER(d); UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static KEVENT g_Hangs;
static VOID Hang(PVOID c) {
  UNREFERENCED_PARAMETER(c);
  KeSetEvent(&g_Hangs, 0, FALSE);
  SleepMs(1000000);
}

static LARGE_INTEGER g_Cookie;
static PVOID g_Handle;
static KTIMER g_Timer;
static KDPC g_Dpc;

TEST_ENTRY {
  UNICODE_STRING gone = RTL_CONSTANT_STRING(L"\\??\\Gone"), nothing = RTL_CONSTANT_STRING(L"\\Device\\Nothing");
  OB_CALLBACK_REGISTRATION r = {0};
  OB_OPERATION_REGISTRATION o = {0};
  LARGE_INTEGER due = {.QuadPart = -10000000000LL};
  HANDLE h;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  PsSetCreateProcessNotifyRoutine(Legacy, FALSE);
  PsSetCreateThreadNotifyRoutine(Thread);
  PsSetLoadImageNotifyRoutine(Image);
  CmRegisterCallback(Registry, NULL, &g_Cookie);
  o.ObjectType = PsProcessType;
  o.Operations = OB_OPERATION_HANDLE_CREATE;
  o.PreOperation = Pre;
  r.Version = OB_FLT_REGISTRATION_VERSION;
  r.OperationRegistrationCount = 1;
  RtlInitUnicodeString(&r.Altitude, L"5");
  r.OperationRegistration = &o;
  CHECK_EQ(ObRegisterCallbacks(&r, &g_Handle), STATUS_SUCCESS);
  IoCreateDevice(DriverObject, 0, (PUNICODE_STRING)&g_DeviceName, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Device);
  IoCreateSymbolicLink(&gone, &nothing);
  CHECK(ExAllocatePoolWithTag(NonPagedPool, 100, 'kaeL') != NULL);
  CHECK(IoAllocateIrp(1, FALSE) != NULL);
  KeInitializeTimer(&g_Timer);
  KeInitializeDpc(&g_Dpc, Dpc, NULL);
  KeSetTimer(&g_Timer, due, &g_Dpc);
  KeInitializeEvent(&g_Hangs, NotificationEvent, FALSE);
  PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Hang, NULL);
  ZwClose(h);
  KeWaitForSingleObject(&g_Hangs, Executive, KernelMode, FALSE, NULL);
  SleepMs(5); // it sleeps: a thread that comes back to a driver that is gone would be another mistake
  CHECK(IoAllocateWorkItem(g_Device) != NULL);
  return STATUS_SUCCESS;
}
