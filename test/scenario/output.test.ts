// What a driver prints is told once and in its order, however the run is cut into pieces; after going back it is told again from there, and what was told before is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildText } from './product.js';

const LINES = 12;
const build = buildText('driver "d" { sources "driver.c"; }', {
  'driver.c': `#include <ntddk.h>
DRIVER_UNLOAD Unload;
VOID Unload(PDRIVER_OBJECT driver) { UNREFERENCED_PARAMETER(driver); }
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    for (int i = 0; i < ${LINES}; i++) {
        DbgPrint("line %d\\n", i);
        for (volatile int j = 0; j < 50; j++) ;
    }
    return STATUS_SUCCESS;
}
`,
});

function start(): { s: Simulation; told: string[] } {
  const s = new Simulation(build, { debug: false });
  const told: string[] = [];
  s.onOutput = (text, category) => {
    if (category === 'console') told.push(text.trim());
  };
  return { s, told };
}
const all = Array.from({ length: LINES }, (_, i) => `line ${i}`);

test('every line once, in pieces of any length', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 }), (pieces) => {
      const { s, told } = start();
      for (const steps of pieces) if (s.advance(steps, false).kind === 'ended') break;
      const before = [...told];
      assert.deepEqual(before, all.slice(0, before.length));
      while (s.advance(1_000_000, false).kind !== 'ended');
      assert.deepEqual(told, all);
    }),
    { numRuns: 20 },
  );
});

test('told again from where the run goes another way, and what was skipped is not told', () => {
  const { s, told } = start();
  s.skipOutput();
  while (s.advance(1_000_000, false).kind !== 'ended');
  assert.deepEqual(told, all);
  const { trace } = s.kernel;
  const printed = Array.from({ length: trace.length }, (_, i) => i).filter((i) => trace.kind(i) === 'ke.output');
  told.length = 0;
  s.branch(printed[9]);
  assert.deepEqual(told, all.slice(9));
  told.length = 0;
  s.branch();
  assert.deepEqual(told, [], 'nothing lies ahead of the end');
});
