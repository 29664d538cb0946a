// CreateThread of a pico provider, and how a pico thread begins (reference: subsystem-processes.md 4, 5): with the first thread of a process come the callbacks, in
// the order of other processes: process callbacks with the provider's create information, veto, thread callbacks.
import type { Addr, Status } from '../../machine/abi.js';
import { suspendThread } from '../ke/apc.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  EPROCESS,
  ETHREAD,
  KTRAP_FRAME,
  PS_CREATE_NOTIFY_INFO,
  PS_PICO_THREAD_ATTRIBUTES,
  PSP_PICO_CREATE_INFO,
  PSP_PROGRAM,
  PSP_PROGRAM_THREAD,
} from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { referenceObject } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { KERNEL_MODE } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { beginNotifyInfo, discardVetoed, refuse, refuses } from './creation-report.js';
import { callProcessNotify, callThreadNotify, ThreadNotify } from './notify-call.js';
import { freePicoFrame, isPicoThread } from './pico.js';
import { continueAt, Entry, placeFrom, setSegments } from './pico-context.js';
import { forgetCreateInfo, keepCreateInfo } from './pico-create.js';
import { startBody } from './pico-program.js';
import { threadRecord } from './program.js';
import {
  hasProcessFlag,
  hasThreadFlag,
  isSubsystemProcess,
  ProcessFlag,
  processOf,
  setProcessFlag,
  setThreadFlag,
  ThreadFlag,
} from './state.js';
import { createThread } from './thread.js';

const ALL_ACCESS = 0x1fffff;

export interface PicoThread {
  readonly process: Addr;
  /** Trap frame in memory with the registers to begin with; it is copied. */
  readonly frame: Addr;
  readonly context: Addr;
  readonly name?: string;
  readonly priority?: number;
  readonly affinity?: bigint;
  readonly delay?: bigint;
}

/** A pico thread, Initialized, as createThread makes them. */
export function createPicoThread(k: Kernel, o: PicoThread): { readonly thread: Addr; readonly status: number } {
  const m = k.mem;
  const first = m.u32(o.process + EPROCESS.ActiveThreads) === 0;
  const frame = k.pool.allocate('nonpaged', KTRAP_FRAME.sizeof, 'PsPc');
  if (frame === 0) return { thread: 0, status: NT.INSUFFICIENT_RESOURCES };
  m.copy(frame, o.frame, KTRAP_FRAME.sizeof);
  const made = createThread(k, {
    process: o.process,
    startup: 'PspPicoThreadStartup',
    startRoutine: m.ptr(frame + KTRAP_FRAME.Rip),
    startContext: 0,
    user: true,
    pico: true,
    first,
    name: o.name ?? '',
    ...(o.priority === undefined ? {} : { priority: o.priority }),
    ...(o.affinity === undefined ? {} : { affinity: o.affinity }),
    ...(o.delay === undefined ? {} : { delay: o.delay }),
  });
  if (made.thread === 0) {
    k.pool.free(frame);
    return made;
  }
  m.setPtr(made.thread + ETHREAD.PicoFrame, frame);
  m.setPtr(made.thread + ETHREAD.PicoContext, o.context);
  return made;
}

/** Attributes of CreateThread as a trap frame. */
function frameFrom(k: Kernel, a: Addr, at: Addr): void {
  const m = k.mem;
  m.fill(at, KTRAP_FRAME.sizeof);
  m.setU8(at + KTRAP_FRAME.PreviousMode, 1);
  setSegments(k, at);
  for (const r of ['Rax', 'Rcx', 'Rdx', 'Rbx', 'Rbp', 'Rsi', 'Rdi', 'R8', 'R9', 'R10', 'R11'] as const)
    m.setU64(at + KTRAP_FRAME[r], m.u64(a + PS_PICO_THREAD_ATTRIBUTES[r]));
  // (U) the two parameters are Rcx and Rdx, as for other threads, where the registers say nothing
  if (m.u64(at + KTRAP_FRAME.Rcx) === 0n) m.setU64(at + KTRAP_FRAME.Rcx, m.u64(a + PS_PICO_THREAD_ATTRIBUTES.StartParameter1));
  if (m.u64(at + KTRAP_FRAME.Rdx) === 0n) m.setU64(at + KTRAP_FRAME.Rdx, m.u64(a + PS_PICO_THREAD_ATTRIBUTES.StartParameter2));
  m.setU64(at + KTRAP_FRAME.Rip, m.u64(a + PS_PICO_THREAD_ATTRIBUTES.StartRoutine));
  const stack = m.u64(a + PS_PICO_THREAD_ATTRIBUTES.UserStack);
  m.setU64(at + KTRAP_FRAME.Rsp, stack !== 0n ? stack : m.u64(a + PS_PICO_THREAD_ATTRIBUTES.Rsp));
  m.setU64(at + KTRAP_FRAME.GsBase, m.u64(a + PS_PICO_THREAD_ATTRIBUTES.UserGsBase));
}

function fillNotifyInfo(k: Kernel, process: Addr, at: Addr): Addr {
  const m = k.mem;
  const info = m.ptr(process + EPROCESS.PicoCreateInfo);
  const named = beginNotifyInfo(k, at, process);
  if (info === 0 || !named) return at;
  m.setPtr(at + PS_CREATE_NOTIFY_INFO.FileObject, m.ptr(info + PSP_PICO_CREATE_INFO.FileObject));
  if (m.u32(info + PSP_PICO_CREATE_INFO.HasImageFileName))
    m.setPtr(at + PS_CREATE_NOTIFY_INFO.ImageFileName, info + PSP_PICO_CREATE_INFO.ImageFileName);
  if (m.u32(info + PSP_PICO_CREATE_INFO.HasCommandLine))
    m.setPtr(at + PS_CREATE_NOTIFY_INFO.CommandLine, info + PSP_PICO_CREATE_INFO.CommandLine);
  return at;
}

// Locals of PspPicoCreateThread and (up to TRAP) PspPicoReportThread.
const STATUS = 0;
const PROCESS = 1;
const THREAD = 2;
const HANDLE = 3;
const NOTIFY = 4;
const TRAP = NOTIFY + PS_CREATE_NOTIFY_INFO.sizeof / 8;
const THREAD_LOCALS = TRAP + KTRAP_FRAME.sizeof / 8 + 1;

/** PspPicoCreateThread(Attributes, CreateInfo, *Handle) */
function createThreadSteps(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const c = m.checked;
  switch (f.pc) {
    case 0: {
      const a = f.ptr(0);
      c.bytes(a, PS_PICO_THREAD_ATTRIBUTES.sizeof);
      c.setPtr(f.ptr(2), 0);
      f.set(STATUS, 0);
      const r = referenceByHandle(k, m.ptr(a + PS_PICO_THREAD_ATTRIBUTES.Process), 0, typeOf(k, ObType.Process), KERNEL_MODE);
      if (!ntSuccess(r.status)) return k.return(r.status);
      f.set(PROCESS, r.body);
      if (!isSubsystemProcess(k, r.body)) return finishThread(k, f, NT.INVALID_PARAMETER);
      if (f.ptr(1) !== 0) keepCreateInfo(k, r.body, f.ptr(1));
      const trap = f.localAddress(TRAP);
      frameFrom(k, a, trap);
      const current = k.currentThread();
      const made = createPicoThread(k, {
        process: r.body,
        frame: trap,
        context: m.ptr(a + PS_PICO_THREAD_ATTRIBUTES.Context),
        name: isPicoThread(k, current) ? readUnicode(k, current + ETHREAD.ThreadName) : '',
      });
      if (made.thread === 0) return finishThread(k, f, made.status);
      m.setU64(made.thread + ETHREAD.PicoFsBase, m.u64(a + PS_PICO_THREAD_ATTRIBUTES.UserFsBase));
      m.setU64(made.thread + ETHREAD.PicoGsBase, m.u64(a + PS_PICO_THREAD_ATTRIBUTES.UserGsBase));
      f.set(THREAD, made.thread);
      referenceObject(k, made.thread);
      return k.call(f, 1, 'PspPicoReportThread', [made.thread]);
    }
    case 1: {
      const status = f.result32 | 0;
      if (!ntSuccess(status)) {
        f.set(STATUS, status);
        return k.call(f, 3, 'ObfDereferenceObject', [f.get(THREAD)]);
      }
      return k.call(f, 2, 'ObpCreateHandle', [
        f.get(THREAD),
        ALL_ACCESS,
        0x200,
        KERNEL_MODE,
        0,
        f.localAddress(HANDLE),
        OB_OPERATION_HANDLE_CREATE,
        0,
      ]);
    }
    case 2: {
      const status = f.result32 | 0;
      if (ntSuccess(status)) c.setPtr(f.ptr(2), f.get(HANDLE));
      if (k.choice('pico-thread-start') === 'suspended') suspendThread(k, f.get(THREAD));
      k.startThread(f.get(THREAD));
      f.set(STATUS, status);
      return k.call(f, 3, 'ObfDereferenceObject', [f.get(THREAD)]);
    }
    case 3:
      return finishThread(k, f, f.get(STATUS));
    default:
      return k.return(f.get(STATUS));
  }
}

function finishThread(k: Kernel, f: Frame, status: number): Status {
  f.set(STATUS, status);
  return k.call(f, 4, 'ObfDereferenceObject', [f.get(PROCESS)]);
}

/** PspPicoReportThread(Thread): callbacks for a new pico thread and, when it is the first one, its process. The status says whether it may run. */
function reportSteps(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = f.ptr(0);
  const process = processOf(k, thread);
  const notify = f.localAddress(NOTIFY);
  switch (f.pc) {
    case 0:
      if (hasProcessFlag(k, process, ProcessFlag.CreateReported)) return reportThread(k, f, thread, process);
      setProcessFlag(k, process, ProcessFlag.CreateReported);
      return callProcessNotify(k, f, 1, process, fillNotifyInfo(k, process, notify));
    case 1: {
      forgetCreateInfoFile(k, f, process);
      const status = m.i32(notify + PS_CREATE_NOTIFY_INFO.CreationStatus);
      f.set(STATUS, status);
      if (f.get(HANDLE) !== 0) return k.call(f, 2, 'ObfDereferenceObject', [f.get(HANDLE)]);
      return decide(k, f, thread, process);
    }
    case 2:
      return decide(k, f, thread, process);
    case 3:
      discardVetoed(k, process, thread, f.get(STATUS));
      return k.return(f.get(STATUS));
    default:
      return k.return(f.get(STATUS));
  }
}

/** The file of the create information: dereferenced by the caller, as that may run a close. */
function forgetCreateInfoFile(k: Kernel, f: Frame, process: Addr): void {
  const info = k.mem.ptr(process + EPROCESS.PicoCreateInfo);
  f.set(HANDLE, info === 0 ? 0 : k.mem.ptr(info + PSP_PICO_CREATE_INFO.FileObject));
  forgetCreateInfo(k, process, true);
}

function decide(k: Kernel, f: Frame, thread: Addr, process: Addr): Status {
  const status = f.get(STATUS);
  if (!refuses(k, process, status)) return reportThread(k, f, thread, process);
  return refuse(k, f, 3, process, thread, status) ?? k.return(status);
}

function reportThread(k: Kernel, f: Frame, thread: Addr, process: Addr): Status {
  f.set(STATUS, NT.SUCCESS);
  setThreadFlag(k, thread, ThreadFlag.CreateReported);
  return callThreadNotify(k, f, 6, thread, ThreadNotify.Creator, process);
}

// ---------------------------------------------------------------- the thread itself
/** PspPicoThreadStartup, first kernel code of a pico thread: its own report (NonSystem registrations do not see it), its delay, then user mode. */
function startup(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  if (hasThreadFlag(k, thread, ThreadFlag.Terminated)) return k.call(f, 9, 'PspExitThread', [m.i32(thread + ETHREAD.ExitStatus)]);
  switch (f.pc) {
    case 0:
      setThreadFlag(k, thread, ThreadFlag.NewReported);
      return callThreadNotify(k, f, 1, thread, ThreadNotify.NewThread, processOf(k, thread));
    case 1:
      f.set(0, 1);
      return startOthers(k, f, thread);
    case 2: {
      // (an error is a veto of nobody: thread callbacks have none)
      k.startThread(f.get(1));
      return k.call(f, 3, 'ObfDereferenceObject', [f.get(1)]);
    }
    case 3:
      return startOthers(k, f, thread);
    default:
      return go(k, f, thread);
  }
}

/** The first thread of a program with several bodies starts those that follow; then its own delay. */
function startOthers(k: Kernel, f: Frame, thread: Addr): Status {
  const m = k.mem;
  const process = processOf(k, thread);
  const program = m.ptr(process + EPROCESS.Program);
  const i = f.get(0);
  const begins =
    hasThreadFlag(k, thread, ThreadFlag.First) &&
    program !== 0 &&
    i < m.u32(program + PSP_PROGRAM.ThreadCount) &&
    m.ptr(m.ptr(thread + ETHREAD.PicoFrame) + KTRAP_FRAME.Rip) === m.ptr(threadRecord(program, 0) + PSP_PROGRAM_THREAD.Entry);
  if (begins) {
    f.set(0, i + 1);
    const made = startBody(k, process, program, i);
    if (made.thread === 0) return startOthers(k, f, thread);
    f.set(1, made.thread);
    referenceObject(k, made.thread);
    return k.call(f, 2, 'PspPicoReportThread', [made.thread]);
  }
  const delay = m.i64(thread + ETHREAD.StartDelay);
  if (delay > 0n) return k.wait(f, 4, { reason: WaitReason.DelayExecution, mode: 1, timeout: -delay });
  return go(k, f, thread);
}

function go(k: Kernel, f: Frame, thread: Addr): Status {
  const place = placeFrom(k, k.mem.ptr(thread + ETHREAD.PicoFrame));
  freePicoFrame(k, thread);
  return continueAt(k, f, place, hasThreadFlag(k, thread, ThreadFlag.First) ? Entry.Start : Entry.Thread);
}

export const routines: KernelRoutine[] = [
  { name: 'PspPicoCreateThread', locals: THREAD_LOCALS, cost: 200, step: createThreadSteps },
  { name: 'PspPicoReportThread', locals: TRAP, cost: 20, step: reportSteps },
  { name: 'PspPicoThreadStartup', locals: 2, cost: 50, step: startup },
];
