// #include: finds the file and opens it, or does without. It does without when the header has been read and says that once is enough, and
// when a built-in header can be taken from the index as it is, which spares a unit the 8,000 lines behind <ntddk.h>.
import type { Diagnostic } from '../base/diagnostic.js';
import { dirname } from '../base/files.js';
import type { Range, SourceFile } from '../base/source.js';
import type { Expander } from './expander.js';
import { headerSet } from './header-index.js';
import { ASSUMED } from './header-index-data.js';
import type { HeaderSet } from './header-set.js';
import { cachedFile, type FoundInclude, IncludeResolver, includeHint, includeName, messageSource, notSimulated } from './includes.js';
import type { MacroScope } from './macro-scope.js';
import { problem } from './macros.js';
import type { OpenFile, OpenFiles } from './open-files.js';
import type { PPFile, Segment } from './pp-file.js';
import type { PreprocessOptions } from './pp-options.js';
import { predefinedMacros } from './predefined.js';
import type { Token } from './token.js';

const MAX_INCLUDE_DEPTH = 200;
/** Inclusions in one unit: stops headers that include each other twice at every level. */
const MAX_INCLUSIONS = 20_000;
/** Pragmas that change what declarations behind them mean. */
const LAYOUT_PRAGMA = /^\s*(pack|alloc_text|code_seg|data_seg|bss_seg|const_seg)\b/;

/** The preprocessor, as inclusion sees it. */
export interface InclusionHost {
  readonly expander: Expander;
  readonly collecting: boolean;
  readonly macros: MacroScope;
  readonly open: OpenFiles;
  readonly out: readonly Token[];
  report(d: Diagnostic): void;
  /** Reads a file from here on. */
  enter(file: PPFile, path: string, folder: string): void;
  /** A limit of the unit is reached: nothing more is read. */
  stop(message: string, hint: string, file: PPFile): void;
}

export class Inclusion {
  readonly resolver: IncludeResolver;
  /** Every file read besides the main one, in order of first inclusion. */
  readonly includes: SourceFile[] = [];
  /** Where each of them was included first. */
  readonly includedFrom = new Map<SourceFile, Range>();
  /** The header that was taken from the index. */
  headers: HeaderSet | undefined;
  private mainFile: SourceFile | undefined;
  private readonly seen = new Set<PPFile>();
  private readonly once = new Set<string>();
  private readonly byPath = new Map<string, PPFile>();
  private inclusions = 0;
  private tooDeep = false;

  /** `root`: what precedes the paths that the user sees. */
  constructor(
    private readonly host: InclusionHost,
    private readonly options: PreprocessOptions,
    private readonly root: string,
  ) {
    this.resolver = new IncludeResolver(options.files, options.builtinHeaders, options.includePaths, options.missing);
  }

  /** The main file, should something include it. */
  setMain(file: PPFile, path: string): void {
    this.mainFile = file.file;
    this.byPath.set(path.toLowerCase(), file);
  }

  /** A file is opened: true if for the first time. */
  isNew(file: PPFile): boolean {
    if (this.seen.has(file)) return false;
    this.seen.add(file);
    return true;
  }

  /** `#pragma once`. */
  setOnce(f: OpenFile): void {
    this.once.add(f.path === '' ? f.file.file.path : f.path.toLowerCase());
  }

  /** `#include`. */
  include(file: PPFile, s: Segment): void {
    const named = includeName(file, s, this.host.expander);
    if (named === undefined) {
      this.host.report(
        problem('error', 'pp-include', '#include needs "name" or <name>', file.range(s.hash, s.end), 'for example #include <ntddk.h>'),
      );
      return;
    }
    const { name, angled, range } = named;
    if (name.length > 1000) {
      this.host.report(problem('error', 'pp-include', 'this file name is too long', range, 'file names have at most 1000 characters'));
      return;
    }
    const folders = angled ? [] : this.host.open.folders();
    const made = this.options.generated?.(name, this.mainFile ? [this.mainFile, ...this.includes] : this.includes);
    if (made !== undefined) {
      this.enterInclude({ path: `<${name.toLowerCase()}>`, text: made, builtin: true, name: name.toLowerCase() }, range);
      return;
    }
    const found = this.resolver.find(name, folders);
    if (found === undefined) {
      this.reportNotFound(name, folders, range);
      return;
    }
    this.enterInclude(found, range);
  }

  private reportNotFound(name: string, folders: readonly string[], range: Range): void {
    const missing = notSimulated(name);
    if (missing !== undefined) {
      this.host.report(
        problem(
          'error',
          'pp-not-simulated',
          `'${name}' cannot be used: ${missing}`,
          range,
          'Interlock runs WDM drivers and minifilters in C',
        ),
      );
      return;
    }
    const searched = [...new Set([...folders, ...this.options.includePaths])];
    const source = messageSource(name, searched, this.options.files);
    const hint = source
      ? `it is made by the message compiler from ${this.shown(source)} when the driver is built: build it once and add the folder with it to the include folders`
      : includeHint(
          name,
          searched.map((f) => this.shown(f)),
        );
    this.host.report(problem('error', 'pp-include-not-found', `cannot open include file '${name}'`, range, hint));
  }

  private enterInclude(found: FoundInclude, range: Range): void {
    const key = found.path.toLowerCase();
    if (this.once.has(key) || (found.builtin && this.takeIndexed(found.name))) return;
    let file = this.byPath.get(key);
    if (file === undefined) {
      file = cachedFile(found.builtin ? found.name : this.shown(found.path), found.text, found.builtin);
      this.byPath.set(key, file);
      this.includes.push(file.file);
      this.includedFrom.set(file.file, range);
    } else if (this.seen.has(file)) {
      const { guard } = file;
      if (guard !== null && this.host.macros.has(guard)) return;
    }
    if (this.host.open.depth > MAX_INCLUDE_DEPTH) {
      if (!this.tooDeep)
        this.host.report(
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
      this.host.stop(`this unit includes more than ${MAX_INCLUSIONS} files`, 'headers that include each other need #pragma once', file);
      return;
    }
    this.host.enter(file, found.path, found.builtin ? '' : dirname(found.path));
  }

  /**
   * Takes a built-in header from the index instead of reading it; false if it has to be read. It has, if what precedes it could change what it
   * means: tokens, pragmas of layout, other built-in headers, macros with names that occur in it, user files with the names of its parts.
   */
  private takeIndexed(name: string): boolean {
    if (this.headers !== undefined || this.options.wholeHeaders || this.host.collecting || !this.host.expander.idle) return false;
    const set = headerSet(name, this.options.builtinHeaders);
    if (set === undefined || !this.host.out.every((t) => t.kind === 'pragma' && !LAYOUT_PRAGMA.test(t.text)) || !this.leavesAlone(set))
      return false;
    const folders = this.host.open.folders();
    if (!set.includes.every((n) => this.resolver.find(n, folders)?.builtin)) return false;
    for (const file of set.files()) {
      const key = `<${file.file.path}>`;
      this.byPath.set(key, file);
      this.seen.add(file);
      this.once.add(key);
      this.includes.push(file.file);
      this.inclusions++;
    }
    this.host.macros.install(set);
    this.headers = set;
    return true;
  }

  /** Nothing that is or is not a macro now makes the header another one than that of the index. */
  private leavesAlone(set: HeaderSet): boolean {
    const predefined = predefinedMacros();
    for (const f of set.files()) if (this.byPath.has(`<${f.file.path}>`)) return false;
    for (const [name, m] of this.host.macros) {
      if (predefined.get(name) === m) continue;
      if (Object.hasOwn(ASSUMED, name) && m.params === undefined && m.body === ASSUMED[name]) continue;
      if (set.mentions(name)) return false;
    }
    for (const name of [...predefined.keys(), ...Object.keys(ASSUMED)]) if (!this.host.macros.has(name)) return false;
    return true;
  }

  /** A path as the user sees it: relative to what the main file is shown relative to. */
  private shown(path: string): string {
    return this.root !== '' && path.startsWith(this.root) ? path.slice(this.root.length) : path;
  }
}
