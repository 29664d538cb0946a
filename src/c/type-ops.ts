// Constructors, predicates and relations of C types for Windows x64 (LLP64).
// The basic types are single objects and pointers to one target are cached, so that most comparisons end at an identity test. The alias of a
// type is only a name for people: no relation here looks at it.
import type {
  ArrayType,
  CType,
  EnumDecl,
  EnumType,
  ErrorType,
  FloatType,
  FunctionType,
  IntType,
  Parameter,
  PointerType,
  RecordDecl,
  RecordType,
  VoidType,
} from './types.js';
import { Qual } from './types.js';

const int = (name: string, size: 1 | 2 | 4 | 8, signed: boolean): IntType => ({ kind: 'int', quals: 0, size, signed, name });

export const VOID: VoidType = { kind: 'void', quals: 0 };
export const ERROR: ErrorType = { kind: 'error', quals: 0 };
export const BOOL: IntType = { kind: 'int', quals: 0, size: 1, signed: false, name: '_Bool', bool: true };
export const CHAR = int('char', 1, true);
export const SCHAR = int('signed char', 1, true);
export const UCHAR = int('unsigned char', 1, false);
export const SHORT = int('short', 2, true);
export const USHORT = int('unsigned short', 2, false);
export const INT = int('int', 4, true);
export const UINT = int('unsigned int', 4, false);
export const LONG = int('long', 4, true);
export const ULONG = int('unsigned long', 4, false);
export const INT64 = int('__int64', 8, true);
export const UINT64 = int('unsigned __int64', 8, false);
export const WCHAR: IntType = { ...USHORT, alias: 'wchar_t' };
export const SIZE_T: IntType = { ...UINT64, alias: 'size_t' };
export const FLOAT: FloatType = { kind: 'float', quals: 0, size: 4, name: 'float' };
export const DOUBLE: FloatType = { kind: 'float', quals: 0, size: 8, name: 'double' };
export const LONG_DOUBLE: FloatType = { kind: 'float', quals: 0, size: 8, name: 'long double' };

const pointers = new WeakMap<CType, PointerType>();
const records = new WeakMap<RecordDecl, RecordType>();
const enums = new WeakMap<EnumDecl, EnumType>();

export function pointerTo(target: CType): PointerType {
  let p = pointers.get(target);
  if (!p) {
    p = { kind: 'pointer', quals: 0, target };
    pointers.set(target, p);
  }
  return p;
}

export function arrayOf(element: CType, length: number | undefined): ArrayType {
  return { kind: 'array', quals: 0, element, length };
}

export function functionType(returns: CType, params: readonly Parameter[], variadic: boolean, unprototyped = false): FunctionType {
  return unprototyped
    ? { kind: 'function', quals: 0, returns, params, variadic, unprototyped }
    : { kind: 'function', quals: 0, returns, params, variadic };
}

export function recordType(decl: RecordDecl): RecordType {
  let t = records.get(decl);
  if (!t) {
    t = { kind: 'record', quals: 0, decl };
    records.set(decl, t);
  }
  return t;
}

export function enumType(decl: EnumDecl): EnumType {
  let t = enums.get(decl);
  if (!t) {
    t = { kind: 'enum', quals: 0, decl };
    enums.set(decl, t);
  }
  return t;
}

/** The type with more qualifiers. Those of an array belong to its elements (C17 6.7.3). */
export function qualified(type: CType, quals: number): CType {
  if ((type.quals & quals) === quals || type.kind === 'function' || type.kind === 'error') return type;
  if (type.kind === 'array') return { ...type, element: qualified(type.element, quals) };
  return { ...type, quals: type.quals | quals };
}

export function unqualified<T extends CType>(type: T): T {
  return type.quals === 0 ? type : { ...type, quals: 0 };
}

/** The type as written with the typedef name. */
export function withAlias(type: CType, alias: string): CType {
  return type.kind === 'error' ? type : { ...type, alias };
}

export const isInteger = (t: CType): t is IntType | EnumType => t.kind === 'int' || t.kind === 'enum';
export const isArithmetic = (t: CType): t is IntType | EnumType | FloatType => t.kind === 'int' || t.kind === 'enum' || t.kind === 'float';
export const isScalar = (t: CType): boolean => t.kind === 'int' || t.kind === 'pointer' || t.kind === 'enum' || t.kind === 'float';
export const isConst = (t: CType): boolean => (t.quals & Qual.Const) !== 0;
export const isCharType = (t: CType): boolean => t.kind === 'int' && t.size === 1 && !t.bool;
export const isVoidPointer = (t: CType): boolean => t.kind === 'pointer' && t.target.kind === 'void';

/** Width in bytes and sign of an integer, enumeration (an `int`, as in MSVC) or pointer type. */
export function integerShape(t: CType): { size: 1 | 2 | 4 | 8; signed: boolean } {
  if (t.kind === 'int') return t;
  if (t.kind === 'pointer') return { size: 8, signed: false };
  return INT;
}

/** Integer promotion. Everything narrower than int fits in int. */
export function promote(t: CType): CType {
  if (t.kind === 'enum') return INT;
  if (t.kind === 'int' && t.size < 4) return INT;
  return t.quals ? unqualified(t) : t;
}

/** Usual arithmetic conversions for LLP64: `unsigned long` and `unsigned int` have one width, so sign decides among equals, `long` wins over `int`. */
export function usualArithmetic(a: CType, b: CType): CType {
  if (a.kind === 'float' || b.kind === 'float') {
    if (a.kind === 'float' && b.kind === 'float') {
      if (a.name === 'long double') return unqualified(a);
      if (b.name === 'long double') return unqualified(b);
      return unqualified(a.size >= b.size ? a : b);
    }
    return unqualified(a.kind === 'float' ? a : b);
  }
  const l = promote(a) as IntType;
  const r = promote(b) as IntType;
  if (l.size !== r.size) return l.size > r.size ? l : r;
  if (l.signed !== r.signed) return longer(l.signed ? r : l, l.signed ? l : r);
  return l.name.includes('long') && !r.name.includes('long') ? l : r.name.includes('long') && !l.name.includes('long') ? r : l;
}

/** unsigned int with long gives unsigned long. */
function longer(unsigned: IntType, signed: IntType): IntType {
  return unsigned.name === 'unsigned int' && signed.name === 'long' ? ULONG : unsigned;
}

/** Same type, not regarding alias and, on the top level, qualifiers. */
export function sameUnqualified(a: CType, b: CType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return a.kind === 'error' || b.kind === 'error';
  switch (a.kind) {
    case 'void':
    case 'error':
      return true;
    case 'int':
      return a.name === (b as IntType).name;
    case 'float':
      return a.name === (b as FloatType).name;
    case 'record':
      return a.decl === (b as RecordType).decl;
    case 'enum':
      return a.decl === (b as EnumType).decl;
    case 'pointer':
      return sameType(a.target, (b as PointerType).target);
    case 'array': {
      const o = b as ArrayType;
      return sameType(a.element, o.element) && (a.length === undefined || o.length === undefined || a.length === o.length);
    }
    case 'function':
      return sameFunction(a, b as FunctionType);
  }
}

const MEANT = Qual.Const | Qual.Volatile;

/** Compatible types (C17 6.2.7). `__unaligned` and `restrict` do not separate types. */
export function sameType(a: CType, b: CType): boolean {
  return a === b || ((a.quals & MEANT) === (b.quals & MEANT) && sameUnqualified(a, b));
}

function sameFunction(a: FunctionType, b: FunctionType): boolean {
  if (!sameUnqualified(a.returns, b.returns)) return false;
  if (a.unprototyped || b.unprototyped) return true;
  if (a.params.length !== b.params.length || a.variadic !== b.variadic) return false;
  return a.params.every((p, i) => sameUnqualified(p.type, b.params[i].type));
}

/** Same representation although not the same type: `int` and `long`, `ULONG` and `LONG`, an enum and `int`. MSVC is silent about them at /W3. */
export function sameShape(a: CType, b: CType): boolean {
  if (sameUnqualified(a, b)) return true;
  if (isInteger(a) && isInteger(b)) return integerShape(a).size === integerShape(b).size;
  if (a.kind === 'float' && b.kind === 'float') return a.size === b.size;
  if (a.kind === 'array' && b.kind === 'array') return sameShape(a.element, b.element);
  if (a.kind === 'pointer' && b.kind === 'pointer')
    return sameShape(a.target, b.target) || a.target.kind === 'void' || b.target.kind === 'void';
  if (a.kind === 'function' && b.kind === 'function') {
    if (a.unprototyped || b.unprototyped) return true;
    return (
      a.params.length === b.params.length &&
      sameShapeOrVoid(a.returns, b.returns) &&
      a.params.every((p, i) => sameShape(p.type, b.params[i].type))
    );
  }
  return false;
}

function sameShapeOrVoid(a: CType, b: CType): boolean {
  return a.kind === 'void' || b.kind === 'void' ? a.kind === b.kind : sameShape(a, b);
}

/** What MSVC would say about storing a value of pointer type `from` in one of pointer type `to`. */
export type PointerMismatch = 'none' | 'qualifiers' | 'types' | 'levels' | 'parameters';

export function comparePointers(from: PointerType, to: PointerType): PointerMismatch {
  const a = from.target;
  const b = to.target;
  const losesConst = isConst(a) && !isConst(b) && b.kind !== 'function';
  if (a.kind === 'error' || b.kind === 'error') return 'none';
  if (a.kind === 'void' || b.kind === 'void' || sameShape(a, b)) return losesConst ? 'qualifiers' : 'none';
  if (a.kind === 'function' && b.kind === 'function') return 'parameters';
  if ((a.kind === 'pointer') !== (b.kind === 'pointer')) return 'levels';
  return 'types';
}

/** Type of a redeclared object or function: the more complete of two compatible types. */
export function compositeType(old: CType, fresh: CType): CType {
  if (old.kind === 'array' && fresh.kind === 'array') return fresh.length === undefined && old.length !== undefined ? old : fresh;
  if (old.kind === 'function' && fresh.kind === 'function') return fresh.unprototyped && !old.unprototyped ? old : fresh;
  return fresh;
}

/** A type whose size is known. */
export function isComplete(t: CType): boolean {
  if (t.kind === 'record') return t.decl.complete;
  if (t.kind === 'array') return t.length !== undefined && isComplete(t.element);
  return t.kind !== 'void' && t.kind !== 'function';
}
