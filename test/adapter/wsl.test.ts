// Debugging pico processes: their threads are threads of the debugger, a breakpoint in a body stops in every process that runs it (also in the one that fork
// made), locals are those of that process, and stepping goes over fork into the child.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, example } from './client.js';
import { lineOf } from './helpers.js';

const scenario = example('wsl/wsl.scenario');
const provider = example('wsl/provider/fork.c');

test('a breakpoint behind fork stops in parent and child, each with its own local', async (t) => {
  const c = Client.inMemory();
  t.after(() => c.close());
  const line = lineOf(scenario, 'if (shell == 0)');
  const set = await c.launch({ program: scenario }, { [scenario]: [{ line }] });
  assert.deepEqual(
    set[scenario].map((b) => b.verified),
    [true],
  );
  const seen: string[] = [];
  for (let i = 0; i < 2; i++) {
    const { threadId = 0 } = await c.stopped();
    const [top] = await c.stack(threadId);
    assert.equal(top.name, 'init!main');
    assert.equal(top.line, line);
    const locals = await c.scope(top.id, 'Locals');
    seen.push(locals.find((v) => v.name === 'shell')?.value ?? '');
    const { threads } = await c.request<{ threads: { id: number; name: string }[] }>('threads');
    assert.match(threads.find((x) => x.id === threadId)?.name ?? '', /init!/);
    await c.request('continue', { threadId });
  }
  assert.deepEqual(seen.sort(), ['0', '2']);
});

test('a breakpoint in the provider shows the body that made the system call', async (t) => {
  const c = Client.inMemory();
  t.after(() => c.close());
  await c.launch({ program: scenario }, { [provider]: [{ line: lineOf(provider, 'process.Context = child;') }] });
  const { threadId = 0 } = await c.stopped();
  const frames = await c.stack(threadId);
  assert.equal(frames[0].name, 'lxsim!LxFork');
  assert.ok(frames.some((f) => f.name.endsWith('!LxDispatch')));
  const body = frames.find((f) => f.source?.path === scenario);
  assert.equal(body?.name, 'init!main');
  assert.equal(body?.line, lineOf(scenario, 'pid_t shell = fork();'));
});
