// Fields of the kernel's own objects (KTHREAD, KPRCB, KPROCESS) by place in `mem.words`: a wait and a context switch read and write a hundred of them, and by
// address each would cost several times as much. An object is named here by the place of its first word: small integers, which the host passes without boxing.
// Only for objects that no driver's data breakpoint and no search over thread orders looks at (explore/sharing.ts leaves them out); an object of a
// driver has a place only while nobody sees every access (Memory.wordAt, Frame.place). Whoever writes calls `touch`.
import { type Addr, KERNEL_BASE, KERNEL_HIGH, MEMORY_SIZE } from '../../machine/abi.js';
import type { Memory } from '../../machine/memory.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';
import { KAPC_STATE, KE_GLOBALS, KPRCB, KTHREAD } from '../layouts.gen.js';
import { GLOBALS } from '../nt-layout.js';

const TWO32 = 4294967296;

/** Place of a kernel address: the low half of one is its offset. NULL is 0. */
export const placeOf = (a: Addr): number => a >>> 2;
/** Address of a place; 0 for 0. */
export const addressAt = (place: number): Addr => (place === 0 ? 0 : KERNEL_BASE + 4 * place);

/** Place of what a pointer points at, 0 for NULL. The pointer lies where a driver can write: one that is none of the kernel's faults. */
export function pointee(m: Memory, place: number): number {
  const low = m.words[place];
  const high = m.words[place + 1];
  if (low === 0 && high === 0) return 0;
  if (high === KERNEL_HIGH && low > 0 && low < MEMORY_SIZE && (low & 3) === 0) return low >>> 2;
  throw new SimulatedFault((low >>> 0) + high * TWO32, false, 8);
}

/** A pointer field. */
export function setPointer(w: Int32Array, place: number, target: number): void {
  w[place] = target << 2;
  w[place + 1] = target === 0 ? 0 : KERNEL_HIGH;
}

/** A signed number of 64 bits that is exact as one of the host's: any address, time, count or status. */
export const numberAt = (w: Int32Array, place: number): number => (w[place] >>> 0) + w[place + 1] * TWO32;
export function setNumber(w: Int32Array, place: number, value: number): void {
  const low = value | 0;
  w[place] = low;
  w[place + 1] = low === value ? low >> 31 : Math.floor(value / TWO32);
}
/** Adds steps to such a number. */
export function addSteps(w: Int32Array, place: number, steps: number): void {
  const low = (w[place] >>> 0) + steps;
  w[place] = low;
  if (low >= TWO32) w[place + 1] += Math.floor(low / TWO32);
}

/** Fields of a KTHREAD, in words from its place. Bytes are reached by offset. */
export const T = {
  affinity: KTHREAD.Affinity >> 2,
  apcProcess: (KTHREAD.ApcState + KAPC_STATE.Process) >> 2,
  contextSwitches: KTHREAD.ContextSwitches >> 2,
  exceptionCode: KTHREAD.ExceptionCode >> 2,
  ideal: KTHREAD.IdealProcessor >> 2,
  invocation: KTHREAD.CallbackInvocation >> 2,
  kernelStack: KTHREAD.KernelStack >> 2,
  nextProcessor: KTHREAD.NextProcessor >> 2,
  process: KTHREAD.Process >> 2,
  queue: KTHREAD.Queue >> 2,
  returnValue: KTHREAD.ReturnValue >> 2,
  stackLimit: KTHREAD.StackLimit >> 2,
  state: KTHREAD.State >> 2,
  userStackLimit: KTHREAD.UserStackLimit >> 2,
  waitBlock: KTHREAD.WaitBlock >> 2,
  waitBlockCount: KTHREAD.WaitBlockCount >> 2,
  waitBlockList: KTHREAD.WaitBlockList >> 2,
  waitHasTimeout: KTHREAD.WaitHasTimeout >> 2,
  waitList: KTHREAD.WaitListEntry >> 2,
  waitStatus: KTHREAD.WaitStatus >> 2,
  waitTime: KTHREAD.WaitTime >> 2,
} as const;
/** Fields of a KPRCB; `flags`: four bytes, DpcRoutineActive, DpcRequested, QuantumEnd, DispatchPending. */
export const P = {
  contextSwitches: KPRCB.KeContextSwitches >> 2,
  current: KPRCB.CurrentThread >> 2,
  flags: KPRCB.DpcRoutineActive >> 2,
  idle: KPRCB.IdleThread >> 2,
  next: KPRCB.NextThread >> 2,
  nextTick: KPRCB.NextTick >> 2,
  readyHeads: KPRCB.DispatcherReadyListHead >> 2,
  request: KPRCB.RequestSummary >> 2,
  spin: KPRCB.SpinAddress >> 2,
  summary: KPRCB.ReadySummary >> 2,
} as const;

const FIRST_PRCB = placeOf(GLOBALS.KE + KE_GLOBALS.Prcb);
const CPU_COUNT = placeOf(GLOBALS.KE + KE_GLOBALS.NumberProcessors);
/** KPRCB of a CPU. */
export const prcbAt = (cpu: number): number => FIRST_PRCB + cpu * (KPRCB.sizeof >> 2);
export const cpuCount = (k: Kernel): number => k.mem.words[CPU_COUNT];
/** KTHREAD of the running CPU. */
export const currentThreadAt = (k: Kernel): number => k.mem.words[prcbAt(k.mem.registers.cpu) + P.current] >>> 2;

/** KTHREAD.Priority of the thread at a place. */
export const priorityAt = (m: Memory, t: number): number => (m.buffer[(t << 2) + KTHREAD.Priority] << 24) >> 24;

const THREAD_END = (KTHREAD.sizeof >> 2) - 1;
/** Fields of the thread, or of the CPU, were written. */
export function touchThread(m: Memory, t: number): void {
  m.touchPlace(t);
  m.touchPlace(t + THREAD_END);
}
export const touchPrcb = (m: Memory, p: number): void => m.touch(p << 2, KPRCB.sizeof);
