// Every checking driver of test/drivers/system in a whole system: its bodies act on it, then it is unloaded. `// expect bugcheck 0xCE`, `// expect leak TEXT`,
// `// expect end deadlock` and `// no integrity-check` in the file say what is different from an ordinary pass. `#if 0 // processes` holds process blocks of the scenario,
// `// boot-start` makes it a core driver.
// Lines `// variant MACHINE SETTINGS` run it once for each of them, with VARIANT = 0, 1 ... defined: both values of a choice, or one wrong use after the other.
// Such a run is a bug check when it said EXPECT_STOP, or ends as `// expect end` says; `// expect leak of VARIANT TEXT` is its leak; its facts are reached in one of the variants.
// (One seed for each, unless INTERLOCK_SEEDS says otherwise: many variants are many runs.)
// Facts (FACT of check.h) must all be reached, in the driver and in the bodies. INTERLOCK_SEEDS=20 runs as many seeds.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertStop, bugCheckOf, casesOf, factsOf, factsOfCase, missing, mustReach, withoutCases } from './facts.js';
import { assertPasses, leaks, runSystem, type SystemResult } from './system.js';

const SEEDS = Number(process.env.INTERLOCK_SEEDS ?? 2);
const folder = new URL('../drivers/system/', import.meta.url);
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1].trim());

for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith('.c')) continue;
  const driver = readFileSync(new URL(name, folder), 'utf8');
  const block = (word: string): { text: string; line: number } | undefined => {
    const found = new RegExp(`#if 0 // ${word}\\r?\\n([\\s\\S]*?)\\r?\\n#endif`).exec(driver);
    return found ? { text: found[1], line: driver.slice(0, found.index).split('\n').length + 1 } : undefined;
  };
  const threads = block('threads');
  const processes = block('processes');
  const bugcheck = bugCheckOf(driver);
  const wantedLeaks = all(driver, /^\/\/ expect leak (?!of \d)(.+)$/gm);
  const end = all(driver, /^\/\/ expect end (\w+)/gm)[0] ?? (bugcheck === undefined ? 'done' : 'bugcheck');
  const variants = all(driver, /^\/\/ variant\b(.*)$/gm);
  const given = {
    threads: threads?.text,
    threadsLine: threads?.line,
    processes: processes?.text,
    processesLine: processes?.line,
    bootStart: /^\/\/ boot-start/m.test(driver),
    integrityCheck: !/^\/\/ no integrity-check/m.test(driver),
  };
  for (const cpus of [1, 2, 4]) {
    test(`${name} on ${cpus} CPUs`, () => {
      assert.deepEqual(
        factsOf(driver).filter((f) => f.may),
        [],
        'in a whole system every fact is reached in every run',
      );
      for (let seed = 1; seed <= (variants.length > 0 && !process.env.INTERLOCK_SEEDS ? 1 : SEEDS); seed++) {
        if (variants.length > 0) {
          const output = variants.flatMap((machine, variant) => {
            const r = runSystem({ ...given, driver, cpus, seed, machine, variant });
            check(r, `seed ${seed}, variant ${variant}`, {
              end: r.output.some((t) => t.startsWith('STOP ')) ? 'bugcheck' : end === 'bugcheck' ? 'done' : end,
              leaks: all(driver, new RegExp(`^// expect leak of ${variant} (.+)$`, 'gm')),
            });
            return r.output;
          });
          assert.deepEqual(missing(mustReach(withoutCases(driver)), output), [], `seed ${seed}: facts not reached`);
          continue;
        }
        const r = runSystem({ ...given, driver, cpus, seed });
        check(r, `seed ${seed}`, { end, leaks: wantedLeaks });
        assert.deepEqual(missing(mustReach(withoutCases(driver)), r.output), [], `seed ${seed}: facts not reached`);
        if (bugcheck !== undefined) assert.equal(r.bugCheck?.code, bugcheck, `seed ${seed}: ${r.bugCheck?.explanation}`);
      }
    });
  }
  for (const { name: which, code, verifier } of casesOf(driver)) {
    test(`${name}: ${which} ends in bug check 0x${code.toString(16)}`, () => {
      for (const cpus of [1, 2]) {
        // the first line is a comment: the other lines keep their numbers
        const text = driver.replace(/^[^\n]*/, `#define CASE_${which}`);
        const r = runSystem({ ...given, driver: text, cpus, ...(verifier ? { machine: `verifier ${verifier};` } : {}) });
        assert.equal(
          r.bugCheck?.code,
          code,
          `${r.end} ${r.bugCheck?.explanation ?? ''}\n${r.output.filter((t) => !t.startsWith('FACT')).join('\n')}`,
        );
        assert.ok(
          r.output.some((t) => t.startsWith('STOP ')),
          'no EXPECT_STOP was reached',
        );
        assert.deepEqual(missing(factsOfCase(driver, which), r.output), [], 'facts not reached');
        assertStop(r.output, r.bugCheck);
      }
    });
  }
}

/** No check failed, the run ended as it should, and left behind what it should. */
function check(r: SystemResult, say: string, want: { readonly end: string; readonly leaks: readonly string[] }): void {
  assert.deepEqual(
    r.output.filter((t) => t.startsWith('FAIL')),
    [],
    say,
  );
  assertStop(r.output, r.bugCheck, say);
  if (want.end === 'done') assertPasses(r, { leaks: true });
  assert.equal(r.end, want.end, `${say}: ${r.bugCheck?.explanation}`);
  const found = leaks(r);
  for (const text of want.leaks)
    assert.ok(
      found.some((l) => l.includes(text)),
      `${say}: leak "${text}" in ${JSON.stringify(found)}`,
    );
  if (want.end !== 'bugcheck') assert.equal(found.length, want.leaks.length, `${say}: ${found.join('\n')}`);
}
