// Handles and references: tables, kernel handles, type and access checks, duplicates, names, pseudo handles.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE e = CreateEventW(NULL, TRUE, FALSE, L"Shared");
  EXPECT(e != NULL && ((ULONG_PTR)e & 3) == 0);
  HANDLE again = CreateEventW(NULL, TRUE, FALSE, L"Shared");
  EXPECT(again != NULL && again != e && GetLastError() == 183);
  EXPECT(SetEvent(again));
  EXPECT(WaitForSingleObject(e, 0) == WAIT_OBJECT_0);
  HANDLE only = OpenEventW(SYNCHRONIZE, FALSE, L"Shared");
  EXPECT(only != NULL && !SetEvent(only) && GetLastError() == 5);
  EXPECT(CloseHandle(only) && CloseHandle(again) && CloseHandle(e));
  EXPECT(!CloseHandle(e) && GetLastError() == 6);
  EXPECT(OpenEventW(SYNCHRONIZE, FALSE, L"Shared") == NULL && GetLastError() == 2);
  HANDLE m = CreateMutexW(NULL, TRUE, NULL);
  EXPECT(ReleaseMutex(m) && !ReleaseMutex(m) && GetLastError() == 288);
  HANDLE all[2] = { CreateEventW(NULL, FALSE, TRUE, NULL), m };
  EXPECT(WaitForMultipleObjects(2, all, TRUE, 10) == WAIT_OBJECT_0);
  EXPECT(WaitForMultipleObjects(1, all, FALSE, 1) == WAIT_TIMEOUT);
  EXPECT(OpenProcess(PROCESS_ALL_ACCESS, FALSE, 4) == NULL && GetLastError() == 5);
  EXPECT(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, 123456) == NULL && GetLastError() == 87);
}
#endif

TEST_ENTRY {
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {(HANDLE)4, NULL};
  HANDLE h, h2;
  PVOID object = NULL;
  OBJECT_HANDLE_INFORMATION info;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\Kernel");
  UCHAR buffer[128];
  ULONG length = 0;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;

  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK((LONG_PTR)h < 0);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *PsThreadType, KernelMode, &object, NULL), STATUS_OBJECT_TYPE_MISMATCH);
  CHECK(object == NULL);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *PsProcessType, KernelMode, &object, &info), STATUS_SUCCESS);
  CHECK(object == PsInitialSystemProcess && info.GrantedAccess == PROCESS_ALL_ACCESS);
  ObDereferenceObject(object);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *PsProcessType, UserMode, &object, NULL), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwDuplicateObject(NtCurrentProcess(), h, NtCurrentProcess(), &h2, 0, OBJ_KERNEL_HANDLE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, NULL, KernelMode, &object, NULL), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwClose(h2), STATUS_SUCCESS);
  cid.UniqueProcess = (HANDLE)99999;
  CHECK_EQ(ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_INVALID_CID);
  CHECK_EQ(ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, NULL), STATUS_INVALID_PARAMETER_MIX);

  CHECK_EQ(ObReferenceObjectByHandle(NtCurrentThread(), 0, *PsThreadType, KernelMode, &object, NULL), STATUS_SUCCESS);
  CHECK(object == PsGetCurrentThread());
  ObDereferenceObject(object);
  CHECK_EQ(ObReferenceObjectByPointer(PsGetCurrentThread(), 0, *PsProcessType, KernelMode), STATUS_OBJECT_TYPE_MISMATCH);
  CHECK_EQ(ObOpenObjectByPointer(PsGetCurrentProcess(), OBJ_KERNEL_HANDLE, NULL, PROCESS_TERMINATE, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);

  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  CHECK_EQ(ZwCreateEvent(&h2, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_OBJECT_NAME_COLLISION);
  CHECK_EQ(ObReferenceObjectByHandle(h, EVENT_MODIFY_STATE, *ExEventObjectType, KernelMode, &object, NULL), STATUS_SUCCESS);
  CHECK_EQ(KeSetEvent((PKEVENT)object, 0, FALSE), 0);
  CHECK_EQ(ObQueryNameString(object, (POBJECT_NAME_INFORMATION)buffer, 8, &length), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ObQueryNameString(object, (POBJECT_NAME_INFORMATION)buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(&((POBJECT_NAME_INFORMATION)buffer)->Name, &name, FALSE));
  CHECK_EQ(ZwWaitForSingleObject(h, FALSE, NULL), STATUS_SUCCESS);
  ObDereferenceObject(object);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  CHECK_EQ(ZwOpenEvent(&h, EVENT_ALL_ACCESS, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
  return STATUS_SUCCESS;
}
