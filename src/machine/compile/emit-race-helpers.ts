// Race variant: the functions of the module behind the inline look (emit-race.ts). They settle accesses by the same strand in a newer epoch, whole, partial and
// interlocked; everything else asks the detector in TypeScript.
import { PAGE_SHIFT, REGISTERS, Reg, SHADOW_DIRTY } from '../abi.js';
import {
  ALL_BYTES,
  CLOCK_SHIFT,
  DETAIL_WORD,
  FOREIGN,
  LAST_CLOCK,
  RaceKind,
  READ_SHADOW,
  READ_SITE,
  STRAND_SHIFT,
  WRITE_SHADOW,
  WRITE_SITE,
} from '../shadow.js';
import { Assembler } from './assembler.js';
import { type Emitter, RACE_IMPORT } from './emit-base.js';
import { Op } from './op.js';
import type { Writer } from './writer.js';

/** The helpers come after the functions of the image. */
export const READ_HELPER = 0;
export const WRITE_HELPER = 1;
export const ATOMIC_HELPER = 2;
export const RACE_HELPERS = 3;
export const helperIndex = (o: Emitter['options'], helper: number): number => o.firstFunction + o.functionCount + helper;

/** Locals of a helper; the parameters are (offset, kind, fp). */
const H = { offset: 0, kind: 1, fp: 2, granule: 3, word: 4, mine: 5, other: 6 };

/** Writes the helper functions' bodies to the code section. */
export function emitRaceHelpers(out: Writer, scratch: Writer, options: Emitter['options']): void {
  for (let helper = 0; helper < RACE_HELPERS; helper++) {
    scratch.length = 0;
    scratch.unsigned(1);
    scratch.unsigned(4);
    scratch.byte(0x7f);
    const h = new Helper(scratch, helper === WRITE_HELPER, helperIndex(options, helper));
    if (helper === ATOMIC_HELPER) h.atomic();
    else h.body();
    out.sized(scratch);
  }
}

/** Reads best with the stack in mind: what a line pushes, the next one takes. */
class Helper extends Assembler {
  /** Words of this kind of access, where its step goes, and the words of the other kind. */
  private readonly words: number;
  private readonly sites: number;
  private readonly otherWords: number;

  constructor(
    w: Writer,
    private readonly write: boolean,
    private readonly self: number,
  ) {
    super(w);
    this.words = write ? WRITE_SHADOW : READ_SHADOW;
    this.sites = write ? WRITE_SITE : READ_SITE;
    this.otherWords = write ? READ_SHADOW : WRITE_SHADOW;
  }

  private ops(...codes: number[]): void {
    for (const c of codes) this.op(c);
  }
  private brIf(level: number): void {
    this.br(level, Op.br_if);
  }
  /** local & bits */
  private bits(local: number, bits: number): void {
    this.get(local);
    this.i32(bits);
    this.op(Op.i32_and);
  }
  /** local >>> bits */
  private shifted(local: number, bits: number): void {
    this.get(local);
    this.i32(bits);
    this.op(Op.i32_shr_u);
  }
  /** The word at the place in a local. */
  private load(place: number, base: number): void {
    this.get(place);
    this.memory(Op.i32_load, 4, base);
  }
  /** The step of the access becomes the site at the place in a local. */
  private storeSite(place: number, base: number): void {
    this.get(place);
    this.shifted(H.kind, RaceKind.StepShift);
    this.memory(Op.i32_store, 4, base);
  }
  private markDirty(place: number): void {
    this.shifted(place, PAGE_SHIFT);
    this.i32(1);
    this.memory(Op.i32_store8, 1, SHADOW_DIRTY);
  }
  private epoch(wide = false): void {
    this.i32(0);
    this.memory(wide ? Op.i64_load : Op.i32_load, wide ? 8 : 4, REGISTERS + Reg.Epoch);
  }
  /** To level 1, where the detector is asked, unless `word` is of this strand: (word ^ mine) < 1 << STRAND_SHIFT. */
  private askUnlessMine(): void {
    this.get(H.word);
    this.get(H.mine);
    this.op(Op.i32_xor);
    this.i32(1 << STRAND_SHIFT);
    this.ops(Op.i32_lt_u, Op.i32_eqz);
    this.brIf(1);
  }
  private ask(): void {
    this.get(H.offset);
    this.get(H.kind);
    this.get(H.fp);
    this.call(RACE_IMPORT);
    this.w.byte(Op.end); // of the function
  }

  /** An interlocked operation (4 or 8 bytes) on what this strand owns: noted here, and a new epoch begins. All others are the detector's. */
  atomic(): void {
    this.epoch();
    this.set(H.mine);
    this.open(Op.block); // 1: ask the detector
    this.bits(H.mine, LAST_CLOCK << CLOCK_SHIFT);
    this.i32(LAST_CLOCK << CLOCK_SHIFT);
    this.op(Op.i32_eq);
    this.brIf(1);
    this.owned(0);
    this.bits(H.kind, RaceKind.Wide);
    this.open(Op.if); // 2
    this.owned(4);
    this.own(4);
    this.end();
    this.own(0);
    this.markDirty(H.offset);
    this.i32(0);
    this.epoch(true);
    this.i64(BigInt(1 << CLOCK_SHIFT) * 0x100000001n);
    this.op(Op.i64_add);
    this.memory(Op.i64_store, 8, REGISTERS + Reg.Epoch);
    this.op(Op.return);
    this.end();
    this.ask();
  }
  /** To level 1 unless the granule is owned by this strand. */
  private owned(at: number): void {
    this.load(H.offset, READ_SHADOW + at);
    this.i32(DETAIL_WORD);
    this.op(Op.i32_ne);
    this.brIf(1);
    this.load(H.offset, WRITE_SHADOW + at);
    this.set(H.word);
    this.askUnlessMine();
  }
  private own(at: number): void {
    this.get(H.offset);
    this.get(H.mine);
    this.i32(FOREIGN);
    this.op(Op.i32_or);
    this.memory(Op.i32_store, 4, WRITE_SHADOW + at);
    this.storeSite(H.offset, WRITE_SITE + at);
  }

  /** Whole granules of this strand in an older epoch: both words at once for a wide access. Falls through when it is not as simple as that. */
  private whole(wide: boolean): void {
    const [load, store, width, xor, and, eqz] = wide
      ? [Op.i64_load, Op.i64_store, 8, Op.i64_xor, Op.i64_and, Op.i64_eqz]
      : [Op.i32_load, Op.i32_store, 4, Op.i32_xor, Op.i32_and, Op.i32_eqz];
    const level = this.open(Op.block);
    // ((word ^ epoch) & mask) == 0: same strand, and for writes nobody else read since
    const leaveIfDiffers = (base: number, foreign: number): void => {
      const mask = (-1 << STRAND_SHIFT) | foreign;
      this.get(H.offset);
      this.memory(load, width, base);
      this.epoch(wide);
      this.op(xor);
      if (wide) this.i64(BigInt(mask >>> 0) * 0x100000001n);
      else this.i32(mask);
      this.ops(and, eqz, Op.i32_eqz);
      this.brIf(level);
    };
    leaveIfDiffers(this.words, this.write ? FOREIGN : 0);
    if (this.write) {
      this.get(H.offset);
      this.memory(load, width, READ_SHADOW);
      this.ops(eqz, Op.i32_eqz);
      this.open(Op.if);
      leaveIfDiffers(READ_SHADOW, 0);
      this.end();
    }
    this.get(H.offset);
    this.epoch(wide);
    this.memory(store, width, this.words);
    for (const at of wide ? [0, 4] : [0]) this.storeSite(H.offset, this.sites + at);
    this.markDirty(H.offset);
    this.op(Op.return);
    this.end();
  }

  body(): void {
    this.bits(H.kind, ALL_BYTES | RaceKind.Wide);
    this.i32(ALL_BYTES);
    this.op(Op.i32_eq);
    this.open(Op.if);
    this.whole(false);
    this.end();
    // Both halves of a wide access, together or one after the other.
    this.bits(H.kind, RaceKind.Wide);
    this.open(Op.if);
    this.whole(true);
    for (const add of [0, 4]) {
      this.get(H.offset);
      this.i32(add);
      this.op(Op.i32_add);
      this.bits(H.kind, ~RaceKind.Wide);
      this.get(H.fp);
      this.call(this.self);
    }
    this.op(Op.return);
    this.end();
    // granule = offset & ~3, other = bytes of it that are meant
    this.bits(H.offset, -4);
    this.set(H.granule);
    this.bits(H.kind, ALL_BYTES);
    this.bits(H.offset, 3);
    this.op(Op.i32_shl);
    this.set(H.other);
    this.epoch();
    this.i32(~ALL_BYTES);
    this.op(Op.i32_and);
    this.get(H.other);
    this.op(Op.i32_or);
    this.set(H.mine);
    this.load(H.granule, this.words);
    this.set(H.word);
    this.open(Op.block); // 1: ask the detector
    if (this.write) this.ownWrite();
    else this.ownRead();
    this.get(H.granule);
    this.get(H.mine);
    this.memory(Op.i32_store, 4, this.words);
    this.storeSite(H.granule, this.sites);
    this.markDirty(H.granule);
    this.op(Op.return);
    this.end();
    this.ask();
  }

  /** The read word is mine (then nobody wrote since), or empty and the write word is empty or mine. Falls through with `mine` merged. */
  private ownRead(): void {
    this.get(H.word);
    this.open(Op.if); // 2
    this.askUnlessMine();
    this.mergeBytes();
    this.else();
    this.otherIsMine();
    this.end();
  }

  /** The write word is mine or empty, nobody else read since, and the read word is mine or empty. */
  private ownWrite(): void {
    this.get(H.word);
    this.open(Op.if); // 2
    this.askUnlessMine();
    this.bits(H.word, FOREIGN);
    this.brIf(1);
    this.mergeBytes();
    this.end();
    this.otherIsMine();
  }

  /** Word of the other array: empty or of this strand, else to the detector. Uses `word`. */
  private otherIsMine(): void {
    this.load(H.granule, this.otherWords);
    this.set(H.word);
    this.get(H.word);
    this.open(Op.if);
    this.askUnlessMine();
    this.end();
  }

  /**
   * `word` is of this strand. Same epoch: its bytes join `mine`. An older one: only when this access covers all of its bytes, because one clock
   * cannot tell two times.
   */
  private mergeBytes(): void {
    this.get(H.word);
    this.get(H.mine);
    this.op(Op.i32_xor);
    this.i32(~ALL_BYTES);
    this.op(Op.i32_and);
    this.open(Op.if);
    this.bits(H.word, ALL_BYTES);
    this.get(H.other);
    this.i32(-1);
    this.ops(Op.i32_xor, Op.i32_and);
    this.brIf(1);
    this.else();
    this.get(H.mine);
    this.get(H.word);
    this.op(Op.i32_or);
    this.set(H.mine);
    this.end();
  }
}
