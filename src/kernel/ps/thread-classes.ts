// What NtQueryInformationThread knows about a thread, class by class (reference: ps-routines.md 8). Setting is set-classes.ts.
import type { Addr } from '../../machine/abi.js';
import { baseIncrement } from '../ke/priority.js';
import { cyclesOf, TICK_100NS } from '../ke/runtime.js';
import type { Kernel } from '../kernel.js';
import {
  CLIENT_ID,
  EPROCESS,
  ETHREAD,
  GROUP_AFFINITY,
  KERNEL_USER_TIMES,
  KTHREAD,
  PROCESSOR_NUMBER,
  PSP_CYCLE_TIME_INFORMATION,
  SYSTEM_THREAD_INFORMATION,
  THREAD_BASIC_INFORMATION,
  THREADINFOCLASS,
} from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { isEmpty } from '../rtl/list.js';
import { answer32, answer64, pack, type QueryClass } from './class-buffer.js';
import { hasThreadFlag, processOf, STATUS_STILL_ACTIVE, ThreadFlag } from './state.js';

/** Relative to the process, as THREAD_BASIC_INFORMATION has it; a saturated thread (idle, time-critical) shows -15 or 15 (U: the native value is 16 in size). */
const basePriorityIncrement = (k: Kernel, t: Addr): number => Math.min(15, Math.max(-15, baseIncrement(k, t)));

/** Exit status, STATUS_PENDING while the thread lives. */
export const threadExitStatus = (k: Kernel, t: Addr): number =>
  hasThreadFlag(k, t, ThreadFlag.Dead) ? k.mem.i32(t + ETHREAD.ExitStatus) : STATUS_STILL_ACTIVE;

/** SYSTEM_THREAD_INFORMATION as [offset, size, value]. */
export function systemThread(k: Kernel, t: Addr): [number, number, number | bigint][] {
  const m = k.mem;
  return [
    [SYSTEM_THREAD_INFORMATION.KernelTime, 8, BigInt(m.u32(t + KTHREAD.KernelTime)) * TICK_100NS],
    [SYSTEM_THREAD_INFORMATION.UserTime, 8, BigInt(m.u32(t + KTHREAD.UserTime)) * TICK_100NS],
    [SYSTEM_THREAD_INFORMATION.CreateTime, 8, m.i64(t + ETHREAD.CreateTime)],
    [SYSTEM_THREAD_INFORMATION.StartAddress, 8, m.ptr(t + ETHREAD.StartAddress)],
    [SYSTEM_THREAD_INFORMATION.ClientId + CLIENT_ID.UniqueProcess, 8, m.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueProcess)],
    [SYSTEM_THREAD_INFORMATION.ClientId + CLIENT_ID.UniqueThread, 8, m.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueThread)],
    [SYSTEM_THREAD_INFORMATION.Priority, 4, m.i8(t + KTHREAD.Priority)],
    [SYSTEM_THREAD_INFORMATION.BasePriority, 4, m.i8(t + KTHREAD.BasePriority)],
    [SYSTEM_THREAD_INFORMATION.ContextSwitches, 4, m.u32(t + KTHREAD.ContextSwitches)],
    [SYSTEM_THREAD_INFORMATION.ThreadState, 4, m.u32(t + KTHREAD.State)],
    [SYSTEM_THREAD_INFORMATION.WaitReason, 4, m.u8(t + KTHREAD.WaitReason)],
  ];
}

const byte =
  (field: number): QueryClass['read'] =>
  (k, t) =>
    answer32(k.mem.u8(t + field));
const groupAffinity: QueryClass['read'] = (k, t) =>
  pack(GROUP_AFFINITY.sizeof, [[GROUP_AFFINITY.Mask, 8, k.mem.i64(t + KTHREAD.Affinity)]]);

export const threadClasses: Readonly<Record<number, QueryClass>> = {
  [THREADINFOCLASS.ThreadBasicInformation]: {
    size: THREAD_BASIC_INFORMATION.sizeof,
    limited: true,
    read: (k, t) =>
      pack(THREAD_BASIC_INFORMATION.sizeof, [
        [THREAD_BASIC_INFORMATION.ExitStatus, 4, threadExitStatus(k, t)],
        [THREAD_BASIC_INFORMATION.TebBaseAddress, 8, k.mem.ptr(t + KTHREAD.Teb)],
        [THREAD_BASIC_INFORMATION.ClientId + CLIENT_ID.UniqueProcess, 8, k.mem.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueProcess)],
        [THREAD_BASIC_INFORMATION.ClientId + CLIENT_ID.UniqueThread, 8, k.mem.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueThread)],
        [THREAD_BASIC_INFORMATION.AffinityMask, 8, k.mem.i64(t + KTHREAD.Affinity)],
        [THREAD_BASIC_INFORMATION.Priority, 4, k.mem.i8(t + KTHREAD.Priority)],
        [THREAD_BASIC_INFORMATION.BasePriority, 4, basePriorityIncrement(k, t)],
      ]),
  },
  [THREADINFOCLASS.ThreadTimes]: {
    size: KERNEL_USER_TIMES.sizeof,
    limited: true,
    read: (k, t) =>
      pack(KERNEL_USER_TIMES.sizeof, [
        [KERNEL_USER_TIMES.CreateTime, 8, k.mem.i64(t + ETHREAD.CreateTime)],
        [KERNEL_USER_TIMES.ExitTime, 8, k.mem.i64(t + ETHREAD.ExitTime)],
        [KERNEL_USER_TIMES.KernelTime, 8, BigInt(k.mem.u32(t + KTHREAD.KernelTime)) * TICK_100NS],
        [KERNEL_USER_TIMES.UserTime, 8, BigInt(k.mem.u32(t + KTHREAD.UserTime)) * TICK_100NS],
      ]),
  },
  [THREADINFOCLASS.ThreadQuerySetWin32StartAddress]: { size: 8, read: (k, t) => answer64(k.mem.ptr(t + ETHREAD.Win32StartAddress)) },
  [THREADINFOCLASS.ThreadPerformanceCount]: { size: 8, read: () => answer64(0) }, // never counted, on Windows neither
  [THREADINFOCLASS.ThreadAmILastThread]: {
    size: 4,
    read: (k, t) => answer32(k.mem.u32(processOf(k, t) + EPROCESS.ActiveThreads) === 1 ? 1 : 0),
  },
  [THREADINFOCLASS.ThreadPriorityBoost]: { size: 4, read: byte(KTHREAD.DisableBoost) },
  [THREADINFOCLASS.ThreadIsIoPending]: { size: 4, read: (k, t) => answer32(isEmpty(k.mem, t + ETHREAD.IrpList) ? 0 : 1) },
  [THREADINFOCLASS.ThreadHideFromDebugger]: {
    size: 1,
    alignment: 1,
    read: (k, t) => pack(1, [[0, 1, k.mem.u8(t + ETHREAD.HideFromDebugger)]]),
  },
  [THREADINFOCLASS.ThreadBreakOnTermination]: {
    size: 4,
    read: (k, t) => answer32(hasThreadFlag(k, t, ThreadFlag.BreakOnTermination) ? 1 : 0),
  },
  [THREADINFOCLASS.ThreadIsTerminated]: {
    size: 4,
    limited: true,
    read: (k, t) => answer32(hasThreadFlag(k, t, ThreadFlag.Terminated) ? 1 : 0),
  },
  [THREADINFOCLASS.ThreadIoPriority]: { size: 4, limited: true, read: byte(ETHREAD.IoPriority) },
  [THREADINFOCLASS.ThreadCycleTime]: {
    size: PSP_CYCLE_TIME_INFORMATION.sizeof,
    limited: true,
    read: (k, t) =>
      pack(PSP_CYCLE_TIME_INFORMATION.sizeof, [
        [PSP_CYCLE_TIME_INFORMATION.AccumulatedCycles, 8, cyclesOf(k, t)],
        [PSP_CYCLE_TIME_INFORMATION.CurrentCycleCount, 8, k.now],
      ]),
  },
  [THREADINFOCLASS.ThreadPagePriority]: { size: 4, limited: true, read: byte(ETHREAD.PagePriority) },
  [THREADINFOCLASS.ThreadActualBasePriority]: { size: 4, limited: true, read: (k, t) => answer32(k.mem.i8(t + KTHREAD.BasePriority)) },
  [THREADINFOCLASS.ThreadGroupInformation]: { size: GROUP_AFFINITY.sizeof, limited: true, read: groupAffinity },
  [THREADINFOCLASS.ThreadIdealProcessorEx]: {
    size: PROCESSOR_NUMBER.sizeof,
    limited: true,
    read: (k, t) => pack(PROCESSOR_NUMBER.sizeof, [[PROCESSOR_NUMBER.Number, 1, k.mem.u32(t + KTHREAD.IdealProcessor)]]),
  },
  [THREADINFOCLASS.ThreadSuspendCount]: { size: 4, limited: true, read: (k, t) => answer32(k.mem.u32(t + KTHREAD.SuspendCount)) },
  [THREADINFOCLASS.ThreadNameInformation]: {
    size: 'text',
    limited: true,
    read: (k, t) =>
      hasThreadFlag(k, t, ThreadFlag.Dead) ? { status: NT.THREAD_IS_TERMINATING } : { text: readUnicode(k, t + ETHREAD.ThreadName) },
  },
  [THREADINFOCLASS.ThreadSystemThreadInformation]: {
    size: SYSTEM_THREAD_INFORMATION.sizeof,
    limited: true,
    read: (k, t) => pack(SYSTEM_THREAD_INFORMATION.sizeof, systemThread(k, t)),
  },
  [THREADINFOCLASS.ThreadActualGroupAffinity]: { size: GROUP_AFFINITY.sizeof, limited: true, read: groupAffinity },
  [THREADINFOCLASS.ThreadSubsystemInformation]: {
    size: 4,
    limited: true,
    read: (k, t) => answer32(k.mem.u8(processOf(k, t) + EPROCESS.SubsystemType)),
  },
};
