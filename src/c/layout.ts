// Size, alignment and record layout by the rules of MSVC for x64.
// Bit-fields: a new storage unit starts when the declared type's size changes or the field does not fit; a zero width ends an open unit and aligns
// what follows. `#pragma pack(n)` lowers the alignment of members, `__declspec(align(n))` raises it and is not lowered by pack, also not where the
// aligned type is deep inside the member. Bit-fields do not affect the alignment of a union. (gcc -mms-bitfields differs in the last two.)

import type { Range } from '../base/source.js';
import type { Initializer, SalAnnotation } from './tree.js';
import type { CType, Field, RecordDecl } from './types.js';

/** Bytes; 0 for types without a size (void, functions, incomplete types), 1 for void under `sizeof` is not a matter of this function. */
export function sizeOf(type: CType): number {
  switch (type.kind) {
    case 'int':
    case 'float':
      return type.size;
    case 'pointer':
      return 8;
    case 'enum':
    case 'error':
      return 4;
    case 'record':
      return type.decl.size;
    case 'array':
      return (type.length ?? 0) * sizeOf(type.element);
    case 'void':
    case 'function':
      return 0;
  }
}

export function alignOf(type: CType): number {
  switch (type.kind) {
    case 'record':
      return type.decl.align || 1;
    case 'array':
      return alignOf(type.element);
    case 'void':
    case 'function':
      return 1;
    default:
      return sizeOf(type);
  }
}

/** What `__declspec(align)` demands of a type. */
function requiredAlign(type: CType): number {
  if (type.kind === 'array') return requiredAlign(type.element);
  return type.kind === 'record' ? (type.decl.required ?? 1) : 1;
}

/** Bytes of an object: more than its type where a flexible array member is initialised. */
export function objectSize(type: CType, init: Initializer | undefined): number {
  return Math.max(sizeOf(type), init?.size ?? 0);
}

/** Alignment of a variable. */
export function objectAlign(v: { readonly type: CType; readonly align?: number }): number {
  return Math.max(alignOf(v.type), v.align ?? 1);
}

/** A member as declared, before it has a place. */
export interface MemberSpec {
  readonly name: string | undefined;
  readonly type: CType;
  readonly bitWidth?: number;
  /** From `__declspec(align(n))` or `_Alignas`. */
  readonly align?: number;
  readonly range?: Range;
  readonly sal?: readonly SalAnnotation[];
}

/** Bytes of the largest object (MSVC: C2148). */
export const MAX_OBJECT_SIZE = 0x7fffffff;

const roundUp = (n: number, align: number): number => Math.ceil(n / align) * align;

/** Fills `decl` with fields, size and alignment and marks it complete. `pack`: from `#pragma pack`; `align`: `__declspec(align)` of the record. */
export function layoutRecord(decl: RecordDecl, members: readonly MemberSpec[], pack: number, align: number): void {
  let end = 0; // first free byte (struct) or largest member (union)
  let recordAlign = 1;
  // What the size is rounded to. The align attribute of a bit-field raises the alignment of the record, but its size only as far as pack lets it.
  let sizeAlign = 1;
  let required = align;
  // The open bit-field storage unit, if any.
  let unitOffset = 0;
  let unitSize = 0;
  let unitBits = 0;
  const fields: Field[] = [];
  for (const m of members) {
    const demanded = Math.max(requiredAlign(m.type), m.align ?? 1);
    const natural = Math.max(Math.min(alignOf(m.type), pack), demanded);
    const size = sizeOf(m.type);
    if (m.bitWidth !== undefined) {
      const opens = m.bitWidth > 0 && (decl.union || unitSize !== size || unitBits + m.bitWidth > size * 8);
      // A zero width without an open unit has no effect.
      if (opens || (m.bitWidth === 0 && unitSize)) {
        if (!decl.union) {
          end = roundUp(end, natural);
          recordAlign = Math.max(recordAlign, natural);
          sizeAlign = Math.max(sizeAlign, Math.min(natural, pack));
        }
        unitOffset = decl.union ? 0 : end;
        unitSize = m.bitWidth && size;
        unitBits = 0;
        end = decl.union ? Math.max(end, size) : end + unitSize;
      }
      if (m.bitWidth === 0) continue;
      fields.push({
        name: m.name,
        type: m.type,
        offset: unitOffset,
        bitOffset: unitBits,
        bitWidth: m.bitWidth,
        range: m.range,
        sal: m.sal,
      });
      unitBits += m.bitWidth;
      continue;
    }
    unitSize = 0;
    required = Math.max(required, demanded);
    recordAlign = Math.max(recordAlign, natural);
    sizeAlign = Math.max(sizeAlign, natural);
    const offset = decl.union ? 0 : roundUp(end, natural);
    fields.push({ name: m.name, type: m.type, offset, range: m.range, sal: m.sal });
    end = decl.union ? Math.max(end, size) : offset + size;
  }
  decl.fields = fields;
  decl.align = Math.max(recordAlign, align);
  decl.size = roundUp(end, Math.max(sizeAlign, align));
  if (required > 1) decl.required = required;
  decl.complete = true;
}

/** Gives a complete record a larger alignment. */
export function raiseAlignment(decl: RecordDecl, align: number): void {
  decl.required = Math.max(decl.required ?? 1, align);
  if (align <= decl.align) return;
  decl.align = align;
  decl.size = roundUp(decl.size, align);
}

/** One step of a member's path: the fields passed through, outermost first (anonymous ones before the named one). Offsets are each from its own record. */
export function findField(decl: RecordDecl, name: string): readonly Field[] | undefined {
  const { fields } = decl;
  if (fields.length <= FEW) {
    for (const f of fields) if (f.name === name) return [f];
    for (const f of fields) {
      const inner = f.name === undefined && f.type.kind === 'record' ? findField(f.type.decl, name) : undefined;
      if (inner) return [f, ...inner];
    }
    return undefined;
  }
  let paths = pathsOf.get(fields);
  if (!paths) {
    paths = new Map();
    for (const f of fields) if (f.name !== undefined && !paths.has(f.name)) paths.set(f.name, [f]);
    for (const f of fields)
      if (f.name === undefined && f.type.kind === 'record')
        for (const inner of memberNames(f.type.decl)) if (!paths.has(inner)) paths.set(inner, [f, ...findField(f.type.decl, inner)!]);
    pathsOf.set(fields, paths);
  }
  return paths.get(name);
}

/** Records of more members have a table of their paths, so that reading a large one takes time in proportion to it. */
const FEW = 32;
const pathsOf = new WeakMap<readonly Field[], Map<string, readonly Field[]>>();

/** Names of all members that `.` can reach, anonymous ones included. */
export function memberNames(decl: RecordDecl): string[] {
  return decl.fields.flatMap((f) => (f.name !== undefined ? [f.name] : f.type.kind === 'record' ? memberNames(f.type.decl) : []));
}
