// registered-too-early: the callback can run as soon as it is registered, on another processor, before DriverEntry has initialised the locks, lists and events that
// it uses.

import type { Registration } from './callbacks.js';
import { finding, type Rule, type RuleContext } from './context.js';
import { moveRegistrationFixes } from './move-fix.js';
import { subject } from './not-unregistered.js';
import { pointee } from './places.js';
import type { Call, Fn } from './program.js';
import type { Finding } from './rule.js';

/** Routines that make an object usable; the object is what the first argument points to. */
const INITIALISES =
  /^(KeInitialize(Event|SpinLock|Mutex|GuardedMutex|Semaphore|Timer|TimerEx|Dpc|ThreadedDpc|Queue)|ExInitialize(FastMutex|PushLock|ResourceLite|RundownProtection|NPagedLookasideList|PagedLookasideList|LookasideListEx|SListHead|WorkItem)|InitializeListHead|InitializeSListHead|RtlInitializeGenericTable(Avl)?|RtlInitializeBitMap|RtlInitUnicodeString|FltInitializePushLock|IoInitializeRemoveLockEx|IoCsqInitialize(Ex)?)$/;

interface Event {
  readonly call: Call;
  /** The call in DriverEntry (or the helper that has both) by which it happens. */
  readonly object?: string;
  readonly registration?: Registration;
}

export const registeredTooEarly: Rule = {
  id: 'registered-too-early',
  check(c) {
    const out: Finding[] = [];
    const { entry } = c.callbacks;
    if (!entry) return out;
    const events: Event[] = [];
    collect(c, entry, events, new Set());
    events.forEach((e, i) => {
      const r = e.registration;
      if (!r) return;
      const before = new Set(events.slice(0, i).map((x) => x.object));
      const used = usedBy(r);
      const late = events
        .slice(i + 1)
        .filter((x) => x.object !== undefined && !before.has(x.object) && used.has(x.object) && x.call !== e.call);
      if (!late.length) return;
      const [first] = late;
      const use = used.get(first.object as string) as Call;
      const others = late.length > 1 ? ` and ${late.length - 1} more` : '';
      out.push(
        finding(
          'registered-too-early',
          'warning',
          'likely',
          e.call.expr.range,
          `${subject(r)} is registered before ${textOfObject(first.call)}${others} ${late.length > 1 ? 'are' : 'is'} initialised, which it uses: an event on another processor runs it at once. Register callbacks last, when everything they use is ready`,
          [
            ...late.map((x) => ({ range: x.call.expr.range, message: `${textOfObject(x.call)} is initialised only here` })),
            { range: use.expr.range, message: `${use.caller.name} uses it here` },
          ],
          moveRegistrationFixes(
            e.call,
            late.map((x) => x.call),
          ),
        ),
      );
    });
    return out;
  },
};

/** Initialisations and registrations in the order in which the start-up code has them. */
function collect(c: RuleContext, fn: Fn, out: Event[], seen: Set<Fn>): void {
  if (seen.has(fn)) return;
  seen.add(fn);
  for (const call of fn.calls) {
    const registration = c.callbacks.registrations.find((r) => r.call === call);
    if (registration) out.push({ call, registration });
    else if (call.ddi && INITIALISES.test(call.ddi.name)) {
      const object = call.expr.args[0] && pointee(call.expr.args[0], fn.def);
      if (object !== undefined && isShared(object)) out.push({ call, object });
    } else for (const t of call.targets) collect(c, t, out, seen);
  }
}

/** A global, or a member of a structure; not a variable of one function. */
const isShared = (object: string): boolean => /^(g:|s\d|t:|\*g:)/.test(object);

/**
 * The shared objects whose address the callback's code uses, with the call that does. Only by direct calls: a pointer that is called may be stored later than
 * everything behind it is ready, as when modules register with each other.
 */
function usedBy(r: Registration): Map<string, Call> {
  const out = new Map<string, Call>();
  const reached = new Set(r.routines.map((x) => x.fn));
  for (const fn of reached) for (const call of fn.calls) if (!call.indirect) for (const t of call.targets) reached.add(t);
  for (const fn of reached)
    for (const call of fn.calls)
      for (const arg of call.expr.args) {
        if (arg.type.kind !== 'pointer') continue;
        const object = pointee(arg, fn.def);
        if (object !== undefined && isShared(object) && !out.has(object)) out.set(object, call);
      }
  return out;
}

function textOfObject(call: Call): string {
  const arg = call.expr.args[0];
  return arg ? arg.range.file.text.slice(arg.range.start, arg.range.end).replace(/^&\s*/, '') : 'an object';
}
