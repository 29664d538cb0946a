// Annotation words of SAL 2 (and of the first generation): which identifiers are annotations, and how they are read.
// They are kept as syntax with their argument texts because the kernel's IRQL model, the rules and hover read them. MSVC allows them almost
// anywhere in a declaration, so the parser looks for them wherever one could stand; a word counts only if nothing is declared by that name.
import { cover } from '../base/source.js';
import type { Token } from './token.js';
import type { SalAnnotation } from './tree.js';

const FIRST_GENERATION = [
  '__drv_',
  '__analysis',
  '__in_',
  '__out_',
  '__inout_',
  '__deref_',
  '__field_',
  '__struct_bcount',
  '__encoded_',
  '__range',
];
const WORDS = new Set([
  '__in',
  '__out',
  '__inout',
  '__checkReturn',
  '__reserved',
  '__success',
  '__notnull',
  '__callback',
  '__format_string',
  '__fallthrough',
  '__useHeader',
  '__allowed',
  '__post',
  '__pre',
  '__valid',
  '__nullterminated',
  '__nullnullterminated',
  '__maybenull',
  '__null',
  '__bcount',
  '__ecount',
  '__bcount_opt',
  '__ecount_opt',
  '__nothrow',
  '__readonly',
  '__notreadonly',
  '__notvalid',
  '__blocksOn',
  '__control_entrypoint',
  '__data_entrypoint',
  '__typefix',
  '__override',
  '__nullable',
  '__exceptthat',
  '__refparam',
  '__elem_writableTo',
  '__elem_readableTo',
  '__byte_writableTo',
  '__byte_readableTo',
]);

const known = new Map<string, boolean>();

/** True for identifiers that look like an annotation: the known families, and `_Upper_case_start_` with a closing underscore. */
export function isSalWord(name: string): boolean {
  if (name.charCodeAt(0) !== 95) return false;
  let v = known.get(name);
  if (v === undefined) {
    v = classify(name);
    if (known.size < 10_000) known.set(name, v);
  }
  return v;
}

function classify(name: string): boolean {
  if (WORDS.has(name)) return true;
  const second = name.charCodeAt(1);
  if (second >= 65 && second <= 90) {
    // `_InterlockedIncrement` is a function and `_INFO` a struct tag: the closing underscore tells.
    return name.endsWith('_') && /[a-z]|^_IRQL_/.test(name);
  }
  return FIRST_GENERATION.some((p) => name.startsWith(p));
}

/** Cursor over tokens, as the parser has it. */
export interface TokenCursor {
  readonly tok: Token;
  next(): Token;
}

/** Reads one annotation; the cursor is on its word. */
export function readAnnotation(c: TokenCursor): SalAnnotation {
  const t = c.next();
  if (c.tok.text !== '(' || c.tok.kind !== 'punctuator') return { name: t.text, args: NO_ARGUMENTS, range: t.range };
  const { texts, last } = takeArguments(c);
  return { name: t.text, args: texts, range: cover(t.range, last.range) };
}

const NO_ARGUMENTS: readonly string[] = [];

/** A balanced parenthesis; the texts of its arguments at commas of the top level. Stops at the end of the file if it is not closed. */
function takeArguments(c: TokenCursor): { texts: string[]; last: Token } {
  const texts: string[] = [];
  let text = '';
  let depth = 0;
  for (;;) {
    const t = c.tok;
    if (t.kind === 'eof') return { texts, last: t };
    c.next();
    if (t.kind === 'punctuator') {
      if (t.text === '(' || t.text === '[' || t.text === '{') {
        if (depth++ === 0) continue;
      } else if (t.text === ')' || t.text === ']' || t.text === '}') {
        if (--depth === 0) {
          if (text !== '' || texts.length) texts.push(text);
          return { texts, last: t };
        }
      } else if (t.text === ',' && depth === 1) {
        texts.push(text);
        text = '';
        continue;
      }
    }
    text += text !== '' && t.spaceBefore ? ` ${t.text}` : t.text;
  }
}
