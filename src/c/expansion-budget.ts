// What macro expansion in one unit may cost. Macros that multiply ("macro bombs") reach any memory within a line, so every token made is
// counted; when the budget is used up, expansion stops with one message and the rest of the unit is read as it stands.
import type { Diagnostic } from '../base/diagnostic.js';
import type { PPToken } from './lexer.js';
import { problem } from './macros.js';

/**
 * Tokens that all expansions of one unit may make: so many for each character that was read, far beyond any driver, and never more than memory holds (about
 * 400 MB). A macro bomb is small, so it stops early.
 */
const BASE = 200_000;
const FOR_EACH_CHARACTER = 20;
const MAX_WORK = 4_000_000;
/** Characters of one token that `#` and `##` make. */
export const MAX_TEXT = 1_000_000;

export class ExpansionBudget {
  private work = 0;
  private limit = BASE;
  /** Nothing is expanded any more. */
  exhausted = false;

  constructor(private readonly host: { report(d: Diagnostic): void }) {}

  /** A file of so many characters is read. */
  grow(characters: number): void {
    this.limit = Math.min(MAX_WORK, this.limit + FOR_EACH_CHARACTER * characters);
  }

  /** Accounts for tokens made; false when the unit has used up what is sane. */
  spend(tokens: number, at: PPToken): boolean {
    this.work += tokens;
    if (this.work > this.limit) this.stop(`macro expansion made more than ${this.limit} tokens; expansion stops here`, at);
    return !this.exhausted;
  }

  /** So many tokens more would be too many. */
  exceeded(tokens: number): boolean {
    return tokens + this.work > this.limit;
  }

  /** `#` or `##` makes a token that is too long. */
  textLimit(operator: string, at: PPToken): void {
    this.stop(`'${operator}' makes a token of more than ${MAX_TEXT} characters; expansion stops here`, at);
  }

  private stop(message: string, at: PPToken): void {
    if (this.exhausted) return;
    this.exhausted = true;
    this.host.report(
      problem('error', 'pp-expansion-limit', message, at.range, `look for macros that multiply, beginning with '${at.macro ?? at.text}'`),
    );
  }
}
