// EtwRegister and its relatives: a session with everything is always running, so the enable callback comes at once.
#include "system.h"
#include <evntrace.h>
#include <evntprov.h>

static const GUID Id = {0x71ae54db, 0x0862, 0x41bf, {0xa2, 0x4f, 0x53, 0x30, 0xce, 0xc7, 0xf6, 0xc9}};
static REGHANDLE g_Handle;
static int g_Calls;
static UCHAR g_Level;

static VOID NTAPI OnEnable(LPCGUID SourceId, ULONG ControlCode, UCHAR Level, ULONGLONG Any, ULONGLONG All, PVOID Filter, PVOID Context) {
  UNREFERENCED_PARAMETER(SourceId);
  CHECK(ControlCode == EVENT_CONTROL_CODE_ENABLE_PROVIDER && Any == ~0ull && All == 0 && Filter == NULL && Context == &g_Calls);
  g_Level = Level;
  g_Calls++;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK(EtwUnregister(g_Handle) == STATUS_SUCCESS);
  CHECK(EtwUnregister(g_Handle) == STATUS_INVALID_HANDLE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  EVENT_DESCRIPTOR descriptor = {42, 0, 0, 4, 0, 0, 0x10};
  ULONG number = 7;
  WCHAR text[] = L"text";
  EVENT_DATA_DESCRIPTOR data[2] = {{(ULONGLONG)(ULONG_PTR)&number, sizeof number, 0}, {(ULONGLONG)(ULONG_PTR)text, sizeof text, 0}};
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK(EtwWrite(0, &descriptor, NULL, 0, NULL) == STATUS_INVALID_HANDLE);
  CHECK(EtwRegister(&Id, OnEnable, &g_Calls, &g_Handle) == STATUS_SUCCESS);
  CHECK(g_Calls == 1 && g_Level == 255);
  CHECK(EtwEventEnabled(g_Handle, &descriptor) && EtwProviderEnabled(g_Handle, 5, 1));
  CHECK(EtwWrite(g_Handle, &descriptor, NULL, 2, data) == STATUS_SUCCESS);
  CHECK(EtwWriteTransfer(g_Handle, &descriptor, NULL, NULL, 0, NULL) == STATUS_SUCCESS);
  CHECK(EtwWriteString(g_Handle, 3, 0, NULL, L"said") == STATUS_SUCCESS);
  CHECK(EtwWrite(g_Handle, NULL, NULL, 0, NULL) == STATUS_INVALID_PARAMETER);
  return STATUS_SUCCESS;
}
