// ZwQueryInformationProcess/Thread, ZwQuerySystemInformation (processes, modules), terminating a process from the kernel.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad victim");
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD id = GetProcessId(p), got, code = 0;
  Sleep(5);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL));
  EXPECT(WaitForSingleObject(p, 1000) == WAIT_OBJECT_0);
  EXPECT(GetExitCodeProcess(p, &code) && code == 0xC0000022);
  CloseHandle(p);
  CloseHandle(d);
}
#endif

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE h;
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {(HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer, NULL};
  PROCESS_BASIC_INFORMATION basic;
  UCHAR name[256], *list;
  ULONG length = 0, offset, found = 0, threads = 0;
  UNICODE_STRING want = RTL_CONSTANT_STRING(L"\\Device\\HarddiskVolume3\\Windows\\System32\\notepad.exe"), command = RTL_CONSTANT_STRING(L"notepad victim");
  UNREFERENCED_PARAMETER(DeviceObject);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessBasicInformation, &basic, sizeof basic, &length), STATUS_SUCCESS);
  CHECK(length == 0x30 && (HANDLE)basic.UniqueProcessId == cid.UniqueProcess && (HANDLE)basic.InheritedFromUniqueProcessId == PsGetCurrentProcessId());
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessBasicInformation, &basic, 8, &length), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessImageFileName, name, 4, &length), STATUS_INFO_LENGTH_MISMATCH);
  CHECK(length > want.Length);
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessImageFileName, name, sizeof name, &length), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString((PUNICODE_STRING)name, &want, TRUE));
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessCommandLineInformation, name, sizeof name, &length), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString((PUNICODE_STRING)name, &command, TRUE));
  CHECK_EQ(ZwQueryInformationProcess(h, (PROCESSINFOCLASS)30, name, 8, &length), STATUS_PORT_NOT_SET);
  CHECK(ZwQueryInformationProcess(h, (PROCESSINFOCLASS)31, name, 4, &length) == STATUS_SUCCESS && *(PULONG)name == 1);
  CHECK_EQ(ZwQueryInformationProcess(h, (PROCESSINFOCLASS)500, name, sizeof name, &length), STATUS_INVALID_INFO_CLASS);
  CHECK_EQ(ZwQueryInformationProcess(NtCurrentThread(), ProcessBasicInformation, &basic, sizeof basic, NULL), STATUS_OBJECT_TYPE_MISMATCH);

  CHECK_EQ(ZwQuerySystemInformation(5, NULL, 0, &length), STATUS_INFO_LENGTH_MISMATCH);
  list = ExAllocatePoolWithTag(PagedPool, length, 'tsiL');
  CHECK_EQ(ZwQuerySystemInformation(5, list, length, &length), STATUS_SUCCESS);
  for (offset = 0;; offset += *(PULONG)(list + offset)) {
    PUNICODE_STRING image = (PUNICODE_STRING)(list + offset + 0x38);
    HANDLE id = *(HANDLE *)(list + offset + 0x50);
    found++;
    if (id == cid.UniqueProcess) {
      threads = *(PULONG)(list + offset + 4);
      FACT("ps-routines 7 ZwQuerySystemInformation: name, parent, session and base priority", *(HANDLE *)(list + offset + 0x58) == PsGetCurrentProcessId() && *(PULONG)(list + offset + 0x64) == 1 && *(PLONG)(list + offset + 0x48) == 8);
      FACT("ps-routines 7 ZwQuerySystemInformation: IDs and start address of the first thread", *(HANDLE *)(list + offset + 0x100 + 0x28) == id && *(PVOID *)(list + offset + 0x100 + 0x20) != NULL);
      CHECK(image->Length == 22 && _wcsnicmp(image->Buffer, L"notepad.exe", 11) == 0);
    }
    if (*(PULONG)(list + offset) == 0) break;
  }
  FACT_EQ("ps-routines 7 ZwQuerySystemInformation: a record for each process, Idle first", found, 4); // Idle, System, main, notepad
  FACT("ps-routines 7 ZwQuerySystemInformation: the threads behind each record", threads >= 1);
  FACT("ps-routines conventions Idle process PID = 0, System 4", *(HANDLE *)(list + 0x50) == NULL && *(HANDLE *)(list + *(PULONG)list + 0x50) == (HANDLE)4);
  FACT("ps-routines 7 ZwQuerySystemInformation: the Idle process has a thread for each CPU", *(PULONG)(list + 4) == KeQueryActiveProcessorCount(NULL));
  CHECK_EQ(ZwQuerySystemInformation(11, list, length, &length), STATUS_SUCCESS);
  CHECK_EQ(*(PULONG)list, 2); // ntoskrnl and this driver
  CHECK(strstr((char *)list + 8 + 0x28, "ntoskrnl.exe") != NULL);
  CHECK(*(PVOID *)(list + 8 + 0x128 + 0x10) <= (PVOID)Control);
  ExFreePoolWithTag(list, 'tsiL');
  CHECK_EQ(ZwTerminateProcess(h, STATUS_ACCESS_DENIED), STATUS_SUCCESS);
  ZwClose(h);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
