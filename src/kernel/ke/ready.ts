// Ready threads: where a thread goes when it can run, and who runs next on a CPU (reference: scheduler.md §3, §4).
// Placement: an idle CPU in its affinity (ideal, last, current, then lowest), else its ideal CPU: if its priority is higher than what runs there it
// becomes standby and preempts, else it queues there. Each CPU has 32 ready lists and a ReadySummary mask.
import type { Addr } from '../../machine/abi.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KPRCB, KPROCESS, KTHREAD, LIST_ENTRY } from '../layouts.gen.js';
import { find, first, insertHead, insertTail, remove } from '../rtl/list.js';
import { boost } from './boost.js';
import { DISPATCH_LEVEL, ThreadState } from './constants.js';
import { prcbOf } from './prcb.js';

export const cpuCount = (k: Kernel): number => k.mem.u32(k.globals.KE + KE_GLOBALS.NumberProcessors);

export const mayRunOn = (k: Kernel, thread: Addr, cpu: number): boolean =>
  ((k.mem.u32(thread + KTHREAD.Affinity + 4 * (cpu >>> 5)) >>> (cpu & 31)) & 1) === 1;

const priorityOf = (k: Kernel, thread: Addr): number => k.mem.i8(thread + KTHREAD.Priority);

/** A CPU is idle for the scheduler when it runs its idle thread and nothing is standby for it. */
function isIdle(k: Kernel, cpu: number): boolean {
  const w = k.mem.words;
  const p = prcbOf(k, cpu) >>> 2;
  return w[p + (KPRCB.CurrentThread >> 2)] === w[p + (KPRCB.IdleThread >> 2)] && w[p + (KPRCB.NextThread >> 2)] === 0;
}

export function setState(k: Kernel, thread: Addr, state: number): void {
  k.mem.setU32(thread + KTHREAD.State, state);
}

/** Why a thread became ready, for the trace. */
export type ReadyWhy = 'woken' | 'started' | 'preempted' | 'quantum' | 'yield' | 'priority' | 'affinity' | 'displaced' | 'apc';

/** Makes a thread ready: `increment` is the boost of the wait that ended. It is on a ready list, standby or in a list of its CPU afterwards. */
export function readyThread(k: Kernel, thread: Addr, increment = 0, why: ReadyWhy = 'woken'): void {
  setState(k, thread, ThreadState.DeferredReady);
  boost(k, thread, increment);
  placeThread(k, thread, false, why);
}

/** Puts a ready thread somewhere. `head`: it was preempted and goes first among its equals. */
export function placeThread(k: Kernel, thread: Addr, head: boolean, why: ReadyWhy): void {
  const m = k.mem;
  m.setPtr(thread + KTHREAD.WaitTime, k.now);
  const ideal = m.u32(thread + KTHREAD.IdealProcessor);
  const last = m.u32(thread + KTHREAD.NextProcessor);
  const n = cpuCount(k);
  const idle = chooseIdle(k, thread, ideal, last, n);
  if (idle >= 0) return makeStandby(k, thread, idle, why);
  let cpu = ideal < n && mayRunOn(k, thread, ideal) ? ideal : last < n && mayRunOn(k, thread, last) ? last : -1;
  for (let c = 0; cpu < 0 && c < n; c++) if (mayRunOn(k, thread, c)) cpu = c;
  if (cpu < 0) cpu = 0;
  const prcb = prcbOf(k, cpu);
  const standby = m.ptr(prcb + KPRCB.NextThread);
  const priority = priorityOf(k, thread);
  if (standby !== 0) {
    if (priority > priorityOf(k, standby)) {
      m.setPtr(prcb + KPRCB.NextThread, 0);
      makeStandby(k, thread, cpu, why);
      return enqueue(k, standby, cpu, true, 'displaced');
    }
  } else if (priority > priorityOf(k, m.ptr(prcb + KPRCB.CurrentThread))) {
    m.setU8(m.ptr(prcb + KPRCB.CurrentThread) + KTHREAD.Preempted, 1);
    return makeStandby(k, thread, cpu, why);
  }
  enqueue(k, thread, cpu, head, why);
}

function chooseIdle(k: Kernel, thread: Addr, ideal: number, last: number, n: number): number {
  const usable = (c: number): boolean => c < n && isIdle(k, c) && mayRunOn(k, thread, c);
  if (usable(ideal)) return ideal;
  if (usable(last)) return last;
  if (usable(k.cpuNumber)) return k.cpuNumber;
  for (let c = 0; c < n; c++) if (usable(c)) return c;
  return -1;
}

function makeStandby(k: Kernel, thread: Addr, cpu: number, why: ReadyWhy): void {
  const prcb = prcbOf(k, cpu);
  setState(k, thread, ThreadState.Standby);
  k.mem.setU32(thread + KTHREAD.NextProcessor, cpu);
  k.mem.setPtr(prcb + KPRCB.NextThread, thread);
  k.trace.note(KIND_ID['ke.ready'], thread, cpu, priorityOf(k, thread), 1, WORD[why]);
  if (cpu !== k.cpuNumber) k.catchUp(cpu);
  else if (k.irql < DISPATCH_LEVEL) k.requestStop();
}

function enqueue(k: Kernel, thread: Addr, cpu: number, head: boolean, why: ReadyWhy): void {
  const m = k.mem;
  const prcb = prcbOf(k, cpu);
  const priority = priorityOf(k, thread);
  const list = prcb + KPRCB.DispatcherReadyListHead + priority * LIST_ENTRY.sizeof;
  if (head) insertHead(m, list, thread + KTHREAD.WaitListEntry);
  else insertTail(m, list, thread + KTHREAD.WaitListEntry);
  m.setU32(prcb + KPRCB.ReadySummary, (m.u32(prcb + KPRCB.ReadySummary) | (1 << priority)) >>> 0);
  m.setU32(thread + KTHREAD.NextProcessor, cpu);
  setState(k, thread, ThreadState.Ready);
  k.trace.note(KIND_ID['ke.ready'], thread, cpu, priority, 0, WORD[why]);
}

/** Takes a thread off the ready list it is on. */
export function dequeue(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const prcb = prcbOf(k, m.u32(thread + KTHREAD.NextProcessor));
  const priority = priorityOf(k, thread);
  if (remove(m, thread + KTHREAD.WaitListEntry)) {
    m.setU32(prcb + KPRCB.ReadySummary, (m.u32(prcb + KPRCB.ReadySummary) & ~(1 << priority)) >>> 0);
  }
}

/** Highest ready priority on a CPU, -1 when its lists are empty. */
export function highestReady(k: Kernel, cpu: number): number {
  const summary = k.mem.u32(prcbOf(k, cpu) + KPRCB.ReadySummary);
  return summary === 0 ? -1 : 31 - Math.clz32(summary);
}

/** Takes the best thread for a CPU: its own lists first; when they are empty, the best one that another CPU's lists hold and that may run here. */
export function selectReady(k: Kernel, cpu: number, atLeast = 0): Addr {
  const own = highestReady(k, cpu);
  if (own >= atLeast && own >= 0) {
    const t = first(k.mem, prcbOf(k, cpu) + KPRCB.DispatcherReadyListHead + own * LIST_ENTRY.sizeof) - KTHREAD.WaitListEntry;
    dequeue(k, t);
    return t;
  }
  if (own >= 0) return 0;
  let best: Addr = 0;
  let bestPriority = atLeast - 1;
  for (let c = 0; c < cpuCount(k); c++) {
    if (c === cpu) continue;
    const summary = k.mem.u32(prcbOf(k, c) + KPRCB.ReadySummary);
    for (let p = 31; p > bestPriority; p--) {
      if (((summary >>> p) & 1) === 0) continue;
      const head = prcbOf(k, c) + KPRCB.DispatcherReadyListHead + p * LIST_ENTRY.sizeof;
      const found = find(k.mem, head, (e) => mayRunOn(k, e - KTHREAD.WaitListEntry, cpu));
      if (found !== 0) {
        best = found - KTHREAD.WaitListEntry;
        bestPriority = p;
        break;
      }
    }
  }
  if (best !== 0) dequeue(k, best);
  return best;
}

/** After the running thread's priority went down: someone on the CPU's lists may be better now. */
export function displaceIfHigherReady(k: Kernel, cpu: number): void {
  const prcb = prcbOf(k, cpu);
  if (k.mem.ptr(prcb + KPRCB.NextThread) !== 0) return;
  const running = priorityOf(k, k.mem.ptr(prcb + KPRCB.CurrentThread));
  if (highestReady(k, cpu) > running) {
    const t = selectReady(k, cpu, running + 1);
    if (t !== 0) makeStandby(k, t, cpu, 'displaced');
  }
}

/** After the standby thread's priority went down: the best of the CPU's lists takes its place when that is higher. */
export function displaceStandby(k: Kernel, cpu: number): void {
  const at = prcbOf(k, cpu) + KPRCB.NextThread;
  const standby = k.mem.ptr(at);
  if (highestReady(k, cpu) <= priorityOf(k, standby)) return;
  k.mem.setPtr(at, 0);
  makeStandby(k, selectReady(k, cpu), cpu, 'displaced');
  enqueue(k, standby, cpu, false, 'displaced');
}

/** Moves a thread off CPUs its affinity no longer allows. */
export function applyAffinity(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const state = m.u32(thread + KTHREAD.State);
  const cpu = m.u32(thread + KTHREAD.NextProcessor);
  if (mayRunOn(k, thread, cpu)) return;
  if (state === ThreadState.Ready) {
    dequeue(k, thread);
    placeThread(k, thread, false, 'affinity');
  } else if (state === ThreadState.Standby) {
    m.setPtr(prcbOf(k, cpu) + KPRCB.NextThread, 0);
    placeThread(k, thread, false, 'affinity');
  } else if (state === ThreadState.Running) {
    const next = selectReady(k, cpu);
    if (next !== 0) makeStandby(k, next, cpu, 'affinity');
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
