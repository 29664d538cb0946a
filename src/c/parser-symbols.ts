// Entering names into scopes: redeclaration rules, tentative definitions, linkage.
import type { Range } from '../base/source.js';
import type { Specifiers } from './parser-specifiers.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { CSymbol, FunctionSymbol, SalAnnotation, VarSymbol } from './tree.js';
import { typeToString } from './type-names.js';
import { compositeType, INT, sameShape, sameUnqualified, withAlias } from './type-ops.js';
import type { CType, EnumDecl, FunctionType } from './types.js';

function describe(s: CSymbol): string {
  return s.kind === 'var'
    ? 'a variable'
    : s.kind === 'function'
      ? 'a function'
      : s.kind === 'typedef'
        ? 'a type'
        : 'an enumeration constant';
}

function redefined(p: Parser, name: Token, old: { range: Range }, message: string): void {
  p.error('c-redefined', name.range, message, undefined, [{ range: old.range, message: 'first declared here' }]);
}

/** The old symbol if it may be declared again as `kind`; reports a clash otherwise. */
function clash(p: Parser, name: Token, old: CSymbol | undefined, kind: CSymbol['kind'], what: string): boolean {
  if (!old || old.kind === kind) return false;
  redefined(p, name, old, `'${name.text}' is ${what} here, but it is already declared as ${describe(old)}`);
  return true;
}

export function declareTypedef(p: Parser, name: Token, type: CType, sal: readonly SalAnnotation[]): void {
  p.noteDeclared(name.text);
  const old = p.scope.names.get(name.text);
  if (clash(p, name, old, 'typedef', 'a type')) return;
  if (old?.kind === 'typedef') {
    if (!sameUnqualified(old.type, type))
      redefined(
        p,
        name,
        old,
        `'${name.text}' is declared again as another type: '${typeToString(type)}' instead of '${typeToString({ ...old.type, alias: undefined } as CType)}'`,
      );
    return;
  }
  if ((type.kind === 'record' || type.kind === 'enum') && !type.decl.tag) type.decl.typedefName ??= name.text;
  p.scope.names.set(name.text, { kind: 'typedef', name: name.text, type: withAlias(type, name.text), range: name.range, sal });
}

export function declareEnumerator(p: Parser, name: Token, value: bigint, decl: EnumDecl): void {
  p.noteDeclared(name.text);
  const old = p.scope.names.get(name.text);
  if (old) {
    redefined(p, name, old, `'${name.text}' is already declared as ${describe(old)}`);
    return;
  }
  p.scope.names.set(name.text, { kind: 'enumerator', name: name.text, value, type: INT, decl, range: name.range });
}

function redeclareFunction(p: Parser, name: Token, old: FunctionSymbol, type: FunctionType): void {
  const before = old.type;
  if (before.returns.kind === 'error' || type.returns.kind === 'error') return;
  const as = `'${typeToString(type)}' instead of '${typeToString(before)}'`;
  const sameResult =
    before.returns.kind === 'void' || type.returns.kind === 'void'
      ? before.returns.kind === type.returns.kind
      : sameShape(before.returns, type.returns);
  if (!sameResult) {
    redefined(p, name, old, `'${name.text}' is declared again with another result: ${as}`);
    return;
  }
  if (!sameShape(before, type)) {
    // MSVC (C4028 to C4031) warns in C and goes on with the new parameters.
    p.warn('c-parameters', name.range, `'${name.text}' is declared again with other parameters: ${as}`, undefined, [
      { range: old.range, message: 'first declared here' },
    ]);
    old.type = type;
    return;
  }
  const merged = compositeType(before, type) as FunctionType;
  // A definition usually repeats the parameters without their annotations: they still hold.
  const keeps =
    merged === type &&
    before.params.length === type.params.length &&
    before.params.some((q, i) => q.sal.length > 0 && type.params[i].sal.length === 0);
  old.type = keeps ? { ...merged, params: merged.params.map((q, i) => (q.sal.length ? q : { ...q, sal: before.params[i].sal })) } : merged;
}

/** Declares a function (always in the unit: C has no other functions). */
export function declareFunction(
  p: Parser,
  name: Token,
  type: FunctionType,
  specs: Specifiers,
  sal: readonly SalAnnotation[],
): FunctionSymbol {
  p.noteDeclared(name.text);
  const scope = p.unit.scope;
  const old = scope.names.get(name.text);
  const annotations = [...specs.typedefSal, ...specs.sal, ...sal];
  if (old?.kind === 'function') {
    redeclareFunction(p, name, old, type);
    for (const a of annotations) old.sal.push(a);
    if (specs.storage === 'static') old.linkage = 'internal';
    if (specs.inline) old.inline = true;
    if (specs.noreturn) old.noreturn = true;
    if (specs.section) old.section = specs.section;
    return old;
  }
  const symbol: FunctionSymbol = {
    kind: 'function',
    name: name.text,
    type,
    linkage: specs.storage === 'static' ? 'internal' : 'external',
    builtin: name.range.file.builtin,
    sal: annotations,
    range: name.range,
    inline: specs.inline,
    noreturn: specs.noreturn,
    addressTaken: false,
  };
  if (specs.dllimport) symbol.dllimport = true;
  if (specs.section) symbol.section = specs.section;
  if (!clash(p, name, old, 'function', 'a function')) scope.names.set(name.text, symbol);
  if (p.scope !== scope) {
    const local = p.scope.names.get(name.text);
    if (!clash(p, name, local, 'function', 'a function')) p.scope.names.set(name.text, symbol);
  }
  return symbol;
}

/** Declares a file-scope variable, or finds it again. `hasInit`: an initialiser follows. */
export function declareGlobal(
  p: Parser,
  name: Token,
  type: CType,
  specs: Specifiers,
  sal: readonly SalAnnotation[],
  hasInit: boolean,
): VarSymbol {
  p.noteDeclared(name.text);
  const scope = p.unit.scope;
  const old = scope.names.get(name.text);
  const defines = specs.storage !== 'extern' || hasInit;
  if (old?.kind === 'var') {
    if (!sameUnqualified(old.type, type)) {
      redefined(
        p,
        name,
        old,
        `'${name.text}' is declared again with another type: '${typeToString(type)}' instead of '${typeToString(old.type)}'`,
      );
    } else {
      if (hasInit && old.init) redefined(p, name, old, `'${name.text}' is defined twice`);
      old.type = compositeType(old.type, type);
    }
    old.defined ||= defines;
    if (specs.align) old.align = Math.max(old.align ?? 0, specs.align);
    if (specs.section) old.section = specs.section;
    if (defines) old.section ??= dataSection(p, hasInit);
    return old;
  }
  const symbol: VarSymbol = {
    kind: 'var',
    name: name.text,
    type,
    scope: 'global',
    linkage: specs.storage === 'static' ? 'internal' : 'external',
    defined: defines,
    range: name.range,
    addressTaken: false,
    sal: [...specs.sal, ...sal],
  };
  decorate(p, symbol, specs, defines && hasInit);
  if (clash(p, name, old, 'var', 'a variable')) return symbol;
  scope.names.set(name.text, symbol);
  p.unit.globals.push(symbol);
  return symbol;
}

function dataSection(p: Parser, initialised: boolean): string | undefined {
  return initialised ? p.pragmas.section('data_seg') : p.pragmas.section('bss_seg');
}

function decorate(p: Parser, symbol: VarSymbol, specs: Specifiers, initialised: boolean): void {
  if (specs.align) symbol.align = specs.align;
  if (specs.selectany) symbol.selectany = true;
  if (specs.dllimport) symbol.dllimport = true;
  const section = specs.section ?? (symbol.defined && symbol.scope !== 'local' ? dataSection(p, initialised) : undefined);
  if (section) symbol.section = section;
}

/** Declares an automatic or static variable of a block. */
export function declareLocal(p: Parser, name: Token, type: CType, specs: Specifiers, sal: readonly SalAnnotation[]): VarSymbol {
  p.noteDeclared(name.text);
  const isStatic = specs.storage === 'static';
  const symbol: VarSymbol = {
    kind: 'var',
    name: name.text,
    type,
    scope: isStatic ? 'static' : 'local',
    linkage: 'none',
    defined: true,
    range: name.range,
    addressTaken: false,
    sal: [...specs.sal, ...sal],
    ...(isStatic || !p.fn ? {} : { localId: p.fn.locals.length }),
  };
  decorate(p, symbol, specs, true);
  // The outermost block shares its names with the parameters (C17 6.2.1).
  const old =
    p.scope.names.get(name.text) ?? (p.fn && p.scope.parent === p.fn.paramScope ? p.fn.paramScope.names.get(name.text) : undefined);
  if (old) redefined(p, name, old, `'${name.text}' is already declared in this block as ${describe(old)}`);
  else p.scope.names.set(name.text, symbol);
  if (isStatic) p.unit.globals.push(symbol);
  else p.fn?.locals.push(symbol);
  return symbol;
}
