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
  '_int64',
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
