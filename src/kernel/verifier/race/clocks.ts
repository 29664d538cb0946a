// Who happens before whom: vector clocks of strands and of the objects that order them (FastTrack: Flanagan & Freund, PLDI 2009; the lock rules are
// those of Lamport's happens-before). A strand is a thread, or a CPU while it runs DPCs and interrupts. A release publishes what the strand has done
// so far under the object's key; an acquire takes over what was published there. Both begin a new epoch of the strand, so that an epoch has one set of
// held locks. Shared holders of a lock publish apart: only an exclusive acquire sees them, because two readers are not ordered.
// Everything is plain data, part of every checkpoint.
import { epochWord, MAX_CLOCK, MAX_STRAND } from '../../../machine/shadow.js';

/** Clock by strand number; missing = 0. */
export type Clock = readonly number[];

export interface Held {
  readonly lock: number;
  readonly exclusive: boolean;
}

interface Strand {
  /** Address of the thread, or `-1 - CPU` counted from CPU_KEY. */
  readonly key: number;
  clock: number[];
  held: readonly Held[];
  /** Changes of the set of locks that are held, in order: first epoch, number of the set. */
  readonly heldAt: [number, number][];
}

/** Key of the strand of a CPU at interrupt level. */
export const cpuKey = (cpu: number): number => 1 + cpu;

interface SavedClocks {
  readonly strands: readonly { key: number; clock: number[]; held: readonly Held[]; heldAt: [number, number][] }[];
  readonly sets: readonly (readonly number[])[];
  readonly published: readonly [number, Clock][];
  readonly shared: readonly [number, Clock][];
}

export class Clocks {
  /** By strand number; 0 is nobody. */
  private strands: (Strand | undefined)[] = [undefined];
  private byKey = new Map<number, number>();
  private published = new Map<number, Clock>();
  private shared = new Map<number, Clock>();
  /** Sets of held locks, by number; 0 is the empty one. */
  private sets: (readonly number[])[] = [[]];
  private setNumbers = new Map<string, number>([['', 0]]);
  /** A clock or the strands ran out: the owner forgets everything and begins anew. */
  exhausted = false;
  /** Told before a strand learns something new. */
  beforeGrowth: ((strand: number) => void) | undefined;

  /** Strand of a thread or CPU, made when it is new. */
  strandOf(key: number): number {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    return this.begin(key, []);
  }
  /** A strand that begins now, after everything in `after`; another of the same key is over. */
  begin(key: number, after: Clock): number {
    if (this.strands.length > MAX_STRAND) {
      this.exhausted = true;
      return 0;
    }
    const n = this.strands.length;
    const clock = [...after];
    clock[n] = 1;
    this.strands.push({ key, clock, held: [], heldAt: [] });
    this.byKey.set(key, n);
    return n;
  }

  clockOf(strand: number): Clock {
    return this.strands[strand]?.clock ?? [];
  }
  keyOf(strand: number): number {
    return this.strands[strand]?.key ?? 0;
  }
  /** Shadow word of an access to all bytes by the strand now. */
  word(strand: number): number {
    return strand === 0 ? 0 : epochWord(strand, this.strands[strand]!.clock[strand]);
  }
  /** Did that epoch happen before what the strand does now? */
  ordered(strand: number, earlier: number, clock: number): boolean {
    return strand === earlier || (this.strands[strand]?.clock[earlier] ?? 0) >= clock;
  }
  /** Locks that the strand held in an epoch. */
  locksAt(strand: number, clock: number): readonly number[] {
    const list = this.strands[strand]?.heldAt ?? [];
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle][0] <= clock) low = middle + 1;
      else high = middle;
    }
    return this.sets[low === 0 ? 0 : list[low - 1][1]];
  }

  acquire(strand: number, key: number, exclusive = true): void {
    const s = this.strands[strand];
    if (!s) return;
    this.learn(strand, s, this.published.get(key));
    if (exclusive) this.learn(strand, s, this.shared.get(key));
  }
  private learn(strand: number, s: Strand, other: Clock | undefined): void {
    if (!other?.some((v, i) => v > (s.clock[i] ?? 0))) return;
    this.beforeGrowth?.(strand);
    join(s.clock, other);
  }
  release(strand: number, key: number, exclusive = true): void {
    const s = this.strands[strand];
    if (!s) return;
    const map = exclusive ? this.published : this.shared;
    const merged = [...s.clock];
    join(merged, map.get(key));
    map.set(key, merged);
    this.tick(strand);
  }
  /** An interlocked operation: both. */
  atomic(strand: number, key: number): void {
    this.acquire(strand, key);
    this.release(strand, key);
  }
  /** What is published under one key counts for another too. */
  forward(from: number, to: number): void {
    const c = this.published.get(from);
    if (!c) return;
    const merged = [...c];
    join(merged, this.published.get(to));
    this.published.set(to, merged);
  }

  lock(strand: number, lock: number, exclusive: boolean): void {
    this.acquire(strand, lock, exclusive);
    const s = this.strands[strand];
    if (!s) return;
    s.held = [...s.held, { lock, exclusive }];
    this.tick(strand);
  }
  unlock(strand: number, lock: number): void {
    const s = this.strands[strand];
    if (!s) return;
    const at = s.held.map((h) => h.lock).lastIndexOf(lock);
    const exclusive = s.held[at]?.exclusive ?? true;
    if (at >= 0) s.held = s.held.filter((_, i) => i !== at);
    this.release(strand, lock, exclusive);
  }

  /** Compiled code began epochs of its own (interlocked operations). */
  sync(strand: number, clock: number): void {
    const s = this.strands[strand];
    if (!s) return;
    s.clock[strand] = Math.max(s.clock[strand], clock);
  }
  /** What the strand knew when it was at `clock` itself, as long as it has learnt nothing since, is published under a key. */
  publishAt(strand: number, clock: number, key: number): void {
    const s = this.strands[strand];
    if (!s) return;
    const merged = [...s.clock];
    merged[strand] = clock;
    join(merged, this.published.get(key));
    this.published.set(key, merged);
  }

  /** A new epoch of the strand. */
  private tick(strand: number): void {
    const s = this.strands[strand]!;
    const now = ++s.clock[strand];
    const set = this.setOf(s.held);
    if ((s.heldAt.at(-1)?.[1] ?? 0) !== set) s.heldAt.push([now, set]);
    if (now >= MAX_CLOCK) this.exhausted = true;
  }
  private setOf(held: readonly Held[]): number {
    if (held.length === 0) return 0;
    const list = held.map((h) => h.lock);
    const text = list.join();
    let n = this.setNumbers.get(text);
    if (n === undefined) {
      n = this.sets.length;
      this.sets.push(list);
      this.setNumbers.set(text, n);
    }
    return n;
  }

  /** Forgets all order: what runs now is where everybody begins. Locks that are held stay held. */
  reset(): void {
    const held = this.strands.flatMap((s) => (s && this.byKey.get(s.key) !== undefined ? [[s.key, s.held] as const] : []));
    this.strands = [undefined];
    this.byKey = new Map();
    this.published = new Map();
    this.shared = new Map();
    this.sets = [[]];
    this.setNumbers = new Map([['', 0]]);
    this.exhausted = false;
    for (const [key, locks] of held) {
      if (locks.length === 0) continue;
      const s = this.strands[this.strandOf(key)];
      if (s) s.held = locks;
    }
  }

  save(): SavedClocks {
    return {
      strands: this.strands.slice(1).map((s) => ({ key: s!.key, clock: dense(s!.clock), held: s!.held, heldAt: [...s!.heldAt] })),
      sets: [...this.sets],
      published: [...this.published].map(([k, c]) => [k, dense(c)]),
      shared: [...this.shared].map(([k, c]) => [k, dense(c)]),
    };
  }
  restore(saved: unknown): void {
    const s = saved as SavedClocks;
    this.strands = [undefined, ...s.strands.map((x) => ({ key: x.key, clock: [...x.clock], held: x.held, heldAt: [...x.heldAt] }))];
    this.byKey = new Map(s.strands.map((x, i) => [x.key, i + 1]));
    this.published = new Map(s.published);
    this.shared = new Map(s.shared);
    this.sets = [...s.sets];
    this.setNumbers = new Map(s.sets.map((x, i) => [x.join(), i]));
    this.exhausted = false;
  }
}

function join(into: number[], other: Clock | undefined): void {
  if (!other) return;
  for (let i = 1; i < other.length; i++) if ((other[i] ?? 0) > (into[i] ?? 0)) into[i] = other[i];
}
/** Holes are zeros (they survive JSON). */
const dense = (c: Clock): number[] => Array.from(c, (v) => v ?? 0);
