// Quantum: a thread is charged the virtual time it ran; it ends at the first clock interrupt at which that is used up. How long it is depends on
// Win32PrioritySeparation and on whether the process is in the foreground (reference: scheduler.md §2).
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { find } from '../rtl/list.js';
import { CLOCK_INTERVAL_NS, QUANTUM_UNITS_PER_TICK } from './constants.js';
import { numberAt, placeOf } from './fields.js';

/**
 * A clock interrupt comes late when a step is long, and what was lost then must not cost a whole further interval: a quantum of two intervals ends at the second
 * interrupt (U: how Windows makes up for it).
 */
const slack = (k: Kernel): number => Math.floor(CLOCK_INTERVAL_NS / 32 / k.config.stepNs);

/** Gives the thread a whole quantum from now on; `units`: of another length this once. */
export function armQuantum(k: Kernel, thread: Addr, units = k.mem.u8(thread + KTHREAD.QuantumReset)): void {
  const steps = Math.floor((units * CLOCK_INTERVAL_NS) / QUANTUM_UNITS_PER_TICK / k.config.stepNs);
  k.mem.setU8(thread + KTHREAD.Quantum, units);
  k.mem.setPtr(thread + KTHREAD.QuantumTarget, k.mem.ptr(thread + KTHREAD.CycleTime) + steps - slack(k));
}

export const quantumUsedUp = (k: Kernel, thread: Addr): boolean => quantumUsedUpAt(k, placeOf(thread));

/** Of the thread at a place (fields.ts). */
export function quantumUsedUpAt(k: Kernel, t: number): boolean {
  const w = k.mem.words;
  return numberAt(w, t + (KTHREAD.CycleTime >> 2)) >= numberAt(w, t + (KTHREAD.QuantumTarget >> 2));
}

/** Units by separation 0, 1, 2. */
const TABLES = { short: { variable: [6, 12, 18], fixed: [18, 18, 18] }, long: { variable: [12, 24, 36], fixed: [36, 36, 36] } } as const;
const LONG = 1;
const FIXED = 2;

/**
 * Takes a value of Win32PrioritySeparation: bits 4-5 length (1 long, 2 short), bits 2-3 kind (1 variable, 2 fixed), bits 0-1 separation; what is not said is
 * that of a client: short, variable. Processes that exist keep the quantum they have until `applyQuantum`.
 */
export function setPrioritySeparation(k: Kernel, value: number): void {
  const g = k.globals.KE;
  const separation = Math.min(value & 3, 2);
  const units = TABLES[((value >>> 4) & 3) === LONG ? 'long' : 'short'][((value >>> 2) & 3) === FIXED ? 'fixed' : 'variable'];
  k.mem.setU32(g + KE_GLOBALS.PsRawPrioritySeparation, value);
  k.mem.setU32(g + KE_GLOBALS.PsPrioritySeparation, separation);
  units.forEach((u, i) => k.mem.setU8(g + KE_GLOBALS.PspForegroundQuantum + i, u));
}

/** Units of a new process, or of one that goes to the foreground or leaves it. */
export function quantumOf(k: Kernel, foreground: boolean): number {
  const g = k.globals.KE;
  return k.mem.u8(g + KE_GLOBALS.PspForegroundQuantum + (foreground ? k.mem.u32(g + KE_GLOBALS.PsPrioritySeparation) : 0));
}

/** The process and its threads get the quantum of now; a thread has it from its next quantum on. */
export function applyQuantum(k: Kernel, process: Addr): void {
  const m = k.mem;
  const units = quantumOf(k, m.u8(process + KPROCESS.Foreground) !== 0);
  m.setU8(process + KPROCESS.QuantumReset, units);
  find(m, process + KPROCESS.ThreadListHead, (e) => {
    m.setU8(e - KTHREAD.ThreadListEntry + KTHREAD.QuantumReset, units);
    return false;
  });
}

/** To the foreground or back: longer quanta there, and boosts after waits (boost.ts). */
export function setForeground(k: Kernel, process: Addr, on: boolean): void {
  k.mem.setU8(process + KPROCESS.Foreground, on ? 1 : 0);
  applyQuantum(k, process);
}
