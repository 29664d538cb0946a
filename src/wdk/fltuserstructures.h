// Filter manager: message headers that a minifilter and its program share.
#pragma once
#include "ntdef.h"
#define FLTFL_AGGREGATE_INFO_IS_MINIFILTER 0x00000001
#define FLTFL_AGGREGATE_INFO_IS_LEGACYFILTER 0x00000002
typedef struct _FILTER_MESSAGE_HEADER { ULONG ReplyLength; ULONGLONG MessageId; } FILTER_MESSAGE_HEADER, *PFILTER_MESSAGE_HEADER;
typedef struct _FILTER_REPLY_HEADER { NTSTATUS Status; ULONGLONG MessageId; } FILTER_REPLY_HEADER, *PFILTER_REPLY_HEADER;
