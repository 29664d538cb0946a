// Constant initialisers of objects with static storage: evaluated to bytes plus places that hold an address, before addresses are known.
import type { Range } from '../../base/source.js';
import { floatToInteger, foldBinary, foldFloat, foldUnary, wrap } from '../../c/constant.js';
import { sizeOf } from '../../c/layout.js';
import type { Expr, FunctionSymbol, Initializer, VarSymbol } from '../../c/tree.js';
import type { CType } from '../../c/types.js';
import type { FunctionRef, StaticRef } from './ir.js';
import { shape } from './value.js';

/** An 8-byte place that receives the address of something. */
export interface Relocation {
  readonly offset: number;
  readonly target: StaticRef | FunctionRef;
  readonly add: number;
}

/** How names become references (also notes that they are needed). */
export interface ConstantContext {
  functionRef(symbol: FunctionSymbol, range: Range): FunctionRef;
  staticRef(symbol: VarSymbol, range: Range): StaticRef;
  literal(bytes: Uint8Array, align: number): StaticRef;
}

type Constant =
  | { readonly k: 'int'; readonly v: bigint }
  | { readonly k: 'float'; readonly v: number }
  | { readonly k: 'address'; readonly target: StaticRef | FunctionRef; readonly add: number };

const int = (v: bigint): Constant => ({ k: 'int', v });

/** undefined: not constant. */
export function constantOf(c: ConstantContext, e: Expr): Constant | undefined {
  switch (e.kind) {
    case 'int':
      return int(e.value);
    case 'float':
      return { k: 'float', v: e.value };
    case 'error':
      return int(0n);
    case 'string':
    case 'compound-literal':
      return placeOf(c, e);
    case 'ref':
      return e.symbol.kind === 'function' ? { k: 'address', target: c.functionRef(e.symbol, e.range), add: 0 } : undefined;
    case 'unary': {
      if (e.op === '&') return e.operand.type.kind === 'function' ? constantOf(c, e.operand) : placeOf(c, e.operand);
      if (e.op === '*') return e.type.kind === 'function' ? constantOf(c, e.operand) : undefined;
      const v = constantOf(c, e.operand);
      if (v?.k === 'float') return e.op === '-' ? { k: 'float', v: -v.v } : e.op === '!' ? int(v.v === 0 ? 1n : 0n) : v;
      if (v?.k === 'address') return e.op === '!' ? int(0n) : undefined;
      const r = v && foldUnary(e.op, v.v, e.type);
      return r === undefined ? undefined : int(r);
    }
    case 'binary':
      return binary(c, e.op, e);
    case 'cond': {
      const test = constantOf(c, e.test);
      if (!test) return undefined;
      return constantOf(c, test.k === 'address' || (test.k === 'int' ? test.v !== 0n : test.v !== 0) ? e.then : e.else);
    }
    case 'cast':
      if (e.castKind === 'array-decay') return e.operand.lvalue ? placeOf(c, e.operand) : constantOf(c, e.operand);
      if (e.castKind === 'function-decay') return constantOf(c, e.operand);
      return convertConstant(constantOf(c, e.operand), e.type);
    default:
      return undefined;
  }
}

function convertConstant(v: Constant | undefined, type: CType): Constant | undefined {
  if (!v) return undefined;
  if (v.k === 'address') return type.kind === 'int' && type.bool ? int(1n) : sizeOf(type) === 8 ? v : undefined;
  if (type.kind === 'float') {
    const n = Number(v.v);
    return { k: 'float', v: type.size === 4 ? Math.fround(n) : n };
  }
  if (v.k === 'float') return int(floatToInteger(v.v, type));
  return int(wrap(v.v, type));
}

function binary(c: ConstantContext, op: string, e: Expr & { kind: 'binary' }): Constant | undefined {
  const a = constantOf(c, e.left);
  const b = constantOf(c, e.right);
  if (!a || !b) return undefined;
  const pointee = (t: CType): number => (t.kind === 'pointer' ? Math.max(1, sizeOf(t.target)) : 1);
  if (a.k === 'address' || b.k === 'address') {
    if (a.k === 'address' && b.k === 'int' && (op === '+' || op === '-')) {
      const d = Number(BigInt.asIntN(64, b.v)) * pointee(e.left.type);
      return { ...a, add: a.add + (op === '+' ? d : -d) };
    }
    if (b.k === 'address' && a.k === 'int' && op === '+')
      return { ...b, add: b.add + Number(BigInt.asIntN(64, a.v)) * pointee(e.right.type) };
    if (a.k === 'address' && b.k === 'address' && a.target === b.target && op === '-')
      return int(BigInt(a.add - b.add) / BigInt(pointee(e.left.type)));
    return undefined;
  }
  if (a.k === 'float' || b.k === 'float') {
    const x = Number(a.v);
    const y = Number(b.v);
    const compare: Record<string, boolean> = { '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y, '==': x === y, '!=': x !== y };
    if (op in compare) return int(compare[op] ? 1n : 0n);
    const r = foldFloat(op as '+', x, y, sizeOf(e.type));
    return r === undefined ? undefined : { k: 'float', v: r };
  }
  if (e.left.type.kind === 'pointer' && (op === '+' || op === '-') && e.right.type.kind !== 'pointer')
    return int(op === '+' ? a.v + b.v * BigInt(pointee(e.left.type)) : a.v - b.v * BigInt(pointee(e.left.type)));
  const comparison = ['<', '<=', '>', '>=', '==', '!='].includes(op);
  const r = foldBinary(op as '+', a.v, b.v, comparison ? e.left.type : e.type);
  return r === undefined ? undefined : int(r);
}

/** Address of an lvalue. */
function placeOf(c: ConstantContext, e: Expr): Constant | undefined {
  const moved = (v: Constant | undefined, n: number): Constant | undefined =>
    v?.k === 'address' ? { ...v, add: v.add + n } : v?.k === 'int' ? int(v.v + BigInt(n)) : undefined;
  switch (e.kind) {
    case 'ref':
      if (e.symbol.kind === 'function') return constantOf(c, e);
      return e.symbol.scope === 'global' || e.symbol.scope === 'static' || e.symbol.linkage !== 'none'
        ? { k: 'address', target: c.staticRef(e.symbol, e.range), add: 0 }
        : undefined;
    case 'string':
      return { k: 'address', target: c.literal(e.bytes, e.unit), add: 0 };
    case 'compound-literal':
      return e.symbol.scope === 'global' || e.symbol.scope === 'static'
        ? { k: 'address', target: c.staticRef(e.symbol, e.range), add: 0 }
        : undefined;
    case 'member':
      return moved(e.arrow ? constantOf(c, e.object) : placeOf(c, e.object), e.offset);
    case 'index': {
      const i = constantOf(c, e.index);
      return i?.k === 'int' ? moved(constantOf(c, e.base), Number(BigInt.asIntN(64, i.v)) * sizeOf(e.type)) : undefined;
    }
    case 'unary':
      return e.op === '*' ? constantOf(c, e.operand) : undefined;
    case 'cast':
      return e.operand.lvalue ? placeOf(c, e.operand) : constantOf(c, e);
    default:
      return undefined;
  }
}

/** Writes an initialiser at `at` of `bytes`. `bad` is called for items that are not constant. */
export function writeInitializer(
  c: ConstantContext,
  init: Initializer,
  bytes: Uint8Array,
  at: number,
  relocations: Relocation[],
  bad: (e: Expr) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const item of init.items) {
    const place = at + item.offset;
    const e = item.value;
    if (e.kind === 'string' && item.type.kind === 'array') {
      bytes.set(e.bytes.subarray(0, Math.min(e.bytes.length, sizeOf(item.type), bytes.length - place)), place);
      continue;
    }
    let inner = e;
    while (inner.kind === 'cast' && item.type.kind === 'record') inner = inner.operand;
    if (inner.kind === 'compound-literal' && item.type.kind === 'record') {
      writeInitializer(c, inner.init, bytes, place, relocations, bad);
      continue;
    }
    const v = constantOf(c, e);
    if (!v) {
      bad(e);
      continue;
    }
    if (v.k === 'address') {
      if (sizeOf(item.type) === 8) relocations.push({ offset: place, target: v.target, add: v.add });
      else bad(e);
    } else if (item.type.kind === 'float') {
      if (item.type.size === 4) view.setFloat32(place, Number(v.v), true);
      else view.setFloat64(place, Number(v.v), true);
    } else {
      const value = v.k === 'float' ? floatToInteger(v.v, item.type) : v.v;
      writeInteger(bytes, place, shape(item.type).width, value, item.bitOffset, item.bitWidth);
    }
  }
}

function writeInteger(bytes: Uint8Array, at: number, width: number, value: bigint, bitOffset?: number, bitWidth?: number): void {
  let v = BigInt.asUintN(width * 8, value);
  if (bitWidth !== undefined) {
    const shift = BigInt(bitOffset ?? 0);
    const mask = ((1n << BigInt(bitWidth)) - 1n) << shift;
    let old = 0n;
    for (let i = width - 1; i >= 0; i--) old = (old << 8n) | BigInt(bytes[at + i]);
    v = (old & ~mask) | ((value << shift) & mask);
  }
  for (let i = 0; i < width; i++) {
    bytes[at + i] = Number(v & 255n);
    v >>= 8n;
  }
}
