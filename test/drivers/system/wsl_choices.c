// What is not confirmed about subsystem processes, taken the one and the other way (reference: subsystem-processes.md 2, 3, 5 and callbacks.md 8).
// variant
// variant choice subsystem-thread-callbacks all
// variant choice subsystem-object-callbacks not-called
// variant choice subsystem-open-name yes
// variant choice subsystem-image-name empty
// variant choice subsystem-locate-name fails
// variant choice subsystem-veto-errno enoexec
// variant choice subsystem-names null
// variant choice fork-image-name same
#include "system.h"
#if 0 // threads
thread main {
  HANDLE init = StartProcess(L"/init", L"/init");
  DWORD code = 0;
  EXPECT(init != NULL);
  WaitForSingleObject(init, INFINITE);
  FACT("subsystem-processes 5 4: what Linux programs see of a veto, EACCES or ENOEXEC", GetExitCodeProcess(init, &code) && code == (VARIANT == 6 ? 8 : 13));
  CloseHandle(init);
}
#endif
#if 0 // processes
program "/init" subsystem wsl {
  #include "linux_check.h"
  thread main {
    // the callback refuses the fork; the error number is the exit status
    exit(-fork());
  }
}
#endif

enum { Plain, AllThreads, NoObjects, OpenName, EmptyName, NoLocate, NoExec, NullNames, SameName };
static HANDLE g_Init;
static LONG g_PlainThreads, g_NonSystemThreads, g_SubsystemThreads, g_Forks, g_Object;
static PVOID g_Handle;

static VOID Thread(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  if (Create && g_Init != NULL && ProcessId == g_Init) g_PlainThreads++;
}
static VOID NonSystem(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  if (Create && g_Init != NULL && ProcessId == g_Init) g_NonSystemThreads++;
}
static VOID Subsystems(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  if (Create && g_Init != NULL && ProcessId == g_Init) g_SubsystemThreads++;
}
static OB_PREOP_CALLBACK_STATUS Pre(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  if (PsGetProcessPeb((PEPROCESS)Info->Object) == NULL && Info->Object != PsInitialSystemProcess) g_Object++;
  return OB_PREOP_SUCCESS;
}

static VOID Names(PEPROCESS Process) {
  UCHAR buffer[256];
  PUNICODE_STRING name = NULL;
  NTSTATUS status;
  HANDLE h;
  CHECK_EQ(ObOpenObjectByPointer(Process, OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessImageFileName, buffer, sizeof buffer, NULL), STATUS_SUCCESS);
  FACT("subsystem-processes 2 ProcessImageFileName: the path that NT knows, nothing in early builds", (((PUNICODE_STRING)buffer)->Length == 0) == (VARIANT == EmptyName));
  ZwClose(h);
  status = SeLocateProcessImageName(Process, &name);
  FACT("subsystem-processes 2 SeLocateProcessImageName: may fail or give the path of the file behind it", VARIANT == NoLocate ? status == STATUS_NOT_FOUND && name == NULL : status == STATUS_SUCCESS && name->Length > 0);
  if (name != NULL) ExFreePool(name);
}

static VOID Ex2(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  if (Info == NULL || !Info->IsSubsystemProcess) return;
  if (g_Init == NULL) {
    g_Init = ProcessId;
    FACT_EQ("subsystem-processes 3 FileOpenNameAvailable", Info->FileOpenNameAvailable, VARIANT == OpenName ? 1 : 0);
    FACT("subsystem-processes 3 file and names of a subsystem process: those of the provider, or all NULL", (Info->FileObject == NULL && Info->ImageFileName == NULL && Info->CommandLine == NULL) == (VARIANT == NullNames));
    Names(Process);
    return;
  }
  g_Forks++;
  FACT("subsystem-processes 3 fork: ImageFileName NULL, or that of its parent", (Info->ImageFileName != NULL) == (VARIANT == SameName));
  Info->CreationStatus = STATUS_ACCESS_DENIED;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Forks, 1);
  FACT_EQ("callbacks 8 threads of subsystem processes: plain thread callbacks", g_PlainThreads, VARIANT == AllThreads ? 1 : 0);
  FACT_EQ("callbacks 8 threads of subsystem processes: NonSystem callbacks", g_NonSystemThreads, VARIANT == AllThreads ? 1 : 0);
  FACT_EQ("callbacks 8 threads of subsystem processes: Subsystems callbacks", g_SubsystemThreads, 1);
  FACT("callbacks 8 ObRegisterCallbacks: handles to subsystem processes", (g_Object > 0) == (VARIANT != NoObjects));
  ObUnRegisterCallbacks(g_Handle);
  PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, TRUE);
  PsRemoveCreateThreadNotifyRoutine(Thread);
  PsRemoveCreateThreadNotifyRoutine(NonSystem);
  PsRemoveCreateThreadNotifyRoutine(Subsystems);
}

TEST_ENTRY {
  OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, Pre, NULL};
  OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, RTL_CONSTANT_STRING(L"360000"), NULL, &operation};
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Thread), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifyNonSystem, (PVOID)NonSystem), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)Subsystems), STATUS_SUCCESS);
  CHECK_EQ(ObRegisterCallbacks(&registration, &g_Handle), STATUS_SUCCESS);
  return RESULT();
}
