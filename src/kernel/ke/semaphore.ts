// Semaphores (reference: scheduler.md §8).
import type { Addr } from '../../machine/abi.js';
import { KIND_ID } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KSEMAPHORE } from '../layouts.gen.js';
import { ObjectType, STATUS } from './constants.js';
import { checkInitialised, hex, initHeader, objectType, waitTest } from './dispatcher.js';
import { checkWaitNext, noteWaitNext } from './event.js';
import { probeObject } from './probe-object.js';

const STATE = DISPATCHER_HEADER.SignalState;

export function initializeSemaphore(k: Kernel, semaphore: Addr, count: number, limit: number): void {
  k.mem.checked.fill(semaphore, KSEMAPHORE.sizeof);
  initHeader(k, semaphore, ObjectType.Semaphore, KSEMAPHORE.sizeof, count);
  k.mem.setI32(semaphore + KSEMAPHORE.Limit, limit);
}

/** KeReleaseSemaphore: the previous count, undefined when the limit would be exceeded (count unchanged). */
export function releaseSemaphore(k: Kernel, semaphore: Addr, adjustment: number, increment: number): number | undefined {
  const m = k.mem;
  const old = m.i32(semaphore + STATE);
  const now = old + adjustment;
  if (adjustment < 1 || now > m.i32(semaphore + KSEMAPHORE.Limit) || now > 0x7fffffff) return undefined;
  m.setI32(semaphore + STATE, now);
  k.trace.note(KIND_ID['ke.semaphore.release'], semaphore, old, now);
  waitTest(k, semaphore, increment);
  return old;
}

export const routines: KernelRoutine[] = [
  {
    name: 'KeInitializeSemaphore',
    cost: 4,
    step(k, f) {
      initializeSemaphore(k, f.ptr(0), f.i32(1), f.i32(2));
      return k.returnVoid();
    },
  },
  {
    name: 'KeReleaseSemaphore',
    step(k, f) {
      const bad = checkWaitNext(k, 'KeReleaseSemaphore', f.bool(3));
      if (bad !== undefined) return bad;
      const semaphore = f.ptr(0);
      probeObject(k, semaphore, KSEMAPHORE.sizeof);
      checkInitialised(k, semaphore);
      if (objectType(k, semaphore) !== ObjectType.Semaphore) {
        return k.bugCheck(
          0xa,
          semaphore,
          k.irql,
          1,
          0,
          `KeReleaseSemaphore: the object at ${hex(semaphore)} is no KSEMAPHORE (type byte ${objectType(k, semaphore)})`,
        );
      }
      const old = releaseSemaphore(k, semaphore, f.i32(2), f.i32(1));
      if (old === undefined) return k.raiseStatus(STATUS.SEMAPHORE_LIMIT_EXCEEDED);
      noteWaitNext(k, f.bool(3));
      return k.return(old);
    },
  },
  { name: 'KeReadStateSemaphore', cost: 3, step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + STATE)) },
];
