// References and handles that a driver took and did not give back are named when it unloads, with the place that took them; what is given back anywhere in the driver is not.
// expect leak 2 references to process 4, taken at TakeTwice
// expect leak a reference to thread
// expect leak a reference to an event object
// expect leak a handle to an event object
// expect leak a handle to process 4, opened at Open
#include "system.h"

static PEPROCESS TakeTwice(VOID) {
  PEPROCESS process = NULL;
  for (int i = 0; i < 3; i++) PsLookupProcessByProcessId((HANDLE)4, &process);
  return process;
}
static HANDLE Open(PEPROCESS Process) {
  HANDLE handle = NULL;
  CHECK_EQ(ObOpenObjectByPointer(Process, OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &handle), STATUS_SUCCESS);
  return handle;
}
static VOID Give(PVOID Object) { ObDereferenceObject(Object); }

TEST_ENTRY {
  PEPROCESS process = NULL;
  PETHREAD thread = NULL;
  PVOID event;
  HANDLE handle;
  OBJECT_ATTRIBUTES oa;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  Give(TakeTwice());
  CHECK_EQ(PsLookupThreadByThreadId(PsGetCurrentThreadId(), &thread), STATUS_SUCCESS);
  // balanced, through several routines
  CHECK_EQ(PsLookupProcessByProcessId((HANDLE)4, &process), STATUS_SUCCESS);
  ObReferenceObject(process);
  Give(process);
  Give(process);
  // looked up without success: nothing was taken
  CHECK(!NT_SUCCESS(PsLookupProcessByProcessId((HANDLE)0x7654, &process)));
  // an object of its own, whose handle is closed: the reference by handle keeps it
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(handle, EVENT_ALL_ACCESS, *ExEventObjectType, KernelMode, &event, NULL), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(handle), STATUS_SUCCESS);
  // handles: one closed, one of a function not, one in the table of the System process not
  CHECK_EQ(ZwClose(Open(PsInitialSystemProcess)), STATUS_SUCCESS);
  CHECK(Open(PsInitialSystemProcess) != NULL);
  InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
