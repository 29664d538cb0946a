// The engine against gcc, and against itself: the same program stopped before every step, every few steps, at random, must print the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xorshift32 } from '../../../src/base/prng.js';
import { compileText, hasGcc, normalize, runNative, runText, TestRun } from './harness.js';
import { MSVC_PROGRAMS, PROGRAMS } from './programs.js';

for (const [name, text] of Object.entries(PROGRAMS)) {
  test(`${name}: same output as gcc`, { skip: hasGcc ? false : 'gcc is not installed' }, () => {
    assert.deepEqual(normalize(runText(text)), normalize(runNative(text)));
  });
}

for (const [name, { text, expect }] of Object.entries(MSVC_PROGRAMS)) {
  test(`${name}: MSVC rules`, () => assert.deepEqual(runText(text), expect));
}

for (const [name, text] of [
  ...Object.entries(PROGRAMS),
  ...Object.entries(MSVC_PROGRAMS).map(([n, p]) => [`msvc ${n}`, p.text] as const),
]) {
  test(`${name}: slices of 1, 7 and random length change nothing`, () => {
    const image = compileText(text);
    const whole = new TestRun(image);
    const expected = whole.run();
    const steps = whole.machine.totalSteps;
    let seed = 7;
    for (const slice of [() => 1, () => 7, () => 1 + ((seed = xorshift32(seed)) % 50)]) {
      const r = new TestRun(image);
      assert.deepEqual(r.run('main', slice), expected);
      assert.equal(r.machine.totalSteps, steps);
    }
  });
}

test('the debug variant has the same numbers and output', () => {
  const plain = new TestRun(compileText(PROGRAMS.control));
  const debug = new TestRun(compileText(PROGRAMS.control, { debug: true }));
  assert.deepEqual(debug.run(), plain.run());
  assert.equal(debug.machine.totalSteps, plain.machine.totalSteps);
});
