// Making, closing and duplicating handles, with the object callbacks of drivers around creation and duplication.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, HANDLE_TABLE, HANDLE_TABLE_ENTRY, OB_GLOBALS, OBJECT_HEADER, OBJECT_TYPE, OBP_OPERATION } from '../layouts.gen.js';
import { hasProcessFlag, ProcessFlag } from '../ps/state.js';
import { hasCallbacks, OB_OPERATION_HANDLE_CREATE, OB_OPERATION_HANDLE_DUPLICATE } from './callbacks.js';
import {
  allocateHandle,
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
import { findHandle, referenceByHandle, referenceFor } from './reference.js';
import { forgetObject, noteHandle } from './reference-track.js';
import { KERNEL_MODE, makeServices, previousMode, probeUser, type ServiceDefinition, USER_MODE } from './service.js';
import { NT, ntSuccess } from './status.js';
import { mapAccess, ObType, typeName, typeOf } from './types.js';

export const OBJ_KERNEL_HANDLE = 0x200;
const DUPLICATE_CLOSE_SOURCE = 1;
const DUPLICATE_SAME_ACCESS = 2;
const DUPLICATE_SAME_ATTRIBUTES = 4;
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

function beginOperation(k: Kernel, f: Frame, granted: number): Addr {
  const body = f.ptr(0);
  const operation = f.u32(6);
  const type = objectType(k, body);
  if (!hasCallbacks(k, type, operation)) return 0;
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
      isKernelHandle(handle) ? 1 : 0,
      0,
      0,
      `ZwClose of a handle that is not open (0x${(handle >>> 0).toString(16)}): closed twice, or opened in another process`,
    );
  }
  return k.return(NT.INVALID_HANDLE);
}

function duplicate(k: Kernel, f: Frame): Status {
  // (SourceProcessHandle, SourceHandle, TargetProcessHandle, *TargetHandle, DesiredAccess, HandleAttributes, Options)
  const mode = previousMode(k);
  const options = f.u32(6);
  switch (f.pc) {
    case 0: {
      const source = referenceFor(k, f.ptr(0), 0x40, ObType.Process);
      if (!ntSuccess(source.status)) return k.return(source.status);
      f.set(0, source.body);
      if (f.ptr(2) !== 0) {
        const target = referenceFor(k, f.ptr(2), 0x40, ObType.Process);
        if (!ntSuccess(target.status)) return finishDuplicate(k, f, target.status);
        f.set(1, target.body);
      }
      let access: number;
      let attributes = 0;
      let body: Addr;
      if (f.ptr(1) === -1 || f.ptr(1) === -2) {
        const r = referenceByHandle(k, f.ptr(1), 0, 0, mode);
        body = r.body;
        access = r.access;
      } else {
        const found = findHandle(k, f.ptr(1), mode, source.body);
        if (!found) return finishDuplicate(k, f, NT.INVALID_HANDLE);
        body = found.body;
        referenceObject(k, body);
        access = k.mem.u32(found.entry + HANDLE_TABLE_ENTRY.GrantedAccess);
        attributes = k.mem.u32(found.entry + HANDLE_TABLE_ENTRY.Attributes) & OBJ_INHERIT;
        if (options & DUPLICATE_CLOSE_SOURCE) f.set(5, 1);
      }
      f.set(2, body);
      if (f.get(1) === 0) return finishDuplicate(k, f, options & DUPLICATE_CLOSE_SOURCE ? NT.SUCCESS : NT.INVALID_PARAMETER);
      const wanted = options & DUPLICATE_SAME_ACCESS ? access : mapAccess(k, objectType(k, body), f.u32(4));
      const flags =
        (options & DUPLICATE_SAME_ATTRIBUTES ? attributes : f.u32(5) & OBJ_INHERIT) |
        (mode === KERNEL_MODE ? f.u32(5) & OBJ_KERNEL_HANDLE : 0);
      f.set(3, 0);
      return k.call(f, 1, 'ObpCreateHandle', [
        body,
        wanted,
        flags,
        mode,
        f.get(1),
        f.localAddress(3),
        OB_OPERATION_HANDLE_DUPLICATE,
        source.body,
      ]);
    }
    case 1: {
      const status = f.result32 | 0;
      if (ntSuccess(status) && f.ptr(3) !== 0) {
        probeUser(k, f.ptr(3), 8, true);
        k.mem.checked.setPtr(f.ptr(3), f.get(3));
      }
      return finishDuplicate(k, f, status);
    }
    case 2:
      f.set(2, 0);
      return finishDuplicate(k, f, f.get(4));
    case 3:
      f.set(0, 0);
      return finishDuplicate(k, f, f.get(4));
    case 4:
      f.set(1, 0);
      return finishDuplicate(k, f, f.get(4));
    default:
      f.set(5, 0);
      return finishDuplicate(k, f, f.get(4));
  }
}

function finishDuplicate(k: Kernel, f: Frame, status: number): Status {
  f.set(4, status);
  if (f.get(5) !== 0) {
    const found = findHandle(k, f.ptr(1), previousMode(k), f.get(0));
    f.set(5, 0);
    if (found) return closeEntry(k, f, 5, found.table, found.handle);
  }
  if (f.get(2) !== 0) return k.call(f, 2, 'ObfDereferenceObject', [f.get(2)]);
  if (f.get(0) !== 0) return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
  if (f.get(1) !== 0) return k.call(f, 4, 'ObfDereferenceObject', [f.get(1)]);
  return k.return(status);
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
      if (k.mem.u32(target.entry + HANDLE_TABLE_ENTRY.Attributes) & PROTECT_FROM_CLOSE) return k.return(NT.HANDLE_NOT_CLOSABLE);
      return closeEntry(k, f, 1, target.table, target.handle);
    },
  },
  { name: 'DuplicateObject', args: 7, locals: 6, step: duplicate },
];

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
  {
    // (Object, HandleAttributes, PassedAccessState, DesiredAccess, ObjectType, AccessMode, *Handle)
    name: 'ObOpenObjectByPointer',
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
      if (ntSuccess(status)) k.mem.checked.setPtr(f.ptr(6), f.get(0));
      return k.return(status);
    },
  },
  {
    // (Handle, PreviousMode) -> TRUE for kernel handles
    name: 'ObIsKernelHandle',
    cost: 2,
    step: (k, f) => k.return(isKernelHandle(f.ptr(0)) ? 1 : 0),
  },
];

/** The table that a kernel-mode open without OBJ_KERNEL_HANDLE uses, for tests. */
export const processTable = (k: Kernel, process: Addr): Addr => k.mem.ptr(process + EPROCESS.ObjectTable);
export const processType = (k: Kernel): Addr => typeOf(k, ObType.Process);
