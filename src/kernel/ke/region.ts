// Critical and guarded regions: per-thread counts that go *down* on entry (so negative = APCs disabled), as in KTHREAD on Windows.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KPRCB, KTHREAD } from '../layouts.gen.js';
import { APC_LEVEL } from './constants.js';
import { softwareInterruptDue } from './irql.js';

function add(k: Kernel, field: Addr, delta: number): number {
  const v = ((k.mem.i16(field) + delta) << 16) >> 16;
  k.mem.setU16(field, v & 0xffff);
  return v;
}

function apcMayBeDue(k: Kernel): void {
  if (softwareInterruptDue(k)) k.requestStop();
}

export function enterCriticalRegion(k: Kernel, thread: Addr): void {
  add(k, thread + KTHREAD.KernelApcDisable, -1);
}
export function leaveCriticalRegion(k: Kernel, thread: Addr): void {
  if (add(k, thread + KTHREAD.KernelApcDisable, 1) === 0) apcMayBeDue(k);
}
export function enterGuardedRegion(k: Kernel, thread: Addr): void {
  add(k, thread + KTHREAD.SpecialApcDisable, -1);
}
export function leaveGuardedRegion(k: Kernel, thread: Addr): void {
  if (add(k, thread + KTHREAD.SpecialApcDisable, 1) === 0) apcMayBeDue(k);
}

/** (SpecialApcDisable << 16) | KernelApcDisable as bug checks show it. */
export const combinedApcDisable = (k: Kernel, thread: Addr): number => k.mem.u32(thread + KTHREAD.CombinedApcDisable);

/** Within a DPC routine the count itself is the error: 0xC7 when it returns. */
const tooHigh = (k: Kernel, sub: number, name: string) =>
  k.verifies('ddi-compliance') && k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive) === 0
    ? k.violation(sub, k.irql, 0, 0, `${name} at IRQL ${k.irql}: only at APC_LEVEL or below`)
    : undefined;

export const routines: KernelRoutine[] = [
  {
    name: 'KeEnterCriticalRegion',
    cost: 3,
    step(k) {
      const high = k.irql > APC_LEVEL ? tooHigh(k, 0x11a, 'KeEnterCriticalRegion') : undefined;
      if (high !== undefined) return high;
      enterCriticalRegion(k, k.currentThread());
      return k.returnVoid();
    },
  },
  {
    name: 'KeLeaveCriticalRegion',
    cost: 3,
    step(k) {
      const t = k.currentThread();
      const high = k.irql > APC_LEVEL ? tooHigh(k, 0x11b, 'KeLeaveCriticalRegion') : undefined;
      if (high !== undefined) return high;
      if (k.mem.i16(t + KTHREAD.KernelApcDisable) >= 0) {
        return k.bugCheck(0xc4, 0x3e, 0, 0, 0, 'KeLeaveCriticalRegion although the thread is in no critical region');
      }
      leaveCriticalRegion(k, t);
      return k.returnVoid();
    },
  },
  {
    name: 'KeEnterGuardedRegion',
    cost: 3,
    step(k) {
      enterGuardedRegion(k, k.currentThread());
      return k.returnVoid();
    },
  },
  {
    name: 'KeLeaveGuardedRegion',
    cost: 3,
    step(k) {
      const t = k.currentThread();
      if (k.mem.i16(t + KTHREAD.SpecialApcDisable) >= 0) {
        return k.bugCheck(0xc4, 0x4000e, 0, 0, 0, 'KeLeaveGuardedRegion although the thread is in no guarded region');
      }
      leaveGuardedRegion(k, t);
      return k.returnVoid();
    },
  },
  {
    name: 'KeAreApcsDisabled',
    cost: 2,
    step: (k) => k.return(combinedApcDisable(k, k.currentThread()) !== 0 || k.irql >= APC_LEVEL ? 1 : 0),
  },
  {
    name: 'KeAreAllApcsDisabled',
    cost: 2,
    step: (k) => k.return(k.mem.i16(k.currentThread() + KTHREAD.SpecialApcDisable) !== 0 || k.irql >= APC_LEVEL ? 1 : 0),
  },
];
