// CmRegisterCallback(Ex): registry filters. Pre notifications go from the highest altitude down and may refuse the operation or take it over
// (STATUS_CALLBACK_BYPASS); post notifications go back up to those that saw the pre one. Removal waits for callbacks in flight.
import type { Addr, Status } from '../../machine/abi.js';
import { imageContaining } from '../io/module.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CM_GLOBALS,
  CM_KEY_BODY,
  CMP_CALL,
  CMP_CALLBACK,
  CMP_NODE,
  CMP_OBJECT_CONTEXT,
  CMP_OPERATION,
  REG_CREATE_KEY_INFORMATION,
  REG_POST_OPERATION_INFORMATION,
} from '../layouts.gen.js';
import { CallbackKind, enterCallback, leaveCallback } from '../ob/callback-scope.js';
import { compareAltitudes } from '../ob/callbacks.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { entries, initListHead, insertBefore, insertHead, insertTail, remove } from '../rtl/list.js';

/** Altitude that CmRegisterCallback (without one) gets (U). */
const DEFAULT_ALTITUDE = '320000';

/** CM_KEY_BODY.Type of every key object. */
export const KEY_BODY_TYPE = 0x6b793032;

const head = (k: Kernel): Addr => k.globals.CM + CM_GLOBALS.Callbacks;
export const registryCallbacks = (k: Kernel): Addr[] => entries(k.mem, head(k)).map((e) => e - CMP_CALLBACK.Link);
export const hasRegistryCallbacks = (k: Kernel): boolean => k.mem.ptr(head(k)) !== head(k);

function register(k: Kernel, routine: Addr, altitude: string, driver: Addr, context: Addr, cookieOut: Addr, ex: boolean): number {
  const m = k.mem;
  if (routine === 0 || cookieOut === 0) return NT.INVALID_PARAMETER;
  if (imageContaining(k, routine) === 0) return NT.ACCESS_DENIED;
  if (ex && registryCallbacks(k).some((c) => compareAltitudes(readUnicode(k, c + CMP_CALLBACK.Altitude), altitude) === 0)) {
    return NT.FLT_INSTANCE_ALTITUDE_COLLISION;
  }
  const block = k.pool.allocate('nonpaged', CMP_CALLBACK.sizeof, 'CmCb');
  if (block === 0) return NT.INSUFFICIENT_RESOURCES;
  m.fill(block, CMP_CALLBACK.sizeof);
  const next = k.globals.CM + CM_GLOBALS.NextCookie;
  const cookie = m.i64(next) + 1n;
  m.setI64(next, cookie);
  m.setI64(block + CMP_CALLBACK.Cookie, cookie);
  m.setPtr(block + CMP_CALLBACK.Routine, routine);
  m.setPtr(block + CMP_CALLBACK.Context, context);
  m.setPtr(block + CMP_CALLBACK.Driver, driver);
  m.setU32(block + CMP_CALLBACK.Active, 1);
  allocateUnicode(k, block + CMP_CALLBACK.Altitude, altitude, 'CmCb');
  initEvent(k, block + CMP_CALLBACK.Drained, NotificationEvent, true);
  const after = registryCallbacks(k).find((c) => compareAltitudes(readUnicode(k, c + CMP_CALLBACK.Altitude), altitude) > 0);
  if (after === undefined) insertTail(m, head(k), block + CMP_CALLBACK.Link);
  else insertBefore(m, after + CMP_CALLBACK.Link, block + CMP_CALLBACK.Link);
  m.checked.setI64(cookieOut, cookie);
  k.event('cm.register-callback', { routine, altitude, cookie: Number(cookie) });
  return NT.SUCCESS;
}

export const findByCookie = (k: Kernel, cookie: bigint): Addr =>
  registryCallbacks(k).find((c) => k.mem.i64(c + CMP_CALLBACK.Cookie) === cookie) ?? 0;

/** What this callback keeps with a key object: CMP_OBJECT_CONTEXT, 0 when it keeps nothing or there is no object. */
export function contextRecord(k: Kernel, body: Addr, cookie: bigint): Addr {
  if (body === 0 || k.mem.u32(body + CM_KEY_BODY.Type) !== KEY_BODY_TYPE) return 0;
  const all = entries(k.mem, body + CM_KEY_BODY.CallbackContexts).map((e) => e - CMP_OBJECT_CONTEXT.Link);
  return all.find((r) => k.mem.i64(r + CMP_OBJECT_CONTEXT.Cookie) === cookie) ?? 0;
}

/** ObjectContext of a notification for this callback. */
function objectContext(k: Kernel, body: Addr, callback: Addr): Addr {
  const record = contextRecord(k, body, k.mem.i64(callback + CMP_CALLBACK.Cookie));
  return record === 0 ? 0 : k.mem.ptr(record + CMP_OBJECT_CONTEXT.Context);
}

function release(k: Kernel, callback: Addr): void {
  const running = k.mem.i32(callback + CMP_CALLBACK.Running) - 1;
  k.mem.setI32(callback + CMP_CALLBACK.Running, running);
  if (running === 0) k.signalEvent(callback + CMP_CALLBACK.Drained, 0);
}

function acquire(k: Kernel, callback: Addr): void {
  k.mem.setI32(callback + CMP_CALLBACK.Running, k.mem.i32(callback + CMP_CALLBACK.Running) + 1);
}

/** CmpCallPreCallbacks(CMP_OPERATION *): status of the pre notifications. Local 0: the callback that runs. */
function callPre(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const op = f.ptr(0);
  const info = op + CMP_OPERATION.Info;
  let link: Addr;
  if (f.pc === 0) {
    initListHead(m, op + CMP_OPERATION.Calls);
    link = m.ptr(head(k));
  } else {
    const done = f.get(0);
    const status = f.result32 | 0;
    leaveCallback(k, CallbackKind.Registry, m.ptr(done + CMP_CALLBACK.Routine), status);
    link = m.ptr(done + CMP_CALLBACK.Link);
    if (!ntSuccess(status)) {
      release(k, done);
      k.event('cm.refused', {
        routine: m.ptr(done + CMP_CALLBACK.Routine),
        class: m.u32(op + CMP_OPERATION.PreClass),
        status: status >>> 0,
      });
      return k.return(status);
    }
    const call = k.pool.allocate('nonpaged', CMP_CALL.sizeof, 'CmCc');
    if (call === 0) release(k, done);
    else {
      m.setPtr(call + CMP_CALL.Callback, done);
      m.setPtr(call + CMP_CALL.CallContext, m.ptr(info + m.u32(op + CMP_OPERATION.CallContextOffset)));
      insertHead(m, op + CMP_OPERATION.Calls, call + CMP_CALL.Link);
    }
  }
  for (; link !== head(k); link = m.ptr(link)) {
    const callback = link - CMP_CALLBACK.Link;
    if (m.u32(callback + CMP_CALLBACK.Active) === 0) continue;
    acquire(k, callback);
    f.set(0, callback);
    const callContext = info + m.u32(op + CMP_OPERATION.CallContextOffset);
    m.setPtr(callContext, 0);
    // ObjectContext stands behind CallContext in every block; in those that create or open a key it is RootObjectContext.
    const about = m.ptr(op + CMP_OPERATION.Object) || m.ptr(info + REG_CREATE_KEY_INFORMATION.RootObject);
    m.setPtr(callContext + 8, objectContext(k, about, callback));
    const routine = m.ptr(callback + CMP_CALLBACK.Routine);
    enterCallback(k, CallbackKind.Registry, routine, `class ${m.u32(op + CMP_OPERATION.PreClass)}`);
    return k.call(f, 1, routine, [m.ptr(callback + CMP_CALLBACK.Context), m.u32(op + CMP_OPERATION.PreClass), info]);
  }
  return k.return(NT.SUCCESS);
}

/** CmpCallPostCallbacks(CMP_OPERATION *, Status): final status. Locals: 0 call record, 1 status. */
function callPost(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const op = f.ptr(0);
  const post = op + CMP_OPERATION.Post;
  if (f.pc === 0) f.set(1, f.i32(1));
  else {
    const call = f.get(0);
    const callback = m.ptr(call + CMP_CALL.Callback);
    leaveCallback(k, CallbackKind.Registry, m.ptr(callback + CMP_CALLBACK.Routine), f.result);
    remove(m, call + CMP_CALL.Link);
    k.pool.free(call);
    release(k, callback);
    // A post callback that returns STATUS_CALLBACK_BYPASS replaces the status of the operation.
    if ((f.result32 | 0) === NT.CALLBACK_BYPASS) f.set(1, m.i32(post + REG_POST_OPERATION_INFORMATION.ReturnStatus));
  }
  const calls = op + CMP_OPERATION.Calls;
  const link = m.ptr(calls);
  if (link === calls) return k.return(f.get(1));
  const call = link - CMP_CALL.Link;
  const callback = m.ptr(call + CMP_CALL.Callback);
  f.set(0, call);
  m.fill(post, REG_POST_OPERATION_INFORMATION.sizeof);
  m.setPtr(post + REG_POST_OPERATION_INFORMATION.Object, m.ptr(op + CMP_OPERATION.Object));
  m.setI32(post + REG_POST_OPERATION_INFORMATION.Status, f.get(1));
  m.setPtr(post + REG_POST_OPERATION_INFORMATION.PreInformation, op + CMP_OPERATION.Info);
  m.setI32(post + REG_POST_OPERATION_INFORMATION.ReturnStatus, f.get(1));
  m.setPtr(post + REG_POST_OPERATION_INFORMATION.CallContext, m.ptr(call + CMP_CALL.CallContext));
  m.setPtr(post + REG_POST_OPERATION_INFORMATION.ObjectContext, objectContext(k, m.ptr(op + CMP_OPERATION.Object), callback));
  const routine = m.ptr(callback + CMP_CALLBACK.Routine);
  enterCallback(k, CallbackKind.Registry, routine, `class ${m.u32(op + CMP_OPERATION.PostClass)}`);
  return k.call(f, 1, routine, [m.ptr(callback + CMP_CALLBACK.Context), m.u32(op + CMP_OPERATION.PostClass), post]);
}

/** (Cookie*, Object, *ObjectId, *ObjectName, Flags): the name is a pool block to be released in the Ex form. */
function keyObjectId(ex: boolean): (k: Kernel, f: Frame) => Status {
  return (k, f) => {
    const body = f.ptr(1);
    if (body === 0 || (ex && f.u32(4) !== 0)) return k.return(NT.INVALID_PARAMETER);
    // Pre notifications of create and open have no key object yet; drivers pass what is there (a UNICODE_STRING) all the same.
    if (k.mem.checked.u32(body + CM_KEY_BODY.Type) !== KEY_BODY_TYPE) return k.return(NT.INVALID_PARAMETER);
    const node = k.mem.checked.ptr(body + CM_KEY_BODY.KeyControlBlock);
    if (node === 0) return k.return(NT.INVALID_PARAMETER);
    if (f.ptr(2) !== 0) k.mem.checked.setPtr(f.ptr(2), k.mem.ptr(node + CMP_NODE.ObjectId));
    if (f.ptr(3) !== 0) {
      if (!ex) k.mem.checked.setPtr(f.ptr(3), node + CMP_NODE.FullName);
      else {
        const text = readUnicode(k, node + CMP_NODE.FullName);
        const block = k.pool.allocate('paged', 16 + text.length * 2 + 2, 'CmKn');
        if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
        k.mem.setU16(block, text.length * 2);
        k.mem.setU16(block + 2, text.length * 2 + 2);
        k.mem.setPtr(block + 8, block + 16);
        k.mem.writeUtf16(block + 16, text, true);
        k.mem.checked.setPtr(f.ptr(3), block);
      }
    }
    return k.return(NT.SUCCESS);
  };
}

export const routines: KernelRoutine[] = [
  { name: 'CmpCallPreCallbacks', locals: 1, step: callPre },
  { name: 'CmpCallPostCallbacks', locals: 2, step: callPost },
  // (Function, Context, PLARGE_INTEGER Cookie)
  { name: 'CmRegisterCallback', cost: 40, step: (k, f) => k.return(register(k, f.ptr(0), DEFAULT_ALTITUDE, 0, f.ptr(1), f.ptr(2), false)) },
  // (Function, PCUNICODE_STRING Altitude, Driver, Context, PLARGE_INTEGER Cookie, Reserved)
  {
    name: 'CmRegisterCallbackEx',
    cost: 40,
    step: (k, f) => k.return(register(k, f.ptr(0), captureUnicode(k, f.ptr(1)), f.ptr(2), f.ptr(3), f.ptr(4), true)),
  },
  {
    // (LARGE_INTEGER Cookie)
    name: 'CmUnRegisterCallback',
    cost: 40,
    locals: 1,
    step(k, f) {
      const m = k.mem;
      if (f.pc === 0) {
        const callback = findByCookie(k, f.i64(0));
        if (callback === 0) return k.return(NT.INVALID_PARAMETER);
        f.set(0, callback);
        m.setU32(callback + CMP_CALLBACK.Active, 0);
        const running = m.i32(callback + CMP_CALLBACK.Running);
        if (running > 0) {
          k.event('cm.unregister-waits', { routine: m.ptr(callback + CMP_CALLBACK.Routine), running });
          initEvent(k, callback + CMP_CALLBACK.Drained, NotificationEvent, false);
          return k.wait(f, 1, { object: callback + CMP_CALLBACK.Drained, reason: WaitReason.WrRundown });
        }
      }
      const callback = f.get(0);
      if (f.pc < 2) return k.call(f, 2, 'CmpCleanupContexts', [0, callback]);
      remove(m, callback + CMP_CALLBACK.Link);
      k.event('cm.unregister-callback', { routine: m.ptr(callback + CMP_CALLBACK.Routine) });
      freeUnicode(k, callback + CMP_CALLBACK.Altitude);
      k.pool.free(callback);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (PULONG Major, PULONG Minor)
    name: 'CmGetCallbackVersion',
    cost: 3,
    step(k, f) {
      if (f.ptr(0) !== 0) k.mem.checked.setU32(f.ptr(0), 1);
      if (f.ptr(1) !== 0) k.mem.checked.setU32(f.ptr(1), 1);
      return k.returnVoid();
    },
  },
  { name: 'CmCallbackGetKeyObjectID', cost: 10, step: keyObjectId(false) },
  { name: 'CmCallbackGetKeyObjectIDEx', cost: 15, step: keyObjectId(true) },
  { name: 'CmCallbackReleaseKeyObjectIDEx', cost: 8, step: (k, f) => (k.pool.free(f.ptr(0)), k.returnVoid()) },
];
