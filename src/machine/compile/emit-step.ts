// What each kind of step does. A step's fault leaves before its first write.
import { Fault, FRAME, Reason, Reg } from '../abi.js';
import { emitAccess, emitRange, markParent } from './emit-access.js';
import { type Emitter, Local, SLOW_IMPORT } from './emit-base.js';
import { emitCall, RETURN_VALUE } from './emit-call.js';
import { emitJump, emitSwitch } from './emit-jump.js';
import { addressOfOffset, emitValue, loadOp, storeOp } from './emit-value.js';
import { SlowKind } from './imports.js';
import type { Dest, Mem, Op as IrOp, StepItem, Value, WType } from './ir.js';
import { i64, typeOf } from './ir.js';
import { Op, opcode } from './op.js';
import { FinallyState, SEH_AREA } from './seh.js';

/** Largest block of __stosb and the like in one step. */
const MAX_BLOCK = 0xffffff;

export function emitStep(E: Emitter, s: StepItem): void {
  const op = s.op;
  switch (op.k) {
    case 'nop':
      break;
    case 'set':
      if (op.also) emitWrite(E, op.also.dst, op.also.value);
      if (op.dst) emitWrite(E, op.dst, op.value);
      else {
        emitValue(E, op.value);
        E.op(Op.drop);
      }
      break;
    case 'store': {
      const t = typeOf(op.value);
      const at = emitAccess(E, op.mem, { size: op.width, write: true });
      emitValue(E, op.value);
      E.memory(storeOp(t, op.width), op.mem.slot ? 1 : op.width, at);
      break;
    }
    case 'copy':
      emitCopy(E, op.dst, op.src, op.size);
      break;
    case 'fill':
      emitFill(E, op.dst, op.size);
      break;
    case 'block':
      emitBlock(E, op);
      break;
    case 'call':
      emitCall(E, op);
      break;
    case 'resume':
      if (op.dst && op.t) {
        const t = op.t;
        const load = (): void => {
          E.i32(0);
          E.memory(loadOp(t, op.width ?? 8, op.signed ?? false), Math.min(8, op.width ?? 8), RETURN_VALUE);
        };
        emitWriteWith(E, op.dst, t, load);
      }
      break;
    case 'interlocked':
      emitInterlocked(E, op);
      break;
    case 'compare128':
      emitCompare128(E, op);
      break;
    case 'branch':
      emitValue(E, op.test);
      if (op.negate) E.op(Op.i32_eqz);
      emitJump(E, op.target, true);
      break;
    case 'jump':
      emitJump(E, op.target, false);
      break;
    case 'switch':
      emitSwitch(E, op);
      break;
    case 'return':
      emitReturn(E, op);
      break;
    case 'alloca':
      emitAlloca(E, op);
      break;
    case 'stop':
      E.leaveAt(s.number + 1, op.reason as Reason);
      break;
    case 'fault':
      E.fault(op.kind, op.address ? () => emitValue(E, op.address!) : undefined);
      break;
    case 'leave': {
      const at = E.slotBase(op.area);
      E.i32(FinallyState.Leaving);
      E.memory(Op.i32_store, 4, at + SEH_AREA.state);
      E.slotBase(op.area);
      E.i32(op.after.step);
      E.memory(Op.i32_store, 4, at + SEH_AREA.target);
      emitJump(E, op.handler, false);
      break;
    }
    case 'end-finally': {
      const at = E.slotBase(op.area);
      E.memory(Op.i32_load, 4, at + SEH_AREA.state);
      E.tee(Local.a);
      E.i32(FinallyState.Unwinding);
      E.op(Op.i32_eq);
      E.open(Op.if);
      E.leaveAt(s.number, Reason.Unwind);
      E.end();
      E.get(Local.a);
      E.open(Op.if);
      E.slotBase(op.area);
      E.memory(Op.i32_load, 4, at + SEH_AREA.target);
      E.set(Local.pc);
      E.usesOuter = true;
      E.br(E.outerLevel);
      E.end();
      break;
    }
  }
}

function emitWrite(E: Emitter, dst: Dest, value: Value): void {
  emitWriteWith(E, dst, typeOf(value), () => emitValue(E, value));
}

function emitWriteWith(E: Emitter, dst: Dest, t: WType, value: () => void): void {
  if ('temp' in dst) {
    value();
    E.set(E.tempLocal(dst.temp));
    return;
  }
  const at = E.slotBase(dst.slot) + dst.offset;
  value();
  E.memory(storeOp(t, dst.width), 1, at);
  if (dst.slot.owner !== E.fn) markParent(E, at, dst.width);
}

/** Range operand for copies: offset into a local. */
function rangeInto(E: Emitter, mem: Mem, size: number, write: boolean, into: number): void {
  const at = emitAccess(E, mem, { size, write });
  if (at) {
    E.i32(at);
    E.op(Op.i32_add);
  }
  E.set(into);
}

function emitCopy(E: Emitter, dst: Mem, src: Mem, size: number): void {
  rangeInto(E, src, size, false, Local.a);
  rangeInto(E, dst, size, true, Local.b);
  E.get(Local.b);
  E.get(Local.a);
  E.i32(size);
  E.op(Op.memory_copy);
  E.w.byte(0);
  E.w.byte(0);
}

function emitFill(E: Emitter, dst: Mem, size: number): void {
  rangeInto(E, dst, size, true, Local.b);
  fillBytes(E, Local.b, 0, size, 0);
}

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

function emitBlock(E: Emitter, op: IrOp & { k: 'block' }): void {
  // p = bytes; too much at once is an access fault at the destination.
  emitValue(E, op.count);
  E.i64(BigInt(op.width));
  E.op(Op.i64_mul);
  E.set(Local.p);
  E.get(Local.p);
  E.i64(BigInt(MAX_BLOCK));
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

function emitInterlocked(E: Emitter, op: IrOp & { k: 'interlocked' }): void {
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

function emitCompare128(E: Emitter, op: IrOp & { k: 'compare128' }): void {
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
  for (const [v, offset] of [[op.low, 0], [op.high, 8]] as const) {
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

function emitReturn(E: Emitter, op: IrOp & { k: 'return' }): void {
  if (op.value) {
    E.i32(0);
    emitValue(E, op.value);
    const t = typeOf(op.value);
    if (t === 'f32') {
      E.op(Op.i32_reinterpret);
      E.op(Op.i64_extend_u);
    } else if (t === 'i32') E.op(op.signed ? Op.i64_extend_s : Op.i64_extend_u);
    E.memory(t === 'f64' ? Op.f64_store : Op.i64_store, 8, RETURN_VALUE);
  }
  E.flushFuel();
  E.i32(0);
  E.op(Op.return);
}

function emitAlloca(E: Emitter, op: IrOp & { k: 'alloca' }): void {
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
  E.i32(0);
  E.op(Op.i32_lt_s);
  E.open(Op.if);
  E.faultExit();
  E.end();
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

/** Uninitialised locals hold this in every run (the pattern that MSVC debug code uses). */
export const FILL_BYTE = 0xcc;
