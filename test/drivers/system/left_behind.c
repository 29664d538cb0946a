// A driver that is gone while something still points to its code: what the next event does, and what the leak report says (reference: callbacks.md 7; bugchecks.md 6, 2).
// variant
// variant
// variant
// variant
// variant
// variant
// variant
// variant
// variant
// variant
// variant
// variant
// expect leak of 0 PsSetCreateProcessNotifyRoutine(Legacy) was not removed
// expect leak of 1 PsSetCreateProcessNotifyRoutineEx(Ex) was not removed
// expect leak of 2 PsSetCreateProcessNotifyRoutineEx2(Ex) was not removed
// expect leak of 3 PsSetCreateThreadNotifyRoutine(Thread) was not removed
// expect leak of 4 PsSetCreateThreadNotifyRoutineEx(NonSystem)(Thread) was not removed
// expect leak of 5 PsSetCreateThreadNotifyRoutineEx(Subsystems)(Thread) was not removed
// expect leak of 6 PsSetLoadImageNotifyRoutine(Image) was not removed
// expect leak of 7 ObRegisterCallbacks(Pre) was not undone by ObUnRegisterCallbacks
// expect leak of 8 CmRegisterCallback(Registry) was not undone by CmUnRegisterCallback
// expect leak of 9 system thread
// expect leak of 10 32 bytes of pool, tag 'test'
// expect leak of 11 a timer
#include "system.h"
#if 0 // threads
#include <winternl.h>
thread main {
  static WCHAR name[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\t";
  UNICODE_STRING service = { sizeof name - sizeof name[0], sizeof name, name };
  HKEY k;
  EXPECT(NtUnloadDriver(&service) == 0);
  Sleep(20);
  RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Test", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &k, NULL);
  StartProcess(NOTEPAD, L"notepad");
  Sleep(100);
}
#endif

static PVOID g_Object;
static LARGE_INTEGER g_Cookie;
static KTIMER g_Timer;
static KDPC g_Dpc;

static VOID Legacy(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Ex(PEPROCESS a, HANDLE b, PPS_CREATE_NOTIFY_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Thread(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Image(PUNICODE_STRING a, HANDLE b, PIMAGE_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static OB_PREOP_CALLBACK_STATUS Pre(PVOID a, POB_PRE_OPERATION_INFORMATION b) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); return OB_PREOP_SUCCESS; }
static NTSTATUS Registry(PVOID a, PVOID b, PVOID c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); return STATUS_SUCCESS; }
static VOID Worker(PVOID Context) { UNREFERENCED_PARAMETER(Context); SleepMs(50); }
static VOID Dpc(PKDPC a, PVOID b, PVOID c, PVOID d) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); UNREFERENCED_PARAMETER(d); }

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  LARGE_INTEGER due = {.QuadPart = -100000};
  HANDLE thread;
  PWORK_QUEUE_ITEM item;
  UNREFERENCED_PARAMETER(DriverObject);
  switch (VARIANT) {
  case 0: EXPECT_STOP("bugchecks 6 0xCE: legacy process callback", 0xCE, Legacy, 8, Legacy, 0); break;
  case 1: EXPECT_STOP("bugchecks 6 0xCE: Ex process callback", 0xCE, Ex, 8, Ex, 0); break;
  case 2: EXPECT_STOP("bugchecks 6 0xCE: Ex2 process callback", 0xCE, Ex, 8, Ex, 0); break;
  case 3: EXPECT_STOP("bugchecks 6 0xCE: thread callback", 0xCE, Thread, 8, Thread, 0); break;
  case 4: EXPECT_STOP("bugchecks 6 0xCE: NonSystem thread callback", 0xCE, Thread, 8, Thread, 0); break;
  case 5: EXPECT_STOP("bugchecks 6 0xCE: Subsystems thread callback", 0xCE, Thread, 8, Thread, 0); break;
  case 6: EXPECT_STOP("bugchecks 6 0xCE: image callback", 0xCE, Image, 8, Image, 0); break;
  case 7: EXPECT_STOP("bugchecks 6 0xCE: object callback", 0xCE, Pre, 8, Pre, 0); break;
  case 8: EXPECT_STOP("bugchecks 6 0xCE: registry callback", 0xCE, Registry, 8, Registry, 0); break;
  case 9:
    EXPECT_STOP("bugchecks 6 0xCE: system thread", 0xCE, ANY, 8, ANY, 0);
    if (NT_SUCCESS(PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Worker, NULL))) ZwClose(thread);
    SleepMs(2);
    break;
  case 10:
    EXPECT_STOP("bugchecks 6 0xCE: work item", 0xCE, ANY, 8, ANY, 0);
    item = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *item, 'tset');
    ExInitializeWorkItem(item, Worker, NULL);
    ExQueueWorkItem(item, DelayedWorkQueue);
    SleepMs(2);
    break;
  case 11:
    // The KTIMER lies in the image too: it is the list of timers that finds it gone.
    KeSetTimer(&g_Timer, due, &g_Dpc);
    EXPECT_STOP("callbacks 7 a timer: 0xC7", 0xC7, 0, &g_Timer, &g_Timer, (PUCHAR)&g_Timer + sizeof g_Timer);
    break;
  }
}

TEST_ENTRY {
  OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, Pre, NULL};
  OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, RTL_CONSTANT_STRING(L"1000"), NULL, &operation};
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  KeInitializeTimer(&g_Timer);
  KeInitializeDpc(&g_Dpc, Dpc, NULL);
  switch (VARIANT) {
  case 0: return PsSetCreateProcessNotifyRoutine(Legacy, FALSE);
  case 1: return PsSetCreateProcessNotifyRoutineEx(Ex, FALSE);
  case 2: return PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex, FALSE);
  case 3: return PsSetCreateThreadNotifyRoutine(Thread);
  case 4: return PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifyNonSystem, (PVOID)Thread);
  case 5: return PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)Thread);
  case 6: return PsSetLoadImageNotifyRoutine(Image);
  case 7: return ObRegisterCallbacks(&registration, &g_Object);
  case 8: return CmRegisterCallback(Registry, NULL, &g_Cookie);
  default: return STATUS_SUCCESS;
  }
}
