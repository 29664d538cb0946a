// A process that is critical for the system is terminated.
// expect bugcheck 0xEF
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), p = StartProcess(NOTEPAD, L"notepad");
  DWORD got, id = GetProcessId(p);
  DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL);
  TerminateProcess(p, 0);
}
#endif
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PEPROCESS process;
  HANDLE h;
  ULONG on = 1;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(PsLookupProcessByProcessId((HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer, &process), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByPointer(process, OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  CHECK_EQ(ZwSetInformationProcess(h, ProcessBreakOnTermination, &on, sizeof on), STATUS_SUCCESS);
  ZwClose(h);
  EXPECT_STOP("bugchecks 3 0xEF: critical process terminated", 0xEF, process, 0, 0, 0);
  ObDereferenceObject(process);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  return MakeDevice(DriverObject, Control);
}
