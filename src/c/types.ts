// C types with Windows x64 (LLP64) size and layout. Types are immutable values; records and enums carry a shared mutable declaration
// that is completed when the body is seen. Qualifiers and the typedef name a type was written with live on the type value itself.
import type { Range } from '../base/source.js';
import type { SalAnnotation } from './tree.js';

export enum Qual {
  None = 0,
  Const = 1,
  Volatile = 2,
  Restrict = 4,
  Unaligned = 8,
}

interface TypeBase {
  readonly quals: number;
  /** Typedef name the type was written with (`NTSTATUS`, `PEPROCESS`), for display and for formatting of values. */
  readonly alias?: string;
}

export interface VoidType extends TypeBase {
  readonly kind: 'void';
}
/** Integers incl. char, _Bool and wchar_t. `name` is the C spelling: `char`, `signed char`, `unsigned long`, `__int64`, `wchar_t` ... */
export interface IntType extends TypeBase {
  readonly kind: 'int';
  readonly size: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly name: string;
  readonly bool?: boolean;
}
export interface FloatType extends TypeBase {
  readonly kind: 'float';
  readonly size: 4 | 8;
  readonly name: 'float' | 'double' | 'long double';
}
export interface PointerType extends TypeBase {
  readonly kind: 'pointer';
  readonly target: CType;
}
/** `length` undefined: incomplete `[]`; 0 is allowed as a tail (MSVC). */
export interface ArrayType extends TypeBase {
  readonly kind: 'array';
  readonly element: CType;
  readonly length: number | undefined;
}
export interface Parameter {
  readonly name: string | undefined;
  readonly type: CType;
  readonly sal: readonly SalAnnotation[];
  readonly range?: Range;
}
export interface FunctionType extends TypeBase {
  readonly kind: 'function';
  readonly returns: CType;
  readonly params: readonly Parameter[];
  readonly variadic: boolean;
  /** `f()` without prototype. */
  readonly unprototyped?: boolean;
}
export interface RecordType extends TypeBase {
  readonly kind: 'record';
  readonly decl: RecordDecl;
}
export interface EnumType extends TypeBase {
  readonly kind: 'enum';
  readonly decl: EnumDecl;
}
/** Stands where the source is wrong; anything may be done with it without further errors. Size 4. */
export interface ErrorType extends TypeBase {
  readonly kind: 'error';
}

export type CType = VoidType | IntType | FloatType | PointerType | ArrayType | FunctionType | RecordType | EnumType | ErrorType;

export interface Field {
  /** undefined: anonymous struct/union member or unnamed bit-field. */
  readonly name: string | undefined;
  readonly type: CType;
  /** Bytes from the start of the record (of the storage unit for bit-fields). */
  readonly offset: number;
  /** Bit-fields only: lowest bit inside the storage unit of `type`'s size, and width. */
  readonly bitOffset?: number;
  readonly bitWidth?: number;
  readonly range?: Range;
  readonly sal?: readonly SalAnnotation[];
}

export interface RecordDecl {
  readonly tag: string | undefined;
  readonly union: boolean;
  complete: boolean;
  fields: Field[];
  /** Bytes, including tail padding. */
  size: number;
  align: number;
  /** Alignment that `__declspec(align)` demands of this record or of something in it; `#pragma pack` around a member of this type does not lower it. Absent: 1. */
  required?: number;
  range?: Range;
  /** Display name when there is no tag: the first typedef given to it. */
  typedefName?: string;
}

export interface EnumDecl {
  readonly tag: string | undefined;
  complete: boolean;
  members: { name: string; value: bigint; range?: Range }[];
  range?: Range;
  typedefName?: string;
}
