// Records of Windows Management Instrumentation. WMI is not simulated.
#pragma once
#include "ntdef.h"
typedef struct _WNODE_HEADER {
  ULONG BufferSize; ULONG ProviderId; union { ULONG64 HistoricalContext; struct { ULONG Version; ULONG Linkage; }; }; union { ULONG CountLost; HANDLE KernelHandle; LARGE_INTEGER TimeStamp; };
  GUID Guid; ULONG ClientContext; ULONG Flags;
} WNODE_HEADER, *PWNODE_HEADER;
#define WNODE_FLAG_ALL_DATA 0x00000001
#define WNODE_FLAG_SINGLE_INSTANCE 0x00000002
#define WNODE_FLAG_SINGLE_ITEM 0x00000004
#define WNODE_FLAG_EVENT_ITEM 0x00000008
#define WNODE_FLAG_TRACED_GUID 0x00020000
#define WMIREG_FLAG_EXPENSIVE 0x00000001
#define WMIREG_FLAG_INSTANCE_LIST 0x00000004
#define WMIREG_FLAG_INSTANCE_BASENAME 0x00000008
#define WMIREG_FLAG_INSTANCE_PDO 0x00000020
#define WMIREG_FLAG_EVENT_ONLY_GUID 0x00000040
typedef struct _WMIREGGUIDW { GUID Guid; ULONG Flags; ULONG InstanceCount; union { ULONG InstanceNameList; ULONG BaseNameOffset; ULONG_PTR Pdo; ULONG_PTR InstanceInfo; }; } WMIREGGUIDW, *PWMIREGGUIDW, WMIREGGUID, *PWMIREGGUID;
typedef struct _WMIREGINFOW { ULONG BufferSize; ULONG NextWmiRegInfo; ULONG RegistryPath; ULONG MofResourceName; ULONG GuidCount; WMIREGGUIDW WmiRegGuid[]; } WMIREGINFOW, *PWMIREGINFOW, WMIREGINFO, *PWMIREGINFO;
