// Small routines of ke that drivers call and that change little here: floating point state, caches, nodes, watchdog queries, bug check callbacks.
import type { Addr } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  KBUGCHECK_CALLBACK_RECORD,
  KBUGCHECK_REASON_CALLBACK_RECORD,
  KE_GLOBALS,
  KPRCB,
  KTHREAD,
  LIST_ENTRY,
  KDPC_WATCHDOG_INFORMATION as W,
} from '../layouts.gen.js';
import { insertTail, remove } from '../rtl/list.js';
import { DISPATCH_LEVEL, DISPATCH_LIMIT_TICKS, DPC_LIMIT_TICKS, STATUS } from './constants.js';
import { interruptTime100, tickSteps } from './time.js';

const zero = (name: string): KernelRoutine => ({ name, cost: 2, step: (k) => k.return(0) });
const nothing = (name: string, cost = 5): KernelRoutine => ({ name, cost, step: (k) => k.returnVoid() });

/** PF_...: what every processor of a 64-bit Windows has (double and 16-byte compare-exchange, MMX, SSE to SSE3, time stamp, PAE, NX, fast fail). */
const FEATURES: ReadonlySet<number> = new Set([2, 3, 6, 8, 9, 10, 12, 13, 14, 23]);

/** Both records begin with Entry and CallbackRoutine. */
const STATE_OF_RECORD = KBUGCHECK_CALLBACK_RECORD.State;
const STATE_OF_REASON = KBUGCHECK_REASON_CALLBACK_RECORD.State;

/** (Record, CallbackRoutine, ...) Registered callbacks are kept; they do not run, because the run is over at a bug check. `fill` stores the other arguments. */
function register(head: number, stateAt: number, fill: (k: Kernel, f: Frame, record: Addr) => void): KernelRoutine['step'] {
  return (k: Kernel, f: Frame) => {
    const record = f.ptr(0);
    const m = k.mem.checked;
    // only a record that KeInitializeCallbackRecord left empty can be registered
    if (m.u8(record + stateAt) !== 0) return k.return(0);
    m.setPtr(record + KBUGCHECK_CALLBACK_RECORD.CallbackRoutine, f.ptr(1));
    fill(k, f, record);
    m.setU8(record + stateAt, 1);
    insertTail(k.mem, k.globals.KE + head, record);
    return k.return(1);
  };
}
/** (..., Buffer, Length, Component) */
function fillRecord(k: Kernel, f: Frame, record: Addr): void {
  k.mem.setPtr(record + KBUGCHECK_CALLBACK_RECORD.Buffer, f.ptr(2));
  k.mem.setU32(record + KBUGCHECK_CALLBACK_RECORD.Length, f.u32(3));
  k.mem.setPtr(record + KBUGCHECK_CALLBACK_RECORD.Component, f.ptr(4));
}
/** (..., Reason, Component) */
function fillReason(k: Kernel, f: Frame, record: Addr): void {
  k.mem.setU32(record + KBUGCHECK_REASON_CALLBACK_RECORD.Reason, f.u32(2));
  k.mem.setPtr(record + KBUGCHECK_REASON_CALLBACK_RECORD.Component, f.ptr(3));
}

function deregister(stateAt: number): KernelRoutine['step'] {
  return (k: Kernel, f: Frame) => {
    const record = f.ptr(0);
    if (k.mem.checked.u8(record + stateAt) !== 1) return k.return(0);
    k.mem.setU8(record + stateAt, 0);
    remove(k.mem, record);
    return k.return(1);
  };
}

export const routines: KernelRoutine[] = [
  zero('KeSaveFloatingPointState'),
  zero('KeRestoreFloatingPointState'),
  zero('KeSaveExtendedProcessorState'),
  nothing('KeRestoreExtendedProcessorState'),
  { name: 'KeInvalidateAllCaches', cost: 50, step: (k) => k.return(1) },
  nothing('KeFlushWriteBuffer'),
  nothing('KeFlushIoBuffers'),
  // (ProcessorFeature)
  { name: 'ExIsProcessorFeaturePresent', cost: 2, step: (k, f) => k.return(FEATURES.has(f.u32(0)) ? 1 : 0) },
  { name: 'KeGetRecommendedSharedDataAlignment', cost: 2, step: (k) => k.return(64) },
  { name: 'KeIsExecutingDpc', cost: 2, step: (k) => k.return(k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive) ? 1 : 0) },
  {
    // TRUE when a DPC or higher thread waits for this CPU
    name: 'KeShouldYieldProcessor',
    cost: 2,
    step: (k) => k.return(k.mem.u8(k.prcb() + KPRCB.DpcRequested) || k.mem.ptr(k.prcb() + KPRCB.NextThread) !== 0 ? 1 : 0),
  },
  {
    // (PKDPC_WATCHDOG_INFORMATION): limits and what is left, in ticks
    name: 'KeQueryDpcWatchdogInformation',
    cost: 5,
    step(k, f) {
      if (k.irql < DISPATCH_LEVEL) return k.return(STATUS.UNSUCCESSFUL);
      const prcb = k.prcb();
      const inDpc = k.mem.u8(prcb + KPRCB.DpcRoutineActive) !== 0;
      const used = Math.floor((k.now - k.mem.ptr(prcb + (inDpc ? KPRCB.DpcSince : KPRCB.DispatchSince))) / tickSteps(k));
      const m = k.mem.checked;
      const at = f.ptr(0);
      m.setU32(at + W.DpcTimeLimit, DPC_LIMIT_TICKS);
      m.setU32(at + W.DpcTimeCount, Math.max(0, DPC_LIMIT_TICKS - (inDpc ? used : 0)));
      m.setU32(at + W.DpcWatchdogLimit, DISPATCH_LIMIT_TICKS);
      m.setU32(at + W.DpcWatchdogCount, Math.max(0, DISPATCH_LIMIT_TICKS - used));
      m.setU32(at + W.Reserved, 0);
      return k.return(0);
    },
  },
  {
    name: 'KeQueryTotalCycleTimeThread',
    cost: 4,
    step: (k, f) => {
      const cycles = k.mem.checked.ptr(f.ptr(0) + KTHREAD.CycleTime);
      if (f.ptr(1) !== 0) k.mem.checked.setPtr(f.ptr(1), cycles);
      return k.return(cycles);
    },
  },
  {
    name: 'KeQueryUnbiasedInterruptTimePrecise',
    cost: 5,
    step(k, f) {
      if (f.ptr(0) !== 0) k.mem.checked.setI64(f.ptr(0), BigInt(interruptTime100(k)));
      return k.return(interruptTime100(k));
    },
  },
  { name: 'KeRegisterBugCheckCallback', step: register(KE_GLOBALS.BugCheckCallbackListHead, STATE_OF_RECORD, fillRecord) },
  { name: 'KeDeregisterBugCheckCallback', step: deregister(STATE_OF_RECORD) },
  { name: 'KeRegisterBugCheckReasonCallback', step: register(KE_GLOBALS.BugCheckReasonCallbackListHead, STATE_OF_REASON, fillReason) },
  { name: 'KeDeregisterBugCheckReasonCallback', step: deregister(STATE_OF_REASON) },
  {
    // (routine, context): a handle; non-maskable interrupts never happen here
    name: 'KeRegisterNmiCallback',
    step(k, f) {
      const block = k.pool.allocate('nonpaged', LIST_ENTRY.sizeof + 16, 'KNMI');
      if (block === 0) return k.return(0);
      insertTail(k.mem, k.globals.KE + KE_GLOBALS.NmiCallbackListHead, block);
      k.mem.setPtr(block + LIST_ENTRY.sizeof, f.ptr(0));
      k.mem.setI64(block + LIST_ENTRY.sizeof + 8, f.i64(1));
      return k.return(block);
    },
  },
  {
    name: 'KeDeregisterNmiCallback',
    step(k, f) {
      if (k.pool.sizeOf(f.ptr(0)) === undefined) return k.return(0xc0000008 | 0);
      remove(k.mem, f.ptr(0));
      k.pool.free(f.ptr(0));
      return k.return(0);
    },
  },
];
