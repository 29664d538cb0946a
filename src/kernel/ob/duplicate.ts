// ObDuplicateObject and NtDuplicateObject: a handle of one process becomes one of another, with the object callbacks of duplication around it.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { HANDLE_TABLE_ENTRY } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_DUPLICATE } from './callbacks.js';
import { OBJ_INHERIT, PROTECT_FROM_CLOSE } from './handle-table.js';
import { closeEntry, OBJ_KERNEL_HANDLE } from './handles.js';
import { objectType, referenceObject } from './object.js';
import { findHandle, referenceByHandle, referenceFor } from './reference.js';
import { KERNEL_MODE, makeServices, previousMode, probeUser, type ServiceDefinition } from './service.js';
import { NT, ntSuccess } from './status.js';
import { mapAccess, ObType } from './types.js';

const DUPLICATE_CLOSE_SOURCE = 1;
const DUPLICATE_SAME_ACCESS = 2;
const DUPLICATE_SAME_ATTRIBUTES = 4;
const PROCESS_DUP_HANDLE = 0x40;
const CURRENT_PROCESS = -1;
const CURRENT_THREAD = -2;

// Slots of ObDuplicateObject: the object, the new handle, status, whether the source handle is to be closed.
const OBJECT = 0;
const HANDLE = 1;
const STATUS = 2;
const CLOSE = 3;

/** (SourceProcess, SourceHandle, TargetProcess | 0, *TargetHandle | 0, DesiredAccess, HandleAttributes, Options, PreviousMode) */
function duplicate(k: Kernel, f: Frame): Status {
  const mode = f.u8(7);
  const options = f.u32(6);
  const source = f.ptr(0);
  switch (f.pc) {
    case 0: {
      let access: number;
      let attributes = 0;
      f.set(CLOSE, 0);
      if (f.ptr(1) === CURRENT_PROCESS || f.ptr(1) === CURRENT_THREAD) {
        const r = referenceByHandle(k, f.ptr(1), 0, 0, mode);
        f.set(OBJECT, r.body);
        access = r.access;
      } else {
        const found = findHandle(k, f.ptr(1), mode, source);
        if (!found) return k.return(NT.INVALID_HANDLE);
        referenceObject(k, found.body);
        f.set(OBJECT, found.body);
        access = k.mem.u32(found.entry + HANDLE_TABLE_ENTRY.GrantedAccess);
        const flags = k.mem.u32(found.entry + HANDLE_TABLE_ENTRY.Attributes);
        attributes = flags & OBJ_INHERIT;
        // a protected handle stays; the duplicate is made all the same (U)
        if (options & DUPLICATE_CLOSE_SOURCE && (flags & PROTECT_FROM_CLOSE) === 0) f.set(CLOSE, 1);
      }
      if (f.ptr(2) === 0) return finish(k, f, options & DUPLICATE_CLOSE_SOURCE ? NT.SUCCESS : NT.INVALID_PARAMETER);
      const wanted = options & DUPLICATE_SAME_ACCESS ? access : mapAccess(k, objectType(k, f.get(OBJECT)), f.u32(4));
      const flags =
        (options & DUPLICATE_SAME_ATTRIBUTES ? attributes : f.u32(5) & OBJ_INHERIT) |
        (mode === KERNEL_MODE ? f.u32(5) & OBJ_KERNEL_HANDLE : 0);
      f.set(HANDLE, 0);
      return k.call(f, 1, 'ObpCreateHandle', [
        f.get(OBJECT),
        wanted,
        flags,
        mode,
        f.ptr(2),
        f.localAddress(HANDLE),
        OB_OPERATION_HANDLE_DUPLICATE,
        source,
      ]);
    }
    case 1: {
      const status = f.result32 | 0;
      if (ntSuccess(status) && f.ptr(3) !== 0) k.mem.checked.setPtr(f.ptr(3), f.get(HANDLE));
      return finish(k, f, status);
    }
    case 2:
      return k.call(f, 3, 'ObfDereferenceObject', [f.get(OBJECT)]);
    default:
      return k.return(f.get(STATUS));
  }
}

function finish(k: Kernel, f: Frame, status: number): Status {
  f.set(STATUS, status);
  const found = f.get(CLOSE) !== 0 ? findHandle(k, f.ptr(1), f.u8(7), f.ptr(0)) : undefined;
  if (found) return closeEntry(k, f, 2, found.table, found.handle);
  return k.call(f, 3, 'ObfDereferenceObject', [f.get(OBJECT)]);
}

/** (SourceProcessHandle, SourceHandle, TargetProcessHandle | 0, *TargetHandle | 0, ...). Locals: 0 source, 1 target, 2 new handle, 3 status. */
function service(k: Kernel, f: Frame): Status {
  switch (f.pc) {
    case 0: {
      if (f.ptr(3) !== 0) probeUser(k, f.ptr(3), 8, true);
      const source = referenceFor(k, f.ptr(0), PROCESS_DUP_HANDLE, ObType.Process);
      if (!ntSuccess(source.status)) return k.return(source.status);
      f.set(0, source.body);
      if (f.ptr(2) !== 0) {
        const target = referenceFor(k, f.ptr(2), PROCESS_DUP_HANDLE, ObType.Process);
        if (!ntSuccess(target.status)) {
          // asked to close the source, it is closed even when the target is wrong
          f.set(3, target.status);
          if ((f.u32(6) & DUPLICATE_CLOSE_SOURCE) === 0) return release(k, f);
        } else f.set(1, target.body);
      }
      return k.call(f, 1, 'ObDuplicateObject', [
        source.body,
        f.ptr(1),
        f.get(1),
        f.localAddress(2),
        f.u32(4),
        f.u32(5),
        f.u32(6),
        previousMode(k),
      ]);
    }
    case 1:
      if (f.get(3) === 0) f.set(3, f.result32 | 0);
      if (ntSuccess(f.get(3)) && f.get(1) !== 0 && f.ptr(3) !== 0) k.mem.checked.setPtr(f.ptr(3), f.get(2));
      return release(k, f);
    case 2:
      return f.get(1) === 0 ? k.return(f.get(3)) : k.call(f, 3, 'ObfDereferenceObject', [f.get(1)]);
    default:
      return k.return(f.get(3));
  }
}

const release = (k: Kernel, f: Frame): Status => k.call(f, 2, 'ObfDereferenceObject', [f.get(0) as Addr]);

const services: ServiceDefinition[] = [{ name: 'DuplicateObject', args: 7, locals: 4, step: service }];

export const routines: KernelRoutine[] = [...makeServices(services), { name: 'ObDuplicateObject', locals: 4, cost: 30, step: duplicate }];
