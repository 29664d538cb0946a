// Jobs as drivers see them: PsGetProcessJob, assignment, inheritance, the limit of active processes, kill on close (ps-routines conventions, 10).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), p = StartProcess(NOTEPAD, L"notepad"), q;
  DWORD got, code = 0;
  ULONG_PTR in = (ULONG_PTR)p;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &in, sizeof in, NULL, 0, &got, NULL));
  EXPECT(WaitForSingleObject(p, 1000) == WAIT_OBJECT_0);
  FACT("documentation kill on close ends the processes of the job", GetExitCodeProcess(p, &code) && code == 0);
  CloseHandle(p);
  EXPECT(DeviceIoControl(d, IOCTL_PEND, NULL, 0, NULL, 0, &got, NULL));
  q = StartProcess(NOTEPAD, L"notepad");
  FACT("documentation a child beyond the active process limit is not created", q == NULL && GetLastError() == 1816);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &got, NULL));
  q = StartProcess(NOTEPAD, L"notepad");
  in = (ULONG_PTR)q;
  EXPECT(q != NULL && DeviceIoControl(d, IOCTL_IN_DIRECT, &in, sizeof in, &in, sizeof in, &got, NULL));
  EXPECT(TerminateProcess(q, 0));
  CloseHandle(q);
  CloseHandle(d);
}
#endif

static HANDLE g_Job;

static VOID Limit(HANDLE Job, ULONG Flags, ULONG Active) {
  UCHAR limit[0x90] = {0};
  *(PULONG)(limit + 0x10) = Flags;
  *(PULONG)(limit + 0x28) = Active;
  CHECK_EQ(ZwSetInformationJobObject(Job, 9, limit, sizeof limit), STATUS_SUCCESS);
}

static HANDLE NewJob(VOID) {
  HANDLE h = NULL;
  OBJECT_ATTRIBUTES oa;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateJobObject(&h, 0x1F003F, &oa), STATUS_SUCCESS);
  return h;
}

static VOID Killed(HANDLE UserHandle) {
  HANDLE job = NewJob(), h;
  PEPROCESS process;
  PVOID body;
  ULONG counts[12] = {0};
  CHECK_EQ(ObReferenceObjectByHandle(UserHandle, 0, *PsProcessType, UserMode, (PVOID *)&process, NULL), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByPointer(process, OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  FACT_EQ("ps-routines conventions PsJobType: the type of job objects", ObReferenceObjectByHandle(job, 0, *PsJobType, KernelMode, &body, NULL), STATUS_SUCCESS);
  FACT("documentation PsGetProcessJob: NULL without a job", PsGetProcessJob(process) == NULL);
  CHECK_EQ(ZwIsProcessInJob(h, NULL), STATUS_PROCESS_NOT_IN_JOB);
  CHECK_EQ(ZwAssignProcessToJobObject(job, h), STATUS_SUCCESS);
  FACT("documentation PsGetProcessJob: the job of a process", PsGetProcessJob(process) == body);
  CHECK(ZwIsProcessInJob(h, NULL) == STATUS_PROCESS_IN_JOB && ZwIsProcessInJob(h, job) == STATUS_PROCESS_IN_JOB);
  CHECK_EQ(ZwAssignProcessToJobObject(job, h), STATUS_ACCESS_DENIED);
  CHECK_EQ(ZwQueryInformationJobObject(job, 1, counts, sizeof counts, NULL), STATUS_SUCCESS);
  CHECK(counts[9] == 1 && counts[10] == 1 && counts[11] == 0);
  Limit(job, 0x2000, 0);
  ObDereferenceObject(body);
  ZwClose(job);
  ZwClose(h);
  ObDereferenceObject(process);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PEPROCESS child;
  UNREFERENCED_PARAMETER(DeviceObject);
  switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
  case IOCTL_BUFFERED:
    Killed(*(HANDLE *)Irp->AssociatedIrp.SystemBuffer);
    break;
  case IOCTL_PEND:
    g_Job = NewJob();
    Limit(g_Job, 8, 1);
    CHECK_EQ(ZwAssignProcessToJobObject(g_Job, ZwCurrentProcess()), STATUS_SUCCESS);
    break;
  case IOCTL_RELEASE:
    Limit(g_Job, 0, 0);
    break;
  default:
    CHECK_EQ(ObReferenceObjectByHandle(*(HANDLE *)Irp->AssociatedIrp.SystemBuffer, 0, *PsProcessType, UserMode, (PVOID *)&child, NULL), STATUS_SUCCESS);
    FACT("documentation a child is in its parent's job", PsGetProcessJob(child) != NULL && PsGetProcessJob(child) == PsGetProcessJob(PsGetCurrentProcess()));
    ObDereferenceObject(child);
    ZwClose(g_Job);
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
