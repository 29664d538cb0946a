// What a thread waits for, in the terms of whoever wrote the wait: the mutex and not the event inside it, the resource and not its semaphore; and who owns that.
import { ObjectType, ThreadState, WAIT_REASON_NAMES, WaitReason } from '../../kernel/ke/constants.js';
import { ERESOURCE, FAST_MUTEX, KE_GLOBALS, KEVENT, KMUTANT, KPRCB, KTHREAD, KWAIT_BLOCK } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { dataName } from './data-names.js';
import type { MachineView } from './machine-view.js';
import { resourceOwners, resources } from './resources.js';

export interface Wait {
  /** The lock or object in the user's terms. */
  readonly object: Addr;
  /** WinDbg's word: `Mutant`, `SynchronizationEvent`, `ERESOURCE`, `Fast mutex` ... */
  readonly type: string;
  /** `driver!g_Lock`, or what it belongs to. */
  readonly name: string;
  readonly owners: readonly Addr[];
}

/** Names that !thread prints for dispatcher objects. */
const TYPES: readonly string[] = [
  'NotificationEvent',
  'SynchronizationEvent',
  'Mutant',
  'ProcessObject',
  'QueueObject',
  'Semaphore',
  'Thread',
  'GateObject',
  'NotificationTimer',
  'SynchronizationTimer',
];
/** KeWaitForMultipleObjects takes no more. */
const MAXIMUM_WAIT_OBJECTS = 64;

export const waitReason = (v: MachineView, thread: Addr): string => {
  const reason = v.mem.u8(thread + KTHREAD.WaitReason);
  return WAIT_REASON_NAMES[reason] ?? String(reason);
};
export const isWaiting = (v: MachineView, thread: Addr): boolean =>
  v.mem.u32(thread + KTHREAD.State) === ThreadState.Waiting && v.cpuOf(thread) < 0;

/** `WAIT: (Executive) KernelMode Non-Alertable`, `RUNNING on processor 0` ... */
export function stateText(v: MachineView, thread: Addr): string {
  if (!isWaiting(v, thread)) {
    const lock = spinsOn(v, thread);
    return lock === 0 ? v.stateName(thread) : `${v.stateName(thread)}, spinning`;
  }
  const mode = v.mem.u8(thread + KTHREAD.WaitMode) ? 'UserMode' : 'KernelMode';
  return `WAIT: (${waitReason(v, thread)}) ${mode} ${v.mem.u8(thread + KTHREAD.Alertable) ? 'Alertable' : 'Non-Alertable'}`;
}

/** Spin lock that the CPU of a running thread spins on, or 0. */
export function spinsOn(v: MachineView, thread: Addr): Addr {
  const cpu = v.cpuOf(thread);
  return cpu < 0 ? 0 : v.mem.ptr(v.prcb(cpu) + KPRCB.SpinAddress);
}

export function waitsOf(v: MachineView, thread: Addr): Wait[] {
  const spin = spinsOn(v, thread);
  if (spin !== 0) return [{ object: spin, type: 'Spin lock', name: objectName(v, spin), owners: ownersOfSpinLock(v, spin) }];
  if (!isWaiting(v, thread)) return [];
  const { mem } = v;
  const list = mem.ptr(thread + KTHREAD.WaitBlockList);
  const count = Math.min(mem.u32(thread + KTHREAD.WaitBlockCount), MAXIMUM_WAIT_OBJECTS);
  const out: Wait[] = [];
  for (let i = 0; i < count; i++) out.push(waitFor(v, thread, mem.ptr(list + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object)));
  return out;
}

function waitFor(v: MachineView, thread: Addr, object: Addr): Wait {
  const { mem } = v;
  const reason = mem.u8(thread + KTHREAD.WaitReason);
  if (reason === WaitReason.WrFastMutex || reason === WaitReason.WrGuardedMutex) {
    const mutex = object - FAST_MUTEX.Event;
    const type = reason === WaitReason.WrFastMutex ? 'Fast mutex' : 'Guarded mutex';
    return { object: mutex, type, name: objectName(v, mutex), owners: present(mem.ptr(mutex + FAST_MUTEX.Owner)) };
  }
  if (reason === WaitReason.WrResource) {
    const r = resources(v).entries.find(
      (x) => mem.ptr(x + ERESOURCE.SharedWaiters) === object || mem.ptr(x + ERESOURCE.ExclusiveWaiters) === object,
    );
    if (r !== undefined) return { object: r, type: 'ERESOURCE', name: objectName(v, r), owners: resourceOwners(v, r).map((o) => o.thread) };
  }
  if (reason === WaitReason.WrPushLock) {
    const lock = pushLockOf(v, thread, object);
    if (lock !== 0) return { object: lock, type: 'Push lock', name: objectName(v, lock), owners: historicOwners(v, lock) };
  }
  return { object, type: typeName(v, object), name: objectName(v, object), owners: objectOwners(v, object) };
}

const present = (thread: Addr): Addr[] => (thread === 0 ? [] : [thread]);

/** Waiters of push locks sit on an event of the kernel; which lock they want is the argument of the routine that waits. */
function pushLockOf(v: MachineView, thread: Addr, event: Addr): Addr {
  const table = v.kernel.globals.KE + KE_GLOBALS.PushLockEvents;
  if (event < table || event >= table + 64 * KEVENT.sizeof) return 0;
  const frame = v.stack(thread)[0];
  return frame?.kind === 'routine' ? v.kernel.mem.raw.ptr(frame.args) : 0;
}

export function typeName(v: MachineView, object: Addr): string {
  if (!v.mem.readable(object, 1)) return 'unreadable object';
  return TYPES[v.mem.u8(object) & 0x7f] ?? 'object';
}

/** Threads that hold a lock of which the trace knows the acquire. */
export const historicOwners = (v: MachineView, lock: Addr): Addr[] => [...new Set(v.history.of(lock)?.holds.map((h) => h.thread) ?? [])];

/** A plain spin lock holds its owner with bit 0; a queued one the address of a handle, a reader/writer one a count. */
export function ownersOfSpinLock(v: MachineView, lock: Addr): Addr[] {
  const word = v.mem.ptr(lock);
  if (word < -1 && word % 2 !== 0 && v.mem.readable(word - 1, KTHREAD.sizeof)) return [word - 1];
  return word === 0 ? [] : historicOwners(v, lock);
}

function objectOwners(v: MachineView, object: Addr): Addr[] {
  const type = v.mem.u8(object) & 0x7f;
  if (type === ObjectType.Mutant) return present(v.mem.ptr(object + KMUTANT.OwnerThread));
  return type === ObjectType.Thread ? [object] : [];
}

/** `driver!g_Lock`, `driver!g_State+0x10`, `process notepad.exe`, the pool block it lies in, the stack it lies on; else nothing. */
export function objectName(v: MachineView, object: Addr): string {
  const symbol = dataName(v, object) ?? v.symbol(object);
  if (symbol) return symbol;
  if (!v.mem.readable(object, 8)) return 'memory that cannot be read';
  const type = v.mem.u8(object) & 0x7f;
  if (isObject(v, object, type, ObjectType.Process)) return v.imageName(object);
  if (isObject(v, object, type, ObjectType.Thread)) return v.threadName(object);
  const block = v.kernel.pool.describe(object);
  if (block?.state === 'live') {
    const name = /'(.{4})'/.exec(block.text)?.[1];
    return `pool block${name ? ` '${name}'` : ''}+0x${(object - block.address).toString(16)}`;
  }
  return '';
}

/** Process and thread objects are told from a data word with the same first byte by their tables. */
function isObject(v: MachineView, object: Addr, type: number, wanted: number): boolean {
  if (type !== wanted) return false;
  if (wanted === ObjectType.Thread) return v.tid(object) !== 0 && v.mem.ptr(object + KTHREAD.Process) !== 0 && v.tid(object) % 4 === 0;
  return v.pid(object) !== 0 && v.pid(object) % 4 === 0;
}
