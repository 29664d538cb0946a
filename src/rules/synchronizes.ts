// synchronizes: a callback takes a lock, or creates a thread and waits for it. A short lock is worth a note; it is a warning when some holder of that lock can wait,
// raise the same event or remove callbacks while it holds it: then a process creation can stand behind it, or deadlock with it.

import { reach } from './call-graph.js';
import type { CallbackKind, Removal } from './callbacks.js';
import { finding, type PathStep, type Rule, type RuleContext } from './context.js';
import { acquisition, type Held } from './locks.js';
import { pointee } from './places.js';
import type { Call, Fn } from './program.js';
import type { Finding } from './rule.js';
import { purposeOf, waitOf } from './waits.js';

/** DDIs that make the kernel call callbacks of a kind in the calling thread or wait for a thread that does. */
const RAISES: readonly (readonly [RegExp, readonly CallbackKind[]])[] = [
  [/^PsCreateSystemThread|^IoCreateSystemThread|^PsTerminateSystemThread/, ['thread']],
  [/^(Zw|Nt)(CreateProcess|CreateUserProcess|TerminateProcess)|^RtlCreateUserProcess/, ['process', 'process-ex', 'thread', 'image']],
  [/^(Zw|Nt)(MapViewOfSection|LoadDriver)/, ['image']],
  [/^(Zw|Nt)(OpenProcess|OpenThread|DuplicateObject)|^ObOpenObjectByPointer/, ['ob-pre', 'ob-post']],
];

interface Reason {
  readonly call: Call;
  readonly holder: Fn;
  readonly lock: Held;
  readonly what: string;
  readonly deadlock: boolean;
}

export const synchronizes: Rule = {
  id: 'synchronizes',
  check(c) {
    const out: Finding[] = [];
    const reasons = holders(c);
    for (const call of c.reachedDdis()) {
      const a = acquisition(call);
      const root = c.rootOf(call.caller);
      if (!root) continue;
      if (!a) {
        if (waitOf(call)) threadWait(c, call, out);
        continue;
      }
      if (!a.waits || waitOf(call) === undefined) continue;
      const arg = call.expr.args[0];
      const object = arg && pointee(arg, call.caller.def);
      const why = reasons.filter((r) => sameLock(r.lock, object, call) && r.call !== call);
      const worst = why.find((r) => r.deadlock) ?? why.find((r) => !c.reach.has(r.holder)) ?? why[0];
      if (!worst) {
        out.push(
          finding(
            'synchronizes',
            'information',
            'certain',
            call.expr.range,
            `${call.ddi?.name} takes a ${a.family} in ${c.subject(call.caller)}: every event of this kind queues up behind it. It is held only briefly in this driver; keep it so`,
            c.pathTo(call.caller),
          ),
        );
        continue;
      }
      const related: PathStep[] = [
        { range: worst.lock.call.expr.range, message: `${worst.holder.name} takes the same ${a.family} here` },
        { range: worst.call.expr.range, message: `and ${worst.what} while it holds it` },
      ];
      out.push(
        finding(
          'synchronizes',
          'warning',
          worst.deadlock ? 'likely' : 'possible',
          call.expr.range,
          `${call.ddi?.name} takes a ${a.family} in ${c.subject(call.caller)}, and ${worst.holder.name} ${worst.what} while it holds the same one: ${
            worst.deadlock ? 'each can end up waiting for the other' : 'this event stands still for as long as that takes'
          }. Release it before in ${worst.holder.name}, or hand the callback its data without a lock that others wait under`,
          [...c.pathTo(call.caller), ...related],
        ),
      );
    }
    return out;
  },
};

function threadWait(c: RuleContext, call: Call, out: Finding[]): void {
  const purpose = purposeOf(c, call);
  if (purpose.kind !== 'thread' || !purpose.source) return;
  const root = c.rootOf(call.caller);
  out.push(
    finding(
      'synchronizes',
      'warning',
      'likely',
      call.expr.range,
      `${call.ddi?.name} waits for a thread that ${c.subject(call.caller)} has created: ${root?.kind === 'thread' ? 'the new thread runs this callback again' : 'the new thread needs what this one holds up'}, and both can wait for ever. Queue a work item and do not wait for it`,
      [...c.pathTo(call.caller), { range: purpose.source.expr.range, message: 'the thread is created here' }],
    ),
  );
}

function sameLock(h: Held, object: string | undefined, call: Call): boolean {
  if (object === undefined || object === '?' || h.object === '?') return false;
  if (object.startsWith('param:')) {
    // a wrapper: what its callers hold is known by the wrapper's call
    return h.call.targets.includes(call.caller);
  }
  return h.object === object;
}

/** Calls anywhere in the driver that are made with a lock held and that can wait, raise an event or remove callbacks. */
function holders(c: RuleContext): Reason[] {
  const out: Reason[] = [];
  for (const fn of c.program.functions) {
    if (!c.locks.isTouched(fn)) continue;
    c.locks.eachCall(fn, 0, (call, before) => {
      for (const lock of before.held) {
        if (lock.family === 'irql' || lock.family === 'spin lock') continue;
        const what = whileHeld(c, call, new Set());
        if (what) out.push({ call, holder: fn, lock, what: what.text, deadlock: what.deadlock(lock) });
      }
    });
  }
  return out;
}

interface While {
  readonly text: string;
  deadlock(lock: Held): boolean;
}

/** What a call does that must not be done under a lock that a callback takes. */
function whileHeld(c: RuleContext, call: Call, seen: Set<Fn>): While | undefined {
  const { ddi } = call;
  if (!ddi) {
    for (const t of call.targets) {
      if (seen.has(t)) continue;
      seen.add(t);
      for (const inner of t.calls) {
        const w = whileHeld(c, inner, seen);
        if (w) return w;
      }
    }
    return undefined;
  }
  const removal = c.callbacks.removals.find((r) => r.call === call);
  if (removal)
    return { text: `removes callbacks (${ddi.name} waits for those that run)`, deadlock: (lock) => removedTakes(c, removal, lock) };
  for (const [name, kinds] of RAISES)
    if (name.test(ddi.name) && c.callbacks.guideline.some((cb) => kinds.includes(cb.kind)))
      return { text: `calls ${ddi.name}, which runs callbacks of the same kind`, deadlock: (lock) => kindsTake(c, kinds, lock) };
  if (acquisition(call)) return undefined;
  if (ddi.userMode || (ddi.blocks && waitOf(call) && !/^(Zw|Nt)Close$/.test(ddi.name)))
    return { text: `waits (${ddi.name})`, deadlock: () => false };
  return undefined;
}

function removedTakes(c: RuleContext, r: Removal, lock: Held): boolean {
  const removed = c.callbacks.callbacks.filter(
    (cb) => cb.registration.registrar.what === r.what && (!r.routines.length || r.routines.includes(cb.fn)),
  );
  return takes(
    removed.map((cb) => cb.fn),
    lock,
  );
}

const kindsTake = (c: RuleContext, kinds: readonly CallbackKind[], lock: Held): boolean =>
  takes(
    c.callbacks.callbacks.filter((cb) => kinds.includes(cb.kind)).map((cb) => cb.fn),
    lock,
  );

function takes(callbacks: readonly Fn[], lock: Held): boolean {
  for (const fn of reach(callbacks).keys())
    for (const call of fn.calls) {
      const arg = acquisition(call) && call.expr.args[0];
      if (arg && pointee(arg, fn.def) === lock.object) return true;
    }
  return false;
}
