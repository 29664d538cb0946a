// Fields of the kernel's own objects (KTHREAD, KPRCB, KPROCESS) by place in `mem.words`: a wait and a context switch read and write a hundred of them, and by
// address each would cost several times as much. An object is named here by the place of its first word: small integers, which the host passes without boxing.
// Only for objects that no driver's data breakpoint and no search over thread orders looks at (explore/sharing.ts leaves them out); whoever writes calls `touch`.
import { type Addr, KERNEL_BASE, MEMORY_SIZE } from '../../machine/abi.js';
import type { Memory } from '../../machine/memory.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KPRCB, KTHREAD } from '../layouts.gen.js';
import { GLOBALS } from '../nt-layout.js';

const TWO32 = 4294967296;
const HIGH = Math.floor(KERNEL_BASE / TWO32);

/** Place of a kernel address: the low half of one is its offset. NULL is 0. */
export const placeOf = (a: Addr): number => a >>> 2;
/** Address of a place; 0 for 0. */
export const addressAt = (place: number): Addr => (place === 0 ? 0 : KERNEL_BASE + 4 * place);

/** Place of what a pointer points at, 0 for NULL. The pointer lies where a driver can write: one that is none of the kernel's faults. */
export function pointee(m: Memory, place: number): number {
  const low = m.words[place];
  const high = m.words[place + 1];
  if (low === 0 && high === 0) return 0;
  if (high === HIGH && low > 0 && low < MEMORY_SIZE && (low & 3) === 0) return low >>> 2;
  throw new SimulatedFault((low >>> 0) + high * TWO32, false, 8);
}

/** A pointer field. */
export function setPointer(w: Int32Array, place: number, target: number): void {
  w[place] = target << 2;
  w[place + 1] = target === 0 ? 0 : HIGH;
}

/** The same for any address. */
export function setPointerTo(w: Int32Array, place: number, target: Addr): void {
  w[place] = target;
  w[place + 1] = Math.floor(target / TWO32);
}

/** A number from 0 to 2^53, as times and counts are. */
export const quad = (w: Int32Array, place: number): number => (w[place] >>> 0) + w[place + 1] * TWO32;
export function setQuad(w: Int32Array, place: number, value: number): void {
  w[place] = value;
  w[place + 1] = value < TWO32 ? 0 : Math.floor(value / TWO32);
}
/** Adds steps to such a number. */
export function addQuad(w: Int32Array, place: number, steps: number): void {
  const low = (w[place] >>> 0) + steps;
  w[place] = low;
  if (low >= TWO32) w[place + 1] += Math.floor(low / TWO32);
}

const FIRST_PRCB = placeOf(GLOBALS.KE + KE_GLOBALS.Prcb);
const CPU_COUNT = placeOf(GLOBALS.KE + KE_GLOBALS.NumberProcessors);
/** KPRCB of a CPU. */
export const prcbAt = (cpu: number): number => FIRST_PRCB + cpu * (KPRCB.sizeof >> 2);
export const cpuCount = (k: Kernel): number => k.mem.words[CPU_COUNT];
const CURRENT_THREAD = KPRCB.CurrentThread >> 2;
/** KTHREAD of the running CPU. */
export const currentThreadAt = (k: Kernel): number => k.mem.words[prcbAt(k.mem.registers.cpu) + CURRENT_THREAD] >>> 2;

/** KTHREAD.Priority of the thread at a place. */
export const priorityAt = (m: Memory, t: number): number => (m.buffer[(t << 2) + KTHREAD.Priority] << 24) >> 24;

/** Fields of the thread, or of the CPU, were written. */
export const touchThread = (m: Memory, t: number): void => m.touch(t << 2, KTHREAD.sizeof);
export const touchPrcb = (m: Memory, p: number): void => m.touch(p << 2, KPRCB.sizeof);
