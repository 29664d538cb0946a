// A trace as JSON lines, one event a line, for other tools and for comparing two runs with a text diff.
import { formatAddress } from '../machine/abi.js';
import { formatPosition } from './position.js';
import type { Trace, TraceEvent } from './trace.js';

/** One event as a JSON object text. Addresses (values in the kernel range) are written as 16 hexadecimal digits, 64-bit values as `0x...`. */
export function eventToJson(e: TraceEvent): string {
  const data: Record<string, number | string> = {};
  for (const [name, v] of Object.entries(e.data)) data[name] = typeof v === 'bigint' ? `0x${v.toString(16).toUpperCase()}` : address(v);
  return JSON.stringify({
    position: formatPosition(e.position),
    time: e.time,
    cpu: e.cpu,
    ...(e.thread ? { thread: formatAddress(e.thread) } : {}),
    kind: e.kind,
    ...(Object.keys(data).length ? { data } : {}),
  });
}

/** Lines of the events [from, to), each ended by a line feed. */
export function* toJsonLines(t: Trace, from = t.begin, to = t.cursor): Generator<string> {
  for (let i = from; i < Math.min(to, t.length); i++) yield `${eventToJson(t.get(i))}\n`;
}

/** Kernel addresses are below -2^32 as signed numbers; no count or status is. */
function address(v: number | string): number | string {
  return typeof v === 'number' && Number.isInteger(v) && v < -0x100000000 ? formatAddress(v) : v;
}
