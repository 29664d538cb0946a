// Locks and their owners. Where they are found: resources on the kernel's list; mutexes on the lists of their owners; every lock that a driver keeps in a variable, by the
// variable's type; and every other lock (in pool, in a device extension) by the events that took it, up to the present moment.
import type { Range } from '../../base/source.js';
import type { CType } from '../../c/types.js';
import { FAST_MUTEX, KMUTANT, KTHREAD } from '../../kernel/layouts.gen.js';
import { type Addr, toAddress } from '../../machine/abi.js';
import { allThreads } from './all-threads.js';
import { typeNameOf } from './data-names.js';
import type { MachineView } from './machine-view.js';
import { isExclusive, resourceOwners, resources } from './resources.js';
import { historicOwners, objectName, ownersOfSpinLock, waitsOf } from './waits.js';

export type LockType = 'Spin lock' | 'Fast mutex' | 'Guarded mutex' | 'Mutant' | 'ERESOURCE' | 'Push lock';

export interface Lock {
  readonly address: Addr;
  readonly type: LockType;
  readonly name: string;
  readonly owners: readonly Addr[];
  /** Shared by its owners (ERESOURCE, push lock, reader/writer spin lock). */
  readonly shared: boolean;
  readonly waiters: readonly Addr[];
  readonly range: Range | undefined;
}

/** Type names of C declarations. */
const BY_TYPE: Readonly<Record<string, LockType>> = {
  KSPIN_LOCK: 'Spin lock',
  EX_SPIN_LOCK: 'Spin lock',
  FAST_MUTEX: 'Fast mutex',
  KGUARDED_MUTEX: 'Guarded mutex',
  KMUTEX: 'Mutant',
  KMUTANT: 'Mutant',
  ERESOURCE: 'ERESOURCE',
  EX_PUSH_LOCK: 'Push lock',
};
const BY_EVENT: Readonly<Record<string, LockType>> = {
  spin: 'Spin lock',
  fastmutex: 'Fast mutex',
  mutex: 'Mutant',
  resource: 'ERESOURCE',
  pushlock: 'Push lock',
};
const DEPTH = 4;
const ELEMENTS = 64;

/** Lock members of a variable of a type: offset and type of each. */
function* lockMembers(t: CType, offset: number, depth: number): Generator<{ offset: number; type: LockType }> {
  const name = typeNameOf(t);
  const type = Object.hasOwn(BY_TYPE, name) ? BY_TYPE[name] : undefined;
  if (type) {
    yield { offset, type };
    return;
  }
  if (depth === 0) return;
  if (t.kind === 'record') for (const f of t.decl.fields) yield* lockMembers(f.type, offset + f.offset, depth - 1);
  if (t.kind === 'array' && t.element.kind === 'record') {
    const { size } = t.element.decl;
    for (let i = 0; i < Math.min(t.length ?? 0, ELEMENTS); i++) yield* lockMembers(t.element, offset + i * size, depth - 1);
  }
}

/** All locks that can be found, in order of address. */
export function findLocks(v: MachineView): { locks: Lock[]; problem?: string } {
  const found = new Map<Addr, LockType>();
  const list = resources(v);
  for (const r of list.entries) found.set(r, 'ERESOURCE');
  const threads = allThreads(v);
  for (const thread of threads.entries)
    for (const e of v.mem.list(thread + KTHREAD.MutantListHead).entries) found.set(e - KMUTANT.MutantListEntry, 'Mutant');
  for (const image of v.target.images) {
    if (image.mode !== 'kernel') continue;
    for (const g of image.globals) {
      const base = toAddress(g.offset);
      if (!v.mem.readable(base, Math.max(1, g.size))) continue;
      for (const m of lockMembers(g.symbol.type, 0, DEPTH)) if (!found.has(base + m.offset)) found.set(base + m.offset, m.type);
    }
  }
  for (const r of v.history.all().values()) {
    if (found.has(r.address) || !v.mem.readable(r.address, 8)) continue;
    // the kernel's own; and locks whose memory is somebody else's by now are shown only while they are held
    if (r.holds.length > 0) found.set(r.address, BY_EVENT[r.kind]);
  }
  const waiting = waiters(v, threads.entries);
  const locks = [...found].map(([at, type]) => describe(v, at, type, waiting.get(at) ?? [])).sort((a, b) => a.address - b.address);
  const problem = list.problem ?? threads.problem;
  return problem ? { locks, problem } : { locks };
}

function waiters(v: MachineView, threads: readonly Addr[]): Map<Addr, Addr[]> {
  const out = new Map<Addr, Addr[]>();
  for (const t of threads)
    for (const w of waitsOf(v, t)) {
      const list = out.get(w.object);
      if (list) list.push(t);
      else out.set(w.object, [t]);
    }
  return out;
}

function describe(v: MachineView, at: Addr, type: LockType, waiting: readonly Addr[]): Lock {
  const { mem } = v;
  let owners: Addr[];
  let shared = false;
  switch (type) {
    case 'ERESOURCE':
      owners = resourceOwners(v, at).map((o) => o.thread);
      shared = owners.length > 0 && !isExclusive(v, at);
      break;
    case 'Mutant':
      owners = [mem.ptr(at + KMUTANT.OwnerThread)].filter((t) => t !== 0);
      break;
    case 'Fast mutex':
    case 'Guarded mutex':
      owners = [mem.ptr(at + FAST_MUTEX.Owner)].filter((t) => t !== 0);
      break;
    case 'Spin lock':
      owners = ownersOfSpinLock(v, at);
      shared = v.history.of(at)?.holds.some((h) => h.shared) ?? false;
      break;
    default:
      owners = mem.ptr(at) === 0 ? [] : historicOwners(v, at);
      shared = owners.length > 0 && mem.ptr(at) % 2 === 0;
  }
  return { address: at, type, name: objectName(v, at), owners, shared, waiters: waiting, range: v.rangeOf(at) };
}

export const locksOwnedBy = (v: MachineView, thread: Addr): Lock[] => findLocks(v).locks.filter((l) => l.owners.includes(thread));

/** `held by 36.40 ...`, `free`, `shared by 2`. */
export function lockState(v: MachineView, l: Lock): string {
  if (l.owners.length === 0) return l.waiters.length ? `free, ${l.waiters.length} waiting` : 'free';
  const who = l.owners.length === 1 ? v.threadName(l.owners[0]) : `${l.owners.length} threads`;
  return `${l.shared ? 'shared by' : 'owned by'} ${who}${l.waiters.length ? `, ${l.waiters.length} waiting` : ''}`;
}
