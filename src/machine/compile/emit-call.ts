// The calling sequence: place the callee's frame below ours, fill argument slots and header, note where we go on, call. See abi.ts FRAME
// and imports.ts.
import { CODE_MAGIC, Deny, Fault, FRAME, FrameFlag, KERNEL_BASE, REGISTERS, Reason, Reg, ROUTINE_BASE, Status, USER_BASE } from '../abi.js';
import { callSlowPath, emitPageBits, markRange } from './emit-access.js';
import { type Emitter, FUNCTION_TYPE, Local, ROUTINE_IMPORT } from './emit-base.js';
import { addressOfOffset, emitValue } from './emit-value.js';
import { SlowKind } from './imports.js';
import { type CallOp, type FunctionRef, typeOf, type Value } from './ir.js';
import { isPageable } from './layout.js';
import { Op } from './op.js';

export function emitCall(E: Emitter, op: CallOp): void {
  const slots = Math.max(op.args.length, 4);
  if ('k' in op.target) emitIndirect(E, op.target, op, slots);
  else if (mayBeAbsent(E, op.target)) emitIndirect(E, { k: 'func', fn: op.target }, op, slots);
  else emitDirect(E, op.target, op, slots);
}

/** Code of another, pageable section: whether it is there is asked at every call, as the processor does. */
function mayBeAbsent(E: Emitter, target: FunctionRef): boolean {
  const section = target.def?.symbol.section;
  return E.options.mode === 'kernel' && section !== undefined && isPageable(section) && section !== E.fn.section;
}

function emitDirect(E: Emitter, target: FunctionRef, op: CallOp, slots: number): void {
  const size = target.fixedSize + 8 * slots;
  if (E.fn.usesAlloca) {
    E.get(Local.fp);
    E.memory(Op.i32_load, 4, FRAME.sp);
    E.i32(size);
    E.op(Op.i32_sub);
    E.i32(-16);
    E.op(Op.i32_and);
  } else {
    E.get(Local.fp);
    E.i32((size + 15) & ~15);
    E.op(Op.i32_sub);
  }
  E.set(Local.callee);
  checkStack(E);
  op.args.forEach((a, i) => storeArgument(E, Local.callee, target.fixedSize + 8 * i, a.value));
  header(E, () => E.i64(target.number * 2 ** 32));
  const routine = target.number >= ROUTINE_BASE;
  if (routine) markRange(E, Local.callee, size);
  if (target.unresolved !== undefined) {
    E.get(Local.callee);
    E.i64(E.options.functionBase * 2 ** 32 + target.unresolved);
    E.memory(Op.i64_store, 8, FRAME.result);
  }
  beforeCall(E);
  E.get(Local.callee);
  if (routine) {
    E.i32(target.number - ROUTINE_BASE);
    E.call(ROUTINE_IMPORT);
  } else {
    E.i32(0);
    const index = E.options.wasmIndex(target);
    if (index !== undefined) E.call(index);
    else {
      E.i32(target.number);
      callTable(E);
    }
  }
  afterCall(E);
}

/** Through a code address: 16 bytes {magic, number, fixedSize, extra} lie there. */
function emitIndirect(E: Emitter, target: Value, op: CallOp, slots: number): void {
  const kernel = E.options.mode === 'kernel';
  const base = kernel ? KERNEL_BASE : USER_BASE;
  emitValue(E, target);
  E.i64(base);
  E.op(Op.i64_sub);
  E.set(Local.delta);
  const done = E.open(Op.block);
  const bad = E.open(Op.block);
  emitPageBits(E, bad, Local.off);
  E.loadReg(Reg.ReadMask);
  E.i32(Deny.Execute);
  E.op(Op.i32_or);
  E.op(Op.i32_and);
  E.br(bad, Op.br_if);
  E.get(Local.off);
  E.i32(15);
  E.op(Op.i32_and);
  E.br(bad, Op.br_if);
  E.get(Local.off);
  E.memory(Op.i32_load, 4, 0);
  E.i32(CODE_MAGIC | 0);
  E.op(Op.i32_eq);
  E.br(done, Op.br_if);
  E.end();
  E.flushFuel();
  E.get(Local.delta);
  E.i64(base);
  E.op(Op.i64_add);
  E.i32(SlowKind.Execute | 16);
  callSlowPath(E, Local.off);
  E.end();
  // number = function, args = fixedSize, then start of the argument slots
  E.get(Local.off);
  E.memory(Op.i32_load, 4, 4);
  E.set(Local.number);
  E.get(Local.fp);
  E.memory(Op.i32_load, 4, FRAME.sp);
  E.get(Local.off);
  E.memory(Op.i32_load, 4, 8);
  E.tee(Local.args);
  E.i32(8 * slots);
  E.op(Op.i32_add);
  E.op(Op.i32_sub);
  E.i32(-16);
  E.op(Op.i32_and);
  E.set(Local.callee);
  checkStack(E);
  E.get(Local.callee);
  E.get(Local.args);
  E.op(Op.i32_add);
  E.set(Local.args);
  op.args.forEach((a, i) => storeArgument(E, Local.args, 8 * i, a.value));
  header(E, () => {
    E.get(Local.number);
    E.op(Op.i64_extend_u);
    E.i64(32n);
    E.op(Op.i64_shl);
  });
  E.get(Local.callee);
  E.get(Local.off);
  E.memory(Op.i64_load32_u, 4, 12);
  E.memory(Op.i64_store, 8, FRAME.result);
  markRange(E, Local.callee, 2);
  E.get(Local.args);
  E.i32(8 * slots - 1);
  E.op(Op.i32_add);
  E.set(Local.args);
  markRange(E, Local.args, 1);
  beforeCall(E);
  E.get(Local.number);
  E.i32(ROUTINE_BASE);
  E.op(Op.i32_lt_u);
  E.w.byte(Op.if);
  E.w.byte(0x7f);
  E.depth++;
  E.get(Local.callee);
  E.i32(0);
  E.get(Local.number);
  callTable(E);
  E.else();
  E.get(Local.callee);
  E.get(Local.number);
  E.i32(ROUTINE_BASE);
  E.op(Op.i32_sub);
  E.call(ROUTINE_IMPORT);
  E.end();
  afterCall(E);
}

function callTable(E: Emitter): void {
  E.w.byte(Op.call_indirect);
  E.w.unsigned(FUNCTION_TYPE);
  E.w.unsigned(0);
}

/** Local soft = the call has to go through the dispatcher. A frame below the stack's limit is a fault of this step. */
function checkStack(E: Emitter): void {
  E.get(Local.callee);
  E.loadReg(Reg.CallLimit);
  E.op(Op.i32_lt_u);
  E.tee(Local.soft);
  E.open(Op.if);
  E.get(Local.callee);
  E.loadReg(Reg.StackLimit);
  E.op(Op.i32_lt_u);
  E.open(Op.if);
  E.fault(Fault.Stack, () => {
    E.get(Local.callee);
    addressOfOffset(E, 0);
  });
  E.end();
  E.end();
}

/** Arguments are evaluated straight into the callee's slots; nothing they read can lie there. */
function storeArgument(E: Emitter, base: number, offset: number, v: Value): void {
  E.get(base);
  emitValue(E, v);
  const t = typeOf(v);
  if (t === 'f64') {
    E.memory(Op.f64_store, 8, offset);
    return;
  }
  if (t === 'f32') E.op(Op.i32_reinterpret);
  if (t !== 'i64') E.op(Op.i64_extend_u);
  E.memory(Op.i64_store, 8, offset);
}

/** pc = 0 | fn, prev | sp, seh = 0 | flags; our own pc = where we go on. `word` pushes fn << 32. */
function header(E: Emitter, word: () => void): void {
  E.get(Local.callee);
  word();
  E.memory(Op.i64_store, 8, FRAME.pc);
  E.get(Local.callee);
  E.get(Local.fp);
  E.memory(Op.i32_store, 4, FRAME.prev);
  E.get(Local.callee);
  E.get(Local.callee);
  E.memory(Op.i32_store, 4, FRAME.sp);
  E.get(Local.callee);
  E.i64(E.options.mode === 'user' ? FrameFlag.User * 2 ** 32 : 0);
  E.memory(Op.i64_store, 8, FRAME.seh);
  E.get(Local.fp);
  E.i32(E.step + 1);
  E.memory(Op.i32_store, 4, FRAME.pc);
  E.flushFuel();
}

function beforeCall(E: Emitter): void {
  E.get(Local.soft);
  E.open(Op.if);
  E.spill(E.step + 1);
  E.storeReg(Reg.Top, () => E.get(Local.callee));
  E.storeReg(Reg.Reason, () => E.i32(Reason.Call));
  E.i32(Status.Stopped);
  E.op(Op.return);
  E.end();
}

/** Status on the stack. */
function afterCall(E: Emitter): void {
  E.open(Op.if);
  E.spill(E.step + 1);
  E.i32(Status.Stopped);
  E.op(Op.return);
  E.end();
  E.reloadFuel();
}

export const RETURN_VALUE = REGISTERS + Reg.ReturnValue;
