// What holds for all run-time checks: they are told once with path and count, fail a run only when the scenario says so, change nothing about the run, have no
// state outside the memory, and show in the console while they happen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '../../../src/base/rules.js';
import { memoryHash } from '../../../src/machine/checkpoint.js';
import { Simulation } from '../../../src/scenario/simulation.js';
import { buildFile, buildText, finish, reportOf, run } from '../../scenario/product.js';

const bad = (id: string) => buildFile(`test/drivers/verifier/${id}/bad.scenario`);
const DRIVER = (body: string) => `#include <ntddk.h>
static FAST_MUTEX g_Lock;
static LONG g_Calls;
static VOID Helper(VOID)
{
${body}
}
static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    g_Calls++;
    Helper();
}
static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
}
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    ExInitializeFastMutex(&g_Lock);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
`;
const scenario = (expect: string, machine = '') => `machine { cpus 2; ${machine} }
driver "d" { sources "d.c"; }
process "C:\\\\a.exe" { thread main { Sleep(1); } }
process "C:\\\\b.exe" at 5ms { thread main { Sleep(1); } }
expect { ${expect} }
`;
const judged = (body: string, expect: string, machine?: string) => reportOf(buildText(scenario(expect, machine), { 'd.c': DRIVER(body) }));

const DELAY = '    LARGE_INTEGER t;\n    t.QuadPart = -1000;\n    KeDelayExecutionThread(KernelMode, FALSE, &t);';
const LOCK = '    ExAcquireFastMutex(&g_Lock);\n    ExReleaseFastMutex(&g_Lock);';

test('a finding fails a run only where the scenario says so', () => {
  assert.equal(judged(DELAY, 'no bugcheck;').verdict, 'held');
  assert.equal(judged(DELAY, 'no finding "registry-call";').verdict, 'held');
  const all = judged(DELAY, 'no finding;');
  assert.equal(all.verdict, 'failed');
  assert.match(all.expectations[0].reason ?? '', /^blocking-call: OnProcess waits/);
  assert.equal(judged(DELAY, 'no finding "blocking-call";').verdict, 'failed');
});

test('information does not count, unless it is named', () => {
  assert.equal(judged(LOCK, 'no finding;').verdict, 'held');
  const named = judged(LOCK, 'no finding "synchronizes";');
  assert.equal(named.verdict, 'failed');
  assert.deepEqual(
    named.findings.map((f) => [f.id, f.severity]),
    [['synchronizes', 'information']],
  );
});

test('a finding has its place, the path to the callback, how often and how long', () => {
  const [f] = judged(DELAY, '').findings;
  assert.deepEqual(f.place, { file: 'd.c', line: 8, column: 5 });
  assert.deepEqual(f.path, ['d!Helper (d.c:8:5)', 'd!OnProcess (d.c:16:5)', 'nt!PspCallProcessNotifyRoutines']);
  assert.equal(f.count, 4);
  assert.match(f.message, /; it waited [\d.]+ [mu]s$/);
});

test('the limits of time and stack are those of the machine block', () => {
  const loop = '    for (int i = 0; i < 400; i++) g_Calls++;';
  const ids = (machine: string) => judged(loop, '', machine).findings.map((f) => f.id);
  assert.deepEqual(ids(''), ['too-long']);
  assert.deepEqual(ids('callback-time 10ms'), []);
  const frame = '    volatile char text[900];\n    text[0] = 1;';
  assert.deepEqual(
    judged(frame, '', 'callback-stack 512').findings.map((f) => f.id),
    ['stack-use'],
  );
  assert.deepEqual(judged(frame, '').findings, []);
});

test('the removal of a callback by a failing DriverEntry is missed', () => {
  const r = reportOf(buildFile('test/drivers/verifier/not-unregistered/entry.scenario'));
  assert.match(r.findings.find((f) => f.id === 'not-unregistered')?.message ?? '', /fails in DriverEntry/);
  assert.equal(r.bugcheck?.code, 0xce);
});

test('a certain case is an error', () => {
  const severity = (id: string) => reportOf(bad(id)).findings.find((f) => f.id === id)?.severity;
  for (const id of ['calls-user-mode', 'waits-for-work-item', 'unregister-inside', 'optional-member', 'counted-string', 'irql-too-high'])
    assert.equal(severity(id), 'error', id);
});

test('looking changes nothing: without the checks the run takes the same steps and time', () => {
  for (const { id } of RULES) {
    const build = bad(id);
    const checked = run(build);
    const plain = new Simulation(build, { debug: false });
    plain.kernel.hooks.verifier = undefined;
    finish(plain);
    assert.equal(plain.stepsRun, checked.stepsRun, id);
    assert.deepEqual(
      plain.kernel.machine.cpus.map((c) => c.time),
      checked.kernel.machine.cpus.map((c) => c.time),
      id,
    );
  }
});

test('paranoid: with new objects every 300 steps the same findings and the same trace', () => {
  for (const { id } of RULES) {
    const build = bad(id);
    const whole = run(build);
    let s = new Simulation(build, { debug: false });
    while (s.advance(300, false).kind !== 'ended') s = new Simulation(build, { debug: false, reuse: s, start: 'continue' });
    assert.equal(s.kernel.trace.hash(), whole.kernel.trace.hash(), id);
    assert.equal(memoryHash(s.kernel.machine), memoryHash(whole.kernel.machine), id);
  }
});

test('without recording the memory is the same at the end', () => {
  const build = bad('registry-call');
  const quiet = new Simulation(build, { debug: false });
  const cursor = quiet.kernel.trace.cursor;
  quiet.kernel.trace.recording = false;
  finish(quiet);
  const loud = run(build);
  assert.equal(quiet.kernel.trace.cursor, cursor);
  assert.equal(quiet.stepsRun, loud.stepsRun);
  assert.equal(memoryHash(quiet.kernel.machine), memoryHash(loud.kernel.machine));
});

test('the console shows a finding when it happens, with its place', () => {
  const s = new Simulation(bad('registry-call'), { debug: false });
  const lines: string[] = [];
  s.onOutput = (text, category, range) => {
    if (category === 'important') lines.push(`${text.trim()} @ ${range?.file.path}:${range?.file.position(range.start).line}`);
  };
  finish(s);
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^finding registry-call \(warning\): OnProcess calls ZwOpenKey inside a process callback.* @ bad\.c:\d+$/);
  assert.equal(s.report().findings.find((f) => f.id === 'registry-call')?.count, 4);
});
