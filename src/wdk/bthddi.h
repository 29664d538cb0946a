// Bluetooth request blocks: the header that all of them begin with.
#pragma once
#include "bthdef.h"
typedef struct _BRB_HEADER {
  LIST_ENTRY ListEntry; ULONG Length; USHORT Version; USHORT Type; ULONG BthportFlags; NTSTATUS Status; BTHSTATUS BtStatus; PVOID Context[4]; PVOID ClientContext[4]; ULONG_PTR Reserved[5];
} BRB_HEADER, *PBRB_HEADER;
