// The rows of a trace as growing typed arrays, and the hash over them. All columns grow together, so that recording an event tests one length; the hash
// is computed when somebody asks for it (a report, a checkpoint), in one pass over the arrays, not at every event.
import { Hash64 } from './hash.js';

/** A hash as two words. */
export interface Mark {
  readonly a: number;
  readonly b: number;
}

/** First size: a launch should not wait for megabytes of zeros. From there to GROWN in one leap: copying to a larger array costs much, most runs never grow twice. */
const ROWS = 1 << 12;
const GROWN = 1 << 19;
/** Values that one event may have at most. */
export const MAX_VALUES = 16;

/** A row: kind and CPU, steps, time, thread, and where its values begin. */
export class Rows {
  length = 0;
  valueCount = 0;
  /** kind | cpu << 16 */
  head = new Uint32Array(0);
  step = new Float64Array(0);
  time = new Float64Array(0);
  thread = new Float64Array(0);
  first = new Uint32Array(0);
  value = new Float64Array(0);

  /** Room for one more row. */
  reserve(): void {
    if (this.length < this.head.length && this.valueCount + MAX_VALUES <= this.value.length) return;
    this.grow();
  }
  private grow(): void {
    if (this.length === this.head.length) {
      const n = next(this.length);
      this.head = larger(this.head, new Uint32Array(n));
      this.step = larger(this.step, new Float64Array(n));
      this.time = larger(this.time, new Float64Array(n));
      this.thread = larger(this.thread, new Float64Array(n));
      this.first = larger(this.first, new Uint32Array(n));
    }
    if (this.valueCount + MAX_VALUES > this.value.length)
      this.value = larger(this.value, new Float64Array(4 * next(this.value.length / 4)));
  }

  kind(row: number): number {
    return this.head[row] & 0xffff;
  }
  cpu(row: number): number {
    return this.head[row] >>> 16;
  }

  truncate(length: number): void {
    if (length >= this.length) return;
    this.valueCount = this.first[length];
    this.length = length;
  }
}

const next = (n: number): number => (n === 0 ? ROWS : Math.max(GROWN, n * 2));

function larger<T extends Uint32Array | Float64Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
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
    const steps = words(rows.step);
    const times = words(rows.time);
    const threads = words(rows.thread);
    const values = words(rows.value);
    const h = new Hash64(start.a, start.b);
    for (let row = from; row < to; row++) {
      const kind = rows.kind(row);
      h.word(sources.kindHash(kind));
      h.word(rows.cpu(row));
      h.word(steps[2 * row]);
      h.word(steps[2 * row + 1]);
      h.word(times[2 * row]);
      h.word(times[2 * row + 1]);
      h.word(threads[2 * row]);
      h.word(threads[2 * row + 1]);
      const types = sources.kindTypes(kind);
      let p = rows.first[row];
      for (let j = 0; j < types.length; j++) {
        const t = types.charCodeAt(j);
        if (t === TEXT) {
          h.word(sources.textHash(rows.value[p++]));
          continue;
        }
        for (let n = t === QUAD ? 2 : 1; n > 0; n--, p++) {
          h.word(values[2 * p]);
          h.word(values[2 * p + 1]);
        }
      }
    }
    return { a: h.a, b: h.b };
  }
}

const TEXT = 's'.charCodeAt(0);
const QUAD = 'q'.charCodeAt(0);
const words = (numbers: Float64Array): Int32Array => new Int32Array(numbers.buffer);
