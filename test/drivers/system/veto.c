// Refusing a process: who is called, what its creator gets, what the exit notification looks like, and the ways in which Windows might do it otherwise
// (reference: callbacks.md 2, 6).
// variant
// variant choice veto first-wins
// variant choice veto stop-at-first
// variant choice vetoed-process-exit in-its-thread
// variant choice vetoed-process-exit not-told
// variant choice creation-status-warning ignored
#include "system.h"
#if 0 // threads
code {
  static DWORD start(const WCHAR *line) {
    HANDLE p;
    SetLastError(0);
    p = StartProcess(NOTEPAD, line);
    if (p == NULL) return GetLastError();
    TerminateProcess(p, 1);
    WaitForSingleObject(p, INFINITE);
    CloseHandle(p);
    return 0;
  }
}
thread main {
  FACT_EQ("callbacks 2 STATUS_ACCESS_DENIED reaches the creator as ERROR_ACCESS_DENIED", start(L"notepad denied"), 5);
  FACT_EQ("callbacks 2 STATUS_VIRUS_INFECTED reaches the creator as ERROR_VIRUS_INFECTED", start(L"notepad infected"), 225);
  FACT_EQ("callbacks 2 STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT: ERROR_ACCESS_DISABLED_BY_POLICY", start(L"notepad policy"), 1260);
  FACT_EQ("callbacks 2 a success status has no effect", start(L"notepad pending"), 0);
  FACT_EQ("callbacks 2 an informational status has no effect", start(L"notepad informational"), 0);
  FACT_EQ("callbacks 2 a later callback overwrites an error: the last value counts", start(L"notepad forgiven"), VARIANT == 1 || VARIANT == 2 ? 5 : 0);
  FACT_EQ("callbacks 2 a later callback stores another error", start(L"notepad worse"), VARIANT == 1 || VARIANT == 2 ? 5 : 225);
  FACT("callbacks 2 a warning is no success", (start(L"notepad warning") == 0) == (VARIANT == 5));
  FACT_EQ("callbacks 2 the machine goes on", start(L"notepad"), 0);
  Sleep(50);
}
#endif

static LONG g_Refused, g_RefusedExit, g_ThreadsOfRefused, g_Images, g_SecondAfterVeto, g_OwnThread;
static HANDLE g_Id, g_Creator;
static BOOLEAN g_Forgiven;

static BOOLEAN Contains(PCUNICODE_STRING Text, PCWSTR Word) {
  size_t n = wcslen(Word), i;
  if (Text == NULL) return FALSE;
  for (i = 0; i + n <= Text->Length / sizeof(WCHAR); i++)
    if (RtlCompareMemory(Text->Buffer + i, Word, n * sizeof(WCHAR)) == n * sizeof(WCHAR)) return TRUE;
  return FALSE;
}

static VOID First(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  PCUNICODE_STRING line = Info == NULL ? NULL : Info->CommandLine;
  if (Info == NULL) {
    if (ProcessId != g_Id) return;
    g_RefusedExit++;
    g_Id = NULL;
    FACT_EQ("callbacks 2 the exit status of a refused process is the veto status", PsGetProcessExitStatus(Process), STATUS_ACCESS_DENIED);
    FACT("callbacks 6 a refused process: context of its exit notification", VARIANT == 3 ? PsGetCurrentProcessId() == ProcessId : PsGetCurrentThreadId() == g_Creator);
    if (PsGetCurrentProcessId() == ProcessId) g_OwnThread++;
    return;
  }
  if (Contains(line, L"denied")) {
    g_Refused++;
    g_Id = ProcessId;
    g_Creator = PsGetCurrentThreadId();
  }
  if (Contains(line, L"denied") || Contains(line, L"forgiven") || Contains(line, L"worse")) Info->CreationStatus = STATUS_ACCESS_DENIED;
  if (Contains(line, L"infected")) Info->CreationStatus = STATUS_VIRUS_INFECTED;
  if (Contains(line, L"policy")) Info->CreationStatus = STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT;
  if (Contains(line, L"pending")) Info->CreationStatus = STATUS_PENDING;
  if (Contains(line, L"informational")) Info->CreationStatus = STATUS_OBJECT_NAME_EXISTS;
  if (Contains(line, L"warning")) Info->CreationStatus = STATUS_BUFFER_OVERFLOW;
}

static VOID Second(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  if (Info == NULL) return;
  if (ProcessId == g_Id && g_Id != NULL) g_SecondAfterVeto++;
  FACT_EQ("callbacks 2 CreationStatus on entry is what an earlier callback stored", Info->CreationStatus,
    Contains(Info->CommandLine, L"denied") || Contains(Info->CommandLine, L"forgiven") || Contains(Info->CommandLine, L"worse") ? STATUS_ACCESS_DENIED
    : Contains(Info->CommandLine, L"infected")      ? STATUS_VIRUS_INFECTED
    : Contains(Info->CommandLine, L"policy")        ? STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT
    : Contains(Info->CommandLine, L"pending")       ? STATUS_PENDING
    : Contains(Info->CommandLine, L"informational") ? STATUS_OBJECT_NAME_EXISTS
    : Contains(Info->CommandLine, L"warning")       ? STATUS_BUFFER_OVERFLOW
                                                    : STATUS_SUCCESS);
  if (Contains(Info->CommandLine, L"forgiven")) {
    Info->CreationStatus = STATUS_SUCCESS;
    g_Forgiven = TRUE;
  }
  if (Contains(Info->CommandLine, L"worse")) Info->CreationStatus = STATUS_VIRUS_INFECTED;
}

static VOID Thread(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  UNREFERENCED_PARAMETER(Create);
  if (g_Id != NULL && ProcessId == g_Id) g_ThreadsOfRefused++;
}

static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  UNREFERENCED_PARAMETER(Name);
  UNREFERENCED_PARAMETER(Info);
  if (g_Id != NULL && ProcessId == g_Id) g_Images++;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Refused, 1);
  FACT_EQ("callbacks 2 a refused process: its exit notification", g_RefusedExit, VARIANT == 4 ? 0 : 1);
  FACT_EQ("callbacks 6 a refused process: the exit comes in its own thread, or in another", g_OwnThread, VARIANT == 3 ? 1 : 0);
  FACT_EQ("callbacks 6 a refused process: no thread callbacks", g_ThreadsOfRefused, 0);
  FACT_EQ("callbacks 6 a refused process: no image callbacks", g_Images, 0);
  FACT_EQ("callbacks 2 all registered callbacks run after one set an error", g_SecondAfterVeto, VARIANT == 2 ? 0 : 1);
  CHECK(g_Forgiven == (VARIANT != 2));
  PsSetCreateProcessNotifyRoutineEx(First, TRUE);
  PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Second, TRUE);
  PsRemoveCreateThreadNotifyRoutine(Thread);
  PsRemoveLoadImageNotifyRoutine(Image);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  HEADER("callbacks 2 STATUS_VIRUS_INFECTED", (ULONG)STATUS_VIRUS_INFECTED == 0xC0000906);
  HEADER("callbacks 2 STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT", (ULONG)STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT == 0xC0000361);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(First, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Second, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Thread), STATUS_SUCCESS);
  CHECK_EQ(PsSetLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
