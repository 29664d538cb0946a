// "A driver's callback is running on this thread": depth and kind in ETHREAD, and the enter/leave events that the trace, the call counts of `expect`
// and the best-practice checks read. Every kind of notify callback (process, thread, image, object, registry) goes through these two functions.
import type { Addr } from '../../machine/abi.js';
import { imageContaining, moduleName } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import { ETHREAD } from '../layouts.gen.js';
import { CALLBACK_KIND_NAMES, CallbackKind, type CallbackKindValue } from './callback-kind.js';

export { CallbackKind, type CallbackKindValue } from './callback-kind.js';

const NAMES = CALLBACK_KIND_NAMES;

const driverOf = (k: Kernel, routine: Addr): string => {
  const module = imageContaining(k, routine);
  return module === 0 ? '' : moduleName(k, module);
};

/**
 * Call just before a callback is called. `what` describes the occasion: `create 120`, `exit 120`, `open process 120`. `info`: its argument with strings in it
 * (PPS_CREATE_NOTIFY_INFO, image name), 0 for NULL; absent when this kind has none.
 */
export function enterCallback(k: Kernel, kind: CallbackKindValue, routine: Addr, what: string, info?: Addr): void {
  const thread = k.currentThread();
  const depth = k.mem.i32(thread + ETHREAD.CallbackDepth) + 1;
  k.mem.setI32(thread + ETHREAD.CallbackDepth, depth);
  k.mem.setU32(thread + ETHREAD.CallbackKind, kind);
  k.event('ps.callback-enter', { kind: NAMES[kind], routine, driver: driverOf(k, routine), what, depth });
  if (kind !== CallbackKind.Registry)
    k.hooks.verifier?.callbackBegins(k, { kind, routine, depth, ...(info === undefined ? {} : { info }) });
}

/** Call when the callback has returned (`result`) or is unwound (no result). */
export function leaveCallback(k: Kernel, kind: CallbackKindValue, routine: Addr, result?: number): void {
  if (kind !== CallbackKind.Registry) k.hooks.verifier?.callbackEnds(k, routine, result === undefined);
  const thread = k.currentThread();
  const depth = k.mem.i32(thread + ETHREAD.CallbackDepth) - 1;
  k.mem.setI32(thread + ETHREAD.CallbackDepth, Math.max(0, depth));
  if (depth <= 0) k.mem.setU32(thread + ETHREAD.CallbackKind, 0);
  k.event('ps.callback-leave', { kind: NAMES[kind], routine, result: (result ?? 0) >>> 0 });
}
