// The hash over the rows of a trace, for any number of them: computed when it is asked for, in one pass, with one remembered every thousand rows.
import { Hash64 } from './hash.js';
import { MAX_VALUES, type Rows } from './rows.js';

/** A hash as two words. */
export interface Mark {
  readonly a: number;
  readonly b: number;
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
      const types = sources.kindTypes(kind);
      const cpu = rows.read(row, NUMBERS);
      h.word(sources.kindHash(kind));
      h.word(cpu);
      for (let w = 0; w < 2 * MOMENT; w++) h.word(WORDS[w]);
      let w = 2 * MOMENT;
      for (let j = 0; j < types.length; j++) {
        const t = types.charCodeAt(j);
        if (t === TEXT) h.word(sources.textHash(NUMBERS[w >> 1]));
        else {
          h.word(WORDS[w]);
          h.word(WORDS[w + 1]);
          if (t === QUAD) {
            w += 2;
            h.word(WORDS[w]);
            h.word(WORDS[w + 1]);
          }
        }
        w += 2;
      }
    }
    return { a: h.a, b: h.b };
  }
}

/** Step, time and thread of a row. */
const MOMENT = 3;
/** A row, as numbers and as the words that they are in memory. */
const NUMBERS = new Float64Array(MOMENT + MAX_VALUES);
const WORDS = new Int32Array(NUMBERS.buffer);
const TEXT = 's'.charCodeAt(0);
const QUAD = 'q'.charCodeAt(0);
