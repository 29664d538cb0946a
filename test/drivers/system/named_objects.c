// Objects with names: events that drivers make, directories, symbolic links, opening by name, permanent objects; references with tags.
#include "system.h"

static VOID Init(POBJECT_ATTRIBUTES Oa, PUNICODE_STRING Name, PCWSTR Text) {
  RtlInitUnicodeString(Name, Text);
  InitializeObjectAttributes(Oa, Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
}

static VOID Events(VOID) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\DriverEvent"), other = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\DriverSync");
  HANDLE h = NULL, again = NULL, sync = NULL;
  PKEVENT event = IoCreateNotificationEvent(&name, &h), same, s;
  FACT("documentation IoCreateNotificationEvent: signalled", event != NULL && h != NULL && KeReadStateEvent(event) != 0);
  FACT("documentation IoCreateNotificationEvent: stays signalled after a wait", Signalled(event) && Signalled(event));
  KeClearEvent(event);
  same = IoCreateNotificationEvent(&name, &again);
  FACT("documentation IoCreateNotificationEvent: an existing one is opened as it is", same == event && again != h && KeReadStateEvent(event) == 0);
  CHECK(ZwClose(again) == STATUS_SUCCESS && ZwClose(h) == STATUS_SUCCESS);
  s = IoCreateSynchronizationEvent(&other, &sync);
  FACT("documentation IoCreateSynchronizationEvent: signalled, one wait takes it", s != NULL && Signalled(s) && !Signalled(s));
  CHECK_EQ(ZwClose(sync), STATUS_SUCCESS);
  event = IoCreateNotificationEvent(&name, &h);
  FACT("documentation ZwClose: the last handle takes the event away", event != NULL && KeReadStateEvent(event) != 0);
  ZwClose(h);
}

static VOID Links(VOID) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name, target;
  WCHAR room[64];
  HANDLE h = NULL;
  ULONG length = 0;
  Init(&oa, &name, L"\\??\\C:");
  FACT_EQ("documentation ZwOpenSymbolicLinkObject: a link", ZwOpenSymbolicLinkObject(&h, GENERIC_READ, &oa), STATUS_SUCCESS);
  RtlInitEmptyUnicodeString(&target, room, sizeof room);
  FACT_EQ("documentation ZwQuerySymbolicLinkObject: its target", ZwQuerySymbolicLinkObject(h, &target, &length), STATUS_SUCCESS);
  FACT("documentation ZwQuerySymbolicLinkObject: a counted string", EndsWith(&target, L"\\Device\\HarddiskVolume3") && length >= target.Length);
  RtlInitEmptyUnicodeString(&target, room, 4);
  FACT("documentation ZwQuerySymbolicLinkObject: no room, and how much it needs", ZwQuerySymbolicLinkObject(h, &target, &length) == STATUS_BUFFER_TOO_SMALL && length > 4);
  ZwClose(h);
  Init(&oa, &name, L"\\??\\NoSuchLink");
  FACT_EQ("documentation ZwOpenSymbolicLinkObject: no such name", ZwOpenSymbolicLinkObject(&h, GENERIC_READ, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
  Init(&oa, &name, L"\\Device");
  FACT_EQ("documentation ZwOpenSymbolicLinkObject: not a link", ZwOpenSymbolicLinkObject(&h, GENERIC_READ, &oa), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("documentation ZwOpenDirectoryObject: a directory", ZwOpenDirectoryObject(&h, DIRECTORY_QUERY, &oa), STATUS_SUCCESS);
  ZwClose(h);
  Init(&oa, &name, L"\\NoSuchDirectory");
  FACT_EQ("documentation ZwOpenDirectoryObject: no such name", ZwOpenDirectoryObject(&h, DIRECTORY_QUERY, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID ByName(VOID) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name;
  HANDLE made = NULL, h = NULL;
  Init(&oa, &name, L"\\BaseNamedObjects\\TestMutant");
  CHECK_EQ(ZwCreateMutant(&made, MUTANT_ALL_ACCESS, &oa, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation ZwOpenMutant: by name", ZwOpenMutant(&h, MUTANT_ALL_ACCESS, &oa), STATUS_SUCCESS);
  ZwClose(h);
  FACT_EQ("documentation ZwOpenSemaphore: another type", ZwOpenSemaphore(&h, SEMAPHORE_ALL_ACCESS, &oa), STATUS_OBJECT_TYPE_MISMATCH);
  ZwClose(made);
  FACT_EQ("documentation ZwOpenMutant: gone with its last handle", ZwOpenMutant(&h, MUTANT_ALL_ACCESS, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
  Init(&oa, &name, L"\\BaseNamedObjects\\TestSemaphore");
  CHECK_EQ(ZwCreateSemaphore(&made, SEMAPHORE_ALL_ACCESS, &oa, 1, 2), STATUS_SUCCESS);
  FACT_EQ("documentation ZwOpenSemaphore: by name", ZwOpenSemaphore(&h, SEMAPHORE_ALL_ACCESS, &oa), STATUS_SUCCESS);
  ZwClose(h);
  ZwClose(made);
  Init(&oa, &name, L"\\BaseNamedObjects\\TestTimer");
  CHECK_EQ(ZwCreateTimer(&made, TIMER_ALL_ACCESS, &oa, NotificationTimer), STATUS_SUCCESS);
  FACT_EQ("documentation ZwOpenTimer: by name", ZwOpenTimer(&h, TIMER_ALL_ACCESS, &oa), STATUS_SUCCESS);
  ZwClose(h);
  ZwClose(made);
}

static VOID Permanent(VOID) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name;
  HANDLE h = NULL;
  PVOID body = NULL;
  Init(&oa, &name, L"\\BaseNamedObjects\\Stays");
  oa.Attributes |= OBJ_PERMANENT;
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE), STATUS_SUCCESS);
  ZwClose(h);
  oa.Attributes &= ~OBJ_PERMANENT;
  FACT_EQ("documentation OBJ_PERMANENT: the object stays without a handle", ZwOpenEvent(&h, EVENT_ALL_ACCESS, &oa), STATUS_SUCCESS);
  FACT_EQ("documentation ZwMakeTemporaryObject: STATUS_SUCCESS", ZwMakeTemporaryObject(h), STATUS_SUCCESS);
  ZwClose(h);
  FACT_EQ("documentation ZwMakeTemporaryObject: then it goes with the last handle", ZwOpenEvent(&h, EVENT_ALL_ACCESS, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
  oa.Attributes |= OBJ_PERMANENT;
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *ExEventObjectType, KernelMode, &body, NULL), STATUS_SUCCESS);
  ZwClose(h);
  ObMakeTemporaryObject(body);
  ObDereferenceObject(body);
  oa.Attributes &= ~OBJ_PERMANENT;
  FACT_EQ("documentation ObMakeTemporaryObject: the same for a pointer", ZwOpenEvent(&h, EVENT_ALL_ACCESS, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID Tags(VOID) {
  OBJECT_ATTRIBUTES oa;
  HANDLE h = NULL;
  PVOID body = NULL;
  LONG_PTR n;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE), STATUS_SUCCESS);
  FACT_EQ("documentation ObReferenceObjectByHandleWithTag: STATUS_SUCCESS", ObReferenceObjectByHandleWithTag(h, 0, *ExEventObjectType, KernelMode, 'gaT ', &body, NULL), STATUS_SUCCESS);
  FACT_EQ("documentation ObReferenceObjectByHandleWithTag: another type", ObReferenceObjectByHandleWithTag(h, 0, *PsProcessType, KernelMode, 'gaT ', &body, NULL), STATUS_OBJECT_TYPE_MISMATCH);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *ExEventObjectType, KernelMode, &body, NULL), STATUS_SUCCESS);
  n = References(body);
  FACT("documentation ObfReferenceObjectWithTag: the new count", ObfReferenceObjectWithTag(body, 'gaT ') == n + 1 && References(body) == n + 1);
  FACT("documentation ObfReferenceObject: the new count", ObfReferenceObject(body) == n + 2);
  FACT_EQ("documentation ObReferenceObjectByPointerWithTag: another type", ObReferenceObjectByPointerWithTag(body, 0, *PsProcessType, KernelMode, 'gaT '), STATUS_OBJECT_TYPE_MISMATCH);
  FACT("documentation ObReferenceObjectByPointerWithTag: one more", ObReferenceObjectByPointerWithTag(body, 0, *ExEventObjectType, KernelMode, 'gaT ') == STATUS_SUCCESS && References(body) == n + 3);
  FACT("documentation ObReferenceObjectSafe: one more while there are any", ObReferenceObjectSafe(body) && References(body) == n + 4);
  ObDereferenceObjectDeferDeleteWithTag(body, 'gaT ');
  FACT_EQ("documentation ObDereferenceObjectDeferDeleteWithTag: one less", References(body), n + 3);
  FACT_EQ("documentation ObfDereferenceObjectWithTag: the new count", ObfDereferenceObjectWithTag(body, 'gaT '), n + 2);
  ObDereferenceObject(body);
  ObDereferenceObject(body);
  ObDereferenceObject(body);
  ObDereferenceObject(body);
  ZwClose(h);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  Events();
  Links();
  ByName();
  Permanent();
  Tags();
  return RESULT();
}
