// `return`, also through finally bodies: the value is kept in the frame while they run.

import { sizeOf } from '../../c/layout.js';
import type { Expr } from '../../c/tree.js';
import type { Value, Width } from './ir.js';
import { lowerEffect, lowerValue } from './lower-expression.js';
import { copyRecord, lowerRecord, readWord } from './lower-record.js';
import { leaveAll } from './lower-seh.js';
import { isByReference, type Lowering } from './lowering.js';
import { shape, wtype } from './value.js';

/** The hidden pointer to the caller's storage for the result. */
function resultPointer(L: Lowering): Value {
  const slot = { owner: L.fn, size: 8, align: 8, argument: 0, shared: false, offset: 0 };
  L.fn.slots.push(slot);
  return { k: 'slot', t: 'i64', slot, offset: 0, width: 8, signed: false };
}

export function lowerReturn(L: Lowering, e: Expr | undefined): void {
  const type = L.fn.returns;
  const leaves = hasFinally(L);
  if (!e || type.kind === 'void') {
    if (e) lowerEffect(L, e);
    leaveAll(L, () => L.step({ k: 'return' }, 'return'));
    return;
  }
  if (isByReference(type)) {
    copyRecord(L, { mem: { base: resultPointer(L), offset: 0 } }, lowerRecord(L, e), sizeOf(type));
    leaveAll(L, () => L.step({ k: 'return', value: resultPointer(L), t: 'i64' }, 'return'));
    return;
  }
  const record = type.kind === 'record';
  const width = record ? (sizeOf(type) as Width) : shape(type).width;
  const signed = record ? false : shape(type).signed;
  const t = record ? (width === 8 ? 'i64' : 'i32') : wtype(type);
  const v = record ? readWord(lowerRecord(L, e), width) : lowerValue(L, e);
  if (!leaves) {
    L.step({ k: 'return', value: v, t, signed }, 'return');
    return;
  }
  const slot = L.returnSlot();
  L.set({ slot, offset: 0, width }, v);
  leaveAll(L, () => L.step({ k: 'return', value: { k: 'slot', t, slot, offset: 0, width, signed }, t, signed }, 'return'));
}

function hasFinally(L: Lowering): boolean {
  for (let c = L.tries; c; c = c.outer) if (c.area && c.body) return true;
  return false;
}
