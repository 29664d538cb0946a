// What a user of the debugger relies on, one by one, on the real example: where it stops, what it shows, what stepping, changing and restarting do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, fixture } from './client.js';
import { callbacks, driver, lineOf, processes, procwatch, procwatchBug } from './helpers.js';

const inCallback = lineOf(callbacks, 'if (CreateInfo != NULL)');
/** A process that a statement of the scenario starts (the kernel starts the first one by itself). */
const fromScenario = { line: inCallback, condition: 'CreateInfo != NULL && (ULONG_PTR)CreateInfo->ParentProcessId != 4' };

async function session(t: { after(f: () => void): void }): Promise<Client> {
  const client = Client.inMemory();
  t.after(() => client.close());
  return client;
}

test('stop on entry stands at the first statement of DriverEntry', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch, stopOnEntry: true });
  const stop = await c.stopped();
  assert.equal(stop.reason, 'entry');
  const [top] = await c.stack(stop.threadId ?? 0);
  assert.match(top.name, /!DriverEntry$/);
  assert.equal(top.line, lineOf(driver, 'UNICODE_STRING deviceName'));
  assert.equal(top.source?.path, driver);
});

test('a breakpoint in the callback shows driver, kernel and scenario frames', async (t) => {
  const c = await session(t);
  const set = await c.launch({ program: procwatch }, { [callbacks]: [fromScenario] });
  assert.deepEqual(
    set[callbacks].map((b) => [b.verified, b.line]),
    [[true, inCallback]],
  );
  const stop = await c.stopped();
  assert.equal(stop.reason, 'breakpoint');
  assert.deepEqual(stop.hitBreakpointIds, [set[callbacks][0].id]);
  const frames = await c.stack(stop.threadId ?? 0);
  assert.equal(frames[0].name, 'procwatch!ProcWatchProcessNotify');
  assert.equal(frames[0].presentationHint, 'normal');
  assert.ok(frames.some((f) => f.name === 'nt!PspCallProcessNotifyRoutines' && f.presentationHint === 'subtle' && f.source === undefined));
  const cause = frames.find((f) => f.source?.path === procwatch);
  assert.equal(cause?.name, 'explorer.exe!launcher');
  assert.equal(cause?.line, lineOf(procwatch, 'StartProcess('));
  const { threads } = await c.request<{ threads: { id: number; name: string }[] }>('threads');
  assert.match(threads.find((x) => x.id === stop.threadId)?.name ?? '', /explorer\.exe!launcher \(running on CPU \d\)/);
  // the same stack in two parts, as editors ask for it
  const part = await c.request<{ stackFrames: unknown[]; totalFrames: number }>('stackTrace', {
    threadId: stop.threadId,
    startFrame: 0,
    levels: 1,
  });
  assert.deepEqual([part.stackFrames.length, part.totalFrames], [1, frames.length]);
});

test('variables: arguments, structures behind pointers, strings, lists, booleans, status names', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch }, { [callbacks]: [fromScenario] });
  const { threadId = 0 } = await c.stopped();
  const frames = await c.stack(threadId);
  const args = await c.scope(frames[0].id, 'Arguments');
  assert.deepEqual(
    args.map((v) => v.name),
    ['Process', 'ProcessId', 'CreateInfo'],
  );
  const info = await c.variables(args[2].variablesReference);
  const value = (name: string): string | undefined => info.find((v) => v.name === name)?.value;
  assert.match(value('ImageFileName') ?? '', /^L"\\\\\?\?\\\\C:\\\\Windows\\\\System32\\\\notepad\.exe" /);
  assert.match(value('CommandLine') ?? '', /^L"notepad\.exe notes\.txt" /);
  assert.equal(value('CreationStatus'), 'STATUS_SUCCESS (0x00000000)');
  const globals = await c.scope(frames[0].id, 'Globals');
  const state = await c.variables(globals.find((v) => v.name === 'g_State')?.variablesReference ?? 0);
  assert.equal(state.find((v) => v.name === 'Processes')?.value, 'list of 1');
  const cpu = await c.scope(frames[0].id, 'CPU and thread');
  assert.equal(cpu.find((v) => v.name === 'IRQL')?.value, '0 (PASSIVE_LEVEL)');
  // the scenario's own frame: its loop variable
  const scenarioFrame = frames.find((f) => f.source?.path === procwatch);
  const locals = await c.scope(scenarioFrame?.id ?? 0, 'Locals');
  assert.equal(locals.find((v) => v.name === 'i')?.value, '0');
});

test('evaluation: C with macros, members, casts; no side effect outside the console', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch }, { [callbacks]: [fromScenario] });
  const { threadId = 0 } = await c.stopped();
  const [{ id }] = await c.stack(threadId);
  assert.equal(await c.evaluate('NT_SUCCESS(CreateInfo->CreationStatus)', id), '1');
  assert.equal(
    await c.evaluate('IOCTL_PROCWATCH_QUERY', id).catch(() => 'not in this unit'),
    await c.evaluate('CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_READ_ACCESS)', id),
  );
  assert.equal(
    await c.evaluate('CONTAINING_RECORD(g_State.Processes.Flink, WATCHED_PROCESS, Links)->ImageName', id),
    'L"\\\\??\\\\C:\\\\Windows\\\\explorer.exe"',
  );
  assert.equal(await c.evaluate('sizeof(WATCHED_PROCESS)', id), '168 (0xA8)');
  await assert.rejects(c.evaluate('nonsense', id), /'nonsense' is not declared/);
  await assert.rejects(c.evaluate('CreateInfo->', id));
  await assert.rejects(c.evaluate('g_State.Counts.Watched = 7', id), /only in the debug console/);
  await assert.rejects(c.evaluate('ProcWatchFreeAll()', id), /functions are not called/);
  assert.equal(await c.evaluate('g_State.Counts.Watched = 7', id, 'repl'), '7');
  assert.equal(await c.evaluate('g_State.Counts.Watched', id), '7');
});

test('setVariable changes memory, also members and in outer frames', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch }, { [callbacks]: [fromScenario] });
  const { threadId = 0 } = await c.stopped();
  const frames = await c.stack(threadId);
  const args = (await c.scopes(frames[0].id))[0].variablesReference;
  assert.deepEqual(
    (await c.request<{ value: string }>('setVariable', { variablesReference: args, name: 'ProcessId', value: '(HANDLE)0x1234' })).value,
    '0x1234 (4660)',
  );
  assert.equal(await c.evaluate('ProcessId', frames[0].id), '0x1234 (4660)');
  const info = (await c.variables(args)).find((v) => v.name === 'CreateInfo')?.variablesReference ?? 0;
  const changed = await c.request<{ value: string }>('setVariable', {
    variablesReference: info,
    name: 'CreationStatus',
    value: 'STATUS_ACCESS_DENIED',
  });
  assert.equal(changed.value, 'STATUS_ACCESS_DENIED (0xC0000022)');
  const scenarioFrame = frames.find((f) => f.source?.path === procwatch)?.id ?? 0;
  const locals = (await c.scopes(scenarioFrame)).find((s) => s.name === 'Locals')?.variablesReference ?? 0;
  await c.request('setVariable', { variablesReference: locals, name: 'i', value: '1' });
  assert.equal(await c.evaluate('i', scenarioFrame), '1');
  await assert.rejects(c.request('setVariable', { variablesReference: locals, name: 'i', value: 'what' }), /'what' is not declared/);
  // the scenario sees what was set: the veto reaches it, and the loop has ended
  await c.setBreakpoints(callbacks, []);
  await c.request('continue', { threadId });
  await c.event('terminated');
  assert.match(c.outputText(), /procwatch saw 2 processes start/);
});

test('next stays in the function, stepIn enters, stepOut leaves', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch }, { [callbacks]: [fromScenario] });
  const { threadId = 0 } = await c.stopped();
  await c.setBreakpoints(callbacks, []);
  const add = lineOf(callbacks, 'ProcWatchAddProcess(');
  let at = await c.step('next', threadId);
  assert.deepEqual([at.stop.reason, at.frame.line, at.stop.threadId], ['step', add, threadId]);
  at = await c.step('stepIn', threadId);
  assert.equal(at.frame.name, 'procwatch!ProcWatchAddProcess');
  at = await c.step('next', threadId);
  assert.equal(at.frame.line, lineOf(processes, 'if (process == NULL)'));
  at = await c.step('stepOut', threadId);
  assert.equal(at.frame.name, 'procwatch!ProcWatchProcessNotify');
  // out of the callback: through the kernel back to the scenario, after the statement that caused it
  at = await c.step('stepOut', threadId);
  assert.deepEqual([at.frame.name, at.frame.line], ['explorer.exe!launcher', lineOf(procwatch, 'Sleep(10)')]);
  at = await c.step('next', threadId);
  assert.equal(at.frame.line, lineOf(procwatch, 'TerminateProcess('));
});

test('run to cursor: a breakpoint for one run', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch, stopOnEntry: true });
  const { threadId = 0 } = await c.stopped();
  const line = lineOf(driver, 'ProcWatchInitializeState(device)');
  await c.setBreakpoints(driver, [{ line }]);
  const at = await c.step('continue', threadId);
  await c.setBreakpoints(driver, []);
  assert.deepEqual([at.stop.reason, at.frame.line], ['breakpoint', line]);
});

test('breakpoints in scenario bodies; lines without code move down; files of no driver are refused', async (t) => {
  const c = await session(t);
  const line = lineOf(procwatch, 'TerminateProcess(child, 0)');
  const set = await c.launch(
    { program: procwatch },
    { [procwatch]: [{ line }], [processes]: [{ line: 1 }, { line: 9999 }], '/nowhere/else.c': [{ line: 3 }] },
  );
  assert.deepEqual(
    set[processes].map((b) => b.verified),
    [true, false],
  );
  assert.ok((set[processes][0].line ?? 0) > 1);
  assert.match(set['/nowhere/else.c'][0].message ?? '', /not part of the running scenario/);
  await c.setBreakpoints(processes, []);
  const stop = await c.stopped();
  const [top] = await c.stack(stop.threadId ?? 0);
  assert.deepEqual([top.name, top.line, top.source?.path], ['explorer.exe!launcher', line, procwatch]);
  assert.match(await c.evaluate('child', top.id), /^0x[0-9A-F]+/);
});

test('hit counts and log points', async (t) => {
  const c = await session(t);
  await c.launch(
    { program: procwatch },
    {
      [callbacks]: [
        { line: inCallback, hitCondition: '3' },
        { line: lineOf(callbacks, 'ProcWatchMarkExited('), logMessage: 'gone: {ProcessId}, {{braces}}, {nothing}' },
      ],
    },
  );
  const stop = await c.stopped();
  const [{ id }] = await c.stack(stop.threadId ?? 0);
  assert.equal(await c.evaluate('CreateInfo', id), 'NULL'); // two creations, then the first exit
  await c.setBreakpoints(callbacks, [
    { line: lineOf(callbacks, 'ProcWatchMarkExited('), logMessage: 'gone: {ProcessId}, {{braces}}, {nothing}' },
  ]);
  await c.request('continue', { threadId: stop.threadId });
  await c.event('terminated');
  assert.match(c.outputText(), /gone: 0x30 \(48\), \{braces\}, \{'nothing' is not declared\}\n/);
});

test('a condition that cannot be evaluated stops and says why', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch }, { [callbacks]: [{ line: inCallback, condition: 'nonsense > 3' }] });
  assert.equal((await c.stopped()).reason, 'breakpoint');
  assert.match(c.outputText(), /breakpoint condition 'nonsense > 3': 'nonsense' is not declared/);
});

test('bug check filter: stops with the machine still there; exceptionInfo explains', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatchBug });
  const stop = await c.stopped();
  assert.equal(stop.reason, 'exception');
  assert.match(stop.description ?? '', /SYSTEM_SERVICE_EXCEPTION|SYSTEM_THREAD_EXCEPTION_NOT_HANDLED/);
  const info = await c.request<{ exceptionId: string; description: string; breakMode: string }>('exceptionInfo', {
    threadId: stop.threadId,
  });
  assert.match(info.exceptionId, /\(0x(3B|7E)\)/);
  assert.match(info.description, /NULL pointer/);
  assert.match(info.description, /callbacks\.c:9/);
  assert.equal(info.breakMode, 'unhandled');
  const frames = await c.stack(stop.threadId ?? 0);
  const mine = frames.find((f) => f.name === 'procwatch!ProcWatchProcessNotify');
  assert.equal(mine?.line, 9);
  assert.equal(await c.evaluate('CreateInfo', mine?.id), 'NULL');
  await c.request('continue', { threadId: stop.threadId });
  assert.deepEqual((await c.event('exited')).body, { exitCode: 1 });
  await c.event('terminated');
});

test('without the filter a bug check only ends the run', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatchBug }, {}, []);
  assert.deepEqual((await c.event('exited')).body, { exitCode: 1 });
  assert.match(c.outputText(), /\*\*\* STOP: 0x0000003B/);
});

test('first-chance filter stops before __except handles the exception', async (t) => {
  const c = await session(t);
  const program = fixture('drivers/seh.scenario');
  await c.launch({ program }, {}, ['bugcheck', 'first-chance']);
  const stop = await c.stopped();
  assert.equal(stop.reason, 'exception');
  const info = await c.request<{ exceptionId: string; breakMode: string }>('exceptionInfo', { threadId: stop.threadId });
  assert.deepEqual([info.exceptionId, info.breakMode], ['0xC0000005', 'always']);
  const frames = await c.stack(stop.threadId ?? 0);
  assert.equal(frames.find((f) => f.source)?.line, lineOf(fixture('drivers/seh.c'), '*p = 1;'));
  await c.request('continue', { threadId: stop.threadId });
  assert.deepEqual((await c.event('exited')).body, { exitCode: 0 });
  assert.match(c.outputText(), /caught 0xC0000005/);
});

test('pause stops an endless loop, and the loop can be looked at and left', async (t) => {
  const c = await session(t);
  const file = fixture('bad/endless-loop.c');
  // a limit far away: only pause can end this
  await c.launch({ program: fixture('drivers/endless-without-limit.scenario') }, { [file]: [{ line: lineOf(file, 'g_Turns++') }] });
  const { threadId } = await c.stopped();
  await c.setBreakpoints(file, []);
  await c.request('continue', { threadId });
  await new Promise((done) => setTimeout(done, 50));
  await c.request('pause', { threadId });
  const stop = await c.stopped();
  assert.equal(stop.reason, 'pause');
  const frames = await c.stack(stop.threadId ?? 0);
  assert.equal(frames[0].name, 'endless-loop!Misbehave');
  assert.equal(frames[0].source?.path, file);
  const before = await c.evaluate('g_Turns', frames[0].id);
  await c.step('next', stop.threadId ?? 0);
  await c.step('next', stop.threadId ?? 0);
  const [top] = await c.stack(stop.threadId ?? 0);
  assert.notEqual(await c.evaluate('g_Turns', top.id), before);
  await c.request('terminate');
  await c.event('terminated');
});

test('terminate, restart, launch again', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch }, { [callbacks]: [{ line: inCallback }] });
  const first = await c.stopped();
  await c.step('continue', first.threadId ?? 0);
  await c.request('restart', { arguments: { program: procwatch } });
  const again = await c.stopped();
  assert.deepEqual(again, first); // the same run from its beginning, breakpoints kept
  await c.request('terminate');
  await c.event('terminated');
  await assert.rejects(c.request('continue', { threadId: 1 }), /the run is over/);
  c.forgetEvents();
  await c.launchAgain({ program: procwatch, stopOnEntry: true });
  assert.equal((await c.stopped()).reason, 'entry');
  await c.request('disconnect');
});

test('noDebug runs to the end and ignores breakpoints', async (t) => {
  const c = await session(t);
  await c.launch({ program: procwatch, noDebug: true, stopOnEntry: true }, { [callbacks]: [{ line: inCallback }] });
  assert.deepEqual((await c.event('exited')).body, { exitCode: 0 });
  assert.ok(!c.messages.some((m) => m.type === 'event' && (m as { event?: string }).event === 'stopped'));
});

test('a C file runs under the default scenario, whose text can be read', async (t) => {
  const c = await session(t);
  await c.launch({ program: callbacks }, { [callbacks]: [fromScenario] });
  const stop = await c.stopped();
  const frame = (await c.stack(stop.threadId ?? 0)).find((f) => f.name.startsWith('explorer.exe!'));
  assert.ok(frame?.source?.sourceReference, 'the default scenario has no file: it comes through the adapter');
  const source = await c.request<{ content: string }>('source', { sourceReference: frame.source.sourceReference, source: frame.source });
  assert.match(source.content.split('\n')[frame.line - 1], /StartProcess/);
});

test('a model is debugged like the driver: breakpoint, stack through the driver, variables', async (t) => {
  const client = await session(t);
  const models = fixture('stubs/models.c');
  const line = lineOf(models, '*TransactionHandle = (HANDLE)0x44');
  await client.launch({ program: fixture('stubs/modelled.scenario') }, { [models]: [{ line }] });
  const { threadId = 0 } = await client.stopped();
  const frames = await client.stack(threadId);
  assert.deepEqual(
    frames.slice(0, 2).map((f) => [f.name, f.source?.path, f.line]),
    [
      ['transacted!ZwCreateTransaction', models, line],
      ['transacted!OnProcess', fixture('stubs/transacted.c'), lineOf(fixture('stubs/transacted.c'), 'BEGIN_TRANSACTION(&')],
    ],
  );
  assert.equal(await client.evaluate('g_Transactions', frames[0].id), '1');
});
