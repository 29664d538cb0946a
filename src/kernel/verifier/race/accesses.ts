// The last accesses to each granule (4 bytes), and whether a new one conflicts with them. What one shadow word can say lies in the shadow
// (machine/shadow.ts), where compiled code settles the common case itself; several strands on the bytes of one granule, interlocked and volatile accesses
// are a list here, and both words say DETAIL so that every access comes here. An access is superseded by a later one that covers its bytes and is
// ordered after it: whoever races with the earlier one races with the later one, too (FastTrack).
import { ALL_BYTES, clockOf, DETAIL, epochWord, FOREIGN, type Shadow, strandOf } from '../../../machine/shadow.js';
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

const DETAIL_WORD = epochWord(DETAIL, 0);

export class Accesses {
  /** By granule number. */
  private lists = new Map<number, readonly Access[]>();
  private journal: { granule: number; list: readonly Access[] | undefined; words: [number, number, number, number] }[] | undefined;

  constructor(
    private readonly shadow: Shadow,
    private readonly clocks: Clocks,
  ) {}

  /** Notes the access; answers the earlier ones that it conflicts with and that nothing orders before it. */
  add(granule: number, a: Access): readonly Access[] {
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
    // The words of two strands stand for both only when the read looked at the write: see the helper in emit-race.ts.
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
    const words = (256 * 4096) >> 2;
    for (let b = 0; b * words < this.shadow.read.length; b++) if (used[b]) this.forget(b * 256 * 4096, 256 * 4096);
  }

  /** From now on what changes is noted, so that `back` can undo it (exploration). */
  keepJournal(): void {
    this.journal ??= [];
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
    return [...this.lists];
  }
  restore(saved: unknown): void {
    this.lists = new Map(saved as [number, readonly Access[]][]);
  }
}

const NONE: readonly Access[] = [];
const wordOf = (a: Access): number => (epochWord(a.strand, a.clock) & ~ALL_BYTES) | a.bytes;
