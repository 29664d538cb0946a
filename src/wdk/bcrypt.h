// Cryptography next generation: the primitives that kernel drivers call. Declared; what is not simulated says so when called.
#pragma once
#include "windef.h"
typedef PVOID BCRYPT_HANDLE, BCRYPT_ALG_HANDLE, BCRYPT_KEY_HANDLE, BCRYPT_HASH_HANDLE, BCRYPT_SECRET_HANDLE;
#define BCRYPT_SHA1_ALGORITHM L"SHA1"
#define BCRYPT_SHA256_ALGORITHM L"SHA256"
#define BCRYPT_SHA384_ALGORITHM L"SHA384"
#define BCRYPT_SHA512_ALGORITHM L"SHA512"
#define BCRYPT_MD5_ALGORITHM L"MD5"
#define BCRYPT_AES_ALGORITHM L"AES"
#define BCRYPT_RNG_ALGORITHM L"RNG"
#define BCRYPT_RSA_ALGORITHM L"RSA"
#define BCRYPT_OBJECT_LENGTH L"ObjectLength"
#define BCRYPT_HASH_LENGTH L"HashDigestLength"
#define BCRYPT_HASH_BLOCK_LENGTH L"HashBlockLength"
#define BCRYPT_ALGORITHM_NAME L"AlgorithmName"
#define BCRYPT_BLOCK_LENGTH L"BlockLength"
#define BCRYPT_CHAINING_MODE L"ChainingMode"
#define BCRYPT_CHAIN_MODE_CBC L"ChainingModeCBC"
#define BCRYPT_CHAIN_MODE_GCM L"ChainingModeGCM"
#define MS_PRIMITIVE_PROVIDER L"Microsoft Primitive Provider"
#define BCRYPT_PROV_DISPATCH 0x00000001
#define BCRYPT_ALG_HANDLE_HMAC_FLAG 0x00000008
#define BCRYPT_HASH_REUSABLE_FLAG 0x00000020
#define BCRYPT_USE_SYSTEM_PREFERRED_RNG 0x00000002
#define BCRYPT_BLOCK_PADDING 0x00000001
NTSTATUS WINAPI BCryptOpenAlgorithmProvider(_Out_ BCRYPT_ALG_HANDLE *Algorithm, _In_z_ LPCWSTR AlgId, _In_opt_z_ LPCWSTR Implementation, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptCloseAlgorithmProvider(_Inout_ BCRYPT_ALG_HANDLE Algorithm, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptGetProperty(_In_ BCRYPT_HANDLE Object, _In_z_ LPCWSTR Property, _Out_writes_bytes_to_opt_(OutputSize, *Result) PUCHAR Output, _In_ ULONG OutputSize, _Out_ ULONG *Result, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptSetProperty(_Inout_ BCRYPT_HANDLE Object, _In_z_ LPCWSTR Property, _In_reads_bytes_(InputSize) PUCHAR Input, _In_ ULONG InputSize, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptCreateHash(_Inout_ BCRYPT_ALG_HANDLE Algorithm, _Out_ BCRYPT_HASH_HANDLE *Hash, _Out_writes_bytes_opt_(ObjectSize) PUCHAR HashObject, _In_ ULONG ObjectSize, _In_reads_bytes_opt_(SecretSize) PUCHAR Secret, _In_ ULONG SecretSize, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptHashData(_Inout_ BCRYPT_HASH_HANDLE Hash, _In_reads_bytes_(InputSize) PUCHAR Input, _In_ ULONG InputSize, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptFinishHash(_Inout_ BCRYPT_HASH_HANDLE Hash, _Out_writes_bytes_(OutputSize) PUCHAR Output, _In_ ULONG OutputSize, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptDestroyHash(_Inout_ BCRYPT_HASH_HANDLE Hash);
NTSTATUS WINAPI BCryptDuplicateHash(_In_ BCRYPT_HASH_HANDLE Hash, _Out_ BCRYPT_HASH_HANDLE *NewHash, _Out_writes_bytes_opt_(ObjectSize) PUCHAR HashObject, _In_ ULONG ObjectSize, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptHash(_Inout_ BCRYPT_ALG_HANDLE Algorithm, _In_reads_bytes_opt_(SecretSize) PUCHAR Secret, _In_ ULONG SecretSize, _In_reads_bytes_(InputSize) PUCHAR Input, _In_ ULONG InputSize, _Out_writes_bytes_(OutputSize) PUCHAR Output, _In_ ULONG OutputSize);
#define BCRYPT_MD5_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000021)
#define BCRYPT_SHA1_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000031)
#define BCRYPT_SHA256_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000041)
#define BCRYPT_SHA384_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000051)
#define BCRYPT_SHA512_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000061)
#define BCRYPT_RNG_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000081)
#define BCRYPT_HMAC_MD5_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000091)
#define BCRYPT_HMAC_SHA1_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x000000A1)
#define BCRYPT_HMAC_SHA256_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x000000B1)
#define BCRYPT_HMAC_SHA384_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x000000C1)
#define BCRYPT_HMAC_SHA512_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x000000D1)
NTSTATUS WINAPI BCryptGenRandom(_In_opt_ BCRYPT_ALG_HANDLE Algorithm, _Out_writes_bytes_(Size) PUCHAR Buffer, _In_ ULONG Size, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptGenerateSymmetricKey(_Inout_ BCRYPT_ALG_HANDLE Algorithm, _Out_ BCRYPT_KEY_HANDLE *Key, _Out_writes_bytes_opt_(ObjectSize) PUCHAR KeyObject, _In_ ULONG ObjectSize, _In_reads_bytes_(SecretSize) PUCHAR Secret, _In_ ULONG SecretSize, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptEncrypt(_Inout_ BCRYPT_KEY_HANDLE Key, _In_reads_bytes_opt_(InputSize) PUCHAR Input, _In_ ULONG InputSize, _In_opt_ VOID *PaddingInfo, _Inout_updates_bytes_opt_(IvSize) PUCHAR Iv, _In_ ULONG IvSize, _Out_writes_bytes_to_opt_(OutputSize, *Result) PUCHAR Output, _In_ ULONG OutputSize, _Out_ ULONG *Result, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptDecrypt(_Inout_ BCRYPT_KEY_HANDLE Key, _In_reads_bytes_opt_(InputSize) PUCHAR Input, _In_ ULONG InputSize, _In_opt_ VOID *PaddingInfo, _Inout_updates_bytes_opt_(IvSize) PUCHAR Iv, _In_ ULONG IvSize, _Out_writes_bytes_to_opt_(OutputSize, *Result) PUCHAR Output, _In_ ULONG OutputSize, _Out_ ULONG *Result, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptDestroyKey(_Inout_ BCRYPT_KEY_HANDLE Key);
NTSTATUS WINAPI BCryptImportKeyPair(_In_ BCRYPT_ALG_HANDLE Algorithm, _In_opt_ BCRYPT_KEY_HANDLE ImportKey, _In_z_ LPCWSTR BlobType, _Out_ BCRYPT_KEY_HANDLE *Key, _In_reads_bytes_(InputSize) PUCHAR Input, _In_ ULONG InputSize, _In_ ULONG Flags);
NTSTATUS WINAPI BCryptVerifySignature(_In_ BCRYPT_KEY_HANDLE Key, _In_opt_ VOID *PaddingInfo, _In_reads_bytes_(HashSize) PUCHAR Hash, _In_ ULONG HashSize, _In_reads_bytes_(SignatureSize) PUCHAR Signature, _In_ ULONG SignatureSize, _In_ ULONG Flags);
