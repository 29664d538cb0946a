// What a call waits for: whether it waits at all (a zero timeout is a poll), and what the wait is for: the queued work of the driver itself, a thread that it has
// just created, or something else. One place decides, so that each wait is reported by one rule.
import type { Expr } from '../c/tree.js';
import { strip } from '../c/walk.js';
import type { RuleContext } from './context.js';
import { acquisition } from './locks.js';
import { objectOfLvalue, pointee, pointeeTag } from './places.js';
import type { Call, Fn } from './program.js';

/** Whether a timeout argument is certainly zero (true: a poll), certainly not (false), or unknown. A NULL pointer waits for ever. */
export function zeroTimeout(e: Expr | undefined, fn: Fn): boolean | undefined {
  const x = e && strip(e);
  if (!x) return false;
  if (x.kind === 'int') return x.value === 0n ? false : undefined;
  const target = x.kind === 'unary' && x.op === '&' ? strip(x.operand) : undefined;
  if (target?.kind !== 'ref' || target.symbol.kind !== 'var') return undefined;
  const v = target.symbol;
  const values: (bigint | undefined)[] = [];
  const add = (value: Expr): void => {
    const y = strip(value);
    values.push(y.kind === 'int' ? y.value : undefined);
  };
  if (v.init) {
    if (v.init.items.length === 0) values.push(0n);
    for (const i of v.init.items) add(i.value);
  }
  for (const s of fn.facts.stores) {
    const t = s.target && strip(s.target);
    if (t?.kind === 'member' && !t.arrow && t.object.kind === 'ref' && t.object.symbol === v) add(s.value);
    else if (t?.kind === 'ref' && t.symbol === v) values.push(undefined);
  }
  if (!values.length) return undefined;
  // an initialiser of zero that is assigned before the wait says nothing
  const assigned = values.filter((n) => n !== 0n);
  if (!assigned.length) return true;
  return assigned.every((n) => n !== undefined) ? false : undefined;
}

/** How a call of a DDI that blocks waits; undefined: it does not. */
export type Wait = 'certain' | 'likely';

export function waitOf(call: Call): Wait | undefined {
  const { ddi } = call;
  if (!ddi?.blocks) return undefined;
  const { params } = ddi.symbol.type;
  const timeout = params.findIndex((p) => p.name === 'Timeout' || p.name === 'Interval');
  if (timeout >= 0) {
    const zero = zeroTimeout(call.expr.args[timeout], call.caller);
    return zero === true ? undefined : zero === false ? 'certain' : 'likely';
  }
  const wait = acquisition(call);
  return wait && !wait.waits ? undefined : 'certain';
}

const WAIT_FOR_OBJECT = /^(Ke|Zw|Nt)WaitFor|^FsRtlCancellableWaitFor|^FltCancellableWaitFor/;

export const isObjectWait = (call: Call): boolean => WAIT_FOR_OBJECT.test(call.ddi?.name ?? '');

const SIGNALS = new Set(['KeSetEvent', 'KeSetEventBoostPriority', 'KePulseEvent', 'KeReleaseSemaphore', 'ZwSetEvent', 'KeReleaseMutex']);
const QUEUES = new Set([
  'IoQueueWorkItem',
  'IoQueueWorkItemEx',
  'IoTryQueueWorkItem',
  'ExQueueWorkItem',
  'FltQueueGenericWorkItem',
  'FltQueueDeferredIoWorkItem',
]);
const CREATES_THREAD = new Set(['PsCreateSystemThread', 'PsCreateSystemThreadEx', 'IoCreateSystemThread']);

export interface Purpose {
  readonly kind: 'work-item' | 'thread' | 'other';
  /** Where the work was queued or the thread created. */
  readonly source?: Call;
  /** Where the work routine signals. */
  readonly signal?: Call;
}

/** What a wait is for. */
export function purposeOf(c: RuleContext, wait: Call): Purpose {
  if (!isObjectWait(wait)) return { kind: 'other' };
  const fn = wait.caller;
  const before = fn.calls.filter((x) => x.expr.range.start < wait.expr.range.start);
  const queued = withHelpers(before, QUEUES);
  if (queued) {
    const names = objectNames(wait.expr.args[0], fn);
    for (const d of c.callbacks.deferred) {
      if (d.entry !== 'work item') continue;
      const signal = signalOf(d.fn, names);
      if (signal) return { kind: 'work-item', source: queued, signal };
    }
  }
  const created = withHelpers(before, CREATES_THREAD);
  if (created) return { kind: 'thread', source: created };
  return { kind: 'other' };
}

/** The first of the calls that is one of these DDIs, or whose target makes such a call. */
function withHelpers(calls: readonly Call[], names: ReadonlySet<string>): Call | undefined {
  const direct = calls.find((x) => x.ddi && names.has(x.ddi.name));
  if (direct) return direct;
  return calls.find((x) => !x.ddi && x.targets.some((t) => t.calls.some((y) => y.ddi && names.has(y.ddi.name))));
}

/** Names by which two functions may know the object of a wait: itself, and as a member of its structure. */
function objectNames(e: Expr | undefined, fn: Fn): Set<string> {
  const out = new Set<string>();
  if (!e) return out;
  const object = pointee(e, fn.def);
  if (object !== undefined) out.add(object);
  const x = strip(e);
  if (x.kind === 'unary' && x.op === '&') {
    const place = strip(x.operand);
    if (place.kind === 'member') {
      const t = place.arrow ? pointeeTag(place.object.type) : place.object.type.kind === 'record' ? place.object.type.decl.tag : undefined;
      if (t !== undefined) out.add(`t:${t}.${place.offset}`);
    } else if (place.kind === 'ref' && place.symbol.kind === 'var' && place.symbol.scope === 'local') out.add('context');
  }
  if (x.kind === 'member') {
    const named = objectOfLvalue(x, fn.def);
    if (named !== undefined) out.add(`*${named}`);
  }
  return out;
}

/** A call in `fn` or what it calls that signals one of the objects. */
function signalOf(fn: Fn, names: ReadonlySet<string>, seen = new Set<Fn>()): Call | undefined {
  if (seen.has(fn)) return undefined;
  seen.add(fn);
  for (const call of fn.calls) {
    if (call.ddi && SIGNALS.has(call.ddi.name)) {
      for (const n of objectNames(call.expr.args[0], fn)) {
        if (n !== 'context' && names.has(n)) return call;
        // the event itself, or a structure of the caller's stack with it, was passed as the routine's context
        if (names.has('context') && (n.startsWith('param:') || n.startsWith('*'))) return call;
      }
    }
    if (!call.ddi)
      for (const t of call.targets) {
        const found = signalOf(t, names, seen);
        if (found) return found;
      }
  }
  return undefined;
}
