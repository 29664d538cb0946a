// Spin locks: plain and in-stack queued (reference: scheduler.md §12); reader/writer ones are in ex/spin-lock.ts. A KSPIN_LOCK holds the owner thread | 1 while taken, so
// that wrong releases and self-deadlocks are seen at once; a queued lock holds the address of the last handle in its queue.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS, KLOCK_QUEUE_HANDLE, KSPIN_LOCK_QUEUE, KTHREAD } from '../layouts.gen.js';
import { DISPATCH_LEVEL, SYNCH_LEVEL } from './constants.js';
import { hex } from './dispatcher.js';
import { noteRelease, spinOn } from './spin-wait.js';

/** What a lock holds that the thread of this CPU has taken, a DPC there or the thread itself: thread | 1. */
export const ownerWord = (k: Kernel): number => k.currentThread() + 1;

export function countHeld(k: Kernel, delta: number): void {
  const at = k.currentThread() + KTHREAD.HeldSpinLocks;
  k.mem.setU32(at, (k.mem.u32(at) + delta) >>> 0);
}

export function selfDeadlock(k: Kernel, lock: Addr): Status {
  return k.bugCheck(
    0xf,
    0,
    0,
    0,
    0,
    `the spin lock at ${hex(lock)} is acquired again by the CPU that already holds it: it would spin for ever`,
  );
}

/** One try to take a plain lock: undefined when it is taken; spins when another CPU has it (the routine tries again at its pc). */
function acquirePlain(k: Kernel, f: Frame, lock: Addr): Status | undefined {
  const m = k.mem.checked;
  const value = m.ptr(lock);
  if (value !== 0) return value === ownerWord(k) ? selfDeadlock(k, lock) : spinOn(k, f, lock);
  m.setPtr(lock, ownerWord(k));
  countHeld(k, 1);
  k.trace.note(KIND_ID['ke.spin.acquire'], lock, 1, WORD.plain);
  return undefined;
}

function releasePlain(k: Kernel, lock: Addr): Status | undefined {
  const m = k.mem;
  const value = m.checked.ptr(lock);
  if (value === 0) return k.bugCheck(0x10, 0, 0, 0, 0, `the spin lock at ${hex(lock)} is released but nobody holds it`);
  if (value !== ownerWord(k))
    return k.bugCheck(0x10, 0, 0, 0, 0, `the spin lock at ${hex(lock)} is released by a thread that does not hold it`);
  m.checked.setPtr(lock, 0);
  countHeld(k, -1);
  k.trace.note(KIND_ID['ke.spin.release'], lock);
  noteRelease(k);
  return undefined;
}

/** Local slot in which an acquiring routine keeps the IRQL to go back to. */
export const OLD_IRQL = 0;

/** Raises at first entry; refuses above the level of the lock. Undefined: go on. */
export function raiseForLock(k: Kernel, f: Frame, lock: Addr, level = DISPATCH_LEVEL): Status | undefined {
  if (f.pc !== 0) return undefined;
  if (k.irql > level) {
    const limit = level === DISPATCH_LEVEL ? 'DISPATCH_LEVEL' : `IRQL ${level}`;
    return k.bugCheck(0xc4, 0x42, k.irql, lock, 0, `a spin lock is acquired at IRQL ${k.irql}: only at ${limit} or below`);
  }
  f.set(OLD_IRQL, k.raiseIrql(level));
  f.pc = 1;
  return undefined;
}

/** Takes a plain lock at its level; undefined when it is held. */
export const acquireRaisedTo = (k: Kernel, f: Frame, lock: Addr, level: number): Status | undefined =>
  raiseForLock(k, f, lock, level) ?? acquirePlain(k, f, lock);

/** Releases a lock of acquireRaisedTo, lowers, returns a value. */
export function releaseTo(k: Kernel, lock: Addr, irql: number, value: number): Status {
  const bad = releasePlain(k, lock);
  if (bad !== undefined) return bad;
  k.lowerIrql(irql);
  return k.return(value);
}

export function requireDispatch(k: Kernel, lock: Addr, sub: number, what: string, oldIrql = 0): Status | undefined {
  return k.irql < DISPATCH_LEVEL
    ? k.bugCheck(0xc4, sub, k.irql, lock, oldIrql, `${what} at IRQL ${k.irql}: DISPATCH_LEVEL or above is required`)
    : undefined;
}

/** KeAcquireSpinLockRaiseToDpc and what its macros become: returns the old IRQL. */
function acquireRaise(k: Kernel, f: Frame, lock = f.ptr(0), level = DISPATCH_LEVEL): Status {
  return acquireRaisedTo(k, f, lock, level) ?? k.return(f.get(OLD_IRQL));
}

/** The function form, which stores the old IRQL and returns a value. */
function acquireStoring(k: Kernel, f: Frame, lock: Addr, old: Addr, value: number): Status {
  const later = acquireRaisedTo(k, f, lock, DISPATCH_LEVEL);
  if (later !== undefined) return later;
  k.mem.checked.setU8(old, f.get(OLD_IRQL));
  return k.return(value);
}

/** A lock is released where the routine that acquired it left the IRQL. */
export const checkReleaseIrql = (k: Kernel, lock: Addr, name: string): Status | undefined =>
  k.irql !== DISPATCH_LEVEL && k.irql !== SYNCH_LEVEL
    ? k.bugCheck(0xc4, 0x32, k.irql, lock, 0, `${name} at IRQL ${k.irql} instead of DISPATCH_LEVEL`)
    : undefined;

const release: KernelRoutine['step'] = (k, f) =>
  checkReleaseIrql(k, f.ptr(0), 'KeReleaseSpinLock') ?? releasePlain(k, f.ptr(0)) ?? lowerAfterRelease(k, f.u8(1), f.ptr(0));

export function lowerAfterRelease(k: Kernel, irql: number, lock: Addr): Status {
  if (irql > k.irql)
    return k.bugCheck(
      0xc4,
      0x35,
      k.irql,
      lock,
      irql,
      `a spin lock is released with the old IRQL ${irql}, which is above the present ${k.irql}`,
    );
  k.lowerIrql(irql);
  return k.returnVoid();
}

function acquireAtDpc(k: Kernel, f: Frame): Status {
  return requireDispatch(k, f.ptr(0), 0x40, 'KeAcquireSpinLockAtDpcLevel') ?? acquirePlain(k, f, f.ptr(0)) ?? k.returnVoid();
}

function releaseFromDpc(k: Kernel, f: Frame): Status {
  return requireDispatch(k, f.ptr(0), 0x41, 'KeReleaseSpinLockFromDpcLevel') ?? releasePlain(k, f.ptr(0)) ?? k.returnVoid();
}

// ---------------------------------------------------------------- in-stack queued: lock word = last handle; handle.Next = waiter behind, handle.Lock = lock | waiting bit
const QUEUE = KLOCK_QUEUE_HANDLE.LockQueue;
const NEXT = QUEUE + KSPIN_LOCK_QUEUE.Next;
const LOCK = QUEUE + KSPIN_LOCK_QUEUE.Lock;
/** In handle.Lock while the handle waits. */
const WAITING = 1;

function acquireQueued(k: Kernel, f: Frame, lock: Addr, handle: Addr): Status {
  const m = k.mem;
  if (f.pc < 2) {
    f.pc = 2;
    const last = m.checked.ptr(lock);
    m.checked.setPtr(handle + NEXT, 0);
    m.checked.setU8(handle + KLOCK_QUEUE_HANDLE.OldIrql, f.get(OLD_IRQL));
    m.checked.setPtr(lock, handle);
    if (last === 0) {
      m.checked.setPtr(handle + LOCK, lock);
      countHeld(k, 1);
      k.trace.note(KIND_ID['ke.spin.acquire'], lock, 1, WORD.queued);
      return k.returnVoid();
    }
    m.checked.setPtr(handle + LOCK, lock + WAITING);
    m.checked.setPtr(last + NEXT, handle);
    return spinOn(k, f, handle + LOCK, lock);
  }
  if (m.checked.ptr(handle + LOCK) === lock + WAITING) return spinOn(k, f, handle + LOCK, lock);
  countHeld(k, 1);
  k.trace.note(KIND_ID['ke.spin.acquire'], lock, 1, WORD.queued);
  return k.returnVoid();
}

function releaseQueued(k: Kernel, handle: Addr): Status | undefined {
  const m = k.mem;
  const lock = m.checked.ptr(handle + LOCK);
  if (lock === 0 || m.checked.ptr(lock) === 0) {
    return k.bugCheck(0x10, 0, 0, 0, 0, 'an in-stack queued spin lock is released that is not held (wrong or reused KLOCK_QUEUE_HANDLE)');
  }
  const next = m.checked.ptr(handle + NEXT);
  if (next === 0) m.checked.setPtr(lock, 0);
  else m.checked.setPtr(next + LOCK, lock);
  m.checked.setPtr(handle + LOCK, 0);
  countHeld(k, -1);
  k.trace.note(KIND_ID['ke.spin.release'], lock);
  noteRelease(k);
  return undefined;
}

/** Releases and goes back to the IRQL that the handle remembers. */
function releaseQueuedTo(k: Kernel, handle: Addr, name: string): Status {
  const old = k.mem.checked.u8(handle + KLOCK_QUEUE_HANDLE.OldIrql);
  return requireDispatch(k, handle, 0x36, name, old) ?? releaseQueued(k, handle) ?? lowerAfterRelease(k, old, handle);
}

/** Spin locks of the system that drivers of old times name by number. */
const QUEUED_LOCKS = 17;
function numberedLock(k: Kernel, f: Frame, name: string): Addr {
  const number = f.ptr(0);
  if (number < 0 || number >= QUEUED_LOCKS) k.throwBugCheck(0xa, [0, k.irql, 0, 0], `${name}: there is no queued spin lock ${number}`);
  return k.globals.KE + KE_GLOBALS.QueuedSpinLocks + 8 * number;
}

const cancelLock = (k: Kernel): Addr => k.globals.KE + KE_GLOBALS.CancelSpinLock;

export const routines: KernelRoutine[] = [
  {
    name: 'KeInitializeSpinLock',
    cost: 2,
    step(k, f) {
      k.mem.checked.setPtr(f.ptr(0), 0);
      return k.returnVoid();
    },
  },
  {
    // the function form: (SpinLock, PKIRQL OldIrql)
    name: 'KeAcquireSpinLock',
    locals: 1,
    step: (k, f) => acquireStoring(k, f, f.ptr(0), f.ptr(1), 0),
  },
  ...['KeAcquireSpinLockRaiseToDpc', 'KfAcquireSpinLock', 'KeAcquireSpinLockForDpc'].map(
    (name): KernelRoutine => ({ name, locals: 1, step: (k, f) => acquireRaise(k, f) }),
  ),
  { name: 'KeAcquireSpinLockRaiseToSynch', locals: 1, step: (k, f) => acquireRaise(k, f, f.ptr(0), SYNCH_LEVEL) },
  {
    name: 'KeAcquireQueuedSpinLock',
    locals: 1,
    step: (k, f) => acquireRaise(k, f, numberedLock(k, f, 'KeAcquireQueuedSpinLock')),
  },
  {
    // (Number, OldIrql): IRQL stays as it is when somebody holds the lock
    name: 'KeTryToAcquireQueuedSpinLock',
    locals: 1,
    step(k, f) {
      const lock = numberedLock(k, f, 'KeTryToAcquireQueuedSpinLock');
      return k.mem.ptr(lock) !== 0 ? k.return(0) : acquireStoring(k, f, lock, f.ptr(1), 1);
    },
  },
  {
    name: 'KeReleaseQueuedSpinLock',
    step: (k, f) => releasePlain(k, numberedLock(k, f, 'KeReleaseQueuedSpinLock')) ?? lowerAfterRelease(k, f.u8(1), f.ptr(0)),
  },
  { name: 'KeReleaseSpinLockForDpc', step: release },
  { name: 'KeReleaseSpinLock', step: release },
  { name: 'KfReleaseSpinLock', step: release },
  { name: 'KeAcquireSpinLockAtDpcLevel', step: acquireAtDpc },
  { name: 'KefAcquireSpinLockAtDpcLevel', step: acquireAtDpc },
  { name: 'KeReleaseSpinLockFromDpcLevel', step: releaseFromDpc },
  { name: 'KefReleaseSpinLockFromDpcLevel', step: releaseFromDpc },
  {
    name: 'KeTryToAcquireSpinLockAtDpcLevel',
    step(k, f) {
      const bad = requireDispatch(k, f.ptr(0), 0x40, 'KeTryToAcquireSpinLockAtDpcLevel');
      if (bad !== undefined) return bad;
      if (k.mem.checked.ptr(f.ptr(0)) !== 0) return k.return(0);
      return acquirePlain(k, f, f.ptr(0)) ?? k.return(1);
    },
  },
  { name: 'KeTestSpinLock', cost: 3, step: (k, f) => k.return(k.mem.checked.ptr(f.ptr(0)) === 0 ? 1 : 0) },
  {
    name: 'KeAcquireInStackQueuedSpinLock',
    locals: 1,
    step: (k, f) => raiseForLock(k, f, f.ptr(0)) ?? acquireQueued(k, f, f.ptr(0), f.ptr(1)),
  },
  {
    name: 'KeAcquireInStackQueuedSpinLockForDpc',
    locals: 1,
    step: (k, f) => raiseForLock(k, f, f.ptr(0)) ?? acquireQueued(k, f, f.ptr(0), f.ptr(1)),
  },
  {
    name: 'KeReleaseInStackQueuedSpinLock',
    step: (k, f) => releaseQueuedTo(k, f.ptr(0), 'KeReleaseInStackQueuedSpinLock'),
  },
  {
    name: 'KeReleaseInStackQueuedSpinLockForDpc',
    step: (k, f) => releaseQueuedTo(k, f.ptr(0), 'KeReleaseInStackQueuedSpinLockForDpc'),
  },
  {
    name: 'KeAcquireInStackQueuedSpinLockAtDpcLevel',
    locals: 1,
    step(k, f) {
      if (f.pc === 0) {
        const bad = requireDispatch(k, f.ptr(0), 0x40, 'KeAcquireInStackQueuedSpinLockAtDpcLevel');
        if (bad !== undefined) return bad;
        f.set(OLD_IRQL, k.irql);
      }
      return acquireQueued(k, f, f.ptr(0), f.ptr(1));
    },
  },
  {
    name: 'KeReleaseInStackQueuedSpinLockFromDpcLevel',
    step: (k, f) =>
      requireDispatch(k, f.ptr(0), 0x41, 'KeReleaseInStackQueuedSpinLockFromDpcLevel') ?? releaseQueued(k, f.ptr(0)) ?? k.returnVoid(),
  },
  {
    name: 'IoAcquireCancelSpinLock',
    locals: 1,
    step: (k, f) => acquireStoring(k, f, cancelLock(k), f.ptr(0), 0),
  },
  { name: 'IoReleaseCancelSpinLock', step: (k, f) => releasePlain(k, cancelLock(k)) ?? lowerAfterRelease(k, f.u8(0), cancelLock(k)) },
];
