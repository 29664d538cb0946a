// The rows of a trace as one stream of words in chunks: recording an event writes one place in memory and nothing is copied when the trace grows. A run has
// millions of events, and fresh memory costs more than the recording itself (its pages, and the host's garbage collection that it sets off), so a number takes one
// word where that is enough, and what most rows share is not written. The hash over the rows is computed when somebody asks for it (a report, a checkpoint), in
// one pass, not at every event (row-hash.ts).
//
// A row: kind, CPU and number of the thread; steps, as distance from the first row of its chunk; the same of the time, when it is another distance; values as words
// (word.ts). A row with a number that is none is wide (bit 31 of its first word): kind and CPU, then
// step, time, thread and values as 64-bit floating point numbers from the next pair on; a word of all ones may stand before it. Where rows begin is known of one in
// eight; from there one goes on row by row, which whoever reads many rows in their order does anyway.
import { ThreadNumbers } from './thread-numbers.js';
import { decode, encode, LARGEST, NONE } from './word.js';

/** Words of a chunk: half a MiB of addresses, of which the host commits what is written. */
const CHUNK_SHIFT = 17;
const CHUNK = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK - 1;
/** Values that one event may have at most. */
export const MAX_VALUES = 16;
/** Pairs in front of the values of a wide row. */
const HEAD = 4;
const LONGEST = 2 * (HEAD + MAX_VALUES) + 1;
/** Rows from one whose place is known to the next. */
const STRIDE_SHIFT = 3;
const STRIDE = 1 << STRIDE_SHIFT;

// First word of a narrow row.
const KIND_MASK = 0x3ff;
const CPU_SHIFT = 10;
const CPU_MASK = 0x3f;
const THREAD_SHIFT = 16;
const THREAD_MASK = 0x3fff;
const TIMED = 1 << 30;
// And of a wide one.
const WIDE = -0x80000000;
const WIDE_CPU_SHIFT = 16;
const PAD = -1;

// Numbers of a moment.
const STEP = 0;
const TIME = 1;
const THREAD = 2;

interface Chunk {
  readonly words: Int32Array;
  /** The same as pairs. */
  readonly pairs: Float64Array;
  /** Step and time of its first row. */
  readonly base: Float64Array;
  /** First word behind its rows, once another chunk follows. */
  end: number;
}

/** Rows by number; who appends puts the values into `scratch` and then calls `append`, or gives them as words. */
export class Rows {
  length = 0;
  /** Values of the event that is recorded now. */
  readonly scratch = new Float64Array(MAX_VALUES);
  private readonly chunks: Chunk[] = [];
  private end = CHUNK;
  /** Words of the chunk that the next row goes to. */
  words: Int32Array = new Int32Array(0);
  private base: Float64Array = new Float64Array(HEAD - 1);
  /** Where every eighth row begins: chunk and place. */
  private marks = new Uint32Array(1 << 10);
  private readonly threads = new ThreadNumbers(THREAD_MASK + 1);
  // The row that was read last: where the search for the next one begins.
  private seenRow = -1;
  private seenChunk = 0;
  private seenPlace = 0;

  /** `widths`: number of values by kind. */
  constructor(private readonly widths: readonly number[]) {}

  /** `now`: step, time, thread. `who`: the thread as a word, NONE when it is none. */
  append(kind: number, cpu: number, now: Float64Array, who: number): void {
    const place = this.begin(kind, cpu, now, who);
    const { words, scratch } = this;
    const count = this.widths[kind];
    let narrow = place >= 0;
    for (let i = 0; i < count && narrow; i++) {
      const word = encode(scratch[i]);
      if (word === NONE) narrow = false;
      else words[place + i] = word;
    }
    if (narrow) this.end = place + count;
    else this.appendWide(kind, cpu, now, who);
  }

  /**
   * The same for values that are words already (`encode`, `addressWord`): the row without them; who calls this writes them to `words` from the place that comes
   * back. -1: it has to be appended the other way.
   */
  beginWords(kind: number, cpu: number, now: Float64Array, who: number): number {
    const place = this.begin(kind, cpu, now, who);
    if (place < 0) this.length--;
    else this.end = place + this.widths[kind];
    return place;
  }

  /** A row up to its values, whose place comes back; who calls it sets `end`. Negative: it has to be a wide one. */
  private begin(kind: number, cpu: number, now: Float64Array, who: number): number {
    if (this.end + LONGEST > CHUNK) this.extend(now);
    const { words, end, length, base } = this;
    if ((length & (STRIDE - 1)) === 0) this.mark(end);
    this.length = length + 1;
    const steps = now[STEP] - base[STEP];
    const times = now[TIME] - base[TIME];
    const thread = this.threads.of(who);
    if (kind > KIND_MASK || cpu > CPU_MASK || thread < 0 || !(steps >= 0 && steps <= LARGEST)) return -1;
    words[end + 1] = steps;
    if (times === steps) {
      words[end] = kind | (cpu << CPU_SHIFT) | (thread << THREAD_SHIFT);
      return end + 2;
    }
    if (times !== (times | 0)) return -1;
    words[end] = kind | (cpu << CPU_SHIFT) | (thread << THREAD_SHIFT) | TIMED;
    words[end + 2] = times;
    return end + 3;
  }

  /** Makes the row that was begun a wide one. */
  private appendWide(kind: number, cpu: number, now: Float64Array, who: number): void {
    let p = this.end;
    const { words, pairs } = this.chunks[this.chunks.length - 1];
    if ((p & 1) !== 0) words[p++] = PAD;
    words[p] = kind | (cpu << WIDE_CPU_SHIFT) | WIDE;
    const at = p >> 1;
    pairs[at + 1 + STEP] = now[STEP];
    pairs[at + 1 + TIME] = now[TIME];
    pairs[at + 1 + THREAD] = who === NONE ? now[THREAD] : decode(who);
    const count = this.widths[kind];
    for (let i = 0; i < count; i++) pairs[at + HEAD + i] = this.scratch[i];
    this.end = 2 * (at + HEAD + count);
  }

  private extend(now: Float64Array): void {
    if (this.chunks.length > 0) this.chunks[this.chunks.length - 1].end = this.end;
    this.words = new Int32Array(CHUNK);
    this.base = now.slice(0, THREAD);
    this.end = 0;
    this.chunks.push({ words: this.words, pairs: new Float64Array(this.words.buffer), base: this.base, end: 0 });
  }
  private mark(end: number): void {
    const i = this.length >>> STRIDE_SHIFT;
    if (i === this.marks.length) {
      const larger = new Uint32Array(2 * i);
      larger.set(this.marks);
      this.marks = larger;
    }
    this.marks[i] = ((this.chunks.length - 1) << CHUNK_SHIFT) | end;
  }

  /** Finds a row: `seenPlace` in the chunk that comes back. */
  private find(row: number): Chunk {
    if (row !== this.seenRow) this.walk(row);
    return this.chunks[this.seenChunk];
  }
  private walk(row: number): void {
    let at = row & ~(STRIDE - 1);
    if (this.seenRow >= at && this.seenRow < row) at = this.seenRow;
    else {
      const mark = this.marks[at >>> STRIDE_SHIFT];
      this.seenChunk = mark >>> CHUNK_SHIFT;
      this.seenPlace = mark & CHUNK_MASK;
    }
    let chunk = this.chunks[this.seenChunk];
    let p = this.seenPlace;
    for (; ; at++) {
      if (this.seenChunk < this.chunks.length - 1 && p === chunk.end) {
        chunk = this.chunks[++this.seenChunk];
        p = 0;
      }
      if (chunk.words[p] === PAD) p++;
      if (at === row) break;
      const head = chunk.words[p];
      if (head < 0) p += 2 * (HEAD + this.widths[head & 0xffff]);
      else p += ((head & TIMED) !== 0 ? 3 : 2) + this.widths[head & KIND_MASK];
    }
    this.seenRow = row;
    this.seenPlace = p;
  }

  kind(row: number): number {
    const head = this.find(row).words[this.seenPlace];
    return head < 0 ? head & 0xffff : head & KIND_MASK;
  }
  cpu(row: number): number {
    const head = this.find(row).words[this.seenPlace];
    return head < 0 ? (head >>> WIDE_CPU_SHIFT) & 0x7fff : (head >>> CPU_SHIFT) & CPU_MASK;
  }
  step(row: number): number {
    const { words, pairs, base } = this.find(row);
    const p = this.seenPlace;
    return words[p] < 0 ? pairs[(p >> 1) + 1 + STEP] : base[STEP] + words[p + 1];
  }
  time(row: number): number {
    const { words, pairs, base } = this.find(row);
    const p = this.seenPlace;
    const head = words[p];
    if (head < 0) return pairs[(p >> 1) + 1 + TIME];
    return base[TIME] + words[(head & TIMED) !== 0 ? p + 2 : p + 1];
  }
  thread(row: number): number {
    const { words, pairs } = this.find(row);
    const p = this.seenPlace;
    const head = words[p];
    return head < 0 ? pairs[(p >> 1) + 1 + THREAD] : decode(this.threads.word((head >>> THREAD_SHIFT) & THREAD_MASK));
  }
  /** One of the values, from 0; no check that the kind has as many. */
  value(row: number, i: number): number {
    const { words, pairs } = this.find(row);
    const p = this.seenPlace;
    const head = words[p];
    if (head < 0) return pairs[(p >> 1) + HEAD + i];
    return decode(words[((head & TIMED) !== 0 ? p + 3 : p + 2) + i]);
  }

  /** The whole row at once, for the hash: the CPU comes back, `out` gets step, time, thread and the values. */
  read(row: number, out: Float64Array): number {
    const { words, pairs, base } = this.find(row);
    let p = this.seenPlace;
    const head = words[p];
    if (head < 0) {
      const count = HEAD - 1 + this.widths[head & 0xffff];
      for (let i = 0; i < count; i++) out[i] = pairs[(p >> 1) + 1 + i];
      return (head >>> WIDE_CPU_SHIFT) & 0x7fff;
    }
    const count = this.widths[head & KIND_MASK];
    out[STEP] = base[STEP] + words[++p];
    if ((head & TIMED) !== 0) p++;
    out[TIME] = base[TIME] + words[p++];
    out[THREAD] = decode(this.threads.word((head >>> THREAD_SHIFT) & THREAD_MASK));
    for (let i = 0; i < count; i++) out[HEAD - 1 + i] = decode(words[p + i]);
    return (head >>> CPU_SHIFT) & CPU_MASK;
  }

  truncate(length: number): void {
    if (length >= this.length) return;
    const chunk = this.find(length);
    this.end = this.seenPlace;
    this.chunks.length = this.seenChunk + 1;
    this.words = chunk.words;
    this.base = chunk.base;
    this.length = length;
    this.seenRow = -1;
  }
}
