// IRQL of the current CPU. Raising is a register write; lowering makes pending software interrupts (DPC, dispatch, APC) due: they are taken before
// the next step, because the run loop takes them between steps (run.ts) and `requestStop` ends the slice there.
import type { Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KAPC_STATE, KPRCB, KTHREAD } from '../layouts.gen.js';
import { APC_LEVEL, DISPATCH_LEVEL, HIGH_LEVEL, STATUS, SYNCH_LEVEL } from './constants.js';
import { currentPrcb } from './prcb.js';

export function raiseIrql(k: Kernel, irql: number): number {
  const old = k.mem.registers.irql;
  if (irql !== old) {
    k.mem.registers.irql = irql;
    k.trace.note(KIND_ID['ke.irql'], old, irql);
    if (old < DISPATCH_LEVEL && irql >= DISPATCH_LEVEL) k.mem.setPtr(currentPrcb(k) + KPRCB.DispatchSince, k.now);
  }
  return old;
}

export function lowerIrql(k: Kernel, irql: number): void {
  const old = k.mem.registers.irql;
  if (irql === old) return;
  k.mem.registers.irql = irql;
  k.trace.note(KIND_ID['ke.irql'], old, irql);
  if (softwareInterruptDue(k)) k.requestStop();
}

/** Is there something that this CPU would take now, at its present IRQL? */
export function softwareInterruptDue(k: Kernel): boolean {
  const irql = k.mem.registers.irql;
  if (irql >= DISPATCH_LEVEL) return false;
  const prcb = currentPrcb(k);
  const m = k.mem;
  if (m.u8(prcb + KPRCB.DpcRequested) || m.u8(prcb + KPRCB.QuantumEnd)) return true;
  if (m.u8(prcb + KPRCB.DispatchPending) || m.ptr(prcb + KPRCB.NextThread) !== 0) return true;
  return irql < APC_LEVEL && apcDeliverable(k, m.ptr(prcb + KPRCB.CurrentThread));
}

/** Would a kernel APC of the thread be delivered if it ran below APC_LEVEL? */
export function apcDeliverable(k: Kernel, thread: number): boolean {
  return k.mem.u8(thread + KTHREAD.ApcState + KAPC_STATE.KernelApcPending) !== 0 && k.mem.i16(thread + KTHREAD.SpecialApcDisable) === 0;
}

/** Bug check 0xC4 of a lock that is taken or released above its limit; `p3` and `p4` as the sub-code has them. Undefined: the IRQL is not above it. */
export const checkAtMostApc = (k: Kernel, sub: number, p3: number, p4: number, what: string): Status | undefined =>
  k.irql > APC_LEVEL ? k.bugCheck(0xc4, sub, k.irql, p3, p4, `${what} at IRQL ${k.irql}: only at APC_LEVEL or below`) : undefined;

function raise(k: Kernel, irql: number): number | undefined {
  const current = k.irql;
  if (irql < current || irql > HIGH_LEVEL) {
    k.bugCheck(0xc4, 0x30, current, irql, 0, `KeRaiseIrql(${irql}) while the IRQL is already ${current}: the new IRQL must not be lower`);
    return undefined;
  }
  return raiseIrql(k, irql);
}

function lower(k: Kernel, irql: number, fpDpc: boolean): boolean {
  const current = k.irql;
  if (irql > current) {
    k.bugCheck(0xc4, 0x31, current, irql, 0, `KeLowerIrql(${irql}) while the IRQL is only ${current}: the new IRQL must not be higher`);
    return false;
  }
  if (fpDpc && irql < DISPATCH_LEVEL) {
    k.bugCheck(0xc4, 0x31, current, irql, 1, `KeLowerIrql(${irql}) inside a DPC routine: a DPC must stay at DISPATCH_LEVEL`);
    return false;
  }
  lowerIrql(k, irql);
  return true;
}

const stopped = (k: Kernel) => k.stopForBugCheck();
const inDpc = (k: Kernel): boolean => k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive) !== 0;

function lowerStep(k: Kernel, f: Frame) {
  return lower(k, f.u8(0), inDpc(k)) ? k.returnVoid() : stopped(k);
}

export const routines: KernelRoutine[] = [
  { name: 'KeGetCurrentIrql', cost: 2, step: (k) => k.return(k.irql) },
  {
    name: 'KeRaiseIrql',
    cost: 3,
    step(k, f) {
      k.mem.checked.u8(f.ptr(1));
      const old = raise(k, f.u8(0));
      if (old === undefined) return stopped(k);
      k.mem.checked.setU8(f.ptr(1), old);
      return k.returnVoid();
    },
  },
  {
    name: 'KfRaiseIrql',
    cost: 3,
    step(k, f) {
      const old = raise(k, f.u8(0));
      return old === undefined ? stopped(k) : k.return(old);
    },
  },
  {
    name: 'KeRaiseIrqlToDpcLevel',
    cost: 3,
    step(k) {
      const old = raise(k, DISPATCH_LEVEL);
      return old === undefined ? stopped(k) : k.return(old);
    },
  },
  {
    name: 'KeRaiseIrqlToSynchLevel',
    cost: 3,
    step(k) {
      const old = raise(k, SYNCH_LEVEL);
      return old === undefined ? stopped(k) : k.return(old);
    },
  },
  {
    // CR8 is the IRQL itself: up or down without the verifier's question, but a DPC may not go below DISPATCH_LEVEL and a value above 15 is a fault
    name: '__writecr8',
    cost: 2,
    step(k, f) {
      const irql = f.u64(0);
      if (irql > BigInt(HIGH_LEVEL)) return k.raiseStatus(STATUS.ACCESS_VIOLATION); // as a general protection fault arrives
      if (Number(irql) > k.irql) raiseIrql(k, Number(irql));
      else if (!lower(k, Number(irql), inDpc(k))) return stopped(k);
      return k.returnVoid();
    },
  },
  { name: 'KeLowerIrql', cost: 3, step: lowerStep },
  { name: 'KfLowerIrql', cost: 3, step: lowerStep },
];
