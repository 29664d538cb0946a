// Ready threads: where a thread goes when it can run, and who runs next on a CPU (reference: scheduler.md §3, §4).
// Placement: an idle CPU in its affinity (ideal, last, current, then lowest), else its ideal CPU: if its priority is higher than what runs there it
// becomes standby and preempts, else it queues there. Each CPU has 32 ready lists and a ReadySummary mask.
import type { Addr } from '../../machine/abi.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import { addressWord } from '../../trace/word.js';
import type { Kernel } from '../kernel.js';
import { KPRCB, KPROCESS, KTHREAD, LIST_ENTRY } from '../layouts.gen.js';
import { find, insertHead, insertTailAt, removeAt } from '../rtl/list.js';
import { boost } from './boost.js';
import { DISPATCH_LEVEL, ThreadState } from './constants.js';
import { addressAt, cpuCount, P, placeOf, prcbAt, priorityAt, setNumber, setPointer, T, touchPrcb, touchThread } from './fields.js';
import { prcbOf } from './prcb.js';

export { cpuCount } from './fields.js';

// Threads and CPUs are named by place here (fields.ts); the exported routines take addresses.
const HEAD = LIST_ENTRY.sizeof >> 2;

const allows = (w: Int32Array, t: number, cpu: number): boolean => ((w[t + T.affinity + (cpu >>> 5)] >>> (cpu & 31)) & 1) === 1;
export const mayRunOn = (k: Kernel, thread: Addr, cpu: number): boolean => allows(k.mem.words, placeOf(thread), cpu);

const priorityOf = (k: Kernel, thread: Addr): number => priorityAt(k.mem, placeOf(thread));

/** A CPU is idle for the scheduler when it runs its idle thread and nothing is standby for it. */
function isIdle(w: Int32Array, cpu: number): boolean {
  const p = prcbAt(cpu);
  return w[p + P.current] === w[p + P.idle] && w[p + P.next] === 0;
}

export function setState(k: Kernel, thread: Addr, state: number): void {
  k.mem.setU32(thread + KTHREAD.State, state);
}

/** Why a thread became ready: numbers of words in the trace. (A look-up of the word at every switch would cost more than the event.) */
export const WHY = {
  woken: WORD.woken,
  started: WORD.started,
  preempted: WORD.preempted,
  quantum: WORD.quantum,
  yield: WORD.yield,
  priority: WORD.priority,
  affinity: WORD.affinity,
  displaced: WORD.displaced,
  apc: WORD.apc,
} as const;
const KE_READY = KIND_ID['ke.ready'];

/** Makes a thread ready: `increment` is the boost of the wait that ended. It is on a ready list, standby or in a list of its CPU afterwards. */
export function readyThread(k: Kernel, thread: Addr, increment = 0, why = WHY.woken): void {
  readyAt(k, placeOf(thread), increment, why);
}

export function readyAt(k: Kernel, t: number, increment: number, why: number): void {
  k.mem.words[t + T.state] = ThreadState.DeferredReady;
  boost(k, t, increment);
  placeAt(k, t, false, why);
}

/** Puts a ready thread somewhere. `head`: it was preempted and goes first among its equals. */
export function placeThread(k: Kernel, thread: Addr, head: boolean, why: number): void {
  placeAt(k, placeOf(thread), head, why);
}

function placeAt(k: Kernel, t: number, head: boolean, why: number): void {
  const m = k.mem;
  const w = m.words;
  setNumber(w, t + T.waitTime, k.now);
  touchThread(m, t);
  const ideal = w[t + T.ideal];
  const last = w[t + T.nextProcessor];
  const n = cpuCount(k);
  const idle = chooseIdle(k, t, ideal, last, n);
  if (idle >= 0) return makeStandby(k, t, idle, why);
  const cpu = ideal < n && allows(w, t, ideal) ? ideal : last < n && allows(w, t, last) ? last : firstAllowed(w, t, n);
  const p = prcbAt(cpu);
  const standby = w[p + P.next] >>> 2;
  const priority = priorityAt(m, t);
  if (standby !== 0) {
    if (priority > priorityAt(m, standby)) {
      makeStandby(k, t, cpu, why);
      return enqueue(k, standby, cpu, true, WHY.displaced);
    }
  } else {
    const running = w[p + P.current] >>> 2;
    if (priority > priorityAt(m, running)) {
      m.buffer[(running << 2) + KTHREAD.Preempted] = 1;
      touchThread(m, running);
      return makeStandby(k, t, cpu, why);
    }
  }
  enqueue(k, t, cpu, head, why);
}

function firstAllowed(w: Int32Array, t: number, n: number): number {
  for (let c = 0; c < n; c++) if (allows(w, t, c)) return c;
  return 0;
}

function chooseIdle(k: Kernel, t: number, ideal: number, last: number, n: number): number {
  const w = k.mem.words;
  if (ideal < n && isIdle(w, ideal) && allows(w, t, ideal)) return ideal;
  if (n === 1) return -1;
  if (last < n && isIdle(w, last) && allows(w, t, last)) return last;
  const { cpuNumber } = k;
  if (isIdle(w, cpuNumber) && allows(w, t, cpuNumber)) return cpuNumber;
  for (let c = 0; c < n; c++) if (isIdle(w, c) && allows(w, t, c)) return c;
  return -1;
}

function makeStandby(k: Kernel, t: number, cpu: number, why: number): void {
  const m = k.mem;
  const w = m.words;
  const p = prcbAt(cpu);
  w[t + T.state] = ThreadState.Standby;
  w[t + T.nextProcessor] = cpu;
  touchThread(m, t);
  setPointer(w, p + P.next, t);
  touchPrcb(m, p);
  noteReady(k, t, cpu, priorityAt(m, t), 1, why);
  if (cpu !== k.cpuNumber) k.catchUp(cpu);
  else if (k.irql < DISPATCH_LEVEL) k.requestStop();
}

function enqueue(k: Kernel, t: number, cpu: number, head: boolean, why: number): void {
  const m = k.mem;
  const w = m.words;
  const p = prcbAt(cpu);
  const priority = priorityAt(m, t);
  const list = p + P.readyHeads + priority * HEAD;
  if (head) insertHead(m, addressAt(list), addressAt(t + T.waitList));
  else insertTailAt(m, list, t + T.waitList);
  w[p + P.summary] |= 1 << priority;
  touchPrcb(m, p);
  w[t + T.nextProcessor] = cpu;
  w[t + T.state] = ThreadState.Ready;
  touchThread(m, t);
  noteReady(k, t, cpu, priority, 0, why);
}

function noteReady(k: Kernel, t: number, cpu: number, priority: number, standby: number, why: number): void {
  const { trace } = k;
  const p = trace.reserve(KE_READY);
  if (p < 0) return trace.note(KE_READY, addressAt(t), cpu, priority, standby, why);
  const w = trace.words;
  w[p] = addressWord(t << 2);
  w[p + 1] = cpu;
  w[p + 2] = priority;
  w[p + 3] = standby;
  w[p + 4] = why;
}

/** Takes a thread off the ready list it is on. */
export function dequeue(k: Kernel, thread: Addr): void {
  dequeueAt(k, placeOf(thread));
}

function dequeueAt(k: Kernel, t: number): void {
  const m = k.mem;
  const w = m.words;
  if (!removeAt(m, t + T.waitList)) return;
  const p = prcbAt(w[t + T.nextProcessor]);
  w[p + P.summary] &= ~(1 << priorityAt(m, t));
  touchPrcb(m, p);
}

/** Highest ready priority on a CPU, -1 when its lists are empty. */
export function highestReady(k: Kernel, cpu: number): number {
  const summary = k.mem.words[prcbAt(cpu) + P.summary];
  return summary === 0 ? -1 : 31 - Math.clz32(summary);
}

/** Takes the best thread for a CPU: its own lists first; when they are empty, the best one that another CPU's lists hold and that may run here. */
export const selectReady = (k: Kernel, cpu: number, atLeast = 0): Addr => addressAt(selectReadyAt(k, cpu, atLeast));

export function selectReadyAt(k: Kernel, cpu: number, atLeast = 0): number {
  const w = k.mem.words;
  const own = highestReady(k, cpu);
  if (own >= atLeast && own >= 0) {
    const t = (w[prcbAt(cpu) + P.readyHeads + own * HEAD] >>> 2) - T.waitList;
    dequeueAt(k, t);
    return t;
  }
  if (own >= 0) return 0;
  let best: Addr = 0;
  let bestPriority = atLeast - 1;
  for (let c = 0; c < cpuCount(k); c++) {
    if (c === cpu) continue;
    const summary = w[prcbAt(c) + P.summary];
    for (let p = 31; p > bestPriority; p--) {
      if (((summary >>> p) & 1) === 0) continue;
      const found = find(k.mem, addressAt(prcbAt(c) + P.readyHeads + p * HEAD), (e) => mayRunOn(k, e - KTHREAD.WaitListEntry, cpu));
      if (found !== 0) {
        best = found - KTHREAD.WaitListEntry;
        bestPriority = p;
        break;
      }
    }
  }
  if (best !== 0) dequeue(k, best);
  return placeOf(best);
}

/** After the running thread's priority went down: someone on the CPU's lists may be better now. */
export function displaceIfHigherReady(k: Kernel, cpu: number): void {
  const prcb = prcbOf(k, cpu);
  if (k.mem.ptr(prcb + KPRCB.NextThread) !== 0) return;
  const running = priorityOf(k, k.mem.ptr(prcb + KPRCB.CurrentThread));
  if (highestReady(k, cpu) > running) {
    const t = selectReady(k, cpu, running + 1);
    if (t !== 0) makeStandby(k, placeOf(t), cpu, WHY.displaced);
  }
}

/** After the standby thread's priority went down: the best of the CPU's lists takes its place when that is higher. */
export function displaceStandby(k: Kernel, cpu: number): void {
  const at = prcbOf(k, cpu) + KPRCB.NextThread;
  const standby = k.mem.ptr(at);
  if (highestReady(k, cpu) <= priorityOf(k, standby)) return;
  k.mem.setPtr(at, 0);
  makeStandby(k, selectReadyAt(k, cpu), cpu, WHY.displaced);
  enqueue(k, placeOf(standby), cpu, false, WHY.displaced);
}

/** Moves a thread off CPUs its affinity no longer allows. */
export function applyAffinity(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const state = m.u32(thread + KTHREAD.State);
  const cpu = m.u32(thread + KTHREAD.NextProcessor);
  if (mayRunOn(k, thread, cpu)) return;
  if (state === ThreadState.Ready) {
    dequeue(k, thread);
    placeThread(k, thread, false, WHY.affinity);
  } else if (state === ThreadState.Standby) {
    m.setPtr(prcbOf(k, cpu) + KPRCB.NextThread, 0);
    placeThread(k, thread, false, WHY.affinity);
  } else if (state === ThreadState.Running) {
    const next = selectReady(k, cpu);
    if (next !== 0) makeStandby(k, placeOf(next), cpu, WHY.affinity);
    else m.setU8(prcbOf(k, cpu) + KPRCB.DispatchPending, 1);
    if (cpu === k.cpuNumber) k.requestStop();
  }
}

/** The ideal CPU of a new thread: round robin over the process. */
export function nextIdealProcessor(k: Kernel, process: Addr): number {
  const seed = k.mem.u32(process + KPROCESS.IdealSeed);
  k.mem.setU32(process + KPROCESS.IdealSeed, (seed + 1) >>> 0);
  return seed % cpuCount(k);
}
