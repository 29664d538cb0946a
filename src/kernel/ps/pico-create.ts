// CreateProcess and CreateThread of a pico provider, and how a pico thread begins (reference: subsystem-processes.md 4, 5). A process is made empty or as a copy of
// its parent; the callbacks for its creation come with its first thread, in the order of other processes: process callbacks with the provider's create
// information, veto, thread callbacks.
import type { Addr, Status } from '../../machine/abi.js';
import { createImageFile } from '../io/file.js';
import { suspendThread } from '../ke/apc.js';
import { WaitReason } from '../ke/constants.js';
import { signalObject } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CLIENT_ID,
  EPROCESS,
  ETHREAD,
  HANDLE_TABLE_ENTRY,
  KPROCESS,
  KTRAP_FRAME,
  OBJECT_HEADER,
  OBJECT_TYPE,
  PS_CREATE_NOTIFY_INFO,
  PS_GLOBALS,
  PS_PICO_CREATE_INFO,
  PS_PICO_PROCESS_ATTRIBUTES,
  PS_PICO_THREAD_ATTRIBUTES,
  PSP_PICO_CREATE_INFO,
  PSP_PROGRAM,
  PSP_PROGRAM_THREAD,
} from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { allocateHandleAt, handlesOf, OBJ_INHERIT } from '../ob/handle-table.js';
import { pidOf, tidOf } from '../ob/note.js';
import { bodyOf, dropReference, headerOf, objectType, referenceObject } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { KERNEL_MODE } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateCounted, freeUnicode, readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { tokenForProcess } from '../se/token.js';
import { callProcessNotify, callThreadNotify, ThreadNotify } from './notify-call.js';
import { closeRegistration, isPicoThread, subsystemType } from './pico.js';
import { continueAt, Entry, placeFrom, setSegments } from './pico-context.js';
import { startBody } from './pico-program.js';
import { cloneWindow, mapProgram } from './pico-window.js';
import { createProcess } from './process.js';
import { findProgram, threadRecord } from './program.js';
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
import { createThread, discardThread, queueForReaper } from './thread.js';
import { allocateWindow, freeWindow } from './window.js';

const CLONE_PARENT = 1;
const INHERIT_HANDLES = 2;
const ALL_FLAGS = 0x1f;
const ALL_ACCESS = 0x1fffff;
const IS_SUBSYSTEM_PROCESS = 2;
/** Root file system of the distribution as NTFS has it (reference: subsystem-processes.md 6, LxFs). */
const ROOTFS = '\\Device\\HarddiskVolume3\\Users\\user\\AppData\\Local\\Packages\\Distribution\\LocalState\\rootfs';

/** Path of the file behind a Linux path: below the root file system, or (DriveFs) on the volume itself. */
export function backingPath(path: string): string {
  const drive = /^\/mnt\/c(\/.*)?$/.exec(path);
  return (drive ? `\\Device\\HarddiskVolume3${drive[1] ?? ''}` : `${ROOTFS}${path}`).replaceAll('/', '\\');
}

/** File object of an ELF file by its Linux path, with one reference. */
export const createElfFile = (k: Kernel, path: string): Addr => createImageFile(k, backingPath(path));

// ---------------------------------------------------------------- processes
export interface PicoProcess {
  readonly parent: Addr;
  /** Linux path, '' when nobody gave one. */
  readonly path: string;
  readonly commandLine: string;
  /** Referenced by the new process; 0: the parent's. */
  readonly token: Addr;
  readonly context: Addr;
  readonly basePriority?: number;
}

/** A minimal process with an empty window and no thread; 0: out of memory or windows. */
export function createPicoProcess(k: Kernel, o: PicoProcess): Addr {
  const m = k.mem;
  closeRegistration(k);
  const window = allocateWindow(k, 32); // an ordinary one: everything lies where WINDOW says
  if (!window) return 0;
  const process = createProcess(k, {
    imagePath: o.path,
    commandLine: o.commandLine,
    parent: o.parent,
    auditName: o.path === '' ? '' : backingPath(o.path),
    ...(o.basePriority === undefined ? {} : { basePriority: o.basePriority }),
  });
  if (process === 0) {
    freeWindow(k, window);
    return 0;
  }
  m.setU32(process + KPROCESS.UserOffset, window.offset);
  m.setU32(process + KPROCESS.UserSize, window.size);
  setProcessFlag(k, process, ProcessFlag.Subsystem | ProcessFlag.Minimal);
  m.setU8(process + EPROCESS.SubsystemType, subsystemType(k));
  m.setPtr(process + EPROCESS.PicoContext, o.context);
  if (o.token !== 0) referenceObject(k, o.token);
  m.setPtr(process + EPROCESS.Token, o.token !== 0 ? o.token : tokenForProcess(k, o.parent));
  const live = k.globals.PS + PS_GLOBALS.LiveUserProcesses;
  m.setU32(live, m.u32(live) + 1);
  k.event('ps.process-create', {
    process: pidOf(k, process),
    parent: pidOf(k, o.parent),
    image: o.path,
    commandLine: o.commandLine,
    creator: tidOf(k, k.currentThread()),
  });
  return process;
}

/** Copies inheritable handles; they keep their values. */
function inheritHandles(k: Kernel, parent: Addr, child: Addr): void {
  const m = k.mem;
  const from = m.ptr(parent + EPROCESS.ObjectTable);
  if (from === 0) return;
  for (const { handle, entry } of handlesOf(k, from)) {
    const attributes = m.u32(entry + HANDLE_TABLE_ENTRY.Attributes);
    if (!(attributes & OBJ_INHERIT)) continue;
    const body = bodyOf(m.ptr(entry + HANDLE_TABLE_ENTRY.Object));
    const table = m.ptr(child + EPROCESS.ObjectTable);
    if (!allocateHandleAt(k, table, handle, headerOf(body), m.u32(entry + HANDLE_TABLE_ENTRY.GrantedAccess), attributes)) continue;
    referenceObject(k, body);
    const count = headerOf(body) + OBJECT_HEADER.HandleCount;
    m.setPtr(count, m.ptr(count) + 1);
    const type = objectType(k, body) + OBJECT_TYPE.TotalNumberOfHandles;
    m.setU32(type, m.u32(type) + 1);
  }
}

/** Keeps what the notify callbacks will be told. The pointers of the caller are read now. */
function keepCreateInfo(k: Kernel, process: Addr, info: Addr): void {
  if (info === 0) return;
  const m = k.mem;
  forgetCreateInfo(k, process);
  const c = m.checked;
  const block = k.pool.allocate('nonpaged', PSP_PICO_CREATE_INFO.sizeof, 'PsPc');
  if (block === 0) return;
  m.fill(block, PSP_PICO_CREATE_INFO.sizeof);
  const file = c.ptr(info + PS_PICO_CREATE_INFO.FileObject);
  if (file !== 0) referenceObject(k, file);
  m.setPtr(block + PSP_PICO_CREATE_INFO.FileObject, file);
  const strings = [
    [PS_PICO_CREATE_INFO.ImageFileName, PSP_PICO_CREATE_INFO.ImageFileName, PSP_PICO_CREATE_INFO.HasImageFileName],
    [PS_PICO_CREATE_INFO.CommandLine, PSP_PICO_CREATE_INFO.CommandLine, PSP_PICO_CREATE_INFO.HasCommandLine],
  ] as const;
  for (const [from, to, has] of strings) {
    const us = c.ptr(info + from);
    if (us === 0) continue;
    c.bytes(us, 16);
    allocateCounted(k, block + to, readUnicode(k, us), 'PsPc');
    m.setU32(block + has, 1);
  }
  m.setPtr(process + EPROCESS.PicoCreateInfo, block);
}

/** Frees what was kept. The file is the provider's, who still has its own reference; `keepFile`: the caller drops ours. */
export function forgetCreateInfo(k: Kernel, process: Addr, keepFile = false): void {
  const m = k.mem;
  const block = m.ptr(process + EPROCESS.PicoCreateInfo);
  if (block === 0) return;
  const file = m.ptr(block + PSP_PICO_CREATE_INFO.FileObject);
  if (file !== 0 && !keepFile) dropReference(k, file);
  m.setPtr(process + EPROCESS.PicoCreateInfo, 0);
  freeUnicode(k, block + PSP_PICO_CREATE_INFO.ImageFileName);
  freeUnicode(k, block + PSP_PICO_CREATE_INFO.CommandLine);
  k.pool.free(block);
}

/** PspPicoCreateProcess(Attributes, CreateInfo, *Handle). Locals: 0 status, 1 process, 2 parent, 3 handle, 4 token. */
function createProcessSteps(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const c = m.checked;
  switch (f.pc) {
    case 0: {
      for (let i = 0; i < 5; i++) f.set(i, 0);
      const a = f.ptr(0);
      c.bytes(a, PS_PICO_PROCESS_ATTRIBUTES.sizeof);
      c.setPtr(f.ptr(2), 0);
      const flags = m.u32(a + PS_PICO_PROCESS_ATTRIBUTES.Flags);
      if (flags & ~ALL_FLAGS) return k.return(NT.INVALID_PARAMETER);
      const parentHandle = m.ptr(a + PS_PICO_PROCESS_ATTRIBUTES.ParentProcess);
      const parent = referenceByHandle(k, parentHandle === 0 ? -1 : parentHandle, 0, typeOf(k, ObType.Process), KERNEL_MODE);
      if (!ntSuccess(parent.status)) return k.return(parent.status);
      f.set(2, parent.body);
      const tokenHandle = m.ptr(a + PS_PICO_PROCESS_ATTRIBUTES.Token);
      if (tokenHandle !== 0) {
        const token = referenceByHandle(k, tokenHandle, 0, typeOf(k, ObType.Token), KERNEL_MODE);
        if (!ntSuccess(token.status)) return finishProcess(k, f, token.status);
        f.set(4, token.body);
      }
      if (hasProcessFlag(k, parent.body, ProcessFlag.Deleting)) return finishProcess(k, f, NT.PROCESS_IS_TERMINATING);
      if (flags & CLONE_PARENT && !isSubsystemProcess(k, parent.body)) return finishProcess(k, f, NT.INVALID_PARAMETER);
      const info = f.ptr(1);
      const name = info === 0 ? 0 : c.ptr(info + PS_PICO_CREATE_INFO.ImageFileName);
      const command = info === 0 ? 0 : c.ptr(info + PS_PICO_CREATE_INFO.CommandLine);
      const process = createPicoProcess(k, {
        parent: parent.body,
        path: name !== 0 ? readUnicode(k, name) : flags & CLONE_PARENT ? linuxName(k, parent.body) : '',
        commandLine: command === 0 ? '' : readUnicode(k, command),
        token: f.get(4),
        context: m.ptr(a + PS_PICO_PROCESS_ATTRIBUTES.Context),
      });
      if (process === 0) return finishProcess(k, f, NT.INSUFFICIENT_RESOURCES);
      f.set(1, process);
      if (flags & CLONE_PARENT) cloneWindow(k, parent.body, process);
      if (flags & INHERIT_HANDLES) inheritHandles(k, parent.body, process);
      keepCreateInfo(k, process, info);
      k.machine.charge(flags & CLONE_PARENT ? 500 : 100);
      return k.call(f, 1, 'ObpCreateHandle', [
        process,
        ALL_ACCESS,
        0x200,
        KERNEL_MODE,
        0,
        f.localAddress(3),
        OB_OPERATION_HANDLE_CREATE,
        0,
      ]);
    }
    case 1: {
      const status = f.result32 | 0;
      if (ntSuccess(status)) c.setPtr(f.ptr(2), f.get(3));
      return finishProcess(k, f, status);
    }
    case 2:
      f.set(2, 0);
      return finishProcess(k, f, f.get(0));
    default:
      f.set(4, 0);
      return finishProcess(k, f, f.get(0));
  }
}

/** The short-lived copy that fork makes is called as its parent is (its path too). */
const linuxName = (k: Kernel, parent: Addr): string => {
  const audit = k.mem.ptr(parent + EPROCESS.SeAuditProcessCreationInfo);
  const path = audit === 0 ? '' : readUnicode(k, audit);
  return path.startsWith(ROOTFS) ? path.slice(ROOTFS.length).replaceAll('\\', '/') : k.mem.readAnsiz(parent + EPROCESS.ImageFileName);
};

function finishProcess(k: Kernel, f: Frame, status: number): Status {
  f.set(0, status);
  if (f.get(2) !== 0) return k.call(f, 2, 'ObfDereferenceObject', [f.get(2)]);
  if (f.get(4) !== 0) return k.call(f, 3, 'ObfDereferenceObject', [f.get(4)]);
  return k.return(status);
}

// ---------------------------------------------------------------- threads
export interface PicoThread {
  readonly process: Addr;
  /** Trap frame in memory with the registers to begin with, or undefined: zeros but for the following. */
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
  m.fill(at, PS_CREATE_NOTIFY_INFO.sizeof);
  m.setPtr(at + PS_CREATE_NOTIFY_INFO.Size, PS_CREATE_NOTIFY_INFO.sizeof);
  m.setU32(at + PS_CREATE_NOTIFY_INFO.Flags, IS_SUBSYSTEM_PROCESS);
  m.setPtr(at + PS_CREATE_NOTIFY_INFO.ParentProcessId, m.ptr(process + EPROCESS.InheritedFromUniqueProcessId));
  m.copy(at + PS_CREATE_NOTIFY_INFO.CreatingThreadId, k.currentThread() + ETHREAD.Cid, CLIENT_ID.sizeof);
  if (info === 0 || k.choice('subsystem-names') === 'null') return at;
  m.setPtr(at + PS_CREATE_NOTIFY_INFO.FileObject, m.ptr(info + PSP_PICO_CREATE_INFO.FileObject));
  if (m.u32(info + PSP_PICO_CREATE_INFO.HasImageFileName))
    m.setPtr(at + PS_CREATE_NOTIFY_INFO.ImageFileName, info + PSP_PICO_CREATE_INFO.ImageFileName);
  if (m.u32(info + PSP_PICO_CREATE_INFO.HasCommandLine))
    m.setPtr(at + PS_CREATE_NOTIFY_INFO.CommandLine, info + PSP_PICO_CREATE_INFO.CommandLine);
  return at;
}

// Locals of PspPicoCreateThread and PspPicoStartThread.
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
      // after the reports of slot 0..: 16-aligned place for the registers
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
  if (!ntSuccess(f.get(STATUS)) && k.choice('subsystem-veto') === 'deny') {
    // (U) as for other processes: the exit notification of a refused process comes in the creator's context
    k.mem.setI32(process + EPROCESS.ExitStatus, f.get(STATUS));
    return callProcessNotify(k, f, 3, process, 0);
  }
  return reportThread(k, f, thread, process);
}

function reportThread(k: Kernel, f: Frame, thread: Addr, process: Addr): Status {
  f.set(STATUS, NT.SUCCESS);
  setThreadFlag(k, thread, ThreadFlag.CreateReported);
  return callThreadNotify(k, f, 6, thread, ThreadNotify.Creator, process);
}

/** The process never ran: the provider gets the status of the veto and keeps its context, so its exit routines are not called. */
function discardVetoed(k: Kernel, process: Addr, thread: Addr, status: number): void {
  const m = k.mem;
  m.setI64(process + EPROCESS.ExitTime, k.systemTime());
  m.setI32(thread + ETHREAD.ExitStatus, status);
  setProcessFlag(k, process, ProcessFlag.Deleting | ProcessFlag.Vetoed | ProcessFlag.ExitReported);
  setThreadFlag(k, thread, ThreadFlag.Terminated | ThreadFlag.Dead);
  m.setU32(process + EPROCESS.ActiveThreads, 0);
  const live = k.globals.PS + PS_GLOBALS.LiveUserProcesses;
  m.setU32(live, m.u32(live) - 1);
  freePicoFrame(k, thread);
  discardThread(k, thread);
  queueForReaper(k, thread);
  signalObject(k, process);
  k.event('ps.process-exit', { process: pidOf(k, process), status: status >>> 0 });
  k.event('ps.process-vetoed', { process: pidOf(k, process), status: status >>> 0 });
}

export function freePicoFrame(k: Kernel, thread: Addr): void {
  const frame = k.mem.ptr(thread + ETHREAD.PicoFrame);
  if (frame === 0) return;
  k.mem.setPtr(thread + ETHREAD.PicoFrame, 0);
  k.pool.free(frame);
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
  { name: 'PspPicoCreateProcess', locals: 5, cost: 300, step: createProcessSteps },
  { name: 'PspPicoCreateThread', locals: THREAD_LOCALS, cost: 200, step: createThreadSteps },
  { name: 'PspPicoReportThread', locals: TRAP, cost: 20, step: reportSteps },
  { name: 'PspPicoThreadStartup', locals: 2, cost: 50, step: startup },
  {
    // Interlock's own: (Process, Path, *StartRoutine, *UserStack)
    name: 'InterlockMapPicoProgram',
    locals: 2,
    cost: 200,
    step(k, f) {
      if (f.pc === 1) return k.return(f.get(1));
      const c = k.mem.checked;
      c.bytes(f.ptr(1), 16);
      const r = referenceByHandle(k, f.ptr(0), 0, typeOf(k, ObType.Process), KERNEL_MODE);
      if (!ntSuccess(r.status)) return k.return(r.status);
      f.set(0, r.body);
      f.set(1, NT.INVALID_PARAMETER);
      if (isSubsystemProcess(k, r.body) && k.mem.ptr(r.body + EPROCESS.Program) === 0 && k.mem.u32(r.body + EPROCESS.HeapNext) === 0) {
        const made = mapProgram(k, r.body, findProgram(k, readUnicode(k, f.ptr(1))));
        c.setPtr(f.ptr(2), made.start);
        c.setPtr(f.ptr(3), made.stack);
        f.set(1, NT.SUCCESS);
      }
      return k.call(f, 1, 'ObfDereferenceObject', [r.body]);
    },
  },
];
