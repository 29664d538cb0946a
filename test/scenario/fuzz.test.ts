// Half-typed and damaged input: whatever stands in the scenario or in the driver, building answers with diagnostics that have places, and what builds without
// errors runs or ends in a report. Mutations are seeded, so that a failure can be repeated: the message names round and seed.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seedState, xorshift32 } from '../../src/base/prng.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { tellStory } from '../../src/scenario/story.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { repositoryPath, textFiles } from './product.js';

const folder = repositoryPath('examples/procwatch/');
const scenario = `stub ZwRollbackTransaction returns STATUS_SUCCESS;
stub IoWMIOpenBlock returns (NTSTATUS)0xC0000001L { *DataBlockObject = NULL };
models "models.c" replaces RtlRandomEx;
${readFileSync(`${folder}procwatch.scenario`, 'utf8')}`;
const sources: Readonly<Record<string, string>> = {
  ...Object.fromEntries(readdirSync(`${folder}driver`).map((n) => [`driver/${n}`, readFileSync(`${folder}driver/${n}`, 'utf8')])),
  'models.c': '#include <ntifs.h>\nULONG RtlRandomEx(PULONG Seed) { return ++*Seed; }\n',
};

type Dice = (limit: number) => number;
function dice(seed: number): Dice {
  let state = seedState(seed);
  return (limit) => {
    state = xorshift32(state);
    return (state >>> 0) % limit;
  };
}

const ODD = [
  '{',
  '}',
  '(',
  ')',
  ';',
  '"',
  "'",
  '/*',
  '*/',
  '//',
  '\\',
  '\n',
  '#',
  '#define',
  '#if 1',
  '#endif',
  '0',
  '-1',
  '0xFFFFFFFFFFFFFFFF',
  'NULL',
  '&',
  '*',
  '->',
  '.',
  ',',
  '=',
  '==',
  '?',
  ':',
  '[',
  ']',
  'return',
  'if',
  'while (1)',
  'for (;;)',
  'goto x;',
  '__try',
  '__except',
  'struct',
  'typedef',
  'static',
  'sizeof',
  'thread',
  'machine',
  'driver',
  'expect',
  'always',
  'stub',
  'returns',
  'models',
  'replaces',
  'cpus 64',
  'at 1s',
  '\u0000',
  '\u00e9',
  '\ud83d',
  '\ufeff',
  '@',
  '$',
  '`',
];

/** One to four small damages: characters cut, words put in, pieces doubled, moved or cut off, words exchanged. */
function mutate(text: string, random: Dice): string {
  let t = text;
  for (let n = 1 + random(4); n > 0; n--) {
    const at = random(t.length + 1);
    const length = random(8) === 0 ? random(400) : random(12);
    switch (random(7)) {
      case 0:
        t = t.slice(0, at) + t.slice(at + length);
        break;
      case 1:
        t = `${t.slice(0, at)} ${ODD[random(ODD.length)]} ${t.slice(at)}`;
        break;
      case 2:
        t = t.slice(0, at) + t.slice(at, at + length) + t.slice(at);
        break;
      case 3: {
        const to = random(t.length + 1);
        t = t.slice(0, to) + t.slice(at, at + length) + t.slice(to);
        break;
      }
      case 4:
        t = random(6) === 0 ? t.slice(0, at) : t;
        break;
      case 5: {
        const words = [...t.matchAll(/\w+/g)];
        if (words.length < 2) break;
        const a = words[random(words.length)];
        const b = words[random(words.length)];
        t = t.slice(0, a.index) + b[0] + t.slice(a.index + a[0].length);
        break;
      }
      default:
        t = t.slice(0, at) + ODD[random(ODD.length)] + t.slice(at + 1);
    }
  }
  return t;
}

interface Outcome {
  built: number;
  ran: number;
}

function attempt(
  text: string,
  files: Readonly<Record<string, string>>,
  steps: number,
  outcome: Outcome,
  reuse: { last?: Simulation },
): void {
  const build = buildScenario('s/test.scenario', { files: textFiles(text, files), headers: wdkHeaders });
  for (const d of build.diagnostics) {
    assert.ok(d.message.length > 0 && d.code.length > 0);
    if (d.range)
      assert.ok(
        d.range.start >= 0 && d.range.start <= d.range.end && d.range.end <= d.range.file.text.length + 1,
        `${d.code} has a wrong range`,
      );
  }
  if (build.diagnostics.some((d) => d.severity === 'error')) return;
  outcome.built++;
  const s = new Simulation(build, { debug: false, ...(reuse.last ? { reuse: reuse.last } : {}) });
  reuse.last = s;
  if (s.diagnostics.some((d) => d.severity === 'error')) return;
  for (let i = 0; i < 10 && s.advance(steps / 10, false).kind !== 'ended'; i++);
  assert.ok(tellStory(s.report()).length > 0);
  outcome.ran++;
}

function rounds(count: number, what: 'scenario' | 'driver'): Outcome {
  const outcome: Outcome = { built: 0, ran: 0 };
  const reuse: { last?: Simulation } = {};
  for (let round = 1; round <= count; round++) {
    const random = dice(1000 * round + what.length);
    const names = Object.keys(sources);
    const name = names[random(names.length)];
    const text = what === 'scenario' ? mutate(scenario, random) : scenario;
    const files = what === 'scenario' ? sources : { ...sources, [name]: mutate(sources[name], random) };
    try {
      attempt(text, files, 60_000, outcome, reuse);
    } catch (e) {
      throw new Error(
        `${what}, round ${round} (${name}): ${e instanceof Error ? e.stack : e}\n--- text\n${what === 'scenario' ? text : files[name]}`,
      );
    }
  }
  return outcome;
}

test('damaged scenarios never throw or hang', () => {
  const o = rounds(120, 'scenario');
  assert.ok(o.ran > 5, `${o.ran} of them ran`);
});

test('damaged drivers never throw or hang', () => {
  const o = rounds(120, 'driver');
  assert.ok(o.ran > 5, `${o.ran} of them ran`);
});

test('nothing, rubbish and bytes are refused with a sentence', () => {
  for (const text of [
    '',
    '\0',
    '{',
    '}',
    '"',
    'driver',
    'driver "x" { sources "*.c"',
    'process "a" { thread t {',
    'expect { always',
    '\ufeff',
    ';;;;',
    'machine { cpus 99999999999999999999 }',
  ]) {
    const build = buildScenario('s/test.scenario', { files: textFiles(text), headers: wdkHeaders });
    assert.ok(build.diagnostics.length > 0, JSON.stringify(text));
  }
});
