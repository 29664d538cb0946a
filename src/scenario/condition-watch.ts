// The `always` and `finally` conditions of a run: data breakpoints on the globals they name say when to look, and what was seen to be false is kept, with the
// place that made it so. It is part of every checkpoint, because it is about the run and not about the memory.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import type { Kernel } from '../kernel/kernel.js';
import { Reg } from '../machine/abi.js';
import type { CompiledImage } from '../machine/image.js';
import type { Expectation } from './ast.js';
import { type CompiledCondition, checkCondition, compileCondition, unknownFunction, watchesOf } from './expectations.js';

/** A condition that was false when it was looked at, with the moment. */
export interface Violation {
  readonly condition: CompiledCondition;
  readonly reason: string;
  readonly where: Range | undefined;
  /** Global number of the step after which it was seen, -1: at the beginning. */
  readonly step: number;
}

/** Violations as they lie in a checkpoint: index of the expectation, reason, step. */
type SavedViolations = readonly (readonly [number, string, number])[];

export class ConditionWatch {
  /** Expressions and functions that no driver has. */
  readonly diagnostics: Diagnostic[] = [];
  readonly violations: Violation[] = [];
  private readonly always: CompiledCondition[] = [];
  private readonly finals: CompiledCondition[] = [];

  constructor(
    private readonly k: Kernel,
    private readonly expectations: readonly Expectation[],
    drivers: readonly CompiledImage[],
  ) {
    for (const e of expectations) {
      if (e.kind === 'calls') this.diagnostics.push(...unknownFunction(e, drivers));
      if (e.kind !== 'always' && e.kind !== 'finally') continue;
      const c = compileCondition(e, drivers);
      if (!('expr' in c)) this.diagnostics.push(c);
      else if (e.kind === 'always') this.always.push(c);
      else this.finals.push(c);
    }
  }

  /** Watches the memory and joins the checkpoints. Before boot. */
  begin(): void {
    if (this.always.length) this.k.mem.watches.set(this.always.flatMap(watchesOf));
    this.k.runState = { save: () => this.save(), restore: (v) => this.restore(v as SavedViolations) };
  }
  /** With the values that the globals have when their drivers are loaded. */
  checkInitial(): void {
    for (const c of this.always) this.note(c, checkCondition(this.k, c, true), -1);
  }
  /** After every slice: cheap when no watched global was written. */
  checkChanged(): void {
    const hit = this.always.length ? this.k.mem.watches.take() : undefined;
    if (hit) for (const c of this.always) this.check(c, hit.step < 0 ? undefined : hit.step);
  }
  checkEnd(): void {
    for (const c of [...this.always, ...this.finals]) this.check(c);
  }

  /** `step`: what was done just now; default where the running CPU stands. */
  private check(c: CompiledCondition, step = this.k.machine.reg(Reg.StopStep)): void {
    if (!this.violations.some((v) => v.condition === c)) this.note(c, checkCondition(this.k, c), step);
  }
  /** Each condition is reported once, when it is first seen to be false. */
  private note(condition: CompiledCondition, reason: string | undefined, step: number): void {
    if (reason !== undefined) this.violations.push({ condition, reason, step, where: this.placeOfStep(step) });
  }
  private placeOfStep(step: number): Range | undefined {
    return step < 0 ? undefined : this.k.machine.stepInfo(step)?.step.range;
  }

  private save(): SavedViolations {
    return this.violations.map((v) => [this.expectations.indexOf(v.condition.expectation), v.reason, v.step] as const);
  }
  private restore(saved: SavedViolations): void {
    const conditions = [...this.always, ...this.finals];
    this.violations.length = 0;
    for (const [index, reason, step] of saved) {
      const condition = conditions.find((c) => c.expectation === this.expectations[index]);
      if (condition) this.note(condition, reason, step);
    }
  }
}
