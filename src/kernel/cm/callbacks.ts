// CmRegisterCallback(Ex): drivers that see, change or refuse registry operations. Callbacks run from the highest altitude down before an operation and in reverse
// order after it, in the thread that does the operation; a status that is no success ends the operation (STATUS_CALLBACK_BYPASS: with success).
// Removal waits for calls in flight. Altitudes collide like those of minifilters.
import { type Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CM_GLOBALS, CM_KEY_BODY, CMP_CALLBACK, CMP_NODE } from '../layouts.gen.js';
import { WaitReason } from '../ke/constants.js';
import { CallbackKind, enterCallback, leaveCallback } from '../ob/callback-scope.js';
import { compareAltitudes } from '../ob/callbacks.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { NT, ntSuccess } from '../ob/status.js';
import { entries, insertBefore, insertTail, remove } from '../rtl/list.js';
import { keyPath } from './hive.js';

const TAG = 'CMcb';
/** CmRegisterCallback gives no altitude: such callbacks get one by order, below those that chose theirs (U). */
const LEGACY_ALTITUDE = 1000;
const MAXIMUM_CALLBACKS = 100;

const callbacks = (k: Kernel): Addr[] => entries(k.mem, k.globals.CM + CM_GLOBALS.Callbacks).map((e) => e - CMP_CALLBACK.Link);
/** Is there anybody to ask? Saves building the information block for nothing. */
export const anyCallbacks = (k: Kernel): boolean => k.mem.u32(k.globals.CM + CM_GLOBALS.CallbackCount) !== 0;

function register(k: Kernel, routine: Addr, altitude: string, driver: Addr, context: Addr, cookieOut: Addr): Status {
  if (routine === 0 || cookieOut === 0) return k.return(NT.INVALID_PARAMETER);
  if (!/^\s*[0-9]+(\.[0-9]+)?\s*$/.test(altitude)) return k.return(NT.INVALID_PARAMETER);
  const list = callbacks(k);
  if (list.length >= MAXIMUM_CALLBACKS) return k.return(NT.INSUFFICIENT_RESOURCES);
  const altitudeOf = (c: Addr): string => readUnicode(k, c + CMP_CALLBACK.Altitude);
  if (list.some((c) => compareAltitudes(altitudeOf(c), altitude) === 0)) return k.return(NT.FLT_INSTANCE_ALTITUDE_COLLISION);
  const block = k.pool.allocate('paged', CMP_CALLBACK.sizeof, TAG);
  if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  const m = k.mem;
  m.fill(block, CMP_CALLBACK.sizeof);
  if (!allocateUnicode(k, block + CMP_CALLBACK.Altitude, altitude, TAG)) return k.return(NT.INSUFFICIENT_RESOURCES);
  const next = k.globals.CM + CM_GLOBALS.NextCookie;
  const cookie = m.i64(next) + 1n;
  m.setI64(next, cookie);
  m.setI64(block + CMP_CALLBACK.Cookie, cookie);
  m.setPtr(block + CMP_CALLBACK.Routine, routine);
  m.setPtr(block + CMP_CALLBACK.Context, context);
  m.setPtr(block + CMP_CALLBACK.Driver, driver);
  m.setU32(block + CMP_CALLBACK.Active, 1);
  initEvent(k, block + CMP_CALLBACK.Drained, NotificationEvent, false);
  const lower = list.find((c) => compareAltitudes(altitudeOf(c), altitude) > 0);
  if (lower === undefined) insertTail(m, k.globals.CM + CM_GLOBALS.Callbacks, block + CMP_CALLBACK.Link);
  else insertBefore(m, lower + CMP_CALLBACK.Link, block + CMP_CALLBACK.Link);
  m.setU32(k.globals.CM + CM_GLOBALS.CallbackCount, list.length + 1);
  m.checked.setI64(cookieOut, cookie);
  k.event('cm.callback-register', { routine, altitude, cookie });
  return k.return(NT.SUCCESS);
}

function legacyAltitude(k: Kernel): string {
  const used = new Set(callbacks(k).map((c) => readUnicode(k, c + CMP_CALLBACK.Altitude)));
  let n = LEGACY_ALTITUDE;
  while (used.has(String(n))) n--;
  return String(n);
}

function release(k: Kernel, c: Addr): void {
  const at = c + CMP_CALLBACK.Running;
  const left = k.mem.i32(at) - 1;
  k.mem.setI32(at, left);
  if (left === 0 && k.mem.u32(c + CMP_CALLBACK.Removing)) k.signalEvent(c + CMP_CALLBACK.Drained, 0);
}

function destroy(k: Kernel, c: Addr): void {
  remove(k.mem, c + CMP_CALLBACK.Link);
  const count = k.globals.CM + CM_GLOBALS.CallbackCount;
  k.mem.setU32(count, k.mem.u32(count) - 1);
  freeUnicode(k, c + CMP_CALLBACK.Altitude);
  k.pool.free(c);
}

/** (NotifyClass, Information, Reverse) -> status. Locals: 0 next index, 1 running callback, 2 status of the first refusal. */
function callAll(k: Kernel, f: Frame): Status {
  const reverse = f.u32(2) !== 0;
  if (f.pc !== 0) {
    const c = f.get(1);
    leaveCallback(k, CallbackKind.Registry, k.mem.ptr(c + CMP_CALLBACK.Routine), f.result);
    release(k, c);
    const status = f.result32 | 0;
    if (!reverse && !ntSuccess(status)) {
      f.set(2, status);
      return k.return(status);
    }
  }
  const list = callbacks(k);
  for (let i = f.get(0); i < list.length; i++) {
    const c = list[reverse ? list.length - 1 - i : i];
    if (k.mem.u32(c + CMP_CALLBACK.Removing)) continue;
    f.set(0, i + 1);
    f.set(1, c);
    k.mem.setI32(c + CMP_CALLBACK.Running, k.mem.i32(c + CMP_CALLBACK.Running) + 1);
    const routine = k.mem.ptr(c + CMP_CALLBACK.Routine);
    enterCallback(k, CallbackKind.Registry, routine, `registry class ${f.u32(0)}`);
    return k.call(f, 1, routine, [k.mem.ptr(c + CMP_CALLBACK.Context), f.u32(0), f.ptr(1)]);
  }
  return k.return(NT.SUCCESS);
}

const objectName = (k: Kernel, object: Addr): string => keyPath(k, k.mem.ptr(object + CM_KEY_BODY.KeyControlBlock));

export const routines: KernelRoutine[] = [
  {
    name: 'CmpCallCallbacks',
    locals: 3,
    step: callAll,
    unwind(k, f) {
      if (f.pc === 0) return;
      leaveCallback(k, CallbackKind.Registry, k.mem.ptr(f.get(1) + CMP_CALLBACK.Routine));
      release(k, f.get(1));
    },
  },
  // (Function, Context, *Cookie)
  { name: 'CmRegisterCallback', cost: 30, step: (k, f) => register(k, f.ptr(0), legacyAltitude(k), 0, f.ptr(1), f.ptr(2)) },
  {
    // (Function, Altitude, Driver, Context, *Cookie, Reserved)
    name: 'CmRegisterCallbackEx',
    cost: 30,
    step(k, f) {
      if (f.ptr(1) === 0 || f.ptr(2) === 0) return k.return(NT.INVALID_PARAMETER);
      return register(k, f.ptr(0), captureUnicode(k, f.ptr(1)), f.ptr(2), f.ptr(3), f.ptr(4));
    },
  },
  {
    name: 'CmUnRegisterCallback',
    cost: 30,
    locals: 1,
    step(k, f) {
      if (f.pc === 0) {
        const cookie = f.i64(0);
        const c = callbacks(k).find((x) => k.mem.i64(x + CMP_CALLBACK.Cookie) === cookie && k.mem.u32(x + CMP_CALLBACK.Removing) === 0);
        if (c === undefined) return k.return(NT.INVALID_PARAMETER);
        k.mem.setU32(c + CMP_CALLBACK.Removing, 1);
        f.set(0, c);
        k.event('cm.callback-unregister', { routine: k.mem.ptr(c + CMP_CALLBACK.Routine), cookie });
        if (k.mem.i32(c + CMP_CALLBACK.Running) !== 0) return k.wait(f, 1, { object: c + CMP_CALLBACK.Drained, reason: WaitReason.Executive, mode: 0, alertable: false });
      }
      destroy(k, f.get(0));
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'CmGetCallbackVersion',
    step(k, f) {
      if (f.ptr(0) !== 0) k.mem.checked.setU32(f.ptr(0), 1);
      if (f.ptr(1) !== 0) k.mem.checked.setU32(f.ptr(1), 2);
      return k.returnVoid();
    },
  },
  {
    // (Cookie, Object, *ObjectID, *ObjectName): the name stays valid while the callback runs; ours lives as long as the key
    name: 'CmCallbackGetKeyObjectID',
    cost: 20,
    step(k, f) {
      const node = k.mem.checked.ptr(f.ptr(1) + CM_KEY_BODY.KeyControlBlock);
      if (f.ptr(2) !== 0) k.mem.checked.setPtr(f.ptr(2), k.mem.ptr(node + CMP_NODE.ObjectId));
      if (f.ptr(3) !== 0) k.mem.checked.setPtr(f.ptr(3), node + CMP_NODE.FullName);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Cookie, Object, *ObjectID, *ObjectName, Flags): the name is the caller's until CmCallbackReleaseKeyObjectIDEx
    name: 'CmCallbackGetKeyObjectIDEx',
    cost: 20,
    step(k, f) {
      if (f.u32(4) !== 0) return k.return(NT.INVALID_PARAMETER);
      const object = f.ptr(1);
      if (f.ptr(2) !== 0) k.mem.checked.setPtr(f.ptr(2), k.mem.ptr(k.mem.checked.ptr(object + CM_KEY_BODY.KeyControlBlock) + CMP_NODE.ObjectId));
      if (f.ptr(3) !== 0) {
        const block = k.pool.allocate('paged', 16, 'CMnm');
        if (block === 0 || !allocateUnicode(k, block, objectName(k, object), 'CMnm')) return k.return(NT.INSUFFICIENT_RESOURCES);
        k.mem.checked.setPtr(f.ptr(3), block);
      }
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'CmCallbackReleaseKeyObjectIDEx',
    cost: 10,
    step(k, f) {
      if (f.ptr(0) !== 0) {
        freeUnicode(k, f.ptr(0));
        k.pool.free(f.ptr(0));
      }
      return k.returnVoid();
    },
  },
  // no transactions are simulated, so no key is bound to one
  { name: 'CmGetBoundTransaction', step: (k) => k.return(0) },
];
