// Expressions with a scalar value, evaluated left to right. The result is a pure tree that may hold one shared access not made yet;
// everything else has become steps before it.

import { sizeOf } from '../../c/layout.js';
import type { BinaryExpr, Expr } from '../../c/tree.js';
import { INT, UINT64 } from '../../c/type-ops.js';
import { effects } from './effects.js';
import { hasLoad, i32, i64, type Label, readsSlots, type Value } from './ir.js';
import { lowerAssign, lowerIncDec } from './lower-assign.js';
import { lowerBuiltin } from './lower-builtin.js';
import { lowerCall } from './lower-call.js';
import { addressOf, lowerPlace, readPlace } from './lower-place.js';
import { lowerRecord } from './lower-record.js';
import { isConstant, type Lowering } from './lowering.js';
import { Op, opcode } from './op.js';
import { add64, arithmetic, bin, compare, convert, extend, not, shape, test, truth, wtype, zero } from './value.js';

/** Value of a scalar expression (arrays and functions: their address). */
export function lowerValue(L: Lowering, e: Expr): Value {
  switch (e.kind) {
    case 'int':
      return wtype(e.type) === 'i64' ? i64(e.value) : i32(Number(BigInt.asIntN(32, e.value)));
    case 'float':
      return wtype(e.type) === 'f32' ? { k: 'f32', v: Math.fround(e.value) } : { k: 'f64', v: e.value };
    case 'ref':
      if (e.symbol.kind === 'function') return { k: 'func', fn: L.link.functionRef(e.symbol, e.range) };
      return readLvalue(L, e);
    case 'string':
      return addressOf(lowerPlace(L, e));
    case 'member':
    case 'index':
    case 'compound-literal':
      return readLvalue(L, e);
    case 'unary':
      return lowerUnary(L, e.op, e.operand, e);
    case 'incdec':
      return lowerIncDec(L, e, true)!;
    case 'assign':
      if (e.type.kind === 'record') return addressOf(lowerRecord(L, e));
      return lowerAssign(L, e, true)!;
    case 'binary':
      return lowerBinary(L, e);
    case 'cond':
      return lowerCond(L, e.test, e.then, e.else, e);
    case 'call':
      if (e.type.kind === 'record') return addressOf(lowerRecord(L, e));
      return lowerCall(L, e, undefined, true) ?? zero(e.type.kind === 'void' ? 'i32' : wtype(e.type));
    case 'cast':
      return lowerCast(L, e);
    case 'builtin':
      return lowerBuiltin(L, e) ?? zero(e.type.kind === 'void' ? 'i32' : wtype(e.type));
    case 'error':
      return i32(0);
  }
}

function readLvalue(L: Lowering, e: Expr): Value {
  const p = lowerPlace(L, e);
  if (e.type.kind === 'array' || e.type.kind === 'record' || e.type.kind === 'function') return addressOf(p);
  return readPlace(L, p, e.type);
}

function lowerCast(L: Lowering, e: Expr & { kind: 'cast' }): Value {
  const o = e.operand;
  switch (e.castKind) {
    case 'void':
      lowerEffect(L, o);
      return i32(0);
    case 'array-decay':
      if (!o.lvalue && o.kind === 'cast') return lowerValue(L, o);
      return addressOf(lowerPlace(L, o));
    case 'function-decay':
      return lowerValue(L, o);
    case 'null':
      return wtype(e.type) === 'i64' ? i64(0) : zero(wtype(e.type));
    case 'record':
      return addressOf(lowerRecord(L, o));
    default:
      return convert(lowerValue(L, o), o.type, e.type);
  }
}

function lowerUnary(L: Lowering, op: string, o: Expr, e: Expr): Value {
  switch (op) {
    case '&':
      if (o.type.kind === 'function') return lowerValue(L, o);
      return addressOf(lowerPlace(L, o));
    case '*':
      if (e.type.kind === 'function') return lowerValue(L, o);
      return readLvalue(L, e);
    case '!':
      return not(lowerValue(L, o));
    case '+':
      return convert(lowerValue(L, o), o.type, e.type);
    default: {
      const v = convert(lowerValue(L, o), o.type, e.type);
      const t = wtype(e.type);
      if (t === 'f32' || t === 'f64') return v.k === t ? { k: t, v: -v.v } : { k: 'un', t, op: opcode(t, 'neg'), a: v };
      if (op === '-') return arithmetic('-', zero(t), v, e.type);
      return bin(opcode(t, 'xor'), v, t === 'i64' ? i64(-1) : i32(-1));
    }
  }
}

/** Left operand made safe against what the right one will do. */
export function beforeSibling(L: Lowering, v: Value, sibling: Expr): Value {
  if (isConstant(v)) return v;
  const f = effects(sibling);
  return (f.shared && hasLoad(v)) || (f.writes && (readsSlots(v) || hasLoad(v))) ? L.materialize(v) : v;
}

function lowerBinary(L: Lowering, e: BinaryExpr): Value {
  if (e.op === ',') {
    lowerEffect(L, e.left);
    return lowerValue(L, e.right);
  }
  if (e.op === '&&' || e.op === '||') return lowerLogical(L, e);
  let a = beforeSibling(L, lowerValue(L, e.left), e.right);
  const b = lowerValue(L, e.right);
  if (hasLoad(a) && hasLoad(b)) a = L.materialize(a);
  return combine(e, a, b);
}

function combine(e: BinaryExpr, a: Value, b: Value): Value {
  const lt = e.left.type;
  const rt = e.right.type;
  const pointer = (t: typeof lt): boolean => t.kind === 'pointer' || t.kind === 'array';
  const pointee = (t: typeof lt): number =>
    Math.max(1, t.kind === 'pointer' ? sizeOf(t.target) : t.kind === 'array' ? sizeOf(t.element) : 1);
  if (e.op === '+' || e.op === '-') {
    if (pointer(lt) && pointer(rt)) {
      const d = bin(Op.i64_sub, a, b);
      const n = pointee(lt);
      return n === 1 ? d : { k: 'div', t: 'i64', op: 'div_s', a: d, b: i64(n) };
    }
    if (pointer(lt)) return scaledAdd(e.op, a, extend(b, shape(rt).signed), pointee(lt));
    if (pointer(rt)) return scaledAdd('+', b, extend(a, shape(lt).signed), pointee(rt));
  }
  if (e.op === '==' || e.op === '!=' || e.op === '<' || e.op === '<=' || e.op === '>' || e.op === '>=') {
    if (pointer(lt) || pointer(rt)) return compare(e.op, extend(a, shape(lt).signed), extend(b, shape(rt).signed), UINT64);
    return compare(e.op, a, b, lt);
  }
  return arithmetic(e.op, a, b, e.type);
}

/** pointer +- index * size. */
export function scaledAdd(op: '+' | '-', pointer: Value, index: Value, size: number): Value {
  const scaled = bin(Op.i64_mul, index, i64(size));
  return op === '+' ? add64(pointer, scaled) : bin(Op.i64_sub, pointer, scaled);
}

/** `a && b` as a value. */
function lowerLogical(L: Lowering, e: BinaryExpr): Value {
  if (effects(e.right).simple) {
    const a = lowerValue(L, e.left);
    return bin(e.op === '&&' ? Op.i32_and : Op.i32_or, truth(a), truth(lowerValue(L, e.right)));
  }
  const temp = L.newTemp('i32');
  const end = L.newLabel();
  const and = e.op === '&&';
  L.set({ temp }, i32(and ? 0 : 1), e.left.range);
  lowerCondition(L, e, end, !and);
  L.set({ temp }, i32(and ? 1 : 0), e.right.range);
  L.place(end);
  return { k: 'temp', temp };
}

function lowerCond(L: Lowering, c: Expr, then: Expr, other: Expr, e: Expr): Value {
  if (c.kind === 'int') return lowerArm(L, c.value !== 0n ? then : other, e);
  if (e.type.kind !== 'void' && effects(then).simple && effects(other).simple) {
    const v = test(lowerValue(L, c));
    return { k: 'select', t: wtype(e.type), test: v, a: lowerArm(L, then, e), b: lowerArm(L, other, e) };
  }
  const otherwise = L.newLabel();
  const end = L.newLabel();
  lowerCondition(L, c, otherwise, false);
  if (e.type.kind === 'void') {
    lowerEffect(L, then);
    L.br(end);
    L.place(otherwise);
    lowerEffect(L, other);
    L.place(end);
    return i32(0);
  }
  const temp = L.newTemp(wtype(e.type));
  L.set({ temp }, lowerArm(L, then, e), then.range);
  L.br(end);
  L.place(otherwise);
  L.set({ temp }, lowerArm(L, other, e), other.range);
  L.place(end);
  return { k: 'temp', temp };
}

function lowerArm(L: Lowering, arm: Expr, e: Expr): Value {
  return convert(lowerValue(L, arm), arm.type.kind === 'void' ? INT : arm.type, e.type);
}

/** Goes to `target` when the truth of `e` is `when`, else falls through. */
export function lowerCondition(L: Lowering, e: Expr, target: Label, when: boolean): void {
  if (e.kind === 'unary' && e.op === '!') return lowerCondition(L, e.operand, target, !when);
  if (e.kind === 'cast' && e.castKind === 'bool') return lowerCondition(L, e.operand, target, when);
  if (e.kind === 'binary' && e.op === ',') {
    lowerEffect(L, e.left);
    return lowerCondition(L, e.right, target, when);
  }
  if (e.kind === 'int') {
    // A step even though nothing is tested: a function or a list must not begin with a branch that has no number (entry by number would pass it
    // by), and `while (1 || f())` must have a place to stop at.
    L.step((e.value !== 0n) === when ? { k: 'jump', target } : { k: 'nop' }, 'branch', e.range);
    return;
  }
  if (e.kind === 'binary' && (e.op === '&&' || e.op === '||') && !effects(e.right).simple) {
    if ((e.op === '&&') === when) {
      const skip = L.newLabel();
      lowerCondition(L, e.left, skip, !when);
      lowerCondition(L, e.right, target, when);
      L.place(skip);
    } else {
      lowerCondition(L, e.left, target, when);
      lowerCondition(L, e.right, target, when);
    }
    return;
  }
  const v = test(lowerValue(L, e));
  L.step({ k: 'branch', test: v, negate: !when, target }, hasLoad(v) ? 'load' : 'branch', e.range);
}

/** Evaluates for its effects only. */
export function lowerEffect(L: Lowering, e: Expr): void {
  switch (e.kind) {
    case 'cast':
      if (e.castKind === 'void' || e.type.kind !== 'record') return lowerEffect(L, e.operand);
      break;
    case 'assign':
      if (e.type.kind === 'record') lowerRecord(L, e);
      else lowerAssign(L, e, false);
      return;
    case 'incdec':
      lowerIncDec(L, e, false);
      return;
    case 'call':
      if (e.type.kind === 'record') lowerRecord(L, e);
      else lowerCall(L, e, undefined, false);
      return;
    case 'builtin':
      lowerBuiltin(L, e);
      return;
    case 'cond':
      if (e.type.kind !== 'record') {
        const otherwise = L.newLabel();
        const end = L.newLabel();
        lowerCondition(L, e.test, otherwise, false);
        lowerEffect(L, e.then);
        L.br(end);
        L.place(otherwise);
        lowerEffect(L, e.else);
        L.place(end);
        return;
      }
      break;
    case 'binary':
      if (e.op === ',') {
        lowerEffect(L, e.left);
        lowerEffect(L, e.right);
        return;
      }
      if (e.op === '&&' || e.op === '||') {
        const end = L.newLabel();
        lowerCondition(L, e.left, end, e.op === '||');
        lowerEffect(L, e.right);
        L.place(end);
        return;
      }
      break;
    default:
  }
  if (e.type.kind === 'record') {
    lowerRecord(L, e);
    return;
  }
  // `UNREFERENCED_PARAMETER(x)` and the like leave nothing; a read of memory is made, it may fault.
  const v = lowerValue(L, e);
  if (hasLoad(v) || v.k === 'div') L.set(undefined, v, e.range);
}
