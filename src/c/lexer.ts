// Characters -> preprocessing tokens (translation phase 3). Works on text whose line splices are already removed (see pp-file.ts), so no
// rule here knows about them; offsets are mapped back to the file as each token is made. Written as a switch over character codes with an
// intern table for identifiers, because a cold process lexes some hundred kilobytes of headers before the first step runs.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range, SourceFile } from '../base/source.js';
import type { HideSet } from './hide-set.js';
import { intern } from './intern.js';
import type { Token, TokenKind } from './token.js';

/** A token inside the preprocessor: the contract's token plus the names it must not be replaced by. All have one hidden class. */
export interface PPToken extends Token {
  hide: HideSet | undefined;
}

/** Removed line splices: `at[i]` = offset in the clean text, `removed[i]` = characters removed up to there. */
export interface SpliceMap {
  readonly at: readonly number[];
  readonly removed: readonly number[];
}

/** Text to lex and how its offsets relate to the file that the user sees. */
export interface LexSource {
  readonly file: SourceFile;
  /** Splice-free text. */
  readonly text: string;
  /** Offset of `text` in `file` (a snippet inside a scenario file), else 0. */
  readonly base: number;
  readonly splices: SpliceMap | undefined;
}

const OTHER = 0;
const IDENT = 1;
const DIGIT = 2;
const SPACE = 3;
const NEWLINE = 4;
const QUOTE = 5;
const SLASH = 6;
const DOT = 7;
const PUNCT = 8;

/** Class of each ASCII character. */
const CLASS = new Uint8Array(128);
for (let c = 0x41; c <= 0x5a; c++) CLASS[c] = CLASS[c + 32] = IDENT;
for (let c = 0x30; c <= 0x39; c++) CLASS[c] = DIGIT;
for (const c of '_$') CLASS[c.charCodeAt(0)] = IDENT;
for (const c of ' \t\r\f\v') CLASS[c.charCodeAt(0)] = SPACE;
for (const c of '[](){}&*+-~!%<>^|?:;=,#') CLASS[c.charCodeAt(0)] = PUNCT;
CLASS[10] = NEWLINE;
CLASS[0x22] = CLASS[0x27] = QUOTE;
CLASS[0x2f] = SLASH;
CLASS[0x2e] = DOT;
CLASS[0x1a] = SPACE; // Ctrl-Z, which old DOS editors leave at the end

// ---------------------------------------------------------------- identifiers
const ID_CONTINUE = /[\p{ID_Continue}]/u;

/** Length (1 or 2 units) of the non-ASCII identifier character at `p`, or 0. */
function wideIdent(text: string, p: number): number {
  const ch = String.fromCodePoint(text.codePointAt(p) ?? 0);
  return ID_CONTINUE.test(ch) ? ch.length : 0;
}

/** Length of a universal character name `\u1234` or `\U00012345` at `p`, or 0. */
function universalName(text: string, p: number): number {
  if (text.charCodeAt(p) !== 0x5c) return 0;
  const digits = text[p + 1] === 'u' ? 4 : text[p + 1] === 'U' ? 8 : 0;
  if (digits === 0) return 0;
  const hex = text.slice(p + 2, p + 2 + digits);
  return hex.length === digits && /^[0-9A-Fa-f]+$/.test(hex) ? digits + 2 : 0;
}

function isIdentCode(c: number): boolean {
  return c < 128 && (CLASS[c] === IDENT || CLASS[c] === DIGIT);
}

/** End of the identifier that begins at `p`, with characters beyond ASCII and universal character names. */
function wideIdentEnd(text: string, p: number): number {
  for (;;) {
    const c = text.charCodeAt(p);
    const n = isIdentCode(c) ? 1 : c >= 128 ? wideIdent(text, p) : universalName(text, p);
    if (n === 0) return p;
    p += n;
  }
}

// ---------------------------------------------------------------- punctuators
/** Characters that the last punctuator() took: differs from the length of its text for digraphs only. */
let taken = 0;

function take(n: number, text: string): string {
  taken = n;
  return text;
}

/** Punctuator at `p`, digraphs as what they stand for. */
function punctuator(text: string, p: number): string {
  const c = text.charCodeAt(p);
  const d = text.charCodeAt(p + 1);
  const equal = d === 0x3d;
  switch (c) {
    case 0x28: return take(1, '(');
    case 0x29: return take(1, ')');
    case 0x2c: return take(1, ',');
    case 0x3b: return take(1, ';');
    case 0x7b: return take(1, '{');
    case 0x7d: return take(1, '}');
    case 0x5b: return take(1, '[');
    case 0x5d: return take(1, ']');
    case 0x7e: return take(1, '~');
    case 0x3f: return take(1, '?');
    case 0x2a: return equal ? take(2, '*=') : take(1, '*');
    case 0x3d: return equal ? take(2, '==') : take(1, '=');
    case 0x21: return equal ? take(2, '!=') : take(1, '!');
    case 0x5e: return equal ? take(2, '^=') : take(1, '^');
    case 0x26: return d === c ? take(2, '&&') : equal ? take(2, '&=') : take(1, '&');
    case 0x7c: return d === c ? take(2, '||') : equal ? take(2, '|=') : take(1, '|');
    case 0x2b: return d === c ? take(2, '++') : equal ? take(2, '+=') : take(1, '+');
    case 0x2d: return d === 0x3e ? take(2, '->') : d === c ? take(2, '--') : equal ? take(2, '-=') : take(1, '-');
    case 0x23: return d === c ? take(2, '##') : take(1, '#');
    case 0x3a: return d === 0x3e ? take(2, ']') : take(1, ':');
    case 0x3c:
      if (d === c) return text.charCodeAt(p + 2) === 0x3d ? take(3, '<<=') : take(2, '<<');
      return equal ? take(2, '<=') : d === 0x3a ? take(2, '[') : d === 0x25 ? take(2, '{') : take(1, '<');
    case 0x3e:
      if (d === c) return text.charCodeAt(p + 2) === 0x3d ? take(3, '>>=') : take(2, '>>');
      return equal ? take(2, '>=') : take(1, '>');
    case 0x25:
      if (d === 0x3a) return text.startsWith('%:', p + 2) ? take(4, '##') : take(2, '#');
      return equal ? take(2, '%=') : d === 0x3e ? take(2, '}') : take(1, '%');
    default: return take(1, String.fromCharCode(c));
  }
}

// ---------------------------------------------------------------- numbers and quotes
/** End of a preprocessing number. `0xE+1` is three tokens here as with MSVC (C17 would make it one, invalid, token). */
function numberEnd(text: string, start: number): number {
  const hex = (text.charCodeAt(start + 1) | 0x20) === 0x78;
  let p = start + 1;
  for (;;) {
    const c = text.charCodeAt(p);
    if (c < 128 && (CLASS[c] === DIGIT || CLASS[c] === IDENT || CLASS[c] === DOT)) p++;
    else if (c === 0x2b || c === 0x2d) {
      const before = text.charCodeAt(p - 1) | 0x20;
      if (before !== 0x70 && (before !== 0x65 || hex)) return p;
      p++;
    } else return p;
  }
}

/** Offset just after the closing quote of the literal whose opening quote is at `p`, or minus the end of the line when it is not closed. */
export function quoteEnd(text: string, p: number): number {
  const quote = text.charCodeAt(p++);
  for (;;) {
    const c = text.charCodeAt(p);
    if (c === quote) return p + 1;
    if (c === 10 || c !== c) return c === 10 && text.charCodeAt(p - 1) === 13 ? 1 - p : -p;
    if (c === 0x5c && text.charCodeAt(p + 1) !== 10 && p + 1 < text.length) p++;
    p++;
  }
}

/** Characters that fail when typed with a Chinese or typographic keyboard, and what was meant. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ['\u00a0', 'a non-breaking space'], ['\u3000', 'a full-width space'], ['\u200b', 'a zero-width space'], ['\ufeff', 'a byte order mark'],
  ['\uff1b', "a full-width ';'"], ['\uff0c', "a full-width ','"], ['\uff08', "a full-width '('"], ['\uff09', "a full-width ')'"],
  ['\uff1a', "a full-width ':'"], ['\uff1d', "a full-width '='"], ['\u3002', 'a full-width full stop'],
  ['\u201c', 'a curly quote'], ['\u201d', 'a curly quote'], ['\u2018', 'a curly quote'], ['\u2019', 'a curly quote'],
]);

// ---------------------------------------------------------------- the lexer
/**
 * Lexes `source.text` from `start` to `end` (a line end, or the end of the text) onto `out`; comments are white space.
 * Problems (unterminated quotes, stray characters) go to `problems`; a token is made nevertheless. Comments that never end are found by
 * the caller's scan of the whole file.
 */
export function lex(source: LexSource, start: number, end: number, lineStart: boolean, out: PPToken[], problems: Diagnostic[]): void {
  const { text, file, base, splices } = source;
  let p = start;
  let newLine = lineStart;
  let space = lineStart || start > 0;
  let splice = 0;
  let delta = base;
  if (splices !== undefined) {
    splice = splicesBefore(splices, start);
    if (splice > 0) delta = base + splices.removed[splice - 1];
  }
  while (p < end) {
    const c = text.charCodeAt(p);
    let q = p + 1;
    let kind: TokenKind = 'punctuator';
    let word: string;
    let problem = '';
    switch (c < 128 ? CLASS[c] : OTHER) {
      case SPACE:
        space = true;
        p++;
        continue;
      case NEWLINE:
        newLine = space = true;
        p++;
        continue;
      case IDENT: {
        let hash = c;
        let d = text.charCodeAt(q);
        while (d < 128 && (CLASS[d] === IDENT || CLASS[d] === DIGIT)) {
          hash = (Math.imul(hash, 31) + d) | 0;
          d = text.charCodeAt(++q);
        }
        if (d >= 128 || d === 0x5c) {
          const wide = wideIdentEnd(text, q);
          if (wide > q) {
            q = wide;
            word = text.slice(p, q).replace(/\\[uU]([0-9A-Fa-f]{8}|[0-9A-Fa-f]{4})/g, codePointText);
            kind = 'identifier';
            break;
          }
        }
        if ((d === 0x22 || d === 0x27) && isPrefix(text, p, q)) {
          kind = d === 0x22 ? 'string' : 'char';
          q = quoteEnd(text, q);
          if (q < 0) {
            q = -q;
            problem = kind;
          }
          word = text.slice(p, q);
          break;
        }
        const e = intern(text, p, q, hash);
        word = e.text;
        kind = e.kind;
        break;
      }
      case DIGIT:
        q = numberEnd(text, p);
        word = text.slice(p, q);
        kind = 'number';
        break;
      case DOT: {
        const d = text.charCodeAt(q);
        if (d >= 0x30 && d <= 0x39) {
          q = numberEnd(text, p);
          word = text.slice(p, q);
          kind = 'number';
        } else if (d === 0x2e && text.charCodeAt(q + 1) === 0x2e) {
          q = p + 3;
          word = '...';
        } else word = '.';
        break;
      }
      case QUOTE:
        kind = c === 0x22 ? 'string' : 'char';
        q = quoteEnd(text, p);
        if (q < 0) {
          q = -q;
          problem = kind;
        }
        word = text.slice(p, q);
        break;
      case SLASH: {
        const d = text.charCodeAt(q);
        if (d === 0x2f) {
          const e = text.indexOf('\n', q);
          p = e < 0 ? end : e;
          space = true;
          continue;
        }
        if (d === 0x2a) {
          const e = text.indexOf('*/', q + 1);
          if (e >= 0 && !newLine) newLine = hasNewline(text, p, e) && lineStart;
          p = e < 0 ? end : e + 2;
          space = true;
          continue;
        }
        if (d === 0x3d) {
          q = p + 2;
          word = '/=';
        } else word = '/';
        break;
      }
      case PUNCT:
        word = punctuator(text, p);
        q = p + taken;
        break;
      default:
        q = wideIdentEnd(text, p);
        if (q > p) {
          word = text.slice(p, q).replace(/\\[uU]([0-9A-Fa-f]{8}|[0-9A-Fa-f]{4})/g, codePointText);
          kind = 'identifier';
        } else {
          if (c === 0xfeff && p === 0) {
            p++;
            continue;
          }
          q = p + ((c & 0xfc00) === 0xd800 && (text.charCodeAt(p + 1) & 0xfc00) === 0xdc00 ? 2 : 1);
          word = text.slice(p, q);
          problem = 'stray';
        }
    }
    let from = p + delta;
    let to = q + delta;
    if (splices !== undefined) {
      while (splice < splices.at.length && splices.at[splice] <= p) delta = base + splices.removed[splice++];
      from = p + delta;
      while (splice < splices.at.length && splices.at[splice] < q) delta = base + splices.removed[splice++];
      to = q + delta;
    }
    const range = { file, start: from, end: to };
    let hide: HideSet | undefined;
    if (problem === 'stray') {
      if (LOOKALIKES.get(word)?.endsWith('space')) {
        problems.push(strayProblem(word, range)); // complain, but read on as if it were what it looks like
        space = true;
        p = q;
        continue;
      }
      hide = STRAY; // a macro may make a string of it; only one that reaches the parser is wrong
    } else if (problem !== '') problems.push(unterminated(problem, word, range));
    out.push({ kind, text: word, range, spelling: undefined, macro: undefined, atLineStart: newLine, spaceBefore: space, hide });
    newLine = space = false;
    p = q;
  }
}

/** Number of splices at or before a clean offset. */
function splicesBefore(splices: SpliceMap, offset: number): number {
  let lo = 0;
  let hi = splices.at.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (splices.at[mid] <= offset) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Offset in the user's file of a clean offset. */
export function originalOffset(source: LexSource, offset: number): number {
  const n = source.splices === undefined ? 0 : splicesBefore(source.splices, offset);
  return source.base + offset + (n > 0 ? source.splices!.removed[n - 1] : 0);
}

function hasNewline(text: string, start: number, end: number): boolean {
  const n = text.indexOf('\n', start);
  return n >= 0 && n < end;
}

/** `L`, `u`, `U` and, for strings and characters alike, `u8`. */
function isPrefix(text: string, start: number, end: number): boolean {
  const c = text.charCodeAt(start);
  if (end - start === 1) return c === 0x4c || c === 0x75 || c === 0x55;
  return end - start === 2 && c === 0x75 && text.charCodeAt(start + 1) === 0x38;
}

function codePointText(whole: string, digits: string): string {
  const code = Number.parseInt(digits, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

function unterminated(what: string, text: string, range: Range): Diagnostic {
  const isString = what === 'string';
  return {
    severity: 'error',
    code: isString ? 'pp-unterminated-string' : 'pp-unterminated-char',
    message: isString ? 'this string is not closed before the end of the line' : 'this character constant is not closed before the end of the line',
    range: { file: range.file, start: range.start, end: range.start + text.search(/["']/) + 1 },
    hint: isString ? 'add the closing quotation mark, or end the line with a backslash to go on' : 'add the closing apostrophe',
  };
}

/** Hide set that marks characters which are no token of C; no macro has an empty name, so it hides nothing. */
const STRAY: HideSet = { name: '', rest: undefined, size: 1 };

export function isStray(t: PPToken): boolean {
  if (t.kind !== 'punctuator' || t.hide === undefined) return false;
  const c = t.text.charCodeAt(0);
  return c >= 128 || CLASS[c] === OTHER;
}

/** The problem of a stray character that reaches the parser. */
export function strayProblem(text: string, range: Range): Diagnostic {
  const c = text.codePointAt(0) ?? 0;
  const known = LOOKALIKES.get(text);
  const shown = c > 0x20 && c !== 0x7f && !known ? `'${text}'` : `U+${c.toString(16).toUpperCase().padStart(4, '0')}`;
  return {
    severity: 'error',
    code: 'pp-stray-character',
    message: `character ${shown} does not belong in C source`,
    range,
    hint: known ? `this is ${known}; type the plain ASCII character` : c === 0x5c ? 'a backslash joins lines only as the very last character of its line' : 'remove it',
  };
}
