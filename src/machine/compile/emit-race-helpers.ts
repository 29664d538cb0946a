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

class Helper {
  private depth = 0;
  constructor(
    private readonly w: Writer,
    private readonly write: boolean,
    private readonly self: number,
  ) {}

  private get(n: number): void {
    this.w.byte(Op.local_get);
    this.w.unsigned(n);
  }
  private set(n: number): void {
    this.w.byte(Op.local_set);
    this.w.unsigned(n);
  }
  private i32(n: number): void {
    this.w.byte(Op.i32_const);
    this.w.signed(n);
  }
  private i64(n: bigint): void {
    this.w.byte(Op.i64_const);
    this.w.signed64(n);
  }
  private op(...codes: number[]): void {
    for (const c of codes) this.w.op(c);
  }
  private memory(code: number, align: number, offset: number): void {
    this.w.byte(code);
    this.w.byte(align);
    this.w.unsigned(offset);
  }
  private open(code: number): void {
    this.w.byte(code);
    this.w.byte(0x40);
    this.depth++;
  }
  private end(): void {
    this.w.byte(Op.end);
    this.depth--;
  }
  private br(level: number, code: number = Op.br_if): void {
    this.w.byte(code);
    this.w.unsigned(this.depth - level);
  }
  /** (word ^ mine) < 1 << STRAND_SHIFT: same strand. */
  private sameStrand(word: number): void {
    this.get(word);
    this.get(H.mine);
    this.op(Op.i32_xor);
    this.i32(1 << STRAND_SHIFT);
    this.op(Op.i32_lt_u);
  }

  /** An interlocked operation (4 or 8 bytes) on what this strand owns: noted here, and a new epoch begins. All others are the detector's. */
  atomic(): void {
    this.i32(0);
    this.memory(Op.i32_load, 2, REGISTERS + Reg.Epoch);
    this.set(H.mine);
    this.open(Op.block); // 1: ask the detector
    this.get(H.mine);
    this.i32(LAST_CLOCK << CLOCK_SHIFT);
    this.op(Op.i32_and);
    this.i32(LAST_CLOCK << CLOCK_SHIFT);
    this.op(Op.i32_eq);
    this.br(1);
    this.owned(0);
    this.get(H.kind);
    this.i32(RaceKind.Wide);
    this.op(Op.i32_and);
    this.open(Op.if); // 2
    this.owned(4);
    this.own(4);
    this.end();
    this.own(0);
    this.get(H.offset);
    this.i32(PAGE_SHIFT);
    this.op(Op.i32_shr_u);
    this.i32(1);
    this.memory(Op.i32_store8, 0, SHADOW_DIRTY);
    this.i32(0);
    this.i32(0);
    this.memory(Op.i64_load, 3, REGISTERS + Reg.Epoch);
    this.i64(BigInt(1 << CLOCK_SHIFT) * 0x100000001n);
    this.op(Op.i64_add);
    this.memory(Op.i64_store, 3, REGISTERS + Reg.Epoch);
    this.op(Op.return);
    this.end();
    this.ask();
  }
  /** To level 1 unless the granule is owned by this strand. */
  private owned(at: number): void {
    this.get(H.offset);
    this.memory(Op.i32_load, 2, READ_SHADOW + at);
    this.i32(DETAIL_WORD);
    this.op(Op.i32_ne);
    this.br(1);
    this.get(H.offset);
    this.memory(Op.i32_load, 2, WRITE_SHADOW + at);
    this.set(H.word);
    this.sameStrand(H.word);
    this.op(Op.i32_eqz);
    this.br(1);
  }
  private own(at: number): void {
    this.get(H.offset);
    this.get(H.mine);
    this.i32(FOREIGN);
    this.op(Op.i32_or);
    this.memory(Op.i32_store, 2, WRITE_SHADOW + at);
    this.get(H.offset);
    this.get(H.kind);
    this.i32(RaceKind.StepShift);
    this.op(Op.i32_shr_u);
    this.memory(Op.i32_store, 2, WRITE_SITE + at);
  }
  private ask(): void {
    this.get(H.offset);
    this.get(H.kind);
    this.get(H.fp);
    this.w.byte(Op.call);
    this.w.unsigned(RACE_IMPORT);
    this.w.byte(Op.end);
  }

  /** Whole granules of this strand in an older epoch: both words at once for a wide access. Falls through when it is not as simple as that. */
  private whole(wide: boolean): void {
    const [load, store, align, and, eqz] = wide
      ? [Op.i64_load, Op.i64_store, 3, Op.i64_and, Op.i64_eqz]
      : [Op.i32_load, Op.i32_store, 2, Op.i32_and, Op.i32_eqz];
    const constant = (n: number): void => {
      if (wide) this.i64(BigInt(n >>> 0) * 0x100000001n);
      else this.i32(n);
    };
    const epoch = (): void => {
      this.i32(0);
      this.memory(load, align, REGISTERS + Reg.Epoch);
    };
    // ((word ^ epoch) & mask) == 0: same strand, and for writes nobody else read since
    this.open(Op.block);
    const level = this.depth;
    const differs = (base: number, foreign: boolean): void => {
      this.get(H.offset);
      this.memory(load, align, base);
      epoch();
      this.op(wide ? Op.i64_xor : Op.i32_xor);
      constant((-1 << STRAND_SHIFT) | (foreign ? FOREIGN : 0));
      this.op(and, eqz, Op.i32_eqz);
    };
    differs(this.write ? WRITE_SHADOW : READ_SHADOW, this.write);
    this.br(level);
    if (this.write) {
      this.get(H.offset);
      this.memory(load, align, READ_SHADOW);
      this.op(eqz, Op.i32_eqz);
      this.open(Op.if);
      differs(READ_SHADOW, false);
      this.br(level);
      this.end();
    }
    this.get(H.offset);
    epoch();
    this.memory(store, align, this.write ? WRITE_SHADOW : READ_SHADOW);
    for (const at of wide ? [0, 4] : [0]) {
      this.get(H.offset);
      this.get(H.kind);
      this.i32(RaceKind.StepShift);
      this.op(Op.i32_shr_u);
      this.memory(Op.i32_store, 2, (this.write ? WRITE_SITE : READ_SITE) + at);
    }
    this.get(H.offset);
    this.i32(PAGE_SHIFT);
    this.op(Op.i32_shr_u);
    this.i32(1);
    this.memory(Op.i32_store8, 0, SHADOW_DIRTY);
    this.op(Op.return);
    this.end();
  }

  body(): void {
    // A whole granule: (kind & 15) == 15.
    this.get(H.kind);
    this.i32(ALL_BYTES | RaceKind.Wide);
    this.op(Op.i32_and);
    this.i32(ALL_BYTES);
    this.op(Op.i32_eq);
    this.open(Op.if);
    this.whole(false);
    this.end();
    // Both halves of a wide access, together or one after the other.
    this.get(H.kind);
    this.i32(RaceKind.Wide);
    this.op(Op.i32_and);
    this.open(Op.if);
    this.whole(true);
    for (const add of [0, 4]) {
      this.get(H.offset);
      this.i32(add);
      this.op(Op.i32_add);
      this.get(H.kind);
      this.i32(~RaceKind.Wide);
      this.op(Op.i32_and);
      this.get(H.fp);
      this.w.byte(Op.call);
      this.w.unsigned(this.self);
    }
    this.op(Op.return);
    this.end();
    // granule = offset & ~3, other = bytes of it that are meant
    this.get(H.offset);
    this.i32(-4);
    this.op(Op.i32_and);
    this.set(H.granule);
    this.get(H.kind);
    this.i32(ALL_BYTES);
    this.op(Op.i32_and);
    this.get(H.offset);
    this.i32(3);
    this.op(Op.i32_and, Op.i32_shl);
    this.set(H.other);
    this.i32(0);
    this.memory(Op.i32_load, 2, REGISTERS + Reg.Epoch);
    this.i32(~ALL_BYTES);
    this.op(Op.i32_and);
    this.get(H.other);
    this.op(Op.i32_or);
    this.set(H.mine);
    this.get(H.granule);
    this.memory(Op.i32_load, 2, this.write ? WRITE_SHADOW : READ_SHADOW);
    this.set(H.word);
    this.open(Op.block); // 1: ask the detector
    if (this.write) this.ownWrite();
    else this.ownRead();
    // settle: the word, the site, the dirty mark
    this.get(H.granule);
    this.get(H.mine);
    this.memory(Op.i32_store, 2, this.write ? WRITE_SHADOW : READ_SHADOW);
    this.get(H.granule);
    this.get(H.kind);
    this.i32(RaceKind.StepShift);
    this.op(Op.i32_shr_u);
    this.memory(Op.i32_store, 2, this.write ? WRITE_SITE : READ_SITE);
    this.get(H.granule);
    this.i32(PAGE_SHIFT);
    this.op(Op.i32_shr_u);
    this.i32(1);
    this.memory(Op.i32_store8, 0, SHADOW_DIRTY);
    this.op(Op.return);
    this.end();
    this.ask();
  }

  /** The read word is mine (then nobody wrote since), or empty and the write word is empty or mine. Falls through with `mine` merged. */
  private ownRead(): void {
    this.get(H.word);
    this.open(Op.if); // 2
    this.sameStrand(H.word);
    this.op(Op.i32_eqz);
    this.br(1);
    this.mergeBytes();
    this.w.byte(Op.else);
    this.otherIsMine(WRITE_SHADOW);
    this.end();
  }

  /** The write word is mine or empty, nobody else read since, and the read word is mine or empty. */
  private ownWrite(): void {
    this.get(H.word);
    this.open(Op.if); // 2
    this.sameStrand(H.word);
    this.op(Op.i32_eqz);
    this.br(1);
    this.get(H.word);
    this.i32(FOREIGN);
    this.op(Op.i32_and);
    this.br(1);
    this.mergeBytes();
    this.end();
    this.otherIsMine(READ_SHADOW);
  }

  /** Word of the other array: empty or of this strand, else to the detector. Uses `word`. */
  private otherIsMine(base: number): void {
    this.get(H.granule);
    this.memory(Op.i32_load, 2, base);
    this.set(H.word);
    this.get(H.word);
    this.open(Op.if);
    this.sameStrand(H.word);
    this.op(Op.i32_eqz);
    this.br(1);
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
    this.get(H.word);
    this.i32(ALL_BYTES);
    this.op(Op.i32_and);
    this.get(H.other);
    this.i32(-1);
    this.op(Op.i32_xor, Op.i32_and);
    this.br(1);
    this.w.byte(Op.else);
    this.get(H.mine);
    this.get(H.word);
    this.op(Op.i32_or);
    this.set(H.mine);
    this.end();
  }
}
