// How threads and processes end: the exit sequence in the thread itself (callbacks, cancelled I/O, last-thread work), and asking other threads to do so by an
// APC (reference: callbacks.md 6, bugchecks.md 3).
import type { Addr, Status } from '../../machine/abi.js';
import { threadEnds } from '../cm/notify.js';
import { requestUserApc, resumeThread } from '../ke/apc.js';
import { WaitReason } from '../ke/constants.js';
import { signalObject } from '../ke/dispatcher.js';
import { checkExitBegins, checkExitEnds } from '../ke/exit-checks.js';
import { cyclesOf } from '../ke/runtime.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, KPROCESS, KTHREAD, PS_GLOBALS } from '../layouts.gen.js';
import { lockedPages } from '../mm/page-lock.js';
import { forgetVads } from '../mm/vad.js';
import { pidOf, shortImageName, tidOf } from '../ob/note.js';
import { dropReference, dropReferenceDeferred, referenceObject } from '../ob/object.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { entries } from '../rtl/list.js';
import { endImpersonation } from '../se/impersonation.js';
import { endInJob } from './job.js';
import { callProcessNotify, callThreadNotify, ThreadNotify } from './notify-call.js';
import { freePicoFrame } from './pico.js';
import { callExitProcess, callExitThread, callTerminateProcess, endThreadless } from './pico-control.js';
import {
  countLiveProcess,
  hasProcessFlag,
  hasThreadFlag,
  isSystemThread,
  ownProcess,
  ProcessFlag,
  processOf,
  STATUS_STILL_ACTIVE,
  setProcessFlag,
  setThreadFlag,
  ThreadFlag,
} from './state.js';
import { queueForReaper } from './thread.js';
import { releaseWindow } from './window.js';

const BUILD_WINDOWS_8_1 = 9600;
const MESSAGE = 'Terminating critical process or thread';
const PROCESS_TERMINATE = 1;
const THREAD_TERMINATE = 1;

/** Threads of a process that have not begun to end, in creation order. */
export const liveThreads = (k: Kernel, process: Addr): Addr[] =>
  entries(k.mem, process + EPROCESS.ThreadListHead)
    .map((e) => e - ETHREAD.ThreadListEntry)
    .filter((t) => !hasThreadFlag(k, t, ThreadFlag.Exiting | ThreadFlag.Dead));

// Locals of PspExitThread.
const LAST = 0;
/** Another thread of the process that is waited for, referenced. */
const OTHER = 1;

/** PspExitThread(ExitStatus): runs in the thread that ends. */
function exitSteps(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  const process = processOf(k, thread);
  switch (f.pc) {
    case 0: {
      if (k.irql > 1) {
        return k.bugCheck(
          0xa,
          0,
          k.irql,
          0,
          0,
          `a thread ends at IRQL ${k.irql}: PsTerminateSystemThread and thread exit need PASSIVE_LEVEL`,
        );
      }
      if (isSystemThread(k, thread)) k.leaveCriticalRegion(); // the one that every system thread begins in
      const silo = m.ptr(thread + ETHREAD.Silo);
      if (silo !== 0)
        return k.bugCheck(
          0x1cb,
          thread,
          silo,
          process,
          0,
          'a thread ends while it is attached to a silo: PsDetachSiloFromCurrentThread is missing',
        );
      const bad = checkExitBegins(k, thread);
      if (bad !== undefined) return bad;
      if (hasThreadFlag(k, thread, ThreadFlag.BreakOnTermination)) return criticalDied(k, thread, true);
      setThreadFlag(k, thread, ThreadFlag.Exiting | ThreadFlag.Terminated);
      if (m.i32(thread + ETHREAD.ExitStatus) === STATUS_STILL_ACTIVE) m.setI32(thread + ETHREAD.ExitStatus, f.i32(0));
      m.setI64(thread + ETHREAD.ExitTime, k.systemTime());
      k.event('ps.thread-exit', { process: pidOf(k, process), thread: tidOf(k, thread), status: m.u32(thread + ETHREAD.ExitStatus) });
      countOut(k, f, process);
      return waitForOthers(k, f, thread, process) ?? reportExit(k, f, thread, process);
    }
    case 10:
      dropReferenceDeferred(k, f.get(OTHER));
      return waitForOthers(k, f, thread, process) ?? reportExit(k, f, thread, process);
    case 1:
      break;
    case 2:
      threadEnds(k, thread);
      freePicoFrame(k, thread);
      return callExitThread(k, f, 8, thread) ?? leaveProcess(k, f, thread, process);
    case 8:
      return leaveProcess(k, f, thread, process);
    case 3:
      return callExitProcess(k, f, 9, process) ?? k.call(f, 4, 'ObKillProcess', [process]);
    case 9:
      return k.call(f, 4, 'ObKillProcess', [process]);
    case 4: {
      const bad = lockedAtExit(k, process);
      if (bad !== undefined) return bad;
      // From now on nobody can hold on to the address space any more; who does already is waited for.
      m.setPtr(process + EPROCESS.RundownProtect, 1);
      if (m.i32(process + EPROCESS.ExitSynchronizations) > 0)
        return k.wait(f, 5, { object: process + EPROCESS.ExitSynchronizationEvent, reason: WaitReason.Executive });
      return k.call(f, 6, 'KiRundownApcs', []);
    }
    case 5:
      return k.call(f, 6, 'KiRundownApcs', []);
    case 6:
      endProcess(k, process);
      return end(k, thread);
    default:
      return end(k, thread);
  }
  return k.call(f, 2, 'IopCancelThreadIrps', [thread]);
}

/** The thread no longer counts. Who is the last is settled before any callback, so that a process ends in the thread whose own end is reported last. */
function countOut(k: Kernel, f: Frame, process: Addr): void {
  const left = k.mem.u32(process + EPROCESS.ActiveThreads) - 1;
  k.mem.setU32(process + EPROCESS.ActiveThreads, left);
  const last = left === 0 && process !== k.mem.ptr(k.globals.PS + PS_GLOBALS.PsInitialSystemProcess);
  f.set(LAST, last ? 1 : 0);
  if (last) setProcessFlag(k, process, ProcessFlag.Deleting);
}

/** The last thread waits until all others of its process have ended; undefined: none is left. */
function waitForOthers(k: Kernel, f: Frame, thread: Addr, process: Addr): Status | undefined {
  if (f.get(LAST) === 0) return undefined;
  const other = entries(k.mem, process + EPROCESS.ThreadListHead)
    .map((e) => e - ETHREAD.ThreadListEntry)
    .find((t) => t !== thread && !hasThreadFlag(k, t, ThreadFlag.Dead));
  if (other === undefined) return undefined;
  referenceObject(k, other);
  f.set(OTHER, other);
  return k.wait(f, 10, { object: other, reason: WaitReason.Executive });
}

function reportExit(k: Kernel, f: Frame, thread: Addr, process: Addr): Status {
  if (!hasThreadFlag(k, thread, ThreadFlag.CreateReported)) return k.call(f, 2, 'IopCancelThreadIrps', [thread]);
  return callThreadNotify(k, f, 1, thread, ThreadNotify.Exit, process);
}

/** The last thread takes the process with it. */
function leaveProcess(k: Kernel, f: Frame, thread: Addr, process: Addr): Status {
  const m = k.mem;
  m.setI32(process + EPROCESS.LastThreadExitStatus, m.i32(thread + ETHREAD.ExitStatus));
  if (f.get(LAST) === 0) return k.call(f, 7, 'KiRundownApcs', []); // while the thread still counts as alive
  if (hasProcessFlag(k, process, ProcessFlag.BreakOnTermination)) return criticalDied(k, process, false);
  if (m.i32(process + EPROCESS.ExitStatus) === STATUS_STILL_ACTIVE)
    m.setI32(process + EPROCESS.ExitStatus, m.i32(thread + ETHREAD.ExitStatus));
  m.setI64(process + EPROCESS.ExitTime, k.systemTime());
  k.event('ps.process-exit', { process: pidOf(k, process), status: m.u32(process + EPROCESS.ExitStatus) });
  if (hasProcessFlag(k, process, ProcessFlag.CreateReported)) return callProcessNotify(k, f, 3, process, 0);
  return callExitProcess(k, f, 9, process) ?? k.call(f, 4, 'ObKillProcess', [process]);
}

/** Handles are closed: the address space goes, the process object becomes signalled. */
function endProcess(k: Kernel, process: Addr): void {
  setProcessFlag(k, process, ProcessFlag.ExitReported);
  endInJob(k, process);
  forgetVads(k, process);
  releaseWindow(k, process);
  k.mem.registers.setUserWindow(0, 0, 0);
  countLiveProcess(k, -1);
  signalObject(k, process);
}

/** A critical process or thread ends: the system stops (0xF4 before Windows 8.1). */
function criticalDied(k: Kernel, body: Addr, isThread: boolean): Status {
  const process = isThread ? processOf(k, body) : body;
  const name = shortImageName(k, process);
  const text = `the critical ${isThread ? 'thread' : 'process'} ${isThread ? `${tidOf(k, body)} of ` : ''}${name} ended`;
  if (k.config.windowsBuild >= BUILD_WINDOWS_8_1) return k.bugCheck(0xef, body, isThread ? 1 : 0, 0, 0, text);
  const message = k.pool.allocate('nonpaged', MESSAGE.length + 1, 'PsMs');
  if (message !== 0) k.mem.writeAnsi(message, MESSAGE, true);
  return k.bugCheck(0xf4, isThread ? 6 : 3, body, process + EPROCESS.ImageFileName, message, text);
}

/** Pages of the process that a driver locked and did not unlock. */
function lockedAtExit(k: Kernel, process: Addr): Status | undefined {
  const pages = lockedPages(k, k.mem.u32(process + KPROCESS.UserOffset), k.mem.u32(process + KPROCESS.UserSize));
  if (pages === 0) return undefined;
  return k.bugCheck(
    0x76,
    0,
    process,
    pages,
    0,
    `process ${pidOf(k, process)} ends with ${pages} locked page(s): MmProbeAndLockPages without MmUnlockPages`,
  );
}

function end(k: Kernel, thread: Addr): Status {
  const bad = checkExitEnds(k, thread);
  if (bad !== undefined) return bad;
  endImpersonation(k, thread);
  const cycles = processOf(k, thread) + KPROCESS.CycleTime;
  k.mem.setPtr(cycles, k.mem.ptr(cycles) + cyclesOf(k, thread));
  setThreadFlag(k, thread, ThreadFlag.Dead);
  queueForReaper(k, thread);
  return k.terminateCurrentThread(k.mem.i32(thread + ETHREAD.ExitStatus));
}

/** Asks a user thread to end: it does so before it runs user code again (PspUserModeExit); a user-mode wait is broken, a suspended thread resumed. */
export function terminateThread(k: Kernel, thread: Addr, status: number): void {
  if (hasThreadFlag(k, thread, ThreadFlag.Terminated)) return;
  setThreadFlag(k, thread, ThreadFlag.Terminated);
  k.mem.setI32(thread + ETHREAD.ExitStatus, status);
  k.event('ps.thread-terminate', { process: pidOf(k, processOf(k, thread)), thread: tidOf(k, thread), status: status >>> 0 });
  while (k.mem.u32(thread + KTHREAD.SuspendCount) > 0) resumeThread(k, thread);
  requestUserApc(k, thread);
}

/** Asks all threads of a process but the current one to end. `others`: the process itself goes on (NtTerminateProcess with a NULL handle). */
export function terminateProcess(k: Kernel, process: Addr, status: number, others = false): number {
  if (!others) {
    if (hasProcessFlag(k, process, ProcessFlag.Deleting)) return NT.PROCESS_IS_TERMINATING;
    setProcessFlag(k, process, ProcessFlag.Deleting);
    k.mem.setI32(process + EPROCESS.ExitStatus, status);
    k.event('ps.process-terminate', { process: pidOf(k, process), status: status >>> 0, by: tidOf(k, k.currentThread()) });
  }
  if (k.mem.u32(process + EPROCESS.ActiveThreads) === 0 && !others) endThreadless(k, process, status);
  for (const t of liveThreads(k, process)) if (t !== k.currentThread()) terminateThread(k, t, status);
  return NT.SUCCESS;
}

const services: ServiceDefinition[] = [
  {
    // (ProcessHandle, ExitStatus); NULL handle: all other threads of the current process
    name: 'TerminateProcess',
    args: 2,
    locals: 2,
    cost: 50,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          if (f.ptr(0) === 0) return k.return(terminateProcess(k, ownProcess(k), f.i32(1), true));
          const r = referenceFor(k, f.ptr(0), PROCESS_TERMINATE, ObType.Process);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(0, r.body);
          if (r.body === k.mem.ptr(k.globals.PS + PS_GLOBALS.PsInitialSystemProcess)) {
            f.set(1, NT.ACCESS_DENIED);
            return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
          }
          if (hasProcessFlag(k, r.body, ProcessFlag.BreakOnTermination)) return criticalDied(k, r.body, false);
          const asked = callTerminateProcess(k, f, 1, r.body, f.i32(1));
          if (asked !== undefined) return asked;
          f.set(1, terminateProcess(k, r.body, f.i32(1)));
          return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
        }
        case 1:
          f.set(1, f.result32 | 0);
          return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
        case 2:
          if (ntSuccess(f.get(1)) && f.get(0) === ownProcess(k)) return k.call(f, 4, 'PspExitThread', [f.i32(1)]);
          return k.return(f.get(1));
        default:
          return k.return(NT.UNSUCCESSFUL);
      }
    },
  },
  {
    // (ThreadHandle, ExitStatus)
    name: 'TerminateThread',
    args: 2,
    locals: 2,
    cost: 50,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const thread = k.currentThread();
          if (f.ptr(0) === 0 && k.mem.u32(ownProcess(k) + EPROCESS.ActiveThreads) === 1) return k.return(NT.CANT_TERMINATE_SELF);
          if (f.ptr(0) === 0 || f.ptr(0) === -2) return exitSelf(k, f, thread);
          const r = referenceFor(k, f.ptr(0), THREAD_TERMINATE, ObType.Thread);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(0, r.body);
          if (r.body === thread) {
            dropReference(k, thread);
            return exitSelf(k, f, thread);
          }
          if (isSystemThread(k, r.body)) {
            f.set(1, NT.ACCESS_DENIED);
            return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
          }
          if (hasThreadFlag(k, r.body, ThreadFlag.BreakOnTermination)) return criticalDied(k, r.body, true);
          terminateThread(k, r.body, f.i32(1));
          f.set(1, NT.SUCCESS);
          return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
        }
        default:
          return k.return(f.get(1));
      }
    },
  },
];

function exitSelf(k: Kernel, f: Frame, thread: Addr): Status {
  if (isSystemThread(k, thread)) return k.return(NT.INVALID_PARAMETER);
  return k.call(f, 9, 'PspExitThread', [f.i32(1)]);
}

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  { name: 'PspExitThread', locals: 2, cost: 100, step: exitSteps },
  {
    // Hook of the core: something is due before the current thread goes back to user mode.
    name: 'PspUserModeExit',
    step(k, f) {
      const thread = k.currentThread();
      if (f.pc === 0 && hasThreadFlag(k, thread, ThreadFlag.Terminated))
        return k.call(f, 1, 'PspExitThread', [k.mem.i32(thread + ETHREAD.ExitStatus)]);
      return k.returnVoid();
    },
  },
  {
    // (ExitStatus): only system threads may end this way
    name: 'PsTerminateSystemThread',
    cost: 20,
    step(k, f) {
      const thread = k.currentThread();
      if (!isSystemThread(k, thread)) return k.return(NT.INVALID_PARAMETER);
      return k.call(f, 1, 'PspExitThread', [f.i32(0)]);
    },
  },
];
