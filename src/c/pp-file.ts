// One file as the preprocessor sees it: splices removed (phase 2), cut by a fast scan into directives and the runs of text between them,
// with each #if already linked to its next branch. Text and directives are lexed only when they are reached, so an inactive group costs
// nothing; what was lexed is kept, so a header that many units include is lexed once per process.
import type { Diagnostic } from '../base/diagnostic.js';
import { hasLoneReturn, type Range, type SourceFile } from '../base/source.js';
import { intern } from './intern.js';
import { type LexSource, originalOffset, type SpliceMap } from './lex-source.js';
import { lex, type PPToken, quoteEnd } from './lexer.js';
import type { MacroDef } from './macros.js';

/** A directive line, or a run of lines without directives (`name` undefined). Offsets are in the clean text. */
export interface Segment {
  /** Directive name (`include`, `''` for the null directive, `0` for a line marker), undefined for text. */
  readonly name: string | undefined;
  /** Text: its start. Directive: just after the name. */
  readonly start: number;
  readonly end: number;
  /** Offset of the `#`. */
  readonly hash: number;
  /** Conditionals: segment index of the next branch (#elif, #else, #endif) of the same group; the segment count when there is none. */
  next: number;
  tokens: PPToken[] | undefined;
  problems: Diagnostic[] | undefined;
  /** `#define` only: the parsed definition, shared by all units, or what is wrong with it. */
  macro: MacroDef | Diagnostic | undefined;
}

/** A segment that nobody has lexed or parsed yet. */
export function newSegment(name: string | undefined, start: number, end: number, hash = start): Segment {
  return { name, start, end, hash, next: -1, tokens: undefined, problems: undefined, macro: undefined };
}

const NO_PROBLEMS: Diagnostic[] = [];

// The scan jumps from one place of interest to the next by expressions, which are fast from the first call (see lexer.ts).
/** The start of a comment or a literal, or of a directive line. */
const MARK = /\/[*/]|["']|\n[ \t\r\f\v]*(?:#|%:)/g;
/** A directive on the first line. */
const FIRST = /\ufeff?[ \t\r\f\v]*(?:#|%:)/y;
/** A directive after a comment. */
const HASH = /[ \t\r\f\v]*(?:#|%:)/y;
/** What ends or hides the end of a line. */
const LINE = /[\n"']|\/[*/]/g;
const NAME = /\w*/y;
const BLANKS = /[ \t\r\f\v]*/y;

export class PPFile implements LexSource {
  readonly text: string;
  readonly base: number;
  readonly splices: SpliceMap | undefined;
  private readonly cuts: Segment[] = [];
  private readonly found: Diagnostic[] = [];
  private scanned = false;
  private guardName: string | null | undefined;

  /** `text` and `base` only for snippets: a piece of `file` that begins at offset `base`. */
  constructor(
    readonly file: SourceFile,
    text = file.text,
    base = 0,
  ) {
    this.base = base;
    const clean = removeSplices(hasLoneReturn(text) ? text.replace(/\r(?!\n)/g, '\n') : text);
    this.text = clean.text;
    this.splices = clean.map;
  }

  /** Made when asked for: a header that is taken from the index is never cut up. */
  get segments(): readonly Segment[] {
    if (!this.scanned) {
      this.scanned = true;
      this.scan();
      this.link();
    }
    return this.cuts;
  }

  /** Structure problems: comments and conditionals that are not closed, branches without #if. Reported once per unit. */
  get problems(): readonly Diagnostic[] {
    void this.segments;
    return this.found;
  }

  /** Range in the user's file of clean offsets. */
  range(start: number, end: number): Range {
    const s = originalOffset(this, start);
    return { file: this.file, start: s, end: end > start ? originalOffset(this, end - 1) + 1 : s };
  }

  /** Range of a directive from its `#` to the end of its name. */
  directiveRange(s: Segment): Range {
    return this.range(s.hash, s.start);
  }

  /** Tokens of a text run, or of a directive after its name. */
  tokensOf(s: Segment): PPToken[] {
    if (s.tokens === undefined) {
      const out: PPToken[] = [];
      const problems: Diagnostic[] = [];
      lex(this, s.start, s.end, s.name === undefined, out, problems);
      s.tokens = out;
      s.problems = problems.length > 0 ? problems : NO_PROBLEMS;
    }
    return s.tokens;
  }

  /** The macro whose definedness makes the whole file empty (an include guard), or null. */
  get guard(): string | null {
    if (this.guardName === undefined) this.guardName = this.findGuard();
    return this.guardName;
  }

  private findGuard(): string | null {
    const first = this.segments.findIndex((s) => s.name !== undefined || this.tokensOf(s).length > 0);
    if (first < 0) return null;
    const open = this.segments[first];
    const t = this.tokensOf(open);
    let name: string;
    if (open.name === 'ifndef' && t.length === 1) name = t[0].text;
    else if (open.name === 'if' && t.length >= 3 && t[0].text === '!' && t[1].text === 'defined') {
      if (t.length === 3) name = t[2].text;
      else if (t.length === 5 && t[2].text === '(' && t[4].text === ')') name = t[3].text;
      else return null;
    } else return null;
    const close = open.next;
    if (close >= this.segments.length || this.segments[close].name !== 'endif') return null;
    for (let i = close + 1; i < this.segments.length; i++) {
      const s = this.segments[i];
      if (s.name !== undefined || this.tokensOf(s).length > 0) return null;
    }
    return name;
  }

  /** Cuts the text at directive lines. Comments and quotes are followed, so that a `#` inside them is not a directive. */
  private scan(): void {
    const { text } = this;
    const n = text.length;
    let run = 0;
    let p = 0;
    // End of the last block comment, and whether its line holds only blanks and comments up to there.
    let comment = -1;
    let blank = false;
    FIRST.lastIndex = 0;
    if (FIRST.test(text)) run = (p = this.directiveLine(0, FIRST.lastIndex, 0)) + 1;
    while (p < n) {
      MARK.lastIndex = p;
      if (!MARK.test(text)) break;
      const q = MARK.lastIndex;
      const c = text.charCodeAt(q - 1);
      if (c === 0x23 || c === 0x3a) {
        let line = q - 1;
        while (text.charCodeAt(line - 1) !== 10) line--; // only blanks: shorter than a call of lastIndexOf
        run = (p = this.directiveLine(run, q, line)) + 1;
      } else if (c === 0x2f) {
        const e = text.indexOf('\n', q);
        p = e < 0 ? n : e;
      } else if (c === 0x2a) {
        const line = text.lastIndexOf('\n', q) + 1;
        const from = Math.max(line, comment);
        blank = (from === line || blank) && isBlank(text, from, q - 2);
        p = comment = this.commentEnd(q - 2);
        HASH.lastIndex = p;
        if (blank && HASH.test(text)) run = (p = this.directiveLine(run, HASH.lastIndex, line)) + 1;
      } else p = Math.abs(quoteEnd(text, q - 1));
    }
    if (n > run) this.add(undefined, run, n, run);
  }

  /** Adds the text before a directive and the directive whose `#` (or `%:`) ends at `p`; returns the end of its line. */
  private directiveLine(run: number, p: number, line: number): number {
    const { text } = this;
    const hash = text.charCodeAt(p - 1) === 0x3a ? p - 2 : p - 1;
    if (line > run) this.add(undefined, run, line, run);
    const nameStart = this.skipBlanks(p);
    NAME.lastIndex = nameStart;
    NAME.test(text);
    const nameEnd = NAME.lastIndex;
    const end = this.lineEnd(nameEnd);
    const name = intern(text.slice(nameStart, nameEnd)).text;
    if (name !== '' && name.charCodeAt(0) < 0x3a)
      this.add('0', nameStart, end, hash); // # 12 "file"
    else this.add(name, nameEnd, end, hash);
    return end;
  }

  private add(name: string | undefined, start: number, end: number, hash: number): void {
    this.cuts.push(newSegment(name, start, end, hash));
  }

  private skipBlanks(p: number): number {
    for (;;) {
      const c = this.text.charCodeAt(p);
      if (c === 0x20 || c === 9 || c === 13) p++;
      else if (c === 0x2f && this.text.charCodeAt(p + 1) === 0x2a) p = this.commentEnd(p);
      else return p;
    }
  }

  /** Offset of the newline (or end of text) that ends the logical line. */
  private lineEnd(p: number): number {
    const { text } = this;
    for (;;) {
      LINE.lastIndex = p;
      if (!LINE.test(text)) return text.length;
      const q = LINE.lastIndex;
      const c = text.charCodeAt(q - 1);
      if (c === 10) return q - 1;
      if (c === 0x2f) {
        const e = text.indexOf('\n', q);
        return e < 0 ? text.length : e;
      }
      p = c === 0x2a ? this.commentEnd(q - 2) : Math.abs(quoteEnd(text, q - 1));
    }
  }

  private commentEnd(p: number): number {
    const e = this.text.indexOf('*/', p + 2);
    if (e >= 0) return e + 2;
    if (!this.found.some((d) => d.code === 'pp-unterminated-comment')) {
      this.found.push({
        severity: 'error',
        code: 'pp-unterminated-comment',
        message: 'this comment is never closed',
        range: this.range(p, p + 2),
        hint: 'add */ where it should end',
      });
    }
    return this.text.length;
  }

  /** Links the branches of conditionals and reports those that do not fit together. */
  private link(): void {
    interface Open {
      first: Segment;
      last: Segment;
      otherwise: Segment | undefined;
    }
    const stack: Open[] = [];
    const none = this.cuts.length;
    this.cuts.forEach((s, i) => {
      const top = stack[stack.length - 1];
      switch (s.name) {
        case 'if':
        case 'ifdef':
        case 'ifndef':
          s.next = none;
          stack.push({ first: s, last: s, otherwise: undefined });
          break;
        case 'elif':
        case 'elifdef':
        case 'elifndef':
        case 'else':
        case 'endif':
          s.next = none;
          if (!top) {
            this.problem(
              s,
              'pp-unmatched-conditional',
              `#${s.name} without a matching #if`,
              'remove it, or add the #if that it belongs to',
            );
            break;
          }
          top.last.next = i;
          top.last = s;
          if (s.name === 'endif') stack.pop();
          else if (top.otherwise) {
            this.problem(
              s,
              'pp-unmatched-conditional',
              `#${s.name} after the #else of the same #if`,
              'an #if has one #else, and it comes last',
              top.otherwise,
            );
          } else if (s.name === 'else') top.otherwise = s;
      }
    });
    for (const o of stack)
      this.problem(
        o.first,
        'pp-unterminated-conditional',
        `this #${o.first.name} has no #endif`,
        'add the #endif where the group should end',
      );
  }

  private problem(s: Segment, code: string, message: string, hint: string, other?: Segment): void {
    const related = other ? [{ range: this.directiveRange(other), message: 'the #else is here' }] : undefined;
    this.found.push({ severity: 'error', code, message, range: this.directiveRange(s), hint, related });
  }
}

function isBlank(text: string, start: number, end: number): boolean {
  BLANKS.lastIndex = start;
  BLANKS.test(text);
  return BLANKS.lastIndex >= end;
}

/** Phase 2: joins lines that end in a backslash. */
function removeSplices(text: string): { text: string; map: SpliceMap | undefined } {
  let i = text.indexOf('\\\n');
  const crlf = text.indexOf('\\\r\n');
  if (i < 0 && crlf < 0) return { text, map: undefined };
  const parts: string[] = [];
  const at: number[] = [];
  const removed: number[] = [];
  let from = 0;
  let total = 0;
  for (i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', i + 1)) {
    const c = text.charCodeAt(i + 1);
    const length = c === 10 ? 2 : c === 13 && text.charCodeAt(i + 2) === 10 ? 3 : 0;
    if (length === 0) continue;
    parts.push(text.slice(from, i));
    at.push(i - total);
    total += length;
    removed.push(total);
    from = i + length;
  }
  parts.push(text.slice(from));
  return { text: parts.join(''), map: { at, removed } };
}
