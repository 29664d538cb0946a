// A value that holds from one moment to the next: which thread a CPU runs, what a thread does, an IRQL, a number of locks held. Sorted by time, with
// running totals, so that the share of a pixel column is two binary searches however many changes lie in it.
import { lastAtMost, NumberList } from './numbers.js';

export class Series {
  private readonly starts = new NumberList();
  private readonly list = new NumberList();
  private readonly causes = new NumberList();
  private readonly totals: NumberList[];

  /** `classOf` sorts values into 0..`classes`, class 0 gets no total; default: 1 for every value above 0. */
  constructor(
    private readonly classOf: (value: number) => number = (v) => (v > 0 ? 1 : 0),
    classes = 1,
  ) {
    this.totals = Array.from({ length: classes }, () => new NumberList());
  }

  get length(): number {
    return this.starts.length;
  }
  /** The value now. */
  get last(): number {
    return this.length === 0 ? 0 : this.list.data[this.length - 1];
  }

  /** From `time` on the value is another one; `cause` is the index of the event. Clocks of CPUs differ a little: time never goes back in a series. */
  push(time: number, value: number, cause: number): void {
    const n = this.length;
    const before = n === 0 ? time : this.starts.data[n - 1];
    const start = Math.max(time, before);
    const c = n === 0 ? 0 : this.classOf(this.list.data[n - 1]);
    for (let k = 0; k < this.totals.length; k++) {
      const t = this.totals[k];
      t.push(n === 0 ? 0 : t.data[n - 1] + (c === k + 1 ? start - before : 0));
    }
    this.starts.push(start);
    this.list.push(value);
    this.causes.push(cause);
  }

  /** Index of the span that holds at a time, -1 before the first. `from`: a guess. */
  find(time: number, from = 0): number {
    return lastAtMost(this.starts.data, this.length, time, Math.max(0, from));
  }
  start(i: number): number {
    return this.starts.data[i];
  }
  /** End of a span; `now` for the one that still goes on. */
  end(i: number, now: number): number {
    return i + 1 < this.length ? this.starts.data[i + 1] : Math.max(now, this.starts.data[i]);
  }
  value(i: number): number {
    return i < 0 ? 0 : this.list.data[i];
  }
  cause(i: number): number {
    return this.causes.data[i];
  }
  /** Time spent in a class (1 or above) before `time`, which lies in span `i`. */
  total(k: number, i: number, time: number): number {
    if (i < 0) return 0;
    return this.totals[k - 1].data[i] + (this.classOf(this.list.data[i]) === k ? time - this.starts.data[i] : 0);
  }
}
