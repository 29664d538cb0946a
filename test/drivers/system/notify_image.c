// Image notify callbacks: order and arguments for the exe and its DLLs, driver images, images of another architecture, what is not reported, registration rules
// (reference: callbacks.md 4, 6; ps-routines.md 1, 8).
#include "system.h"
#if 0 // threads
thread main {
  HMODULE m = LoadLibraryW(L"version.dll");
  EXPECT(m != NULL);
  FACT("callbacks 4 the image is mapped", *(const WORD *)m == 0x5a4d);
  FACT("callbacks 4 an image of another machine type: not loaded", LoadLibraryW(L"C:\\Windows\\SysWOW64\\winmm.dll") == NULL && GetLastError() == 193);
  EXPECT(LoadLibraryExW(L"data.dll", NULL, LOAD_LIBRARY_AS_DATAFILE) != NULL);
  EXPECT(LoadLibraryExW(L"resource.dll", NULL, LOAD_LIBRARY_AS_IMAGE_RESOURCE) != NULL);
  EXPECT(MapImageView(L"C:\\Windows\\System32\\part.dll", 0x1000) != NULL);
  EXPECT(FreeLibrary(m));
}
#endif

static LONG g_Images, g_Foreign, g_PlainForeign, g_Plain, g_Partial, g_Data, g_UserMode;
static const PCWSTR g_Want[] = {L"\\Test\\main.exe", L"\\ntdll.dll", L"\\kernel32.dll", L"\\KernelBase.dll", L"\\version.dll"};

static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  PIMAGE_INFO_EX ex = CONTAINING_RECORD(Info, IMAGE_INFO_EX, ImageInfo);
  FACT_EQ("callbacks 4 image callbacks run at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("callbacks 4 always inside a critical region", KeAreApcsDisabled());
  FACT("callbacks 4 a user image: in the process that maps it", ProcessId == PsGetCurrentProcessId() && ProcessId != (HANDLE)4);
  FACT_EQ("ps-routines 8 ImageAddressingMode", Info->ImageAddressingMode, IMAGE_ADDRESSING_MODE_32BIT);
  FACT("callbacks 4 a user image: SystemModeImage is 0", !Info->SystemModeImage);
  FACT("ps-routines 8 ExtendedInfoPresent", Info->ExtendedInfoPresent);
  FACT("ps-routines 8 ImageBase and ImageSize", Info->ImageSize != 0 && Info->ImageBase != NULL);
  FACT_EQ("ps-routines 8 ImageSelector is 0", Info->ImageSelector, 0);
  FACT_EQ("ps-routines 8 ImageSectionNumber is 0", Info->ImageSectionNumber, 0);
  FACT_EQ("ps-routines 8 IMAGE_INFO_EX.Size", ex->Size, sizeof(*ex));
  FACT_EQ("ps-routines 8 IMAGE_INFO.Properties: bits 0-7 ImageAddressingMode, 8 SystemModeImage, 10 ExtendedInfoPresent", *(PULONG)Info & 0x5FF, 0x403);
  FACT("ps-routines 8 IMAGE_INFO: ImageBase at 8", *(PVOID *)((PUCHAR)Info + 8) == Info->ImageBase && MmIsAddressValid(*(PVOID *)((PUCHAR)Info + 8)));
  FACT_EQ("ps-routines 8 IMAGE_INFO_EX: FileObject at 0x30", **(PSHORT *)((PUCHAR)ex + 0x30), IO_TYPE_FILE);
  FACT("callbacks 4 FileObject names the file", ex->FileObject != NULL && ex->FileObject->FileName.Length > 0);
  FACT_EQ("callbacks 4 ImageSignatureLevel of an image that was not evaluated", Info->ImageSignatureLevel, 0);
  FACT_EQ("callbacks 4 ImageSignatureType of an image that was not evaluated", Info->ImageSignatureType, 0);
  if (Info->MachineTypeMismatch) {
    g_Foreign++;
    FACT_EQ("ps-routines 8 IMAGE_INFO.Properties: bit 11 MachineTypeMismatch", *(PULONG)Info & 0x800, 0x800);
    FACT("callbacks 4 CONFLICTING_ARCHITECTURE: MachineTypeMismatch for the other machine type", EndsWith(Name, L"\\SysWOW64\\winmm.dll"));
    FACT_EQ("callbacks 4 its header says which machine", *(USHORT *)((PUCHAR)Info->ImageBase + *(ULONG *)((PUCHAR)Info->ImageBase + 0x3c) + 4), 0x14c);
    return;
  }
  if (Info->ImagePartialMap) {
    g_Partial++;
    FACT_EQ("ps-routines 8 IMAGE_INFO.Properties: bit 19 ImagePartialMap", *(PULONG)Info & 0x80000, 0x80000);
    FACT("callbacks 4 ImagePartialMap: only a part was mapped", EndsWith(Name, L"\\part.dll"));
    return;
  }
  FACT_EQ("callbacks 4 the image is mapped when the callback runs", *(USHORT *)Info->ImageBase, 0x5a4d);
  if (EndsWith(Name, L"\\data.dll") || EndsWith(Name, L"\\resource.dll")) g_Data++;
  if (g_Images < 5) FACT("callbacks 6 order: exe, ntdll, then what the loader maps", EndsWith(Name, g_Want[g_Images]));
  FACT("callbacks 4 FullImageName is a device path", wcsncmp(Name->Buffer, L"\\Device\\HarddiskVolume", 22) == 0);
  if (g_Images == 0) {
    FACT("callbacks 4 the exe: at the process' section base address", PsGetProcessSectionBaseAddress(PsGetCurrentProcess()) == Info->ImageBase);
    FACT("callbacks 4 the exe: in the context of the new process", PsGetCurrentProcessId() == ProcessId);
  }
  if (g_Images >= 2 && ExGetPreviousMode() == UserMode) g_UserMode++;
  g_Images++;
}

static VOID Plain(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  UNREFERENCED_PARAMETER(Name);
  UNREFERENCED_PARAMETER(ProcessId);
  if (Info->MachineTypeMismatch) g_PlainForeign++;
  g_Plain++;
}

static VOID Never(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  UNREFERENCED_PARAMETER(Name);
  UNREFERENCED_PARAMETER(ProcessId);
  UNREFERENCED_PARAMETER(Info);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  FACT_EQ("callbacks 4 one call for each image; none for unmapping", g_Images, 5);
  FACT_EQ("callbacks 6 DLLs are mapped from user mode", g_UserMode, 3);
  FACT_EQ("callbacks 4 none for a data file and for SEC_IMAGE_NO_EXECUTE", g_Data, 0);
  FACT_EQ("callbacks 4 CONFLICTING_ARCHITECTURE: delivered with the flag", g_Foreign, 1);
  FACT_EQ("callbacks 4 another architecture: not delivered without the flag", g_PlainForeign, 0);
  FACT_EQ("callbacks 4 a partial mapping is delivered", g_Partial, 1);
  FACT_EQ("callbacks 4 plain and Ex registrations see the same images of the own architecture", g_Plain, 6);
  FACT_EQ("ps-routines 1 removal of an image callback", PsRemoveLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 removal of an unknown image callback", PsRemoveLoadImageNotifyRoutine(Image), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("ps-routines 1 one removal for plain and Ex registrations", PsRemoveLoadImageNotifyRoutine(Plain), STATUS_SUCCESS);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  FACT_EQ("ps-routines 1 image Ex: an unknown flag", PsSetLoadImageNotifyRoutineEx(Image, 2), STATUS_INVALID_PARAMETER_2);
  FACT_EQ("ps-routines 1 image Ex registration", PsSetLoadImageNotifyRoutineEx(Image, PS_IMAGE_NOTIFY_CONFLICTING_ARCHITECTURE), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 plain image registration", PsSetLoadImageNotifyRoutine(Plain), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 removing what was never registered, image", PsRemoveLoadImageNotifyRoutine(Never), STATUS_PROCEDURE_NOT_FOUND);
  CHECK(!NT_SUCCESS(PsSetLoadImageNotifyRoutine(NULL)));
  return STATUS_SUCCESS;
}
