// Deadlock detection: who waits for a lock while he holds another one orders the two; two orders that contradict each other can deadlock, although they did not
// in this run. Spin locks, mutexes and fast mutexes, as Driver Verifier has it (reference: verification-rules 1.2; bugchecks 8, 0xC4/0x1001). Who holds what is
// read from the trace's stream of events; what is held and ordered lies in memory (verifier.h). A try cannot deadlock and orders nothing.
import type { Addr, Status } from '../../machine/abi.js';
import { KIND_ID, KINDS } from '../../trace/kinds.js';
import { ObjectType } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import { variableAt } from '../ke/waiters.js';
import type { Frame, Kernel } from '../kernel.js';
import { DISPATCHER_HEADER, KPRCB, KTHREAD, VF_GLOBALS, VF_HELD, VF_LIMITS, VF_LOCK_EDGE } from '../layouts.gen.js';
import { calledByDriver, siteOf } from './finding.js';

const { VfHeld: MAX_HELD, VfLockNodes: MAX_NODES, VfLockEdges: MAX_EDGES } = VF_LIMITS;
/** With so many orders the table begins anew: what was known is forgotten, nothing wrong is said. A search needs a free entry to end at. */
const FULL = (MAX_EDGES * 3) / 4;

/** Routines that wait for the lock of their first argument. */
const ACQUIRES: ReadonlySet<string> = new Set(
  (
    'KeAcquireSpinLock KeAcquireSpinLockRaiseToDpc KfAcquireSpinLock KeAcquireSpinLockAtDpcLevel KefAcquireSpinLockAtDpcLevel KeAcquireSpinLockForDpc ' +
    'KeAcquireInStackQueuedSpinLock KeAcquireInStackQueuedSpinLockAtDpcLevel KeAcquireInStackQueuedSpinLockForDpc ' +
    'ExAcquireFastMutex ExAcquireFastMutexUnsafe KeAcquireGuardedMutex KeAcquireGuardedMutexUnsafe ExEnterCriticalRegionAndAcquireFastMutexUnsafe'
  ).split(' '),
);
const WAITS: ReadonlySet<string> = new Set(['KeWaitForSingleObject', 'KeWaitForMutexObject']);

type Step = (k: Kernel, f: Frame) => Status;

/** The step of a routine that waits for a lock, with the check in front; the same step for all others. */
export function orderedStep(name: string, step: Step): Step {
  if (!ACQUIRES.has(name) && !WAITS.has(name)) return step;
  const wait = WAITS.has(name);
  return (k, f) => {
    if (f.pc === 0 && k.verifies('deadlock-detection') && k.mem.u32(k.globals.VF + VF_GLOBALS.HeldCount) > 0) {
      const lock = f.ptr(0);
      // (Object, WaitReason, WaitMode, Alertable, Timeout): a test does not wait
      if (!wait || (isMutant(k, lock) && f.ptr(4) === 0)) {
        const stop = calledByDriver(k, f.fp) ? attempt(k, f, lock) : undefined;
        if (stop !== undefined) return stop;
      }
    }
    return step(k, f);
  };
}

const isMutant = (k: Kernel, object: Addr): boolean =>
  k.mem.allowed(object, DISPATCHER_HEADER.sizeof, false) && (k.mem.u8(object + DISPATCHER_HEADER.Type) & 0x7f) === ObjectType.Mutant;

const enum Act {
  None,
  Acquire,
  Release,
  AcquireMutex,
  ReleaseMutex,
  Free,
  Load,
}
/** What an event says, by the number of its kind; mutexes name their owner. */
const ACTS: Act[] = Object.keys(KINDS).map(() => Act.None);
for (const [kind, act] of [
  ['ke.spin.acquire', Act.Acquire],
  ['ex.fastmutex.acquire', Act.Acquire],
  ['ke.spin.release', Act.Release],
  ['ex.fastmutex.release', Act.Release],
  ['ke.mutex.acquire', Act.AcquireMutex],
  ['ke.mutex.release', Act.ReleaseMutex],
  ['ke.mutex.abandoned', Act.ReleaseMutex],
  ['mm.pool.free', Act.Free],
  ['io.load-driver', Act.Load],
] as const)
  ACTS[KIND_ID[kind]] = act;

/** Reads the events that say who holds what. Called once for a kernel object; what it knows is in memory. */
export function watchLocks(k: Kernel): void {
  const kinds = [...ACTS.keys()].filter((kind) => ACTS[kind] !== Act.None);
  k.trace.watch(kinds, (kind, values) => {
    const act = ACTS[kind];
    if (act === Act.Acquire) hold(k, values[0], holderNow(k));
    else if (act === Act.Release) letGo(k, values[0], holderNow(k));
    else if (act === Act.AcquireMutex) hold(k, values[0], values[1]);
    else if (act === Act.ReleaseMutex) letGo(k, values[0], values[1]);
    else if (act === Act.Free) forget(k, values[0], values[1]);
    // (driver, base, size)
    else forget(k, values[1], values[2]);
  });
}

function holderNow(k: Kernel): number {
  return k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive) ? -1 - k.cpuNumber : k.currentThread();
}

const heldAt = (k: Kernel, i: number): Addr => k.globals.VF + VF_GLOBALS.Held + i * VF_HELD.sizeof;
const heldCount = (k: Kernel): number => k.mem.u32(k.globals.VF + VF_GLOBALS.HeldCount);

function hold(k: Kernel, lock: Addr, holder: number): void {
  const n = heldCount(k);
  if (n >= MAX_HELD) return;
  k.mem.setPtr(heldAt(k, n) + VF_HELD.Lock, lock);
  k.mem.setPtr(heldAt(k, n) + VF_HELD.Holder, holder);
  k.mem.setU32(k.globals.VF + VF_GLOBALS.HeldCount, n + 1);
}

/** The last one that fits: of this holder, else of anybody (a lock may be released by another thread). */
function letGo(k: Kernel, lock: Addr, holder: number): void {
  const n = heldCount(k);
  let found = -1;
  for (let i = n - 1; i >= 0; i--) {
    if (k.mem.ptr(heldAt(k, i) + VF_HELD.Lock) !== lock) continue;
    if (k.mem.ptr(heldAt(k, i) + VF_HELD.Holder) === holder) {
      found = i;
      break;
    }
    if (found < 0) found = i;
  }
  if (found >= 0) removeHeld(k, found);
}

function removeHeld(k: Kernel, index: number): void {
  const last = heldCount(k) - 1;
  for (let i = index; i < last; i++) k.mem.copy(heldAt(k, i), heldAt(k, i + 1), VF_HELD.sizeof);
  k.mem.setU32(k.globals.VF + VF_GLOBALS.HeldCount, last);
}

/** A lock that lies in [address, address + bytes) and is held, with its holder. */
export function heldLockIn(k: Kernel, address: Addr, bytes: number): { readonly lock: Addr; readonly holder: number } | undefined {
  for (let i = 0, n = heldCount(k); i < n; i++) {
    const lock = k.mem.ptr(heldAt(k, i) + VF_HELD.Lock);
    if (lock >= address && lock < address + bytes) return { lock, holder: k.mem.ptr(heldAt(k, i) + VF_HELD.Holder) };
  }
  return undefined;
}

/** A lock that a thread holds; 0: none. */
export function lockHeldBy(k: Kernel, thread: Addr): Addr {
  for (let i = heldCount(k) - 1; i >= 0; i--)
    if (k.mem.ptr(heldAt(k, i) + VF_HELD.Holder) === thread) return k.mem.ptr(heldAt(k, i) + VF_HELD.Lock);
  return 0;
}

// ------------------------------------------------------------------ the order
const nodeAt = (k: Kernel, i: number): Addr => k.globals.VF + VF_GLOBALS.LockNodes + 8 * i;

/** Memory begins a new life: locks that lay there, and threads that held some, are no longer those that were known. */
function forget(k: Kernel, address: Addr, bytes: number): void {
  const within = (a: Addr): boolean => a >= address && a < address + bytes;
  for (let i = heldCount(k) - 1; i >= 0; i--)
    if (within(k.mem.ptr(heldAt(k, i) + VF_HELD.Lock)) || within(k.mem.ptr(heldAt(k, i) + VF_HELD.Holder))) removeHeld(k, i);
  for (let i = 0, n = k.mem.u32(k.globals.VF + VF_GLOBALS.NodeCount); i < n; i++) {
    if (!within(k.mem.ptr(nodeAt(k, i)))) continue;
    k.mem.setPtr(nodeAt(k, i), 0);
    dropEdges(k, i + 1);
  }
}

/** The number of a lock that is gone is given to another, so its orders go. The others are entered anew: a gap would end searches too early. */
function dropEdges(k: Kernel, gone: number): void {
  const kept: { from: number; to: number; site: number; thread: Addr }[] = [];
  let dropped = false;
  for (let i = 0; i < MAX_EDGES; i++) {
    const e = k.globals.VF + VF_GLOBALS.LockEdges + i * VF_LOCK_EDGE.sizeof;
    const from = k.mem.u16(e + VF_LOCK_EDGE.From);
    if (from === 0) continue;
    const to = k.mem.u16(e + VF_LOCK_EDGE.To);
    if (from === gone || to === gone) dropped = true;
    else kept.push({ from, to, site: k.mem.u32(e + VF_LOCK_EDGE.Site), thread: k.mem.ptr(e + VF_LOCK_EDGE.Thread) });
  }
  if (!dropped) return;
  clearEdges(k);
  for (const { from, to, site, thread } of kept) enter(k, edgeAt(k, from, to), from, to, site, thread);
}

function clearEdges(k: Kernel): void {
  k.mem.fill(k.globals.VF + VF_GLOBALS.LockEdges, MAX_EDGES * VF_LOCK_EDGE.sizeof);
  k.mem.setU32(k.globals.VF + VF_GLOBALS.EdgeCount, 0);
}

/** Makes a free entry the order of two locks. */
function enter(k: Kernel, edge: Addr, from: number, to: number, site: number, thread: Addr): void {
  k.mem.setU16(edge + VF_LOCK_EDGE.From, from);
  k.mem.setU16(edge + VF_LOCK_EDGE.To, to);
  k.mem.setU32(edge + VF_LOCK_EDGE.Site, site);
  k.mem.setPtr(edge + VF_LOCK_EDGE.Thread, thread);
  k.mem.setU32(k.globals.VF + VF_GLOBALS.EdgeCount, k.mem.u32(k.globals.VF + VF_GLOBALS.EdgeCount) + 1);
}

/** Number of a lock (from 1); 0: there is none left. */
function nodeOf(k: Kernel, lock: Addr): number {
  const n = k.mem.u32(k.globals.VF + VF_GLOBALS.NodeCount);
  let free = n;
  for (let i = 0; i < n; i++) {
    const at = k.mem.ptr(nodeAt(k, i));
    if (at === lock) return i + 1;
    if (at === 0 && free === n) free = i;
  }
  if (free >= MAX_NODES) return 0;
  k.mem.setPtr(nodeAt(k, free), lock);
  if (free === n) k.mem.setU32(k.globals.VF + VF_GLOBALS.NodeCount, n + 1);
  return free + 1;
}

/** Numbers of two locks and room for one more order. */
function pairOf(k: Kernel, held: Addr, lock: Addr): { readonly from: number; readonly to: number } {
  if (k.mem.u32(k.globals.VF + VF_GLOBALS.EdgeCount) < FULL) {
    const from = nodeOf(k, held);
    const to = nodeOf(k, lock);
    if (from !== 0 && to !== 0) return { from, to };
  }
  k.mem.setU32(k.globals.VF + VF_GLOBALS.NodeCount, 0);
  clearEdges(k);
  return { from: nodeOf(k, held), to: nodeOf(k, lock) };
}

/** Entry of the edge, or the free one where it belongs. */
function edgeAt(k: Kernel, from: number, to: number): Addr {
  for (let i = (from * 31 + to * 7) % MAX_EDGES; ; i = (i + 1) % MAX_EDGES) {
    const e = k.globals.VF + VF_GLOBALS.LockEdges + i * VF_LOCK_EDGE.sizeof;
    const have = k.mem.u16(e + VF_LOCK_EDGE.From);
    if (have === 0 || (have === from && k.mem.u16(e + VF_LOCK_EDGE.To) === to)) return e;
  }
}

/** First edge of a way from one lock to another, 0: there is none. */
function way(k: Kernel, from: number, to: number): Addr {
  const seen = new Set([from]);
  const open: { node: number; first: Addr }[] = [{ node: from, first: 0 }];
  for (let at = open.pop(); at; at = open.pop()) {
    for (let i = 0; i < MAX_EDGES; i++) {
      const e = k.globals.VF + VF_GLOBALS.LockEdges + i * VF_LOCK_EDGE.sizeof;
      if (k.mem.u16(e + VF_LOCK_EDGE.From) !== at.node) continue;
      const next = k.mem.u16(e + VF_LOCK_EDGE.To);
      const first = at.first || e;
      if (next === to) return first;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push({ node: next, first });
    }
  }
  return 0;
}

/** A local variable of this thread: the next call has another lock at this address, and nothing says when. */
const ofStack = (k: Kernel, lock: Addr): boolean => {
  const thread = k.currentThread();
  return lock >= k.mem.ptr(thread + KTHREAD.StackLimit) && lock < k.mem.ptr(thread + KTHREAD.StackBase);
};

const nameOf = (k: Kernel, lock: Addr): string => variableAt(k, lock) ?? hex(lock);

/** Somebody is about to wait for a lock: a violation stops, or is told, when the opposite order was seen. */
function attempt(k: Kernel, f: Frame, lock: Addr): Status | undefined {
  const holder = holderNow(k);
  if (ofStack(k, lock)) return undefined;
  for (let i = 0; i < heldCount(k); i++) {
    if (k.mem.ptr(heldAt(k, i) + VF_HELD.Holder) !== holder) continue;
    const held = k.mem.ptr(heldAt(k, i) + VF_HELD.Lock);
    if (held === lock) continue;
    if (ofStack(k, held)) continue;
    const { from, to } = pairOf(k, held, lock);
    const edge = edgeAt(k, from, to);
    if (k.mem.u16(edge + VF_LOCK_EDGE.From) !== 0) continue;
    const against = way(k, to, from);
    enter(k, edge, from, to, Math.max(0, siteOf(k, f.fp)), k.currentThread());
    if (against === 0) continue;
    const stop = k.violation(0x1001, lock, held, 0, contradiction(k, lock, held, against));
    if (stop !== undefined) return stop;
  }
  return undefined;
}

function contradiction(k: Kernel, lock: Addr, held: Addr, against: Addr): string {
  const site = k.machine.stepInfo(k.mem.u32(against + VF_LOCK_EDGE.Site));
  const range = site?.step.range;
  const place = range ? ` at ${range.file.path}:${range.file.position(range.start).line}` : '';
  const other = k.mem.ptr(nodeAt(k, k.mem.u16(against + VF_LOCK_EDGE.To) - 1));
  const thread = k.mem.ptr(against + VF_LOCK_EDGE.Thread);
  const by = thread === 0 ? '' : ` by ${k.hooks.describeThread?.(k, thread) ?? hex(thread)}`;
  return (
    `lock order: ${nameOf(k, lock)} is acquired while ${nameOf(k, held)} is held, but before${place}${by} ` +
    `${nameOf(k, other)} was acquired while ${nameOf(k, lock)} was held${other === held ? '' : ` and led to ${nameOf(k, held)}`}: two threads can wait for each other for ever`
  );
}
