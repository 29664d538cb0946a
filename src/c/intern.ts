// One string object per identifier, with its kind: a look-up by hash over the characters saves making a string for every occurrence, and
// equal names are then equal pointers for the macro table and the parser.
import { KEYWORDS, type TokenKind } from './token.js';

export interface Interned {
  readonly text: string;
  readonly kind: TokenKind;
  readonly hash: number;
  readonly next: Interned | undefined;
}

const BUCKETS = 8192;
let table: (Interned | undefined)[] = [];
let interned = 0;

function resetTable(): void {
  table = new Array<Interned | undefined>(BUCKETS).fill(undefined);
  interned = 0;
  for (const k of KEYWORDS) {
    let h = 0;
    for (let i = 0; i < k.length; i++) h = (Math.imul(h, 31) + k.charCodeAt(i)) | 0;
    addInterned(k, h, 'keyword');
  }
}

function addInterned(text: string, hash: number, kind: TokenKind): Interned {
  const b = (hash ^ (hash >>> 13)) & (BUCKETS - 1);
  interned++;
  return (table[b] = { text, kind, hash, next: table[b] });
}

/** The one string and kind of an identifier. The table is a cache only: it is dropped when an editor session has filled it. */
export function intern(text: string, start: number, end: number, hash: number): Interned {
  for (let e = table[(hash ^ (hash >>> 13)) & (BUCKETS - 1)]; e !== undefined; e = e.next) {
    if (e.hash === hash && e.text.length === end - start && text.startsWith(e.text, start)) return e;
  }
  if (interned > 65536) resetTable();
  return addInterned(text.slice(start, end), hash, 'identifier');
}
resetTable();

/** `keyword` or `identifier`, for names that are made (by `##`) rather than read. */
export function wordKind(text: string): TokenKind {
  return KEYWORDS.has(text) ? 'keyword' : 'identifier';
}
