// WebAssembly opcodes by name, and folding of the operators on constants (the lowering builds many `x * 8` and `x + 0`).

/** Opcodes of the WebAssembly core specification that we use. */
export const Op = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  br_table: 0x0e,
  return: 0x0f,
  call: 0x10,
  call_indirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  local_get: 0x20,
  local_set: 0x21,
  local_tee: 0x22,
  i32_load: 0x28,
  i64_load: 0x29,
  f32_load: 0x2a,
  f64_load: 0x2b,
  i32_load8_s: 0x2c,
  i32_load8_u: 0x2d,
  i32_load16_s: 0x2e,
  i32_load16_u: 0x2f,
  i64_load8_s: 0x30,
  i64_load8_u: 0x31,
  i64_load16_s: 0x32,
  i64_load16_u: 0x33,
  i64_load32_s: 0x34,
  i64_load32_u: 0x35,
  i32_store: 0x36,
  i64_store: 0x37,
  f32_store: 0x38,
  f64_store: 0x39,
  i32_store8: 0x3a,
  i32_store16: 0x3b,
  i64_store8: 0x3c,
  i64_store16: 0x3d,
  i64_store32: 0x3e,
  i32_const: 0x41,
  i64_const: 0x42,
  f32_const: 0x43,
  f64_const: 0x44,
  i32_eqz: 0x45,
  i32_eq: 0x46,
  i32_ne: 0x47,
  i32_lt_s: 0x48,
  i32_lt_u: 0x49,
  i32_gt_s: 0x4a,
  i32_gt_u: 0x4b,
  i32_le_s: 0x4c,
  i32_le_u: 0x4d,
  i32_ge_s: 0x4e,
  i32_ge_u: 0x4f,
  i64_eqz: 0x50,
  i64_eq: 0x51,
  i64_ne: 0x52,
  i64_lt_s: 0x53,
  i64_lt_u: 0x54,
  i64_gt_s: 0x55,
  i64_gt_u: 0x56,
  i64_le_s: 0x57,
  i64_le_u: 0x58,
  i64_ge_s: 0x59,
  i64_ge_u: 0x5a,
  f32_eq: 0x5b,
  f32_ne: 0x5c,
  f32_lt: 0x5d,
  f32_gt: 0x5e,
  f32_le: 0x5f,
  f32_ge: 0x60,
  f64_eq: 0x61,
  f64_ne: 0x62,
  f64_lt: 0x63,
  f64_gt: 0x64,
  f64_le: 0x65,
  f64_ge: 0x66,
  i32_clz: 0x67,
  i32_ctz: 0x68,
  i32_popcnt: 0x69,
  i32_add: 0x6a,
  i32_sub: 0x6b,
  i32_mul: 0x6c,
  i32_div_s: 0x6d,
  i32_div_u: 0x6e,
  i32_rem_s: 0x6f,
  i32_rem_u: 0x70,
  i32_and: 0x71,
  i32_or: 0x72,
  i32_xor: 0x73,
  i32_shl: 0x74,
  i32_shr_s: 0x75,
  i32_shr_u: 0x76,
  i32_rotl: 0x77,
  i32_rotr: 0x78,
  i64_clz: 0x79,
  i64_ctz: 0x7a,
  i64_popcnt: 0x7b,
  i64_add: 0x7c,
  i64_sub: 0x7d,
  i64_mul: 0x7e,
  i64_div_s: 0x7f,
  i64_div_u: 0x80,
  i64_rem_s: 0x81,
  i64_rem_u: 0x82,
  i64_and: 0x83,
  i64_or: 0x84,
  i64_xor: 0x85,
  i64_shl: 0x86,
  i64_shr_s: 0x87,
  i64_shr_u: 0x88,
  i64_rotl: 0x89,
  i64_rotr: 0x8a,
  f32_neg: 0x8c,
  f32_add: 0x92,
  f32_sub: 0x93,
  f32_mul: 0x94,
  f32_div: 0x95,
  f64_neg: 0x9a,
  f64_add: 0xa0,
  f64_sub: 0xa1,
  f64_mul: 0xa2,
  f64_div: 0xa3,
  i32_wrap: 0xa7,
  i64_extend_s: 0xac,
  i64_extend_u: 0xad,
  f32_convert_i32_s: 0xb2,
  f32_convert_i32_u: 0xb3,
  f32_convert_i64_s: 0xb4,
  f32_convert_i64_u: 0xb5,
  f32_demote: 0xb6,
  f64_convert_i32_s: 0xb7,
  f64_convert_i32_u: 0xb8,
  f64_convert_i64_s: 0xb9,
  f64_convert_i64_u: 0xba,
  f64_promote: 0xbb,
  i32_reinterpret: 0xbc,
  i64_reinterpret: 0xbd,
  f32_reinterpret: 0xbe,
  f64_reinterpret: 0xbf,
  i32_extend8_s: 0xc0,
  i32_extend16_s: 0xc1,
  i64_extend8_s: 0xc2,
  i64_extend16_s: 0xc3,
  i64_extend32_s: 0xc4,
  // prefixed by 0xfc; here as 0xfc00 + sub-opcode
  i32_trunc_sat_f32_s: 0xfc00,
  i32_trunc_sat_f32_u: 0xfc01,
  i32_trunc_sat_f64_s: 0xfc02,
  i32_trunc_sat_f64_u: 0xfc03,
  i64_trunc_sat_f32_s: 0xfc04,
  i64_trunc_sat_f32_u: 0xfc05,
  i64_trunc_sat_f64_s: 0xfc06,
  i64_trunc_sat_f64_u: 0xfc07,
  memory_copy: 0xfc0a,
  memory_fill: 0xfc0b,
} as const;

type Name = keyof typeof Op;

/** Opcode of `i32` + `_add` and so on. */
export function opcode(type: string, name: string): number {
  const code = Op[`${type}_${name}` as Name];
  if (code === undefined) throw new Error(`no WebAssembly opcode ${type}_${name}`);
  return code;
}

/** Value of an integer operator on constants, or undefined when not folded. */
export function foldInteger(op: number, a: bigint, b: bigint): bigint | undefined {
  const n = op >= Op.i64_clz || (op >= Op.i64_eqz && op <= Op.i64_ge_u) ? 64 : 32;
  const s = (v: bigint): bigint => BigInt.asIntN(n, v);
  const u = (v: bigint): bigint => BigInt.asUintN(n, v);
  const bool = (v: boolean): bigint => (v ? 1n : 0n);
  switch (op) {
    case Op.i32_add:
    case Op.i64_add:
      return s(a + b);
    case Op.i32_sub:
    case Op.i64_sub:
      return s(a - b);
    case Op.i32_mul:
    case Op.i64_mul:
      return s(a * b);
    case Op.i32_and:
    case Op.i64_and:
      return s(a & b);
    case Op.i32_or:
    case Op.i64_or:
      return s(a | b);
    case Op.i32_xor:
    case Op.i64_xor:
      return s(a ^ b);
    case Op.i32_shl:
    case Op.i64_shl:
      return s(a << (b & BigInt(n - 1)));
    case Op.i32_shr_s:
    case Op.i64_shr_s:
      return s(s(a) >> (b & BigInt(n - 1)));
    case Op.i32_shr_u:
    case Op.i64_shr_u:
      return s(u(a) >> (b & BigInt(n - 1)));
    case Op.i32_eq:
    case Op.i64_eq:
      return bool(s(a) === s(b));
    case Op.i32_ne:
    case Op.i64_ne:
      return bool(s(a) !== s(b));
    case Op.i32_lt_s:
    case Op.i64_lt_s:
      return bool(s(a) < s(b));
    case Op.i32_lt_u:
    case Op.i64_lt_u:
      return bool(u(a) < u(b));
    case Op.i32_gt_s:
    case Op.i64_gt_s:
      return bool(s(a) > s(b));
    case Op.i32_gt_u:
    case Op.i64_gt_u:
      return bool(u(a) > u(b));
    case Op.i32_le_s:
    case Op.i64_le_s:
      return bool(s(a) <= s(b));
    case Op.i32_le_u:
    case Op.i64_le_u:
      return bool(u(a) <= u(b));
    case Op.i32_ge_s:
    case Op.i64_ge_s:
      return bool(s(a) >= s(b));
    case Op.i32_ge_u:
    case Op.i64_ge_u:
      return bool(u(a) >= u(b));
    default:
      return undefined;
  }
}
