// Times as seconds since 1970 and 1980, versions, status to Win32 error, LUIDs, random numbers.
#include "check.h"
LONG g_Failures;

static VOID Seconds(VOID) {
  LARGE_INTEGER t, back;
  TIME_FIELDS fields = {1970, 1, 1, 0, 0, 0, 0, 0};
  ULONG s = 99;
  CHECK(RtlTimeFieldsToTime(&fields, &t));
  FACT("documentation RtlTimeToSecondsSince1970: 0 at its beginning", RtlTimeToSecondsSince1970(&t, &s) && s == 0);
  t.QuadPart -= 10000000;
  FACT("documentation RtlTimeToSecondsSince1970: FALSE before it", !RtlTimeToSecondsSince1970(&t, &s));
  fields.Year = 2000;
  CHECK(RtlTimeFieldsToTime(&fields, &t));
  FACT("documentation RtlTimeToSecondsSince1970: seconds", RtlTimeToSecondsSince1970(&t, &s) && s == 946684800);
  RtlSecondsSince1970ToTime(s, &back);
  FACT("documentation RtlSecondsSince1970ToTime: back again", back.QuadPart == t.QuadPart);
  FACT("documentation RtlTimeToSecondsSince1980: seconds", RtlTimeToSecondsSince1980(&t, &s) && s == 631152000);
  RtlSecondsSince1980ToTime(s, &back);
  FACT("documentation RtlSecondsSince1980ToTime: back again", back.QuadPart == t.QuadPart);
  fields.Year = 2107;
  CHECK(RtlTimeFieldsToTime(&fields, &t));
  FACT("documentation RtlTimeToSecondsSince1970: FALSE beyond 32 bits", !RtlTimeToSecondsSince1970(&t, &s));
}

static VOID Local(VOID) {
  LARGE_INTEGER system, local, back;
  KeQuerySystemTime(&system);
  ExSystemTimeToLocalTime(&system, &local);
  ExLocalTimeToSystemTime(&local, &back);
  FACT("documentation ExLocalTimeToSystemTime: back from ExSystemTimeToLocalTime", back.QuadPart == system.QuadPart);
}

static VOID Versions(VOID) {
  RTL_OSVERSIONINFOEXW now = {sizeof now}, ask = {sizeof ask};
  ULONGLONG above = 0;
  CHECK_EQ(RtlGetVersion((PRTL_OSVERSIONINFOW)&now), STATUS_SUCCESS);
  VER_SET_CONDITION(above, VER_MAJORVERSION, VER_GREATER_EQUAL);
  VER_SET_CONDITION(above, VER_MINORVERSION, VER_GREATER_EQUAL);
  ask.dwMajorVersion = 6;
  ask.dwMinorVersion = 3;
  FACT_EQ("documentation RtlVerifyVersionInfo: at least this version", RtlVerifyVersionInfo(&ask, VER_MAJORVERSION | VER_MINORVERSION, above), STATUS_SUCCESS);
  ask.dwMajorVersion = now.dwMajorVersion;
  ask.dwMinorVersion = now.dwMinorVersion + 1;
  FACT_EQ("documentation RtlVerifyVersionInfo: the next one is not there", RtlVerifyVersionInfo(&ask, VER_MAJORVERSION | VER_MINORVERSION, above), STATUS_REVISION_MISMATCH);
  FACT_EQ("documentation RtlVerifyVersionInfo: nothing asked", RtlVerifyVersionInfo(&ask, 0, above), STATUS_INVALID_PARAMETER);
  FACT("documentation RtlIsNtDdiVersionAvailable: those before", RtlIsNtDdiVersionAvailable(0x06010000) && !RtlIsNtDdiVersionAvailable(0x20000000));
}

static VOID Status(VOID) {
  FACT_EQ("callbacks 2 RtlNtStatusToDosError: STATUS_ACCESS_DENIED is ERROR_ACCESS_DENIED", RtlNtStatusToDosError(STATUS_ACCESS_DENIED), 5);
  FACT_EQ("documentation RtlNtStatusToDosError: success is 0", RtlNtStatusToDosError(STATUS_SUCCESS), 0);
  FACT_EQ("documentation RtlNtStatusToDosError: STATUS_OBJECT_NAME_NOT_FOUND", RtlNtStatusToDosError(STATUS_OBJECT_NAME_NOT_FOUND), 2);
  FACT_EQ("documentation RtlNtStatusToDosError: a status without an error", RtlNtStatusToDosError((NTSTATUS)0xC0DE1234), 317);
  FACT_EQ("documentation RtlNtStatusToDosErrorNoTeb: the same", RtlNtStatusToDosErrorNoTeb(STATUS_INSUFFICIENT_RESOURCES), 1450);
}

static VOID Others(VOID) {
  LUID a = {0x1234, 0x56}, b;
  ULONG seed = 42, again = 42, first, i;
  BOOLEAN inRange = TRUE;
  RtlCopyLuid(&b, &a);
  FACT("documentation RtlCopyLuid: copies", RtlEqualLuid(&a, &b));
  first = RtlRandom(&seed);
  FACT("documentation RtlRandom: the seed changes, the number is at most MAXLONG-1", seed != 42 && first <= 0x7FFFFFFE);
  for (i = 0; i < 50; i++) inRange = inRange && RtlUniform(&again) <= 0x7FFFFFFE;
  FACT("documentation RtlUniform: numbers from 0 to MAXLONG-1", inRange);
  seed = again = 7;
  FACT("documentation RtlUniform: the same seed gives the same number", RtlUniform(&seed) == RtlUniform(&again) && seed == again);
}

TEST_ENTRY {
  Seconds();
  Local();
  Versions();
  Status();
  Others();
  return RESULT();
}
