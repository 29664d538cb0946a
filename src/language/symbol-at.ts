// What the word at a place of a source means: a macro, a member after `.` or `->`, a tag after `struct`, or a name of the scope there.
import { scopeAt } from '../c/scope-lookup.js';
import type { CSymbol, FunctionDef, MacroInfo, MemberExpr, TranslationUnit } from '../c/tree.js';
import type { EnumDecl, RecordDecl } from '../c/types.js';
import { eachExpr, eachStmt } from '../c/walk.js';

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type Meaning =
  | { readonly kind: 'macro'; readonly macro: MacroInfo }
  | { readonly kind: 'member'; readonly member: MemberExpr }
  | { readonly kind: 'tag'; readonly tag: RecordDecl | EnumDecl }
  | { readonly kind: 'symbol'; readonly symbol: CSymbol };

/** The identifier at an offset; undefined in comments, literals and white space. */
export function wordAt(text: string, offset: number): Word | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && /[\w$]/.test(text[start - 1])) start--;
  while (end < text.length && /[\w$]/.test(text[end])) end++;
  if (start === end || /\d/.test(text[start]) || !isCode(text, start)) return undefined;
  return { text: text.slice(start, end), start, end };
}

/** Whether a place is outside of comments and literals. */
function isCode(text: string, offset: number): boolean {
  const skip = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/g;
  for (let m = skip.exec(text); m && m.index <= offset; m = skip.exec(text)) if (offset < m.index + m[0].length) return false;
  return true;
}

/** Meaning of a word of the unit's main file or of one of its headers. */
export function meaningOf(word: Word, text: string, unit: TranslationUnit, path: string): Meaning | undefined {
  const before = text.slice(Math.max(0, word.start - 60), word.start);
  const fn = unit.functions.find((f) => f.range.file.path === path && f.range.start <= word.start && word.end <= f.range.end);
  if (/(?:->|\.)\s*$/.test(before)) {
    const member = fn && memberAt(fn, word, path);
    return member && { kind: 'member', member };
  }
  const scope = fn ? scopeAt(fn, word.start + 1) : unit.scope;
  if (/\b(?:struct|union|enum)\s+$/.test(before)) {
    for (let s: typeof scope | undefined = scope; s; s = s.parent) {
      const tag = s.tags.get(word.text);
      if (tag) return { kind: 'tag', tag };
    }
    return undefined;
  }
  const macro = unit.macros.get(word.text);
  if (macro) return { kind: 'macro', macro };
  for (let s: typeof scope | undefined = scope; s; s = s.parent) {
    const symbol = s.names.get(word.text);
    if (symbol) return { kind: 'symbol', symbol };
  }
  return undefined;
}

function memberAt(fn: FunctionDef, word: Word, path: string): MemberExpr | undefined {
  let found: MemberExpr | undefined;
  const look = (e: MemberExpr) => {
    if (e.field.name === word.text && e.range.end === word.end && e.range.file.path === path) found = e;
  };
  eachStmt(fn.body, {
    expr: (e) =>
      eachExpr(e, (x) => {
        if (x.kind === 'member') look(x);
      }),
  });
  return found;
}
