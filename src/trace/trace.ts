// The trace: every event of a run with its position, append-only per branch. Going back (`seek`) moves a cursor; running forward again from there
// does not append but verifies, event by event, that the same happens (this is where lost determinism shows); `branch` cuts off the future,
// after the user changed something. Stored as columns of numbers, because a run has millions of events and the scheduler panel scrolls through them.
import { NO_CLOCK, type TraceClock } from './clock.js';
import { Column, TextTable } from './column.js';
import { Hash64 } from './hash.js';
import { formatPosition, type Position } from './position.js';

/** Values of an event: numbers (also simulated addresses), exact 64-bit values, texts. */
export type EventData = Readonly<Record<string, number | bigint | string>>;

export interface TraceEvent {
  readonly index: number;
  readonly position: Position;
  /** `room.what`, such as `ke.switch`. */
  readonly kind: string;
  readonly cpu: number;
  /** Virtual time of that CPU in steps. */
  readonly time: number;
  readonly thread: number;
  readonly data: EventData;
}

/** The first event that was not the same when the run was repeated. */
export interface Difference {
  readonly index: number;
  readonly expected: TraceEvent;
  readonly actual: Omit<TraceEvent, 'index' | 'position'> & { readonly step: number };
}

/** Kind with the names and types of its values: `n` number, `s` text, `q` 64-bit. */
interface Schema {
  readonly id: number;
  readonly kind: string;
  readonly names: readonly string[];
  readonly types: string;
  readonly hash: number;
}

export class Trace {
  private readonly schemas: Schema[] = [];
  private readonly byKind = new Map<string, Schema[]>();
  private readonly texts = new TextTable();
  private readonly schema = new Column(new Uint16Array(1024));
  private readonly cpus = new Column(new Uint8Array(1024));
  private readonly steps = new Column(new Float64Array(1024));
  private readonly times = new Column(new Float64Array(1024));
  private readonly threads = new Column(new Float64Array(1024));
  private readonly first = new Column(new Uint32Array(1024));
  private readonly sequences = new Column(new Uint32Array(1024));
  private readonly values = new Column(new Float64Array(4096));
  /** Hash over all events up to and including this one. */
  private readonly hashA = new Column(new Int32Array(1024));
  private readonly hashB = new Column(new Int32Array(1024));
  private at = 0;
  private readonly scratch: number[] = [];
  /** Set when a repeated run differed; the trace went on as a branch from there. */
  difference: Difference | undefined;
  /** Called for every event that is appended (not for verified ones). */
  onEvent: ((index: number) => void) | undefined;

  constructor(public clock: TraceClock = NO_CLOCK) {}

  /** Number of events of this branch, including those ahead of the cursor. */
  get length(): number {
    return this.schema.length;
  }
  /** Events that have happened: the next one gets this index. Part of a checkpoint (give it to `seek` after a restore). */
  get cursor(): number {
    return this.at;
  }
  /** The cursor is behind the end: events are being verified. */
  get inPast(): boolean {
    return this.at < this.length;
  }

  /** Records what happens now, or verifies that it is what happened here before. The order of the properties counts. Returns the event's index. */
  event(kind: string, data: EventData = {}): number {
    const { steps, time, cpu, thread } = this.clock;
    const s = this.schemaOf(kind, data);
    const v = this.scratch;
    v.length = 0;
    const h = this.hashAt(this.at);
    h.word(s.hash);
    h.word(cpu);
    h.number(steps);
    h.number(time);
    h.number(thread);
    for (let i = 0; i < s.names.length; i++) {
      const x = data[s.names[i]];
      if (typeof x === 'string') {
        v.push(this.texts.intern(x));
        h.text(x);
      } else if (typeof x === 'bigint') {
        const lo = Number(BigInt.asUintN(32, x));
        const hi = Number(BigInt.asUintN(32, x >> 32n));
        v.push(lo, hi);
        h.word(lo);
        h.word(hi);
      } else {
        v.push(x);
        h.number(x);
      }
    }
    const index = this.at;
    if (index < this.length) {
      if (this.hashA.get(index) === h.a && this.hashB.get(index) === h.b) {
        this.at++;
        return index;
      }
      this.difference ??= { index, expected: this.get(index), actual: { kind, cpu, time, thread, data: { ...data }, step: steps } };
      this.branch();
    }
    this.schema.push(s.id);
    this.cpus.push(cpu);
    this.steps.push(steps);
    this.times.push(time);
    this.threads.push(thread);
    this.first.push(this.values.length);
    this.sequences.push(index > 0 && this.steps.get(index - 1) === steps ? this.sequences.get(index - 1) + 1 : 0);
    for (const x of v) this.values.push(x);
    this.hashA.push(h.a);
    this.hashB.push(h.b);
    this.at++;
    this.onEvent?.(index);
    return index;
  }

  /** Moves the cursor to an index in 0..length (after the machine was restored to the state at that event). */
  seek(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index > this.length)
      throw new RangeError(`no event ${index} in a trace of ${this.length}`);
    this.at = index;
  }

  /** Forgets what lies ahead of the cursor: from here on things may go another way. */
  branch(): void {
    const n = this.at;
    if (n === this.length) return;
    this.values.truncate(this.first.get(n));
    for (const c of [this.schema, this.cpus, this.steps, this.times, this.threads, this.first, this.sequences, this.hashA, this.hashB])
      c.truncate(n);
  }

  /** Hash over the events before the cursor (or before `index`): 16 hexadecimal digits. */
  hash(index = this.at): string {
    return this.hashAt(index).digest();
  }

  get(i: number): TraceEvent {
    return {
      index: i,
      position: this.position(i),
      kind: this.kind(i),
      cpu: this.cpus.get(i),
      time: this.times.get(i),
      thread: this.threads.get(i),
      data: this.data(i),
    };
  }
  // Single columns, for loops over many events.
  kind(i: number): string {
    return this.schemas[this.schema.get(i)].kind;
  }
  cpu(i: number): number {
    return this.cpus.get(i);
  }
  time(i: number): number {
    return this.times.get(i);
  }
  thread(i: number): number {
    return this.threads.get(i);
  }
  step(i: number): number {
    return this.steps.get(i);
  }
  position(i: number): Position {
    return { step: this.steps.get(i), sequence: this.sequences.get(i) };
  }
  positionText(i: number): string {
    return formatPosition(this.position(i));
  }
  /** One value by name, undefined when the event has none of that name. */
  value(i: number, name: string): number | bigint | string | undefined {
    return this.data(i)[name];
  }

  data(i: number): EventData {
    const s = this.schemas[this.schema.get(i)];
    const out: Record<string, number | bigint | string> = {};
    let p = this.first.get(i);
    for (let j = 0; j < s.names.length; j++) {
      const v = this.values.get(p++);
      if (s.types[j] === 'n') out[s.names[j]] = v;
      else if (s.types[j] === 's') out[s.names[j]] = this.texts.get(v);
      else out[s.names[j]] = (BigInt(this.values.get(p++)) << 32n) | BigInt(v);
    }
    return out;
  }

  /** Position of "now": after all events at the present step. */
  now(): Position {
    const step = this.clock.steps;
    const last = this.at - 1;
    return { step, sequence: last >= 0 && this.steps.get(last) === step ? this.sequences.get(last) + 1 : 0 };
  }

  /** Index of the first event at or after a position (length when there is none). */
  indexAt(p: Position): number {
    let lo = 0;
    let hi = this.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      const s = this.steps.get(mid);
      if (s < p.step || (s === p.step && this.sequences.get(mid) < p.sequence)) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  private hashAt(index: number): Hash64 {
    return index > 0 ? new Hash64(this.hashA.get(index - 1), this.hashB.get(index - 1)) : new Hash64();
  }

  private schemaOf(kind: string, data: EventData): Schema {
    let list = this.byKind.get(kind);
    if (!list) this.byKind.set(kind, (list = []));
    for (const s of list) if (matches(s, data)) return s;
    const names = Object.keys(data);
    const types = names.map((n) => (typeof data[n] === 'string' ? 's' : typeof data[n] === 'bigint' ? 'q' : 'n')).join('');
    const h = new Hash64();
    h.text(kind);
    for (const n of names) h.text(n);
    h.text(types);
    const s: Schema = { id: this.schemas.length, kind, names, types, hash: h.a };
    this.schemas.push(s);
    list.push(s);
    return s;
  }
}

function matches(s: Schema, data: EventData): boolean {
  const names = Object.keys(data); // insertion order, fixed by the language
  if (names.length !== s.names.length) return false;
  for (let i = 0; i < names.length; i++) {
    const x = data[names[i]];
    const type = typeof x === 'string' ? 's' : typeof x === 'bigint' ? 'q' : 'n';
    if (s.names[i] !== names[i] || s.types[i] !== type) return false;
  }
  return true;
}
