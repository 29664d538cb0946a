// Floating to integer as x64 does it (cvttsd2si): towards zero, and what does not fit, NaN included, becomes the most negative number. WebAssembly would
// saturate or trap. The operand's bits are kept in an integer local: the comparison with the bound is one of its bits without the sign, where NaN is large.
import { type Emitter, Local } from './emit-base.js';
import { Op } from './op.js';

const TWO_31 = 0x41e0000000000000n; // bits of 2^31 as double
const TWO_63 = 0x43e0000000000000n;
const MAGNITUDE = 0x7fffffffffffffffn;

/** On the stack: the operand, f32 or f64 -> i32 or i64. `op`: the saturating conversion that is right where the value fits. */
export function emitFloatToInteger(E: Emitter, op: number): void {
  const wide = op >= Op.i64_trunc_sat_f32_s;
  const from32 =
    op === Op.i32_trunc_sat_f32_s || op === Op.i32_trunc_sat_f32_u || op === Op.i64_trunc_sat_f32_s || op === Op.i64_trunc_sat_f32_u;
  if (from32) E.op(Op.f64_promote);
  E.op(Op.i64_reinterpret);
  E.set(Local.u);
  if (op === Op.i64_trunc_sat_f32_u || op === Op.i64_trunc_sat_f64_u) {
    emitUnsigned64(E);
    return;
  }
  emitSigned(E, wide);
}

/** From 2^63 on the upper half, below it as signed. */
function emitUnsigned64(E: Emitter): void {
  // v = u >= 2^63 and no NaN ? 1 << 63 : 0
  E.i64(-(1n << 63n));
  E.i64(0n);
  E.get(Local.u);
  E.op(Op.f64_reinterpret);
  E.i64(TWO_63);
  E.op(Op.f64_reinterpret);
  E.op(Op.f64_ge);
  E.op(Op.select);
  E.set(Local.v);
  E.get(Local.u);
  E.op(Op.f64_reinterpret);
  E.i64(TWO_63);
  E.i64(0n);
  E.get(Local.v);
  E.op(Op.i64_eqz);
  E.op(Op.i32_eqz);
  E.op(Op.select);
  E.op(Op.f64_reinterpret);
  E.op(Op.f64_sub);
  E.op(Op.i64_reinterpret);
  E.set(Local.u);
  E.get(Local.v);
  emitSigned(E, true);
  E.op(Op.i64_xor);
}

/** The double whose bits are in Local.u, as signed 32 or 64 bits. */
function emitSigned(E: Emitter, wide: boolean): void {
  E.get(Local.u);
  E.op(Op.f64_reinterpret);
  E.op(wide ? Op.i64_trunc_sat_f64_s : Op.i32_trunc_sat_f64_s);
  if (wide) E.i64(-(1n << 63n));
  else E.i32(-0x80000000);
  E.get(Local.u);
  E.i64(MAGNITUDE);
  E.op(Op.i64_and);
  E.i64(wide ? TWO_63 : TWO_31);
  E.op(Op.i64_lt_u);
  E.op(Op.select);
}
