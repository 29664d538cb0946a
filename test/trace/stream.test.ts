// Batches of events: what the encoder of the trace writes, the decoder of the panel reads, for any events, in any cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toBase64 } from '../../src/base/base64.js';
import { KERNEL_BASE } from '../../src/machine/abi.js';
import { encodeEvents } from '../../src/trace/stream.js';
import { type EventData, Trace } from '../../src/trace/trace.js';
import { EventStore } from '../../src/webview/scheduler/events.js';

interface Given {
  kind: string;
  passed: number;
  cpu: number;
  thread: number;
  data: EventData;
}

const value = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }).map((v) => (v === 0 ? 0 : v)), // there is one zero
  fc.string(),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.nat(1 << 20).map((n) => KERNEL_BASE + n),
);
const given: fc.Arbitrary<Given> = fc.record({
  kind: fc.constantFrom('ke.switch', 'ke.wait', 'a.b'),
  passed: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(2 ** 31 - 1)),
  cpu: fc.nat(63),
  thread: fc.constantFrom(0, KERNEL_BASE + 0x4000, KERNEL_BASE + 0x8000),
  data: fc.dictionary(fc.constantFrom('thread', 'object', 'reason', 'x'), value, { noNullPrototype: true }),
});

function traceOf(list: readonly Given[]): Trace {
  const clock = { step: 0, time: 0, cpu: 0, thread: 0 };
  const trace = new Trace(clock);
  for (const g of list) {
    clock.step += g.passed;
    clock.time = clock.step - (g.cpu % 3);
    clock.cpu = g.cpu;
    clock.thread = g.thread;
    trace.event(g.kind, g.data);
  }
  return trace;
}

function assertSame(trace: Trace, store: EventStore): void {
  assert.equal(store.length, trace.length);
  for (let i = trace.begin; i < trace.length; i++) {
    const e = trace.get(i);
    assert.deepEqual(
      [store.kind(i).kind, store.cpu(i), store.time(i), store.thread(i), store.position(i), store.data(i)],
      [e.kind, e.cpu, e.time, e.thread, trace.positionText(i), e.data],
    );
    assert.equal(store.indexOf(store.position(i)), i);
  }
}

test('any events come out of batches as they went in, also when batches overlap', () => {
  fc.assert(
    fc.property(fc.array(given, { maxLength: 60 }), fc.integer({ min: 1, max: 25 }), fc.nat(3), (list, size, overlap) => {
      const trace = traceOf(list);
      const store = new EventStore();
      for (let from = 0; from < trace.length; from += size) {
        const batch = JSON.parse(JSON.stringify(encodeEvents(trace, Math.max(0, from - overlap), from + size)));
        assert.equal(store.append(batch), true);
      }
      assertSame(trace, store);
    }),
  );
});

test('a batch that does not follow is refused, a range that is not there is empty', () => {
  const trace = traceOf(Array.from({ length: 10 }, (_, i) => ({ kind: 'a.b', passed: 1, cpu: 0, thread: 0, data: { i } })));
  const store = new EventStore();
  store.append(encodeEvents(trace, 0, 3));
  assert.equal(store.append(encodeEvents(trace, 5, 8)), false);
  assert.equal(store.length, 3);
  const beyond = encodeEvents(trace, 50, 60);
  assert.deepEqual([beyond.from, beyond.to, beyond.data], [10, 10, '']);
  assert.equal(store.append(encodeEvents(trace, 3, 1000)), true);
  assertSame(trace, store);
});

test('a trace that goes on from a checkpoint begins where it begins', () => {
  const whole = traceOf(Array.from({ length: 6 }, (_, i) => ({ kind: 'a.b', passed: 1, cpu: 0, thread: 0, data: { i } })));
  const clock = { step: 6, time: 6, cpu: 0, thread: 0 };
  const later = new Trace(clock);
  later.restore(whole.mark());
  later.event('a.c', { x: 'y' });
  const store = new EventStore();
  assert.equal(store.append(encodeEvents(later, 0, 100)), true);
  assert.equal(store.begin, 6);
  assertSame(later, store);
});

test('base64 of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.deepEqual(new Uint8Array(Buffer.from(toBase64(bytes), 'base64')), new Uint8Array(bytes));
    }),
  );
  const many = new Uint8Array(100_000).map((_, i) => i);
  assert.equal(toBase64(many), Buffer.from(many).toString('base64'));
});
