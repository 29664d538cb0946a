// Random exception handling inside a driver, with ExRaiseStatus and RtlRaiseException and through DbgPrint: what it prints is what the model says, and an
// exception that nobody handles is bug check 0x7E with its code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDriver } from '../kernel/harness.js';
import { randomSeh } from './seh-generator.js';
import { modelSeh } from './seh-model.js';
import { DRIVER, printSeh } from './seh-print.js';

test('random exception handling in a driver does what the model says', () => {
  let unhandled = 0;
  for (const seed of [2000, 2001, 2002, 2003, 2004, 2005]) {
    const program = randomSeh(seed);
    const expected = modelSeh(program);
    const text = `${printSeh(program, DRIVER)}NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) { return main(); }\n`;
    const r = runDriver(text, { cpus: 1, seed, name: `seh-${seed}.c` });
    const last = expected.at(-1)!;
    assert.deepEqual(
      r.output.map((l) => l.trim()),
      expected.slice(0, -1),
      `seed ${seed}`,
    );
    if (last.startsWith('!')) {
      unhandled++;
      assert.equal(r.bugCheck?.code, 0x7e);
      assert.equal((r.bugCheck.parameters[0] & 0xffffffffn).toString(16), last.slice(2));
    } else assert.equal(r.status, 0);
  }
  assert.ok(unhandled > 0, 'one of them ends in a bug check');
});
