// Builders for pure values: folding of constants, conversions between C types as MSVC for x64 does them, tests and comparisons.
// Invariant: a value of an integer type narrower than 32 bits is held as i32, sign- or zero-extended by its C type.

import { integerShape } from '../../c/type-ops.js';
import type { CType } from '../../c/types.js';
import { type DivOp, i32, i64, typeOf, type Value, type Width, type WType } from './ir.js';
import { foldInteger, Op, opcode } from './op.js';

/** WebAssembly type that carries a scalar of this C type. Wrong source (error type) counts as int. */
export function wtype(type: CType): WType {
  if (type.kind === 'float') return type.size === 4 ? 'f32' : 'f64';
  if (type.kind === 'pointer' || type.kind === 'array' || type.kind === 'function' || (type.kind === 'int' && type.size === 8))
    return 'i64';
  return 'i32';
}

/** Bytes in memory and sign of a scalar. */
export function shape(type: CType): { width: Width; signed: boolean } {
  if (type.kind === 'float') return { width: type.size, signed: false };
  if (type.kind === 'array' || type.kind === 'function') return { width: 8, signed: false };
  const s = integerShape(type);
  return { width: s.size, signed: s.signed };
}

export function zero(t: WType): Value {
  return t === 'i32' ? i32(0) : t === 'i64' ? i64(0) : { k: t, v: 0 };
}

function constant(v: Value): bigint | undefined {
  return v.k === 'i32' ? BigInt(v.v) : v.k === 'i64' ? v.v : undefined;
}

/** Result type of a binary opcode that is a comparison is i32. */
function isComparison(op: number): boolean {
  return op >= Op.i32_eqz && op <= Op.f64_ge;
}

export function bin(op: number, a: Value, b: Value): Value {
  const t = isComparison(op) ? 'i32' : typeOf(a);
  const ca = constant(a);
  const cb = constant(b);
  if (ca !== undefined && cb !== undefined) {
    const v = foldInteger(op, ca, cb);
    if (v !== undefined) return t === 'i32' ? i32(Number(BigInt.asIntN(32, v))) : i64(v);
  }
  const additive = op === Op.i64_add || op === Op.i64_sub;
  if (cb === 0n && (additive || op === Op.i32_add || op === Op.i32_sub || op === Op.i32_or || op === Op.i32_xor || op === Op.i64_or))
    return a;
  if (cb !== undefined && additive) {
    const d = op === Op.i64_add ? cb : -cb;
    if (a.k === 'static' || a.k === 'slotaddr') {
      if (d > -0x40000000n && d < 0x40000000n) return { ...a, offset: a.offset + Number(d) };
    }
    if (a.k === 'bin' && a.op === Op.i64_add && a.b.k === 'i64') return bin(Op.i64_add, a.a, i64(a.b.v + d));
  }
  if ((op === Op.i32_mul || op === Op.i64_mul) && cb === 1n) return a;
  return { k: 'bin', t, op, a, b };
}

export function un(op: number, t: WType, a: Value): Value {
  if (a.k === 'i32') {
    if (op === Op.i64_extend_s) return i64(a.v);
    if (op === Op.i64_extend_u) return i64(a.v >>> 0);
    if (op === Op.i32_extend8_s) return i32((a.v << 24) >> 24);
    if (op === Op.i32_extend16_s) return i32((a.v << 16) >> 16);
    if (op === Op.i32_eqz) return i32(a.v === 0 ? 1 : 0);
  }
  if (a.k === 'i64') {
    if (op === Op.i32_wrap) return i32(Number(BigInt.asIntN(32, a.v)));
    if (op === Op.i64_eqz) return i32(a.v === 0n ? 1 : 0);
  }
  return { k: 'un', t, op, a };
}

export const add64 = (a: Value, b: Value): Value => bin(Op.i64_add, a, b);

/** Integer value as 64 bits. */
export function extend(v: Value, signed: boolean): Value {
  return typeOf(v) === 'i64' ? v : un(signed ? Op.i64_extend_s : Op.i64_extend_u, 'i64', v);
}

/** Brings an i32 into the range of a narrow integer type. */
export function narrow(v: Value, width: number, signed: boolean): Value {
  if (width === 1) return signed ? un(Op.i32_extend8_s, 'i32', v) : bin(Op.i32_and, v, i32(0xff));
  if (width === 2) return signed ? un(Op.i32_extend16_s, 'i32', v) : bin(Op.i32_and, v, i32(0xffff));
  return v;
}

/** i32 that is non-zero exactly when the scalar is. */
export function test(v: Value): Value {
  const t = typeOf(v);
  if (t === 'i32') return v;
  if (t === 'i64') return bin(Op.i64_ne, v, i64(0));
  return bin(opcode(t, 'ne'), v, zero(t));
}

function isBoolean(v: Value): boolean {
  return ((v.k === 'bin' || v.k === 'un') && isComparison(v.op)) || (v.k === 'i32' && (v.v === 0 || v.v === 1));
}

/** 0 or 1. */
export function truth(v: Value): Value {
  const x = test(v);
  if (isBoolean(x)) return x;
  return bin(Op.i32_ne, x, i32(0));
}

export function not(v: Value): Value {
  const t = typeOf(v);
  if (t === 'i32') return un(Op.i32_eqz, 'i32', v);
  if (t === 'i64') return un(Op.i64_eqz, 'i32', v);
  return bin(opcode(t, 'eq'), v, zero(t));
}

const isBool = (t: CType): boolean => t.kind === 'int' && t.bool === true;

/** Scalar conversion. `from` is the C type of `v`. */
export function convert(v: Value, from: CType, to: CType): Value {
  if (to.kind === 'void') return v;
  if (isBool(to)) return isBool(from) ? v : truth(v);
  const source = wtype(from);
  const target = wtype(to);
  if (to.kind === 'float') {
    if (from.kind === 'float') {
      if (source === target) return v;
      if (v.k === 'f64') return { k: 'f32', v: Math.fround(v.v) };
      if (v.k === 'f32') return { k: 'f64', v: v.v };
      return un(target === 'f64' ? Op.f64_promote : Op.f32_demote, target, v);
    }
    if (v.k === 'i32') {
      const n = shape(from).signed ? v.v : v.v >>> 0;
      return { k: target as 'f32' | 'f64', v: target === 'f32' ? Math.fround(n) : n };
    }
    return un(opcode(target, `convert_${source}_${shape(from).signed ? 's' : 'u'}`), target, v);
  }
  const { width, signed } = shape(to);
  if (from.kind === 'float') {
    // What does not fit becomes the most negative number, as the processor does it (emit-float.ts). Unsigned 32 goes through 64 bits, as compilers for
    // x64 do it: (unsigned)-1.0 is 0xFFFFFFFF.
    if (target === 'i32' && width === 4 && !signed) return un(Op.i32_wrap, 'i32', un(opcode('i64', `trunc_sat_${source}_s`), 'i64', v));
    return narrow(un(opcode(target, `trunc_sat_${source}_${signed || width < 4 ? 's' : 'u'}`), target, v), width, signed);
  }
  if (target === 'i64') return extend(v, shape(from).signed);
  const low = source === 'i64' ? un(Op.i32_wrap, 'i32', v) : v;
  const f = shape(from);
  if (width >= 4 || (source === 'i32' && f.width === width && f.signed === signed) || (f.width < width && (!f.signed || signed)))
    return low;
  return narrow(low, width, signed);
}

const ARITHMETIC: Record<string, string> = { '+': 'add', '-': 'sub', '*': 'mul', '&': 'and', '|': 'or', '^': 'xor', '<<': 'shl' };
const COMPARE: Record<string, string> = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' };

/** Operator on two operands of one type (shift counts: any integer), `type` = the type it computes in. */
export function arithmetic(op: string, a: Value, b: Value, type: CType): Value {
  const t = wtype(type);
  const { signed } = shape(type);
  if (t === 'f32' || t === 'f64') {
    if (op === '/') return { k: 'bin', t, op: opcode(t, 'div'), a, b };
    return { k: 'bin', t, op: opcode(t, ARITHMETIC[op]), a, b };
  }
  if (op === '/' || op === '%') {
    const name: DivOp = op === '/' ? (signed ? 'div_s' : 'div_u') : signed ? 'rem_s' : 'rem_u';
    return { k: 'div', t, op: name, a, b };
  }
  if (op === '<<' || op === '>>') {
    const count = t === 'i64' ? extend(b, false) : typeOf(b) === 'i64' ? un(Op.i32_wrap, 'i32', b) : b;
    return bin(opcode(t, op === '<<' ? 'shl' : signed ? 'shr_s' : 'shr_u'), a, count);
  }
  return bin(opcode(t, ARITHMETIC[op]), a, b);
}

/** Comparison of two operands of one type; result 0 or 1. */
export function compare(op: string, a: Value, b: Value, type: CType): Value {
  const t = wtype(type);
  if (op === '==' || op === '!=') {
    if (t === 'i32' && b.k === 'i32' && b.v === 0) return op === '==' ? un(Op.i32_eqz, 'i32', a) : truth(a);
    if (t === 'i64' && b.k === 'i64' && b.v === 0n && op === '==') return un(Op.i64_eqz, 'i32', a);
    return bin(opcode(t, op === '==' ? 'eq' : 'ne'), a, b);
  }
  const float = t === 'f32' || t === 'f64';
  return bin(opcode(t, COMPARE[op] + (float ? '' : shape(type).signed ? '_s' : '_u')), a, b);
}

/** pointer + (signed) index * size. */
export function scaledOffset(pointer: Value, index: Value, size: number): Value {
  return add64(pointer, bin(Op.i64_mul, extend(index, true), i64(size)));
}
