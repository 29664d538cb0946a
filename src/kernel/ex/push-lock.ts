// Push locks: pointer-size, zero = free (reference: scheduler.md §13). Bit 0 = held exclusive, the number of shared holders from bit 4; bit 1 = somebody
// waits. Waiters sit on an event of the kernel for each lock address, in a small table, so that the lock itself may lie in paged memory.
import { type Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { APC_LEVEL, ObjectType, WaitReason } from '../ke/constants.js';
import { hex, initHeader, signalEvent } from '../ke/dispatcher.js';
import { checkAtMostApc } from '../ke/irql.js';
import { combinedApcDisable } from '../ke/region.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS, KEVENT, KTHREAD } from '../layouts.gen.js';

const EXCLUSIVE = 1;
const SHARE = 16;
const WAITERS = 2;
const BUCKETS = 64;

function held(k: Kernel, delta: number): void {
  const at = k.currentThread() + KTHREAD.HeldPushLocks;
  k.mem.setU32(at, (k.mem.u32(at) + delta) >>> 0);
}

/** Event of the bucket that a lock's waiters sit on; releases wake the whole bucket and the losers wait again. */
const bucket = (k: Kernel, lock: Addr): Addr => k.globals.KE + KE_GLOBALS.PushLockEvents + ((lock >>> 3) % BUCKETS) * KEVENT.sizeof;

export function initializePushLocks(k: Kernel): void {
  for (let i = 0; i < BUCKETS; i++)
    initHeader(k, k.globals.KE + KE_GLOBALS.PushLockEvents + i * KEVENT.sizeof, ObjectType.NotificationEvent, KEVENT.sizeof, 0);
}

function check(k: Kernel, lock: Addr, what: string, sub: number): Status | undefined {
  const disable = combinedApcDisable(k, k.currentThread());
  const high = checkAtMostApc(k, sub, disable, lock, `${what} of the push lock at ${hex(lock)}`);
  if (high !== undefined) return high;
  if (k.irql < APC_LEVEL && disable === 0) {
    k.finding(
      'push-lock-apcs-enabled',
      `${what} of the push lock at ${hex(lock)} outside a critical region: normal kernel APCs are enabled (verifier: 0xC4/0x${sub.toString(16).toUpperCase()})`,
    );
  }
  return undefined;
}

function acquire(k: Kernel, f: Frame, exclusive: boolean): Status {
  const lock = f.ptr(0);
  const m = k.mem.checked;
  const bad = f.pc === 0 ? check(k, lock, 'acquire', 0xea) : undefined;
  if (bad !== undefined) return bad;
  const v = m.ptr(lock);
  const free = exclusive ? (v & ~WAITERS) === 0 : (v & EXCLUSIVE) === 0 && (v & WAITERS) === 0;
  const retry = !exclusive && (v & EXCLUSIVE) === 0 && f.pc === 1; // woken readers pass although others wait
  if (free || retry) {
    m.setPtr(lock, exclusive ? v | EXCLUSIVE : v + SHARE);
    held(k, 1);
    k.event('ex.pushlock.acquire', { lock, exclusive: exclusive ? 1 : 0 });
    return k.returnVoid();
  }
  m.setPtr(lock, v | WAITERS);
  const event = bucket(k, lock);
  k.mem.setI32(event + 4, 0);
  k.event('ex.pushlock.wait', { lock, exclusive: exclusive ? 1 : 0 });
  return k.wait(f, 1, { object: event, reason: WaitReason.WrPushLock });
}

/** Releases; which way it is held decides, a wrong call is a bug check. */
function release(k: Kernel, f: Frame, exclusive: boolean | undefined): Status {
  const lock = f.ptr(0);
  const m = k.mem.checked;
  const bad = check(k, lock, 'release', 0xeb);
  if (bad !== undefined) return bad;
  const v = m.ptr(lock);
  const isExclusive = (v & EXCLUSIVE) !== 0;
  if ((!isExclusive && v < SHARE) || (exclusive !== undefined && exclusive !== isExclusive)) {
    return k.bugCheck(
      0x162,
      k.currentThread(),
      lock,
      0,
      0,
      `the push lock at ${hex(lock)} is released ${exclusive ? 'exclusive' : 'shared'} but is not held that way`,
    );
  }
  const rest = (isExclusive ? v & ~EXCLUSIVE : v - SHARE) & ~WAITERS;
  held(k, -1);
  k.event('ex.pushlock.release', { lock });
  if ((v & WAITERS) !== 0 && rest === 0) {
    m.setPtr(lock, 0);
    signalEvent(k, bucket(k, lock), 1);
  } else {
    m.setPtr(lock, rest | (v & WAITERS));
  }
  return k.returnVoid();
}

const initialize: KernelRoutine['step'] = (k, f) => {
  k.mem.checked.setPtr(f.ptr(0), 0);
  return k.returnVoid();
};

/** The Ex versions take flags: 0, and two bits about priority boosts that change nothing here. */
const KNOWN_FLAGS = 3;
function flagged(name: string, step: KernelRoutine['step']): KernelRoutine {
  return {
    name,
    step(k, f) {
      const flags = f.u32(1);
      if ((flags & ~KNOWN_FLAGS) === 0) return step(k, f);
      return k.bugCheck(
        0x152,
        flags,
        f.ptr(0),
        0,
        0,
        `${name} of the push lock at ${hex(f.ptr(0))} with unknown flags 0x${flags.toString(16)}`,
      );
    },
  };
}

const both = (named: (name: string, step: KernelRoutine['step']) => KernelRoutine): KernelRoutine[] => [
  named('ExAcquirePushLockExclusive', (k, f) => acquire(k, f, true)),
  named('ExAcquirePushLockShared', (k, f) => acquire(k, f, false)),
  named('ExReleasePushLockExclusive', (k, f) => release(k, f, true)),
  named('ExReleasePushLockShared', (k, f) => release(k, f, false)),
];

export const routines: KernelRoutine[] = [
  { name: 'ExInitializePushLock', cost: 2, step: initialize },
  { name: 'FltInitializePushLock', cost: 2, step: initialize },
  { name: 'FltDeletePushLock', cost: 2, step: (k) => k.returnVoid() },
  ...both((name, step) => ({ name, step })),
  ...both((name, step) => flagged(`${name}Ex`, step)),
  {
    name: 'FltAcquirePushLockExclusive',
    step(k, f) {
      if (f.pc === 0) k.enterCriticalRegion();
      return acquire(k, f, true);
    },
  },
  {
    name: 'FltAcquirePushLockShared',
    step(k, f) {
      if (f.pc === 0) k.enterCriticalRegion();
      return acquire(k, f, false);
    },
  },
  {
    name: 'FltReleasePushLock',
    step(k, f) {
      const status = release(k, f, undefined);
      if (status === Status.Returned) k.leaveCriticalRegion();
      return status;
    },
  },
];
