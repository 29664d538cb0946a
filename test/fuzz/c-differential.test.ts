// Random C programs on the simulated machine against gcc: statements of every kind, values of every width, structs by value, bit-fields, floats, static
// initialisers. The seed is fixed, so a failure is the same everywhere; stopping at every step must not change the output either.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileText, hasGcc, runNative, TestRun } from '../machine/compile/harness.js';
import { randomProgram } from './c-generator.js';

const SEEDS = [1, 2, 3, 4];
const FUNCTIONS = 8;

for (const seed of SEEDS) {
  test(`random program ${seed}: same output as gcc, in any slices`, { skip: hasGcc ? false : 'gcc is not installed' }, () => {
    const text = randomProgram(seed * 7919, FUNCTIONS);
    const image = compileText(text);
    const whole = new TestRun(image);
    const output = whole.run();
    const native = runNative(text);
    const at = native.findIndex((line, i) => line !== output[i]);
    assert.equal(
      at,
      -1,
      `line ${at} of the output: ${output[at]}, under gcc ${native[at]} (write randomProgram(${seed * 7919}, ${FUNCTIONS}) to a file to look at it)`,
    );
    assert.equal(output.length, native.length);
    for (const slice of [1, 7]) {
      const r = new TestRun(image);
      assert.deepEqual(
        r.run('main', () => slice),
        output,
      );
      assert.equal(r.machine.totalSteps, whole.machine.totalSteps);
    }
  });
}
