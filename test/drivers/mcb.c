// Map control blocks: which sectors of a file lie where on a volume, with base MCBs, which the caller serializes, and small ones.
#include "check.h"
LONG g_Failures;

static VOID Base(VOID) {
  BASE_MCB mcb;
  LONGLONG vbn = 0, lbn = 0, count = 0, start = 0, all = 0;
  ULONG index = 99;
  FsRtlInitializeBaseMcb(&mcb, PagedPool);
  FACT("documentation FsRtlInitializeBaseMcb: no runs", FsRtlNumberOfRunsInBaseMcb(&mcb) == 0 && !FsRtlLookupLastBaseMcbEntry(&mcb, &vbn, &lbn));
  FACT("documentation FsRtlAddBaseMcbEntry: a run", FsRtlAddBaseMcbEntry(&mcb, 0, 1000, 10) && FsRtlNumberOfRunsInBaseMcb(&mcb) == 1);
  FACT("documentation FsRtlAddBaseMcbEntry: one that goes on is merged", FsRtlAddBaseMcbEntry(&mcb, 10, 1010, 5) && FsRtlNumberOfRunsInBaseMcb(&mcb) == 1);
  FACT("documentation FsRtlAddBaseMcbEntry: a hole counts as a run", FsRtlAddBaseMcbEntry(&mcb, 20, 3000, 4) && FsRtlNumberOfRunsInBaseMcb(&mcb) == 3);
  FACT("documentation FsRtlAddBaseMcbEntry: not over another mapping", !FsRtlAddBaseMcbEntry(&mcb, 2, 5000, 2));
  FACT("documentation FsRtlLookupBaseMcbEntry: where it lies and how far", FsRtlLookupBaseMcbEntry(&mcb, 12, &lbn, &count, &start, &all, &index) && lbn == 1012 && count == 3);
  FACT("documentation FsRtlLookupBaseMcbEntry: the whole run", start == 1000 && all == 15 && index == 0);
  FACT("documentation FsRtlLookupBaseMcbEntry: a hole has LBN -1", FsRtlLookupBaseMcbEntry(&mcb, 16, &lbn, &count, NULL, NULL, &index) && lbn == -1 && count == 4 && index == 1);
  FACT("documentation FsRtlLookupBaseMcbEntry: FALSE beyond the end", !FsRtlLookupBaseMcbEntry(&mcb, 24, &lbn, &count, NULL, NULL, NULL));
  FACT("documentation FsRtlLookupLastBaseMcbEntry: the last sector", FsRtlLookupLastBaseMcbEntry(&mcb, &vbn, &lbn) && vbn == 23 && lbn == 3003);
  FACT("documentation FsRtlLookupLastBaseMcbEntryAndIndex: and its run", FsRtlLookupLastBaseMcbEntryAndIndex(&mcb, &vbn, &lbn, &index) && vbn == 23 && index == 2);
  FACT("documentation FsRtlGetNextBaseMcbEntry: run by run", FsRtlGetNextBaseMcbEntry(&mcb, 2, &vbn, &lbn, &count) && vbn == 20 && lbn == 3000 && count == 4);
  FACT("documentation FsRtlGetNextBaseMcbEntry: FALSE after the last", !FsRtlGetNextBaseMcbEntry(&mcb, 3, &vbn, &lbn, &count));
  FACT("documentation FsRtlSplitBaseMcb: what lies behind moves up", FsRtlSplitBaseMcb(&mcb, 5, 100) && FsRtlLookupBaseMcbEntry(&mcb, 106, &lbn, &count, NULL, NULL, NULL) && lbn == 1006);
  FACT("documentation FsRtlSplitBaseMcb: a hole in between", FsRtlLookupBaseMcbEntry(&mcb, 50, &lbn, &count, NULL, NULL, NULL) && lbn == -1);
  FACT("documentation FsRtlRemoveBaseMcbEntry: becomes a hole", FsRtlRemoveBaseMcbEntry(&mcb, 1, 2) && FsRtlLookupBaseMcbEntry(&mcb, 1, &lbn, &count, NULL, NULL, NULL) && lbn == -1 && count == 2);
  FsRtlTruncateBaseMcb(&mcb, 4);
  FACT("documentation FsRtlTruncateBaseMcb: nothing from there on", FsRtlLookupLastBaseMcbEntry(&mcb, &vbn, &lbn) && vbn == 3 && lbn == 1003);
  FsRtlResetBaseMcb(&mcb);
  FACT_EQ("documentation FsRtlResetBaseMcb: empty again", FsRtlNumberOfRunsInBaseMcb(&mcb), 0);
  FsRtlUninitializeBaseMcb(&mcb);
}

static VOID Small(VOID) {
  MCB mcb;
  VBN vbn = 0;
  LBN lbn = 0;
  ULONG count = 0;
  FsRtlInitializeMcb(&mcb, PagedPool);
  CHECK(FsRtlAddMcbEntry(&mcb, 0, 500, 8));
  CHECK(FsRtlAddMcbEntry(&mcb, 8, 900, 8));
  FACT_EQ("documentation FsRtlNumberOfRunsInMcb: runs", FsRtlNumberOfRunsInMcb(&mcb), 2);
  FACT("documentation FsRtlGetNextMcbEntry: run by run", FsRtlGetNextMcbEntry(&mcb, 1, &vbn, &lbn, &count) && vbn == 8 && lbn == 900 && count == 8);
  FsRtlRemoveMcbEntry(&mcb, 2, 2);
  FACT_EQ("documentation FsRtlRemoveMcbEntry: a hole splits the run", FsRtlNumberOfRunsInMcb(&mcb), 4);
  FsRtlTruncateMcb(&mcb, 8);
  FACT("documentation FsRtlTruncateMcb: nothing from there on", !FsRtlLookupMcbEntry(&mcb, 8, &lbn, &count, NULL) && FsRtlLookupMcbEntry(&mcb, 7, &lbn, &count, NULL) && lbn == 507);
  FsRtlUninitializeMcb(&mcb);
}

TEST_ENTRY {
  Base();
  Small();
  return RESULT();
}
