// Event tracing has no consumer in a simulation: events are accepted and dropped.
#pragma once
#include "ntdef.h"
typedef struct _tlgProvider_t { ULONG Unused; } const *TraceLoggingHProvider;
#define TRACELOGGING_DECLARE_PROVIDER(p) extern const TraceLoggingHProvider p
#define TRACELOGGING_DEFINE_PROVIDER(p, ...) const TraceLoggingHProvider p = 0
#define TraceLoggingOptionGroup(...) 0
#define TraceLoggingRegister(p) ((NTSTATUS)0)
#define TraceLoggingUnregister(p) ((void)0)
#define TraceLoggingWrite(...) ((void)0)
#define TraceLoggingWriteStart(...) ((void)0)
#define TraceLoggingWriteStop(...) ((void)0)
#define TraceLoggingProviderEnabled(p, l, k) 0
