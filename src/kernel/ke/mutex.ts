// Kernel mutexes (KMUTEX = KMUTANT): recursive, owned by a thread, kernel APCs off while owned (reference: scheduler.md §8).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KMUTANT, KTHREAD } from '../layouts.gen.js';
import { remove } from '../rtl/list.js';
import { ObjectType, STATUS } from './constants.js';
import { checkInitialised, hex, initHeader, MUTANT_ABANDONED, objectType, takeMutant, waitTest } from './dispatcher.js';
import { checkWaitNext, noteWaitNext } from './event.js';
import { softwareInterruptDue } from './irql.js';
import { probeObject } from './probe-object.js';

const STATE = DISPATCHER_HEADER.SignalState;
const FLAGS = KMUTANT.MutantFlags;

/** `apcDisable` 1 for kernel mutexes, 0 for mutants of user mode. `owned`: the current thread owns it from the beginning. */
export function initializeMutant(k: Kernel, mutant: Addr, apcDisable: number, owned = false): void {
  k.mem.checked.fill(mutant, KMUTANT.sizeof);
  initHeader(k, mutant, ObjectType.Mutant, KMUTANT.sizeof, owned ? 0 : 1);
  k.mem.setU8(mutant + KMUTANT.ApcDisable, apcDisable);
  if (owned) takeMutant(k, mutant, k.currentThread());
}

/**
 * KeReleaseMutant. Previous signal state, or the NTSTATUS to raise. `abandoned`: whoever owns it loses it, however often it was acquired; the next owner is told
 * with STATUS_ABANDONED.
 */
function releaseMutant(k: Kernel, mutant: Addr, increment: number, abandoned: boolean): { previous: number } | { raise: number } {
  const m = k.mem;
  const owner = m.ptr(mutant + KMUTANT.OwnerThread);
  const previous = m.i32(mutant + STATE);
  if (!abandoned && owner !== k.currentThread())
    return { raise: m.u8(mutant + FLAGS) & MUTANT_ABANDONED ? STATUS.ABANDONED : STATUS.MUTANT_NOT_OWNED };
  if (abandoned) m.setU8(mutant + FLAGS, m.u8(mutant + FLAGS) | MUTANT_ABANDONED);
  const now = abandoned ? 1 : previous + 1;
  m.setI32(mutant + STATE, now);
  if (now === 1) {
    if (owner !== 0) disown(k, mutant, owner);
    waitTest(k, mutant, increment);
    if (softwareInterruptDue(k)) k.requestStop();
  }
  return { previous };
}

function disown(k: Kernel, mutant: Addr, owner: Addr): void {
  const m = k.mem;
  remove(m, mutant + KMUTANT.MutantListEntry);
  m.setPtr(mutant + KMUTANT.OwnerThread, 0);
  const disable = m.u8(mutant + KMUTANT.ApcDisable);
  m.setU16(owner + KTHREAD.KernelApcDisable, (m.i16(owner + KTHREAD.KernelApcDisable) + disable) & 0xffff);
  k.trace.note(KIND_ID['ke.mutex.release'], mutant, owner);
}

function release(k: Kernel, f: Frame, name: string, increment: number, abandoned: boolean, wait: boolean): Status {
  const mutex = f.ptr(0);
  const bad = checkWaitNext(k, name, wait);
  if (bad !== undefined) return bad;
  probeObject(k, mutex, KMUTANT.sizeof);
  checkInitialised(k, mutex);
  if (objectType(k, mutex) !== ObjectType.Mutant) {
    const why = `${name}: the object at ${hex(mutex)} is no KMUTEX (type byte ${objectType(k, mutex)})`;
    return k.bugCheck(0xa, mutex, k.irql, 1, 0, why);
  }
  const r = releaseMutant(k, mutex, increment, abandoned);
  if ('raise' in r) return k.raiseStatus(r.raise);
  noteWaitNext(k, wait);
  return k.return(r.previous);
}

export const routines: KernelRoutine[] = [
  {
    name: 'KeInitializeMutex',
    cost: 4,
    step(k, f) {
      initializeMutant(k, f.ptr(0), 1);
      return k.returnVoid();
    },
  },
  {
    // (Mutant, InitialOwner)
    name: 'KeInitializeMutant',
    cost: 4,
    step(k, f) {
      initializeMutant(k, f.ptr(0), 0, f.bool(1));
      return k.returnVoid();
    },
  },
  { name: 'KeReleaseMutex', step: (k, f) => release(k, f, 'KeReleaseMutex', 1, false, f.bool(1)) },
  // (Mutant, Increment, Abandoned, Wait)
  { name: 'KeReleaseMutant', step: (k, f) => release(k, f, 'KeReleaseMutant', f.i32(1), f.bool(2), f.bool(3)) },
  { name: 'KeReadStateMutex', cost: 3, step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + STATE)) },
  { name: 'KeReadStateMutant', cost: 3, step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + STATE)) },
];
