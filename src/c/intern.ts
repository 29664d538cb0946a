// One string object per name, with its kind: equal names are then equal pointers with a known hash for the macro table and the parser.
import { KEYWORDS, type TokenKind } from './token.js';

interface Name {
  readonly text: string;
  readonly kind: TokenKind;
}

const MAX_NAMES = 100_000;
let names = newNames();

function newNames(): Map<string, Name> {
  const m = new Map<string, Name>();
  for (const k of KEYWORDS) m.set(k, { text: k, kind: 'keyword' });
  return m;
}

/** The name as the one string and kind. The table is a cache only: it is dropped when an editor session has filled it. */
export function intern(text: string): Name {
  let e = names.get(text);
  if (e === undefined) {
    if (names.size > MAX_NAMES) names = newNames();
    e = { text, kind: 'identifier' };
    names.set(text, e);
  }
  return e;
}

/** `keyword` or `identifier`, for names that are made (by `##`) rather than read. */
export function wordKind(text: string): TokenKind {
  return KEYWORDS.has(text) ? 'keyword' : 'identifier';
}
