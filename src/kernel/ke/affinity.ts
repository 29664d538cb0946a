// Affinity of threads: which CPUs they may run on, and their ideal one (reference: scheduler.md §5). The user affinity is what the process or SetThreadAffinityMask
// gave; a driver puts a system affinity over it for a while. A thread that runs where it no longer may moves before the routine returns; at DISPATCH_LEVEL and
// above when the IRQL falls.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { GROUP_AFFINITY, KTHREAD } from '../layouts.gen.js';
import { readGroupAffinity, writeGroupAffinity } from './processors.js';
import { applyAffinity, cpuCount, mayRunOn } from './ready.js';
import { allProcessors } from './thread.js';

/** New affinity; a running or queued thread moves when it must. */
export function setAffinity(k: Kernel, thread: Addr, mask: bigint): bigint {
  const old = k.mem.u64(thread + KTHREAD.Affinity);
  k.mem.setU64(thread + KTHREAD.Affinity, mask);
  k.event('ke.affinity', { thread, mask });
  applyAffinity(k, thread);
  return old;
}

/** New user affinity: acts at once unless a system affinity lies over it. An ideal processor that is no longer in it gives way to the first that is. */
export function setUserAffinity(k: Kernel, thread: Addr, mask: bigint): bigint {
  const old = k.mem.u64(thread + KTHREAD.UserAffinity);
  k.mem.setU64(thread + KTHREAD.UserAffinity, mask);
  if (k.mem.u32(thread + KTHREAD.SystemAffinityActive)) return old;
  setAffinity(k, thread, mask);
  if (!mayRunOn(k, thread, k.mem.u32(thread + KTHREAD.IdealProcessor))) {
    let first = 0;
    while (!mayRunOn(k, thread, first)) first++;
    k.mem.setU32(thread + KTHREAD.IdealProcessor, first);
  }
  return old;
}

/** The system affinity that is in force, 0: none. */
const systemAffinity = (k: Kernel, thread: Addr): bigint =>
  k.mem.u32(thread + KTHREAD.SystemAffinityActive) ? k.mem.u64(thread + KTHREAD.Affinity) : 0n;

function setSystemAffinity(k: Kernel, mask: bigint): bigint {
  const t = k.currentThread();
  const usable = mask & allProcessors(k);
  if (usable === 0n)
    return k.throwBugCheck(
      0x3,
      [mask, 0, 0, 0],
      `the affinity mask 0x${mask.toString(16)} names no processor of this machine (${cpuCount(k)} CPUs)`,
    );
  const was = systemAffinity(k, t);
  k.mem.setU32(t + KTHREAD.SystemAffinityActive, 1);
  setAffinity(k, t, usable);
  return was;
}

function revertAffinity(k: Kernel, mask: bigint): void {
  const t = k.currentThread();
  const usable = mask & allProcessors(k);
  if (usable !== 0n) return void setAffinity(k, t, usable);
  k.mem.setU32(t + KTHREAD.SystemAffinityActive, 0);
  setAffinity(k, t, k.mem.u64(t + KTHREAD.UserAffinity));
}

/** Ideal processor of a thread; returns the old one. A number that no CPU has (MAXIMUM_PROCESSORS) only asks. */
export function setIdealProcessor(k: Kernel, thread: Addr, cpu: number): number {
  const old = k.mem.checked.u32(thread + KTHREAD.IdealProcessor);
  if (cpu < cpuCount(k)) k.mem.setU32(thread + KTHREAD.IdealProcessor, cpu);
  return old;
}

export const routines: KernelRoutine[] = [
  { name: 'KeSetIdealProcessorThread', cost: 3, step: (k, f) => k.return(setIdealProcessor(k, f.ptr(0), f.u8(1))) },
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
    // (Affinity, Previous | NULL): a mask that is empty or impossible is ignored, and the old one given back as zero
    name: 'KeSetSystemGroupAffinityThread',
    step(k, f) {
      const usable = readGroupAffinity(k, f.ptr(0));
      const was = usable === 0n ? 0n : setSystemAffinity(k, usable);
      writeGroupAffinity(k, f.ptr(1), was);
      return k.returnVoid();
    },
  },
  {
    name: 'KeRevertToUserGroupAffinityThread',
    step(k, f) {
      revertAffinity(k, k.mem.checked.u64(f.ptr(0) + GROUP_AFFINITY.Mask));
      return k.returnVoid();
    },
  },
];
