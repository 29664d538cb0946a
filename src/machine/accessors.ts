// Typed reads and writes of simulated memory, written once over one question: "at which offset does this access land?".
// The three answers (trusted address, checked address, raw offset) are subclasses, so that no accessor exists twice.
// Every write marks its pages dirty: without that a checkpoint would miss them.
import { type Addr, DIRTY_TABLE, HOST_END, PAGE_SHIFT } from './abi.js';

const TWO32 = 4294967296;

export abstract class Accessors {
  protected readonly view: DataView;
  protected readonly all: Uint8Array;

  /** Per block of 256 pages: something may be dirty in it. Never cleared; only tells where it pays to look. */
  protected readonly blocks: Uint8Array;

  constructor(buffer: ArrayBufferLike, blocks: Uint8Array) {
    this.blocks = blocks;
    this.view = new DataView(buffer, 0, HOST_END);
    this.all = new Uint8Array(buffer, 0, HOST_END);
  }

  /**
   * Offset in linear memory of an access of `size` bytes. Throws SimulatedFault when the access is not possible.
   * With `write` the pages are marked dirty.
   */
  abstract at(a: Addr, size: number, write: boolean): number;

  /** Marks the pages of [offset, offset + size) as changed since the last checkpoint. */
  protected mark(offset: number, size: number): void {
    const { all, blocks } = this;
    const last = (offset + size - 1) >>> PAGE_SHIFT;
    let p = offset >>> PAGE_SHIFT;
    do {
      all[DIRTY_TABLE + p] = 1;
      blocks[p >>> 8] = 1;
    } while (++p <= last);
  }

  u8(a: Addr): number {
    return this.all[this.at(a, 1, false)];
  }
  i8(a: Addr): number {
    return this.view.getInt8(this.at(a, 1, false));
  }
  u16(a: Addr): number {
    return this.view.getUint16(this.at(a, 2, false), true);
  }
  i16(a: Addr): number {
    return this.view.getInt16(this.at(a, 2, false), true);
  }
  u32(a: Addr): number {
    return this.view.getUint32(this.at(a, 4, false), true);
  }
  i32(a: Addr): number {
    return this.view.getInt32(this.at(a, 4, false), true);
  }
  /** 64-bit value as signed number: exact for addresses and everything within 2^53. */
  ptr(a: Addr): Addr {
    const o = this.at(a, 8, false);
    return this.view.getUint32(o, true) + this.view.getInt32(o + 4, true) * TWO32;
  }
  i64(a: Addr): bigint {
    return this.view.getBigInt64(this.at(a, 8, false), true);
  }
  u64(a: Addr): bigint {
    return this.view.getBigUint64(this.at(a, 8, false), true);
  }

  /** First offset in [from, to) of linear memory whose byte is not `value`, or `to`; four bytes at a time. */
  unequal(from: number, to: number, value: number): number {
    const { all, view } = this;
    const pattern = Math.imul(value, 0x01010101) >>> 0;
    let o = from;
    while (o < to && (o & 3) !== 0 && all[o] === value) o++;
    if ((o & 3) === 0) while (o + 4 <= to && view.getUint32(o, true) === pattern) o += 4;
    while (o < to && all[o] === value) o++;
    return o;
  }

  setU8(a: Addr, v: number): void {
    this.all[this.at(a, 1, true)] = v;
  }
  setU16(a: Addr, v: number): void {
    this.view.setUint16(this.at(a, 2, true), v, true);
  }
  setU32(a: Addr, v: number): void {
    this.view.setUint32(this.at(a, 4, true), v, true);
  }
  setI32(a: Addr, v: number): void {
    this.view.setInt32(this.at(a, 4, true), v, true);
  }
  /** Stores a number as signed 64-bit integer (addresses, sizes, counters within 2^53). */
  setPtr(a: Addr, v: Addr): void {
    const o = this.at(a, 8, true);
    this.view.setUint32(o, v >>> 0, true);
    this.view.setInt32(o + 4, Math.floor(v / TWO32), true);
  }
  setI64(a: Addr, v: bigint): void {
    this.view.setBigInt64(this.at(a, 8, true), BigInt.asIntN(64, v), true);
  }
  setU64(a: Addr, v: bigint): void {
    this.view.setBigUint64(this.at(a, 8, true), BigInt.asUintN(64, v), true);
  }

  /** Copy of `size` bytes (never a view: memory changes under a view). */
  bytes(a: Addr, size: number): Uint8Array {
    if (size <= 0) return new Uint8Array(0);
    const o = this.at(a, size, false);
    return this.all.slice(o, o + size);
  }
  setBytes(a: Addr, data: Uint8Array): void {
    if (data.length) this.all.set(data, this.at(a, data.length, true));
  }
  fill(a: Addr, size: number, value = 0): void {
    if (size <= 0) return;
    const o = this.at(a, size, true);
    this.all.fill(value, o, o + size);
  }
  /** memmove: overlapping ranges are right. The source is checked before the destination is touched. */
  copy(to: Addr, from: Addr, size: number): void {
    if (size <= 0) return;
    const s = this.at(from, size, false);
    this.all.copyWithin(this.at(to, size, true), s, s + size);
  }
  /** -1 when equal, else index of the first differing byte. */
  mismatch(a: Addr, b: Addr, size: number): number {
    if (size <= 0) return -1;
    const x = this.at(a, size, false);
    const y = this.at(b, size, false);
    for (let i = 0; i < size; i++) if (this.all[x + i] !== this.all[y + i]) return i;
    return -1;
  }

  /** UTF-16 text of `byteLength` bytes (odd byte ignored), as in a UNICODE_STRING. */
  readUtf16(a: Addr, byteLength: number): string {
    const n = byteLength >> 1;
    if (n <= 0) return '';
    const o = this.at(a, n * 2, false);
    let s = '';
    for (let i = 0; i < n; i++) s += String.fromCharCode(this.view.getUint16(o + 2 * i, true));
    return s;
  }
  /** UTF-16 text up to the terminating zero, at most `maxChars`. */
  readUtf16z(a: Addr, maxChars = 32768): string {
    let s = '';
    for (let i = 0; i < maxChars; i++) {
      const c = this.u16(a + 2 * i);
      if (c === 0) break;
      s += String.fromCharCode(c);
    }
    return s;
  }
  /** 8-bit text: each byte one character (Latin-1; the ANSI code page of the simulated Windows). */
  readAnsi(a: Addr, length: number): string {
    if (length <= 0) return '';
    const o = this.at(a, length, false);
    let s = '';
    for (let i = 0; i < length; i++) s += String.fromCharCode(this.all[o + i]);
    return s;
  }
  readAnsiz(a: Addr, maxChars = 65536): string {
    let s = '';
    for (let i = 0; i < maxChars; i++) {
      const c = this.u8(a + i);
      if (c === 0) break;
      s += String.fromCharCode(c);
    }
    return s;
  }
  /** Writes the UTF-16 units without terminator; returns the number of bytes. */
  writeUtf16(a: Addr, text: string, terminate = false): number {
    const size = 2 * text.length + (terminate ? 2 : 0);
    if (size === 0) return 0;
    const o = this.at(a, size, true);
    for (let i = 0; i < text.length; i++) this.view.setUint16(o + 2 * i, text.charCodeAt(i), true);
    if (terminate) this.view.setUint16(o + 2 * text.length, 0, true);
    return 2 * text.length;
  }
  /** Writes one byte a character (characters above 0xFF become '?'); returns the number of characters. */
  writeAnsi(a: Addr, text: string, terminate = false): number {
    const size = text.length + (terminate ? 1 : 0);
    if (size === 0) return 0;
    const o = this.at(a, size, true);
    for (let i = 0; i < text.length; i++) this.all[o + i] = text.charCodeAt(i) < 256 ? text.charCodeAt(i) : 63;
    if (terminate) this.all[o + text.length] = 0;
    return text.length;
  }
}
