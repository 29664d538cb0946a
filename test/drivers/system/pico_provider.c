// A pico provider over the whole interface (reference: subsystem-processes.md 4): registration, system calls, fork and exec with its own CreateProcess and
// CreateThread, contexts, suspending, exceptions of both chances, exits, access masks, image names, user stacks.
// boot-start
// variant
// variant choice pico-thread-start suspended
#include "system.h"
#include <pico.h>
#if 0 // threads
code { NTSTATUS NtQueryObject(HANDLE Handle, ULONG Class, PVOID Buffer, ULONG Length, PULONG Returned); }
thread main {
  HANDLE init, h;
  DWORD pid = 0, code = 0, n;
  ULONG type = 99;
  init = StartProcess(L"/init", L"/init --first");
  EXPECT(init != NULL);
  pid = GetProcessId(init);
  // the provider says what others may have of pico processes
  h = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
  FACT("subsystem-processes 2 Access: what the provider's OpenProcess mask holds is granted", h != NULL);
  n = 0;
  FACT_EQ("subsystem-processes 2 Subsystem query, process: 1 WSL", NtQueryInformationProcess(h, 75, &type, 4, &n), 0);
  FACT_EQ("subsystem-processes 2 SUBSYSTEM_INFORMATION_TYPE SubsystemInformationTypeWSL = 1", type, 1);
  FACT_EQ("subsystem-processes 2 Subsystem query: returned length 4", n, 4);
  CloseHandle(h);
  h = OpenProcess(PROCESS_VM_READ, FALSE, pid);
  FACT("subsystem-processes 2 Access: OpenProcess limited to the mask given by the provider", h == NULL && GetLastError() == 5);
  h = OpenProcess(MAXIMUM_ALLOWED, FALSE, pid);
  FACT("subsystem-processes 4 OpenProcess(AllowedAccess): maximum access to pico processes", h != NULL);
  {
    ULONG info[14] = { 0 };
    EXPECT(NtQueryObject(h, 0, info, sizeof(info), &n) == 0);
    FACT_EQ("subsystem-processes 4 OpenProcess(AllowedAccess): MAXIMUM_ALLOWED gives the mask", info[1], PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE);
  }
  CloseHandle(h);
  {
    // the mask for threads; the first thread's ID follows the process' in this quiet system
    HANDLE t = NULL;
    for (n = pid; n < pid + 64 && t == NULL; n += 4) t = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, n);
    FACT("subsystem-processes 2 Access: what the provider's OpenThread mask holds is granted", t != NULL);
    FACT_EQ("subsystem-processes 2 Subsystem query, thread: same type", NtQueryInformationThread(t, 45, &type, 4, &n), 0);
    FACT_EQ("subsystem-processes 2 Subsystem query, thread: WSL", type, 1);
    FACT("subsystem-processes 2 Access: OpenThread limited to the mask given by the provider",
         OpenThread(THREAD_SUSPEND_RESUME, FALSE, GetThreadId(t)) == NULL && GetLastError() == 5);
    CloseHandle(t);
  }
  WaitForSingleObject(init, INFINITE);
  GetExitCodeProcess(init, &code);
  FACT_EQ("subsystem-processes 4 TerminateProcess of the provider's table ends the process with its status", code, 5);
  CloseHandle(init);

  // somebody asks NT to terminate a pico process: the provider is asked
  init = StartProcess(L"/sleeper", L"/sleeper");
  Sleep(20);
  FACT("subsystem-processes 2 Terminate: works when access allowed", TerminateProcess(init, 77));
  WaitForSingleObject(init, INFINITE);
  GetExitCodeProcess(init, &code);
  FACT_EQ("subsystem-processes 4 TerminateProcess(PEPROCESS, NTSTATUS): the status that NT was given", code, 77);
  CloseHandle(init);
  // nothing handles its exception
  init = StartProcess(L"/faults", L"/faults");
  WaitForSingleObject(init, INFINITE);
  GetExitCodeProcess(init, &code);
  FACT_EQ("subsystem-processes 5 6: DispatchException FALSE, the kernel terminates the process", code, 0xC0000005);
  CloseHandle(init);
}
#endif
#if 0 // processes
process "/nobody" subsystem wsl { thread main { } }
program "/init" subsystem wsl {
  #include "linux_check.h"
  code {
    int g_Global = 1;
    volatile int g_Signals;
    static void OnSignal(int number) { g_Signals += number; }
  }
  thread main {
    int local = 3;
    long long r;
    volatile char *page;
    r = syscall(2000, 1, 2, 3, 4, 5, 6);
    FACT_EQ("subsystem-processes 4 DispatchSystemCall: result written to TrapFrame->Rax", r, 0x123456789ll);
    r = fork();
    if (r == 0) {
      FACT("subsystem-processes 4 CLONE_PARENT: the child has a copy of the parent's memory", local == 3 && g_Global == 1);
      local++;
      g_Global++;
      FACT("subsystem-processes 4 CLONE_PARENT: it goes on with its own stack", local == 4 && syscall(2005) == 0);
      r = exec("/bin/ls", "ls", "-l");
      CHECK(r == 0);
    }
    FACT("subsystem-processes 4 CLONE_PARENT = fork: the parent has the child's PID", r > 0);
    syscall(2001, r);
    FACT("subsystem-processes 4 CLONE_PARENT: copy-on-write, the parent's memory is its own", local == 3 && g_Global == 1);
    page = (volatile char *)syscall(2002);
    *page = 7;
    FACT("subsystem-processes 4 DispatchException: TRUE = handled, the thread goes on where it was", *page == 7);
    syscall(2003, OnSignal);
    FACT_EQ("subsystem-processes 2 signals delivered by provider: another Rip in the trap frame", g_Signals, 11);
    FACT("subsystem-processes 4 SetContextThreadInternal: Rax of a thread in a system call", syscall(2004) == 0x77);
    syscall(SYS_exit_group, 5);
  }
}
program "/bin/ls" subsystem wsl { thread main { syscall(2006); } }
program "/sleeper" subsystem wsl { thread main { for (;;) syscall(2007); } }
program "/faults" subsystem wsl { thread main { *(volatile int *)8 = 1; } }
#endif

static PS_PICO_ROUTINES g_Pico = { sizeof(PS_PICO_ROUTINES) };
static ULONG_PTR g_Context = 0x1000;
static LONG g_ExitThreads, g_ExitProcesses, g_Dispatched, g_Chance1, g_Chance2, g_Asked, g_Walks, g_Names, g_Creates, g_Exits, g_ThreadCreates, g_ThreadExits;
static KEVENT g_ChildEnded, g_ChildMayGo;
static HANDLE g_Init, g_Fork, g_Exec, g_ForkThread;
static ULONG_PTR g_SavedRip, g_SavedRsp;
static UNICODE_STRING g_LsPath = RTL_CONSTANT_STRING(L"/bin/ls");
static UNICODE_STRING g_LsCommand = { 9 * sizeof(WCHAR) - sizeof(WCHAR), 9 * sizeof(WCHAR), L"ls\0-l\0aa" };
static PFILE_OBJECT g_File;

static BOOLEAN IsPico(PEPROCESS Process) { return PsGetProcessPeb(Process) == NULL && g_Pico.GetProcessContext != NULL && Process != PsInitialSystemProcess; }

// ---------------------------------------------------------------- what a driver sees of a pico process, in its own context
static VOID LookAtProcess(VOID) {
  PEPROCESS process = PsGetCurrentProcess();
  ULONG type = 99, length = 0, i;
  PROCESS_BASIC_INFORMATION basic = { 0 };
  PROCESS_EXTENDED_BASIC_INFORMATION extended = { 0 };
  UCHAR buffer[256];
  KAPC_STATE apc;
  FACT("subsystem-processes 2 PsGetProcessPeb is NULL", PsGetProcessPeb(process) == NULL);
  FACT("subsystem-processes 2 PsGetCurrentThreadTeb is NULL", PsGetCurrentThreadTeb() == NULL);
  FACT("subsystem-processes 2 PsGetProcessWow64Process is NULL", PsGetProcessWow64Process(process) == NULL);
  FACT_EQ("subsystem-processes 2 ProcessSubsystemInformation 75", ZwQueryInformationProcess(NtCurrentProcess(), ProcessSubsystemInformation, &type, 4, &length), STATUS_SUCCESS);
  FACT_EQ("subsystem-processes 2 1 WSL", type, SubsystemInformationTypeWSL);
  FACT_EQ("subsystem-processes 2 ProcessSubsystemInformation length 4", length, 4);
  for (i = 0; i <= 8; i++)
    if (i != 4) CHECK_EQ(ZwQueryInformationProcess(NtCurrentProcess(), ProcessSubsystemInformation, buffer, i, NULL), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("subsystem-processes 2 Buffer size must be 4", ZwQueryInformationProcess(NtCurrentProcess(), ProcessSubsystemInformation, buffer, 8, NULL), STATUS_INFO_LENGTH_MISMATCH);
  type = 99;
  FACT_EQ("subsystem-processes 2 ThreadSubsystemInformation 45", ZwQueryInformationThread(NtCurrentThread(), ThreadSubsystemInformation, &type, 4, NULL), STATUS_SUCCESS);
  FACT_EQ("subsystem-processes 2 ThreadSubsystemInformation same type", type, SubsystemInformationTypeWSL);
  FACT_EQ("subsystem-processes 2 ThreadSubsystemInformation size must be 4", ZwQueryInformationThread(NtCurrentThread(), ThreadSubsystemInformation, buffer, 8, NULL), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ZwQueryInformationProcess(NtCurrentProcess(), ProcessBasicInformation, &basic, sizeof(basic), NULL), STATUS_SUCCESS);
  FACT("subsystem-processes 2 PebBaseAddress = NULL", basic.PebBaseAddress == NULL);
  extended.Size = sizeof(extended);
  CHECK_EQ(ZwQueryInformationProcess(NtCurrentProcess(), ProcessBasicInformation, &extended, sizeof(extended), NULL), STATUS_SUCCESS);
  FACT("subsystem-processes 2 Flags bit 8 IsSubsystemProcess", (extended.Flags & 0x100) != 0 && extended.IsSubsystemProcess);
  FACT("subsystem-processes 2 Flags bits 0 to 3 are clear", (extended.Flags & 0xF) == 0);
  FACT("subsystem-processes 2 ProcessImageFileName: the provider's GetAllocatedProcessImageName", NT_SUCCESS(ZwQueryInformationProcess(NtCurrentProcess(), ProcessImageFileName, buffer, sizeof(buffer), &length)) && g_Names == 1);
  FACT("subsystem-processes 2 ProcessImageFileName is the path NT knows for the ELF file", RtlCompareMemory(((PUNICODE_STRING)buffer)->Buffer, L"\\Device\\Lx\\init", 30) == 30);
  FACT("subsystem-processes 2 ProcessCommandLineInformation: not available for pico", !NT_SUCCESS(ZwQueryInformationProcess(NtCurrentProcess(), ProcessCommandLineInformation, buffer, sizeof(buffer), &length)));
  FACT("subsystem-processes 2 PsGetProcessImageFileName: Linux base name", strcmp(PsGetProcessImageFileName(process), "init") == 0);
  FACT("subsystem-processes 2 Object types: ordinary Process and Thread objects", ObGetObjectType(process) == *PsProcessType && ObGetObjectType(PsGetCurrentThread()) == *PsThreadType);
  FACT("subsystem-processes 2 NT PIDs are of the same ID space", ((ULONG_PTR)PsGetCurrentProcessId() & 3) == 0 && PsGetProcessId(process) == PsGetCurrentProcessId());
  FACT("subsystem-processes 2 PsGetProcessSectionBaseAddress: no image", PsGetProcessSectionBaseAddress(process) == NULL);
  FACT("subsystem-processes 1 the process is no system process, its thread no system thread", process != PsInitialSystemProcess && !PsIsSystemThread(PsGetCurrentThread()));
  KeStackAttachProcess(PsInitialSystemProcess, &apc);
  KeUnstackDetachProcess(&apc);
  FACT("subsystem-processes 2 Attach works", PsGetCurrentProcess() == process);
}

static VOID LookAtSystemCall(PKTRAP_FRAME Trap) {
  PVOID frames[4] = { 0 };
  FACT("subsystem-processes 4 DispatchSystemCall at PASSIVE_LEVEL", KeGetCurrentIrql() == PASSIVE_LEVEL);
  FACT("subsystem-processes 4 x64 number in Rax", Trap->Rax == 2000);
  FACT("subsystem-processes 4 arguments Rdi, Rsi, Rdx, R10, R8, R9",
       Trap->Rdi == 1 && Trap->Rsi == 2 && Trap->Rdx == 3 && Trap->R10 == 4 && Trap->R8 == 5 && Trap->R9 == 6);
  CHECK(ExGetPreviousMode() == UserMode && Trap->PreviousMode == UserMode);
  CHECK(Trap->SegCs == 0x33 && Trap->SegSs == 0x2B && (Trap->EFlags & 0x200));
  CHECK(Trap->Rip != 0 && Trap->Rip < (ULONG_PTR)MmUserProbeAddress && Trap->Rsp < (ULONG_PTR)MmUserProbeAddress && Trap->Rsp != 0);
  CHECK(Trap->Rcx == Trap->Rip && Trap->R11 == Trap->EFlags); // the syscall instruction
  CHECK(((ULONG_PTR)Trap & 15) == 0);
  FACT("subsystem-processes 5 5: user APC rules of NT, no region is entered", !KeAreApcsDisabled() && !KeAreAllApcsDisabled());
  FACT_EQ("subsystem-processes 4 WalkUserStack: frames written", RtlWalkFrameChain(frames, 4, 1), 2);
  FACT("subsystem-processes 2 stack walking via provider WalkUserStack", g_Walks == 1 && frames[0] == (PVOID)Trap->Rip && frames[1] == (PVOID)0x1234);
  g_Pico.SetThreadDescriptorBase(PicoThreadDescriptorTypeGs, 0x55550000);
  FACT_EQ("subsystem-processes 4 SetThreadDescriptorBase Gs 1", Trap->GsBase, 0x55550000);
  g_Pico.SetThreadDescriptorBase(PicoThreadDescriptorTypeFs, 0x66660000);
  FACT_EQ("subsystem-processes 4 SetThreadDescriptorBase Fs 0 leaves Gs", Trap->GsBase, 0x55550000);
  LookAtProcess();
}

// ---------------------------------------------------------------- fork and exec
static LONGLONG Fork(PKTRAP_FRAME Trap) {
  PS_PICO_PROCESS_ATTRIBUTES process = { 0 };
  PS_PICO_THREAD_ATTRIBUTES thread = { 0 };
  HANDLE hProcess = NULL, hThread = NULL;
  PEPROCESS child;
  PETHREAD first;
  CONTEXT context = { 0 };
  NTSTATUS status;
  LONG before = g_Creates;
  ULONG previous = 99;
  process.Flags = 0x1000;
  FACT("subsystem-processes 4 CreateProcess: unknown flags", g_Pico.CreateProcess(&process, NULL, &hProcess) == STATUS_INVALID_PARAMETER && hProcess == NULL);
  process.Context = (PVOID)(g_Context += 0x10);
  process.Flags = PS_PICO_CREATE_PROCESS_CLONE_PARENT | PS_PICO_CREATE_PROCESS_INHERIT_HANDLES;
  status = g_Pico.CreateProcess(&process, NULL, &hProcess);
  FACT("subsystem-processes 4 CreateProcess", NT_SUCCESS(status) && hProcess != NULL);
  CHECK_EQ(ObReferenceObjectByHandle(hProcess, 0, *PsProcessType, KernelMode, (PVOID *)&child, NULL), STATUS_SUCCESS);
  FACT("subsystem-processes 4 GetProcessContext", g_Pico.GetProcessContext(child) == (PVOID)g_Context);
  FACT("subsystem-processes 5 3: callbacks come with the first thread", g_Creates == before);
  FACT("subsystem-processes 2 fork: new NT process object", PsGetProcessId(child) != PsGetCurrentProcessId());
  g_Fork = PsGetProcessId(child);
  thread.Process = hProcess;
  thread.StartRoutine = Trap->Rip;
  thread.UserStack = Trap->Rsp;
  thread.Rax = 0;
  thread.Rdi = Trap->Rdi;
  thread.Rbx = 0xB0B;
  thread.UserGsBase = 0x77770000;
  thread.Context = (PVOID)0x2222;
  status = g_Pico.CreateThread(&thread, NULL, &hThread);
  FACT("subsystem-processes 4 CreateThread", NT_SUCCESS(status) && hThread != NULL);
  FACT("subsystem-processes 5 3: process-create callbacks, then thread-create callbacks, before CreateThread returns", g_Creates > before);
  CHECK_EQ(ObReferenceObjectByHandle(hThread, 0, *PsThreadType, KernelMode, (PVOID *)&first, NULL), STATUS_SUCCESS);
  FACT("subsystem-processes 4 GetThreadContext", g_Pico.GetThreadContext(first) == (PVOID)0x2222);
  FACT("subsystem-processes 2 PsGetThreadTeb is NULL", PsGetThreadTeb(first) == NULL);
  g_ForkThread = PsGetThreadId(first);
  FACT_EQ("subsystem-processes 4 SuspendThread: previous count 0", g_Pico.SuspendThread(first, &previous), STATUS_SUCCESS);
  FACT_EQ("subsystem-processes 4 CreateThread: the thread runs at once, or is suspended", previous, VARIANT);
  FACT_EQ("subsystem-processes 4 SuspendThread counts", g_Pico.SuspendThread(first, &previous), STATUS_SUCCESS);
  FACT_EQ("subsystem-processes 4 SuspendThread: previous count 1", previous, VARIANT + 1);
  FACT_EQ("subsystem-processes 4 ResumeThread", g_Pico.ResumeThread(first, &previous), STATUS_SUCCESS);
  FACT_EQ("subsystem-processes 4 ResumeThread: previous count 2", previous, VARIANT + 2);
  FACT_EQ("subsystem-processes 4 Previous optional", g_Pico.ResumeThread(first, NULL), STATUS_SUCCESS);
  if (VARIANT == 1) CHECK_EQ(g_Pico.ResumeThread(first, NULL), STATUS_SUCCESS);
  context.ContextFlags = CONTEXT_CONTROL;
  status = g_Pico.GetContextThreadInternal(PsGetCurrentThread(), &context, KernelMode, UserMode, FALSE);
  FACT("subsystem-processes 4 GetContextThreadInternal of the thread in a system call", NT_SUCCESS(status) && context.Rip == Trap->Rip && context.Rsp == Trap->Rsp);
  context.Rip = 0;
  FACT("subsystem-processes 4 GetContextThreadInternal of another thread", NT_SUCCESS(g_Pico.GetContextThreadInternal(first, &context, KernelMode, UserMode, FALSE)) && context.Rip != 0);
  KeSetEvent(&g_ChildMayGo, 0, FALSE); // it cannot have gone beyond its first system call before
  ObDereferenceObject(first);
  ObDereferenceObject(child);
  ZwClose(hThread);
  ZwClose(hProcess);
  return (LONGLONG)(ULONG_PTR)g_Fork;
}

static LONGLONG Exec(VOID) {
  PS_PICO_PROCESS_ATTRIBUTES process = { 0 };
  PS_PICO_THREAD_ATTRIBUTES thread = { 0 };
  PS_PICO_CREATE_INFO info = { 0 };
  HANDLE hProcess = NULL, hThread = NULL;
  PEPROCESS object;
  ULONG_PTR routine = 0, stack = 0;
  NTSTATUS status;
  info.ImageFileName = &g_LsPath;
  info.CommandLine = &g_LsCommand;
  info.FileObject = g_File;
  process.Context = (PVOID)(g_Context += 0x10);
  status = g_Pico.CreateProcess(&process, &info, &hProcess);
  FACT("subsystem-processes 2 exec: another new NT process object", NT_SUCCESS(status));
  CHECK_EQ(ObReferenceObjectByHandle(hProcess, 0, *PsProcessType, KernelMode, (PVOID *)&object, NULL), STATUS_SUCCESS);
  g_Exec = PsGetProcessId(object);
  FACT("subsystem-processes 2 exec: its NT parent is the short-lived process that forked", PsGetProcessInheritedFromUniqueProcessId(object) == g_Fork);
  FACT("subsystem-processes 2 PsGetProcessImageFileName of an exec: its base name", strcmp(PsGetProcessImageFileName(object), "ls") == 0);
  FACT("subsystem-processes 1 Pico: provider maps what it wants", NT_SUCCESS(InterlockMapPicoProgram(hProcess, &g_LsPath, &routine, &stack)) && routine != 0 && stack != 0);
  thread.Process = hProcess;
  thread.StartRoutine = routine;
  thread.UserStack = stack;
  status = g_Pico.CreateThread(&thread, &info, &hThread);
  FACT("subsystem-processes 5 3: provider maps segments and stack, calls CreateThread", NT_SUCCESS(status));
  ObDereferenceObject(object);
  if (VARIANT == 1) {
    PETHREAD started;
    CHECK_EQ(ObReferenceObjectByHandle(hThread, 0, *PsThreadType, KernelMode, (PVOID *)&started, NULL), STATUS_SUCCESS);
    CHECK_EQ(g_Pico.ResumeThread(started, NULL), STATUS_SUCCESS);
    ObDereferenceObject(started);
  }
  ZwClose(hThread);
  ZwClose(hProcess);
  FACT_EQ("subsystem-processes 4 TerminateProcess", g_Pico.TerminateProcess(PsGetCurrentProcess(), 0), STATUS_SUCCESS);
  return 0;
}

// A private page that cannot be written: the fault is mended at the second chance.
static PVOID g_Page;
static LONGLONG ReadOnlyPage(VOID) {
  SIZE_T size = 0x1000;
  g_Page = NULL;
  CHECK_EQ(ZwAllocateVirtualMemory(NtCurrentProcess(), &g_Page, 0, &size, MEM_COMMIT | MEM_RESERVE, PAGE_READONLY), STATUS_SUCCESS);
  return (LONGLONG)(ULONG_PTR)g_Page;
}

static VOID Dispatch(PPS_PICO_SYSTEM_CALL_INFORMATION Information) {
  PKTRAP_FRAME trap = Information->TrapFrame;
  CONTEXT context = { 0 };
  InterlockedIncrement(&g_Dispatched);
  switch (trap->Rax) {
    case 57: /* fork */ trap->Rax = Fork(trap); break;
    case 59: /* execve */ trap->Rax = Exec(); break;
    case 231: /* exit_group */ g_Pico.TerminateProcess(PsGetCurrentProcess(), (NTSTATUS)trap->Rdi); break;
    case 60: /* exit */ g_Pico.TerminateThread(PsGetCurrentThread(), (NTSTATUS)trap->Rdi, FALSE); break;
    case 1: /* write */ {
      CHAR text[200] = { 0 };
      memcpy(text, (PVOID)trap->Rsi, (SIZE_T)min(trap->Rdx, sizeof(text) - 1));
      DbgPrint("%s", text);
      trap->Rax = trap->Rdx;
      break;
    }
    case 15: /* rt_sigreturn */
      trap->Rip = g_SavedRip;
      trap->Rsp = g_SavedRsp;
      trap->Rax = 0;
      break;
    case 2000:
      g_Init = PsGetCurrentProcessId();
      LookAtSystemCall(trap);
      trap->Rax = 0x123456789;
      break;
    case 2001:
      KeWaitForSingleObject(&g_ChildEnded, Executive, KernelMode, FALSE, NULL);
      trap->Rax = 0;
      break;
    case 2002: trap->Rax = ReadOnlyPage(); break;
    case 2003: // a signal: the handler gets its number, and comes back by rt_sigreturn
      g_SavedRip = trap->Rip;
      g_SavedRsp = trap->Rsp;
      trap->Rip = trap->Rdi;
      trap->Rsp = trap->Rsp - 0x80;
      trap->Rdi = 11;
      break;
    case 2004:
      context.ContextFlags = CONTEXT_INTEGER | CONTEXT_CONTROL;
      CHECK_EQ(g_Pico.GetContextThreadInternal(PsGetCurrentThread(), &context, KernelMode, UserMode, FALSE), STATUS_SUCCESS);
      CHECK_EQ(context.Rax, 2004);
      context.Rax = 0x77;
      CHECK_EQ(g_Pico.SetContextThreadInternal(PsGetCurrentThread(), &context, KernelMode, UserMode, FALSE), STATUS_SUCCESS);
      break;
    case 2005:
      KeWaitForSingleObject(&g_ChildMayGo, Executive, KernelMode, FALSE, NULL);
      FACT("subsystem-processes 4 fork: the child's first registers are those of CreateThread", trap->GsBase == 0x77770000);
      FACT("subsystem-processes 4 GetThreadContext of the current thread", g_Pico.GetThreadContext(PsGetCurrentThread()) == (PVOID)0x2222);
      trap->Rax = 0;
      break;
    case 2006:
      g_Pico.TerminateThread(PsGetCurrentThread(), 9, TRUE);
      CHECK(FALSE); // Direct: it does not come back
      break;
    case 2007: {
      LARGE_INTEGER t;
      t.QuadPart = -10000;
      KeDelayExecutionThread(UserMode, FALSE, &t);
      trap->Rax = 0;
      break;
    }
    default: trap->Rax = (ULONG64)-38;
  }
}

static BOOLEAN Exception(PEXCEPTION_RECORD Record, PKEXCEPTION_FRAME ExceptionFrame, PKTRAP_FRAME Trap, ULONG Chance, KPROCESSOR_MODE Mode) {
  CHECK(Mode == UserMode && (PKTRAP_FRAME)ExceptionFrame->TrapFrame == Trap && KeGetCurrentIrql() == PASSIVE_LEVEL);
  CHECK(Record->ExceptionCode == STATUS_ACCESS_VIOLATION && Record->NumberParameters == 2 && Record->ExceptionInformation[0] == 1);
  if (Chance == 1) g_Chance1++;
  if (Chance == 2) g_Chance2++;
  if (Chance == 2 && g_Page != NULL && (PVOID)Record->ExceptionInformation[1] == g_Page) {
    PVOID base = g_Page;
    SIZE_T size = 0x1000;
    ULONG old;
    FACT("subsystem-processes 5 6: DispatchException chance 1, then 2", g_Chance1 == 1 && g_Chance2 == 1);
    FACT("subsystem-processes 4 DispatchException: fault address in the trap frame", Trap->FaultAddress == (ULONG_PTR)g_Page);
    CHECK_EQ(ZwProtectVirtualMemory(NtCurrentProcess(), &base, &size, PAGE_READWRITE, &old), STATUS_SUCCESS);
    return TRUE;
  }
  return FALSE;
}

static VOID ExitThread(PETHREAD Thread) {
  CHECK(Thread == PsGetCurrentThread() && KeGetCurrentIrql() == PASSIVE_LEVEL);
  InterlockedIncrement(&g_ExitThreads);
  // thread-exit callbacks are over
  CHECK(g_ThreadExits >= g_ExitThreads);
}
static VOID ExitProcess(PEPROCESS Process) {
  CHECK(Process == PsGetCurrentProcess());
  InterlockedIncrement(&g_ExitProcesses);
  CHECK(g_Exits >= g_ExitProcesses);
  if (PsGetProcessId(Process) == g_Exec) KeSetEvent(&g_ChildEnded, 0, FALSE);
}
static NTSTATUS Terminate(PEPROCESS Process, NTSTATUS Status) {
  FACT("subsystem-processes 4 TerminateProcess: someone asks NT to terminate a pico process", IsPico(Process) && Status == 77);
  g_Asked++;
  return g_Pico.TerminateProcess(Process, Status);
}
static ULONG Walk(PKTRAP_FRAME Trap, PVOID *Callers, ULONG Count) {
  g_Walks++;
  if (Count < 2) return 0;
  Callers[0] = (PVOID)Trap->Rip;
  Callers[1] = (PVOID)0x1234;
  return 2;
}
static NTSTATUS ImageName(PEPROCESS Process, PUNICODE_STRING *Name) {
  static const WCHAR text[] = L"\\Device\\Lx\\init";
  PUNICODE_STRING name = ExAllocatePoolWithTag(PagedPool, sizeof(UNICODE_STRING) + sizeof(text), 'mNcP');
  UNREFERENCED_PARAMETER(Process);
  if (name == NULL) return STATUS_INSUFFICIENT_RESOURCES;
  name->Buffer = (PWCH)(name + 1);
  name->Length = sizeof(text) - sizeof(WCHAR);
  name->MaximumLength = sizeof(text);
  memcpy(name->Buffer, text, sizeof(text));
  g_Names++;
  *Name = name;
  return STATUS_SUCCESS;
}

// ---------------------------------------------------------------- the watcher
static VOID Ex2(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  if (!IsPico(Process)) return;
  if (Info == NULL) { InterlockedIncrement(&g_Exits); return; }
  InterlockedIncrement(&g_Creates);
  CHECK(Info->IsSubsystemProcess);
  if (ProcessId == g_Fork) {
    FACT("subsystem-processes 3 fork: FileObject, ImageFileName and CommandLine may be NULL", Info->FileObject == NULL && Info->ImageFileName == NULL && Info->CommandLine == NULL);
    FACT("subsystem-processes 3 ParentProcessId set", Info->ParentProcessId == g_Init);
    FACT("subsystem-processes 3 CreatingThreadId: creating thread belongs to the forking process", Info->CreatingThreadId.UniqueProcess == g_Init && Info->CreatingThreadId.UniqueThread == PsGetCurrentThreadId());
  }
  if (ProcessId == g_Exec) {
    FACT_EQ("subsystem-processes 3 Size 0x48", Info->Size, 0x48);
    FACT("subsystem-processes 3 FileOpenNameAvailable 0", !Info->FileOpenNameAvailable);
    FACT("subsystem-processes 4 PS_PICO_CREATE_INFO: notify info comes from the provider", Info->FileObject == g_File && RtlEqualUnicodeString(Info->ImageFileName, &g_LsPath, FALSE));
    FACT("subsystem-processes 3 CommandLine: argv joined with NUL separators, use Length", Info->CommandLine->Length == g_LsCommand.Length && Info->CommandLine->Buffer[2] == 0 && Info->CommandLine->Buffer[3] == L'-');
    FACT("subsystem-processes 3 exec: the parent is the fork process", Info->ParentProcessId == g_Fork);
  }
}
static VOID Subsystems(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  PEPROCESS process;
  UNREFERENCED_PARAMETER(ThreadId);
  if (!NT_SUCCESS(PsLookupProcessByProcessId(ProcessId, &process))) return;
  if (IsPico(process)) InterlockedIncrement(Create ? &g_ThreadCreates : &g_ThreadExits);
  ObDereferenceObject(process);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  // /nobody, /init, its fork, /bin/ls, /sleeper, /faults
  FACT_EQ("subsystem-processes 2 Ex2 sees the creation of every pico process", g_Creates, 6);
  FACT_EQ("subsystem-processes 3 Exit: Ex2 callback with CreateInfo NULL", g_Exits, 6);
  FACT_EQ("subsystem-processes 3 Subsystems thread registration: create", g_ThreadCreates, 6);
  FACT_EQ("subsystem-processes 3 Subsystems thread registration: exit", g_ThreadExits, 6);
  FACT_EQ("subsystem-processes 4 ExitThread for each thread that exits", g_ExitThreads, 6);
  FACT_EQ("subsystem-processes 4 ExitProcess when the last thread is gone", g_ExitProcesses, 6);
  FACT_EQ("subsystem-processes 5 6: both chances of the exception that nobody handled", g_Chance1 + g_Chance2, 4);
  FACT_EQ("subsystem-processes 4 TerminateProcess asked once", g_Asked, 1);
  PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, TRUE);
  PsRemoveCreateThreadNotifyRoutine(Subsystems);
  ObDereferenceObject(g_File);
}

TEST_ENTRY {
  PS_PICO_PROVIDER_ROUTINES provider = { sizeof(PS_PICO_PROVIDER_ROUTINES) };
  OBJECT_ATTRIBUTES attributes;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\??\\C:\\Windows\\System32\\ntdll.dll");
  IO_STATUS_BLOCK iosb;
  HANDLE file;
  ULONG i;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  KeInitializeEvent(&g_ChildMayGo, NotificationEvent, FALSE);
  KeInitializeEvent(&g_ChildEnded, NotificationEvent, FALSE);
  provider.DispatchSystemCall = Dispatch;
  provider.ExitThread = ExitThread;
  provider.ExitProcess = ExitProcess;
  provider.DispatchException = Exception;
  provider.TerminateProcess = Terminate;
  provider.WalkUserStack = Walk;
  provider.GetAllocatedProcessImageName = ImageName;
  provider.OpenProcess = PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE;
  provider.OpenThread = THREAD_QUERY_LIMITED_INFORMATION | SYNCHRONIZE;
  provider.SubsystemInformationType = SubsystemInformationTypeWSL;
  FACT_EQ("subsystem-processes 4 PS_PICO_PROVIDER_ROUTINES has SubsystemInformationType last", sizeof(provider), 0x58);
  FACT_EQ("subsystem-processes 4 PS_PICO_ROUTINES: Size and eleven routines", sizeof(g_Pico), 12 * sizeof(PVOID));
  provider.Size = sizeof(provider) - 8;
  FACT_EQ("subsystem-processes 4 INFO_LENGTH_MISMATCH: provider Size wrong for the build", PsRegisterPicoProvider(&provider, &g_Pico), STATUS_INFO_LENGTH_MISMATCH);
  provider.Size = sizeof(provider);
  g_Pico.Size = sizeof(g_Pico) + 8;
  FACT_EQ("subsystem-processes 4 INFO_LENGTH_MISMATCH: routines Size wrong", PsRegisterPicoProvider(&provider, &g_Pico), STATUS_INFO_LENGTH_MISMATCH);
  FACT("subsystem-processes 4 a refused registration fills nothing", g_Pico.CreateProcess == NULL);
  g_Pico.Size = sizeof(g_Pico);
  FACT_EQ("subsystem-processes 4 PsRegisterPicoProvider SUCCESS in a core driver", PsRegisterPicoProvider(&provider, &g_Pico), STATUS_SUCCESS);
  for (i = 1; i < 12; i++) CHECK(((PVOID *)&g_Pico)[i] > MmSystemRangeStart);
  FACT("subsystem-processes 4 the kernel fills PicoRoutines", g_Pico.CreateProcess != NULL && g_Pico.TerminateProcess != NULL);
  FACT_EQ("subsystem-processes 4 TOO_LATE: a single provider", PsRegisterPicoProvider(&provider, &g_Pico), STATUS_TOO_LATE);
  HEADER("subsystem-processes 4 STATUS_TOO_LATE 0xC0000189", STATUS_TOO_LATE == (NTSTATUS)0xC0000189);
  FACT_EQ("subsystem-processes 4 the routines refuse threads that are not pico", g_Pico.SuspendThread(PsGetCurrentThread(), NULL), STATUS_INVALID_PARAMETER);
  FACT("subsystem-processes 4 GetProcessContext of another process is NULL", g_Pico.GetProcessContext(PsInitialSystemProcess) == NULL);
  FACT_EQ("subsystem-processes 4 TerminateProcess refuses other processes", g_Pico.TerminateProcess(PsInitialSystemProcess, 0), STATUS_INVALID_PARAMETER);
  InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwCreateFile(&file, GENERIC_READ, &attributes, &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(file, 0, *IoFileObjectType, KernelMode, (PVOID *)&g_File, NULL), STATUS_SUCCESS);
  ZwClose(file);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)Subsystems), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
