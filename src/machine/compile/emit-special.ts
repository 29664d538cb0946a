// The rarer steps: block stores, interlocked operations, _alloca; and the constant fill they share with initialisers.
import { Fault, FRAME, Reg } from '../abi.js';
import { emitAccess, emitRange, exitIfFault } from './emit-access.js';
import { type Emitter, Local, SLOW_IMPORT } from './emit-base.js';
import { addressOfOffset, emitValue, loadOp, storeOp } from './emit-value.js';
import { SlowKind } from './imports.js';
import type { Op as IrOp, Value } from './ir.js';
import { i64, typeOf } from './ir.js';
import { Op, opcode } from './op.js';

/** Largest block of __stosb and the like in one step. */
const MAX_BLOCK = 0xffffff;

/** Uninitialised locals hold this in every run (the pattern that MSVC debug code uses). */
export const FILL_BYTE = 0xcc;

/** Constant fill: stores for small sizes, memory.fill beyond. */
export function fillBytes(E: Emitter, base: number, offset: number, size: number, byte: number): void {
  if (size > 64) {
    E.get(base);
    if (offset) {
      E.i32(offset);
      E.op(Op.i32_add);
    }
    E.i32(byte);
    E.i32(size);
    E.op(Op.memory_fill);
    E.w.byte(0);
    return;
  }
  let at = 0;
  for (const width of [8, 4, 2, 1] as const) {
    while (size - at >= width) {
      E.get(base);
      const pattern = BigInt.asIntN(width * 8, BigInt(byte) * 0x0101010101010101n);
      if (width === 8) E.i64(pattern);
      else E.i32(Number(pattern));
      E.memory(storeOp(width === 8 ? 'i64' : 'i32', width), 1, offset + at);
      at += width;
    }
  }
}

export function emitBlock(E: Emitter, op: IrOp & { k: 'block' }): void {
  // p = bytes; too much at once is an access fault at the destination.
  emitValue(E, op.count);
  E.i64(op.width);
  E.op(Op.i64_mul);
  E.set(Local.p);
  E.get(Local.p);
  E.i64(MAX_BLOCK);
  E.op(Op.i64_gt_u);
  E.open(Op.if);
  E.fault(Fault.Write, () => emitValue(E, op.dst));
  E.end();
  E.get(Local.p);
  E.op(Op.i64_eqz);
  E.op(Op.i32_eqz);
  E.open(Op.if);
  const bytes = (): void => {
    E.get(Local.p);
    E.op(Op.i32_wrap);
  };
  if (op.src) emitRange(E, () => emitValue(E, op.src!), bytes, false, Local.a);
  emitRange(E, () => emitValue(E, op.dst), bytes, true, Local.b);
  if (op.src) {
    E.get(Local.b);
    E.get(Local.a);
    bytes();
    E.op(Op.memory_copy);
    E.w.byte(0);
    E.w.byte(0);
  } else {
    const value = op.fill ?? i64(0);
    // a = end; store upwards
    E.get(Local.b);
    bytes();
    E.op(Op.i32_add);
    E.set(Local.a);
    const again = E.open(Op.loop);
    E.get(Local.b);
    emitValue(E, value);
    E.memory(storeOp(typeOf(value), op.width), 1, 0);
    E.get(Local.b);
    E.i32(op.width);
    E.op(Op.i32_add);
    E.tee(Local.b);
    E.get(Local.a);
    E.op(Op.i32_lt_u);
    E.br(again, Op.br_if);
    E.end();
  }
  E.end();
}

export function emitInterlocked(E: Emitter, op: IrOp & { k: 'interlocked' }): void {
  const t = op.width === 8 ? 'i64' : 'i32';
  const dst = E.tempLocal(op.dst);
  const load = loadOp(t, op.width, op.signed);
  const store = storeOp(t, op.width);
  const hint = op.mem.slot ? 1 : op.width;
  const at = emitAccess(E, op.mem, { size: op.width, write: true, interlocked: true });
  E.set(Local.b);
  E.get(Local.b);
  E.memory(load, hint, at);
  E.set(dst);
  const bit = (): void => {
    if (t === 'i64') E.i64(1n);
    else E.i32(1);
    emitValue(E, op.value);
    E.op(opcode(t, 'shl'));
  };
  E.get(Local.b);
  switch (op.op) {
    case 'exchange':
      emitValue(E, op.value);
      break;
    case 'compare':
      emitValue(E, op.value);
      E.get(dst);
      E.get(dst);
      emitValue(E, op.comparand!);
      E.op(opcode(t, 'eq'));
      E.op(Op.select);
      break;
    case 'bittest':
      E.get(dst);
      bit();
      if (op.mode === 'reset') {
        if (t === 'i64') E.i64(-1n);
        else E.i32(-1);
        E.op(opcode(t, 'xor'));
      }
      E.op(opcode(t, op.mode === 'set' ? 'or' : op.mode === 'reset' ? 'and' : 'xor'));
      break;
    default:
      E.get(dst);
      emitValue(E, op.value);
      E.op(opcode(t, op.op));
  }
  E.memory(store, hint, at);
  if (op.op === 'bittest') {
    E.get(dst);
    emitValue(E, op.value);
    E.op(opcode(t, 'shr_u'));
    if (t === 'i64') E.i64(1n);
    else E.i32(1);
    E.op(opcode(t, 'and'));
    E.set(dst);
  }
}

export function emitCompare128(E: Emitter, op: IrOp & { k: 'compare128' }): void {
  // One step, two ranges: the destination (16-aligned) and the comparand, which receives the old value.
  const range = (v: Value, into: number, locked: boolean): void => {
    emitRange(
      E,
      () => emitValue(E, v),
      () => E.i32(16 | (locked ? SlowKind.Interlocked : 0)),
      true,
      into,
    );
  };
  range(op.dst, Local.a, true);
  range(op.comparand, Local.b, false);
  const equal = (offset: number): void => {
    E.get(Local.a);
    E.memory(Op.i64_load, 8, offset);
    E.get(Local.b);
    E.memory(Op.i64_load, 8, offset);
    E.op(Op.i64_eq);
  };
  equal(0);
  equal(8);
  E.op(Op.i32_and);
  E.tee(E.tempLocal(op.result));
  E.open(Op.if);
  for (const [v, offset] of [
    [op.low, 0],
    [op.high, 8],
  ] as const) {
    E.get(Local.a);
    emitValue(E, v);
    E.memory(Op.i64_store, 8, offset);
  }
  E.else();
  E.get(Local.b);
  E.get(Local.a);
  E.i32(16);
  E.op(Op.memory_copy);
  E.w.byte(0);
  E.w.byte(0);
  E.end();
}

export function emitAlloca(E: Emitter, op: IrOp & { k: 'alloca' }): void {
  emitValue(E, op.size);
  E.i64(15n);
  E.op(Op.i64_add);
  E.i64(-16n);
  E.op(Op.i64_and);
  E.set(Local.p);
  // b = new sp, checked in 64 bits against the limit of the stack
  E.get(Local.fp);
  E.memory(Op.i64_load32_u, 4, FRAME.sp);
  E.loadReg(Reg.StackLimit);
  E.op(Op.i64_extend_u);
  E.op(Op.i64_sub);
  E.get(Local.p);
  E.op(Op.i64_lt_u);
  E.open(Op.if);
  E.fault(Fault.Stack, () => {
    E.get(Local.fp);
    addressOfOffset(E, 0);
  });
  E.end();
  E.get(Local.fp);
  E.memory(Op.i32_load, 4, FRAME.sp);
  E.get(Local.p);
  E.op(Op.i32_wrap);
  E.op(Op.i32_sub);
  E.set(Local.b);
  // The same bytes in every run: fill as for other uninitialised locals.
  E.get(Local.p);
  E.op(Op.i64_eqz);
  E.op(Op.i32_eqz);
  E.open(Op.if);
  E.flushFuel();
  E.get(Local.b);
  addressOfOffset(E, 0);
  E.get(Local.p);
  E.op(Op.i32_wrap);
  E.i32(SlowKind.Write);
  E.op(Op.i32_or);
  E.call(SLOW_IMPORT);
  exitIfFault(E);
  E.get(Local.b);
  E.i32(FILL_BYTE);
  E.get(Local.p);
  E.op(Op.i32_wrap);
  E.op(Op.memory_fill);
  E.w.byte(0);
  E.end();
  E.get(Local.fp);
  E.get(Local.b);
  E.memory(Op.i32_store, 4, FRAME.sp);
  E.get(Local.b);
  addressOfOffset(E, 0);
  E.set(E.tempLocal(op.dst));
}
