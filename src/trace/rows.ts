// The rows of a trace as one stream of words in chunks: recording an event writes one place in memory and nothing is copied when the trace grows. A run has
// millions of events, and fresh memory costs more than the recording itself, so a number takes one word where that is enough. The hash over the rows is
// computed when somebody asks for it (a report, a checkpoint), in one pass, not at every event (row-hash.ts).
//
// A row: kind and CPU; steps and time, as distance from the first row of its chunk; thread; values. A number of 31 bits is itself, a kernel address its offset
// with bit 31, -1 all ones. A row with any other number is wide (bit 31 of its first word): the same as 64-bit floating point numbers, from the next pair on.
import { KERNEL_BASE } from '../machine/abi.js';

/** Words of a chunk: half a MiB of addresses, of which the host commits what is written. */
const CHUNK_SHIFT = 17;
const CHUNK = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK - 1;
/** Values that one event may have at most. */
export const MAX_VALUES = 16;
/** Words, or pairs in a wide row, in front of the values. */
const HEAD = 4;
const LONGEST = 2 * (HEAD + MAX_VALUES) + 1;
const WIDE = 0x80000000;
const ADDRESS = 0x80000000;
const MINUS_ONE = 0xffffffff;
const LARGEST = 0x7fffffff;
const INDEX = 1 << 12;
// Numbers of a moment.
const STEP = 0;
const TIME = 1;
const THREAD = 2;

/** The number as one word, negative when it needs more. */
function encode(v: number): number {
  if (v >= 0) return v <= LARGEST && v === (v | 0) ? v : -1;
  if (v === -1) return MINUS_ONE;
  const offset = v - KERNEL_BASE;
  return offset >= 0 && offset < LARGEST && offset === (offset | 0) ? offset + ADDRESS : -1;
}
const decode = (word: number): number => (word <= LARGEST ? word : word === MINUS_ONE ? -1 : KERNEL_BASE + (word - ADDRESS));
/** Word of a kernel address by its offset; 0 for none. */
export const addressWord = (offset: number): number => (offset === 0 ? 0 : offset | ADDRESS);

interface Chunk {
  readonly words: Uint32Array;
  /** The same as pairs. */
  readonly pairs: Float64Array;
  /** Step, time and thread of its first row. */
  readonly base: Float64Array;
}

/** Rows by number; who appends puts the values into `scratch` and then calls `append`, or gives them as words. */
export class Rows {
  length = 0;
  /** Values of the event that is recorded now. */
  readonly scratch = new Float64Array(MAX_VALUES);
  private readonly chunks: Chunk[] = [];
  private end = CHUNK;
  /** Words of the chunk that the next row goes to. */
  words: Uint32Array = new Uint32Array(0);
  private base: Float64Array = new Float64Array(HEAD - 1);
  /** Where each row begins: chunk and place. */
  private index = new Uint32Array(INDEX);

  /** `now`: step, time, thread. */
  append(kind: number, cpu: number, now: Float64Array, count: number): void {
    const p = this.begin(kind, cpu, now);
    const { words, scratch } = this;
    let narrow = p >= 0;
    for (let i = 0; i < count && narrow; i++) {
      const word = encode(scratch[i]);
      if (word < 0) narrow = false;
      else words[p + HEAD + i] = word;
    }
    if (narrow) this.end = p + HEAD + count;
    else this.appendWide(kind, cpu, now, count);
  }

  /**
   * The same for values that are words already (`encode`, `addressWord`): the row without them; who calls this writes them to `words` from the place that comes
   * back. -1: it has to be appended the other way.
   */
  beginWords(kind: number, cpu: number, now: Float64Array, count: number): number {
    const p = this.begin(kind, cpu, now);
    if (p < 0) {
      this.length--;
      return -1;
    }
    this.end = p + HEAD + count;
    return p + HEAD;
  }

  /** A row without values; who calls it sets `end`. Negative: it has to be a wide one. */
  private begin(kind: number, cpu: number, now: Float64Array): number {
    if (this.end + LONGEST > CHUNK) this.extend(now);
    const { words, end, length, base } = this;
    if (length === this.index.length) this.growIndex();
    this.index[length] = ((this.chunks.length - 1) << CHUNK_SHIFT) | end;
    this.length = length + 1;
    const steps = now[STEP] - base[STEP];
    const times = now[TIME] - base[TIME];
    const who = encode(now[THREAD]);
    if (who < 0 || steps < 0 || steps > MINUS_ONE || times !== (times | 0)) return -1;
    words[end] = kind | (cpu << 16);
    words[end + 1] = steps;
    words[end + 2] = times;
    words[end + 3] = who;
    return end;
  }

  /** Makes the row that was begun a wide one. */
  private appendWide(kind: number, cpu: number, now: Float64Array, count: number): void {
    const p = this.end + (this.end & 1);
    const { words, pairs } = this.chunks[this.chunks.length - 1];
    this.index[this.length - 1] = ((this.chunks.length - 1) << CHUNK_SHIFT) | p;
    words[p] = kind | (cpu << 16) | WIDE;
    const at = p >> 1;
    for (let i = 0; i < HEAD - 1; i++) pairs[at + 1 + i] = now[i];
    for (let i = 0; i < count; i++) pairs[at + HEAD + i] = this.scratch[i];
    this.end = 2 * (at + HEAD + count);
  }

  private extend(now: Float64Array): void {
    this.words = new Uint32Array(CHUNK);
    this.base = now.slice();
    this.end = 0;
    this.chunks.push({ words: this.words, pairs: new Float64Array(this.words.buffer), base: this.base });
  }
  private growIndex(): void {
    const larger = new Uint32Array(4 * this.index.length);
    larger.set(this.index);
    this.index = larger;
  }

  private chunk(row: number): Chunk {
    return this.chunks[this.index[row] >>> CHUNK_SHIFT];
  }
  private place(row: number): number {
    return this.index[row] & CHUNK_MASK;
  }
  kind(row: number): number {
    return this.chunk(row).words[this.place(row)] & 0xffff;
  }
  cpu(row: number): number {
    return (this.chunk(row).words[this.place(row)] >>> 16) & 0x7fff;
  }
  step(row: number): number {
    const { words, pairs, base } = this.chunk(row);
    const p = this.place(row);
    return words[p] >= WIDE ? pairs[(p >> 1) + 1] : base[STEP] + words[p + 1];
  }
  time(row: number): number {
    const { words, pairs, base } = this.chunk(row);
    const p = this.place(row);
    return words[p] >= WIDE ? pairs[(p >> 1) + 2] : base[TIME] + (words[p + 2] | 0);
  }
  thread(row: number): number {
    return this.value(row, -1);
  }
  /** One of the values, from 0; no check that the kind has as many. */
  value(row: number, i: number): number {
    const { words, pairs } = this.chunk(row);
    const p = this.place(row);
    return words[p] >= WIDE ? pairs[(p >> 1) + HEAD + i] : decode(words[p + HEAD + i]);
  }

  /** The whole row at once, for the hash: kind and CPU come back, `out` gets step, time, thread and the values, as many as fit. */
  read(row: number, out: Float64Array, count: number): number {
    const { words, pairs, base } = this.chunk(row);
    const p = this.place(row);
    const head = words[p];
    if (head >= WIDE) {
      for (let i = 0; i < HEAD - 1 + count; i++) out[i] = pairs[(p >> 1) + 1 + i];
      return head - WIDE;
    }
    out[STEP] = base[STEP] + words[p + 1];
    out[TIME] = base[TIME] + (words[p + 2] | 0);
    for (let i = THREAD; i < HEAD - 1 + count; i++) out[i] = decode(words[p + 1 + i]);
    return head;
  }

  truncate(length: number): void {
    if (length >= this.length) return;
    const last = this.index[length] >>> CHUNK_SHIFT;
    this.end = this.place(length);
    this.chunks.length = last + 1;
    const chunk = this.chunks[last];
    this.words = chunk.words;
    this.base = chunk.base;
    this.length = length;
  }
}
