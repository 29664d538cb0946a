// BCrypt: digests and HMACs of known texts (computed with another implementation), in one piece and in many; handles, sizes and misuse.
#include "system.h"
#include <bcrypt.h>
#if 0 // threads
thread main { Sleep(1); }
#endif

typedef struct { PCWSTR Name; const char *Plain, *Hmac, *LongKey, *Empty; } ROW;
static const ROW g_Rows[] = {
  {L"MD5", "7383e672f65f614f", "d798652a9ee98043", "cbfbbe9dabdca895", "d41d8cd98f00b204"},
  {L"SHA1", "13e4f0fef4a57b3e", "6b62df7fd8bb3928", "29fb3e051b85e806", "da39a3ee5e6b4b0d"},
  {L"SHA256", "5e02951cc08a7b0a", "237aa2e61db9e8a2", "3b9a33d953d74ec5", "e3b0c44298fc1c14"},
  {L"SHA384", "557c61d3227435cb", "2ae7b8e6797a95bc", "8f028b0a76155097", "38b060a751ac9638"},
  {L"SHA512", "d6428d4012997ff5", "13d555e942f0f569", "0bbed33dd3f67888", "cf83e1357eefb8bd"},
};
static UCHAR g_Text[387];

// first eight bytes as hexadecimal digits
static BOOLEAN Is(const UCHAR *Digest, const char *Hex) {
  ULONG i;
  for (i = 0; i < 16; i++) {
    UCHAR nibble = (i & 1) ? Digest[i / 2] & 15 : Digest[i / 2] >> 4;
    if (Hex[i] != "0123456789abcdef"[nibble]) return FALSE;
  }
  return TRUE;
}

static VOID Hash(const ROW *Row, ULONG Flags, PUCHAR Key, ULONG KeySize, ULONG Piece, ULONG Size, const char *Expected) {
  BCRYPT_ALG_HANDLE algorithm = NULL;
  BCRYPT_HASH_HANDLE hash = NULL;
  ULONG length = 0, object = 0, got = 0, at;
  UCHAR digest[64];
  PUCHAR memory;
  CHECK_EQ(BCryptOpenAlgorithmProvider(&algorithm, Row->Name, NULL, Flags), STATUS_SUCCESS);
  CHECK_EQ(BCryptGetProperty(algorithm, BCRYPT_HASH_LENGTH, (PUCHAR)&length, sizeof length, &got, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptGetProperty(algorithm, BCRYPT_OBJECT_LENGTH, (PUCHAR)&object, sizeof object, &got, 0), STATUS_SUCCESS);
  CHECK(got == 4 && length <= sizeof digest && object > length);
  memory = ExAllocatePoolWithTag(NonPagedPool, object, 'hsaH');
  CHECK_EQ(BCryptCreateHash(algorithm, &hash, memory, object, Key, KeySize, 0), STATUS_SUCCESS);
  for (at = 0; at < Size; at += Piece) CHECK_EQ(BCryptHashData(hash, g_Text + at, min(Piece, Size - at), 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptFinishHash(hash, digest, length - 1, 0), STATUS_INVALID_PARAMETER);
  CHECK_EQ(BCryptFinishHash(hash, digest, length, 0), STATUS_SUCCESS);
  CHECK(Is(digest, Expected));
  CHECK(!NT_SUCCESS(BCryptHashData(hash, g_Text, 1, 0))); // it is used up
  CHECK_EQ(BCryptDestroyHash(hash), STATUS_SUCCESS);
  ExFreePoolWithTag(memory, 'hsaH');
  CHECK_EQ(BCryptCloseAlgorithmProvider(algorithm, 0), STATUS_SUCCESS);
}

static VOID Misuse(VOID) {
  BCRYPT_ALG_HANDLE algorithm = NULL, rng = NULL;
  BCRYPT_HASH_HANDLE hash = NULL, copy = NULL;
  UCHAR digest[64], small[16], again[64], a[16], b[16];
  ULONG got = 0;
  CHECK_EQ(BCryptOpenAlgorithmProvider(&algorithm, L"NOSUCH", NULL, 0), STATUS_NOT_FOUND);
  CHECK_EQ(BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, L"Other Provider", 0), STATUS_NOT_FOUND);
  CHECK_EQ(BCryptOpenAlgorithmProvider(NULL, BCRYPT_SHA256_ALGORITHM, NULL, 0), STATUS_INVALID_PARAMETER);
  CHECK_EQ(BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, MS_PRIMITIVE_PROVIDER, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptGetProperty(algorithm, L"Nonsense", small, sizeof small, &got, 0), STATUS_NOT_SUPPORTED);
  CHECK_EQ(BCryptGetProperty(algorithm, BCRYPT_HASH_LENGTH, small, 2, &got, 0), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(BCryptGetProperty(algorithm, BCRYPT_HASH_LENGTH, NULL, 0, &got, 0), STATUS_SUCCESS);
  CHECK_EQ(got, 4);
  CHECK_EQ(BCryptCreateHash(algorithm, &hash, small, sizeof small, NULL, 0, 0), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(BCryptCreateHash(algorithm, &hash, NULL, 0, (PUCHAR)"key", 3, 0), STATUS_INVALID_PARAMETER);
  CHECK_EQ(BCryptCreateHash(algorithm, &hash, NULL, 0, NULL, 0, BCRYPT_HASH_REUSABLE_FLAG), STATUS_SUCCESS);
  CHECK_EQ(BCryptHashData(hash, g_Text, 100, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptDuplicateHash(hash, &copy, NULL, 0, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptHashData(hash, g_Text + 100, 287, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptHashData(copy, g_Text + 100, 287, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptFinishHash(hash, digest, 32, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptFinishHash(copy, again, 32, 0), STATUS_SUCCESS);
  CHECK(Is(digest, g_Rows[2].Plain) && RtlCompareMemory(digest, again, 32) == 32);
  CHECK_EQ(BCryptFinishHash(hash, digest, 32, 0), STATUS_SUCCESS); // reusable: it begins anew
  CHECK(Is(digest, g_Rows[2].Empty));
  CHECK_EQ(BCryptDestroyHash(hash), STATUS_SUCCESS);
  CHECK_EQ(BCryptDestroyHash(copy), STATUS_SUCCESS);
  CHECK_EQ(BCryptDestroyHash(algorithm), STATUS_INVALID_HANDLE);
  CHECK_EQ(BCryptCloseAlgorithmProvider(algorithm, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptHash(BCRYPT_SHA512_ALG_HANDLE, NULL, 0, g_Text, sizeof g_Text, digest, 64), STATUS_SUCCESS);
  CHECK(Is(digest, g_Rows[4].Plain));
  CHECK_EQ(BCryptHash(BCRYPT_HMAC_SHA1_ALG_HANDLE, (PUCHAR)"key", 3, g_Text, sizeof g_Text, digest, 20), STATUS_SUCCESS);
  CHECK(Is(digest, g_Rows[1].Hmac));
  CHECK_EQ(BCryptGenRandom(NULL, a, sizeof a, 0), STATUS_INVALID_HANDLE);
  CHECK_EQ(BCryptGenRandom(NULL, a, sizeof a, BCRYPT_USE_SYSTEM_PREFERRED_RNG), STATUS_SUCCESS);
  CHECK_EQ(BCryptOpenAlgorithmProvider(&rng, BCRYPT_RNG_ALGORITHM, NULL, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptGenRandom(rng, b, sizeof b, 0), STATUS_SUCCESS);
  CHECK(RtlCompareMemory(a, b, sizeof a) != sizeof a);
  CHECK_EQ(BCryptCloseAlgorithmProvider(rng, 0), STATUS_SUCCESS);
  CHECK_EQ(BCryptDestroyKey(NULL), STATUS_INVALID_HANDLE);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  ULONG i;
  UCHAR key[200];
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  for (i = 0; i < sizeof g_Text; i++) g_Text[i] = "The quick brown fox jumps over the lazy dog"[i % 43];
  RtlFillMemory(key, sizeof key, 'k');
  for (i = 0; i < RTL_NUMBER_OF(g_Rows); i++) {
    const ROW *row = &g_Rows[i];
    Hash(row, 0, NULL, 0, sizeof g_Text, sizeof g_Text, row->Plain);
    Hash(row, 0, NULL, 0, 13, sizeof g_Text, row->Plain);
    Hash(row, 0, NULL, 0, 1, 0, row->Empty);
    Hash(row, BCRYPT_ALG_HANDLE_HMAC_FLAG, (PUCHAR)"key", 3, 64, sizeof g_Text, row->Hmac);
    Hash(row, BCRYPT_ALG_HANDLE_HMAC_FLAG, key, sizeof key, 128, sizeof g_Text, row->LongKey);
  }
  Misuse();
  return MakeDevice(DriverObject, Control);
}
