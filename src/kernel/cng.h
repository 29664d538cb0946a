// What BCrypt handles point to. The state of a hash lies in the memory that the driver gave for it, or in pool.
#pragma once
#include <ntifs.h>

#define CNG_MAX_BLOCK 128

typedef struct _CNG_ALGORITHM {
  ULONG Signature;
  ULONG Index; // in the table of algorithms
  ULONG Flags; // BCRYPT_ALG_HANDLE_HMAC_FLAG, BCRYPT_HASH_REUSABLE_FLAG
  ULONG Reserved;
} CNG_ALGORITHM;

typedef struct _CNG_HASH {
  ULONG Signature;
  ULONG Index;
  ULONG Hmac;
  ULONG Reusable;
  ULONG OwnMemory;     // in pool: freed by BCryptDestroyHash
  ULONG Finished;
  ULONG Used;          // bytes of Block that wait
  ULONG Reserved;
  ULONGLONG Total;     // bytes hashed
  ULONGLONG State[8];
  UCHAR Block[CNG_MAX_BLOCK];
  UCHAR Key[CNG_MAX_BLOCK]; // HMAC: the key, filled with zeros to a block
} CNG_HASH;
