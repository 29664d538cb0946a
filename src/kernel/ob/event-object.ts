// Kernel events inside our own structures: initialised in place, no DDI frame needed.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { DISPATCHER_HEADER, KEVENT } from '../layouts.gen.js';
import { initListHead } from '../rtl/list.js';

export const NotificationEvent = 0;
export const SynchronizationEvent = 1;

/** KeInitializeEvent. */
export function initEvent(k: Kernel, event: Addr, type: number, signalled: boolean): void {
  k.mem.fill(event, KEVENT.sizeof);
  const header = event + KEVENT.Header;
  k.mem.setU8(header + DISPATCHER_HEADER.Type, type);
  k.mem.setU8(header + DISPATCHER_HEADER.Size, KEVENT.sizeof / 4);
  k.mem.setI32(header + DISPATCHER_HEADER.SignalState, signalled ? 1 : 0);
  initListHead(k.mem, header + DISPATCHER_HEADER.WaitListHead);
}

export const clearEvent = (k: Kernel, event: Addr): void => k.mem.setI32(event + KEVENT.Header + DISPATCHER_HEADER.SignalState, 0);
