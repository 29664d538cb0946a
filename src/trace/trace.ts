// The trace: every event of a run with its position, append-only per branch. Going back (`seek`) moves a cursor; running forward again from there
// does not append but verifies, event by event, that the same happens (this is where lost determinism shows); `branch` cuts off the future,
// after the user changed something. Stored as rows of numbers, because a run has millions of events and the scheduler panel scrolls through them.
import { NO_CLOCK, type TraceClock } from './clock.js';
import type { Difference, EventData, TraceEvent, TraceMark } from './event.js';
import { Hash64 } from './hash.js';
import { isAddressMeaning, type KindInfo, WORDS } from './kinds.js';
import { formatPosition, type Position } from './position.js';
import { type HashSources, RowHash } from './row-hash.js';
import { Rows } from './rows.js';
import { makeSchema, matches, QUAD, type Schema, slotOf, TEXT } from './schema.js';
import { TextTable } from './texts.js';
import { encode } from './word.js';

export type { Difference, EventData, TraceEvent, TraceMark } from './event.js';

const NOTHING: EventData = {};
const EMPTY = new Hash64();
const START: TraceMark = { index: 0, a: EMPTY.a, b: EMPTY.b, step: -1, sequence: -1 };

/** Kinds whose values are known beforehand: names in order, and what each is (src/trace/kinds.ts). */
export type Catalogue = Readonly<Record<string, KindInfo>>;

/** Number of the kind and its values, which are others after the call. */
export type Watcher = (kind: number, values: ArrayLike<number>) => void;
/** Kinds are a byte of a table; the catalogue has some 200. */
const MOST_KINDS = 1 << 12;

export class Trace {
  private readonly schemas: Schema[] = [];
  private readonly byKind = new Map<string, Schema[]>();
  /** Number of values by kind; those of 64 bits are two. */
  private readonly counts: number[] = [];
  private readonly texts = new TextTable();
  private readonly rows = new Rows(this.counts);
  private hashes: RowHash;
  private at = 0;
  /** Of a clock that has its numbers in no array. */
  private readonly numbers = new Float64Array(3);
  /** What happened before the first event that is held here: of a trace that goes on from a checkpoint of another machine. */
  private origin: TraceMark = START;
  private readonly hashSources: HashSources = {
    kindHash: (i) => this.schemas[i].hash,
    kindTypes: (i) => this.schemas[i].types,
    textHash: (i) => this.texts.hash(i),
  };
  /**
   * False: `event` does nothing, and neither cursor nor hash move. For runs of which only the state counts (exploration of many orders); a report needs the events.
   * Set it before the run begins.
   */
  recording = true;
  /** Set when a repeated run differed; the trace went on as a branch from there. */
  difference: Difference | undefined;
  /** Called for every event that is appended (not for verified ones). */
  onEvent: ((index: number) => void) | undefined;
  /** Who looks at which kinds, by number of the kind; 0 in `watched`: nobody. */
  private readonly watchers: { readonly kinds: ReadonlySet<number>; readonly see: Watcher }[] = [];
  private readonly watched = new Uint8Array(MOST_KINDS);
  /** Counts up whenever events that were held are forgotten: what an index over the trace knows is stale then. */
  generation = 0;

  constructor(
    public clock: TraceClock = NO_CLOCK,
    catalogue: Catalogue = {},
  ) {
    this.hashes = new RowHash(this.rows, this.hashSources, START);
    for (const w of WORDS) this.texts.intern(w);
    for (const [kind, info] of Object.entries(catalogue)) {
      const names = Object.keys(info.values);
      const types = names.map((n) => (info.values[n] === 'text' ? 's' : info.values[n] === 'quad' ? 'q' : 'n')).join('');
      this.addSchema(kind, names, types, true, (n) => isAddressMeaning(info.values[n]));
    }
  }

  /** `see` is told of every event of these kinds, appended or verified. It must record nothing itself. */
  watch(kinds: Iterable<number>, see: Watcher): void {
    const set = new Set(kinds);
    this.watchers.push({ kinds: set, see });
    for (const kind of set) this.watched[kind] = 1;
  }
  private tell(kind: number): void {
    for (const w of this.watchers) if (w.kinds.has(kind)) w.see(kind, this.rows.scratch);
  }

  /** Number of events of this branch, including those ahead of the cursor and those before `begin`. */
  get length(): number {
    return this.origin.index + this.rows.length;
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

  /**
   * Records what happens now, or verifies that it is what happened here before. Values of a kind of the catalogue are taken in its order; those of others in
   * the order of the properties.
   */
  event(kind: string, data: EventData = NOTHING): void {
    if (!this.recording) return;
    const list = this.byKind.get(kind);
    const s = list?.[0].known ? list[0] : this.schemaOf(kind, data);
    const { names, types } = s;
    const value = this.rows.scratch;
    let p = 0;
    for (let i = 0; i < names.length; i++) {
      const x = data[names[i]];
      if (types.charCodeAt(i) === QUAD) {
        const big = BigInt(x);
        value[p++] = Number(BigInt.asUintN(32, big));
        value[p++] = Number(BigInt.asUintN(32, big >> 32n));
      } else value[p++] = typeof x === 'string' ? this.texts.intern(x) : Number(x) + 0;
    }
    this.commit(s.id);
  }

  /**
   * The same for what happens all the time, without an object and a look-up: `kind` is a number from KIND_ID, the values are in the catalogue's order, texts by
   * their number (WORD, or `text`). No 64-bit values.
   */
  note(kind: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0): void {
    if (!this.recording) return;
    const value = this.rows.scratch;
    value[0] = a;
    value[1] = b;
    value[2] = c;
    value[3] = d;
    value[4] = e;
    value[5] = f;
    value[6] = g;
    value[7] = h;
    this.commit(kind);
  }
  /**
   * The same for what happens at every wait and switch, in two parts, so that nothing is boxed: the event is recorded, and the caller writes its values as words
   * (word.ts) to `words` from the place that comes back. -1: `note` has to be used, which also knows when nothing is recorded.
   */
  reserve(kind: number): number {
    const { rows, clock } = this;
    if (!this.recording || this.watched[kind] !== 0 || this.at - this.origin.index < rows.length || this.onEvent !== undefined) return -1;
    if (clock.sync !== undefined) clock.sync();
    const place = rows.beginWords(kind, clock.cpu, clock.now ?? this.moment(), clock.who ?? encode(clock.thread));
    if (place >= 0) this.at++;
    return place;
  }
  get words(): Int32Array {
    return this.rows.words;
  }
  /** Number of a text for `note`. */
  text(s: string): number {
    return this.texts.intern(s);
  }

  /** The values of the event are in the scratch: makes them a row, or compares them with the one that is there. */
  private commit(kind: number): void {
    const { rows, clock } = this;
    if (this.watched[kind] !== 0) this.tell(kind);
    if (clock.sync !== undefined) clock.sync();
    if (this.at - this.origin.index < rows.length) {
      this.verify(kind);
      return;
    }
    rows.append(kind, clock.cpu, clock.now ?? this.moment(), clock.who ?? encode(clock.thread));
    const index = this.at++;
    if (this.onEvent !== undefined) this.onEvent(index);
  }

  private moment(): Float64Array {
    const { clock, numbers } = this;
    numbers[0] = clock.step;
    numbers[1] = clock.time;
    numbers[2] = clock.thread;
    return numbers;
  }

  /** In the past: the same again, or the beginning of another branch. */
  private verify(kind: number): void {
    const { rows, clock } = this;
    if (this.same(this.at - this.origin.index, kind)) {
      this.at++;
      return;
    }
    const { step, time, cpu, thread } = clock;
    const s = this.schemas[kind];
    const { scratch } = rows;
    this.difference ??= {
      index: this.at,
      expected: this.get(this.at),
      actual: { kind: s.kind, cpu, time, thread, data: this.dataFrom(s, (i) => scratch[i]), step },
    };
    this.branch();
    rows.append(kind, cpu, this.moment(), encode(thread));
    const index = this.at++;
    if (this.onEvent !== undefined) this.onEvent(index);
  }

  /** Is the row what would be recorded now? */
  private same(row: number, kind: number): boolean {
    const { rows, clock } = this;
    if (rows.kind(row) !== kind || rows.cpu(row) !== clock.cpu || rows.step(row) !== clock.step) return false;
    if (rows.time(row) !== clock.time || rows.thread(row) !== clock.thread) return false;
    const count = this.counts[kind];
    for (let i = 0; i < count; i++) if (rows.value(row, i) !== rows.scratch[i]) return false;
    return true;
  }

  /** Moves the cursor to an index in 0..length (after the machine was restored to the state at that event). */
  seek(index: number): void {
    if (!Number.isInteger(index) || index < this.begin || index > this.length)
      throw new RangeError(`no event ${index} in a trace of ${this.begin}..${this.length}`);
    this.at = index;
  }

  /** The present moment, for a checkpoint. */
  mark(): TraceMark {
    const row = this.at - this.origin.index - 1;
    if (row < 0) return this.origin;
    const { a, b } = this.hashes.at(row + 1);
    return { index: this.at, a, b, step: this.rows.step(row), sequence: this.sequenceOf(row) };
  }

  /**
   * After a restore of the machine: goes to that moment. When this trace went through it, the cursor moves and what lies ahead is kept to be verified;
   * otherwise (a fresh machine, or a branch that was cut off) the trace begins there, without the events before.
   */
  restore(mark: TraceMark): void {
    if (mark.index >= this.begin && mark.index <= this.length) {
      const h = this.hashes.at(mark.index - this.begin);
      if (h.a === mark.a && h.b === mark.b) {
        this.at = mark.index;
        return;
      }
    }
    this.rows.truncate(0);
    this.generation++;
    this.origin = { ...mark };
    this.hashes = new RowHash(this.rows, this.hashSources, mark);
    this.at = mark.index;
  }

  /** Forgets what lies ahead of the cursor: from here on things may go another way. */
  branch(): void {
    if (this.at === this.length) return;
    const row = this.at - this.origin.index;
    this.rows.truncate(row);
    this.hashes.truncate(row);
    this.generation++;
  }

  /** Hash over the events before the cursor (or before `index`): 16 hexadecimal digits. */
  hash(index = this.at): string {
    const { a, b } = this.hashes.at(index - this.origin.index);
    return new Hash64(a, b).digest();
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
  // Single values, for loops over many events.
  kind(i: number): string {
    return this.schemas[this.rows.kind(this.held(i))].kind;
  }
  cpu(i: number): number {
    return this.rows.cpu(this.held(i));
  }
  time(i: number): number {
    return this.rows.time(this.held(i));
  }
  thread(i: number): number {
    return this.rows.thread(this.held(i));
  }
  step(i: number): number {
    return this.rows.step(this.held(i));
  }
  position(i: number): Position {
    const row = this.held(i);
    return { step: this.rows.step(row), sequence: this.sequenceOf(row) };
  }
  positionText(i: number): string {
    return formatPosition(this.position(i));
  }
  /** Number of a kind: compares faster than its name. Undefined: no such event was recorded and the catalogue does not have it. */
  kindIds(kind: string): readonly number[] {
    return (this.byKind.get(kind) ?? []).map((s) => s.id);
  }
  kindId(i: number): number {
    return this.rows.kind(this.held(i));
  }
  /** Name of the kind with a number. */
  kindName(id: number): string {
    return this.schemas[id].kind;
  }
  /** Kinds seen or known so far: their numbers are 0 to this - 1. */
  get kindCount(): number {
    return this.schemas.length;
  }
  /** One value by name, undefined when the event has none of that name. */
  value(i: number, name: string): number | bigint | string | undefined {
    const row = this.held(i);
    const s = this.schemas[this.rows.kind(row)];
    const j = s.names.indexOf(name);
    return j < 0 ? undefined : this.meaning(s, (i) => this.rows.value(row, i), slotOf(s, j), j);
  }
  /** A value that is a plain number (count, status, address) by its place in the kind's list; for loops: no object is made. */
  number(i: number, place: number): number {
    const row = this.held(i);
    return this.rows.value(row, slotOf(this.schemas[this.rows.kind(row)], place));
  }
  /** The simulated addresses among an event's values, in order; `visit` may see 0. */
  addresses(i: number, visit: (address: number) => void): void {
    const row = this.held(i);
    const s = this.schemas[this.rows.kind(row)];
    for (const j of s.addresses) visit(this.rows.value(row, slotOf(s, j)));
  }

  data(i: number): EventData {
    const row = this.held(i);
    return this.dataFrom(this.schemas[this.rows.kind(row)], (i) => this.rows.value(row, i));
  }

  private dataFrom(s: Schema, value: (i: number) => number): EventData {
    const out: Record<string, number | bigint | string> = {};
    let p = 0;
    for (let j = 0; j < s.names.length; j++) {
      out[s.names[j]] = this.meaning(s, value, p, j);
      p += s.types.charCodeAt(j) === QUAD ? 2 : 1;
    }
    return out;
  }

  private meaning(s: Schema, value: (i: number) => number, slot: number, j: number): number | bigint | string {
    const v = value(slot);
    const t = s.types.charCodeAt(j);
    if (t === TEXT) return this.texts.get(v);
    return t === QUAD ? (BigInt(value(slot + 1)) << 32n) | BigInt(v) : v;
  }

  /** Position of "now": after all events at the present step. */
  now(): Position {
    this.clock.sync?.();
    const { step } = this.clock;
    const row = this.at - this.origin.index - 1;
    if (row < 0) return { step, sequence: this.origin.step === step ? this.origin.sequence + 1 : 0 };
    return { step, sequence: this.rows.step(row) === step ? this.sequenceOf(row) + 1 : 0 };
  }

  /** Index of the first event at or after a position (length when there is none). */
  indexAt(p: Position): number {
    const { rows } = this;
    let lo = 0;
    let hi = rows.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (rows.step(mid) < p.step) lo = mid + 1;
      else hi = mid;
    }
    const begun = this.origin.step === p.step ? this.origin.sequence + 1 : 0;
    for (let sequence = lo === 0 ? begun : 0; sequence < p.sequence && lo < rows.length && rows.step(lo) === p.step; sequence++) lo++;
    return this.begin + lo;
  }

  /** Row of an event. Events before `begin` are not held. */
  private held(i: number): number {
    const row = i - this.origin.index;
    if (row < 0) throw new RangeError(`event ${i} is not held: this trace begins at ${this.origin.index}`);
    return row;
  }

  /** Number of an event among those of its step. */
  private sequenceOf(row: number): number {
    const { rows } = this;
    const step = rows.step(row);
    let first = row;
    while (first > 0 && rows.step(first - 1) === step) first--;
    return row - first + (first === 0 && this.origin.step === step ? this.origin.sequence + 1 : 0);
  }

  private schemaOf(kind: string, data: EventData): Schema {
    for (const s of this.byKind.get(kind) ?? []) if (matches(s, data)) return s;
    const names = Object.keys(data);
    const types = names.map((n) => (typeof data[n] === 'string' ? 's' : typeof data[n] === 'bigint' ? 'q' : 'n')).join('');
    // A kind outside the catalogue: every number may be an address.
    return this.addSchema(kind, names, types, false, () => true);
  }

  private addSchema(kind: string, names: readonly string[], types: string, known: boolean, isAddress: (name: string) => boolean): Schema {
    const s = makeSchema(this.schemas.length, kind, names, types, known, isAddress);
    this.schemas.push(s);
    this.counts.push(types.length + types.split('q').length - 1);
    const list = this.byKind.get(kind);
    if (list) list.push(s);
    else this.byKind.set(kind, [s]);
    return s;
  }
}
