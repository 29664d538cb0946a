// Headers of images: the driver's own, the kernel's with its exports, a user process'; a base that is no image.
#include "system.h"
#include <ntimage.h>
#if 0 // threads
thread main { Sleep(1); }
#endif

static ULONG g_Zero[32];
__declspec(code_seg("PAGE")) static VOID Paged(VOID) { PAGED_CODE(); }

static PVOID KernelBase(VOID) {
  ULONG length = 0;
  PUCHAR list;
  PVOID base = NULL;
  CHECK_EQ(ZwQuerySystemInformation(11, NULL, 0, &length), STATUS_INFO_LENGTH_MISMATCH);
  list = ExAllocatePoolWithTag(PagedPool, length, 'tsiL');
  if (list != NULL && NT_SUCCESS(ZwQuerySystemInformation(11, list, length, &length))) base = *(PVOID *)(list + 8 + 0x10);
  if (list != NULL) ExFreePoolWithTag(list, 'tsiL');
  return base;
}

static PVOID WalkExports(PUCHAR base, const char *wanted) {
  PIMAGE_DOS_HEADER dos = (PIMAGE_DOS_HEADER)base;
  PIMAGE_NT_HEADERS64 nt = (PIMAGE_NT_HEADERS64)(base + dos->e_lfanew);
  PIMAGE_EXPORT_DIRECTORY e =
    (PIMAGE_EXPORT_DIRECTORY)(base + nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress);
  PULONG functions = (PULONG)(base + e->AddressOfFunctions), names = (PULONG)(base + e->AddressOfNames);
  PUSHORT ordinals = (PUSHORT)(base + e->AddressOfNameOrdinals);
  ULONG i;
  for (i = 0; i < e->NumberOfNames; i++)
    if (strcmp((char *)base + names[i], wanted) == 0) return base + functions[ordinals[i]];
  return NULL;
}

static VOID OwnImage(PDRIVER_OBJECT DriverObject) {
  PIMAGE_NT_HEADERS nt = RtlImageNtHeader(DriverObject->DriverStart);
  PIMAGE_SECTION_HEADER section;
  ULONG i, rva = (ULONG)((PUCHAR)(ULONG_PTR)OwnImage - (PUCHAR)DriverObject->DriverStart), inText = 0, paged = 0, size = 1;
  CHECK(nt != NULL);
  if (nt == NULL) return;
  CHECK_EQ(*(PUSHORT)DriverObject->DriverStart, IMAGE_DOS_SIGNATURE);
  CHECK_EQ(nt->Signature, IMAGE_NT_SIGNATURE);
  CHECK_EQ(nt->FileHeader.Machine, IMAGE_FILE_MACHINE_AMD64);
  CHECK_EQ(nt->OptionalHeader.SizeOfImage, DriverObject->DriverSize);
  CHECK_EQ(nt->OptionalHeader.Subsystem, IMAGE_SUBSYSTEM_NATIVE);
  CHECK(nt->OptionalHeader.ImageBase == (ULONGLONG)DriverObject->DriverStart);
  CHECK((PUCHAR)DriverObject->DriverStart + nt->OptionalHeader.AddressOfEntryPoint == (PUCHAR)DriverObject->DriverInit);
  CHECK((nt->OptionalHeader.DllCharacteristics & 0x80) != 0); // /INTEGRITYCHECK
  section = IMAGE_FIRST_SECTION(nt);
  for (i = 0; i < nt->FileHeader.NumberOfSections; i++, section++) {
    BOOLEAN here = rva >= section->VirtualAddress && rva < section->VirtualAddress + section->Misc.VirtualSize;
    if (here && strcmp((char *)section->Name, ".text") == 0 && (section->Characteristics & IMAGE_SCN_MEM_EXECUTE)) inText++;
    if (strcmp((char *)section->Name, "PAGE") == 0) paged++;
  }
  CHECK_EQ(inText, 1);
  CHECK_EQ(paged, 1);
  CHECK(RtlImageDirectoryEntryToData(DriverObject->DriverStart, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size) == NULL && size == 0);
  CHECK(RtlImageDirectoryEntryToData(DriverObject->DriverStart, TRUE, 100, &size) == NULL && size == 0);
}

static VOID Kernel(VOID) {
  PUCHAR base = KernelBase();
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"ExAllocatePoolWithTag"), own = RTL_CONSTANT_STRING(L"IopSynchronousService");
  ULONG size = 0;
  PVOID wanted = MmGetSystemRoutineAddress(&name);
  CHECK(base != NULL && wanted != NULL);
  CHECK(MmGetSystemRoutineAddress(&own) == NULL);
  CHECK(WalkExports(base, "ExAllocatePoolWithTag") == wanted);
  CHECK(WalkExports(base, "PsProcessType") == (PVOID)PsProcessType);
  CHECK(WalkExports(base, "IopSynchronousService") == NULL);
  CHECK(WalkExports(base, "CreateFileW") == NULL);
  CHECK(RtlFindExportedRoutineByName(base, "ExAllocatePoolWithTag") == wanted);
  CHECK(RtlFindExportedRoutineByName(base, "NoSuchRoutine") == NULL);
  CHECK(RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size) != NULL && size > 1000);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(ProcessId);
  if (Info != NULL) {
    KAPC_STATE state;
    PIMAGE_NT_HEADERS nt;
    KeStackAttachProcess((PRKPROCESS)Process, &state);
    nt = RtlImageNtHeader(PsGetProcessSectionBaseAddress(Process));
    CHECK(nt != NULL && nt->OptionalHeader.Subsystem == IMAGE_SUBSYSTEM_WINDOWS_CUI);
    CHECK(RtlImageNtHeader((PVOID)0x10000) == NULL); // nothing is there: caught, as on Windows
    KeUnstackDetachProcess(&state);
  }
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  OwnImage(DriverObject);
  Kernel();
  Paged();
  CHECK(RtlImageNtHeader(g_Zero) == NULL);
  CHECK(RtlImageNtHeader(NULL) == NULL);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE), STATUS_SUCCESS);
  return MakeDevice(DriverObject, Control);
}
