// The preprocessor: carries out directives, expands macros and hands the parser one list of tokens in which everything knows where the
// user wrote it. Bad input gives diagnostics and a usable token list, never an exception; hostile input runs into stated limits.
import { dirname, normalizePath } from '../base/files.js';
import type { Range, SourceFile } from '../base/source.js';
import { headerName } from './includes.js';
import { Inclusion, type InclusionHost } from './inclusion.js';
import type { PPToken } from './lexer.js';
import { MacroDirectives, type MacroDirectivesHost } from './macro-directives.js';
import { MacroScope } from './macro-scope.js';
import { type MacroDef, problem } from './macros.js';
import { type OpenFile, OpenFiles } from './open-files.js';
import { evaluateCondition } from './pp-expression.js';
import { PPFile, type Segment } from './pp-file.js';
import type { PreprocessOptions, PreprocessResult } from './pp-options.js';
import { pragmaText } from './pragmas.js';
import { commandLineFile, predefinedMacros } from './predefined.js';
import type { Token } from './token.js';
import { TokenOutput } from './token-output.js';

export type { PreprocessOptions, PreprocessResult } from './pp-options.js';
export { preprocessSnippet } from './snippet.js';

const MAX_TOKENS = 6_000_000;

/**
 * Preprocesses one translation unit. `file` is the main file as the user sees it, `path` its normalised path for the file provider; other
 * files are shown relative to the same folder that `file.path` is relative to. Never throws on account of the text.
 */
export function preprocess(file: SourceFile, path: string, options: PreprocessOptions): PreprocessResult {
  return new Preprocessor(file, normalizePath(path), options).run();
}

class Preprocessor extends TokenOutput implements InclusionHost, MacroDirectivesHost {
  readonly open = new OpenFiles();
  private readonly inclusion: Inclusion;
  private readonly directives: MacroDirectives;
  private stopped = false;

  constructor(
    private readonly mainFile: SourceFile,
    private readonly mainPath: string,
    private readonly options: PreprocessOptions,
    readonly macros = new MacroScope(),
  ) {
    super(macros);
    this.directives = new MacroDirectives(macros, this);
    const isShort = mainPath !== mainFile.path && mainPath.endsWith(`/${mainFile.path}`);
    this.inclusion = new Inclusion(this, options, isShort ? mainPath.slice(0, -mainFile.path.length) : '');
  }

  run(): PreprocessResult {
    const folder = dirname(this.mainPath);
    for (const [name, m] of predefinedMacros()) this.macros.set(name, m);
    this.enter(commandLineFile(this.options.defines, this.options.forcedIncludes ?? [], this.options.undefines ?? []), '', folder);
    this.drain();
    const main = new PPFile(this.mainFile);
    this.inclusion.setMain(main, this.mainPath);
    this.enter(main, this.mainPath, folder);
    this.drain();
    const end = this.mainFile.text.length;
    this.finish({ file: this.mainFile, start: end, end });
    const { includes, includedFrom, headers } = this.inclusion;
    return { tokens: this.out, diagnostics: this.diagnostics, includes, includedFrom, macros: this.macros, headers };
  }

  /** Reads the open files to their end. */
  private drain(): void {
    do {
      const { top } = this.open;
      if (top === undefined || !this.expander.idle) continue;
      top.at = passThrough(top.tokens, top.at, this.macros, this.out);
      if (this.out.length > MAX_TOKENS)
        this.stop(`this unit has more than ${MAX_TOKENS} tokens`, 'look for a header that is included too often', top.file);
    } while (this.step());
  }

  stop(message: string, hint: string, file: PPFile): void {
    if (this.stopped) return;
    this.report(problem('error', 'pp-limit', `${message}; the rest is not read`, file.range(0, 0), hint));
    this.stopped = true;
    this.open.clear();
  }

  enter(file: PPFile, path: string, folder: string): void {
    this.open.push(file, path, folder);
    if (this.inclusion.isNew(file)) this.reportAll(file.problems);
  }

  onDefine(macro: MacroDef): void {
    this.options.onDefine?.(macro, this.out.length);
  }

  onUndefine(name: string): void {
    this.options.onUndefine?.(name);
  }

  // -------------------------------------------------------------- what the expander asks
  override readRaw(): PPToken | undefined {
    for (;;) {
      const { top } = this.open;
      if (top === undefined) return undefined;
      if (top.at < top.tokens.length) return top.tokens[top.at++];
      const { segments } = top.file;
      if (top.segment >= segments.length) {
        if (this.collecting) return undefined;
        this.open.pop();
        continue;
      }
      const s = segments[top.segment++];
      if (s.name === undefined) {
        top.tokens = top.file.tokensOf(s);
        top.at = 0;
        this.reportAll(s.problems);
      } else {
        const pragma = this.directive(top, s);
        if (pragma !== undefined) return pragma;
      }
    }
  }

  override lineAt(place: Range): number {
    const line = place.file.position(place.start).line;
    return line + (this.open.find(place.file)?.lineShift ?? 0);
  }

  override fileAt(place: Range): string {
    return this.open.find(place.file)?.shownName ?? place.file.path;
  }

  override hasInclude(tokens: readonly PPToken[], at: PPToken): boolean {
    const name = headerName(tokens) ?? headerName(this.expander.expandList(tokens));
    if (name === undefined) {
      this.report(problem('error', 'pp-if', '\'__has_include\' needs <name> or "name"', at.range, 'write __has_include(<name.h>)'));
      return false;
    }
    return this.inclusion.resolver.find(name.name, name.angled ? [] : this.open.folders()) !== undefined;
  }

  // -------------------------------------------------------------- directives
  /** Carries out a directive; a #pragma that the parser must see is returned. */
  private directive(top: OpenFile, s: Segment): PPToken | undefined {
    switch (s.name) {
      case 'define':
        this.directives.define(top.file, s);
        break;
      case 'undef':
        this.directives.undefine(top.file, s);
        break;
      case 'include':
        this.inclusion.include(top.file, s);
        break;
      case 'if':
      case 'ifdef':
      case 'ifndef':
        if (this.condition(top.file, s)) top.taken.push(true);
        else {
          top.taken.push(false);
          this.skipTo(top, s.next);
        }
        break;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else':
        if (top.taken.length > 0) this.skipTo(top, s.next);
        break;
      case 'endif':
        top.taken.pop();
        break;
      case 'pragma':
        return this.pragma(top, s);
      case 'error':
      case 'warning': {
        const rest = this.restOf(top.file, s);
        const severity = s.name === 'error' ? 'error' : 'warning';
        this.report(
          problem(
            severity,
            `pp-${s.name}-directive`,
            rest === '' ? `#${s.name}` : rest,
            top.file.range(s.hash, s.end),
            `this is the #${s.name} of the source; see the condition around it`,
          ),
        );
        break;
      }
      case 'line':
      case '0':
        this.line(top, s);
        break;
      case 'import':
      case 'using':
        this.report(
          problem(
            'error',
            'pp-import',
            `#${s.name} is not supported`,
            top.file.directiveRange(s),
            'it reads type libraries or .NET metadata, which drivers do not use; include a header instead',
          ),
        );
        break;
      case '':
      case 'ident':
        if (s.name === '' && top.file.tokensOf(s).length > 0)
          this.report(
            problem(
              'error',
              'pp-unknown-directive',
              "'#' is not followed by the name of a directive",
              top.file.directiveRange(s),
              'for example #define or #include',
            ),
          );
        break;
      default:
        this.report(
          problem('error', 'pp-unknown-directive', `unknown directive #${s.name}`, top.file.directiveRange(s), 'check the spelling'),
        );
    }
    return undefined;
  }

  private restOf(file: PPFile, s: Segment): string {
    return file.text.slice(s.start, s.end).trim();
  }

  /** From a branch that is not taken to the next branch that is, or past the #endif. */
  private skipTo(top: OpenFile, target: number): void {
    const { file } = top;
    const depth = top.taken.length - 1;
    for (;;) {
      const s = file.segments[target];
      top.segment = target + 1;
      if (s === undefined) return;
      if (s.name === 'endif') {
        top.taken.pop();
        return;
      }
      if (!top.taken[depth] && (s.name === 'else' || this.condition(file, s))) {
        top.taken[depth] = true;
        return;
      }
      target = s.next;
    }
  }

  /** Does the condition of #if, #ifdef, #elif ... hold? */
  private condition(file: PPFile, s: Segment): boolean {
    if (s.name !== 'if' && s.name !== 'elif') return this.directives.isDefined(file, s);
    const tokens = file.tokensOf(s);
    this.reportAll(s.problems);
    const { collecting } = this;
    this.collecting = false;
    const expanded = this.expander.expandList(tokens, true);
    this.collecting = collecting;
    const { value, problem: p } = evaluateCondition(expanded, file.directiveRange(s));
    if (p) this.report(p);
    return value;
  }

  private line(top: OpenFile, s: Segment): void {
    const [number, name] = this.expander.expandList(top.file.tokensOf(s));
    if (
      number === undefined ||
      !/^\d{1,9}$/.test(number.text) ||
      (name !== undefined && (name.kind !== 'string' || !/^"/.test(name.text)))
    ) {
      this.report(
        problem(
          'error',
          'pp-line',
          '#line needs a number and, if wanted, a file name in quotation marks',
          top.file.range(s.hash, s.end),
          'write #line 10 "name.c"',
        ),
      );
      return;
    }
    const here = top.file.file.position(top.file.range(s.hash, s.hash).start).line;
    top.lineShift = Number(number.text) - (here + 1);
    if (name !== undefined) top.shownName = name.text.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  private pragma(top: OpenFile, s: Segment): PPToken | undefined {
    const tokens = top.file.tokensOf(s);
    const word = tokens[0]?.text;
    if (word === 'once') {
      this.inclusion.setOnce(top);
      return undefined;
    }
    if ((word === 'push_macro' || word === 'pop_macro') && tokens[2]?.kind === 'string') {
      const name = tokens[2].text.slice(1, -1);
      if (word === 'push_macro') this.directives.push(name);
      else this.directives.pop(name);
      return undefined;
    }
    const range = top.file.range(s.hash, s.end);
    const text = pragmaText(tokens, this.expander);
    return { kind: 'pragma', text, range, spelling: undefined, macro: undefined, atLineStart: true, spaceBefore: true, hide: undefined };
  }
}

/**
 * Copies tokens that no macro touches straight to the output, up to the first that needs the expander; returns its index.
 * Most tokens take this way, so it is a small function of its own, which the optimiser compiles early.
 */
function passThrough(tokens: readonly PPToken[], at: number, macros: ReadonlyMap<string, MacroDef>, out: Token[]): number {
  for (; at < tokens.length; at++) {
    const t = tokens[at];
    if (
      t.kind === 'identifier'
        ? macros.has(t.text) || t.text === '__pragma' || t.text === '_Pragma'
        : t.kind === 'keyword'
          ? macros.has(t.text)
          : t.hide !== undefined
    )
      return at;
    out.push(t);
  }
  return at;
}
