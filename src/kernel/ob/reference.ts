// From handle to object: pseudo handles, kernel handles, handles of the current process; type and access checks
// (reference: ps-routines.md 7, "Handle-to-object").
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  EPROCESS,
  HANDLE_TABLE_ENTRY,
  OB_GLOBALS,
  OBJECT_HANDLE_INFORMATION,
  OBJECT_TYPE,
  OBJECT_TYPE_INITIALIZER,
} from '../layouts.gen.js';
import { isKernelHandle, lookupHandle } from './handle-table.js';
import { bodyOf, dropReference, objectType, referenceObject } from './object.js';
import { KERNEL_MODE, previousMode } from './service.js';
import { NT } from './status.js';
import { ObType, type ObTypeIndex, typeOf } from './types.js';

export interface HandleTarget {
  readonly table: Addr;
  /** Handle without the kernel bits: index * 4. */
  readonly handle: number;
  readonly entry: Addr;
  readonly body: Addr;
}

/** Table and entry of a real handle as seen by `mode` in the process `process`; undefined: no such handle. */
export function findHandle(k: Kernel, handle: Addr, mode: number, process = k.currentProcess()): HandleTarget | undefined {
  let table: Addr;
  let plain = handle;
  if (isKernelHandle(handle)) {
    if (mode !== KERNEL_MODE) return undefined;
    table = k.mem.ptr(k.globals.OB + OB_GLOBALS.KernelHandleTable);
    plain = handle + 0x80000000;
  } else {
    if (handle < 0) return undefined;
    table = k.mem.ptr(process + EPROCESS.ObjectTable);
  }
  const entry = lookupHandle(k, table, plain);
  if (entry === 0) return undefined;
  return { table, handle: plain - (plain % 4), entry, body: bodyOf(k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object)) };
}

export interface Referenced {
  readonly status: number;
  readonly body: Addr;
  readonly access: number;
  readonly attributes: number;
}

const failed = (status: number): Referenced => ({ status, body: 0, access: 0, attributes: 0 });

/** ObReferenceObjectByHandle as a function: on success the object has one more reference. `type` 0 accepts any. */
export function referenceByHandle(k: Kernel, handle: Addr, desired: number, type: Addr, mode: number): Referenced {
  if (handle === -1 || handle === -2) {
    const own = handle === -1;
    const body = own ? k.currentProcess() : k.currentThread();
    const actual = typeOf(k, own ? ObType.Process : ObType.Thread);
    if (type !== 0 && type !== actual) return failed(NT.OBJECT_TYPE_MISMATCH);
    referenceObject(k, body);
    return {
      status: NT.SUCCESS,
      body,
      access: k.mem.u32(actual + OBJECT_TYPE.TypeInfo + OBJECT_TYPE_INITIALIZER.ValidAccessMask),
      attributes: 0,
    };
  }
  const target = findHandle(k, handle, mode);
  if (!target) return failed(NT.INVALID_HANDLE);
  if (type !== 0 && objectType(k, target.body) !== type) return failed(NT.OBJECT_TYPE_MISMATCH);
  const access = k.mem.u32(target.entry + HANDLE_TABLE_ENTRY.GrantedAccess);
  if (mode !== KERNEL_MODE && (desired & ~access) !== 0) return failed(NT.ACCESS_DENIED);
  referenceObject(k, target.body);
  return { status: NT.SUCCESS, body: target.body, access, attributes: k.mem.u32(target.entry + HANDLE_TABLE_ENTRY.Attributes) };
}

/** For services: previous mode and type by index. */
export const referenceFor = (k: Kernel, handle: Addr, desired: number, type: ObTypeIndex): Referenced =>
  referenceByHandle(k, handle, desired, typeOf(k, type), previousMode(k));

/** The object of a handle for one step of a service, without a reference of its own: the handle, or being the current one, keeps it that long. */
export function borrowFor(k: Kernel, handle: Addr, desired: number, type: ObTypeIndex): Referenced {
  const r = referenceFor(k, handle, desired, type);
  if (r.body !== 0) dropReference(k, r.body);
  return r;
}

/** The same for a handle of any type. */
export function borrow(k: Kernel, handle: Addr): Referenced {
  const r = referenceByHandle(k, handle, 0, 0, previousMode(k));
  if (r.body !== 0) dropReference(k, r.body);
  return r;
}

/** (Handle, DesiredAccess, ObjectType, AccessMode, *Object, HandleInformation); with a tag in front of Object in the WithTag form. */
function byHandle(name: string, objectArg: number): KernelRoutine {
  return {
    name,
    step(k, f) {
      const out = f.ptr(objectArg);
      const r = referenceByHandle(k, f.ptr(0), f.u32(1), f.ptr(2), f.u8(3));
      k.mem.checked.setPtr(out, r.body);
      const info = f.ptr(objectArg + 1);
      if (r.status === NT.SUCCESS && info !== 0) {
        k.mem.checked.setU32(info + OBJECT_HANDLE_INFORMATION.HandleAttributes, r.attributes);
        k.mem.checked.setU32(info + OBJECT_HANDLE_INFORMATION.GrantedAccess, r.access);
      }
      return k.return(r.status);
    },
  };
}

export const routines: KernelRoutine[] = [byHandle('ObReferenceObjectByHandle', 4), byHandle('ObReferenceObjectByHandleWithTag', 5)];
