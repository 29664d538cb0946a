// Image notify callbacks: order and arguments for the exe and its DLLs, driver images, registration rules (reference: callbacks.md 4).
#include "system.h"
#if 0 // threads
thread main {
  HMODULE m = LoadLibraryW(L"version.dll");
  EXPECT(m != NULL);
  EXPECT(*(const WORD *)m == 0x5a4d);
}
#endif

static LONG g_Images;
static const PCWSTR g_Want[] = {L"\\Test\\main.exe", L"\\ntdll.dll", L"\\kernel32.dll", L"\\KernelBase.dll", L"\\version.dll"};

static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  CHECK(KeAreApcsDisabled());
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  CHECK(ProcessId == PsGetCurrentProcessId() && ProcessId != (HANDLE)4);
  CHECK(Info->ImageAddressingMode == IMAGE_ADDRESSING_MODE_32BIT && !Info->SystemModeImage && Info->ExtendedInfoPresent);
  CHECK(Info->ImageSize != 0 && Info->ImageBase != NULL);
  CHECK(*(USHORT *)Info->ImageBase == 0x5a4d || g_Images == 0);
  PIMAGE_INFO_EX ex = CONTAINING_RECORD(Info, IMAGE_INFO_EX, ImageInfo);
  CHECK_EQ(ex->Size, sizeof(*ex));
  CHECK(ex->FileObject != NULL && ex->FileObject->FileName.Length > 0);
  if (g_Images < 5) {
    size_t n = wcslen(g_Want[g_Images]);
    CHECK(Name->Length / 2 >= n && _wcsnicmp(Name->Buffer + Name->Length / 2 - n, g_Want[g_Images], n) == 0);
  }
  if (g_Images == 0) CHECK(PsGetProcessSectionBaseAddress(PsGetCurrentProcess()) == Info->ImageBase);
  g_Images++;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Images, 5);
  CHECK_EQ(PsRemoveLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  CHECK_EQ(PsRemoveLoadImageNotifyRoutine(Image), STATUS_PROCEDURE_NOT_FOUND);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetLoadImageNotifyRoutineEx(Image, 2), STATUS_INVALID_PARAMETER_2);
  CHECK_EQ(PsSetLoadImageNotifyRoutineEx(Image, PS_IMAGE_NOTIFY_CONFLICTING_ARCHITECTURE), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
