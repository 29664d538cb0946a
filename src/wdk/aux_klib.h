// Library of module queries.
#pragma once
#include "wdm.h"
#define AUX_KLIB_MODULE_PATH_LEN 256
typedef struct _AUX_MODULE_BASIC_INFO { PVOID ImageBase; } AUX_MODULE_BASIC_INFO, *PAUX_MODULE_BASIC_INFO;
typedef struct _AUX_MODULE_EXTENDED_INFO { AUX_MODULE_BASIC_INFO BasicInfo; ULONG ImageSize; USHORT FileNameOffset; UCHAR FullPathName[AUX_KLIB_MODULE_PATH_LEN]; } AUX_MODULE_EXTENDED_INFO, *PAUX_MODULE_EXTENDED_INFO;
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS AuxKlibInitialize(VOID);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSTATUS AuxKlibQueryModuleInformation(_Inout_ PULONG BufferSize, _In_ ULONG ElementSize, _Out_writes_bytes_opt_(*BufferSize) PVOID QueryInfo);
