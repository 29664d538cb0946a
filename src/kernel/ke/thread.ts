// Threads as the scheduler knows them: a KTHREAD with a kernel stack whose outermost frame is KiThreadStartup; ps puts objects and identifiers around.
import {
  type Addr,
  KERNEL_BASE,
  MAP,
  PAGE_SHIFT,
  PAGE_SIZE,
  Reason,
  ROUTINE_BASE,
  type Status,
  toAddress,
  USER_BASE,
} from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KAPC_STATE, KE_GLOBALS, KEVENT, KMUTANT, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { entries, initListHead, insertTail, remove } from '../rtl/list.js';
import { initializeApc, suspendThread } from './apc.js';
import { APC_LEVEL, KERNEL_STACK_SIZE, ObjectType, PASSIVE_LEVEL, ThreadState } from './constants.js';
import { initHeader, MUTANT_ABANDONED, signalObject } from './dispatcher.js';
import { checkExitBegins, checkExitEnds } from './exit-checks.js';
import { armQuantum, quantumOf } from './quantum.js';
import { leaveQueue } from './queue.js';
import { cpuCount, nextIdealProcessor, readyThread, WHY } from './ready.js';
import { stackLimitOf } from './switch.js';

export interface ThreadOptions {
  /** What KiThreadStartup calls with `context` at PASSIVE_LEVEL: a code address, or the name of a routine (ps' start for user threads). */
  readonly start: Addr | string;
  readonly context?: number | bigint;
  /** Second argument of `start`. */
  readonly context2?: number | bigint;
  /** Base priority; default: the process' base priority. */
  readonly priority?: number;
  readonly suspended?: boolean;
  /** System thread (no user mode). Default true when there is no user stack. */
  readonly user?: { readonly stackBase: Addr; readonly stackLimit: Addr; readonly teb: Addr };
  /** Bytes of kernel stack, page multiple. */
  readonly stackBytes?: number;
}

/**
 * Maps a kernel stack with a guard page below; returns the offset of its lowest byte, 0 when there is no room. It is zero; pages that no thread ever touched are
 * not touched here either, so that an idle thread costs the host what it uses. The lowest place that is large enough; KE_GLOBALS.StackHint spares the search
 * what is known to be in use.
 */
export function allocateStack(k: Kernel, bytes: number): number {
  const { mem } = k;
  const at = k.globals.KE + KE_GLOBALS.StackHint;
  const hint = Math.max(MAP.stacks.start, mem.u32(at) << PAGE_SHIFT);
  const stack = mem.pages.allocate({ start: hint, end: MAP.stacks.end }, bytes >>> PAGE_SHIFT, { writable: true }, { before: 1 });
  if (stack === 0) return 0;
  if (bytes === KERNEL_STACK_SIZE) mem.setU32(at, (stack + bytes) >>> PAGE_SHIFT);
  mem.clearPages(stack, bytes);
  return stack;
}

export function freeStack(k: Kernel, base: number, bytes: number): void {
  const at = k.globals.KE + KE_GLOBALS.StackHint;
  k.mem.pages.unmap(base - PAGE_SIZE, bytes + PAGE_SIZE);
  k.mem.setU32(at, Math.min(k.mem.u32(at), (base - PAGE_SIZE) >>> PAGE_SHIFT));
}

export function initializeProcess(k: Kernel, process: Addr, priority = 8): void {
  const m = k.mem;
  initHeader(k, process, ObjectType.Process, KPROCESS.sizeof, 0);
  for (const list of [KPROCESS.ProfileListHead, KPROCESS.ThreadListHead, KPROCESS.ReadyListHead, KPROCESS.ProcessListEntry])
    initListHead(m, process + list);
  m.setU64(process + KPROCESS.Affinity, allProcessors(k));
  m.setU8(process + KPROCESS.BasePriority, priority);
  m.setU8(process + KPROCESS.QuantumReset, quantumOf(k, false));
}

export const allProcessors = (k: Kernel): bigint => (1n << BigInt(cpuCount(k))) - 1n;

export function initializeThread(k: Kernel, thread: Addr, process: Addr, o: ThreadOptions): boolean {
  const m = k.mem;
  const bytes = o.stackBytes ?? KERNEL_STACK_SIZE;
  const stack = allocateStack(k, bytes);
  if (stack === 0) return false;
  initHeader(k, thread, ObjectType.Thread, KTHREAD.sizeof, 0);
  m.setPtr(thread + KTHREAD.StackLimit, toAddress(stack));
  m.setPtr(thread + KTHREAD.StackBase, toAddress(stack + bytes));
  m.setPtr(thread + KTHREAD.InitialStack, toAddress(stack + bytes));
  for (const state of [KTHREAD.ApcState, KTHREAD.SavedApcState]) for (const mode of [0, 16]) initListHead(m, thread + state + mode);
  m.setPtr(thread + KTHREAD.ApcState + KAPC_STATE.Process, process);
  m.setPtr(thread + KTHREAD.Process, process);
  m.setU8(thread + KTHREAD.ApcQueueable, 1);
  for (const list of [KTHREAD.MutantListHead, KTHREAD.WaitListEntry]) initListHead(m, thread + list);
  insertTail(m, process + KPROCESS.ThreadListHead, thread + KTHREAD.ThreadListEntry);
  insertTail(m, k.globals.KE + KE_GLOBALS.AllThreads, thread + KTHREAD.AllThreadsEntry);
  const base = o.priority ?? m.i8(process + KPROCESS.BasePriority);
  m.setU8(thread + KTHREAD.Priority, base);
  m.setU8(thread + KTHREAD.BasePriority, base);
  m.setU8(thread + KTHREAD.QuantumReset, m.u8(process + KPROCESS.QuantumReset));
  armQuantum(k, thread);
  m.setU8(thread + KTHREAD.DisableBoost, m.u8(process + KPROCESS.DisableBoost));
  m.setU64(thread + KTHREAD.Affinity, m.u64(process + KPROCESS.Affinity));
  m.setU64(thread + KTHREAD.UserAffinity, m.u64(process + KPROCESS.Affinity));
  const ideal = nextIdealProcessor(k, process);
  m.setU32(thread + KTHREAD.IdealProcessor, ideal);
  m.setU32(thread + KTHREAD.NextProcessor, ideal);
  m.setU8(thread + KTHREAD.SystemThread, o.user ? 0 : 1);
  if (o.user) {
    m.setPtr(thread + KTHREAD.UserStackBase, o.user.stackBase);
    m.setPtr(thread + KTHREAD.UserStackLimit, o.user.stackLimit);
    m.setPtr(thread + KTHREAD.Teb, o.user.teb);
    m.setU8(thread + KTHREAD.PreviousMode, 1);
  }
  initHeader(k, thread + KTHREAD.SuspendEvent, ObjectType.NotificationEvent, KEVENT.sizeof, 0);
  initializeApc(k, thread + KTHREAD.SuspendApc, thread, {
    kernelRoutine: k.addressOf('KiSuspendNop'),
    normalRoutine: k.addressOf('KiSuspendThread'),
  });
  const start = typeof o.start === 'string' ? k.addressOf(o.start) : o.start;
  m.setPtr(thread + KTHREAD.StartRoutine, start);
  m.setI64(thread + KTHREAD.StartContext, BigInt(o.context ?? 0));
  pushStartup(k, thread, [start, o.context ?? 0, o.context2 ?? 0], stack + bytes);
  if (o.suspended) suspendThread(k, thread);
  return true;
}

/** Writes the outermost frame; registers of the running CPU are untouched. */
function pushStartup(k: Kernel, thread: Addr, args: readonly (number | bigint)[], top: number): void {
  const r = k.mem.registers;
  const saved = r.top;
  const fp = k.machine.pushFrame(ROUTINE_BASE + k.routineIndex.get('KiThreadStartup')!, args, { prev: 0, base: top });
  r.top = saved;
  k.mem.setPtr(thread + KTHREAD.KernelStack, toAddress(fp));
  k.mem.setU8(thread + KTHREAD.WaitIrql, APC_LEVEL);
}

export function startThread(k: Kernel, thread: Addr): void {
  k.event('ke.thread.start', { thread, start: k.mem.ptr(thread + KTHREAD.StartRoutine) });
  readyThread(k, thread, 0, WHY.started);
}

/** Goes to user mode for the first time: a fresh frame on the user stack, nothing left on the kernel stack. The function must never return. */
export function enterUserMode(k: Kernel, target: Addr | string, args: readonly (number | bigint)[]): Status {
  const m = k.mem;
  const r = m.registers;
  const thread = k.currentThread();
  const fn = typeof target === 'string' ? ROUTINE_BASE + (k.routineIndex.get(target) ?? Number.NaN) : k.machine.resolveCode(target);
  const base = m.ptr(thread + KTHREAD.UserStackBase) - USER_BASE + r.userOffset;
  k.lowerIrql(PASSIVE_LEVEL);
  r.userMode = true;
  r.stackLimit = stackLimitOf(k, thread, true);
  k.machine.pushFrame(fn, args, { prev: 0, base, flags: 1 });
  return k.stop(Reason.Call);
}

/** Terminates the running thread. The checks are those of PspExitThread in its order (reference: bugchecks.md §3). */
export function terminateCurrentThread(k: Kernel, exitStatus: number): Status {
  const m = k.mem;
  const thread = k.currentThread();
  const bad = checkExitBegins(k, thread) ?? checkExitEnds(k, thread);
  if (bad !== undefined) return bad;
  abandonMutants(k, thread);
  leaveQueue(k, thread);
  k.event('ke.thread.exit', { thread, status: exitStatus >>> 0 });
  m.setU32(thread + KTHREAD.State, ThreadState.Terminated);
  m.setU8(thread + KTHREAD.ApcQueueable, 0);
  remove(m, thread + KTHREAD.ThreadListEntry);
  remove(m, thread + KTHREAD.AllThreadsEntry);
  if (k.irql !== PASSIVE_LEVEL) k.trace.note(KIND_ID['ke.irql'], k.irql, PASSIVE_LEVEL);
  k.mem.registers.irql = PASSIVE_LEVEL;
  signalObject(k, thread, 0);
  const limit = m.ptr(thread + KTHREAD.StackLimit) - KERNEL_BASE;
  freeStack(k, limit, m.ptr(thread + KTHREAD.StackBase) - KERNEL_BASE - limit);
  m.registers.top = 0;
  return k.stop(Reason.Dispatch);
}

/** Mutants of user mode (no APC disable) pass to the next waiter as abandoned. */
function abandonMutants(k: Kernel, thread: Addr): void {
  const m = k.mem;
  for (const e of entries(m, thread + KTHREAD.MutantListHead)) {
    const mutant = e - KMUTANT.MutantListEntry;
    remove(m, e);
    m.setPtr(mutant + KMUTANT.OwnerThread, 0);
    m.setU8(mutant + KMUTANT.MutantFlags, m.u8(mutant + KMUTANT.MutantFlags) | MUTANT_ABANDONED);
    k.event('ke.mutex.abandoned', { mutex: mutant, thread });
    signalObject(k, mutant, 1);
  }
}

/** All threads that have not ended, in order of creation. */
export const allThreads = (k: Kernel): Addr[] =>
  entries(k.mem, k.globals.KE + KE_GLOBALS.AllThreads).map((e) => e - KTHREAD.AllThreadsEntry);

export const routines: KernelRoutine[] = [
  {
    // (start, context, context2): outermost frame of every thread
    name: 'KiThreadStartup',
    cost: 10,
    step(k: Kernel, f: Frame) {
      if (f.pc === 0) {
        k.lowerIrql(PASSIVE_LEVEL);
        return k.call(f, 1, f.ptr(0), [f.i64(1), f.i64(2)]);
      }
      if (f.pc === 1) return k.call(f, 2, k.hooks.exitThread, [0]);
      return terminateCurrentThread(k, 0);
    },
  },
  {
    name: 'KiExitThread',
    cost: 20,
    step: (k, f) => (f.pc === 0 ? k.call(f, 1, 'KiRundownApcs', []) : terminateCurrentThread(k, f.i32(0))),
  },
];
