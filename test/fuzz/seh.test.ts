// Random programs of structured exception handling: the machine must print what the model says, whole, in slices and taken back to checkpoints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileText, TestRun } from '../machine/compile/harness.js';
import { runWithRestores } from './restore.js';
import { randomSeh } from './seh-generator.js';
import { modelSeh } from './seh-model.js';
import { printSeh } from './seh-print.js';

const SEEDS = Array.from({ length: 24 }, (_, i) => 1000 + i);

test('random exception handling does what the model says, in any slices', () => {
  let lines = 0;
  for (const seed of SEEDS) {
    const program = randomSeh(seed);
    const expected = modelSeh(program);
    lines += expected.length;
    const image = compileText(printSeh(program), { debug: seed % 2 === 0 });
    const run = new TestRun(image);
    assert.deepEqual(run.run(), expected, `seed ${seed} (printSeh(randomSeh(${seed})) shows it)`);
    if (seed % 4) continue;
    assert.deepEqual(
      new TestRun(image).run('main', () => 1),
      expected,
      `seed ${seed}, step by step`,
    );
    if (!expected.at(-1)!.startsWith('!'))
      assert.deepEqual(runWithRestores(new TestRun(image), run.machine.totalSteps, seed), expected, `seed ${seed}, restored`);
  }
  assert.ok(lines > 300, 'the programs do something');
});
