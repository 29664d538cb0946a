// The race variant's shadow: what compiled code notes about the last accesses to every 4 bytes of kernel memory, in host-only memory that is reserved
// at start and never grows. Four arrays of one word for 4 bytes (a *granule*): who read it, who wrote it, and at which step (for the report). The words
// for an offset o lie at base + o, so compiled code needs no arithmetic: the address that it has checked is the address of the word.
//
// A word is an epoch as in FastTrack (Flanagan & Freund, PLDI 2009): strand << 23 | clock << 5 | foreign | bytes.
//   strand  who ran: a thread, or a CPU at interrupt level; 0 in a word = nobody yet; DETAIL = more than one word can say, the detector has the list
//   clock   counts the strand's releases and acquires: everything between two of them is one epoch
//   foreign (write word) somebody else read it since: the strand's next write must look closer
//   bytes   which of the 4 bytes are meant; neighbours in one granule are different objects and never race with each other
// A granule whose last access was an interlocked operation has DETAIL as read word and the operation's epoch with `foreign` as write word (*owned*): the
// same strand's next operation is settled in the module, which also begins the strand's next epoch. So Reg.Epoch, not the detector, has the clock of
// who runs.
// Reg.Epoch holds the word of an access to all bytes by who runs now. An access whose word is equal has been seen in this epoch and costs a load and
// a compare; an access by the same strand in a newer epoch is settled by a helper in the module (emit-race-helpers.ts); everything else asks the detector.
import { HOST_END, MAP, PAGE_SHIFT, SHADOW_DIRTY } from './abi.js';

/** Offsets below this have shadow words: images, pool and kernel stacks, not the windows of processes. */
export const SHADOW_SPAN = MAP.stacks.end;
export const READ_SHADOW = HOST_END;
export const WRITE_SHADOW = READ_SHADOW + SHADOW_SPAN;
export const READ_SITE = WRITE_SHADOW + SHADOW_SPAN;
export const WRITE_SITE = READ_SITE + SHADOW_SPAN;
export const SHADOW_END = WRITE_SITE + SHADOW_SPAN;
export const SHADOW_WASM_PAGES = SHADOW_END / 65536;

export const STRAND_SHIFT = 23;
export const CLOCK_SHIFT = 5;
export const MAX_CLOCK = (1 << (STRAND_SHIFT - CLOCK_SHIFT)) - 1;
export const FOREIGN = 16;
export const ALL_BYTES = 15;
/** Strand number of words whose granule the detector keeps in a list. */
export const DETAIL = 511;
export const MAX_STRAND = DETAIL - 1;
/** Clocks from here on are left to the detector. */
export const LAST_CLOCK = MAX_CLOCK - 2;

/** What compiled code tells the detector about an access, beside the offset: bytes of the granule in bits 0-3 (before shifting by its place), then: */
export const enum RaceKind {
  Write = 16,
  /** interlocked: atomic, and orders the threads that do it on the same word */
  Atomic = 32,
  Volatile = 64,
  /** 8 bytes: this granule and the next */
  Wide = 128,
  StepShift = 8,
}
const MAX_STEP = 1 << 24;

export const raceKind = (step: number, bits: number): number => (step < MAX_STEP ? (step << RaceKind.StepShift) | bits : bits) | 0;

/** The word of an access to all bytes. */
export const epochWord = (strand: number, clock: number): number => (strand << STRAND_SHIFT) | (clock << CLOCK_SHIFT) | ALL_BYTES;
/** Word of a granule that the detector has a list for. */
export const DETAIL_WORD = (DETAIL << STRAND_SHIFT) | ALL_BYTES | 0;
export const strandOf = (word: number): number => word >>> STRAND_SHIFT;
export const clockOf = (word: number): number => (word >>> CLOCK_SHIFT) & MAX_CLOCK;

export class Shadow {
  /** By granule (offset >> 2). */
  readonly read: Int32Array;
  readonly write: Int32Array;
  readonly readSite: Int32Array;
  readonly writeSite: Int32Array;
  /** One byte a page of simulated memory. */
  readonly dirty: Uint8Array;
  private readonly dirtyWords: Int32Array;
  /** The whole linear memory, for copies of shadow pages. */
  readonly all: Uint8Array;

  constructor(buffer: ArrayBufferLike) {
    const words = SHADOW_SPAN >> 2;
    this.read = new Int32Array(buffer, READ_SHADOW, words);
    this.write = new Int32Array(buffer, WRITE_SHADOW, words);
    this.readSite = new Int32Array(buffer, READ_SITE, words);
    this.writeSite = new Int32Array(buffer, WRITE_SITE, words);
    this.dirty = new Uint8Array(buffer, SHADOW_DIRTY, SHADOW_SPAN >>> PAGE_SHIFT);
    this.dirtyWords = new Int32Array(buffer, SHADOW_DIRTY, (SHADOW_SPAN >>> PAGE_SHIFT) >>> 2);
    this.all = new Uint8Array(buffer);
  }

  mark(offset: number): void {
    this.dirty[offset >>> PAGE_SHIFT] = 1;
  }

  /** Pages of simulated memory whose shadow changed since the last checkpoint. */
  eachDirty(f: (page: number) => void): void {
    for (let w = 0; w < this.dirtyWords.length; w++) {
      if (this.dirtyWords[w] === 0) continue;
      for (let i = 4 * w; i < 4 * w + 4; i++) if (this.dirty[i]) f(i);
    }
  }

  /** Numbers (over the whole linear memory) of the pages that hold the shadow of a page of simulated memory. */
  static pagesOf(page: number): number[] {
    return [READ_SHADOW, WRITE_SHADOW, READ_SITE, WRITE_SITE].map((base) => (base >>> PAGE_SHIFT) + page);
  }
}

/** Offset has shadow words. */
export const isShadowed = (offset: number): boolean => offset >= 0 && offset < SHADOW_SPAN;
