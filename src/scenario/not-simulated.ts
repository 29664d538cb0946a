// The end of a run at a call that nothing answers: which routine, where it is called, and what the user can write to go on. The same words are in the terminal, in
// the debugger's stop and in its console.
import { formatRange, type Range } from '../base/source.js';
import type { FunctionDef, FunctionSymbol } from '../c/tree.js';
import { eachStmt } from '../c/walk.js';
import { adviceFor, type DdiAdvice, statementPlace } from './ddi-advice.js';
import { functionsOf } from './ddi-use.js';
import type { Simulation } from './simulation.js';

export interface NotSimulatedCall {
  readonly name: string;
  /** The call in the driver's text. */
  readonly range?: Range;
  /** First line of `text`. */
  readonly title: string;
  /** Everything, in lines. */
  readonly text: string;
  readonly advice?: DdiAdvice;
  /** Where the `stub` goes: undefined when the scenario is not a file. */
  readonly insertAt?: number;
}

/** What stopped the run, if it ended so. */
export function describeNotSimulated(s: Simulation): NotSimulatedCall | undefined {
  const call = s.kernel.notSimulated;
  if (s.end?.kind !== 'not-simulated' || !call) return undefined;
  const at = call.site < 0 ? undefined : s.kernel.machine.stepInfo(call.site);
  const macro = at?.function.definition && macroOf(at.function.definition, call.name, at.step.range);
  const info = macro === undefined ? undefined : at?.function.unit.macros.get(macro);
  const through =
    macro === undefined ? '' : ` through the macro ${macro}${info && !info.range.file.builtin ? ` (${formatRange(info.range)})` : ''}`;
  const title = `${call.name} is declared but not simulated yet; it is called at ${call.where}${through}`;
  const symbol = declarationOf(s, call.image, call.name);
  const advice = symbol && adviceFor(symbol);
  const { file } = s.build.scenario;
  const isFile = !file.path.endsWith('(default scenario)');
  return {
    name: call.name,
    title,
    text: advice ? [title, ...help(advice, isFile ? file.path : undefined)].join('\n') : title,
    ...(at ? { range: at.step.range } : {}),
    ...(advice ? { advice } : {}),
    ...(advice?.stub !== undefined && isFile ? { insertAt: statementPlace(s.build.scenario) } : {}),
  };
}

function help(a: DdiAdvice, scenario: string | undefined): string[] {
  const out = [`  It is ${a.origin}${a.documentation ? `; its documentation is ${a.documentation}` : ''}.`];
  const where = scenario ?? 'a scenario of your own (this run uses the default one)';
  if (a.stub !== undefined)
    out.push(`  To go on, let ${where} answer for it, outside of all blocks or in the driver's block:`, `    ${a.stub}`);
  out.push(
    a.stub === undefined ? `  To go on, write it in C and name the file in ${where}:` : '  or write it in C and name the file there:',
    '    models "models.c";',
    '  with this in models.c:',
    ...a.model
      .trimEnd()
      .split('\n')
      .map((l) => `    ${l}`.trimEnd()),
  );
  return out;
}

/** Outermost macro that a call of a function inside a range was written with. */
function macroOf(definition: FunctionDef, name: string, range: Range): string | undefined {
  let found: string | undefined;
  eachStmt(definition.body, {
    expr: (e) =>
      functionsOf(e, (symbol, _call, at, macro) => {
        if (symbol.name === name && at.file === range.file && at.start >= range.start && at.start < range.end) found ??= macro;
      }),
  });
  return found;
}

function declarationOf(s: Simulation, image: string, name: string): FunctionSymbol | undefined {
  for (const unit of s.images.find((i) => i.name === image)?.units ?? []) {
    const symbol = unit.scope.names.get(name);
    if (symbol?.kind === 'function') return symbol;
  }
  return undefined;
}
