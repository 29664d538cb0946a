// The kernel's C run-time library from C: intrinsics, loops over memory, sorting with a compare function, random numbers.
#include "check.h"
#include <stdlib.h>
#include <string.h>
LONG g_Failures;
static LONG g_Calls;

typedef struct _PAIR { LONG Key; LONG Value; } PAIR;
static int __cdecl ComparePairs(const void *a, const void *b) {
  g_Calls++;
  return ((const PAIR *)a)->Key - ((const PAIR *)b)->Key;
}

TEST_ENTRY {
  CHAR text[32];
  strcpy(text, "alpha");
  strcat(text, ",beta");
  CHECK_EQ(strlen(text), 10);
  CHECK(strchr(text, ',') == text + 5);
  CHECK(strstr(text, "beta") == text + 6);
  CHECK(strrchr(text, 'a') == text + 9);
  CHECK_EQ(_stricmp(text, "ALPHA,BETA"), 0);
  CHECK_EQ(wcsncmp(L"abc", L"abd", 2), 0);
  CHECK(wcscmp(L"abc", L"abd") < 0);
  CHECK_EQ(_wcsnicmp(L"ABC", L"abx", 2), 0);
  CHECK_EQ(atoi("-42"), -42);
  CHECK_EQ(wcstol(L"ff", NULL, 16), 255);
  CHECK_EQ(toupper('q'), 'Q');
  char *context = NULL;
  CHECK_EQ(strcmp(strtok_s(text, ",", &context), "alpha"), 0);
  CHECK_EQ(strcmp(strtok_s(NULL, ",", &context), "beta"), 0);
  CHECK(strtok_s(NULL, ",", &context) == NULL);

  UCHAR a[64], b[64];
  RtlFillMemory(a, sizeof(a), 0x5A);
  RtlCopyMemory(b, a, sizeof(b));
  CHECK(RtlEqualMemory(a, b, sizeof(a)));
  b[40] = 0;
  CHECK_EQ(RtlCompareMemory(a, b, sizeof(a)), 40);
  for (int i = 0; i < 64; i++) a[i] = (UCHAR)i;
  RtlMoveMemory(a + 4, a, 60);
  CHECK_EQ(a[63], 59);
  CHECK_EQ(a[4], 0);
  RtlZeroMemory(a, sizeof(a));
  CHECK_EQ(a[63], 0);

  static PAIR pairs[50];
  for (LONG i = 0; i < 50; i++) {
    pairs[i].Key = (i * 37) % 53;
    pairs[i].Value = i;
  }
  qsort(pairs, 50, sizeof(PAIR), ComparePairs);
  for (LONG i = 1; i < 50; i++) CHECK(pairs[i - 1].Key <= pairs[i].Key);
  for (LONG i = 0; i < 50; i++) CHECK_EQ(pairs[i].Key, (pairs[i].Value * 37) % 53);
  PAIR key = {pairs[20].Key, 0};
  PAIR *found = bsearch(&key, pairs, 50, sizeof(PAIR), ComparePairs);
  CHECK(found != NULL && found->Key == key.Key);
  key.Key = 1000;
  CHECK(bsearch(&key, pairs, 50, sizeof(PAIR), ComparePairs) == NULL);
  CHECK(g_Calls > 50);

  srand(1);
  CHECK_EQ(rand(), 41);
  ULONG seed = 7;
  ULONG r = RtlRandomEx(&seed);
  CHECK(r < 0x7fffffff && seed != 7);

  LARGE_INTEGER now;
  TIME_FIELDS fields;
  KeQuerySystemTime(&now);
  RtlTimeToTimeFields(&now, &fields);
  CHECK_EQ(fields.Year, 2024);
  LARGE_INTEGER back;
  CHECK(RtlTimeFieldsToTime(&fields, &back));
  CHECK(now.QuadPart - back.QuadPart < 10000);
  RTL_OSVERSIONINFOW version;
  version.dwOSVersionInfoSize = sizeof(version);
  CHECK_EQ(RtlGetVersion(&version), STATUS_SUCCESS);
  CHECK_EQ(version.dwMajorVersion, 10);
  return RESULT();
}

BAD(NegativeLength, 0xCD, -1) {
  PUCHAR p = ExAllocatePoolWithTag(NonPagedPool, 64, 'geNL');
  RtlFillMemory(p, (SIZE_T)-1, 0);
  return STATUS_SUCCESS;
}
BAD(SortTooMany, 0xD6, -1) {
  PAIR *p = ExAllocatePoolWithTag(NonPagedPool, 4 * sizeof(PAIR), 'troS');
  RtlZeroMemory(p, 4 * sizeof(PAIR));
  qsort(p, 5, sizeof(PAIR), ComparePairs);
  return STATUS_SUCCESS;
}
