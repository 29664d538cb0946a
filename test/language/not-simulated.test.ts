// Calls of routines that are declared only: told at the call and on hover, answered by a quick fix in the scenario that loads the driver, and checked there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction, MarkupContent, TextDocumentEdit } from 'vscode-languageserver/node';
import { MemoryFiles } from '../../src/base/files.js';
import { Client, placeOf } from './client.js';

const DRIVER_URI = 'file:///w/driver/d.c';
const SCENARIO_URI = 'file:///w/d.scenario';
const DRIVER = `#include <ntifs.h>
#include "library.h"
#define OPEN(block) IoWMIOpenBlock(NULL, 0, block)
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PVOID block;
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    LibraryStart(1);
    DbgPrint("%p", &block);
    LibraryStart(2);
    return OPEN(&block);
}
`;
const SCENARIO = `machine { cpus 1 }
// the driver
driver "d" { sources "driver/d.c" }
`;
const FILES = { '/w/driver/d.c': DRIVER, '/w/driver/library.h': 'VOID LibraryStart(ULONG Level);\n', '/w/d.scenario': SCENARIO };

async function session(files: Record<string, string> = FILES, settings?: unknown): Promise<Client> {
  const c = new Client(new MemoryFiles(files));
  await c.initialize(settings);
  await c.open(DRIVER_URI, DRIVER);
  return c;
}
const missing = async (c: Client, version: number) => (await c.diagnostics(DRIVER_URI, version)).filter((d) => d.code === 'not-simulated');

/** Text with the edits of an action, which must be for one document. */
function apply(text: string, action: CodeAction, uri: string): string {
  const changes = action.edit?.documentChanges as TextDocumentEdit[];
  assert.equal(changes.length, 1);
  const [change] = changes;
  assert.equal(change.textDocument.uri, uri);
  const lines = text.split('\n');
  for (const e of change.edits) {
    assert.ok('newText' in e);
    assert.deepEqual(e.range.start, e.range.end);
    lines[e.range.start.line] =
      lines[e.range.start.line].slice(0, e.range.start.character) + e.newText + lines[e.range.start.line].slice(e.range.start.character);
  }
  return lines.join('\n');
}

test('each call is told, through macros too; the quick fix answers in the scenario', async () => {
  const c = await session();
  const found = await missing(c, 1);
  assert.deepEqual(
    found.map((d) => [d.severity, d.range.start]),
    [
      [3, placeOf(DRIVER, 'LibraryStart(1)')],
      [3, placeOf(DRIVER, 'LibraryStart(2)')],
      [3, placeOf(DRIVER, 'OPEN(&block)')],
    ],
  );
  assert.match(String(found[0].message), /^'LibraryStart' is declared here and defined nowhere: .* stub LibraryStart;$/);
  assert.match(
    String(found[2].message),
    /^'IoWMIOpenBlock' is declared but not simulated \(Windows Management Instrumentation\): a run stops at this call .*stub IoWMIOpenBlock returns STATUS_SUCCESS \{ \*DataBlockObject = NULL; \}$/,
  );
  const actions = await c.codeActions(DRIVER_URI, found[2].range);
  const add = actions.find((a) => a.title === 'Add stub IoWMIOpenBlock to d.scenario');
  assert.ok(add, actions.map((a) => a.title).join());
  assert.deepEqual(
    add.diagnostics?.map((d) => d.range),
    [found[2].range],
  );
  const scenario = apply(SCENARIO, add, SCENARIO_URI);
  assert.equal(
    scenario,
    'machine { cpus 1 }\nstub IoWMIOpenBlock returns STATUS_SUCCESS { *DataBlockObject = NULL; }\n// the driver\ndriver "d" { sources "driver/d.c" }\n',
  );
  // the open scenario counts at once, for the driver too
  await c.open(SCENARIO_URI, scenario);
  assert.deepEqual(await c.diagnostics(SCENARIO_URI, 1), []);
  await c.change(DRIVER_URI, 2, [{ text: DRIVER }]);
  assert.deepEqual(
    (await missing(c, 2)).map((d) => d.range.start),
    [placeOf(DRIVER, 'LibraryStart(1)'), placeOf(DRIVER, 'LibraryStart(2)')],
  );
  assert.deepEqual(c.log, []);
  c.dispose();
});

test('models answer as well; without a scenario there is no quick fix; the level hides all of it', async () => {
  const models = 'VOID LibraryStart(ULONG Level) { }\nNTSTATUS IoWMIOpenBlock(void) { return 0; }';
  const modelled = await session({ ...FILES, '/w/d.scenario': `models "m*.c";\n${SCENARIO}`, '/w/models.c': models });
  assert.deepEqual(await missing(modelled, 1), []);
  modelled.dispose();
  const { '/w/d.scenario': _, ...alone } = FILES;
  const without = await session(alone);
  const [first] = await missing(without, 1);
  assert.deepEqual(
    (await without.codeActions(DRIVER_URI, first.range)).map((a) => a.title),
    [],
  );
  without.dispose();
  const quiet = await session(FILES, { diagnostics: { level: 'warning' } });
  assert.deepEqual(await missing(quiet, 1), []);
  quiet.dispose();
});

test('hover says what comes of a call', async () => {
  const c = await session();
  const hover = async (word: string) => {
    const { line, character } = placeOf(DRIVER, word);
    const found = await c.hover(DRIVER_URI, line, character + 1);
    return found ? (found.contents as MarkupContent).value : '';
  };
  assert.match(await hover('IoWMIOpenBlock'), /\*\*Not simulated\*\* \(Windows Management Instrumentation\): a run stops at a call of it/);
  assert.match(await hover('DbgPrint'), /Simulated\.$/);
  assert.doesNotMatch(await hover('LibraryStart'), /imulated/);
  c.dispose();
});

test('a scenario is told what is wrong with its stubs and models', async () => {
  const c = new Client(new MemoryFiles(FILES));
  await c.initialize();
  const text = `stub LibraryStar;\nstub IoWMIOpenBlock returns "x";\nmodels "none.c";\n${SCENARIO}`;
  await c.open(SCENARIO_URI, text);
  const found = await c.diagnostics(SCENARIO_URI, 1);
  assert.deepEqual(found.map((d) => [d.range.start.line, String(d.message).replace(/ \(looked for .*/, '')]).sort(), [
    [0, "no source declares a function 'LibraryStar' (did you mean 'LibraryStart'?)"],
    [1, '\'"x"\' is char *, not NTSTATUS (an integer is wanted)'],
    [2, 'models file none.c was not found'],
  ]);
  assert.deepEqual(c.log, []);
  c.dispose();
});

test('what is said in a scenario follows the driver that it loads, saved or not, and its headers', async () => {
  const c = new Client(new MemoryFiles(FILES));
  await c.initialize();
  await c.open(SCENARIO_URI, `stub LibraryStart;\n${SCENARIO}`);
  assert.deepEqual(await c.diagnostics(SCENARIO_URI, 1), []);
  await c.open(DRIVER_URI, DRIVER);
  await c.diagnostics(DRIVER_URI, 1);
  const told = async (driver: string, version: number, count: number): Promise<void> => {
    await c.change(DRIVER_URI, version, [{ text: driver }]);
    await c.until(SCENARIO_URI, (p) => p.diagnostics.length === count);
  };
  const withoutCalls = DRIVER.replace(/ *LibraryStart.*\n/g, '');
  await told(withoutCalls.replace('#include "library.h"', ''), 2, 1);
  await told(withoutCalls, 3, 0);
  await c.open('file:///w/driver/library.h', 'VOID LibraryBegin(ULONG Level);\n');
  await c.until(SCENARIO_URI, (p) => p.diagnostics.length === 1);
  await c.close('file:///w/driver/library.h');
  await c.until(SCENARIO_URI, (p) => p.diagnostics.length === 0);
  assert.deepEqual(c.log, []);
  c.dispose();
});
