// What a rule is given: the program, its call graph, the callbacks and what they reach, and paths through functions on demand. And the two things that every
// rule says in the same words: the way from the registration to a place, and the finding itself.
import type { Severity } from '../base/diagnostic.js';
import type { RuleId } from '../base/rules.js';
import type { Range } from '../base/source.js';
import { CallGraph, chain, reach, type Step } from './call-graph.js';
import { type Callback, Callbacks, KIND_NAMES } from './callbacks.js';
import { isFeasible } from './guards.js';
import { Locks } from './locks.js';
import type { RuleOptions } from './options.js';
import { type Call, type Fn, Program } from './program.js';
import type { Certainty, DriverUnits, Finding, Fix } from './rule.js';

export type PathStep = Finding['path'][number];

export class RuleContext {
  readonly program: Program;
  readonly graph: CallGraph;
  readonly callbacks: Callbacks;
  readonly locks: Locks;
  /** What the guideline callbacks reach. */
  readonly reach: ReadonlyMap<Fn, Step>;
  private readonly byFunction = new Map<Fn, Callback>();

  constructor(
    driver: DriverUnits,
    readonly options: RuleOptions,
  ) {
    this.program = new Program(driver);
    this.graph = new CallGraph(this.program);
    this.callbacks = new Callbacks(this.program, this.graph);
    this.locks = new Locks(this.program.functions);
    const { guideline } = this.callbacks;
    for (const c of this.callbacks.callbacks) if (!this.byFunction.has(c.fn)) this.byFunction.set(c.fn, c);
    this.reach = reach(guideline.map((c) => c.fn));
  }

  callbackOf(fn: Fn): Callback | undefined {
    return this.byFunction.get(fn);
  }

  /** The callback from which `fn` is reached. */
  rootOf(fn: Fn, steps = this.reach): Callback | undefined {
    const step = steps.get(fn);
    return step && this.byFunction.get(step.root);
  }

  /** The calls of DDIs in everything that the callbacks reach. */
  *reachedDdis(): Iterable<Call> {
    for (const fn of this.reach.keys()) {
      const isRoot = this.byFunction.has(fn);
      const callers = isRoot ? [] : this.graph.callers(fn).filter((x) => this.reach.has(x.caller));
      for (const call of fn.calls) if (call.ddi && isFeasible(call, callers)) yield call;
    }
  }

  /** From the registration to a place in `fn`: the registration, then each call on the way. */
  pathTo(fn: Fn, steps = this.reach): PathStep[] {
    const root = this.rootOf(fn, steps);
    const out: PathStep[] = [];
    if (root)
      out.push({
        range: root.registration.call.expr.range,
        message: `${root.fn.name} is registered as ${KIND_NAMES[root.kind]} here (${root.registration.ddi})`,
      });
    for (const call of chain(steps, fn))
      for (const to of call.targets.slice(0, 1))
        out.push({
          range: call.expr.range,
          message: `${call.caller.name} calls ${(call.targets.find((t) => steps.get(t)?.via === call) ?? to).name}${call.indirect ? ' through a pointer' : ''} here`,
        });
    return out;
  }

  /** `the process callback OnProcess`, and how it gets to `fn` when that is another function. */
  subject(fn: Fn, steps = this.reach): string {
    const root = this.rootOf(fn, steps);
    if (!root) return fn.name;
    const name = `${KIND_NAMES[root.kind]} ${root.fn.name}`;
    return root.fn === fn ? name : `${name} (through ${fn.name})`;
  }
}

export interface Rule {
  readonly id: RuleId;
  check(c: RuleContext): Finding[];
}

export function finding(
  rule: RuleId,
  severity: Severity,
  certainty: Certainty,
  range: Range,
  message: string,
  path: readonly PathStep[] = [],
  fixes: readonly Fix[] = [],
): Finding {
  return { rule, severity, certainty, range, message, path, fixes };
}
