// What Driver Verifier asks at a driver's call of a routine, before the routine does its work: arguments that cannot be right although the routine would go
// on with them (reference: bugchecks 8, verification-rules 1). Each check names its option; `undefined` there means an automatic check, on with any option.
// Routines that no check names cost nothing, and calls of the kernel's own are not looked at.
import type { Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel } from '../kernel.js';
import type { CallCheck, CallChecks } from './call-check.js';
import { calledByDriver } from './finding.js';
import { handleChecks } from './handle-checks.js';
import { lockChecks } from './lock-checks.js';
import { objectChecks } from './object-checks.js';
import { serviceChecks } from './service-checks.js';

/** (Destination, Source, Length) of memory that must not overlap. */
const overlap: CallCheck = (k, f, name) => {
  const to = f.ptr(0);
  const from = f.ptr(1);
  const bytes = f.ptr(2);
  if (to === from || to >= from + bytes || from >= to + bytes) return undefined;
  const text = `${name} of ${bytes} bytes from ${hex(from)} to ${hex(to)}: source and destination overlap, use RtlMoveMemory`;
  return k.violation(0xf0, to, from, bytes, text);
};

const ALL: readonly CallChecks[] = [
  ...objectChecks,
  ...lockChecks,
  ...handleChecks,
  ...serviceChecks,
  { option: undefined, routines: 'memcpy RtlCopyMemory', check: overlap },
];

const byRoutine = new Map<string, CallChecks[]>();
for (const c of ALL) for (const name of c.routines.split(' ')) byRoutine.set(name, [...(byRoutine.get(name) ?? []), c]);

type Step = (k: Kernel, f: Frame) => Status;

/** The step of a routine with the checks of its calls in front; the same step when none names it. */
export function verifiedStep(name: string, step: Step): Step {
  const list = byRoutine.get(name);
  if (!list) return step;
  return (k, f) => {
    if (f.pc === 0 && k.verified) {
      for (const c of list) {
        if (c.only?.(k) === false || (c.option !== undefined && !k.verifies(c.option))) continue;
        const stop = calledByDriver(k, f.fp) ? c.check(k, f, name) : undefined;
        if (stop !== undefined) return stop;
      }
    }
    return step(k, f);
  };
}
