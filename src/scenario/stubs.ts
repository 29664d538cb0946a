// What the `stub` statements of a scenario mean for one driver: names against the declarations that its sources see, values against their types. The declaration
// says what a stub may return and which parameters it can write; nothing is guessed.
import type { Diagnostic } from '../base/diagnostic.js';
import { nearest } from '../base/nearest.js';
import type { Range } from '../base/source.js';
import { decayed, parseExpression } from '../c/compile-unit.js';
import { wrap } from '../c/constant.js';
import type { Expr, FunctionSymbol, TranslationUnit } from '../c/tree.js';
import { typeToString } from '../c/type-names.js';
import { isConst } from '../c/type-ops.js';
import type { CType } from '../c/types.js';
import { irqlLimit } from '../kernel/irql-limit.js';
import type { StubRoutine } from '../kernel/stub.js';
import { evaluate } from '../machine/inspect/evaluate.js';
import { asInteger, EvaluationError } from '../machine/inspect/value.js';
import type { CText, DriverBlock, Located, Scenario, StubStatement } from './ast.js';
import { exampleValue, isPlain } from './ddi-advice.js';
import { isSimulated, usedFunctions } from './ddi-use.js';
import type { DriverModels } from './models.js';

interface ResolvedStubs {
  readonly routines: readonly StubRoutine[];
  /** Mistakes, each with a place in the scenario. */
  readonly diagnostics: readonly Diagnostic[];
  /** Statements whose name no source of the driver declares. */
  readonly unknown: readonly StubStatement[];
}

interface Declared {
  readonly symbol: FunctionSymbol;
  readonly unit: TranslationUnit;
}

/** Checks the stubs of one driver. `modelled`: where the models of the driver define what. */
function resolveStubs(
  stubs: readonly StubStatement[],
  units: readonly TranslationUnit[],
  modelled: ReadonlyMap<string, Range>,
): ResolvedStubs {
  const routines: StubRoutine[] = [];
  const diagnostics: Diagnostic[] = [];
  const unknown: StubStatement[] = [];
  if (!stubs.length) return { routines, diagnostics, unknown };
  for (const stub of stubs) {
    const { value: name, range } = stub.name;
    const error = (message: string, hint?: string, at: Range = range, related?: Diagnostic['related']): void => {
      diagnostics.push({
        severity: 'error',
        code: 'scenario-stub',
        message,
        range: at,
        ...(hint ? { hint } : {}),
        ...(related ? { related } : {}),
      });
    };
    const own = units.flatMap((u) => u.functions).find((f) => f.symbol.name === name && !f.range.file.builtin);
    const model = modelled.get(name);
    const found = declared(name, units);
    if (own)
      error(`'${name}' is defined by the driver itself`, 'a stub is for functions that nothing provides', range, [
        { range: own.nameRange, message: 'it is defined here' },
      ]);
    else if (model) error(`'${name}' has a stub and a model`, 'keep one of them', range, [{ range: model, message: 'the model is here' }]);
    else if (!found) unknown.push(stub);
    else if (isSimulated(name) || (found.symbol.builtin && found.symbol.inline))
      error(
        `'${name}' is simulated; a stub would hide what it does`,
        isSimulated(name) ? `models "models.c" replaces ${name};  puts C of yours in its place` : 'leave the stub out',
      );
    else {
      const routine = resolve(stub, found, error);
      if (routine) routines.push(routine);
    }
  }
  return { routines, diagnostics, unknown };
}

/** The stubs of each driver of a scenario, with everything that is wrong with them. Whoever compiles the drivers (a run, the language server) asks here. */
export function resolveAnswers(
  scenario: Scenario,
  drivers: readonly { readonly block: DriverBlock; readonly units: readonly TranslationUnit[]; readonly models: DriverModels }[],
): { readonly stubs: readonly (readonly StubRoutine[])[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const unknown: (readonly StubStatement[])[] = [];
  const stubs = drivers.map(({ block, units, models }) => {
    // what a header declares is not known for sure when it could not be read
    if (units.length === 0 || units.some((u) => u.diagnostics.some((d) => d.severity === 'error'))) {
      unknown.push([]);
      return [];
    }
    const general = scenario.stubs.filter((s) => !block.stubs.some((o) => o.name.value === s.name.value));
    const resolved = resolveStubs([...block.stubs, ...general], units, models.defines);
    pushOnce(diagnostics, resolved.diagnostics);
    for (const s of resolved.unknown) if (block.stubs.includes(s)) diagnostics.push(unknownStub(s, units));
    unknown.push(resolved.unknown);
    return resolved.routines;
  });
  // a stub for every driver is wrong only when no driver knows the name
  for (const s of drivers.length ? scenario.stubs : [])
    if (unknown.every((u) => u.includes(s)))
      diagnostics.push(
        unknownStub(
          s,
          drivers.flatMap((d) => d.units),
        ),
      );
  return { stubs, diagnostics };
}

/** Statements for every driver are checked with each of them: a mistake is told once. */
export function pushOnce(diagnostics: Diagnostic[], more: readonly Diagnostic[]): void {
  for (const d of more) if (!diagnostics.some((o) => sameProblem(o, d))) diagnostics.push(d);
}

const sameProblem = (a: Diagnostic, b: Diagnostic): boolean =>
  a.message === b.message && a.range?.file.path === b.range?.file.path && a.range?.start === b.range?.start;

/** An error for a stub whose name no driver that it is for declares. */
function unknownStub(stub: StubStatement, units: readonly TranslationUnit[]): Diagnostic {
  const { value: name, range } = stub.name;
  const used = [...usedFunctions(units).values()].filter((u) => !isSimulated(u.name)).map((u) => u.name);
  const near =
    nearest(name, used) ??
    nearest(
      name,
      units.flatMap((u) => [...u.scope.names.keys()]),
    );
  return {
    severity: 'error',
    code: 'scenario-stub',
    message: `no source declares a function '${name}'`,
    hint: near ? `did you mean '${near}'?` : 'the name must be one that the driver calls and a header declares',
    range,
  };
}

function declared(name: string, units: readonly TranslationUnit[]): Declared | undefined {
  for (const unit of units) {
    const symbol = unit.scope.names.get(name);
    if (symbol?.kind === 'function') return { symbol, unit };
  }
  return undefined;
}

type Report = (message: string, hint?: string, at?: Range) => void;

function resolve(stub: StubStatement, { symbol, unit }: Declared, error: Report): StubRoutine | undefined {
  const { returns } = symbol.type;
  const name = symbol.name;
  let value: bigint | undefined = 0n;
  if (symbol.noreturn) {
    error(`'${name}' never returns, so a stub cannot answer for it`, 'write a model of it in C: models "models.c";');
    return undefined;
  }
  if (returns.kind === 'void') {
    if (stub.value) {
      error(`'${name}' returns nothing`, `write  stub ${name};`, stub.value.range);
      value = undefined;
    }
  } else if (!isPlain(returns)) {
    error(`'${name}' returns ${typeToString(returns)}, which a stub cannot give`, 'write a model of it in C: models "models.c";');
    return undefined;
  } else if (!stub.value) {
    error(
      `'${name}' returns ${typeToString(returns)}: the stub must say what`,
      `for example: stub ${name} returns ${exampleValue(returns)};`,
    );
    value = undefined;
  } else value = constant(stub.value, returns, unit, error);
  const outputs: StubRoutine['outputs'][number][] = [];
  for (const o of stub.outputs) {
    const output = resolveOutput(o.parameter, o.value, symbol, unit, error);
    if (output) outputs.push(output);
  }
  const irql = irqlLimit(symbol.sal);
  return value === undefined ? undefined : { name, value, outputs, ...(irql ? { irql } : {}) };
}

function resolveOutput(
  parameter: Located<string>,
  text: CText,
  symbol: FunctionSymbol,
  unit: TranslationUnit,
  error: Report,
): StubRoutine['outputs'][number] | undefined {
  const { params } = symbol.type;
  const argument = params.findIndex((p) => p.name === parameter.value);
  const names = params.flatMap((p) => p.name ?? []);
  const near = nearest(parameter.value, names);
  if (argument < 0) {
    error(
      `'${symbol.name}' has no parameter '${parameter.value}'`,
      near ? `did you mean '${near}'?` : names.length ? `its parameters: ${names.join(', ')}` : 'its declaration names none',
      parameter.range,
    );
    return undefined;
  }
  const { type } = params[argument];
  if (type.kind !== 'pointer') {
    error(
      `parameter '${parameter.value}' is ${typeToString(type)}, no pointer: nothing can be written through it`,
      undefined,
      parameter.range,
    );
    return undefined;
  }
  const target = stored(type.target);
  if (isConst(type.target) || !target) {
    error(
      isConst(type.target)
        ? `what '${parameter.value}' points to is const`
        : `'${parameter.value}' points to ${typeToString(type.target)}; a stub writes integers and pointers only`,
      'write a model of it in C: models "models.c";',
      parameter.range,
    );
    return undefined;
  }
  const value = constant(text, target, unit, error);
  const size = sizeOfPlain(target);
  return value === undefined ? undefined : { argument, size, value };
}

/** Type of the value that an output takes: LARGE_INTEGER counts as the 64-bit integer it is. */
function stored(t: CType): CType | undefined {
  if (isPlain(t)) return t;
  if (t.kind !== 'record' || !/^_U?LARGE_INTEGER$/.test(t.decl.tag ?? '')) return undefined;
  return t.decl.fields.find((f) => f.name === 'QuadPart')?.type;
}

function sizeOfPlain(t: CType): 1 | 2 | 4 | 8 {
  return t.kind === 'int' ? t.size : t.kind === 'enum' ? 4 : 8;
}

/** Value of a constant expression as an object of `type` holds it; undefined with an error. */
function constant(text: CText, type: CType, unit: TranslationUnit, error: Report): bigint | undefined {
  const context = { unit, scope: unit.scope };
  const parsed = parseExpression(text.text, context);
  const missing = text.text.includes('\n') ? 'is a ; missing?' : undefined;
  if (!parsed.expr) {
    const problem = parsed.diagnostics.find((d) => d.severity === 'error');
    error(
      `'${firstLine(text.text)}' is no value: ${problem?.message ?? 'it cannot be read as C'}`,
      problem?.hint ?? missing ?? nearMacro(problem, unit),
      text.range,
    );
    return undefined;
  }
  const e = decayed(parsed.expr, context);
  const mistake = unfit(e, type);
  if (mistake) {
    error(`'${firstLine(text.text)}' is ${typeToString(e.type)}, not ${typeToString(type)}`, mistake, text.range);
    return undefined;
  }
  try {
    const value = asInteger(evaluate(e, NO_MEMORY));
    if (!fits(value, type)) {
      error(`'${firstLine(text.text)}' does not fit in ${typeToString(type)}`, undefined, text.range);
      return undefined;
    }
    return type.kind === 'pointer' ? BigInt.asUintN(64, value) : wrap(value, type);
  } catch (x) {
    if (!(x instanceof EvaluationError)) throw x;
    error(
      `'${firstLine(text.text)}' is not a constant: ${x.message}`,
      'for what depends on arguments or state write a model in C',
      text.range,
    );
    return undefined;
  }
}

/** `STATUS_SUCCES`: names of values are macros, which the front end does not suggest. */
function nearMacro(problem: Diagnostic | undefined, unit: TranslationUnit): string | undefined {
  const name = problem?.code === 'c-undeclared' ? /^'(\w+)'/.exec(problem.message)?.[1] : undefined;
  const near = name && nearest(name, [...unit.macros.keys()]);
  return near ? `did you mean '${near}'?` : undefined;
}

/** Constants need neither memory nor variables. */
const NO_MEMORY = {
  memory: { read: () => undefined, write: () => false },
  allowWrites: false,
  addressOfVariable: () => undefined,
  addressOfFunction: () => undefined,
};

/** Why a value of this type may not be given, or undefined. Enumerators and integers are one family; pointers want a cast, except NULL. */
function unfit(e: Expr, type: CType): string | undefined {
  const given = e.type;
  if (type.kind === 'pointer') {
    if (given.kind === 'pointer' || (e.kind === 'int' && e.value === 0n)) return undefined;
    return given.kind === 'int' || given.kind === 'enum'
      ? `write a cast: (${typeToString(type)})${e.kind === 'int' ? e.value : 'VALUE'}`
      : 'a pointer is wanted';
  }
  return given.kind === 'int' || given.kind === 'enum' ? undefined : 'an integer is wanted';
}

function fits(value: bigint, type: CType): boolean {
  if (type.kind === 'pointer') return true;
  const bits = sizeOfPlain(type) * 8;
  return BigInt.asUintN(bits, value) === value || BigInt.asIntN(bits, value) === value;
}

const firstLine = (text: string): string => {
  const line = text.split(/\r?\n/, 1)[0];
  return line === text ? line : `${line} ...`;
};
