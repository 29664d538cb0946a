// Objects: header, reference counts, deletion. An object is one pool block: name information, OBJECT_HEADER, body. The last dereference runs the
// type's delete procedure in the context of whoever drops it; at raised IRQL the object goes to a worker instead (ObDereferenceObjectDeferDelete).
import type { Addr, Status } from '../../machine/abi.js';
import { WaitReason } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  OB_GLOBALS,
  OBJECT_HEADER,
  OBJECT_HEADER_NAME_INFO,
  OBJECT_TYPE,
  OBJECT_TYPE_INITIALIZER,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { forgetObject } from './reference-track.js';
import { detachDescriptor } from './security-block.js';
import { NT } from './status.js';
import { freeUnicode } from './strings.js';
import { mapAccess, type ObTypeIndex, typeName, typeOf } from './types.js';

const PASSIVE_LEVEL = 0;
const PREFIX = OBJECT_HEADER_NAME_INFO.sizeof + OBJECT_HEADER.sizeof;
/** OBJECT_HEADER.Flags. */
export const OBP_PERMANENT = 0x10;
export const OBP_KERNEL_OBJECT = 0x02;
export const OBP_DELETED = 0x80;
const NAME_INFO_PRESENT = 2;

export const headerOf = (body: Addr): Addr => body - OBJECT_HEADER.sizeof;
export const bodyOf = (header: Addr): Addr => header + OBJECT_HEADER.sizeof;
export const nameInfoOf = (body: Addr): Addr => body - PREFIX;
export const nameOf = (body: Addr): Addr => nameInfoOf(body) + OBJECT_HEADER_NAME_INFO.Name;
export const pointerCount = (k: Kernel, body: Addr): number => k.mem.ptr(headerOf(body) + OBJECT_HEADER.PointerCount);
export const handleCount = (k: Kernel, body: Addr): number => k.mem.ptr(headerOf(body) + OBJECT_HEADER.HandleCount);
/** OBJECT_TYPE of an object. */
export const objectType = (k: Kernel, body: Addr): Addr =>
  k.mem.ptr(k.globals.OB + OB_GLOBALS.Types + 8 * k.mem.u8(headerOf(body) + OBJECT_HEADER.TypeIndex));
export const isType = (k: Kernel, body: Addr, type: ObTypeIndex): boolean => k.mem.u8(headerOf(body) + OBJECT_HEADER.TypeIndex) === type;

/** A type has this number: the table ends where the count of types lies. */
export const isTypeIndex = (k: Kernel, index: number): boolean =>
  OB_GLOBALS.Types + 8 * index < OB_GLOBALS.TypeCount && k.mem.ptr(k.globals.OB + OB_GLOBALS.Types + 8 * index) !== 0;

/** New object with a zeroed body, one reference and no name; 0 when pool is exhausted. */
export function allocateObject(k: Kernel, index: ObTypeIndex, bodySize: number, tag: string): Addr {
  const block = k.pool.allocate('nonpaged', PREFIX + bodySize, tag);
  if (block === 0) return 0;
  k.mem.fill(block, PREFIX + bodySize);
  const header = block + OBJECT_HEADER_NAME_INFO.sizeof;
  k.mem.setPtr(header + OBJECT_HEADER.PointerCount, 1);
  k.mem.setU8(header + OBJECT_HEADER.TypeIndex, index);
  k.mem.setU8(header + OBJECT_HEADER.InfoMask, NAME_INFO_PRESENT);
  const type = typeOf(k, index);
  k.mem.setU32(type + OBJECT_TYPE.TotalNumberOfObjects, k.mem.u32(type + OBJECT_TYPE.TotalNumberOfObjects) + 1);
  const high = type + OBJECT_TYPE.HighWaterNumberOfObjects;
  k.mem.setU32(high, Math.max(k.mem.u32(high), k.mem.u32(type + OBJECT_TYPE.TotalNumberOfObjects)));
  return bodyOf(header);
}

/** Adds references. The caller knows that the object is alive. */
export function referenceObject(k: Kernel, body: Addr, count = 1): number {
  const at = headerOf(body) + OBJECT_HEADER.PointerCount;
  const next = k.mem.ptr(at) + count;
  k.mem.setPtr(at, next);
  return next;
}

/** Drops references without deleting: for callers that know others remain. Returns what is left. */
export function dropReference(k: Kernel, body: Addr, count = 1): number {
  return referenceObject(k, body, -count);
}

/** Drops one reference from where nothing can be called: when it was the last, the deferred-delete thread deletes the object. */
export function dropReferenceDeferred(k: Kernel, body: Addr): void {
  if (dropReference(k, body) === 0) deferDelete(k, body);
}

/** Returns the memory of an object whose body has been torn down. */
export function freeObject(k: Kernel, body: Addr): void {
  forgetObject(k, body);
  detachDescriptor(k, body);
  const type = objectType(k, body);
  k.mem.setU32(type + OBJECT_TYPE.TotalNumberOfObjects, k.mem.u32(type + OBJECT_TYPE.TotalNumberOfObjects) - 1);
  const name = nameOf(body);
  if (k.mem.ptr(name + UNICODE_STRING.Buffer) !== 0) freeUnicode(k, name);
  k.pool.free(nameInfoOf(body));
}

/** User mode gets what the type allows, minus what protection denies. Returns undefined when access is denied. */
export function grantAccess(k: Kernel, body: Addr, desired: number): number {
  return mapAccess(k, objectType(k, body), desired);
}

function badReference(k: Kernel, body: Addr, what: string): Status {
  const type = objectType(k, body);
  if (k.asked() && (what === 'reference' || what === 'dereference')) {
    const text = `${what} of a ${type === 0 ? '' : `${typeName(k, type)} `}object whose reference count is 0`;
    return k.bugCheck(0xc4, 0x3f, body, what === 'reference' ? 1 : -1, 0, text);
  }
  return k.bugCheck(
    0x18,
    type,
    body,
    0,
    pointerCount(k, body),
    `${what} of a ${type === 0 ? '' : `${typeName(k, type)} `}object whose reference count does not allow it`,
  );
}

function dereference(defer: boolean): KernelRoutine['step'] {
  return (k, f) => {
    const body = f.ptr(0);
    if (f.pc === 0) {
      if (body === 0) return k.raiseStatus(NT.ACCESS_VIOLATION);
      if (pointerCount(k, body) <= 0) return badReference(k, body, 'dereference');
      const left = dropReference(k, body);
      if (left > 0) return k.return(left);
      if (handleCount(k, body) !== 0) return badReference(k, body, 'last dereference (open handles remain)');
      if (defer || k.irql > PASSIVE_LEVEL) {
        deferDelete(k, body);
        return k.return(0);
      }
      return k.call(f, 1, 'ObpRemoveObject', [body]);
    }
    return k.return(0);
  };
}

/** Chains a dead object for the deferred-delete thread. */
function deferDelete(k: Kernel, body: Addr): void {
  const head = k.globals.OB + OB_GLOBALS.DeferredDeletes;
  k.mem.setPtr(headerOf(body) + OBJECT_HEADER.ObjectCreateInfo, k.mem.ptr(head));
  k.mem.setPtr(head, body);
  k.signalEvent(k.globals.OB + OB_GLOBALS.DeferredDeleteEvent, 0);
}

function reference(k: Kernel, body: Addr): Status {
  if (pointerCount(k, body) <= 0) return badReference(k, body, 'reference');
  return k.return(referenceObject(k, body));
}

export const routines: KernelRoutine[] = [
  {
    // (Object): runs the delete procedure and frees. The count is 0.
    name: 'ObpRemoveObject',
    step(k, f) {
      const body = f.ptr(0);
      if (f.pc === 0) {
        const header = headerOf(body);
        const flags = k.mem.u8(header + OBJECT_HEADER.Flags);
        if (flags & OBP_DELETED) return badReference(k, body, 'second deletion');
        const index = k.mem.u8(header + OBJECT_HEADER.TypeIndex);
        if (!isTypeIndex(k, index)) {
          const text = `the object at ${hex(body)} is deleted, but its header says type ${index}: somebody wrote over the header`;
          return k.bugCheck(0x189, header, index, 0, 0, text);
        }
        k.mem.setU8(header + OBJECT_HEADER.Flags, flags | OBP_DELETED);
        const procedure = k.mem.ptr(objectType(k, body) + OBJECT_TYPE.TypeInfo + OBJECT_TYPE_INITIALIZER.DeleteProcedure);
        if (procedure !== 0) return k.call(f, 1, procedure, [body]);
      }
      freeObject(k, body);
      return k.returnVoid();
    },
  },
  { name: 'ObfReferenceObject', cost: 2, step: (k, f) => reference(k, f.ptr(0)) },
  { name: 'ObReferenceObject', cost: 2, step: (k, f) => reference(k, f.ptr(0)) },
  { name: 'ObfReferenceObjectWithTag', cost: 2, step: (k, f) => reference(k, f.ptr(0)) },
  { name: 'ObReferenceObjectWithTag', cost: 2, step: (k, f) => reference(k, f.ptr(0)) },
  ...['ObReferenceObjectSafe', 'ObReferenceObjectSafeWithTag'].map(
    (name): KernelRoutine => ({
      name,
      cost: 2,
      step: (k, f) => {
        if (pointerCount(k, f.ptr(0)) <= 0) return k.return(0);
        referenceObject(k, f.ptr(0));
        return k.return(1);
      },
    }),
  ),
  { name: 'ObfDereferenceObject', cost: 3, step: dereference(false) },
  { name: 'ObDereferenceObject', cost: 3, step: dereference(false) },
  { name: 'ObfDereferenceObjectWithTag', cost: 3, step: dereference(false) },
  { name: 'ObDereferenceObjectWithTag', cost: 3, step: dereference(false) },
  { name: 'ObDereferenceObjectDeferDelete', cost: 3, step: dereference(true) },
  { name: 'ObDereferenceObjectDeferDeleteWithTag', cost: 3, step: dereference(true) },
  {
    // (Object, DesiredAccess, ObjectType, AccessMode)
    name: 'ObReferenceObjectByPointer',
    step(k, f) {
      const body = f.ptr(0);
      const wanted = f.ptr(2);
      const type = objectType(k, body);
      // A NULL type is only allowed for kernel mode (user mode: mismatch, except symbolic links).
      if (wanted !== type && (wanted !== 0 || f.u8(3) !== 0)) return k.return(NT.OBJECT_TYPE_MISMATCH);
      if (pointerCount(k, body) <= 0) return badReference(k, body, 'reference');
      referenceObject(k, body);
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'ObReferenceObjectByPointerWithTag',
    step(k, f) {
      const body = f.ptr(0);
      if (f.ptr(2) !== 0 && f.ptr(2) !== objectType(k, body)) return k.return(NT.OBJECT_TYPE_MISMATCH);
      referenceObject(k, body);
      return k.return(NT.SUCCESS);
    },
  },
  { name: 'ObGetObjectType', cost: 2, step: (k, f) => k.return(objectType(k, f.ptr(0))) },
  {
    // System thread that deletes objects whose last reference went away at raised IRQL.
    name: 'ObpDeferredDeleteThread',
    locals: 1,
    step(k, f) {
      const head = k.globals.OB + OB_GLOBALS.DeferredDeletes;
      const body = k.mem.ptr(head);
      if (f.pc !== 1 || body === 0) {
        if (body === 0)
          return k.wait(f, 1, {
            object: k.globals.OB + OB_GLOBALS.DeferredDeleteEvent,
            reason: WaitReason.Executive,
            mode: 0,
            alertable: false,
          });
      }
      k.mem.setPtr(head, k.mem.ptr(headerOf(body) + OBJECT_HEADER.ObjectCreateInfo));
      k.mem.setPtr(headerOf(body) + OBJECT_HEADER.ObjectCreateInfo, 0);
      return k.call(f, 2, 'ObpRemoveObject', [body]);
    },
  },
];
