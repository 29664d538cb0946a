// GUIDs. DEFINE_GUID defines when initguid.h was included before, declares otherwise.
#pragma once
#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID { unsigned long Data1; unsigned short Data2; unsigned short Data3; unsigned char Data4[8]; } GUID;
#endif
typedef GUID *LPGUID, *PGUID;
typedef const GUID *LPCGUID, *REFGUID, *REFIID, *REFCLSID, *PCGUID;
typedef GUID IID, CLSID, UUID;
#ifndef DECLSPEC_SELECTANY
#define DECLSPEC_SELECTANY __declspec(selectany)
#endif
#ifndef EXTERN_C
#define EXTERN_C extern
#endif
#ifdef INITGUID
#define DEFINE_GUID(n, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) \
  const GUID DECLSPEC_SELECTANY n = { a, b, c, { d0, d1, d2, d3, d4, d5, d6, d7 } }
#else
#define DEFINE_GUID(n, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) extern const GUID n
#endif
int __cdecl memcmp(_In_ const void *A, _In_ const void *B, _In_ unsigned __int64 Count);
#define IsEqualGUID(a, b) (!memcmp(a, b, sizeof(GUID)))
#define InlineIsEqualGUID(a, b) IsEqualGUID(a, b)
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)
