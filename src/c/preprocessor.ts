// The preprocessor: carries out directives, expands macros and hands the parser one list of tokens in which everything knows where the
// user wrote it. Bad input gives diagnostics and a usable token list, never an exception; hostile input runs into stated limits.
import type { Diagnostic } from '../base/diagnostic.js';
import { dirname, type FileProvider, normalizePath } from '../base/files.js';
import type { Range, SourceFile } from '../base/source.js';
import { ASSUMED, type HeaderSet, headerSet } from './header-index.js';
import { cachedFile, type FoundInclude, headerName, IncludeResolver, includeHint, includeName } from './includes.js';
import type { PPToken } from './lexer.js';
import { MacroScope } from './macro-scope.js';
import { MacroDef, parseDefine, problem } from './macros.js';
import { evaluateCondition } from './pp-expression.js';
import { PPFile, type Segment } from './pp-file.js';
import { pragmaText } from './pragmas.js';
import { commandLineFile, predefinedMacros } from './predefined.js';
import type { Token } from './token.js';
import { TokenOutput } from './token-output.js';
import type { MacroInfo } from './tree.js';

export { preprocessSnippet } from './snippet.js';

export interface PreprocessOptions {
  /** User files, paths normalised. */
  files: FileProvider;
  /** Interlock's headers: lower-case name (`ntddk.h`) -> text; looked up after the user's include paths for both <> and "". */
  builtinHeaders: Record<string, string>;
  includePaths: readonly string[];
  /** As on a command line: name -> replacement text; `F(x)` names allowed. */
  defines: Record<string, string>;
  forcedIncludes?: readonly string[];
  /** Collects paths that were asked for and are not in the snapshot. */
  missing?: Set<string>;
  /** Reads built-in headers in full even where an index of them could be used. */
  wholeHeaders?: boolean;
  /** For the index of the headers: told of each definition, with the number of tokens before it, and of each name that is undefined. */
  onDefine?: (macro: MacroDef, tokens: number) => void;
  onUndefine?: (name: string) => void;
}

export interface PreprocessResult {
  /** Ends with an `eof` token. */
  tokens: Token[];
  diagnostics: Diagnostic[];
  /** Every file read besides the main one, in order of first inclusion. */
  includes: SourceFile[];
  /** Macros at the end of the unit. */
  macros: Map<string, MacroInfo>;
  /** The header whose declarations stand before the tokens without being among them. */
  headers: HeaderSet | undefined;
}

const MAX_INCLUDE_DEPTH = 200;
/** Inclusions in one unit: stops headers that include each other twice at every level. */
const MAX_INCLUSIONS = 20_000;
const MAX_TOKENS = 6_000_000;

/**
 * Preprocesses one translation unit. `file` is the main file as the user sees it, `path` its normalised path for the file provider; other
 * files are shown relative to the same folder that `file.path` is relative to. Never throws on account of the text.
 */
export function preprocess(file: SourceFile, path: string, options: PreprocessOptions): PreprocessResult {
  return new Preprocessor(file, normalizePath(path), options).run();
}

interface OpenFile {
  readonly file: PPFile;
  /** Normalised path; '' for the predefined and command line texts. */
  readonly path: string;
  readonly folder: string;
  /** Index of the segment to read next. */
  segment: number;
  tokens: readonly PPToken[];
  at: number;
  /** Conditionals that are open: has a branch been taken? */
  readonly taken: boolean[];
  /** #line: add to a line number, name to show. */
  lineShift: number;
  shownName: string | undefined;
}

const NO_TOKENS: readonly PPToken[] = [];
/** Pragmas that change what declarations behind them mean. */
const LAYOUT_PRAGMA = /^\s*(pack|alloc_text|code_seg|data_seg|bss_seg|const_seg)\b/;

class Preprocessor extends TokenOutput {
  private readonly resolver: IncludeResolver;
  private readonly open: OpenFile[] = [];
  private readonly includes: SourceFile[] = [];
  private readonly seen = new Set<PPFile>();
  private readonly once = new Set<string>();
  private readonly byPath = new Map<string, PPFile>();
  private readonly pushed = new Map<string, (MacroDef | undefined)[]>();
  private inclusions = 0;
  private stopped = false;
  private headers: HeaderSet | undefined;
  private tooDeep = false;
  /** What precedes the paths that the user sees. */
  private readonly root: string;

  constructor(
    private readonly mainFile: SourceFile,
    private readonly mainPath: string,
    private readonly options: PreprocessOptions,
    private readonly macros = new MacroScope(),
  ) {
    super(macros);
    this.resolver = new IncludeResolver(options.files, options.builtinHeaders, options.includePaths, options.missing);
    this.root = mainPath !== mainFile.path && mainPath.endsWith(`/${mainFile.path}`) ? mainPath.slice(0, -mainFile.path.length) : '';
  }

  run(): PreprocessResult {
    const folder = dirname(this.mainPath);
    for (const [name, m] of predefinedMacros()) this.macros.set(name, m);
    this.enter(commandLineFile(this.options.defines, this.options.forcedIncludes ?? []), '', folder);
    this.drain();
    const main = new PPFile(this.mainFile);
    this.byPath.set(this.mainPath.toLowerCase(), main);
    this.enter(main, this.mainPath, folder);
    this.drain();
    const end = this.mainFile.text.length;
    this.finish({ file: this.mainFile, start: end, end });
    return { tokens: this.out, diagnostics: this.diagnostics, includes: this.includes, macros: this.macros, headers: this.headers };
  }

  /** Reads the open files to their end. */
  private drain(): void {
    do {
      const top = this.open[this.open.length - 1];
      if (top === undefined || !this.expander.idle) continue;
      top.at = passThrough(top.tokens, top.at, this.macros, this.out);
      if (this.out.length > MAX_TOKENS && !this.stopped)
        this.stop(`this unit has more than ${MAX_TOKENS} tokens`, 'look for a header that is included too often', top.file);
    } while (this.step());
  }

  private stop(message: string, hint: string, file: PPFile): void {
    this.report(problem('error', 'pp-limit', `${message}; the rest is not read`, file.range(0, 0), hint));
    this.stopped = true;
    this.open.length = 0;
  }

  private enter(file: PPFile, path: string, folder: string): void {
    this.open.push({ file, path, folder, segment: 0, tokens: NO_TOKENS, at: 0, taken: [], lineShift: 0, shownName: undefined });
    if (!this.seen.has(file)) {
      this.seen.add(file);
      this.reportAll(file.problems);
    }
  }

  // -------------------------------------------------------------- what the expander asks
  override readRaw(): PPToken | undefined {
    for (;;) {
      const top = this.open[this.open.length - 1];
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
    return line + (this.openedAs(place.file)?.lineShift ?? 0);
  }

  override fileAt(place: Range): string {
    return this.openedAs(place.file)?.shownName ?? place.file.path;
  }

  private openedAs(file: SourceFile): OpenFile | undefined {
    for (let i = this.open.length - 1; i >= 0; i--) if (this.open[i].file.file === file) return this.open[i];
    return undefined;
  }

  override hasInclude(tokens: readonly PPToken[], at: PPToken): boolean {
    const name = headerName(tokens) ?? headerName(this.expander.expandList(tokens));
    if (name === undefined) {
      this.report(problem('error', 'pp-if', '\'__has_include\' needs <name> or "name"', at.range, 'write __has_include(<name.h>)'));
      return false;
    }
    return this.resolver.find(name.name, name.angled ? [] : this.folders()) !== undefined;
  }

  // -------------------------------------------------------------- directives
  /** Carries out a directive; a #pragma that the parser must see is returned. */
  private directive(top: OpenFile, s: Segment): PPToken | undefined {
    switch (s.name) {
      case 'define':
        this.define(top.file, s);
        break;
      case 'undef':
        this.undefine(top.file, s);
        break;
      case 'include':
        this.include(top, s);
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

  private condition(file: PPFile, s: Segment): boolean {
    const tokens = file.tokensOf(s);
    if (s.name === 'if' || s.name === 'elif') {
      this.reportAll(s.problems);
      const { collecting } = this;
      this.collecting = false;
      const expanded = this.expander.expandList(tokens, true);
      this.collecting = collecting;
      const { value, problem: p } = evaluateCondition(expanded, file.directiveRange(s));
      if (p) this.report(p);
      return value;
    }
    const name = this.macroName(file, s, tokens);
    if (name === undefined) return false;
    const defined = this.macros.has(name) || name === '__has_include';
    return defined !== (s.name === 'ifndef' || s.name === 'elifndef');
  }

  /** The one name after #ifdef, #ifndef or #undef. */
  private macroName(file: PPFile, s: Segment, tokens: readonly PPToken[]): string | undefined {
    const t = tokens[0];
    if (t === undefined || (t.kind !== 'identifier' && t.kind !== 'keyword')) {
      this.report(
        problem(
          'error',
          'pp-name-expected',
          `#${s.name} needs the name of a macro`,
          t?.range ?? file.directiveRange(s),
          `write #${s.name} NAME`,
        ),
      );
      return undefined;
    }
    if (tokens.length > 1)
      this.report(
        problem(
          'warning',
          'pp-extra-tokens',
          `text after #${s.name} ${t.text} is ignored`,
          tokens[1].range,
          s.name === 'undef' ? 'remove it' : 'for more than one name use #if defined(A) && defined(B)',
        ),
      );
    return t.text;
  }

  private define(file: PPFile, s: Segment): void {
    if (s.macro === undefined) {
      s.macro = parseDefine(file, s);
    }
    const { macro } = s;
    if (!(macro instanceof MacroDef)) {
      this.report(macro);
      return;
    }
    if (!file.file.builtin) this.reportAll(macro.replacement.problems);
    const old = this.macros.get(macro.name);
    if (old !== undefined && old !== macro && !old.sameAs(macro)) {
      // The command line may well replace what is predefined (another NTDDI_VERSION).
      if (old.dynamic !== undefined) {
        this.report(
          problem(
            'warning',
            'pp-redefinition',
            `'${macro.name}' is predefined and cannot be redefined`,
            macro.range,
            'remove this #define',
          ),
        );
        return;
      }
      if (file.file.path !== '<command line>') {
        this.report({
          ...problem(
            'warning',
            'pp-redefinition',
            `macro '${macro.name}' is redefined with another replacement`,
            macro.range,
            'add an #undef before it if this is meant',
          ),
          related: [{ range: old.range, message: 'defined before here' }],
        });
      }
    }
    this.macros.set(macro.name, macro);
    this.options.onDefine?.(macro, this.out.length);
  }

  private undefine(file: PPFile, s: Segment): void {
    const name = this.macroName(file, s, file.tokensOf(s));
    if (name === undefined) return;
    if (this.macros.get(name)?.dynamic !== undefined) {
      this.report(
        problem(
          'warning',
          'pp-redefinition',
          `'${name}' is predefined and cannot be undefined`,
          file.range(s.hash, s.end),
          'remove this #undef',
        ),
      );
    } else if (this.macros.delete(name)) this.options.onUndefine?.(name);
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
      this.once.add(this.keyOf(top));
      return undefined;
    }
    if ((word === 'push_macro' || word === 'pop_macro') && tokens[2]?.kind === 'string') {
      const name = tokens[2].text.slice(1, -1);
      const stack = this.pushed.get(name) ?? [];
      this.pushed.set(name, stack);
      if (word === 'push_macro') stack.push(this.macros.get(name));
      else if (stack.length > 0) {
        const m = stack.pop();
        if (m) this.macros.set(name, m);
        else this.macros.delete(name);
      }
      return undefined;
    }
    const range = top.file.range(s.hash, s.end);
    const text = pragmaText(tokens, this.expander);
    return { kind: 'pragma', text, range, spelling: undefined, macro: undefined, atLineStart: true, spaceBefore: true, hide: undefined };
  }

  private keyOf(f: OpenFile): string {
    return f.path === '' ? f.file.file.path : f.path.toLowerCase();
  }

  // -------------------------------------------------------------- #include
  private folders(): string[] {
    const folders: string[] = [];
    for (let i = this.open.length - 1; i >= 0; i--) {
      const f = this.open[i];
      if (!f.path.startsWith('<') && !folders.includes(f.folder)) folders.push(f.folder);
    }
    return folders;
  }

  private include(top: OpenFile, s: Segment): void {
    const { file } = top;
    const named = includeName(file, s, this.expander);
    if (named === undefined) {
      this.report(
        problem('error', 'pp-include', '#include needs "name" or <name>', file.range(s.hash, s.end), 'for example #include <ntddk.h>'),
      );
      return;
    }
    const { name, angled, range } = named;
    if (name.length > 1000) {
      this.report(problem('error', 'pp-include', 'this file name is too long', range, 'file names have at most 1000 characters'));
      return;
    }
    const folders = angled ? [] : this.folders();
    const found = this.resolver.find(name, folders);
    if (found === undefined) {
      if (/\.tmh$/i.test(name)) {
        this.report(
          problem(
            'information',
            'pp-wpp',
            `'${name}' is made by the WPP trace preprocessor, which is not run; it is taken as empty`,
            range,
            'trace macros it would define must be defined by the source',
          ),
        );
      } else {
        const hint = includeHint(
          name,
          [...new Set([...folders, ...this.options.includePaths])].map((f) => this.shown(f)),
        );
        this.report(problem('error', 'pp-include-not-found', `cannot open include file '${name}'`, range, hint));
      }
      return;
    }
    this.enterInclude(found, range);
  }

  private enterInclude(found: FoundInclude, range: Range): void {
    const key = found.path.toLowerCase();
    if (this.once.has(key) || (found.builtin && this.takeIndexed(found.name))) return;
    let file = this.byPath.get(key);
    if (file === undefined) {
      file = cachedFile(found.builtin ? found.name : this.shown(found.path), found.text, found.builtin);
      this.byPath.set(key, file);
      this.includes.push(file.file);
    } else if (this.seen.has(file)) {
      const { guard } = file;
      if (guard !== null && this.macros.has(guard)) return;
    }
    if (this.open.length > MAX_INCLUDE_DEPTH) {
      if (!this.tooDeep)
        this.report(
          problem(
            'error',
            'pp-include-depth',
            `includes are nested more than ${MAX_INCLUDE_DEPTH} deep`,
            range,
            'the header probably includes itself; add #pragma once to it',
          ),
        );
      this.tooDeep = true;
      return;
    }
    if (++this.inclusions > MAX_INCLUSIONS) {
      if (!this.stopped)
        this.stop(`this unit includes more than ${MAX_INCLUSIONS} files`, 'headers that include each other need #pragma once', file);
      return;
    }
    this.enter(file, found.path, found.builtin ? '' : dirname(found.path));
  }

  /**
   * Takes a built-in header from the index instead of reading it; false if it has to be read. It has, if what precedes it could change what it
   * means: tokens, pragmas of layout, other built-in headers, macros with names that occur in it, user files with the names of its parts.
   */
  private takeIndexed(name: string): boolean {
    if (this.headers !== undefined || this.options.wholeHeaders || this.collecting || !this.expander.idle) return false;
    const set = headerSet(name, this.options.builtinHeaders);
    if (set === undefined || !this.out.every((t) => t.kind === 'pragma' && !LAYOUT_PRAGMA.test(t.text)) || !this.leavesAlone(set))
      return false;
    const folders = this.folders();
    if (!set.includes.every((n) => this.resolver.find(n, folders)?.builtin)) return false;
    for (const file of set.files()) {
      const key = `<${file.file.path}>`;
      this.byPath.set(key, file);
      this.seen.add(file);
      this.once.add(key);
      this.includes.push(file.file);
      this.inclusions++;
    }
    this.macros.install(set);
    this.headers = set;
    return true;
  }

  /** Nothing that is or is not a macro now makes the header another one than that of the index. */
  private leavesAlone(set: HeaderSet): boolean {
    const predefined = predefinedMacros();
    for (const f of set.files()) if (this.byPath.has(`<${f.file.path}>`)) return false;
    for (const [name, m] of this.macros) {
      if (predefined.get(name) === m) continue;
      if (Object.hasOwn(ASSUMED, name) && m.params === undefined && m.body === ASSUMED[name]) continue;
      if (set.mentions(name)) return false;
    }
    for (const name of [...predefined.keys(), ...Object.keys(ASSUMED)]) if (!this.macros.has(name)) return false;
    return true;
  }

  /** A path as the user sees it: relative to what the main file is shown relative to. */
  private shown(path: string): string {
    return this.root !== '' && path.startsWith(this.root) ? path.slice(this.root.length) : path;
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
