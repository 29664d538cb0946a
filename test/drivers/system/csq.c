// Cancel-safe queue: insert, remove in order, cancel of a queued packet when its thread dies (reference: the IO_CSQ callbacks of wdm.h).
#include "system.h"
#if 0 // threads
code {
  static DWORD WINAPI Hang(LPVOID d) {
    DWORD got;
    DeviceIoControl((HANDLE)d, IOCTL_PEND, NULL, 0, NULL, 0, &got, NULL);
    return 0;
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  HANDLE t[2];
  DWORD got;
  t[0] = CreateThread(NULL, 0, Hang, d, 0, NULL);
  Sleep(20);
  t[1] = CreateThread(NULL, 0, Hang, d, 0, NULL);
  Sleep(20);
  TerminateThread(t[1], 0);
  WaitForSingleObject(t[1], INFINITE);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &got, NULL));
  EXPECT(WaitForSingleObject(t[0], 1000) == WAIT_OBJECT_0);
  CloseHandle(t[0]);
  CloseHandle(t[1]);
  CloseHandle(d);
}
#endif

static IO_CSQ g_Csq;
static LIST_ENTRY g_List;
static KSPIN_LOCK g_Lock;
static LONG g_Cancelled, g_Removed;

static VOID Insert(PIO_CSQ Csq, PIRP Irp) {
  CHECK(Csq == &g_Csq);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  InsertTailList(&g_List, &Irp->Tail.Overlay.ListEntry);
}
static VOID Remove(PIO_CSQ Csq, PIRP Irp) {
  UNREFERENCED_PARAMETER(Csq);
  RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}
static PIRP Peek(PIO_CSQ Csq, PIRP Irp, PVOID Context) {
  PLIST_ENTRY next = Irp == NULL ? g_List.Flink : Irp->Tail.Overlay.ListEntry.Flink;
  UNREFERENCED_PARAMETER(Csq);
  CHECK(Context == (PVOID)0x31);
  return next == &g_List ? NULL : CONTAINING_RECORD(next, IRP, Tail.Overlay.ListEntry);
}
_IRQL_raises_(DISPATCH_LEVEL) static VOID Acquire(PIO_CSQ Csq, PKIRQL Irql) {
  UNREFERENCED_PARAMETER(Csq);
  KeAcquireSpinLock(&g_Lock, Irql);
}
static VOID Release(PIO_CSQ Csq, KIRQL Irql) {
  UNREFERENCED_PARAMETER(Csq);
  KeReleaseSpinLock(&g_Lock, Irql);
}
static VOID Cancelled(PIO_CSQ Csq, PIRP Irp) {
  UNREFERENCED_PARAMETER(Csq);
  g_Cancelled++;
  CompleteIrp(Irp, STATUS_CANCELLED, 0);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIRP next;
  UNREFERENCED_PARAMETER(DeviceObject);
  if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode == IOCTL_PEND) {
    IoCsqInsertIrp(&g_Csq, Irp, NULL);
    return STATUS_PENDING;
  }
  while ((next = IoCsqRemoveNextIrp(&g_Csq, (PVOID)0x31)) != NULL) {
    g_Removed++;
    CompleteIrp(next, STATUS_SUCCESS, 0);
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Cancelled, 1);
  CHECK_EQ(g_Removed, 1);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  InitializeListHead(&g_List);
  KeInitializeSpinLock(&g_Lock);
  IoCsqInitialize(&g_Csq, Insert, Remove, Peek, Acquire, Release, Cancelled);
  DriverObject->DriverUnload = Unload;
  return MakeDevice(DriverObject, Control);
}
