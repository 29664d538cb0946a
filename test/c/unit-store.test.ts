// Units are made again exactly when something that went into them has changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { UnitStore } from '../../src/c/unit-store.js';

const HEADERS = {};
const options = (files: MemoryFiles, missing?: Set<string>) => ({
  files,
  builtinHeaders: HEADERS,
  includePaths: ['inc'],
  defines: {},
  ...(missing ? { missing } : {}),
});

test('the same unit while nothing changes; another after an edit of the source, of a header, or of a place that was searched', () => {
  const files = new MemoryFiles({ 'd/a.c': '#include "x.h"\nint a = X;\n', 'inc/x.h': '#define X 1\n' });
  const store = new UnitStore();
  const first = store.get('d/a.c', options(files));
  assert.equal(first.compiled, true);
  const again = store.get('d/a.c', options(files));
  assert.equal(again.compiled, false);
  assert.equal(again.unit, first.unit);

  files.set('d/unrelated.txt', 'x'); // the listing of the folder is what the search for x.h looked at
  files.set('inc/x.h', '#define X 2\n');
  const header = store.get('d/a.c', options(files));
  assert.equal(header.compiled, true);
  files.set('d/a.c', '#include "x.h"\nint b = X;\n');
  assert.equal(store.get('d/a.c', options(files)).unit.globals[0].name, 'b');
  files.set('d/x.h', '#define X 3\n'); // found before inc/x.h
  assert.equal(store.get('d/a.c', options(files)).compiled, true);
  assert.equal(store.get('d/a.c', options(files)).compiled, false);
});

test('other definitions are another unit; what is missing is told every time', () => {
  const files = new MemoryFiles({ 'a.c': '#include "no.h"\nint a;\n' });
  const store = new UnitStore();
  for (let i = 0; i < 2; i++) {
    const missing = new Set<string>();
    assert.equal(store.get('a.c', options(files, missing)).compiled, i === 0);
    assert.deepEqual([...missing].sort(), ['inc/no.h', 'no.h']);
  }
  assert.equal(store.get('a.c', { ...options(files), defines: { A: '1' } }).compiled, true);
});
