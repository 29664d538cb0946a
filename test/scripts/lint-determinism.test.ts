// The determinism lint finds what would make a run depend on the host, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHostDependence } from '../../scripts/lint-determinism.mjs';

const findings = (text: string): string[] => findHostDependence('src/kernel/x.ts', text);

test('clocks, random numbers, timers and host modules are found, with their place', () => {
  assert.match(findings('const a = 1;\nconst now = Date.now();')[0], /^src\/kernel\/x\.ts:2:13 `Date`/);
  assert.equal(findings('const r = Math.random();').length, 1);
  assert.equal(findings('const t = performance.now();').length, 1);
  assert.equal(findings('setTimeout(() => {}, 0);').length, 1);
  assert.equal(findings("import { readFileSync } from 'node:fs';").length, 1);
  assert.equal(findings("import * as vscode from 'vscode';").length, 1);
  assert.equal(findings("const m = await import('./x.js');").length, 1);
  assert.equal(findings('for (const k in o) use(k);').length, 1);
  assert.equal(findings('names.sort((a, b) => a.localeCompare(b));').length, 1);
  assert.equal(findings('const o = { at: Date };').length, 1);
});

test('the same words as comments, strings, properties, declarations and types are no findings', () => {
  assert.deepEqual(findings('// Date.now() and Math.random()\nconst s = "setTimeout";'), []);
  assert.deepEqual(findings('machine.performance = 1; const x = cpu.process;'), []);
  assert.deepEqual(findings('interface Thread { process: Process }\nfunction f(process: number): void {}'), []);
  assert.deepEqual(findings("import { Memory } from '../machine/memory.js';\nexport * from './y.js';"), []);
  assert.deepEqual(findings('const m = Math.floor(2.5); for (const x of list) use(x);'), []);
});

test('a name that the file declares itself is its own', () => {
  assert.deepEqual(findings('function exit(process: number) { return process + 1; }'), []);
  assert.deepEqual(findings('for (const process of all) { const { crypto } = process; use(crypto); }'), []);
  assert.deepEqual(findings("import { process } from './ps.js';\nexport const p = process;"), []);
  assert.equal(findings('function f() { const process = 1; return process; }\nprocess.exit();').length, 1);
});
