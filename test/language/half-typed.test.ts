// Half-typed C: whatever stands in the editor, every version is answered, nothing is said in the log, requests come back, and when the text is whole again the
// diagnostics are those of a server that never saw anything else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryFiles } from '../../src/base/files.js';
import { Client } from './client.js';
import { DRIVER, DRIVER_WITH_CALL } from './driver-text.js';

const URI = 'file:///w/driver/driver.c';
const SCENARIO = 'file:///w/driver/d.scenario';
/** The first line makes it a driver; it stays. */
const HEAD = DRIVER_WITH_CALL.indexOf('\n') + 1;
const BODY = DRIVER_WITH_CALL.slice(HEAD);

/** A text on its way: cut off, with a hole in it, a piece doubled, or a piece of something else in it. */
const damaged = fc.oneof(
  fc.nat(BODY.length).map((n) => BODY.slice(0, n)),
  fc.tuple(fc.nat(BODY.length), fc.nat(60)).map(([at, n]) => BODY.slice(0, at) + BODY.slice(at + n)),
  fc.tuple(fc.nat(BODY.length), fc.nat(200)).map(([at, n]) => BODY.slice(0, at + n) + BODY.slice(at)),
  fc
    .tuple(
      fc.nat(BODY.length),
      fc.constantFrom(
        '{',
        '}',
        '(',
        ')',
        '"',
        "'",
        '/*',
        '#if 1\n',
        '#define X(',
        '\\',
        '->',
        'ZwOpenKey(',
        'struct {',
        '0x',
        'L"',
        '\u00e9',
        '\0',
      ),
    )
    .map(([at, piece]) => BODY.slice(0, at) + piece + BODY.slice(at)),
  fc.tuple(fc.nat(BODY.length), fc.string({ maxLength: 20 })).map(([at, piece]) => BODY.slice(0, at) + piece + BODY.slice(at)),
);

test('a driver on its way', { timeout: 300_000 }, async () => {
  const fresh = new Client(new MemoryFiles({}));
  await fresh.initialize();
  await fresh.open(URI, DRIVER_WITH_CALL);
  const expected = await fresh.diagnostics(URI, 1);
  assert.ok(expected.length > 0);
  fresh.dispose();

  const c = new Client(new MemoryFiles({}));
  await c.initialize();
  let version = 1;
  await c.open(URI, DRIVER_WITH_CALL, version);
  await fc.assert(
    fc.asyncProperty(damaged, fc.nat(60), fc.nat(40), async (body, line, character) => {
      await c.change(URI, ++version, [{ text: DRIVER_WITH_CALL.slice(0, HEAD) + body }]);
      const asked = c.hover(URI, line, character);
      await c.diagnostics(URI, version);
      await asked;
      const start = { line, character };
      for (const a of await c.codeActions(URI, { start, end: start })) assert.ok(a.edit?.documentChanges?.length);
      await c.change(URI, ++version, [{ text: DRIVER_WITH_CALL }]);
      assert.deepEqual(await c.diagnostics(URI, version), expected);
      assert.deepEqual(c.log, []);
    }),
    { numRuns: 60 },
  );
  c.dispose();
});

test('a driver that stops being one and becomes one again', { timeout: 120_000 }, async () => {
  const c = new Client(new MemoryFiles({}));
  await c.initialize();
  await c.open(URI, DRIVER_WITH_CALL);
  assert.ok((await c.diagnostics(URI, 1)).length > 0);
  for (let n = HEAD; n >= 0; n -= 3) await c.change(URI, 2 + HEAD - n, [{ text: DRIVER_WITH_CALL.slice(HEAD - n) }]);
  await c.change(URI, 100, [{ text: BODY }]);
  await c.settled();
  assert.deepEqual((await c.until(URI, () => true)).diagnostics, []);
  await c.change(URI, 101, [{ text: DRIVER_WITH_CALL }]);
  assert.ok((await c.diagnostics(URI, 101)).length > 0);
  assert.deepEqual(c.log, []);
  c.dispose();
});

test('a scenario on its way', { timeout: 120_000 }, async () => {
  const whole =
    'machine { cpus 2; seed 7; }\ndriver "d" { sources "*.c"; }\nprocess "C:\\\\a.exe" {\n  thread t {\n    HANDLE p = StartProcess(L"b.exe", L"");\n    CloseHandle(p);\n  }\n}\nexpect { no bugcheck; }\n';
  const c = new Client(new MemoryFiles({ '/w/driver/driver.c': DRIVER_WITH_CALL }));
  await c.initialize();
  let version = 1;
  await c.open(SCENARIO, whole, version, 'interlock-scenario');
  assert.deepEqual(await c.diagnostics(SCENARIO, version), []);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.nat(30), fc.string({ maxLength: 8 }), async (at, n, piece) => {
      await c.change(SCENARIO, ++version, [{ text: whole.slice(0, at) + piece + whole.slice(at + n) }]);
      await c.hover(SCENARIO, 4, 18);
      await c.diagnostics(SCENARIO, version);
      await c.change(SCENARIO, ++version, [{ text: whole }]);
      assert.deepEqual(await c.diagnostics(SCENARIO, version), []);
      assert.deepEqual(c.log, []);
    }),
    { numRuns: 40 },
  );
  c.dispose();
});

test('what is missing is not reported while the text is half typed, and is when it is whole', async () => {
  const c = new Client(new MemoryFiles({}));
  await c.initialize();
  await c.open(URI, DRIVER);
  assert.deepEqual(await c.diagnostics(URI, 1), []);
  const call = '    PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);\n';
  const codes = (found: readonly { code?: unknown }[]) => found.map((d) => d.code);
  // the removal is swallowed by a condition that is being typed
  await c.change(URI, 2, [{ text: DRIVER.replace(call, `    if (x\n${call}`) }]);
  const half = codes(await c.diagnostics(URI, 2));
  assert.ok(half.includes('c-syntax') && !half.includes('not-unregistered'), half.join());
  await c.change(URI, 3, [{ text: DRIVER.replace(call, '') }]);
  assert.ok(codes(await c.diagnostics(URI, 3)).includes('not-unregistered'));
  // what was there before stays
  await c.change(URI, 4, [{ text: DRIVER.replace(call, '    if (x\n') }]);
  assert.ok(codes(await c.diagnostics(URI, 4)).includes('not-unregistered'));
  c.dispose();
});
