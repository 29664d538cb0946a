// What preprocessing a file and expanding a snippet share: pulling expanded tokens, collecting diagnostics, and turning the operators
// `_Pragma` and `__pragma` into pragma tokens once everything is expanded.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import { Expander, type ExpanderHost } from './expander.js';
import { strayProblem } from './lex-problems.js';
import { isStray, type PPToken } from './lexer.js';
import { type MacroTable, problem } from './macros.js';
import { PragmaWords } from './pragmas.js';
import type { Token } from './token.js';

const MAX_DIAGNOSTICS = 500;

export abstract class TokenOutput implements ExpanderHost {
  collecting = false;
  readonly expander: Expander;
  readonly diagnostics: Diagnostic[] = [];
  readonly out: Token[] = [];
  private readonly pragmas: PragmaWords;

  constructor(macros: MacroTable) {
    this.expander = new Expander(macros, this);
    this.pragmas = new PragmaWords(this.expander, this);
  }

  abstract readRaw(): PPToken | undefined;
  abstract lineAt(place: Range): number;
  abstract fileAt(place: Range): string;
  abstract hasInclude(tokens: readonly PPToken[], at: PPToken): boolean;

  report(d: Diagnostic): void {
    if (this.diagnostics.length < MAX_DIAGNOSTICS) this.diagnostics.push(d);
    else if (this.diagnostics.length === MAX_DIAGNOSTICS) {
      this.diagnostics.push(
        problem(
          'error',
          'pp-too-many-problems',
          `more than ${MAX_DIAGNOSTICS} problems; the rest is not shown`,
          d.range!,
          'fix the first ones and try again',
        ),
      );
    }
  }

  reportAll(list: readonly Diagnostic[] | undefined): void {
    if (list !== undefined) for (const d of list) this.report(d);
  }

  /** Moves one expanded token (or a pragma made of several) to the output; false at the end of the input. */
  protected step(): boolean {
    const t = this.expander.next();
    if (t === undefined) return false;
    const isPragma = t.kind === 'identifier' && (t.text === '__pragma' || t.text === '_Pragma');
    if (isStray(t)) this.report(strayProblem(t.text, t.range));
    else this.out.push(isPragma ? this.pragmas.read(t) : t);
    return true;
  }

  protected finish(end: Range): void {
    this.out.push({ kind: 'eof', text: '', range: end, spelling: undefined, macro: undefined, atLineStart: true, spaceBefore: true });
  }
}

/** Expands a list of tokens that is there already: no file is read, nothing can be included, and a place is where it stands. */
export abstract class ListOutput extends TokenOutput {
  protected abstract readonly raw: readonly PPToken[];
  private at = 0;

  /** Expands all of it. */
  protected drain(): void {
    while (this.step());
  }
  override readRaw(): PPToken | undefined {
    return this.raw[this.at++];
  }
  override lineAt(place: Range): number {
    return place.file.position(place.start).line;
  }
  override fileAt(place: Range): string {
    return place.file.path;
  }
  override hasInclude(): boolean {
    return false;
  }
}
