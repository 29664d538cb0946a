// Process objects: making and destroying an EPROCESS. What surrounds it (callbacks, handles, the first thread) is create-process.ts and exit.ts.
import type { Addr } from '../../machine/abi.js';
import { initializeProcess } from '../ke/thread.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, PS_GLOBALS, UNICODE_STRING } from '../layouts.gen.js';
import { forgetVads } from '../mm/vad.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { createHandleTable, deleteHandleTable } from '../ob/handle-table.js';
import { pidOf } from '../ob/note.js';
import { allocateObject, dropReferenceDeferred } from '../ob/object.js';
import { allocateUnicode, freeUnicode, setUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { initListHead, insertTail, remove } from '../rtl/list.js';
import { allocateId, freeId } from './cid.js';
import { forgetJob } from './job.js';
import { forgetCreateInfo } from './pico-create.js';
import { STATUS_STILL_ACTIVE } from './state.js';
import { releaseWindow } from './window.js';

const PRIORITY_CLASS_NORMAL = 2;
export const IO_PRIORITY_NORMAL = 2;
export const PAGE_PRIORITY_NORMAL = 5;

export interface ProcessOptions {
  /** Full NT path, or a bare name for System. */
  readonly imagePath: string;
  readonly commandLine: string;
  readonly parent: Addr;
  readonly basePriority?: number;
  /** Use this table instead of a new one (System shares the kernel handle table). */
  readonly handleTable?: Addr;
  /** Name in SeAuditProcessCreationInfo when it is not the path (System has none). */
  readonly auditName?: string;
}

/** `\??\C:\Windows\notepad.exe` -> `notepad.exe`, cut to the 14 characters that EPROCESS keeps. */
export const imageBaseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);

/** New process object: one reference that stands for "not ended yet". No window, no thread, on PsActiveProcessHead. 0: out of memory. */
export function createProcess(k: Kernel, o: ProcessOptions): Addr {
  const process = allocateObject(k, ObType.Process, EPROCESS.sizeof, 'Proc');
  if (process === 0) return 0;
  const m = k.mem;
  initializeProcess(k, process, o.basePriority);
  initListHead(m, process + EPROCESS.ThreadListHead);
  m.setI64(process + EPROCESS.CreateTime, k.systemTime());
  m.setU32(process + EPROCESS.ExitStatus, STATUS_STILL_ACTIVE);
  m.setU8(process + EPROCESS.PriorityClass, PRIORITY_CLASS_NORMAL);
  m.setU8(process + EPROCESS.IoPriority, IO_PRIORITY_NORMAL);
  m.setU8(process + EPROCESS.PagePriority, PAGE_PRIORITY_NORMAL);
  m.setU32(process + EPROCESS.DefaultHardErrorProcessing, o.parent === 0 ? 1 : m.u32(o.parent + EPROCESS.DefaultHardErrorProcessing));
  initEvent(k, process + EPROCESS.ExitSynchronizationEvent, NotificationEvent, false);
  initListHead(m, process + EPROCESS.JobLinks);
  m.writeAnsi(process + EPROCESS.ImageFileName, imageBaseName(o.imagePath).slice(0, 14), true);
  const parentId = pidOf(k, o.parent);
  m.setPtr(process + EPROCESS.InheritedFromUniqueProcessId, parentId);
  m.setU32(process + EPROCESS.SessionId, o.parent === 0 ? 0 : 1);
  const sequence = m.u32(k.globals.PS + PS_GLOBALS.NextSequence);
  m.setU32(k.globals.PS + PS_GLOBALS.NextSequence, sequence + 1);
  m.setI64(process + EPROCESS.SequenceNumber, BigInt(sequence));
  const id = allocateId(k, process);
  m.setPtr(process + EPROCESS.UniqueProcessId, id);
  const table = o.handleTable ?? createHandleTable(k, process, id, false);
  m.setPtr(process + EPROCESS.ObjectTable, table);
  allocateUnicode(k, process + EPROCESS.CommandLine, o.commandLine, 'PsCm');
  setAuditName(k, process, o.auditName ?? o.imagePath);
  insertTail(m, k.globals.PS + PS_GLOBALS.PsActiveProcessHead, process + EPROCESS.ActiveProcessLinks);
  return process;
}

/** SeAuditProcessCreationInfo.ImageFileName: a block with OBJECT_NAME_INFORMATION and the characters behind it. */
function setAuditName(k: Kernel, process: Addr, path: string): void {
  const info = k.pool.allocate('paged', UNICODE_STRING.sizeof + path.length * 2 + 2, 'SeNm');
  if (info === 0) return;
  const buffer = info + UNICODE_STRING.sizeof;
  setUnicode(k, info, buffer, path.length * 2, path.length * 2 + 2);
  k.mem.writeUtf16(buffer, path, true);
  k.mem.setPtr(process + EPROCESS.SeAuditProcessCreationInfo, info);
}

export const routines: KernelRoutine[] = [
  {
    // Delete procedure: (Process). All threads are gone, the last reference too.
    name: 'PspProcessDelete',
    step(k, f) {
      const process = f.ptr(0);
      const m = k.mem;
      if (f.pc === 0) {
        remove(m, process + EPROCESS.ActiveProcessLinks);
        k.event('ps.process-delete', { process: pidOf(k, process) });
        freeId(k, pidOf(k, process), process);
        forgetJob(k, process);
        forgetVads(k, process);
        forgetCreateInfo(k, process);
        releaseWindow(k, process);
        const table = m.ptr(process + EPROCESS.ObjectTable);
        if (table !== 0) deleteHandleTable(k, table);
        m.setPtr(process + EPROCESS.ObjectTable, 0);
        freeUnicode(k, process + EPROCESS.CommandLine);
        const info = m.ptr(process + EPROCESS.SeAuditProcessCreationInfo);
        if (info !== 0) k.pool.free(info);
        const token = m.ptr(process + EPROCESS.Token);
        if (token !== 0) dropReferenceDeferred(k, token);
        const file = m.ptr(process + EPROCESS.ImageFilePointer);
        if (file !== 0) return k.call(f, 1, 'ObfDereferenceObject', [file]);
      }
      return k.returnVoid();
    },
  },
];
