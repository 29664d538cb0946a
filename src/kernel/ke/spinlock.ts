// Spin locks: plain, in-stack queued, interrupt-safe reader/writer (reference: scheduler.md §12). A KSPIN_LOCK holds the owner thread | 1 while taken, so
// that wrong releases and self-deadlocks are seen at once; a queued lock holds the address of the last handle in its queue.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS, KLOCK_QUEUE_HANDLE, KSPIN_LOCK_QUEUE, KTHREAD } from '../layouts.gen.js';
import { DISPATCH_LEVEL, SYNCH_LEVEL } from './constants.js';
import { hex } from './dispatcher.js';
import { noteRelease, spinOn } from './spin-wait.js';

/** Owner word: thread | 1, in a DPC additionally bit 1 (the thread there is only the interrupted one). */
function ownerWord(k: Kernel): number {
  return k.currentThread() + 1;
}

function count(k: Kernel, delta: number): void {
  const at = k.currentThread() + KTHREAD.HeldSpinLocks;
  k.mem.setU32(at, (k.mem.u32(at) + delta) >>> 0);
}

function selfDeadlock(k: Kernel, lock: Addr): Status {
  return k.bugCheck(
    0xf,
    0,
    0,
    0,
    0,
    `the spin lock at ${hex(lock)} is acquired again by the CPU that already holds it: it would spin for ever`,
  );
}

/** One try to take a plain lock; spins when another CPU has it. `next`: what happens once taken. */
function acquirePlain(k: Kernel, f: Frame, lock: Addr, taken: () => Status): Status {
  const m = k.mem;
  const value = m.checked.ptr(lock);
  if (value !== 0) {
    if (value === ownerWord(k)) return selfDeadlock(k, lock);
    return spinOn(k, f, lock);
  }
  m.checked.setPtr(lock, ownerWord(k));
  count(k, 1);
  k.trace.note(KIND_ID['ke.spin.acquire'], lock, 1, WORD.plain);
  return taken();
}

function releasePlain(k: Kernel, lock: Addr): Status | undefined {
  const m = k.mem;
  const value = m.checked.ptr(lock);
  if (value === 0) return k.bugCheck(0x10, 0, 0, 0, 0, `the spin lock at ${hex(lock)} is released but nobody holds it`);
  if (value !== ownerWord(k))
    return k.bugCheck(0x10, 0, 0, 0, 0, `the spin lock at ${hex(lock)} is released by a thread that does not hold it`);
  m.checked.setPtr(lock, 0);
  count(k, -1);
  k.trace.note(KIND_ID['ke.spin.release'], lock);
  noteRelease(k);
  return undefined;
}

const OLD = 0;

/** Raises to DISPATCH_LEVEL at first entry; refuses above it. */
function raiseForLock(k: Kernel, f: Frame, lock: Addr): Status | undefined {
  if (f.pc !== 0) return undefined;
  if (k.irql > DISPATCH_LEVEL)
    return k.bugCheck(0xc4, 0x42, k.irql, lock, 0, `KeAcquireSpinLock at IRQL ${k.irql}: only at DISPATCH_LEVEL or below`);
  f.set(OLD, k.raiseIrql(DISPATCH_LEVEL));
  f.pc = 1;
  return undefined;
}

/** For a lock that wants another level than DISPATCH_LEVEL. Local 0 of the routine keeps the old IRQL; `taken` when the lock is held. */
export function acquireRaisedTo(k: Kernel, f: Frame, lock: Addr, irql: number, taken: () => Status): Status {
  if (f.pc === 0) {
    if (k.irql > irql) return k.bugCheck(0xc4, 0x42, k.irql, lock, 0, `a spin lock of IRQL ${irql} is acquired at IRQL ${k.irql}`);
    f.set(OLD, k.raiseIrql(irql));
    f.pc = 1;
  }
  return acquirePlain(k, f, lock, taken);
}

/** Releases a lock of acquireRaisedTo, lowers, returns a value. */
export function releaseTo(k: Kernel, lock: Addr, irql: number, value: number): Status {
  const bad = releasePlain(k, lock);
  if (bad !== undefined) return bad;
  k.lowerIrql(irql);
  return k.return(value);
}

function requireDispatch(k: Kernel, lock: Addr, sub: number, what: string, oldIrql = 0): Status | undefined {
  return k.irql < DISPATCH_LEVEL
    ? k.bugCheck(0xc4, sub, k.irql, lock, oldIrql, `${what} at IRQL ${k.irql}: DISPATCH_LEVEL or above is required`)
    : undefined;
}

/** KeAcquireSpinLockRaiseToDpc and what its macros become: returns the old IRQL. */
function acquireRaise(k: Kernel, f: Frame): Status {
  return raiseForLock(k, f, f.ptr(0)) ?? acquirePlain(k, f, f.ptr(0), () => k.return(f.get(OLD)));
}

function release(k: Kernel, f: Frame): Status {
  const lock = f.ptr(0);
  if (k.irql !== DISPATCH_LEVEL && k.irql !== SYNCH_LEVEL)
    return k.bugCheck(0xc4, 0x32, k.irql, lock, 0, `KeReleaseSpinLock at IRQL ${k.irql} instead of DISPATCH_LEVEL`);
  const bad = releasePlain(k, lock);
  if (bad !== undefined) return bad;
  return lowerAfterRelease(k, f.u8(1), lock);
}

function lowerAfterRelease(k: Kernel, irql: number, lock: Addr): Status {
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
  return requireDispatch(k, f.ptr(0), 0x40, 'KeAcquireSpinLockAtDpcLevel') ?? acquirePlain(k, f, f.ptr(0), () => k.returnVoid());
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
    m.checked.setU8(handle + KLOCK_QUEUE_HANDLE.OldIrql, f.get(OLD));
    m.checked.setPtr(lock, handle);
    if (last === 0) {
      m.checked.setPtr(handle + LOCK, lock);
      count(k, 1);
      k.trace.note(KIND_ID['ke.spin.acquire'], lock, 1, WORD.queued);
      return k.returnVoid();
    }
    m.checked.setPtr(handle + LOCK, lock + WAITING);
    m.checked.setPtr(last + NEXT, handle);
    return spinOn(k, f, handle + LOCK, lock);
  }
  if (m.checked.ptr(handle + LOCK) === lock + WAITING) return spinOn(k, f, handle + LOCK, lock);
  count(k, 1);
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
  count(k, -1);
  k.trace.note(KIND_ID['ke.spin.release'], lock);
  noteRelease(k);
  return undefined;
}

// ---------------------------------------------------------------- EX_SPIN_LOCK: LONG, bit 31 = a writer, low bits = number of readers
// A writer sets its bit although readers are inside, and waits for them to leave; new readers wait for it. So a reader that acquires again while a writer waits
// waits for ever.
const EXCLUSIVE = 0x80000000;
/** Place in the routine: the bit is this writer's, readers are still inside. */
const DRAINING = 2;

function acquireEx(k: Kernel, f: Frame, exclusive: boolean, result: () => Status): Status {
  const m = k.mem;
  const lock = f.ptr(0);
  const v = m.checked.u32(lock);
  if (f.pc === DRAINING) {
    if (v !== EXCLUSIVE) return spinOn(k, f, lock - (lock & 7), lock);
  } else {
    if ((v & EXCLUSIVE) !== 0) return spinOn(k, f, lock - (lock & 7), lock);
    m.checked.setU32(lock, exclusive ? (v | EXCLUSIVE) >>> 0 : v + 1);
    if (exclusive && v !== 0) {
      f.pc = DRAINING;
      return spinOn(k, f, lock - (lock & 7), lock);
    }
  }
  count(k, 1);
  k.trace.note(KIND_ID['ke.spin.acquire'], lock, exclusive ? 1 : 0, WORD.rw);
  return result();
}

function releaseEx(k: Kernel, lock: Addr, exclusive: boolean): Status | undefined {
  const m = k.mem;
  const v = m.checked.u32(lock);
  if (exclusive ? v !== EXCLUSIVE : (v & ~EXCLUSIVE) === 0) {
    return k.bugCheck(
      0x10,
      0,
      0,
      0,
      0,
      `the EX_SPIN_LOCK at ${hex(lock)} is released ${exclusive ? 'exclusive' : 'shared'} but is not held that way`,
    );
  }
  m.checked.setU32(lock, exclusive ? 0 : v - 1);
  count(k, -1);
  k.trace.note(KIND_ID['ke.spin.release'], lock);
  noteRelease(k);
  return undefined;
}

const exPair = (exclusive: boolean): KernelRoutine[] => {
  const word = exclusive ? 'Exclusive' : 'Shared';
  return [
    {
      name: `ExAcquireSpinLock${word}`,
      locals: 1,
      step: (k, f) => raiseForLock(k, f, f.ptr(0)) ?? acquireEx(k, f, exclusive, () => k.return(f.get(OLD))),
    },
    {
      name: `ExAcquireSpinLock${word}AtDpcLevel`,
      step: (k, f) =>
        requireDispatch(k, f.ptr(0), 0x40, `ExAcquireSpinLock${word}AtDpcLevel`) ?? acquireEx(k, f, exclusive, () => k.returnVoid()),
    },
    { name: `ExReleaseSpinLock${word}`, step: (k, f) => releaseEx(k, f.ptr(0), exclusive) ?? lowerAfterRelease(k, f.u8(1), f.ptr(0)) },
    { name: `ExReleaseSpinLock${word}FromDpcLevel`, step: (k, f) => releaseEx(k, f.ptr(0), exclusive) ?? k.returnVoid() },
  ];
};

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
    step(k, f) {
      return (
        raiseForLock(k, f, f.ptr(0)) ??
        acquirePlain(k, f, f.ptr(0), () => {
          k.mem.checked.setU8(f.ptr(1), f.get(OLD));
          return k.returnVoid();
        })
      );
    },
  },
  { name: 'KeAcquireSpinLockRaiseToDpc', locals: 1, step: acquireRaise },
  { name: 'KfAcquireSpinLock', locals: 1, step: acquireRaise },
  {
    name: 'KeAcquireSpinLockRaiseToSynch',
    locals: 1,
    step: (k, f) => acquireRaisedTo(k, f, f.ptr(0), SYNCH_LEVEL, () => k.return(f.get(OLD))),
  },
  {
    name: 'KeAcquireQueuedSpinLock',
    locals: 1,
    step(k, f) {
      const lock = numberedLock(k, f, 'KeAcquireQueuedSpinLock');
      return raiseForLock(k, f, lock) ?? acquirePlain(k, f, lock, () => k.return(f.get(OLD)));
    },
  },
  {
    // (Number, OldIrql): IRQL stays as it is when somebody holds the lock
    name: 'KeTryToAcquireQueuedSpinLock',
    locals: 1,
    step(k, f) {
      const lock = numberedLock(k, f, 'KeTryToAcquireQueuedSpinLock');
      if (k.mem.ptr(lock) !== 0) return k.return(0);
      return (
        raiseForLock(k, f, lock) ??
        acquirePlain(k, f, lock, () => {
          k.mem.checked.setU8(f.ptr(1), f.get(OLD));
          return k.return(1);
        })
      );
    },
  },
  {
    name: 'KeReleaseQueuedSpinLock',
    step: (k, f) => releasePlain(k, numberedLock(k, f, 'KeReleaseQueuedSpinLock')) ?? lowerAfterRelease(k, f.u8(1), f.ptr(0)),
  },
  {
    // no IRQL change when already at or above DISPATCH_LEVEL
    name: 'KeAcquireSpinLockForDpc',
    locals: 1,
    step: acquireRaise,
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
      return acquirePlain(k, f, f.ptr(0), () => k.return(1));
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
    step(k, f) {
      const old = k.mem.checked.u8(f.ptr(0) + KLOCK_QUEUE_HANDLE.OldIrql);
      const bad = requireDispatch(k, f.ptr(0), 0x36, 'KeReleaseInStackQueuedSpinLock', old) ?? releaseQueued(k, f.ptr(0));
      return bad ?? lowerAfterRelease(k, k.mem.checked.u8(f.ptr(0) + KLOCK_QUEUE_HANDLE.OldIrql), f.ptr(0));
    },
  },
  {
    name: 'KeReleaseInStackQueuedSpinLockForDpc',
    step: (k, f) => releaseQueued(k, f.ptr(0)) ?? lowerAfterRelease(k, k.mem.checked.u8(f.ptr(0) + KLOCK_QUEUE_HANDLE.OldIrql), f.ptr(0)),
  },
  {
    name: 'KeAcquireInStackQueuedSpinLockAtDpcLevel',
    locals: 1,
    step(k, f) {
      if (f.pc === 0) {
        const bad = requireDispatch(k, f.ptr(0), 0x40, 'KeAcquireInStackQueuedSpinLockAtDpcLevel');
        if (bad !== undefined) return bad;
        f.set(OLD, k.irql);
      }
      return acquireQueued(k, f, f.ptr(0), f.ptr(1));
    },
  },
  { name: 'KeReleaseInStackQueuedSpinLockFromDpcLevel', step: (k, f) => releaseQueued(k, f.ptr(0)) ?? k.returnVoid() },
  ...exPair(true),
  ...exPair(false),
  {
    name: 'ExTryConvertSharedSpinLockExclusive',
    step(k, f) {
      if (k.mem.checked.u32(f.ptr(0)) !== 1) return k.return(0);
      k.mem.checked.setU32(f.ptr(0), EXCLUSIVE);
      return k.return(1);
    },
  },
  {
    name: 'ExTryAcquireSpinLockExclusiveAtDpcLevel',
    step(k, f) {
      if (k.mem.checked.u32(f.ptr(0)) !== 0) return k.return(0);
      return acquireEx(k, f, true, () => k.return(1));
    },
  },
  {
    name: 'ExTryAcquireSpinLockSharedAtDpcLevel',
    step(k, f) {
      if (k.mem.checked.u32(f.ptr(0)) & EXCLUSIVE) return k.return(0);
      return acquireEx(k, f, false, () => k.return(1));
    },
  },
  {
    name: 'IoAcquireCancelSpinLock',
    locals: 1,
    step(k, f) {
      return (
        raiseForLock(k, f, cancelLock(k)) ??
        acquirePlain(k, f, cancelLock(k), () => {
          k.mem.checked.setU8(f.ptr(0), f.get(OLD));
          return k.returnVoid();
        })
      );
    },
  },
  { name: 'IoReleaseCancelSpinLock', step: (k, f) => releasePlain(k, cancelLock(k)) ?? lowerAfterRelease(k, f.u8(0), cancelLock(k)) },
];
