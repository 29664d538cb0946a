// What is not confirmed about IDs, tokens and worker threads, taken the one and the other way (reference: ps-routines.md conventions, 3, 7 and scheduler.md 15).
// variant
// variant choice id-reuse soon
// variant choice id-low-bits compared
// variant choice lookup-unknown-thread invalid-parameter
// variant choice token-kernel-handle optional
// variant choice worker-threads 16
#include "system.h"

enum { Plain, Soon, Compared, InvalidParameter, Optional, Few };
#define ITEMS 18

static WORK_QUEUE_ITEM g_Items[ITEMS];
static KEVENT g_Release, g_Last;
static volatile LONG g_Arrived, g_Left;

static VOID Wait(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  InterlockedIncrement(&g_Arrived);
  KeWaitForSingleObject(&g_Release, Executive, KernelMode, FALSE, NULL);
  if (InterlockedIncrement(&g_Left) == ITEMS) KeSetEvent(&g_Last, 0, FALSE);
}
static VOID Nothing(PVOID Context) { UNREFERENCED_PARAMETER(Context); }

static HANDLE NewId(VOID) {
  HANDLE h, id;
  CLIENT_ID cid;
  OBJECT_ATTRIBUTES oa;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, &cid, Nothing, NULL), STATUS_SUCCESS);
  id = cid.UniqueThread;
  CHECK_EQ(ZwWaitForSingleObject(h, FALSE, NULL), STATUS_SUCCESS);
  ZwClose(h);
  SleepMs(50); // the thread object is gone
  return id;
}

static VOID Ids(VOID) {
  HANDLE first = NewId(), second = NewId();
  PEPROCESS process = NULL;
  PETHREAD thread = NULL;
  NTSTATUS status;
  FACT("ps-routines conventions IDs are reused after the object dies: late or soon", (first == second) == (VARIANT == Soon));
  FACT("ps-routines conventions IDs are multiples of 4", ((ULONG_PTR)first & 3) == 0 && ((ULONG_PTR)second & 3) == 0);
  status = PsLookupProcessByProcessId((HANDLE)((ULONG_PTR)PsGetCurrentProcessId() + 1), &process);
  FACT_EQ("ps-routines conventions an ID that is no multiple of 4: its low bits are ignored, or nothing is found", status, VARIANT == Compared ? STATUS_INVALID_CID : STATUS_SUCCESS);
  if (process != NULL) ObDereferenceObject(process);
  FACT_EQ("ps-routines 3 PsLookupThreadByThreadId of an unknown TID", PsLookupThreadByThreadId((HANDLE)0x7FFF0, &thread), VARIANT == InvalidParameter ? STATUS_INVALID_PARAMETER : STATUS_INVALID_CID);
}

static VOID Token(VOID) {
  HANDLE token = NULL;
  NTSTATUS status = ZwOpenProcessTokenEx(ZwCurrentProcess(), TOKEN_QUERY, 0, &token);
  FACT_EQ("ps-routines 7 ZwOpenProcessTokenEx without OBJ_KERNEL_HANDLE", status, VARIANT == Optional ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
  if (NT_SUCCESS(status)) ZwClose(token);
}

static VOID Workers(VOID) {
  int i;
  KeInitializeEvent(&g_Release, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Last, NotificationEvent, FALSE);
  for (i = 0; i < ITEMS; i++) {
    ExInitializeWorkItem(&g_Items[i], Wait, NULL);
    ExQueueWorkItem(&g_Items[i], DelayedWorkQueue);
  }
  SleepMs(17500); // one worker more a second
  FACT("scheduler 15 how many work items may wait before their queue stands still", VARIANT == Few ? g_Arrived == 16 : g_Arrived == ITEMS);
  KeSetEvent(&g_Release, 0, FALSE);
  KeWaitForSingleObject(&g_Last, Executive, KernelMode, FALSE, NULL);
  SleepMs(200); // the last work routine has returned before the driver can go
  FACT_EQ("scheduler 15 all work items run in the end", g_Arrived, ITEMS);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  Ids();
  Token();
  if (VARIANT == Plain || VARIANT == Few) Workers();
  return RESULT();
}
