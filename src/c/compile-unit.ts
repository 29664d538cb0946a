// From a path to a typed tree, and from a piece of text to a typed expression in the scope of a running function.
// Nothing here throws for bad input: a missing file, a missing include, text that is not C, all end as diagnostics beside a (possibly empty) tree.

import type { Diagnostic } from '../base/diagnostic.js';
import { readSource } from '../base/files.js';
import { type Range, SourceFile } from '../base/source.js';
import { parseExpression as parseFullExpression } from './expressions.js';
import { definesTagOf, openHeaders } from './header-world.js';
import { parseUnit, snippetParser } from './parser.js';
import { decay } from './parser-conversions.js';
import { parseTypeName as parseTypeNameTokens } from './parser-declarators.js';
import type { Parser } from './parser-state.js';
import { type PreprocessOptions, preprocess, preprocessSnippet } from './preprocessor.js';
import type { Expr, Scope, TranslationUnit } from './tree.js';
import type { CType } from './types.js';

export { scopeAt } from './scope-lookup.js';

export interface CompileOptions extends PreprocessOptions {}

/**
 * Compiles one C file to its typed tree. `shown`: the path that messages show. A file that cannot be read gives an empty unit with a diagnostic.
 */
export function compileUnit(path: string, options: CompileOptions, shown = path): TranslationUnit {
  const file = readSource(options.files, path, shown);
  if (!file) {
    const empty = new SourceFile(shown, '');
    const diagnostics: Diagnostic[] = [
      { severity: 'error', code: 'c-file-missing', message: `cannot read '${shown}'`, hint: 'check the path in the scenario or project' },
    ];
    return {
      file: empty,
      functions: [],
      globals: [],
      scope: { parent: undefined, names: new Map(), tags: new Map() },
      diagnostics,
      includes: [],
      macros: new Map(),
      implicit: [],
    };
  }
  return compileSource(file, path, options);
}

/** The same for a text that is already in memory (scenario bodies); `path` is where its quoted includes are searched from. */
export function compileSource(file: SourceFile, path: string, options: CompileOptions): TranslationUnit {
  let pp = preprocess(file, path, options);
  if (pp.headers && definesTagOf(pp.tokens, pp.headers)) pp = preprocess(file, path, { ...options, wholeHeaders: true });
  const unit = parseUnit(pp.tokens, file, pp.headers && openHeaders(pp.headers));
  // After a missing include most names are unknown; as in MSVC (C1083) the include is the one error to mend first.
  const missing = pp.diagnostics.some(
    (d) => d.severity === 'error' && (d.code === 'pp-include-not-found' || d.code === 'pp-not-simulated'),
  );
  const own = missing ? [] : unit.diagnostics;
  return {
    file,
    functions: unit.functions,
    globals: unit.globals,
    scope: unit.scope,
    diagnostics: [...pp.diagnostics, ...own].map((d) => withIncludes(d, file, pp.includedFrom)),
    includes: pp.includes,
    macros: pp.macros,
    implicit: unit.implicit,
  };
}

const MAX_CHAIN = 8;

/** A problem in a header says through which includes the unit got there, innermost first. */
function withIncludes(d: Diagnostic, main: SourceFile, from: ReadonlyMap<SourceFile, Range>): Diagnostic {
  if (!d.range || d.range.file === main || d.severity === 'hint' || d.severity === 'information') return d;
  const related = [...(d.related ?? [])];
  let at = from.get(d.range.file);
  for (let n = 0; at && n < MAX_CHAIN; n++) {
    related.push({ range: at, message: 'included from here' });
    at = at.file === main ? undefined : from.get(at.file);
  }
  return related.length > (d.related?.length ?? 0) ? { ...d, related } : d;
}

export interface SnippetContext {
  readonly unit: TranslationUnit;
  readonly scope: Scope;
}

function snippet<T>(
  text: string,
  context: SnippetContext,
  shownAs: SourceFile,
  read: (p: Parser) => T,
  what: string,
): { value: T; diagnostics: Diagnostic[] } {
  const pp = preprocessSnippet(text, context.unit.macros, shownAs);
  const p = snippetParser(pp.tokens, shownAs, context.unit.scope, context.scope);
  const value = read(p);
  if (!p.atEnd && !p.panicking) p.syntaxError(`expected the end of the ${what}`);
  return { value, diagnostics: [...pp.diagnostics, ...p.diagnostics] };
}

const failed = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some((d) => d.severity === 'error');

/**
 * Typed expression in a scope (from `scopeAt`), with the unit's macros. Arrays and functions are not decayed at the top, so that a debugger can
 * show them whole. `expr` is undefined if there is any error.
 */
export function parseExpression(
  text: string,
  context: SnippetContext,
  shownAs = new SourceFile('expression', text),
): { expr: Expr | undefined; diagnostics: Diagnostic[] } {
  const { value, diagnostics } = snippet(text, context, shownAs, parseFullExpression, 'expression');
  return { expr: failed(diagnostics) || value.kind === 'error' ? undefined : value, diagnostics };
}

/** Type written as in a cast: `struct _EPROCESS *`, `ULONG[4]`. */
export function parseTypeName(
  text: string,
  context: SnippetContext,
  shownAs = new SourceFile('type', text),
): { type: CType | undefined; diagnostics: Diagnostic[] } {
  const read = (p: Parser): CType | undefined => {
    if (p.startsType(p.tok)) return parseTypeNameTokens(p);
    const e = parseFullExpression(p);
    if (!p.panicking && e.kind !== 'error') p.error('c-type-name', e.range, `'${text.trim()}' is a value, not a type`);
    return undefined;
  };
  const { value, diagnostics } = snippet(text, context, shownAs, read, 'type');
  return { type: failed(diagnostics) || value?.kind === 'error' ? undefined : value, diagnostics };
}

/** Pointer form of an array or function expression, for consumers that compute with the value. */
export function decayed(e: Expr, context: SnippetContext): Expr {
  const file = context.unit.file;
  return decay(snippetParser([], file, context.unit.scope, context.scope), e);
}
