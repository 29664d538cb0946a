// Preprocessed tokens: what the preprocessor hands to the parser. Each knows where the *user* wrote it.
import type { Range } from '../base/source.js';

export type TokenKind = 'identifier' | 'keyword' | 'number' | 'char' | 'string' | 'punctuator' | 'eof' | 'pragma';

/**
 * A token after macro expansion.
 * `range`: where the user wrote it. A token written in the file or in a macro *argument* has its own place; one that comes from a macro
 * *body* has the range of the outermost macro invocation's name (so breakpoints and diagnostics land in the user's text).
 * `spelling`: the place in the macro body, present only for tokens that come from one (shown as related information).
 */
export interface Token {
  kind: TokenKind;
  /** Exact text. Strings and characters keep prefix and quotes (`L"a"`, `'gaTp'`); a pragma token holds the text after `#pragma`/inside `_Pragma`/`__pragma`. */
  text: string;
  range: Range;
  spelling?: Range;
  /** Name of the outermost macro this token comes from (`NT_SUCCESS`), if any. */
  macro?: string;
  /** First token on its source line / preceded by white space (needed by stringising, kept for messages). */
  atLineStart: boolean;
  spaceBefore: boolean;
}

/** Keywords of C17, MSVC and Interlock's builtins; the preprocessor marks identifiers with these texts as `keyword`. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'auto',
  'break',
  'case',
  'char',
  'const',
  'continue',
  'default',
  'do',
  'double',
  'else',
  'enum',
  'extern',
  'float',
  'for',
  'goto',
  'if',
  'inline',
  'int',
  'long',
  'register',
  'restrict',
  'return',
  'short',
  'signed',
  'sizeof',
  'static',
  'struct',
  'switch',
  'typedef',
  'union',
  'unsigned',
  'void',
  'volatile',
  'while',
  '_Alignas',
  '_Alignof',
  '_Bool',
  '_Generic',
  '_Noreturn',
  '_Static_assert',
  'static_assert',
  '_Thread_local',
  '_Atomic',
  '_Complex',
  '__try',
  '__except',
  '__finally',
  '__leave',
  '__declspec',
  '_declspec',
  '__cdecl',
  '__stdcall',
  '__fastcall',
  '__vectorcall',
  '__clrcall',
  '__thiscall',
  '_cdecl',
  '_stdcall',
  '_fastcall',
  '__inline',
  '_inline',
  '__forceinline',
  '_forceinline',
  '__int8',
  '__int16',
  '__int32',
  '__int64',
  '_int8',
  '_int16',
  '_int32',
  '_int64',
  '_try',
  '_except',
  '_finally',
  '_leave',
  '_based',
  '_vectorcall',
  '_thiscall',
  '_w64',
  '_unaligned',
  '__sptr',
  '__uptr',
  '__asm__',
  '__if_exists',
  '__if_not_exists',
  '__uuidof',
  '_uuidof',
  '__wchar_t',
  '__ptr64',
  '__ptr32',
  '__unaligned',
  '__restrict',
  '__w64',
  '__alignof',
  '_alignof',
  '__asm',
  '_asm',
  '__attribute__',
  '__extension__',
  '__based',
  '__builtin_offsetof',
  '__builtin_va_start',
  '__builtin_va_arg',
  '__builtin_va_end',
  '__builtin_va_copy',
]);

/**
 * Other spellings that MSVC accepts of the same keyword (one underscore instead of two, as in its documentation of each). The parser reads the spelling on
 * the right; the preprocessor keeps what was written, since `#` makes strings of it.
 */
export const KEYWORD_SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['_try', '__try'],
  ['_except', '__except'],
  ['_finally', '__finally'],
  ['_leave', '__leave'],
  ['_int8', '__int8'],
  ['_int16', '__int16'],
  ['_int32', '__int32'],
  ['_int64', '__int64'],
  ['_based', '__based'],
  ['_vectorcall', '__vectorcall'],
  ['_thiscall', '__thiscall'],
  ['_w64', '__w64'],
  ['_unaligned', '__unaligned'],
  ['_cdecl', '__cdecl'],
  ['_stdcall', '__stdcall'],
  ['_fastcall', '__fastcall'],
  ['_declspec', '__declspec'],
  ['_inline', '__inline'],
  ['_forceinline', '__forceinline'],
  ['_alignof', '__alignof'],
  ['_uuidof', '__uuidof'],
  ['_asm', '__asm'],
  ['__asm__', '__asm'],
]);
