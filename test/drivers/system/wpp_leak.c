// Tracing that is not ended before the driver is gone, and providers that stay registered.
// expect leak WPP tracing begun at
// expect leak TraceLogging provider registered at
// expect leak event provider registered at
#include "system.h"
#include <TraceLoggingProvider.h>
#include <evntrace.h>
#define WPP_CONTROL_GUIDS WPP_DEFINE_CONTROL_GUID(Ctl, (71ae54db, 0862, 41bf, a24f, 5330cec7f6c9), WPP_DEFINE_BIT(ALL))
#include "wpp_leak.tmh"

TRACELOGGING_DEFINE_PROVIDER(g_Provider, "Leaky", (0x71ae54db, 0x0862, 0x41bf, 0xa2, 0x4f, 0x53, 0x30, 0xce, 0xc7, 0xf6, 0xc9));
static REGHANDLE g_Handle;

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  DriverObject->DriverUnload = UnloadNothing;
  WPP_INIT_TRACING(DriverObject, RegistryPath);
  CHECK(TraceLoggingRegister(g_Provider) == STATUS_SUCCESS);
  CHECK(EtwRegister(&g_Provider->Id, NULL, NULL, &g_Handle) == STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
