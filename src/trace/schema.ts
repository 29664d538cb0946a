// The kinds of events as a trace holds them: names and types of their values in order, and the hash word of the kind.
import type { EventData } from './event.js';
import { Hash64 } from './hash.js';

/** Kind with the names and types of its values: `n` number, `s` text, `q` 64-bit. */
export interface Schema {
  readonly id: number;
  readonly kind: string;
  readonly names: readonly string[];
  readonly types: string;
  readonly hash: number;
  /** Values of this kind need not be looked at: the catalogue says what they are. */
  readonly known: boolean;
  /** For queries. */
  readonly addresses: readonly number[];
}

export function makeSchema(
  id: number,
  kind: string,
  names: readonly string[],
  types: string,
  known: boolean,
  isAddress: (name: string) => boolean,
): Schema {
  const h = new Hash64();
  h.text(kind);
  for (const n of names) h.text(n);
  h.text(types);
  const addresses = names.flatMap((n, j) => (types[j] === 'n' && isAddress(n) ? [j] : []));
  return { id, kind, names, types, hash: h.a, known, addresses };
}

export const TEXT = 's'.charCodeAt(0);
export const QUAD = 'q'.charCodeAt(0);

/** Place among the numbers of an event at which its value `j` begins: 64-bit values take two. */
export function slotOf(s: Schema, j: number): number {
  let slot = j;
  for (let i = 0; i < j; i++) if (s.types.charCodeAt(i) === QUAD) slot++;
  return slot;
}

export function matches(s: Schema, data: EventData): boolean {
  const names = Object.keys(data); // insertion order, fixed by the language
  if (names.length !== s.names.length) return false;
  for (let i = 0; i < names.length; i++) {
    const x = data[names[i]];
    const type = typeof x === 'string' ? 's' : typeof x === 'bigint' ? 'q' : 'n';
    if (s.names[i] !== names[i] || s.types[i] !== type) return false;
  }
  return true;
}
