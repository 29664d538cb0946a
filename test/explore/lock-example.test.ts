// examples/lock under the explorer: with its locks every order of the threads holds; without them it finds an order that loses an update. (What one run of each
// says: test/scenario/examples.test.ts.)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { explore } from '../../src/explore/explore.js';
import { buildFile, buildText, repositoryPath } from '../scenario/product.js';

const read = (name: string): string => readFileSync(repositoryPath(`examples/lock/${name}`), 'utf8');

test('with locks: every order holds', () => {
  const r = explore(buildFile('examples/lock/lock.scenario'));
  assert.equal(r.end, 'complete');
  assert.equal(r.failure, undefined);
  assert.equal(r.progress.cut, 0);
});

test('without locks and without `no race`: an order loses a deposit', () => {
  const scenario = read('no-lock.scenario').replace(/^ {2}no race;\n/m, '');
  const r = explore(buildText(scenario, { 'driver/ledger.c': read('driver/ledger.c'), 'driver/ledger.h': read('driver/ledger.h') }));
  assert.equal(r.end, 'failure');
  assert.ok(r.failure!.report.expectations.some((e) => !e.held && /g_Deposits|g_Balance|g_Torn/.test(`${e.text} ${e.reason}`)));
});

test('the two scenarios differ in the lock alone', () => {
  const from = (text: string): string => text.slice(text.indexOf('process "')).trim();
  assert.equal(from(read('lock.scenario')), from(read('no-lock.scenario')));
});
