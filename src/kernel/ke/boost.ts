// Priority boosts and their decay (reference: scheduler.md §4). Only dynamic threads are boosted and never above 15. What KTHREAD.Priority holds above
// BasePriority is a boost: it drops by one at each quantum end, except that of starvation relief (UnusualBoost), which goes with its one quantum.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { LOW_REALTIME_PRIORITY, MAXIMUM_DYNAMIC_PRIORITY } from './constants.js';
import { addressAt, priorityAt } from './fields.js';

/** At the end of a wait of the thread at a place (fields.ts): `increment` of whoever signalled, and the separation when the process is in the foreground. */
export function boost(k: Kernel, t: number, increment: number): void {
  const m = k.mem;
  const bytes = m.buffer;
  const now = priorityAt(m, t);
  const foreground = bytes[(m.words[t + (KTHREAD.Process >> 2)] >>> 0) + KPROCESS.Foreground] !== 0;
  if (now >= LOW_REALTIME_PRIORITY || (increment <= 0 && !foreground) || bytes[(t << 2) + KTHREAD.DisableBoost]) return;
  const thread = addressAt(t);
  const base = m.i8(thread + KTHREAD.BasePriority);
  if (base >= LOW_REALTIME_PRIORITY) return;
  const separation = foreground ? m.u32(k.globals.KE + KE_GLOBALS.PsPrioritySeparation) : 0;
  const plain = Math.min(base + Math.max(0, increment), MAXIMUM_DYNAMIC_PRIORITY);
  const boosted = Math.min(plain + separation, MAXIMUM_DYNAMIC_PRIORITY);
  if (boosted <= now) return;
  m.setU8(thread + KTHREAD.Priority, boosted);
  m.setU8(thread + KTHREAD.PriorityDecrement, boosted - plain);
  k.event('ke.boost', { thread, from: now, to: boosted });
}

/** Starvation relief: to 15, remembered so that the quantum end takes all of it. */
export function boostStarved(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const now = m.i8(thread + KTHREAD.Priority);
  m.setU8(thread + KTHREAD.Priority, MAXIMUM_DYNAMIC_PRIORITY);
  m.setU8(thread + KTHREAD.PriorityDecrement, (MAXIMUM_DYNAMIC_PRIORITY - now) << 4);
  k.event('ke.boost', { thread, from: now, to: MAXIMUM_DYNAMIC_PRIORITY });
}

/** One quantum end (or yield): the priority that is left. */
export function decay(k: Kernel, thread: Addr): number {
  const m = k.mem;
  const priority = m.i8(thread + KTHREAD.Priority);
  const base = m.i8(thread + KTHREAD.BasePriority);
  if (priority >= LOW_REALTIME_PRIORITY || priority <= base) return priority;
  const boosts = m.u8(thread + KTHREAD.PriorityDecrement);
  const now = Math.max(base, priority - (boosts >>> 4) - 1);
  m.setU8(thread + KTHREAD.Priority, now);
  m.setU8(thread + KTHREAD.PriorityDecrement, Math.min(boosts & 15, now - base));
  k.event('ke.priority', { thread, from: priority, to: now });
  return now;
}
