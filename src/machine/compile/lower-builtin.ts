// Compiler builtins: variable arguments, SEH questions, _alloca, interlocked operations and the other intrinsics of src/c/intrinsics.ts.
// What is not a matter of the compiler (control registers, time stamp, processor block) becomes a call of the routine with the intrinsic's
// name.
import type { BuiltinExpr, Expr } from '../../c/tree.js';
import { functionType, pointerTo, UINT64, VOID } from '../../c/type-ops.js';
import type { CType } from '../../c/types.js';
import { Fault, Reason, Reg } from '../abi.js';
import { type InterlockedOp, i32, i64, type Value, type Width } from './ir.js';
import { lowerBits } from './lower-bits.js';
import { lowerCall } from './lower-call.js';
import { beforeSibling, lowerEffect, lowerValue } from './lower-expression.js';
import { isUnshared, lowerPlace, memAt, readPlace, writePlace } from './lower-place.js';
import { isByReference, type Lowering } from './lowering.js';
import { Op, opcode } from './op.js';
import { add64, bin, extend, narrow, wtype } from './value.js';

const CHAR_POINTER: CType = pointerTo(VOID);
const INTERLOCKED =
  /^_Interlocked(Increment|Decrement|ExchangeAdd|Exchange|CompareExchange|And|Or|Xor)(8|16|64|Pointer)?(?:_acq|_rel|_nf)?$/;
const BLOCK = /^__(stos|movs)([bwdq])$/;
const NOTHING = new Set([
  '__nop',
  '_mm_pause',
  '_mm_mfence',
  '_mm_lfence',
  '_mm_sfence',
  '__faststorefence',
  '_ReadWriteBarrier',
  '_ReadBarrier',
  '_WriteBarrier',
  '_mm_prefetch',
  '_m_prefetchw',
  '__prefetchw',
  '_mm_clflush',
  '__wbinvd',
  '__invlpg',
]);

/** Operands of a step, left to right, free of accesses. */
export function operands(L: Lowering, args: readonly Expr[]): Value[] {
  return args.map((a, i) => {
    let v = lowerValue(L, a);
    for (const later of args.slice(i + 1)) v = beforeSibling(L, v, later);
    return L.loadFree(v, a.range);
  });
}

/** Value (scalars), address (records) or undefined (no value). */
export function lowerBuiltin(L: Lowering, e: BuiltinExpr): Value | undefined {
  const name = e.name;
  const interlocked = INTERLOCKED.exec(name);
  if (interlocked) return lowerInterlocked(L, e, interlocked[1], interlocked[2] ?? '');
  const block = BLOCK.exec(name);
  if (block) return lowerBlock(L, e, block[1] === 'movs', { b: 1, w: 2, d: 4, q: 8 }[block[2] as 'b'] as Width);
  if (NOTHING.has(name)) {
    for (const a of e.args) lowerEffect(L, a);
    L.step({ k: 'nop' }, 'plain', e.range);
    return undefined;
  }
  switch (name) {
    case 'va_start':
      writePlace(L, lowerPlace(L, e.args[0]), CHAR_POINTER, { k: 'frame', what: 'arguments', index: L.fn.argumentCount });
      return undefined;
    case 'va_arg':
      return lowerVaArg(L, e);
    case 'va_copy': {
      const v = L.loadFree(lowerValue(L, e.args[1]), e.range);
      writePlace(L, lowerPlace(L, e.args[0]), CHAR_POINTER, v);
      return undefined;
    }
    case 'va_end':
    case 'assume':
      return undefined;
    case 'alloca': {
      L.fn.usesAlloca = true;
      const [size] = operands(L, e.args);
      const dst = L.newTemp('i64');
      L.step({ k: 'alloca', size: extend(size, false), dst }, 'plain', e.range);
      return { k: 'temp', temp: dst };
    }
    case 'exception_code':
      if (L.fn.parent && !L.def) return { k: 'slot', t: 'i32', slot: argumentSlot(L, 1), offset: 0, width: 4, signed: true };
      return L.exceptArea ? { k: 'slot', t: 'i32', slot: L.exceptArea, offset: 0, width: 4, signed: true } : i32(0);
    case 'exception_info':
      return L.fn.parent && !L.def ? { k: 'slot', t: 'i64', slot: argumentSlot(L, 0), offset: 0, width: 8, signed: false } : i64(0);
    case 'abnormal_termination':
      return L.finallyArea
        ? bin(Op.i32_ne, { k: 'slot', t: 'i32', slot: L.finallyArea, offset: 0, width: 4, signed: true }, i32(0))
        : i32(0);
    case '__debugbreak':
    case '__int2c':
      L.step({ k: 'stop', reason: Reason.DebugBreak }, 'plain', e.range);
      return undefined;
    case '__ud2':
      L.step({ k: 'fault', kind: Fault.Illegal }, 'plain', e.range);
      return undefined;
    case '__fastfail': {
      const [code] = operands(L, e.args);
      L.step({ k: 'fault', kind: Fault.FastFail, address: extend(code, false) }, 'plain', e.range);
      return undefined;
    }
    case '__readcr8':
      return extend({ k: 'reg', t: 'i32', reg: Reg.Irql }, false);
    case '_AddressOfReturnAddress':
      return { k: 'frame', what: 'return-slot', index: 0 };
    case '_InterlockedCompareExchange128':
      return lowerCompare128(L, e);
    default:
      return lowerBits(L, e) ?? callRoutine(L, e);
  }
}

function argumentSlot(L: Lowering, argument: number) {
  const slot = { owner: L.fn, size: 8, align: 8, argument, shared: false, offset: 0 };
  L.fn.slots.push(slot);
  return slot;
}

function lowerVaArg(L: Lowering, e: BuiltinExpr): Value {
  const p = lowerPlace(L, e.args[0]);
  let at: Value;
  if (isUnshared(p)) {
    const temp = L.newTemp('i64');
    L.step(
      {
        k: 'set',
        dst: { slot: p.mem.slot!, offset: p.mem.offset, width: 8 },
        value: add64({ k: 'temp', temp }, i64(8)),
        also: { dst: { temp }, value: readPlace(L, p, CHAR_POINTER) },
      },
      'plain',
      e.range,
    );
    at = { k: 'temp', temp };
  } else {
    at = L.materialize(readPlace(L, p, CHAR_POINTER), e.range);
    writePlace(L, p, CHAR_POINTER, add64(at, i64(8)));
  }
  if (e.type.kind === 'record') return isByReference(e.type) ? { k: 'load', t: 'i64', mem: memAt(L, at), width: 8, signed: false } : at;
  return readPlace(L, { mem: memAt(L, at) }, e.type);
}

function lowerInterlocked(L: Lowering, e: BuiltinExpr, what: string, size: string): Value {
  const width: Width = size === '8' ? 1 : size === '16' ? 2 : size === '' ? 4 : 8;
  const t = width === 8 ? 'i64' : 'i32';
  const [pointer, a, b] = operands(L, e.args);
  const one: Value = t === 'i64' ? i64(1) : i32(1);
  const minus: Value = t === 'i64' ? i64(-1) : i32(-1);
  const table: Record<string, [InterlockedOp, Value]> = {
    Increment: ['add', one],
    Decrement: ['add', minus],
    ExchangeAdd: ['add', a],
    Exchange: ['exchange', a],
    CompareExchange: ['compare', a],
    And: ['and', a],
    Or: ['or', a],
    Xor: ['xor', a],
  };
  const [op, value] = table[what];
  const dst = L.newTemp(t);
  L.step(
    { k: 'interlocked', op, mem: memAt(L, pointer), width, signed: true, value, comparand: op === 'compare' ? b : undefined, dst },
    'interlocked',
    e.range,
  );
  const old: Value = { k: 'temp', temp: dst };
  if (what === 'Increment' || what === 'Decrement') return narrow(bin(opcode(t, 'add'), old, value), width, true);
  return old;
}

function lowerCompare128(L: Lowering, e: BuiltinExpr): Value {
  const [dst, high, low, comparand] = operands(L, e.args);
  const result = L.newTemp('i32');
  L.step({ k: 'compare128', dst, high, low, comparand, result }, 'interlocked', e.range);
  return { k: 'temp', temp: result };
}

function lowerBlock(L: Lowering, e: BuiltinExpr, copy: boolean, width: Width): undefined {
  const [dst, source, count] = operands(L, e.args);
  L.step(
    { k: 'block', dst, src: copy ? source : undefined, fill: copy ? undefined : source, width, count: extend(count, false) },
    'store',
    e.range,
  );
  return undefined;
}

/** A call of the kernel routine that has the intrinsic's name. */
function callRoutine(L: Lowering, e: BuiltinExpr): Value | undefined {
  const params = e.args.map((a) => ({ name: undefined, type: a.type, sal: [] }));
  const fnType = functionType(e.type, params, false);
  const symbol = {
    kind: 'function',
    name: e.name,
    type: fnType,
    linkage: 'external',
    builtin: true,
    sal: [],
    range: e.range,
    inline: false,
    noreturn: false,
    addressTaken: false,
  } as const;
  const callee: Expr = { kind: 'ref', symbol: { ...symbol, sal: [] }, type: fnType, range: e.range, lvalue: false };
  const value = lowerCall(
    L,
    { kind: 'call', callee, fnType, args: e.args, type: e.type, range: e.range, lvalue: false },
    undefined,
    e.type.kind !== 'void',
  );
  return value ?? (e.type.kind === 'void' ? undefined : wtype(UINT64) === 'i64' ? i64(0) : i32(0));
}
