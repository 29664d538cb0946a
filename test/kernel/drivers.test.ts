// Every checking driver of test/drivers: DriverEntry must return STATUS_SUCCESS on 1, 2 and 4 CPUs under several seeds; every BAD(...) function must end in
// the bug check that it names. Facts (FACT of check.h) must all be reached. INTERLOCK_SEEDS=20 runs as many seeds.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { assertStop, factsOf, missing, mustReach } from './facts.js';
import { driverText, type HarnessResult, runDriver } from './harness.js';
import { verifierBefore } from './verifier-words.js';

const drivers = readdirSync(new URL('../drivers/', import.meta.url))
  .filter((f) => f.endsWith('.c'))
  .sort();
const SEEDS = Number(process.env.INTERLOCK_SEEDS ?? 3);
const BAD = /^BAD([12]?)\((\w+), (0x[0-9A-Fa-f]+|\d+), (-1|0x[0-9A-Fa-f]+|\d+)\)/gm;

function say(r: HarnessResult): string {
  const bug = r.bugCheck ? `${r.bugCheck.code.toString(16)} ${r.bugCheck.explanation} at ${r.bugCheck.where}` : '';
  const stuck = (r.run.waiters ?? []).filter((w) => !w.idle).map((w) => `${w.name} waits for ${w.text}`);
  return [r.run.reason, r.k.notSimulated?.name ?? '', bug, ...stuck, ...r.output].join('\n');
}

for (const name of drivers) {
  const text = driverText(name);
  if (/TEST_ENTRY|DriverEntry/.test(text)) {
    for (const cpus of [1, 2, 4]) {
      test(`${name} on ${cpus} CPUs`, () => {
        const all: string[] = [];
        for (let seed = 1; seed <= SEEDS; seed++) {
          const r = runDriver(text, { cpus, seed, name, ...verifierBefore(text, text.search(/^TEST_ENTRY/m)) });
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
        if (cpus === 4) assert.ok(may.length === 0 || missing(may, all).length < may.length, 'no MAY_FACT was reached');
      });
    }
  }
  for (const match of text.matchAll(BAD)) {
    const [, alone, entry, code, p1] = match;
    test(`${name}: ${entry} ends in bug check ${code}`, () => {
      for (const cpus of { 1: [1], 2: [2] }[alone] ?? [1, 2]) {
        const r = runDriver(text, { cpus, entry, name, maxTime: 2_000_000_000, ...verifierBefore(text, match.index) });
        assert.equal(r.run.reason, 'bugcheck', say(r));
        assert.equal(r.bugCheck!.code, Number(code), say(r));
        assert.ok(r.bugCheck!.explanation.length > 0);
        assertStop(r.output, r.bugCheck, say(r));
        assert.deepEqual(missing(mustReach(text, entry), r.output), [], 'facts not reached');
        if (p1 !== '-1') assert.equal(r.bugCheck!.parameters[0] & 0xffffffffn, BigInt(p1), say(r));
      }
    });
  }
}
