// Schedule files: written and read back, damaged ones refused with a place, changed sources named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { explore } from '../../src/explore/explore.js';
import { outcomeOf } from '../../src/explore/outcome.js';
import { changedSources, ReplayChooser } from '../../src/explore/replay.js';
import { formatSchedule, parseSchedule, type Schedule } from '../../src/explore/schedule.js';
import { sourceHashes } from '../../src/explore/sources.js';
import { ALONE } from '../../src/kernel/ke/choice.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildText, finish } from '../scenario/product.js';
import { lostUpdate, threadsDriver } from './programs.js';

const schedules = fc
  .record({
    scenario: fc.constantFrom('a.scenario', '../x y/b.scenario', 'ü.scenario'),
    cpus: fc.integer({ min: 1, max: 64 }),
    seed: fc.integer({ min: 0, max: 0xffffffff }),
    sources: fc.array(
      fc.record({ path: fc.constantFrom('driver/a.c', 'b c.h'), hash: fc.constantFrom('0123456789abcdef', 'ffffffffffffffff') }),
    ),
    trace: fc.constantFrom('0123456789abcdef'),
    failure: fc.constantFrom('', 'finally g_Count == 10: it is false', 'bug check'),
  })
  .chain((s) =>
    fc
      .array(
        fc.tuple(fc.integer({ min: 0, max: s.cpus - 1 }), fc.oneof(fc.constant(ALONE), fc.integer({ min: 0, max: 3 }), fc.nat(100_000))),
      )
      .map((slices): Schedule => ({ ...s, slices: slices.flat() })),
  );

const sorted = (s: object): [string, unknown][] =>
  Object.entries(s)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => [k, k === 'sources' ? (v as Schedule['sources']).map((x) => `${x.hash} ${x.path}`) : v]);

test('what is written is read back', () => {
  fc.assert(
    fc.property(schedules, (s) => {
      // records of fast-check may be without a prototype
      assert.equal(JSON.stringify(sorted(parseSchedule(formatSchedule(s)))), JSON.stringify(sorted(s)));
    }),
  );
});

test('CRLF, comments and blank lines do not matter', () => {
  const s = outcomeOf(lostUpdate(1), explore(lostUpdate(1)), 'test.scenario').failure!.schedule;
  const other = `\uFEFF${s.replace('\norder', '\n# a comment\n\norder').replace(/\n/g, '\r\n')}`;
  assert.deepEqual(parseSchedule(other), parseSchedule(s));
});

test('damaged files are refused with a line, never a throw', () => {
  const good = outcomeOf(lostUpdate(2), explore(lostUpdate(2)), 'test.scenario').failure!.schedule;
  fc.assert(
    fc.property(fc.nat(good.length), fc.nat(20), fc.string({ maxLength: 6 }), (at, cut, text) => {
      const r = parseSchedule(good.slice(0, at) + text + good.slice(at + cut));
      if ('message' in r) {
        assert.ok(r.line >= 1 && r.line <= good.split('\n').length + 10);
        assert.notEqual(r.message, '');
      } else assert.ok(r.slices.length % 2 === 0);
    }),
  );
  const error = (text: string): string => {
    const r = parseSchedule(text);
    assert.ok('message' in r, text);
    return `${r.line}: ${r.message}`;
  };
  assert.match(error(''), /^1: this is no schedule/);
  assert.match(error('interlock schedule 99\n'), /^1: a schedule of version 99/);
  assert.match(error(good.replace('cpus 3\n', '')), /'cpus \.\.\.' is missing/);
  assert.match(error(good.replace('cpus 3', 'cpus 65')), /1 to 64/);
  assert.match(error(good.replace('\nend\n', '\n')), /cut off/);
  assert.match(error(good.replace(/order\n {2}/, 'order\n  9:1 ')), /'9:1' is no slice/);
  assert.match(error(good.replace('order', 'disorder now')), /'disorder now' is not understood/);
});

const scenario = 'machine { cpus 3; seed 1 }\ndriver "d" { sources "d.c"; }\nexpect { finally g_Count == 2; }\n';
const driver = threadsDriver('#include "inc.h"\nLONG g_Count;', ['g_Count++;', 'g_Count++;']);

test('changed sources are named: edited, added, removed', () => {
  const build = buildText(scenario, { 'd.c': driver, 'inc.h': '#define X 1\n' });
  const found = parseSchedule(outcomeOf(build, explore(build), 'test.scenario').failure!.schedule) as Schedule;
  assert.deepEqual(
    found.sources.map((s) => s.path),
    ['d.c', 'inc.h', 'test.scenario'],
  );
  assert.deepEqual(changedSources(found, build), []);
  const crlf = buildText(scenario.replace(/\n/g, '\r\n'), { 'd.c': driver.replace(/\n/g, '\r\n'), 'inc.h': '#define X 1\r\n' });
  assert.deepEqual(changedSources(found, crlf), []);
  assert.deepEqual(changedSources(found, buildText(scenario, { 'd.c': `${driver}\n`, 'inc.h': '#define X 2\n' })), [
    'd.c has changed',
    'inc.h has changed',
  ]);
  const other = buildText(scenario, { 'd.c': driver.replace('inc.h', 'other.h'), 'other.h': '' });
  assert.deepEqual(changedSources(found, other), ['d.c has changed', 'inc.h is not part of the scenario any more', 'other.h is new']);
  assert.equal(sourceHashes(build).length, 3);
});

test('an order that does not fit says where, and the run still ends', () => {
  const build = lostUpdate(2);
  const { log } = explore(build).failure!;
  for (const slices of [[...log.slice(0, 20).map((x, i) => (i === 16 ? 2 : x))], log.slice(0, 10), [], [2, 5, 2, 5]]) {
    const chooser = new ReplayChooser(slices);
    let told = '';
    chooser.onMismatch = (text) => (told = text);
    const s = finish(new Simulation(build, { debug: false, chooser }));
    assert.ok(s.end);
    if (chooser.mismatch !== undefined) assert.match(told, /slice \d+ of the order lets CPU \d go on, but only CPU/);
  }
  assert.ok(new ReplayChooser([2, 5]).mismatch === undefined);
});
