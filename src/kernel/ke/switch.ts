// Context switch: what a thread takes with it (innermost frame, return value, mode, IRQL) lies in its KTHREAD while it does not run.
// Only the run loop and the routines that give up the CPU call this; a switch happens below DISPATCH_LEVEL only.
import { type Addr, KERNEL_BASE, Reg, toAddress, USER_BASE } from '../../machine/abi.js';
import { KIND_ID, WORD, type Word } from '../../trace/kinds.js';
import type { Kernel } from '../kernel.js';
import { KAPC_STATE, KPRCB, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { decay } from './boost.js';
import { LOW_REALTIME_PRIORITY, ThreadState, WaitReason } from './constants.js';
import { currentPrcb } from './prcb.js';
import { armQuantum, quantumUsedUp } from './quantum.js';
import { highestReady, placeThread, type ReadyWhy, selectReady, setState } from './ready.js';

/** KPRCB.DispatchPending: the thread gives up its turn. */
export const YIELD = 2;

/** Address space of a process becomes current on this CPU. */
export function loadAddressSpace(k: Kernel, process: Addr): void {
  const offset = process === 0 ? 0 : k.mem.u32(process + KPROCESS.UserOffset);
  const size = process === 0 ? 0 : k.mem.u32(process + KPROCESS.UserSize);
  k.mem.registers.setUserWindow(offset, size, size === 0 ? 0 : USER_BASE - offset);
}

/** StackLimit register (offset) for a thread in the given mode. */
export function stackLimitOf(k: Kernel, thread: Addr, userMode: boolean): number {
  if (!userMode) return k.mem.ptr(thread + KTHREAD.StackLimit) - KERNEL_BASE;
  const process = k.mem.ptr(thread + KTHREAD.Process);
  return k.mem.ptr(thread + KTHREAD.UserStackLimit) - USER_BASE + k.mem.u32(process + KPROCESS.UserOffset);
}

function saveContext(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const r = m.registers;
  m.setPtr(thread + KTHREAD.KernelStack, r.top === 0 ? 0 : toAddress(r.top));
  m.setI32(thread + KTHREAD.ReturnValue, r.words[Reg.ReturnValue >> 2]);
  m.setI32(thread + KTHREAD.ReturnValue + 4, r.words[(Reg.ReturnValue >> 2) + 1]);
  m.setU32(thread + KTHREAD.ExceptionCode, r.exceptionCode);
  m.setU8(thread + KTHREAD.UserModeContext, r.userMode ? 1 : 0);
  m.setU8(thread + KTHREAD.WaitIrql, r.irql);
  m.setU8(thread + KTHREAD.Running, 0);
}

function loadContext(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const r = m.registers;
  const top = m.ptr(thread + KTHREAD.KernelStack);
  r.top = top === 0 ? 0 : top - KERNEL_BASE;
  r.words[Reg.ReturnValue >> 2] = m.i32(thread + KTHREAD.ReturnValue);
  r.words[(Reg.ReturnValue >> 2) + 1] = m.i32(thread + KTHREAD.ReturnValue + 4);
  r.exceptionCode = m.u32(thread + KTHREAD.ExceptionCode);
  const userMode = m.u8(thread + KTHREAD.UserModeContext) !== 0;
  r.userMode = userMode;
  r.irql = m.u8(thread + KTHREAD.WaitIrql);
  r.stackLimit = stackLimitOf(k, thread, userMode);
  loadAddressSpace(k, m.ptr(thread + KTHREAD.ApcState + KAPC_STATE.Process));
  m.setU8(thread + KTHREAD.Running, 1);
}

function loadIdle(k: Kernel): void {
  const r = k.mem.registers;
  r.top = 0;
  r.userMode = false;
  r.irql = 0;
  loadAddressSpace(k, 0);
}

export const isIdleThread = (k: Kernel, thread: Addr): boolean => thread === k.mem.ptr(currentPrcb(k) + KPRCB.IdleThread);

/**
 * Switches this CPU to its standby thread, else to the best ready one, else to idle. A thread that could go on and was preempted by a higher one goes to the head of
 * its list with the rest of its quantum; one that yielded, used up its quantum or lowered itself goes to the tail.
 */
export function swapContext(k: Kernel): void {
  const m = k.mem;
  const prcb = currentPrcb(k);
  const cpu = k.cpuNumber;
  const irql = k.irql;
  const old = m.ptr(prcb + KPRCB.CurrentThread);
  const idle = m.ptr(prcb + KPRCB.IdleThread);
  let next = m.ptr(prcb + KPRCB.NextThread);
  m.setPtr(prcb + KPRCB.NextThread, 0);
  const yields = m.u8(prcb + KPRCB.DispatchPending) === YIELD;
  const ended = m.u8(prcb + KPRCB.QuantumEnd) !== 0;
  m.setU8(prcb + KPRCB.DispatchPending, 0);
  m.setU8(prcb + KPRCB.QuantumEnd, 0);
  if (next === 0) next = selectReady(k, cpu);
  const wasRunning = old !== idle && m.u32(old + KTHREAD.State) === ThreadState.Running;
  const oldState = old === idle ? 0 : m.u32(old + KTHREAD.State);
  if (old !== idle) saveContext(k, old);
  const head = !yields && !ended && m.u8(old + KTHREAD.Preempted) !== 0;
  const ready: keyof typeof LOST = yields ? 'yield' : ended ? 'quantum' : 'preempted';
  m.setU8(old + KTHREAD.Preempted, 0);
  const target = next === 0 ? idle : next;
  m.setPtr(prcb + KPRCB.CurrentThread, target);
  if (target !== idle) {
    // CPU clocks may differ by the skew bound; a thread never runs before the moment at which another CPU made it ready
    k.machine.cpu.time = Math.max(k.machine.cpu.time, m.ptr(target + KTHREAD.WaitTime));
    setState(k, target, ThreadState.Running);
    m.setU32(target + KTHREAD.NextProcessor, cpu);
    m.setU32(target + KTHREAD.ContextSwitches, m.u32(target + KTHREAD.ContextSwitches) + 1);
    if (quantumUsedUp(k, target)) armQuantum(k, target);
    loadContext(k, target);
  } else {
    loadIdle(k);
  }
  m.setU32(prcb + KPRCB.KeContextSwitches, m.u32(prcb + KPRCB.KeContextSwitches) + 1);
  k.trace.note(KIND_ID['ke.switch'], cpu, old === idle ? 0 : old, next, WORD[wasRunning ? ready : stateWord(oldState)]);
  if (k.irql !== irql) k.trace.note(KIND_ID['ke.irql'], irql, k.irql);
  if (wasRunning) {
    m.setU8(old + KTHREAD.WaitReason, LOST[ready]);
    if (head && m.i8(old + KTHREAD.Priority) >= LOW_REALTIME_PRIORITY) armQuantum(k, old);
    setState(k, old, ThreadState.Ready);
    placeThread(k, old, head, ready);
  }
}

const LOST = {
  preempted: WaitReason.WrPreempted,
  quantum: WaitReason.WrQuantumEnd,
  yield: WaitReason.WrYieldExecution,
} as const satisfies Partial<Record<ReadyWhy, number>>;

const stateWord = (state: number): Word => (state === ThreadState.Waiting ? 'wait' : state === ThreadState.Terminated ? 'exit' : 'idle');

/** Quantum end of the running thread: decay towards base, fresh quantum, the next of equal or higher priority takes over. */
export function quantumEnd(k: Kernel): void {
  const m = k.mem;
  const prcb = currentPrcb(k);
  const thread = m.ptr(prcb + KPRCB.CurrentThread);
  if (thread !== m.ptr(prcb + KPRCB.IdleThread) && m.u32(thread + KTHREAD.State) === ThreadState.Running && quantumUsedUp(k, thread)) {
    armQuantum(k, thread);
    const now = decay(k, thread);
    if (m.ptr(prcb + KPRCB.NextThread) === 0 && highestReady(k, k.cpuNumber) >= now) {
      const next = selectReady(k, k.cpuNumber, now);
      setState(k, next, ThreadState.Standby);
      m.setPtr(prcb + KPRCB.NextThread, next);
    }
    if (m.ptr(prcb + KPRCB.NextThread) !== 0) return swapContext(k);
  }
  m.setU8(prcb + KPRCB.QuantumEnd, 0);
}

/** Gives the CPU to a ready thread of equal or higher priority, for good: the quantum is over with it; false when there is none. The caller leaves with Reason.Dispatch, Top = fp. */
export function yieldThread(k: Kernel, fp: number): boolean {
  const m = k.mem;
  const prcb = currentPrcb(k);
  const thread = m.ptr(prcb + KPRCB.CurrentThread);
  if (m.ptr(prcb + KPRCB.NextThread) === 0) {
    const next =
      highestReady(k, k.cpuNumber) >= m.i8(thread + KTHREAD.Priority) ? selectReady(k, k.cpuNumber, m.i8(thread + KTHREAD.Priority)) : 0;
    if (next === 0) return false;
    setState(k, next, ThreadState.Standby);
    m.setPtr(prcb + KPRCB.NextThread, next);
  }
  armQuantum(k, thread);
  decay(k, thread);
  m.registers.top = fp;
  m.setU8(prcb + KPRCB.DispatchPending, YIELD);
  return true;
}
