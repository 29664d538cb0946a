// One external name, two types: each unit of a driver may declare it as it likes, and a linker for C only compares names. The program then reads a pointer
// as a number or passes arguments that nobody takes, so it is worth a warning that names both places. MSVC tells this only with /LTCG (C4742, C4743).
import type { Diagnostic } from '../../base/diagnostic.js';
import { sizeOf } from '../../c/layout.js';
import type { FunctionSymbol, VarSymbol } from '../../c/tree.js';
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

/** The warning when a unit uses `used` while `defined` is what it gets; undefined when the types go together. */
export function mismatch(used: FunctionSymbol | VarSymbol, defined: FunctionSymbol | VarSymbol): Diagnostic | undefined {
  if (used === defined || used.range.file.builtin || (used.kind === 'function' && used.implicit)) return undefined;
  if (used.kind === defined.kind && alike(used.type, defined.type)) return undefined;
  const what = (s: FunctionSymbol | VarSymbol): string => `'${typeToString(s.type)}'`;
  return {
    severity: 'warning',
    code: 'link-types',
    message: `'${used.name}' is declared with another type than it is defined with: ${what(used)} instead of ${what(defined)}`,
    range: used.range,
    hint: 'declare it once, in a header that both sources include',
    related: [{ range: defined.range, message: 'it is defined here' }],
  };
}
