// Attaching to another process: its user memory is seen, nested attaches come back in order.
#include "system.h"
#if 0 // threads
code {
  static volatile LONG g_Word = 0x51515151;
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  volatile LONG *address = &g_Word;
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &address, sizeof address, NULL, 0, &got, NULL));
  EXPECT(g_Word == 0x62626262);
  CloseHandle(d);
}
#endif

static KEVENT g_Done;
static PEPROCESS g_Process;
static PLONG g_Address;

static VOID Other(PVOID Context) {
  KAPC_STATE a, b, c;
  LONG seen = 0;
  UNREFERENCED_PARAMETER(Context);
  CHECK(PsGetCurrentProcess() == PsInitialSystemProcess);
  KeStackAttachProcess(g_Process, &a);
  CHECK(PsGetCurrentProcess() == g_Process);
  CHECK(PsGetCurrentProcessId() == (HANDLE)4); // the thread's own process
  CHECK(IoThreadToProcess(PsGetCurrentThread()) == PsInitialSystemProcess);
  __try {
    seen = *g_Address;
    *g_Address = 0x62626262;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    CHECK(FALSE);
  }
  CHECK_EQ(seen, 0x51515151);
  KeStackAttachProcess(PsInitialSystemProcess, &b);
  CHECK(PsGetCurrentProcess() == PsInitialSystemProcess);
  KeStackAttachProcess(g_Process, &c);
  CHECK(PsGetCurrentProcess() == g_Process);
  KeUnstackDetachProcess(&c);
  KeUnstackDetachProcess(&b);
  CHECK(PsGetCurrentProcess() == g_Process);
  KeUnstackDetachProcess(&a);
  CHECK(PsGetCurrentProcess() == PsInitialSystemProcess);
  seen = 0;
  __try {
    seen = *g_Address;
    CHECK(FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    seen = 1;
  }
  CHECK_EQ(seen, 1);
  KeSetEvent(&g_Done, 0, FALSE);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE h;
  OBJECT_ATTRIBUTES oa;
  UNREFERENCED_PARAMETER(DeviceObject);
  g_Process = PsGetCurrentProcess();
  g_Address = *(PLONG *)Irp->AssociatedIrp.SystemBuffer;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Other, NULL), STATUS_SUCCESS);
  ZwClose(h);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  DriverObject->DriverUnload = Unload;
  return MakeDevice(DriverObject, Control);
}
