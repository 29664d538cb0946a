// What a registry callback keeps with a key object: CmSetCallbackObjectContext stores it, every notification about the object carries it, and the callback gets it
// back for cleaning up (RegNtCallbackObjectContextCleanup) when the object is deleted or the callback is unregistered.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CM_GLOBALS,
  CM_KEY_BODY,
  CMP_CALLBACK,
  CMP_OBJECT_CONTEXT,
  REG_NOTIFY_CLASS as Notify,
  REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION,
} from '../layouts.gen.js';
import { CallbackKind, enterCallback, leaveCallback } from '../ob/callback-scope.js';
import { NT } from '../ob/status.js';
import { entries, insertTail, remove } from '../rtl/list.js';
import { contextRecord, findByCookie, KEY_BODY_TYPE } from './callbacks.js';

export const hasContexts = (k: Kernel, body: Addr): boolean =>
  k.mem.ptr(body + CM_KEY_BODY.CallbackContexts) !== body + CM_KEY_BODY.CallbackContexts;

/** (Object, PLARGE_INTEGER Cookie, NewContext, *OldContext) */
function setContext(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const body = f.ptr(0);
  const cookie = m.checked.i64(f.ptr(1));
  if (findByCookie(k, cookie) === 0) return k.return(NT.INVALID_PARAMETER);
  if (body === 0 || m.checked.u32(body + CM_KEY_BODY.Type) !== KEY_BODY_TYPE) return k.return(NT.INVALID_PARAMETER);
  const known = contextRecord(k, body, cookie);
  if (f.ptr(3) !== 0) m.checked.setPtr(f.ptr(3), known === 0 ? 0 : m.ptr(known + CMP_OBJECT_CONTEXT.Context));
  if (known !== 0) {
    m.setPtr(known + CMP_OBJECT_CONTEXT.Context, f.ptr(2));
    return k.return(NT.SUCCESS);
  }
  const record = k.pool.allocate('nonpaged', CMP_OBJECT_CONTEXT.sizeof, 'CmCc');
  if (record === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  m.setI64(record + CMP_OBJECT_CONTEXT.Cookie, cookie);
  m.setPtr(record + CMP_OBJECT_CONTEXT.Object, body);
  m.setPtr(record + CMP_OBJECT_CONTEXT.Context, f.ptr(2));
  insertTail(m, body + CM_KEY_BODY.CallbackContexts, record + CMP_OBJECT_CONTEXT.Link);
  insertTail(m, k.globals.CM + CM_GLOBALS.Contexts, record + CMP_OBJECT_CONTEXT.All);
  return k.return(NT.SUCCESS);
}

/** Slots of CmpCleanupContexts: REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION, then the routine that runs. */
const ROUTINE = REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION.sizeof / 8;

/** (Object | 0, Callback | 0): takes away all contexts of a key object, or all of a callback, and tells their callbacks. */
function cleanup(k: Kernel, f: Frame): Status {
  const m = k.mem;
  if (f.pc === 1) leaveCallback(k, CallbackKind.Registry, f.get(ROUTINE), f.result);
  const [body, only] = [f.ptr(0), f.ptr(1)];
  for (;;) {
    const record = entries(m, k.globals.CM + CM_GLOBALS.Contexts)
      .map((e) => e - CMP_OBJECT_CONTEXT.All)
      .find((r) =>
        body !== 0
          ? m.ptr(r + CMP_OBJECT_CONTEXT.Object) === body
          : m.i64(r + CMP_OBJECT_CONTEXT.Cookie) === m.i64(only + CMP_CALLBACK.Cookie),
      );
    if (record === undefined) return k.returnVoid();
    const callback = findByCookie(k, m.i64(record + CMP_OBJECT_CONTEXT.Cookie));
    const info = f.localAddress(0);
    m.setPtr(info + REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION.Object, m.ptr(record + CMP_OBJECT_CONTEXT.Object));
    m.setPtr(info + REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION.ObjectContext, m.ptr(record + CMP_OBJECT_CONTEXT.Context));
    m.setPtr(info + REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION.Reserved, 0);
    remove(m, record + CMP_OBJECT_CONTEXT.Link);
    remove(m, record + CMP_OBJECT_CONTEXT.All);
    k.pool.free(record);
    if (callback === 0) continue;
    const routine = m.ptr(callback + CMP_CALLBACK.Routine);
    f.set(ROUTINE, routine);
    enterCallback(k, CallbackKind.Registry, routine, `class ${Notify.RegNtCallbackObjectContextCleanup}`);
    return k.call(f, 1, routine, [m.ptr(callback + CMP_CALLBACK.Context), Notify.RegNtCallbackObjectContextCleanup, info]);
  }
}

export const routines: KernelRoutine[] = [
  { name: 'CmSetCallbackObjectContext', cost: 15, step: setContext },
  {
    name: 'CmpCleanupContexts',
    locals: ROUTINE + 1,
    step: cleanup,
    unwind: (k, f) => {
      if (f.pc !== 0) leaveCallback(k, CallbackKind.Registry, f.get(ROUTINE));
    },
  },
];
