// The last accesses to each granule (4 bytes), and whether a new one conflicts with them. What one shadow word can say lies in the shadow
// (machine/shadow.ts), where compiled code settles the common case itself; several strands on the bytes of one granule, interlocked and volatile accesses
// are a list here, and both words say DETAIL so that every access comes here. An access is superseded by a later one that covers its bytes and is
// ordered after it: whoever races with the earlier one races with the later one, too (FastTrack).
import { ALL_BYTES, clockOf, DETAIL, DETAIL_WORD, epochWord, FOREIGN, type Shadow, strandOf } from '../../../machine/shadow.js';
import type { Clocks } from './clocks.js';

/** Interlocked, or a volatile object: such accesses are atomic. */
export const enum Manner {
  Plain = 0,
  Atomic = 1,
  Volatile = 2,
}

export interface Access {
  readonly strand: number;
  readonly clock: number;
  /** Bytes of the granule. */
  readonly bytes: number;
  readonly write: boolean;
  readonly manner: Manner;
  /** Global step number, -1 unknown. */
  readonly site: number;
}

export class Accesses {
  /** By granule number. */
  private lists = new Map<number, readonly Access[]>();
  /** By strand: granules whose last access was an interlocked operation of it, see shadow.ts. */
  private owned = new Map<number, Set<number>>();
  private journal: { granule: number; list: readonly Access[] | undefined; words: [number, number, number, number] }[] | undefined;

  constructor(
    private readonly shadow: Shadow,
    private readonly clocks: Clocks,
  ) {
    clocks.beforeGrowth = (strand) => this.disown(strand);
  }

  /** The strand is about to learn something: what its interlocked operations published before is settled without it. */
  private disown(strand: number): void {
    const own = this.owned.get(strand);
    if (!own || own.size === 0) return;
    for (const g of own) {
      const w = this.shadow.write[g];
      if (this.shadow.read[g] !== DETAIL_WORD || strandOf(w) !== strand) continue;
      this.clocks.publishAt(strand, clockOf(w), g << 2);
      this.lists.set(g, [this.ownedAccess(g)]);
      this.shadow.write[g] = DETAIL_WORD;
      this.shadow.mark(g << 2);
    }
    own.clear();
  }
  private ownedAccess(g: number): Access {
    const w = this.shadow.write[g];
    return { strand: strandOf(w), clock: clockOf(w), bytes: ALL_BYTES, write: true, manner: Manner.Atomic, site: this.shadow.writeSite[g] };
  }
  /** Before anything else is done with a granule: an interlocked operation on it that the module settled is published. */
  settle(granule: number): void {
    const { shadow } = this;
    const w = shadow.write[granule];
    if (shadow.read[granule] !== DETAIL_WORD || w === DETAIL_WORD || strandOf(w) === DETAIL) return;
    this.clocks.publishAt(strandOf(w), clockOf(w), granule << 2);
    this.lists.set(granule, [this.ownedAccess(granule)]);
    shadow.write[granule] = DETAIL_WORD;
    shadow.mark(granule << 2);
    this.owned.get(strandOf(w))?.delete(granule);
  }

  /** Notes the access; answers the earlier ones that it conflicts with and that nothing orders before it. */
  add(granule: number, a: Access): readonly Access[] {
    this.settle(granule);
    const before = this.list(granule);
    let conflicts: Access[] | undefined;
    const kept: Access[] = [];
    for (const e of before) {
      const common = e.bytes & a.bytes;
      if (common === 0) {
        kept.push(e);
        continue;
      }
      const ordered = this.clocks.ordered(a.strand, e.strand, e.clock);
      if (!ordered && (e.write || a.write)) {
        conflicts ??= [];
        conflicts.push(e);
      }
      // compiled code leaves a strand's own read word alone when it writes: so does this
      const superseded = a.write
        ? e.write || e.strand !== a.strand
        : !e.write && ordered && (e.manner === a.manner || a.manner === Manner.Plain);
      const rest = superseded ? e.bytes & ~a.bytes : e.bytes;
      if (rest) kept.push(rest === e.bytes ? e : { ...e, bytes: rest });
    }
    const same = kept.findIndex((e) => e.strand === a.strand && e.clock === a.clock && e.write === a.write && e.manner === a.manner);
    if (same < 0) kept.push(a);
    else if (kept[same].bytes !== ALL_BYTES) kept[same] = { ...a, bytes: kept[same].bytes | a.bytes };
    this.store(granule, kept);
    return conflicts ?? NONE;
  }

  private list(granule: number): readonly Access[] {
    const known = this.lists.get(granule);
    if (known) return known;
    const { shadow } = this;
    const out: Access[] = [];
    const word = (w: number, write: boolean, site: number): void => {
      if (w !== 0 && strandOf(w) !== DETAIL)
        out.push({ strand: strandOf(w), clock: clockOf(w), bytes: w & ALL_BYTES, write, manner: Manner.Plain, site });
    };
    word(shadow.write[granule], true, shadow.writeSite[granule]);
    word(shadow.read[granule], false, shadow.readSite[granule]);
    return out;
  }

  private store(granule: number, list: readonly Access[]): void {
    const { shadow } = this;
    this.note(granule);
    shadow.mark(granule << 2);
    const writes = list.filter((e) => e.write);
    const reads = list.filter((e) => !e.write);
    const [w] = writes;
    const [r] = reads;
    const mixed = w && r && w.strand !== r.strand;
    if (w && list.length === 1 && w.manner === Manner.Atomic && w.bytes === ALL_BYTES && !this.journal) {
      this.lists.delete(granule);
      shadow.read[granule] = DETAIL_WORD;
      shadow.write[granule] = wordOf(w) | FOREIGN;
      shadow.writeSite[granule] = w.site;
      const own = this.owned.get(w.strand);
      if (own) own.add(granule);
      else this.owned.set(w.strand, new Set([granule]));
      return;
    }
    // The words of two strands stand for both only when the read looked at the write: see the helpers in emit-race-helpers.ts.
    if (writes.length > 1 || reads.length > 1 || list.some((e) => e.manner !== Manner.Plain) || (mixed && (w.bytes & r.bytes) === 0)) {
      this.lists.set(granule, list);
      shadow.write[granule] = DETAIL_WORD;
      shadow.read[granule] = DETAIL_WORD;
      return;
    }
    this.lists.delete(granule);
    shadow.write[granule] = w ? wordOf(w) | (mixed ? FOREIGN : 0) : 0;
    shadow.read[granule] = r ? wordOf(r) : 0;
    if (w) shadow.writeSite[granule] = w.site;
    if (r) shadow.readSite[granule] = r.site;
  }

  /** Memory that begins a new life (allocated, freed, mapped). */
  forget(offset: number, size: number): void {
    const first = offset >> 2;
    const end = (offset + size + 3) >> 2;
    const { shadow } = this;
    if (this.journal) for (let g = first; g < end; g++) if (shadow.read[g] | shadow.write[g]) this.note(g);
    for (const words of [shadow.read, shadow.write]) words.fill(0, first, end);
    for (let at = offset & ~4095; at < offset + size; at += 4096) shadow.mark(at);
    if (this.lists.size < end - first) {
      for (const g of this.lists.keys()) if (g >= first && g < end) this.lists.delete(g);
    } else for (let g = first; g < end; g++) this.lists.delete(g);
  }
  /** All of it; `used` tells the blocks of 256 pages that may have been touched. */
  forgetAll(used: Uint8Array): void {
    this.lists.clear();
    this.owned.clear();
    const words = (256 * 4096) >> 2;
    for (let b = 0; b * words < this.shadow.read.length; b++) if (used[b]) this.forget(b * 256 * 4096, 256 * 4096);
  }

  /** From now on what changes is noted, so that `back` can undo it (exploration). */
  keepJournal(): void {
    if (this.journal) return;
    for (const strand of this.owned.keys()) this.disown(strand);
    this.journal = [];
  }
  get mark(): number {
    return this.journal?.length ?? 0;
  }
  back(mark: number): void {
    const { journal, shadow } = this;
    while (journal && journal.length > mark) {
      const { granule: g, list, words } = journal.pop()!;
      if (list) this.lists.set(g, list);
      else this.lists.delete(g);
      [shadow.read[g], shadow.write[g], shadow.readSite[g], shadow.writeSite[g]] = words;
    }
  }
  private note(g: number): void {
    const { shadow } = this;
    this.journal?.push({
      granule: g,
      list: this.lists.get(g),
      words: [shadow.read[g], shadow.write[g], shadow.readSite[g], shadow.writeSite[g]],
    });
  }

  save(): unknown {
    const state: Saved = { lists: [...this.lists], owned: [...this.owned].map(([s, g]) => [s, [...g]]) };
    return state;
  }
  restore(saved: unknown): void {
    const s = saved as Saved;
    this.lists = new Map(s.lists);
    this.owned = new Map(s.owned.map(([strand, g]) => [strand, new Set(g)]));
  }
}

interface Saved {
  readonly lists: readonly (readonly [number, readonly Access[]])[];
  readonly owned: readonly (readonly [number, readonly number[]])[];
}

const NONE: readonly Access[] = [];
const wordOf = (a: Access): number => (epochWord(a.strand, a.clock) & ~ALL_BYTES) | a.bytes;
