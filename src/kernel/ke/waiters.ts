// Who waits for what, and who could end it: the content of a deadlock report and of the debugger's thread list.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KMUTANT, KPRCB, KTHREAD, KWAIT_BLOCK } from '../layouts.gen.js';
import { ObjectType, THREAD_STATE_NAMES, ThreadState, WAIT_REASON_NAMES, WaitReason } from './constants.js';
import { hex, objectType } from './dispatcher.js';
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

export function describeObject(k: Kernel, object: Addr): string {
  const type = objectType(k, object);
  const named = k.hooks.describeObject?.(k, object);
  const text = named ?? `${TYPE_NAMES[type] ?? 'object'} ${hex(object)}`;
  if (type === ObjectType.Mutant) {
    const owner = k.mem.ptr(object + KMUTANT.OwnerThread);
    if (owner !== 0) return `${text} owned by ${describeThread(k, owner)}`;
  }
  return text;
}

export function waitObjects(k: Kernel, thread: Addr): Addr[] {
  const m = k.mem;
  const list = m.ptr(thread + KTHREAD.WaitBlockList);
  return Array.from({ length: m.u32(thread + KTHREAD.WaitBlockCount) }, (_, i) =>
    m.ptr(list + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object),
  );
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
      text: lock !== undefined ? `spin lock ${hex(lock)}` : objects.map((o) => describeObject(k, o)).join(', '),
      idle: lock === undefined && reason === WaitReason.WrQueue,
      hasTimeout: m.u32(thread + KTHREAD.WaitHasTimeout) !== 0,
    });
  }
  return out;
}
