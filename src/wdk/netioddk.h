// Network Module Registrar: how kernel modules find each other's programming interfaces. Not simulated; declared for drivers that attach to a provider when there is one.
#pragma once
#include "wdm.h"
typedef GUID NPIID;
typedef const NPIID *PNPIID;
typedef enum _NPI_MODULEID_TYPE { MIT_GUID = 1, MIT_IF_LUID } NPI_MODULEID_TYPE;
typedef struct _NPI_MODULEID { USHORT Length; NPI_MODULEID_TYPE Type; union { GUID Guid; LUID IfLuid; }; } NPI_MODULEID;
typedef const NPI_MODULEID *PNPI_MODULEID;
typedef struct _NPI_REGISTRATION_INSTANCE { USHORT Version; USHORT Size; PNPIID NpiId; PNPI_MODULEID ModuleId; ULONG Number; const VOID *NpiSpecificCharacteristics; } NPI_REGISTRATION_INSTANCE;
typedef const NPI_REGISTRATION_INSTANCE *PNPI_REGISTRATION_INSTANCE;
typedef NTSTATUS NPI_PROVIDER_ATTACH_CLIENT_FN(_In_ HANDLE NmrBindingHandle, _In_ PVOID ProviderContext, _In_ PNPI_REGISTRATION_INSTANCE ClientRegistrationInstance, _In_ PVOID ClientBindingContext, _In_ const VOID *ClientDispatch, _Outptr_ PVOID *ProviderBindingContext, _Outptr_ const VOID **ProviderDispatch);
typedef NPI_PROVIDER_ATTACH_CLIENT_FN *PNPI_PROVIDER_ATTACH_CLIENT_FN;
typedef NTSTATUS NPI_PROVIDER_DETACH_CLIENT_FN(_In_ PVOID ProviderBindingContext);
typedef NPI_PROVIDER_DETACH_CLIENT_FN *PNPI_PROVIDER_DETACH_CLIENT_FN;
typedef VOID NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN(_In_ PVOID ProviderBindingContext);
typedef NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN *PNPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN;
typedef NTSTATUS NPI_CLIENT_ATTACH_PROVIDER_FN(_In_ HANDLE NmrBindingHandle, _In_ PVOID ClientContext, _In_ PNPI_REGISTRATION_INSTANCE ProviderRegistrationInstance);
typedef NPI_CLIENT_ATTACH_PROVIDER_FN *PNPI_CLIENT_ATTACH_PROVIDER_FN;
typedef NTSTATUS NPI_CLIENT_DETACH_PROVIDER_FN(_In_ PVOID ClientBindingContext);
typedef NPI_CLIENT_DETACH_PROVIDER_FN *PNPI_CLIENT_DETACH_PROVIDER_FN;
typedef VOID NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN(_In_ PVOID ClientBindingContext);
typedef NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN *PNPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN;
typedef struct _NPI_PROVIDER_CHARACTERISTICS {
  USHORT Version; USHORT Length; PNPI_PROVIDER_ATTACH_CLIENT_FN ProviderAttachClient; PNPI_PROVIDER_DETACH_CLIENT_FN ProviderDetachClient;
  PNPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN ProviderCleanupBindingContext; NPI_REGISTRATION_INSTANCE ProviderRegistrationInstance;
} NPI_PROVIDER_CHARACTERISTICS;
typedef const NPI_PROVIDER_CHARACTERISTICS *PNPI_PROVIDER_CHARACTERISTICS;
typedef struct _NPI_CLIENT_CHARACTERISTICS {
  USHORT Version; USHORT Length; PNPI_CLIENT_ATTACH_PROVIDER_FN ClientAttachProvider; PNPI_CLIENT_DETACH_PROVIDER_FN ClientDetachProvider;
  PNPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN ClientCleanupBindingContext; NPI_REGISTRATION_INSTANCE ClientRegistrationInstance;
} NPI_CLIENT_CHARACTERISTICS;
typedef const NPI_CLIENT_CHARACTERISTICS *PNPI_CLIENT_CHARACTERISTICS;
_IRQL_requires_max_(PASSIVE_LEVEL) _Must_inspect_result_ NTSTATUS NTAPI NmrRegisterProvider(_In_ PNPI_PROVIDER_CHARACTERISTICS ProviderCharacteristics, _In_opt_ PVOID ProviderContext, _Out_ PHANDLE NmrProviderHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS NTAPI NmrDeregisterProvider(_In_ HANDLE NmrProviderHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_blocks_ NTSTATUS NTAPI NmrWaitForProviderDeregisterComplete(_In_ HANDLE NmrProviderHandle);
_IRQL_requires_max_(DISPATCH_LEVEL) VOID NTAPI NmrProviderDetachClientComplete(_In_ HANDLE NmrBindingHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) _Must_inspect_result_ NTSTATUS NTAPI NmrRegisterClient(_In_ PNPI_CLIENT_CHARACTERISTICS ClientCharacteristics, _In_opt_ PVOID ClientContext, _Out_ PHANDLE NmrClientHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS NTAPI NmrDeregisterClient(_In_ HANDLE NmrClientHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_blocks_ NTSTATUS NTAPI NmrWaitForClientDeregisterComplete(_In_ HANDLE NmrClientHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS NTAPI NmrClientAttachProvider(_In_ HANDLE NmrBindingHandle, _In_ PVOID ClientBindingContext, _In_ const VOID *ClientDispatch, _Outptr_ PVOID *ProviderBindingContext, _Outptr_ const VOID **ProviderDispatch);
_IRQL_requires_max_(DISPATCH_LEVEL) VOID NTAPI NmrClientDetachProviderComplete(_In_ HANDLE NmrBindingHandle);
