// Constants: wrapping to a type's width, folding of operators, and the question whether an initialiser of a static object is constant.
// Folding happens while the tree is built, so an integer constant expression is simply an `int` node.

import { sizeOf } from './layout.js';
import type { BinaryExpr, Expr, UnaryExpr } from './tree.js';
import { integerShape } from './type-ops.js';
import type { CType } from './types.js';

/** The value as an object of `type` would hold it. */
export function wrap(value: bigint, type: CType): bigint {
  if (type.kind === 'int' && type.bool) return value === 0n ? 0n : 1n;
  const { size, signed } = integerShape(type);
  return signed ? BigInt.asIntN(size * 8, value) : BigInt.asUintN(size * 8, value);
}

/** Value of an integer constant expression, or undefined. */
export function integerValue(e: Expr): bigint | undefined {
  return e.kind === 'int' ? e.value : undefined;
}

/** A constant that is zero, as far as null pointer constants go: `0`, `0L`, `(void *)0`. */
export function isNullConstant(e: Expr): boolean {
  return (
    e.kind === 'int' &&
    e.value === 0n &&
    (e.type.kind === 'int' || e.type.kind === 'enum' || (e.type.kind === 'pointer' && e.type.target.kind === 'void'))
  );
}

/** Both operands are already of the type the operator computes in. undefined: not to be folded (division by zero). A shift count counts modulo the width (U). */
export function foldBinary(op: BinaryExpr['op'], a: bigint, b: bigint, type: CType): bigint | undefined {
  const yes = (v: boolean): bigint => (v ? 1n : 0n);
  switch (op) {
    case '+':
      return wrap(a + b, type);
    case '-':
      return wrap(a - b, type);
    case '*':
      return wrap(a * b, type);
    case '/':
      return b === 0n ? undefined : wrap(a / b, type);
    case '%':
      return b === 0n ? undefined : wrap(a % b, type);
    case '<<':
    case '>>': {
      const n = b & BigInt(sizeOf(type) * 8 - 1); // as the instruction does
      return wrap(op === '<<' ? a << n : a >> n, type);
    }
    case '&':
      return wrap(a & b, type);
    case '|':
      return wrap(a | b, type);
    case '^':
      return wrap(a ^ b, type);
    case '<':
      return yes(a < b);
    case '<=':
      return yes(a <= b);
    case '>':
      return yes(a > b);
    case '>=':
      return yes(a >= b);
    case '==':
      return yes(a === b);
    case '!=':
      return yes(a !== b);
    case '&&':
      return yes(a !== 0n && b !== 0n);
    case '||':
      return yes(a !== 0n || b !== 0n);
    case ',':
      return undefined;
  }
}

export function foldUnary(op: UnaryExpr['op'], a: bigint, type: CType): bigint | undefined {
  switch (op) {
    case '-':
      return wrap(-a, type);
    case '+':
      return a;
    case '~':
      return wrap(~a, type);
    case '!':
      return a === 0n ? 1n : 0n;
    default:
      return undefined;
  }
}

/** Floating operators that have a floating result. */
export function foldFloat(op: BinaryExpr['op'], a: number, b: number, size: number): number | undefined {
  let v: number;
  switch (op) {
    case '+':
      v = a + b;
      break;
    case '-':
      v = a - b;
      break;
    case '*':
      v = a * b;
      break;
    case '/':
      v = a / b;
      break;
    default:
      return undefined;
  }
  return size === 4 ? Math.fround(v) : v;
}

/**
 * Absolute address of an lvalue that hangs on a constant pointer: `((T *)0)->a.b[2]`. This is what FIELD_OFFSET and CONTAINING_RECORD-like
 * macros are made of.
 */
export function constantAddress(e: Expr): bigint | undefined {
  switch (e.kind) {
    case 'member': {
      const at = e.arrow ? integerValue(e.object) : constantAddress(e.object);
      return at === undefined ? undefined : at + BigInt(e.offset);
    }
    case 'unary':
      return e.op === '*' ? integerValue(e.operand) : undefined;
    case 'index': {
      const at = integerValue(e.base);
      const i = integerValue(e.index);
      if (at === undefined || i === undefined) return undefined;
      return at + i * BigInt(sizeOf(e.type));
    }
    default:
      return undefined;
  }
}

/** True if the loader could write the value: numbers, strings, addresses of objects with static storage and of functions, plus constants. */
export function isStaticInitializer(e: Expr): boolean {
  switch (e.kind) {
    case 'int':
    case 'float':
    case 'string':
    case 'error':
      return true;
    case 'cast':
      if (e.castKind === 'array-decay' || e.castKind === 'function-decay') return isStaticPlace(e.operand);
      if (e.castKind === 'pointer-int' && sizeOf(e.type) < 8) return false;
      return isStaticInitializer(e.operand);
    case 'unary':
      if (e.op === '&') return isStaticPlace(e.operand);
      return e.op !== '*' && isStaticInitializer(e.operand);
    case 'binary':
      if ((e.op === '/' || e.op === '%') && e.right.kind === 'int') return false; // by zero, or it would be folded
      return e.op !== ',' && isStaticInitializer(e.left) && isStaticInitializer(e.right);
    case 'cond':
      return e.test.kind === 'int' && isStaticInitializer(e.test.value !== 0n ? e.then : e.else);
    case 'compound-literal':
      return e.symbol.scope === 'global' || e.symbol.scope === 'static';
    default:
      return false;
  }
}

function isStaticPlace(e: Expr): boolean {
  switch (e.kind) {
    case 'ref':
      return e.symbol.kind === 'function' || e.symbol.scope === 'global' || e.symbol.scope === 'static';
    case 'string':
    case 'error':
      return true;
    case 'compound-literal':
      return e.symbol.scope === 'global' || e.symbol.scope === 'static';
    case 'member':
      return e.arrow ? isStaticInitializer(e.object) : isStaticPlace(e.object);
    case 'index':
      return isStaticInitializer(e.base) && e.index.kind === 'int';
    case 'unary':
      return e.op === '*' && isStaticInitializer(e.operand);
    case 'cast':
      return isStaticInitializer(e);
    default:
      return false;
  }
}
