// The conditions under which a call is made: the tests of the statements around it, and those of earlier statements that leave. A condition on a parameter means
// that some callers do not get there; with constants at the call sites it is even known which.
import type { CallExpr, Expr, FunctionDef, Stmt, VarSymbol } from '../c/tree.js';
import { eachExpr, strip } from '../c/walk.js';
import { nullTest } from './conditions.js';
import type { Call } from './program.js';

export interface Guard {
  readonly test: Expr;
  /** How the test comes out on the way to the call; undefined: one of several ways (switch, loop). */
  readonly taken: boolean | undefined;
}

const known = new WeakMap<FunctionDef, Map<CallExpr, readonly Guard[]>>();

export function guardsOf(def: FunctionDef): Map<CallExpr, readonly Guard[]> {
  let m = known.get(def);
  if (!m) {
    m = new Map();
    walk(def.body, [], m);
    known.set(def, m);
  }
  return m;
}

function inExpr(e: Expr, guards: readonly Guard[], out: Map<CallExpr, readonly Guard[]>): void {
  switch (e.kind) {
    case 'cond':
      inExpr(e.test, guards, out);
      inExpr(e.then, [...guards, { test: e.test, taken: true }], out);
      inExpr(e.else, [...guards, { test: e.test, taken: false }], out);
      return;
    case 'binary':
      if (e.op === '&&' || e.op === '||') {
        inExpr(e.left, guards, out);
        inExpr(e.right, [...guards, { test: e.left, taken: e.op === '&&' }], out);
        return;
      }
      inExpr(e.left, guards, out);
      inExpr(e.right, guards, out);
      return;
    case 'call':
      out.set(e, guards);
      for (const a of e.args) inExpr(a, guards, out);
      inExpr(e.callee, guards, out);
      return;
    case 'cast':
    case 'unary':
    case 'incdec':
      inExpr(e.operand, guards, out);
      return;
    case 'assign':
      inExpr(e.right, guards, out);
      inExpr(e.target, guards, out);
      return;
    case 'member':
      inExpr(e.object, guards, out);
      return;
    case 'index':
      inExpr(e.base, guards, out);
      inExpr(e.index, guards, out);
      return;
    case 'builtin':
      for (const a of e.args) inExpr(a, guards, out);
      return;
    case 'compound-literal':
      for (const i of e.init.items) inExpr(i.value, guards, out);
      return;
    default:
      return;
  }
}

/** Returns the guards that hold after the statement: an `if` whose branch leaves adds one. */
function walk(s: Stmt, guards: readonly Guard[], out: Map<CallExpr, readonly Guard[]>): readonly Guard[] {
  switch (s.kind) {
    case 'compound': {
      let g = guards;
      for (const x of s.body) g = walk(x, g, out);
      return leaves(s) ? guards : g;
    }
    case 'expr':
      inExpr(s.expr, guards, out);
      return guards;
    case 'decl':
      for (const v of s.vars) for (const i of v.init?.items ?? []) inExpr(i.value, guards, out);
      return guards;
    case 'return':
      if (s.value) inExpr(s.value, guards, out);
      return guards;
    case 'if': {
      inExpr(s.test, guards, out);
      walk(s.then, [...guards, { test: s.test, taken: true }], out);
      if (s.else) walk(s.else, [...guards, { test: s.test, taken: false }], out);
      if (leaves(s.then) && !(s.else && leaves(s.else))) return [...guards, { test: s.test, taken: false }];
      return s.else && leaves(s.else) && !leaves(s.then) ? [...guards, { test: s.test, taken: true }] : guards;
    }
    case 'while':
      inExpr(s.test, guards, out);
      walk(s.body, [...guards, { test: s.test, taken: undefined }], out);
      return guards;
    case 'do':
      walk(s.body, guards, out);
      inExpr(s.test, guards, out);
      return guards;
    case 'for': {
      if (s.init) walk(s.init, guards, out);
      if (s.test) inExpr(s.test, guards, out);
      const inner = s.test ? [...guards, { test: s.test, taken: undefined }] : guards;
      walk(s.body, inner, out);
      if (s.step) inExpr(s.step, inner, out);
      return guards;
    }
    case 'switch':
      inExpr(s.value, guards, out);
      walk(s.body, [...guards, { test: s.value, taken: undefined }], out);
      return guards;
    case 'case':
    case 'label':
      walk(s.body, guards, out);
      return guards;
    case 'try':
      if (s.handler.kind === 'except') inExpr(s.handler.filter, guards, out);
      walk(s.body, guards, out);
      walk(s.handler.body, guards, out);
      return guards;
    default:
      return guards;
  }
}

/** Control does not fall out of the statement's end. */
function leaves(s: Stmt): boolean {
  switch (s.kind) {
    case 'return':
    case 'goto':
    case 'break':
    case 'continue':
    case 'leave':
      return true;
    case 'compound': {
      const last = s.body.at(-1);
      return last !== undefined && leaves(last);
    }
    case 'if':
      return s.else !== undefined && leaves(s.then) && leaves(s.else);
    default:
      return false;
  }
}

/** Whether the call stands under a condition on something that its function got by parameter; tests for NULL are checks, not choices. */
export function dependsOnParameter(call: Call): boolean {
  const guards = guardsOf(call.caller.def).get(call.expr) ?? [];
  if (!guards.length) return false;
  const derived = new Set<VarSymbol>(call.caller.def.params);
  for (const s of call.caller.facts.stores) {
    const to = s.target ? strip(s.target) : undefined;
    const v = s.variable ?? (to?.kind === 'ref' && to.symbol.kind === 'var' ? to.symbol : undefined);
    if (v && v.type.kind !== 'pointer' && mentions(s.value, derived)) derived.add(v);
  }
  return guards.some((g) => nullTest(g.test) === undefined && mentions(g.test, derived));
}

function mentions(e: Expr, variables: ReadonlySet<VarSymbol>): boolean {
  let found = false;
  eachExpr(e, (x) => {
    if (x.kind === 'ref' && x.symbol.kind === 'var' && variables.has(x.symbol)) found = true;
  });
  return found;
}

/** Whether some of the given callers can get to the call: not when each passes a constant that a condition on the way excludes. */
export function isFeasible(call: Call, callers: readonly Call[]): boolean {
  // only a constant argument can exclude anything
  if (!callers.some((c) => c.expr.args.some((a) => strip(a).kind === 'int'))) return true;
  const guards = guardsOf(call.caller.def).get(call.expr) ?? [];
  if (!guards.length) return true;
  return callers.some((c) => guards.every((g) => !excluded(g, c)));
}

function excluded(g: Guard, caller: Call): boolean {
  if (g.taken === undefined) return false;
  let x = strip(g.test);
  let want = g.taken;
  while (x.kind === 'unary' && x.op === '!') {
    want = !want;
    x = strip(x.operand);
  }
  let equal: bigint | undefined;
  if (x.kind === 'binary' && (x.op === '==' || x.op === '!=')) {
    const right = strip(x.right);
    if (right.kind !== 'int') return false;
    equal = right.value;
    if (x.op === '!=') want = !want;
    x = strip(x.left);
  }
  if (x.kind !== 'ref' || x.symbol.kind !== 'var' || x.symbol.scope !== 'param' || x.symbol.paramIndex === undefined) return false;
  const arg = caller.expr.args[x.symbol.paramIndex];
  const value = arg && strip(arg);
  if (value?.kind !== 'int') return false;
  return (equal === undefined ? value.value !== 0n : value.value === equal) !== want;
}
