// What a scenario file can say, each on a small driver: the run must show it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { buildScenario } from '../../src/scenario/build.js';
import type { RunReport } from '../../src/scenario/report.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { tellStory } from '../../src/scenario/story.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { buildFile, buildText, outputOf, reportOf, run, textFiles, withMachine } from './product.js';

const fixture = (name: string) => buildFile(`test/fixtures/scenarios/${name}.scenario`);
const failed = (r: RunReport): string[] => r.expectations.filter((e) => !e.held).map((e) => `${e.text}: ${e.reason}`);

test('program blocks, StartProcess, exit codes, command lines, start times, calls', () => {
  const report = reportOf(fixture('programs'));
  assert.deepEqual(failed(report), []);
  assert.equal(report.verdict, 'held');
  const lines = outputOf(report);
  assert.ok(lines.indexOf('worker runs') < lines.indexOf('worker ended with 42'));
  const late = report.output.find((o) => o.text === 'late\n');
  assert.ok(late && late.timeNs >= 3e6 && late.source === 'process', `late at ${late?.timeNs}`);
  assert.deepEqual(
    report.callbacks.map((c) => [c.driver, c.function, c.kind, c.calls]),
    [
      ['programs', 'DriverEntry', 'driver-entry', 1],
      ['programs', 'OnProcess', 'process', 8],
      ['programs', 'Unload', 'driver-unload', 1],
    ],
  );
  assert.deepEqual(report.processes.map((p) => p.image.replace(/.*\\/, '')).sort(), [
    'explorer.exe',
    'late.exe',
    'other.exe',
    'worker.exe',
  ]);
});

test('thread priorities, processors and start times', () => {
  for (const seed of [5, 6, 7]) {
    const report = reportOf(withMachine(fixture('threads'), { seed }));
    assert.deepEqual(failed(report), [], `seed ${seed}`);
    const at = (text: string) => report.output.find((o) => o.text.startsWith(text))!;
    assert.ok(at('high 2').timeNs < at('low -2').timeNs, 'the higher priority goes first');
    assert.deepEqual(
      ['high', 'low', 'three\n', 'three again', 'zero'].map((t) => at(t).cpu),
      [2, 2, 3, 3, 0],
    );
    assert.ok(at('late').timeNs >= 20e6);
  }
});

test('registry values reach the driver; keep-loaded drivers stay', () => {
  const report = reportOf(fixture('registry'));
  assert.deepEqual(failed(report), []);
  assert.equal(report.verdict, 'held');
  assert.deepEqual(report.drivers, [{ name: 'registry', status: 'loaded', unloaded: false }]);
});

test('a deadlock is reported with who waits for what', () => {
  const report = reportOf(fixture('deadlock'));
  assert.equal(report.verdict, 'failed');
  assert.deepEqual(failed(report), ['no deadlock: every thread waits']);
  const finding = report.findings.find((f) => f.id === 'deadlock')!;
  assert.match(finding.message, /lock\.exe!first: .*mutex.* owned by \S+ lock\.exe!second/);
  assert.match(finding.message, /lock\.exe!second: .*mutex.* owned by \S+ lock\.exe!first/);
});

test('always names the line that broke it, finally sees what unload left', () => {
  const report = reportOf(fixture('conditions'));
  assert.deepEqual(failed(report), [
    'always g_State.Used <= g_State.Limit: it is false: left side is 4, right side is 3 at conditions.c:11',
    'always g_State.Limit == 3: it is false: left side is 0, right side is 3 at conditions.c:20',
    'finally g_State.Used == 3: it is false: left side is 0, right side is 3',
  ]);
  assert.equal(report.verdict, 'failed');
  assert.match(tellStory(report), /^FAIL always g_State\.Used <= g_State\.Limit: .* at conditions\.c:11$/m);
});

test('always is checked at every change, in runs of any piece size', () => {
  const build = fixture('conditions');
  const wanted = run(build);
  for (const piece of [1, 3, 50]) {
    const s = run(build, {}, () => piece);
    assert.deepEqual(s.report(), wanted.report());
  }
  // watching memory must not change the run
  const without = run({ ...build, scenario: { ...build.scenario, expectations: [] } });
  assert.equal(without.kernel.trace.hash(), wanted.kernel.trace.hash());
});

test('an expected bug check is a pass, another one or none is not', () => {
  const build = fixture('bugcheck');
  const report = reportOf(build);
  assert.equal(report.verdict, 'held');
  assert.equal(report.bugcheck?.code, 0xe2);
  assert.deepEqual(report.bugcheck?.parameters.slice(0, 3), ['0000000000000001', '0000000000000002', '0000000000000003']);
  assert.equal(run(build).exitCode(), 0);

  const other = {
    'bugcheck.c':
      '#include <ntddk.h>\nNTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) { (void)d; (void)r; return STATUS_SUCCESS; }\n',
  };
  const none = reportOf(buildText('driver "bugcheck" { sources "bugcheck.c"; }\nexpect { bugcheck 0xE2; }', other));
  assert.equal(none.verdict, 'failed');
  assert.deepEqual(failed(none), ['bugcheck 0xE2: the run ended without a bug check']);
});

test('limits end a run and say where it was', () => {
  const steps = reportOf(fixture('limits'));
  assert.equal(steps.verdict, 'limit');
  assert.match(steps.findings[0].message, /stopped after 5000 steps in main \(limits\.scenario:3:\d+\); raise time-limit or step-limit/);
  assert.ok(steps.statements >= 5000 && steps.statements < 5400, `${steps.statements} steps`);

  const time = reportOf(withMachine(fixture('limits'), { stepLimit: 1e9, timeLimitNs: 2e6 }));
  assert.equal(time.verdict, 'limit');
  assert.match(time.findings[0].message, /stopped after 0\.002 s of virtual time/);
  assert.ok(time.virtualTime >= 2e6 && time.virtualTime < 3e6, `${time.virtualTime} ns`);
});

test('what expect names and no driver has is an error of the scenario', () => {
  const files = {
    'd.c':
      '#include <ntddk.h>\nLONG g_Count;\nNTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) { (void)d; (void)r; return STATUS_SUCCESS; }\n',
  };
  const problems = (expect: string): string[] => {
    const text = `driver "d" { sources "d.c"; }\nexpect { ${expect} }`;
    const build = buildScenario('s/test.scenario', { files: textFiles(text, files), headers: wdkHeaders });
    return new Simulation(build, { debug: false }).diagnostics.filter((d) => d.severity === 'error').map(formatDiagnostic);
  };
  assert.deepEqual(problems('always g_Count >= 0; finally g_Count == 0; calls DriverEntry == 1;'), []);
  assert.match(problems('always g_Cuont >= 0;')[0], /^test\.scenario:2:17: error: 'g_Cuont >= 0' cannot be evaluated: .*g_Cuont/);
  assert.match(
    problems('calls DriverEntri == 1;')[0],
    /^test\.scenario:2:10: error: no driver defines the function 'DriverEntri' \(did you mean 'DriverEntry'\?\)/,
  );
});

test('the end of a run says what it does not show', () => {
  const report = reportOf(buildText('process "C:\\\\a.exe" { thread t { printf("hi\\n"); } }\nexpect { no race; }'));
  const last = tellStory(report).trimEnd().split('\n').at(-1)!;
  assert.equal(last, 'not shown by this run: no stubs; no unconfirmed choices touched; no check off; orders tried: 1 of unknown');
  assert.deepEqual(report.notShown, { stubs: [], models: [], unconfirmed: [], checksOff: [], ordersTried: '1 of unknown' });
});

test('mistakes that the run survives are findings, each once', () => {
  const report = reportOf(fixture('findings'));
  assert.deepEqual(failed(report), []);
  assert.deepEqual(report.findings, [
    {
      id: 'integrity-check',
      message: 'OnProcess was not registered: findings.sys is not linked with /INTEGRITYCHECK',
      severity: 'warning',
    },
    {
      id: 'irp-status',
      severity: 'warning',
      message:
        'a dispatch routine returned STATUS_SUCCESS (0x00000000) for an IRP that it completed with STATUS_ACCESS_DENIED (0xC0000022)',
    },
    { id: 'irp-information', message: 'an IRP was completed with Information 100 for an output buffer of 8 bytes', severity: 'warning' },
  ]);
});
