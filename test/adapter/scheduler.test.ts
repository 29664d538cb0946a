// What the scheduler panel asks the adapter: batches of the trace while the run goes on and at its end, and the scheduler's state at a moment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleAnswer, TraceBatch, TraceGrewEvent } from '../../src/messages/scheduler.js';
import { EventStore } from '../../src/webview/scheduler/events.js';
import { Model } from '../../src/webview/scheduler/model.js';
import { Client } from './client.js';
import { callbacks, lineOf, procwatch } from './helpers.js';

const LINE = lineOf(callbacks, 'if (CreateInfo != NULL)');

async function atCallback(more: object = {}): Promise<{ client: Client; threadId: number }> {
  const client = Client.inMemory();
  await client.launch({ program: procwatch, ...more }, { [callbacks]: [{ line: LINE }] });
  return { client, threadId: (await client.stopped()).threadId ?? 0 };
}

/** Asks for everything there is. */
async function all(client: Client, limit: number): Promise<{ model: Model; batches: TraceBatch[] }> {
  const model = new Model();
  const batches: TraceBatch[] = [];
  for (let from = 0; ; ) {
    const batch = await client.request<TraceBatch>('interlock/trace', { from, limit });
    batches.push(batch);
    assert.equal(model.append(batch), true);
    from = batch.events.to;
    if (from >= batch.length) return { model, batches };
  }
}

test('the trace comes in batches of any size, with names', async () => {
  const { client, threadId: first } = await atCallback();
  await client.step('continue', first);
  const { threadId = 0 } = (await client.step('continue', first)).stop;
  const small = await all(client, 50);
  const large = await all(client, 20_000);
  assert.equal(large.batches.length, 1);
  assert.ok(small.batches.length > 3);
  assert.equal(small.model.events.length, large.model.events.length);
  for (let i = 0; i < large.model.events.length; i++) assert.deepEqual(small.model.events.data(i), large.model.events.data(i));
  assert.deepEqual(
    small.model.threads.map((t) => [t.name, t.threadId]),
    large.model.threads.map((t) => [t.name, t.threadId]),
  );
  const names = large.model.threads.map((t) => t.name);
  assert.ok(
    names.some((n) => /^4\.\d+ System!scenario$/.test(n)),
    names.join(', '),
  );
  assert.ok(
    names.some((n) => /^\d+\.\d+ explorer\.exe!launcher$/.test(n)),
    names.join(', '),
  );
  assert.ok(large.model.threads.some((t) => t.threadId === threadId));
  assert.ok(large.batches[0].names.some((n) => /procwatch!/.test(n.name)));
  assert.equal(large.batches[0].cpus, 2);
  client.close();
});

test('a follower is told once when there is more, and gets the rest before the run ends', async () => {
  const { client, threadId } = await atCallback();
  const first = await client.request<TraceBatch>('interlock/trace', { from: 0, follow: true });
  await client.request('setBreakpoints', { source: { path: callbacks }, breakpoints: [] });
  client.forgetEvents();
  await client.request('continue', { threadId });
  await client.event('terminated');
  const events = client.messages.filter((m) => m.type === 'event') as unknown as { event: string; body: unknown }[];
  const grew = events.filter((e) => e.event === 'interlock/traceGrew').map((e) => e.body as TraceGrewEvent);
  assert.ok(grew.length <= 1, `${grew.length} times told`);
  const rest = events.filter((e) => e.event === 'interlock/traceRest').map((e) => e.body as TraceBatch);
  const store = new EventStore();
  store.append(first.events);
  for (const batch of rest) {
    assert.equal(batch.generation, first.generation);
    assert.equal(store.append(batch.events), true);
  }
  assert.equal(store.length, rest[rest.length - 1].length);
  assert.equal(store.kind(store.length - 1).kind, 'scenario.done');
  const order = events.map((e) => e.event);
  assert.ok(order.lastIndexOf('interlock/traceRest') < order.indexOf('terminated'));
  client.close();
});

test('a launch that is followed from the start sends the whole trace, one that is not sends nothing', async () => {
  for (const follow of [true, false]) {
    const client = Client.inMemory();
    await client.launch({ program: procwatch, noDebug: true, ...(follow ? { __followTrace: true } : {}) });
    await client.event('terminated');
    const events = client.messages.filter((m) => m.type === 'event') as unknown as { event: string; body: TraceBatch }[];
    const batches = events.filter((e) => e.event === 'interlock/traceRest').map((e) => e.body);
    assert.equal(
      events.some((e) => e.event === 'interlock/traceGrew'),
      follow,
    );
    if (follow) {
      assert.equal(batches[0].events.from, 0);
      assert.equal(batches[batches.length - 1].events.to, batches[0].length);
    } else {
      assert.deepEqual(batches, []);
    }
    client.close();
  }
});

test('a restart is another generation', async () => {
  const { client } = await atCallback();
  const before = await client.request<TraceBatch>('interlock/trace', { from: 0, follow: true });
  await client.request('restart', {});
  await client.stopped();
  const after = await client.request<TraceBatch>('interlock/trace', { from: 0 });
  assert.ok(after.generation > before.generation);
  assert.equal(after.length, before.length);
  assert.deepEqual(after.events, before.events);
  client.close();
});

test('the state at a moment: who runs, who waits for what', async () => {
  const { client, threadId } = await atCallback();
  const { model } = await all(client, 20_000);
  const { events } = model;
  const answer = await client.request<ScheduleAnswer>('interlock/scheduleAt', { position: 'FFFFFFFF' });
  assert.equal(answer.index, events.length);
  const running = answer.threads.filter((t) => t.state === 'running');
  assert.ok(running.some((t) => t.threadId === threadId));
  assert.ok(answer.cpus.some((c) => c.running === running[0].name));
  assert.ok(answer.threads.some((t) => t.state === 'waiting' && /waits for .+, WrQueue/.test(t.detail)));
  const start = await client.request<ScheduleAnswer>('interlock/scheduleAt', { position: '0:0' });
  assert.deepEqual([start.index, start.threads], [0, []]);
  client.close();
});

test('bad arguments are answered with what is wrong', async () => {
  const { client } = await atCallback();
  for (const [request, args, message] of [
    ['interlock/trace', undefined, /'from' must be a whole number/],
    ['interlock/trace', [], /must be an object/],
    ['interlock/trace', { from: -1 }, /'from' must be a whole number/],
    ['interlock/trace', { from: '0' }, /not "0"/],
    ['interlock/trace', { from: 0, limit: 0 }, /'limit' must be a whole number from 1/],
    ['interlock/trace', { from: 0, limit: 1e9 }, /'limit'/],
    ['interlock/scheduleAt', {}, /'position' must be a text/],
    ['interlock/scheduleAt', { position: 7 }, /'position' must be a text/],
    ['interlock/scheduleAt', { position: 'yesterday' }, /'yesterday' is no position/],
  ] as const) {
    const r = await client.raw(request, args as object | undefined);
    assert.equal(r.success, false, `${request} ${JSON.stringify(args)}`);
    assert.match(r.message ?? '', message);
  }
  const beyond = await client.request<TraceBatch>('interlock/trace', { from: 1e9 });
  assert.equal(beyond.events.from, beyond.length);
  client.close();
});

test('nothing launched: an answer, no picture', async () => {
  const client = Client.inMemory();
  await client.initialize();
  for (const [request, args] of [
    ['interlock/trace', { from: 0 }],
    ['interlock/scheduleAt', { position: '0:0' }],
  ] as const) {
    const r = await client.raw(request, args);
    assert.equal(r.success, false);
    assert.match(r.message ?? '', /nothing has been launched/);
  }
  client.close();
});
