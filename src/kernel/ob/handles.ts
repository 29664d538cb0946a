// Making, closing and duplicating handles, with the object callbacks of drivers around creation and duplication.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, HANDLE_TABLE, HANDLE_TABLE_ENTRY, OB_GLOBALS, OBJECT_HEADER, OBJECT_TYPE, OBP_OPERATION } from '../layouts.gen.js';
import { closeJob } from '../ps/job.js';
import { hasProcessFlag, isSubsystemProcess, ProcessFlag, processOf } from '../ps/state.js';
import { hasCallbacks, OB_OPERATION_HANDLE_CREATE } from './callbacks.js';
import {
  allocateHandle,
  copyInherited,
  freeHandle,
  isKernelHandle,
  lookupHandle,
  nextHandle,
  OBJ_INHERIT,
  PROTECT_FROM_CLOSE,
  toKernelHandle,
} from './handle-table.js';
import { removeTemporaryName } from './namespace.js';
import { pidOf } from './note.js';
import { bodyOf, handleCount, headerOf, isType, objectType, referenceObject } from './object.js';
import { findHandle } from './reference.js';
import { forgetObject, noteHandle } from './reference-track.js';
import { KERNEL_MODE, makeServices, previousMode, type ServiceDefinition, USER_MODE } from './service.js';
import { NT, ntSuccess } from './status.js';
import { mapAccess, ObType, typeName, typeOf } from './types.js';

export const OBJ_KERNEL_HANDLE = 0x200;
/** What user mode may ask of a protected process: query limited information, terminate and synchronise (U). */
const PROTECTED_PROCESS_ACCESS = 0x1000 | 0x100000;

/** Access that `mode` gets, or undefined when it is denied. Tokens grant everything except for protected processes. */
function checkAccess(k: Kernel, body: Addr, desired: number, mode: number): number | undefined {
  const granted = mapAccess(k, objectType(k, body), desired);
  if (mode === USER_MODE && isType(k, body, ObType.Process) && k.mem.u8(body + EPROCESS.Protection) !== 0) {
    if (desired & 0x02000000) return granted & PROTECTED_PROCESS_ACCESS;
    if (granted & ~PROTECTED_PROCESS_ACCESS) return undefined;
  }
  return granted;
}

/** A subsystem process or a thread of one, where those are not told to object callbacks (U). */
function isUntold(k: Kernel, body: Addr): boolean {
  const process = isType(k, body, ObType.Process) ? body : isType(k, body, ObType.Thread) ? processOf(k, body) : 0;
  return process !== 0 && isSubsystemProcess(k, process) && k.choice('subsystem-object-callbacks') === 'not-called';
}

function beginOperation(k: Kernel, f: Frame, granted: number): Addr {
  const body = f.ptr(0);
  const operation = f.u32(6);
  const type = objectType(k, body);
  if (!hasCallbacks(k, type, operation) || isUntold(k, body)) return 0;
  const op = k.pool.allocate('nonpaged', OBP_OPERATION.sizeof, 'ObOp');
  if (op === 0) return 0;
  k.mem.fill(op, OBP_OPERATION.sizeof);
  k.mem.setU32(op + OBP_OPERATION.Operation, operation);
  k.mem.setU32(op + OBP_OPERATION.KernelHandle, f.u32(2) & OBJ_KERNEL_HANDLE && f.u32(3) === KERNEL_MODE ? 1 : 0);
  k.mem.setPtr(op + OBP_OPERATION.Object, body);
  k.mem.setPtr(op + OBP_OPERATION.ObjectType, type);
  k.mem.setU32(op + OBP_OPERATION.DesiredAccess, granted);
  k.mem.setU32(op + OBP_OPERATION.OriginalDesiredAccess, granted);
  k.mem.setPtr(op + OBP_OPERATION.SourceProcess, f.ptr(7));
  k.mem.setPtr(op + OBP_OPERATION.TargetProcess, f.ptr(4) === 0 ? k.currentProcess() : f.ptr(4));
  return op;
}

function insertHandle(k: Kernel, f: Frame, access: number): number {
  const body = f.ptr(0);
  const kernelHandle = (f.u32(2) & OBJ_KERNEL_HANDLE) !== 0 && f.u32(3) === KERNEL_MODE;
  const process = f.ptr(4) === 0 ? k.currentProcess() : f.ptr(4);
  const table = kernelHandle ? k.mem.ptr(k.globals.OB + OB_GLOBALS.KernelHandleTable) : k.mem.ptr(process + EPROCESS.ObjectTable);
  if (table === 0 || (!kernelHandle && hasProcessFlag(k, process, ProcessFlag.ExitReported))) return NT.PROCESS_IS_TERMINATING;
  const plain = allocateHandle(k, table, headerOf(body), access, f.u32(2) & OBJ_INHERIT);
  if (plain === 0) return NT.INSUFFICIENT_RESOURCES;
  const handle = kernelHandle ? toKernelHandle(plain) : plain;
  noteHandle(k, f, lookupHandle(k, table, plain), body);
  referenceObject(k, body);
  const count = headerOf(body) + OBJECT_HEADER.HandleCount;
  k.mem.setPtr(count, k.mem.ptr(count) + 1);
  const type = objectType(k, body);
  k.mem.setU32(type + OBJECT_TYPE.TotalNumberOfHandles, k.mem.u32(type + OBJECT_TYPE.TotalNumberOfHandles) + 1);
  k.mem.setPtr(f.ptr(5), handle);
  k.event('ob.create-handle', { process: pidOf(k, process), handle, type: typeName(k, type), object: body, access });
  return NT.SUCCESS;
}

/** The handle is gone: a temporary name goes with the last one, then the handle's reference. */
function lastHandle(k: Kernel, f: Frame, body: Addr): Status {
  if (handleCount(k, body) === 0) removeTemporaryName(k, body);
  return k.call(f, 2, 'ObfDereferenceObject', [body]);
}

/** Closes what `handle` in `table` names, from a routine: continue at `nextPc`. */
export const closeEntry = (k: Kernel, f: Frame, nextPc: number, table: Addr, handle: number): Status =>
  k.call(f, nextPc, 'ObpCloseEntry', [table, handle]);

function badClose(k: Kernel, handle: Addr, mode: number): Status {
  // With a kernel debugger attached Windows stops on this mistake of a driver (reference: bugchecks.md 9; (U) for handles of a process table).
  if (mode === KERNEL_MODE && handle !== 0) {
    return k.bugCheck(
      0x93,
      handle,
      1,
      0,
      0,
      `ZwClose of a handle that is not open (0x${(handle >>> 0).toString(16)}): closed twice, or opened in another process`,
    );
  }
  return k.return(NT.INVALID_HANDLE);
}

const services: ServiceDefinition[] = [
  {
    name: 'Close',
    args: 1,
    step(k, f) {
      if (f.pc === 1) return k.return(NT.SUCCESS);
      const handle = f.ptr(0);
      if (handle === -1 || handle === -2) return k.return(NT.SUCCESS);
      const mode = previousMode(k);
      const target = findHandle(k, handle, mode);
      if (!target) return badClose(k, handle, mode);
      if (k.mem.u32(target.entry + HANDLE_TABLE_ENTRY.Attributes) & PROTECT_FROM_CLOSE) {
        if (mode === KERNEL_MODE) return k.bugCheck(0x93, handle, 0, 0, 0, 'ZwClose of a handle that is protected from close');
        return k.return(NT.HANDLE_NOT_CLOSABLE);
      }
      return closeEntry(k, f, 1, target.table, target.handle);
    },
  },
];

/** (Object, HandleAttributes, PassedAccessState, DesiredAccess, ObjectType, AccessMode[, Tag], *Handle): `at` is the place of the last. */
const openByPointer = (name: string, at: number): KernelRoutine => ({
  name,
  cost: 30,
  locals: 2,
  step(k, f) {
    if (f.pc === 0) {
      const body = f.ptr(0);
      const wanted = f.ptr(4);
      if (body === 0) return k.return(NT.INVALID_PARAMETER);
      if (wanted !== 0 && wanted !== objectType(k, body)) return k.return(NT.OBJECT_TYPE_MISMATCH);
      if (wanted === 0 && f.u8(5) !== KERNEL_MODE) return k.return(NT.OBJECT_TYPE_MISMATCH);
      return k.call(f, 1, 'ObpCreateHandle', [body, f.u32(3), f.u32(1), f.u8(5), 0, f.localAddress(0), OB_OPERATION_HANDLE_CREATE, 0]);
    }
    const status = f.result32 | 0;
    if (ntSuccess(status)) k.mem.checked.setPtr(f.ptr(at), f.get(0));
    return k.return(status);
  },
});

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // (Object, DesiredAccess, HandleAttributes, AccessMode, TargetProcess | 0, *Handle, Operation, SourceProcess)
    name: 'ObpCreateHandle',
    locals: 3,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const granted = checkAccess(k, f.ptr(0), f.u32(1), f.u32(3));
          if (granted === undefined) return k.return(NT.ACCESS_DENIED);
          const op = beginOperation(k, f, granted);
          f.set(0, op);
          if (op !== 0) return k.call(f, 1, 'ObpCallPreOperation', [op]);
          return k.return(insertHandle(k, f, granted));
        }
        case 1: {
          const status = insertHandle(k, f, k.mem.u32(f.get(0) + OBP_OPERATION.DesiredAccess));
          f.set(1, status);
          return k.call(f, 2, 'ObpCallPostOperation', [f.get(0), status]);
        }
        default:
          k.pool.free(f.get(0));
          return k.return(f.get(1));
      }
    },
    unwind(k, f) {
      if (f.pc !== 0 && f.get(0) !== 0) k.pool.free(f.get(0));
    },
  },
  {
    // (HandleTable, Handle): the entry is in use.
    name: 'ObpCloseEntry',
    locals: 1,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const table = f.ptr(0);
          const entry = lookupHandle(k, table, f.ptr(1));
          const body = bodyOf(k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object));
          f.set(0, body);
          forgetObject(k, entry);
          freeHandle(k, table, f.ptr(1));
          const type = objectType(k, body);
          k.mem.setU32(type + OBJECT_TYPE.TotalNumberOfHandles, k.mem.u32(type + OBJECT_TYPE.TotalNumberOfHandles) - 1);
          const count = headerOf(body) + OBJECT_HEADER.HandleCount;
          k.mem.setPtr(count, k.mem.ptr(count) - 1);
          k.event('ob.close-handle', {
            process: k.mem.ptr(table + HANDLE_TABLE.UniqueProcessId),
            handle: f.ptr(1),
            type: typeName(k, type),
            object: body,
          });
          if (isType(k, body, ObType.File)) return k.call(f, 1, 'IopCloseFile', [body, handleCount(k, body)]);
          if (isType(k, body, ObType.Job) && handleCount(k, body) === 0) closeJob(k, body);
          if (isType(k, body, ObType.Key) && handleCount(k, body) === 0) return k.call(f, 1, 'CmpCloseKeyObject', [body]);
          return lastHandle(k, f, body);
        }
        case 1:
          return lastHandle(k, f, f.get(0));
        default:
          return k.return(NT.SUCCESS);
      }
    },
  },
  {
    // (Process): closes all handles of a dying process, ascending.
    name: 'ObKillProcess',
    locals: 1,
    step(k, f) {
      const table = k.mem.ptr(f.ptr(0) + EPROCESS.ObjectTable);
      if (table === 0) return k.returnVoid();
      const handle = nextHandle(k, table, f.get(0));
      if (handle === 0) return k.returnVoid();
      f.set(0, handle + 4);
      return closeEntry(k, f, 1, table, handle);
    },
  },
  {
    // (Handle, PreviousMode)
    name: 'ObCloseHandle',
    step(k, f) {
      if (f.pc === 1) return k.return(NT.SUCCESS);
      const target = findHandle(k, f.ptr(0), f.u8(1));
      if (!target) return badClose(k, f.ptr(0), f.u8(1));
      return closeEntry(k, f, 1, target.table, target.handle);
    },
  },
  openByPointer('ObOpenObjectByPointer', 6),
  openByPointer('ObOpenObjectByPointerWithTag', 7),
  {
    // (Handle, PreviousMode) -> TRUE for kernel handles
    name: 'ObIsKernelHandle',
    cost: 2,
    step: (k, f) => k.return(isKernelHandle(f.ptr(0)) ? 1 : 0),
  },
];

/** Gives a new process the handles that it inherits from its parent. Object callbacks are not asked, as nothing is opened (U). */
export function inheritHandles(k: Kernel, parent: Addr, process: Addr): void {
  const from = processTable(k, parent);
  if (from === 0) return;
  for (const header of copyInherited(k, from, processTable(k, process))) {
    const body = bodyOf(header);
    referenceObject(k, body);
    const count = header + OBJECT_HEADER.HandleCount;
    k.mem.setPtr(count, k.mem.ptr(count) + 1);
    const type = objectType(k, body);
    k.mem.setU32(type + OBJECT_TYPE.TotalNumberOfHandles, k.mem.u32(type + OBJECT_TYPE.TotalNumberOfHandles) + 1);
  }
}

/** The table that a kernel-mode open without OBJ_KERNEL_HANDLE uses, for tests. */
export const processTable = (k: Kernel, process: Addr): Addr => k.mem.ptr(process + EPROCESS.ObjectTable);
export const processType = (k: Kernel): Addr => typeOf(k, ObType.Process);
