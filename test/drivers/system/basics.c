// Routines that nearly every driver has and no other test calls: time, versions, processors, names of volumes, keys, requests built by hand.
#include <fltkernel.h>
#include "system.h"
#if 0 // threads
thread main { Sleep(1); }
#endif

static VOID Time(VOID) {
  LARGE_INTEGER frequency, a, b, ticks, local, system;
  ULONGLONG interrupt = KeQueryInterruptTime();
  ULONG major = 0, minor = 0, build = 0;
  a = KeQueryPerformanceCounter(&frequency);
  CHECK(frequency.QuadPart > 0);
  KeQueryTickCount(&ticks);
  KeStallExecutionProcessor(50);
  b = KeQueryPerformanceCounter(NULL);
  CHECK(b.QuadPart >= a.QuadPart && KeQueryInterruptTime() >= interrupt && ticks.QuadPart >= 0);
  KeQuerySystemTime(&system);
  ExSystemTimeToLocalTime(&system, &local);
  CHECK(local.QuadPart != 0);
  PsGetVersion(&major, &minor, &build, NULL);
  CHECK(major == 10 && minor == 0 && build >= 10240);
  CHECK(KeQueryActiveProcessorCount(NULL) >= 1 && (KeQueryActiveProcessors() & 1) && KeGetCurrentProcessorNumber() < KeQueryActiveProcessorCount(NULL));
}

static VOID Threads(VOID) {
  ULONG_PTR low = 0, high = 0;
  PVOID frames[4];
  CHECK(IoGetCurrentProcess() == PsInitialSystemProcess);
  CHECK(PsGetProcessWow64Process(PsGetCurrentProcess()) == NULL && PsGetThreadTeb(PsGetCurrentThread()) == NULL);
  CHECK(!PsIsProtectedProcess(PsGetCurrentProcess()) || PsGetCurrentProcessId() == (HANDLE)4);
  CHECK(!KeTestAlertThread(KernelMode));
  CHECK(IoGetTopLevelIrp() == NULL);
  IoGetStackLimits(&low, &high);
  CHECK(low < (ULONG_PTR)&frames && (ULONG_PTR)&frames < high);
  CHECK(RtlWalkFrameChain(frames, 4, 0) >= 1);
}

static VOID Locks(VOID) {
  EX_PUSH_LOCK lock;
  KDPC dpc;
  UCHAR secret[8] = "secret";
  PVOID pool = ExAllocatePool(NonPagedPool, 32);
  FltInitializePushLock(&lock);
  FltAcquirePushLockExclusive(&lock);
  FltReleasePushLock(&lock);
  FltAcquirePushLockShared(&lock);
  FltReleasePushLock(&lock);
  FltDeletePushLock(&lock);
  KeInitializeDpc(&dpc, NULL, NULL);
  KeSetTargetProcessorDpc(&dpc, 0);
  CHECK(pool != NULL);
  RtlSecureZeroMemory(secret, sizeof secret);
  CHECK(secret[0] == 0 && secret[5] == 0);
  RtlCopyBytes(secret, "abc", 4);
  CHECK(strcmp((char *)secret, "abc") == 0);
  ExFreePool(pool);
  CHECK(MmMapIoSpace((PHYSICAL_ADDRESS){.QuadPart = 0xFED00000}, 4096, MmNonCached) == NULL);
}

static VOID Keys(PUNICODE_STRING RegistryPath) {
  HANDLE key;
  OBJECT_ATTRIBUTES oa;
  UCHAR buffer[256];
  ULONG length = 0;
  PKEY_FULL_INFORMATION full = (PKEY_FULL_INFORMATION)buffer;
  InitializeObjectAttributes(&oa, RegistryPath, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwOpenKey(&key, KEY_READ, &oa), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryKey(key, KeyFullInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(full->Values >= 4 && length <= sizeof buffer);
  CHECK_EQ(ZwQueryKey(key, KeyFullInformation, buffer, 4, &length), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(ObCloseHandle(key, KernelMode), STATUS_SUCCESS);
}

static VOID Requests(PDRIVER_OBJECT DriverObject) {
  HANDLE h;
  PFILE_OBJECT file;
  PDEVICE_OBJECT disk, list[4];
  OBJECT_ATTRIBUTES oa;
  IO_STATUS_BLOCK iosb;
  KEVENT event;
  PIRP irp;
  LARGE_INTEGER offset = {0};
  USHORT magic = 0;
  ULONG count = 0;
  NTSTATUS status;
  POBJECT_NAME_INFORMATION dos = NULL;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\ntdll.dll"), volume, c = RTL_CONSTANT_STRING(L"C:"),
    full = RTL_CONSTANT_STRING(L"C:\\Windows\\System32\\ntdll.dll");
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwOpenFile(&h, GENERIC_READ | SYNCHRONIZE, &oa, &iosb, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *IoFileObjectType, KernelMode, (PVOID *)&file, NULL), STATUS_SUCCESS);
  disk = IoGetRelatedDeviceObject(file);
  // a request of our own to the file system
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, disk, &magic, sizeof magic, &offset, &event, &iosb);
  CHECK(irp != NULL);
  IoGetNextIrpStackLocation(irp)->FileObject = file;
  status = IoCallDriver(disk, irp);
  if (status == STATUS_PENDING) {
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    status = iosb.Status;
  }
  CHECK_EQ(status, STATUS_SUCCESS);
  CHECK(magic == 0x5A4D && iosb.Information == 2);
  CHECK_EQ(IoQueryFileDosDeviceName(file, &dos), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(&dos->Name, &full, TRUE));
  ExFreePool(dos);
  CHECK_EQ(IoVolumeDeviceToDosName(file->DeviceObject, &volume), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(&volume, &c, TRUE));
  ExFreePool(volume.Buffer);
  CHECK_EQ(RtlVolumeDeviceToDosName(file->DeviceObject, &volume), STATUS_SUCCESS);
  ExFreePool(volume.Buffer);
  ObfDereferenceObject(file);
  ZwClose(h);
  CHECK_EQ(IoEnumerateDeviceObjectList(DriverObject, list, sizeof list, &count), STATUS_SUCCESS);
  CHECK_EQ(count, 1);
  CHECK(list[0] == g_Device);
  ObDereferenceObject(list[0]);
  CHECK_EQ(IoEnumerateDeviceObjectList(DriverObject, list, 0, &count), STATUS_BUFFER_TOO_SMALL);
  irp = IoAllocateIrp(1, FALSE);
  CHECK(irp != NULL && !IoIs32bitProcess(irp));
  IoFreeIrp(irp);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  NTSTATUS status = MakeDevice(DriverObject, Control);
  DriverObject->DriverUnload = UnloadDevice;
  Time();
  Threads();
  Locks();
  Keys(RegistryPath);
  Requests(DriverObject);
  return status;
}
