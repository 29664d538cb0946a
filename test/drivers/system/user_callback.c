// KeUserModeCallback (reference: callbacks.md 9 names it as a call into user mode): a system service calls a routine of the process' KernelCallbackTable and goes on with what
// NtCallbackReturn, or the routine's return, brings; nested; and from where there is no user mode to go to.
// case RAISED bugcheck 0x4A
// case REGION bugcheck 0x1
#include "system.h"
#if 0 // processes
program "C:\\Test\\no_table.exe" {
  #include "shared.h"
  thread main {
    HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD got;
    DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &got, NULL);
    printf("FAIL the program came back\n");
  }
}
#endif
#if 0 // threads
#include <winternl.h>
code {
  static HANDLE g_Device;
  static char g_Output[8] = "answer";
  static int g_Depth;
  static DWORD Ask(int code, int value) { // the answer of the driver's IOCTL
    DWORD got = 0;
    return DeviceIoControl(g_Device, code, &value, sizeof value, &value, sizeof value, &got, NULL) ? (DWORD)value : 0xFFFFFFFF;
  }
  static NTSTATUS Returns(PVOID Buffer, ULONG Length) {
    FACT("callbacks 9 KeUserModeCallback: the routine gets a copy of the input", Length == 6 && memcmp(Buffer, "hello", 6) == 0);
    FACT("callbacks 9 KeUserModeCallback: the copy lies in user memory", (ULONG_PTR)Buffer < 0x800000000000);
    *(char *)Buffer = 0; // and may be written
    Sleep(1);            // system calls, waits and other threads are as always
    return 0x1234;
  }
  static NTSTATUS Answers(PVOID Buffer, ULONG Length) {
    (void)Buffer; (void)Length;
    NtCallbackReturn(g_Output, sizeof g_Output, 0x4321);
    printf("FAIL NtCallbackReturn came back\n");
    return 0;
  }
  static NTSTATUS Nested(PVOID Buffer, ULONG Length) {
    int n = *(int *)Buffer;
    EXPECT(Length == sizeof n);
    g_Depth++;
    if (n > 0) EXPECT(Ask(IOCTL_PEND, n - 1) == (DWORD)(n - 1));
    return n;
  }
  static NTSTATUS Exits(PVOID Buffer, ULONG Length) {
    (void)Buffer; (void)Length;
    ExitThread(7);
    return 0;
  }
  static void *g_Table[] = { Returns, Answers, Nested, Exits };
  static DWORD WINAPI Exit(LPVOID p) { (void)p; Ask(IOCTL_RELEASE, 0); printf("FAIL the thread came back\n"); return 0; }
}
thread main {
  HANDLE t;
  DWORD got, code = 0;
  void *table = g_Table;
  g_Device = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  FACT_EQ("callbacks 9 NtCallbackReturn: STATUS_NO_CALLBACK_ACTIVE", NtCallbackReturn(NULL, 0, 0), (LONG)0xC0000258);
  EXPECT(DeviceIoControl(g_Device, IOCTL_BUFFERED, &table, sizeof table, NULL, 0, &got, NULL));
  EXPECT(Ask(IOCTL_PEND, 5) == 5);
  FACT_EQ("callbacks 9 KeUserModeCallback: callbacks inside of callbacks", g_Depth, 6);
  FACT_EQ("callbacks 9 NtCallbackReturn: none is active any more", NtCallbackReturn(NULL, 0, 0), (LONG)0xC0000258);
  t = CreateThread(NULL, 0, Exit, NULL, 0, NULL);
  FACT("callbacks 9 KeUserModeCallback: the thread may end in it", WaitForSingleObject(t, 1000) == WAIT_OBJECT_0 && GetExitCodeThread(t, &code) && code == 7);
  CloseHandle(t);
  t = StartProcess(L"C:\\Test\\no_table.exe", L"no_table");
  FACT("callbacks 9 KeUserModeCallback: without KernelCallbackTable the process ends in an access violation", WaitForSingleObject(t, 1000) == WAIT_OBJECT_0 && GetExitCodeProcess(t, &code) && code == 0xC0000005);
  CloseHandle(t);
  CloseHandle(g_Device);
}
#endif

static NTSTATUS Call(ULONG Api, PVOID Input, ULONG Length, PVOID *Output, PULONG Got) {
  PETHREAD thread = PsGetCurrentThread();
  KPROCESSOR_MODE mode = ExGetPreviousMode();
  NTSTATUS status = KeUserModeCallback(Api, Input, Length, Output, Got);
  CHECK(thread == PsGetCurrentThread() && mode == ExGetPreviousMode() && KeGetCurrentIrql() == PASSIVE_LEVEL);
  return status;
}

static VOID Simple(PVOID Table) {
  PVOID output = (PVOID)1;
  ULONG got = 1;
  CHAR input[6] = "hello";
  NTSTATUS status;
  *(PVOID *)((PUCHAR)PsGetProcessPeb(PsGetCurrentProcess()) + 0x58) = Table; // KernelCallbackTable
  status = Call(0, input, sizeof input, &output, &got);
  FACT_EQ("callbacks 9 KeUserModeCallback: the status that the routine returns", status, 0x1234);
  FACT("callbacks 9 KeUserModeCallback: without NtCallbackReturn there is no output", output == NULL && got == 0);
  FACT("callbacks 9 KeUserModeCallback: the input itself is not written", input[0] == 'h');
  FACT_EQ("callbacks 9 NtCallbackReturn: its status is the result", Call(1, NULL, 0, &output, &got), 0x4321);
  FACT("callbacks 9 NtCallbackReturn: its output stays in user memory", got == 8 && memcmp(output, "answer", 7) == 0);
  FACT_EQ("callbacks 9 KeUserModeCallback: more input than the user stack takes", Call(0, Table, 0x10000000, &output, &got), STATUS_STACK_OVERFLOW);
#ifdef CASE_RAISED
  {
    KIRQL irql;
    KeRaiseIrql(APC_LEVEL, &irql);
    EXPECT_STOP("bugchecks 6 0x4A: user mode at a raised IRQL", 0x4A, ANY, APC_LEVEL, 0, 0);
    KeUserModeCallback(0, input, sizeof input, &output, &got);
  }
#endif
#ifdef CASE_REGION
  KeEnterCriticalRegion();
  EXPECT_STOP("bugchecks 6 0x1: user mode inside a critical region", 0x1, ANY, 0, 0xFFFF, 0);
  KeUserModeCallback(0, input, sizeof input, &output, &got);
#endif
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG code = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode;
  PVOID output;
  ULONG got;
  NTSTATUS status;
  UNREFERENCED_PARAMETER(DeviceObject);
  if (code == IOCTL_BUFFERED) {
    Simple(*(PVOID *)Irp->AssociatedIrp.SystemBuffer);
    return CompleteIrp(Irp, STATUS_SUCCESS, 0);
  }
  if (code == IOCTL_PEND) {
    status = Call(2, Irp->AssociatedIrp.SystemBuffer, sizeof(ULONG), &output, &got);
    *(PULONG)Irp->AssociatedIrp.SystemBuffer = status;
    return CompleteIrp(Irp, STATUS_SUCCESS, sizeof(ULONG));
  }
  // the thread ends in the callback: what the driver holds then is never given back, so the request is completed before
  CompleteIrp(Irp, STATUS_SUCCESS, 0);
  Call(3, NULL, 0, &output, &got);
  CHECK(FALSE);
  return STATUS_SUCCESS;
}

TEST_ENTRY {
  PVOID output;
  ULONG got;
  BOOLEAN caught = FALSE;
  UNREFERENCED_PARAMETER(RegistryPath);
  KeLeaveCriticalRegion(); // a system thread starts in one
  __try {
    KeUserModeCallback(0, NULL, 0, &output, &got);
  } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION) {
    caught = TRUE;
  }
  KeEnterCriticalRegion();
  FACT("callbacks 9 KeUserModeCallback: a system thread has no user mode", caught);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
