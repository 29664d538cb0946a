// Bad input in the debugger: each mistake is a failed launch or an ended run with a message that names file, line and cause, and the same adapter launches again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client, fixture } from './client.js';
import { lineOf, procwatch } from './helpers.js';

/** After whatever happened, the adapter must still be able to do its work. */
async function launchesAgain(c: Client): Promise<void> {
  c.forgetEvents();
  await c.launchAgain({ program: procwatch, stopOnEntry: true });
  assert.equal((await c.stopped()).reason, 'entry');
}

interface Refused {
  readonly program: string;
  /** Other launch arguments. */
  readonly more?: object;
  readonly message: RegExp;
  /** Place of the first error output, as the editor links it. */
  readonly place?: { readonly file: string; readonly text: string };
}

const bad = (name: string): string => fixture(`bad/${name}`);

const refused: Record<string, Refused> = {
  'a missing scenario': { program: '/nowhere/missing.scenario', message: /\/nowhere\/missing\.scenario was not found/ },
  'no program at all': { program: '', message: /'program' is missing/ },
  'too many CPUs': {
    program: procwatch,
    more: { cpus: 65 },
    message: /'cpus' in the launch configuration must be a whole number from 1 to 64, not 65/,
  },
  'a seed that is none': {
    program: procwatch,
    more: { seed: 'x' },
    message: /'seed' in the launch configuration must be a whole number .*, not "x"/,
  },
  'a missing source file': {
    program: bad('missing-source.scenario'),
    message: /missing-source\.scenario:4:11: error: source file nowhere\.c was not found/,
    place: { file: bad('missing-source.scenario'), text: 'nowhere.c' },
  },
  'a syntax error in the scenario': {
    program: bad('scenario-syntax.scenario'),
    message: /3 errors; the first: scenario-syntax\.scenario:1:19: error: unknown machine setting 'sed' \(did you mean 'seed'\?\)/,
    place: { file: bad('scenario-syntax.scenario'), text: 'sed 7' },
  },
  'a syntax error in C': {
    program: bad('c-syntax.scenario'),
    message: /c-syntax\.c:\d+:\d+: error: expected ';'/,
    place: { file: bad('c-syntax.c'), text: 'ULONG x = 1' },
  },
  'an undeclared function': {
    program: bad('undeclared.scenario'),
    message: /'KeSetEvnt' is called, but neither declared nor defined \(did you mean 'KeSetEvent'\?\)/,
    place: { file: bad('undeclared.c'), text: 'KeSetEvnt(' },
  },
  'no DriverEntry': {
    program: bad('no-entry.scenario'),
    message: /driver "no-entry" has no DriverEntry/,
    place: { file: bad('no-entry.scenario'), text: 'driver "no-entry"' },
  },
  'a function defined twice': {
    program: bad('duplicate.scenario'),
    message: /function 'Twice' is defined twice/,
    place: { file: bad('duplicate-b.c'), text: 'VOID Twice' },
  },
  'a variable defined nowhere': {
    program: bad('undefined.scenario'),
    message: /variable 'g_Nowhere' is used but defined nowhere/,
    place: { file: bad('undefined.c'), text: 'g_Nowhere = 1' },
  },
};

for (const [what, { program, more, message, place }] of Object.entries(refused)) {
  test(`${what}: the launch is refused`, async (t) => {
    const c = Client.inMemory();
    t.after(() => c.close());
    await c.initialize();
    const response = await c.raw('launch', { program, ...more });
    assert.equal(response.success, false);
    assert.match(response.message ?? '', message);
    assert.equal((response.body as { error: DebugProtocol.Message }).error.showUser, true);
    await c.event('terminated');
    if (place) {
      const output = await c.event<DebugProtocol.OutputEvent>('output');
      assert.equal(output.body.source?.path, place.file);
      assert.equal(output.body.line, lineOf(place.file, place.text));
    }
    await launchesAgain(c);
  });
}

test('a routine that is declared but not simulated: a warning at launch, a stop at the call', async (t) => {
  const c = Client.inMemory();
  t.after(() => c.close());
  await c.launch({ program: bad('not-simulated.scenario') });
  const stop = await c.stopped();
  assert.equal(stop.reason, 'exception');
  assert.match(stop.text ?? '', /IoReportTargetDeviceChange is declared but not simulated yet; it is called at not-simulated\.c:9:5/);
  assert.match(c.outputText(), /not-simulated\.c:9:5: warning: 'IoReportTargetDeviceChange' is declared but not simulated yet/);
  const frames = await c.stack(stop.threadId ?? 0);
  assert.equal(frames.find((f) => f.source)?.line, lineOf(bad('not-simulated.c'), 'IoReportTargetDeviceChange('));
  await c.request('continue', { threadId: stop.threadId });
  assert.deepEqual((await c.event('exited')).body, { exitCode: 2 });
  await c.event('terminated');
  await launchesAgain(c);
});

test('an endless loop ends at the virtual-time limit, and the report says where it was busy', async (t) => {
  const c = Client.inMemory();
  t.after(() => c.close());
  await c.launch({ program: bad('endless-loop.scenario') });
  assert.deepEqual((await c.event('exited')).body, { exitCode: 1 });
  assert.match(c.outputText(), /stopped after 0\.1 s of virtual time in Misbehave \(endless-loop\.c:1[0-2]:/);
  await launchesAgain(c);
});

/** Runs that end in a bug check: its name, and what the explanation must say. */
const bugChecks: Record<string, { readonly name: string; readonly text: string; readonly id: RegExp; readonly explanation: RegExp }> = {
  'a NULL pointer': {
    name: 'null-pointer',
    text: '*g_Counter = 1;',
    id: /SYSTEM_THREAD_EXCEPTION_NOT_HANDLED \(0x7E\)/,
    explanation: /write at NULL pointer \(0x0\) in null-pointer\.c:/,
  },
  'a freed pointer': {
    name: 'use-after-free',
    text: 'record->Value',
    id: /DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL \(0xD5\)/,
    explanation:
      /use after free of the 4-byte block 'Bacd'.* allocated by Misbehave \(use-after-free\.c:15\), freed by Misbehave \(use-after-free\.c:19\)/,
  },
  'a stack overflow': {
    name: 'stack-overflow',
    text: 'return Deeper(',
    id: /UNEXPECTED_KERNEL_MODE_TRAP \(0x7F\)/,
    explanation: /kernel stack overflow: recursion too deep/,
  },
};

for (const [what, { name, text, id, explanation }] of Object.entries(bugChecks)) {
  test(`${what}: a bug check at the line, with its cause in words`, async (t) => {
    const c = Client.inMemory();
    t.after(() => c.close());
    await c.launch({ program: bad(`${name}.scenario`) });
    const stop = await c.stopped();
    const info = await c.request<{ exceptionId: string; description: string }>('exceptionInfo', { threadId: stop.threadId });
    assert.match(info.exceptionId, id);
    assert.match(info.description, explanation);
    const frames = await c.stack(stop.threadId ?? 0);
    const top = frames.find((f) => f.source);
    assert.deepEqual([top?.source?.path, top?.line], [bad(`${name}.c`), lineOf(bad(`${name}.c`), text)]);
    await c.request('continue', { threadId: stop.threadId });
    assert.deepEqual((await c.event('exited')).body, { exitCode: 1 });
    await launchesAgain(c);
  });
}

test('requests at the wrong time are answered, not fatal', async (t) => {
  const c = Client.inMemory();
  t.after(() => c.close());
  await c.initialize();
  for (const [command, args] of [
    ['threads'],
    ['continue', { threadId: 1 }],
    ['stackTrace', { threadId: 5 }],
    ['scopes', { frameId: 3 }],
    ['variables', { variablesReference: 9 }],
    ['evaluate', { expression: '1' }],
    ['exceptionInfo', { threadId: 1 }],
    ['setBreakpoints', { source: { path: '/x.c' }, breakpoints: [] }],
    ['source', { sourceReference: 7 }],
    ['pause', { threadId: 1 }],
    ['noSuchRequest'],
  ] as [string, object?][]) {
    const r = await c.raw(command, args);
    assert.equal(r.command, command);
  }
  await launchesAgain(c);
});
