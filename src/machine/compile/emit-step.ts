// What each kind of step does. A step's fault leaves before its first write.
import { Reason } from '../abi.js';
import { emitAccess, markParent } from './emit-access.js';
import { type Emitter, Local } from './emit-base.js';
import { emitCall, RETURN_VALUE } from './emit-call.js';
import { emitJump, emitSwitch } from './emit-jump.js';
import { emitAlloca, emitBlock, emitCompare128, emitInterlocked, fillBytes } from './emit-special.js';
import { emitValue, loadOp, storeOp } from './emit-value.js';
import { type Dest, type Op as IrOp, type Mem, type StepItem, typeOf, type Value, type WType } from './ir.js';
import { Op } from './op.js';
import { FinallyState, SEH_AREA } from './seh.js';

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
