// EXCEPTION_CONTINUE_EXECUTION for a fault that nothing mends: the thread faults for ever, in virtual time, so that slices, pauses and limits end it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Session } from '../../src/session/session.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

for (const [what, filter] of [
  ['a constant', '-1'],
  ['a function', 'GoOn(GetExceptionCode())'],
] as const) {
  const driver = `#include <ntddk.h>
    static LONG g_Rounds;
    static LONG GoOn(ULONG code) { g_Rounds++; return code == STATUS_ACCESS_VIOLATION ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH; }
    NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) {
      UNREFERENCED_PARAMETER(d); UNREFERENCED_PARAMETER(p); UNREFERENCED_PARAMETER(GoOn);
      __try { *(volatile LONG *)0 = 1; } __except (${filter}) { return STATUS_UNSUCCESSFUL; }
      return STATUS_SUCCESS; }`;
  const start = (limits: string): Session => {
    const scenario = `machine { ${limits} }\ndriver "d" { sources "d.c"; }\nprocess "C:\\\\a.exe" { thread main { Sleep(1); } }\n`;
    const build = buildScenario('s/s.scenario', {
      files: new MemoryFiles({ 's/d.c': driver, 's/s.scenario': scenario }),
      headers: wdkHeaders,
    });
    assert.deepEqual(
      build.diagnostics.filter((d) => d.severity === 'error'),
      [],
    );
    return new Session(build, { debug: true });
  };

  test(`a filter (${what}) that goes on at a fault nobody mends ends at the step limit`, () => {
    const session = start('step-limit 50000;');
    let slices = 0;
    let event = session.run(1000);
    while (event.kind !== 'ended' && slices++ < 1000) event = session.run(1000);
    assert.equal(event.kind, 'ended');
    assert.equal(session.simulation.report().verdict, 'limit');
    assert.ok(slices > 10, 'slices of 1,000 steps end in between, as a pause needs');
  });
}
