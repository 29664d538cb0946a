// optional-member: something that Windows may leave NULL is used without a test: CreateInfo when a process ends, CommandLine, the file and image name of subsystem
// processes, the name of an image. What is optional stands in the headers (`_Inout_opt_`, `_In_opt_`, `_Maybenull_`). Tests count along every path, also through
// variables that hold a test's result and through calls; NT_ASSERT is no test, because free builds have none.
import type { Expr } from '../c/tree.js';
import { eachExpr, strip } from '../c/walk.js';
import { nullTest } from './conditions.js';
import { finding, type PathStep, type Rule, type RuleContext } from './context.js';
import { type Analysis, inspect } from './dataflow.js';
import { flowOf, type Op } from './flow.js';
import { nullTestFixes } from './null-test-fix.js';
import { placeOf, variableKey } from './places.js';
import type { Fn } from './program.js';
import type { Finding } from './rule.js';

interface Reason {
  readonly what: string;
  readonly severity: 'error' | 'warning';
}

interface State {
  readonly nonNull: ReadonlySet<string>;
  readonly maybe: ReadonlyMap<string, Reason>;
  /** Variables that hold the result of a NULL test. */
  readonly flags: ReadonlyMap<string, { readonly place: string; readonly nonNullWhen: boolean }>;
}

interface Context {
  readonly fn: Fn;
  readonly state: State;
  readonly subsystem: boolean;
  readonly path: readonly PathStep[];
}

const MAX_CONTEXTS = 400;
const EMPTY: State = { nonNull: new Set(), maybe: new Map(), flags: new Map() };

export const optionalMember: Rule = {
  id: 'optional-member',
  check(c) {
    const out: Finding[] = [];
    const seen = new Set<string>();
    const work: Context[] = [];
    for (const cb of c.callbacks.guideline) {
      const maybe = new Map<string, Reason>();
      if (cb.kind === 'process-ex' && cb.fn.def.params[2])
        maybe.set(variableKey(cb.fn.def.params[2]), { what: 'it is NULL when a process ends', severity: 'error' });
      if (cb.kind === 'image' && cb.fn.def.params[0])
        maybe.set(variableKey(cb.fn.def.params[0]), { what: 'it is NULL when Windows does not know the name', severity: 'warning' });
      work.push({
        fn: cb.fn,
        state: { ...EMPTY, maybe },
        subsystem: cb.registration.ddi === 'PsSetCreateProcessNotifyRoutineEx2',
        path: c.pathTo(cb.fn),
      });
    }
    for (let x = work.pop(); x; x = work.pop()) {
      const key = `${x.fn.index}|${x.subsystem}|${[...x.state.maybe.keys()].sort().join()}|${[...x.state.nonNull].sort().join()}`;
      if (seen.has(key) || seen.size > MAX_CONTEXTS) continue;
      seen.add(key);
      run(c, x, work, out);
    }
    return out;
  },
};

function run(c: RuleContext, x: Context, work: Context[], out: Finding[]): void {
  const why = (e: Expr, s: State): Reason | undefined => reasonOf(e, s, x.subsystem);
  const a: Analysis<State> = {
    start: x.state,
    step: (op, s) => step(op, s, why),
    branch: (test, taken, s) => branch(test, taken, s),
    join,
    same: (p, q) => p.nonNull.size === q.nonNull.size && p.maybe.size === q.maybe.size && p.flags.size === q.flags.size,
  };
  inspect(flowOf(x.fn.def), a, {
    op(op, s) {
      if (op.kind === 'access') {
        const reason = unsafe(op.pointer, s, why);
        if (reason) report(c, x, op.pointer, op.expr, reason, `is used`, out);
      } else if (op.kind === 'call') passArguments(c, x, op, s, why, work, out);
    },
  });
}

/** The reason why a pointer may be NULL here; undefined when it was tested. */
function unsafe(pointer: Expr, s: State, why: (e: Expr, s: State) => Reason | undefined): Reason | undefined {
  const place = placeOf(pointer);
  return place === undefined || s.nonNull.has(place) ? undefined : why(pointer, s);
}

function reasonOf(e: Expr, s: State, subsystem: boolean): Reason | undefined {
  const x = strip(e);
  const place = placeOf(x);
  if (place === undefined) return undefined;
  const known = s.maybe.get(place);
  if (known || x.kind !== 'member') return known;
  for (const a of x.field.sal ?? []) {
    if (a.name === '_Maybenull_') return { what: 'Windows may leave it NULL for any process', severity: 'error' };
    if (subsystem && a.name === '_When_' && a.args.join().includes('_Maybenull_'))
      return { what: 'it can be NULL for subsystem processes, which this callback is told of', severity: 'warning' };
  }
  return undefined;
}

function passArguments(
  c: RuleContext,
  x: Context,
  op: Op & { kind: 'call' },
  s: State,
  why: (e: Expr, s: State) => Reason | undefined,
  work: Context[],
  out: Finding[],
): void {
  const call = c.locks.call(op.expr);
  if (!call) return;
  if (call.ddi) {
    // a routine that is asked whether an address is valid takes any
    if (!call.ddi.known || call.ddi.name === 'MmIsAddressValid') return;
    call.ddi.symbol.type.params.forEach((p, i) => {
      const arg = op.expr.args[i];
      if (!arg || p.type.kind !== 'pointer') return;
      const needs = p.sal.some((q) => /^_(In|Inout)_/.test(q.name) && !q.name.includes('opt'));
      const reason = needs ? unsafe(arg, s, why) : undefined;
      if (reason) report(c, x, arg, op.expr, reason, `is passed to ${call.ddi?.name}, which does not take NULL,`, out);
    });
    return;
  }
  for (const fn of call.targets) {
    const maybe = new Map<string, Reason>();
    const nonNull = new Set<string>();
    fn.def.params.forEach((p, i) => {
      const arg = op.expr.args[i];
      if (!arg || p.type.kind !== 'pointer') return;
      const from = placeOf(arg);
      const to = variableKey(p);
      const reason = unsafe(arg, s, why);
      if (reason) maybe.set(to, reason);
      else nonNull.add(to);
      if (from !== undefined) for (const n of s.nonNull) if (n.startsWith(`${from}->`)) nonNull.add(to + n.slice(from.length));
    });
    work.push({
      fn,
      state: { ...EMPTY, maybe, nonNull },
      subsystem: x.subsystem,
      path: [...x.path, { range: op.expr.range, message: `${x.fn.name} calls ${fn.name} here` }],
    });
  }
}

function report(c: RuleContext, x: Context, pointer: Expr, use: Expr, reason: Reason, does: string, out: Finding[]): void {
  void c;
  const text = textOf(pointer);
  out.push(
    finding(
      'optional-member',
      reason.severity,
      reason.severity === 'error' ? 'certain' : 'likely',
      pointer.range.file === use.range.file ? pointer.range : use.range,
      `${text} ${does} in ${x.fn.name} without a test for NULL: ${reason.what}, and then this is a bug check. Test it first (an assertion is no test: free builds have none)`,
      x.path,
      nullTestFixes(x.fn.def, pointer, text),
    ),
  );
}

export const textOf = (e: Expr): string => e.range.file.text.slice(e.range.start, e.range.end);

function step(op: Op, s: State, why: (e: Expr, s: State) => Reason | undefined): State {
  switch (op.kind) {
    case 'access': {
      // used once means reported once
      const place = placeOf(op.pointer);
      return place !== undefined && !s.nonNull.has(place) && why(op.pointer, s) ? { ...s, nonNull: with_(s.nonNull, place) } : s;
    }
    case 'store':
      return assign(s, placeOf(op.target), op.value, why);
    case 'declare': {
      const { init } = op.variable;
      return init?.items.length === 1 && init.items[0].offset === 0
        ? assign(s, variableKey(op.variable), init.items[0].value, why)
        : assign(s, variableKey(op.variable), undefined, why);
    }
    default:
      return s;
  }
}

function assign(s: State, place: string | undefined, value: Expr | undefined, why: (e: Expr, s: State) => Reason | undefined): State {
  if (place === undefined) return s;
  const isStale = (n: string): boolean =>
    n.startsWith(place) && (n.length === place.length || n.startsWith('->', place.length) || n[place.length] === '.');
  // most stores have nothing to do with pointers that may be NULL
  if (!s.maybe.has(place) && !s.flags.has(place) && !some(s.nonNull, isStale) && (!value || !isInteresting(value, s, why))) return s;
  const nonNull = new Set([...s.nonNull].filter((n) => !isStale(n)));
  const maybe = new Map(s.maybe);
  const flags = new Map(s.flags);
  maybe.delete(place);
  flags.delete(place);
  if (value) {
    if (strip(value).type.kind === 'pointer') {
      const from = placeOf(value);
      const reason = from !== undefined && s.nonNull.has(from) ? undefined : why(value, s);
      if (reason) maybe.set(place, reason);
      if (from !== undefined && s.nonNull.has(from)) nonNull.add(place);
    } else {
      const test = flagTest(value);
      if (test) flags.set(place, test);
    }
  }
  return { nonNull, maybe, flags };
}

function some(set: ReadonlySet<string>, holds: (n: string) => boolean): boolean {
  for (const n of set) if (holds(n)) return true;
  return false;
}

/** Whether storing the value says something: a pointer that may be NULL or was tested, or the result of a test. */
function isInteresting(value: Expr, s: State, why: (e: Expr, s: State) => Reason | undefined): boolean {
  const x = strip(value);
  if (x.type.kind !== 'pointer')
    return x.kind === 'binary' || x.kind === 'cond' || x.kind === 'unary' ? flagTest(value) !== undefined : false;
  const from = placeOf(value);
  return from !== undefined && (s.nonNull.has(from) || why(value, s) !== undefined);
}

/** A truth value that tells whether a pointer is NULL: `p != NULL`, `(p ? TRUE : FALSE)`. */
function flagTest(value: Expr): { place: string; nonNullWhen: boolean } | undefined {
  const x = strip(value);
  if (x.kind === 'cond') {
    const yes = strip(x.then);
    const no = strip(x.else);
    if (yes.kind !== 'int' || no.kind !== 'int' || (yes.value === 0n) === (no.value === 0n)) return undefined;
    const inner = flagTest(x.test);
    return inner && { place: inner.place, nonNullWhen: inner.nonNullWhen === (yes.value !== 0n) };
  }
  const t = nullTest(x);
  const place = t && placeOf(t.pointer);
  return t && place !== undefined ? { place, nonNullWhen: t.nonNullWhen } : undefined;
}

function branch(test: Expr, taken: boolean, s: State): State | undefined {
  const t = nullTest(test);
  if (t) {
    const place = placeOf(t.pointer);
    if (place === undefined) return s;
    return t.nonNullWhen === taken ? { ...s, nonNull: with_(s.nonNull, place) } : s.nonNull.has(place) ? undefined : s;
  }
  let x = strip(test);
  let when = taken;
  if (x.kind === 'binary' && (x.op === '==' || x.op === '!=')) {
    const right = strip(x.right);
    if (right.kind === 'int') {
      if ((x.op === '==') !== (right.value !== 0n)) when = !when;
      x = strip(x.left);
    }
  }
  const flag = s.flags.get(placeOf(x) ?? '');
  if (flag) return flag.nonNullWhen === when ? { ...s, nonNull: with_(s.nonNull, flag.place) } : s;
  if (x.kind === 'call' && when) {
    // `MmIsAddressValid(p)`, `IsUsable(p)`: a routine that is asked about the pointer is taken to have looked
    let nonNull = s.nonNull;
    for (const arg of x.args)
      eachExpr(arg, (e) => {
        const place = e.type.kind === 'pointer' ? placeOf(e) : undefined;
        if (place !== undefined) nonNull = with_(nonNull, place);
      });
    return { ...s, nonNull };
  }
  return s;
}

function with_(set: ReadonlySet<string>, place: string): ReadonlySet<string> {
  return set.has(place) ? set : new Set(set).add(place);
}

function join(a: State, b: State): State {
  return {
    nonNull: new Set([...a.nonNull].filter((n) => b.nonNull.has(n))),
    maybe: new Map([...a.maybe, ...b.maybe]),
    flags: new Map([...a.flags].filter(([k, v]) => b.flags.get(k)?.place === v.place && b.flags.get(k)?.nonNullWhen === v.nonNullWhen)),
  };
}
