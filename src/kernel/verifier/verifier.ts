// The run-time halves of the rules, put together: what the kernel calls when a callback begins and ends, and which check looks at which routine.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { VerifierHooks } from '../hooks.js';
import type { Kernel } from '../kernel.js';
import { VF_INVOCATION } from '../layouts.gen.js';
import { checks as blocking, waitBegins, waitEnds } from './blocking-call.js';
import { unresolvedCall, checks as userMode } from './calls-user-mode.js';
import type { EntryCheck } from './check.js';
import { checks as strings } from './counted-string.js';
import { calledByDriver, report } from './finding.js';
import { beginInvocation, currentInvocation, endInvocation, type InvocationStart, invocationOf } from './invocation.js';
import { bugCheckRaised, violation } from './irql-too-high.js';
import { leftRegistered } from './not-unregistered.js';
import { nullDereference } from './optional-member.js';
import { uninitialised } from './registered-too-early.js';
import { checks as registry } from './registry-call.js';
import { checkStack, paintStack } from './stack-use.js';
import { checks as locks, nestedCall } from './synchronizes.js';
import { checkTime } from './too-long.js';
import { checks as unregister } from './unregister-inside.js';
import { workItemDone, checks as workItems } from './waits-for-work-item.js';

const ALL: readonly EntryCheck[] = [...registry, ...userMode, ...workItems, ...locks, ...blocking, ...unregister, ...strings];

const byRoutine = new Map<string, EntryCheck['check'][]>();
for (const c of ALL) for (const name of c.routines) byRoutine.set(name, [...(byRoutine.get(name) ?? []), c.check]);

type Step = (k: Kernel, f: Frame) => Status;

/** The step of a routine with the checks that look at it in front; the same step when none does. */
export function checkedStep(name: string, step: Step): Step {
  const list = byRoutine.get(name);
  if (!list) return step;
  return (k, f) => {
    if (f.pc === 0) {
      const invocation = currentInvocation(k);
      if (invocation !== 0 && calledByDriver(k, f.fp)) for (const check of list) check(k, f, invocation, name);
    }
    return step(k, f);
  };
}

/** A callback is about to be called. */
function callbackBegins(k: Kernel, start: InvocationStart): void {
  const outermost = invocationOf(k, k.currentThread()) === 0;
  const invocation = beginInvocation(k, start);
  if (invocation === 0) return;
  if (outermost) paintStack(k, invocation);
  else nestedCall(k, invocation);
}

/** It has returned, or was unwound (`unwound`: nothing is judged then). */
function callbackEnds(k: Kernel, routine: Addr, unwound: boolean): void {
  const invocation = invocationOf(k, k.currentThread());
  if (invocation === 0 || k.mem.ptr(invocation + VF_INVOCATION.Routine) !== routine) return;
  if (!unwound) {
    checkStack(k, invocation);
    checkTime(k, invocation);
  }
  endInvocation(k, invocation);
}

export const verifierHooks: VerifierHooks = {
  callbackBegins,
  callbackEnds,
  waitBegins,
  waitEnds,
  workItemDone,
  uninitialised,
  nullDereference,
  violation,
  bugCheckRaised,
  leftRegistered,
  unresolvedCall,
  finding: (k, id, text) => report(k, { rule: id, severity: 'warning', text, invocation: currentInvocation(k) }),
};
