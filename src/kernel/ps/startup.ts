// What a new thread does before its own code: system threads run their start routine and end; user threads report themselves (NonSystem callbacks), the
// first one maps the exe and ntdll (image callbacks), then they enter user mode, where the loader part maps the remaining DLLs and calls the body.
import { type Addr, PAGE_SIZE, type Status, USER_BASE } from '../../machine/abi.js';
import { PE } from '../../machine/pe-header.js';
import { createImageFile } from '../io/file.js';
import { enterUserMode } from '../ke/thread.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, IMAGE_INFO, IMAGE_INFO_EX, KPROCESS, PSP_PROGRAM, PSP_PROGRAM_THREAD, UNICODE_STRING } from '../layouts.gen.js';
import { pidOf } from '../ob/note.js';
import { referenceObject } from '../ob/object.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { allocateCounted, allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { registered } from './notify.js';
import { callThreadNotify, MACHINE_TYPE_MISMATCH, ThreadNotify } from './notify-call.js';
import { imageSizeOf, threadRecord, toDevicePath } from './program.js';
import {
  hasThreadFlag,
  isSubsystemProcess,
  ownProcess,
  ProcessFlag,
  processOf,
  setProcessFlag,
  setThreadFlag,
  ThreadFlag,
} from './state.js';
import { createThread } from './thread.js';
import { mapUser, WINDOW, windowAlias, windowOf, writeImageHeaders } from './window.js';

const IMAGE_ADDRESSING_MODE_32BIT = 3;
export const EXTENDED_INFO_PRESENT = 1 << 10;
export const SYSTEM_MODE_IMAGE = 1 << 8;
const IMAGE_PARTIAL_MAP = 1 << 19;
const IMAGE_FILE_MACHINE_I386 = 0x14c;
/** What PspMapUserImage answers instead of a base. */
const FOREIGN_IMAGE = 1;

export interface ImageFacts {
  readonly base: Addr;
  readonly size: number;
  readonly file: Addr;
  /** Device path of a user image; undefined for a driver. */
  readonly path?: string;
  /** Only a part of it was mapped. */
  readonly partial?: boolean;
}

/** Fills an IMAGE_INFO_EX. */
export function fillImageInfo(k: Kernel, at: Addr, o: ImageFacts): void {
  const m = k.mem;
  m.fill(at, IMAGE_INFO_EX.sizeof);
  m.setPtr(at + IMAGE_INFO_EX.Size, IMAGE_INFO_EX.sizeof);
  const info = at + IMAGE_INFO_EX.ImageInfo;
  const bits =
    IMAGE_ADDRESSING_MODE_32BIT |
    EXTENDED_INFO_PRESENT |
    (o.path === undefined ? SYSTEM_MODE_IMAGE : 0) |
    (o.path !== undefined && isForeignImage(o.path) ? MACHINE_TYPE_MISMATCH : 0) |
    (o.partial ? IMAGE_PARTIAL_MAP : 0);
  m.setU32(info + IMAGE_INFO.Properties, bits | signature(k, o.path));
  m.setPtr(info + IMAGE_INFO.ImageBase, o.base);
  m.setPtr(info + IMAGE_INFO.ImageSize, o.size);
  m.setPtr(at + IMAGE_INFO_EX.FileObject, o.file);
}

/** ImageSignatureLevel (bits 12-15) and ImageSignatureType (bits 16-18), by the SE_SIGNING_LEVEL and SE_IMAGE_SIGNATURE_TYPE values. */
function signature(k: Kernel, path: string | undefined): number {
  if (registered(k, 'image') === 0 || k.choice('image-signature') === 'not-evaluated') return 0;
  if (path === undefined) return (AUTHENTICODE << 12) | (SIGNATURE_EMBEDDED << 16);
  return /\\windows\\/i.test(path) ? (WINDOWS << 12) | (SIGNATURE_CATALOG_CACHED << 16) : 0;
}
const AUTHENTICODE = 4;
const WINDOWS = 12;
const SIGNATURE_EMBEDDED = 1;
const SIGNATURE_CATALOG_CACHED = 3;

/** An image of 32-bit x86: everything below SysWOW64, as on Windows. */
const isForeignImage = (path: string): boolean => /\\syswow64\\/i.test(path);

/** Bytes of IMAGE_INFO_EX and a UNICODE_STRING in the local slots of a routine. */
export const IMAGE_LOCALS = 9;
const NAME_LOCALS = 2;

/** Places (slot 2 on) for the image information of one notification. */
const infoAt = (f: Frame): Addr => f.localAddress(2);
const nameAt = (f: Frame): Addr => f.localAddress(2 + IMAGE_LOCALS);

/**
 * (DevicePath as UNICODE_STRING *, IsExe, Bytes of the view or 0 for all, NoExecute): maps one image page into the current process and notifies, unless it
 * is mapped as data or without execution. Returns its base address; 0: no room, 1: an image for another architecture (notified, then unmapped).
 * Locals: 0 base, 1 file, then IMAGE_INFO_EX, then the name.
 */
function mapImageSteps(k: Kernel, f: Frame): Status {
  const process = ownProcess(k);
  switch (f.pc) {
    case 0: {
      const path = readUnicode(k, f.ptr(0));
      let base = USER_BASE + WINDOW.image;
      const size = f.u32(1) === 0 ? imageSizeOf(k, path) : 0x20000;
      if (f.u32(1) === 0) {
        const at = k.mem.u32(process + EPROCESS.DllNext);
        const { dllStride, dllEnd } = windowOf(k, process);
        if (at + dllStride > dllEnd) return k.return(0);
        k.mem.setU32(process + EPROCESS.DllNext, at + dllStride);
        mapUser(k, process, at, 0x1000);
        writeImageHeaders(k, windowAlias(k, process, at), USER_BASE + at, size, 0x1000, true);
        if (isForeignImage(path)) k.mem.setU16(windowAlias(k, process, at) + PE.ntHeaders + 4, IMAGE_FILE_MACHINE_I386);
        base = USER_BASE + at;
        if (f.u32(3) !== 0) return k.return(base);
      }
      const file = f.u32(1) === 0 ? createImageFile(k, path) : k.mem.ptr(process + EPROCESS.ImageFilePointer);
      f.set(0, base);
      f.set(1, f.u32(1) === 0 ? file : 0);
      fillImageInfo(k, infoAt(f), { base, size, file, path, partial: f.u32(2) !== 0 && f.u32(2) < size });
      allocateCounted(k, nameAt(f), path, 'PsIm');
      k.event('ps.image-load', { process: pidOf(k, process), image: path, base, size });
      return k.call(f, 1, 'PspCallImageNotifyRoutines', [nameAt(f), pidOf(k, process), infoAt(f)]);
    }
    case 1:
      if (isForeignImage(readUnicode(k, nameAt(f)))) {
        k.mem.pages.unmap(k.mem.u32(process + KPROCESS.UserOffset) + f.get(0) - USER_BASE, PAGE_SIZE);
        f.set(0, FOREIGN_IMAGE);
      }
      freeUnicode(k, nameAt(f));
      if (f.get(1) !== 0) return k.call(f, 2, 'ObfDereferenceObject', [f.get(1)]);
      return k.return(f.get(0));
    default:
      return k.return(f.get(0));
  }
}

/** PspUserThreadStartup(StartRoutine, StartContext), kernel mode, in the new thread. */
function userStartup(k: Kernel, f: Frame): Status {
  const thread = k.currentThread();
  const process = processOf(k, thread);
  const terminated = hasThreadFlag(k, thread, ThreadFlag.Terminated);
  switch (f.pc) {
    case 0:
      if (terminated) return exitNow(k, f, thread);
      setThreadFlag(k, thread, ThreadFlag.NewReported);
      return callThreadNotify(k, f, 1, thread, ThreadNotify.NewThread, process);
    case 1:
      if (terminated) return exitNow(k, f, thread);
      if (!hasThreadFlag(k, thread, ThreadFlag.First) || isSubsystemProcess(k, process)) return enterUser(k, f);
      setProcessFlag(k, process, ProcessFlag.ImagesLoaded);
      return k.call(f, 2, 'PspMapUserImage', [k.mem.ptr(process + EPROCESS.SeAuditProcessCreationInfo), 1, 0, 0]);
    case 2:
      if (terminated) return exitNow(k, f, thread);
      allocateUnicode(k, f.localAddress(0), toDevicePath('C:\\Windows\\System32\\ntdll.dll'), 'PsIm');
      return k.call(f, 3, 'PspMapUserImage', [f.localAddress(0), 0, 0, 0]);
    case 3:
      freeUnicode(k, f.localAddress(0));
      if (terminated) return exitNow(k, f, thread);
      return enterUser(k, f);
    default:
      return k.returnVoid();
  }
}

const exitNow = (k: Kernel, f: Frame, thread: Addr): Status => k.call(f, 9, 'PspExitThread', [k.mem.i32(thread + ETHREAD.ExitStatus)]);

function enterUser(k: Kernel, f: Frame): Status {
  return enterUserMode(k, 'RtlUserThreadStart', [f.ptr(0), f.ptr(1)]);
}

const services: ServiceDefinition[] = [
  {
    // Ours: (PUNICODE_STRING Win32 or NT path, *Base, Bytes or 0, NoExecute): maps an image into the current process, as the section services do for the loader.
    name: 'MapUserImage',
    args: 4,
    locals: 2,
    cost: 100,
    step(k, f) {
      if (f.pc === 0) {
        probeUser(k, f.ptr(0), UNICODE_STRING.sizeof);
        probeUser(k, f.ptr(1), 8, true);
        let path = captureUnicode(k, f.ptr(0));
        if (!path.includes('\\')) path = `C:\\Windows\\System32\\${path}`;
        allocateUnicode(k, f.localAddress(0), toDevicePath(path), 'PsIm');
        return k.call(f, 1, 'PspMapUserImage', [f.localAddress(0), 0, f.u32(2), f.u32(3)]);
      }
      freeUnicode(k, f.localAddress(0));
      if (f.result === 0) return k.return(NT.NO_MEMORY);
      if (f.result === FOREIGN_IMAGE) return k.return(NT.INVALID_IMAGE_FORMAT);
      k.mem.checked.setPtr(f.ptr(1), f.result);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // Ours: () starts the threads of the current process' program, after its first one. Locals: 0 record, 1 thread, 2 number in its block. Returns how the first one begins: 1 a body, 0 the default body.
    name: 'StartProgramThreads',
    args: 0,
    locals: 3,
    step(k, f) {
      const process = ownProcess(k);
      const program = k.mem.ptr(process + EPROCESS.Program);
      const count = program === 0 ? 0 : k.mem.u32(program + PSP_PROGRAM.ThreadCount);
      if (f.pc === 0) {
        // The first of all runs already: number 0 of record 0.
        f.set(0, 0);
        f.set(2, 1);
      } else if (f.pc === 1) {
        k.startThread(f.get(1));
        return k.call(f, 2, 'ObfDereferenceObject', [f.get(1)]);
      }
      if (f.get(0) < count && f.get(2) >= k.mem.u32(threadRecord(program, f.get(0)) + PSP_PROGRAM_THREAD.Count)) {
        f.set(0, f.get(0) + 1);
        f.set(2, 0);
      }
      const i = f.get(0);
      if (i >= count) return k.return(count > 0 ? 1 : 0);
      const number = f.get(2);
      f.set(2, number + 1);
      const t = threadRecord(program, i);
      const affinity = k.mem.i64(t + PSP_PROGRAM_THREAD.Affinity);
      const made = createThread(k, {
        process,
        startup: 'PspUserThreadStartup',
        startRoutine: k.mem.ptr(t + PSP_PROGRAM_THREAD.Entry),
        startContext: number,
        user: true,
        priority: k.mem.i32(t + PSP_PROGRAM_THREAD.Priority),
        affinity: affinity === 0n ? undefined : affinity,
        name: readUnicode(k, t + PSP_PROGRAM_THREAD.Name),
        delay: k.mem.i64(t + PSP_PROGRAM_THREAD.Delay),
        body: true,
      });
      if (made.thread === 0) {
        const wanted = k.mem.u32(t + PSP_PROGRAM_THREAD.Count);
        const name = readUnicode(k, t + PSP_PROGRAM_THREAD.Name);
        if (made.status !== NT.PROCESS_IS_TERMINATING)
          k.event('scenario.limit', { what: 'thread', name, started: number, wanted, status: made.status >>> 0 });
        return k.return(1); // those that there are go on
      }
      f.set(1, made.thread);
      referenceObject(k, made.thread);
      setThreadFlag(k, made.thread, ThreadFlag.CreateReported);
      return callThreadNotify(k, f, 1, made.thread, ThreadNotify.Creator, process);
    },
  },
];
export const routines: KernelRoutine[] = [
  ...makeServices(services),
  { name: 'PspMapUserImage', locals: 2 + IMAGE_LOCALS + NAME_LOCALS, cost: 200, step: mapImageSteps },
  { name: 'PspUserThreadStartup', locals: 2, cost: 50, step: userStartup },
  {
    // (StartRoutine, StartContext): system threads begin inside a critical region (reference: ps-routines.md 2).
    name: 'PspSystemThreadStartup',
    step(k, f) {
      if (f.pc === 0) {
        k.enterCriticalRegion();
        return k.call(f, 1, f.ptr(0), [f.ptr(1)]);
      }
      return k.call(f, 2, 'PspExitThread', [NT.SUCCESS]);
    },
  },
];
