// For the checking drivers of the tests: CHECK counts failures and prints where, StartThread runs a routine in a thread of its own.
#pragma once
#include <ntifs.h>

extern LONG g_Failures;
#define CHECK(e) ((e) ? (void)0 : (void)(g_Failures++, DbgPrint("FAIL %s:%d %s\n", __FILE__, __LINE__, #e)))
#define CHECK_EQ(a, b)                                                                                                    \
  do {                                                                                                                    \
    LONGLONG a_ = (LONGLONG)(a), b_ = (LONGLONG)(b);                                                                      \
    if (a_ != b_) { g_Failures++; DbgPrint("FAIL %s:%d %s = %I64d, not %I64d\n", __FILE__, __LINE__, #a, a_, b_); }       \
  } while (0)
#define RESULT() (g_Failures == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL)

// Provided by the test kernel: a system thread that calls Routine(Context) and ends; Done (if not NULL) is set when it has returned.
VOID TestStartThread(VOID (*Routine)(PVOID), PVOID Context, LONG Priority, PKEVENT Done);

// A wrong use: the test runs the function by its name and expects this bug check (and this first parameter; -1: any).
#define BAD(name, code, p1) NTSTATUS name(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
// The same, certain only when nobody runs beside it.
#define BAD1(name, code, p1) BAD(name, code, p1)
#define TEST_ENTRY NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)

static VOID SleepMs(LONG ms) {
  LARGE_INTEGER t;
  t.QuadPart = -10000LL * ms;
  KeDelayExecutionThread(KernelMode, FALSE, &t);
}
