// Words, strings, numbers and punctuation of scenario files, plus the one thing that is not regular: finding the end of a C body.
// C text is never interpreted here; only comments, strings and characters are skipped so that braces inside them do not count.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range, SourceFile } from '../base/source.js';

export interface Word {
  kind: 'word' | 'string' | 'number' | 'punctuator' | 'directive' | 'eof';
  /** Word text, decoded string, number with its unit (`100ns`), one punctuator, or a whole `#include` line. */
  text: string;
  start: number;
  end: number;
}

const isWordStart = (c: number): boolean => (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** Reads words on demand, so that the parser can switch to C text where a body begins. */
export class ScenarioLexer {
  offset = 0;
  constructor(
    readonly file: SourceFile,
    readonly diagnostics: Diagnostic[],
  ) {}

  range(start: number, end: number): Range {
    return { file: this.file, start, end };
  }

  next(): Word {
    const t = this.file.text;
    this.skipBlank();
    const start = this.offset;
    if (start >= t.length) return { kind: 'eof', text: '', start, end: start };
    const c = t.charCodeAt(start);
    if (c === 35 /* # */) {
      let end = start;
      for (;;) {
        const nl = t.indexOf('\n', end);
        end = nl < 0 ? t.length : nl;
        if (nl < 0 || !/\\\r?$/.test(t.slice(start, nl))) break;
        end = nl + 1;
      }
      this.offset = end;
      return { kind: 'directive', text: t.slice(start, end), start, end };
    }
    if (c === 34) return this.string(start);
    if (isDigit(c)) {
      let i = start + 1;
      while (i < t.length && (isDigit(t.charCodeAt(i)) || isWordStart(t.charCodeAt(i)) || (t[i] === '.' && isDigit(t.charCodeAt(i + 1)))))
        i++;
      this.offset = i;
      return { kind: 'number', text: t.slice(start, i), start, end: i };
    }
    if (isWordStart(c)) {
      let i = start + 1;
      // words may contain '-' between letters (`above-normal`), as in the languages of build files
      while (
        i < t.length &&
        (isWordStart(t.charCodeAt(i)) || isDigit(t.charCodeAt(i)) || (t[i] === '-' && isWordStart(t.charCodeAt(i + 1))))
      )
        i++;
      this.offset = i;
      return { kind: 'word', text: t.slice(start, i), start, end: i };
    }
    const two = t.slice(start, start + 2);
    const length = ['==', '!=', '<=', '>='].includes(two) ? 2 : 1;
    this.offset = start + length;
    return { kind: 'punctuator', text: t.slice(start, start + length), start, end: start + length };
  }

  private string(start: number): Word {
    const t = this.file.text;
    let out = '';
    let i = start + 1;
    for (; i < t.length && t[i] !== '"' && t[i] !== '\n'; i++) {
      if (t[i] === '\\' && i + 1 < t.length) {
        i++;
        out += t[i] === 'n' ? '\n' : t[i] === 't' ? '\t' : t[i] === '0' ? '\0' : t[i];
      } else out += t[i];
    }
    if (t[i] !== '"') {
      this.diagnostics.push({
        severity: 'error',
        code: 'scenario-string',
        message: 'this string does not end on its line',
        hint: 'close it with "',
        range: this.range(start, i),
      });
      this.offset = i;
      return { kind: 'string', text: out, start, end: i };
    }
    this.offset = i + 1;
    return { kind: 'string', text: out, start, end: i + 1 };
  }

  private skipBlank(): void {
    const t = this.file.text;
    for (;;) {
      const c = t.charCodeAt(this.offset);
      if (c === 32 || c === 9 || c === 10 || c === 13 || c === 0xfeff) this.offset++;
      else if (c === 47 && t[this.offset + 1] === '/') {
        const nl = t.indexOf('\n', this.offset);
        this.offset = nl < 0 ? t.length : nl;
      } else if (c === 47 && t[this.offset + 1] === '*') {
        const end = t.indexOf('*/', this.offset + 2);
        if (end < 0) this.problem(this.offset, 'this comment does not end', 'close it with */');
        this.offset = end < 0 ? t.length : end + 2;
      } else return;
    }
  }

  private problem(start: number, message: string, hint: string): void {
    this.diagnostics.push({ severity: 'error', code: 'scenario-syntax', message, hint, range: this.range(start, start + 1) });
  }

  /** `offset` is just behind `{`: returns the offset of the matching `}` (and moves behind it), or undefined at the end of the file. */
  skipBody(open: number): number | undefined {
    const t = this.file.text;
    let depth = 1;
    for (let i = open + 1; i < t.length; i++) {
      const c = t[i];
      if (c === '{') depth++;
      else if (c === '}') {
        if (--depth === 0) {
          this.offset = i + 1;
          return i;
        }
      } else if (c === '"' || c === "'") {
        for (i++; i < t.length && t[i] !== c && t[i] !== '\n'; i++) if (t[i] === '\\') i++;
      } else if (c === '/' && t[i + 1] === '/') {
        const nl = t.indexOf('\n', i);
        i = nl < 0 ? t.length : nl;
      } else if (c === '/' && t[i + 1] === '*') {
        const end = t.indexOf('*/', i + 2);
        i = end < 0 ? t.length : end + 1;
      }
    }
    this.problem(open, 'the block that opens here is not closed', 'add the missing }');
    this.offset = t.length;
    return undefined;
  }

  /** Text up to the next `;` or `}` (`untilBrace`: or `{`) outside parentheses and strings: a C expression. The `;` is consumed, a brace is not. */
  expression(untilBrace = false): { text: string; start: number; end: number } {
    const t = this.file.text;
    this.skipBlank();
    const start = this.offset;
    let depth = 0;
    let i = start;
    for (; i < t.length; i++) {
      const c = t[i];
      if (c === '"' || c === "'") {
        for (i++; i < t.length && t[i] !== c && t[i] !== '\n'; i++) if (t[i] === '\\') i++;
      } else if (c === '{' && untilBrace && depth === 0) break;
      else if (c === '(' || c === '[' || c === '{') depth++;
      else if (c === ')' || c === ']') depth--;
      else if (c === '}' && depth-- <= 0) break;
      else if (c === ';') break;
    }
    this.offset = t[i] === ';' ? i + 1 : i;
    let end = i;
    while (end > start && /\s/.test(t[end - 1])) end--;
    return { text: t.slice(start, end), start, end };
  }
}
