// Declaration specifiers: storage class, qualifiers, attributes, annotations and the type words, in any order.

import { raiseAlignment } from './layout.js';
import { type Attributes, skipAttribute } from './parser-attributes.js';
import { reportUndeclared } from './parser-names.js';
import { parseEnum, parseRecord } from './parser-records.js';
import type { Parser } from './parser-state.js';
import { BASIC_WORDS, CALLING_CONVENTIONS, W } from './parser-words.js';
import { readAnnotation } from './sal.js';
import type { Token } from './token.js';
import type { SalAnnotation, StorageClass } from './tree.js';
import * as T from './type-ops.js';
import { type CType, Qual } from './types.js';

export interface Specifiers extends Attributes {
  type: CType;
  /** Qualifiers of the base type (already in `type`). */
  quals: number;
  storage: StorageClass;
  inline: boolean;
  readonly sal: SalAnnotation[];
  /** Annotations of the typedef the type was named with, if that is a function type: they hold for functions declared by it. */
  typedefSal: readonly SalAnnotation[];
  /** A struct, union or enum was written out, so the declaration may end here. */
  hasTag: boolean;
  /** False: implicit int. */
  explicit: boolean;
  readonly start: Token;
}

export type SpecifierPlace = 'file' | 'block' | 'parameter' | 'member' | 'type-name';

const BASIC_TYPES = new Map<number, CType>([
  [W.Void, T.VOID],
  [W.Char, T.CHAR],
  [W.Signed + W.Char, T.SCHAR],
  [W.Unsigned + W.Char, T.UCHAR],
  [W.Float, T.FLOAT],
  [W.Double, T.DOUBLE],
  [W.Long + W.Double, T.LONG_DOUBLE],
  [W.Bool, T.BOOL],
  [W.Wchar, T.WCHAR],
  [W.Signed, T.INT],
  [W.Unsigned, T.UINT],
  [W.Int8, T.CHAR],
  [W.Signed + W.Int8, T.SCHAR],
  [W.Unsigned + W.Int8, T.UCHAR],
]);
for (const [words, signed, unsigned] of [
  [[W.Int, W.Int32], T.INT, T.UINT],
  [[W.Short, W.Short + W.Int, W.Int16], T.SHORT, T.USHORT],
  [[W.Long, W.Long + W.Int], T.LONG, T.ULONG],
  [[W.Long + W.Long, W.Long + W.Long + W.Int, W.Int64], T.INT64, T.UINT64],
] as const) {
  for (const w of words) {
    BASIC_TYPES.set(w, signed);
    BASIC_TYPES.set(W.Signed + w, signed);
    BASIC_TYPES.set(W.Unsigned + w, unsigned);
  }
}

const QUALIFIERS: ReadonlyMap<string, number> = new Map<string, number>([
  ['const', Qual.Const],
  ['volatile', Qual.Volatile],
  ['restrict', Qual.Restrict],
  ['__restrict', Qual.Restrict],
  ['__unaligned', Qual.Unaligned],
]);
const STORAGE: ReadonlyMap<string, StorageClass> = new Map<string, StorageClass>([
  ['typedef', 'typedef'],
  ['extern', 'extern'],
  ['static', 'static'],
  ['auto', 'auto'],
  ['register', 'register'],
]);
/** After a type and before one of these, a word that looks like an annotation is the declared name. */
const NAME_ENDS: ReadonlySet<string> = new Set([';', ',', '=', '[', ':']);
const INLINE: ReadonlySet<string> = new Set(['inline', '__inline', '__forceinline']);

export function parseSpecifiers(p: Parser, place: SpecifierPlace): Specifiers {
  const s: Specifiers = {
    type: T.INT,
    quals: 0,
    storage: 'none',
    inline: false,
    sal: [],
    typedefSal: [],
    hasTag: false,
    explicit: false,
    start: p.tok,
    align: 0,
    noreturn: false,
    dllimport: false,
    selectany: false,
    section: undefined,
  };
  let basic = 0;
  let type: CType | undefined;
  for (;;) {
    const t = p.tok;
    if (t.kind === 'identifier') {
      if (p.atAnnotation) {
        if ((type !== undefined || basic !== 0) && NAME_ENDS.has(p.peek().text) && place !== 'parameter') break;
        s.sal.push(readAnnotation(p));
        continue;
      }
      if (type === undefined && basic === 0) {
        const symbol = p.lookup(t.text);
        if (symbol?.kind === 'typedef') {
          type = symbol.type;
          if (type.kind === 'function') s.typedefSal = symbol.sal;
          p.next();
          continue;
        }
      }
      if (type === undefined && basic === 0 && isUnknownType(p, place)) {
        reportUndeclared(p, t, 'type');
        type = T.ERROR;
        p.next();
        continue;
      }
      break;
    }
    if (t.kind !== 'keyword') break;
    const word = BASIC_WORDS.get(t.text);
    if (word !== undefined) {
      if (type !== undefined) {
        // `typedef unsigned char BOOLEAN` of a name that is a type already ends in the declarator; two types are an error.
        p.error('c-types', t.range, `'${t.text}' cannot follow another type`);
        p.next();
        continue;
      }
      basic += word;
      p.next();
      continue;
    }
    const q = QUALIFIERS.get(t.text);
    if (q !== undefined) {
      s.quals |= q;
      p.next();
      continue;
    }
    const storage = STORAGE.get(t.text);
    if (storage) {
      if (s.storage !== 'none' && s.storage !== storage)
        p.error('c-storage', t.range, `'${t.text}' cannot be combined with '${s.storage}'`);
      s.storage = storage;
      p.next();
      continue;
    }
    if (t.text === 'struct' || t.text === 'union') {
      type = parseRecord(p);
      s.hasTag = true;
      if (s.align && p.previous.text === '}' && type.kind === 'record') {
        // `__declspec(align(32)) struct S { ... }` aligns the type, as if written behind the word struct.
        raiseAlignment(type.decl, s.align);
        s.align = 0;
      }
    } else if (t.text === 'enum') {
      type = parseEnum(p);
      s.hasTag = true;
    } else if (INLINE.has(t.text)) {
      s.inline = true;
      p.next();
    } else if (t.text === '_Atomic') {
      p.next();
      if (p.is('(')) {
        p.next();
        type = p.grammar.typeName(p);
        p.expect(')', 'after the type');
      }
    } else if (t.text === '_Complex') {
      p.error('c-complex', t.range, 'complex numbers are not supported');
      p.next();
    } else if (CALLING_CONVENTIONS.has(t.text)) {
      p.next();
    } else if (!skipAttribute(p, s)) {
      break;
    }
    if (p.panicking) break;
  }
  s.explicit = type !== undefined || basic !== 0;
  s.type = type ?? basicType(p, basic, s, place);
  if (s.quals) s.type = T.qualified(s.type, s.quals);
  return s;
}

function basicType(p: Parser, sum: number, s: Specifiers, place: SpecifierPlace): CType {
  if (sum !== 0) {
    const t = BASIC_TYPES.get(sum);
    if (t) return t;
    p.error('c-types', p.rangeFrom(s.start), 'these type words do not go together');
    return T.ERROR;
  }
  // File and block declarations complain when they know what is declared.
  if (place === 'file' || place === 'block') return T.INT;
  if (place === 'type-name' || place === 'member') {
    p.syntaxError('expected a type');
    return T.ERROR;
  }
  if (p.tok.kind !== 'identifier' && s.start === p.tok) p.syntaxError('expected a parameter');
  else p.warn('c-implicit-int', s.start.range, 'the parameter has no type; int is assumed');
  return T.INT;
}

/** The undeclared identifier at the cursor stands where only a type can: report it as such and go on. */
function isUnknownType(p: Parser, place: SpecifierPlace): boolean {
  if (p.declared(p.tok.text)) return false;
  const after = p.peek();
  if (after.kind === 'identifier') return true;
  if (place === 'parameter') return after.text === '*' || after.text === ')' || after.text === ',' || after.text === '(';
  if (place === 'member') return after.text === '*' || after.text === '(';
  if (place === 'file') return after.text === '*' || (after.text === '(' && p.peek(2).text === '*');
  if (place === 'type-name') return after.text === '*' || after.text === ')' || after.text === ',';
  return (after.text === '*' && p.peek(2).kind === 'identifier') || (after.text === '*' && p.peek(2).text === '*');
}
