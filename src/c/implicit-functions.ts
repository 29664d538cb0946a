// Calls of functions that nothing has declared. MSVC assumes `int name()` in C (warning C4013) and leaves the rest to the linker; here the error stays
// where the call is, unless a definition of that shape turns up: later in the unit, or in another unit of the driver.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { Expr, FunctionSymbol, ImplicitFunction, TranslationUnit } from './tree.js';
import { functionType, INT } from './type-ops.js';

/** Declares `int name()` for the call at `name`; the error about it was just reported (undefined: it was not, and this is a name inside a recovery). */
export function declareImplicitly(p: Parser, name: Token, diagnostic: Diagnostic | undefined): FunctionSymbol | undefined {
  if (!diagnostic || p.frozen) return undefined;
  const symbol: FunctionSymbol = {
    kind: 'function',
    name: name.text,
    type: functionType(INT, [], false, true),
    linkage: 'external',
    builtin: false,
    sal: [],
    range: name.range,
    inline: false,
    noreturn: false,
    addressTaken: false,
    implicit: true,
  };
  p.unit.scope.names.set(name.text, symbol);
  p.unit.implicit.push({ symbol, diagnostic });
  return symbol;
}

/** The value of a call whose function is only assumed: what is wrong with its type follows from that and is not told again. */
export function isAssumedCall(e: Expr): boolean {
  return e.kind === 'call' && e.callee.kind === 'ref' && e.callee.symbol.kind === 'function' && e.callee.symbol.implicit === true;
}

/** The message for a call that turned out well. */
function assumed(d: Diagnostic, f: FunctionSymbol, definition: FunctionSymbol): Diagnostic {
  return {
    severity: 'warning',
    code: 'c-implicit-function',
    message: `'${f.name}' is called before it is declared; 'int ${f.name}()' is assumed`,
    range: d.range,
    hint: 'declare it before the call',
    related: [{ range: definition.definition?.nameRange ?? definition.range, message: 'it is defined here' }],
  };
}

/** Replaces errors about calls of functions that the same unit defines. The diagnostics are changed in place. */
export function settleInUnit(implicit: readonly ImplicitFunction[], diagnostics: Diagnostic[]): ImplicitFunction[] {
  return implicit.filter(({ symbol, diagnostic }) => {
    if (!symbol.definition) return true;
    const at = diagnostics.indexOf(diagnostic);
    if (at >= 0) diagnostics[at] = assumed(diagnostic, symbol, symbol);
    return false;
  });
}

/** The units of one driver: errors about calls of functions that another unit defines become warnings. A unit without such a call is given back as it is. */
export function settleAcrossUnits(units: readonly TranslationUnit[]): readonly TranslationUnit[] {
  if (units.length < 2 || units.every((u) => u.implicit.length === 0)) return units;
  const defined = new Map<string, FunctionSymbol>();
  for (const u of units)
    for (const f of u.functions) if (f.symbol.linkage === 'external' && !defined.has(f.symbol.name)) defined.set(f.symbol.name, f.symbol);
  return units.map((u) => {
    const better = new Map<Range | undefined, Diagnostic>();
    for (const { symbol, diagnostic } of u.implicit) {
      const definition = defined.get(symbol.name);
      if (definition) better.set(diagnostic.range, assumed(diagnostic, symbol, definition));
    }
    return better.size === 0 ? u : { ...u, diagnostics: u.diagnostics.map((d) => (d.code === 'c-undeclared' && better.get(d.range)) || d) };
  });
}
