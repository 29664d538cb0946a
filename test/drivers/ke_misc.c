// Small routines of the kernel proper: bug check callbacks, floating point state, caches, times, alignment, the stop that a driver asks for.
#include "check.h"
LONG g_Failures;
static KBUGCHECK_CALLBACK_RECORD g_Record;
static KBUGCHECK_REASON_CALLBACK_RECORD g_Reason;
static UCHAR g_Dump[64];

static VOID NTAPI Dump(PVOID Buffer, ULONG Length) {
  UNREFERENCED_PARAMETER(Buffer);
  UNREFERENCED_PARAMETER(Length);
}
static VOID NTAPI Secondary(KBUGCHECK_CALLBACK_REASON Reason, PKBUGCHECK_REASON_CALLBACK_RECORD Record, PVOID Data, ULONG Length) {
  UNREFERENCED_PARAMETER(Reason);
  UNREFERENCED_PARAMETER(Record);
  UNREFERENCED_PARAMETER(Data);
  UNREFERENCED_PARAMETER(Length);
}
static BOOLEAN NTAPI Nmi(PVOID Context, BOOLEAN Handled) {
  UNREFERENCED_PARAMETER(Context);
  return Handled;
}

static VOID Callbacks(VOID) {
  PVOID handle;
  KeInitializeCallbackRecord(&g_Record);
  KeInitializeCallbackRecord(&g_Reason);
  FACT("documentation KeDeregisterBugCheckCallback: FALSE if it is not registered", !KeDeregisterBugCheckCallback(&g_Record));
  FACT("documentation KeRegisterBugCheckCallback: TRUE", KeRegisterBugCheckCallback(&g_Record, Dump, g_Dump, sizeof g_Dump, (PUCHAR)"t"));
  FACT("documentation KeRegisterBugCheckCallback: the record holds what was given", g_Record.CallbackRoutine == Dump && g_Record.Buffer == g_Dump && g_Record.Length == sizeof g_Dump && g_Record.State == BufferInserted);
  FACT("documentation KeRegisterBugCheckCallback: FALSE for the same record", !KeRegisterBugCheckCallback(&g_Record, Dump, g_Dump, sizeof g_Dump, (PUCHAR)"t"));
  FACT("documentation KeDeregisterBugCheckCallback: TRUE once", KeDeregisterBugCheckCallback(&g_Record) && !KeDeregisterBugCheckCallback(&g_Record));
  FACT("documentation KeRegisterBugCheckReasonCallback: TRUE, then FALSE", KeRegisterBugCheckReasonCallback(&g_Reason, Secondary, KbCallbackSecondaryDumpData, (PUCHAR)"t") && !KeRegisterBugCheckReasonCallback(&g_Reason, Secondary, KbCallbackSecondaryDumpData, (PUCHAR)"t"));
  FACT("documentation KeRegisterBugCheckReasonCallback: the record holds what was given", g_Reason.CallbackRoutine == Secondary && g_Reason.Reason == KbCallbackSecondaryDumpData);
  FACT("documentation KeDeregisterBugCheckReasonCallback: TRUE once", KeDeregisterBugCheckReasonCallback(&g_Reason) && !KeDeregisterBugCheckReasonCallback(&g_Reason));
  handle = KeRegisterNmiCallback(Nmi, NULL);
  FACT("documentation KeRegisterNmiCallback: a handle", handle != NULL);
  FACT_EQ("documentation KeDeregisterNmiCallback: STATUS_SUCCESS", KeDeregisterNmiCallback(handle), STATUS_SUCCESS);
  FACT_EQ("documentation KeDeregisterNmiCallback: not a handle", KeDeregisterNmiCallback(&g_Record), STATUS_INVALID_HANDLE);
}

static VOID Irql(VOID) {
  KSPIN_LOCK lock;
  KIRQL old;
  KeInitializeSpinLock(&lock);
  old = KeAcquireSpinLockRaiseToDpc(&lock);
  FACT("scheduler 12 KeAcquireSpinLockRaiseToDpc: returns the old IRQL", old == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
  KDPC_WATCHDOG_INFORMATION dog = {0};
  FACT_EQ("scheduler 10 KeQueryDpcWatchdogInformation: at DISPATCH_LEVEL", KeQueryDpcWatchdogInformation(&dog), STATUS_SUCCESS);
  FACT("scheduler 10 KeQueryDpcWatchdogInformation: single DPC and cumulative, in ticks", dog.DpcTimeLimit > 0 && dog.DpcWatchdogLimit > dog.DpcTimeLimit);
  FACT("documentation KeQueryDpcWatchdogInformation: what is left", dog.DpcTimeCount <= dog.DpcTimeLimit && dog.DpcWatchdogCount <= dog.DpcWatchdogLimit && dog.DpcWatchdogCount > 0);
  FACT("documentation KeGetCurrentProcessorIndex: the number of this processor", KeGetCurrentProcessorIndex() == KeGetCurrentProcessorNumberEx(NULL) && KeGetCurrentProcessorIndex() < KeQueryActiveProcessorCount(NULL));
  KeReleaseSpinLock(&lock, old);
  old = KeRaiseIrqlToSynchLevel();
  FACT("documentation KeRaiseIrqlToSynchLevel: SYNCH_LEVEL, 12 on x64", old == PASSIVE_LEVEL && KeGetCurrentIrql() == 12);
  KeLowerIrql(old);
}

static VOID Others(VOID) {
  KFLOATING_SAVE save;
  XSTATE_SAVE extended;
  ULONG64 stamp = 0, before, after, time, coarse;
  FACT_EQ("documentation KeSaveFloatingPointState: STATUS_SUCCESS", KeSaveFloatingPointState(&save), STATUS_SUCCESS);
  FACT_EQ("documentation KeRestoreFloatingPointState: STATUS_SUCCESS", KeRestoreFloatingPointState(&save), STATUS_SUCCESS);
  FACT_EQ("documentation KeSaveExtendedProcessorState: STATUS_SUCCESS", KeSaveExtendedProcessorState(3, &extended), STATUS_SUCCESS);
  KeRestoreExtendedProcessorState(&extended);
  FACT("documentation KeGetRecommendedSharedDataAlignment: a power of two", KeGetRecommendedSharedDataAlignment() >= 8 && (KeGetRecommendedSharedDataAlignment() & (KeGetRecommendedSharedDataAlignment() - 1)) == 0);
  FACT("documentation KeInvalidateAllCaches: TRUE", KeInvalidateAllCaches());
  before = KeQueryPerformanceCounter(NULL).QuadPart;
  coarse = KeQueryUnbiasedInterruptTime();
  time = KeQueryUnbiasedInterruptTimePrecise(&stamp);
  after = KeQueryPerformanceCounter(NULL).QuadPart;
  FACT("documentation KeQueryUnbiasedInterruptTimePrecise: the performance counter at that moment", stamp >= before && stamp <= after);
  FACT("scheduler 9 interrupt time: 100 ns since boot, without sleep", time >= coarse && time > 0);
  FACT("documentation KeGetPreviousMode: KernelMode in a system thread", KeGetPreviousMode() == KernelMode && ExGetPreviousMode() == KernelMode);
}

static VOID Debugger(VOID) {
  CHAR answer[8] = "xxxxxxx";
  FACT("documentation DbgQueryDebugFilterState: errors always pass", DbgQueryDebugFilterState(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL) == TRUE);
  FACT_EQ("documentation DbgSetDebugFilterState: STATUS_SUCCESS", DbgSetDebugFilterState(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, TRUE), STATUS_SUCCESS);
  FACT("documentation DbgQueryDebugFilterState: what was set", DbgQueryDebugFilterState(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL) == TRUE);
  CHECK_EQ(DbgSetDebugFilterState(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, FALSE), STATUS_SUCCESS);
  FACT("documentation DbgQueryDebugFilterState: and taken back", DbgQueryDebugFilterState(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL) == FALSE);
  FACT("documentation DbgPrintReturnControlC: as DbgPrint", NT_SUCCESS(DbgPrintReturnControlC("%s", "")));
  FACT("documentation DbgPrompt: no answer without a debugger", DbgPrompt("", answer, sizeof answer) == 0);
}

TEST_ENTRY {
  Callbacks();
  Irql();
  Others();
  Debugger();
  return RESULT();
}

BAD(AskedFor, 0xDEAD, 0) {
  EXPECT_STOP("scheduler 6 KeBugCheck: no parameters", 0xDEAD, 0, 0, 0, 0);
  KeBugCheck(0xDEAD);
}
BAD(WatchdogBelowDispatch, 0xC4, 0xE5) {
  KDPC_WATCHDOG_INFORMATION dog;
  EXPECT_STOP("scheduler 18 KeQueryDpcWatchdogInformation: at DISPATCH_LEVEL or above", 0xC4, 0xE5, PASSIVE_LEVEL, ANY, ANY);
  return KeQueryDpcWatchdogInformation(&dog);
}
