// ERESOURCE: reader/writer lock with owners and recursion (reference: scheduler.md §13). A releaser hands the resource over: to all shared waiters after an
// exclusive owner, to one exclusive waiter otherwise. Waiters' semaphore and event, and the table of shared owners, are made when they are first needed.
import { type Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { APC_LEVEL, ObjectType, WaitReason } from '../ke/constants.js';
import { hex, initHeader } from '../ke/dispatcher.js';
import { checkAtMostApc } from '../ke/irql.js';
import { combinedApcDisable } from '../ke/region.js';
import { releaseSemaphore } from '../ke/semaphore.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { ERESOURCE, KE_GLOBALS, KEVENT, KSEMAPHORE, KTHREAD, OWNER_ENTRY } from '../layouts.gen.js';
import { insertTail, remove } from '../rtl/list.js';

const R = ERESOURCE;
const OWNED_EXCLUSIVE = 0x80;
/** OWNER_ENTRY.TableSize: three flag bits, then the owner count. In the first entry of the table: its number of entries. */
const COUNT_SHIFT = 3;
const TABLE_ENTRIES = 8;
const SEMAPHORE_LIMIT = 0x7fffffff;

const flag = (k: Kernel, r: Addr): number => k.mem.u16(r + R.Flag);
const isExclusive = (k: Kernel, r: Addr): boolean => (flag(k, r) & OWNED_EXCLUSIVE) !== 0;
const active = (k: Kernel, r: Addr): number => k.mem.u32(r + R.ActiveEntries);

function setExclusive(k: Kernel, r: Addr, on: boolean): void {
  k.mem.setU16(r + R.Flag, on ? flag(k, r) | OWNED_EXCLUSIVE : flag(k, r) & ~OWNED_EXCLUSIVE);
}
function setActive(k: Kernel, r: Addr, n: number): void {
  k.mem.setU32(r + R.ActiveEntries, n);
  k.mem.setU16(r + R.ActiveCount, n);
}
const countOf = (k: Kernel, entry: Addr): number => k.mem.u32(entry + OWNER_ENTRY.TableSize) >>> COUNT_SHIFT;
const setCount = (k: Kernel, entry: Addr, n: number): void => k.mem.setU32(entry + OWNER_ENTRY.TableSize, n << COUNT_SHIFT);

function held(k: Kernel, thread: Addr, delta: number): void {
  if (!isThread(thread)) return;
  k.mem.setU32(thread + KTHREAD.HeldResources, (k.mem.u32(thread + KTHREAD.HeldResources) + delta) >>> 0);
}
/** ExSetResourceOwnerPointer makes an owner that is no thread (low bits set). */
const isThread = (owner: Addr): boolean => owner % 4 === 0;

/** Entry of an owner: the built-in one, or one of the table; 0 when it is none. */
function findEntry(k: Kernel, r: Addr, owner: Addr): Addr {
  const own = r + R.OwnerEntry;
  if (k.mem.ptr(own + OWNER_ENTRY.OwnerThread) === owner) return own;
  const table = k.mem.ptr(r + R.OwnerTable);
  if (table === 0) return 0;
  for (let i = 1; i < k.mem.u32(table + OWNER_ENTRY.TableSize); i++) {
    const e = table + i * OWNER_ENTRY.sizeof;
    if (k.mem.ptr(e + OWNER_ENTRY.OwnerThread) === owner) return e;
  }
  return 0;
}

/** A free entry for another shared owner; the table grows as needed. 0: no memory. */
function freeEntry(k: Kernel, r: Addr): Addr {
  const m = k.mem;
  const own = r + R.OwnerEntry;
  if (m.ptr(own + OWNER_ENTRY.OwnerThread) === 0) return own;
  const table = m.ptr(r + R.OwnerTable);
  const size = table === 0 ? 0 : m.u32(table + OWNER_ENTRY.TableSize);
  for (let i = 1; i < size; i++) if (m.ptr(table + i * OWNER_ENTRY.sizeof) === 0) return table + i * OWNER_ENTRY.sizeof;
  const grown = size === 0 ? TABLE_ENTRIES : size * 2;
  const fresh = k.pool.allocate('nonpaged', grown * OWNER_ENTRY.sizeof, 'ReTa');
  if (fresh === 0) return 0;
  m.fill(fresh, grown * OWNER_ENTRY.sizeof);
  if (table !== 0) {
    m.copy(fresh, table, size * OWNER_ENTRY.sizeof);
    k.pool.free(table);
  }
  m.setU32(fresh + OWNER_ENTRY.TableSize, grown);
  m.setPtr(r + R.OwnerTable, fresh);
  return fresh + Math.max(1, size) * OWNER_ENTRY.sizeof;
}

function addOwner(k: Kernel, r: Addr, owner: Addr): void {
  const e = freeEntry(k, r);
  if (e === 0) return;
  k.mem.setPtr(e + OWNER_ENTRY.OwnerThread, owner);
  setCount(k, e, 1);
  held(k, owner, 1);
}

function waiters(k: Kernel, r: Addr, field: number, shared: boolean): Addr {
  let at = k.mem.ptr(r + field);
  if (at !== 0) return at;
  at = k.pool.allocate('nonpaged', shared ? KSEMAPHORE.sizeof : KEVENT.sizeof, 'ReWa');
  if (at === 0) return 0;
  initHeader(k, at, shared ? ObjectType.Semaphore : ObjectType.SynchronizationEvent, shared ? KSEMAPHORE.sizeof : KEVENT.sizeof, 0);
  if (shared) k.mem.setI32(at + KSEMAPHORE.Limit, SEMAPHORE_LIMIT);
  k.mem.setPtr(r + field, at);
  return at;
}

const add = (k: Kernel, at: Addr, delta: number): void => k.mem.setU32(at, (k.mem.u32(at) + delta) >>> 0);

function check(k: Kernel, r: Addr, name: string): Status | undefined {
  k.mem.checked.bytes(r, R.sizeof);
  const high = checkAtMostApc(k, 0x37, combinedApcDisable(k, k.currentThread()), r, name);
  if (high !== undefined) return high;
  if (k.mem.ptr(r + R.SystemResourcesList) === 0) {
    k.hooks.verifier?.uninitialised(k, `the resource at ${hex(r)}`);
    return k.bugCheck(0xc4, 0x1002, r, 0, 0, `${name}: the resource at ${hex(r)} was never initialised (ExInitializeResourceLite)`);
  }
  if (k.irql < APC_LEVEL && combinedApcDisable(k, k.currentThread()) === 0) {
    k.finding(
      'resource-apcs-enabled',
      `${name} of the resource at ${hex(r)} outside a critical region: the thread may be suspended while it owns it`,
    );
  }
  return undefined;
}

/** The thread is the exclusive owner from now on. */
function own(k: Kernel, r: Addr, thread: Addr): Status {
  k.mem.setPtr(r + R.OwnerEntry + OWNER_ENTRY.OwnerThread, thread);
  setCount(k, r + R.OwnerEntry, 1);
  held(k, thread, 1);
  return acquired(k, r, 1);
}

function acquireExclusive(k: Kernel, f: Frame, r: Addr, wait: boolean): Status {
  const thread = k.currentThread();
  if (f.pc === 1) return own(k, r, thread);
  const bad = check(k, r, 'ExAcquireResourceExclusiveLite');
  if (bad !== undefined) return bad;
  if (active(k, r) === 0) {
    setActive(k, r, 1);
    setExclusive(k, r, true);
    return own(k, r, thread);
  }
  const mine = findEntry(k, r, thread);
  if (isExclusive(k, r) && mine !== 0) {
    setCount(k, mine, countOf(k, mine) + 1);
    return acquired(k, r, 1);
  }
  if (!wait) return k.return(0);
  if (mine !== 0) {
    return k.bugCheck(
      0xc4,
      0x1000,
      r,
      thread,
      0,
      `the thread holds the resource at ${hex(r)} shared and waits for it exclusive: it waits for itself for ever`,
    );
  }
  const event = waiters(k, r, R.ExclusiveWaiters, false);
  if (event === 0) return k.return(0);
  add(k, r + R.NumberOfExclusiveWaiters, 1);
  add(k, r + R.ContentionCount, 1);
  k.event('ex.resource.wait', { resource: r, exclusive: 1 });
  return k.wait(f, 1, { object: event, reason: WaitReason.WrResource });
}

function acquired(k: Kernel, r: Addr, exclusive: number): Status {
  k.event('ex.resource.acquire', { resource: r, exclusive });
  return k.return(1);
}

/** `starve`: passes exclusive waiters; `queue`: even an owner queues behind them. */
function acquireShared(k: Kernel, f: Frame, r: Addr, wait: boolean, starve: boolean, queue: boolean): Status {
  const thread = k.currentThread();
  if (f.pc === 1) {
    addOwner(k, r, thread);
    return acquired(k, r, 0);
  }
  const bad = check(k, r, 'ExAcquireResourceSharedLite');
  if (bad !== undefined) return bad;
  const mine = findEntry(k, r, thread);
  const exclusiveWaiters = k.mem.u32(r + R.NumberOfExclusiveWaiters) > 0;
  if (active(k, r) !== 0 && mine !== 0 && (isExclusive(k, r) || !queue || !exclusiveWaiters)) {
    setCount(k, mine, countOf(k, mine) + 1);
    return acquired(k, r, isExclusive(k, r) ? 1 : 0);
  }
  if (!isExclusive(k, r) && (active(k, r) === 0 || !exclusiveWaiters || starve)) {
    setActive(k, r, active(k, r) + 1);
    addOwner(k, r, thread);
    return acquired(k, r, 0);
  }
  if (!wait) return k.return(0);
  const semaphore = waiters(k, r, R.SharedWaiters, true);
  if (semaphore === 0) return k.return(0);
  add(k, r + R.NumberOfSharedWaiters, 1);
  add(k, r + R.ContentionCount, 1);
  k.event('ex.resource.wait', { resource: r, exclusive: 0 });
  return k.wait(f, 1, { object: semaphore, reason: WaitReason.WrResource });
}

/** The last owner is gone: hands over to waiters. */
function handOver(k: Kernel, r: Addr, wasExclusive: boolean): void {
  const m = k.mem;
  const shared = m.u32(r + R.NumberOfSharedWaiters);
  const exclusive = m.u32(r + R.NumberOfExclusiveWaiters);
  setExclusive(k, r, false);
  if (shared > 0 && (wasExclusive || exclusive === 0)) {
    setActive(k, r, shared);
    m.setU32(r + R.NumberOfSharedWaiters, 0);
    releaseSemaphore(k, m.ptr(r + R.SharedWaiters), shared, 0);
  } else if (exclusive > 0) {
    setActive(k, r, 1);
    setExclusive(k, r, true);
    add(k, r + R.NumberOfExclusiveWaiters, -1);
    k.signalEvent(m.ptr(r + R.ExclusiveWaiters), 0);
  } else {
    setActive(k, r, 0);
  }
}

function release(k: Kernel, r: Addr, owner: Addr, forThread = false): Status {
  const m = k.mem;
  m.checked.bytes(r, R.sizeof);
  const entry = active(k, r) === 0 ? 0 : findEntry(k, r, owner);
  if (entry === 0 && forThread && owner !== k.currentThread()) {
    const why = `ExReleaseResourceForThreadLite: ${hex(owner)} does not own the resource at ${hex(r)}`;
    return k.bugCheck(0x16e, r, k.currentThread(), owner, 0, why);
  }
  if (entry === 0) {
    return k.bugCheck(0xe3, r, owner, m.ptr(r + R.OwnerTable), 0, `the resource at ${hex(r)} is released by a thread that does not own it`);
  }
  const n = countOf(k, entry) - 1;
  setCount(k, entry, n);
  k.event('ex.resource.release', { resource: r, owner });
  if (n > 0) return k.returnVoid();
  m.setPtr(entry + OWNER_ENTRY.OwnerThread, 0);
  held(k, owner, -1);
  const wasExclusive = isExclusive(k, r);
  if (active(k, r) > 1) setActive(k, r, active(k, r) - 1);
  else handOver(k, r, wasExclusive);
  return k.returnVoid();
}

function convert(k: Kernel, r: Addr): Status {
  const m = k.mem;
  const thread = k.currentThread();
  if (!isExclusive(k, r) || m.ptr(r + R.OwnerEntry + OWNER_ENTRY.OwnerThread) !== thread) {
    return k.bugCheck(0x1f, 0, 0, 0, 0, `ExConvertExclusiveToSharedLite: the thread does not own the resource at ${hex(r)} exclusive`);
  }
  setExclusive(k, r, false);
  k.event('ex.resource.convert', { resource: r });
  const shared = m.u32(r + R.NumberOfSharedWaiters);
  if (shared > 0) {
    setActive(k, r, 1 + shared);
    m.setU32(r + R.NumberOfSharedWaiters, 0);
    releaseSemaphore(k, m.ptr(r + R.SharedWaiters), shared, 0);
  }
  return k.returnVoid();
}

/** First initialised resource that begins in a range; 0: none. */
export function resourceIn(k: Kernel, address: Addr, size: number): Addr {
  const m = k.mem;
  const head = k.globals.KE + KE_GLOBALS.ResourceListHead;
  // A driver may have overwritten a resource that is on the list: the walk ends where it leads nowhere.
  let left = 100_000;
  for (let e = m.ptr(head); e !== head && m.offsetOf(e) >= 0 && left-- > 0; e = m.ptr(e)) {
    const r = e - R.SystemResourcesList;
    if (r >= address && r < address + size) return r;
  }
  return 0;
}

function initialize(k: Kernel, f: Frame): Status {
  const r = f.ptr(0);
  k.mem.checked.bytes(r, R.sizeof);
  if (k.verifies('miscellaneous')) {
    const text = `ExInitializeResourceLite: the resource at ${hex(r)}`;
    const stop = (r & 7) !== 0 ? k.violation(0x3d, 0, 0, r, `${text} is not aligned`) : undefined;
    if (stop !== undefined) return stop;
    const again = resourceIn(k, r, 1) !== 0 ? k.violation(0xd0, r, 0, 0, `${text} is initialised already`) : undefined;
    if (again !== undefined) return again;
  }
  k.mem.checked.fill(r, R.sizeof);
  insertTail(k.mem, k.globals.KE + KE_GLOBALS.ResourceListHead, r + R.SystemResourcesList);
  return k.return(0);
}

/** What was made for the resource when it was first needed. */
function freeParts(k: Kernel, r: Addr): void {
  for (const field of [R.SharedWaiters, R.ExclusiveWaiters, R.OwnerTable])
    if (k.mem.ptr(r + field) !== 0) k.pool.free(k.mem.ptr(r + field));
}

function destroy(k: Kernel, f: Frame): Status {
  const r = f.ptr(0);
  const m = k.mem;
  m.checked.bytes(r, R.sizeof);
  if (m.ptr(r + R.SystemResourcesList) === 0)
    return k.bugCheck(0xc4, 0xd1, r, 0, 0, `ExDeleteResourceLite: the resource at ${hex(r)} is not initialised (deleted twice?)`);
  if (active(k, r) !== 0)
    return k.bugCheck(0xc4, 0x100b, r, m.ptr(r + R.OwnerEntry), 0, `ExDeleteResourceLite: the resource at ${hex(r)} is still owned`);
  remove(m, r + R.SystemResourcesList);
  freeParts(k, r);
  m.fill(r, R.sizeof);
  return k.return(0);
}

const ownedBy = (k: Kernel, r: Addr): number => {
  k.mem.checked.bytes(r, R.sizeof);
  const e = active(k, r) === 0 ? 0 : findEntry(k, r, k.currentThread());
  return e === 0 ? 0 : countOf(k, e);
};

function enterAnd(acquireIt: (k: Kernel, f: Frame) => Status): KernelRoutine['step'] {
  return (k, f) => {
    if (f.pc === 0) k.enterCriticalRegion();
    return acquireIt(k, f);
  };
}

export const routines: KernelRoutine[] = [
  { name: 'ExInitializeResourceLite', step: initialize },
  { name: 'ExDeleteResourceLite', step: destroy },
  {
    name: 'ExReinitializeResourceLite',
    step(k, f) {
      k.mem.checked.bytes(f.ptr(0), R.sizeof);
      freeParts(k, f.ptr(0));
      k.mem.fill(f.ptr(0) + R.OwnerTable, R.sizeof - R.OwnerTable);
      return k.return(0);
    },
  },
  { name: 'ExAcquireResourceExclusiveLite', step: (k, f) => acquireExclusive(k, f, f.ptr(0), f.bool(1)) },
  { name: 'ExTryToAcquireResourceExclusiveLite', step: (k, f) => acquireExclusive(k, f, f.ptr(0), false) },
  { name: 'ExAcquireResourceSharedLite', step: (k, f) => acquireShared(k, f, f.ptr(0), f.bool(1), false, false) },
  { name: 'ExAcquireSharedStarveExclusive', step: (k, f) => acquireShared(k, f, f.ptr(0), f.bool(1), true, false) },
  { name: 'ExAcquireSharedWaitForExclusive', step: (k, f) => acquireShared(k, f, f.ptr(0), f.bool(1), false, true) },
  { name: 'ExEnterCriticalRegionAndAcquireResourceExclusive', step: enterAnd((k, f) => acquireExclusive(k, f, f.ptr(0), true)) },
  { name: 'ExEnterCriticalRegionAndAcquireResourceShared', step: enterAnd((k, f) => acquireShared(k, f, f.ptr(0), true, false, false)) },
  {
    name: 'ExEnterCriticalRegionAndAcquireSharedWaitForExclusive',
    step: enterAnd((k, f) => acquireShared(k, f, f.ptr(0), true, false, true)),
  },
  { name: 'ExReleaseResourceLite', step: (k, f) => release(k, f.ptr(0), k.currentThread()) },
  { name: 'ExReleaseResourceForThreadLite', step: (k, f) => release(k, f.ptr(0), f.ptr(1), true) },
  {
    name: 'ExReleaseResourceAndLeaveCriticalRegion',
    step(k, f) {
      const status = release(k, f.ptr(0), k.currentThread());
      if (status === Status.Returned) k.leaveCriticalRegion();
      return status;
    },
  },
  { name: 'ExConvertExclusiveToSharedLite', step: (k, f) => convert(k, f.ptr(0)) },
  {
    name: 'ExIsResourceAcquiredExclusiveLite',
    cost: 4,
    step: (k, f) => k.return(ownedBy(k, f.ptr(0)) && isExclusive(k, f.ptr(0)) ? 1 : 0),
  },
  { name: 'ExIsResourceAcquiredSharedLite', cost: 4, step: (k, f) => k.return(ownedBy(k, f.ptr(0))) },
  { name: 'ExIsResourceAcquiredLite', cost: 4, step: (k, f) => k.return(ownedBy(k, f.ptr(0))) },
  { name: 'ExGetExclusiveWaiterCount', cost: 3, step: (k, f) => k.return(k.mem.checked.u32(f.ptr(0) + R.NumberOfExclusiveWaiters)) },
  { name: 'ExGetSharedWaiterCount', cost: 3, step: (k, f) => k.return(k.mem.checked.u32(f.ptr(0) + R.NumberOfSharedWaiters)) },
  // owners are not boosted here when somebody waits for them, so there is nothing to switch off
  { name: 'ExDisableResourceBoostLite', cost: 3, step: (k, f) => check(k, f.ptr(0), 'ExDisableResourceBoostLite') ?? k.returnVoid() },
  // (Resource, OwnerPointer[, Flags]): the flag says that the owner stays a thread, for which nothing is different here
  ...['ExSetResourceOwnerPointer', 'ExSetResourceOwnerPointerEx'].map(
    (name): KernelRoutine => ({
      name,
      cost: 4,
      step(k, f) {
        const e = findEntry(k, f.ptr(0), k.currentThread());
        if (e === 0) return k.bugCheck(0xe3, f.ptr(0), k.currentThread(), 0, 0, `${name} by a thread that does not own the resource`);
        held(k, k.currentThread(), -1);
        k.mem.setPtr(e + OWNER_ENTRY.OwnerThread, f.ptr(1));
        return k.returnVoid();
      },
    }),
  ),
];
