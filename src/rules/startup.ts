// Follows DriverEntry along its paths, into the driver's own helpers, with what each path knows: which registrations stand, which status variable is a success or
// a failure, which flags were set. So a clean-up behind `goto`, behind a flag or in a helper counts, and a failing return that leaves a registration behind is found.
import type { Expr } from '../c/tree.js';
import { eachExpr, strip } from '../c/walk.js';
import type { Callbacks, Registration } from './callbacks.js';
import { successTest } from './conditions.js';
import { type Block, flowOf } from './flow.js';
import { placeOf, variableKey } from './places.js';
import type { Call, Fn } from './program.js';

/** What a path knows of a value: a constant, that it is a success or failure, or that it is the status of a registration. */
type Value = { readonly kind: 'const'; readonly n: bigint } | { readonly kind: 'ok' | 'fail' } | { readonly kind: 'status' };

interface State {
  /** The registration stands. */
  readonly active: boolean;
  readonly values: ReadonlyMap<string, Value>;
  readonly results: ReadonlyMap<Expr, Value>;
}

export interface FailureReturn {
  /** The return statement's value, in DriverEntry. */
  readonly at: Expr;
  readonly registration: Registration;
}

const NO_RESULTS: State['results'] = new Map();
const MAX_STEPS = 3000;
const MAX_DEPTH = 6;

export function followStartup(callbacks: Callbacks, callAt: (e: Expr) => Call | undefined): FailureReturn[] {
  const { entry } = callbacks;
  if (!entry || !callbacks.registrations.length) return [];
  const failures: FailureReturn[] = [];
  for (const registration of callbacks.registrations)
    for (const at of new Walker(registration, callbacks, callAt).run(entry)) failures.push({ at, registration });
  return failures;
}

/** Follows one registration at a time: what concerns only the others is left out, so that few states differ. */
class Walker {
  private steps = 0;
  private readonly matters = new Map<Fn, boolean>();
  private readonly removals: ReadonlySet<Call>;
  /** Globals that decide whether a removal is reached. */
  private readonly flags: ReadonlySet<string>;

  constructor(
    private readonly registration: Registration,
    callbacks: Callbacks,
    private readonly callAt: (e: Expr) => Call | undefined,
  ) {
    const { routines, registrar } = registration;
    const removals = callbacks.removals.filter(
      (x) =>
        x.what === registrar.what && (x.routines.length === 0 || routines.length === 0 || routines.some((r) => x.routines.includes(r.fn))),
    );
    this.removals = new Set(removals.map((x) => x.call));
    this.flags = new Set(removals.flatMap((x) => guards(x.call)));
  }

  run(entry: Fn): Expr[] {
    const failures = new Set<Expr>();
    this.body(entry, { active: false, values: new Map(), results: new Map() }, 0, (state, value) => {
      if (value && state.active && this.sign(value, state) === 'fail') failures.add(value);
    });
    return [...failures];
  }

  /** All ways through a function; `leave` is told the state and value of each return. */
  private body(fn: Fn, start: State, depth: number, leave: (s: State, value: Expr | undefined) => void): void {
    const { blocks } = flowOf(fn.def);
    const seen = new Set<string>();
    const work: { b: number; i: number; s: State }[] = [{ b: 0, i: 0, s: start }];
    for (let w = work.pop(); w; w = work.pop()) {
      if (++this.steps > MAX_STEPS) return;
      const block = blocks[w.b];
      if (w.i === 0) {
        const key = `${w.b}|${keyOf(w.s)}`;
        if (seen.has(key)) continue;
        seen.add(key);
      }
      let { s } = w;
      let i = w.i;
      let split = false;
      for (; i < block.ops.length; i++) {
        const op = block.ops[i];
        if (op.kind === 'call') {
          const outcomes = this.call(op.expr, s, depth);
          if (outcomes.length !== 1) {
            for (const o of outcomes) work.push({ b: w.b, i: i + 1, s: o });
            split = true;
            break;
          }
          s = outcomes[0];
        } else if (op.kind === 'store') s = this.assign(s, placeOf(op.target), op.value);
        else if (op.kind === 'declare')
          s = this.assign(s, variableKey(op.variable), op.variable.init?.items.length === 1 ? op.variable.init.items[0].value : undefined);
      }
      if (!split) this.end(block, s, work, leave);
    }
  }

  private end(
    block: Block,
    s: State,
    work: { b: number; i: number; s: State }[],
    leave: (s: State, value: Expr | undefined) => void,
  ): void {
    const { end } = block;
    // results of calls are used in the block of the call: stored, tested or returned
    const go = (b: number, state: State | undefined): void => {
      if (state) work.push({ b, i: 0, s: state.results.size ? { ...state, results: NO_RESULTS } : state });
    };
    switch (end.kind) {
      case 'jump':
        go(end.to, s);
        break;
      case 'switch':
        for (const t of end.to) go(t, s);
        break;
      case 'branch':
        go(end.yes, this.assume(end.test, true, s));
        go(end.no, this.assume(end.test, false, s));
        break;
      case 'return':
        leave(s, end.value);
        break;
      default:
        break;
    }
  }

  /** The states after a call: one for each way that a helper of the driver can end. */
  private call(e: Expr, s: State, depth: number): State[] {
    const call = this.callAt(e);
    if (!call) return [s];
    const registers = call === this.registration.call;
    const removes = this.removals.has(call);
    if (registers && removes) {
      // one call for both, by a flag that the caller passes
      const index = this.registration.registrar.remove;
      const flag = index === undefined ? undefined : this.valueOf(call.expr.args[index], s);
      if (flag?.kind === 'const' && flag.n !== 0n) return s.active ? [] : [s];
    } else if (removes) return s.active ? [] : [s]; // removed again: this way is good
    if (registers) return [{ ...s, active: true, results: new Map(s.results).set(e, { kind: 'status' }) }];
    if (call.ddi || call.targets.length !== 1 || depth >= MAX_DEPTH || !this.isRelevant(call.targets[0])) {
      // not followed: nothing is claimed
      return call.targets.some((t) => this.isRelevant(t)) && s.active ? [] : [s];
    }
    const [to] = call.targets;
    const values = new Map(s.values);
    to.def.params.forEach((p, i) => {
      const v = call.expr.args[i] && this.valueOf(call.expr.args[i], s);
      if (v) values.set(variableKey(p), v);
      else values.delete(variableKey(p));
    });
    const out = new Map<string, State>();
    this.body(to, { ...s, values }, depth + 1, (state, value) => {
      const v = value && this.valueOf(value, state);
      // what the helper knew of its own variables is of no use to its caller
      const kept = [...state.values].filter(([k]) => s.values.has(k) || isGlobal(k));
      const next: State = { active: state.active, values: new Map(kept), results: v ? new Map(s.results).set(e, v) : s.results };
      out.set(keyOf(next), next);
    });
    return out.size ? [...out.values()] : [];
  }

  private isRelevant(fn: Fn): boolean {
    const known = this.matters.get(fn);
    if (known !== undefined) return known;
    this.matters.set(fn, false);
    const m = fn.calls.some((c) => c === this.registration.call || this.removals.has(c) || c.targets.some((t) => this.isRelevant(t)));
    this.matters.set(fn, m);
    return m;
  }

  private assign(s: State, place: string | undefined, value: Expr | undefined): State {
    if (place === undefined || (isGlobal(place) && !this.flags.has(place))) return s;
    const v = value && this.valueOf(value, s);
    if (!v && !s.values.has(place)) return s;
    const values = new Map(s.values);
    if (v) values.set(place, v);
    else values.delete(place);
    return { ...s, values };
  }

  private valueOf(e: Expr, s: State): Value | undefined {
    const x = strip(e);
    if (x.kind === 'int') return { kind: 'const', n: x.value };
    if (x.kind === 'call') return s.results.get(x);
    if (x.kind === 'assign') return this.valueOf(x.right, s);
    const place = placeOf(x);
    return place === undefined ? undefined : s.values.get(place);
  }

  private sign(e: Expr, s: State): 'ok' | 'fail' | undefined {
    const v = this.valueOf(e, s);
    return v && signOf(v, s);
  }

  /** The state after a test came out one way; undefined: it cannot. */
  private assume(test: Expr, taken: boolean, s: State): State | undefined {
    const success = successTest(test);
    if (success) {
      const isOk = success.successWhen === taken;
      const v = this.valueOf(success.status, s);
      if (v?.kind === 'status') {
        // not registered: nothing can be left behind on this way
        return isOk ? s : undefined;
      }
      const known = v && signOf(v, s);
      if (known) return (known === 'ok') === isOk ? s : undefined;
      return this.refine(s, success.status, { kind: isOk ? 'ok' : 'fail' });
    }
    let x = strip(test);
    let when = taken;
    let wanted: bigint | undefined;
    if (x.kind === 'binary' && (x.op === '==' || x.op === '!=')) {
      const right = strip(x.right);
      if (right.kind === 'int') {
        wanted = right.value;
        when = (x.op === '==') === taken;
        x = strip(x.left);
      }
    }
    const v = this.valueOf(x, s);
    if (v?.kind === 'const') return (wanted === undefined ? v.n !== 0n : v.n === wanted) === when ? s : undefined;
    return s;
  }

  private refine(s: State, e: Expr, v: Value): State {
    const x = strip(e);
    if (x.kind === 'call') return { ...s, results: new Map(s.results).set(x, v) };
    const place = placeOf(x);
    return place === undefined || isGlobal(place) ? s : { ...s, values: new Map(s.values).set(place, v) };
  }
}

function signOf(v: Value, s: State): 'ok' | 'fail' | undefined {
  if (v.kind === 'status') return s.active ? undefined : 'fail';
  if (v.kind === 'const') return BigInt.asIntN(32, v.n) < 0n ? 'fail' : 'ok';
  return v.kind;
}

const isGlobal = (place: string): boolean => /^[*&]?(g:|s\d)/.test(place);

/** Globals tested on the last branches before a call: what a clean-up asks before it removes. */
function guards(call: Call): string[] {
  const { blocks } = flowOf(call.caller.def);
  const out: string[] = [];
  let targets = new Set<number>();
  blocks.forEach((b, i) => {
    if (b.ops.some((op) => op.kind === 'call' && op.expr === call.expr)) targets.add(i);
  });
  for (let level = 0; level < 3; level++) {
    const before = new Set<number>();
    blocks.forEach((b, i) => {
      if (b.end.kind === 'jump' ? targets.has(b.end.to) : b.end.kind === 'branch' && (targets.has(b.end.yes) || targets.has(b.end.no)))
        before.add(i);
    });
    for (const i of before) {
      const { end } = blocks[i];
      if (end.kind === 'branch')
        eachExpr(end.test, (e) => {
          const place = placeOf(e);
          if (place !== undefined && isGlobal(place)) out.push(place);
        });
    }
    targets = before;
  }
  return out;
}

const show = (v: Value): string => (v.kind === 'const' ? `${v.n}` : v.kind);

function keyOf(s: State): string {
  const values = [...s.values].map(([k, v]) => `${k}=${show(v)}`).sort();
  const results = [...s.results].map(([e, v]) => `${e.range.start}=${show(v)}`).sort();
  return `${s.active}|${values.join()}|${results.join()}`;
}
