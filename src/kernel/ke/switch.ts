// Context switch: what a thread takes with it (innermost frame, return value, mode, IRQL) lies in its KTHREAD while it does not run.
// Only the run loop and the routines that give up the CPU call this; a switch happens below DISPATCH_LEVEL only.
import { type Addr, Reg, USER_BASE } from '../../machine/abi.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import { addressWord } from '../../trace/word.js';
import type { Kernel } from '../kernel.js';
import { KPRCB, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { decay } from './boost.js';
import { LOW_REALTIME_PRIORITY, ThreadState, WaitReason } from './constants.js';
import { addressAt, numberAt, P, placeOf, prcbAt, priorityAt, setPointer, T, touchPrcb, touchThread } from './fields.js';
import { currentPrcb } from './prcb.js';
import { armQuantum, quantumUsedUp, quantumUsedUpAt } from './quantum.js';
import { highestReady, placeThread, selectReady, selectReadyAt, setState, WHY } from './ready.js';

/** KPRCB.DispatchPending: the thread gives up its turn. */
export const YIELD = 2;

// Why a thread that does not run any more left the CPU: numbers of words in the trace. (A look-up by name at every switch would cost more than the event.)
const WAIT = WORD.wait;
const EXIT = WORD.exit;
const IDLE = WORD.idle;
const KE_SWITCH = KIND_ID['ke.switch'];

const USER_OFFSET = KPROCESS.UserOffset >> 2;
const USER_SIZE = KPROCESS.UserSize >> 2;

/** Address space of a process becomes current on this CPU. */
export const loadAddressSpace = (k: Kernel, process: Addr): void => loadWindow(k, placeOf(process));

function loadWindow(k: Kernel, process: number): void {
  const w = k.mem.words;
  const size = process === 0 ? 0 : w[process + USER_SIZE];
  if (size === 0) return k.mem.registers.clearUserWindow();
  const offset = w[process + USER_OFFSET];
  k.mem.registers.setUserWindow(offset, size, USER_BASE - offset);
}

/** StackLimit register (offset) for a thread in the given mode. */
export const stackLimitOf = (k: Kernel, thread: Addr, userMode: boolean): number => stackLimitAt(k, placeOf(thread), userMode);

function stackLimitAt(k: Kernel, t: number, userMode: boolean): number {
  const w = k.mem.words;
  if (!userMode) return w[t + T.stackLimit];
  return numberAt(w, t + T.userStackLimit) - USER_BASE + w[(w[t + T.process] >>> 2) + USER_OFFSET];
}

function saveContext(k: Kernel, t: number): void {
  const { words: w, buffer: bytes, registers: r } = k.mem;
  setPointer(w, t + T.kernelStack, r.top >> 2);
  w[t + T.returnValue] = r.words[Reg.ReturnValue >> 2];
  w[t + T.returnValue + 1] = r.words[(Reg.ReturnValue >> 2) + 1];
  w[t + T.exceptionCode] = r.words[Reg.ExceptionCode >> 2];
  const o = t << 2;
  bytes[o + KTHREAD.UserModeContext] = r.words[Reg.UserMode >> 2];
  bytes[o + KTHREAD.WaitIrql] = r.words[Reg.Irql >> 2];
  bytes[o + KTHREAD.Running] = 0;
}

function loadContext(k: Kernel, t: number): void {
  const { words: w, buffer: bytes, registers: r } = k.mem;
  r.words[Reg.ReturnValue >> 2] = w[t + T.returnValue];
  r.words[(Reg.ReturnValue >> 2) + 1] = w[t + T.returnValue + 1];
  r.words[Reg.ExceptionCode >> 2] = w[t + T.exceptionCode];
  const o = t << 2;
  const userMode = bytes[o + KTHREAD.UserModeContext] !== 0;
  r.enter(w[t + T.kernelStack], userMode, bytes[o + KTHREAD.WaitIrql]);
  r.stackLimit = stackLimitAt(k, t, userMode);
  loadWindow(k, w[t + T.apcProcess] >>> 2);
  bytes[o + KTHREAD.Running] = 1;
}

function loadIdle(k: Kernel): void {
  const r = k.mem.registers;
  r.enter(0, false, 0);
  r.clearUserWindow();
}

export const isIdleThread = (k: Kernel, thread: Addr): boolean => thread === k.mem.ptr(currentPrcb(k) + KPRCB.IdleThread);

/**
 * Switches this CPU to its standby thread, else to the best ready one, else to idle. A thread that could go on and was preempted by a higher one goes to the head of
 * its list with the rest of its quantum; one that yielded, used up its quantum or lowered itself goes to the tail.
 */
export function swapContext(k: Kernel): void {
  const m = k.mem;
  const { words: w, buffer: bytes, registers: r } = m;
  const { cpu, irql } = r;
  const p = prcbAt(cpu);
  const old = w[p + P.current] >>> 2;
  const idle = w[p + P.idle] >>> 2;
  const flags = w[p + P.flags];
  const yields = flags >>> 24 === YIELD;
  const ended = (flags & 0xff0000) !== 0;
  w[p + P.flags] = flags & 0xffff;
  let next = w[p + P.next] >>> 2;
  setPointer(w, p + P.next, 0);
  if (next === 0) next = selectReadyAt(k, cpu);
  const oldState = old === idle ? 0 : w[old + T.state];
  const wasRunning = old !== idle && oldState === ThreadState.Running;
  if (old !== idle) saveContext(k, old);
  const head = !yields && !ended && bytes[(old << 2) + KTHREAD.Preempted] !== 0;
  const ready = yields ? WHY.yield : ended ? WHY.quantum : WHY.preempted;
  bytes[(old << 2) + KTHREAD.Preempted] = 0;
  touchThread(m, old);
  const target = next === 0 ? idle : next;
  setPointer(w, p + P.current, target);
  if (target !== idle) {
    // CPU clocks may differ by the skew bound; a thread never runs before the moment at which another CPU made it ready
    const since = numberAt(w, target + T.waitTime);
    const clock = k.machine.cpu;
    if (clock.time < since) clock.time = since;
    w[target + T.state] = ThreadState.Running;
    w[target + T.nextProcessor] = cpu;
    w[target + T.contextSwitches]++;
    if (quantumUsedUpAt(k, target)) armQuantum(k, addressAt(target));
    loadContext(k, target);
    touchThread(m, target);
  } else {
    loadIdle(k);
  }
  w[p + P.contextSwitches]++;
  touchPrcb(m, p);
  noteSwitch(k, cpu, old === idle ? 0 : old, next, wasRunning ? ready : wordOfState(oldState));
  if (r.irql !== irql) k.trace.note(KIND_ID['ke.irql'], irql, r.irql);
  if (wasRunning) {
    const thread = addressAt(old);
    bytes[(old << 2) + KTHREAD.WaitReason] =
      ready === WHY.yield ? WaitReason.WrYieldExecution : ready === WHY.quantum ? WaitReason.WrQuantumEnd : WaitReason.WrPreempted;
    if (head && priorityAt(m, old) >= LOW_REALTIME_PRIORITY) armQuantum(k, thread);
    setState(k, thread, ThreadState.Ready);
    placeThread(k, thread, head, ready);
  }
}

function noteSwitch(k: Kernel, cpu: number, old: number, next: number, why: number): void {
  const { trace } = k;
  const p = trace.reserve(KE_SWITCH);
  if (p < 0) return trace.note(KE_SWITCH, cpu, addressAt(old), addressAt(next), why);
  const w = trace.words;
  w[p] = cpu;
  w[p + 1] = addressWord(old << 2);
  w[p + 2] = addressWord(next << 2);
  w[p + 3] = why;
}

const wordOfState = (state: number): number => (state === ThreadState.Waiting ? WAIT : state === ThreadState.Terminated ? EXIT : IDLE);

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
