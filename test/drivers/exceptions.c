// Structured exceptions, the rarer paths: records raised by software, resumption, exceptions inside filters and handlers, every way out of a guarded block.
#include "check.h"
LONG g_Failures;
static LONG g_Log;
static VOID Log(LONG n) { g_Log = g_Log * 10 + n; }
#define LOGGED(value) do { CHECK_EQ(g_Log, value); g_Log = 0; } while (0)

// ---- what is raised arrives whole
static LONG Inspect(PEXCEPTION_POINTERS p, NTSTATUS code, ULONG count, ULONG_PTR first) {
  PEXCEPTION_RECORD r = p->ExceptionRecord;
  CHECK_EQ(r->ExceptionCode, code);
  CHECK_EQ(r->NumberParameters, count);
  if (count) CHECK_EQ(r->ExceptionInformation[0], first);
  CHECK(p->ContextRecord != NULL);
  CHECK(r->ExceptionAddress != NULL);
  return EXCEPTION_EXECUTE_HANDLER;
}
static VOID Raise(NTSTATUS code, ULONG flags, ULONG count, ULONG_PTR first) {
  EXCEPTION_RECORD r = { 0 };
  r.ExceptionCode = code;
  r.ExceptionFlags = flags;
  r.NumberParameters = count;
  r.ExceptionInformation[0] = first;
  RtlRaiseException(&r);
}
static VOID Records(VOID) {
  __try {
    Raise(0xE0001234, EXCEPTION_NONCONTINUABLE, 2, 0x1122334455667788);
    Log(9);
  } __except (Inspect(GetExceptionInformation(), 0xE0001234, 2, 0x1122334455667788)) {
    CHECK_EQ(GetExceptionCode(), 0xE0001234);
    Log(1);
  }
  // continuable: the raise returns
  __try {
    Raise(0xE0005678, 0, 0, 0);
    Log(2);
  } __except (GetExceptionCode() == 0xE0005678 ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH) {
    Log(9);
  }
  // not continuable, but resumed: another exception, from the filter's own answer
  __try {
    __try {
      ExRaiseStatus(STATUS_IO_TIMEOUT);
    } __except (GetExceptionCode() == STATUS_IO_TIMEOUT ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH) {
      Log(9);
    }
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_NONCONTINUABLE_EXCEPTION);
    Log(3);
  }
  __try { RtlRaiseStatus(STATUS_DEVICE_BUSY); } __except (Inspect(GetExceptionInformation(), STATUS_DEVICE_BUSY, 0, 0)) { Log(4); }
  __try { ExRaiseAccessViolation(); } __except (1) { CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_ACCESS_VIOLATION); Log(5); }
  __try { ExRaiseDatatypeMisalignment(); } __except (1) { CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_DATATYPE_MISALIGNMENT); Log(6); }
  LOGGED(123456);
}

// ---- order: all filters on the way up, then the finally blocks on the way down
static LONG Say(LONG n, LONG answer) { Log(n); return answer; }
static VOID Deep(LONG n) {
  __try {
    if (n) Deep(n - 1);
    else ExRaiseStatus(STATUS_UNSUCCESSFUL);
  } __finally {
    Log(AbnormalTermination() ? 5 + n : 9);
  }
}
static VOID Order(VOID) {
  __try {
    __try {
      Deep(2);
    } __except (Say(1, EXCEPTION_CONTINUE_SEARCH)) {
      Log(9);
    }
  } __except (Say(2, EXCEPTION_EXECUTE_HANDLER)) {
    Log(3);
  }
  LOGGED(125673);
}

// ---- exceptions inside filters, handlers and finally blocks
static LONG BadFilter(VOID) { __try { *(volatile LONG *)16 = 1; } __except (EXCEPTION_EXECUTE_HANDLER) { Log(1); } return EXCEPTION_EXECUTE_HANDLER; }
static VOID Inside(VOID) {
  __try { ExRaiseStatus(1); } __except (BadFilter()) { Log(2); }
  __try {
    __try { ExRaiseStatus(STATUS_IO_TIMEOUT); } __except (1) { ExRaiseStatus(STATUS_DEVICE_BUSY); }
  } __except (GetExceptionCode() == STATUS_DEVICE_BUSY) {
    Log(3);
  }
  __try {
    __try { ExRaiseStatus(STATUS_IO_TIMEOUT); } __finally { Log(4); ExRaiseStatus(STATUS_DEVICE_BUSY); }
  } __except (1) {
    CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_DEVICE_BUSY);
    Log(5);
  }
  // the code of the outer exception is still there behind an inner one
  __try { ExRaiseStatus(STATUS_IO_TIMEOUT); } __except (1) {
    __try { ExRaiseStatus(STATUS_DEVICE_BUSY); } __except (1) { CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_DEVICE_BUSY); }
    CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_IO_TIMEOUT);
    Log(6);
  }
  LOGGED(123456);
}

// ---- ways out
static LONG Ways(LONG how) {
  LONG i;
  for (i = 0; i < 3; i++) {
    __try {
      __try {
        switch (how) {
          case 0: return 10 + i;
          case 1: break;
          case 2: continue;
          case 3: goto out;
          case 4: __leave;
          case 5: ExRaiseStatus(STATUS_IO_TIMEOUT);
        }
        Log(1);
      } __finally {
        Log(AbnormalTermination() ? 2 : 3);
      }
      Log(4);
    } __except (1) {
      Log(5);
      break;
    }
    if (how == 4) break;
  }
  return i;
out:
  return 20 + i;
}
static LONG Twice(volatile LONG *n) {
  __try {
    __try { return ++*n; } __finally { *n *= 10; }
  } __finally {
    *n += 5;
  }
}

TEST_ENTRY {
  Records();
  Order();
  Inside();
  CHECK_EQ(Ways(0), 10); LOGGED(2);
  CHECK_EQ(Ways(1), 3); LOGGED(134134134);
  CHECK_EQ(Ways(2), 3); LOGGED(222);
  CHECK_EQ(Ways(3), 20); LOGGED(2);
  CHECK_EQ(Ways(4), 0); LOGGED(34);
  CHECK_EQ(Ways(5), 0); LOGGED(25);
  volatile LONG n = 3;
  CHECK_EQ(Twice(&n), 4);
  CHECK_EQ(n, 45);
  // hardware faults
  volatile LONG zero = 0, minimum = (LONG)0x80000000, minus = -1;
  __try { zero = 1 / zero; } __except (1) { CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_INTEGER_DIVIDE_BY_ZERO); Log(1); }
  __try { minimum = minimum / minus; } __except (1) { CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_INTEGER_OVERFLOW); Log(2); }
  __try { ((VOID (*)(VOID))(ULONG_PTR)0x1234)(); } __except (1) { CHECK_EQ((NTSTATUS)GetExceptionCode(), STATUS_ACCESS_VIOLATION); Log(3); }
  LOGGED(123);
  return RESULT();
}

// A filter that finds nobody: the exception goes on past every __finally to the bug check, which shows the code.
BAD(Unhandled, 0x7E, 0xC00000B5) {
  __try { ExRaiseStatus(STATUS_IO_TIMEOUT); } __except (GetExceptionCode() == STATUS_DEVICE_BUSY) { }
  return 0;
}
