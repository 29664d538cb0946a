// Looking up processes and threads, names and small queries; IDs are multiples of 4 and unknown ones are refused.
#include "system.h"
#if 0 // threads
thread main {
  EXPECT(GetCurrentProcessId() % 4 == 0 && GetCurrentThreadId() % 4 == 0 && GetCurrentProcessId() != GetCurrentThreadId());
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PEPROCESS self = PsGetCurrentProcess(), found;
  PETHREAD thread;
  CLIENT_ID cid = {PsGetCurrentProcessId(), PsGetCurrentThreadId()};
  PUNICODE_STRING name = NULL;
  UNICODE_STRING want = RTL_CONSTANT_STRING(L"\\Device\\HarddiskVolume3\\Test\\main.exe");
  PFILE_OBJECT file;
  OBJECT_ATTRIBUTES oa;
  HANDLE h;
  UCHAR buffer[256];
  ULONG length;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(PsLookupProcessByProcessId(PsGetCurrentProcessId(), &found), STATUS_SUCCESS);
  CHECK(found == self);
  ObDereferenceObject(found);
  CHECK_EQ(PsLookupProcessByProcessId(PsGetCurrentThreadId(), &found), STATUS_INVALID_CID);
  CHECK_EQ(PsLookupProcessByProcessId((HANDLE)0, &found), STATUS_INVALID_CID);
  CHECK_EQ(PsLookupProcessByProcessId((HANDLE)77777, &found), STATUS_INVALID_CID);
  CHECK_EQ(PsLookupProcessByProcessId((HANDLE)4, &found), STATUS_SUCCESS);
  CHECK(found == PsInitialSystemProcess && PsGetProcessPeb(found) == NULL);
  CHECK(strcmp(PsGetProcessImageFileName(found), "System") == 0);
  ObDereferenceObject(found);
  CHECK_EQ(PsLookupProcessThreadByCid(&cid, &found, &thread), STATUS_SUCCESS);
  CHECK(found == self && thread == PsGetCurrentThread());
  ObDereferenceObject(found);
  ObDereferenceObject(thread);
  CHECK(PsGetThreadId(thread) == PsGetCurrentThreadId() && IoThreadToProcess(thread) == self && PsGetThreadProcess(thread) == self);
  CHECK(PsGetCurrentThreadTeb() != NULL && !PsIsThreadTerminating(thread));
  CHECK(strcmp(PsGetProcessImageFileName(self), "main.exe") == 0);
  CHECK_EQ(SeLocateProcessImageName(self, &name), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(name, &want, TRUE));
  ExFreePool(name);
  CHECK_EQ(PsReferenceProcessFilePointer(self, &file), STATUS_SUCCESS);
  CHECK_EQ(ObQueryNameString(file, (POBJECT_NAME_INFORMATION)buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(&((POBJECT_NAME_INFORMATION)buffer)->Name, &want, TRUE));
  ObDereferenceObject(file);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  ZwClose(h);
  cid.UniqueProcess = (HANDLE)4;
  CHECK_EQ(ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, &cid), STATUS_INVALID_CID);
  CHECK(PsGetProcessCreateTimeQuadPart(self) > PsGetProcessCreateTimeQuadPart(PsInitialSystemProcess));
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
