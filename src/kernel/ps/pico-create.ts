// CreateProcess of a pico provider (reference: subsystem-processes.md 4, 5): a minimal process, empty or as a copy of its parent. The callbacks for its creation
// come with its first thread (pico-thread.ts), with the create information that is kept here.
import type { Addr, Status } from '../../machine/abi.js';
import { createImageFile } from '../io/file.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, KPROCESS, PS_PICO_CREATE_INFO, PS_PICO_PROCESS_ATTRIBUTES, PSP_PICO_CREATE_INFO } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { inheritHandles } from '../ob/handles.js';
import { pidOf, tidOf } from '../ob/note.js';
import { dropReference, referenceObject } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { KERNEL_MODE } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateCounted, freeUnicode, readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { tokenForProcess } from '../se/token.js';
import { closeRegistration, subsystemType } from './pico.js';
import { cloneWindow, mapProgram } from './pico-window.js';
import { createProcess } from './process.js';
import { findProgram } from './program.js';
import { countLiveProcess, hasProcessFlag, isSubsystemProcess, ProcessFlag, setProcessFlag } from './state.js';
import { allocateWindow, freeWindow } from './window.js';

const CLONE_PARENT = 1;
const INHERIT_HANDLES = 2;
const ALL_FLAGS = 0x1f;
const ALL_ACCESS = 0x1fffff;
/** Root file system of the distribution as NTFS has it (reference: subsystem-processes.md 6, LxFs). */
const VOLUME = '\\Device\\HarddiskVolume3';
const ROOTFS = `${VOLUME}\\Users\\user\\AppData\\Local\\Packages\\Distribution\\LocalState\\rootfs`;

/** Path of the file behind a Linux path: below the root file system, or (DriveFs) on the volume itself. */
export function backingPath(path: string): string {
  const drive = /^\/mnt\/c(\/.*)?$/.exec(path);
  return (drive ? `${VOLUME}${drive[1] ?? ''}` : `${ROOTFS}${path}`).replaceAll('/', '\\');
}

/** File object of an ELF file by its Linux path, with one reference. */
export const createElfFile = (k: Kernel, path: string): Addr => createImageFile(k, backingPath(path));

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
  countLiveProcess(k, 1);
  k.event('ps.process-create', {
    process: pidOf(k, process),
    parent: pidOf(k, o.parent),
    image: o.path,
    commandLine: o.commandLine,
    creator: tidOf(k, k.currentThread()),
  });
  return process;
}

/** Keeps what the notify callbacks will be told. The pointers of the caller are read now. */
export function keepCreateInfo(k: Kernel, process: Addr, info: Addr): void {
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
        path: name !== 0 ? readUnicode(k, name) : flags & CLONE_PARENT ? linuxPath(k, parent.body) : '',
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

/** Linux path of the program that a pico process runs, from the path of its file; what is no such path gives its short name. */
export function linuxPath(k: Kernel, process: Addr): string {
  const audit = k.mem.ptr(process + EPROCESS.SeAuditProcessCreationInfo);
  const path = audit === 0 ? '' : readUnicode(k, audit);
  if (path.startsWith(ROOTFS)) return path.slice(ROOTFS.length).replaceAll('\\', '/');
  if (path.startsWith(`${VOLUME}\\`)) return `/mnt/c${path.slice(VOLUME.length).replaceAll('\\', '/')}`;
  return k.mem.readAnsiz(process + EPROCESS.ImageFileName);
}

function finishProcess(k: Kernel, f: Frame, status: number): Status {
  f.set(0, status);
  if (f.get(2) !== 0) return k.call(f, 2, 'ObfDereferenceObject', [f.get(2)]);
  if (f.get(4) !== 0) return k.call(f, 3, 'ObfDereferenceObject', [f.get(4)]);
  return k.return(status);
}

export const routines: KernelRoutine[] = [
  { name: 'PspPicoCreateProcess', locals: 5, cost: 300, step: createProcessSteps },
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
