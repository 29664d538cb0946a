// ObRegisterCallbacks: drivers that filter opening and duplicating of process and thread handles. Pre callbacks run from the highest altitude down and
// may only take access bits away; post callbacks run in reverse order. Removal waits for callbacks in flight (reference: callbacks.md 5).
import type { Addr, Status } from '../../machine/abi.js';
import { hasIntegrityCheck, imageContaining, moduleName } from '../io/module.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  OB_CALLBACK_REGISTRATION,
  OB_GLOBALS,
  OB_OPERATION_REGISTRATION,
  OB_POST_CREATE_HANDLE_INFORMATION,
  OB_POST_OPERATION_INFORMATION,
  OB_PRE_CREATE_HANDLE_INFORMATION,
  OB_PRE_DUPLICATE_HANDLE_INFORMATION,
  OB_PRE_OPERATION_INFORMATION,
  OBJECT_TYPE,
  OBJECT_TYPE_INITIALIZER,
  OBP_CALL_CONTEXT,
  OBP_CALLBACK_ITEM,
  OBP_OPERATION,
  OBP_REGISTRATION,
} from '../layouts.gen.js';
import { entries, initListHead, insertBefore, insertHead, insertTail, remove } from '../rtl/list.js';
import { CallbackKind, enterCallback, leaveCallback } from './callback-scope.js';
import { initEvent, NotificationEvent } from './event-object.js';
import { NT } from './status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from './strings.js';
import { ObType, SUPPORTS_OBJECT_CALLBACKS, typeName, typeOf } from './types.js';

export const OB_OPERATION_HANDLE_CREATE = 1;
export const OB_OPERATION_HANDLE_DUPLICATE = 2;
const OB_FLT_REGISTRATION_VERSION = 0x100;

/** Access bits a pre callback may remove (reference: callbacks.md 5). */
const REMOVABLE_PROCESS = 0x80 | 0x2 | 0x40 | 0x100 | 0x200 | 0x800 | 0x1 | 0x8 | 0x20;
const REMOVABLE_THREAD = 0x200 | 0x100 | 0x10 | 0x20 | 0x400 | 0x80 | 0x2 | 0x1;

/** Higher altitude first; decimal strings of any length with fractions (`370030.5`). */
export function compareAltitudes(a: string, b: string): number {
  const [wa, fa = ''] = a.trim().split('.');
  const [wb, fb = ''] = b.trim().split('.');
  const na = wa.replace(/^0+/, '');
  const nb = wb.replace(/^0+/, '');
  if (na.length !== nb.length) return nb.length - na.length;
  if (na !== nb) return na < nb ? 1 : -1;
  const width = Math.max(fa.length, fb.length);
  const xa = fa.padEnd(width, '0');
  const xb = fb.padEnd(width, '0');
  return xa === xb ? 0 : xa < xb ? 1 : -1;
}

/** The routines must lie in a loaded (signed) kernel image. */
function acceptable(k: Kernel, routine: Addr): boolean {
  const module = imageContaining(k, routine);
  if (module === 0) return false;
  if (hasIntegrityCheck(k, module) || k.choice('object-integrity-check') === 'not-needed') return true;
  k.event('ps.integrity-check', { image: moduleName(k, module), routine });
  return false;
}

function register(k: Kernel, f: Frame): Status {
  const registration = f.ptr(0);
  const out = f.ptr(1);
  if (registration === 0 || out === 0) return k.return(NT.INVALID_PARAMETER);
  const c = k.mem.checked;
  const version = c.u16(registration + OB_CALLBACK_REGISTRATION.Version);
  const count = c.u16(registration + OB_CALLBACK_REGISTRATION.OperationRegistrationCount);
  const altitude = captureUnicode(k, registration + OB_CALLBACK_REGISTRATION.Altitude);
  if (version >> 8 !== OB_FLT_REGISTRATION_VERSION >> 8 || count === 0) return k.return(NT.INVALID_PARAMETER);
  if (!/^\s*[0-9]+(\.[0-9]+)?\s*$/.test(altitude)) return k.return(NT.INVALID_PARAMETER);
  const list = c.ptr(registration + OB_CALLBACK_REGISTRATION.OperationRegistration);
  for (let i = 0; i < count; i++) {
    const o = list + i * OB_OPERATION_REGISTRATION.sizeof;
    const typeVariable = c.ptr(o + OB_OPERATION_REGISTRATION.ObjectType);
    const type = typeVariable === 0 ? 0 : c.ptr(typeVariable);
    const operations = c.u32(o + OB_OPERATION_REGISTRATION.Operations);
    const pre = c.ptr(o + OB_OPERATION_REGISTRATION.PreOperation);
    const post = c.ptr(o + OB_OPERATION_REGISTRATION.PostOperation);
    if (type === 0 || (operations & 3) === 0 || (operations & ~3) !== 0 || (pre === 0 && post === 0)) return k.return(NT.INVALID_PARAMETER);
    const flags = c.u8(type + OBJECT_TYPE.TypeInfo + OBJECT_TYPE_INITIALIZER.ObjectTypeFlags);
    if ((flags & SUPPORTS_OBJECT_CALLBACKS) === 0) return k.return(NT.INVALID_PARAMETER);
    for (const routine of [pre, post]) if (routine !== 0 && !acceptable(k, routine)) return k.return(NT.ACCESS_DENIED);
  }
  const registrations = k.globals.OB + OB_GLOBALS.Registrations;
  for (const r of entries(k.mem, registrations)) {
    if (compareAltitudes(readUnicode(k, r - OBP_REGISTRATION.Link + OBP_REGISTRATION.Altitude), altitude) === 0) {
      return k.return(NT.FLT_INSTANCE_ALTITUDE_COLLISION);
    }
  }
  const block = k.pool.allocate('nonpaged', OBP_REGISTRATION.sizeof + count * OBP_CALLBACK_ITEM.sizeof, 'ObCB');
  if (block === 0 || !allocateUnicode(k, block + OBP_REGISTRATION.Altitude, altitude, 'ObCB')) return k.return(NT.INSUFFICIENT_RESOURCES);
  const items = block + OBP_REGISTRATION.sizeof;
  k.mem.setPtr(block + OBP_REGISTRATION.Context, c.ptr(registration + OB_CALLBACK_REGISTRATION.RegistrationContext));
  k.mem.setU16(block + OBP_REGISTRATION.Version, version);
  k.mem.setU16(block + OBP_REGISTRATION.Count, count);
  k.mem.setU32(block + OBP_REGISTRATION.Unregistering, 0);
  k.mem.setPtr(block + OBP_REGISTRATION.Items, items);
  for (let i = 0; i < count; i++) {
    const o = list + i * OB_OPERATION_REGISTRATION.sizeof;
    const item = items + i * OBP_CALLBACK_ITEM.sizeof;
    const type = c.ptr(c.ptr(o + OB_OPERATION_REGISTRATION.ObjectType));
    k.mem.setU32(item + OBP_CALLBACK_ITEM.Operations, c.u32(o + OB_OPERATION_REGISTRATION.Operations));
    k.mem.setU32(item + OBP_CALLBACK_ITEM.Active, 1);
    k.mem.setPtr(item + OBP_CALLBACK_ITEM.Registration, block);
    k.mem.setPtr(item + OBP_CALLBACK_ITEM.ObjectType, type);
    k.mem.setPtr(item + OBP_CALLBACK_ITEM.PreOperation, c.ptr(o + OB_OPERATION_REGISTRATION.PreOperation));
    k.mem.setPtr(item + OBP_CALLBACK_ITEM.PostOperation, c.ptr(o + OB_OPERATION_REGISTRATION.PostOperation));
    k.mem.setI32(item + OBP_CALLBACK_ITEM.Running, 0);
    k.mem.setU32(item + OBP_CALLBACK_ITEM.Waiters, 0);
    initEvent(k, item + OBP_CALLBACK_ITEM.Drained, NotificationEvent, true);
    insertByAltitude(k, type + OBJECT_TYPE.CallbackList, item + OBP_CALLBACK_ITEM.Link, altitude);
  }
  insertTail(k.mem, registrations, block + OBP_REGISTRATION.Link);
  c.setPtr(out, block);
  k.event('ob.register-callbacks', { altitude, operations: count, handle: block });
  return k.return(NT.SUCCESS);
}

function insertByAltitude(k: Kernel, head: Addr, link: Addr, altitude: string): void {
  const others = entries(k.mem, head);
  if (others.length > 0 && k.choice('object-callback-order') === 'registration') return insertTail(k.mem, head, link);
  for (const e of others) {
    const registration = k.mem.ptr(e - OBP_CALLBACK_ITEM.Link + OBP_CALLBACK_ITEM.Registration);
    if (compareAltitudes(readUnicode(k, registration + OBP_REGISTRATION.Altitude), altitude) > 0) {
      insertBefore(k.mem, e, link);
      return;
    }
  }
  insertTail(k.mem, head, link);
}

/** Is there a callback for this kind of operation on this type? */
export function hasCallbacks(k: Kernel, type: Addr, operation: number): boolean {
  return entries(k.mem, type + OBJECT_TYPE.CallbackList).some(
    (e) => (k.mem.u32(e - OBP_CALLBACK_ITEM.Link + OBP_CALLBACK_ITEM.Operations) & operation) !== 0,
  );
}

function release(k: Kernel, item: Addr): void {
  const running = k.mem.i32(item + OBP_CALLBACK_ITEM.Running) - 1;
  k.mem.setI32(item + OBP_CALLBACK_ITEM.Running, running);
  if (running === 0) k.signalEvent(item + OBP_CALLBACK_ITEM.Drained, 0);
}

/** First callback from `link` on that is active and wants the operation, or 0. */
function nextItem(k: Kernel, head: Addr, link: Addr, operation: number): Addr {
  for (let e = link; e !== head; e = k.mem.ptr(e)) {
    const item = e - OBP_CALLBACK_ITEM.Link;
    if (k.mem.u32(item + OBP_CALLBACK_ITEM.Active) !== 0 && (k.mem.u32(item + OBP_CALLBACK_ITEM.Operations) & operation) !== 0) return item;
  }
  return 0;
}

function fillPreInfo(k: Kernel, op: Addr): Addr {
  const info = op + OBP_OPERATION.PreInfo;
  const parameters = op + OBP_OPERATION.PreParameters;
  const operation = k.mem.u32(op + OBP_OPERATION.Operation);
  k.mem.fill(info, OB_PRE_OPERATION_INFORMATION.sizeof);
  k.mem.setU32(info + OB_PRE_OPERATION_INFORMATION.Operation, operation);
  k.mem.setU32(info + OB_PRE_OPERATION_INFORMATION.Flags, k.mem.u32(op + OBP_OPERATION.KernelHandle));
  k.mem.setPtr(info + OB_PRE_OPERATION_INFORMATION.Object, k.mem.ptr(op + OBP_OPERATION.Object));
  k.mem.setPtr(info + OB_PRE_OPERATION_INFORMATION.ObjectType, k.mem.ptr(op + OBP_OPERATION.ObjectType));
  k.mem.setPtr(info + OB_PRE_OPERATION_INFORMATION.Parameters, parameters);
  k.mem.setU32(parameters + OB_PRE_CREATE_HANDLE_INFORMATION.DesiredAccess, k.mem.u32(op + OBP_OPERATION.DesiredAccess));
  k.mem.setU32(parameters + OB_PRE_CREATE_HANDLE_INFORMATION.OriginalDesiredAccess, k.mem.u32(op + OBP_OPERATION.OriginalDesiredAccess));
  if (operation === OB_OPERATION_HANDLE_DUPLICATE) {
    k.mem.setPtr(parameters + OB_PRE_DUPLICATE_HANDLE_INFORMATION.SourceProcess, k.mem.ptr(op + OBP_OPERATION.SourceProcess));
    k.mem.setPtr(parameters + OB_PRE_DUPLICATE_HANDLE_INFORMATION.TargetProcess, k.mem.ptr(op + OBP_OPERATION.TargetProcess));
  }
  return info;
}

/** What remains of the access after a pre callback wrote `wanted`: only removable bits may go, none may come. */
function applyPreResult(k: Kernel, op: Addr, item: Addr): void {
  const before = k.mem.u32(op + OBP_OPERATION.DesiredAccess);
  const wanted = k.mem.u32(op + OBP_OPERATION.PreParameters + OB_PRE_CREATE_HANDLE_INFORMATION.DesiredAccess);
  const type = k.mem.ptr(op + OBP_OPERATION.ObjectType);
  // For desktops no list is published: any bit may go (U).
  const removable = type === typeOf(k, ObType.Process) ? REMOVABLE_PROCESS : type === typeOf(k, ObType.Thread) ? REMOVABLE_THREAD : ~0;
  const after = (before & (wanted | ~removable)) >>> 0;
  if ((wanted & ~before) !== 0) k.event('ob.access-added', { routine: k.mem.ptr(item + OBP_CALLBACK_ITEM.PreOperation), before, wanted });
  k.mem.setU32(op + OBP_OPERATION.DesiredAccess, after);
}

const describe = (k: Kernel, op: Addr): string =>
  `${k.mem.u32(op + OBP_OPERATION.Operation) === 1 ? 'open' : 'duplicate'} ${typeName(k, k.mem.ptr(op + OBP_OPERATION.ObjectType))}`;

export const routines: KernelRoutine[] = [
  { name: 'ObGetFilterVersion', cost: 2, step: (k) => k.return(OB_FLT_REGISTRATION_VERSION) },
  { name: 'ObRegisterCallbacks', cost: 50, step: register },
  {
    // (RegistrationHandle)
    name: 'ObUnRegisterCallbacks',
    cost: 50,
    locals: 1,
    step(k, f) {
      const block = f.ptr(0);
      const known = entries(k.mem, k.globals.OB + OB_GLOBALS.Registrations).includes(block + OBP_REGISTRATION.Link);
      if (f.pc === 0) {
        if (!known) {
          return k.bugCheck(
            0x7e,
            0xc0000005 | 0,
            0,
            0,
            0,
            'ObUnRegisterCallbacks with a handle that is not registered (unregistered twice?)',
          );
        }
        k.mem.setU32(block + OBP_REGISTRATION.Unregistering, 1);
      }
      const count = k.mem.u16(block + OBP_REGISTRATION.Count);
      for (let i = 0; i < count; i++) {
        const item = k.mem.ptr(block + OBP_REGISTRATION.Items) + i * OBP_CALLBACK_ITEM.sizeof;
        k.mem.setU32(item + OBP_CALLBACK_ITEM.Active, 0);
        if (k.mem.i32(item + OBP_CALLBACK_ITEM.Running) > 0) {
          k.event('ob.unregister-waits', { handle: block, running: k.mem.i32(item + OBP_CALLBACK_ITEM.Running) });
          initEvent(k, item + OBP_CALLBACK_ITEM.Drained, NotificationEvent, false);
          return k.wait(f, 1, { object: item + OBP_CALLBACK_ITEM.Drained, reason: WaitReason.WrRundown, mode: 0, alertable: false });
        }
      }
      for (let i = 0; i < count; i++)
        remove(k.mem, k.mem.ptr(block + OBP_REGISTRATION.Items) + i * OBP_CALLBACK_ITEM.sizeof + OBP_CALLBACK_ITEM.Link);
      remove(k.mem, block + OBP_REGISTRATION.Link);
      k.event('ob.unregister-callbacks', { handle: block });
      freeUnicode(k, block + OBP_REGISTRATION.Altitude);
      k.pool.free(block);
      return k.returnVoid();
    },
  },
  {
    // (OBP_OPERATION *): pre callbacks, highest altitude first.
    name: 'ObpCallPreOperation',
    locals: 1,
    step(k, f) {
      const op = f.ptr(0);
      const operation = k.mem.u32(op + OBP_OPERATION.Operation);
      const head = k.mem.ptr(op + OBP_OPERATION.ObjectType) + OBJECT_TYPE.CallbackList;
      let link: Addr;
      if (f.pc === 0) {
        k.enterCriticalRegion();
        initListHead(k.mem, op + OBP_OPERATION.Calls);
        link = k.mem.ptr(head);
      } else {
        const done = f.get(0);
        leaveCallback(k, CallbackKind.ObjectPre, k.mem.ptr(done + OBP_CALLBACK_ITEM.PreOperation), f.result);
        applyPreResult(k, op, done);
        link = k.mem.ptr(done + OBP_CALLBACK_ITEM.Link);
        owePost(k, op, done, k.mem.ptr(op + OBP_OPERATION.PreInfo + OB_PRE_OPERATION_INFORMATION.CallContext));
      }
      for (;;) {
        const item = nextItem(k, head, link, operation);
        if (item === 0) {
          k.leaveCriticalRegion();
          return k.returnVoid();
        }
        k.mem.setI32(item + OBP_CALLBACK_ITEM.Running, k.mem.i32(item + OBP_CALLBACK_ITEM.Running) + 1);
        const pre = k.mem.ptr(item + OBP_CALLBACK_ITEM.PreOperation);
        if (pre !== 0) {
          f.set(0, item);
          const info = fillPreInfo(k, op);
          enterCallback(k, CallbackKind.ObjectPre, pre, describe(k, op));
          return k.call(f, 1, pre, [k.mem.ptr(k.mem.ptr(item + OBP_CALLBACK_ITEM.Registration) + OBP_REGISTRATION.Context), info]);
        }
        link = k.mem.ptr(item + OBP_CALLBACK_ITEM.Link);
        owePost(k, op, item, 0);
      }
    },
    unwind(k, f) {
      if (f.pc !== 0) {
        leaveCallback(k, CallbackKind.ObjectPre, k.mem.ptr(f.get(0) + OBP_CALLBACK_ITEM.PreOperation));
        release(k, f.get(0));
        k.leaveCriticalRegion();
      }
    },
  },
  {
    // (OBP_OPERATION *, ReturnStatus): post callbacks in reverse order of the pre callbacks.
    name: 'ObpCallPostOperation',
    locals: 1,
    step(k, f) {
      const op = f.ptr(0);
      const head = op + OBP_OPERATION.Calls;
      if (f.pc === 0) k.enterCriticalRegion();
      else finishPost(k, f.get(0), f.result);
      const link = k.mem.ptr(head);
      if (link === head) {
        k.leaveCriticalRegion();
        return k.returnVoid();
      }
      const call = link - OBP_CALL_CONTEXT.Link;
      const item = k.mem.ptr(call + OBP_CALL_CONTEXT.Item);
      const post = k.mem.ptr(item + OBP_CALLBACK_ITEM.PostOperation);
      const info = op + OBP_OPERATION.PostInfo;
      const parameters = op + OBP_OPERATION.PostParameters;
      k.mem.fill(info, OB_POST_OPERATION_INFORMATION.sizeof);
      k.mem.setU32(info + OB_POST_OPERATION_INFORMATION.Operation, k.mem.u32(op + OBP_OPERATION.Operation));
      k.mem.setU32(info + OB_POST_OPERATION_INFORMATION.Flags, k.mem.u32(op + OBP_OPERATION.KernelHandle));
      k.mem.setPtr(info + OB_POST_OPERATION_INFORMATION.Object, k.mem.ptr(op + OBP_OPERATION.Object));
      k.mem.setPtr(info + OB_POST_OPERATION_INFORMATION.ObjectType, k.mem.ptr(op + OBP_OPERATION.ObjectType));
      k.mem.setPtr(info + OB_POST_OPERATION_INFORMATION.CallContext, k.mem.ptr(call + OBP_CALL_CONTEXT.CallContext));
      k.mem.setI32(info + OB_POST_OPERATION_INFORMATION.ReturnStatus, f.i32(1));
      k.mem.setPtr(info + OB_POST_OPERATION_INFORMATION.Parameters, parameters);
      k.mem.setU32(
        parameters + OB_POST_CREATE_HANDLE_INFORMATION.GrantedAccess,
        f.i32(1) >= 0 ? k.mem.u32(op + OBP_OPERATION.DesiredAccess) : 0,
      );
      f.set(0, call);
      enterCallback(k, CallbackKind.ObjectPost, post, describe(k, op));
      return k.call(f, 1, post, [k.mem.ptr(k.mem.ptr(item + OBP_CALLBACK_ITEM.Registration) + OBP_REGISTRATION.Context), info]);
    },
    unwind(k, f) {
      if (f.pc !== 0) {
        finishPost(k, f.get(0));
        k.leaveCriticalRegion();
      }
    },
  },
];

/** A pre callback is done (or there was none): remember its post callback, or let go of the registration. */
function owePost(k: Kernel, op: Addr, item: Addr, callContext: Addr): void {
  const call = k.mem.ptr(item + OBP_CALLBACK_ITEM.PostOperation) === 0 ? 0 : k.pool.allocate('nonpaged', OBP_CALL_CONTEXT.sizeof, 'ObCC');
  if (call === 0) {
    release(k, item);
    return;
  }
  k.mem.setPtr(call + OBP_CALL_CONTEXT.Item, item);
  k.mem.setPtr(call + OBP_CALL_CONTEXT.CallContext, callContext);
  insertHead(k.mem, op + OBP_OPERATION.Calls, call + OBP_CALL_CONTEXT.Link);
}

/** `result` undefined: the callback was unwound. */
function finishPost(k: Kernel, call: Addr, result?: number): void {
  const item = k.mem.ptr(call + OBP_CALL_CONTEXT.Item);
  leaveCallback(k, CallbackKind.ObjectPost, k.mem.ptr(item + OBP_CALLBACK_ITEM.PostOperation), result);
  remove(k.mem, call + OBP_CALL_CONTEXT.Link);
  k.pool.free(call);
  release(k, item);
}
