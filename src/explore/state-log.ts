// Going back and forth between states of an exploring run: an undo log of memory words (place, old value) instead of page copies. A mirror of every page that
// was written since the root tells what changed since the last look; the hash of the memory is kept up to date from the same differences, so that a state that
// was seen before is recognised without reading the memory again.

import { xorshift32 } from '../base/prng.js';
import type { Kernel } from '../kernel/kernel.js';
import { DENY_TABLE, MEMORY_SIZE, PAGE_SHIFT, PAGE_SIZE, Reg } from '../machine/abi.js';
import type { Checkpoint } from '../machine/checkpoint.js';
import { plausibleFrame } from '../machine/frames.js';

const PAGES = MEMORY_SIZE >>> PAGE_SHIFT;
const PAGE_WORDS = PAGE_SIZE >> 2;
const FIRST_DENY_PAGE = DENY_TABLE >>> PAGE_SHIFT;
const REG_WORDS = Reg.Size >> 2;
/** Registers whose contents mean nothing between two slices. */
const PASSING = new Set(
  [Reg.Fuel, Reg.Reason, Reg.StopStep, Reg.FaultAddress, Reg.FaultAddress + 4, Reg.FaultKind, Reg.FaultSize, Reg.CallLimit].map(
    (r) => r >> 2,
  ),
);
const LASTING = Array.from({ length: REG_WORDS }, (_, i) => i).filter((i) => !PASSING.has(i));

const ZERO_PAGE = new Int32Array(PAGE_WORDS);
const MOST_FRAMES = 64;
/** Frames further apart do not lie on one stack. */
const STACK_STRIDE = 0x2000;

/** A state to go back to. */
export interface StateMark {
  readonly undo: number;
  readonly hashA: number;
  readonly hashB: number;
  readonly words: Int32Array;
  readonly times: Float64Array;
  readonly running: number;
  readonly steps: number;
  readonly host: unknown;
}

export class StateLog {
  private places = new Int32Array(1 << 14);
  private values = new Int32Array(1 << 14);
  private length = 0;
  private hashA = 0;
  private hashB = 0;
  private readonly mirrors = new Map<number, Int32Array>();
  private readonly words: Int32Array;
  private readonly dirtyWords: Int32Array;
  private readonly root: Checkpoint;
  private readonly rootPages = new Map<number, Int32Array>();
  /** Per page the lowest word that was ever seen to change. */
  private readonly lowest = new Map<number, number>();
  private garbageA = 0;
  private garbageB = 0;

  /** The root is the state now. */
  constructor(private readonly k: Kernel) {
    const { mem, machine } = { mem: k.mem, machine: k.machine };
    this.words = mem.words;
    this.dirtyWords = new Int32Array(mem.wasm.buffer, mem.dirty.byteOffset, PAGES >> 2);
    this.root = machine.checkpoint();
  }

  /** Takes over what was written since the last call. After every piece of the run. */
  sync(): void {
    const { dirty, usedBlocks, pages } = this.k.mem;
    for (let block = 0; block < usedBlocks.length; block++) {
      if (!usedBlocks[block]) continue;
      for (let w = block << 6; w < (block + 1) << 6; w++) {
        if (this.dirtyWords[w] === 0) continue;
        for (let i = 4 * w; i < 4 * w + 4; i++) if (dirty[i]) this.compare(i);
        this.dirtyWords[w] = 0;
      }
    }
    const chunks = pages.dirtyChunks;
    for (let i = 0; i < chunks.length; i++) {
      if (!chunks[i]) continue;
      this.compare(FIRST_DENY_PAGE + i);
      chunks[i] = 0;
    }
  }

  mark(): StateMark {
    const { machine } = this.k;
    const n = machine.cpus.length;
    const words = new Int32Array(n * REG_WORDS);
    const times = new Float64Array(2 * n);
    for (let c = 0; c < n; c++) {
      words.set(machine.wordsOf(c), c * REG_WORDS);
      times[2 * c] = machine.cpus[c].time;
      times[2 * c + 1] = machine.cpus[c].idle ? 1 : 0;
    }
    return {
      undo: this.length,
      hashA: this.hashA,
      hashB: this.hashB,
      words,
      times,
      running: machine.registers.cpu,
      steps: machine.totalSteps,
      host: this.k.saveState(),
    };
  }

  /** Exactly that state again. Marks that were made after it are worth nothing any more. */
  back(to: StateMark): void {
    const { words, places, values, mirrors } = this;
    for (let i = this.length - 1; i >= to.undo; i--) {
      const at = places[i];
      words[at] = values[i];
      mirrors.get(at >> 10)![at & (PAGE_WORDS - 1)] = values[i];
    }
    this.length = to.undo;
    this.hashA = to.hashA;
    this.hashB = to.hashB;
    const { machine, trace } = this.k;
    for (let c = 0; c < machine.cpus.length; c++) {
      machine.cpus[c].words.set(to.words.subarray(c * REG_WORDS, (c + 1) * REG_WORDS));
      machine.cpus[c].time = to.times[2 * c];
      machine.cpus[c].idle = to.times[2 * c + 1] !== 0;
    }
    machine.registers.words.set(machine.cpus[to.running].words);
    machine.totalSteps = to.steps;
    this.k.restoreState(to.host);
    trace.branch(); // the other order is another future
  }

  /**
   * Number of the state: equal states have equal numbers; different ones have different ones, but for a chance of about 1 : 2^53. What lies below the innermost
   * frame of a stack in use is garbage and no part of the state.
   */
  stateNumber(extra: number): number {
    const { machine } = this.k;
    this.garbageA = 0;
    this.garbageB = 0;
    for (let c = 0; c < machine.cpus.length; c++) this.addGarbage(machine.wordsOf(c)[Reg.Top >> 2]);
    let a = (this.hashA - this.garbageA) ^ Math.imul(extra, 0x9e3779b1);
    let b = this.hashB - this.garbageB + Math.imul(extra, 0x85ebca6b);
    for (let c = 0; c < machine.cpus.length; c++) {
      const words = machine.wordsOf(c);
      for (const i of LASTING) {
        a = Math.imul(a ^ words[i], 0x01000193);
        a ^= a >>> 15;
        b = (Math.imul(b, 0x2c1b3c6d) + words[i]) | 0;
      }
      const { time, idle } = machine.cpus[c];
      a = Math.imul(a ^ (time | 0) ^ (idle ? 0x55555555 : 0), 0x01000193);
      b = (Math.imul(b, 0x2c1b3c6d) + Math.floor(time / 4294967296) + (time | 0)) | 0;
    }
    a ^= a >>> 13;
    b ^= b >>> 16;
    return (a >>> 0) * 2097152 + ((b >>> 11) & 0x1fffff);
  }

  /** Pages that differ from the root somewhere in the search, for the curious. */
  get pages(): number {
    return this.mirrors.size;
  }

  /** Sums up what lies below each stretch of the frames from `top` on: a stretch ends where the stack is another one (system call, trap). */
  private addGarbage(top: number): void {
    const { headers } = this.k.machine;
    let below = 0;
    for (let fp = top, n = 0; plausibleFrame(fp) && n < MOST_FRAMES; fp = headers.prev(fp), n++) {
      if (below === 0 || fp < below || fp - below > STACK_STRIDE) this.addBelow(headers.sp(fp) & ~3);
      below = fp;
    }
  }

  /** The words below a place that were written since the root, down to the first page that was not. */
  private addBelow(end: number): void {
    const { words } = this;
    let a = this.garbageA;
    let b = this.garbageB;
    for (let page = (end - 1) >>> PAGE_SHIFT; ; page--) {
      const lowest = this.lowest.get(page);
      if (lowest === undefined) break;
      const root = this.rootPage(page);
      const first = page * PAGE_WORDS;
      const key = pageKey(page);
      for (let w = Math.min(end >> 2, first + PAGE_WORDS) - 1; w >= lowest; w--) {
        const value = words[w];
        const old = root[w - first];
        if (value === old) continue;
        const change = mix(value) - mix(old);
        a = (a + Math.imul(KEYS_A[w - first] + key, change)) | 0;
        b = (b + Math.imul(KEYS_B[w - first] ^ key, change)) | 0;
      }
    }
    this.garbageA = a;
    this.garbageB = b;
  }

  private rootPage(page: number): Int32Array {
    let r = this.rootPages.get(page);
    if (r === undefined) {
      const p = this.k.machine.pageOf(this.root, page);
      r = p ? new Int32Array(p.buffer, p.byteOffset, PAGE_WORDS) : ZERO_PAGE;
      this.rootPages.set(page, r);
    }
    return r;
  }

  private compare(page: number): void {
    let mirror = this.mirrors.get(page);
    if (!mirror) {
      const old = this.k.machine.pageOf(this.root, page);
      mirror = new Int32Array(PAGE_WORDS);
      if (old) mirror.set(new Int32Array(old.buffer, old.byteOffset, PAGE_WORDS));
      if (page >= FIRST_DENY_PAGE) {
        const bytes = new Uint8Array(mirror.buffer);
        for (let i = 0; i < PAGE_SIZE; i++) bytes[i] |= this.k.mem.registers.observe;
      }
      this.mirrors.set(page, mirror);
    }
    const { words } = this;
    const base = page * PAGE_WORDS;
    let a = this.hashA;
    let b = this.hashB;
    let n = this.length;
    const key = pageKey(page);
    let first = PAGE_WORDS;
    this.reserve(n + PAGE_WORDS);
    const { places, values } = this;
    for (let i = 0; i < PAGE_WORDS; i++) {
      const now = words[base + i];
      const old = mirror[i];
      if (now === old) continue;
      mirror[i] = now;
      if (i < first) first = i;
      const at = base + i;
      places[n] = at;
      values[n++] = old;
      const change = mix(now) - mix(old);
      a = (a + Math.imul(KEYS_A[i] + key, change)) | 0;
      b = (b + Math.imul(KEYS_B[i] ^ key, change)) | 0;
    }
    this.hashA = a;
    this.hashB = b;
    this.length = n;
    if (first < PAGE_WORDS) this.lowest.set(page, Math.min(this.lowest.get(page) ?? base + first, base + first));
  }

  private reserve(length: number): void {
    while (this.places.length < length) {
      this.places = grown(this.places);
      this.values = grown(this.values);
    }
  }
}

function grown(a: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const b = new Int32Array(2 * a.length);
  b.set(a);
  return b;
}

// The hash of the memory is a sum over its words: key of the place * mixed value, two sums with keys of their own (multilinear hashing). A change of one word
// changes each sum by key * difference, so the sums follow the undo log.
function keys(seed: number): Int32Array {
  let state = seed;
  return Int32Array.from({ length: PAGE_WORDS }, () => (state = xorshift32(state)) | 1);
}
const KEYS_A = keys(0x1f123bb5);
const KEYS_B = keys(0x5f356495);

function mix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x ^= x >>> 13;
  return Math.imul(x, 0xc2b2ae35) ^ (x >>> 16);
}
/** Even, so that the key of a place stays odd. */
const pageKey = (page: number): number => mix(page + 1) << 1;
