// A driver gives a process another ID, as those do that hide processes: the ID table no longer fits when it is deleted.
// expect bugcheck 0x17
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), p = StartProcess(NOTEPAD, L"notepad");
  DWORD got, id = GetProcessId(p);
  DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL);
  TerminateProcess(p, 0);
  WaitForSingleObject(p, INFINITE);
  CloseHandle(p);
  Sleep(50);
}
#endif
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE pid = (HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer;
  PEPROCESS process;
  PHANDLE field;
  ULONG i;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(PsLookupProcessByProcessId(pid, &process), STATUS_SUCCESS);
  // UniqueProcessId is looked for, not known: the place in System that says 4 and here says the PID
  for (i = 0; i < 0x100; i++) {
    field = (PHANDLE)process + i;
    if (*field == pid && *((PHANDLE)PsInitialSystemProcess + i) == (HANDLE)4) break;
  }
  CHECK(i < 0x100);
  *field = (HANDLE)0x1FF0;
  EXPECT_STOP("bugchecks 3 0x17: CID table inconsistency", 0x17, 0, 0, 0, 0);
  ObDereferenceObject(process);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  return MakeDevice(DriverObject, Control);
}
