// docs/scenario.md is true: its examples parse, and it names every word that the language has.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { SourceFile } from '../../src/base/source.js';
import { DEFAULT_MACHINE } from '../../src/scenario/ast.js';
import { parseScenario } from '../../src/scenario/parser.js';
import { repositoryPath } from './product.js';

const page = readFileSync(repositoryPath('docs/scenario.md'), 'utf8');
const examples = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter((m) => m[1] === 'scenario').map((m) => m[2]);
const parse = (text: string) => parseScenario(new SourceFile('example.scenario', text));

test('every example of the page parses', () => {
  assert.ok(examples.length >= 3);
  for (const e of examples) assert.deepEqual(parse(e).diagnostics.map(formatDiagnostic), [], e);
});

test('the page names every word of the language', () => {
  // The parser itself tells which words it knows where.
  const known = (text: string): string[] => {
    const hint = parse(text).diagnostics[0]?.hint ?? '';
    assert.match(hint, /^known(?: here)?: /, `${text}: ${hint}`);
    return hint.replace(/^known(?: here)?: /, '').split(', ');
  };
  const words = [
    ...known('qqqqqqqq { }'),
    ...known('machine { qqqqqqqq 1 }'),
    ...known('driver "d" { qqqqqqqq 1 }'),
    ...known('process "p" qqqqqqqq { }'),
    ...known('process "p" { qqqqqqqq { } }'),
    ...known('process "p" { thread t qqqqqqqq { } }'),
    ...known('process "p" { thread t priority qqqqqqqq { } }'),
    ...known('driver "d" { sources "x"; registry "k" { "v" = qqqqqqqq 1 } }'),
    ...known('expect { qqqqqqqq }'),
    ...known('expect { no qqqqqqqq }'),
  ];
  assert.ok(words.length > 35, words.join(' '));
  for (const w of words)
    assert.ok(new RegExp(`(?<![\\w-])${w.replace(/[".]/g, '.')}(?![\\w-])`).test(page), `the page does not name '${w}'`);
});

test('the defaults of the machine block are those of the page', () => {
  const row = (name: string): string => new RegExp(`\`${name} \\S+\` \\| (.*?) \\|`).exec(page)![1].replace(/[`"]/g, '');
  assert.equal(row('cpus'), String(DEFAULT_MACHINE.cpus));
  assert.equal(row('seed'), String(DEFAULT_MACHINE.seed));
  assert.equal(row('windows'), DEFAULT_MACHINE.windows);
  assert.equal(row('step'), `${DEFAULT_MACHINE.stepNs}ns`);
  assert.equal(row('time-limit'), `${DEFAULT_MACHINE.timeLimitNs / 1e9}s`);
  assert.equal(row('step-limit'), String(DEFAULT_MACHINE.stepLimit));
  const whole = parse(examples[0]).scenario.machine;
  assert.deepEqual({ ...whole, seed: 1 }, DEFAULT_MACHINE);
});
