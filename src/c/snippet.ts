// Expands a piece of C that is not a file (a debug-console expression, a scenario expectation) with the macros of a unit.
// A `#` is an ordinary token here: snippets have no directives.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range, SourceFile } from '../base/source.js';
import type { PPToken } from './lexer.js';
import { MacroDef, type MacroTable, macroFromInfo } from './macros.js';
import { newSegment, PPFile } from './pp-file.js';
import type { Token } from './token.js';
import { ListOutput } from './token-output.js';
import type { MacroInfo } from './tree.js';

/**
 * Expands a snippet (debug-console expression, scenario expectation) with the macros of a unit. `shownAs` is the file that the ranges are in:
 * usually the snippet's own; for a piece of a longer file give the `offset` at which it begins there.
 */
export function preprocessSnippet(
  text: string,
  macros: ReadonlyMap<string, MacroInfo>,
  shownAs: SourceFile,
  offset = 0,
): { tokens: Token[]; diagnostics: Diagnostic[] } {
  return new SnippetPreprocessor(text, macros, shownAs, offset).run();
}

/** The macros of a unit for a snippet: it uses few of thousands, so they are taken over one by one. */
class SnippetMacros implements MacroTable {
  private readonly used = new Map<string, MacroDef>();
  constructor(private readonly unit: ReadonlyMap<string, MacroInfo>) {}

  has(name: string): boolean {
    return this.unit.has(name);
  }

  get(name: string): MacroDef | undefined {
    const info = this.unit.get(name);
    if (info === undefined || info instanceof MacroDef) return info;
    let m = this.used.get(name);
    if (m === undefined) this.used.set(name, (m = macroFromInfo(info)));
    return m;
  }
}

class SnippetPreprocessor extends ListOutput {
  protected readonly raw: readonly PPToken[];
  private readonly end: Range;

  constructor(text: string, macros: ReadonlyMap<string, MacroInfo>, file: SourceFile, offset: number) {
    super(new SnippetMacros(macros));
    const source = new PPFile(file, text, offset);
    const whole = newSegment(undefined, 0, source.text.length);
    this.raw = source.tokensOf(whole);
    this.reportAll(source.problems.filter((d) => d.code === 'pp-unterminated-comment'));
    this.reportAll(whole.problems);
    this.end = { file, start: offset + text.length, end: offset + text.length };
  }

  run(): { tokens: Token[]; diagnostics: Diagnostic[] } {
    this.drain();
    this.finish(this.end);
    return { tokens: this.out, diagnostics: this.diagnostics };
  }
}
