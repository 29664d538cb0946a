// Who waits for what, and who could end it: the content of a deadlock report and of the debugger's thread list.
import { type Addr, KERNEL_BASE, ROUTINE_BASE } from '../../machine/abi.js';
import { walkStack } from '../../machine/walk.js';
import type { Kernel } from '../kernel.js';
import { FAST_MUTEX, KMUTANT, KPRCB, KTHREAD } from '../layouts.gen.js';
import { ObjectType, THREAD_STATE_NAMES, ThreadState, WAIT_REASON_NAMES, WaitReason } from './constants.js';
import { hex, objectType, waitObjects } from './dispatcher.js';
import { prcbOf } from './prcb.js';
import { cpuCount } from './ready.js';
import { allThreads } from './thread.js';

export interface Waiter {
  readonly thread: Addr;
  /** `4.128 System!worker` where ps knows a name. */
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly objects: readonly Addr[];
  /** Objects in words, with the owner where there is one. */
  readonly text: string;
  /** A worker thread without work, or the kernel's own: part of no deadlock. */
  readonly idle: boolean;
  readonly hasTimeout: boolean;
}

const TYPE_NAMES = [
  'notification event',
  'synchronization event',
  'mutex',
  'process',
  'queue',
  'semaphore',
  'thread',
  'gate',
  'timer',
  'timer',
];

export function describeThread(k: Kernel, thread: Addr): string {
  return k.hooks.describeThread?.(k, thread) ?? `thread ${hex(thread)}`;
}

/** `driver!g_Lock` when the address lies in a variable of a kernel image. */
export function variableAt(k: Kernel, address: Addr): string | undefined {
  const o = address - KERNEL_BASE;
  const image = k.machine.images.images.find((i) => i.mode === 'kernel' && o >= i.start && o < i.end);
  const g = image?.globals.find((v) => o >= v.offset && o < v.offset + Math.max(1, v.size));
  return g && `${image?.name}!${g.symbol.name}${o === g.offset ? '' : `+0x${(o - g.offset).toString(16)}`}`;
}

/** Waiters of fast and guarded mutexes sit on the event inside; the user knows the mutex. */
function describeWait(k: Kernel, object: Addr, reason: number): string {
  if (reason !== WaitReason.WrFastMutex && reason !== WaitReason.WrGuardedMutex) return describeObject(k, object);
  const mutex = object - FAST_MUTEX.Event;
  const owner = k.mem.ptr(mutex + FAST_MUTEX.Owner);
  const kind = reason === WaitReason.WrFastMutex ? 'fast mutex' : 'guarded mutex';
  return `${kind} ${variableAt(k, mutex) ?? hex(mutex)}${owner === 0 ? '' : ` owned by ${describeThread(k, owner)}`}`;
}

/** A worker without work, or a thread of the kernel's own that no driver code runs on and that has nothing to do with a mutex. */
function isIdle(k: Kernel, thread: Addr, reason: number): boolean {
  if (reason === WaitReason.WrQueue) return true;
  if (!k.mem.u8(thread + KTHREAD.SystemThread) || k.machine.resolveCode(k.mem.ptr(thread + KTHREAD.StartRoutine)) < ROUTINE_BASE)
    return false;
  const mutants = thread + KTHREAD.MutantListHead;
  if (k.mem.ptr(mutants) !== mutants || waitObjects(k, thread).some((o) => objectType(k, o) === ObjectType.Mutant)) return false;
  const top = k.mem.ptr(thread + KTHREAD.KernelStack);
  return top !== 0 && !walkStack(k.machine, top - KERNEL_BASE, 64).some((f) => f.info);
}

export function describeObject(k: Kernel, object: Addr): string {
  const type = objectType(k, object);
  const named = variableAt(k, object);
  const text = `${TYPE_NAMES[type] ?? 'object'} ${named ?? hex(object)}`;
  if (type === ObjectType.Mutant) {
    const owner = k.mem.ptr(object + KMUTANT.OwnerThread);
    if (owner !== 0) return `${text} owned by ${describeThread(k, owner)}`;
  }
  return text;
}

export function listWaiters(k: Kernel): Waiter[] {
  const m = k.mem;
  const spinning = new Map<Addr, Addr>();
  for (let c = 0; c < cpuCount(k); c++) {
    const p = prcbOf(k, c);
    const lock = m.ptr(p + KPRCB.SpinAddress);
    if (lock !== 0) spinning.set(m.ptr(p + KPRCB.CurrentThread), lock);
  }
  const out: Waiter[] = [];
  for (const thread of allThreads(k)) {
    const state = m.u32(thread + KTHREAD.State);
    const lock = spinning.get(thread);
    if (state !== ThreadState.Waiting && lock === undefined) continue;
    const objects = lock !== undefined ? [lock] : waitObjects(k, thread);
    const reason = m.u8(thread + KTHREAD.WaitReason);
    out.push({
      thread,
      name: describeThread(k, thread),
      state: lock !== undefined ? 'Spinning' : THREAD_STATE_NAMES[state],
      reason: lock !== undefined ? 'spin lock' : (WAIT_REASON_NAMES[reason] ?? String(reason)),
      objects,
      text:
        lock !== undefined ? `spin lock ${variableAt(k, lock) ?? hex(lock)}` : objects.map((o) => describeWait(k, o, reason)).join(', '),
      idle: lock === undefined && isIdle(k, thread, reason),
      hasTimeout: m.u32(thread + KTHREAD.WaitHasTimeout) !== 0,
    });
  }
  return out;
}
