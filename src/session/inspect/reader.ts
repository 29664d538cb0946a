// Reading the stopped machine without trust: a driver may have overwritten any pointer that is followed here. What cannot be read is 0 or '', every
// list walk is bounded and says when the links are broken. Nothing here throws and nothing writes.
import type { Kernel } from '../../kernel/kernel.js';
import { LIST_ENTRY, UNICODE_STRING } from '../../kernel/layouts.gen.js';
import { type Addr, Deny, KERNEL_BASE, MEMORY_SIZE, PAGE_SHIFT } from '../../machine/abi.js';

/** More entries than a tree can show; a longer list is cut and said to be. */
const LIST_LIMIT = 50_000;
const TEXT_LIMIT = 1024;

export interface ListWalk {
  readonly entries: readonly Addr[];
  /** Why the walk ended before it was back at its head. */
  readonly problem?: string;
}

export class Reader {
  constructor(readonly kernel: Kernel) {}

  /** Offset in linear memory of a kernel address all of whose pages are mapped; -1 otherwise. */
  private offset(a: Addr, size: number): number {
    const o = a - KERNEL_BASE;
    if (!(o >= 0 && o + size <= MEMORY_SIZE)) return -1;
    const { deny } = this.kernel.mem;
    for (let p = o >>> PAGE_SHIFT; p <= (o + size - 1) >>> PAGE_SHIFT; p++) if (deny[p] & Deny.Read) return -1;
    return o;
  }
  readable(a: Addr, size: number): boolean {
    return this.offset(a, size) >= 0;
  }

  u8(a: Addr): number {
    const o = this.offset(a, 1);
    return o < 0 ? 0 : this.kernel.mem.raw.u8(o);
  }
  i8(a: Addr): number {
    return (this.u8(a) << 24) >> 24;
  }
  u16(a: Addr): number {
    const o = this.offset(a, 2);
    return o < 0 ? 0 : this.kernel.mem.raw.u16(o);
  }
  i16(a: Addr): number {
    return (this.u16(a) << 16) >> 16;
  }
  u32(a: Addr): number {
    const o = this.offset(a, 4);
    return o < 0 ? 0 : this.kernel.mem.raw.u32(o);
  }
  i32(a: Addr): number {
    return this.u32(a) | 0;
  }
  ptr(a: Addr): Addr {
    const o = this.offset(a, 8);
    return o < 0 ? 0 : this.kernel.mem.raw.ptr(o);
  }
  u64(a: Addr): bigint {
    const o = this.offset(a, 8);
    return o < 0 ? 0n : this.kernel.mem.raw.u64(o);
  }

  /** Latin-1 text up to a zero byte, at most `limit` bytes. */
  ansi(a: Addr, limit: number): string {
    let out = '';
    for (let i = 0; i < limit; i++) {
      const c = this.u8(a + i);
      if (c === 0) break;
      out += String.fromCharCode(c);
    }
    return out;
  }
  /** Text of a UNICODE_STRING. */
  unicode(a: Addr): string {
    const buffer = this.ptr(a + UNICODE_STRING.Buffer);
    const bytes = Math.min(this.u16(a + UNICODE_STRING.Length), TEXT_LIMIT) & ~1;
    if (buffer === 0 || bytes === 0) return '';
    const o = this.offset(buffer, bytes);
    return o < 0 ? '' : new TextDecoder('utf-16le').decode(this.kernel.mem.buffer.slice(o, o + bytes));
  }

  /** Entries behind a LIST_ENTRY head, as far as both links of each are right. */
  list(head: Addr, limit = LIST_LIMIT): ListWalk {
    const entries: Addr[] = [];
    if (!this.readable(head, LIST_ENTRY.sizeof)) return { entries, problem: 'corrupted list: its head cannot be read' };
    let previous = head;
    for (let at = this.ptr(head); at !== head; at = this.ptr(at)) {
      if (at === 0) return { entries, problem: previous === head ? 'corrupted list: not initialised' : broken(previous, 'is NULL') };
      if (!this.readable(at, LIST_ENTRY.sizeof)) return { entries, problem: broken(previous, 'points to memory that cannot be read') };
      if (this.ptr(at + LIST_ENTRY.Blink) !== previous)
        return { entries, problem: broken(previous, `points to ${address(at)}, whose Blink does not point back`) };
      if (entries.length >= limit) return { entries, problem: `more than ${limit} entries: the rest is not shown` };
      entries.push(at);
      previous = at;
    }
    return { entries };
  }
}

const broken = (at: Addr, what: string): string => `corrupted list: Flink of ${address(at)} ${what}`;

/** An address as kernel debuggers write it: `fffff800`01234567`. */
export function address(a: Addr | bigint): string {
  const digits = BigInt.asUintN(64, BigInt(Number.isNaN(a) ? 0 : a))
    .toString(16)
    .padStart(16, '0');
  return `${digits.slice(0, 8)}\`${digits.slice(8)}`;
}
