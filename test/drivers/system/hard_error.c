// Hard errors (documentation of IoRaiseHardError, IoRaiseInformationalHardError, IoSetThreadHardErrorMode): a message in the thread whose request failed, and the
// request that completes when it has been answered. Nobody is there to press Retry.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  FACT("documentation IoRaiseHardError: the request of the user fails with its status", !DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL) && GetLastError() == ERROR_NOT_READY);
  FACT("documentation IoRaiseHardError: hard errors disabled, the request completes at once", !DeviceIoControl(d, IOCTL_IN_DIRECT, NULL, 0, NULL, 0, &got, NULL) && GetLastError() == ERROR_NOT_READY);
  CloseHandle(d);
}
#endif

static LONG g_Done;
static PETHREAD g_In;
static KIRQL g_Irql;
static KEVENT g_Event, g_Stop;

static NTSTATUS Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject); UNREFERENCED_PARAMETER(Irp); UNREFERENCED_PARAMETER(Context);
  g_In = PsGetCurrentThread();
  g_Irql = KeGetCurrentIrql();
  g_Done++;
  KeSetEvent(&g_Event, IO_NO_INCREMENT, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

// A packet that a lower driver has failed, as the driver above it sees it.
static PIRP Failed(PETHREAD Thread) {
  PIRP irp = IoAllocateIrp(2, FALSE);
  irp->Tail.Overlay.Thread = Thread;
  IoSetNextIrpStackLocation(irp);
  IoSetCompletionRoutine(irp, Completed, NULL, TRUE, TRUE, TRUE);
  IoSetNextIrpStackLocation(irp);
  irp->IoStatus.Status = STATUS_DEVICE_NOT_READY;
  irp->IoStatus.Information = 17;
  g_Done = 0;
  g_In = NULL;
  return irp;
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG code = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode;
  Irp->IoStatus.Status = STATUS_DEVICE_NOT_READY;
  Irp->IoStatus.Information = 0;
  IoMarkIrpPending(Irp);
  if (code == IOCTL_IN_DIRECT) {
    FACT_EQ("documentation IoSetThreadHardErrorMode: enabled at first", IoSetThreadHardErrorMode(FALSE), TRUE);
    IoRaiseHardError(Irp, NULL, DeviceObject);
    FACT_EQ("documentation IoSetThreadHardErrorMode: the mode before", IoSetThreadHardErrorMode(TRUE), FALSE);
  } else
    IoRaiseHardError(Irp, NULL, DeviceObject);
  return STATUS_PENDING;
}

static VOID Waits(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeLeaveCriticalRegion(); // a system thread starts in one
  KeWaitForSingleObject(&g_Stop, Executive, KernelMode, FALSE, NULL);
  KeEnterCriticalRegion();
}

static BOOLEAN Inform(PCWSTR Text, PETHREAD Thread) {
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, Text);
  return IoRaiseInformationalHardError(STATUS_DISK_CORRUPT_ERROR, &string, (PKTHREAD)Thread);
}

static VOID Requests(PDEVICE_OBJECT Device) {
  PETHREAD thread;
  PIRP irp;
  VPB vpb = {IO_TYPE_VPB, sizeof vpb, VPB_MOUNTED, 8};
  memcpy(vpb.VolumeLabel, L"DATA", 8);
  irp = Failed(PsGetCurrentThread());
  KeEnterCriticalRegion();
  IoRaiseHardError(irp, &vpb, Device);
  FACT_EQ("documentation IoRaiseHardError: a kernel APC, which waits for the end of the critical region", g_Done, 0);
  KeLeaveCriticalRegion();
  FACT("documentation IoRaiseHardError: the request completes after the message", g_Done == 1 && g_In == PsGetCurrentThread() && g_Irql == PASSIVE_LEVEL);
  FACT("documentation IoRaiseHardError: the status stays", irp->IoStatus.Status == STATUS_DEVICE_NOT_READY);
  IoFreeIrp(irp);

  irp = Failed(PsGetCurrentThread());
  irp->Flags |= IRP_INPUT_OPERATION;
  IoSetThreadHardErrorMode(FALSE);
  IoRaiseHardError(irp, NULL, Device);
  FACT_EQ("documentation IoRaiseHardError: disabled, IoCompleteRequest at once", g_Done, 1);
  FACT_EQ("documentation IoRaiseHardError: nothing is copied from the buffer of a failed input operation", irp->IoStatus.Information, 0);
  FACT_EQ("documentation IoRaiseInformationalHardError: FALSE, disabled for the current thread", Inform(L"off", NULL), FALSE);
  FACT_EQ("documentation IoRaiseInformationalHardError: FALSE, disabled for the thread", Inform(L"off", PsGetCurrentThread()), FALSE);
  IoSetThreadHardErrorMode(TRUE);
  IoFreeIrp(irp);

  // of another thread: shown there
  KeClearEvent(&g_Event);
  thread = StartThread(Waits, NULL);
  irp = Failed(thread);
  IoRaiseHardError(irp, NULL, Device);
  KeWaitForSingleObject(&g_Event, Executive, KernelMode, FALSE, NULL);
  FACT("documentation IoRaiseHardError: in the context of the thread of the IRP", g_In == thread);
  IoFreeIrp(irp);
  KeSetEvent(&g_Stop, IO_NO_INCREMENT, FALSE);
  KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);

  // a thread that has ended takes no APC any more
  irp = Failed(thread);
  IoRaiseHardError(irp, NULL, Device);
  FACT("documentation IoRaiseHardError: no APC can be queued, the request completes in the caller", g_Done == 1 && g_In == PsGetCurrentThread());
  FACT_EQ("documentation IoRaiseInformationalHardError: FALSE, nothing can be queued", Inform(L"gone", thread), FALSE);
  IoFreeIrp(irp);
  ObDereferenceObject(thread);
}

static VOID Messages(VOID) {
  static WCHAR text[] = L"message A";
  LONG i, n;
  FACT_EQ("documentation IoRaiseInformationalHardError: TRUE, queued", Inform(L"for nobody", NULL), TRUE);
  SleepMs(5); // its worker has shown it
  FACT_EQ("documentation IoRaiseInformationalHardError: the same again, after it was shown", Inform(L"for nobody", NULL), TRUE);
  SleepMs(5);
  KeEnterCriticalRegion();
  FACT_EQ("documentation IoRaiseInformationalHardError: TRUE, pending in the thread", Inform(text, PsGetCurrentThread()), TRUE);
  FACT_EQ("documentation IoRaiseInformationalHardError: FALSE, an equivalent one is pending", Inform(text, PsGetCurrentThread()), FALSE);
  for (i = n = 0; i < 60; i++) {
    text[8]++;
    n += Inform(text, PsGetCurrentThread());
  }
  FACT("documentation IoRaiseInformationalHardError: FALSE, too many are pending", n < 60 && n > 0);
  CHECK_EQ(n, 24);
  KeLeaveCriticalRegion();
  FACT_EQ("documentation IoRaiseInformationalHardError: TRUE, they have been shown", Inform(text, PsGetCurrentThread()), TRUE);
  FACT_EQ("documentation IoRaiseInformationalHardError: String may be missing", IoRaiseInformationalHardError(STATUS_DISK_FULL, NULL, NULL), TRUE);
}

static VOID Work(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  Requests(DeviceObject);
  Messages();
  KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
}

TEST_ENTRY {
  NTSTATUS status;
  KEVENT done;
  PIO_WORKITEM item;
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Event, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Stop, NotificationEvent, FALSE);
  DriverObject->DriverUnload = UnloadDevice;
  status = MakeDevice(DriverObject, Control);
  if (!NT_SUCCESS(status)) return status;
  // in a worker thread: DriverEntry runs with normal kernel APCs disabled
  item = IoAllocateWorkItem(g_Device);
  IoQueueWorkItem(item, Work, DelayedWorkQueue, &done);
  KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
  IoFreeWorkItem(item);
  return STATUS_SUCCESS;
}
