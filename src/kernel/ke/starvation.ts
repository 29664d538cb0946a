// The balance set manager's look at the ready lists, once a second (reference: scheduler.md §4, Starvation): a thread that has been ready for more than 300 ticks
// runs one short quantum at priority 15, so that a lock it holds may come free. The look is bounded, and the next one goes on where it stopped.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KPRCB, KTHREAD, LIST_ENTRY } from '../layouts.gen.js';
import { boostStarved } from './boost.js';
import { prcbOf } from './prcb.js';
import { armQuantum } from './quantum.js';
import { cpuCount, dequeue, placeThread, WHY } from './ready.js';
import { tickSteps } from './time.js';

const READY_TICKS = 300;
const LOOKED_AT = 16;
const BOOSTED = 10;
const BOOST_QUANTUM = 4;
/** Priorities 1 to 14: 0 is the zero page thread's, 15 needs no boost. */
const LEVELS = 14;

export function relieveStarvation(k: Kernel, now: number): void {
  const m = k.mem;
  const at = k.globals.KE + KE_GLOBALS.ReadyScanLast;
  const lists = cpuCount(k) * LEVELS;
  const long = READY_TICKS * tickSteps(k);
  let looked = 0;
  let raised = 0;
  let list = m.u32(at) % lists;
  for (let n = 0; n < lists; n++, list = (list + 1) % lists) {
    const prcb = prcbOf(k, Math.floor(list / LEVELS));
    const priority = LEVELS - (list % LEVELS);
    if (((m.u32(prcb + KPRCB.ReadySummary) >>> priority) & 1) === 0) continue;
    const head = prcb + KPRCB.DispatcherReadyListHead + priority * LIST_ENTRY.sizeof;
    for (let e: Addr = m.ptr(head); e !== head; ) {
      if (looked++ >= LOOKED_AT || raised >= BOOSTED) return m.setU32(at, list);
      const thread = e - KTHREAD.WaitListEntry;
      e = m.ptr(e);
      if (now - m.ptr(thread + KTHREAD.WaitTime) < long) continue;
      raised++;
      dequeue(k, thread);
      boostStarved(k, thread);
      armQuantum(k, thread, BOOST_QUANTUM);
      placeThread(k, thread, false, WHY.priority);
    }
  }
  m.setU32(at, 0);
}
