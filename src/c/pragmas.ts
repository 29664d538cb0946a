// The three spellings of a pragma (`#pragma x`, MSVC's `__pragma(x)`, C99's `_Pragma("x")`) become one pragma token with the text `x`.
import type { Diagnostic } from '../base/diagnostic.js';
import { cover } from '../base/source.js';
import type { Expander } from './expander.js';
import type { PPToken } from './lexer.js';
import { joinTokens, problem } from './macros.js';

/** Text of a pragma: blanks made one; what follows the first word is macro-expanded, as MSVC does for pack, alloc_text and the like. */
export function pragmaText(tokens: readonly PPToken[], expander: Expander): string {
  if (tokens.length === 0) return '';
  const rest = tokens[0].text === 'STDC' ? tokens.slice(1) : expander.expandList(tokens.slice(1));
  return joinTokens([tokens[0], ...rest]);
}

/** Reads the operand of `__pragma` and `_Pragma` from expanded tokens. */
export class PragmaWords {
  constructor(
    private readonly expander: Expander,
    private readonly host: { report(d: Diagnostic): void },
  ) {}

  /** `word` has been read; returns the pragma token, or `word` itself when no `(` follows. */
  read(word: PPToken): PPToken {
    const open = this.expander.next();
    if (open === undefined || open.text !== '(') {
      if (open !== undefined) this.expander.unread([open]);
      this.host.report(
        problem(
          'error',
          'pp-pragma',
          `'${word.text}' needs parentheses`,
          word.range,
          word.text === '_Pragma' ? 'write _Pragma("text")' : 'write __pragma(text)',
        ),
      );
      return { ...word, kind: 'pragma', text: '' };
    }
    const inside: PPToken[] = [];
    let depth = 0;
    let close: PPToken | undefined;
    for (let t = this.expander.next(); t !== undefined; t = this.expander.next()) {
      if (t.text === ')' && depth === 0) {
        close = t;
        break;
      }
      if (t.text === '(') depth++;
      else if (t.text === ')') depth--;
      inside.push(t);
    }
    if (close === undefined) this.host.report(problem('error', 'pp-pragma', `'${word.text}(' is not closed`, word.range, "add ')'"));
    return {
      ...word,
      kind: 'pragma',
      text: this.textOf(word, inside),
      range: close === undefined ? word.range : cover(word.range, close.range),
    };
  }

  private textOf(word: PPToken, inside: readonly PPToken[]): string {
    if (word.text === '__pragma') return joinTokens(inside);
    const m = inside.length === 1 ? /^(?:L|u8|u|U)?"(.*)"$/s.exec(inside[0].text) : null;
    if (m) return m[1].replace(/\\(["\\])/g, '$1').trim();
    this.host.report(problem('error', 'pp-pragma', "'_Pragma' needs one string", word.range, 'write _Pragma("text")'));
    return '';
  }
}
