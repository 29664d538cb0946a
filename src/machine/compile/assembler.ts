// WebAssembly instructions written one by one, with the depth of blocks counted so that a branch can name its target by level.
import { Op } from './op.js';
import type { Writer } from './writer.js';

const MEMORY_ALIGN: Record<number, number> = { 1: 0, 2: 1, 4: 2, 8: 3 };

export class Assembler {
  depth = 0;

  constructor(readonly w: Writer) {}

  // ---- instructions
  op(code: number): void {
    this.w.op(code);
  }
  get(local: number): void {
    this.w.byte(Op.local_get);
    this.w.unsigned(local);
  }
  set(local: number): void {
    this.w.byte(Op.local_set);
    this.w.unsigned(local);
  }
  tee(local: number): void {
    this.w.byte(Op.local_tee);
    this.w.unsigned(local);
  }
  i32(v: number): void {
    this.w.byte(Op.i32_const);
    this.w.signed(v);
  }
  /** Numbers must be exact (addresses, sizes). */
  i64(v: bigint | number): void {
    this.w.byte(Op.i64_const);
    if (typeof v === 'number') this.w.signedExact(v);
    else this.w.signed64(v);
  }
  /** Load or store with a static offset; `width` of the access for the alignment hint (0: no promise). */
  memory(code: number, width: number, offset: number): void {
    this.w.byte(code);
    this.w.byte(MEMORY_ALIGN[width]);
    this.w.unsigned(offset);
  }
  call(index: number): void {
    this.w.byte(Op.call);
    this.w.unsigned(index);
  }

  // ---- structure
  open(code: number): number {
    this.w.byte(code);
    this.w.byte(0x40);
    return ++this.depth;
  }
  else(): void {
    this.w.byte(Op.else);
  }
  end(): void {
    this.w.byte(Op.end);
    this.depth--;
  }
  br(level: number, code: number = Op.br): void {
    this.w.byte(code);
    this.w.unsigned(this.depth - level);
  }
}
