// Thread objects: making and destroying an ETHREAD around the core's KTHREAD. A thread object has one reference that stands for "not ended yet"; it is
// dropped by the reaper after the thread has left its stack for good.
import { type Addr, KERNEL_BASE } from '../../machine/abi.js';
import { ThreadState, WaitReason } from '../ke/constants.js';
import { signalObject } from '../ke/dispatcher.js';
import { clampToClass } from '../ke/priority.js';
import { allProcessors, freeStack } from '../ke/thread.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { CLIENT_ID, EPROCESS, ETHREAD, KPROCESS, KTHREAD, PS_GLOBALS } from '../layouts.gen.js';
import { pidOf, tidOf } from '../ob/note.js';
import { allocateObject, freeObject, referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, freeUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { initListHead, insertTail, isEmpty, remove, removeHead } from '../rtl/list.js';
import { allocateId, freeId } from './cid.js';
import { IO_PRIORITY_NORMAL, PAGE_PRIORITY_NORMAL } from './process.js';
import { hasProcessFlag, ProcessFlag, STATUS_STILL_ACTIVE, ThreadFlag } from './state.js';
import { allocateThreadPlaces, releaseThreadPlaces } from './window.js';

export interface ThreadCreation {
  readonly process: Addr;
  /** Kernel routine that is the first frame: PspSystemThreadStartup or PspUserThreadStartup. */
  readonly startup: string;
  readonly startRoutine: Addr;
  readonly startContext: Addr;
  readonly user: boolean;
  /** Increment over the process' base priority (user), or absolute priority (system). */
  readonly priority?: number;
  readonly affinity?: bigint;
  readonly name?: string;
  readonly first?: boolean;
  /** Without TEB; the provider has made the stack. */
  readonly pico?: boolean;
  /** Runs a body of the process' program. */
  readonly body?: boolean;
  /** 100 ns to wait in user mode before the start routine. */
  readonly delay?: bigint;
}

/** New thread, Initialized, with one reference (its life); `status` says why not. */
export function createThread(k: Kernel, o: ThreadCreation): { readonly thread: Addr; readonly status: number } {
  const m = k.mem;
  const process = o.process;
  if (hasProcessFlag(k, process, ProcessFlag.Deleting)) return { thread: 0, status: NT.PROCESS_IS_TERMINATING };
  const thread = allocateObject(k, ObType.Thread, ETHREAD.sizeof, 'Thre');
  if (thread === 0) return { thread: 0, status: NT.INSUFFICIENT_RESOURCES };
  const tid = allocateId(k, thread);
  const pid = pidOf(k, process);
  const places = o.user && !o.pico ? allocateThreadPlaces(k, process, pid, tid) : undefined;
  const base = m.i8(process + KPROCESS.BasePriority);
  const ok =
    (!o.user || o.pico || places !== undefined) &&
    k.initializeThread(thread, process, {
      start: o.startup,
      context: o.startRoutine,
      context2: o.startContext,
      priority: o.user ? clampToClass(base, base + (o.priority ?? 0)) : (o.priority ?? base),
      user: places
        ? { teb: places.teb, stackBase: places.stackBase, stackLimit: places.stackLimit }
        : o.pico
          ? { teb: 0, stackBase: 0, stackLimit: 0 }
          : undefined,
    });
  if (!ok) {
    freeId(k, tid, thread);
    if (places) releaseThreadPlaces(k, process, places.slot);
    freeObject(k, thread);
    return { thread: 0, status: NT.INSUFFICIENT_RESOURCES };
  }
  m.setPtr(thread + KTHREAD.StartRoutine, o.startRoutine);
  // Win32's time-critical and idle: at the end of the range whatever becomes of the process
  if (o.user && Math.abs(o.priority ?? 0) >= 15) m.setU8(thread + KTHREAD.Saturation, Math.sign(o.priority!));
  if (o.affinity !== undefined) setAffinity(k, thread, o.affinity);
  m.setPtr(thread + ETHREAD.Cid + CLIENT_ID.UniqueProcess, pid);
  m.setPtr(thread + ETHREAD.Cid + CLIENT_ID.UniqueThread, tid);
  m.setI64(thread + ETHREAD.CreateTime, k.systemTime());
  m.setU32(thread + ETHREAD.ExitStatus, STATUS_STILL_ACTIVE);
  m.setPtr(thread + ETHREAD.StartAddress, o.startRoutine);
  m.setPtr(thread + ETHREAD.Win32StartAddress, o.user ? o.startRoutine : 0);
  m.setPtr(thread + ETHREAD.StartContext, o.startContext);
  m.setU32(
    thread + ETHREAD.CrossThreadFlags,
    (o.user ? 0 : ThreadFlag.System) | (o.first ? ThreadFlag.First : 0) | (o.body ? ThreadFlag.Body : 0),
  );
  m.setU32(thread + ETHREAD.TebSlot, places ? places.slot + 1 : 0);
  if (o.delay !== undefined) m.setI64(thread + ETHREAD.StartDelay, o.delay);
  if (o.name !== undefined) allocateUnicode(k, thread + ETHREAD.ThreadName, o.name, 'ThNm');
  m.setU8(thread + ETHREAD.IoPriority, IO_PRIORITY_NORMAL);
  m.setU8(thread + ETHREAD.PagePriority, PAGE_PRIORITY_NORMAL);
  m.setU8(thread + KTHREAD.SystemThread, o.user ? 0 : 1);
  m.setU8(thread + KTHREAD.PreviousMode, o.user ? 1 : 0);
  initListHead(m, thread + ETHREAD.IrpList);
  linkThread(k, thread, process);
  k.event('ps.thread-create', { process: pid, thread: tid, object: thread, name: o.name ?? '', user: o.user ? 1 : 0 });
  return { thread, status: NT.SUCCESS };
}

/** Adds a thread to its process: lists, counts, the reference it holds on the process. */
export function linkThread(k: Kernel, thread: Addr, process: Addr): void {
  const m = k.mem;
  insertTail(m, process + EPROCESS.ThreadListHead, thread + ETHREAD.ThreadListEntry);
  const active = m.u32(process + EPROCESS.ActiveThreads) + 1;
  m.setU32(process + EPROCESS.ActiveThreads, active);
  m.setU32(process + EPROCESS.ActiveThreadsHighWatermark, Math.max(active, m.u32(process + EPROCESS.ActiveThreadsHighWatermark)));
  referenceObject(k, process);
}

/** Affinity of a thread that has not started; processors that do not exist are left out. */
function setAffinity(k: Kernel, thread: Addr, mask: bigint): void {
  const usable = mask & allProcessors(k);
  if (usable === 0n) return;
  k.mem.setU64(thread + KTHREAD.Affinity, usable);
  k.mem.setU64(thread + KTHREAD.UserAffinity, usable);
  let ideal = 0;
  while (((usable >> BigInt(ideal)) & 1n) === 0n) ideal++;
  if (((usable >> BigInt(k.mem.u32(thread + KTHREAD.IdealProcessor))) & 1n) === 0n) {
    k.mem.setU32(thread + KTHREAD.IdealProcessor, ideal);
    k.mem.setU32(thread + KTHREAD.NextProcessor, ideal);
  }
}

/** Tears down the KTHREAD of a thread that never started (vetoed creation). */
export function discardThread(k: Kernel, thread: Addr): void {
  const m = k.mem;
  remove(m, thread + KTHREAD.ThreadListEntry);
  remove(m, thread + KTHREAD.AllThreadsEntry);
  const limit = m.ptr(thread + KTHREAD.StackLimit) - KERNEL_BASE;
  freeStack(k, limit, m.ptr(thread + KTHREAD.StackBase) - KERNEL_BASE - limit);
  m.setU32(thread + KTHREAD.State, ThreadState.Terminated);
  signalObject(k, thread);
}

/** Puts an ended thread on the reaper's list. */
export function queueForReaper(k: Kernel, thread: Addr): void {
  insertTail(k.mem, k.globals.PS + PS_GLOBALS.ReaperListHead, thread + ETHREAD.IrpList);
  k.signalEvent(k.globals.PS + PS_GLOBALS.ReaperEvent, 0);
}

export const routines: KernelRoutine[] = [
  {
    // Delete procedure: (Thread)
    name: 'PspThreadDelete',
    step(k, f) {
      if (f.pc === 0) {
        const thread = f.ptr(0);
        k.event('ps.thread-delete', { process: k.mem.ptr(thread + ETHREAD.Cid + CLIENT_ID.UniqueProcess), thread: tidOf(k, thread) });
        freeId(k, tidOf(k, thread), thread);
        freeUnicode(k, thread + ETHREAD.ThreadName);
        const held = k.mem.ptr(thread + ETHREAD.HeldIoObject);
        if (held !== 0) return k.call(f, 1, 'ObfDereferenceObject', [held]);
      }
      if (f.pc <= 1) {
        return k.call(f, 2, 'ObfDereferenceObject', [k.mem.ptr(f.ptr(0) + KTHREAD.Process)]);
      }
      return k.returnVoid();
    },
  },
  {
    // System thread: drops the life reference of threads (and of processes whose last thread it was) that have ended.
    name: 'PspReaper',
    locals: 2,
    step(k, f) {
      const head = k.globals.PS + PS_GLOBALS.ReaperListHead;
      if (f.pc === 2 && f.get(1) !== 0) {
        const process = f.get(1);
        f.set(1, 0);
        return k.call(f, 2, 'ObfDereferenceObject', [process]);
      }
      if (isEmpty(k.mem, head)) return k.wait(f, 1, { object: k.globals.PS + PS_GLOBALS.ReaperEvent, reason: WaitReason.WrTerminated });
      const thread = removeHead(k.mem, head) - ETHREAD.IrpList;
      const process = k.mem.ptr(thread + KTHREAD.Process);
      remove(k.mem, thread + ETHREAD.ThreadListEntry);
      const slot = k.mem.u32(thread + ETHREAD.TebSlot);
      if (slot !== 0) releaseThreadPlaces(k, process, slot - 1);
      f.set(1, hasProcessFlag(k, process, ProcessFlag.ExitReported) && isEmpty(k.mem, process + EPROCESS.ThreadListHead) ? process : 0);
      return k.call(f, 2, 'ObfDereferenceObject', [thread]);
    },
  },
];
