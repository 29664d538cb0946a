// What the lexer complains about, in words: characters that are no C (with a guess at the key that was meant) and quotes that are not closed.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';

/** Characters that fail when typed with a Chinese or typographic keyboard, and what was meant. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ['\u00a0', 'a non-breaking space'],
  ['\u3000', 'a full-width space'],
  ['\u200b', 'a zero-width space'],
  ['\ufeff', 'a byte order mark'],
  ['\uff1b', "a full-width ';'"],
  ['\uff0c', "a full-width ','"],
  ['\uff08', "a full-width '('"],
  ['\uff09', "a full-width ')'"],
  ['\uff1a', "a full-width ':'"],
  ['\uff1d', "a full-width '='"],
  ['\u3002', 'a full-width full stop'],
  ['\u201c', 'a curly quote'],
  ['\u201d', 'a curly quote'],
  ['\u2018', 'a curly quote'],
  ['\u2019', 'a curly quote'],
]);

/** A blank of another alphabet: read as the blank that was meant. */
export function isLookalikeBlank(text: string): boolean {
  return LOOKALIKES.get(text)?.endsWith('space') === true;
}

/** A literal whose closing quote is missing; `what`: the kind of its token. */
export function unterminated(what: string, text: string, range: Range): Diagnostic {
  const isString = what === 'string';
  return {
    severity: 'error',
    code: isString ? 'pp-unterminated-string' : 'pp-unterminated-char',
    message: isString
      ? 'this string is not closed before the end of the line'
      : 'this character constant is not closed before the end of the line',
    range: { file: range.file, start: range.start, end: range.start + text.search(/["']/) + 1 },
    hint: isString ? 'add the closing quotation mark, or end the line with a backslash to go on' : 'add the closing apostrophe',
  };
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
    hint: known
      ? `this is ${known}; type the plain ASCII character`
      : c === 0x5c
        ? 'a backslash joins lines only as the very last character of its line'
        : 'remove it',
  };
}
