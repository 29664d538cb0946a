// How a scenario text is read, whatever its blocks are: words one by one, values, statements by a table of what may begin one, and recovery behind a mistake,
// so that one mistake gives one message.
import type { Diagnostic } from '../base/diagnostic.js';
import { nearest } from '../base/nearest.js';
import type { Range, SourceFile } from '../base/source.js';
import type { Located } from './ast.js';
import { ScenarioLexer, type Word } from './lexer.js';
import { parseInteger, parseTime } from './values.js';

/** The statement cannot be read further; it has been reported. Never leaves `guarded`. */
export class Stop extends Error {}

export abstract class StatementReader {
  readonly diagnostics: Diagnostic[] = [];
  protected readonly lexer: ScenarioLexer;
  protected word: Word;

  constructor(readonly file: SourceFile) {
    this.lexer = new ScenarioLexer(file, this.diagnostics);
    this.word = this.lexer.next();
  }

  protected range(a: { start: number }, b: { end: number } = a as Word): Range {
    return this.lexer.range(a.start, b.end);
  }
  protected error(message: string, at: { start: number; end: number }, hint?: string, code = 'scenario-syntax'): void {
    this.diagnostics.push({
      severity: 'error',
      code,
      message,
      range: this.lexer.range(at.start, Math.max(at.end, at.start + 1)),
      ...(hint ? { hint } : {}),
    });
  }
  protected fail(message: string, hint?: string, code?: string): never {
    this.error(message, this.word, hint, code);
    throw new Stop();
  }
  protected advance(): Word {
    const w = this.word;
    this.word = this.lexer.next();
    return w;
  }
  protected is(text: string): boolean {
    return this.word.text === text && (this.word.kind === 'punctuator' || this.word.kind === 'word');
  }
  protected accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.advance();
    return true;
  }
  protected want(text: string, where: string): Word {
    if (!this.is(text)) this.fail(`expected '${text}' ${where}, found ${this.show()}`);
    return this.advance();
  }
  protected show(): string {
    return this.word.kind === 'eof' ? 'the end of the file' : `'${this.word.text}'`;
  }
  protected string(what: string): Located<string> {
    if (this.word.kind !== 'string') this.fail(`expected ${what} as a string in quotes, found ${this.show()}`);
    const w = this.advance();
    return { value: w.text, range: this.range(w) };
  }
  protected integer(what: string, min: number, max: number): number {
    const w = this.word;
    const n = w.kind === 'number' ? parseInteger(w.text) : undefined;
    if (n === undefined) this.fail(`expected ${what} as a number, found ${this.show()}`);
    this.advance();
    if (n < min || n > max) this.error(`${what} must be between ${min} and ${max}, not ${w.text}`, w);
    return Math.min(Math.max(n, min), max);
  }
  protected time(what: string): number {
    const n = this.word.kind === 'number' ? parseTime(this.word.text) : undefined;
    if (n === undefined) this.fail(`expected ${what} with a unit, found ${this.show()}`, 'units: ns, us, ms, s; for example 10ms');
    this.advance();
    return n;
  }
  /** Runs one statement; after a syntax error continues behind the next `;` or block. */
  protected guarded(action: () => void): void {
    const before = this.word.start;
    try {
      action();
    } catch (e) {
      if (!(e instanceof Stop)) throw e;
      while (this.word.kind !== 'eof' && !this.is(';') && !this.is('}')) {
        if (this.is('{')) {
          this.lexer.skipBody(this.word.start);
          this.word = this.lexer.next();
          return;
        }
        this.advance();
      }
      this.accept(';');
      if (this.word.start === before && this.word.kind !== 'eof') this.advance();
    }
  }
  protected dispatch(table: Record<string, () => void>, what: string): void {
    const action = this.word.kind === 'word' ? table[this.word.text] : undefined;
    if (!action || !Object.hasOwn(table, this.word.text)) {
      const names = Object.keys(table);
      const near = nearest(this.word.text, names);
      this.fail(
        `unknown ${what} ${this.show()}`,
        near ? `did you mean '${near}'?` : `known here: ${names.join(', ')}`,
        'scenario-unknown-word',
      );
    }
    action();
  }
  protected statements(where: string, table: Record<string, () => void>, what: string): void {
    this.want('{', where);
    while (!this.is('}')) {
      if (this.word.kind === 'eof') {
        this.error(`the block ${where} is not closed`, this.word, 'add the missing }');
        return;
      }
      if (this.accept(';')) continue;
      this.guarded(() => this.dispatch(table, what));
    }
    this.advance();
  }
}
