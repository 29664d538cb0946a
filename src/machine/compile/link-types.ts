// One external name, two types: each unit of a driver may declare it as it likes, and a linker for C only compares names. The program then reads a pointer
// as a number or passes arguments that nobody takes, so it is worth a warning that names both places. MSVC tells this only with /LTCG (C4742, C4743).
import type { Diagnostic } from '../../base/diagnostic.js';
import { sizeOf } from '../../c/layout.js';
import type { FunctionSymbol, TranslationUnit, VarSymbol } from '../../c/tree.js';
import { typeToString } from '../../c/type-names.js';
import type { CType } from '../../c/types.js';

/** Depth to which two types of different units are compared; records count as the same by tag and size. */
const DEPTH = 4;

/** Could the same object have both types? Types come from different units, so nothing in them is shared. */
function alike(a: CType, b: CType, depth = DEPTH): boolean {
  if (depth === 0 || a.kind === 'error' || b.kind === 'error') return true;
  if (a.kind === 'array' && b.kind === 'array')
    return (a.length === undefined || b.length === undefined || a.length === b.length) && alike(a.element, b.element, depth - 1);
  if (a.kind === 'pointer' && b.kind === 'pointer')
    return a.target.kind === 'void' || b.target.kind === 'void' || alike(a.target, b.target, depth - 1);
  if (a.kind === 'record' && b.kind === 'record')
    return !a.decl.complete || !b.decl.complete || (a.decl.union === b.decl.union && a.decl.size === b.decl.size);
  if (a.kind === 'function' && b.kind === 'function') {
    if (a.returns.kind !== b.returns.kind && (a.returns.kind === 'void' || b.returns.kind === 'void')) return false;
    if (!alike(a.returns, b.returns, depth - 1)) return false;
    if (a.unprototyped || b.unprototyped) return true;
    return (
      a.variadic === b.variadic &&
      a.params.length === b.params.length &&
      a.params.every((p, i) => alike(p.type, b.params[i].type, depth - 1))
    );
  }
  const number = (t: CType): boolean => t.kind === 'int' || t.kind === 'enum';
  if (number(a) && number(b)) return sizeOf(a) === sizeOf(b);
  return a.kind === b.kind && sizeOf(a) === sizeOf(b);
}

/** Warnings about external names that the units of an image declare with types that do not go together. */
export function mismatches(units: readonly TranslationUnit[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const first = new Map<string, FunctionSymbol | VarSymbol>();
  const told = new Set<string>();
  const meet = (s: FunctionSymbol | VarSymbol): void => {
    const old = first.get(s.name);
    if (!old) first.set(s.name, s);
    else if (old.kind === s.kind && !told.has(s.name) && !alike(old.type, s.type)) {
      told.add(s.name);
      found.push({
        severity: 'warning',
        code: 'link-types',
        message: `'${s.name}' has another type here than in ${old.range.file.path}: '${typeToString(s.type)}' instead of '${typeToString(old.type)}'`,
        range: s.range,
        hint: 'declare it once, in a header that both include',
        related: [{ range: old.range, message: 'the other declaration is here' }],
      });
    }
  };
  // definitions first: they are what the others should agree with
  for (const u of units) {
    for (const f of u.functions) if (isShared(f.symbol)) meet(f.symbol);
    for (const v of u.globals) if (v.defined && v.init && isShared(v)) meet(v);
  }
  for (const u of units) for (const s of u.scope.names.values()) if ((s.kind === 'function' || s.kind === 'var') && isShared(s)) meet(s);
  return found;
}

const isShared = (s: FunctionSymbol | VarSymbol): boolean => s.linkage === 'external' && !s.range.file.builtin;
