import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initializeMutant } from '../../../src/kernel/ke/mutex.js';
import type { Kernel } from '../../../src/kernel/kernel.js';
import { block, coreKernel, startThread } from '../core.js';

const seeds = [1, 2, 3];
const machines = [1, 2, 4];

function forAll(run: (cpus: number, seed: number) => void): void {
  for (const cpus of machines) for (const seed of seeds) run(cpus, seed);
}

test('a thread waits for an event that another one sets', () => {
  forAll((cpus, seed) => {
    const log: string[] = [];
    let event = 0;
    const k = coreKernel({
      cpus,
      seed,
      bodies: {
        Waiter(k, f) {
          if (f.pc === 0) {
            log.push('wait');
            return k.call(f, 1, 'KeWaitForSingleObject', [event, 0, 0, 0, 0]);
          }
          log.push(`woken ${f.result}`);
          return k.returnVoid();
        },
        Setter(k, f) {
          if (f.pc === 0) return k.call(f, 1, 'KeSetEvent', [event, 1, 0]);
          log.push(`previous ${f.result}`);
          return k.returnVoid();
        },
      },
    });
    event = block(k, 0x18);
    k.mem.setU8(event, 1);
    k.mem.setPtr(event + 8, event + 8);
    k.mem.setPtr(event + 16, event + 8);
    startThread(k, 'Waiter', { priority: 9 });
    startThread(k, 'Setter', { priority: 8 });
    const r = k.run({ maxTime: 10_000_000 });
    assert.equal(r.reason, 'deadlock', JSON.stringify(r.bugCheck?.explanation));
    assert.ok(r.waiters!.every((w) => w.idle));
    assert.deepEqual([...log].sort(), ['previous 0', 'wait', 'woken 0']);
  });
});

test('a relative timeout ends at the first clock interrupt at or after it is due', () => {
  forAll((cpus, seed) => {
    let status = -1;
    let began = 0;
    let ended = 0;
    let at = 0;
    const k = coreKernel({
      cpus,
      seed,
      bodies: {
        Sleeper(k, f) {
          if (f.pc === 0) {
            began = k.now;
            k.mem.setI64(at, -200_000n); // 20 ms
            return k.call(f, 1, 'KeDelayExecutionThread', [0, 0, at]);
          }
          status = f.result;
          ended = k.now;
          return k.returnVoid();
        },
      },
    });
    at = block(k, 8);
    startThread(k, 'Sleeper');
    assert.equal(k.run().reason, 'deadlock');
    assert.equal(status, 0);
    assert.ok(ended - began >= 200_000, `${ended - began}`);
    assert.ok(ended - began <= 200_000 + 156_250 + 1000, `${ended - began}`);
  });
});

test('equal priorities share one CPU by quantum, a higher one preempts', () => {
  const order: string[] = [];
  const spin = (name: string) => (k: Kernel, f: import('../../../src/machine/routine.js').Frame) => {
    if (order.at(-1) !== name) order.push(name);
    f.set(0, f.get(0) + 1);
    if (f.get(0) > 100) return k.returnVoid();
    return k.call(f, 1, 'KeStallExecutionProcessor', [2000]);
  };
  const k = coreKernel({ cpus: 1, bodies: { A: spin('a'), B: spin('b'), C: spin('c') } });
  startThread(k, 'A', { priority: 8 });
  startThread(k, 'B', { priority: 8 });
  startThread(k, 'C', { priority: 10 });
  assert.equal(k.run().reason, 'deadlock');
  assert.equal(order.filter((x) => x === 'c').length, 1, 'the higher one runs in one piece');
  const rest = order.slice(order.indexOf('c') + 1);
  assert.ok(rest.filter((x) => x === 'a').length >= 3, order.join(''));
  assert.ok(rest.filter((x) => x === 'b').length >= 3, order.join(''));
});

test('same seed, same trace; the run can be cut anywhere', () => {
  const once = (cut: number, seed: number) => {
    const spin = (k: Kernel, f: import('../../../src/machine/routine.js').Frame) => {
      f.set(0, f.get(0) + 1);
      if (f.get(0) > 200) return k.returnVoid();
      return k.call(f, 1, f.get(0) % 7 === 0 ? 'ZwYieldExecution' : 'KeStallExecutionProcessor', [f.get(0)]);
    };
    const k = coreKernel({ cpus: 4, seed, bodies: { A: spin } });
    for (let i = 0; i < 6; i++) startThread(k, 'A');
    let r = k.run({ maxSteps: cut });
    while (r.reason === 'maxSteps') r = k.run({ maxSteps: cut });
    assert.equal(r.reason, 'deadlock');
    return k.trace.hash();
  };
  const h = once(1e9, 5);
  assert.equal(once(777, 5), h);
  assert.equal(once(13, 5), h);
  assert.notEqual(once(1e9, 6), h);
});

test('deadlock names the waiters', () => {
  let mutex = 0;
  let event = 0;
  const k = coreKernel({
    cpus: 2,
    bodies: {
      Holder(k, f) {
        if (f.pc === 0) return k.call(f, 2, 'KeWaitForSingleObject', [mutex, 0, 0, 0, 0]);
        if (f.pc === 2) return k.call(f, 3, 'KeWaitForSingleObject', [event, 0, 0, 0, 0]);
        return k.returnVoid();
      },
      Other(k, f) {
        if (f.pc === 0) return k.call(f, 1, 'KeStallExecutionProcessor', [100]);
        if (f.pc === 1) return k.call(f, 2, 'KeWaitForSingleObject', [mutex, 0, 0, 0, 0]);
        return k.wait(f, 3, { object: event });
      },
    },
  });
  mutex = block(k, 0x38);
  initializeMutant(k, mutex, 1);
  event = block(k, 0x18);
  k.mem.setPtr(event + 8, event + 8);
  k.mem.setPtr(event + 16, event + 8);
  startThread(k, 'Holder');
  startThread(k, 'Other');
  const r = k.run();
  assert.equal(r.reason, 'deadlock', r.bugCheck?.explanation);
  const stuck = r.waiters!.filter((w) => !w.idle);
  assert.equal(stuck.length, 2);
  assert.match(stuck.map((w) => w.text).join('; '), /mutex 0x\w+ owned by thread/);
});
