// Names as file systems look at them: parts of a path, wild cards, legal characters, statuses that a filter may see.
#include "check.h"
LONG g_Failures;

static BOOLEAN Same(PCUNICODE_STRING a, PCWSTR text) { return a->Length == 2 * wcslen(text) && memcmp(a->Buffer, text, a->Length) == 0; }
static BOOLEAN SameA(const STRING *a, const char *text) { return a->Length == strlen(text) && memcmp(a->Buffer, text, a->Length) == 0; }

static VOID Parts(VOID) {
  UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\Windows\\System32\\x.sys"), first, rest, last;
  ANSI_STRING narrow = RTL_CONSTANT_STRING("a\\b\\c"), nf, nr;
  FsRtlDissectName(path, &first, &rest);
  FACT("documentation FsRtlDissectName: the first part without its backslash", Same(&first, L"Windows") && Same(&rest, L"System32\\x.sys"));
  FsRtlDissectName(rest, &first, &last);
  FACT("documentation FsRtlDissectName: the rest again", Same(&first, L"System32") && Same(&last, L"x.sys"));
  FsRtlDissectName(last, &first, &rest);
  FACT("documentation FsRtlDissectName: nothing remains of the last part", Same(&first, L"x.sys") && rest.Length == 0);
  FsRtlDissectDbcs(narrow, &nf, &nr);
  FACT("documentation FsRtlDissectDbcs: the same for bytes", SameA(&nf, "a") && SameA(&nr, "b\\c"));
}

static VOID Wild(VOID) {
  UNICODE_STRING star = RTL_CONSTANT_STRING(L"F*.TXT"), question = RTL_CONSTANT_STRING(L"F?.TXT"), plain = RTL_CONSTANT_STRING(L"f1.txt"), other = RTL_CONSTANT_STRING(L"F1.TXT"), longer = RTL_CONSTANT_STRING(L"f12.txt");
  UNICODE_STRING lower = RTL_CONSTANT_STRING(L"f*.txt");
  ANSI_STRING narrowStar = RTL_CONSTANT_STRING("F*.TXT"), narrow = RTL_CONSTANT_STRING("F1.TXT"), without = RTL_CONSTANT_STRING("G1.TXT");
  ANSI_STRING path = RTL_CONSTANT_STRING("dir\\file"), tooLong = RTL_CONSTANT_STRING("bad|name");
  FACT("documentation FsRtlDoesNameContainWildCards: * and ?", FsRtlDoesNameContainWildCards(&star) && FsRtlDoesNameContainWildCards(&question) && !FsRtlDoesNameContainWildCards(&plain));
  FACT("documentation FsRtlDoesDbcsContainWildCards: * and ?", FsRtlDoesDbcsContainWildCards(&narrowStar) && !FsRtlDoesDbcsContainWildCards(&narrow));
  FACT("documentation FsRtlAreNamesEqual: case", FsRtlAreNamesEqual(&plain, &other, TRUE, NULL) && !FsRtlAreNamesEqual(&plain, &other, FALSE, NULL));
  FACT("documentation FsRtlAreNamesEqual: other names", !FsRtlAreNamesEqual(&plain, &longer, TRUE, NULL));
  FACT("documentation FsRtlIsDbcsInExpression: * is any characters", FsRtlIsDbcsInExpression(&narrowStar, &narrow) && !FsRtlIsDbcsInExpression(&narrowStar, &without));
  FACT("documentation FsRtlIsNameInUnUpcasedExpression: the expression need not be upper case", FsRtlIsNameInUnUpcasedExpression(&lower, &other, TRUE, NULL));
  FACT("documentation FsRtlIsNameInExpression: ? is one character", FsRtlIsNameInExpression(&question, &plain, TRUE, NULL) && !FsRtlIsNameInExpression(&question, &longer, TRUE, NULL));
  FACT("documentation FsRtlIsHpfsDbcsLegal: wild cards only where they may be", FsRtlIsHpfsDbcsLegal(narrowStar, TRUE, FALSE, FALSE) && !FsRtlIsHpfsDbcsLegal(narrowStar, FALSE, FALSE, FALSE));
  FACT("documentation FsRtlIsHpfsDbcsLegal: a path only where it may be", FsRtlIsHpfsDbcsLegal(path, FALSE, TRUE, FALSE) && !FsRtlIsHpfsDbcsLegal(path, FALSE, FALSE, FALSE));
  FACT("documentation FsRtlIsHpfsDbcsLegal: no bar", !FsRtlIsHpfsDbcsLegal(tooLong, TRUE, TRUE, TRUE));
}

static VOID Statuses(VOID) {
  FACT("documentation FsRtlIsNtstatusExpected: not what a fault of the driver raises", !FsRtlIsNtstatusExpected(STATUS_ACCESS_VIOLATION) && !FsRtlIsNtstatusExpected(STATUS_ILLEGAL_INSTRUCTION) && !FsRtlIsNtstatusExpected(STATUS_DATATYPE_MISALIGNMENT) && !FsRtlIsNtstatusExpected(STATUS_INSTRUCTION_MISALIGNMENT));
  FACT("documentation FsRtlIsNtstatusExpected: any other", FsRtlIsNtstatusExpected(STATUS_IN_PAGE_ERROR) && FsRtlIsNtstatusExpected(STATUS_INSUFFICIENT_RESOURCES));
  FACT_EQ("documentation FsRtlNormalizeNtstatus: an expected one stays", FsRtlNormalizeNtstatus(STATUS_DISK_FULL, STATUS_UNEXPECTED_IO_ERROR), STATUS_DISK_FULL);
  FACT_EQ("documentation FsRtlNormalizeNtstatus: another becomes the generic one", FsRtlNormalizeNtstatus(STATUS_ACCESS_VIOLATION, STATUS_UNEXPECTED_IO_ERROR), STATUS_UNEXPECTED_IO_ERROR);
  FACT("documentation FsRtlIsMobileOS: no", !FsRtlIsMobileOS());
}

TEST_ENTRY {
  UNICODE_STRING low = RTL_CONSTANT_STRING(L"320000"), high = RTL_CONSTANT_STRING(L"400000.5"), higher = RTL_CONSTANT_STRING(L"400000.51");
  PVOID lock;
  Parts();
  Wild();
  Statuses();
  FACT("documentation RtlCompareAltitudes: as numbers with a fraction", RtlCompareAltitudes(&low, &high) < 0 && RtlCompareAltitudes(&higher, &high) > 0 && RtlCompareAltitudes(&high, &high) == 0);
  lock = FsRtlAllocateAePushLock(PagedPool, 'kcoL');
  FACT("documentation FsRtlAllocateAePushLock: a lock", lock != NULL);
  FsRtlFreeAePushLock(lock);
  return RESULT();
}
