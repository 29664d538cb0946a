// Process notify callbacks: the three kinds, their contexts, arguments, lifetimes and order; registration rules (reference: callbacks.md 2, 6; ps-routines.md 1).
#include "system.h"
#if 0 // threads
thread main {
  STARTUPINFOEXW si = { { sizeof si } };
  PROCESS_INFORMATION pi = { 0 };
  WCHAR command[] = L"notepad spoofed";
  SIZE_T size = 0;
  HANDLE p = StartProcess(NOTEPAD, L"notepad a.txt");
  DWORD code = 0;
  FACT("callbacks 2 nobody refused the process: its creator has a handle", p != NULL);
  // a parent that is not the creator
  EXPECT(!InitializeProcThreadAttributeList(NULL, 1, 0, &size) && GetLastError() == 122);
  si.lpAttributeList = HeapAlloc(GetProcessHeap(), 0, size);
  EXPECT(InitializeProcThreadAttributeList(si.lpAttributeList, 1, 0, &size));
  EXPECT(UpdateProcThreadAttribute(si.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, &p, sizeof p, NULL, NULL));
  EXPECT(CreateProcessW(NOTEPAD, command, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &si.StartupInfo, &pi));
  DeleteProcThreadAttributeList(si.lpAttributeList);
  EXPECT(TerminateProcess(pi.hProcess, 8));
  EXPECT(WaitForSingleObject(pi.hProcess, INFINITE) == WAIT_OBJECT_0);
  CloseHandle(pi.hProcess);
  CloseHandle(pi.hThread);
  Sleep(5);
  EXPECT(TerminateProcess(p, 7));
  EXPECT(WaitForSingleObject(p, INFINITE) == WAIT_OBJECT_0);
  FACT("callbacks 6 the exit status that the callbacks saw is that of the process object", GetExitCodeProcess(p, &code) && code == 7);
  CloseHandle(p);
}
#endif

static LONG g_Legacy, g_LegacyExit, g_Ex, g_ExExit, g_Ex2, g_Order, g_Images, g_Spoofed;
static HANDLE g_ImageOf[64]; // process of each image callback
static HANDLE g_Child, g_Main, g_ChildParent, g_LastThread;
static PEPROCESS g_ChildObject;
static PFILE_OBJECT g_File;
static HANDLE g_Reported[4]; // by the process callback, in order

static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  UNREFERENCED_PARAMETER(Name);
  UNREFERENCED_PARAMETER(Info);
  LONG n = InterlockedIncrement(&g_Images) - 1;
  if (n < 64) g_ImageOf[n] = ProcessId;
}

static LONG ImagesOf(HANDLE ProcessId) {
  LONG count = 0;
  for (LONG i = 0; i < g_Images && i < 64; i++) count += g_ImageOf[i] == ProcessId;
  return count;
}

static BOOLEAN WasReported(HANDLE ProcessId) {
  for (LONG i = 0; i < g_Legacy; i++)
    if (g_Reported[i] == ProcessId) return TRUE;
  return FALSE;
}

static VOID Thread(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  if (ProcessId == (HANDLE)4) return;
  if (Create) {
    FACT("callbacks 3 the process callback comes before that of its first thread", WasReported(ProcessId));
  } else if (ProcessId == g_Child) {
    g_LastThread = ThreadId;
  }
}

static VOID Legacy(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create) {
  FACT_EQ("callbacks 1 process callbacks run at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("callbacks 2 normal kernel APCs are off", KeAreApcsDisabled());
  FACT("callbacks 2 special kernel APCs are on", !KeAreAllApcsDisabled());
  if (Create) {
    g_Reported[g_Legacy++ & 3] = ProcessId;
    if (g_Main == NULL) g_Main = ProcessId;
    FACT("callbacks 6 the first registered is called first", g_Order++ % 3 == 0);
    FACT("callbacks 2 creation: in the context of the creator", PsGetCurrentProcessId() != ProcessId);
    FACT_EQ("callbacks 2 the system call of the creator is still running: previous mode", ExGetPreviousMode(), PsGetCurrentProcessId() == (HANDLE)4 ? KernelMode : UserMode);
    if (ProcessId != g_Main && g_Child == NULL) {
      FACT("callbacks 2 ParentId: the creator, whose handles are not inherited", ParentId == PsGetCurrentProcessId() && ParentId == g_Main);
      g_ChildParent = ParentId;
    }
  } else {
    g_LegacyExit++;
    FACT("callbacks 2 exit: in the last thread of the process that ends", PsGetCurrentProcessId() == ProcessId);
    if (ProcessId == g_Child) {
      FACT("callbacks 2 exit: ParentId is that of the creation", ParentId == g_ChildParent);
      FACT("callbacks 6 exit: after the callback of the last thread, in that thread", g_LastThread == PsGetCurrentThreadId());
    }
  }
}

static BOOLEAN LoaderListIsEmpty(PEPROCESS Process) {
  // PEB.Ldr at 0x18, InLoadOrderModuleList at 0x10 of it
  KAPC_STATE apc;
  BOOLEAN empty = FALSE;
  PUCHAR peb = PsGetProcessPeb(Process);
  KeStackAttachProcess(Process, &apc);
  __try {
    PLIST_ENTRY list = (PLIST_ENTRY)(*(PUCHAR *)(peb + 0x18) + 0x10);
    empty = list->Flink == list;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
  }
  KeUnstackDetachProcess(&apc);
  return empty;
}

static VOID Ex(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  PEPROCESS found;
  LARGE_INTEGER now = {.QuadPart = 0};
  PUCHAR raw = (PUCHAR)Info;
  FACT("callbacks 2 Process is the object of ProcessId", PsGetProcessId(Process) == ProcessId);
  FACT("callbacks 2 PsLookupProcessByProcessId finds it, in creation and exit", NT_SUCCESS(PsLookupProcessByProcessId(ProcessId, &found)) && found == Process);
  ObDereferenceObject(found);
  FACT_EQ("callbacks 6 the object is not signalled yet", KeWaitForSingleObject(Process, Executive, KernelMode, FALSE, &now), STATUS_TIMEOUT);
  if (Info != NULL) {
    g_Ex++;
    FACT("callbacks 6 the second registered is called second", g_Order++ % 3 == 1);
    FACT_EQ("callbacks 2 Size", Info->Size, sizeof(*Info));
    FACT_EQ("ps-routines 8 PS_CREATE_NOTIFY_INFO: Size at 0", *(PSIZE_T)raw, 0x48);
    FACT_EQ("ps-routines 8 PS_CREATE_NOTIFY_INFO: Flags at 8, bit 0 FileOpenNameAvailable, bit 1 IsSubsystemProcess", *(PULONG)(raw + 8), 1);
    FACT("ps-routines 8 PS_CREATE_NOTIFY_INFO: ParentProcessId at 0x10", *(PHANDLE)(raw + 0x10) == PsGetProcessInheritedFromUniqueProcessId(Process));
    FACT("ps-routines 8 PS_CREATE_NOTIFY_INFO: CreatingThreadId at 0x18, process and thread", *(PHANDLE)(raw + 0x18) == PsGetCurrentProcessId() && *(PHANDLE)(raw + 0x20) == PsGetCurrentThreadId());
    FACT_EQ("ps-routines 8 PS_CREATE_NOTIFY_INFO: FileObject at 0x28", **(PSHORT *)(raw + 0x28), IO_TYPE_FILE);
    FACT("ps-routines 8 PS_CREATE_NOTIFY_INFO: ImageFileName at 0x30", EndsWith(*(PUNICODE_STRING *)(raw + 0x30), L".exe"));
    FACT("ps-routines 8 PS_CREATE_NOTIFY_INFO: CommandLine at 0x38", (*(PUNICODE_STRING *)(raw + 0x38))->Length > 0);
    FACT_EQ("ps-routines 8 PS_CREATE_NOTIFY_INFO: CreationStatus at 0x40", *(PULONG)(raw + 0x40), STATUS_SUCCESS);
    FACT("callbacks 2 FileOpenNameAvailable: the exact name", Info->FileOpenNameAvailable);
    FACT("ps-routines 8 IsSubsystemProcess only for Ex2 registrations", !Info->IsSubsystemProcess);
    FACT("callbacks 2 CreatingThreadId: the thread that creates", Info->CreatingThreadId.UniqueThread == PsGetCurrentThreadId());
    FACT("callbacks 2 CreatingThreadId: its process", Info->CreatingThreadId.UniqueProcess == PsGetCurrentProcessId());
    FACT("callbacks 2 FileObject is there for a Win32 process", Info->FileObject != NULL && Info->FileObject->Type == 5);
    FACT("callbacks 2 ImageFileName is an NT path", Info->ImageFileName != NULL && wcsncmp(Info->ImageFileName->Buffer, L"\\??\\C:\\", 7) == 0);
    FACT("callbacks 2 CommandLine is there", Info->CommandLine != NULL && Info->CommandLine->Length > 0);
    FACT_EQ("callbacks 2 CreationStatus on entry", Info->CreationStatus, STATUS_SUCCESS);
    FACT("callbacks 2 the new process is not the current one", PsGetCurrentProcess() != Process);
    FACT_EQ("callbacks 2 it has no exit status yet", PsGetProcessExitStatus(Process), STATUS_PENDING);
    FACT_EQ("callbacks 2 no image callback for exe or ntdll yet", ImagesOf(ProcessId), 0);
    FACT("callbacks 2 a Win32 process has its PEB", PsGetProcessPeb(Process) != NULL);
    FACT("callbacks 2 the loader data is empty: user mode has not run", LoaderListIsEmpty(Process));
    FACT("callbacks 2 the exe is mapped", PsGetProcessSectionBaseAddress(Process) != NULL);
    FACT("callbacks 2 ParentProcessId is what handles and token come from", PsGetProcessInheritedFromUniqueProcessId(Process) == Info->ParentProcessId);
    if (EndsWith(Info->ImageFileName, L"\\notepad.exe")) {
      UNICODE_STRING first = RTL_CONSTANT_STRING(L"notepad a.txt"), second = RTL_CONSTANT_STRING(L"notepad spoofed");
      FACT("callbacks 2 the short name of the process", strcmp(PsGetProcessImageFileName(Process), "notepad.exe") == 0);
      if (RtlEqualUnicodeString(Info->CommandLine, &second, FALSE)) {
        g_Spoofed++;
        FACT("callbacks 2 another parent: ParentProcessId", Info->ParentProcessId == g_Child);
        FACT("callbacks 2 another parent: CreatingThreadId is the creator all the same", Info->CreatingThreadId.UniqueProcess == g_Main);
      } else {
        FACT("callbacks 2 CommandLine by its Length", RtlEqualUnicodeString(Info->CommandLine, &first, FALSE));
        FACT("callbacks 2 ParentProcessId: the creator, when no other was named", Info->ParentProcessId == g_Main);
        g_Child = ProcessId;
        g_ChildObject = Process;
        g_File = Info->FileObject;
        ObReferenceObject(g_File);
      }
    }
  } else {
    g_ExExit++;
    FACT("callbacks 2 exit: the process is the current one", PsGetCurrentProcess() == Process);
    FACT("callbacks 6 exit: the thread is ending", PsIsThreadTerminating(PsGetCurrentThread()));
    if (ProcessId == g_Child) {
      FACT_EQ("callbacks 2 exit: the exit status is final", PsGetProcessExitStatus(Process), 7);
      __try {
        FACT("callbacks 2 exit: user memory is still there", *(PVOID *)((PUCHAR)PsGetProcessPeb(Process) + 0x10) == PsGetProcessSectionBaseAddress(Process));
      } __except (EXCEPTION_EXECUTE_HANDLER) {
        CHECK(FALSE);
      }
    }
  }
}

static VOID Ex2(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  UNREFERENCED_PARAMETER(ProcessId);
  if (Info != NULL) {
    g_Ex2++;
    FACT("callbacks 6 the third registered is called third", g_Order++ % 3 == 2);
    FACT("callbacks 8 IsSubsystemProcess is not set for a Win32 process", !Info->IsSubsystemProcess);
  }
}

static VOID Never(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  UNREFERENCED_PARAMETER(ProcessId);
  UNREFERENCED_PARAMETER(Info);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  PEPROCESS gone;
  UNREFERENCED_PARAMETER(DriverObject);
  FACT_EQ("callbacks 2 one creation for each process, legacy", g_Legacy, 3);
  FACT_EQ("callbacks 2 one exit for each process, legacy", g_LegacyExit, 3);
  FACT_EQ("callbacks 2 one creation for each process, Ex", g_Ex, 3);
  FACT_EQ("callbacks 2 one exit for each process, Ex", g_ExExit, 3);
  FACT_EQ("callbacks 8 Ex2 sees Win32 processes", g_Ex2, 3);
  CHECK_EQ(g_Spoofed, 1);
  FACT("callbacks 2 a referenced FileObject outlives the callback", g_File->Type == 5 && EndsWith(&g_File->FileName, L"\\notepad.exe"));
  ObDereferenceObject(g_File);
  SleepMs(50); // the last thread of the process gives back what it has of it
  FACT_EQ("callbacks 6 after the exit the ID is free", PsLookupProcessByProcessId(g_Child, &gone), STATUS_INVALID_CID);
  FACT_EQ("callbacks 2 removal with another kind: Ex as legacy", PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)Ex, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("callbacks 2 removal with another kind: Ex2 as Ex", PsSetCreateProcessNotifyRoutineEx(Ex2, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("callbacks 2 removal with another kind: Ex as Ex2", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("callbacks 2 removal with another kind: legacy as Ex", PsSetCreateProcessNotifyRoutineEx((PCREATE_PROCESS_NOTIFY_ROUTINE_EX)Legacy, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("ps-routines 1 legacy removal", PsSetCreateProcessNotifyRoutine(Legacy, TRUE), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 legacy removal of an unknown routine", PsSetCreateProcessNotifyRoutine(Legacy, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("ps-routines 1 Ex removal", PsSetCreateProcessNotifyRoutineEx(Ex, TRUE), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 Ex removal of an unknown routine", PsSetCreateProcessNotifyRoutineEx(Ex, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("ps-routines 1 Ex2 removal", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, TRUE), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 Ex2 removal of an unknown routine", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  PsRemoveLoadImageNotifyRoutine(Image);
  PsRemoveCreateThreadNotifyRoutine(Thread);
}

TEST_ENTRY {
  PVOID outside = (PUCHAR)&g_Failures + 0x4000000; // beyond the image
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  FACT_EQ("ps-routines 1 legacy registration", PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  FACT_EQ("callbacks 2 legacy: the same routine twice", PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 1 Ex registration", PsSetCreateProcessNotifyRoutineEx(Ex, FALSE), STATUS_SUCCESS);
  FACT_EQ("callbacks 2 Ex: the same routine twice", PsSetCreateProcessNotifyRoutineEx(Ex, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 2 Ex2 of a routine that is registered as Ex", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 1 Ex2: a type that does not exist", PsSetCreateProcessNotifyRoutineEx2((PSCREATEPROCESSNOTIFYTYPE)1, (PVOID)Ex2, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 1 Ex2: no routine", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, NULL, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 1 Ex2 registration", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, FALSE), STATUS_SUCCESS);
  FACT_EQ("callbacks 2 Ex2: the same routine twice", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 2 legacy: no routine", PsSetCreateProcessNotifyRoutine(NULL, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 2 Ex: no routine", PsSetCreateProcessNotifyRoutineEx(NULL, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 2 removing what was never registered, legacy", PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)Never, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("callbacks 2 removing what was never registered, Ex", PsSetCreateProcessNotifyRoutineEx(Never, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("callbacks 2 a routine outside of every image, legacy", PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)outside, FALSE), STATUS_ACCESS_DENIED);
  FACT_EQ("callbacks 2 a routine outside of every image, Ex", PsSetCreateProcessNotifyRoutineEx((PCREATE_PROCESS_NOTIFY_ROUTINE_EX)outside, FALSE), STATUS_ACCESS_DENIED);
  CHECK_EQ(PsSetLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Thread), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
