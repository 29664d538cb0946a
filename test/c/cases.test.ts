// C as drivers write it, one small source a case: what compiles, what compiles with a warning, what is an error, as MSVC for x64 kernel code decides.
// A case in cases/*.txt: `//// name | ok|warn|error [pattern]`, then the source; `//=== name` begins another file of it. Every .c file is a unit of one driver,
// which is lowered, linked and emitted too. The pattern must match one of the formatted diagnostics.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Diagnostic, formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { settleAcrossUnits } from '../../src/c/implicit-functions.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { imageOf } from './image-of.js';

const folder = new URL('cases/', import.meta.url);

function diagnosticsOf(text: string): Diagnostic[] {
  const parts = text.split(/^\/\/=== (.*)\n/m);
  const files: Record<string, string> = { 't.c': parts[0] };
  for (let i = 1; i < parts.length; i += 2) files[parts[i].trim()] = parts[i + 1];
  const options = { files: new MemoryFiles(files), builtinHeaders: wdkHeaders, includePaths: [], defines: { DBG: '1' } };
  const units = settleAcrossUnits(
    Object.keys(files)
      .filter((f) => f.endsWith('.c'))
      .map((f) => compileUnit(f, options)),
  );
  const found = units.flatMap((u) => u.diagnostics);
  if (found.some((d) => d.severity === 'error')) return found;
  const image = imageOf(units, true);
  assert.ok(WebAssembly.validate(image.wasm as Uint8Array<ArrayBuffer>));
  return [...found, ...image.diagnostics];
}

for (const file of readdirSync(folder).sort()) {
  const cases = readFileSync(new URL(file, folder), 'utf8')
    .split(/^\/\/\/\/ /m)
    .slice(1);
  for (const c of cases) {
    const head = c.slice(0, c.indexOf('\n'));
    test(`${file}: ${head}`, () => {
      const [wanted, pattern] = (head.split('|')[1] ?? 'ok').trim().split(/\s+(.*)/s);
      const found = diagnosticsOf(c.slice(head.length + 1));
      const shown = found.filter((d) => d.severity === 'error' || d.severity === 'warning').map(formatDiagnostic);
      const severity = found.some((d) => d.severity === 'error') ? 'error' : found.some((d) => d.severity === 'warning') ? 'warn' : 'ok';
      assert.equal(severity, wanted, shown.join('\n'));
      if (pattern) assert.match(shown.join('\n'), new RegExp(pattern));
      for (const d of found) assert.ok(d.range === undefined || d.range.end <= d.range.file.text.length);
    });
  }
}
