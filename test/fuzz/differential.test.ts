// A small, fixed part of the differential tests (docs/differential-testing.md has the large ones): programs of our own generators must print what a model
// or gcc says. What gcc says is kept as checksums in golden-outputs.json, so that nothing is skipped where gcc is missing; where it is present the
// checksums are verified too. `npx tsx test/fuzz/own.ts --write-golden` makes the file anew, from gcc alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileUnits, hasGcc, parseText, TestRun } from '../machine/compile/harness.js';
import golden from './golden-outputs.json' with { type: 'json' };
import { checksum, KINDS, type Kind, nativeOutput, program, runEverywhere, TEST_SEEDS } from './kinds.js';

for (const kind of Object.keys(KINDS) as Kind[]) {
  test(`random programs (${kind}): the same values in every way of running`, () => {
    for (const [part, seed] of TEST_SEEDS[kind].entries()) {
      const again = `npx tsx test/fuzz/own.ts --kinds ${kind} --seed ${seed} --count 1 --keep DIR shows it`;
      const p = program(kind, seed)!;
      const units = parseText(p.ours);
      let { expected } = p;
      if (!expected) {
        const output = new TestRun(compileUnits(units)).run();
        assert.equal(
          checksum(output),
          (golden[kind as 'layout'] as Record<string, string>)[seed],
          `${kind} ${seed}: not the golden output; ${again}`,
        );
        expected = hasGcc ? nativeOutput(p) : output;
        assert.equal(checksum(expected), checksum(output), `${kind} ${seed}: gcc has another output than the golden one; ${again}`);
      }
      assert.ok(expected.length > 2, 'the program prints something');
      assert.equal(runEverywhere(units, expected, part), undefined, `${kind} ${seed}; ${again}`);
    }
  });
}
