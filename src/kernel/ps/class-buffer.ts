// Buffers of the information classes of processes and threads: how a class answers, and the little-endian packing of fixed structures.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';

/** Bytes of a fixed structure, a string (UNICODE_STRING and its characters in the same buffer), or the status that refuses. */
export type Answer = { readonly bytes: Uint8Array } | { readonly text: string } | { readonly status: number };

/** What a reader may want to know about the call. */
export interface ClassCall {
  /** Handle as given: some classes want the pseudo handle of the caller. */
  readonly handle: Addr;
  /** Bytes of the caller's buffer. */
  readonly length: number;
  /** Address of the caller's buffer, for structures with pointers into themselves. */
  readonly buffer: Addr;
}

export interface QueryClass {
  /** Lengths that are right; `text`: as long as the string needs; `any`: as long as the answer. */
  readonly size: number | readonly number[] | 'text' | 'any';
  /** QUERY_LIMITED_INFORMATION is enough; else QUERY_INFORMATION (U: which classes). */
  readonly limited?: boolean;
  /** Alignment that user-mode buffers need; default that of a ULONG. */
  readonly alignment?: number;
  readonly read: (k: Kernel, body: Addr, call: ClassCall) => Answer;
}

/** Little-endian structure from [offset, size, value] triples. */
export function pack(size: number, fields: readonly (readonly [number, number, number | bigint])[]): { readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [at, width, value] of fields) {
    if (width === 8) view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
    else if (width === 4) view.setUint32(at, Number(value) >>> 0, true);
    else if (width === 2) view.setUint16(at, Number(value), true);
    else view.setUint8(at, Number(value) & 0xff);
  }
  return { bytes };
}

export const answer32 = (value: number): Answer => pack(4, [[0, 4, value]]);
export const answer64 = (value: number | bigint): Answer => pack(8, [[0, 8, value]]);

/** Virtual time in 100 ns of a number of steps. */
export const stepsToTime = (k: Kernel, steps: number | bigint): bigint => (BigInt(steps) * BigInt(k.config.stepNs)) / 100n;
