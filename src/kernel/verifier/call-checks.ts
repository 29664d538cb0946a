// What Driver Verifier asks at a driver's call of a routine, before the routine does its work: arguments that cannot be right although the routine would go
// on with them (reference: bugchecks 8, verification-rules 1). Windows itself answers many of them with a status, and there are drivers that count on it: so a
// check is made only when its option was asked for (`undefined`: an automatic check, with any option). Which are made is decided when a kernel gets its table of
// routines (routine-table.ts); the others cost nothing. Calls of the kernel's own are not looked at.
import { VERIFIER_OPTIONS } from '../../base/verifier-options.js';
import type { Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel } from '../kernel.js';
import type { CallCheck, CallChecks } from './call-check.js';
import { calledByDriver } from './finding.js';
import { handleChecks } from './handle-checks.js';
import { lockChecks } from './lock-checks.js';
import { mdlChecks } from './mdl-checks.js';
import { objectChecks } from './object-checks.js';
import { ruleChecks } from './rule-checks.js';
import { serviceChecks } from './service-checks.js';
import { waitChecks } from './wait-checks.js';

/** (Destination, Source, Length) of memory that must not overlap. */
const overlap: CallCheck = (k, f, name) => {
  const to = f.ptr(0);
  const from = f.ptr(1);
  const bytes = f.ptr(2);
  if (to === from || to >= from + bytes || from >= to + bytes) return undefined;
  const text = `${name} of ${bytes} bytes from ${hex(from)} to ${hex(to)}: source and destination overlap, use RtlMoveMemory`;
  return k.violation(0xf0, to, from, bytes, text);
};

/** All of them. */
export const CALL_CHECKS: readonly CallChecks[] = [
  ...objectChecks,
  ...lockChecks,
  ...ruleChecks,
  ...waitChecks,
  ...handleChecks,
  ...serviceChecks,
  ...mdlChecks,
  { option: undefined, routines: 'memcpy RtlCopyMemory', check: overlap },
];

const byRoutine = new Map<string, CallChecks[]>();
for (const c of CALL_CHECKS) for (const name of c.routines.split(' ')) byRoutine.set(name, [...(byRoutine.get(name) ?? []), c]);

/** Checks of calls of a routine when these options (flag bits) were asked for. */
export function callChecks(routine: string, asked: number): readonly CallChecks[] {
  if (asked === 0) return [];
  return (byRoutine.get(routine) ?? []).filter((c) => c.option === undefined || (asked & VERIFIER_OPTIONS[c.option]) !== 0);
}

type Step = (k: Kernel, f: Frame) => Status;

/** The step of a routine with checks of its calls in front; the same step without any. */
export function verifiedStep(name: string, checks: readonly CallChecks[], step: Step): Step {
  if (checks.length === 0) return step;
  return (k, f) => {
    if (f.pc === 0) {
      for (const c of checks) {
        if (c.only?.(k) === false) continue;
        const stop = calledByDriver(k, f.fp) ? c.check(k, f, name) : undefined;
        if (stop !== undefined) return stop;
      }
    }
    return step(k, f);
  };
}
