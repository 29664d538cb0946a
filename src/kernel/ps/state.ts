// Flags of processes and threads (EPROCESS.Flags, ETHREAD.CrossThreadFlags) and the questions that other files ask about them.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, ETHREAD, KTHREAD, PS_GLOBALS } from '../layouts.gen.js';
import { STATUS } from '../status.gen.js';

export const ProcessFlag = {
  CreateReported: 0x1,
  Deleting: 0x2,
  BreakOnTermination: 0x4,
  Vetoed: 0x8,
  ExitReported: 0x10,
  ImagesLoaded: 0x20,
  /** A pico process: minimal, with a provider (ps/pico.ts). */
  Subsystem: 0x40,
  Minimal: 0x80,
  InheritsHandles: 0x1000,
  Cloned: 0x2000,
} as const;
export const ThreadFlag = {
  Terminated: 0x1,
  Dead: 0x2,
  System: 0x10,
  CreateReported: 0x20,
  NewReported: 0x40,
  First: 0x80,
  Exiting: 0x100,
  /** Runs a body of a program: `void`, so its end is exit code 0. */
  Body: 0x200,
  BreakOnTermination: 0x400,
} as const;

/** Exit status of what has not ended. */
export const STATUS_STILL_ACTIVE = STATUS.PENDING;

export const hasProcessFlag = (k: Kernel, process: Addr, flag: number): boolean => (k.mem.u32(process + EPROCESS.Flags) & flag) !== 0;
export const setProcessFlag = (k: Kernel, process: Addr, flag: number): void =>
  k.mem.setU32(process + EPROCESS.Flags, (k.mem.u32(process + EPROCESS.Flags) | flag) >>> 0);
export const hasThreadFlag = (k: Kernel, thread: Addr, flag: number): boolean =>
  (k.mem.u32(thread + ETHREAD.CrossThreadFlags) & flag) !== 0;
export const setThreadFlag = (k: Kernel, thread: Addr, flag: number): void =>
  k.mem.setU32(thread + ETHREAD.CrossThreadFlags, (k.mem.u32(thread + ETHREAD.CrossThreadFlags) | flag) >>> 0);

export const isSubsystemProcess = (k: Kernel, process: Addr): boolean => hasProcessFlag(k, process, ProcessFlag.Subsystem);
export const isSystemThread = (k: Kernel, thread: Addr): boolean => hasThreadFlag(k, thread, ThreadFlag.System);
export const systemProcess = (k: Kernel): Addr => k.mem.ptr(k.globals.PS + PS_GLOBALS.PsInitialSystemProcess);
/** Process that owns the thread (not the one it is attached to). */
export const processOf = (k: Kernel, thread: Addr): Addr => k.mem.ptr(thread + KTHREAD.Process);
/** Process of the current thread (not the one it is attached to). */
export const ownProcess = (k: Kernel): Addr => processOf(k, k.currentThread());

/** One more, or one less, user process that has not ended: a scenario waits for the last of them. */
export function countLiveProcess(k: Kernel, change: 1 | -1): void {
  const live = k.globals.PS + PS_GLOBALS.LiveUserProcesses;
  k.mem.setU32(live, Math.max(0, k.mem.u32(live) + change));
}
