// Bit intrinsics: scans, rotations, counts, byte swaps, wide multiplication, bit tests. Each is a few pure operators.
import type { BuiltinExpr } from '../../c/tree.js';
import { LONG, UINT64, ULONG } from '../../c/type-ops.js';
import type { CType } from '../../c/types.js';
import { i32, i64, type Value, type WType } from './ir.js';
import { operands } from './lower-builtin.js';
import { memAt, writePlace } from './lower-place.js';
import type { Lowering } from './lowering.js';
import { Op, opcode } from './op.js';
import { bin, extend, not, scaledOffset, truth, un } from './value.js';

const BIT_TEST = /^(_interlocked|_Interlocked|_)(?:bit|Bit)(?:test|Test)(?:(?:and|And)(set|Set|reset|Reset|complement|Complement))?(64)?$/;

const c = (t: WType, n: number | bigint): Value => (t === 'i64' ? i64(n) : i32(Number(n)));
const o = (t: WType, name: string, a: Value, b: Value): Value => bin(opcode(t, name), a, b);
const wrap = (v: Value): Value => un(Op.i32_wrap, 'i32', v);

/** undefined: not one of these. */
export function lowerBits(L: Lowering, e: BuiltinExpr): Value | undefined {
  const name = e.name;
  const bitTest = BIT_TEST.exec(name);
  if (bitTest) return lowerBitTest(L, e, bitTest[1] !== '_', (bitTest[2] ?? 'test').toLowerCase() as 'set', bitTest[3] === '64');
  const wide = name.endsWith('64') || name === '_byteswap_uint64';
  const t: WType = wide ? 'i64' : 'i32';
  switch (name) {
    case '_BitScanForward':
    case '_BitScanReverse':
    case '_BitScanForward64':
    case '_BitScanReverse64': {
      const [index, maskValue] = operands(L, e.args);
      const mask = L.materialize(maskValue, e.range);
      const found = L.newLabel();
      L.step({ k: 'branch', test: not(mask), negate: false, target: found }, 'branch', e.range);
      const place = name.includes('Forward')
        ? un(opcode(t, 'ctz'), t, mask)
        : o(t, 'sub', c(t, wide ? 63 : 31), un(opcode(t, 'clz'), t, mask));
      writePlace(L, { mem: memAt(L, index) }, ULONG, wide ? wrap(place) : place);
      L.place(found);
      return truth(mask);
    }
    case '_rotl':
    case '_lrotl':
    case '_rotl64': {
      const [v, n] = operands(L, e.args);
      return o(t, 'rotl', v, wide ? extend(n, false) : n);
    }
    case '_rotr':
    case '_lrotr':
    case '_rotr64': {
      const [v, n] = operands(L, e.args);
      return o(t, 'rotr', v, wide ? extend(n, false) : n);
    }
    case '_rotl8':
    case '_rotr8':
    case '_rotl16':
    case '_rotr16': {
      const bits = name.endsWith('16') ? 16 : 8;
      const [v, n0] = operands(L, e.args);
      const n = o('i32', 'and', n0, i32(bits - 1));
      const back = o('i32', 'and', o('i32', 'sub', i32(bits), n), i32(bits - 1));
      const [left, right] = name.startsWith('_rotl') ? [n, back] : [back, n];
      return o('i32', 'and', o('i32', 'or', o('i32', 'shl', v, left), o('i32', 'shr_u', v, right)), i32((1 << bits) - 1));
    }
    case '__popcnt':
    case '__popcnt64':
    case '__popcnt16':
      return un(opcode(t, 'popcnt'), t, operands(L, e.args)[0]);
    case '__lzcnt':
    case '__lzcnt64':
      return un(opcode(t, 'clz'), t, operands(L, e.args)[0]);
    case '__lzcnt16':
      return o('i32', 'sub', un(Op.i32_clz, 'i32', operands(L, e.args)[0]), i32(16));
    case '_byteswap_ushort': {
      const [v] = operands(L, e.args);
      return o('i32', 'and', o('i32', 'or', o('i32', 'shl', v, i32(8)), o('i32', 'shr_u', v, i32(8))), i32(0xffff));
    }
    case '_byteswap_ulong':
      return swap32(operands(L, e.args)[0]);
    case '_byteswap_uint64': {
      const v = L.materialize(operands(L, e.args)[0]);
      return o(
        'i64',
        'or',
        o('i64', 'shl', extend(swap32(wrap(v)), false), i64(32)),
        extend(swap32(wrap(o('i64', 'shr_u', v, i64(32)))), false),
      );
    }
    case '__emulu':
    case '__emul': {
      const [a, b] = operands(L, e.args);
      const signed = name === '__emul';
      return o('i64', 'mul', extend(a, signed), extend(b, signed));
    }
    case '__umulh':
    case '__mulh': {
      const [a, b] = operands(L, e.args);
      return mulHigh(L, a, b, name === '__mulh');
    }
    case '_umul128':
    case '_mul128': {
      const [a0, b0, high] = operands(L, e.args);
      const a = L.materialize(a0);
      const b = L.materialize(b0);
      writePlace(L, { mem: memAt(L, high) }, UINT64, mulHigh(L, a, b, name === '_mul128'));
      return o('i64', 'mul', a, b);
    }
    case '__shiftleft128':
    case '__shiftright128': {
      const [low, high, n] = operands(L, e.args);
      const count = o('i64', 'and', extend(n, false), i64(63));
      const back = o('i64', 'sub', i64(63), count);
      if (name === '__shiftleft128')
        return o('i64', 'or', o('i64', 'shl', high, count), o('i64', 'shr_u', o('i64', 'shr_u', low, i64(1)), back));
      return o('i64', 'or', o('i64', 'shr_u', low, count), o('i64', 'shl', o('i64', 'shl', high, i64(1)), back));
    }
    default:
      return undefined;
  }
}

function swap32(v: Value): Value {
  return o(
    'i32',
    'or',
    o('i32', 'and', o('i32', 'rotl', v, i32(8)), i32(0x00ff00ff)),
    o('i32', 'and', o('i32', 'rotr', v, i32(8)), i32(0xff00ff00)),
  );
}

/** Upper half of a 128-bit product, by 32-bit parts. */
function mulHigh(L: Lowering, a0: Value, b0: Value, signed: boolean): Value {
  const a = L.materialize(a0);
  const b = L.materialize(b0);
  const lo = (v: Value): Value => o('i64', 'and', v, i64(0xffffffffn));
  const hi = (v: Value): Value => o('i64', 'shr_u', v, i64(32));
  const mid = L.materialize(o('i64', 'add', o('i64', 'mul', hi(a), lo(b)), hi(o('i64', 'mul', lo(a), lo(b)))));
  const mid2 = o('i64', 'add', o('i64', 'mul', lo(a), hi(b)), lo(mid));
  const unsigned = o('i64', 'add', o('i64', 'add', o('i64', 'mul', hi(a), hi(b)), hi(mid)), hi(mid2));
  if (!signed) return unsigned;
  const sign = (v: Value, other: Value): Value => o('i64', 'and', o('i64', 'shr_s', v, i64(63)), other);
  return o('i64', 'sub', o('i64', 'sub', unsigned, sign(a, b)), sign(b, a));
}

/** `_bittest*`: the bit number may reach beyond the first word, as with the instruction on memory. */
function lowerBitTest(L: Lowering, e: BuiltinExpr, locked: boolean, mode: 'set' | 'reset' | 'complement' | 'test', wide: boolean): Value {
  const [pointer, bit] = operands(L, e.args);
  const t: WType = wide ? 'i64' : 'i32';
  const type: CType = wide ? UINT64 : LONG;
  const mem = memAt(L, scaledOffset(pointer, o(t, 'shr_s', bit, c(t, wide ? 6 : 5)), wide ? 8 : 4));
  const at = o(t, 'and', bit, c(t, wide ? 63 : 31));
  if (mode === 'test') {
    const v = o(
      t,
      'and',
      o(t, 'shr_u', { k: 'load', t, mem, width: wide ? 8 : 4, signed: type.kind === 'int' && type.signed }, at),
      c(t, 1),
    );
    return wide ? wrap(v) : v;
  }
  const dst = L.newTemp(t);
  L.step(
    { k: 'interlocked', op: 'bittest', mode, mem, width: wide ? 8 : 4, signed: true, value: at, dst },
    locked ? 'interlocked' : 'store',
    e.range,
  );
  const v: Value = { k: 'temp', temp: dst };
  return wide ? wrap(v) : v;
}
