// Bad input in the terminal: exit code 2 and a line `file:line:column: error: cause` when nothing can be run, exit code 1 and the cause when the run fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interlock } from './run-cli.js';

const bad = (name: string): string => `test/fixtures/bad/${name}.scenario`;

/** What is said, and with which exit code. */
const cases: Record<string, { readonly args: readonly string[]; readonly code: number; readonly says: readonly RegExp[] }> = {
  'a missing file': {
    args: ['run', 'nowhere.scenario'],
    code: 2,
    says: [/error: scenario nowhere\.scenario was not found/, /nothing was run/],
  },
  'a missing source': {
    args: ['run', bad('missing-source')],
    code: 2,
    says: [/^missing-source\.scenario:4:11: error: source file nowhere\.c was not found \(looked for .*nowhere\.c\)/m],
  },
  'a scenario syntax error': {
    args: ['run', bad('scenario-syntax')],
    code: 2,
    says: [/^scenario-syntax\.scenario:1:19: error: unknown machine setting 'sed' \(did you mean 'seed'\?\)/m, /3 errors; nothing was run/],
  },
  'a C syntax error': { args: ['run', bad('c-syntax')], code: 2, says: [/^c-syntax\.c:9:15: error: expected ';'/m] },
  'an undeclared function': {
    args: ['run', bad('undeclared')],
    code: 2,
    says: [/^undeclared\.c:9:5: error: .*'KeSetEvnt'.*\(did you mean 'KeSetEvent'\?\)/m],
  },
  'no DriverEntry': {
    args: ['run', bad('no-entry')],
    code: 2,
    says: [/^no-entry\.scenario:3:1: error: driver "no-entry" has no DriverEntry \(its sources must define/m],
  },
  'a function defined twice': {
    args: ['run', bad('duplicate')],
    code: 2,
    says: [/^duplicate-b\.c:4:6: error: function 'Twice' is defined twice/m, /^ {2}duplicate-a\.c:4:6: the first definition is here/m],
  },
  'a variable defined nowhere': {
    args: ['run', bad('undefined')],
    code: 2,
    says: [/^undefined\.c:10:5: error: variable 'g_Nowhere' is used but defined nowhere/m],
  },
  'a DDI that is not simulated': {
    args: ['run', bad('not-simulated')],
    code: 2,
    says: [
      /^not-simulated\.c:9:5: warning: 'IoReportTargetDeviceChange' is declared but not simulated yet/m,
      /finding not-simulated: IoReportTargetDeviceChange .* at not-simulated\.c:9:5/,
      /^NOT SIMULATED/m,
    ],
  },
  'an endless loop': {
    args: ['run', bad('endless-loop')],
    code: 1,
    says: [/stopped after 0\.1 s of virtual time in Misbehave \(endless-loop\.c:1[0-2]:\d+\); raise time-limit/, /^LIMIT/m],
  },
  'a NULL pointer': {
    args: ['run', bad('null-pointer')],
    code: 1,
    says: [/\*\*\* STOP: 0x0000007E/, /null-pointer\.c:11:5/, /write at NULL pointer/],
  },
  'a freed pointer': {
    args: ['run', bad('use-after-free')],
    code: 1,
    says: [/0x000000D5/, /use after free of the 4-byte block .* freed by Misbehave \(use-after-free\.c:19\)/],
  },
  'a stack overflow': {
    args: ['run', bad('stack-overflow')],
    code: 1,
    says: [
      /0x0000007F/,
      /kernel stack overflow/,
      /stack-overflow!Deeper \(stack-overflow\.c:11\)\n +\.\.\. \d+ more of the same\n +stack-overflow!Misbehave/,
    ],
  },
  'no command': { args: [], code: 2, says: [/no command given/, /interlock run FILE\.scenario/] },
  'an unknown command': { args: ['rnu'], code: 2, says: [/unknown command 'rnu'/] },
  'an unknown option': { args: ['run', bad('no-entry'), '--cpu', '2'], code: 2, says: [/unknown option '--cpu'; did you mean '--cpus'\?/] },
  'a number that is none': { args: ['run', bad('no-entry'), '--cpus', 'many'], code: 2, says: [/--cpus wants a whole number, not 'many'/] },
  'too many CPUs': {
    args: ['run', 'examples/procwatch/procwatch.scenario', '--cpus', '65'],
    code: 2,
    says: [/--cpus must be between 1 and 64, not 65/],
  },
  'no CPU': {
    args: ['run', 'examples/procwatch/procwatch.scenario', '--cpus', '0'],
    code: 2,
    says: [/--cpus must be between 1 and 64, not 0/],
  },
  'a folder': { args: ['run', 'examples'], code: 2, says: [/scenario examples was not found/] },
};

for (const [what, { args, code, says }] of Object.entries(cases)) {
  test(what, () => {
    const r = interlock(...args);
    for (const text of says) assert.match(r.stdout + r.stderr, text);
    assert.equal(r.code, code);
    assert.doesNotMatch(r.stderr, /interlock failed|^\s+at /m);
  });
}

test('--json says in JSON that the input is bad', () => {
  const r = interlock('run', bad('no-entry'), '--json');
  assert.equal(r.code, 2);
  const report = JSON.parse(r.stdout);
  assert.equal(report.verdict, 'bad-input');
  assert.match(report.errors[0].message, /driver "no-entry" has no DriverEntry/);
  assert.deepEqual(report.errors[0].place, { file: 'no-entry.scenario', line: 3, column: 1 });
});
