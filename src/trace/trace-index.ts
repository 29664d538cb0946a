// Where in a trace a kind, a CPU or an address occurs: lists of event indices, built when somebody asks and continued when the trace has grown.
// Asking costs nothing while nobody does; a branch (events forgotten) begins it anew.
import type { Trace } from './trace.js';

const NONE: readonly number[] = [];

export class TraceIndex {
  private readonly kinds: number[][] = [];
  private readonly cpus: number[][] = [];
  private addresses = new Map<number, number[]>();
  private upTo: number;
  private generation: number;

  private constructor(private readonly trace: Trace) {
    this.upTo = trace.begin;
    this.generation = trace.generation;
  }

  private static readonly all = new WeakMap<Trace, TraceIndex>();
  static of(trace: Trace): TraceIndex {
    let index = TraceIndex.all.get(trace);
    if (!index) TraceIndex.all.set(trace, (index = new TraceIndex(trace)));
    index.update();
    return index;
  }

  /** Events of a kind, in order, including those ahead of the cursor. */
  kind(id: number): readonly number[] {
    return this.kinds[id] ?? NONE;
  }
  /** Events on a CPU: their times only grow. */
  cpu(n: number): readonly number[] {
    return this.cpus[n] ?? NONE;
  }
  /** Events that happened on this thread or have the address among their values. */
  address(a: number): readonly number[] {
    return this.addresses.get(a) ?? NONE;
  }

  private update(): void {
    const { trace } = this;
    if (this.generation !== trace.generation || this.upTo > trace.length) {
      this.kinds.length = 0;
      this.cpus.length = 0;
      this.addresses = new Map();
      this.upTo = trace.begin;
      this.generation = trace.generation;
    }
    for (let i = this.upTo; i < trace.length; i++) {
      (this.kinds[trace.kindId(i)] ??= []).push(i);
      (this.cpus[trace.cpu(i)] ??= []).push(i);
      this.add(trace.thread(i), i);
      trace.addresses(i, (a) => this.add(a, i));
    }
    this.upTo = trace.length;
  }

  private add(address: number, i: number): void {
    if (address === 0) return;
    const list = this.addresses.get(address);
    if (!list) this.addresses.set(address, [i]);
    else if (list[list.length - 1] !== i) list.push(i);
  }
}

/** Place of the first entry that is not below `value`. */
export function lowerBound(list: readonly number[], value: number): number {
  let lo = 0;
  let hi = list.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (list[mid] < value) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
