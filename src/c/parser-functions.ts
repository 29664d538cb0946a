// Function definitions: parameters, K&R lists, bodies read at once or on demand, labels, the check for missing return values.
// Bodies of functions in built-in headers are skipped and read only when something refers to the function: most units use a handful of them.
import { cover, type Range } from '../base/source.js';
import type { Declarator } from './parser-declarators.js';
import { flows } from './parser-flow.js';
import { nearest } from './parser-names.js';
import type { Specifiers } from './parser-specifiers.js';
import { type FunctionContext, newScope, type Parser, type PendingBody } from './parser-state.js';
import { declareFunction } from './parser-symbols.js';
import type { Token } from './token.js';
import type { FunctionDef, FunctionSymbol, VarSymbol } from './tree.js';
import { typeToString } from './type-names.js';
import { functionType, INT, isComplete, pointerTo } from './type-ops.js';
import type { CType, FunctionType, Parameter } from './types.js';

/** Where a function that has (or will have) a body was defined. */
function definitionRange(p: Parser, f: FunctionSymbol): Range | undefined {
  return f.definition?.nameRange ?? p.unit.pending.get(f)?.name.range;
}

/** A definition: the cursor is on `{` or on the declarations of a K&R list. */
export function beginDefinition(p: Parser, specs: Specifiers, d: Declarator): void {
  const name = d.name!;
  let type = d.type as FunctionType;
  if (!d.isFunction)
    p.error('c-types', name.range, `'${name.text}' gets its parameters from a typedef: a definition has to write them out`);
  if (d.names) type = readOldParameters(p, type, d.names);
  let symbol = declareFunction(p, name, type, specs, d.sal);
  const earlier = definitionRange(p, symbol);
  // The symbol's type has the annotations of earlier declarations beside the names of this one.
  if (symbol.type.params.length === type.params.length && !symbol.type.unprototyped) type = symbol.type;
  if (earlier) {
    p.error('c-redefined', name.range, `'${name.text}' is defined twice`, undefined, [{ range: earlier, message: 'first defined here' }]);
    // A symbol of its own, so that the first definition stays what the rest of the unit sees.
    symbol = {
      kind: 'function',
      name: symbol.name,
      type,
      linkage: symbol.linkage,
      builtin: false,
      sal: symbol.sal,
      range: name.range,
      inline: symbol.inline,
      noreturn: symbol.noreturn,
      addressTaken: false,
    };
  }
  symbol.range = name.range;
  if (type.returns.kind !== 'void' && type.returns.kind !== 'error' && !isComplete(type.returns)) {
    p.error('c-incomplete', name.range, `'${name.text}' returns the incomplete type '${typeToString(type.returns)}'`);
  }
  symbol.section ??= p.pragmas.section('code_seg');
  const pending: PendingBody = { symbol, position: p.pos, type, start: specs.start, name };
  if (name.range.file.builtin && !earlier) {
    p.unit.pending.set(symbol, pending);
    skipBody(p);
  } else {
    symbol.builtin = false;
    readBody(p, pending);
  }
}

function skipBody(p: Parser): void {
  let depth = 0;
  while (!p.atEnd) {
    const x = p.next().text;
    if (x === '{') depth++;
    else if (x === '}' && --depth === 0) return;
  }
  p.syntaxError("expected '}' to close the function");
}

/** Reads the bodies that something referred to, and what they refer to in turn. */
export function readPendingBodies(p: Parser): void {
  // A Set's iteration also visits what is added on the way.
  for (const f of p.unit.usedFunctions) {
    const pending = p.unit.pending.get(f);
    if (!pending || f.definition) continue;
    f.builtin = false;
    const { tokens } = p;
    if (pending.tokens) p.tokens = pending.tokens;
    p.seek(pending.position);
    readBody(p, pending);
    p.tokens = tokens;
    p.panicking = false;
  }
}

function readOldParameters(p: Parser, type: FunctionType, names: readonly Token[]): FunctionType {
  const types = new Map<string, { type: CType; range: Range }>();
  while (!p.is('{') && !p.atEnd && !p.panicking) {
    const specs = p.grammar.specifiers(p, 'block');
    do {
      const d = p.grammar.declarator(p, specs.type, 'concrete');
      if (!d.name) break;
      if (!names.some((n) => n.text === d.name!.text))
        p.error('c-parameter', d.name.range, `'${d.name.text}' is not in the parameter list`);
      const t = d.type.kind === 'array' ? pointerTo(d.type.element) : d.type.kind === 'function' ? pointerTo(d.type) : d.type;
      types.set(d.name.text, { type: t, range: d.name.range });
    } while (p.accept(','));
    p.expect(';', 'after the parameter');
  }
  const params: Parameter[] = names.map((n) => ({
    name: n.text,
    type: types.get(n.text)?.type ?? INT,
    sal: [],
    range: types.get(n.text)?.range ?? n.range,
  }));
  return functionType(type.returns, params, false);
}

function readBody(p: Parser, { symbol, type, start, name }: PendingBody): void {
  const paramScope = newScope(p.unit.scope);
  const params: VarSymbol[] = type.params.map((q, i) => parameter(p, q, i, name));
  for (const v of params) {
    if (!v.name) continue;
    p.noteDeclared(v.name);
    const old = paramScope.names.get(v.name);
    if (old)
      p.error('c-redefined', v.range, `there are two parameters '${v.name}'`, undefined, [
        { range: old.range, message: 'first declared here' },
      ]);
    else paramScope.names.set(v.name, v);
  }
  const fn: FunctionContext = {
    symbol,
    returns: type.returns,
    paramScope,
    locals: [],
    labels: new Map(),
    gotos: [],
    reported: new Set(),
    loops: 0,
    switches: [],
    tries: 0,
    seh: [],
    returnsValue: false,
  };
  const outer = { fn: p.fn, scope: p.scope };
  p.fn = fn;
  p.scope = paramScope;
  const body = p.grammar.functionBody(p, fn);
  p.scope = outer.scope;
  p.fn = outer.fn;
  for (const g of fn.gotos) {
    const target = fn.labels.get(g.stmt.label);
    if (target) {
      g.stmt.target = target;
      continue;
    }
    const near = p.mayHint && nearest(g.stmt.label, fn.labels.keys());
    p.error(
      'c-label',
      g.token.range,
      `there is no label '${g.stmt.label}' in '${symbol.name}'`,
      near ? `did you mean '${near}'?` : undefined,
    );
  }
  const def: FunctionDef = {
    symbol,
    params,
    locals: fn.locals,
    body,
    scope: paramScope,
    range: cover(start.range, body.close),
    nameRange: name.range,
  };
  symbol.definition = def;
  p.unit.functions.push(def);
  if (type.returns.kind !== 'void' && type.returns.kind !== 'error' && !symbol.noreturn && !p.silent && flows(body)) {
    p.warn(
      'c-missing-return',
      body.close,
      fn.returnsValue
        ? `not every path through '${symbol.name}' returns a value`
        : `'${symbol.name}' has to return a value ('${typeToString(type.returns)}')`,
    );
  }
}

function parameter(p: Parser, q: Parameter, index: number, name: Token): VarSymbol {
  if (!isComplete(q.type))
    p.error(
      'c-incomplete',
      q.range ?? name.range,
      `the parameter '${q.name ?? index + 1}' has the incomplete type '${typeToString(q.type)}'`,
    );
  return {
    kind: 'var',
    name: q.name ?? '',
    type: q.type,
    scope: 'param',
    linkage: 'none',
    defined: true,
    range: q.range ?? name.range,
    addressTaken: false,
    paramIndex: index,
    sal: q.sal,
  };
}
