// What NtQueryInformationThread knows about a thread, class by class (reference: ps-routines.md 8). Setting is set-classes.ts.
import type { Addr } from '../../machine/abi.js';
import { baseIncrement } from '../ke/priority.js';
import { cyclesOf, TICK_100NS } from '../ke/runtime.js';
import type { Kernel } from '../kernel.js';
import { CLIENT_ID, EPROCESS, ETHREAD, KTHREAD } from '../layouts.gen.js';
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
    [0, 8, BigInt(m.u32(t + KTHREAD.KernelTime)) * TICK_100NS],
    [8, 8, BigInt(m.u32(t + KTHREAD.UserTime)) * TICK_100NS],
    [0x10, 8, m.i64(t + ETHREAD.CreateTime)],
    [0x20, 8, m.ptr(t + ETHREAD.StartAddress)],
    [0x28, 8, m.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueProcess)],
    [0x30, 8, m.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueThread)],
    [0x38, 4, m.i8(t + KTHREAD.Priority)],
    [0x3c, 4, m.i8(t + KTHREAD.BasePriority)],
    [0x40, 4, m.u32(t + KTHREAD.ContextSwitches)],
    [0x44, 4, m.u32(t + KTHREAD.State)],
    [0x48, 4, m.u8(t + KTHREAD.WaitReason)],
  ];
}

const byte =
  (field: number): QueryClass['read'] =>
  (k, t) =>
    answer32(k.mem.u8(t + field));
const groupAffinity: QueryClass['read'] = (k, t) => pack(16, [[0, 8, k.mem.i64(t + KTHREAD.Affinity)]]);

export const threadClasses: Readonly<Record<number, QueryClass>> = {
  0: {
    size: 0x30,
    limited: true,
    read: (k, t) =>
      pack(0x30, [
        [0, 4, threadExitStatus(k, t)],
        [8, 8, k.mem.ptr(t + KTHREAD.Teb)],
        [0x10, 8, k.mem.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueProcess)],
        [0x18, 8, k.mem.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueThread)],
        [0x20, 8, k.mem.i64(t + KTHREAD.Affinity)],
        [0x28, 4, k.mem.i8(t + KTHREAD.Priority)],
        [0x2c, 4, basePriorityIncrement(k, t)],
      ]),
  },
  1: {
    size: 0x20,
    limited: true,
    read: (k, t) =>
      pack(0x20, [
        [0, 8, k.mem.i64(t + ETHREAD.CreateTime)],
        [8, 8, k.mem.i64(t + ETHREAD.ExitTime)],
        [0x10, 8, BigInt(k.mem.u32(t + KTHREAD.KernelTime)) * TICK_100NS],
        [0x18, 8, BigInt(k.mem.u32(t + KTHREAD.UserTime)) * TICK_100NS],
      ]),
  },
  9: { size: 8, read: (k, t) => answer64(k.mem.ptr(t + ETHREAD.Win32StartAddress)) },
  11: { size: 8, read: () => answer64(0) }, // never counted, on Windows neither
  12: { size: 4, read: (k, t) => answer32(k.mem.u32(processOf(k, t) + EPROCESS.ActiveThreads) === 1 ? 1 : 0) },
  14: { size: 4, read: byte(KTHREAD.DisableBoost) },
  16: { size: 4, read: (k, t) => answer32(isEmpty(k.mem, t + ETHREAD.IrpList) ? 0 : 1) },
  17: {
    size: 1,
    alignment: 1,
    read: (k, t) => pack(1, [[0, 1, k.mem.u8(t + ETHREAD.HideFromDebugger)]]),
  },
  18: { size: 4, read: (k, t) => answer32(hasThreadFlag(k, t, ThreadFlag.BreakOnTermination) ? 1 : 0) },
  20: { size: 4, limited: true, read: (k, t) => answer32(hasThreadFlag(k, t, ThreadFlag.Terminated) ? 1 : 0) },
  22: { size: 4, limited: true, read: byte(ETHREAD.IoPriority) },
  23: {
    size: 0x10, // THREAD_CYCLE_TIME_INFORMATION
    limited: true,
    read: (k, t) =>
      pack(0x10, [
        [0, 8, cyclesOf(k, t)],
        [8, 8, k.now],
      ]),
  },
  24: { size: 4, limited: true, read: byte(ETHREAD.PagePriority) },
  25: { size: 4, limited: true, read: (k, t) => answer32(k.mem.i8(t + KTHREAD.BasePriority)) },
  30: { size: 16, limited: true, read: groupAffinity },
  33: { size: 4, limited: true, read: (k, t) => pack(4, [[2, 1, k.mem.u32(t + KTHREAD.IdealProcessor)]]) },
  35: { size: 4, limited: true, read: (k, t) => answer32(k.mem.u32(t + KTHREAD.SuspendCount)) },
  38: {
    size: 'text',
    limited: true,
    read: (k, t) =>
      hasThreadFlag(k, t, ThreadFlag.Dead) ? { status: NT.THREAD_IS_TERMINATING } : { text: readUnicode(k, t + ETHREAD.ThreadName) },
  },
  40: { size: 0x50, limited: true, read: (k, t) => pack(0x50, systemThread(k, t)) },
  41: { size: 16, limited: true, read: groupAffinity },
  45: { size: 4, limited: true, read: (k, t) => answer32(k.mem.u8(processOf(k, t) + EPROCESS.SubsystemType)) },
};
