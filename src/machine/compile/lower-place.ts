// Lvalues: where an object lies, reading it and writing it (bit-fields too).
// Frame storage whose address nobody has is not shared: it is read and written in the middle of any step, without a check.

import { sizeOf } from '../../c/layout.js';
import type { Expr } from '../../c/tree.js';
import { type CType, Qual } from '../../c/types.js';
import { effects } from './effects.js';
import { i32, i64, type Mem, readsSlots, type Slot, type Value, type Width } from './ir.js';
import { lowerEffect, lowerValue } from './lower-expression.js';
import { lowerInit } from './lower-init.js';
import { lowerRecord } from './lower-record.js';
import { isConstant, type Lowering } from './lowering.js';
import { Op } from './op.js';
import { add64, arithmetic, bin, convert, extend, narrow, shape, wtype } from './value.js';

export interface Place {
  readonly mem: Mem;
  readonly bits?: { readonly offset: number; readonly width: number };
}

/** Frame storage that needs no step of its own. */
export function isUnshared(p: Place): boolean {
  return p.mem.slot !== undefined && !p.mem.slot.shared;
}

function moved(p: Place, offset: number): Place {
  return offset === 0 ? p : { ...p, mem: { ...p.mem, offset: p.mem.offset + offset } };
}

/** Memory operand at a pointer value (constant parts go into the operand). */
export function memAt(L: Lowering, pointer: Value, offset = 0): Mem {
  const v = L.loadFree(pointer);
  if (v.k === 'static') return { object: v.object, offset: v.offset + offset };
  if (v.k === 'slotaddr') return { slot: v.slot, offset: v.offset + offset };
  if (v.k === 'bin' && v.op === Op.i64_add && v.b.k === 'i64' && v.b.v > -0x40000000n && v.b.v < 0x40000000n) {
    return { base: v.a, offset: offset + Number(v.b.v) };
  }
  return { base: v, offset };
}

export function addressOf(p: Place): Value {
  const { base, object, slot, offset } = p.mem;
  if (slot) return { k: 'slotaddr', slot, offset };
  const fixed: Value = object ? { k: 'static', object, offset } : i64(offset);
  return base ? (object ? add64(base, fixed) : add64(base, fixed)) : fixed;
}

/** First address with this alignment in a slot of frame storage. */
export function alignedIn(slot: Slot, align: number): Value {
  return bin(Op.i64_and, add64({ k: 'slotaddr', slot, offset: 0 }, i64(align - 1)), i64(-align));
}

/** Base evaluated now, so that the place can be used again after other steps. */
export function stablePlace(L: Lowering, p: Place): Place {
  const base = p.mem.base;
  if (!base || isConstant(base) || !readsSlots(base)) return p;
  return { ...p, mem: { ...p.mem, base: L.materialize(base) } };
}

export function lowerPlace(L: Lowering, e: Expr): Place {
  const p = lowerAnyPlace(L, e);
  return e.type.quals & Qual.Volatile && p.mem.slot === undefined ? { ...p, mem: { ...p.mem, volatile: true } } : p;
}

function lowerAnyPlace(L: Lowering, e: Expr): Place {
  switch (e.kind) {
    case 'ref': {
      if (e.symbol.kind === 'function') return { mem: { base: { k: 'func', fn: L.link.functionRef(e.symbol, e.range) }, offset: 0 } };
      if (e.symbol.scope === 'global' || e.symbol.scope === 'static' || e.symbol.linkage !== 'none')
        return { mem: { object: L.link.staticRef(e.symbol, e.range), offset: 0 } };
      const v = L.variable(e.symbol);
      if (v.indirect) return { mem: { base: { k: 'slot', t: 'i64', slot: v.slot, offset: 0, width: 8, signed: false }, offset: 0 } };
      if (v.align) return { mem: { base: alignedIn(v.slot, v.align), offset: 0 } };
      return { mem: { slot: v.slot, offset: 0 } };
    }
    case 'string':
      return { mem: { object: L.link.literal(e.bytes, e.unit), offset: 0 } };
    case 'unary':
      if (e.op === '*') return { mem: memAt(L, lowerValue(L, e.operand)) };
      break;
    case 'member': {
      const bits = e.field.bitWidth === undefined ? undefined : { offset: e.field.bitOffset ?? 0, width: e.field.bitWidth };
      if (e.arrow) return { mem: memAt(L, lowerValue(L, e.object), e.offset), bits };
      return { ...moved(lowerRecord(L, e.object), e.offset), bits };
    }
    case 'index':
      return lowerIndex(L, e.base, e.index, sizeOf(e.type));
    case 'compound-literal': {
      const p = lowerPlace(L, { kind: 'ref', symbol: e.symbol, type: e.type, range: e.range, lvalue: true });
      if (e.symbol.scope === 'local') lowerInit(L, p, e.symbol.type, e.init);
      return p;
    }
    case 'cast':
      if (e.operand.lvalue || e.type.kind === 'record') return lowerPlace(L, e.operand);
      break;
    case 'binary':
      if (e.op === ',') {
        lowerEffect(L, e.left);
        return lowerPlace(L, e.right);
      }
      break;
    case 'error':
      return { mem: { base: i64(0), offset: 0 } };
    default:
  }
  if (e.type.kind === 'record' || e.type.kind === 'array') return lowerRecord(L, e);
  // A scalar rvalue where a place is asked for (wrong source only): gets a place of its own.
  const slot = L.newSlot(8, 8, false);
  const value = lowerValue(L, e);
  L.set({ slot, offset: 0, width: shape(e.type).width }, value);
  return { mem: { slot, offset: 0 } };
}

function lowerIndex(L: Lowering, base: Expr, index: Expr, size: number): Place {
  let b = lowerValue(L, base);
  const ie = effects(index);
  if ((ie.shared && !isConstant(b)) || (ie.writes && readsSlots(b))) b = L.materialize(b);
  const i = lowerValue(L, index);
  const scaled = arithmetic('*', L.loadFree(extend(i, shape(index.type).signed)), i64(size), {
    kind: 'pointer',
    target: base.type,
    quals: 0,
  });
  const pointer = L.loadFree(b);
  if (pointer.k === 'static' && scaled.k !== 'i64') return { mem: { base: scaled, object: pointer.object, offset: pointer.offset } };
  return { mem: memAt(L, add64(pointer, scaled)) };
}

/** Value of a scalar object. */
export function readPlace(L: Lowering, p: Place, type: CType): Value {
  const { width, signed } = shape(type);
  const t = wtype(type);
  const mem = p.mem;
  const raw: Value = isUnshared(p)
    ? { k: 'slot', t, slot: mem.slot!, offset: mem.offset, width, signed: p.bits ? false : signed }
    : { k: 'load', t, mem, width, signed: p.bits ? false : signed };
  if (!p.bits) return raw;
  const whole = t === 'i64' ? 64 : 32;
  const { offset, width: bits } = p.bits;
  if (bits === whole) return raw;
  const amount = (n: number): Value => (t === 'i64' ? i64(n) : i32(n));
  const shl = t === 'i64' ? Op.i64_shl : Op.i32_shl;
  if (signed) return bin(t === 'i64' ? Op.i64_shr_s : Op.i32_shr_s, bin(shl, raw, amount(whole - offset - bits)), amount(whole - bits));
  const shifted = offset ? bin(t === 'i64' ? Op.i64_shr_u : Op.i32_shr_u, raw, amount(offset)) : raw;
  const mask = (1n << BigInt(bits)) - 1n;
  return bin(t === 'i64' ? Op.i64_and : Op.i32_and, shifted, t === 'i64' ? i64(mask) : i32(Number(mask)));
}

/** Writes a scalar (value already converted to the object's type). The value must not make an access unless the place is unshared. */
export function writePlace(L: Lowering, p: Place, type: CType, value: Value): void {
  const { width } = shape(type);
  if (isUnshared(p)) {
    const v = p.bits ? insertBits(readPlace(L, { mem: p.mem }, type), p.bits, value, wtype(type)) : value;
    L.set({ slot: p.mem.slot!, offset: p.mem.offset, width }, v);
    return;
  }
  let v = L.loadFree(value);
  if (p.bits) {
    const unit = L.materialize({ k: 'load', t: wtype(type), mem: p.mem, width, signed: false });
    v = insertBits(unit, p.bits, v, wtype(type));
  }
  L.step({ k: 'store', mem: p.mem, width: width as Width, value: v }, 'store');
}

function insertBits(unit: Value, bits: { offset: number; width: number }, value: Value, t: 'i32' | 'i64' | 'f32' | 'f64'): Value {
  const mask = ((1n << BigInt(bits.width)) - 1n) << BigInt(bits.offset);
  const n = t === 'i64';
  const c = (v: bigint): Value => (n ? i64(v) : i32(Number(BigInt.asIntN(32, v))));
  const and = n ? Op.i64_and : Op.i32_and;
  return bin(
    n ? Op.i64_or : Op.i32_or,
    bin(and, unit, c(~mask)),
    bin(and, bin(n ? Op.i64_shl : Op.i32_shl, value, c(BigInt(bits.offset))), c(mask)),
  );
}

/** What reading a bit-field gives after this value was stored in it. */
export function truncateBits(value: Value, type: CType, bits: { width: number }): Value {
  const { signed } = shape(type);
  if (wtype(type) === 'i64') {
    const n = i64(64 - bits.width);
    return bin(signed ? Op.i64_shr_s : Op.i64_shr_u, bin(Op.i64_shl, value, n), n);
  }
  const n = i32(32 - bits.width);
  return narrow(convert(bin(signed ? Op.i32_shr_s : Op.i32_shr_u, bin(Op.i32_shl, value, n), n), type, type), 4, signed);
}
