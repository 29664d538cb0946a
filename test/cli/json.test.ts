// The contract of `interlock run`: what --json prints is what docs/json.md says, the exit codes mean what it says, and the story ends with what it does not show.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { BadInputReport, RunReport } from '../../src/scenario/report.js';
import { program, root } from './run-cli.js';

const page = readFileSync(`${root}/docs/json.md`, 'utf8');
const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map((m) => JSON.parse(m[1]));
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const validate = ajv.compile(blocks.find((b) => '$schema' in b));
const accepts = (value: unknown): boolean => validate(value);

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real command line, as its own process. */
function interlock(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...program, ...args], { cwd: root, maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

function valid<T>(out: string): T {
  const value: unknown = JSON.parse(out);
  assert.ok(validate(value), ajv.errorsText(validate.errors, { separator: '\n' }));
  return value as T;
}

test('every JSON example of the page is valid', () => {
  assert.ok(blocks.length >= 2);
  for (const b of blocks.filter((x) => !('$schema' in x))) assert.ok(validate(b), ajv.errorsText(validate.errors));
});

test('the schema refuses what is not a report', async () => {
  const report: Record<string, unknown> = JSON.parse((await interlock('run', 'test/fixtures/scenarios/registry.scenario', '--json')).out);
  assert.ok(accepts(report));
  for (const field of ['verdict', 'bugcheck', 'findings', 'callbacks', 'virtualTime', 'statements', 'traceHash', 'notShown']) {
    const { [field]: _, ...rest } = report;
    assert.equal(accepts(rest), false, `without ${field}`);
  }
  assert.equal(accepts({ ...report, verdict: 'fine' }), false);
  assert.equal(accepts({ ...report, more: 1 }), false);
  assert.equal(accepts({ verdict: 'bad-input', errors: [] }), false);
});

test('a run that holds: exit 0', async () => {
  const r = await interlock('run', 'examples/procwatch/procwatch.scenario', '--json');
  const report = valid<RunReport>(r.out);
  assert.equal(r.code, 0);
  assert.equal(report.verdict, 'held');
  assert.equal(report.bugcheck, null);
  assert.ok(report.expectations.every((e) => e.held));
  assert.ok(report.callbacks.some((c) => c.function === 'ProcWatchProcessNotify' && c.kind === 'process' && c.calls === 6));
  const again = await interlock('run', 'examples/procwatch/procwatch.scenario', '--json');
  assert.equal(again.out, r.out, 'byte for byte');
});

test('--cpus and --seed replace the words of the scenario', async () => {
  const r = await interlock('run', 'examples/procwatch/procwatch.scenario', '--json', '--cpus', '4', '--seed=11');
  const report = valid<RunReport>(r.out);
  assert.deepEqual([report.cpus, report.seed, report.verdict], [4, 11, 'held']);
});

test('a bug check: exit 1, with place, stack and parameters', async () => {
  const r = await interlock('run', 'examples/procwatch-bug/procwatch-bug.scenario', '--json');
  const report = valid<RunReport>(r.out);
  assert.equal(r.code, 1);
  assert.equal(report.verdict, 'bugcheck');
  assert.equal(report.bugcheck?.code, 0x3b);
  assert.deepEqual(report.bugcheck?.place && [report.bugcheck.place.file, report.bugcheck.place.line], ['callbacks.c', 9]);
  assert.match(report.bugcheck!.stack[0], /^procwatch!ProcWatchProcessNotify/);
});

test('an expectation that does not hold, and a limit: exit 1', async () => {
  const failed = await interlock('run', 'test/fixtures/scenarios/conditions.scenario', '--json');
  assert.equal(valid<RunReport>(failed.out).verdict, 'failed');
  assert.equal(failed.code, 1);
  const limit = await interlock('run', 'test/fixtures/scenarios/limits.scenario', '--json');
  assert.equal(valid<RunReport>(limit.out).verdict, 'limit');
  assert.equal(limit.code, 1);
  const expected = await interlock('run', 'test/fixtures/scenarios/bugcheck.scenario', '--json');
  const report = valid<RunReport>(expected.out);
  assert.deepEqual([expected.code, report.verdict, report.bugcheck?.code], [0, 'held', 0xe2], 'an expected bug check is a pass');
});

test('bad input: exit 2, errors with place and hint, nothing else on standard output', async () => {
  const cases: [string, string, RegExp][] = [
    ['test/fixtures/bad/undeclared.scenario', 'c-undeclared', /undeclared|declared/],
    ['test/fixtures/bad/scenario-syntax.scenario', 'scenario-', /./],
    ['test/fixtures/bad/no-entry.scenario', 'driver-no-entry', /DriverEntry/],
    ['test/fixtures/bad/missing-source.scenario', 'scenario-missing-file', /./],
    ['no/such.scenario', 'scenario-missing-file', /no\/such\.scenario/],
  ];
  for (const [path, code, message] of cases) {
    const r = await interlock('run', path, '--json');
    const report = valid<BadInputReport>(r.out);
    assert.equal(r.code, 2, path);
    assert.equal(report.verdict, 'bad-input');
    assert.ok(
      report.errors.some(
        (e) => e.code.startsWith(code) && message.test(e.message) && (path === 'no/such.scenario' || e.place !== undefined),
      ),
      `${path}: ${JSON.stringify(report.errors)}`,
    );
    assert.match(r.err, /nothing was run/);
  }
});

test('wrong calls: exit 2 and the usage; as JSON when that was asked for', async () => {
  for (const [args, message] of [
    [['run'], /a file is missing/],
    [['run', 'a.scenario', '--cpu', '2'], /unknown option '--cpu'; did you mean '--cpus'\?/],
    [['run', 'a.scenario', '--cpus', '65'], /--cpus must be between 1 and 64, not 65/],
    [['run', 'a.scenario', '--seed', 'x'], /--seed wants a whole number/],
    [['rum', 'a.scenario'], /unknown command 'rum'/],
  ] as [string[], RegExp][]) {
    const r = await interlock(...args, '--json');
    assert.equal(r.code, 2, args.join(' '));
    assert.match(r.err, message);
    assert.match(valid<BadInputReport>(r.out).errors[0].message, message);
  }
});

test('the story ends with the verdict and with what the run does not show', async () => {
  const r = await interlock('run', 'examples/procwatch/procwatch.scenario');
  assert.equal(r.code, 0);
  const lines = r.out.trimEnd().split('\n');
  assert.match(lines.at(-2)!, /^HELD: every expectation holds; [\d.]+ ms of virtual time, \d+ steps, \d+ events, trace [0-9a-f]{16}$/);
  assert.match(
    lines.at(-1)!,
    /^not shown by this run: no stubs; unconfirmed choices: .*\/INTEGRITYCHECK.*; no check off; orders tried: 1 of unknown$/,
  );
  for (const line of [/^driver procwatch: loaded, unloaded$/, /^output:$/, /^callbacks:$/, /^ok {3}no bugcheck$/])
    assert.ok(
      lines.some((l) => line.test(l)),
      String(line),
    );

  const bug = await interlock('run', 'examples/procwatch-bug/procwatch-bug.scenario');
  assert.equal(bug.code, 1);
  assert.match(bug.out, /^\*\*\* STOP: 0x0000003B/m);
  assert.match(bug.out, /^not shown by this run: /m);
});
