// Shared by the preprocessor tests: preprocess a text held in memory and show tokens as text.
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { type Range, SourceFile } from '../../src/base/source.js';
import { type PreprocessOptions, type PreprocessResult, preprocess } from '../../src/c/preprocessor.js';
import type { Token } from '../../src/c/token.js';

export interface Setup extends Partial<Omit<PreprocessOptions, 'files'>> {
  /** Other user files by path. */
  files?: Record<string, string>;
  path?: string;
  shown?: string;
}

export function run(text: string, setup: Setup = {}): PreprocessResult {
  const path = setup.path ?? 'main.c';
  const { files, shown, path: _path, ...rest } = setup;
  return preprocess(new SourceFile(shown ?? path, text), path, {
    files: new MemoryFiles({ ...files, [path]: text }),
    builtinHeaders: {},
    includePaths: [],
    defines: {},
    ...rest,
  });
}

/** Tokens on one line, one blank where there was white space. */
export function show(tokens: readonly Token[]): string {
  return tokens
    .filter((t) => t.kind !== 'eof')
    .map((t) => (t.spaceBefore ? ' ' : '') + (t.kind === 'pragma' ? `<${t.text}>` : t.text))
    .join('')
    .trim();
}

/** The expansion of a text that must give no diagnostics. */
export function expand(text: string, setup: Setup = {}): string {
  const r = run(text, setup);
  if (r.diagnostics.length > 0) throw new Error(r.diagnostics.map(formatDiagnostic).join('\n'));
  return show(r.tokens);
}

export function messages(r: PreprocessResult): string[] {
  return r.diagnostics.map(formatDiagnostic);
}

export function codes(r: PreprocessResult): string[] {
  return r.diagnostics.map((d) => d.code);
}

export function textOf(r: Range): string {
  return r.file.text.slice(r.start, r.end);
}
