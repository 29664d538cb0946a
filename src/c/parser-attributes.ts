// `__declspec`, `_Alignas` and the other attribute words. Those that change what a program does or where things lie are kept, the rest is read over.
import { parseConstant } from './expressions.js';
import { alignOf } from './layout.js';
import { parseStrings } from './literals.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';

export interface Attributes {
  align: number;
  noreturn: boolean;
  dllimport: boolean;
  selectany: boolean;
  /** `__declspec(allocate("..."))` for data, `__declspec(code_seg("..."))` for functions. */
  section: string | undefined;
}

/** Reads one attribute word at the cursor; false if there is none. Without `into` it is only skipped. */
export function skipAttribute(p: Parser, into?: Attributes): boolean {
  switch (p.tok.text) {
    case '__declspec':
      p.next();
      declspec(p, into);
      return true;
    case '_Alignas':
      alignas(p, into);
      return true;
    case '_Noreturn':
      p.next();
      if (into) into.noreturn = true;
      return true;
    case '__attribute__':
      p.next();
      gnuAttribute(p, into);
      return true;
    case '__based':
      p.next();
      skipGroup(p);
      return true;
    case '_Thread_local':
      threadLocal(p);
      p.next();
      return true;
    case '__extension__':
    case '__w64':
    case '__ptr64':
    case '__ptr32':
    case '__sptr':
    case '__uptr':
      p.next();
      return true;
  }
  return false;
}

function threadLocal(p: Parser, word = p.tok): void {
  p.error(
    'c-thread-local',
    word.range,
    `'${word.text}': kernel code has no thread-local storage`,
    'keep the value in a structure of the thread, or in a table that is looked up by PsGetCurrentThreadId',
  );
}

/** GNU attributes that say where something lies or what it is. */
const LAYOUT = /^(packed|aligned|mode|vector_size|ms_struct|gcc_struct|scalar_storage_order|transparent_union)$/;
/** GNU attributes that run code, or give a name to other code, without a call to see. */
const BEHAVIOUR = /^(cleanup|constructor|destructor|alias|ifunc|weak|weakref|wrap)$/;

/** Words that `__declspec` and `__attribute__` share are taken, other GNU attributes are skipped, but for those that change what the program does. */
function gnuAttribute(p: Parser, into: Attributes | undefined): void {
  if (!p.is('(')) return;
  let depth = 0;
  while (!p.atEnd) {
    const x = p.next();
    if (x.text === '(') depth++;
    else if (x.text === ')' && --depth === 0) return;
    else if (depth === 2) gnuWord(p, x, into);
  }
}

function gnuWord(p: Parser, x: Token, into: Attributes | undefined): void {
  const word = x.text.replace(/^__(.+)__$/, '$1');
  const layout = LAYOUT.test(word);
  if (!layout && !BEHAVIOUR.test(word)) {
    keepWord(word, into);
    return;
  }
  p.error(
    'c-attribute',
    x.range,
    `'__attribute__((${x.text}))' is not a word of Microsoft's compilers and would change ${layout ? 'the layout' : 'what the program does'}`,
    word === 'packed' || word === 'aligned' ? 'use #pragma pack(push, 1) or __declspec(align(n))' : 'write it in the words of Microsoft C',
  );
}

/** Words without arguments that matter. */
function keepWord(word: string, into: Attributes | undefined): void {
  if (into && (word === 'noreturn' || word === 'dllimport' || word === 'selectany')) into[word] = true;
}

/** Skips a balanced parenthesis at the cursor. */
export function skipGroup(p: Parser): void {
  if (!p.is('(')) return;
  let depth = 0;
  while (!p.atEnd) {
    const x = p.next().text;
    if (x === '(') depth++;
    else if (x === ')' && --depth === 0) return;
  }
}

function declspec(p: Parser, into: Attributes | undefined): void {
  if (!p.expect('(', "after '__declspec'")) return;
  while (!p.is(')') && !p.atEnd && !p.panicking) {
    const word = p.next();
    if (word.text === 'align' && p.is('(')) {
      p.next();
      setAlign(p, into, parseConstant(p, 'an alignment'));
      p.expect(')', 'after the alignment');
    } else if ((word.text === 'allocate' || word.text === 'code_seg') && p.is('(')) {
      p.next();
      if (p.tok.kind === 'string' && into) {
        const { bytes } = parseStrings([p.tok.text]);
        into.section = String.fromCharCode(...bytes.subarray(0, bytes.length - 1));
      }
      while (!p.is(')') && !p.atEnd) p.next();
      p.accept(')');
    } else {
      keepWord(word.text, into);
      if (word.text === 'thread') threadLocal(p, word);
      skipGroup(p);
    }
    p.accept(',');
  }
  p.expect(')', "to close '__declspec'");
}

function alignas(p: Parser, into: Attributes | undefined): void {
  p.next();
  if (!p.expect('(', "after '_Alignas'")) return;
  if (p.startsType(p.tok)) {
    const align = alignOf(p.grammar.typeName(p));
    if (into) into.align = Math.max(into.align, align);
  } else {
    setAlign(p, into, parseConstant(p, 'an alignment'));
  }
  p.expect(')', "to close '_Alignas'");
}

function setAlign(p: Parser, into: Attributes | undefined, v: ReturnType<typeof parseConstant>): void {
  if (!v) return;
  const n = Number(v.value);
  if (n < 1 || n > 8192 || (n & (n - 1)) !== 0)
    p.error('c-align', v.range, `${v.value} is not an alignment: use a power of two up to 8192`);
  else if (into) into.align = Math.max(into.align, n);
}
