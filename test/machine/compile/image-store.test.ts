// Images of unchanged units are made once; a change of a unit, of the place, of the variant or of an answer of the imports makes a new one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../../src/base/files.js';
import { compileUnit } from '../../../src/c/compile-unit.js';
import { compileImageOnce } from '../../../src/machine/compile/image-store.js';
import type { CompileImageOptions } from '../../../src/machine/image.js';

const unit = (text: string) =>
  compileUnit('a.c', { files: new MemoryFiles({ 'a.c': text }), builtinHeaders: {}, includePaths: [], defines: {} });
const TEXT = 'extern int shared; int other(int); int f(void) { return other(shared); }';
const one = unit(TEXT);
const base = (address: number, changes: Partial<CompileImageOptions> = {}): CompileImageOptions => ({
  name: 'd.sys',
  mode: 'kernel',
  units: [one],
  start: 0x1000000,
  functionBase: 1,
  stepBase: 0,
  debug: false,
  imports: { func: () => ({ number: 0x100005, fixedSize: 48, address: 0x5000 }), data: () => address },
  ...changes,
});

test('the same options and answers give the same image', () => {
  const image = compileImageOnce(base(64));
  assert.equal(compileImageOnce(base(64)), image);
  assert.equal(image.functions.length, 1);
  const other = compileImageOnce(base(128));
  assert.notEqual(other, image);
  assert.equal(compileImageOnce(base(64)), image, 'both states are kept');
});

test('place, variant, unit and imports are part of it', () => {
  const image = compileImageOnce(base(64));
  const changes: Partial<CompileImageOptions>[] = [
    { start: 0x2000000 },
    { functionBase: 7 },
    { stepBase: 9 },
    { debug: true },
    { cleanStops: true },
    { units: [unit(TEXT)] },
    { name: 'e.sys' },
    { imports: { func: () => ({ number: 0x100006, fixedSize: 48, address: 0x5000 }), data: () => 64 } },
    { imports: { func: () => undefined, data: () => 64, answered: () => true } },
  ];
  for (const c of changes) assert.notEqual(compileImageOnce(base(64, c)), image, JSON.stringify(Object.keys(c)));
});

test('many processes that run one body keep an image each; after an edit of another unit the images of the old one go', () => {
  const images = Array.from({ length: 12 }, (_, i) => compileImageOnce(base(64, { functionBase: 100 + i })));
  for (const [i, image] of images.entries()) assert.equal(compileImageOnce(base(64, { functionBase: 100 + i })), image);
  const other = (text: string) =>
    compileUnit('b.c', { files: new MemoryFiles({ 'b.c': text }), builtinHeaders: {}, includePaths: [], defines: {} });
  const [before, after] = [other('int b;'), other('int b = 1;')];
  const old = compileImageOnce(base(64, { units: [one, before] }));
  assert.equal(compileImageOnce(base(64, { units: [one, before] })), old);
  const image = compileImageOnce(base(64, { units: [one, after] }));
  assert.notEqual(image, old);
  assert.equal(compileImageOnce(base(64, { units: [one, after] })), image);
  assert.notEqual(compileImageOnce(base(64, { units: [one, before] })), old);
});
