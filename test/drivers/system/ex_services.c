// Small services of the executive.
#include "system.h"

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  LUID a, b;
  USHORT language = 0;
  UNICODE_STRING text = RTL_CONSTANT_STRING(L"shown\n");
  BOOLEAN quota = TRUE;
  PVOID block;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  CHECK_EQ(ZwAllocateLocallyUniqueId(&a), STATUS_SUCCESS);
  CHECK_EQ(ZwAllocateLocallyUniqueId(&b), STATUS_SUCCESS);
  FACT("documentation ZwAllocateLocallyUniqueId: no two are the same until the system restarts", !RtlEqualLuid(&a, &b));
  FACT("documentation ZwAllocateLocallyUniqueId: none of a well-known logon session", a.HighPart == 0 && a.LowPart > 0x3e7);
  FACT_EQ("documentation ZwQueryInstallUILanguage: STATUS_SUCCESS", ZwQueryInstallUILanguage(&language), STATUS_SUCCESS);
  FACT_EQ("documentation ZwQueryInstallUILanguage: a language identifier", language, 0x409);
  FACT_EQ("documentation ZwDisplayString: STATUS_SUCCESS", ZwDisplayString(&text), STATUS_SUCCESS);
  FACT_EQ("documentation ZwFlushInstructionCache: STATUS_SUCCESS", ZwFlushInstructionCache(ZwCurrentProcess(), NULL, 0), STATUS_SUCCESS);
  FACT_EQ("documentation ZwFlushInstructionCache: the handle is one of a process", ZwFlushInstructionCache((HANDLE)0x12344, NULL, 0), STATUS_INVALID_HANDLE);
  block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'tseT');
  FACT("documentation ExQueryPoolBlockSize: at least what was asked for", ExQueryPoolBlockSize(block, &quota) >= 100 && !quota);
  ExFreePoolWithTag(block, 'tseT');
  return RESULT();
}
