// The routines with which a pico provider ends, stops and continues its threads and processes, and what the kernel calls when they end
// (reference: subsystem-processes.md 4, 5).
import type { Addr, Status } from '../../machine/abi.js';
import { resumeThread, suspendThread } from '../ke/apc.js';
import { signalObject } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, KTHREAD, KTRAP_FRAME } from '../layouts.gen.js';
import { forgetVads } from '../mm/vad.js';
import { pidOf } from '../ob/note.js';
import { dropReferenceDeferred } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { terminateProcess, terminateThread } from './exit.js';
import { hasProvider, isPicoThread, providerRoutine } from './pico.js';
import {
  countLiveProcess,
  hasProcessFlag,
  hasThreadFlag,
  isSubsystemProcess,
  ownProcess,
  ProcessFlag,
  processOf,
  setProcessFlag,
  ThreadFlag,
} from './state.js';
import { releaseWindow } from './window.js';

const FS = 0;
const GS = 1;

/** A pico process that never got a thread ends at once, and its life reference goes; its creator may still hold handles. */
export function endThreadless(k: Kernel, process: Addr, status: number): void {
  const m = k.mem;
  m.setI32(process + EPROCESS.ExitStatus, status);
  m.setI64(process + EPROCESS.ExitTime, k.systemTime());
  setProcessFlag(k, process, ProcessFlag.Deleting | ProcessFlag.ExitReported);
  forgetVads(k, process);
  releaseWindow(k, process);
  countLiveProcess(k, -1);
  k.event('ps.process-exit', { process: pidOf(k, process), status: status >>> 0 });
  signalObject(k, process);
  dropReferenceDeferred(k, process);
}

/** Last act for a pico thread that ends: the provider's ExitThread, as a step of the exit sequence. Undefined: there is nothing to call, as for one that was refused (it has the status). */
export function callExitThread(k: Kernel, f: Frame, nextPc: number, thread: Addr): Status | undefined {
  const routine =
    isPicoThread(k, thread) && !hasProcessFlag(k, processOf(k, thread), ProcessFlag.Vetoed) ? providerRoutine(k, 'ExitThread') : 0;
  return routine === 0 ? undefined : k.call(f, nextPc, routine, [thread]);
}

/** The same for its process, after the process-exit callbacks. */
export function callExitProcess(k: Kernel, f: Frame, nextPc: number, process: Addr): Status | undefined {
  if (!isSubsystemProcess(k, process)) return undefined;
  if (!hasProvider(k)) return k.call(f, nextPc, 'LxExitProcess', [process]);
  const routine = hasProcessFlag(k, process, ProcessFlag.Vetoed) ? 0 : providerRoutine(k, 'ExitProcess');
  return routine === 0 ? undefined : k.call(f, nextPc, routine, [process]);
}

/** NtTerminateProcess of a pico process by somebody else is the provider's decision. Undefined: the kernel does it. */
export function callTerminateProcess(k: Kernel, f: Frame, nextPc: number, process: Addr, status: number): Status | undefined {
  if (!isSubsystemProcess(k, process) || process === ownProcess(k) || hasProcessFlag(k, process, ProcessFlag.Deleting)) return undefined;
  const routine = providerRoutine(k, 'TerminateProcess');
  return routine === 0 ? undefined : k.call(f, nextPc, routine, [process, status]);
}

/** Suspend and resume: (Thread, *PreviousCount) */
function counted(name: string, change: (k: Kernel, thread: Addr) => number): KernelRoutine {
  return {
    name,
    cost: 20,
    step(k, f) {
      const thread = f.ptr(0);
      if (!isPicoThread(k, thread)) return k.return(NT.INVALID_PARAMETER);
      if (hasThreadFlag(k, thread, ThreadFlag.Terminated | ThreadFlag.Dead)) return k.return(NT.THREAD_IS_TERMINATING);
      const previous = change(k, thread);
      if (previous < 0) return k.return(NT.SUSPEND_COUNT_EXCEEDED);
      if (f.ptr(1) !== 0) k.mem.checked.setU32(f.ptr(1), previous);
      return k.return(NT.SUCCESS);
    },
  };
}

export const routines: KernelRoutine[] = [
  counted('PspPicoSuspendThread', suspendThread),
  counted('PspPicoResumeThread', resumeThread),
  {
    // (Thread, ExitStatus, Direct): the current thread ends at once when Direct (U), else before it goes back to user mode
    name: 'PspPicoTerminateThread',
    cost: 30,
    step(k, f) {
      if (f.pc !== 0) return k.return(NT.SUCCESS);
      const thread = f.ptr(0);
      if (!isPicoThread(k, thread)) return k.return(NT.INVALID_PARAMETER);
      if (thread === k.currentThread() && f.bool(2)) return k.call(f, 1, 'PspExitThread', [f.i32(1)]);
      terminateThread(k, thread, f.i32(1));
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Process, ExitStatus): the current thread, when it is one of it, ends before it goes back to user mode
    name: 'PspPicoTerminateProcess',
    cost: 50,
    step(k, f) {
      const process = f.ptr(0);
      if (!isSubsystemProcess(k, process)) return k.return(NT.INVALID_PARAMETER);
      const status = terminateProcess(k, process, f.i32(1));
      if (status === NT.SUCCESS && process === ownProcess(k)) terminateThread(k, k.currentThread(), f.i32(1));
      return k.return(status);
    },
  },
  {
    // (ExitStatus): the current thread's process and the thread itself, now
    name: 'PspPicoEndProcess',
    cost: 50,
    step(k, f) {
      if (f.pc !== 0) return k.returnVoid();
      terminateProcess(k, ownProcess(k), f.i32(0));
      return k.call(f, 1, 'PspExitThread', [f.i32(0)]);
    },
  },
  {
    // (Type, Base): of the current thread
    name: 'PspPicoSetThreadDescriptorBase',
    cost: 5,
    step(k, f) {
      const thread = k.currentThread();
      if (f.u32(0) === FS) k.mem.setU64(thread + ETHREAD.PicoFsBase, f.u64(1));
      if (f.u32(0) === GS) {
        k.mem.setU64(thread + ETHREAD.PicoGsBase, f.u64(1));
        const trap = k.mem.ptr(thread + KTHREAD.TrapFrame);
        if (trap !== 0) k.mem.setU64(trap + KTRAP_FRAME.GsBase, f.u64(1));
      }
      return k.returnVoid();
    },
  },
];
