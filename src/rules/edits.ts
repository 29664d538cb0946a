// Where a repair puts its text: the statement around an expression, its indentation, and the ends of lines.
import type { Range } from '../base/source.js';
import type { CompoundStmt, Expr, FunctionDef, Stmt } from '../c/tree.js';
import type { TextEdit } from './rule.js';

export interface Enclosing {
  /** The innermost statement that is not a block. */
  readonly stmt: Stmt;
  /** The block that it stands in directly; undefined: it is the body of an `if` or loop without braces. */
  readonly block: CompoundStmt | undefined;
  /** The statement of the function's own block that it is in. */
  readonly top: Stmt;
}

/** The statement of a function that a place in its text belongs to. */
export function enclosing(def: FunctionDef, at: Range): Enclosing | undefined {
  const holds = (r: Range): boolean => r.file === at.file && r.start <= at.start && at.end <= r.end;
  let found: Enclosing | undefined;
  const visit = (s: Stmt, block: CompoundStmt | undefined, top: Stmt | undefined): void => {
    if (!holds(s.range)) return;
    if (s.kind === 'compound') {
      for (const x of s.body) visit(x, s, top ?? x);
      return;
    }
    const t = top ?? s;
    found = { stmt: s, block, top: t };
    switch (s.kind) {
      case 'if':
        visit(s.then, undefined, t);
        if (s.else) visit(s.else, undefined, t);
        break;
      case 'while':
      case 'do':
        visit(s.body, undefined, t);
        break;
      case 'for':
        visit(s.body, undefined, t);
        break;
      case 'switch':
        visit(s.body, undefined, t);
        break;
      case 'case':
      case 'label':
        visit(s.body, block, t);
        break;
      case 'try':
        visit(s.body, undefined, t);
        visit(s.handler.body, undefined, t);
        break;
      default:
        break;
    }
  };
  visit(def.body, undefined, undefined);
  return found;
}

/** White space before the first character of the line. */
export function indentOf(r: Range): string {
  const { text } = r.file;
  const line = text.lastIndexOf('\n', r.start - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, r.start))?.[0] ?? '';
}

/** One more level, as the file does it. */
export function unitOf(r: Range): string {
  const m = /\n([ \t]+)\S/.exec(r.file.text);
  return m ? (m[1].startsWith('\t') ? '\t' : ' '.repeat(Math.min(m[1].length, 4))) : '    ';
}

export const eolOf = (r: Range): string => (r.file.text.includes('\r\n') ? '\r\n' : '\n');

export const insert = (file: Range['file'], at: number, text: string): TextEdit => ({ range: { file, start: at, end: at }, text });

/** The text of a range. */
export const sourceText = (r: Range): string => r.file.text.slice(r.start, r.end);

/** End of a statement with its semicolon, from the text: ranges of expression statements may stop before it. */
export function endOf(s: Stmt): number {
  const { text } = s.range.file;
  if (text[s.range.end - 1] === ';' || text[s.range.end - 1] === '}') return s.range.end;
  const m = /^\s*;/.exec(text.slice(s.range.end, s.range.end + 40));
  return m ? s.range.end + m[0].length : s.range.end;
}

/** Start of the line after an offset. */
export function nextLine(file: Range['file'], offset: number): number {
  const i = file.text.indexOf('\n', offset);
  return i < 0 ? file.text.length : i + 1;
}

export const startOfLine = (file: Range['file'], offset: number): number => file.text.lastIndexOf('\n', offset - 1) + 1;

/** Written by the user as it stands, not made by a macro, so that its text can be moved. */
export const isPlain = (e: Expr, def: FunctionDef): boolean => e.macro === undefined && e.range.file === def.range.file;
