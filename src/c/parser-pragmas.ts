// Pragmas with a meaning for layout and placement. The preprocessor leaves them between the tokens; the parser takes them out, keeps their positions
// and applies those it has passed (`sync`) at the places where they matter: external declarations, statements and record bodies.

import type { Parser } from './parser-state.js';
import { KEYWORD_SYNONYMS, type Token } from './token.js';

/** A pragma and the index of the token it stands before. */
export interface PragmaToken {
  readonly index: number;
  readonly token: Token;
}

/** Understood elsewhere or without meaning here. */
const IGNORED = new Set([
  'once',
  'warning',
  'comment',
  'region',
  'endregion',
  'message',
  'intrinsic',
  'function',
  'optimize',
  'inline_depth',
  'inline_recursion',
  'prefast',
  'hdrstop',
  'push_macro',
  'pop_macro',
  'init_seg',
  'auto_inline',
  'check_stack',
  'runtime_checks',
  'strict_gs_check',
  'vtordisp',
  'pointers_to_members',
  'float_control',
  'fp_contract',
  'fenv_access',
  'loop',
  'omp',
  'detect_mismatch',
  'execution_character_set',
  'include_alias',
  'managed',
  'unmanaged',
  'deprecated',
  'setlocale',
  'section',
  'conform',
  'component',
  'make_public',
  'clang',
  'gcc',
  'GCC',
  'STDC',
  'ident',
  'system_header',
  'prefix',
  'suppress',
]);

/** Removes the pragma tokens from a token list and gives keywords their first spelling. */
export function separatePragmas(tokens: readonly Token[]): { tokens: Token[]; pragmas: PragmaToken[] } {
  const out: Token[] = [];
  const pragmas: PragmaToken[] = [];
  for (const t of tokens) {
    if (t.kind === 'pragma') pragmas.push({ index: out.length, token: t });
    else {
      const word = t.kind === 'keyword' ? KEYWORD_SYNONYMS.get(t.text) : undefined;
      out.push(word === undefined ? t : { ...t, text: word });
    }
  }
  return { tokens: out, pragmas };
}

interface SectionStack {
  current: string | undefined;
  readonly saved: { name: string | undefined; section: string | undefined }[];
}

export class PragmaState {
  /** Largest member alignment; the default of x64 is 16. */
  pack = 16;
  private readonly packs: { name: string | undefined; pack: number }[] = [];
  private done = 0;
  private readonly segments = new Map<string, SectionStack>();

  constructor(
    private readonly pragmas: readonly PragmaToken[],
    private readonly parser: Parser,
  ) {}

  /** Section that `code_seg`, `data_seg`, `bss_seg` or `const_seg` set last. */
  section(pragma: string): string | undefined {
    return this.segments.get(pragma)?.current;
  }

  /** Applies the pragmas before the cursor. */
  sync(): void {
    while (this.done < this.pragmas.length && this.pragmas[this.done].index <= this.parser.pos) this.apply(this.pragmas[this.done++].token);
  }

  private apply(token: Token): void {
    const m = /^\s*([A-Za-z_]\w*)\s*([\s\S]*)$/.exec(token.text);
    if (!m) return;
    const [, word, rest] = m;
    if (word === 'pack') this.applyPack(token, rest);
    else if (word === 'alloc_text') this.applyAllocText(token, rest);
    else if (word === 'code_seg' || word === 'data_seg' || word === 'bss_seg' || word === 'const_seg') this.applySegment(token, word, rest);
    else if (!IGNORED.has(word) && !token.range.file.builtin)
      this.parser.report('hint', 'c-unknown-pragma', token.range, `unknown pragma '${word}' is ignored`);
  }

  /** The list in parentheses, or undefined (reported) if there is none. */
  private list(token: Token, word: string, rest: string): string[] | undefined {
    const m = /^\(([\s\S]*)\)/.exec(rest);
    if (!m) {
      this.parser.warn('c-pragma', token.range, `'#pragma ${word}' needs a list in parentheses; it is ignored`);
      return undefined;
    }
    return m[1].trim() === '' ? [] : m[1].split(',').map((s) => s.trim());
  }

  private applyPack(token: Token, rest: string): void {
    const list = this.list(token, 'pack', rest);
    if (!list) return;
    const set = (text: string): void => {
      const n = Number(text);
      if ([1, 2, 4, 8, 16].includes(n)) this.pack = n;
      else this.parser.warn('c-pragma', token.range, `'${text}' is not an alignment for '#pragma pack': use 1, 2, 4, 8 or 16`);
    };
    if (list.length === 0) {
      this.pack = 16;
      return;
    }
    const [head, ...others] = list;
    const name = others.find((o) => /^[A-Za-z_]/.test(o));
    const value = others.find((o) => /^\d/.test(o));
    if (head === 'push') {
      this.packs.push({ name, pack: this.pack });
      if (value) set(value);
    } else if (head === 'pop') {
      let popped = this.packs.pop();
      if (!popped) this.parser.warn('c-pragma', token.range, `'#pragma pack(pop)' without a push`);
      while (name && popped && popped.name !== name && this.packs.length) popped = this.packs.pop();
      if (popped) this.pack = popped.pack;
      if (value) set(value);
    } else if (head !== 'show') {
      set(head);
    }
  }

  private applyAllocText(token: Token, rest: string): void {
    const list = this.list(token, 'alloc_text', rest);
    if (!list || list.length < 2) return;
    const section = list[0].replace(/^"|"$/g, '');
    for (const f of list.slice(1)) this.parser.unit.sections.set(f, { section, token });
  }

  private applySegment(token: Token, word: string, rest: string): void {
    const list = this.list(token, word, rest);
    if (!list) return;
    let state = this.segments.get(word);
    if (!state) {
      state = { current: undefined, saved: [] };
      this.segments.set(word, state);
    }
    const name = list.find((s) => /^[A-Za-z_]/.test(s) && s !== 'push' && s !== 'pop');
    const text = list.find((s) => s.startsWith('"'))?.replace(/^"|"$/g, '');
    if (list[0] === 'push') {
      state.saved.push({ name, section: state.current });
      if (text !== undefined) state.current = text;
    } else if (list[0] === 'pop') {
      let popped = state.saved.pop();
      while (name && popped && popped.name !== name && state.saved.length) popped = state.saved.pop();
      state.current = text ?? popped?.section;
    } else {
      state.current = text || undefined;
    }
  }
}
