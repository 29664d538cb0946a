// Types of rarely used routines of wdm.h: boot disk, containers (sessions), I/O attribution, eject, WMI notification, IOMMU, partitions of memory,
// triage dump data, secure pool. What only hardware fills (IOMMU interfaces) stays an incomplete type: a driver gets it by pointer.
#pragma once
#include "ntmisc.h"
// Field types are not published beside the routine's description: a version alone (U).
typedef struct _POOL_CREATE_EXTENDED_PARAMS { ULONG Version; } POOL_CREATE_EXTENDED_PARAMS, *PPOOL_CREATE_EXTENDED_PARAMS;
#define POOL_CREATE_PARAMS_VERSION 1
#define POOL_CREATE_FLG_SECURE_POOL 0x1

typedef struct _LOADER_PARTITION_INFORMATION_EX { ULONG PartitionStyle; ULONG PartitionNumber; union { ULONG Signature; GUID DeviceId; }; ULONG Flags; } LOADER_PARTITION_INFORMATION_EX, *PLOADER_PARTITION_INFORMATION_EX;
typedef struct _BOOTDISK_INFORMATION_LITE { ULONG NumberEntries; LOADER_PARTITION_INFORMATION_EX Entries[1]; } BOOTDISK_INFORMATION_LITE, *PBOOTDISK_INFORMATION_LITE;

typedef enum _IO_CONTAINER_INFORMATION_CLASS { IoSessionStateInformation, IoMaxContainerInformationClass } IO_CONTAINER_INFORMATION_CLASS;
typedef enum _IO_CONTAINER_NOTIFICATION_CLASS { IoSessionStateNotification, IoMaxContainerNotificationClass } IO_CONTAINER_NOTIFICATION_CLASS;
typedef enum _IO_SESSION_STATE {
  IoSessionStateCreated = 1, IoSessionStateInitialized, IoSessionStateConnected, IoSessionStateDisconnected, IoSessionStateDisconnectedLoggedOn, IoSessionStateLoggedOn,
  IoSessionStateLoggedOff, IoSessionStateTerminated, IoSessionMaxState
} IO_SESSION_STATE, *PIO_SESSION_STATE;
typedef enum _IO_SESSION_EVENT { IoSessionEventIgnore, IoSessionEventCreated, IoSessionEventTerminated, IoSessionEventConnected, IoSessionEventDisconnected, IoSessionEventLogon, IoSessionEventLogoff, IoSessionEventMax } IO_SESSION_EVENT, *PIO_SESSION_EVENT;
#define IO_SESSION_STATE_ALL_EVENTS 0xffffffff
#define IO_SESSION_STATE_CREATION_EVENT 0x00000001
#define IO_SESSION_STATE_TERMINATION_EVENT 0x00000002
#define IO_SESSION_STATE_CONNECT_EVENT 0x00000004
#define IO_SESSION_STATE_DISCONNECT_EVENT 0x00000008
#define IO_SESSION_STATE_LOGON_EVENT 0x00000010
#define IO_SESSION_STATE_LOGOFF_EVENT 0x00000020
#define IO_SESSION_STATE_VALID_EVENT_MASK 0x0000003f
#define IO_SESSION_MAX_PAYLOAD_SIZE 256
typedef struct _IO_SESSION_STATE_INFORMATION { ULONG SessionId; IO_SESSION_STATE SessionState; BOOLEAN LocalSession; } IO_SESSION_STATE_INFORMATION, *PIO_SESSION_STATE_INFORMATION;
typedef struct _IO_SESSION_STATE_NOTIFICATION { ULONG Size; ULONG Flags; PVOID IoObject; ULONG EventMask; PVOID Context; } IO_SESSION_STATE_NOTIFICATION, *PIO_SESSION_STATE_NOTIFICATION;
typedef struct _IO_SESSION_CONNECT_INFO { ULONG SessionId; BOOLEAN LocalSession; } IO_SESSION_CONNECT_INFO, *PIO_SESSION_CONNECT_INFO;
typedef NTSTATUS IO_SESSION_NOTIFICATION_FUNCTION(_In_ PVOID SessionObject, _In_ PVOID IoObject, _In_ ULONG Event, _In_ PVOID Context, _In_opt_ PVOID NotificationPayload, _In_ ULONG PayloadLength);
typedef IO_SESSION_NOTIFICATION_FUNCTION *PIO_SESSION_NOTIFICATION_FUNCTION;
typedef NTSTATUS (*PIO_CONTAINER_NOTIFICATION_FUNCTION)();

typedef enum _DEVICE_DIRECTORY_TYPE { DeviceDirectoryData } DEVICE_DIRECTORY_TYPE, *PDEVICE_DIRECTORY_TYPE;
// Order and types of the fields as the description of IoRecordIoAttribution suggests (U).
typedef struct _IO_ATTRIBUTION_INFORMATION { ULONG Version; ULONG Flags; ULONG Length; ULONGLONG ServiceStartTime; ULONGLONG CurrentTime; } IO_ATTRIBUTION_INFORMATION, *PIO_ATTRIBUTION_INFORMATION;
#define IO_ATTRIBUTION_INFO_V1 1
typedef _IRQL_requires_max_(DISPATCH_LEVEL) VOID IO_DEVICE_EJECT_CALLBACK(_In_ NTSTATUS Status, _Inout_opt_ PVOID Context);
typedef IO_DEVICE_EJECT_CALLBACK *PIO_DEVICE_EJECT_CALLBACK;
typedef NTSTATUS IO_PERSISTED_MEMORY_ENUMERATION_CALLBACK(_In_ PDRIVER_OBJECT DriverObject, _In_opt_ PDEVICE_OBJECT PhysicalDeviceObject, _In_ PUNICODE_STRING PhysicalDeviceId, _In_ PUSHORT DataTag, _In_ PULONG DataVersion, _In_ PVOID Context);
typedef IO_PERSISTED_MEMORY_ENUMERATION_CALLBACK *PIO_PERSISTED_MEMORY_ENUMERATION_CALLBACK;
typedef VOID FWMI_NOTIFICATION_CALLBACK(_In_ PVOID Wnode, _In_opt_ PVOID Context);
typedef FWMI_NOTIFICATION_CALLBACK *WMI_NOTIFICATION_CALLBACK;
typedef struct _DMA_IOMMU_INTERFACE *PDMA_IOMMU_INTERFACE;
typedef struct _DMA_IOMMU_INTERFACE_EX *PDMA_IOMMU_INTERFACE_EX;

typedef struct _EXT_CANCEL_PARAMETERS *PEXT_CANCEL_PARAMETERS;
typedef struct _KT2_SET_PARAMETERS_V0 { ULONG Version; ULONG Reserved; LONGLONG NoWakeTolerance; } KT2_SET_PARAMETERS, *PKT2_SET_PARAMETERS;
typedef enum _BOUND_CALLBACK_STATUS { BoundExceptionContinueSearch, BoundExceptionHandled, BoundExceptionError, BoundExceptionMaximum } BOUND_CALLBACK_STATUS, *PBOUND_CALLBACK_STATUS;
typedef BOUND_CALLBACK_STATUS BOUND_CALLBACK(VOID);
typedef BOUND_CALLBACK *PBOUND_CALLBACK;

typedef struct _MM_PHYSICAL_ADDRESS_LIST { PHYSICAL_ADDRESS PhysicalAddress; SIZE_T NumberOfBytes; } MM_PHYSICAL_ADDRESS_LIST, *PMM_PHYSICAL_ADDRESS_LIST;
typedef ULONG MM_NODE_NUMBER_ZERO_BASED;
typedef enum _MM_MDL_PAGE_CONTENTS_STATE { MmMdlPageContentsDynamic, MmMdlPageContentsInvariant, MmMdlPageContentsQuery } MM_MDL_PAGE_CONTENTS_STATE, *PMM_MDL_PAGE_CONTENTS_STATE;
typedef _Function_class_(MM_MDL_ROUTINE) VOID MM_MDL_ROUTINE(_In_opt_ PVOID DriverContext, _In_ PVOID MappedVa);
typedef MM_MDL_ROUTINE *PMM_MDL_ROUTINE;
typedef enum _PARTITION_INFORMATION_CLASS {
  SystemMemoryPartitionInformation, SystemMemoryPartitionMoveMemory, SystemMemoryPartitionAddPagefile, SystemMemoryPartitionCombineMemory, SystemMemoryPartitionInitialAddMemory,
  SystemMemoryPartitionGetMemoryEvents, SystemMemoryPartitionSetAttributes, SystemMemoryPartitionNodeInformation, SystemMemoryPartitionCreateLargePages,
  SystemMemoryPartitionDedicatedMemoryInformation, SystemMemoryPartitionOpenDedicatedMemory, SystemMemoryPartitionMemoryChargeAttributes, SystemMemoryPartitionClearAttributes,
  SystemMemoryPartitionSetMemoryThresholds, SystemMemoryPartitionMax
} PARTITION_INFORMATION_CLASS, *PPARTITION_INFORMATION_CLASS;

typedef struct _KADDRESS_RANGE { PVOID Address; SIZE_T Size; } KADDRESS_RANGE, *PKADDRESS_RANGE;
typedef struct _KTRIAGE_DUMP_DATA_ARRAY {
  LIST_ENTRY List; ULONG NumBlocksUsed; ULONG NumBlocksTotal; ULONG DataSize; ULONG MaxDataSize; ULONG ComponentNameBufferLength; PUCHAR ComponentName; KADDRESS_RANGE Blocks[0];
} KTRIAGE_DUMP_DATA_ARRAY, *PKTRIAGE_DUMP_DATA_ARRAY;

typedef enum _OS_DEPLOYEMENT_STATE_VALUES { OS_DEPLOYMENT_STANDARD = 1, OS_DEPLOYMENT_COMPACT } OS_DEPLOYEMENT_STATE_VALUES;
typedef enum _SE_IMAGE_VERIFICATION_CALLBACK_TYPE { SeImageVerificationCallbackInformational } SE_IMAGE_VERIFICATION_CALLBACK_TYPE, *PSE_IMAGE_VERIFICATION_CALLBACK_TYPE;
typedef PVOID SE_IMAGE_VERIFICATION_CALLBACK_TOKEN;
typedef enum _BDCB_CLASSIFICATION { BdCbClassificationUnknownImage, BdCbClassificationKnownGoodImage, BdCbClassificationKnownBadImage, BdCbClassificationKnownBadImageBootCritical, BdCbClassificationEnd } BDCB_CLASSIFICATION, *PBDCB_CLASSIFICATION;
typedef struct _BDCB_IMAGE_INFORMATION {
  BDCB_CLASSIFICATION Classification; ULONG ImageFlags; UNICODE_STRING ImageName; UNICODE_STRING RegistryPath; UNICODE_STRING CertificatePublisher; UNICODE_STRING CertificateIssuer;
  PVOID ImageHash; PVOID CertificateThumbprint; ULONG ImageHashAlgorithm; ULONG ThumbprintHashAlgorithm; ULONG ImageHashLength; ULONG CertificateThumbprintLength;
} BDCB_IMAGE_INFORMATION, *PBDCB_IMAGE_INFORMATION;
typedef _IRQL_requires_max_(PASSIVE_LEVEL) VOID SE_IMAGE_VERIFICATION_CALLBACK_FUNCTION(_In_opt_ PVOID CallbackContext, _In_ SE_IMAGE_TYPE ImageType, _Inout_ PBDCB_IMAGE_INFORMATION ImageInformation);
typedef SE_IMAGE_VERIFICATION_CALLBACK_FUNCTION *PSE_IMAGE_VERIFICATION_CALLBACK_FUNCTION;
typedef enum _SE_ADT_PARAMETER_TYPE {
  SeAdtParmTypeNone, SeAdtParmTypeString, SeAdtParmTypeFileSpec, SeAdtParmTypeUlong, SeAdtParmTypeSid, SeAdtParmTypeLogonId, SeAdtParmTypeNoLogonId, SeAdtParmTypeAccessMask,
  SeAdtParmTypePrivs, SeAdtParmTypeObjectTypes, SeAdtParmTypeHexUlong, SeAdtParmTypePtr, SeAdtParmTypeTime, SeAdtParmTypeGuid, SeAdtParmTypeLuid, SeAdtParmTypeHexInt64,
  SeAdtParmTypeStringList, SeAdtParmTypeSidList, SeAdtParmTypeDuration, SeAdtParmTypeUserAccountControl, SeAdtParmTypeNoUac, SeAdtParmTypeMessage, SeAdtParmTypeDateTime,
  SeAdtParmTypeSockAddr, SeAdtParmTypeSD, SeAdtParmTypeLogonHours, SeAdtParmTypeLogonIdNoSid, SeAdtParmTypeUlongNoConv, SeAdtParmTypeSockAddrNoPort, SeAdtParmTypeAccessReason,
  SeAdtParmTypeStagingReason, SeAdtParmTypeResourceAttribute, SeAdtParmTypeClaims, SeAdtParmTypeLogonIdAsSid, SeAdtParmTypeMultiSzString, SeAdtParmTypeLogonIdEx
} SE_ADT_PARAMETER_TYPE, *PSE_ADT_PARAMETER_TYPE;
typedef struct _SE_ADT_PARAMETER_ARRAY_ENTRY { SE_ADT_PARAMETER_TYPE Type; ULONG Length; ULONG_PTR Data[2]; PVOID Address; } SE_ADT_PARAMETER_ARRAY_ENTRY, *PSE_ADT_PARAMETER_ARRAY_ENTRY;
#define SE_MAX_AUDIT_PARAMETERS 32
#define SE_ADT_PARAMETERS_SELF_RELATIVE 0x00000001
struct _SE_ADT_PARAMETER_ARRAY { ULONG CategoryId; ULONG AuditId; ULONG ParameterCount; ULONG Length; USHORT FlatSubCategoryId; USHORT Type; ULONG Flags; SE_ADT_PARAMETER_ARRAY_ENTRY Parameters[SE_MAX_AUDIT_PARAMETERS]; };
typedef struct _SE_ADT_PARAMETER_ARRAY SE_ADT_PARAMETER_ARRAY;
