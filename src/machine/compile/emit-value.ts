// Pure values to wasm expressions. Division is checked here because WebAssembly traps where x64 raises an exception that a driver may
// catch.
import { Fault, KERNEL_BASE, REGISTERS, Reg } from '../abi.js';
import { emitAccess } from './emit-access.js';
import { type Emitter, Local } from './emit-base.js';
import { emitFloatToInteger } from './emit-float.js';
import type { Slot, Value, Width, WType } from './ir.js';
import { Op, opcode } from './op.js';

/** Opcode that reads `width` bytes as `t`. */
export function loadOp(t: WType, width: Width, signed: boolean): number {
  if (t === 'f32') return Op.f32_load;
  if (t === 'f64') return Op.f64_load;
  const full = t === 'i64' ? 8 : 4;
  if (width >= full) return opcode(t, 'load');
  return opcode(t, `load${width * 8}_${signed ? 's' : 'u'}`);
}

export function storeOp(t: WType, width: Width): number {
  if (t === 'f32') return Op.f32_store;
  if (t === 'f64') return Op.f64_store;
  const full = t === 'i64' ? 8 : 4;
  return width >= full ? opcode(t, 'store') : opcode(t, `store${width * 8}`);
}

export function emitValue(E: Emitter, v: Value): void {
  switch (v.k) {
    case 'i32':
      E.i32(v.v);
      break;
    case 'i64':
      E.i64(v.v);
      break;
    case 'f32':
      E.w.byte(Op.f32_const);
      E.w.float32(v.v);
      break;
    case 'f64':
      E.w.byte(Op.f64_const);
      E.w.float64(v.v);
      break;
    case 'temp':
      E.get(E.tempLocal(v.temp));
      break;
    case 'slot': {
      const at = E.slotBase(v.slot) + v.offset;
      E.memory(loadOp(v.t, v.width, v.signed), 1, at);
      break;
    }
    case 'slotaddr':
      emitSlotAddress(E, v.slot, v.offset);
      break;
    case 'static':
      E.i64(v.object.address + v.offset);
      break;
    case 'func':
      E.i64(v.fn.address);
      break;
    case 'load': {
      const at = emitAccess(E, v.mem, { size: v.width, write: false });
      E.memory(loadOp(v.t, v.width, v.signed), v.mem.slot ? 1 : v.width, at);
      break;
    }
    case 'un':
      emitValue(E, v.a);
      if (v.op >= Op.i32_trunc_sat_f32_s) emitFloatToInteger(E, v.op);
      else E.op(v.op);
      break;
    case 'bin':
      emitValue(E, v.a);
      emitValue(E, v.b);
      E.op(v.op);
      break;
    case 'div':
      emitDivision(E, v);
      break;
    case 'select':
      emitValue(E, v.a);
      emitValue(E, v.b);
      emitValue(E, v.test);
      E.op(Op.select);
      break;
    case 'reg':
      E.i32(0);
      if (v.t === 'i64') E.memory(Op.i64_load, 8, REGISTERS + v.reg);
      else E.memory(Op.i32_load, 4, REGISTERS + v.reg);
      break;
    case 'frame':
      E.get(Local.fp);
      addressOfOffset(E, v.what === 'arguments' ? E.fn.fixedSize + 8 * v.index : E.fn.fixedSize);
      break;
  }
}

/** i32 linear offset on the stack + constant -> simulated address. */
export function addressOfOffset(E: Emitter, add: number): void {
  E.op(Op.i64_extend_u);
  if (E.options.mode === 'kernel') {
    E.i64(KERNEL_BASE + add);
    E.op(Op.i64_add);
    return;
  }
  if (add) {
    E.i64(add);
    E.op(Op.i64_add);
  }
  E.i32(0);
  E.memory(Op.i64_load, 8, REGISTERS + Reg.UserBias);
  E.op(Op.i64_add);
}

export function emitSlotAddress(E: Emitter, slot: Slot, offset: number): void {
  const at = E.slotBase(slot) + offset;
  addressOfOffset(E, at);
}

function emitDivision(E: Emitter, v: Value & { k: 'div' }): void {
  const { t, op } = v;
  const wide = t === 'i64';
  emitValue(E, v.a);
  emitValue(E, v.b);
  const divisor = v.b.k === 'i32' ? BigInt(v.b.v) : v.b.k === 'i64' ? v.b.v : undefined;
  const signed = op.endsWith('_s');
  if (divisor === undefined || divisor === 0n || (divisor === -1n && signed)) {
    const a = wide ? Local.u : Local.x;
    const b = wide ? Local.v : Local.y;
    E.set(b);
    E.set(a);
    E.get(b);
    E.op(opcode(t, 'eqz'));
    E.open(Op.if);
    E.fault(Fault.DivideByZero);
    E.end();
    if (signed) {
      // INT_MIN / -1 and INT_MIN % -1 both raise on x64.
      E.get(b);
      if (wide) E.i64(-1n);
      else E.i32(-1);
      E.op(opcode(t, 'eq'));
      E.open(Op.if);
      E.get(a);
      if (wide) E.i64(-(1n << 63n));
      else E.i32(-0x80000000);
      E.op(opcode(t, 'eq'));
      E.open(Op.if);
      E.fault(Fault.IntegerOverflow);
      E.end();
      E.end();
    }
    E.get(a);
    E.get(b);
  }
  E.op(opcode(t, op));
}
