// Private structures of event tracing: one for each registered provider, whoever registered it (EtwRegister, TraceLogging, WPP). REGHANDLE is its address.
#pragma once
#include "interlocktrace.h"

typedef struct _ETWP_REGISTRATION {
  ULONG Signature; // ETWP_SIGNATURE while it is registered
  ULONG Kind;      // 0 EtwRegister, 1 TraceLogging, 2 WPP
  GUID Id;
  PVOID EnableCallback;
  PVOID CallbackContext;
  PVOID Caller; // where EtwRegister was called
} ETWP_REGISTRATION;
