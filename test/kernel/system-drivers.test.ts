// Every checking driver of test/drivers/system in a whole system: its bodies act on it, then it is unloaded. `// expect bugcheck 0xCE`, `// expect leak TEXT`,
// `// expect end deadlock` and `// no integrity-check` in the file say what is different from an ordinary pass. `#if 0 // processes` holds process blocks of the scenario, `// boot-start` makes it a core driver.
// Facts (FACT of check.h) must all be reached, in the driver and in the bodies. INTERLOCK_SEEDS=20 runs as many seeds.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertStop, missing, mustReach } from './facts.js';
import { assertPasses, leaks, runSystem } from './system.js';

const SEEDS = Number(process.env.INTERLOCK_SEEDS ?? 2);
const folder = new URL('../drivers/system/', import.meta.url);
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1].trim());

for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith('.c')) continue;
  const driver = readFileSync(new URL(name, folder), 'utf8');
  const threads = /#if 0 \/\/ threads\r?\n([\s\S]*?)\r?\n#endif/.exec(driver)?.[1];
  const threadsLine = threads === undefined ? undefined : driver.slice(0, driver.indexOf('#if 0 // threads')).split('\n').length + 1;
  const block = (word: string): { text: string; line: number } | undefined => {
    const found = new RegExp(`#if 0 // ${word}\\r?\\n([\\s\\S]*?)\\r?\\n#endif`).exec(driver);
    return found ? { text: found[1], line: driver.slice(0, found.index).split('\n').length + 1 } : undefined;
  };
  const processes = block('processes');
  const bugcheck = all(driver, /^\/\/ expect bugcheck (0x[0-9A-Fa-f]+)/gm)[0];
  const wantedLeaks = all(driver, /^\/\/ expect leak (.+)$/gm);
  const end = all(driver, /^\/\/ expect end (\w+)/gm)[0] ?? (bugcheck ? 'bugcheck' : 'done');
  for (const cpus of [1, 2, 4]) {
    test(`${name} on ${cpus} CPUs`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const r = runSystem({
          driver,
          threads,
          threadsLine,
          processes: processes?.text,
          processesLine: processes?.line,
          bootStart: /^\/\/ boot-start/m.test(driver),
          cpus,
          seed,
          integrityCheck: !/^\/\/ no integrity-check/m.test(driver),
        });
        assert.deepEqual(
          r.output.filter((t) => t.startsWith('FAIL')),
          [],
          `seed ${seed}`,
        );
        assertStop(r.output, r.bugCheck);
        assert.deepEqual(missing(mustReach(driver), r.output), [], `seed ${seed}: facts not reached`);
        if (bugcheck) assert.equal(r.bugCheck?.code, Number(bugcheck), `seed ${seed}: ${r.bugCheck?.explanation}`);
        else if (end === 'done') assertPasses(r, { leaks: true });
        assert.equal(r.end, end, `seed ${seed}: ${r.bugCheck?.explanation}`);
        const found = leaks(r);
        for (const text of wantedLeaks)
          assert.ok(
            found.some((l) => l.includes(text)),
            `leak "${text}" in ${JSON.stringify(found)}`,
          );
        if (!bugcheck) assert.equal(found.length, wantedLeaks.length, found.join('\n'));
      }
    });
  }
}
