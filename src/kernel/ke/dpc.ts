// Deferred procedure calls (reference: scheduler.md §10). Each CPU has a queue; a software interrupt below DISPATCH_LEVEL retires it in one frame,
// KiRetireDpcList, on the CPU's DPC stack, in the context of whatever was interrupted.
import { type Addr, FrameFlag, KERNEL_BASE, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KDPC, KDPC_DATA, KE_GLOBALS, KPRCB, KTHREAD } from '../layouts.gen.js';
import { insertHead, insertTail, isEmpty, remove, removeHead } from '../rtl/list.js';
import { DISPATCH_LEVEL, MAXIMUM_DPC_QUEUE_DEPTH, ObjectType } from './constants.js';
import { hex } from './dispatcher.js';
import { INTERRUPT_SLOTS, pushInterrupt, returnFromInterrupt } from './interrupt.js';
import { currentPrcb, prcbOf } from './prcb.js';
import { probeObject } from './probe-object.js';
import { cpuCount } from './ready.js';

/** KDPC.Number holds the target CPU + this when one was set. */
const TARGET_BASE = 0x500;
const Importance = { Low: 0, Medium: 1, High: 2, MediumHigh: 3 } as const;

const queueOf = (k: Kernel, cpu: number): Addr => prcbOf(k, cpu) + KPRCB.DpcData;

export function initializeDpc(k: Kernel, dpc: Addr, routine: Addr, context: Addr, type: number): void {
  const m = k.mem.checked;
  m.fill(dpc, KDPC.sizeof);
  m.setU8(dpc + KDPC.Type, type);
  m.setU8(dpc + KDPC.Importance, Importance.Medium);
  m.setPtr(dpc + KDPC.DeferredRoutine, routine);
  m.setPtr(dpc + KDPC.DeferredContext, context);
}

/** KeInsertQueueDpc: false when it is queued already. */
export function insertQueueDpc(k: Kernel, dpc: Addr, argument1: number | bigint, argument2: number | bigint): boolean {
  const m = k.mem;
  if (m.ptr(dpc + KDPC.DpcData) !== 0) return false;
  const number = m.u16(dpc + KDPC.Number);
  const cpu = number >= TARGET_BASE ? Math.min(number - TARGET_BASE, cpuCount(k) - 1) : k.cpuNumber;
  const queue = queueOf(k, cpu);
  m.setI64(dpc + KDPC.SystemArgument1, BigInt(argument1));
  m.setI64(dpc + KDPC.SystemArgument2, BigInt(argument2));
  m.setPtr(dpc + KDPC.DpcData, queue);
  const importance = m.u8(dpc + KDPC.Importance);
  const head = queue + KDPC_DATA.DpcListHead;
  if (importance === Importance.High) insertHead(m, head, dpc + KDPC.DpcListEntry);
  else insertTail(m, head, dpc + KDPC.DpcListEntry);
  const depth = m.i32(queue + KDPC_DATA.DpcQueueDepth) + 1;
  m.setI32(queue + KDPC_DATA.DpcQueueDepth, depth);
  m.setU32(queue + KDPC_DATA.DpcCount, m.u32(queue + KDPC_DATA.DpcCount) + 1);
  k.event('ke.dpc.queue', { dpc, cpu, routine: m.ptr(dpc + KDPC.DeferredRoutine) });
  const local = cpu === k.cpuNumber;
  const urgent = importance === Importance.High || importance === Importance.MediumHigh || depth > MAXIMUM_DPC_QUEUE_DEPTH;
  const prcb = prcbOf(k, cpu);
  const idle = m.ptr(prcb + KPRCB.CurrentThread) === m.ptr(prcb + KPRCB.IdleThread);
  if ((local && importance !== Importance.Low) || urgent || idle) requestDpc(k, cpu);
  return true;
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

/** Clock interrupt and idle loop: a queue that was left lying is retired now. */
export function requestDpcIfQueued(k: Kernel, cpu: number): void {
  if (!isEmpty(k.mem, queueOf(k, cpu) + KDPC_DATA.DpcListHead)) requestDpc(k, cpu);
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

function retire(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const prcb = currentPrcb(k);
  if (f.pc === 1) {
    const bad = checkAfterDpc(k, f);
    if (bad !== undefined) return bad;
  }
  const entry = removeHead(m, prcb + KPRCB.DpcData + KDPC_DATA.DpcListHead);
  if (entry === 0) {
    m.setU8(prcb + KPRCB.DpcRoutineActive, 0);
    m.setU8(prcb + KPRCB.DpcRequested, 0);
    m.setPtr(prcb + KPRCB.DpcSince, 0);
    const waiting = k.globals.KE + KE_GLOBALS.FlushDpcEvent;
    k.signalEvent(waiting, 0);
    return returnFromInterrupt(k, f);
  }
  const dpc = entry - KDPC.DpcListEntry;
  if (!m.allowed(dpc, KDPC.sizeof, true)) {
    return k.bugCheck(0xc7, 1, dpc, dpc, dpc + KDPC.sizeof, 'a queued DPC object lies in memory that was freed or unloaded');
  }
  const queue = prcb + KPRCB.DpcData;
  m.setI32(queue + KDPC_DATA.DpcQueueDepth, m.i32(queue + KDPC_DATA.DpcQueueDepth) - 1);
  m.setPtr(dpc + KDPC.DpcData, 0);
  const routine = m.ptr(dpc + KDPC.DeferredRoutine);
  f.set(DPC, dpc);
  f.set(ROUTINE, routine);
  f.set(APC_DISABLE, m.u32(k.currentThread() + KTHREAD.CombinedApcDisable));
  m.setPtr(prcb + KPRCB.DpcSince, k.now);
  k.event('ke.dpc.start', { dpc, routine, cpu: k.cpuNumber });
  return k.call(f, 1, routine, [
    dpc,
    m.i64(dpc + KDPC.DeferredContext),
    m.i64(dpc + KDPC.SystemArgument1),
    m.i64(dpc + KDPC.SystemArgument2),
  ]);
}

function checkAfterDpc(k: Kernel, f: Frame): Status | undefined {
  const routine = f.get(ROUTINE);
  k.event('ke.dpc.end', { dpc: f.get(DPC), routine, cpu: k.cpuNumber });
  k.mem.setPtr(currentPrcb(k) + KPRCB.DpcSince, 0);
  if (k.irql !== DISPATCH_LEVEL) {
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
  const disable = k.mem.u32(k.currentThread() + KTHREAD.CombinedApcDisable);
  if (disable !== f.get(APC_DISABLE)) {
    return k.bugCheck(
      0xc7,
      4,
      routine,
      f.get(APC_DISABLE),
      disable,
      `the DPC routine ${k.functionAtText(routine)} changed the APC disable count of the thread it interrupted`,
    );
  }
  return undefined;
}

export const routines: KernelRoutine[] = [
  { name: 'KiRetireDpcList', locals: INTERRUPT_SLOTS + 3, cost: 10, step: retire },
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
      // (U) runs at DISPATCH_LEVEL like a normal DPC: what Windows does when threaded DPCs are switched off
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
      const group = k.mem.checked.u16(f.ptr(1));
      const number = k.mem.checked.u8(f.ptr(1) + 2);
      if (group !== 0 || number >= cpuCount(k)) return k.return(0xc000000d | 0);
      k.mem.checked.setU16(f.ptr(0) + KDPC.Number, TARGET_BASE + number);
      return k.return(0);
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
        if (k.mem.u8(p + KPRCB.DpcRoutineActive)) busy = true;
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
