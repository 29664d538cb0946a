// `interlock compile`: what it prints for each kind of input, its exit code, and its JSON against the schema of docs/json.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { CompileReport } from '../../src/cli/compile.js';
import { interlock, root } from './run-cli.js';

const page = readFileSync(`${root}/docs/json.md`, 'utf8');
const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map((m) => JSON.parse(m[1]));
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(blocks.find((b) => '$schema' in b));

const UNIT = 'test/fixtures/compile/unit';

function json(path: string, ...more: string[]): { code: number | null; report: CompileReport; stderr: string } {
  const r = interlock('compile', path, '--json', ...more);
  const report: unknown = JSON.parse(r.stdout);
  assert.ok(validate(report), JSON.stringify(validate.errors));
  return { code: r.code, report: report as CompileReport, stderr: r.stderr };
}

test('a driver that uses one routine of each kind', () => {
  const r = interlock('compile', UNIT);
  assert.equal(
    r.stdout,
    `driver unit: 1 source, 27 lines
  declared only: a run stops there, unless a scenario has a \`stub\` or \`models\` for it
    IoWMIOpenBlock  1 call  ${UNIT}/unit.c:26:30  wdm.h: Windows Management Instrumentation: not simulated
  declared by the driver and defined nowhere: a scenario must have a \`stub\` or \`models\` for it
    LibraryStart  1 call       ${UNIT}/unit.c:25:5
    ZwSaveKey2    1 reference  ${UNIT}/unit.c:10:44
  simulated
    DbgPrint 3x, InitializeListHead
unit: 1 driver, 1 error, 0 warnings; 5 routines used: 2 simulated, 1 declared only, 2 defined nowhere
`,
  );
  // what is in no library that Windows has is an error of the linker; ZwSaveKey2 could be an export of a kernel that is not known here
  assert.equal(r.code, 1);
  assert.match(r.stderr, /unit\.c:25:5: error: function 'LibraryStart' is used but defined nowhere.*stub LibraryStart/);
  assert.doesNotMatch(r.stderr, /ZwSaveKey2/);
});

test('the same as JSON, by the file and by the folder', () => {
  const folder = json(UNIT);
  assert.equal(folder.code, 1);
  assert.equal(folder.report.verdict, 'errors');
  const [driver] = folder.report.drivers;
  assert.deepEqual(driver.counts, { simulated: 2, stubbed: 0, modelled: 0, imported: 0, declared: 1, external: 2, undeclared: 0 });
  assert.deepEqual(
    driver.ddis.find((d) => d.name === 'IoWMIOpenBlock'),
    {
      name: 'IoWMIOpenBlock',
      status: 'declared',
      calls: 1,
      references: 0,
      header: 'wdm.h',
      missing: 'Windows Management Instrumentation: not simulated',
      place: { file: `${UNIT}/unit.c`, line: 26, column: 30 },
    },
  );
  assert.deepEqual(json(`${UNIT}/unit.c`).report.drivers, folder.report.drivers);
});

test('a scenario: its drivers, with the macro that a routine is reached by', () => {
  const { code, report } = json('examples/procwatch/procwatch.scenario');
  assert.deepEqual([code, report.verdict, report.drivers.length], [0, 'compiles', 1]);
  const completion = report.drivers[0].ddis.find((d) => d.macro === 'IoCompleteRequest');
  assert.deepEqual([completion?.name, completion?.status, completion?.calls], ['IofCompleteRequest', 'simulated', 2]);
});

test('what a scenario answers for: stubbed and modelled', () => {
  const modelled = json('test/fixtures/stubs/modelled.scenario');
  assert.deepEqual([modelled.code, modelled.report.drivers[0].counts.modelled], [0, 1]);
  const r = interlock('compile', 'test/fixtures/stubs/stubbed.scenario');
  assert.equal(
    r.stdout,
    `driver transacted: 1 source, 33 lines
  stubbed by the scenario
    ZwCreateTransaction  1 call  transacted.c:18:14  wdm.h
  simulated
    DbgPrint, PsSetCreateProcessNotifyRoutineEx 2x
stubbed.scenario: 1 driver, 0 errors, 0 warnings; 3 routines used: 2 simulated, 1 stubbed
`,
  );
  assert.equal(r.code, 0);
});

test('a function of a driver that the scenario loads before is imported; loaded after, it is defined nowhere', () => {
  const before = json('test/fixtures/compile/import/import.scenario');
  assert.deepEqual([before.code, before.report.verdict], [0, 'compiles']);
  assert.deepEqual(
    before.report.drivers.map((d) => [d.name, d.ddis.map((x) => [x.name, x.status])]),
    [
      ['library', []],
      ['user', [['LibraryAdd', 'imported']]],
    ],
  );
  const after = json('test/fixtures/compile/import/wrong-order.scenario');
  assert.deepEqual([after.code, after.report.verdict], [1, 'errors']);
  assert.deepEqual(
    after.report.drivers[0].ddis.map((x) => [x.name, x.status]),
    [['LibraryAdd', 'external']],
  );
  // a run judges both alike
  assert.equal(interlock('run', 'test/fixtures/compile/import/import.scenario').code, 0);
  assert.equal(interlock('run', 'test/fixtures/compile/import/wrong-order.scenario').code, 2);
});

test('undeclared routines, wrong C and linking: exit 1', () => {
  const undeclared = json('test/fixtures/bad/undeclared.scenario');
  assert.deepEqual([undeclared.code, undeclared.report.verdict], [1, 'errors']);
  assert.equal(undeclared.report.drivers[0].ddis.find((d) => d.name === 'KeSetEvnt')?.status, 'undeclared');
  assert.match(undeclared.stderr, /undeclared\.c:9:5: error: .*'KeSetEvnt'/);
  for (const [name, code] of [
    ['c-syntax', 'c-'],
    ['duplicate', 'link-duplicate'],
    ['undefined', 'link-undefined-variable'],
  ]) {
    const r = json(`test/fixtures/bad/${name}.scenario`);
    assert.deepEqual([r.code, r.report.verdict], [1, 'errors'], name);
    assert.ok(
      r.report.drivers[0].problems.some((p) => p.severity === 'error' && p.code.startsWith(code)),
      name,
    );
  }
  const entry = json('test/fixtures/bad/no-entry.scenario');
  assert.deepEqual([entry.code, entry.report.verdict, entry.report.errors[0]?.code], [1, 'errors', 'driver-no-entry']);
});

test('what is no driver: exit 2', () => {
  const cases: [string, RegExp][] = [
    ['no/such/folder', /no\/such\/folder was not found/],
    ['docs/rules', /there is no driver at docs/],
    ['test/fixtures/bad/scenario-syntax.scenario', /unknown machine setting 'sed'/],
    ['test/fixtures/bad/missing-source.scenario', /nowhere\.c was not found/],
    ['test/fixtures/compile/cpp', /C\+\+ \(rest\.cpp\)/],
  ];
  for (const [path, message] of cases) {
    const { code, report, stderr } = json(path);
    assert.deepEqual([code, report.verdict], [2, 'bad-input'], path);
    assert.match(stderr, message, path);
  }
});

test('--define and --include, given several times', () => {
  const path = 'test/fixtures/compile/options';
  const without = json(path);
  assert.equal(without.code, 1);
  assert.ok(without.report.drivers[0].problems.some((p) => p.code === 'pp-include-not-found'));
  const given = json(path, '--include', `${path}/one`, '--include', `${path}/two`, '--define', 'LEVEL=7', '--define', 'TRACE');
  assert.deepEqual([given.code, given.report.verdict], [0, 'compiles'], given.stderr);
  assert.deepEqual(
    given.report.drivers[0].ddis.map((d) => d.name),
    ['DbgPrint'],
  );
  for (const [args, message] of [
    [[path, '--define', '7=1'], /--define wants NAME or NAME=VALUE, not '7=1'/],
    [['test/fixtures/bad/undeclared.scenario', '--define', 'A'], /driver blocks of a scenario/],
    [[], /a file is missing/],
    [[path, '--defines', 'A'], /did you mean '--define'/],
  ] as const) {
    const r = interlock('compile', ...args);
    assert.equal(r.code, 2);
    assert.match(r.stderr, message);
  }
});
