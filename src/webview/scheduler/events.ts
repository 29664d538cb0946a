// The events that the panel has got, as columns; decoded from batches (the encoding is described in src/trace/stream.ts).
import type { EncodedEvents, EventKind } from '../../messages/scheduler.js';
import { grown, lastAtMost } from './numbers.js';

/** A kind with the places of its values. */
export interface KnownKind extends EventKind {
  readonly id: number;
  /** Name of a value -> its place among the event's numbers. */
  readonly places: ReadonlyMap<string, number>;
}

/** Character codes of the types `s` and `q`. */
const TEXT = 0x73;
const WORDS = 0x71;

export type EventValue = number | bigint | string;

export class EventStore {
  readonly kinds: KnownKind[] = [];
  private readonly kindIds = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly textIds = new Map<string, number>();
  private kindColumn = new Uint16Array(0);
  private cpuColumn = new Uint8Array(0);
  private timeColumn = new Float64Array(0);
  private stepColumn = new Float64Array(0);
  private sequenceColumn = new Uint32Array(0);
  private threadColumn = new Float64Array(0);
  private firstColumn = new Uint32Array(0);
  private values = new Float64Array(0);
  private valueCount = 0;
  private count = 0;
  /** Index of the first event that the trace holds. */
  begin = 0;

  get length(): number {
    return this.begin + this.count;
  }

  /** Appends a batch; events that are here already are passed over. False: the batch does not follow on what is here. */
  append(batch: EncodedEvents): boolean {
    if (this.count === 0) this.begin = batch.from;
    if (batch.from > this.length) return false;
    const kinds = batch.kinds.map((k) => this.kindOf(k));
    const texts = batch.texts.map((t) => this.textOf(t));
    const wideBytes = fromBase64(batch.wide);
    const reader = new Reader(fromBase64(batch.data), new DataView(wideBytes.buffer, 0, wideBytes.length));
    this.reserve(Math.max(0, batch.to - this.length));
    const times: number[] = [];
    let step = 0;
    for (let i = batch.from; i < batch.to; i++) {
      const kind = kinds[reader.unsigned()];
      const cpu = reader.unsigned();
      step += reader.number();
      const sequence = reader.unsigned();
      const time = (times[cpu] ?? 0) + reader.number();
      times[cpu] = time;
      const thread = reader.number();
      const first = this.valueCount;
      this.values = grown(this.values, first + 2 * kind.types.length);
      let at = first;
      for (let j = 0; j < kind.types.length; j++) {
        const type = kind.types.charCodeAt(j);
        this.values[at++] = type === TEXT ? texts[reader.unsigned()] : reader.number();
        if (type === WORDS) this.values[at++] = reader.number();
      }
      if (i < this.length) continue; // it is here; what was read of it is overwritten
      const row = this.count++;
      this.kindColumn[row] = kind.id;
      this.cpuColumn[row] = cpu;
      this.timeColumn[row] = time;
      this.stepColumn[row] = step;
      this.sequenceColumn[row] = sequence;
      this.threadColumn[row] = thread;
      this.firstColumn[row] = first;
      this.valueCount = at;
    }
    return true;
  }

  private reserve(more: number): void {
    const n = this.count + more;
    this.kindColumn = grown(this.kindColumn, n);
    this.cpuColumn = grown(this.cpuColumn, n);
    this.timeColumn = grown(this.timeColumn, n);
    this.stepColumn = grown(this.stepColumn, n);
    this.sequenceColumn = grown(this.sequenceColumn, n);
    this.threadColumn = grown(this.threadColumn, n);
    this.firstColumn = grown(this.firstColumn, n);
    this.values = grown(this.values, this.valueCount + 4 * more);
  }

  kind(i: number): KnownKind {
    return this.kinds[this.kindColumn[i - this.begin]];
  }
  cpu(i: number): number {
    return this.cpuColumn[i - this.begin];
  }
  time(i: number): number {
    return this.timeColumn[i - this.begin];
  }
  step(i: number): number {
    return this.stepColumn[i - this.begin];
  }
  thread(i: number): number {
    return this.threadColumn[i - this.begin];
  }
  /** `1A3:7` */
  position(i: number): string {
    return `${hex(this.step(i))}:${hex(this.sequenceColumn[i - this.begin])}`;
  }

  /** A number by name, 0 when the event has none. */
  number(i: number, name: string): number {
    const place = this.kind(i).places.get(name);
    return place === undefined ? 0 : this.values[this.firstColumn[i - this.begin] + place];
  }
  text(i: number, name: string): string {
    const v = this.data(i)[name];
    return v === undefined ? '' : String(v);
  }
  data(i: number): Record<string, EventValue> {
    const out: Record<string, EventValue> = {};
    const { names, types } = this.kind(i);
    let p = this.firstColumn[i - this.begin];
    for (let j = 0; j < names.length; j++) {
      const v = this.values[p++];
      if (types[j] === 's') out[names[j]] = this.texts[v];
      else if (types[j] === 'q') out[names[j]] = (BigInt(this.values[p++]) << 32n) | BigInt(v);
      else out[names[j]] = v;
    }
    return out;
  }

  /** Index of the first event at or after a position; `length` when there is none. */
  indexAt(step: number, sequence: number): number {
    let lo = 0;
    let hi = this.count;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      const s = this.stepColumn[mid];
      if (s < step || (s === step && this.sequenceColumn[mid] < sequence)) lo = mid + 1;
      else hi = mid;
    }
    return this.begin + lo;
  }

  /** The same for a position's text; the first event when it is none. */
  indexOf(position: string): number {
    const p = readPosition(position);
    return p ? this.indexAt(p.step, p.sequence) : this.begin;
  }
  /** The first event whose time is later; clocks of CPUs differ a little, so this is a neighbourhood. */
  indexAtTime(time: number): number {
    return Math.min(this.length - 1, this.begin + lastAtMost(this.timeColumn, this.count, time) + 1);
  }

  private kindOf(k: EventKind): KnownKind {
    const key = JSON.stringify([k.kind, k.names, k.types]);
    let id = this.kindIds.get(key);
    if (id === undefined) {
      id = this.kinds.length;
      const places = new Map<string, number>();
      let place = 0;
      k.names.forEach((name, j) => {
        places.set(name, place);
        place += k.types[j] === 'q' ? 2 : 1;
      });
      this.kinds.push({ ...k, id, places });
      this.kindIds.set(key, id);
    }
    return this.kinds[id];
  }

  private textOf(t: string): number {
    let id = this.textIds.get(t);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(t);
      this.textIds.set(t, id);
    }
    return id;
  }
}

class Reader {
  private at = 0;
  constructor(
    private readonly bytes: Uint8Array,
    private readonly wide: DataView,
  ) {}

  unsigned(): number {
    let v = 0;
    for (let shift = 0; ; shift += 7) {
      const b = this.bytes[this.at++];
      v |= (b & 0x7f) << shift;
      if (b < 0x80 || b === undefined) return v >>> 0;
    }
  }

  number(): number {
    const v = this.unsigned();
    if (v & 1) return this.wide.getFloat64(8 * (v >>> 1), true);
    const n = v >>> 1;
    return n & 1 ? -((n + 1) / 2) : n / 2;
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}

const hex = (v: number): string => v.toString(16).toUpperCase();

/** Reads `1A3:7`; undefined when it is no position. */
export function readPosition(text: string): { step: number; sequence: number } | undefined {
  const m = /^([0-9a-f]{1,13})(?::([0-9a-f]{1,8}))?$/i.exec(text);
  return m ? { step: Number.parseInt(m[1], 16), sequence: m[2] ? Number.parseInt(m[2], 16) : 0 } : undefined;
}
