// All state is in memory: a checkpoint taken anywhere, restored into a fresh machine with a fresh kernel around it, gives exactly the rest of the same run;
// and throwing every object of the kernel away between slices changes nothing (paranoid mode).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedState, xorshift32 } from '../../src/base/prng.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { driverText, freshKernel, prepareDriver } from './harness.js';

/** Events as texts from an index on, without their indices. */
function tail(k: Kernel, from: number): string[] {
  const out: string[] = [];
  for (let i = Math.max(from, k.trace.begin); i < k.trace.length; i++) {
    const e = k.trace.get(i);
    out.push(`${e.cpu} ${e.time} ${e.thread} ${e.kind} ${Object.values(e.data).join(' ')}`);
  }
  return out;
}

for (const name of ['mutex.c', 'spinlock.c', 'dpc.c', 'timer.c', 'resource.c', 'fastmutex.c', 'workitem.c']) {
  test(`${name}: restored at random steps into fresh machines, the rest is the same`, () => {
    const options = { cpus: 4, seed: 3, name };
    const { k, image } = prepareDriver(driverText(name), options);
    assert.equal(k.run({}).reason, 'deadlock');
    const whole = tail(k, 0);
    const total = k.stepsRun;

    const again = prepareDriver(driverText(name), options).k;
    let random = seedState(17);
    let at = 0;
    for (let i = 0; i < 12; i++) {
      random = xorshift32(random);
      const step = 1 + (random % Math.max(1, Math.floor(total / 6)));
      if (at + step > total) break;
      again.run({ maxSteps: step });
      at += step;
      const events = again.trace.length;
      const data = again.machine.serialize(again.machine.checkpoint());
      const other = freshKernel(image, options);
      other.machine.restore(other.machine.deserialize(data));
      assert.equal(other.run({}).reason, 'deadlock');
      assert.deepEqual(tail(other, 0), whole.slice(events), `after ${at} steps`);
    }
  });
}

test('paranoid: a new kernel object every few hundred steps changes nothing', () => {
  const name = 'resource.c';
  const options = { cpus: 2, seed: 5, name };
  const { k, image } = prepareDriver(driverText(name), options);
  k.run({});
  const whole = tail(k, 0);
  let now = prepareDriver(driverText(name), options).k;
  const events = tail(now, 0);
  for (;;) {
    const from = now.trace.length;
    const r = now.run({ maxSteps: 333 });
    events.push(...tail(now, from));
    if (r.reason !== 'maxSteps') break;
    now = freshKernel(image, options, now.machine);
  }
  assert.deepEqual(events, whole);
});
