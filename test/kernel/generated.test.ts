// The generated, committed tables of the kernel are what their generators make now.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

test('src/kernel/routines.gen.ts lists every file that exports routines', async () => {
  const { generated } = (await import(new URL('scripts/gen-routines.mjs', root).href)) as { generated: string };
  assert.equal(read('src/kernel/routines.gen.ts'), generated, 'run: node scripts/gen-routines.mjs');
});

test('src/kernel/layouts.gen.ts is current', () => {
  const before = read('src/kernel/layouts.gen.ts');
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/gen-layouts.mjs'], { cwd: root });
  assert.equal(before, read('src/kernel/layouts.gen.ts'), 'it was out of date (it is up to date now): commit it');
});

test('docs/CONFORMANCE.md is current', async () => {
  const { conformanceText } = (await import(new URL('scripts/gen-conformance.mjs', root).href)) as { conformanceText(): string };
  assert.equal(read('docs/CONFORMANCE.md'), conformanceText(), 'run: npm run gen');
});
