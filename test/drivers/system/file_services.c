// Files by the I/O manager's own routines: IoCreateFile, share access that a driver keeps itself, volumes, control codes to devices and file systems.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_PEND, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static ULONG g_Major, g_Code, g_Minor;

static VOID Init(POBJECT_ATTRIBUTES Oa, PUNICODE_STRING Name, PCWSTR Text) {
  RtlInitUnicodeString(Name, Text);
  InitializeObjectAttributes(Oa, Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
}

static VOID Create(VOID) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name;
  IO_STATUS_BLOCK iosb;
  IO_DRIVER_CREATE_CONTEXT context;
  FILE_BASIC_INFORMATION basic;
  PFILE_OBJECT file;
  HANDLE h = NULL;
  Init(&oa, &name, L"\\??\\C:\\Windows\\Temp\\iocreate.txt");
  FACT("documentation IoCreateFile: creates", IoCreateFile(&h, GENERIC_WRITE | SYNCHRONIZE, &oa, &iosb, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_CREATE, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, CreateFileTypeNone, NULL, IO_NO_PARAMETER_CHECKING) == STATUS_SUCCESS && iosb.Information == FILE_CREATED);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  FACT_EQ("documentation IoCreateFile: a file that is there", IoCreateFile(&h, GENERIC_WRITE | SYNCHRONIZE, &oa, &iosb, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_CREATE, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, CreateFileTypeNone, NULL, IO_NO_PARAMETER_CHECKING), STATUS_OBJECT_NAME_COLLISION);
  FACT_EQ("documentation IoCreateFile: in a thread of user mode the driver's buffers are checked as the user's", IoCreateFile(&h, GENERIC_READ | SYNCHRONIZE, &oa, &iosb, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, CreateFileTypeNone, NULL, 0), STATUS_ACCESS_VIOLATION);
  IoInitializeDriverCreateContext(&context);
  FACT("documentation IoCreateFileEx: opens", IoCreateFileEx(&h, GENERIC_READ | DELETE | SYNCHRONIZE, &oa, &iosb, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT | FILE_DELETE_ON_CLOSE, NULL, 0, CreateFileTypeNone, NULL, IO_NO_PARAMETER_CHECKING, &context) == STATUS_SUCCESS && iosb.Information == FILE_OPENED);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *IoFileObjectType, KernelMode, (PVOID *)&file, NULL), STATUS_SUCCESS);
  FACT("documentation FsRtlIsPagingFile: an ordinary file", !FsRtlIsPagingFile(file) && !FsRtlIsSystemPagingFile(file));
  FACT("documentation MmDoesFileHaveUserWritableReferences: nobody maps it", MmDoesFileHaveUserWritableReferences(file->SectionObjectPointer) == 0);
  ObDereferenceObject(file);
  FACT_EQ("documentation ZwQueryAttributesFile: STATUS_SUCCESS", ZwQueryAttributesFile(&oa, &basic), STATUS_SUCCESS);
  FACT("documentation ZwQueryAttributesFile: attributes", (basic.FileAttributes & (FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_ARCHIVE)) != 0 && basic.CreationTime.QuadPart != 0);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  FACT_EQ("documentation ZwQueryAttributesFile: no such file", ZwQueryAttributesFile(&oa, &basic), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID Volume(VOID) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name;
  IO_STATUS_BLOCK iosb;
  FILE_FS_SIZE_INFORMATION size;
  FILE_FS_DEVICE_INFORMATION device;
  UCHAR buffer[64];
  PFILE_FS_ATTRIBUTE_INFORMATION attributes = (PFILE_FS_ATTRIBUTE_INFORMATION)buffer;
  HANDLE h = NULL;
  Init(&oa, &name, L"\\??\\C:\\Windows");
  CHECK_EQ(ZwOpenFile(&h, FILE_LIST_DIRECTORY | SYNCHRONIZE, &oa, &iosb, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT), STATUS_SUCCESS);
  FACT("documentation ZwQueryVolumeInformationFile: sizes", ZwQueryVolumeInformationFile(h, &iosb, &size, sizeof size, FileFsSizeInformation) == STATUS_SUCCESS && size.BytesPerSector == 512 && size.AvailableAllocationUnits.QuadPart <= size.TotalAllocationUnits.QuadPart);
  FACT("documentation ZwQueryVolumeInformationFile: a disk", ZwQueryVolumeInformationFile(h, &iosb, &device, sizeof device, FileFsDeviceInformation) == STATUS_SUCCESS && device.DeviceType == FILE_DEVICE_DISK);
  FACT("documentation ZwQueryVolumeInformationFile: the name of the file system", ZwQueryVolumeInformationFile(h, &iosb, buffer, sizeof buffer, FileFsAttributeInformation) == STATUS_SUCCESS && attributes->FileSystemNameLength == 8 && memcmp(attributes->FileSystemName, L"NTFS", 8) == 0);
  FACT("documentation ZwQueryVolumeInformationFile: too short a buffer", !NT_SUCCESS(ZwQueryVolumeInformationFile(h, &iosb, &size, 4, FileFsSizeInformation)));
  FACT_EQ("documentation ZwFsControlFile: a code that the file system does not know", ZwFsControlFile(h, NULL, NULL, NULL, &iosb, CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 0x7FF, METHOD_BUFFERED, FILE_ANY_ACCESS), NULL, 0, NULL, 0), STATUS_INVALID_DEVICE_REQUEST);
  ZwClose(h);
}

static VOID Controls(VOID) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name;
  IO_STATUS_BLOCK iosb;
  HANDLE h = NULL;
  ULONG in = 20, out = 0;
  Init(&oa, &name, L"\\Device\\Test");
  CHECK_EQ(ZwOpenFile(&h, GENERIC_READ | SYNCHRONIZE, &oa, &iosb, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT), STATUS_SUCCESS);
  FACT("documentation ZwDeviceIoControlFile: IRP_MJ_DEVICE_CONTROL with its code", ZwDeviceIoControlFile(h, NULL, NULL, NULL, &iosb, IOCTL_BUFFERED, &in, sizeof in, &out, sizeof out) == STATUS_SUCCESS && g_Major == IRP_MJ_DEVICE_CONTROL && g_Code == IOCTL_BUFFERED);
  FACT("documentation ZwDeviceIoControlFile: the driver's output and its length", out == 21 && iosb.Information == sizeof out);
  out = 0;
  FACT("documentation ZwFsControlFile: IRP_MJ_FILE_SYSTEM_CONTROL with its code", ZwFsControlFile(h, NULL, NULL, NULL, &iosb, IOCTL_BUFFERED, &in, sizeof in, &out, sizeof out) == STATUS_SUCCESS && g_Major == IRP_MJ_FILE_SYSTEM_CONTROL && g_Code == IOCTL_BUFFERED);
  FACT("documentation ZwFsControlFile: IRP_MN_USER_FS_REQUEST", g_Minor == IRP_MN_USER_FS_REQUEST && out == 21);
  ZwClose(h);
  FACT_EQ("documentation ZwDeviceIoControlFile: not a file", ZwDeviceIoControlFile(ZwCurrentThread(), NULL, NULL, NULL, &iosb, IOCTL_BUFFERED, NULL, 0, NULL, 0), STATUS_OBJECT_TYPE_MISMATCH);
}

// Two opens of one file, as a file system counts them.
static VOID Sharing(VOID) {
  static FILE_OBJECT first, second, third;
  SHARE_ACCESS share;
  IoSetShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &first, &share);
  FACT("documentation IoSetShareAccess: the first open", share.OpenCount == 1 && share.Readers == 1 && share.Writers == 0 && share.SharedRead == 1 && first.ReadAccess && first.SharedRead && !first.SharedWrite);
  FACT_EQ("documentation IoCheckShareAccess: what others do must be shared", IoCheckShareAccess(FILE_READ_DATA, 0, &second, &share, TRUE), STATUS_SHARING_VIOLATION);
  FACT_EQ("documentation IoCheckShareAccess: what is wanted must be shared by the others", IoCheckShareAccess(FILE_WRITE_DATA, FILE_SHARE_READ, &second, &share, TRUE), STATUS_SHARING_VIOLATION);
  FACT("documentation IoCheckShareAccess: a violation counts nothing", share.OpenCount == 1);
  FACT("documentation IoCheckShareAccess: without Update nothing is counted", IoCheckShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &second, &share, FALSE) == STATUS_SUCCESS && share.OpenCount == 1);
  IoUpdateShareAccess(&second, &share);
  FACT("documentation IoUpdateShareAccess: counts what was checked", share.OpenCount == 2 && share.Readers == 2 && share.SharedRead == 2);
  FACT("documentation IoCheckShareAccess: attributes alone do not count", IoCheckShareAccess(FILE_READ_ATTRIBUTES, 0, &third, &share, TRUE) == STATUS_SUCCESS && share.OpenCount == 2);
  IoRemoveShareAccess(&first, &share);
  IoRemoveShareAccess(&second, &share);
  FACT("documentation IoRemoveShareAccess: takes it back", share.OpenCount == 0 && share.Readers == 0 && share.SharedRead == 0);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  UNREFERENCED_PARAMETER(DeviceObject);
  if (s->Parameters.DeviceIoControl.IoControlCode == IOCTL_PEND) {
    Create();
    Volume();
    Controls();
    Sharing();
    return CompleteIrp(Irp, STATUS_SUCCESS, 0);
  }
  g_Major = s->MajorFunction;
  g_Minor = s->MinorFunction;
  g_Code = s->Parameters.DeviceIoControl.IoControlCode;
  ++*(PULONG)Irp->AssociatedIrp.SystemBuffer;
  return CompleteIrp(Irp, STATUS_SUCCESS, sizeof(ULONG));
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  DriverObject->MajorFunction[IRP_MJ_FILE_SYSTEM_CONTROL] = Control;
  return MakeDevice(DriverObject, Control);
}
