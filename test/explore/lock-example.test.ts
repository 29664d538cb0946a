// examples/lock: with its locks every order of the threads holds and nothing races; without them `no race` says so in one run, and the explorer finds an order that
// loses an update.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { explore } from '../../src/explore/explore.js';
import { buildFile, buildText, reportOf, repositoryPath } from '../scenario/product.js';

const read = (name: string): string => readFileSync(repositoryPath(`examples/lock/${name}`), 'utf8');

test('with locks: one run holds, and every order does', () => {
  const build = buildFile('examples/lock/lock.scenario');
  const report = reportOf(build);
  assert.equal(report.verdict, 'held');
  const r = explore(build);
  assert.equal(r.end, 'complete');
  assert.equal(r.failure, undefined);
  assert.equal(r.progress.cut, 0);
});

test('without locks: no race names the accesses', () => {
  const report = reportOf(buildFile('examples/lock/no-lock.scenario'));
  assert.equal(report.verdict, 'failed');
  const failed = report.expectations.filter((e) => !e.held);
  assert.equal(failed.length, 1);
  assert.match(failed[0].reason ?? '', /g_Limits\.Low is written by .*\(no lock held\).*nothing orders the two/);
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
