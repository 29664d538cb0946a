// PEB, TEB, process parameters and loader lists of a Win32 process as a driver reads them: in its context, attached, with faults (ps-routines 3, 6, 10).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  ULONG_PTR in[3];
  static volatile LONG word = 0x31313131;
  SetLastError(0x77);
  in[0] = (ULONG_PTR)&word;
  in[1] = (ULONG_PTR)GetModuleHandleW(L"ntdll.dll");
  in[2] = (ULONG_PTR)GetModuleHandleW(NULL);
  FACT("documentation the loader lists name the modules", in[1] != 0 && GetModuleHandleW(L"kernel32") != NULL && GetModuleHandleW(L"nothing.dll") == NULL);
  SetLastError(0x77);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, in, sizeof in, NULL, 0, &got, NULL));
  FACT_EQ("ps-routines 6 a driver that is attached writes the process' memory", word, 0x32323232);
  CloseHandle(d);
}
#endif

static PULONG_PTR g_In;
static PEPROCESS g_Process;
static PUCHAR g_Teb;

static BOOLEAN Is(PVOID Text, PCWSTR Wanted) {
  UNICODE_STRING wanted;
  RtlInitUnicodeString(&wanted, Wanted);
  return RtlEqualUnicodeString((PUNICODE_STRING)Text, &wanted, TRUE);
}

// Walks a list of the loader and answers how many modules it has.
static ULONG Walk(PUCHAR Ldr, ULONG List, PVOID *Second) {
  PLIST_ENTRY head = (PLIST_ENTRY)(Ldr + List), e;
  ULONG n = 0;
  for (e = head->Flink; e != head && n < 16; e = e->Flink) {
    n++;
    if (n == 2 && Second != NULL) *Second = *(PVOID *)((PUCHAR)e + 0x30); // DllBase in load order
    CHECK(e->Blink->Flink == e);
  }
  return n;
}

static VOID Read(PUCHAR Peb) {
  PUCHAR parameters = *(PUCHAR *)(Peb + 0x20), ldr = *(PUCHAR *)(Peb + 0x18), first = (PUCHAR)((PLIST_ENTRY)(ldr + 0x10))->Flink;
  PVOID second = NULL;
  FACT("documentation PEB.ImageBaseAddress", *(PVOID *)(Peb + 0x10) == (PVOID)g_In[2] && *(PVOID *)(Peb + 0x10) == PsGetProcessSectionBaseAddress(g_Process));
  FACT("documentation PEB.BeingDebugged: FALSE", Peb[2] == 0);
  FACT("documentation PEB.SessionId", *(PULONG)(Peb + 0x2C0) == 1);
  FACT("documentation PEB versions and processors", *(PULONG)(Peb + 0x118) == 10 && *(PUSHORT)(Peb + 0x120) == 22621 && *(PULONG)(Peb + 0xB8) == KeQueryActiveProcessorCount(NULL));
  FACT("documentation ProcessParameters.ImagePathName", Is(parameters + 0x60, L"C:\\Test\\main.exe"));
  FACT("documentation ProcessParameters.CommandLine", Is(parameters + 0x70, L"main.exe -x"));
  FACT("documentation ProcessParameters.CurrentDirectory", Is(parameters + 0x38, L"C:\\Test\\"));
  FACT_EQ("documentation Ldr.InLoadOrderModuleList: exe, ntdll, kernel32, KernelBase", Walk(ldr, 0x10, &second), 4);
  FACT("documentation Ldr: ntdll comes second in load order", second == (PVOID)g_In[1]);
  FACT_EQ("documentation Ldr.InMemoryOrderModuleList", Walk(ldr, 0x20, NULL), 4);
  FACT_EQ("documentation Ldr.InInitializationOrderModuleList: without the executable", Walk(ldr, 0x30, NULL), 3);
  FACT("documentation LDR_DATA_TABLE_ENTRY: base, size and names", *(PVOID *)(first + 0x30) == (PVOID)g_In[2] && *(PULONG)(first + 0x40) > 0 && Is(first + 0x48, L"C:\\Test\\main.exe") && Is(first + 0x58, L"main.exe"));
}

static NTSTATUS Touch(PVOID Address) {
  __try {
    *(volatile UCHAR *)Address;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}

static NTSTATUS Probe(PVOID Address, SIZE_T Size, ULONG Alignment, BOOLEAN Write) {
  __try {
    if (Write) ProbeForWrite(Address, Size, Alignment);
    else ProbeForRead(Address, Size, Alignment);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}

static VOID Attached(PVOID Context) {
  KAPC_STATE state;
  UNREFERENCED_PARAMETER(Context);
  FACT_EQ("ps-routines 6 user addresses of another process fault when not attached", Touch((PVOID)g_In[0]), STATUS_ACCESS_VIOLATION);
  KeStackAttachProcess((PRKPROCESS)g_Process, &state);
  FACT("ps-routines 3 IoGetCurrentProcess: the attached process", PsGetCurrentProcess() == g_Process);
  FACT("ps-routines 3 PsGetCurrentProcessId: PID of the thread's own process also while attached", PsGetCurrentProcessId() == (HANDLE)4);
  FACT("ps-routines 3 PsGetCurrentThreadTeb: NULL while attached", PsGetCurrentThreadTeb() == NULL);
  __try {
    Read(PsGetProcessPeb(g_Process));
    *(volatile LONG *)g_In[0] = 0x32323232;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    CHECK(FALSE);
  }
  FACT_EQ("ps-routines 6 an address that is not mapped raises an access violation", Touch((PVOID)8), STATUS_ACCESS_VIOLATION);
  KeUnstackDetachProcess(&state);
  FACT("ps-routines 6 KeUnstackDetachProcess: restores", PsGetCurrentProcess() == PsInitialSystemProcess);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  KAPC_STATE state;
  UNREFERENCED_PARAMETER(DeviceObject);
  g_In = Irp->AssociatedIrp.SystemBuffer;
  g_Process = PsGetCurrentProcess();
  g_Teb = PsGetCurrentThreadTeb();
  __try {
    FACT("documentation TEB.Self", *(PVOID *)(g_Teb + 0x30) == g_Teb);
    FACT("documentation TEB.ClientId", *(HANDLE *)(g_Teb + 0x40) == PsGetCurrentProcessId() && *(HANDLE *)(g_Teb + 0x48) == PsGetCurrentThreadId());
    FACT("documentation TEB.ProcessEnvironmentBlock", *(PVOID *)(g_Teb + 0x60) == (PVOID)PsGetProcessPeb(g_Process));
    FACT_EQ("documentation TEB.LastErrorValue", *(PULONG)(g_Teb + 0x68), 0x77);
    FACT("documentation TEB.StackBase and StackLimit", *(PULONG_PTR)(g_Teb + 8) > *(PULONG_PTR)(g_Teb + 0x10));
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    CHECK(FALSE);
  }
  FACT_EQ("ps-routines 7 ProbeForRead: a kernel address is an access violation", Probe(&g_In, 8, 1, FALSE), STATUS_ACCESS_VIOLATION);
  FACT_EQ("ps-routines 7 ProbeForRead: misaligned", Probe((PVOID)(g_In[0] + 1), 4, 4, FALSE), STATUS_DATATYPE_MISALIGNMENT);
  FACT_EQ("ps-routines 7 ProbeForRead: no length is never wrong", Probe((PVOID)1, 0, 4, FALSE), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ProbeForWrite: user memory", Probe((PVOID)g_In[0], 4, 4, TRUE), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ProbeForWrite: memory that is not there", Probe((PVOID)0x10, 4, 4, TRUE), STATUS_ACCESS_VIOLATION);
  KeStackAttachProcess((PRKPROCESS)PsInitialSystemProcess, &state);
  FACT("ps-routines 6 TEB unavailable while attached", PsGetCurrentThreadTeb() == NULL && PsGetThreadTeb(PsGetCurrentThread()) == g_Teb);
  KeUnstackDetachProcess(&state);
  FACT("ps-routines 6 the TEB again after detaching", PsGetCurrentThreadTeb() == g_Teb);
  Join(StartThread(Attached, NULL));
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
