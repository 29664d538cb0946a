// Batches of trace events for those who look at a run while it goes on (the scheduler panel). A batch is a text of about 20 bytes an event, so that it
// crosses process and JSON borders cheaply, and complete in itself: whoever lost the others can ask again from any index.
//
// The data of an event are variable-length integers: kind, CPU, difference of its step to that of the event before, of its time to that of the event
// before on the same CPU, thread, values. A number is zigzag << 1 when it is a small integer, else (index in `wide`) << 1 | 1.
import { toBase64 } from '../base/base64.js';
import { kindInfo, type LockRole, type ValueMeaning } from './kinds.js';
import type { Trace } from './trace.js';

export interface EncodedKind {
  readonly kind: string;
  readonly names: readonly string[];
  readonly types: string;
  /** What the catalogue says of it. */
  readonly meaning?: string;
  readonly lock?: LockRole;
  /** Meaning of each value. */
  readonly values?: readonly ValueMeaning[];
}

export interface EncodedEvents {
  readonly from: number;
  readonly to: number;
  readonly kinds: readonly EncodedKind[];
  readonly texts: readonly string[];
  readonly wide: string;
  readonly data: string;
}

/** Integers in [-SMALL, SMALL) lie in the stream itself. */
const SMALL = 2 ** 28;

/** Encodes the events [from, to), as far as the trace holds them. */
export function encodeEvents(t: Trace, from: number, to: number): EncodedEvents {
  const begin = Math.min(Math.max(from, t.begin), t.length);
  const end = Math.max(begin, Math.min(to, t.length));
  const out = new Writer();
  const kinds = new Map<string, number>();
  const kindList: EncodedKind[] = [];
  const texts = new Map<string, number>();
  const times: number[] = [];
  let step = 0;
  for (let i = begin; i < end; i++) {
    const data = t.data(i);
    const kind = t.kind(i);
    let key = kind;
    let types = '';
    const names = Object.keys(data); // in the order of the kind's values
    for (const name of names) {
      const type = typeOf(data[name]);
      types += type;
      key += `${type}${name}`;
    }
    let id = kinds.get(key);
    if (id === undefined) {
      id = kindList.length;
      kinds.set(key, id);
      kindList.push(describeKind(kind, names, types));
    }
    const { step: s, sequence } = t.position(i);
    const cpu = t.cpu(i);
    const time = t.time(i);
    out.unsigned(id);
    out.unsigned(cpu);
    out.number(s - step);
    out.unsigned(sequence);
    out.number(time - (times[cpu] ?? 0));
    out.number(t.thread(i));
    step = s;
    times[cpu] = time;
    for (const name of names) out.value(data[name], texts);
  }
  return { from: begin, to: end, kinds: kindList, texts: [...texts.keys()], wide: out.wideText(), data: out.dataText() };
}

function describeKind(kind: string, names: readonly string[], types: string): EncodedKind {
  const info = kindInfo(kind);
  if (!info) return { kind, names, types };
  const values = names.map((n): ValueMeaning => info.values[n] ?? 'number');
  return { kind, names, types, meaning: info.meaning, values, ...(info.lock ? { lock: info.lock } : {}) };
}

const typeOf = (v: number | bigint | string): string => (typeof v === 'string' ? 's' : typeof v === 'bigint' ? 'q' : 'n');

class Writer {
  private bytes = new Uint8Array(1 << 14);
  private length = 0;
  private readonly wide = new Map<number, number>();

  value(v: number | bigint | string, texts: Map<string, number>): void {
    if (typeof v === 'string') {
      let i = texts.get(v);
      if (i === undefined) texts.set(v, (i = texts.size));
      this.unsigned(i);
    } else if (typeof v === 'bigint') {
      this.number(Number(BigInt.asUintN(32, v)));
      this.number(Number(BigInt.asUintN(32, v >> 32n)));
    } else {
      this.number(v);
    }
  }

  number(v: number): void {
    if (v >= -SMALL && v < SMALL && Number.isInteger(v)) {
      this.unsigned((v < 0 ? -2 * v - 1 : 2 * v) * 2);
      return;
    }
    let i = this.wide.get(v);
    if (i === undefined) this.wide.set(v, (i = this.wide.size));
    this.unsigned(2 * i + 1);
  }

  /** An integer below 2^31. */
  unsigned(v: number): void {
    if (this.length + 5 > this.bytes.length) {
      const bigger = new Uint8Array(this.bytes.length * 2);
      bigger.set(this.bytes);
      this.bytes = bigger;
    }
    for (; v >= 0x80; v >>>= 7) this.bytes[this.length++] = (v & 0x7f) | 0x80;
    this.bytes[this.length++] = v;
  }

  dataText(): string {
    return toBase64(this.bytes.subarray(0, this.length));
  }
  wideText(): string {
    const view = new DataView(new ArrayBuffer(8 * this.wide.size));
    let at = 0;
    for (const v of this.wide.keys()) view.setFloat64(8 * at++, v, true);
    return toBase64(new Uint8Array(view.buffer));
  }
}
