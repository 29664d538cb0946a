// Typed values read from the simulated machine: a type, where it lies (if it lies anywhere) and its bytes. The one currency of evaluation and display.

import { floatToInteger } from '../../c/constant.js';
import { sizeOf } from '../../c/layout.js';
import { INT64 } from '../../c/type-ops.js';
import type { CType } from '../../c/types.js';
import type { Addr } from '../abi.js';

/** How the session sees memory: through the address space of one thread's process. No side effects, no protection changes. */
export interface TargetMemory {
  /** Bytes at an address, or undefined when any of them is not mapped. */
  read(address: Addr, size: number): Uint8Array | undefined;
  /** False when not mapped. */
  write(address: Addr, bytes: Uint8Array): boolean;
}

export interface Value {
  readonly type: CType;
  /** Present for lvalues and for records/arrays in memory. */
  readonly address?: Addr;
  /** Bit-field inside the storage unit at `address`. */
  readonly bits?: { readonly offset: number; readonly width: number };
  /** Little-endian bytes of a scalar; undefined: memory is not readable (or an aggregate, which is read when it is opened). */
  readonly bytes?: Uint8Array;
}

/** Something the user asked for cannot be had; the message is shown as it is. */
export class EvaluationError extends Error {}

export const isScalar = (t: CType): boolean => t.kind === 'int' || t.kind === 'float' || t.kind === 'pointer' || t.kind === 'enum';
export const isSigned = (t: CType): boolean => (t.kind === 'int' ? t.signed : t.kind === 'enum');

export function bytesOf(value: bigint, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let v = BigInt.asUintN(8 * size, value);
  for (let i = 0; i < size; i++, v >>= 8n) out[i] = Number(v & 255n);
  return out;
}

export function toUnsigned(bytes: Uint8Array): bigint {
  let v = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) v = (v << 8n) | BigInt(bytes[i]);
  return v;
}

/** Value in memory at an address; scalars are read at once. */
export function load(memory: TargetMemory, type: CType, address: Addr, bits?: { offset: number; width: number }): Value {
  if (!isScalar(type)) return { type, address };
  const bytes = memory.read(address, sizeOf(type));
  return { type, address, ...(bits ? { bits } : {}), ...(bytes ? { bytes } : {}) };
}

/** Integer, enum or pointer as an exact integer with the sign of its type (pointers unsigned). */
export function asInteger(v: Value): bigint {
  if (v.type.kind === 'float') return floatToInteger(asNumber(v), INT64);
  if (v.type.kind === 'array' || v.type.kind === 'function') return BigInt.asUintN(64, BigInt(v.address ?? 0));
  if (!v.bytes) throw new EvaluationError(v.address === undefined ? 'this has no value' : `memory at ${hex64(v.address)} cannot be read`);
  let u = toUnsigned(v.bytes);
  if (v.bits) {
    u = (u >> BigInt(v.bits.offset)) & ((1n << BigInt(v.bits.width)) - 1n);
    return isSigned(v.type) ? BigInt.asIntN(v.bits.width, u) : u;
  }
  return isSigned(v.type) ? BigInt.asIntN(8 * v.bytes.length, u) : u;
}

export function asNumber(v: Value): number {
  if (v.type.kind !== 'float') return Number(asInteger(v));
  if (!v.bytes) throw new EvaluationError('this value cannot be read');
  const d = new DataView(v.bytes.buffer, v.bytes.byteOffset, v.bytes.length);
  return v.bytes.length === 4 ? d.getFloat32(0, true) : d.getFloat64(0, true);
}

export function fromInteger(type: CType, value: bigint): Value {
  if (type.kind === 'float') return fromNumber(type, Number(value));
  if (type.kind === 'int' && type.bool) return { type, bytes: bytesOf(value === 0n ? 0n : 1n, 1) };
  return { type, bytes: bytesOf(value, sizeOf(type)) };
}

export function fromNumber(type: CType, value: number): Value {
  if (type.kind !== 'float') return fromInteger(type, floatToInteger(value, type));
  const bytes = new Uint8Array(type.size);
  const d = new DataView(bytes.buffer);
  if (type.size === 4) d.setFloat32(0, value, true);
  else d.setFloat64(0, value, true);
  return { type, bytes };
}

/** Address held by a pointer value, in the machine's signed form. */
export const asAddress = (v: Value): Addr => Number(BigInt.asIntN(64, asInteger(v)));

export const hex64 = (a: Addr | bigint): string => `0x${BigInt.asUintN(64, BigInt(a)).toString(16).toUpperCase().padStart(16, '0')}`;
