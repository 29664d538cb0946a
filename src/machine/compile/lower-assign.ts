// Assignment, compound assignment, ++ and --. A read-modify-write of shared memory is two steps (load, store), as on the real machine, so
// that lost updates can happen.

import { sizeOf } from '../../c/layout.js';
import type { AssignExpr, Expr, IncDecExpr } from '../../c/tree.js';
import type { CType } from '../../c/types.js';
import { effects, placeEffects } from './effects.js';
import { hasLoad, i32, i64, readsSlots, type Value } from './ir.js';
import { lowerCall } from './lower-call.js';
import { lowerValue, scaledAdd } from './lower-expression.js';
import { isUnshared, lowerPlace, type Place, readPlace, stablePlace, truncateBits, writePlace } from './lower-place.js';
import { isConstant, type Lowering } from './lowering.js';
import { arithmetic, convert, extend, shape, wtype } from './value.js';

/** Value as a reader of the object sees it. */
function result(p: Place, type: CType, value: Value): Value {
  return p.bits ? truncateBits(value, type, p.bits) : value;
}

/** Scalar assignment. Gives the value when `wanted`. */
export function lowerAssign(L: Lowering, e: AssignExpr, wanted: boolean): Value | undefined {
  return e.op === '=' ? lowerSimple(L, e, wanted) : lowerCompound(L, e, wanted);
}

function stripNoop(e: Expr): Expr {
  let x = e;
  while (
    x.kind === 'cast' &&
    (x.castKind === 'noop' || x.castKind === 'pointer') &&
    wtype(x.type) === wtype(x.operand.type) &&
    shape(x.type).width === shape(x.operand.type).width
  )
    x = x.operand;
  return x;
}

function lowerSimple(L: Lowering, e: AssignExpr, wanted: boolean): Value | undefined {
  const type = e.target.type;
  const call = stripNoop(e.right);
  // x = f(): the call's second number writes x.
  if (call.kind === 'call' && e.target.kind === 'ref' && call.type.kind !== 'record' && call.type.kind !== 'void') {
    const p = lowerPlace(L, e.target);
    if (isUnshared(p) && shape(call.type).width === shape(type).width) {
      lowerCall(L, call, { slot: p.mem.slot!, offset: p.mem.offset, width: shape(type).width }, true);
      return wanted ? readPlace(L, p, type) : undefined;
    }
  }
  let v = lowerValue(L, e.right);
  const at = placeEffects(e.target);
  if (!isConstant(v) && ((at.shared && hasLoad(v)) || (at.writes && (hasLoad(v) || readsSlots(v))))) v = L.materialize(v, e.range);
  const p = lowerPlace(L, e.target);
  if (isUnshared(p)) {
    writePlace(L, p, type, v);
    return wanted ? readPlace(L, p, type) : undefined;
  }
  if (wanted && !isConstant(v)) v = L.materialize(v, e.range);
  writePlace(L, p, type, v);
  return wanted ? result(p, type, v) : undefined;
}

function lowerCompound(L: Lowering, e: AssignExpr, wanted: boolean): Value | undefined {
  const type = e.target.type;
  let p = lowerPlace(L, e.target);
  const f = effects(e.right);
  if (f.writes) p = stablePlace(L, p);
  let right = lowerValue(L, e.right);
  const unshared = isUnshared(p);
  if (!unshared) right = L.loadFree(right, e.right.range);
  const old = unshared ? readPlace(L, p, type) : L.materialize(readPlace(L, p, type), e.target.range);
  const op = e.op.slice(0, -1);
  let next: Value;
  if (type.kind === 'pointer')
    next = scaledAdd(op as '+' | '-', old, extend(right, shape(e.right.type).signed), Math.max(1, sizeOf(type.target)));
  else next = convert(arithmetic(op, convert(old, type, e.computeType), right, e.computeType), e.computeType, type);
  if (wanted && !unshared) next = L.materialize(next, e.range);
  writePlace(L, p, type, next);
  if (!wanted) return undefined;
  return unshared ? readPlace(L, p, type) : result(p, type, next);
}

/** ++ and --, before or after. */
export function lowerIncDec(L: Lowering, e: IncDecExpr, wanted: boolean): Value | undefined {
  const type = e.operand.type;
  const p = lowerPlace(L, e.operand);
  const op = e.op === '++' ? '+' : '-';
  const t = wtype(type);
  const stepBy = (v: Value): Value => {
    if (type.kind === 'pointer') return scaledAdd(op, v, i64(1), Math.max(1, sizeOf(type.target)));
    const one: Value = t === 'i32' ? i32(1) : t === 'i64' ? i64(1) : { k: t, v: 1 };
    if (type.kind === 'int' && type.bool) return e.op === '++' ? i32(1) : arithmetic('^', v, i32(1), type);
    // Narrow types: computed as int, brought back by the conversion.
    return t === 'i32' ? convert(arithmetic(op, v, one, WIDE), WIDE, type) : arithmetic(op, v, one, type);
  };
  if (isUnshared(p)) {
    const old = readPlace(L, p, type);
    if (!wanted || e.prefix) {
      writePlace(L, p, type, stepBy(old));
      return wanted ? readPlace(L, p, type) : undefined;
    }
    if (p.bits) {
      const saved = L.materialize(old);
      writePlace(L, p, type, stepBy(saved));
      return saved;
    }
    const temp = L.newTemp(t);
    L.step({
      k: 'set',
      dst: { slot: p.mem.slot!, offset: p.mem.offset, width: shape(type).width },
      value: stepBy({ k: 'temp', temp }),
      also: { dst: { temp }, value: old },
    });
    return { k: 'temp', temp };
  }
  const old = L.materialize(readPlace(L, p, type), e.range);
  const next = wanted && e.prefix ? L.materialize(stepBy(old)) : stepBy(old);
  writePlace(L, p, type, next);
  return wanted ? (e.prefix ? result(p, type, next) : old) : undefined;
}

const WIDE: CType = { kind: 'int', quals: 0, size: 4, signed: true, name: 'int' };
