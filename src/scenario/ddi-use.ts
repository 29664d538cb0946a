// Which functions a driver calls that it does not define itself, how often and first where: the question behind `interlock compile`, the stop at a call of
// something that is not simulated, and the checks of `stub` and `models`. Read from the typed trees, so macros are seen through: what counts is the function that
// is called in the end.
import type { Range } from '../base/source.js';
import type { Expr, FunctionDef, FunctionSymbol, TranslationUnit } from '../c/tree.js';
import { eachExpr, eachStmt, strip } from '../c/walk.js';
import { simulatedRoutines } from '../wdk/headers.gen.js';
import { publicHeader } from '../wdk/public-header.js';

/** A function that is used and not defined by the driver. */
export interface UsedFunction {
  readonly name: string;
  readonly symbol: FunctionSymbol;
  /** Calls in the text of the driver. */
  calls: number;
  /** Other uses: its address is taken. */
  references: number;
  /** Every use, where the user wrote it, in the order of the sources. */
  readonly places: Range[];
  /** Outermost macro that the first use was written with. */
  readonly macro?: string;
  /** Inline routine of a header of ours through which the first use is reached. */
  readonly via?: string;
}

let simulated: ReadonlySet<string> | undefined;
/** The kernel has a routine of this name. */
export function isSimulated(name: string): boolean {
  simulated ??= new Set(simulatedRoutines);
  return simulated.has(name);
}

/** Definitions that headers of ours give to the units, by name. */
export function headerDefinitions(units: readonly TranslationUnit[]): ReadonlyMap<string, FunctionDef> {
  const out = new Map<string, FunctionDef>();
  for (const u of units) for (const f of u.functions) if (f.range.file.builtin) out.set(f.symbol.name, f);
  return out;
}

/** By name, in the order of the first use. What an inline routine of a header needs is listed only when nothing provides it. */
export function usedFunctions(units: readonly TranslationUnit[]): Map<string, UsedFunction> {
  const used = new Map<string, UsedFunction>();
  const inline = headerDefinitions(units);
  const needs = new Map<FunctionDef, readonly FunctionSymbol[]>();
  const own = new Set<string>();
  for (const u of units) for (const f of u.functions) if (!f.range.file.builtin && f.symbol.linkage === 'external') own.add(f.symbol.name);
  const use = (symbol: FunctionSymbol, call: boolean, place: Range, macro?: string, via?: string): void => {
    if (symbol.linkage === 'internal' && !symbol.builtin) return;
    if (own.has(symbol.name)) return;
    const known = used.get(symbol.name);
    if (known) {
      known[call ? 'calls' : 'references']++;
      known.places.push(place);
      return;
    }
    used.set(symbol.name, {
      name: symbol.name,
      symbol,
      calls: call ? 1 : 0,
      references: call ? 0 : 1,
      places: [place],
      ...(macro === undefined ? {} : { macro }),
      ...(via === undefined ? {} : { via }),
    });
  };
  for (const u of units) {
    const visit = (e: Expr): void =>
      functionsOf(e, (symbol, call, range, macro) => {
        use(symbol, call, range, macro);
        const body = own.has(symbol.name) ? undefined : inline.get(symbol.name);
        if (body) for (const s of neededBy(body, inline, needs)) use(s, true, range, macro, symbol.name);
      });
    for (const f of u.functions) if (!f.range.file.builtin) eachStmt(f.body, { expr: visit });
    for (const g of u.globals) if (!g.range.file.builtin) for (const i of g.init?.items ?? []) visit(i.value);
  }
  return used;
}

/** Every use of a function in an expression. */
export function functionsOf(
  e: Expr,
  found: (symbol: FunctionSymbol, call: boolean, range: Range, macro: string | undefined) => void,
): void {
  const called = new Set<Expr>();
  // operands come before the call that they belong to, so callees are known by the call itself
  eachExpr(e, (x) => {
    if (x.kind !== 'call') return;
    const callee = strip(x.callee);
    if (callee.kind !== 'ref' || callee.symbol.kind !== 'function') return;
    called.add(callee);
    found(callee.symbol, true, callee.range, x.macro ?? callee.macro);
  });
  eachExpr(e, (x) => {
    if (x.kind === 'ref' && x.symbol.kind === 'function' && !called.has(x)) found(x.symbol, false, x.range, x.macro);
  });
}

/** Functions that nobody provides and that an inline routine of a header calls, through other inline routines too. */
function neededBy(
  definition: FunctionDef,
  inline: ReadonlyMap<string, FunctionDef>,
  needs: Map<FunctionDef, readonly FunctionSymbol[]>,
): readonly FunctionSymbol[] {
  const known = needs.get(definition);
  if (known) return known;
  needs.set(definition, []); // ends recursion
  const out = new Set<FunctionSymbol>();
  eachStmt(definition.body, {
    expr: (e) =>
      functionsOf(e, (symbol) => {
        const body = inline.get(symbol.name);
        if (body) for (const s of neededBy(body, inline, needs)) out.add(s);
        else if (!isSimulated(symbol.name)) out.add(symbol);
      }),
  });
  const list = [...out];
  needs.set(definition, list);
  return list;
}

/** WDK header that declares a routine: `wdm.h`; undefined for a driver's own declaration and where our headers do not say. */
export const headerOf = (f: FunctionSymbol): string | undefined => (f.builtin ? publicHeader(f.range.file.path) : undefined);
