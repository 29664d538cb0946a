// For the checking drivers of the tests: CHECK counts failures and prints where, TestStartThread runs a routine in a thread of its own.
#pragma once
#include <ntifs.h>
#include <ntundoc.h> // exports that drivers declare for themselves: the signatures of the kernel

extern LONG g_Failures;
#define CHECK(e) ((e) ? (void)0 : (void)(g_Failures++, DbgPrint("FAIL %s:%d %s\n", __FILE__, __LINE__, #e)))
#define CHECK_EQ(a, b)                                                                                                    \
  do {                                                                                                                    \
    LONGLONG a_ = (LONGLONG)(a), b_ = (LONGLONG)(b);                                                                      \
    if (a_ != b_) { g_Failures++; DbgPrint("FAIL %s:%d %s = %I64d, not %I64d\n", __FILE__, __LINE__, #a, a_, b_); }       \
  } while (0)
// A fact of the reference that a driver can observe: where it stands (page, section, in words) and what must hold. The tests demand that every FACT of a file is
// reached, on every number of CPUs and under every seed, and docs/CONFORMANCE.md counts them. `FACT(source, e)`; `FACT_EQ(source, a, b)` prints both values.
// One that some orders of threads do not reach is written MAY_FACT: it must hold when it is reached, and must be reached under some seed.
#define FACT(source, e)                                                                                                   \
  ((e) ? (void)DbgPrint("FACT %d\n", __LINE__) : (void)(g_Failures++, DbgPrint("FAIL %s:%d %s: %s\n", __FILE__, __LINE__, source, #e)))
#define FACT_EQ(source, a, b)                                                                                             \
  do {                                                                                                                    \
    LONGLONG a_ = (LONGLONG)(a), b_ = (LONGLONG)(b);                                                                      \
    if (a_ == b_) DbgPrint("FACT %d\n", __LINE__);                                                                        \
    else { g_Failures++; DbgPrint("FAIL %s:%d %s: %s = 0x%I64x, not 0x%I64x\n", __FILE__, __LINE__, source, #a, a_, b_); } \
  } while (0)
#define MAY_FACT(source, e) FACT(source, e)

// What the headers say by themselves (a size, an offset, a value): it holds whatever the kernel does, so it is no FACT; the compiler looks at it.
#define HEADER(source, e) C_ASSERT(e)

// The bug check that must follow, with its four parameters (ANY: not known to a driver, an instruction pointer for example). It is a fact too.
#define ANY 0xA11A11A11A11A11A
#define EXPECT_STOP(source, code, p1, p2, p3, p4)                                                                         \
  DbgPrint("STOP %d 0x%I64x 0x%I64x 0x%I64x 0x%I64x 0x%I64x\n", __LINE__, (ULONGLONG)(code), (ULONGLONG)(p1), (ULONGLONG)(p2), (ULONGLONG)(p3), (ULONGLONG)(p4))

#define RESULT() (g_Failures == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL)

// Provided by the test kernel: a system thread that calls Routine(Context) and ends; Done (if not NULL) is set when it has returned.
VOID TestStartThread(VOID (*Routine)(PVOID), PVOID Context, LONG Priority, PKEVENT Done);

// A wrong use: the test runs the function by its name and expects this bug check (and this first parameter; -1: any).
#define BAD(name, code, p1) NTSTATUS name(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
// The same, certain only when nobody runs beside it.
#define BAD1(name, code, p1) BAD(name, code, p1)
// Needs a second CPU.
#define BAD2(name, code, p1) BAD(name, code, p1)
#define TEST_ENTRY NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)

static VOID SleepMs(LONG ms) {
  LARGE_INTEGER t;
  t.QuadPart = -10000LL * ms;
  KeDelayExecutionThread(KernelMode, FALSE, &t);
}

// Whether a wait would be satisfied now; if so it takes what a wait takes.
static BOOLEAN Signalled(PVOID Object) {
  LARGE_INTEGER zero = {0};
  return KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS;
}
