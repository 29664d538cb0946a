// The rows of a trace as one stream of numbers in chunks: recording an event writes one place in memory, and nothing is copied when the trace grows (a run
// has millions of events; growing arrays cost more than recording did). The hash over them is computed when somebody asks for it (a report, a checkpoint),
// in one pass, not at every event.
import { Hash64 } from './hash.js';

/** A hash as two words. */
export interface Mark {
  readonly a: number;
  readonly b: number;
}

/** Numbers of a chunk: half a MiB of addresses, of which the host commits what is written. */
const CHUNK_SHIFT = 16;
const CHUNK = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK - 1;
/** Values that one event may have at most. */
export const MAX_VALUES = 16;
/** Numbers in front of the values of a row: kind and CPU (two words), steps, time, thread. */
export const ROW_HEAD = 4;
const INDEX = 1 << 12;

/** Rows by number; who appends writes the values behind the head of the row that comes next, `end + ROW_HEAD`, and then calls `append`. */
export class Rows {
  length = 0;
  /** The chunk that the next row goes to, and its place there. */
  tail: Float64Array = new Float64Array(CHUNK);
  end = 0;
  private tailWords: Uint32Array = new Uint32Array(this.tail.buffer);
  private readonly chunks: Float64Array[] = [this.tail];
  private readonly words: Uint32Array[] = [this.tailWords];
  /** Where each row begins: chunk and place. */
  private index = new Uint32Array(INDEX);

  /** Room for one more row. */
  reserve(): void {
    if (this.end + ROW_HEAD + MAX_VALUES > CHUNK) this.extend();
  }
  private extend(): void {
    this.tail = new Float64Array(CHUNK);
    this.tailWords = new Uint32Array(this.tail.buffer);
    this.chunks.push(this.tail);
    this.words.push(this.tailWords);
    this.end = 0;
  }

  append(kind: number, cpu: number, step: number, time: number, thread: number, values: number): void {
    const { tail, end, length } = this;
    this.tailWords[2 * end] = kind | (cpu << 16);
    tail[end + 1] = step;
    tail[end + 2] = time;
    tail[end + 3] = thread;
    if (length === this.index.length) this.growIndex();
    this.index[length] = ((this.chunks.length - 1) << CHUNK_SHIFT) | end;
    this.end = end + ROW_HEAD + values;
    this.length = length + 1;
  }
  private growIndex(): void {
    const larger = new Uint32Array(4 * this.index.length);
    larger.set(this.index);
    this.index = larger;
  }

  /** Numbers among which those of the row lie. */
  chunk(row: number): Float64Array {
    return this.chunks[this.index[row] >>> CHUNK_SHIFT];
  }
  /** The same as words. */
  wordsOf(row: number): Uint32Array {
    return this.words[this.index[row] >>> CHUNK_SHIFT];
  }
  /** Where the row begins in its chunk; its values lie ROW_HEAD behind. */
  place(row: number): number {
    return this.index[row] & CHUNK_MASK;
  }
  private head(row: number): number {
    return this.wordsOf(row)[2 * this.place(row)];
  }
  kind(row: number): number {
    return this.head(row) & 0xffff;
  }
  cpu(row: number): number {
    return this.head(row) >>> 16;
  }
  step(row: number): number {
    return this.chunk(row)[this.place(row) + 1];
  }
  time(row: number): number {
    return this.chunk(row)[this.place(row) + 2];
  }
  thread(row: number): number {
    return this.chunk(row)[this.place(row) + 3];
  }

  truncate(length: number): void {
    if (length >= this.length) return;
    const chunk = this.index[length] >>> CHUNK_SHIFT;
    this.end = this.place(length);
    this.chunks.length = this.words.length = chunk + 1;
    this.tail = this.chunks[chunk];
    this.tailWords = this.words[chunk];
    this.length = length;
  }
}

/** What the hash takes from a kind and from a text instead of numbers that depend on the order of their first use. */
export interface HashSources {
  /** Hash word of the kind with this number. */
  kindHash(kind: number): number;
  /** `n`, `s` or `q` for each of its values. */
  kindTypes(kind: number): string;
  textHash(text: number): number;
}

const INTERVAL = 1024;

/** Hashes over the first n rows, for any n; remembers one every thousand rows. */
export class RowHash {
  /** Pairs: hash before row i * INTERVAL. */
  private kept: number[] = [];

  /** Hash over `lastRow` rows: the one asked for last, from which the next question usually goes on. */
  private last: Mark;
  private lastRow = 0;

  constructor(
    private readonly rows: Rows,
    private readonly sources: HashSources,
    origin: Mark,
  ) {
    this.kept.push(origin.a, origin.b);
    this.last = { a: origin.a, b: origin.b };
  }

  truncate(row: number): void {
    this.kept.length = Math.min(this.kept.length, 2 * (Math.floor(row / INTERVAL) + 1));
    if (this.lastRow > row) {
      this.lastRow = 0;
      this.last = { a: this.kept[0], b: this.kept[1] };
    }
  }

  at(row: number): Mark {
    const nearest = Math.min(Math.floor(row / INTERVAL), this.kept.length / 2 - 1);
    let from = nearest * INTERVAL;
    let mark: Mark = { a: this.kept[2 * nearest], b: this.kept[2 * nearest + 1] };
    if (this.lastRow <= row && this.lastRow >= from) {
      from = this.lastRow;
      mark = this.last;
    }
    while (from < row) {
      const to = Math.min(row, (Math.floor(from / INTERVAL) + 1) * INTERVAL);
      mark = this.over(from, to, mark);
      from = to;
      if (from % INTERVAL === 0 && this.kept.length === (2 * from) / INTERVAL) this.kept.push(mark.a, mark.b);
    }
    this.last = mark;
    this.lastRow = row;
    return mark;
  }

  private over(from: number, to: number, start: Mark): Mark {
    const { rows, sources } = this;
    const h = new Hash64(start.a, start.b);
    for (let row = from; row < to; row++) {
      const kind = rows.kind(row);
      const words = rows.wordsOf(row);
      const numbers = rows.chunk(row);
      const at = rows.place(row);
      h.word(sources.kindHash(kind));
      h.word(rows.cpu(row));
      // step, time, thread
      for (let w = 2 * (at + 1); w < 2 * (at + ROW_HEAD); w++) h.word(words[w] | 0);
      const types = sources.kindTypes(kind);
      let p = at + ROW_HEAD;
      for (let j = 0; j < types.length; j++) {
        const t = types.charCodeAt(j);
        if (t === TEXT) {
          h.word(sources.textHash(numbers[p++]));
          continue;
        }
        for (let n = t === QUAD ? 2 : 1; n > 0; n--, p++) {
          h.word(words[2 * p] | 0);
          h.word(words[2 * p + 1] | 0);
        }
      }
    }
    return { a: h.a, b: h.b };
  }
}

const TEXT = 's'.charCodeAt(0);
const QUAD = 'q'.charCodeAt(0);
