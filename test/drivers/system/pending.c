// Pending packets: the caller waits, another thread or a work item completes; a dying thread's packets are cancelled; cleanup and close come in order.
#include "system.h"
#if 0 // threads
code {
  static DWORD WINAPI Hang(LPVOID d) {
    DWORD got;
    DeviceIoControl((HANDLE)d, IOCTL_PEND, NULL, 0, NULL, 0, &got, NULL);
    printf("FAIL the thread came back\n");
    return 0;
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(d != INVALID_HANDLE_VALUE);
  EXPECT(WriteFile(d, "12345", 5, &got, NULL) && got == 5); // completed by a work item
  HANDLE t = CreateThread(NULL, 0, Hang, d, 0, NULL);
  Sleep(20);
  EXPECT(TerminateThread(t, 9));
  EXPECT(WaitForSingleObject(t, 1000) == WAIT_OBJECT_0);
  CloseHandle(t);
  CloseHandle(d);
}
thread second at 1ms {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_PEND, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
thread third at 60ms {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static LIST_ENTRY g_List;
static KSPIN_LOCK g_Lock;
static LONG g_Cancelled, g_Cleanups, g_Closes;

static VOID Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  KIRQL irql;
  UNREFERENCED_PARAMETER(DeviceObject);
  IoReleaseCancelSpinLock(Irp->CancelIrql);
  KeAcquireSpinLock(&g_Lock, &irql);
  RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
  KeReleaseSpinLock(&g_Lock, irql);
  InterlockedIncrement(&g_Cancelled);
  CompleteIrp(Irp, STATUS_CANCELLED, 0);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  KIRQL irql;
  UNREFERENCED_PARAMETER(DeviceObject);
  if (s->Parameters.DeviceIoControl.IoControlCode == IOCTL_PEND) {
    IoMarkIrpPending(Irp);
    KeAcquireSpinLock(&g_Lock, &irql);
    InsertTailList(&g_List, &Irp->Tail.Overlay.ListEntry);
    IoSetCancelRoutine(Irp, Cancel);
    KeReleaseSpinLock(&g_Lock, irql);
    return STATUS_PENDING;
  }
  for (;;) {
    PIRP next = NULL;
    KeAcquireSpinLock(&g_Lock, &irql);
    if (!IsListEmpty(&g_List)) {
      next = CONTAINING_RECORD(RemoveHeadList(&g_List), IRP, Tail.Overlay.ListEntry);
      if (IoSetCancelRoutine(next, NULL) == NULL) {
        InitializeListHead(&next->Tail.Overlay.ListEntry); // its cancel routine completes it
        KeReleaseSpinLock(&g_Lock, irql);
        continue;
      }
    }
    KeReleaseSpinLock(&g_Lock, irql);
    if (next == NULL) break;
    CompleteIrp(next, STATUS_SUCCESS, 0);
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID FinishWrite(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  PIRP irp = Context;
  PIO_WORKITEM item = irp->Tail.Overlay.DriverContext[0];
  CHECK(DeviceObject == g_Device && PsGetCurrentProcessId() == (HANDLE)4);
  CompleteIrp(irp, STATUS_SUCCESS, IoGetCurrentIrpStackLocation(irp)->Parameters.Write.Length);
  IoFreeWorkItem(item);
}

static NTSTATUS Write(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  CHECK(memcmp(Irp->AssociatedIrp.SystemBuffer, "12345", 5) == 0);
  IoMarkIrpPending(Irp);
  Irp->Tail.Overlay.DriverContext[0] = IoAllocateWorkItem(DeviceObject);
  IoQueueWorkItem(Irp->Tail.Overlay.DriverContext[0], FinishWrite, DelayedWorkQueue, Irp);
  return STATUS_PENDING;
}

static NTSTATUS Cleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  InterlockedIncrement(&g_Cleanups);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS Close(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK(InterlockedIncrement(&g_Closes) <= g_Cleanups);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Cancelled, 1);
  CHECK_EQ(g_Cleanups, 3);
  CHECK_EQ(g_Closes, 3);
  CHECK(IsListEmpty(&g_List));
  DropDevice();
}

TEST_ENTRY {
  NTSTATUS status;
  UNREFERENCED_PARAMETER(RegistryPath);
  InitializeListHead(&g_List);
  KeInitializeSpinLock(&g_Lock);
  DriverObject->DriverUnload = Unload;
  status = MakeDevice(DriverObject, Control);
  g_Device->Flags |= DO_BUFFERED_IO;
  DriverObject->MajorFunction[IRP_MJ_WRITE] = Write;
  DriverObject->MajorFunction[IRP_MJ_CLEANUP] = Cleanup;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = Close;
  return status;
}
