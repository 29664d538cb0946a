// C expressions as the user writes them in hover, watch, console, conditions and log messages: parsed in the scope of a stack frame (or of any loaded unit),
// evaluated over the stopped machine.
import { parseExpression, scopeAt } from '../c/compile-unit.js';
import type { Expr, FunctionDef, Scope, TranslationUnit, VarSymbol } from '../c/tree.js';
import { type EvaluationContext, evaluate } from '../machine/inspect/evaluate.js';
import { EvaluationError, type TargetMemory, type Value } from '../machine/inspect/value.js';
import type { Target } from './target.js';
import type { Frame } from './variables.js';

export class Evaluator {
  /** Expressions that were understood, by scope: a condition is evaluated at every pass. */
  private readonly parsed = new WeakMap<Scope, Map<string, Expr>>();
  private readonly scopes = new WeakMap<FunctionDef, Map<number, Scope>>();

  constructor(private readonly target: Target) {}

  /** Memory through the process of a frame; without one only kernel addresses mean something. */
  memory(frame: Frame | undefined): TargetMemory {
    return frame?.memory ?? this.target.memoryOf(0);
  }

  /** Throws EvaluationError with a message for the user. */
  value(text: string, frame: Frame | undefined, allowWrites: boolean): Value {
    let expr: Expr | undefined;
    let problem = 'there is no driver whose names could be used';
    for (const { unit, scope } of this.scopesOf(frame)) {
      expr = this.parsed.get(scope)?.get(text);
      if (expr) break;
      const r = parseExpression(text, { unit, scope });
      const error = r.diagnostics.find((d) => d.severity === 'error');
      if (r.expr && !error) {
        expr = r.expr;
        this.keep(scope, text, expr);
        break;
      }
      problem = error?.message ?? 'this is not an expression';
    }
    if (!expr) throw new EvaluationError(problem);
    return evaluate(expr, this.context(frame, allowWrites));
  }

  private scopeAt(definition: FunctionDef, offset: number): Scope {
    let known = this.scopes.get(definition);
    if (!known) this.scopes.set(definition, (known = new Map()));
    let scope = known.get(offset);
    if (!scope) known.set(offset, (scope = scopeAt(definition, offset)));
    return scope;
  }

  private keep(scope: Scope, text: string, expr: Expr): void {
    let known = this.parsed.get(scope);
    if (!known) this.parsed.set(scope, (known = new Map()));
    if (known.size < 100) known.set(text, expr);
  }

  /** Units and scopes in which a name may be meant: the frame's own, else every unit of every image. */
  private scopesOf(frame: Frame | undefined): { unit: TranslationUnit; scope: Scope }[] {
    let info = frame?.frame.info;
    if (info?.parent !== undefined) info = this.target.machine.function(info.parent) ?? info;
    if (!info) return this.target.images.flatMap((i) => i.units.map((unit) => ({ unit, scope: unit.scope })));
    const { definition, unit } = info;
    const at = frame?.frame.step?.range;
    if (!definition) return [{ unit, scope: unit.scope }];
    return [{ unit, scope: at && at.file === definition.range.file ? this.scopeAt(definition, at.start) : definition.scope }];
  }

  private context(frame: Frame | undefined, allowWrites: boolean): EvaluationContext {
    const { target } = this;
    return {
      memory: this.memory(frame),
      allowWrites,
      addressOfVariable: (s: VarSymbol) =>
        s.scope === 'local' || s.scope === 'param' ? frame && target.localAddress(s, frame.frame) : target.globalAddress(s),
      addressOfFunction: (s) => {
        const a = target.machine.functionAddress(s.name) ?? target.kernel.addressOf(s.name);
        return a === 0 ? undefined : a;
      },
    };
  }
}
