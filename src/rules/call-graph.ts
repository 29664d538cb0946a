// Who calls whom: direct calls, calls through pointers (a pointer can hold every function that is ever stored in its variable, parameter or structure member,
// through casts and copies), and routines that a DDI calls before it returns. Routines that are only handed to a queue, timer or thread are no calls: they
// run later, in another context.
import type { Expr, InitItem } from '../c/tree.js';
import type { CType } from '../c/types.js';
import { strip } from '../c/walk.js';
import { placeOf, recordName, variableKey } from './places.js';
import type { Call, Fn, Program, Store } from './program.js';

/** DDIs that call the routine in an argument before they return. */
const CALLS_BACK: Readonly<Record<string, number>> = {
  KeExpandKernelStackAndCallout: 0,
  KeExpandKernelStackAndCalloutEx: 0,
  KeIpiGenericCall: 0,
  KeSynchronizeExecution: 1,
  RtlRunOnceExecuteOnce: 1,
  qsort: 3,
  bsearch: 4,
};

/** Sets of functions by the name of the storage that holds a pointer to them. */
export class CallGraph {
  private readonly holds = new Map<string, Set<Fn>>();
  private readonly flows = new Map<string, Set<string>>();
  private readonly callersOf = new Map<Fn, Call[]>();

  constructor(private readonly program: Program) {
    for (const fn of program.functions) {
      for (const s of fn.facts.stores) this.store(s);
      for (const call of fn.calls) for (const to of call.targets) this.pass(call, to);
    }
    for (const unit of program.units)
      for (const g of unit.globals)
        if (g.init && !g.range.file.builtin)
          for (const item of g.init.items) this.store({ value: item.value, variable: g, item, range: item.value.range });
    this.solve();
    // calls through pointers pass arguments too: a second round is enough for tables of handlers that register others
    let changed = false;
    for (const fn of program.functions)
      for (const call of fn.calls) {
        const targets = call.indirect ? this.functionsOf(call.expr.callee) : this.calledBack(call);
        if (!targets.length) continue;
        call.targets = targets;
        if (call.indirect) for (const to of targets) changed = this.pass(call, to) || changed;
      }
    if (changed) this.solve();
    for (const fn of program.functions)
      for (const call of fn.calls)
        for (const to of call.targets) {
          const list = this.callersOf.get(to);
          if (list) list.push(call);
          else this.callersOf.set(to, [call]);
        }
  }

  callers(fn: Fn): readonly Call[] {
    return this.callersOf.get(fn) ?? [];
  }

  /** Functions of the driver that a pointer expression can be. */
  functionsOf(e: Expr): Fn[] {
    const x = strip(e);
    if (x.kind === 'unary' && (x.op === '&' || x.op === '*')) return this.functionsOf(x.operand);
    if (x.kind === 'ref' && x.symbol.kind === 'function') {
      const fn = this.program.resolve(x.symbol);
      return fn ? [fn] : [];
    }
    if (x.kind === 'cond') return [...new Set([...this.functionsOf(x.then), ...this.functionsOf(x.else)])];
    const key = keyOf(x);
    return key === undefined ? [] : [...(this.holds.get(key) ?? [])];
  }

  /** Functions stored anywhere in a member of a structure. */
  inMember(tag: string, offset: number): Fn[] {
    return [...(this.holds.get(`t:${tag}.${offset}`) ?? [])];
  }

  private calledBack(call: Call): Fn[] {
    const arg = call.ddi && CALLS_BACK[call.ddi.name];
    return arg === undefined || !call.expr.args[arg] ? [] : this.functionsOf(call.expr.args[arg]);
  }

  private store(s: Store): void {
    if (!maybeFunction(s.value)) return;
    const to = s.target ? keyOf(strip(s.target)) : s.variable && itemKey(s.variable.type, s.item, variableKey(s.variable));
    if (to !== undefined) this.flow(s.value, to);
  }

  private pass(call: Call, to: Fn): boolean {
    let changed = false;
    to.def.params.forEach((p, i) => {
      const arg = call.expr.args[i];
      if (arg && maybeFunction(arg)) changed = this.flow(arg, variableKey(p)) || changed;
    });
    return changed;
  }

  private flow(value: Expr, to: string): boolean {
    const x = strip(value);
    if (x.kind === 'unary' && x.op === '&') return this.flow(x.operand, to);
    if (x.kind === 'cond') return [this.flow(x.then, to), this.flow(x.else, to)].includes(true);
    if (x.kind === 'ref' && x.symbol.kind === 'function') {
      const fn = this.program.resolve(x.symbol);
      if (!fn) return false;
      const set = this.setOf(to);
      if (set.has(fn)) return false;
      set.add(fn);
      return true;
    }
    const from = keyOf(x);
    if (from === undefined || from === to) return false;
    let out = this.flows.get(from);
    if (!out) this.flows.set(from, (out = new Set()));
    if (out.has(to)) return false;
    out.add(to);
    return true;
  }

  private setOf(key: string): Set<Fn> {
    let s = this.holds.get(key);
    if (!s) this.holds.set(key, (s = new Set()));
    return s;
  }

  private solve(): void {
    const work = [...this.holds.keys()];
    for (let key = work.pop(); key !== undefined; key = work.pop()) {
      const from = this.holds.get(key);
      if (!from) continue;
      for (const to of this.flows.get(key) ?? []) {
        const set = this.setOf(to);
        const before = set.size;
        for (const f of from) set.add(f);
        if (set.size > before) work.push(to);
      }
    }
  }
}

/** Only pointers to functions, untyped pointers and structures' members of such types can carry a routine. */
function maybeFunction(e: Expr): boolean {
  const x = strip(e);
  if (x.kind === 'ref' && x.symbol.kind === 'function') return true;
  if (x.kind === 'unary' && x.op === '&') return x.operand.kind === 'ref' && x.operand.symbol.kind === 'function';
  if (x.kind === 'cond') return maybeFunction(x.then) || maybeFunction(x.else);
  if (x.kind !== 'ref' && x.kind !== 'member' && x.kind !== 'index') return false;
  const t = x.type;
  return t.kind === 'pointer' && (t.target.kind === 'function' || t.target.kind === 'void');
}

function keyOf(x: Expr): string | undefined {
  switch (x.kind) {
    case 'ref':
      return x.symbol.kind === 'var' ? variableKey(x.symbol) : undefined;
    case 'member':
      return memberKey(x.arrow ? (x.object.type.kind === 'pointer' ? x.object.type.target : x.object.type) : x.object.type, x.offset);
    case 'index':
      return placeOf(x.base)?.replace(/\[[^\]]*\]/g, '');
    default:
      return undefined;
  }
}

function memberKey(t: CType, offset: number): string | undefined {
  return t.kind === 'record' ? `t:${recordName(t.decl)}.${offset}` : undefined;
}

/** The member (or whole variable) that an initialiser's item fills. */
function itemKey(type: CType, item: InitItem | undefined, variable: string): string | undefined {
  if (!item) return variable;
  let t = type;
  let at = item.offset;
  let key: string | undefined = variable;
  for (let depth = 0; depth < 16; depth++) {
    if (t.kind === 'array') {
      const size = elementSize(t.element);
      if (size > 0) at %= size;
      t = t.element;
      continue;
    }
    if (t.kind !== 'record') return key;
    const offset = at;
    const inner = t.decl.fields.filter((f) => f.offset <= offset).at(-1);
    key = memberKey(t, at);
    if (!inner || (inner.type.kind !== 'record' && inner.type.kind !== 'array')) return key;
    // members of anonymous structures count from the outer one, as member expressions do
    if (inner.name === undefined) return key;
    at -= inner.offset;
    t = inner.type;
  }
  return key;
}

function elementSize(t: CType): number {
  switch (t.kind) {
    case 'array':
      return (t.length ?? 0) * elementSize(t.element);
    case 'record':
      return t.decl.size;
    case 'pointer':
      return 8;
    case 'int':
    case 'float':
      return t.size;
    default:
      return 4;
  }
}

/** How a function is reached from a root: the call that leads to it, and the function that makes it. */
export interface Step {
  readonly root: Fn;
  readonly via?: Call;
}

/** Everything reachable from the roots, each by a shortest chain of calls; earlier roots win. */
export function reach(roots: readonly Fn[], follow: (call: Call) => boolean = () => true): Map<Fn, Step> {
  const steps = new Map<Fn, Step>();
  const queue: Fn[] = [];
  for (const r of roots)
    if (!steps.has(r)) {
      steps.set(r, { root: r });
      queue.push(r);
    }
  for (let i = 0; i < queue.length; i++) {
    const fn = queue[i];
    const { root } = steps.get(fn) as Step;
    for (const call of fn.calls) {
      if (!call.targets.length || !follow(call)) continue;
      for (const to of call.targets)
        if (!steps.has(to)) {
          steps.set(to, { root, via: call });
          queue.push(to);
        }
    }
  }
  return steps;
}

/** The calls from the root to `fn`, outermost first. */
export function chain(steps: ReadonlyMap<Fn, Step>, fn: Fn): Call[] {
  const out: Call[] = [];
  for (let s = steps.get(fn); s?.via; s = steps.get(s.via.caller)) out.unshift(s.via);
  return out;
}
