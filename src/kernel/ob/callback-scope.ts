// "A driver's callback is running on this thread": depth and kind in ETHREAD, and the enter/leave events that the trace, the call counts of `expect`
// and the best-practice checks read. Every kind of notify callback (process, thread, image, object, registry) goes through these two functions.
import type { Addr } from '../../machine/abi.js';
import { imageContaining, moduleName } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import { ETHREAD } from '../layouts.gen.js';

export const CallbackKind = { Process: 1, Thread: 2, Image: 3, ObjectPre: 4, ObjectPost: 5, Registry: 6 } as const;
export type CallbackKindValue = (typeof CallbackKind)[keyof typeof CallbackKind];
const NAMES = ['', 'process', 'thread', 'image', 'object-pre', 'object-post', 'registry'];

const driverOf = (k: Kernel, routine: Addr): string => {
  const module = imageContaining(k, routine);
  return module === 0 ? '' : moduleName(k, module);
};

/** Call just before a callback is called. `what` describes the occasion: `create 120`, `exit 120`, `open process 120`. */
export function enterCallback(k: Kernel, kind: CallbackKindValue, routine: Addr, what: string): void {
  const thread = k.currentThread();
  const depth = k.mem.i32(thread + ETHREAD.CallbackDepth) + 1;
  k.mem.setI32(thread + ETHREAD.CallbackDepth, depth);
  k.mem.setU32(thread + ETHREAD.CallbackKind, kind);
  k.event('ps.callback-enter', { kind: NAMES[kind], routine, driver: driverOf(k, routine), what, depth });
}

/** Call when the callback has returned or is unwound. */
export function leaveCallback(k: Kernel, kind: CallbackKindValue, routine: Addr, result = 0): void {
  const thread = k.currentThread();
  const depth = k.mem.i32(thread + ETHREAD.CallbackDepth) - 1;
  k.mem.setI32(thread + ETHREAD.CallbackDepth, Math.max(0, depth));
  if (depth <= 0) k.mem.setU32(thread + ETHREAD.CallbackKind, 0);
  k.event('ps.callback-leave', { kind: NAMES[kind], routine, result: result >>> 0 });
}
