// What drivers see of WSL processes (reference: subsystem-processes.md 2, 3 and callbacks.md 8): which registrations see them, what the create information holds,
// veto, exits, parents that are gone. The kernel's own provider runs the programs.
#include "system.h"
#if 0 // threads
thread main {
  // a session: the service starts init, everything else is fork and exec
  HANDLE init = StartProcess(L"/init", L"/init");
  DWORD code = 99;
  ULONG type = 99;
  HANDLE win;
  EXPECT(init != NULL);
  WaitForSingleObject(init, INFINITE);
  GetExitCodeProcess(init, &code);
  FACT_EQ("subsystem-processes 2 exit status of a WSL process as for others", code, 3);
  CloseHandle(init);
  win = StartProcess(NOTEPAD, L"notepad");
  EXPECT(NtQueryInformationProcess(win, 75, &type, 4, NULL) == 0);
  FACT_EQ("subsystem-processes 2 Subsystem query, process: 0 Win32", type, 0);
  TerminateProcess(win, 0);
  WaitForSingleObject(win, INFINITE);
  CloseHandle(win);
}
#endif
#if 0 // processes
program "/init" subsystem wsl {
  #include "linux_check.h"
  thread main {
    int status = 0;
    pid_t child;
    FACT_EQ("subsystem-processes 2 NT PID and Linux PID are different: the first process is 1", getpid(), 1);
    child = fork();
    if (child == 0) exit(execve("/bin/bash", ((char *[]){ "bash", "-c", "ls -l", 0 }), 0));
    FACT("subsystem-processes 2 fork: Linux PID of the child", child == 2);
    FACT("subsystem-processes 2 exec keeps the Linux task", wait4(child, &status, 0, 0) == child && WEXITSTATUS(status) == 7);
    // a refused exec is an error of Linux, a refused fork too
    FACT_EQ("subsystem-processes 5 4: veto, provider reports an error to Linux", exec("/bin/denied", "denied"), -EACCES);
    child = fork();
    FACT_EQ("subsystem-processes 5 4: veto of a fork", child, -EACCES);
    exit(3);
  }
}
program "/bin/bash" subsystem wsl {
  #include "linux_check.h"
  thread main {
    FACT_EQ("subsystem-processes 2 exec: same Linux PID", getpid(), 2);
    usleep(3000); // the short-lived process that forked is gone by now
    syscall(SYS_getuid);
    exit(7);
  }
}
#endif

static LONG g_Legacy, g_Ex, g_Plain, g_NonSystem, g_Image, g_Ex2, g_Ex2Exit, g_Create, g_Exit, g_Ob, g_ObThread;
static HANDLE g_Service, g_Init, g_Fork, g_Bash, g_Denied, g_Last;
static LONG g_Forks, g_DeniedExit, g_DeniedThreads;
static PVOID g_ObHandle;

static BOOLEAN IsWsl(HANDLE ProcessId) {
  PEPROCESS process;
  BOOLEAN result;
  PROCESS_EXTENDED_BASIC_INFORMATION info = { sizeof(info) };
  HANDLE h;
  if (!NT_SUCCESS(PsLookupProcessByProcessId(ProcessId, &process))) return FALSE;
  if (!NT_SUCCESS(ObOpenObjectByPointer(process, OBJ_KERNEL_HANDLE, NULL, 0, *PsProcessType, KernelMode, &h))) h = NULL;
  ObDereferenceObject(process);
  if (h == NULL) return FALSE;
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessBasicInformation, &info, sizeof(info), NULL), STATUS_SUCCESS);
  result = info.IsSubsystemProcess;
  ZwClose(h);
  return result;
}

static VOID Legacy(HANDLE Parent, HANDLE ProcessId, BOOLEAN Create) { UNREFERENCED_PARAMETER(Parent); UNREFERENCED_PARAMETER(Create); if (IsWsl(ProcessId)) g_Legacy++; }
static VOID Ex(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  if (IsWsl(ProcessId)) g_Ex++;
  if (Info != NULL) FACT("callbacks 8 IsSubsystemProcess is meaningful only in Ex2: 0 in an Ex callback", !Info->IsSubsystemProcess);
}
static VOID Plain(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) { UNREFERENCED_PARAMETER(ThreadId); UNREFERENCED_PARAMETER(Create); if (IsWsl(ProcessId)) g_Plain++; }
static VOID NonSystem(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) { UNREFERENCED_PARAMETER(ThreadId); UNREFERENCED_PARAMETER(Create); if (IsWsl(ProcessId)) g_NonSystem++; }
static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) { UNREFERENCED_PARAMETER(Name); UNREFERENCED_PARAMETER(Info); if (ProcessId != 0 && IsWsl(ProcessId)) g_Image++; }

static VOID Subsystems(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  if (!IsWsl(ProcessId)) return;
  InterlockedIncrement(Create ? &g_Create : &g_Exit);
  if (ProcessId == g_Denied) g_DeniedThreads++;
  if (!Create && ProcessId == g_Bash) {
    PEPROCESS parent;
    FACT("callbacks 8 thread exit in the exiting thread", PsGetCurrentThreadId() == ThreadId);
    FACT("subsystem-processes 2 Parent for notify: a process that is already gone", !NT_SUCCESS(PsLookupProcessByProcessId(g_Fork, &parent)) || (ObDereferenceObject(parent), PsGetProcessExitStatus(parent) != STATUS_PENDING));
  }
}

static BOOLEAN Same(PCUNICODE_STRING Text, PCWSTR Chars, USHORT Count) {
  return Text != NULL && Text->Length == Count * sizeof(WCHAR) && RtlCompareMemory(Text->Buffer, Chars, Text->Length) == Text->Length;
}

static VOID Ex2(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  if (!IsWsl(ProcessId)) {
    if (Info != NULL) {
      FACT("callbacks 8 Ex2 sees Win32 processes too, IsSubsystemProcess 0", !Info->IsSubsystemProcess && Info->FileObject != NULL);
      if (Info->CommandLine != NULL && Same(Info->CommandLine, L"main.exe -x", 11)) g_Service = ProcessId;
    }
    return;
  }
  if (Info == NULL) {
    InterlockedIncrement(&g_Ex2Exit);
    if (ProcessId == g_Denied) { g_DeniedExit++; CHECK_EQ(PsGetProcessExitStatus(Process), STATUS_ACCESS_DENIED); }
    return;
  }
  g_Ex2++;
  FACT("callbacks 8 IsSubsystemProcess = 1 on create", Info->IsSubsystemProcess);
  FACT_EQ("subsystem-processes 3 Size 0x48 (x64)", Info->Size, 0x48);
  FACT("subsystem-processes 3 FileOpenNameAvailable is 0", !Info->FileOpenNameAvailable);
  FACT("subsystem-processes 3 CreatingThreadId is the creator's context", Info->CreatingThreadId.UniqueThread == PsGetCurrentThreadId() && Info->CreatingThreadId.UniqueProcess == PsGetCurrentProcessId());
  FACT("callbacks 8 Ex2 create at PASSIVE_LEVEL", KeGetCurrentIrql() == PASSIVE_LEVEL);
  FACT("subsystem-processes 2 no PEB when the process is reported", PsGetProcessPeb(Process) == NULL);
  g_Last = ProcessId;
  if (g_Init == NULL) {
    g_Init = ProcessId;
    FACT("subsystem-processes 3 ParentProcessId of init: the service that launched it", Info->ParentProcessId == g_Service);
    FACT("subsystem-processes 3 ImageFileName: Linux path", Same(Info->ImageFileName, L"/init", 5));
    FACT("subsystem-processes 3 FileObject: NTFS file object of LxFs", Info->FileObject != NULL && Info->FileObject->Type == 5 && Info->FileObject->FileName.Length > 0);
  } else if (Info->ImageFileName == NULL) {
    g_Forks++;
    FACT("subsystem-processes 3 fork: FileObject and CommandLine NULL too", Info->FileObject == NULL && Info->CommandLine == NULL);
    FACT("subsystem-processes 3 fork: parent is the forking process", Info->ParentProcessId == g_Init);
    FACT("subsystem-processes 2 PsGetProcessImageFileName of a fork: as its parent", strcmp(PsGetProcessImageFileName(Process), "init") == 0);
    if (g_Forks == 1) g_Fork = ProcessId;
    else Info->CreationStatus = STATUS_ACCESS_DENIED;
  } else if (Same(Info->ImageFileName, L"/bin/bash", 9)) {
    g_Bash = ProcessId;
    FACT("subsystem-processes 3 exec: ParentProcessId is the short-lived fork process", Info->ParentProcessId == g_Fork && g_Fork != g_Init);
    FACT("subsystem-processes 3 CommandLine: argv joined with NUL separators", Same(Info->CommandLine, L"bash\0-c\0ls -l", 13));
    FACT("callbacks 8 CommandLine is counted: its first NUL is not its end", wcsnlen(Info->CommandLine->Buffer, Info->CommandLine->Length / sizeof(WCHAR)) == 4);
    FACT("subsystem-processes 2 PsGetProcessImageFileName: base name", strcmp(PsGetProcessImageFileName(Process), "bash") == 0);
    {
      PUNICODE_STRING name = NULL;
      FACT("subsystem-processes 2 SeLocateProcessImageName: path of the backing file", NT_SUCCESS(SeLocateProcessImageName(Process, &name)) && name->Length > 20 * sizeof(WCHAR));
      if (name != NULL) ExFreePool(name);
    }
  } else if (Same(Info->ImageFileName, L"/bin/denied", 11)) {
    g_Denied = ProcessId;
    Info->CreationStatus = STATUS_ACCESS_DENIED;
  }
}

static OB_PREOP_CALLBACK_STATUS PreOperation(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  if (Info->ObjectType == *PsProcessType && PsGetProcessPeb((PEPROCESS)Info->Object) == NULL && (PEPROCESS)Info->Object != PsInitialSystemProcess) InterlockedIncrement(&g_Ob);
  if (Info->ObjectType == *PsThreadType && PsGetThreadTeb((PETHREAD)Info->Object) == NULL && !PsIsSystemThread((PETHREAD)Info->Object)) InterlockedIncrement(&g_ObThread);
  return OB_PREOP_SUCCESS;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  FACT_EQ("callbacks 8 PsSetCreateProcessNotifyRoutine: no subsystem processes", g_Legacy, 0);
  FACT_EQ("callbacks 8 PsSetCreateProcessNotifyRoutineEx: no subsystem processes", g_Ex, 0);
  FACT_EQ("callbacks 8 PsSetCreateThreadNotifyRoutine: no subsystem threads", g_Plain, 0);
  FACT_EQ("callbacks 8 PsSetCreateThreadNotifyRoutineEx(NonSystem): no subsystem threads", g_NonSystem, 0);
  FACT_EQ("callbacks 8 PsSetLoadImageNotifyRoutine: no ELF images", g_Image, 0);
  // init, fork, bash, denied, refused fork
  FACT_EQ("callbacks 8 Ex2: every fork and exec is a process create", g_Ex2, 5);
  FACT_EQ("subsystem-processes 3 Exit: Ex2 with CreateInfo NULL, also of refused ones", g_Ex2Exit, 5);
  FACT_EQ("callbacks 8 Subsystems: thread create", g_Create, 3);
  FACT_EQ("callbacks 8 Subsystems: thread exit", g_Exit, 3);
  FACT_EQ("subsystem-processes 3 CreationStatus denies: no thread was reported", g_DeniedThreads, 0);
  FACT_EQ("subsystem-processes 3 CreationStatus denies: the exit is reported", g_DeniedExit, 1);
  FACT("callbacks 8 ObRegisterCallbacks: handle operations on pico processes", g_Ob > 0);
  FACT("callbacks 8 ObRegisterCallbacks: handle operations on pico threads", g_ObThread > 0);
  ObUnRegisterCallbacks(g_ObHandle);
  PsSetCreateProcessNotifyRoutine(Legacy, TRUE);
  PsSetCreateProcessNotifyRoutineEx(Ex, TRUE);
  PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, TRUE);
  PsRemoveCreateThreadNotifyRoutine(Plain);
  PsRemoveCreateThreadNotifyRoutine(NonSystem);
  PsRemoveCreateThreadNotifyRoutine(Subsystems);
  PsRemoveLoadImageNotifyRoutine(Image);
}

TEST_ENTRY {
  OB_OPERATION_REGISTRATION operations[2] = {
    { PsProcessType, OB_OPERATION_HANDLE_CREATE, PreOperation, NULL }, { PsThreadType, OB_OPERATION_HANDLE_CREATE, PreOperation, NULL } };
  OB_CALLBACK_REGISTRATION registration = { OB_FLT_REGISTRATION_VERSION, 2, RTL_CONSTANT_STRING(L"360000"), NULL, operations };
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  FACT_EQ("callbacks 8 Ex2 registration", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Ex, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Plain), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifyNonSystem, (PVOID)NonSystem), STATUS_SUCCESS);
  FACT_EQ("callbacks 8 Subsystems registration", PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)Subsystems), STATUS_SUCCESS);
  CHECK_EQ(PsSetLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  CHECK_EQ(ObRegisterCallbacks(&registration, &g_ObHandle), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
