// The kernel inspector's requests and the console's commands and completions over DAP, as the extension and the editor use them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { InspectNode, InspectResult } from '../../src/messages/inspector.js';
import { Client, fixture } from './client.js';
import { lineOf } from './helpers.js';

const scenario = fixture('scenarios/lock-owner.scenario');
const driver = fixture('scenarios/lock-owner.c');
const breakpoint = { [driver]: [{ line: lineOf(driver, 'g_Shared.Users++') }] };

async function stoppedClient(t: { after(f: () => void): void }): Promise<{ c: Client; threadId: number }> {
  const c = Client.inMemory();
  t.after(() => c.close());
  await c.launch({ program: scenario }, breakpoint);
  const { threadId = 0 } = await c.stopped();
  return { c, threadId };
}
async function nodes(c: Client, parent?: string): Promise<readonly InspectNode[]> {
  return (await c.request<InspectResult & Record<string, unknown>>('interlock/inspect', parent === undefined ? {} : { parent })).nodes;
}
async function find(c: Client, parent: string, label: RegExp): Promise<InspectNode> {
  const found = (await nodes(c, parent)).find((n) => label.test(n.label));
  assert.ok(found, `${label} below ${parent}`);
  return found;
}
async function complete(c: Client, text: string, threadId: number, column = text.length + 1): Promise<DebugProtocol.CompletionItem[]> {
  const [frame] = await c.stack(threadId);
  return (await c.request<DebugProtocol.CompletionsResponse['body']>('completions', { frameId: frame.id, text, column })).targets;
}

test('groups, then down to the owner of the lock that a thread waits for', async (t) => {
  const { c, threadId } = await stoppedClient(t);
  const groups = await nodes(c);
  assert.deepEqual(
    groups.map((g) => [g.id, g.hasChildren]),
    ['processes', 'cpus', 'drivers', 'locks', 'queues', 'pool'].map((id) => [id, true]),
  );
  const process = await find(c, 'processes', /lock\.exe$/);
  const waiting = (await nodes(c, process.id)).find((n) => n.description?.includes('WrFastMutex'));
  assert.ok(waiting);
  assert.equal(waiting.kind, 'thread');
  // the statement before the delay, in UseShared
  assert.deepEqual([waiting.source?.path, waiting.source?.line], [driver, lineOf(driver, 'KeDelayExecutionThread') - 1]);
  const wait = await find(c, waiting.id, /^waits for Fast mutex/);
  assert.equal(wait.source?.line, lineOf(driver, 'static SHARED g_Shared'));
  const [owner] = await nodes(c, wait.id);
  assert.equal(owner.threadId, threadId);
});

test('a source that only the adapter has comes with a reference; nodes without a place have none', async (t) => {
  const { c } = await stoppedClient(t);
  const system = await find(c, 'processes', /System$/);
  assert.ok((await nodes(c, system.id)).every((n) => n.source === undefined || n.source.path !== undefined));
  assert.equal(system.source, undefined);
});

test('selecting a thread puts it in focus and does not move the machine', async (t) => {
  const { c, threadId } = await stoppedClient(t);
  const process = await find(c, 'processes', /lock\.exe$/);
  const other = (await nodes(c, process.id)).find((n) => n.threadId !== threadId);
  c.forgetEvents();
  await c.request('interlock/selectThread', { threadId: other?.threadId });
  const stop = await c.stopped();
  assert.deepEqual([stop.threadId, stop.allThreadsStopped, stop.preserveFocusHint], [other?.threadId, true, undefined]);
  assert.equal((await c.stack(threadId))[0].line, breakpoint[driver][0].line);
  // commands follow the frame that the editor selects
  const [frame] = await c.stack(other?.threadId ?? 0);
  assert.match(await c.evaluate('!thread', frame.id, 'repl'), /WAIT: \(WrFastMutex\)/);
});

test('bad requests are refused with a message', async (t) => {
  const { c } = await stoppedClient(t);
  const refused = async (command: string, args: object, message: RegExp): Promise<void> => {
    const r = await c.raw(command, args);
    assert.equal(r.success, false);
    const text = JSON.stringify(r);
    assert.match(text, message);
  };
  await refused('interlock/inspect', { parent: 'nonsense' }, /is no node of the kernel inspector/);
  await refused('interlock/inspect', { parent: 7 }, /must be the id of a node/);
  await refused('interlock/selectThread', { threadId: 12345 }, /there is no thread 12345/);
  await refused('interlock/selectThread', {}, /there is no thread/);
  assert.deepEqual(await nodes(c, 'processes/process:1234'), []);
});

test('nothing is inspected while the machine runs, or before a launch', async (t) => {
  const c = Client.inMemory();
  t.after(() => c.close());
  await c.initialize();
  assert.equal((await c.raw('interlock/inspect', {})).success, false);
  await c.launchAgain({ program: fixture('drivers/endless-without-limit.scenario') });
  const r = await c.raw('interlock/inspect', {});
  assert.equal(r.success, false);
  assert.match(JSON.stringify(r), /the machine is running/);
  assert.deepEqual((await c.request<DebugProtocol.CompletionsResponse['body']>('completions', { text: '!pro', column: 5 })).targets, []);
  await c.request('pause', { threadId: 0 });
  await c.stopped();
  assert.ok((await nodes(c, 'cpus')).length > 0);
  await c.request('disconnect');
});

test('completions: commands, options, types, fields, IDs, variables, members', async (t) => {
  const { c, threadId } = await stoppedClient(t);
  const labels = async (text: string, column?: number): Promise<string[]> =>
    (await complete(c, text, threadId, column)).map((x) => x.label);
  const capabilities = await Client.inMemory().initialize();
  assert.equal(capabilities.supportsCompletionsRequest, true);
  assert.ok(capabilities.completionTriggerCharacters?.includes('!'));
  assert.deepEqual(await complete(c, '!pro', threadId), [
    {
      label: '!process',
      type: 'keyword',
      start: 1,
      length: 4,
      detail: 'processes; 0 0 lists all, flags 1 statistics, 2 threads, 4 stacks',
    },
  ]);
  assert.deepEqual(await labels('.bu'), ['.bugcheck']);
  assert.deepEqual((await labels('!locks -')).sort(), ['-d', '-v']);
  assert.ok((await labels('dt nt!_KTH')).includes('nt!_KTHREAD'));
  const type = (await complete(c, 'dt _KTHR', threadId)).find((x) => x.label === 'nt!_KTHREAD');
  assert.deepEqual([type?.start, type?.length, type?.type], [4, 5, 'class']);
  assert.ok((await labels('dt SHA')).includes('lock-owner!_SHARED'));
  assert.ok((await labels('dt nt!_KTHREAD Sta')).includes('State'));
  assert.ok((await labels('!process 2')).includes('24'));
  assert.ok((await labels('!thread -t 2')).includes('28'));
  assert.deepEqual(await labels('g_Sh'), ['g_Shared']);
  assert.ok((await labels('g_Shared.')).includes('Users'));
  assert.deepEqual(await labels('g_Shared.Us'), ['Users']);
  assert.deepEqual(await labels('1 + ol'), ['old']);
  assert.ok((await labels('')).includes('!process'));
  assert.deepEqual(await labels('nothing_like_this'), []);
  assert.deepEqual(await labels('dt nowhere.->', 3), await labels('dt'.slice(0, 2), 3));
});

test('a frame that is gone completes nothing', async (t) => {
  const { c } = await stoppedClient(t);
  const { targets } = await c.request<DebugProtocol.CompletionsResponse['body']>('completions', { frameId: 99999, text: 'g_', column: 3 });
  assert.deepEqual(targets, []);
});
