// Priorities, affinity, processors, current thread, stack limits: the small routines around threads and CPUs (reference: scheduler.md §1, §5, §16).
import type { Addr } from '../../machine/abi.js';
import { KERNEL_BASE, Reason } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KTHREAD, PROCESSOR_NUMBER } from '../layouts.gen.js';
import { STATUS } from './constants.js';
import { setBaseIncrement, setThreadPriority } from './priority.js';
import { applyAffinity, cpuCount } from './ready.js';
import { yieldThread } from './switch.js';
import { allProcessors } from './thread.js';

/** New affinity; a running or queued thread moves when it must. */
export function setAffinity(k: Kernel, thread: Addr, mask: bigint): bigint {
  const old = k.mem.u64(thread + KTHREAD.Affinity);
  k.mem.setU64(thread + KTHREAD.Affinity, mask);
  k.event('ke.affinity', { thread, mask });
  applyAffinity(k, thread);
  return old;
}

function setSystemAffinity(k: Kernel, mask: bigint): bigint {
  const t = k.currentThread();
  const usable = mask & allProcessors(k);
  if (usable === 0n)
    return k.throwBugCheck(
      0x3,
      [mask, 0, 0, 0],
      `the affinity mask 0x${mask.toString(16)} names no processor of this machine (${cpuCount(k)} CPUs)`,
    );
  const was = k.mem.u32(t + KTHREAD.SystemAffinityActive) ? k.mem.u64(t + KTHREAD.Affinity) : 0n;
  k.mem.setU32(t + KTHREAD.SystemAffinityActive, 1);
  setAffinity(k, t, usable);
  return was;
}

function revertAffinity(k: Kernel, mask: bigint): void {
  const t = k.currentThread();
  if (mask === 0n) {
    k.mem.setU32(t + KTHREAD.SystemAffinityActive, 0);
    setAffinity(k, t, k.mem.u64(t + KTHREAD.UserAffinity));
  } else {
    setAffinity(k, t, mask & allProcessors(k));
  }
}

function yieldStep(k: Kernel, f: Frame) {
  if (f.pc === 1) return k.return(STATUS.SUCCESS);
  f.pc = 1;
  return yieldThread(k, f.fp) ? k.stop(Reason.Dispatch) : k.return(STATUS.NO_YIELD_PERFORMED);
}

function writeProcessorNumber(k: Kernel, at: Addr, index: number): void {
  if (at === 0) return;
  k.mem.checked.fill(at, PROCESSOR_NUMBER.sizeof);
  k.mem.checked.setU8(at + PROCESSOR_NUMBER.Number, index);
}

const currentThread: KernelRoutine['step'] = (k, _f) => k.return(k.currentThread());
const processors: KernelRoutine['step'] = (k) => k.return(cpuCount(k));

/** Limits of the stack that is in use: the DPC stack inside a DPC, else the thread's kernel stack. */
function stackRange(k: Kernel): { low: Addr; high: Addr } {
  const low = k.mem.registers.stackLimit + KERNEL_BASE;
  const t = k.currentThread();
  const own = k.mem.ptr(t + KTHREAD.StackLimit);
  return { low, high: low === own ? k.mem.ptr(t + KTHREAD.StackBase) : low + 0x6000 };
}

export const routines: KernelRoutine[] = [
  { name: 'KeGetCurrentThread', cost: 1, step: currentThread },
  { name: 'KeGetCurrentProcessorNumber', cost: 1, step: (k) => k.return(k.cpuNumber) },
  {
    name: 'KeGetCurrentProcessorNumberEx',
    cost: 2,
    step(k, f) {
      writeProcessorNumber(k, f.ptr(0), k.cpuNumber);
      return k.return(k.cpuNumber);
    },
  },
  { name: 'KeQueryActiveProcessorCountEx', cost: 2, step: processors },
  { name: 'KeQueryMaximumProcessorCountEx', cost: 2, step: processors },
  { name: 'KeQueryMaximumProcessorCount', cost: 2, step: processors },
  { name: 'KeQueryActiveGroupCount', cost: 2, step: (k) => k.return(1) },
  { name: 'KeQueryMaximumGroupCount', cost: 2, step: (k) => k.return(1) },
  { name: 'KeQueryActiveProcessors', cost: 2, step: (k) => k.returnBig(allProcessors(k)) },
  { name: 'KeQueryGroupAffinity', cost: 2, step: (k, f) => k.returnBig(f.u16(0) === 0 ? allProcessors(k) : 0n) },
  {
    name: 'KeQueryActiveProcessorCount',
    cost: 2,
    step(k, f) {
      if (f.ptr(0) !== 0) k.mem.checked.setU64(f.ptr(0), allProcessors(k));
      return k.return(cpuCount(k));
    },
  },
  {
    name: 'KeGetProcessorNumberFromIndex',
    cost: 3,
    step(k, f) {
      if (f.u32(0) >= cpuCount(k)) return k.return(STATUS.INVALID_PARAMETER);
      writeProcessorNumber(k, f.ptr(1), f.u32(0));
      return k.return(0);
    },
  },
  {
    name: 'KeGetProcessorIndexFromNumber',
    cost: 3,
    step(k, f) {
      const group = k.mem.checked.u16(f.ptr(0));
      const number = k.mem.checked.u8(f.ptr(0) + PROCESSOR_NUMBER.Number);
      return k.return(group === 0 && number < cpuCount(k) ? number : 0xffffffff | 0);
    },
  },
  { name: 'KeSetPriorityThread', step: (k, f) => k.return(setThreadPriority(k, f.ptr(0), f.i32(1))) },
  { name: 'KeSetBasePriorityThread', step: (k, f) => k.return(setBaseIncrement(k, f.ptr(0), f.i32(1))) },
  { name: 'KeQueryPriorityThread', cost: 3, step: (k, f) => k.return(k.mem.checked.i8(f.ptr(0) + KTHREAD.Priority)) },
  {
    name: 'KeQueryRuntimeThread',
    cost: 3,
    step(k, f) {
      const ticks = Math.floor((k.mem.checked.ptr(f.ptr(0) + KTHREAD.CycleTime) * k.config.stepNs) / 15_625_000);
      if (f.ptr(1) !== 0) k.mem.checked.setU32(f.ptr(1), 0);
      return k.return(ticks);
    },
  },
  {
    name: 'KeSetIdealProcessorThread',
    cost: 3,
    step(k, f) {
      const old = k.mem.u32(f.ptr(0) + KTHREAD.IdealProcessor);
      if (f.u8(1) < cpuCount(k)) k.mem.setU32(f.ptr(0) + KTHREAD.IdealProcessor, f.u8(1));
      return k.return(old);
    },
  },
  {
    name: 'KeSetSystemAffinityThread',
    step(k, f) {
      setSystemAffinity(k, f.u64(0));
      return k.returnVoid();
    },
  },
  { name: 'KeSetSystemAffinityThreadEx', step: (k, f) => k.returnBig(setSystemAffinity(k, f.u64(0))) },
  {
    name: 'KeRevertToUserAffinityThread',
    step(k) {
      revertAffinity(k, 0n);
      return k.returnVoid();
    },
  },
  {
    name: 'KeRevertToUserAffinityThreadEx',
    step(k, f) {
      revertAffinity(k, f.u64(0));
      return k.returnVoid();
    },
  },
  {
    name: 'KeSetSystemGroupAffinityThread',
    step(k, f) {
      const mask = k.mem.checked.u64(f.ptr(0));
      const group = k.mem.checked.u16(f.ptr(0) + 8);
      const old = f.ptr(1);
      if (old !== 0) k.mem.checked.fill(old, 16);
      if (group !== 0 || (mask & allProcessors(k)) === 0n) return k.returnVoid(); // impossible masks are ignored, the old one is given back as zero
      const was = setSystemAffinity(k, mask);
      if (old !== 0) k.mem.checked.setU64(old, was);
      return k.returnVoid();
    },
  },
  {
    name: 'KeRevertToUserGroupAffinityThread',
    step(k, f) {
      revertAffinity(k, k.mem.checked.u64(f.ptr(0)));
      return k.returnVoid();
    },
  },
  { name: 'ZwYieldExecution', step: yieldStep },
  { name: 'NtYieldExecution', step: yieldStep },
  {
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
  {
    // (Callout, Parameter, Size): the stack we have is used; its size counts as after an expansion (U)
    name: 'KeExpandKernelStackAndCallout',
    step(k, f) {
      if (f.pc === 1) return k.return(0);
      if (Number(f.u64(2)) > 0x11800) return k.return(0xc00000f1 | 0);
      return k.call(f, 1, f.ptr(0), [f.i64(1)]);
    },
  },
  {
    name: 'KeExpandKernelStackAndCalloutEx',
    step(k, f) {
      if (f.pc === 1) return k.return(0);
      if (Number(f.u64(2)) > 0x11800) return k.return(0xc00000f1 | 0);
      if (f.bool(3) && k.irql >= 2) return k.return(0xc00000f2 | 0);
      return k.call(f, 1, f.ptr(0), [f.i64(1)]);
    },
  },
  { name: 'ExGetPreviousMode', cost: 1, step: (k) => k.return(k.mem.u8(k.currentThread() + KTHREAD.PreviousMode)) },
  { name: 'KeGetPreviousMode', cost: 1, step: (k) => k.return(k.mem.u8(k.currentThread() + KTHREAD.PreviousMode)) },
];
