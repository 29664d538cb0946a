// The headers as a driver gets them, for the tests of this folder.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { MemoryFiles } from '../../src/base/files.js';
import { SourceFile } from '../../src/base/source.js';
import { compileSource } from '../../src/c/compile-unit.js';
import type { TranslationUnit } from '../../src/c/tree.js';

const folder = new URL('../../src/wdk/', import.meta.url);
export const headerNames = readdirSync(folder).filter((n) => n.endsWith('.h'));
export const headerTexts: Readonly<Record<string, string>> = Object.fromEntries(
  headerNames.map((n) => [n.toLowerCase(), readFileSync(new URL(n, folder), 'utf8')]),
);

export function compile(text: string, defines: Record<string, string> = {}): TranslationUnit {
  return compileSource(new SourceFile('test.c', text), '/test.c', {
    files: new MemoryFiles(),
    builtinHeaders: headerTexts,
    includePaths: [],
    defines,
  });
}
export const include = (...headers: string[]): string => headers.map((h) => `#include <${h}>\n`).join('');

export function assertClean(unit: TranslationUnit, what: string): void {
  assert.deepEqual(
    unit.diagnostics.map((d) => d.message),
    [],
    what,
  );
}
