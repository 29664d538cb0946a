// What the macros of WPP and TraceLogging come to here: routines of Interlock's own that print events as lines of the debug output. Drivers do not include
// this header themselves; x.tmh and traceloggingprovider.h do.
#pragma once
#include "ntdef.h"

// What a control GUID has: Level and Flags are 0 until WPP_INIT_TRACING, so that nothing is traced before, and again after WPP_CLEANUP.
typedef struct _WPP_TRACE_CONTROL {
  ULONG64 Logger; // the registration, 0: not registered
  UCHAR Level;
  UCHAR Reserved[3];
  ULONG Flags[8];
} WPP_TRACE_CONTROL;
typedef struct _WPP_TRACE_CONTROL_BLOCK {
  WPP_TRACE_CONTROL Control;
} WPP_TRACE_CONTROL_BLOCK, *PWPP_TRACE_CONTROL_BLOCK;

_IRQL_requires_max_(PASSIVE_LEVEL) VOID InterlockWppInitTracing(_Inout_updates_(Count) PWPP_TRACE_CONTROL_BLOCK Blocks, _In_ ULONG Count, ...);
_IRQL_requires_max_(PASSIVE_LEVEL) VOID InterlockWppCleanup(_Inout_updates_(Count) PWPP_TRACE_CONTROL_BLOCK Blocks, _In_ ULONG Count, ...);
_IRQL_requires_max_(HIGH_LEVEL) VOID InterlockWppTrace(_In_ PCSTR File, _In_ ULONG Line, _In_ PCSTR Function, _In_ PCSTR Level, _In_ PCSTR Flags, _In_ PCSTR Format, ...);

// A provider of TraceLogging. Level and Keyword are 0 while it is not registered.
struct _tlgProvider_t {
  ULONG Level;
  ULONG Reserved;
  ULONG64 Keyword;
  ULONG64 RegHandle;
  PCSTR Name;
  GUID Id;
};
typedef struct _tlgProvider_t const *TraceLoggingHProvider;

_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS InterlockTraceLoggingRegister(_In_ TraceLoggingHProvider Provider, _In_opt_ PVOID EnableCallback, _In_opt_ PVOID CallbackContext);
_IRQL_requires_max_(PASSIVE_LEVEL) VOID InterlockTraceLoggingUnregister(_In_ TraceLoggingHProvider Provider);
// Fields follow as (type, text of the value, texts of name and description, value[, count]) until a type that is NULL.
_IRQL_requires_max_(HIGH_LEVEL) VOID InterlockTraceLoggingWrite(_In_ TraceLoggingHProvider Provider, _In_ PCSTR Name, ...);
