// Calls, by the Microsoft x64 rules: one 8-byte slot an argument, records of 1, 2, 4, 8 bytes by value, others by pointer to a copy in the
// caller's frame, results of other sizes through a hidden pointer in slot 0.

import { alignOf, sizeOf } from '../../c/layout.js';
import type { CallExpr, Expr } from '../../c/tree.js';
import { effects } from './effects.js';
import { type Dest, type FunctionRef, hasLoad, readsSlots, type Value, type Width } from './ir.js';
import { lowerValue } from './lower-expression.js';
import { copyRecord, lowerRecord, readWord } from './lower-record.js';
import { isByReference, isConstant, type Lowering } from './lowering.js';
import { shape, wtype } from './value.js';

function directTarget(L: Lowering, callee: Expr): FunctionRef | undefined {
  let e = callee;
  for (;;) {
    if (e.kind === 'cast' && (e.castKind === 'function-decay' || e.castKind === 'noop')) e = e.operand;
    else if (e.kind === 'unary' && e.op === '*' && e.type.kind === 'function') e = e.operand;
    else if (e.kind === 'unary' && e.op === '&' && e.operand.type.kind === 'function') e = e.operand;
    else break;
  }
  return e.kind === 'ref' && e.symbol.kind === 'function' ? L.link.functionRef(e.symbol, callee.range) : undefined;
}

/**
 * Lowers a call. `dst`: where the second step writes the result (records: frame storage of the record). Otherwise a temporary when
 * `wanted`.
 */
export function lowerCall(L: Lowering, e: CallExpr, dst: Dest | undefined, wanted: boolean): Value | undefined {
  const returns = e.fnType.returns;
  const hidden = isByReference(returns);
  let target: FunctionRef | Value | undefined = directTarget(L, e.callee);
  if (!target) {
    const v = L.loadFree(lowerValue(L, e.callee), e.callee.range);
    target = readsSlots(v) && e.args.some((a) => effects(a).writes) ? L.materialize(v) : v;
  }
  const args: { value: Value }[] = [];
  if (hidden) {
    const slot = dst && 'slot' in dst ? dst.slot : L.newSlot(sizeOf(returns), 8, true);
    args.push({ value: { k: 'slotaddr', slot, offset: 0 } });
  }
  e.args.forEach((arg, i) => {
    let v = lowerArgument(L, arg);
    if (!isConstant(v)) {
      const later = e.args.slice(i + 1);
      if (hasLoad(v) || (readsSlots(v) && later.some((a) => effects(a).writes))) v = L.materialize(v, arg.range);
    }
    args.push({ value: v });
  });
  const op = { k: 'call', target, args } as const;
  if (returns.kind === 'void' || hidden) {
    L.call(op, {}, e.range);
    return undefined;
  }
  if (returns.kind === 'record') {
    const width = sizeOf(returns) as Width;
    const d = dst && 'slot' in dst ? { ...dst, width } : undefined;
    L.call(op, { dst: d, t: width === 8 ? 'i64' : 'i32', width, signed: false }, e.range);
    return undefined;
  }
  const t = wtype(returns);
  const { width, signed } = shape(returns);
  if (!dst && !wanted) {
    L.call(op, {}, e.range);
    return undefined;
  }
  const temp = dst ? undefined : L.newTemp(t);
  L.call(op, { dst: dst ?? { temp: temp! }, t, width, signed }, e.range);
  return temp ? { k: 'temp', temp } : undefined;
}

function lowerArgument(L: Lowering, arg: Expr): Value {
  if (arg.type.kind !== 'record') return lowerValue(L, arg);
  const size = sizeOf(arg.type);
  const from = lowerRecord(L, arg);
  if (!isByReference(arg.type)) return readWord(from, size as Width);
  const place = L.newPlace(size, alignOf(arg.type));
  copyRecord(L, { mem: place }, from, size);
  return place.slot ? { k: 'slotaddr', slot: place.slot, offset: 0 } : place.base!;
}
