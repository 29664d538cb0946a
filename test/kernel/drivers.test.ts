// Every checking driver of test/drivers: DriverEntry must return STATUS_SUCCESS on 1, 2 and 4 CPUs under several seeds; every BAD(...) function must end in
// the bug check that it names. Facts (FACT of check.h) must all be reached. INTERLOCK_SEEDS=20 runs as many seeds.
// A driver asks for options of Driver Verifier by `// every run: verifier WORDS`, one of its functions by `// verifier WORDS` in the line before (facts.ts).
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { assertStop, badsOf, factsOf, missing, mustReach, verifierOfEntry } from './facts.js';
import { driverText, type HarnessResult, runDriver } from './harness.js';
import { verifierSettings } from './verifier-words.js';

const drivers = readdirSync(new URL('../drivers/', import.meta.url))
  .filter((f) => f.endsWith('.c'))
  .sort();
const SEEDS = Number(process.env.INTERLOCK_SEEDS ?? 3);

function say(r: HarnessResult): string {
  const bug = r.bugCheck ? `${r.bugCheck.code.toString(16)} ${r.bugCheck.explanation} at ${r.bugCheck.where}` : '';
  const stuck = (r.run.waiters ?? []).filter((w) => !w.idle).map((w) => `${w.name} waits for ${w.text}`);
  return [r.run.reason, r.k.notSimulated?.name ?? '', bug, ...stuck, ...r.output].join('\n');
}

for (const name of drivers) {
  const text = driverText(name);
  if (!/TEST_ENTRY|DriverEntry/.test(text))
    test(`${name} has no facts outside its BAD functions`, () => assert.deepEqual(mustReach(text), []));
  else {
    for (const cpus of [1, 2, 4]) {
      test(`${name} on ${cpus} CPUs`, () => {
        const all: string[] = [];
        for (let seed = 1; seed <= SEEDS; seed++) {
          const r = runDriver(text, { cpus, seed, name, ...verifierSettings(verifierOfEntry(text)) });
          assert.equal(r.status, 0, `seed ${seed}: ${say(r)}`);
          assert.equal(r.run.reason, 'deadlock', `seed ${seed}: ${say(r)}`);
          assert.deepEqual(
            r.run.waiters!.filter((w) => !w.idle).map((w) => w.text),
            [],
            `seed ${seed}`,
          );
          assert.deepEqual(missing(mustReach(text), r.output), [], `seed ${seed}: facts not reached`);
          all.push(...r.output);
        }
        const may = factsOf(text).filter((f) => f.may);
        if (cpus === 4) assert.deepEqual(missing(may, all), [], 'reached under no seed');
      });
    }
  }
  for (const { name: entry, code, p1, cpus: counts, verifier } of badsOf(text)) {
    test(`${name}: ${entry} ends in bug check 0x${code.toString(16)}`, () => {
      for (const cpus of counts) {
        const r = runDriver(text, { cpus, entry, name, maxTime: 2_000_000_000, ...verifierSettings(verifier) });
        assert.equal(r.run.reason, 'bugcheck', say(r));
        assert.equal(r.bugCheck!.code, code, say(r));
        assert.ok(r.bugCheck!.explanation.length > 0);
        assertStop(r.output, r.bugCheck, say(r));
        assert.deepEqual(missing(mustReach(text, entry), r.output), [], 'facts not reached');
        if (p1 !== undefined) assert.equal(r.bugCheck!.parameters[0] & 0xffffffffn, BigInt(p1), say(r));
      }
    });
  }
}
