// Driver Verifier's checks of the IRQL of waits (reference: bugchecks 8, 0x120-0x122). P2 is on Windows the address of a variable of the verifier's own: 0 here.
import type { Addr, Status } from '../../machine/abi.js';
import { DISPATCH_LEVEL } from '../ke/constants.js';
import type { Frame, Kernel } from '../kernel.js';
import type { CallCheck, CallChecks } from './call-check.js';

function waits(k: Kernel, name: string, object: Addr, timeout: Addr): Status | undefined {
  const stop = (code: number, text: string): Status | undefined =>
    k.violation(code, 0, object, timeout, `${name} at IRQL ${k.irql}${text}: a thread may only wait below DISPATCH_LEVEL`);
  if (k.irql > DISPATCH_LEVEL) return stop(0x120, '');
  if (timeout === 0) return stop(0x121, ' without a timeout');
  return k.mem.checked.i64(timeout) === 0n ? undefined : stop(0x122, ' with a timeout that is not 0');
}

const at =
  (object: (k: Kernel, f: Frame) => Addr, timeout: number): CallCheck =>
  (k, f, name) =>
    waits(k, name, object(k, f), f.ptr(timeout));

const atDispatch = (k: Kernel): boolean => k.irql >= DISPATCH_LEVEL;

export const waitChecks: readonly CallChecks[] = [
  // (Object, WaitReason, WaitMode, Alertable, Timeout)
  { option: undefined, routines: 'KeWaitForSingleObject', only: atDispatch, check: at((_, f) => f.ptr(0), 4) },
  // (Count, Object[], WaitType, WaitReason, WaitMode, Alertable, Timeout, WaitBlockArray)
  { option: undefined, routines: 'KeWaitForMultipleObjects', only: atDispatch, check: at((k, f) => k.mem.checked.ptr(f.ptr(1)), 6) },
];
