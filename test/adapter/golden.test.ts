// Golden DAP traffic of whole sessions on the examples: what VS Code would send and what it gets. The details that matter are asserted by name in
// debugging.test.ts; these files show every change of anything a client can see.
import { test } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client, fixture } from './client.js';
import { assertGolden } from './golden.js';
import { callbacks, driver, lineOf, processes, procwatch, procwatchBug } from './helpers.js';

const inCallback = lineOf(callbacks, 'if (CreateInfo != NULL)');

/** Everything a client shows at a stop. */
async function look(client: Client, threadId: number): Promise<DebugProtocol.StackFrame[]> {
  await client.request('threads');
  const frames = await client.stack(threadId);
  for (const scope of await client.scopes(frames[0].id)) await client.variables(scope.variablesReference);
  return frames;
}

test('entry: stop, look, step, run to the end', async () => {
  const client = Client.inMemory();
  await client.launch({ program: procwatch, stopOnEntry: true });
  const { threadId = 0 } = await client.stopped();
  await look(client, threadId);
  for (let i = 0; i < 4; i++) await client.step('next', threadId);
  await client.request('continue', { threadId });
  await client.event('terminated');
  client.close();
  assertGolden('entry', client);
});

test('callback: breakpoint, stack down to the scenario, variables, evaluation, stepping', async () => {
  const client = Client.inMemory();
  await client.launch(
    { program: procwatch },
    { [callbacks]: [{ line: inCallback, condition: 'CreateInfo != NULL && CreateInfo->ParentProcessId != (HANDLE)4' }] },
  );
  const { threadId = 0 } = await client.stopped();
  const frames = await look(client, threadId);
  const args = await client.scope(frames[0].id, 'Arguments');
  const info = args.find((v) => v.name === 'CreateInfo');
  for (const v of await client.variables(info?.variablesReference ?? 0))
    if (v.variablesReference) await client.variables(v.variablesReference);
  for (const expression of [
    '*CreateInfo->ImageFileName',
    'NT_SUCCESS(CreateInfo->CreationStatus)',
    'g_State.Counts.Watched + 1',
    'g_State.Processes',
    'nonsense',
    'ProcessId = 0',
  ]) {
    await client.raw('evaluate', { expression, frameId: frames[0].id, context: 'hover' });
  }
  await client.step('next', threadId);
  await client.step('stepIn', threadId);
  await look(client, threadId);
  await client.step('stepOut', threadId);
  await client.setBreakpoints(callbacks, []);
  await client.request('continue', { threadId });
  await client.event('terminated');
  client.close();
  assertGolden('callback', client);
});

test('bug check: stop with exception information, look, end', async () => {
  const client = Client.inMemory();
  await client.launch({ program: procwatchBug });
  const { threadId = 0 } = await client.stopped();
  await client.request('exceptionInfo', { threadId });
  await look(client, threadId);
  await client.request('continue', { threadId });
  await client.event('terminated');
  client.close();
  assertGolden('bugcheck', client);
});

test('not simulated: the stop says what is missing and how to go on', async () => {
  const client = Client.inMemory();
  await client.launch({ program: fixture('stubs/transacted.scenario') });
  const { threadId = 0 } = await client.stopped();
  await client.request('exceptionInfo', { threadId });
  await client.event('interlock/notSimulated');
  await look(client, threadId);
  await client.request('continue', { threadId });
  await client.event('terminated');
  client.close();
  assertGolden('not-simulated', client);
});

test('log points and hit counts', async () => {
  const client = Client.inMemory();
  await client.launch(
    { program: procwatch },
    {
      [callbacks]: [{ line: inCallback, logMessage: 'process {ProcessId}, info {CreateInfo != NULL}' }],
      [processes]: [{ line: lineOf(processes, 'g_State.Counts.ImagesLoaded++'), hitCondition: '== 3' }],
      [driver]: [{ line: 1 }, { line: 9999 }, { line: 2, hitCondition: 'often' }],
    },
  );
  const { threadId = 0 } = await client.stopped();
  await look(client, threadId);
  await client.request('terminate');
  await client.event('terminated');
  client.close();
  assertGolden('logpoints', client);
});

test('from a bug check to the statement that caused it, back to a breakpoint, and to the present', async () => {
  const client = Client.inMemory();
  await client.launch({ program: procwatchBug }, { [processes]: [{ line: lineOf(processes, 'g_State.Counts.ImagesLoaded++') }] }, [
    'bugcheck',
  ]);
  await client.stopped();
  await client.setBreakpoints(processes, []);
  await client.step('continue', 1);
  const stop = await client.step('stepBack', 48);
  await look(client, stop.stop.threadId ?? 0);
  await client.setBreakpoints(processes, [{ line: lineOf(processes, 'g_State.Counts.ImagesLoaded++') }]);
  await client.step('reverseContinue', 48);
  await client.setBreakpoints(processes, []);
  await client.step('reverseContinue', 48);
  await client.raw('interlock/goTo', { position: 'yesterday' });
  await client.raw('interlock/goTo', { position: 'FFFFFFFF' });
  await client.request('interlock/goTo', { position: 'present' });
  await client.stopped();
  await client.request('terminate');
  await client.event('terminated');
  client.close();
  assertGolden('back-in-time', client);
});
