// Deferred procedure calls (reference: scheduler.md §10). Each CPU has a queue; a software interrupt below DISPATCH_LEVEL retires it in one frame,
// KiRetireDpcList, on the CPU's DPC stack, in the context of whatever was interrupted. Threaded DPCs have a second queue and a thread (threaded-dpc.ts).
import { type Addr, FrameFlag, KERNEL_BASE, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KDPC, KDPC_DATA, KE_GLOBALS, KEVENT, KPRCB, KTHREAD } from '../layouts.gen.js';
import { initListHead, insertHead, insertTail, isEmpty, remove, removeHead } from '../rtl/list.js';
import { DISPATCH_LEVEL, IDEAL_DPC_RATE, MAXIMUM_DPC_QUEUE_DEPTH, MINIMUM_DPC_RATE, ObjectType, STATUS } from './constants.js';
import { hex, initHeader } from './dispatcher.js';
import { INTERRUPT_SLOTS, pushInterrupt, returnFromInterrupt } from './interrupt.js';
import { currentPrcb, prcbOf } from './prcb.js';
import { probeObject } from './probe-object.js';
import { readProcessorNumber } from './processors.js';
import { cpuCount } from './ready.js';
import { noteRelease, spinOn } from './spin-wait.js';
import { wakeDpcThread } from './threaded-dpc.js';
import { tickSteps } from './time.js';

/** KDPC.Number holds the target CPU + this when one was set. */
const TARGET_BASE = 0x500;
const Importance = { Low: 0, Medium: 1, High: 2, MediumHigh: 3 } as const;
/** In KDPC.Importance while a timer has queued the DPC: what is wrong after it is the timer's (0xC7 with 5 instead of 4). */
const FROM_TIMER = 0x80;

const queueOf = (k: Kernel, cpu: number): Addr => prcbOf(k, cpu) + KPRCB.DpcData;
const threadedQueueOf = (k: Kernel, cpu: number): Addr => prcbOf(k, cpu) + KPRCB.DpcData + KDPC_DATA.sizeof;

export function initializeDpcQueues(k: Kernel, prcb: Addr): void {
  const m = k.mem;
  for (let i = 0; i < 2; i++) initListHead(m, prcb + KPRCB.DpcData + i * KDPC_DATA.sizeof + KDPC_DATA.DpcListHead);
  m.setU32(prcb + KPRCB.MaximumDpcQueueDepth, MAXIMUM_DPC_QUEUE_DEPTH);
  m.setU32(prcb + KPRCB.MinimumDpcRate, MINIMUM_DPC_RATE);
  m.setU32(prcb + KPRCB.AdjustDpcThreshold, IDEAL_DPC_RATE);
  initHeader(k, prcb + KPRCB.DpcThreadEvent, ObjectType.SynchronizationEvent, KEVENT.sizeof, 0);
}

export function initializeDpc(k: Kernel, dpc: Addr, routine: Addr, context: Addr, type: number): void {
  const m = k.mem.checked;
  m.fill(dpc, KDPC.sizeof);
  m.setU8(dpc + KDPC.Type, type);
  m.setU8(dpc + KDPC.Importance, Importance.Medium);
  m.setPtr(dpc + KDPC.DeferredRoutine, routine);
  m.setPtr(dpc + KDPC.DeferredContext, context);
}

/** Queued to this CPU, ahead of others: what another CPU must do at once. */
export function targetDpc(k: Kernel, dpc: Addr, cpu: number): void {
  k.mem.setU16(dpc + KDPC.Number, TARGET_BASE + cpu);
  k.mem.setU8(dpc + KDPC.Importance, Importance.High);
}

/** KeInsertQueueDpc: false when it is queued already. `timer`: by the expiry of its timer. */
export function insertQueueDpc(k: Kernel, dpc: Addr, argument1: number | bigint, argument2: number | bigint, timer = false): boolean {
  const m = k.mem;
  if (m.ptr(dpc + KDPC.DpcData) !== 0) return false;
  const number = m.u16(dpc + KDPC.Number);
  const cpu = number >= TARGET_BASE ? number - TARGET_BASE : k.cpuNumber;
  if (cpu >= cpuCount(k)) {
    k.throwBugCheck(
      0xc7,
      [3, dpc, cpu, cpuCount(k)],
      `the DPC at ${hex(dpc)} has the target processor ${cpu}, but there are only ${cpuCount(k)}: KeSetTargetProcessorDpc does not check its argument`,
    );
  }
  const threaded = m.u8(dpc + KDPC.Type) === ObjectType.ThreadedDpc && k.choice('threaded-dpc') === 'enabled';
  const queue = threaded ? threadedQueueOf(k, cpu) : queueOf(k, cpu);
  m.setI64(dpc + KDPC.SystemArgument1, BigInt(argument1));
  m.setI64(dpc + KDPC.SystemArgument2, BigInt(argument2));
  m.setPtr(dpc + KDPC.DpcData, queue);
  const importance = m.u8(dpc + KDPC.Importance) & ~FROM_TIMER;
  m.setU8(dpc + KDPC.Importance, importance | (timer ? FROM_TIMER : 0));
  const head = queue + KDPC_DATA.DpcListHead;
  if (importance === Importance.High) insertHead(m, head, dpc + KDPC.DpcListEntry);
  else insertTail(m, head, dpc + KDPC.DpcListEntry);
  const depth = m.i32(queue + KDPC_DATA.DpcQueueDepth) + 1;
  m.setI32(queue + KDPC_DATA.DpcQueueDepth, depth);
  m.setU32(queue + KDPC_DATA.DpcCount, m.u32(queue + KDPC_DATA.DpcCount) + 1);
  k.event('ke.dpc.queue', { dpc, cpu, routine: m.ptr(dpc + KDPC.DeferredRoutine) });
  if (threaded) wakeDpcThread(k, cpu);
  else if (startsAtOnce(k, cpu, importance, depth)) requestDpc(k, cpu);
  return true;
}

/** Or does it wait until the queue is retired for another reason (other DPCs, clock interrupt, idle loop)? */
function startsAtOnce(k: Kernel, cpu: number, importance: number, depth: number): boolean {
  const m = k.mem;
  const prcb = prcbOf(k, cpu);
  if (depth > m.u32(prcb + KPRCB.MaximumDpcQueueDepth)) return true;
  if (cpu === k.cpuNumber) return importance !== Importance.Low || m.u32(prcb + KPRCB.DpcRequestRate) < m.u32(prcb + KPRCB.MinimumDpcRate);
  // the idle loop of the other CPU looks at its queue all the time
  const idle = m.ptr(prcb + KPRCB.CurrentThread) === m.ptr(prcb + KPRCB.IdleThread);
  return idle || importance === Importance.High || importance === Importance.MediumHigh;
}

/**
 * Clock interrupt: the request rate is a running average over ticks; a low one lets the queue be drained sooner (smaller maximum depth), and the maximum
 * recovers slowly. A queue that was left lying is retired now.
 */
export function dpcTick(k: Kernel, now: number): void {
  const m = k.mem;
  const prcb = currentPrcb(k);
  const count = m.u32(prcb + KPRCB.DpcData + KDPC_DATA.DpcCount);
  const tick = Math.floor(now / tickSteps(k));
  const passed = Math.min(31, Math.max(1, tick - m.u32(prcb + KPRCB.DpcLastTick)));
  const rate = (((count - m.u32(prcb + KPRCB.DpcLastCount)) >>> 0) + m.u32(prcb + KPRCB.DpcRequestRate)) >>> passed;
  m.setU32(prcb + KPRCB.DpcRequestRate, rate);
  m.setU32(prcb + KPRCB.DpcLastCount, count);
  m.setU32(prcb + KPRCB.DpcLastTick, tick);
  const depth = m.u32(prcb + KPRCB.MaximumDpcQueueDepth);
  if (!isEmpty(m, prcb + KPRCB.DpcData + KDPC_DATA.DpcListHead)) {
    if (rate < IDEAL_DPC_RATE && depth > 1) m.setU32(prcb + KPRCB.MaximumDpcQueueDepth, depth - 1);
    requestDpc(k, k.cpuNumber);
    return;
  }
  const left = m.u32(prcb + KPRCB.AdjustDpcThreshold);
  m.setU32(prcb + KPRCB.AdjustDpcThreshold, left <= passed ? IDEAL_DPC_RATE : left - passed);
  if (left <= passed && depth < MAXIMUM_DPC_QUEUE_DEPTH) m.setU32(prcb + KPRCB.MaximumDpcQueueDepth, depth + 1);
}

/** Asks a CPU to retire its queue as soon as its IRQL allows (a software interrupt, or an IPI to another CPU). */
export function requestDpc(k: Kernel, cpu: number): void {
  k.mem.setU8(prcbOf(k, cpu) + KPRCB.DpcRequested, 1);
  if (cpu === k.cpuNumber) k.checkSoftwareInterrupts();
  else k.catchUp(cpu);
}

export function removeQueueDpc(k: Kernel, dpc: Addr): boolean {
  const m = k.mem;
  const queue = m.ptr(dpc + KDPC.DpcData);
  if (queue === 0) return false;
  remove(m, dpc + KDPC.DpcListEntry);
  m.setPtr(dpc + KDPC.DpcData, 0);
  m.setI32(queue + KDPC_DATA.DpcQueueDepth, m.i32(queue + KDPC_DATA.DpcQueueDepth) - 1);
  return true;
}

/** First DPC of a queue, taken off it: from now on it may be queued again. 0: none. A DPC in memory that is gone is a bug check. */
export function takeDpc(k: Kernel, queue: Addr): Addr {
  const m = k.mem;
  const entry = removeHead(m, queue + KDPC_DATA.DpcListHead);
  if (entry === 0) return 0;
  const dpc = entry - KDPC.DpcListEntry;
  if (!m.allowed(dpc, KDPC.sizeof, true)) {
    k.throwBugCheck(0xc7, [1, dpc, dpc, dpc + KDPC.sizeof], 'a queued DPC object lies in memory that was freed or unloaded');
  }
  m.setI32(queue + KDPC_DATA.DpcQueueDepth, m.i32(queue + KDPC_DATA.DpcQueueDepth) - 1);
  m.setPtr(dpc + KDPC.DpcData, 0);
  m.setPtr(queue + KDPC_DATA.ActiveDpc, dpc);
  return dpc;
}

/** The routine of the queue's active DPC has returned: who waits for that may go on. */
export function dpcDone(k: Kernel, queue: Addr): void {
  k.mem.setPtr(queue + KDPC_DATA.ActiveDpc, 0);
  noteRelease(k);
}

/** A queue is empty: KeFlushQueuedDpcs looks again. */
export const signalDrained = (k: Kernel): number => k.signalEvent(k.globals.KE + KE_GLOBALS.FlushDpcEvent, 0);

/** Arguments of a DPC routine. */
export const dpcArguments = (k: Kernel, dpc: Addr): (number | bigint)[] => [
  dpc,
  k.mem.i64(dpc + KDPC.DeferredContext),
  k.mem.i64(dpc + KDPC.SystemArgument1),
  k.mem.i64(dpc + KDPC.SystemArgument2),
];

/** The thread's disable counts after a DPC routine must be those before it. */
export function checkDisableCount(k: Kernel, routine: Addr, timer: boolean, before: number): Status | undefined {
  const after = k.mem.u32(k.currentThread() + KTHREAD.CombinedApcDisable);
  if (after === before) return undefined;
  const which = timer ? 'DPC routine of a timer' : 'DPC routine';
  return k.bugCheck(
    0xc7,
    timer ? 5 : 4,
    routine,
    before,
    after,
    `the ${which} ${k.functionAtText(routine)} changed the APC disable count of the thread it interrupted`,
  );
}

/** Takes the DPC software interrupt on this CPU. */
export function takeDpcInterrupt(k: Kernel): void {
  const prcb = currentPrcb(k);
  k.mem.setU8(prcb + KPRCB.DpcRequested, 0);
  k.mem.setU8(prcb + KPRCB.DpcRoutineActive, 1);
  pushInterrupt(k, {
    routine: 'KiRetireDpcList',
    irql: DISPATCH_LEVEL,
    flags: FrameFlag.Interrupt,
    stack: { base: k.mem.ptr(prcb + KPRCB.DpcStack) - KERNEL_BASE, limit: k.mem.ptr(prcb + KPRCB.DpcStackLimit) - KERNEL_BASE },
  });
}

const DPC = INTERRUPT_SLOTS;
const ROUTINE = INTERRUPT_SLOTS + 1;
const APC_DISABLE = INTERRUPT_SLOTS + 2;
const TIMER = INTERRUPT_SLOTS + 3;

function retire(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const prcb = currentPrcb(k);
  const queue = prcb + KPRCB.DpcData;
  if (f.pc === 1) {
    dpcDone(k, queue);
    const bad = checkAfterDpc(k, f);
    if (bad !== undefined) return bad;
  }
  const dpc = takeDpc(k, queue);
  if (dpc === 0) {
    m.setU8(prcb + KPRCB.DpcRoutineActive, 0);
    m.setU8(prcb + KPRCB.DpcRequested, 0);
    m.setPtr(prcb + KPRCB.DpcSince, 0);
    signalDrained(k);
    return returnFromInterrupt(k, f);
  }
  const routine = m.ptr(dpc + KDPC.DeferredRoutine);
  const importance = m.u8(dpc + KDPC.Importance);
  m.setU8(dpc + KDPC.Importance, importance & ~FROM_TIMER);
  f.set(DPC, dpc);
  f.set(ROUTINE, routine);
  f.set(TIMER, importance & FROM_TIMER);
  f.set(APC_DISABLE, m.u32(k.currentThread() + KTHREAD.CombinedApcDisable));
  m.setPtr(prcb + KPRCB.DpcSince, k.now);
  k.event('ke.dpc.start', { dpc, routine, cpu: k.cpuNumber });
  return k.call(f, 1, routine, dpcArguments(k, dpc));
}

function checkAfterDpc(k: Kernel, f: Frame): Status | undefined {
  const routine = f.get(ROUTINE);
  k.event('ke.dpc.end', { dpc: f.get(DPC), routine, cpu: k.cpuNumber });
  k.mem.setPtr(currentPrcb(k) + KPRCB.DpcSince, 0);
  if (k.irql !== DISPATCH_LEVEL) {
    // (U) the reference names a code for APCs, callouts and ISRs; a DPC counts as a callout
    const value = (k.irql << 16) | (DISPATCH_LEVEL << 8) | 2;
    return k.bugCheck(
      0xc8,
      value,
      f.get(DPC),
      0,
      0,
      `the DPC routine ${k.functionAtText(routine)} returned at IRQL ${k.irql} instead of DISPATCH_LEVEL`,
    );
  }
  return checkDisableCount(k, routine, f.get(TIMER) !== 0, f.get(APC_DISABLE));
}

/** Is the DPC's routine running on another CPU? The word that says so, else 0. */
function runsElsewhere(k: Kernel, dpc: Addr): Addr {
  for (let cpu = 0; cpu < cpuCount(k); cpu++) {
    for (const queue of [queueOf(k, cpu), threadedQueueOf(k, cpu)]) {
      if (k.mem.ptr(queue + KDPC_DATA.ActiveDpc) === dpc && (cpu !== k.cpuNumber || queue === threadedQueueOf(k, cpu)))
        return queue + KDPC_DATA.ActiveDpc;
    }
  }
  return 0;
}

export const routines: KernelRoutine[] = [
  { name: 'KiRetireDpcList', locals: INTERRUPT_SLOTS + 4, cost: 10, step: retire },
  {
    name: 'KeInitializeDpc',
    cost: 4,
    step(k, f) {
      initializeDpc(k, f.ptr(0), f.ptr(1), f.ptr(2), ObjectType.Dpc);
      return k.returnVoid();
    },
  },
  {
    name: 'KeInitializeThreadedDpc',
    cost: 4,
    step(k, f) {
      initializeDpc(k, f.ptr(0), f.ptr(1), f.ptr(2), ObjectType.ThreadedDpc);
      return k.returnVoid();
    },
  },
  {
    name: 'KeInsertQueueDpc',
    cost: 8,
    step(k, f) {
      const dpc = f.ptr(0);
      probeObject(k, dpc, KDPC.sizeof);
      const type = k.mem.u8(dpc + KDPC.Type);
      if (type !== ObjectType.Dpc && type !== ObjectType.ThreadedDpc) {
        return k.bugCheck(0xc7, 1, dpc, dpc, dpc + KDPC.sizeof, `KeInsertQueueDpc: the object at ${hex(dpc)} is no initialised KDPC`);
      }
      return k.return(insertQueueDpc(k, dpc, f.i64(1), f.i64(2)) ? 1 : 0);
    },
  },
  {
    name: 'KeRemoveQueueDpc',
    cost: 6,
    step(k, f) {
      k.mem.checked.bytes(f.ptr(0), KDPC.sizeof);
      return k.return(removeQueueDpc(k, f.ptr(0)) ? 1 : 0);
    },
  },
  {
    // (Dpc, WaitIfActive): below DISPATCH_LEVEL a threaded DPC may be waited for; at it only what runs on other CPUs can end
    name: 'KeRemoveQueueDpcEx',
    cost: 6,
    step(k, f) {
      if (f.pc === 0) {
        k.mem.checked.bytes(f.ptr(0), KDPC.sizeof);
        if (removeQueueDpc(k, f.ptr(0))) return k.return(1);
        if (!f.bool(1)) return k.return(0);
      }
      f.pc = 1;
      const at = runsElsewhere(k, f.ptr(0));
      return at === 0 ? k.return(0) : spinOn(k, f, at);
    },
  },
  {
    name: 'KeSetImportanceDpc',
    cost: 3,
    step(k, f) {
      k.mem.checked.setU8(f.ptr(0) + KDPC.Importance, f.u8(1));
      return k.returnVoid();
    },
  },
  {
    name: 'KeSetTargetProcessorDpc',
    cost: 3,
    step(k, f) {
      k.mem.checked.setU16(f.ptr(0) + KDPC.Number, TARGET_BASE + f.u8(1));
      return k.returnVoid();
    },
  },
  {
    name: 'KeSetTargetProcessorDpcEx',
    cost: 3,
    step(k, f) {
      const number = readProcessorNumber(k, f.ptr(1));
      if (number === undefined) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setU16(f.ptr(0) + KDPC.Number, TARGET_BASE + number);
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    // Waits until no CPU has a queued or running DPC: each retire of a queue signals FlushDpcEvent.
    name: 'KeFlushQueuedDpcs',
    cost: 10,
    step(k, f) {
      let busy = false;
      for (let c = 0; c < cpuCount(k); c++) {
        const p = prcbOf(k, c);
        if (k.mem.u8(p + KPRCB.DpcRoutineActive) || k.mem.u32(p + KPRCB.DpcThreadActive)) busy = true;
        if (!isEmpty(k.mem, p + KPRCB.DpcData + KDPC_DATA.DpcListHead)) {
          busy = true;
          requestDpc(k, c);
        }
      }
      if (!busy) return k.returnVoid();
      const event = k.globals.KE + KE_GLOBALS.FlushDpcEvent;
      k.mem.setI32(event + 4, 0);
      return k.wait(f, 1, { object: event });
    },
  },
];
