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

test('src/kernel/layouts.gen.ts and status.gen.ts are current', () => {
  const files = ['src/kernel/layouts.gen.ts', 'src/kernel/status.gen.ts'];
  const before = files.map(read);
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/gen-layouts.mjs'], { cwd: root });
  files.forEach((file, i) => {
    assert.equal(before[i], read(file), `${file} was out of date (it is up to date now): commit it`);
  });
});

test('docs/CONFORMANCE.md is current', async () => {
  const { conformanceText } = (await import(new URL('scripts/gen-conformance.mjs', root).href)) as { conformanceText(): string };
  assert.equal(read('docs/CONFORMANCE.md'), conformanceText(), 'run: npm run gen');
});
