// Variables of the kernel that drivers read, and the security descriptors that wdmsec.lib holds.
#include <ntifs.h>
#include <wdmsec.h>
#include "system.h"

TEST_ENTRY {
  OSVERSIONINFOW version = {sizeof(version)};
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Secure"), routine = RTL_CONSTANT_STRING(L"KdDebuggerEnabled");
  PDEVICE_OBJECT device;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  FACT("documentation KdDebuggerEnabled: FALSE without a kernel debugger", !KD_DEBUGGER_ENABLED && !*KdDebuggerEnabled);
  FACT("documentation KdDebuggerNotPresent: TRUE without one", KD_DEBUGGER_NOT_PRESENT && KdRefreshDebuggerNotPresent());
  FACT_EQ("documentation KdDisableDebugger without a debugger", KdDisableDebugger(), STATUS_DEBUGGER_INACTIVE);
  CHECK((PVOID)KdDebuggerEnabled == MmGetSystemRoutineAddress(&routine));
  RtlGetVersion(&version);
  FACT_EQ("documentation NtBuildNumber: low word is the build", *NtBuildNumber, (USHORT)version.dwBuildNumber);
  FACT_EQ("documentation InitSafeBootMode: 0, not in safe mode", *InitSafeBootMode, 0);
  FACT_EQ("documentation KeNumberProcessors", KeNumberProcessors, KeQueryActiveProcessorCount(NULL));
  CHECK_EQ(NtGlobalFlag, 0);
  CHECK_EQ(SDDL_DEVOBJ_SYS_ALL_ADM_ALL.Length, 27 * sizeof(WCHAR));
  CHECK_EQ(IoCreateDeviceSecure(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RW_RES_R, NULL, &device), STATUS_SUCCESS);
  IoDeleteDevice(device);
  return RESULT();
}
