// Executive callback objects: a named place where drivers register functions that its owner has called with ExNotifyCallback, in the order of registration and
// at the notifier's IRQL (reference: verification-rules.md §1). A registration that is running is counted busy, so that ExUnregisterCallback can wait until nobody
// is inside the function; from then on it is not called any more. Waiting for that inside the function itself is a deadlock, as on Windows.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { ObjectType } from '../ke/constants.js';
import { hex, initHeader } from '../ke/dispatcher.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KEVENT, CALLBACK_OBJECT as O, CALLBACK_REGISTRATION as R } from '../layouts.gen.js';
import { captureAttributes, insertName, lookupPath, removeName, setPermanent } from '../ob/namespace.js';
import { dropReference, isType, referenceObject } from '../ob/object.js';
import { allocateSecured, captureSecurity } from '../ob/security.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { first, initListHead, insertTail, isEmpty, remove } from '../rtl/list.js';

const SIGNATURE = 0x6c6c6143;
/** Pool tags, for the report at unload: what a driver made, what the system made because a driver asked, and what a registration is. */
export const OBJECT_TAG = 'Call';
export const SYSTEM_OBJECT_TAG = 'CbSy';
export const REGISTRATION_TAG = 'CBRe';
const OBJ_PERMANENT = 0x10;
/** Objects that the system itself offers; they are made when the first driver asks for them. */
const OF_THE_SYSTEM = /^\\Callback\\(SetSystemTime|PowerState|ProcessorAdd)$/i;

/** (CallbackObject, ObjectAttributes, Create, AllowMultipleCallbacks) */
function create(k: Kernel, f: Frame): Status {
  const a = captureAttributes(k, f.ptr(1));
  const system = a.name !== undefined && OF_THE_SYSTEM.test(a.name);
  const found = a.name === undefined ? undefined : lookupPath(k, a.name);
  if (found && ntSuccess(found.status)) {
    if (!isType(k, found.body, ObType.Callback)) return k.return(NT.OBJECT_TYPE_MISMATCH);
    referenceObject(k, found.body);
    k.mem.checked.setPtr(f.ptr(0), found.body);
    return k.return(NT.SUCCESS);
  }
  if (!f.bool(2) && !system) return k.return(found ? found.status : NT.UNSUCCESSFUL);
  if (found && found.directory === 0) return k.return(found.status);
  const security = captureSecurity(k, f.ptr(1));
  if (typeof security === 'number') return k.return(security);
  const body = allocateSecured(k, ObType.Callback, O.sizeof, system ? SYSTEM_OBJECT_TAG : OBJECT_TAG, security);
  if (body === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  k.mem.setU32(body + O.Signature, SIGNATURE);
  initListHead(k.mem, body + O.RegisteredCallbacks);
  k.mem.setU8(body + O.AllowMultipleCallbacks, f.bool(3) || system ? 1 : 0);
  if (found) {
    insertName(k, found.directory, found.leaf, body);
    // a name keeps only a permanent object: the last reference of its users takes it out of the directory
    if (system || a.flags & OBJ_PERMANENT) setPermanent(k, body, true);
    else dropReference(k, body);
  }
  k.mem.checked.setPtr(f.ptr(0), body);
  return k.return(NT.SUCCESS);
}

/** A callback object whose signature is right; any other pointer is a bug check. */
function checked(k: Kernel, name: string, object: Addr): Status | undefined {
  if (k.mem.checked.u32(object + O.Signature) === SIGNATURE) return undefined;
  return k.bugCheck(0xa, object, k.irql, 0, 0, `${name}: the address ${hex(object)} is no callback object`);
}

/** (CallbackObject, CallbackFunction, CallbackContext): the registration, NULL when the object permits one only and has it. */
function register(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const object = f.ptr(0);
  const bad = checked(k, 'ExRegisterCallback', object);
  if (bad !== undefined) return bad;
  if (!m.u8(object + O.AllowMultipleCallbacks) && !isEmpty(m, object + O.RegisteredCallbacks)) return k.return(0);
  const r = k.pool.allocate('nonpaged', R.sizeof, REGISTRATION_TAG);
  if (r === 0) return k.return(0);
  m.fill(r, R.sizeof);
  m.setPtr(r + R.CallbackObject, object);
  m.setPtr(r + R.CallbackFunction, f.ptr(1));
  m.setPtr(r + R.CallbackContext, f.ptr(2));
  initHeader(k, r + R.Idle, ObjectType.NotificationEvent, KEVENT.sizeof, 0);
  insertTail(m, object + O.RegisteredCallbacks, r + R.Link);
  referenceObject(k, object);
  k.event('ps.callback-register', { kind: 'executive', routine: f.ptr(1), slot: 0 });
  return k.return(r);
}

/** (CallbackRegistration) */
function unregister(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const r = f.ptr(0);
  switch (f.pc) {
    case 0:
      m.checked.setU8(r + R.UnregisterWaiting, 1);
      if (m.u32(r + R.Busy) !== 0) return k.wait(f, 1, { object: r + R.Idle });
      break;
    case 2:
      return k.returnVoid();
  }
  const object = m.ptr(r + R.CallbackObject);
  k.event('ps.callback-remove', { kind: 'executive', routine: m.ptr(r + R.CallbackFunction) });
  remove(m, r + R.Link);
  k.pool.free(r);
  return k.call(f, 2, 'ObfDereferenceObject', [object]);
}

/** The notification has left the function of a registration. */
function leave(k: Kernel, r: Addr): void {
  const m = k.mem;
  m.setU32(r + R.Busy, m.u32(r + R.Busy) - 1);
  if (m.u32(r + R.Busy) === 0 && m.u8(r + R.UnregisterWaiting)) k.signalEvent(r + R.Idle, 0);
}

/** (CallbackObject, Argument1, Argument2). Local 0: the registration that is running; it stays on the list until it is left. */
function notify(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const object = f.ptr(0);
  const head = object + O.RegisteredCallbacks;
  let next: Addr;
  if (f.pc === 0) {
    if (object === 0) return k.returnVoid();
    const bad = checked(k, 'ExNotifyCallback', object);
    if (bad !== undefined) return bad;
    next = first(m, head);
  } else {
    const at = m.ptr(f.get(0) + R.Link);
    leave(k, f.get(0));
    next = at === head ? 0 : at;
  }
  while (next !== 0 && m.u8(next + R.UnregisterWaiting)) {
    const at = m.ptr(next + R.Link);
    next = at === head ? 0 : at;
  }
  if (next === 0) return k.returnVoid();
  f.set(0, next);
  m.setU32(next + R.Busy, m.u32(next + R.Busy) + 1);
  return k.call(f, 1, m.ptr(next + R.CallbackFunction), [m.ptr(next + R.CallbackContext), f.ptr(1), f.ptr(2)]);
}

export const routines: KernelRoutine[] = [
  { name: 'ExCreateCallback', cost: 40, step: create },
  { name: 'ExRegisterCallback', cost: 20, step: register },
  { name: 'ExUnregisterCallback', cost: 20, step: unregister },
  {
    name: 'ExNotifyCallback',
    locals: 1,
    step: notify,
    unwind(k, f) {
      if (f.pc !== 0) leave(k, f.get(0));
    },
  },
  {
    // (CallbackObject): its last reference is gone, so nothing is registered
    name: 'ExpDeleteCallback',
    step(k, f) {
      referenceObject(k, f.ptr(0));
      removeName(k, f.ptr(0));
      return k.returnVoid();
    },
  },
];
