// Calls: argument conversion for prototypes and `...`, and the names that the compiler itself answers (intrinsics, SEH questions, va_*).
import { cover, type Range } from '../base/source.js';
import { COMPILER_WORDS, INTRINSICS } from './intrinsics.js';
import { assignConvert, castNode, convert, decay, errorExpr, intExpr, promoted } from './parser-conversions.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { BuiltinExpr, Expr } from './tree.js';
import { typeToString } from './type-names.js';
import * as T from './type-ops.js';
import { type CType, type FunctionType, Qual } from './types.js';

const INTRINSIC_WORDS: ReadonlyMap<string, CType> = new Map<string, CType>([
  ['void', T.VOID],
  ['char', T.CHAR],
  ['unsigned char', T.UCHAR],
  ['short', T.SHORT],
  ['unsigned short', T.USHORT],
  ['int', T.INT],
  ['unsigned int', T.UINT],
  ['long', T.LONG],
  ['unsigned long', T.ULONG],
  ['__int64', T.INT64],
  ['unsigned __int64', T.UINT64],
]);
const intrinsicTypes = new Map<string, FunctionType>();

/** Type of an intrinsic from its line in the table. */
export function intrinsicType(name: string): FunctionType | undefined {
  let type = intrinsicTypes.get(name);
  const text = INTRINSICS.get(name);
  if (!type && text) {
    const open = text.indexOf('(');
    const params = text
      .slice(open + 1, -1)
      .split(',')
      .map((s) => s.trim());
    type = T.functionType(
      tableType(text.slice(0, open)),
      params[0] === 'void' ? [] : params.map((s) => ({ name: undefined, type: tableType(s), sal: [] })),
      false,
    );
    intrinsicTypes.set(name, type);
  }
  return type;
}

function tableType(text: string): CType {
  const words: string[] = [];
  let type: CType | undefined;
  let quals = 0;
  for (const w of text.match(/\w+|\*/g) ?? []) {
    if (w === 'const' || w === 'volatile') {
      const q = w === 'const' ? Qual.Const : Qual.Volatile;
      if (type) type = T.qualified(type, q);
      else quals |= q;
    } else if (w === '*') {
      type = T.pointerTo(type ?? T.qualified(INTRINSIC_WORDS.get(words.join(' '))!, quals));
    } else {
      words.push(w);
    }
  }
  return type ?? T.qualified(INTRINSIC_WORDS.get(words.join(' '))!, quals);
}

/** Converts arguments to the parameters; reports a wrong count. */
function convertArguments(p: Parser, type: FunctionType, args: readonly Expr[], name: string, range: Range): Expr[] {
  const n = type.params.length;
  if (!type.unprototyped && args.length < n) {
    p.error(
      'c-argument-count',
      range,
      `'${name}' takes ${type.variadic ? 'at least ' : ''}${count(n)}, but ${args.length} ${args.length === 1 ? 'is' : 'are'} given`,
      `its type is '${typeToString(type, name)}'`,
    );
  } else if (!type.unprototyped && !type.variadic && args.length > n) {
    // MSVC (C4020) compiles this in C; the surplus lands in slots nobody reads.
    p.warn(
      'c-argument-count',
      args[n].range,
      `'${name}' takes ${count(n)}, but ${args.length} are given`,
      `its type is '${typeToString(type, name)}'`,
    );
  }
  return args.map((a, i) =>
    i < n && !type.unprototyped
      ? assignConvert(p, a, type.params[i].type, { what: 'argument', index: i, callee: name })
      : defaultPromotion(p, a),
  );
}

function count(n: number): string {
  return n === 0 ? 'no arguments' : n === 1 ? '1 argument' : `${n} arguments`;
}

/** Default argument promotions, for `...` and functions without a prototype. */
function defaultPromotion(p: Parser, arg: Expr): Expr {
  const e = decay(p, arg);
  if (T.isInteger(e.type)) return promoted(e);
  if (e.type.kind === 'float') return convert(e, e.type.name === 'float' ? T.DOUBLE : e.type);
  if (e.type.kind === 'void') {
    p.error('c-types', e.range, 'an argument has no value (its type is void)');
    return errorExpr(e.range);
  }
  return e;
}

/** Call of an expression. `close` is the closing parenthesis. */
export function buildCall(p: Parser, calleeExpr: Expr, args: readonly Expr[], close: Token): Expr {
  const range = cover(calleeExpr.range, close.range);
  if (calleeExpr.type.kind === 'error') return errorExpr(range);
  let callee = calleeExpr;
  // `(*f)(x)` and `(&f)(x)` are calls of f.
  for (;;) {
    if (callee.kind === 'cast' && callee.castKind === 'function-decay') callee = callee.operand;
    else if (callee.kind === 'unary' && callee.op === '*' && callee.type.kind === 'function') callee = callee.operand;
    else break;
  }
  if (callee.type.kind === 'array') callee = decay(p, callee);
  const type =
    callee.type.kind === 'function'
      ? callee.type
      : callee.type.kind === 'pointer' && callee.type.target.kind === 'function'
        ? callee.type.target
        : undefined;
  if (!type) {
    p.error('c-operands', range, `'${typeToString(callee.type)}' is not a function and cannot be called`);
    return errorExpr(range);
  }
  const name = callee.kind === 'ref' ? callee.symbol.name : callee.kind === 'member' ? (callee.field.name ?? '') : 'the function';
  if (type.returns.kind !== 'void' && !T.isComplete(type.returns)) {
    p.error('c-incomplete', range, `'${name}' returns '${typeToString(type.returns)}', which is not complete`);
    return errorExpr(range);
  }
  return {
    kind: 'call',
    callee,
    fnType: type,
    args: convertArguments(p, type, args, name, range),
    type: T.unqualified(type.returns),
    range,
    lvalue: false,
    macro: calleeExpr.macro,
  };
}

function builtin(name: string, args: readonly Expr[], type: CType, range: Range, macro?: string): BuiltinExpr {
  return { kind: 'builtin', name, args, type, range, lvalue: false, macro };
}

/** True if a call by this name is answered by the compiler, given what is declared by that name (a user's own definition wins). */
export function isCompilerName(p: Parser, name: string): boolean {
  const first = name.charCodeAt(0);
  if (first !== 95 || !(INTRINSICS.has(name) || COMPILER_WORDS.has(name) || name === '__noop')) return false;
  const s = p.lookup(name);
  return !s || (s.kind === 'function' && !s.definition && s.linkage === 'external');
}

/** Call of a name for which `isCompilerName` holds. */
export function buildCompilerCall(p: Parser, name: Token, args: readonly Expr[], close: Token): Expr {
  const range = cover(name.range, close.range);
  const macro = name.macro;
  const word = COMPILER_WORDS.get(name.text);
  if (word === 'assume' || name.text === '__noop') {
    // Promises to the optimiser: nothing is evaluated.
    return name.text === '__noop'
      ? intExpr(0n, T.INT, range, macro)
      : castNode(intExpr(0n, T.INT, range, macro), T.VOID, 'void', false, range);
  }
  if (word) return sehQuestion(p, word, args, range, macro);
  const declared = p.lookup(name.text);
  const type = declared?.kind === 'function' ? declared.type : intrinsicType(name.text)!;
  return builtin(name.text, convertArguments(p, type, args, name.text, range), type.returns, range, macro);
}

function sehQuestion(p: Parser, word: string, args: readonly Expr[], range: Range, macro?: string): Expr {
  if (word === 'alloca') {
    if (args.length !== 1) {
      p.error('c-argument-count', range, `'_alloca' takes 1 argument, but ${args.length} are given`);
      return errorExpr(range);
    }
    return builtin(
      'alloca',
      [assignConvert(p, args[0], T.SIZE_T, { what: 'argument', index: 0, callee: '_alloca' })],
      T.pointerTo(T.VOID),
      range,
      macro,
    );
  }
  const places = p.fn?.seh ?? [];
  const inner = places[places.length - 1];
  if (word === 'exception_code') {
    if (!places.includes('filter') && !places.includes('except'))
      p.error('c-seh', range, 'GetExceptionCode works only in the filter or the block of __except');
    return builtin(word, [], T.ULONG, range, macro);
  }
  if (word === 'exception_info') {
    if (inner !== 'filter') p.error('c-seh', range, 'GetExceptionInformation works only in the filter of __except');
    const tag = p.unit.scope.tags.get('_EXCEPTION_POINTERS');
    return builtin(word, [], T.pointerTo(tag && 'fields' in tag ? T.recordType(tag) : T.VOID), range, macro);
  }
  if (!places.includes('finally')) p.error('c-seh', range, 'AbnormalTermination works only in the block of __finally');
  return builtin(word, [], T.INT, range, macro);
}

/** `__builtin_va_start(ap, last)`, `__builtin_va_end(ap)`, `__builtin_va_copy(to, from)`. */
export function buildVarArgs(p: Parser, word: Token, args: readonly Expr[], close: Token): Expr {
  const range = cover(word.range, close.range);
  const name = word.text.slice('__builtin_'.length);
  const wanted = name === 'va_end' ? 1 : 2;
  if (args.length !== wanted) {
    p.error('c-argument-count', range, `'${name}' takes ${count(wanted)}, but ${args.length} ${args.length === 1 ? 'is' : 'are'} given`);
    return errorExpr(range);
  }
  if (args.some((a) => a.type.kind === 'error')) return errorExpr(range);
  if (args[0].type.kind !== 'pointer' || !args[0].lvalue) {
    p.error('c-types', args[0].range, `'${name}' needs an object of type va_list`);
    return errorExpr(range);
  }
  if (name === 'va_start' && p.fn && !p.fn.symbol.type.variadic)
    p.error('c-variadic', range, `'va_start' in '${p.fn.symbol.name}', which has no '...'`);
  const used =
    name === 'va_copy' ? [args[0], assignConvert(p, args[1], args[0].type, { what: 'argument', index: 1, callee: name })] : [args[0]];
  return builtin(name, used, T.VOID, range, word.macro);
}

/** `__builtin_va_arg(ap, type)`. */
export function buildVaArg(p: Parser, ap: Expr, type: CType, range: Range, macro?: string): Expr {
  if (ap.type.kind === 'error' || type.kind === 'error') return errorExpr(range);
  if (ap.type.kind !== 'pointer' || !ap.lvalue || !T.isComplete(type)) {
    p.error('c-types', range, "'va_arg' needs an object of type va_list and a complete type");
    return errorExpr(range);
  }
  return builtin('va_arg', [ap], T.unqualified(type), range, macro);
}
