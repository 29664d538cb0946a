// Kernel mutexes (KMUTEX = KMUTANT): recursive, owned by a thread, kernel APCs off while owned (reference: scheduler.md §8).
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KMUTANT, KTHREAD } from '../layouts.gen.js';
import { remove } from '../rtl/list.js';
import { ObjectType, STATUS } from './constants.js';
import { checkInitialised, hex, initHeader, objectType, waitTest } from './dispatcher.js';
import { noteWaitNext } from './event.js';
import { softwareInterruptDue } from './irql.js';
import { probeObject } from './probe-object.js';

const STATE = DISPATCHER_HEADER.SignalState;
const FLAGS = KMUTANT.ApcDisable - 1;

/** `apcDisable` 1 for kernel mutexes, 0 for mutants of user mode. */
export function initializeMutant(k: Kernel, mutant: Addr, apcDisable: number, owner: Addr = 0): void {
  k.mem.checked.fill(mutant, KMUTANT.sizeof);
  initHeader(k, mutant, ObjectType.Mutant, KMUTANT.sizeof, 1);
  k.mem.setU8(mutant + KMUTANT.ApcDisable, apcDisable);
  if (owner !== 0) k.mem.setPtr(mutant + KMUTANT.OwnerThread, owner);
}

/** KeReleaseMutant. Previous signal state, or the NTSTATUS to raise. */
export function releaseMutant(k: Kernel, mutant: Addr, increment: number): { previous: number } | { raise: number } {
  const m = k.mem;
  const thread = k.currentThread();
  const previous = m.i32(mutant + STATE);
  if (m.ptr(mutant + KMUTANT.OwnerThread) !== thread)
    return { raise: m.u8(mutant + FLAGS) & 1 ? STATUS.ABANDONED : STATUS.MUTANT_NOT_OWNED };
  m.setI32(mutant + STATE, previous + 1);
  if (previous + 1 === 1) {
    remove(m, mutant + KMUTANT.MutantListEntry);
    m.setPtr(mutant + KMUTANT.OwnerThread, 0);
    const disable = m.u8(mutant + KMUTANT.ApcDisable);
    m.setU16(thread + KTHREAD.KernelApcDisable, (m.i16(thread + KTHREAD.KernelApcDisable) + disable) & 0xffff);
    k.event('ke.mutex.release', { mutex: mutant, thread });
    waitTest(k, mutant, increment);
    if (softwareInterruptDue(k)) k.requestStop();
  }
  return { previous };
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
      initializeMutant(k, f.ptr(0), 0);
      return k.returnVoid();
    },
  },
  {
    name: 'KeReleaseMutex',
    step(k, f) {
      const mutex = f.ptr(0);
      probeObject(k, mutex, KMUTANT.sizeof);
      checkInitialised(k, mutex);
      if (objectType(k, mutex) !== ObjectType.Mutant) {
        return k.bugCheck(
          0xa,
          mutex,
          k.irql,
          1,
          0,
          `KeReleaseMutex: the object at ${hex(mutex)} is no KMUTEX (type byte ${objectType(k, mutex)})`,
        );
      }
      const r = releaseMutant(k, mutex, 1);
      if ('raise' in r) return k.raiseStatus(r.raise);
      noteWaitNext(k, f.bool(1));
      return k.return(r.previous);
    },
  },
  { name: 'KeReadStateMutex', cost: 3, step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + STATE)) },
  { name: 'KeReadStateMutant', cost: 3, step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + STATE)) },
];
