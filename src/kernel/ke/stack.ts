// Kernel stacks (reference: scheduler.md §16): their limits, whether they may be paged out, and callouts on a larger one. An expansion is a second stack
// for the callout alone; the thread's StackLimit and StackBase say which one is in use, as context switches and overflow checks read them.
import { type Addr, KERNEL_BASE, Reason, type Status, toAddress } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KPRCB, KTHREAD } from '../layouts.gen.js';
import { DISPATCH_LEVEL, DPC_STACK_SIZE, KERNEL_LARGE_STACK_SIZE, STATUS } from './constants.js';
import { allocateStack, freeStack } from './thread.js';

const MAXIMUM_EXPANSION_SIZE = KERNEL_LARGE_STACK_SIZE - 0x800;

const inDpc = (k: Kernel): boolean => k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive) !== 0;

/** Limits of the stack that is in use: inside a DPC the CPU's DPC stack (or the one it was expanded to), else the thread's. */
function stackRange(k: Kernel): { low: Addr; high: Addr } {
  const low = k.mem.registers.stackLimit + KERNEL_BASE;
  const t = k.currentThread();
  if (low === k.mem.ptr(t + KTHREAD.StackLimit)) return { low, high: k.mem.ptr(t + KTHREAD.StackBase) };
  const dpc = low === k.mem.ptr(k.prcb() + KPRCB.DpcStackLimit);
  return { low, high: low + (dpc ? DPC_STACK_SIZE : KERNEL_LARGE_STACK_SIZE) };
}

// Slots: the limits to go back to (0: the callout runs on the stack that was in use), the new stack, and the IRQL.
const LIMIT = 0;
const THREAD_LIMIT = 1;
const THREAD_BASE = 2;
const STACK = 3;
const IRQL = 4;

/** (Callout, Parameter): on a stack with room for `size` bytes. */
function expand(k: Kernel, f: Frame, size: number): Status {
  const m = k.mem;
  const r = m.registers;
  f.set(LIMIT, 0);
  f.set(IRQL, k.irql);
  const fn = k.machine.resolveCode(f.ptr(0));
  if (fn < 0 || f.fp - r.stackLimit >= size) return k.call(f, 1, f.ptr(0), [f.i64(1)]);
  const stack = allocateStack(k, KERNEL_LARGE_STACK_SIZE);
  if (stack === 0) return k.return(STATUS.NO_MEMORY);
  f.set(LIMIT, r.stackLimit);
  f.set(STACK, stack);
  r.stackLimit = stack;
  if (!inDpc(k)) {
    const t = k.currentThread();
    f.set(THREAD_LIMIT, m.ptr(t + KTHREAD.StackLimit));
    f.set(THREAD_BASE, m.ptr(t + KTHREAD.StackBase));
    m.setPtr(t + KTHREAD.StackLimit, toAddress(stack));
    m.setPtr(t + KTHREAD.StackBase, toAddress(stack + KERNEL_LARGE_STACK_SIZE));
    m.setU32(t + KTHREAD.StackExpansions, m.u32(t + KTHREAD.StackExpansions) + 1);
  }
  f.pc = 1;
  k.machine.pushFrame(fn, [f.i64(1)], { base: stack + KERNEL_LARGE_STACK_SIZE });
  return k.stop(Reason.Call);
}

/** Back to the stack before: when the callout has returned, and when an exception goes through it. */
function leave(k: Kernel, f: Frame): void {
  if (f.pc !== 1 || f.get(LIMIT) === 0) return;
  const m = k.mem;
  m.registers.stackLimit = f.get(LIMIT);
  if (!inDpc(k)) {
    const t = k.currentThread();
    m.setPtr(t + KTHREAD.StackLimit, f.get(THREAD_LIMIT));
    m.setPtr(t + KTHREAD.StackBase, f.get(THREAD_BASE));
    m.setU32(t + KTHREAD.StackExpansions, m.u32(t + KTHREAD.StackExpansions) - 1);
  }
  freeStack(k, f.get(STACK), KERNEL_LARGE_STACK_SIZE);
}

function returned(k: Kernel, f: Frame): Status {
  leave(k, f);
  const expected = f.get(IRQL);
  if (k.irql === expected) return k.return(STATUS.SUCCESS);
  const text = `the callout ${k.functionAtText(f.ptr(0))} of KeExpandKernelStackAndCallout returned at IRQL ${k.irql} instead of ${expected}`;
  return k.bugCheck(0xc8, (k.irql << 16) | (expected << 8) | 2, f.ptr(0), f.i64(1), 0, text);
}

const tooBig = (f: Frame): boolean => f.u64(2) > BigInt(MAXIMUM_EXPANSION_SIZE);

export const routines: KernelRoutine[] = [
  {
    // (Callout, Parameter, Size)
    name: 'KeExpandKernelStackAndCallout',
    locals: 5,
    unwind: leave,
    step(k, f) {
      if (f.pc === 1) return returned(k, f);
      return tooBig(f) ? k.return(STATUS.INVALID_PARAMETER_3) : expand(k, f, Number(f.u64(2)));
    },
  },
  {
    // (Callout, Parameter, Size, Wait, Context)
    name: 'KeExpandKernelStackAndCalloutEx',
    locals: 5,
    unwind: leave,
    step(k, f) {
      if (f.pc === 1) return returned(k, f);
      if (tooBig(f)) return k.return(STATUS.INVALID_PARAMETER_3);
      if (f.bool(3) && k.irql >= DISPATCH_LEVEL) return k.return(STATUS.INVALID_PARAMETER_4);
      return expand(k, f, Number(f.u64(2)));
    },
  },
  {
    // (Enable): whether it was enabled
    name: 'KeSetKernelStackSwapEnable',
    cost: 3,
    step(k, f) {
      const at = k.currentThread() + KTHREAD.StackSwapDisabled;
      const was = k.mem.u8(at);
      k.mem.setU8(at, f.bool(0) ? 0 : 1);
      return k.return(was ? 0 : 1);
    },
  },
  {
    name: 'IoGetStackLimits',
    cost: 3,
    step(k, f) {
      const { low, high } = stackRange(k);
      k.mem.checked.setPtr(f.ptr(0), low);
      k.mem.checked.setPtr(f.ptr(1), high);
      return k.returnVoid();
    },
  },
  { name: 'IoGetRemainingStackSize', cost: 3, step: (k, f) => k.return(f.fp - k.mem.registers.stackLimit) },
  {
    name: 'IoWithinStackLimits',
    cost: 3,
    step(k, f) {
      const { low, high } = stackRange(k);
      return k.return(f.ptr(0) >= low && f.ptr(0) + Number(f.u64(1)) <= high ? 1 : 0);
    },
  },
];
