// WPP: x.tmh is made when it is included; messages between WPP_INIT_TRACING and WPP_CLEANUP are formatted and printed, others are not.
#include "system.h"

#define WPP_CONTROL_GUIDS                                                                  \
  WPP_DEFINE_CONTROL_GUID(Ctl, (71ae54db, 0862, 41bf, a24f, 5330cec7f6c9),                 \
                          WPP_DEFINE_BIT(DRV_GENERAL) WPP_DEFINE_BIT(DRV_IO))              \
  WPP_DEFINE_CONTROL_GUID(Second, (71ae54dc, 0862, 41bf, a24f, 5330cec7f6c9), WPP_DEFINE_BIT(DRV_OTHER))
#define WPP_LEVEL_FLAGS_LOGGER(lvl, flags) WPP_LEVEL_LOGGER(flags)
#define WPP_LEVEL_FLAGS_ENABLED(lvl, flags) (WPP_LEVEL_ENABLED(flags) && WPP_CONTROL(WPP_BIT_##flags).Level >= lvl)
#define TRACE_LEVEL_ERROR 2
#define TRACE_LEVEL_INFORMATION 4
//
// begin_wpp config
// FUNC TraceEvents(LEVEL, FLAGS, MSG, ...);
// FUNC Trace{FLAG=DRV_GENERAL}(LEVEL, MSG, ...);
// FUNC Entry{LEVEL=TRACE_LEVEL_INFORMATION}(FLAGS);
// USEPREFIX(Entry, "%!STDPREFIX!--> %!FUNC!");
// FUNC Twice((LEVEL, FLAGS, MSG, ...));
// end_wpp
//
#include "wpp.tmh"

static int g_Evaluated;
static int evaluated(void) { return ++g_Evaluated; }

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  Trace(TRACE_LEVEL_ERROR, "unload");
  WPP_CLEANUP(DriverObject);
  DoTraceMessage(DRV_IO, "after cleanup %d", evaluated());
  CHECK(g_Evaluated == 1);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  GUID id = {0x71ae54db, 0x0862, 0x41bf, {0xa2, 0x4f, 0x53, 0x30, 0xce, 0xc7, 0xf6, 0xc9}};
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"wide");
  ANSI_STRING narrow = RTL_CONSTANT_STRING("narrow");
  DriverObject->DriverUnload = Unload;
  DoTraceMessage(DRV_GENERAL, "before %d", evaluated());
  CHECK(g_Evaluated == 0);
  WPP_INIT_TRACING(DriverObject, RegistryPath);
  DoTraceMessage(DRV_GENERAL, "number %d", evaluated());
  TraceEvents(TRACE_LEVEL_ERROR, DRV_IO, "%!FUNC! %!LEVEL! %!FLAGS! %!STATUS! %wZ %Z", STATUS_ACCESS_DENIED, &name, &narrow);
  TraceEvents(TRACE_LEVEL_INFORMATION, DRV_OTHER, "%!GUID! %!bool! %s %S %I64x %p", &id, TRUE, "a", L"b", 0x123456789ll, (PVOID)1);
  Trace(TRACE_LEVEL_INFORMATION, "plain");
  Trace(TRACE_LEVEL_INFORMATION, "with %04x and " "two literals\n", 0xab);
  Entry(DRV_IO);
  Twice((TRACE_LEVEL_ERROR, DRV_IO, "%d%%", 50));
  if (NT_SUCCESS(STATUS_SUCCESS)) Trace(TRACE_LEVEL_ERROR, "then"); else Trace(TRACE_LEVEL_ERROR, "else");
  CHECK(WPP_LEVEL_FLAGS_ENABLED(TRACE_LEVEL_ERROR, DRV_OTHER));
  return STATUS_SUCCESS;
}
