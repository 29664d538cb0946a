// docs/FIDELITY.md is what the sources say now; a `(U)` is found wherever a comment or a message carries it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fidelityText, sentencesWithMark } from '../../scripts/gen-fidelity.mjs';

test('docs/FIDELITY.md is current', () => {
  const page = readFileSync(new URL('../../docs/FIDELITY.md', import.meta.url), 'utf8');
  assert.ok(page === fidelityText(), 'run `npm run gen` and commit docs/FIDELITY.md');
});

test('sentences that carry the mark', () => {
  const of = sentencesWithMark as (text: string) => string[];
  assert.deepEqual(of('// One thing. The limit is kept but\n// not enforced (U). Another.\ncode();\n'), [
    'The limit is kept but not enforced.',
  ]);
  assert.deepEqual(of('f(); // (U) granted and forgotten\n'), ['Granted and forgotten']);
  assert.deepEqual(of('/** What it may ask (U). */\n'), ['What it may ask.']);
  assert.deepEqual(of("  say('means nothing (U)'),\n"), ['Means nothing']);
  assert.deepEqual(of('// nothing\nx = 1; // here\n'), []);
});
