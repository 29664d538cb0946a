// Threaded DPCs switched off (`choice threaded-dpc disabled`): the routine that runs at PASSIVE_LEVEL by default runs at DISPATCH_LEVEL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driverText, runDriver } from './harness.js';

for (const cpus of [1, 2]) {
  test(`threaded DPCs switched off are ordinary DPCs, on ${cpus} CPUs`, () => {
    const text = `#define DISABLED\n${driverText('threaded_dpc.c')}`;
    const r = runDriver(text, { cpus, name: 'threaded_dpc.c', choices: { 'threaded-dpc': 'disabled' } });
    assert.deepEqual(
      r.output.filter((t) => t.startsWith('FAIL')),
      [],
    );
    assert.equal(r.status, 0);
  });
}
