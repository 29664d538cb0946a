// The race detector on drivers that use each kind of synchronisation rightly and wrongly (test/drivers/race), on 1, 2 and 4 CPUs: a race for each wrong use,
// none for the right one; what a finding says; and that looking changes nothing.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { ReportedFinding } from '../../../src/scenario/report.js';
import { Simulation } from '../../../src/scenario/simulation.js';
import { buildText, finish, repositoryPath, run, traceText } from '../../scenario/product.js';

const FOLDER = repositoryPath('test/drivers/race');
const FILES = Object.fromEntries(readdirSync(FOLDER).map((f) => [f, readFileSync(`${FOLDER}/${f}`, 'utf8')]));

const buildOf = (file: string, bad: number, cpus: number, expect = 'no race; no bugcheck;') =>
  buildText(`machine { cpus ${cpus} }\ndriver "d" { sources "${file}.c"; define BAD=${bad}; }\nexpect { ${expect} }`, FILES);

let last: Simulation | undefined;
after(() => {
  last = undefined;
});

function races(file: string, bad: number, cpus: number): ReportedFinding[] {
  last = run(buildOf(file, bad, cpus), last ? { reuse: last } : {});
  const report = last.report();
  const found = report.findings.filter((f) => f.id === 'data-race' && f.severity === 'warning');
  assert.equal(last.end?.kind, 'done', `${file} BAD=${bad} on ${cpus} CPUs comes to its end`);
  assert.equal(report.verdict, found.length ? 'failed' : 'held', `${file} BAD=${bad} on ${cpus} CPUs`);
  return found;
}

/** Numbers of CPUs on which a wrong use is none (or cannot be seen): one CPU at DISPATCH_LEVEL excludes all others of its kind. */
const SPARED: Readonly<Record<string, readonly number[]>> = {
  'spin-lock 2': [1],
  'queued-spin-lock 2': [1],
  'ex-spin-lock 2': [1],
  'interlocked-lock 2': [1],
  'raised-irql 2': [1],
  'shared-lock 3': [1],
  // the DPC may run on the CPU of the thread, where raised IRQL excludes it
  'dpc 2': [1, 4],
};

for (const file of Object.keys(FILES).filter((f) => f.endsWith('.c'))) {
  const name = file.slice(0, -2);
  const text = FILES[file] + (FILES[file].includes('locks.h') ? 'BAD 3' : '');
  const kinds = Math.max(...[...text.matchAll(/BAD (?:== )?(\d)/g)].map((m) => Number(m[1])));
  test(`${name}: none when used rightly, one for each of ${kinds} wrong uses`, () => {
    for (const cpus of [1, 2, 4]) {
      const enough = name !== 'raised-irql' || cpus === 1;
      assert.equal(races(name, 0, cpus).length > 0, !enough, `right use on ${cpus} CPUs`);
      for (let bad = 1; bad <= kinds; bad++) {
        if (SPARED[`${name} ${bad}`]?.includes(cpus)) continue;
        assert.ok(races(name, bad, cpus).length > 0, `BAD=${bad} on ${cpus} CPUs`);
      }
    }
  });
}

test('a finding names the variable, both threads, both places and the locks', () => {
  const [oneSided] = races('fast-mutex', 3, 2).filter((f) => /holding/.test(f.message));
  assert.match(
    oneSided.message,
    /^d!g_Shared is (read|written) by [\d.]+ System!\S+ \((no lock held|holding d!g_Locks\[0\])\) and (read|written) by [\d.]+ System!\S+ at locks\.h:\d+:\d+ \(Work\) \((no lock held|holding d!g_Locks\[0\])\), and nothing orders the two$/,
  );
  assert.equal(oneSided.place?.file, 'locks.h');
  assert.match(
    oneSided.path?.join(' | ') ?? '',
    /^Work \(locks\.h:\d+:\d+\) \| ThreadMain \(race\.h:\d+:\d+\) \| nt!PspSystemThreadStartup$/,
  );
  assert.match(races('bytes', 1, 2)[0].message, /^d!g_Bytes\.First is /);
  assert.match(races('pool', 1, 2)[0].message, /^offset 0x4 of the 16-byte block 'Blck' at 0x\w+ allocated by Setup /);
  assert.ok(
    races('dpc', 1, 2).some((f) => /by a DPC or interrupt on CPU \d/.test(f.message)),
    'a DPC is named',
  );
});

test('each pair of places is told once', () => {
  const all = races('spin-lock', 1, 2).map((f) => f.message);
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.length <= 3, all.join('\n')); // read and written, by either side
});

test('searching changes nothing: same steps and same events beside the findings, in both variants and in pieces of any size', () => {
  for (const [file, bad] of [
    ['dpc', 1],
    ['semaphore', 0],
    ['publish', 2],
  ] as const) {
    const plain = run(buildOf(file, bad, 2, 'no bugcheck;'));
    const searched = run(buildOf(file, bad, 2));
    assert.equal(searched.stepsRun, plain.stepsRun);
    const without = (s: Simulation) =>
      traceText(s)
        .filter((l) => !l.includes('verifier.finding'))
        .map((l) => l.replace(/"(index|sequence|position)":("[^"]*"|\d+),?/g, ''));
    assert.deepEqual(without(searched), without(plain));
    const debug = run(buildOf(file, bad, 2), { debug: true }, () => 37);
    assert.deepEqual(traceText(debug), traceText(searched));
  }
});

test('going back and running again finds the same: the detector is part of the checkpoint', () => {
  const s = new Simulation(buildOf('spin-lock', 1, 2), { debug: false });
  s.advance(900, false);
  const c = s.checkpoint();
  finish(s);
  const whole = traceText(s);
  s.restore(c);
  finish(s, () => 61);
  assert.equal(s.kernel.trace.difference, undefined);
  assert.deepEqual(traceText(s), whole);
  s.restore(c);
  const bytes = s.save();
  const other = new Simulation(s.build, { debug: false, start: 'restore' });
  other.load(bytes);
  finish(other);
  assert.deepEqual(traceText(other), whole.slice(-traceText(other).length));
});
