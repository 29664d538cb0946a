// The example of WSL processes holds with its provider and with the kernel's own, on every number of CPUs, and is the same run when it is restored in the middle,
// in particular inside system calls of processes that fork has made.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Build } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildFile, buildText, repositoryPath } from './product.js';

const folder = 'examples/wsl/';
const read = (name: string): string => readFileSync(repositoryPath(folder + name), 'utf8');

function run(build: Build, restoreEvery = 0): Simulation {
  let s = new Simulation(build, { debug: false });
  while (s.advance(restoreEvery || 1_000_000, false).kind !== 'ended') {
    if (restoreEvery === 0) continue;
    const bytes = s.save();
    s = new Simulation(build, { debug: false, reuse: s, start: 'restore' });
    s.load(bytes);
  }
  return s;
}

for (const cpus of [1, 2, 4]) {
  test(`examples/wsl holds on ${cpus} CPUs under several seeds`, () => {
    for (let seed = 1; seed <= 5; seed++)
      assert.equal(run(buildFile(`${folder}wsl.scenario`, { cpus, seed })).report().verdict, 'held', `seed ${seed}`);
  });
}

test('the same processes without the provider: the built-in one answers', () => {
  const text = read('wsl.scenario').replace(/driver "lxsim" \{[\s\S]*?\n\}/, '');
  const files = Object.fromEntries(readdirSync(repositoryPath(`${folder}watch`)).map((n) => [`watch/${n}`, read(`watch/${n}`)]));
  assert.equal(run(buildText(text, files)).report().verdict, 'held');
});

test('restoring every 500 steps changes nothing', () => {
  const build = buildFile(`${folder}wsl.scenario`);
  const whole = run(build);
  const pieces = run(build, 500);
  // (what was printed before the last restore is in no trace any more, so the verdict is not compared)
  assert.equal(pieces.end?.kind, 'done');
  assert.equal(pieces.kernel.stepsRun, whole.kernel.stepsRun);
  assert.equal(pieces.kernel.now, whole.kernel.now);
});
