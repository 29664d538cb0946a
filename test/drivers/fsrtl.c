// File system library: map control blocks, contexts of filters, extra create parameters, legal characters, paths; zones of the executive.
#include "check.h"
LONG g_Failures;

static VOID Maps(VOID) {
  LARGE_MCB mcb;
  LONGLONG vbn, lbn, count, start, all;
  ULONG index = 9;
  FsRtlInitializeLargeMcb(&mcb, PagedPool);
  CHECK(FsRtlAddLargeMcbEntry(&mcb, 0, 1000, 10));
  CHECK(FsRtlAddLargeMcbEntry(&mcb, 20, 5000, 5)); // 10 to 19 are a hole
  CHECK_EQ(FsRtlNumberOfRunsInLargeMcb(&mcb), 3);
  CHECK(FsRtlLookupLargeMcbEntry(&mcb, 4, &lbn, &count, &start, &all, &index));
  CHECK(lbn == 1004 && count == 6 && start == 1000 && all == 10 && index == 0);
  CHECK(FsRtlLookupLargeMcbEntry(&mcb, 12, &lbn, &count, NULL, NULL, NULL));
  CHECK(lbn == -1 && count == 8);
  CHECK(!FsRtlLookupLargeMcbEntry(&mcb, 25, &lbn, &count, NULL, NULL, NULL));
  CHECK(FsRtlAddLargeMcbEntry(&mcb, 10, 1010, 4)); // goes on from the first run
  CHECK_EQ(FsRtlNumberOfRunsInLargeMcb(&mcb), 3);
  CHECK(!FsRtlAddLargeMcbEntry(&mcb, 3, 77, 2));   // mapped to something else
  CHECK(FsRtlAddLargeMcbEntry(&mcb, 3, 1003, 2));  // the same once more
  CHECK(FsRtlLookupLastLargeMcbEntry(&mcb, &vbn, &lbn));
  CHECK(vbn == 24 && lbn == 5004);
  FsRtlRemoveLargeMcbEntry(&mcb, 5, 2);
  CHECK_EQ(FsRtlNumberOfRunsInLargeMcb(&mcb), 5);
  CHECK(FsRtlGetNextLargeMcbEntry(&mcb, 2, &vbn, &lbn, &count));
  CHECK(vbn == 7 && lbn == 1007 && count == 7);
  CHECK(!FsRtlGetNextLargeMcbEntry(&mcb, 5, &vbn, &lbn, &count));
  CHECK(FsRtlSplitLargeMcb(&mcb, 22, 100));
  CHECK(FsRtlLookupLargeMcbEntry(&mcb, 122, &lbn, &count, NULL, NULL, NULL));
  CHECK(lbn == 5002 && count == 3);
  FsRtlTruncateLargeMcb(&mcb, 4);
  CHECK(FsRtlLookupLastLargeMcbEntryAndIndex(&mcb, &vbn, &lbn, &index));
  CHECK(vbn == 3 && lbn == 1003 && index == 0);
  for (LONGLONG i = 0; i < 40; i++) CHECK(FsRtlAddLargeMcbEntry(&mcb, 100 + 2 * i, 9000 - 10 * i, 1)); // more pairs than at first
  CHECK_EQ(FsRtlNumberOfRunsInLargeMcb(&mcb), 1 + 80);
  FsRtlResetLargeMcb(&mcb, TRUE);
  CHECK_EQ(FsRtlNumberOfRunsInLargeMcb(&mcb), 0);
  FsRtlUninitializeLargeMcb(&mcb);

  MCB old;
  VBN v;
  LBN l;
  ULONG n;
  FsRtlInitializeMcb(&old, NonPagedPool);
  CHECK(FsRtlAddMcbEntry(&old, 8, 80, 8));
  CHECK(FsRtlLookupMcbEntry(&old, 9, &l, &n, &index));
  CHECK(l == 81 && n == 7 && index == 1);
  CHECK(FsRtlLookupMcbEntry(&old, 0, &l, &n, NULL) && l == 0xffffffff && n == 8);
  CHECK(FsRtlLookupLastMcbEntry(&old, &v, &l) && v == 15 && l == 87);
  FsRtlUninitializeMcb(&old);
}

static LONG Freed;
static VOID FreeContext(PVOID Buffer) { Freed++; }

static VOID Contexts(VOID) {
  FSRTL_ADVANCED_FCB_HEADER header;
  FSRTL_PER_STREAM_CONTEXT a, b, c;
  FAST_MUTEX mutex;
  PVOID file = NULL;
  RtlZeroMemory(&header, sizeof(header));
  FsRtlInitPerStreamContext(&a, &Freed, &a, FreeContext);
  FsRtlInitPerStreamContext(&b, &Freed, &b, FreeContext);
  CHECK_EQ(FsRtlInsertPerStreamContext(&header, &a), STATUS_INVALID_DEVICE_REQUEST);
  ExInitializeFastMutex(&mutex);
  FsRtlSetupAdvancedHeader(&header, &mutex);
  CHECK_EQ(FsRtlInsertPerStreamContext(&header, &a), STATUS_SUCCESS);
  CHECK_EQ(FsRtlInsertPerStreamContext(&header, &b), STATUS_SUCCESS);
  CHECK(FsRtlLookupPerStreamContext(&header, &Freed, NULL) == &b);
  CHECK(FsRtlLookupPerStreamContext(&header, &Freed, &a) == &a);
  CHECK(FsRtlLookupPerStreamContext(&header, &header, NULL) == NULL);
  CHECK(FsRtlRemovePerStreamContext(&header, &Freed, &a) == &a);
  CHECK(FsRtlRemovePerStreamContext(&header, &Freed, &a) == NULL);
  CHECK_EQ(FsRtlInsertPerStreamContext(&header, &a), STATUS_SUCCESS);
  FsRtlTeardownPerStreamContexts(&header);
  CHECK_EQ(Freed, 2);
  FsRtlInitPerFileContext(&c, &Freed, NULL, FreeContext);
  CHECK(FsRtlLookupPerFileContext(&file, &Freed, NULL) == NULL);
  CHECK_EQ(FsRtlInsertPerFileContext(&file, &c), STATUS_SUCCESS);
  CHECK(FsRtlLookupPerFileContext(&file, &Freed, NULL) == &c);
  FsRtlTeardownPerFileContexts(&file);
  CHECK(file == NULL);
  CHECK_EQ(Freed, 3);
}

static LONG Cleaned;
static VOID Cleanup(PVOID Context, LPCGUID Type) {
  CHECK(*(PULONG)Context == 0x1234 || *(PULONG)Context == 0);
  CHECK(Type->Data1 == 1 || Type->Data1 == 2);
  Cleaned++;
}

static VOID Parameters(VOID) {
  static const GUID one = {1}, two = {2}, three = {3};
  GUID type;
  PECP_LIST list = NULL;
  PVOID first = NULL, second = NULL, found = NULL;
  ULONG size = 0;
  CHECK_EQ(FsRtlAllocateExtraCreateParameterList(0, &list), STATUS_SUCCESS);
  CHECK_EQ(FsRtlAllocateExtraCreateParameter(&one, 24, 0, Cleanup, 'pcEF', &first), STATUS_SUCCESS);
  CHECK_EQ(FsRtlAllocateExtraCreateParameter(&two, 8, FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL, Cleanup, 'pcEF', &second), STATUS_SUCCESS);
  *(PULONG)first = 0x1234;
  CHECK_EQ(FsRtlInsertExtraCreateParameter(list, first), STATUS_SUCCESS);
  CHECK_EQ(FsRtlInsertExtraCreateParameter(list, second), STATUS_SUCCESS);
  CHECK_EQ(FsRtlFindExtraCreateParameter(list, &one, &found, &size), STATUS_SUCCESS);
  CHECK(found == first && size == 24);
  CHECK_EQ(FsRtlFindExtraCreateParameter(list, &three, &found, &size), STATUS_NOT_FOUND);
  CHECK_EQ(FsRtlGetNextExtraCreateParameter(list, NULL, &type, &found, &size), STATUS_SUCCESS);
  CHECK(found == first && type.Data1 == 1);
  CHECK_EQ(FsRtlGetNextExtraCreateParameter(list, found, &type, &found, NULL), STATUS_SUCCESS);
  CHECK(found == second && type.Data1 == 2);
  CHECK_EQ(FsRtlGetNextExtraCreateParameter(list, found, &type, &found, NULL), STATUS_NOT_FOUND);
  CHECK(!FsRtlIsEcpAcknowledged(first));
  FsRtlAcknowledgeEcp(first);
  CHECK(FsRtlIsEcpAcknowledged(first) && !FsRtlIsEcpFromUserMode(first));
  FsRtlPrepareToReuseEcp(first);
  CHECK(!FsRtlIsEcpAcknowledged(first));
  CHECK_EQ(FsRtlRemoveExtraCreateParameter(list, &two, &found, &size), STATUS_SUCCESS);
  FsRtlFreeExtraCreateParameter(found);
  CHECK_EQ(Cleaned, 1);
  FsRtlFreeExtraCreateParameterList(list);
  CHECK_EQ(Cleaned, 2);
}

static VOID Names(VOID) {
  CHECK(FsRtlIsAnsiCharacterLegalFat('a', FALSE) && !FsRtlIsAnsiCharacterLegalFat('+', FALSE) && FsRtlIsAnsiCharacterLegalNtfs('+', FALSE));
  CHECK(!FsRtlIsAnsiCharacterLegalNtfs('*', FALSE) && FsRtlIsAnsiCharacterLegalNtfs('*', TRUE) && FsRtlIsAnsiCharacterWild('?'));
  CHECK(!FsRtlIsAnsiCharacterLegalNtfs(':', FALSE) && FsRtlIsAnsiCharacterLegalNtfsStream(':', FALSE));
  CHECK(FsRtlIsUnicodeCharacterWild(L'*') && !FsRtlIsUnicodeCharacterWild(L'a') && !FsRtlIsLeadDbcsCharacter(0x81));
  ANSI_STRING name = RTL_CONSTANT_STRING("dir\\file.txt"), wild = RTL_CONSTANT_STRING("*.c");
  CHECK(FsRtlIsFatDbcsLegal(name, FALSE, TRUE, FALSE) && !FsRtlIsFatDbcsLegal(name, FALSE, FALSE, FALSE));
  CHECK(FsRtlIsFatDbcsLegal(wild, TRUE, FALSE, FALSE) && !FsRtlIsFatDbcsLegal(wild, FALSE, FALSE, FALSE));
  WCHAR path[] = L"\\a\\.\\b\\..\\c";
  USHORT length = 0;
  CHECK_EQ(FsRtlRemoveDotsFromPath(path, sizeof(path) - 2, &length), STATUS_SUCCESS);
  CHECK(length == 8 && memcmp(path, L"\\a\\c", 8) == 0);
  WCHAR up[] = L"\\..\\x";
  CHECK_EQ(FsRtlRemoveDotsFromPath(up, sizeof(up) - 2, &length), STATUS_IO_REPARSE_DATA_INVALID);
  CHECK(FsRtlIsTotalDeviceFailure(STATUS_NO_SUCH_DEVICE) && !FsRtlIsTotalDeviceFailure(STATUS_CRC_ERROR) && !FsRtlIsTotalDeviceFailure(0));
  PERESOURCE resource = FsRtlAllocateResource();
  CHECK(ExAcquireResourceExclusiveLite(resource, TRUE));
  ExReleaseResourceLite(resource);
  ExDeleteResourceLite(resource);
  ExFreePool(resource);
}

static VOID Zones(VOID) {
  static DECLSPEC_ALIGN(16) UCHAR first[8 * 16 + 16], more[4 * 16 + 16];
  ZONE_HEADER zone;
  KSPIN_LOCK lock;
  ULONG n = 0;
  KeInitializeSpinLock(&lock);
  CHECK_EQ(ExInitializeZone(&zone, 17, first, sizeof(first)), STATUS_INVALID_PARAMETER);
  CHECK_EQ(ExInitializeZone(&zone, 16, first, sizeof(first)), STATUS_SUCCESS);
  while (!ExIsFullZone(&zone)) {
    PVOID block = ExInterlockedAllocateFromZone(&zone, &lock);
    CHECK(ExIsObjectInFirstZoneSegment(&zone, block));
    n++;
  }
  CHECK_EQ(n, 8);
  CHECK_EQ(ExInterlockedExtendZone(&zone, more, sizeof(more), &lock), STATUS_SUCCESS);
  PVOID block = ExAllocateFromZone(&zone);
  CHECK(block != NULL);
  ExFreeToZone(&zone, block);
  CHECK_EQ(zone.TotalSegmentSize, sizeof(first) + sizeof(more));
  CHECK_EQ(ExExtendZone(&zone, more + 1, 64), STATUS_INVALID_PARAMETER);

  ERESOURCE resource;
  ExInitializeResourceLite(&resource);
  ExDisableResourceBoostLite(&resource);
  ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(&resource);
  CHECK(ExIsResourceAcquiredSharedLite(&resource) && KeAreApcsDisabled());
  ExReleaseResourceAndLeaveCriticalRegion(&resource);
  ExDeleteResourceLite(&resource);
}

TEST_ENTRY {
  Maps();
  Contexts();
  Parameters();
  Names();
  Zones();
  NTSTATUS caught = 0;
  __try {
    FsRtlAllocatePoolWithTag(PagedPool, (SIZE_T)1 << 40, 'xxSF');
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_INSUFFICIENT_RESOURCES);
  return RESULT();
}

BAD(McbNotInitialized, 0xC2, -1) {
  LARGE_MCB mcb;
  FsRtlInitializeLargeMcb(&mcb, PagedPool);
  PVOID mapping = mcb.BaseMcb.Mapping;
  FsRtlUninitializeLargeMcb(&mcb);
  mcb.BaseMcb.Mapping = mapping;
  FsRtlUninitializeLargeMcb(&mcb);
  return STATUS_SUCCESS;
}
BAD(EcpFreedTwice, 0xCC, -1) {
  static const GUID one = {1};
  PVOID context;
  FsRtlAllocateExtraCreateParameter(&one, 24, 0, NULL, 'pcEF', &context);
  FsRtlFreeExtraCreateParameter(context);
  FsRtlFreeExtraCreateParameter(context);
  return STATUS_SUCCESS;
}
BAD(ContextFreed, 0xCC, -1) {
  FSRTL_ADVANCED_FCB_HEADER header;
  PFSRTL_PER_STREAM_CONTEXT context = ExAllocatePoolWithTag(NonPagedPool, sizeof(*context), 'xtCF');
  RtlZeroMemory(&header, sizeof(header));
  FsRtlSetupAdvancedHeader(&header, NULL);
  FsRtlInitPerStreamContext(context, &header, NULL, FreeContext);
  FsRtlInsertPerStreamContext(&header, context);
  ExFreePool(context);
  return FsRtlLookupPerStreamContext(&header, &header, NULL) != NULL ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
