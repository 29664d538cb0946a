// Checkpoints: pages that changed since the checkpoint before, in a tree of deltas. Restoring touches only pages that differ between two
// states, so going back, forking and exploring are the same cheap operation.
//
// Page numbers are offset >> 12 over the whole linear memory: simulated pages, behind them the deny table (page permissions are state too; its
// Watch bits are the debugger's and are left out), and the race shadow of pages where it changed (a race is found again when time runs again). Registers of all CPUs and the host's plain data complete the state.
import { DENY_HOST, DENY_TABLE, DENY_UNMAPPED, Deny, MEMORY_SIZE, PAGE_SHIFT, PAGE_SIZE } from './abi.js';
import { type CpuSnapshot, createCpu, restoreCpu, snapshotCpu } from './cpu.js';
import type { Machine } from './machine.js';
import { PagePool } from './page-pool.js';
import { DENY_CHUNKS } from './pages.js';
import { Shadow } from './shadow.js';
import { isDenyPage } from './watch.js';

const FIRST_DENY_PAGE = DENY_TABLE >>> PAGE_SHIFT;
const PAGES = MEMORY_SIZE >>> PAGE_SHIFT;
const MAGIC = 0x504b4c49; // "ILKP"

/** A state of the machine. Opaque to its users; keep the reference, give it back with `machine.release`. */
export interface Checkpoint {
  /** Steps executed on each CPU when it was taken. */
  readonly times: readonly number[];
  /** Bytes of page copies it holds itself (without the ones it builds on). */
  readonly size: number;
}

class Delta implements Checkpoint {
  /** Falls strictly along the chain of parents; gaps are left where a delta was merged away. */
  readonly depth: number;
  /** Checkpoints that build on this one + 1 while it is the base of the machine + 1 until it is released. */
  users = 1;
  released = false;
  readonly children = new Set<Delta>();

  constructor(
    public parent: Delta | undefined,
    readonly pages: Map<number, Uint8Array>,
    readonly cpus: readonly CpuSnapshot[],
    readonly running: number,
    readonly steps: number,
    readonly host: unknown,
  ) {
    this.depth = parent ? parent.depth + 1 : 0;
    if (parent) {
      parent.users++;
      parent.children.add(this);
    }
  }
  get times(): readonly number[] {
    return this.cpus.map((c) => c.time);
  }
  get size(): number {
    return this.pages.size * PAGE_SIZE;
  }
  /** Calls `found` for each wanted page that is held here or above, once, and takes it out of the set. */
  collect(wanted: Set<number>, found: (n: number, copy: Uint8Array) => void): void {
    for (let d: Delta | undefined = this; d && wanted.size; d = d.parent) {
      if (d.pages.size < wanted.size) {
        for (const [n, copy] of d.pages) if (wanted.delete(n)) found(n, copy);
        continue;
      }
      for (const n of wanted) {
        const copy = d.pages.get(n);
        if (copy && wanted.delete(n)) found(n, copy);
      }
    }
  }
  /** Contents of a page in this state; undefined = never written (all zero). */
  page(n: number): Uint8Array | undefined {
    for (let d: Delta | undefined = this; d; d = d.parent) {
      const p = d.pages.get(n);
      if (p) return p;
    }
    return undefined;
  }
}

export class CheckpointStore {
  private readonly pool = new PagePool();
  /** All that hold pages. */
  private readonly live = new Set<Delta>();
  /** The state that the dirty marks are relative to; undefined = the fresh machine. */
  private base: Delta | undefined;

  /** The dirty marks, four pages a word. */
  private readonly dirtyWords: Int32Array;

  constructor(private readonly m: Machine) {
    const { dirty } = m.mem;
    this.dirtyWords = new Int32Array(dirty.buffer, dirty.byteOffset, PAGES >> 2);
  }

  take(): Checkpoint {
    const m = this.m;
    const { whole: all } = m.mem;
    const pages = new Map<number, Uint8Array>();
    for (const n of this.dirtyPages()) {
      const copy = this.pool.take();
      copy.set(all.subarray(n * PAGE_SIZE, (n + 1) * PAGE_SIZE));
      if (isDenyPage(n)) for (let i = 0; i < PAGE_SIZE; i++) copy[i] &= ~DENY_HOST;
      pages.set(n, copy);
    }
    m.cpu.words.set(m.registers.words);
    const c = new Delta(this.base, pages, m.cpus.map(snapshotCpu), m.registers.cpu, m.totalSteps, m.host.saveState?.());
    this.live.add(c);
    this.clean();
    this.setBase(c);
    return c;
  }

  restore(to: Checkpoint): void {
    if (!(to instanceof Delta)) throw new Error('not a checkpoint of this machine');
    if (to.released && to.users === 0) throw new Error('the checkpoint was released');
    const m = this.m;
    const { whole: all } = m.mem;
    const changed = new Set(this.dirtyPages());
    let a = this.base;
    let b: Delta | undefined = to;
    while (a !== b) {
      if (a && (!b || a.depth >= b.depth)) {
        for (const n of a.pages.keys()) changed.add(n);
        a = a.parent;
      } else {
        for (const n of b!.pages.keys()) changed.add(n);
        b = b!.parent;
      }
    }
    to.collect(changed, (n, copy) => all.set(copy, n * PAGE_SIZE));
    for (const n of changed) all.fill(0, n * PAGE_SIZE, (n + 1) * PAGE_SIZE);
    m.applyHostBits();
    m.cpus.forEach((c, i) => {
      restoreCpu(c, to.cpus[i]);
    });
    m.registers.words.set(m.cpus[to.running].words);
    m.registers.updateMasks();
    m.totalSteps = to.steps;
    if (to.host !== undefined) m.host.restoreState?.(to.host);
    this.clean();
    this.setBase(to);
  }

  /** The state of a fresh machine. Checkpoints stay valid. */
  reset(): void {
    const m = this.m;
    const changed = new Set(this.dirtyPages());
    for (let d = this.base; d; d = d.parent) for (const n of d.pages.keys()) changed.add(n);
    for (const n of changed) m.mem.whole.fill(isDenyPage(n) ? DENY_UNMAPPED : 0, n * PAGE_SIZE, (n + 1) * PAGE_SIZE);
    m.applyHostBits();
    for (const c of m.cpus) restoreCpu(c, snapshotCpu(createCpu(c.number)));
    m.registers.words.set(m.cpus[0].words);
    m.registers.updateMasks();
    m.totalSteps = 0;
    this.clean();
    m.mem.pages.dirtyChunks.fill(1); // the first checkpoint holds the whole deny table
    const old = this.base;
    this.base = undefined;
    if (old) this.drop(old);
  }

  page(c: Checkpoint, n: number): Uint8Array | undefined {
    return c instanceof Delta ? c.page(n) : undefined;
  }

  release(c: Checkpoint): void {
    if (!(c instanceof Delta) || c.released) return;
    c.released = true;
    this.drop(c);
    if (this.pool.scattered) this.compact();
  }

  /** Moves pages out of slabs that are mostly free, so that these go back to the host. */
  private compact(): void {
    this.pool.sort();
    for (const d of this.live) {
      for (const [n, page] of d.pages) {
        if (!this.pool.lonely(page)) continue;
        const copy = this.pool.take();
        copy.set(page);
        d.pages.set(n, copy);
        this.pool.give(page);
      }
    }
  }

  serialize(c: Checkpoint): Uint8Array {
    if (!(c instanceof Delta)) throw new Error('not a checkpoint of this machine');
    const numbers = new Set<number>();
    for (let d: Delta | undefined = c; d; d = d.parent) for (const n of d.pages.keys()) numbers.add(n);
    const pages = [...numbers].sort((x, y) => x - y).filter((n) => c.page(n)!.some((v) => v !== 0));
    const json = new TextEncoder().encode(JSON.stringify({ cpus: c.cpus, running: c.running, steps: c.steps, host: c.host }));
    const out = new Uint8Array(12 + json.length + pages.length * (4 + PAGE_SIZE));
    const view = new DataView(out.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, json.length, true);
    view.setUint32(8, pages.length, true);
    out.set(json, 12);
    let at = 12 + json.length;
    for (const n of pages) {
      view.setUint32(at, n, true);
      out.set(c.page(n)!, at + 4);
      at += 4 + PAGE_SIZE;
    }
    return out;
  }

  deserialize(data: Uint8Array): Checkpoint {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (data.length < 12 || view.getUint32(0, true) !== MAGIC) throw new Error('not a saved checkpoint');
    const jsonLength = view.getUint32(4, true);
    const count = view.getUint32(8, true);
    if (data.length !== 12 + jsonLength + count * (4 + PAGE_SIZE)) throw new Error('the saved checkpoint is cut off');
    const state = JSON.parse(new TextDecoder().decode(data.subarray(12, 12 + jsonLength))) as {
      cpus: CpuSnapshot[];
      running: number;
      steps: number;
      host: unknown;
    };
    if (state.cpus.length !== this.m.cpus.length) {
      throw new Error(`the saved checkpoint has ${state.cpus.length} CPUs, the machine ${this.m.cpus.length}`);
    }
    const pages = new Map<number, Uint8Array>();
    let at = 12 + jsonLength;
    for (let i = 0; i < count; i++, at += 4 + PAGE_SIZE) {
      const copy = this.pool.take();
      copy.set(data.subarray(at + 4, at + 4 + PAGE_SIZE));
      pages.set(view.getUint32(at, true), copy);
    }
    const c = new Delta(undefined, pages, state.cpus, state.running, state.steps, state.host);
    this.live.add(c);
    return c;
  }

  private dirtyPages(): number[] {
    const out: number[] = [];
    const { dirty, pages, usedBlocks, shadow } = this.m.mem;
    for (let block = 0; block < usedBlocks.length; block++) {
      if (!usedBlocks[block]) continue;
      for (let w = block << 6; w < (block + 1) << 6; w++) {
        if (this.dirtyWords[w] === 0) continue;
        for (let i = 4 * w; i < 4 * w + 4; i++) if (dirty[i]) out.push(i);
      }
    }
    for (let i = 0; i < DENY_CHUNKS; i++) if (pages.dirtyChunks[i]) out.push(FIRST_DENY_PAGE + i);
    shadow?.eachDirty((page) => out.push(...Shadow.pagesOf(page)));
    return out;
  }

  private clean(): void {
    const { usedBlocks, pages, shadow } = this.m.mem;
    shadow?.dirty.fill(0);
    for (let block = 0; block < usedBlocks.length; block++) if (usedBlocks[block]) this.dirtyWords.fill(0, block << 6, (block + 1) << 6);
    pages.dirtyChunks.fill(0);
  }

  private setBase(c: Delta): void {
    const old = this.base;
    c.users++;
    this.base = c;
    if (old) this.drop(old);
  }

  /** Bytes that all checkpoints together really hold. */
  get bytes(): number {
    return this.pool.bytes;
  }
  get usedBytes(): number {
    return this.pool.usedBytes;
  }

  /** One user less; without users the page copies go back to the pool, with a single child as the last user they are merged into it. */
  private drop(c: Delta): void {
    let d: Delta | undefined = c;
    for (; d && --d.users === 0; d = d.parent) {
      for (const p of d.pages.values()) this.pool.give(p);
      d.pages.clear();
      this.live.delete(d);
      d.parent?.children.delete(d);
    }
    if (d?.released && d.users === 1 && d.children.size === 1) this.mergeIntoChild(d);
  }

  /** Nobody can restore `d` any more and one delta builds on it: that one takes over the pages which it has not itself. */
  private mergeIntoChild(d: Delta): void {
    const [child] = d.children;
    for (const [n, copy] of d.pages) {
      if (child.pages.has(n)) this.pool.give(copy);
      else child.pages.set(n, copy);
    }
    d.pages.clear();
    this.live.delete(d);
    d.children.clear();
    d.users = 0;
    child.parent = d.parent; // its use of the parent goes over to the child
    d.parent?.children.delete(d);
    d.parent?.children.add(child);
  }
}

/**
 * Hash of the mapped pages and page permissions: equal states have equal hashes, if the machine was stopped at the same places on the way (a stop leaves temporaries in
 * its frames that nobody reads again; `skip` leaves such pages out). For tests and verification, not for every step.
 */
export function memoryHash(m: Machine, skip: (page: number) => boolean = () => false): string {
  const { words } = m.mem;
  let a = 0x811c9dc5 | 0;
  let b = 0x9e3779b9 | 0;
  for (let page = 0; page < PAGES; page++) {
    const deny = m.mem.deny[page] & ~DENY_HOST;
    if (deny === DENY_UNMAPPED || skip(page)) continue;
    a = Math.imul(a ^ page ^ (deny << 20), 0x01000193);
    if (deny & Deny.Read) continue;
    const start = page << 10;
    for (let i = start; i < start + 1024; i++) {
      a = Math.imul(a ^ words[i], 0x01000193);
      b = (Math.imul(b, 31) + words[i]) | 0;
    }
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
