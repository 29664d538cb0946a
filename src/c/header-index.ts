// The index of the built-in headers: where each macro and each declaration of a header chain is, so that a unit that includes <ntddk.h> costs
// what it uses of it and not the 8,000 lines behind it. It is made at build time (header-index-builder.ts) and travels among the header texts
// under a name that no #include can ask for. It is decoded once for each set of texts, however many units of the process ask.
import { INDEX_ENTRY, type IndexData } from './header-index-data.js';
import { HeaderPool } from './header-pool.js';
import { HeaderSet } from './header-set.js';

interface Decoded {
  readonly text: string;
  readonly pool: HeaderPool;
  readonly sets: Map<string, HeaderSet | undefined>;
}
const decoded = new Map<Readonly<Record<string, string>>, Decoded>();
const MAX_DECODED = 4;

/** The set of a built-in header, or undefined if it is not indexed (then it is read in full). */
export function headerSet(header: string, texts: Readonly<Record<string, string>>): HeaderSet | undefined {
  const text = texts[INDEX_ENTRY];
  if (text === undefined) return undefined;
  let d = decoded.get(texts);
  if (d === undefined || d.text !== text) {
    if (decoded.size >= MAX_DECODED) decoded.clear();
    d = { text, pool: new HeaderPool(JSON.parse(text) as IndexData, texts), sets: new Map() };
    decoded.set(texts, d);
  }
  const { pool, sets } = d;
  if (!sets.has(header)) {
    const data = Object.hasOwn(pool.data.sets, header) ? pool.data.sets[header] : undefined;
    sets.set(header, data?.files.every((n) => pool.isCurrent(n)) ? new HeaderSet(header, pool, data) : undefined);
  }
  return sets.get(header);
}
