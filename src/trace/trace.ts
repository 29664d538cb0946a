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

/** The moment of a trace that a checkpoint keeps: enough to find it again here, or to go on from it in a fresh trace. Plain data. */
export interface TraceMark {
  /** Events before it. */
  readonly index: number;
  /** Hash over them, two words. */
  readonly a: number;
  readonly b: number;
  /** Step of the last of them and its number at that step; -1 when there is none. */
  readonly step: number;
  readonly sequence: number;
}

/** Kind with the names and types of its values: `n` number, `s` text, `q` 64-bit. */
interface Schema {
  readonly id: number;
  readonly kind: string;
  readonly names: readonly string[];
  readonly types: string;
  readonly hash: number;
}

const EMPTY = new Hash64();
const START: TraceMark = { index: 0, a: EMPTY.a, b: EMPTY.b, step: -1, sequence: -1 };

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
  /** What happened before the first event that is held here: of a trace that goes on from a checkpoint of another machine. */
  private origin: TraceMark = START;
  private readonly scratch: number[] = [];
  /** Set when a repeated run differed; the trace went on as a branch from there. */
  difference: Difference | undefined;
  /** How often events were taken away (a branch, a restore to elsewhere): who keeps something about events looks whether this is still the same. */
  cuts = 0;
  /** Called for every event that is appended (not for verified ones). */
  onEvent: ((index: number) => void) | undefined;

  constructor(public clock: TraceClock = NO_CLOCK) {}

  /** Number of events of this branch, including those ahead of the cursor and those before `begin`. */
  get length(): number {
    return this.origin.index + this.schema.length;
  }
  /** Index of the first event that is held: 0, or where a trace that was restored from a checkpoint of another machine begins. */
  get begin(): number {
    return this.origin.index;
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
      const held = index - this.origin.index;
      if (this.hashA.get(held) === h.a && this.hashB.get(held) === h.b) {
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
    this.sequences.push(this.sequenceAt(index, steps));
    for (const x of v) this.values.push(x);
    this.hashA.push(h.a);
    this.hashB.push(h.b);
    this.at++;
    this.onEvent?.(index);
    return index;
  }

  /** Moves the cursor to an index in 0..length (after the machine was restored to the state at that event). */
  seek(index: number): void {
    if (!Number.isInteger(index) || index < this.begin || index > this.length)
      throw new RangeError(`no event ${index} in a trace of ${this.begin}..${this.length}`);
    this.at = index;
  }

  /** The present moment, for a checkpoint. */
  mark(): TraceMark {
    const h = this.hashAt(this.at);
    const i = this.at - this.origin.index - 1;
    if (i < 0) return this.origin;
    return { index: this.at, a: h.a, b: h.b, step: this.steps.get(i), sequence: this.sequences.get(i) };
  }

  /**
   * After a restore of the machine: goes to that moment. When this trace went through it, the cursor moves and what lies ahead is kept to be verified;
   * otherwise (a fresh machine, or a branch that was cut off) the trace begins there, without the events before.
   */
  restore(mark: TraceMark): void {
    if (mark.index >= this.begin && mark.index <= this.length) {
      const h = this.hashAt(mark.index);
      if (h.a === mark.a && h.b === mark.b) {
        this.at = mark.index;
        return;
      }
    }
    this.cuts++;
    this.values.truncate(0);
    for (const c of this.columns()) c.truncate(0);
    this.origin = { ...mark };
    this.at = mark.index;
  }

  /** Forgets what lies ahead of the cursor: from here on things may go another way. */
  branch(): void {
    const n = this.at - this.origin.index;
    if (this.at === this.length) return;
    this.cuts++;
    this.values.truncate(this.first.get(n));
    for (const c of this.columns()) c.truncate(n);
  }
  private columns(): { truncate(length: number): void }[] {
    return [this.schema, this.cpus, this.steps, this.times, this.threads, this.first, this.sequences, this.hashA, this.hashB];
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
      cpu: this.cpu(i),
      time: this.time(i),
      thread: this.thread(i),
      data: this.data(i),
    };
  }
  // Single columns, for loops over many events.
  kind(i: number): string {
    return this.schemas[this.schema.get(this.held(i))].kind;
  }
  cpu(i: number): number {
    return this.cpus.get(this.held(i));
  }
  time(i: number): number {
    return this.times.get(this.held(i));
  }
  thread(i: number): number {
    return this.threads.get(this.held(i));
  }
  step(i: number): number {
    return this.steps.get(this.held(i));
  }
  position(i: number): Position {
    const held = this.held(i);
    return { step: this.steps.get(held), sequence: this.sequences.get(held) };
  }
  positionText(i: number): string {
    return formatPosition(this.position(i));
  }
  /** One value by name, undefined when the event has none of that name. */
  value(i: number, name: string): number | bigint | string | undefined {
    return this.data(i)[name];
  }

  data(i: number): EventData {
    const held = this.held(i);
    const s = this.schemas[this.schema.get(held)];
    const out: Record<string, number | bigint | string> = {};
    let p = this.first.get(held);
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
    return { step, sequence: this.sequenceAt(this.at, step) };
  }

  /** Index of the first event at or after a position (length when there is none). */
  indexAt(p: Position): number {
    let lo = 0;
    let hi = this.schema.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      const s = this.steps.get(mid);
      if (s < p.step || (s === p.step && this.sequences.get(mid) < p.sequence)) lo = mid + 1;
      else hi = mid;
    }
    return this.begin + lo;
  }

  /** Row of an event. Events before `begin` are not held. */
  private held(i: number): number {
    const row = i - this.origin.index;
    if (row < 0) throw new RangeError(`event ${i} is not held: this trace begins at ${this.origin.index}`);
    return row;
  }

  /** Number that an event at this index gets among those of its step. */
  private sequenceAt(index: number, step: number): number {
    const i = index - this.origin.index - 1;
    if (i < 0) return this.origin.step === step ? this.origin.sequence + 1 : 0;
    return this.steps.get(i) === step ? this.sequences.get(i) + 1 : 0;
  }

  private hashAt(index: number): Hash64 {
    const i = index - this.origin.index - 1;
    return i < 0 ? new Hash64(this.origin.a, this.origin.b) : new Hash64(this.hashA.get(i), this.hashB.get(i));
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
