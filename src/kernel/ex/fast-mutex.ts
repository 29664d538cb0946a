// Fast mutexes, and guarded mutexes, which are the same since Windows 8: Count 1 = free, the owner runs at APC_LEVEL (reference: scheduler.md §13).
// A contended acquire waits on the synchronization event inside and tries again.
import { type Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import { APC_LEVEL, ObjectType, WaitReason } from '../ke/constants.js';
import { hex, initHeader } from '../ke/dispatcher.js';
import { checkAtMostApc } from '../ke/irql.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { FAST_MUTEX, KTHREAD } from '../layouts.gen.js';

interface Flavour {
  readonly name: string;
  /** Raises to APC_LEVEL itself. */
  readonly raises: boolean;
  readonly reason: number;
}

const OLD = 0;

function held(k: Kernel, delta: number): void {
  const at = k.currentThread() + KTHREAD.HeldFastMutexes;
  k.mem.setU32(at, (k.mem.u32(at) + delta) >>> 0);
}

function initialize(k: Kernel, f: Frame): Status {
  const mutex = f.ptr(0);
  k.mem.checked.fill(mutex, FAST_MUTEX.sizeof);
  k.mem.setI32(mutex + FAST_MUTEX.Count, 1);
  initHeader(k, mutex + FAST_MUTEX.Event, ObjectType.SynchronizationEvent, 0x18, 0);
  return k.returnVoid();
}

function take(k: Kernel, mutex: Addr, oldIrql: number): void {
  const m = k.mem.checked;
  m.setI32(mutex + FAST_MUTEX.Count, 0);
  m.setPtr(mutex + FAST_MUTEX.Owner, k.currentThread());
  m.setU32(mutex + FAST_MUTEX.OldIrql, oldIrql);
  held(k, 1);
  k.trace.note(KIND_ID['ex.fastmutex.acquire'], mutex);
}

function checkAcquire(k: Kernel, mutex: Addr, v: Flavour): Status | undefined {
  const high = checkAtMostApc(k, 0x33, mutex, 0, v.name);
  if (high !== undefined) return high;
  if (!v.raises && k.irql < APC_LEVEL && k.mem.u32(k.currentThread() + KTHREAD.CombinedApcDisable) === 0) {
    k.finding(
      'fast-mutex-apcs-enabled',
      `${v.name} needs APC_LEVEL or a critical region: normal kernel APCs are still enabled (verifier: 0xC4/0x39)`,
    );
  }
  if (k.mem.checked.ptr(mutex + FAST_MUTEX.Owner) === k.currentThread() && k.mem.checked.i32(mutex + FAST_MUTEX.Count) !== 1) {
    return k.bugCheck(
      0xbf,
      mutex,
      k.currentThread(),
      0,
      0,
      `the fast mutex at ${hex(mutex)} is acquired again by the thread that already owns it: it would wait for itself for ever`,
    );
  }
  if (k.mem.checked.ptr(mutex + FAST_MUTEX.Event + 8) === 0) {
    k.hooks.verifier?.uninitialised(k, `the fast mutex at ${hex(mutex)}`);
    return k.bugCheck(0xc4, 0x1002, mutex, 0, 0, `the fast mutex at ${hex(mutex)} was never initialised`);
  }
  return undefined;
}

function acquire(k: Kernel, f: Frame, v: Flavour): Status {
  const mutex = f.ptr(0);
  const m = k.mem.checked;
  if (f.pc === 0) {
    const bad = checkAcquire(k, mutex, v);
    if (bad !== undefined) return bad;
    f.set(OLD, v.raises ? k.raiseIrql(APC_LEVEL) : k.irql);
  } else {
    m.setU32(mutex + FAST_MUTEX.Contention, m.u32(mutex + FAST_MUTEX.Contention) - 1);
  }
  if (m.i32(mutex + FAST_MUTEX.Count) === 1) {
    take(k, mutex, f.get(OLD));
    return k.returnVoid();
  }
  m.setU32(mutex + FAST_MUTEX.Contention, m.u32(mutex + FAST_MUTEX.Contention) + 1);
  k.event('ex.fastmutex.wait', { mutex, owner: m.ptr(mutex + FAST_MUTEX.Owner) });
  return k.wait(f, 1, { object: mutex + FAST_MUTEX.Event, reason: v.reason });
}

function tryAcquire(k: Kernel, f: Frame, v: Flavour): Status {
  const mutex = f.ptr(0);
  const high = checkAtMostApc(k, 0x33, mutex, 0, v.name);
  if (high !== undefined) return high;
  if (k.mem.checked.i32(mutex + FAST_MUTEX.Count) !== 1) return k.return(0);
  take(k, mutex, v.raises ? k.raiseIrql(APC_LEVEL) : k.irql);
  return k.return(1);
}

function release(k: Kernel, f: Frame, v: Flavour): Status {
  const mutex = f.ptr(0);
  const m = k.mem.checked;
  if (m.ptr(mutex + FAST_MUTEX.Owner) !== k.currentThread()) {
    return k.bugCheck(
      0xc4,
      0x1004,
      mutex,
      m.ptr(mutex + FAST_MUTEX.Owner),
      k.currentThread(),
      `${v.name} of the fast mutex at ${hex(mutex)} by a thread that does not own it`,
    );
  }
  if (v.raises && k.irql !== APC_LEVEL) {
    return k.bugCheck(
      0xc4,
      0x34,
      k.irql,
      k.mem.u32(k.currentThread() + KTHREAD.CombinedApcDisable),
      mutex,
      `${v.name} at IRQL ${k.irql} instead of APC_LEVEL`,
    );
  }
  const old = m.u32(mutex + FAST_MUTEX.OldIrql);
  m.setPtr(mutex + FAST_MUTEX.Owner, 0);
  m.setI32(mutex + FAST_MUTEX.Count, 1);
  held(k, -1);
  k.trace.note(KIND_ID['ex.fastmutex.release'], mutex);
  if (m.u32(mutex + FAST_MUTEX.Contention) > 0) k.signalEvent(mutex + FAST_MUTEX.Event, 1);
  if (v.raises) k.lowerIrql(old);
  return k.returnVoid();
}

const fast = (name: string, raises: boolean): Flavour => ({ name, raises, reason: WaitReason.WrFastMutex });
const guarded = (name: string, raises: boolean): Flavour => ({ name, raises, reason: WaitReason.WrGuardedMutex });
const routine = (v: Flavour, act: (k: Kernel, f: Frame, v: Flavour) => Status, locals = act === acquire ? 1 : 0): KernelRoutine => ({
  name: v.name,
  locals,
  step: (k, f) => act(k, f, v),
});

function enterAndAcquire(k: Kernel, f: Frame, v: Flavour): Status {
  if (f.pc === 0) k.enterCriticalRegion();
  return acquire(k, f, v);
}

function releaseAndLeave(k: Kernel, f: Frame, v: Flavour): Status {
  const status = release(k, f, v);
  if (status === Status.Returned) k.leaveCriticalRegion();
  return status;
}

export const routines: KernelRoutine[] = [
  { name: 'KeInitializeGuardedMutex', cost: 4, step: initialize },
  { name: 'ExInitializeFastMutex', cost: 4, step: initialize },
  routine(fast('ExAcquireFastMutex', true), acquire),
  routine(fast('ExTryToAcquireFastMutex', true), tryAcquire),
  routine(fast('ExReleaseFastMutex', true), release),
  routine(fast('ExAcquireFastMutexUnsafe', false), acquire),
  routine(fast('ExReleaseFastMutexUnsafe', false), release),
  routine(guarded('KeAcquireGuardedMutex', true), acquire),
  routine(guarded('KeTryToAcquireGuardedMutex', true), tryAcquire),
  routine(guarded('KeReleaseGuardedMutex', true), release),
  routine(guarded('KeAcquireGuardedMutexUnsafe', false), acquire),
  routine(guarded('KeReleaseGuardedMutexUnsafe', false), release),
  routine(fast('ExEnterCriticalRegionAndAcquireFastMutexUnsafe', false), enterAndAcquire, 1),
  routine(fast('ExReleaseFastMutexUnsafeAndLeaveCriticalRegion', false), releaseAndLeave),
];
