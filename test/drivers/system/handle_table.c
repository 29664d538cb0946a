// ExEnumHandleTable: finds a handle by its object, takes rights away from it, comes to an end without one; a file name that is not released.
// expect leak file name information got at
#include <fltkernel.h>
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad victim");
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  ULONG64 in[2] = {GetProcessId(p), (ULONG64)p};
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, in, sizeof in, NULL, 0, &got, NULL));
  EXPECT(!TerminateProcess(p, 1) && GetLastError() == ERROR_ACCESS_DENIED); // the right is gone
  CloseHandle(p);
  CloseHandle(d);
}
#endif

typedef struct { LONG64 Low; ULONG GrantedAccess; ULONG Spare; } ENTRY, *PENTRY;
typedef struct { PVOID Object; ULONG Seen; HANDLE Found; BOOLEAN Stop; } SEARCH, *PSEARCH;

static BOOLEAN Each(PVOID Table, PENTRY Entry, HANDLE Handle, PVOID Parameter) {
  PSEARCH s = Parameter;
  PUCHAR header = (PUCHAR)(((Entry->Low >> 20) << 4) | 0xffff000000000000);
  BOOLEAN hit = header + 0x30 == (PUCHAR)s->Object;
  UNREFERENCED_PARAMETER(Table);
  s->Seen++;
  if (hit) {
    s->Found = Handle;
    Entry->GrantedAccess &= ~1; // PROCESS_TERMINATE
  }
  _InterlockedExchangeAdd8((volatile char *)&Entry->Low, 1);
  ExfUnblockPushLock((PEX_PUSH_LOCK)((PUCHAR)Table + 0x30), NULL);
  return hit && s->Stop;
}

static PVOID TableOf(PEPROCESS Process) { return *(PVOID *)((PUCHAR)Process + 0x128); }

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PULONG64 in = Irp->AssociatedIrp.SystemBuffer;
  PEPROCESS process;
  SEARCH s = {0};
  HANDLE found = NULL;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(PsLookupProcessByProcessId((HANDLE)in[0], &process), STATUS_SUCCESS);
  s.Object = process;
  s.Stop = TRUE;
  CHECK(ExEnumHandleTable(TableOf(PsGetCurrentProcess()), Each, &s, &found));
  CHECK(found == s.Found && found == (HANDLE)in[1]);
  s.Object = NULL;
  s.Seen = 0;
  CHECK(!ExEnumHandleTable(TableOf(PsGetCurrentProcess()), Each, &s, NULL));
  CHECK(s.Seen >= 2);
  ObDereferenceObject(process);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  PFLT_FILE_NAME_INFORMATION info;
  PFILE_OBJECT file;
  UNREFERENCED_PARAMETER(DriverObject);
  {
    PDEVICE_OBJECT device;
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\ntdll.dll");
    if (NT_SUCCESS(IoGetDeviceObjectPointer(&name, FILE_READ_ATTRIBUTES, &file, &device))) {
      CHECK_EQ(FltGetFileNameInformationUnsafe(file, NULL, FLT_FILE_NAME_OPENED, &info), STATUS_SUCCESS); // never released
      ObDereferenceObject(file);
    }
  }
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  return MakeDevice(DriverObject, Control);
}
