// ntddk.h and what file systems and their filters use: process attach, tokens, look-ups by ID, virtual memory.
#pragma once
#define _NTIFS_
#include "wdm.h"
#include "ntddkmisc.h"
#include "ddi-ntddk.h"
#define _NTDDK_
#include "ntfsrtl.h"
#include "ntcc.h"
#include "ddi-ntifs.h"
#include "ntafter.h"
#include "ntfsrtlctx.h"
// Of the kernel security package: which account a SID is (it asks the local security authority, a process).
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_blocks_ _Interlock_ipc_ _Interlock_calls_user_mode_ _Must_inspect_result_ NTSTATUS NTAPI SecLookupAccountSid(_In_ PSID Sid, _Out_ PULONG NameSize, _Inout_ PUNICODE_STRING NameBuffer, _Out_ PULONG DomainSize, _Inout_opt_ PUNICODE_STRING DomainBuffer, _Out_ PSID_NAME_USE NameUse);
