// C expressions over the stopped machine: a walk over the front end's typed tree. Used by hover, watch, console, conditions, log messages and the
// expectations of scenarios. Calls are refused (running driver code would change the machine); assignments are allowed only where the caller says so.

import { sizeOf } from '../../c/layout.js';
import type { Expr, FunctionSymbol, VarSymbol } from '../../c/tree.js';
import type { CType } from '../../c/types.js';
import type { Addr } from '../abi.js';
import {
  asAddress,
  asInteger,
  asNumber,
  bytesOf,
  EvaluationError,
  fromInteger,
  fromNumber,
  hex64,
  isScalar,
  load,
  type TargetMemory,
  toUnsigned,
  type Value,
} from './value.js';

export interface EvaluationContext {
  readonly memory: TargetMemory;
  /** Address of a variable in the selected frame or image; undefined: not alive here. */
  addressOfVariable(symbol: VarSymbol): Addr | undefined;
  addressOfFunction(symbol: FunctionSymbol): Addr | undefined;
  /** Assignments and ++/-- are carried out. */
  readonly allowWrites: boolean;
}

const truth = (v: Value): boolean => (v.type.kind === 'float' ? asNumber(v) !== 0 : asInteger(v) !== 0n);

/** Evaluates a typed expression; throws EvaluationError with a message for the user. */
export function evaluate(e: Expr, c: EvaluationContext): Value {
  switch (e.kind) {
    case 'int':
      return fromInteger(e.type, e.value);
    case 'float':
      return fromNumber(e.type, e.value);
    case 'string':
      return { type: e.type, bytes: e.bytes };
    case 'ref': {
      const s = e.symbol;
      const address = s.kind === 'var' ? c.addressOfVariable(s) : c.addressOfFunction(s);
      if (address === undefined)
        throw new EvaluationError(
          s.kind === 'var' ? `'${s.name}' has no place here` : `'${s.name}' has no address (it is not part of a loaded image)`,
        );
      return load(c.memory, e.type, address);
    }
    case 'member': {
      const object = evaluate(e.object, c);
      const base = e.arrow ? asAddress(object) : object.address;
      if (base === undefined) throw new EvaluationError('a member of a value that is not in memory cannot be shown');
      const bits = e.field.bitWidth === undefined ? undefined : { offset: e.field.bitOffset ?? 0, width: e.field.bitWidth };
      return load(c.memory, e.type, base + e.offset, bits);
    }
    case 'index': {
      const base = asAddress(evaluate(e.base, c));
      return load(c.memory, e.type, base + Number(asInteger(evaluate(e.index, c))) * sizeOf(e.type));
    }
    case 'unary':
      return unary(e.op, e.operand, e.type, c);
    case 'binary':
      return binary(e, c);
    case 'cond':
      return truth(evaluate(e.test, c)) ? evaluate(e.then, c) : evaluate(e.else, c);
    case 'cast':
      return cast(evaluate(e.operand, c), e.type, e.castKind);
    case 'assign': {
      const target = evaluate(e.target, c);
      let value = evaluate(e.right, c);
      if (e.op !== '=')
        value = cast(arithmetic(e.op.slice(0, -1), cast(target, e.computeType, 'noop'), value, e.computeType), e.target.type, 'noop');
      return store(target, value, c);
    }
    case 'incdec': {
      const target = evaluate(e.operand, c);
      const step = target.type.kind === 'pointer' ? BigInt(sizeOf(target.type.target)) : 1n;
      const changed =
        target.type.kind === 'float'
          ? fromNumber(target.type, asNumber(target) + (e.op === '++' ? 1 : -1))
          : fromInteger(target.type, asInteger(target) + (e.op === '++' ? step : -step));
      const stored = store(target, changed, c);
      return e.prefix ? stored : target;
    }
    case 'call':
      throw new EvaluationError('functions are not called while the machine is stopped');
    case 'compound-literal':
    case 'builtin':
      throw new EvaluationError('this kind of expression cannot be evaluated while the machine is stopped');
    case 'error':
      throw new EvaluationError('the expression has an error');
  }
}

function store(target: Value, value: Value, c: EvaluationContext): Value {
  if (!c.allowWrites) throw new EvaluationError('this expression would change the machine; that is allowed only in the debug console');
  if (target.address === undefined) throw new EvaluationError('this is not a place that can be assigned to');
  let bytes: Uint8Array;
  if (isScalar(target.type)) {
    if (target.bits) {
      if (!target.bytes) throw new EvaluationError(`memory at ${hex64(target.address)} cannot be read`);
      const mask = ((1n << BigInt(target.bits.width)) - 1n) << BigInt(target.bits.offset);
      bytes = bytesOf((toUnsigned(target.bytes) & ~mask) | ((asInteger(value) << BigInt(target.bits.offset)) & mask), target.bytes.length);
    } else if (target.type.kind === 'float') bytes = fromNumber(target.type, asNumber(value)).bytes!;
    else bytes = fromInteger(target.type, asInteger(value)).bytes!;
  } else {
    const source = value.address === undefined ? undefined : c.memory.read(value.address, sizeOf(target.type));
    if (!source) throw new EvaluationError('the value to assign cannot be read');
    bytes = source;
  }
  if (!c.memory.write(target.address, bytes)) throw new EvaluationError(`memory at ${hex64(target.address)} cannot be written`);
  return isScalar(target.type) ? { ...target, bytes } : target;
}

function unary(op: string, operand: Expr, type: CType, c: EvaluationContext): Value {
  const v = evaluate(operand, c);
  switch (op) {
    case '&':
      if (v.address === undefined || v.bits) throw new EvaluationError('this has no address');
      return fromInteger(type, BigInt(v.address));
    case '*':
      return type.kind === 'function' ? { type, address: asAddress(v) } : load(c.memory, type, asAddress(v));
    case '!':
      return fromInteger(type, truth(v) ? 0n : 1n);
    case '-':
      return type.kind === 'float' ? fromNumber(type, -asNumber(v)) : fromInteger(type, -asInteger(v));
    case '~':
      return fromInteger(type, ~asInteger(v));
    default:
      return { type: v.type, ...(v.bytes ? { bytes: v.bytes } : {}) };
  }
}

function binary(e: Extract<Expr, { kind: 'binary' }>, c: EvaluationContext): Value {
  if (e.op === '&&') return fromInteger(e.type, truth(evaluate(e.left, c)) && truth(evaluate(e.right, c)) ? 1n : 0n);
  if (e.op === '||') return fromInteger(e.type, truth(evaluate(e.left, c)) || truth(evaluate(e.right, c)) ? 1n : 0n);
  const a = evaluate(e.left, c);
  const b = evaluate(e.right, c);
  if (e.op === ',') return b;
  if (/^[<>]=?$|^[=!]=$/.test(e.op)) {
    const float = a.type.kind === 'float' || b.type.kind === 'float';
    const x = float ? asNumber(a) : asInteger(a);
    const y = float ? asNumber(b) : asInteger(b);
    const r =
      e.op === '<' ? x < y : e.op === '<=' ? x <= y : e.op === '>' ? x > y : e.op === '>=' ? x >= y : e.op === '==' ? x === y : x !== y;
    return fromInteger(e.type, r ? 1n : 0n);
  }
  if (a.type.kind === 'pointer' && b.type.kind === 'pointer')
    return fromInteger(e.type, (asInteger(a) - asInteger(b)) / BigInt(Math.max(1, sizeOf(a.type.target))));
  if (a.type.kind === 'pointer')
    return fromInteger(e.type, asInteger(a) + (e.op === '-' ? -1n : 1n) * asInteger(b) * BigInt(sizeOf(a.type.target)));
  if (b.type.kind === 'pointer') return fromInteger(e.type, asInteger(b) + asInteger(a) * BigInt(sizeOf(b.type.target)));
  return arithmetic(e.op, a, b, e.type);
}

function arithmetic(op: string, a: Value, b: Value, type: CType): Value {
  if (type.kind === 'pointer')
    return fromInteger(type, asInteger(a) + (op === '-' ? -1n : 1n) * asInteger(b) * BigInt(sizeOf(type.target)));
  if (type.kind === 'float') {
    const x = asNumber(a);
    const y = asNumber(b);
    return fromNumber(type, op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : x / y);
  }
  const x = asInteger(a);
  const y = asInteger(b);
  const shift = (): bigint => y & BigInt(8 * sizeOf(type) - 1);
  if ((op === '/' || op === '%') && y === 0n) throw new EvaluationError('division by zero');
  const r =
    op === '+'
      ? x + y
      : op === '-'
        ? x - y
        : op === '*'
          ? x * y
          : op === '/'
            ? x / y
            : op === '%'
              ? x % y
              : op === '&'
                ? x & y
                : op === '|'
                  ? x | y
                  : op === '^'
                    ? x ^ y
                    : op === '<<'
                      ? x << shift()
                      : x >> shift();
  return fromInteger(type, r);
}

function cast(v: Value, type: CType, kind: string): Value {
  if (kind === 'array-decay') {
    if (v.address === undefined) throw new EvaluationError('this array is not in memory');
    return fromInteger(type, BigInt(v.address));
  }
  if (kind === 'function-decay') return fromInteger(type, BigInt(v.address ?? 0));
  if (type.kind === 'void' || !isScalar(type)) return { ...v, type };
  if (kind === 'bool' || (type.kind === 'int' && type.bool)) return fromInteger(type, truth(v) ? 1n : 0n);
  if (v.type.kind === 'float') return fromNumber(type, asNumber(v));
  return type.kind === 'float' ? fromNumber(type, Number(asInteger(v))) : fromInteger(type, asInteger(v));
}
