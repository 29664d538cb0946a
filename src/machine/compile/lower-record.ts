// Expressions of record type: always handled as a place, copied where C copies. Sizes 1, 2, 4 and 8 move as one value (LARGE_INTEGER is
// read and written at once, as on x64), others by a copy step.

import { sizeOf } from '../../c/layout.js';
import type { Expr } from '../../c/tree.js';
import { effects, placeEffects } from './effects.js';
import { hasLoad, i64, type Value, type Width } from './ir.js';
import { lowerBuiltin } from './lower-builtin.js';
import { lowerCall } from './lower-call.js';
import { lowerCondition, lowerEffect } from './lower-expression.js';
import { addressOf, isUnshared, lowerPlace, memAt, type Place, stablePlace } from './lower-place.js';
import type { Lowering } from './lowering.js';

/** Place of a record (or array) expression; rvalues get frame storage. */
export function lowerRecord(L: Lowering, e: Expr): Place {
  switch (e.kind) {
    case 'assign': {
      let src = lowerRecord(L, e.right);
      if (placeEffects(e.target).writes) src = stablePlace(L, src);
      const dst = lowerPlace(L, e.target);
      copyRecord(L, dst, src, sizeOf(e.type));
      return dst;
    }
    case 'call': {
      const slot = L.newSlot(sizeOf(e.type), 8, true);
      lowerCall(L, e, { slot, offset: 0, width: 8 }, true);
      return { mem: { slot, offset: 0 } };
    }
    case 'cond': {
      if (e.test.kind === 'int') return lowerRecord(L, e.test.value !== 0n ? e.then : e.else);
      const otherwise = L.newLabel();
      const end = L.newLabel();
      const temp = L.newTemp('i64');
      lowerCondition(L, e.test, otherwise, false);
      L.set({ temp }, addressOf(lowerRecord(L, e.then)));
      L.br(end);
      L.place(otherwise);
      L.set({ temp }, addressOf(lowerRecord(L, e.else)));
      L.place(end);
      return { mem: { base: { k: 'temp', temp }, offset: 0 } };
    }
    case 'binary':
      if (e.op === ',') {
        lowerEffect(L, e.left);
        return lowerRecord(L, e.right);
      }
      break;
    case 'cast':
      return lowerRecord(L, e.operand);
    case 'builtin': {
      const pointer = lowerBuiltin(L, e);
      return pointer ? { mem: memAt(L, pointer) } : { mem: { base: i64(0), offset: 0 } };
    }
    case 'ref':
    case 'string':
    case 'unary':
    case 'member':
    case 'index':
    case 'compound-literal':
      return lowerPlace(L, e);
    default:
  }
  effects(e);
  return { mem: { base: i64(0), offset: 0 } };
}

const isWord = (size: number): size is Width => size === 1 || size === 2 || size === 4 || size === 8;

/** Bits of a small record as a value of `width` bytes. */
export function readWord(p: Place, width: Width): Value {
  const t = width === 8 ? 'i64' : 'i32';
  if (isUnshared(p)) return { k: 'slot', t, slot: p.mem.slot!, offset: p.mem.offset, width, signed: false };
  return { k: 'load', t, mem: p.mem, width, signed: false };
}

export function copyRecord(L: Lowering, dst: Place, src: Place, size: number): void {
  if (size === 0) return;
  if (isWord(size)) {
    const v = readWord(src, size);
    if (isUnshared(dst)) L.set({ slot: dst.mem.slot!, offset: dst.mem.offset, width: size }, v);
    else L.step({ k: 'store', mem: dst.mem, width: size, value: hasLoad(v) ? L.materialize(v) : v }, 'store');
    return;
  }
  L.step({ k: 'copy', dst: dst.mem, src: src.mem, size }, 'store');
}
