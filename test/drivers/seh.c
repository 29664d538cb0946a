// Structured exceptions: filters, finally, nesting, raised statuses and records, unwinding through frames; overflow and recursion as bug checks.
#include "check.h"
LONG g_Failures;
static LONG g_Trace;

static LONG Filter(ULONG Code, PEXCEPTION_POINTERS Info) {
  CHECK_EQ(Code, (ULONG)STATUS_ACCESS_VIOLATION);
  CHECK_EQ(Info->ExceptionRecord->ExceptionInformation[1], 8);
  return EXCEPTION_EXECUTE_HANDLER;
}
static VOID Inner(volatile LONG *p) {
  __try {
    *p = 1;
  } __finally {
    g_Trace = g_Trace * 10 + 1 + (AbnormalTermination() ? 1 : 0);
  }
}
static NTSTATUS Outer(LONG *p) {
  __try {
    Inner(p);
    g_Trace = g_Trace * 10 + 5;
  } __except (Filter(GetExceptionCode(), GetExceptionInformation())) {
    g_Trace = g_Trace * 10 + 7;
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}

static LONG Resume(PEXCEPTION_POINTERS Info, LONG *Calls) {
  CHECK_EQ(Info->ExceptionRecord->NumberParameters, 2);
  CHECK_EQ(Info->ExceptionRecord->ExceptionInformation[1], 77);
  return ++*Calls < 3 ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_EXECUTE_HANDLER;
}
// RtlRaiseException returns where a filter continues; what cannot be continued becomes STATUS_NONCONTINUABLE_EXCEPTION.
static VOID RaiseByRecord(VOID) {
  EXCEPTION_RECORD record;
  volatile LONG calls = 0, reached = 0;
  RtlZeroMemory(&record, sizeof(record));
  record.ExceptionCode = (NTSTATUS)0xE0000001;
  record.NumberParameters = 2;
  record.ExceptionInformation[1] = 77;
  __try {
    for (;;) {
      RtlRaiseException(&record);
      reached++;
    }
  } __except (Resume(GetExceptionInformation(), (LONG *)&calls)) {
    CHECK_EQ(GetExceptionCode(), 0xE0000001);
  }
  CHECK_EQ(calls, 3);
  CHECK_EQ(reached, 2);
  __try {
    record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
    RtlRaiseException(&record);
    CHECK(FALSE);
  } __except (GetExceptionCode() == 0xE0000001 ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_EXECUTE_HANDLER) {
    CHECK_EQ(GetExceptionCode(), (ULONG)STATUS_NONCONTINUABLE_EXCEPTION);
  }
  __try {
    RtlRaiseException((PEXCEPTION_RECORD)16);
    CHECK(FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    CHECK_EQ(GetExceptionCode(), (ULONG)STATUS_ACCESS_VIOLATION);
  }
}

TEST_ENTRY {
  LONG good = 0;
  RaiseByRecord();
  CHECK_EQ(Outer(&good), STATUS_SUCCESS);
  CHECK_EQ(g_Trace, 15);
  g_Trace = 0;
  CHECK_EQ(Outer((LONG *)8), STATUS_ACCESS_VIOLATION);
  CHECK_EQ(g_Trace, 27);
  NTSTATUS s = 0;
  __try {
    ExRaiseStatus(STATUS_NO_MEMORY);
  } __except (GetExceptionCode() == STATUS_NO_MEMORY ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    s = GetExceptionCode();
  }
  CHECK_EQ(s, STATUS_NO_MEMORY);
  __try {
    ProbeForRead((PVOID)0xFFFFF80000000000, 8, 1);
    s = 0;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    s = GetExceptionCode();
  }
  CHECK_EQ(s, STATUS_ACCESS_VIOLATION);
  volatile LONG zero = 0;
  __try {
    good = 5 / zero;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    s = GetExceptionCode();
  }
  CHECK_EQ(s, STATUS_INTEGER_DIVIDE_BY_ZERO);
  // the copy inside a DDI faults: seen by the caller's handler, like on Windows
  __try {
    RtlCopyMemory(&good, (PVOID)16, 4);
    s = 0;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    s = GetExceptionCode();
  }
  CHECK_EQ(s, STATUS_ACCESS_VIOLATION);
  return RESULT();
}

static LONG Recurse(LONG n) {
  volatile UCHAR space[512];
  space[0] = (UCHAR)n;
  return Recurse(n + 1) + space[0];
}
BAD(StackOverflow, 0x7F, 8) { return Recurse(0); }
BAD(NullPointer, 0x7E, 0xC0000005) { return *(volatile LONG *)NULL; }
BAD(KernelAddressInTry, 0x50, -1) {
  __try {
    return *(volatile LONG *)0xFFFFF80000000100;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return STATUS_SUCCESS;
  }
}
BAD(ListCorruption, 0x139, 3) {
  LIST_ENTRY head, entry;
  InitializeListHead(&head);
  InsertTailList(&head, &entry);
  RemoveEntryList(&entry);
  RemoveEntryList(&entry);
  InsertTailList(&head, &entry);
  entry.Flink = &entry;
  RemoveEntryList(&entry);
  return STATUS_SUCCESS;
}
BAD(OwnBugCheck, 0xDEADBEEF, 1) {
  KeBugCheckEx(0xDEADBEEF, 1, 2, 3, 4);
}
