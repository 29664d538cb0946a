// File names by the filter manager: of an image's file object and of an open file; parsed; references; a bad argument.
#include <fltkernel.h>
#include "system.h"
#if 0 // threads
thread main { Sleep(1); }
#endif

static PFLT_FILTER Filter;
static LONG g_Images;

static NTSTATUS FLTAPI FilterUnload(FLT_FILTER_UNLOAD_FLAGS Flags) {
  UNREFERENCED_PARAMETER(Flags);
  FltUnregisterFilter(Filter);
  return STATUS_SUCCESS;
}
static const FLT_REGISTRATION Registration = {sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0, NULL, NULL, FilterUnload};

static BOOLEAN Is(PCUNICODE_STRING Text, PCWSTR Wanted) {
  UNICODE_STRING wanted;
  RtlInitUnicodeString(&wanted, Wanted);
  return RtlEqualUnicodeString(Text, &wanted, FALSE);
}

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo) {
  PIMAGE_INFO_EX extended = CONTAINING_RECORD(ImageInfo, IMAGE_INFO_EX, ImageInfo);
  PFLT_FILE_NAME_INFORMATION info;
  if (ProcessId == NULL || !ImageInfo->ExtendedInfoPresent) return;
  CHECK_EQ(FltGetFileNameInformationUnsafe(extended->FileObject, NULL, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT, &info), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(&info->Name, FullImageName, TRUE));
  CHECK_EQ(info->NamesParsed, 0);
  CHECK_EQ(FltParseFileNameInformation(info), STATUS_SUCCESS);
  CHECK(info->Extension.Length == 6 && Is(&info->Volume, L"\\Device\\HarddiskVolume3") && info->Stream.Length == 0);
  FltReferenceFileNameInformation(info);
  FltReleaseFileNameInformation(info);
  CHECK(info->ParentDir.Length > 2);
  FltReleaseFileNameInformation(info);
  InterlockedIncrement(&g_Images);
}

static VOID Opened(VOID) {
  HANDLE h;
  PFILE_OBJECT file;
  IO_STATUS_BLOCK iosb;
  OBJECT_ATTRIBUTES oa;
  PFLT_FILE_NAME_INFORMATION info;
  FLT_IO_PARAMETER_BLOCK iopb = {0};
  FLT_CALLBACK_DATA data = {0};
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\??\\C:\\ProgramData\\archive.tar.gz"), extension, last;
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateFile(&h, GENERIC_WRITE | SYNCHRONIZE, &oa, &iosb, NULL, 0, 0, FILE_OVERWRITE_IF, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *IoFileObjectType, KernelMode, (PVOID *)&file, NULL), STATUS_SUCCESS);
  *(PFLT_IO_PARAMETER_BLOCK *)&data.Iopb = &iopb;
  iopb.TargetFileObject = file;
  *(PETHREAD *)&data.Thread = PsGetCurrentThread();
  CHECK(FltGetRequestorProcess(&data) == PsGetCurrentProcess() && FltGetRequestorProcessId(&data) == 4);
  CHECK_EQ(FltGetFileNameInformation(&data, FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT, &info), STATUS_SUCCESS);
  CHECK(Is(&info->Name, L"\\Device\\HarddiskVolume3\\ProgramData\\archive.tar.gz"));
  CHECK_EQ(FltParseFileNameInformation(info), STATUS_SUCCESS);
  CHECK(Is(&info->FinalComponent, L"archive.tar.gz") && Is(&info->Extension, L"gz") && Is(&info->ParentDir, L"\\ProgramData\\"));
  CHECK_EQ(info->NamesParsed, FLT_FILE_NAME_PARSED_FINAL_COMPONENT | FLT_FILE_NAME_PARSED_EXTENSION | FLT_FILE_NAME_PARSED_STREAM | FLT_FILE_NAME_PARSED_PARENT_DIR);
  FltReleaseFileNameInformation(info);
  CHECK_EQ(FltGetFileNameInformation(&data, 0, &info), STATUS_INVALID_PARAMETER);
  CHECK(info == NULL);
  CHECK_EQ(FltGetDestinationFileNameInformation(NULL, file, NULL, L"new.txt", 14, FLT_FILE_NAME_NORMALIZED, &info), STATUS_SUCCESS);
  CHECK(Is(&info->Name, L"\\Device\\HarddiskVolume3\\ProgramData\\new.txt"));
  FltReleaseFileNameInformation(info);
  CHECK_EQ(FltParseFileName(&name, &extension, NULL, &last), STATUS_SUCCESS);
  CHECK(Is(&extension, L"gz") && Is(&last, L"archive.tar.gz"));
  ObDereferenceObject(file);
  ZwClose(h);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK(g_Images >= 2);
  PsRemoveLoadImageNotifyRoutine(OnImage);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(FltRegisterFilter(DriverObject, &Registration, &Filter), STATUS_SUCCESS);
  CHECK_EQ(FltObjectReference(Filter), STATUS_SUCCESS);
  FltObjectDereference(Filter);
  Opened();
  CHECK_EQ(PsSetLoadImageNotifyRoutine(OnImage), STATUS_SUCCESS);
  return MakeDevice(DriverObject, Control);
}
