// Conversions: every one that changes a value becomes a `cast` node here, and constants are converted on the spot.
// `assignConvert` also says what MSVC would say at /W3 about pointers that do not fit.
import type { Range } from '../base/source.js';
import { constantAddress, isNullConstant, wrap } from './constant.js';
import { isAssumedCall } from './implicit-functions.js';
import { sizeOf } from './layout.js';
import type { Parser } from './parser-state.js';
import type { CastKind, Expr, VarSymbol } from './tree.js';
import { typeToString } from './type-names.js';
import {
  comparePointers,
  ERROR,
  integerShape,
  isArithmetic,
  isInteger,
  isScalar,
  pointerTo,
  promote,
  sameUnqualified,
  unqualified,
} from './type-ops.js';
import type { CType } from './types.js';

export function errorExpr(range: Range): Expr {
  return { kind: 'error', type: ERROR, range, lvalue: false };
}

export function intExpr(value: bigint, type: CType, range: Range, macro?: string): Expr {
  return { kind: 'int', value, type, range, lvalue: false, macro };
}

/** A cast node without any folding or check. */
export function castNode(e: Expr, type: CType, castKind: CastKind, implicit: boolean, range: Range = e.range): Expr {
  return { kind: 'cast', castKind, operand: e, implicit, type, range, lvalue: false, macro: e.macro };
}

/** The local variable whose storage an lvalue lies in, not through pointers. */
function rootVariable(e: Expr): VarSymbol | undefined {
  let x = e;
  for (;;) {
    if (x.kind === 'member' && !x.arrow) x = x.object;
    else if (x.kind === 'index' && x.base.kind === 'cast' && x.base.castKind === 'array-decay') x = x.base.operand;
    else return x.kind === 'ref' && x.symbol.kind === 'var' ? x.symbol : x.kind === 'compound-literal' ? x.symbol : undefined;
  }
}

/** Notes that the address of the object (or function) gets about. */
export function markAddressTaken(p: Parser, e: Expr): void {
  if (p.frozen || p.unevaluated > 0) return;
  if (e.kind === 'ref' && e.symbol.kind === 'function') {
    e.symbol.addressTaken = true;
    return;
  }
  const root = rootVariable(e);
  if (root) root.addressTaken = true;
}

/** Array and function operands become pointers; everything else is left alone. */
export function decay(p: Parser, e: Expr): Expr {
  if (e.type.kind === 'array') {
    const at = constantAddress(e);
    if (at !== undefined) return intExpr(BigInt.asUintN(64, at), pointerTo(e.type.element), e.range, e.macro);
    markAddressTaken(p, e);
    return castNode(e, pointerTo(e.type.element), 'array-decay', true);
  }
  if (e.type.kind === 'function') {
    if (e.kind === 'unary' && e.op === '*') return e.operand;
    markAddressTaken(p, e);
    return castNode(e, pointerTo(e.type), 'function-decay', true);
  }
  return e;
}

function castKindOf(from: CType, to: CType): CastKind {
  if (to.kind === 'void') return 'void';
  if (to.kind === 'int' && to.bool) return from.kind === 'int' && from.bool ? 'noop' : 'bool';
  const toPointer = to.kind === 'pointer';
  if (from.kind === 'pointer') return toPointer ? 'pointer' : 'pointer-int';
  if (from.kind === 'float') return to.kind === 'float' ? (from.size === to.size ? 'noop' : 'float') : 'float-int';
  if (to.kind === 'float') return 'int-float';
  if (toPointer) return 'int-pointer';
  if (from.kind === 'record') return 'record';
  const a = integerShape(from);
  const b = integerShape(to);
  return a.size === b.size && a.signed === b.signed ? 'noop' : 'int';
}

/** Value of a constant in another type; undefined if it must be computed at run time. */
function foldCast(e: Expr, to: CType, range: Range): Expr | undefined {
  if (e.kind === 'int') {
    if (isInteger(to) || to.kind === 'pointer')
      return { kind: 'int', value: wrap(e.value, to), type: to, range, lvalue: false, macro: e.macro };
    if (to.kind === 'float')
      return {
        kind: 'float',
        value: to.size === 4 ? Math.fround(Number(e.value)) : Number(e.value),
        type: to,
        range,
        lvalue: false,
        macro: e.macro,
      };
  } else if (e.kind === 'float') {
    if (to.kind === 'float')
      return { kind: 'float', value: to.size === 4 ? Math.fround(e.value) : e.value, type: to, range, lvalue: false, macro: e.macro };
    if (isInteger(to) && Number.isFinite(e.value)) {
      const bool = to.kind === 'int' && to.bool;
      return {
        kind: 'int',
        value: bool ? (e.value === 0 ? 0n : 1n) : wrap(BigInt(Math.trunc(e.value)), to),
        type: to,
        range,
        lvalue: false,
        macro: e.macro,
      };
    }
  }
  return undefined;
}

/** Implicit conversion between types that are known to fit; no node if the type is the same. */
export function convert(e: Expr, to: CType): Expr {
  const target = unqualified(to);
  if (e.type === target || e.type.kind === 'error' || target.kind === 'error' || sameUnqualified(e.type, target)) return e;
  // `long *` to `volatile long *` changes nothing that a consumer could see.
  if (e.type.kind === 'pointer' && target.kind === 'pointer' && e.kind !== 'int' && sameUnqualified(e.type.target, target.target)) return e;
  return foldCast(e, target, e.range) ?? castNode(e, target, castKindOf(e.type, target), true);
}

/** Operand of an arithmetic operator: promoted. A bit-field keeps its declared type, as in MSVC (U: C promotes narrow ones to int). */
export function promoted(e: Expr): Expr {
  return convert(e, promote(e.type));
}

/** `(type)e`. */
export function explicitCast(p: Parser, operand: Expr, to: CType, range: Range): Expr {
  const e = decay(p, operand);
  const from = e.type;
  const target = unqualified(to);
  if (target.kind === 'void') return castNode(e, target, 'void', false, range);
  if (from.kind === 'error' || target.kind === 'error') return { kind: 'error', type: target, range, lvalue: false };
  if (from.kind === 'record' && target.kind === 'record' && from.decl === target.decl) return castNode(e, target, 'record', false, range);
  if (
    !isScalar(from) ||
    !isScalar(target) ||
    (from.kind === 'float' && target.kind === 'pointer') ||
    (from.kind === 'pointer' && target.kind === 'float')
  ) {
    p.error('c-types', range, `cannot convert '${typeToString(from)}' to '${typeToString(target)}'`);
    return { kind: 'error', type: target, range, lvalue: false };
  }
  return foldCast(e, target, range) ?? castNode(e, target, castKindOf(from, target), false, range);
}

/** What a value is converted for, as the message names it. */
export type Purpose =
  | { readonly what: 'assignment' | 'initialisation' | 'return value' }
  | { readonly what: 'argument'; readonly index: number; readonly callee: string };

function describe(p: Purpose): string {
  return p.what === 'argument' ? `argument ${p.index + 1} of '${p.callee}'` : p.what;
}

/** Conversion as if by assignment, with diagnostics. */
export function assignConvert(p: Parser, value: Expr, to: CType, purpose: Purpose): Expr {
  const e = decay(p, value);
  const from = e.type;
  const target = unqualified(to);
  if (from.kind === 'error' || target.kind === 'error' || from === target) return e;
  if (isArithmetic(target) && isArithmetic(from)) return convert(e, target);
  if (target.kind === 'int' && target.bool && from.kind === 'pointer') return convert(e, target);
  if (target.kind === 'pointer') {
    if (isNullConstant(e)) return convert(e, target);
    if (from.kind === 'pointer') {
      const mismatch = comparePointers(from, target);
      const types = `'${typeToString(from)}' to '${typeToString(target)}'`;
      if (mismatch === 'qualifiers') p.warn('c-qualifiers', e.range, `${describe(purpose)}: ${types} drops 'const'`);
      else if (mismatch === 'levels') p.warn('c-levels', e.range, `${describe(purpose)}: ${types} differs in levels of indirection`);
      else if (mismatch === 'types') p.warn('c-pointer-types', e.range, `${describe(purpose)}: ${types} are pointers to different types`);
      else if (mismatch === 'parameters')
        p.warn('c-parameters', e.range, `${describe(purpose)}: ${types} differ in the function's parameters or result`);
      return convert(e, target);
    }
    if (isInteger(from)) {
      if (!isAssumedCall(e))
        p.warn(
          'c-levels',
          e.range,
          `${describe(purpose)}: an integer of type '${typeToString(from)}' is used as the pointer '${typeToString(target)}'`,
        );
      return castNode(e, target, 'int-pointer', true);
    }
  }
  if (isInteger(target) && from.kind === 'pointer') {
    const lost = sizeOf(target) < 8 ? ' and loses its upper half' : '';
    p.warn(
      'c-levels',
      e.range,
      `${describe(purpose)}: the pointer '${typeToString(from)}' is used as an integer of type '${typeToString(target)}'${lost}`,
    );
    return convert(e, target);
  }
  if (target.kind === 'record' && from.kind === 'record' && from.decl === target.decl) return e;
  if (from.kind === 'void') p.error('c-types', e.range, `${describe(purpose)}: the expression has no value (its type is void)`);
  else p.error('c-types', e.range, `${describe(purpose)}: cannot convert '${typeToString(from)}' to '${typeToString(target)}'`);
  return { kind: 'error', type: target, range: e.range, lvalue: false };
}
