// What must not be so when a thread ends, in the order in which Windows looks (reference: bugchecks.md 3): before anything is torn down attached, worker,
// regions, stack swap; after the exit callbacks pending kernel APCs, mutexes, locks.
import type { Addr, Status } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KAPC, KAPC_STATE, KMUTANT, KTHREAD } from '../layouts.gen.js';
import { first } from '../rtl/list.js';
import { lockHeldBy } from '../verifier/lock-order.js';
import { APC_LEVEL } from './constants.js';
import { hex } from './dispatcher.js';
import { combinedApcDisable } from './region.js';

/** Checks at the beginning of the exit. The bug check that follows, or undefined. */
export function checkExitBegins(k: Kernel, thread: Addr): Status | undefined {
  const m = k.mem;
  const lock = k.asked('deadlock-detection') ? lockHeldBy(k, thread) : 0;
  if (lock !== 0) {
    const stop = k.violation(0x100a, thread, lock, 0, `a thread ends while it owns the lock at ${hex(lock)}`);
    if (stop !== undefined) return stop;
  }
  const process = m.ptr(thread + KTHREAD.Process);
  const attached = m.ptr(thread + KTHREAD.ApcState + KAPC_STATE.Process);
  const index = m.u8(thread + KTHREAD.ApcStateIndex);
  if (attached !== process)
    return k.bugCheck(
      0x5,
      process,
      attached,
      index,
      0,
      'a thread ends while attached to another process: KeUnstackDetachProcess is missing',
    );
  if (m.ptr(thread + KTHREAD.ActiveWorker) !== 0)
    return k.bugCheck(
      0xe9,
      thread,
      0,
      0,
      0,
      'a work item ended its worker thread: a work item must return, not call PsTerminateSystemThread',
    );
  if (m.u32(thread + KTHREAD.StackExpansions) !== 0)
    return k.bugCheck(0x107, thread, 0, 0, 0, 'a thread ends inside a callout of KeExpandKernelStackAndCallout');
  const disable = combinedApcDisable(k, thread);
  if (disable !== 0) {
    const [normal, special] = [m.i16(thread + KTHREAD.KernelApcDisable), m.i16(thread + KTHREAD.SpecialApcDisable)];
    const what = normal > 0 || special > 0 ? 'a region was left once too often' : 'a region, mutex or lock was not left';
    return k.bugCheck(0x20, 0, disable, k.irql, 1, `a thread ends with APCs disabled (critical ${normal}, guarded ${special}): ${what}`);
  }
  if (m.u8(thread + KTHREAD.StackSwapDisabled))
    return k.bugCheck(0x94, 0, 0, 0, 0, 'the thread ends after KeSetKernelStackSwapEnable(FALSE)');
  return undefined;
}

/** Checks at the end, when the thread is about to leave its stack. */
export function checkExitEnds(k: Kernel, thread: Addr): Status | undefined {
  const m = k.mem;
  const apc = first(m, thread + KTHREAD.ApcState + KAPC_STATE.ApcListHead);
  if (apc !== 0) {
    const disable = combinedApcDisable(k, thread);
    return k.bugCheck(
      0x20,
      apc - KAPC.ApcListEntry,
      disable,
      k.irql,
      0,
      `a kernel APC is still pending for the thread that ends at IRQL ${k.irql}`,
    );
  }
  const mutant = first(m, thread + KTHREAD.MutantListHead);
  if (mutant !== 0 && m.u8(mutant - KMUTANT.MutantListEntry + KMUTANT.ApcDisable) !== 0) {
    const mutex = mutant - KMUTANT.MutantListEntry;
    return k.bugCheck(0x4000008a, thread, mutex, 0, 0, `the thread ends while it owns the kernel mutex at ${hex(mutex)}`);
  }
  if (k.irql > APC_LEVEL || (k.irql === APC_LEVEL && m.u32(thread + KTHREAD.HeldFastMutexes) !== 0))
    return k.bugCheck(0x20, 0, 0, k.irql, 0, `the thread ends at IRQL ${k.irql} (a fast mutex or spin lock is still held?)`);
  const resources = m.u32(thread + KTHREAD.HeldResources);
  if (resources !== 0) return k.bugCheck(0x153, thread, 0, 1, 0, `the thread ends while it holds ${resources} ERESOURCE(s)`);
  if (m.u32(thread + KTHREAD.HeldPushLocks) !== 0) return k.bugCheck(0x153, thread, 0, 1, 0, 'the thread ends while it holds a push lock');
  return undefined;
}
