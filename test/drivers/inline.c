// Routines that are macros or inline code of the headers: characters of file names, per-stream contexts, triage dump data, statuses, counters, carry arithmetic.
#include "check.h"
#include <intrin.h>
LONG g_Failures;

static void Characters(void) {
  CHECK(FsRtlIsAnsiCharacterLegalFat('A', FALSE)); CHECK(!FsRtlIsAnsiCharacterLegalFat('+', FALSE)); CHECK(FsRtlIsAnsiCharacterLegalHpfs('+', FALSE));
  CHECK(!FsRtlIsAnsiCharacterLegalNtfs('*', FALSE)); CHECK(FsRtlIsAnsiCharacterLegalNtfs('*', TRUE)); CHECK(!FsRtlIsAnsiCharacterLegalNtfs(':', FALSE));
  CHECK(FsRtlIsAnsiCharacterLegalNtfsStream(':', FALSE)); CHECK(!FsRtlIsAnsiCharacterLegalNtfsStream('\\', FALSE)); CHECK(!FsRtlIsAnsiCharacterLegal('\0', FSRTL_NTFS_LEGAL));
  CHECK(FsRtlIsAnsiCharacterLegalFat((CHAR)0xE4, FALSE)); CHECK(FsRtlIsAnsiCharacterWild('?')); CHECK(FsRtlIsAnsiCharacterWild('"')); CHECK(!FsRtlIsAnsiCharacterWild('x'));
  CHECK(FsRtlIsUnicodeCharacterWild(L'*')); CHECK(!FsRtlIsUnicodeCharacterWild(L'A')); CHECK(!FsRtlIsUnicodeCharacterWild(0x4E2A)); CHECK(!FsRtlIsLeadDbcsCharacter(0x81));
}

static void Headers(void) {
  static FSRTL_ADVANCED_FCB_HEADER fcb;
  static FSRTL_PER_STREAM_CONTEXT stream;
  static FILE_OBJECT file;
  PVOID contexts = &fcb, push = &file;
  fcb.Version = FSRTL_FCB_HEADER_V2;
  file.FsContext = &fcb;
  CHECK(FsRtlGetPerStreamContextPointer(&file) == &fcb);
  CHECK(!FsRtlSupportsPerFileContexts(&file)); CHECK(FsRtlGetPerFileContextPointer(&file) == NULL);
  fcb.FileContextSupportPointer = &contexts;
  CHECK(FsRtlSupportsPerFileContexts(&file)); CHECK(FsRtlGetPerFileContextPointer(&file) == &contexts);
  FsRtlInitPerStreamContext(&stream, &fcb, push, NULL);
  CHECK(stream.OwnerId == &fcb && stream.InstanceId == push && stream.FreeCallback == NULL);
  CHECK(FsRtlLookupPerStreamContext(&fcb, &fcb, NULL) == NULL);
  fcb.BypassIoOpenCount = 7;
  CHECK_EQ(FsRtlGetBypassIoOpenCount(&fcb), 0); CHECK(FsRtlGetBypassIoOpenCountPtr(&fcb) == NULL);
  fcb.Version = FSRTL_FCB_HEADER_V4;
  CHECK_EQ(FsRtlGetBypassIoOpenCount(&fcb), 7); CHECK(FsRtlGetBypassIoOpenCountPtr(&fcb) == &fcb.BypassIoOpenCount);
  CHECK(IoIsFileOpenedExclusively(&file)); file.SharedWrite = TRUE; CHECK(!IoIsFileOpenedExclusively(&file));
  CHECK(IoIsValidIrpStatus(STATUS_SUCCESS)); CHECK(IoIsValidIrpStatus(STATUS_ACCESS_DENIED)); CHECK(!IoIsValidIrpStatus(STATUS_PENDING));
}

static void Triage(void) {
  static UCHAR space[sizeof(KTRIAGE_DUMP_DATA_ARRAY) + 2 * sizeof(KADDRESS_RANGE)];
  PKTRIAGE_DUMP_DATA_ARRAY array = (PKTRIAGE_DUMP_DATA_ARRAY)space;
  CHECK_EQ(KeInitializeTriageDumpDataArray(NULL, 64), STATUS_INVALID_PARAMETER); CHECK_EQ(KeInitializeTriageDumpDataArray(array, 8), STATUS_INVALID_PARAMETER);
  CHECK_EQ(KeInitializeTriageDumpDataArray(array, sizeof space), STATUS_SUCCESS); CHECK_EQ(array->NumBlocksTotal, 2);
  CHECK_EQ(KeAddTriageDumpDataBlock(array, NULL, 4), STATUS_INVALID_PARAMETER);
  CHECK_EQ(KeAddTriageDumpDataBlock(array, space, 32), STATUS_SUCCESS); CHECK_EQ(KeAddTriageDumpDataBlock(array, space + 8, 8), STATUS_SUCCESS);
  CHECK_EQ(array->NumBlocksUsed, 1); CHECK_EQ(array->DataSize, 32);
  CHECK_EQ(KeAddTriageDumpDataBlock(array, &array, 8), STATUS_SUCCESS); CHECK_EQ(KeAddTriageDumpDataBlock(array, Triage, 8), STATUS_INSUFFICIENT_RESOURCES);
}

static void Counters(void) {
  LARGE_INTEGER sum; LONG paging = 0; unsigned __int64 low; unsigned int half;
  sum.QuadPart = 0xFFFFFFFFLL;
  ExInterlockedAddLargeStatistic(&sum, 2); CHECK_EQ(sum.QuadPart, 0x100000001LL);
  IoAdjustPagingPathCount(&paging, TRUE); IoAdjustPagingPathCount(&paging, TRUE); IoAdjustPagingPathCount(&paging, FALSE); CHECK_EQ(paging, 1);
  CHECK_EQ(_addcarry_u64(1, ~0ULL, 0, &low), 1); CHECK_EQ(low, 0); CHECK_EQ(_addcarry_u64(0, 5, 6, &low), 0); CHECK_EQ(low, 11);
  CHECK_EQ(_subborrow_u64(1, 0, 0, &low), 1); CHECK_EQ(low, -1); CHECK_EQ(_subborrow_u64(0, 7, 2, &low), 0); CHECK_EQ(low, 5);
  CHECK_EQ(_addcarry_u32(1, 0xFFFFFFFF, 0xFFFFFFFF, &half), 1); CHECK_EQ(half, 0xFFFFFFFF); CHECK_EQ(_subborrow_u32(0, 1, 2, &half), 1); CHECK_EQ(half, 0xFFFFFFFF);
  CHECK_EQ(_tzcnt_u32(0), 32); CHECK_EQ(_tzcnt_u64(8), 3); CHECK_EQ(_lzcnt_u32(1), 31); CHECK_EQ(_lzcnt_u64(0), 64);
}

static void Pool(void) {
  PVOID block = FsRtlAllocatePoolWithTag(NonPagedPoolNx, 100, 'tseT');
  LONG raised = 0;
  CHECK(block != NULL);
  ExFreePoolWithTag(block, 'tseT');
  __try { (void)FsRtlAllocatePoolWithTag(NonPagedPoolNx, (SIZE_T)1 << 40, 'tseT'); } __except (EXCEPTION_EXECUTE_HANDLER) { raised = 1; }
  CHECK_EQ(raised, 1);
  CHECK(ExAllocatePoolWithTag(NonPagedPoolNx, ((SIZE_T)1 << 32) + 257, 'tseT') == NULL);
}

TEST_ENTRY {
  Characters(); Headers(); Triage(); Counters(); Pool();
  return RESULT();
}
