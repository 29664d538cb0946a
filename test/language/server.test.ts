// What an editor sees of the language server: the traffic of a short editing session, and the situations that the settings and the workspace make.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction, Hover, MarkupContent, TextDocumentEdit } from 'vscode-languageserver/node';
import { MemoryFiles } from '../../src/base/files.js';
import { Client, placeOf } from './client.js';
import { CALL_LINE, DRIVER, DRIVER_WITH_CALL, REGISTRY_CALL } from './driver-text.js';

const URI = 'file:///w/driver/driver.c';
const lineOnly = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 0 } });

function client(files: Record<string, string> = {}, pages?: string): Client {
  return new Client(new MemoryFiles(files), pages);
}

test('a session: open, type a registry call, read about it, apply its fix', async () => {
  const c = client({ '/w/driver/driver.c': DRIVER }, 'https://example.org/rules');
  const { capabilities, serverInfo } = await c.initialize();
  assert.equal(serverInfo?.name, 'interlock');
  assert.deepEqual(capabilities, {
    textDocumentSync: { openClose: true, change: 2, save: { includeText: false } },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: ['quickfix'] },
  });

  await c.open(URI, DRIVER);
  assert.deepEqual(await c.diagnostics(URI, 1), []);

  await c.change(URI, 2, [{ range: lineOnly(CALL_LINE), text: REGISTRY_CALL }]);
  const found = await c.diagnostics(URI, 2);
  const registry = found.filter((d) => d.code === 'registry-call');
  assert.ok(registry.length >= 1, JSON.stringify(found));
  const [d] = registry;
  assert.deepEqual(d.range.start, placeOf(DRIVER_WITH_CALL, 'ZwOpenKey'));
  assert.equal(d.source, 'interlock');
  assert.equal(d.codeDescription?.href, 'https://example.org/rules/registry-call.md');
  assert.match(String(d.message), /registry/i);
  const [registered] = d.relatedInformation ?? [];
  assert.equal(registered.location.uri, URI);
  assert.match(registered.message, /OnProcess is registered/);

  const hover = await c.hover(URI, d.range.start.line, d.range.start.character + 3);
  assert.deepEqual(markdown(hover).split('\n'), [
    '```c',
    'NTSTATUS ZwOpenKey(',
    '    _Out_ PHANDLE KeyHandle,',
    '    _In_ ACCESS_MASK DesiredAccess,',
    '    _In_ POBJECT_ATTRIBUTES ObjectAttributes',
    ');',
    '```',
    '',
    '- IRQL: at most PASSIVE_LEVEL.',
    '- Registry call: registry callbacks and other drivers run inside it.',
    '- May block: the calling thread can wait in it.',
    '- Pageable: its code may be paged out, so it must not be called at DISPATCH_LEVEL or above.',
    '- The result must be looked at.',
    '',
    'Kernel routine, declared in `wdm.h`.',
    '',
    'Simulated.',
  ]);

  const actions = await c.codeActions(URI, d.range);
  const off = actions.find((a) => a.title === 'Disable rule registry-call for this line');
  assert.ok(off);
  assert.deepEqual(
    off.diagnostics?.map((x) => x.code),
    ['registry-call'],
  );
  const text = apply(DRIVER_WITH_CALL, off);
  await c.change(URI, 3, [{ text }]);
  const left = await c.diagnostics(URI, 3);
  assert.ok(!left.some((x) => x.code === 'registry-call' && x.range.start.line === d.range.start.line + 1));
  assert.deepEqual(c.log, []);
  c.dispose();
});

const markdown = (h: Hover | null): string => (h?.contents as MarkupContent | undefined)?.value ?? '';

/** Text with the edits of an action, which must be for that document alone. */
function apply(text: string, action: CodeAction): string {
  const changes = action.edit?.documentChanges as TextDocumentEdit[];
  assert.equal(changes.length, 1);
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  const at = (p: { line: number; character: number }) => starts[p.line] + p.character;
  return changes[0].edits
    .map((e) => ({ start: at(e.range.start), end: at(e.range.end), text: (e as { newText: string }).newText }))
    .sort((a, b) => b.start - a.start)
    .reduce((t, e) => t.slice(0, e.start) + e.text + t.slice(e.end), text);
}

test('typing on gives up what nobody wants any more: the last version is answered, in time order', async () => {
  const c = client();
  await c.initialize();
  await c.open(URI, DRIVER);
  for (let v = 2; v <= 40; v++) await c.change(URI, v, [{ range: lineOnly(CALL_LINE), text: '/* */' }]);
  await c.diagnostics(URI, 40);
  const versions = c.published.map((p) => p.version ?? 0);
  assert.deepEqual(
    versions,
    [...versions].sort((a, b) => a - b),
  );
  assert.ok(versions.length < 40, `${versions.length} lists were published`);
  c.dispose();
});

test('a workspace without drivers shows nothing', async () => {
  const c = client({ '/w/app/main.c': 'int main(void) { return oops; }' });
  await c.initialize();
  await c.open('file:///w/app/main.c', 'int main(void) { return oops; }');
  await c.change('file:///w/app/main.c', 2, [{ text: 'int main(void) { return oops' }]);
  await c.open('untitled:Untitled-1', DRIVER);
  await c.open('git:/w/driver/driver.c?ref', DRIVER_WITH_CALL);
  await c.settled();
  assert.deepEqual(c.published, []);
  assert.equal(await c.hover('file:///w/app/main.c', 0, 5), null);
  c.dispose();
});

test('C errors: shown alone, left to another C server, forced by the setting', async () => {
  const bad = DRIVER.replace('g_State.Count++;', 'g_State.Cuont++;');
  const codes = async (settings: unknown): Promise<unknown[]> => {
    const c = client();
    await c.initialize(settings);
    await c.open(URI, bad);
    const found = await c.diagnostics(URI, 1);
    c.dispose();
    return found.map((d) => d.code);
  };
  assert.deepEqual(await codes({}), ['c-no-member']);
  assert.deepEqual(await codes({ otherCServer: true }), []);
  assert.deepEqual(await codes({ otherCServer: true, cDiagnostics: 'on' }), ['c-no-member']);
  assert.deepEqual(await codes({ cDiagnostics: 'off' }), []);
});

test('settings: rules off, level, disabled; they take effect without an edit', async () => {
  const c = client();
  await c.initialize();
  await c.open(URI, DRIVER_WITH_CALL);
  const has = (p: { diagnostics: readonly { code?: unknown }[] }) => p.diagnostics.some((d) => d.code === 'registry-call');
  await c.until(URI, has);
  await c.settings({ diagnostics: { enable: false } });
  await c.until(URI, (p) => p.diagnostics.length === 0);
  await c.settings({ diagnostics: { enable: true } });
  await c.until(URI, has);
  await c.settings({ diagnostics: { off: ['registry-call'] } });
  await c.until(URI, (p) => !has(p));
  await c.settings({ diagnostics: { off: [] } });
  await c.until(URI, has);
  await c.settings({ diagnostics: { level: 'error' } });
  await c.until(URI, (p) => !has(p));
  c.dispose();
});

test('a driver of several files: what one does is reported in the other, and cleared everywhere', async () => {
  const callee =
    '#include <ntddk.h>\n#include "shared.h"\nextern UNICODE_STRING g_Path;\nVOID Helper(VOID)\n{\n    HANDLE key;\n    OBJECT_ATTRIBUTES a;\n    InitializeObjectAttributes(&a, &g_Path, 0, NULL, NULL);\n    if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &a))) ZwClose(key);\n}\n';
  const header = '#pragma once\nVOID Helper(VOID);\n';
  const main = DRIVER.replace('#include <ntddk.h>', '#include <ntddk.h>\n#include "shared.h"');
  const files = { '/w/driver/driver.c': main, '/w/driver/helper.c': callee, '/w/driver/shared.h': header };
  const c = client(files);
  await c.initialize();
  await c.open(URI, main);
  assert.deepEqual(await c.diagnostics(URI, 1), []);
  assert.deepEqual(
    c.published.filter((p) => p.uri !== URI),
    [],
  );

  // the call is typed in driver.c, the finding is in helper.c, which is not open
  await c.change(URI, 2, [{ text: main.replace('g_State.Count++;', 'g_State.Count++;\n        Helper();') }]);
  const helper = 'file:///w/driver/helper.c';
  const found = await c.until(helper, (p) => p.diagnostics.length > 0);
  assert.equal(found.version, undefined);
  const d = found.diagnostics.find((x) => x.code === 'registry-call');
  assert.ok(d);
  assert.deepEqual([...new Set(d.relatedInformation?.map((r) => r.location.uri))], [URI]);

  // a header that is edited counts before it is saved
  const headerUri = 'file:///w/driver/shared.h';
  await c.open(headerUri, header);
  await c.change(headerUri, 2, [{ text: '#pragma once\nVOID Helpr(VOID);\n' }]);
  // the call is of a function that only another file defines: a warning, as MSVC says it
  const broken = await c.until(URI, (p) => p.diagnostics.some((x) => x.code === 'c-implicit-function'));
  assert.equal(broken.version, 2);
  await c.change(headerUri, 3, [{ text: header }]);
  await c.until(URI, (p) => !p.diagnostics.some((x) => x.code === 'c-implicit-function'));

  await c.close(headerUri);
  await c.close(URI);
  await c.until(helper, (p) => p.diagnostics.length === 0);
  await c.until(URI, (p) => p.diagnostics.length === 0);
  c.dispose();
});

test('a scenario names the sources and the include folder of a driver', async () => {
  const text = DRIVER_WITH_CALL.replace('#include <ntddk.h>', '#include "all.h"');
  const scenario = 'driver "d" {\n  sources "src/*.c";\n  include "inc";\n}\n';
  const c = client({ '/w/src/a.c': text, '/w/inc/all.h': '#pragma once\n#include <ntddk.h>\n', '/w/d.scenario': scenario });
  await c.initialize();
  await c.open('file:///w/src/a.c', text);
  const found = await c.diagnostics('file:///w/src/a.c', 1);
  assert.ok(found.some((d) => d.code === 'registry-call'));
  assert.ok(!found.some((d) => d.code === 'pp-include-not-found'));
  c.dispose();
});

test('scenario files: mistakes of the language, missing sources and C in thread bodies, with hover', async () => {
  const uri = 'file:///w/x.scenario';
  const text = 'machnie { cpus 2; }\ndriver "d" { sources "none/*.c"; }\nprocess "a.exe" {\n  thread t {\n    Sleep(undeclared);\n  }\n}\n';
  const c = client({ '/w/x.scenario': text });
  await c.initialize();
  await c.open(uri, text, 1, 'interlock-scenario');
  const found = await c.diagnostics(uri, 1);
  assert.deepEqual(
    found.map((d) => [d.code, d.range.start.line]),
    [
      ['scenario-unknown-word', 0],
      ['scenario-missing-file', 1],
      ['c-undeclared', 4],
    ],
  );
  const { line, character } = placeOf(text, 'Sleep');
  assert.match(JSON.stringify(await c.hover(uri, line, character)), /Sleep\(/);
  await c.close(uri);
  await c.until(uri, (p) => p.diagnostics.length === 0);
  c.dispose();
});
