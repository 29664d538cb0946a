// Characters -> preprocessing tokens (translation phase 3). Works on text whose line splices are already removed (see pp-file.ts), so no
// rule here knows about them; offsets are mapped back to the file as each token is made. Written as a switch over character codes with an
// intern table for identifiers, because a cold process lexes some hundred kilobytes of headers before the first step runs.
import type { Diagnostic } from '../base/diagnostic.js';
import type { HideSet } from './hide-set.js';
import { intern } from './intern.js';
import { isLookalikeBlank, strayProblem, unterminated } from './lex-problems.js';
import { type LexSource, moveToFile, originalOffset } from './lex-source.js';
import { punctuator, taken } from './punctuators.js';
import type { Token, TokenKind } from './token.js';

/** A token inside the preprocessor: the contract's token plus the names it must not be replaced by. All have one hidden class. */
export interface PPToken extends Token {
  hide: HideSet | undefined;
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
// Sticky expressions find where a token ends: they are compiled once and fast from the first call, while loops over characters stay
// slow until the optimiser has seen them, which in a process that only starts a driver is too late.
const WORD_REST = /[\w$]*/y;
const NUMBER_REST = /(?:[eEpP][+-]|[\w.$])*/y;
const HEX_REST = /(?:[pP][+-]|[\w.$])*/y;
const STRING_REST = /[^"\\\n]*(?:\\[^\n][^"\\\n]*)*/y;
const CHAR_REST = /[^'\\\n]*(?:\\[^\n][^'\\\n]*)*/y;

/** Offset after what a sticky expression, which also matches nothing, matches at `p`. */
function endOf(re: RegExp, text: string, p: number): number {
  re.lastIndex = p;
  re.test(text);
  return re.lastIndex;
}

/** Beyond Unicode's own, what C11 Annex D lists of Latin-1: superscripts, fractions ... (not the soft hyphen: nobody sees it). */
const ID_CONTINUE = /[\p{ID_Continue}\xa8\xaf\xb2-\xb5\xb7-\xba\xbc-\xbe]/u;

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

/** End of the identifier that goes on at `p`, with characters beyond ASCII and universal character names. */
function wideIdentEnd(text: string, p: number): number {
  for (;;) {
    p = endOf(WORD_REST, text, p);
    const n = text.charCodeAt(p) >= 128 ? wideIdent(text, p) : universalName(text, p);
    if (n === 0) return p;
    p += n;
  }
}

// ---------------------------------------------------------------- numbers and quotes
/** End of a preprocessing number. `0xE+1` is three tokens here as with MSVC (C17 would make it one, invalid, token). */
function numberEnd(text: string, start: number): number {
  const hex = (text.charCodeAt(start + 1) | 0x20) === 0x78 && text.charCodeAt(start) === 0x30;
  return endOf(hex ? HEX_REST : NUMBER_REST, text, start);
}

/** Offset just after the closing quote of the literal whose opening quote is at `p`, or minus the end of the line when it is not closed. */
export function quoteEnd(text: string, p: number): number {
  const quote = text.charCodeAt(p);
  const e = endOf(quote === 0x22 ? STRING_REST : CHAR_REST, text, p + 1);
  if (text.charCodeAt(e) === quote) return e + 1;
  const line = text.indexOf('\n', e); // e is there, or before a backslash that ends the text
  if (line < 0) return -text.length;
  return text.charCodeAt(line - 1) === 13 ? 1 - line : -line;
}

// ---------------------------------------------------------------- the lexer
/**
 * Lexes `source.text` from `start` to `end` (a line end, or the end of the text) onto `out`; comments are white space.
 * Problems (unterminated quotes, look-alike blanks) go to `problems`; a token is made nevertheless. Comments that never end are found by
 * the caller's scan of the whole file.
 */
export function lex(source: LexSource, start: number, end: number, lineStart: boolean, out: PPToken[], problems: Diagnostic[]): void {
  const { text, file } = source;
  const first = out.length;
  let p = start;
  let newLine = lineStart;
  let space = lineStart || start > 0;
  while (p < end) {
    const c = text.charCodeAt(p);
    let q = p + 1;
    let kind: TokenKind = 'punctuator';
    let word: string;
    switch (c < 128 ? CLASS[c] : OTHER) {
      case SPACE:
        space = true;
        p = q;
        continue;
      case NEWLINE:
        newLine = space = true;
        p = q;
        continue;
      case IDENT: {
        WORD_REST.lastIndex = q;
        WORD_REST.test(text);
        q = WORD_REST.lastIndex;
        const d = q < end ? text.charCodeAt(q) : 0;
        if (d === 0x22 || d === 0x27 || d === 0x5c || d >= 128) {
          p = rareToken(source, p, q, newLine, space, out, problems);
          newLine = space = false;
          continue;
        }
        const e = intern(text.slice(p, q));
        word = e.text;
        kind = e.kind;
        break;
      }
      case DIGIT:
        q = numberEnd(text, p);
        word = text.slice(p, q);
        kind = 'number';
        break;
      case PUNCT:
        word = punctuator(text, p);
        q = p + taken;
        break;
      case SLASH:
        if (text.charCodeAt(q) === 0x2f || text.charCodeAt(q) === 0x2a) {
          q = afterComment(text, p, end);
          if (lineStart && !newLine) newLine = hasNewline(text, p, q);
          space = true;
          p = q;
          continue;
        }
        word = punctuator(text, p);
        q = p + taken;
        break;
      default: {
        const before = out.length;
        p = rareToken(source, p, p, newLine, space, out, problems);
        newLine = newLine && out.length === before;
        space = out.length === before;
        continue;
      }
    }
    out.push({
      kind,
      text: word,
      range: { file, start: p, end: q },
      spelling: undefined,
      macro: undefined,
      atLineStart: newLine,
      spaceBefore: space,
      hide: undefined,
    });
    newLine = space = false;
    p = q;
  }
  if (source.splices !== undefined || source.base !== 0) moveToFile(source, out, first);
}

/** Tokens that are rare in headers: literals with quotes, names beyond ASCII, `.`, stray characters. `word`: end of the ASCII name at `p`. */
function rareToken(
  source: LexSource,
  p: number,
  word: number,
  newLine: boolean,
  space: boolean,
  out: PPToken[],
  problems: Diagnostic[],
): number {
  const { text, file } = source;
  const c = text.charCodeAt(word);
  let kind: TokenKind = 'identifier';
  let q = word;
  let hide: HideSet | undefined;
  let closed = true;
  let spelled: string | undefined;
  if ((c === 0x22 || c === 0x27) && (word === p || isPrefix(text, p, word))) {
    kind = c === 0x22 ? 'string' : 'char';
    q = quoteEnd(text, word);
    closed = q >= 0;
    q = Math.abs(q);
  } else if (c === 0x2e && word === p) {
    const d = text.charCodeAt(p + 1);
    kind = d >= 0x30 && d <= 0x39 ? 'number' : 'punctuator';
    q = kind === 'number' ? numberEnd(text, p) : text.startsWith('...', p) ? p + 3 : p + 1;
  } else {
    q = wideIdentEnd(text, word);
    if (q > p) spelled = text.slice(p, q).replace(/\\[uU]([0-9A-Fa-f]{8}|[0-9A-Fa-f]{4})/g, codePointText);
    else if (c === 0xfeff && p === 0) return p + 1;
    else {
      q = p + ((c & 0xfc00) === 0xd800 && (text.charCodeAt(p + 1) & 0xfc00) === 0xdc00 ? 2 : 1);
      kind = 'punctuator';
      hide = STRAY; // a macro may make a string of it; only one that reaches the parser is wrong
    }
  }
  spelled ??= text.slice(p, q);
  if (spelled.length === q - p && kind === 'identifier') ({ text: spelled, kind } = intern(spelled));
  const from = originalOffset(source, p);
  const range = { file, start: from, end: originalOffset(source, q - 1) + 1 };
  if (hide !== undefined && isLookalikeBlank(spelled)) {
    problems.push(strayProblem(spelled, range)); // complain, but read on as if it were what it looks like
    return q;
  }
  if (!closed) problems.push(unterminated(kind, spelled, range));
  out.push({
    kind,
    text: spelled,
    range: { file, start: p, end: q },
    spelling: undefined,
    macro: undefined,
    atLineStart: newLine,
    spaceBefore: space,
    hide,
  });
  return q;
}

/** Offset after the comment at `p`. */
function afterComment(text: string, p: number, end: number): number {
  const line = text.charCodeAt(p + 1) === 0x2f;
  const e = text.indexOf(line ? '\n' : '*/', p + 2);
  return e < 0 ? end : line ? e : e + 2;
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

/** Hide set that marks characters which are no token of C; no macro has an empty name, so it hides nothing. */
const STRAY: HideSet = { name: '', rest: undefined, size: 1 };

export function isStray(t: PPToken): boolean {
  if (t.kind !== 'punctuator' || t.hide === undefined) return false;
  const c = t.text.charCodeAt(0);
  return c >= 128 || CLASS[c] === OTHER;
}
