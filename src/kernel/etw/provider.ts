// Registrations of event providers. A trace session with every level and keyword is always running, so a provider is enabled from the moment it is registered
// and its enable callback is called then (U: on a Windows machine without a session it is not called). What is not unregistered is found by its pool tag when
// the driver unloads (io/leaks.ts), as on Windows the registration points into memory that is gone.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel } from '../kernel.js';
import { ETWP_REGISTRATION as R } from '../layouts.gen.js';
import { guidText } from '../rtl/guid.js';
import { STATUS } from '../rtl/status.js';

const SIGNATURE = 0x52777445; // 'EtwR'
/** Tags of registrations by who made them. */
export const ETW_TAG = 'EtwR';
export const TRACE_LOGGING_TAG = 'EtwT';
export const WPP_TAG = 'EtwW';
const TAGS = [ETW_TAG, TRACE_LOGGING_TAG, WPP_TAG] as const;

export const enum ProviderKind {
  Etw = 0,
  TraceLogging = 1,
  Wpp = 2,
}

/** Every level and every keyword. */
export const ALL_LEVELS = 255;
export const ALL_KEYWORDS = 0xffffffffffffffffn;
const ENABLE_PROVIDER = 1;

/** A registration; 0: no memory. `id`: the GUID, 0 for none. */
export function makeRegistration(k: Kernel, kind: ProviderKind, id: Addr, callback: Addr, context: Addr): Addr {
  const m = k.mem;
  const r = k.pool.allocate('nonpaged', R.sizeof, TAGS[kind]);
  if (r === 0) return 0;
  m.fill(r, R.sizeof);
  m.setU32(r + R.Signature, SIGNATURE);
  m.setU32(r + R.Kind, kind);
  if (id !== 0) m.checked.copy(r + R.Id, id, 16);
  m.setPtr(r + R.EnableCallback, callback);
  m.setPtr(r + R.CallbackContext, context);
  return r;
}

/** The registration that a handle stands for, 0 if it is none. */
export function registrationOf(k: Kernel, handle: Addr): Addr {
  if (handle === 0 || !k.mem.allowed(handle, R.sizeof, false)) return 0;
  return k.mem.u32(handle + R.Signature) === SIGNATURE ? handle : 0;
}

export function freeRegistration(k: Kernel, registration: Addr): void {
  k.mem.setU32(registration + R.Signature, 0);
  k.pool.free(registration, 0);
}

/** Calls the enable callback as a session that starts does; the frame goes on at `pc`. False: there is none. */
export function callEnable(k: Kernel, f: Frame, registration: Addr, pc: number): Status | undefined {
  const callback = k.mem.ptr(registration + R.EnableCallback);
  if (callback === 0) return undefined;
  const id = registration + R.Id;
  return k.call(f, pc, callback, [id, ENABLE_PROVIDER, ALL_LEVELS, ALL_KEYWORDS, 0, 0, k.mem.ptr(registration + R.CallbackContext)]);
}

export const idText = (k: Kernel, registration: Addr): string => guidText(k, registration + R.Id);

/** One line of debug output. */
export function printEvent(k: Kernel, text: string): Status {
  k.machine.charge(text.length >> 2);
  k.event('ke.output', { component: 101, level: 3, text: `${text}\n` });
  return k.return(STATUS.SUCCESS);
}
