// The index of the built-in headers: a unit made with it must be the unit that reading the headers in full makes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { SourceFile } from '../../src/base/source.js';
import { compileUnit, parseExpression, parseTypeName } from '../../src/c/compile-unit.js';
import { headerSet } from '../../src/c/header-index.js';
import { buildHeaderIndex } from '../../src/c/header-index-builder.js';
import { INDEX_ENTRY } from '../../src/c/header-index-data.js';
import { type PreprocessOptions, preprocess } from '../../src/c/preprocessor.js';
import type { TranslationUnit } from '../../src/c/tree.js';
import { typeToString } from '../../src/c/type-names.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { dumpUnit } from './unit-dump.js';

const HEADERS = ['wdm.h', 'ntddk.h', 'ntifs.h', 'fltkernel.h', 'windows.h'];

interface Case {
  readonly text: string;
  readonly more?: Record<string, string>;
  readonly options?: Partial<PreprocessOptions>;
}

function optionsOf(c: Case): PreprocessOptions {
  return {
    files: new MemoryFiles({ ...c.more, 'src/t.c': c.text }),
    builtinHeaders: wdkHeaders,
    includePaths: ['src'],
    defines: { DBG: '1' },
    ...c.options,
  };
}

/** Compiles both ways, compares everything; answers the unit made with the index. `indexed`: whether the index is expected to be used. */
function same(c: Case | string, indexed = true): TranslationUnit {
  const it = typeof c === 'string' ? { text: c } : c;
  const missing = new Set<string>();
  const missingInFull = new Set<string>();
  const fast = compileUnit('src/t.c', { ...optionsOf(it), missing });
  const full = compileUnit('src/t.c', { ...optionsOf(it), missing: missingInFull, wholeHeaders: true });
  const a = dumpUnit(fast);
  const b = dumpUnit(full);
  for (let i = 0; i < Math.max(a.length, b.length); i++) assert.equal(a[i], b[i]);
  assert.deepEqual([...missing].sort(), [...missingInFull].sort());
  assert.equal(usesIndex(it), indexed, 'use of the index');
  return fast;
}

const usesIndex = (c: Case): boolean => preprocess(new SourceFile('src/t.c', c.text), 'src/t.c', optionsOf(c)).headers !== undefined;

/** C files of a folder of the examples, as files of `src`. */
function sourcesOf(folder: string): Record<string, string> {
  const names = readdirSync(path.join('examples', folder)).filter((x) => /\.[ch]$/.test(x));
  return Object.fromEntries(names.map((x) => [`src/${x}`, readFileSync(path.join('examples', folder, x), 'utf8')]));
}

test('the index is there and of the present headers', () => {
  const { [INDEX_ENTRY]: index, ...headers } = wdkHeaders;
  assert.ok(index, 'npm run gen makes it');
  for (const [name, text] of Object.entries(headers))
    assert.equal(text, readFileSync(path.join('src/wdk', name), 'utf8').replace(/\r\n?/g, '\n'), name);
  assert.ok(buildHeaderIndex(headers) === index, 'the index is not that of the headers: run npm run gen');
  for (const h of HEADERS) assert.ok(headerSet(h, wdkHeaders), h);
});

for (const h of HEADERS) {
  test(`${h} by itself: every macro, type, layout, prototype and annotation`, () => {
    const u = same(`#include <${h}>\n`);
    assert.ok(u.scope.names.size > 500 && u.scope.tags.size > 20 && u.macros.size > 1000);
  });

  test(`${h}: every name asked for by itself, from the last to the first`, () => {
    const text = `#include <${h}>\n`;
    const full = compileUnit('src/t.c', { ...optionsOf({ text }), wholeHeaders: true });
    const texts = { ...wdkHeaders };
    const fast = compileUnit('src/t.c', { ...optionsOf({ text }), builtinHeaders: texts });
    for (const [name, s] of [...full.scope.names].reverse()) {
      const other = fast.scope.names.get(name);
      assert.ok(other, name);
      assert.equal(`${other.kind} ${typeToString(other.type, name)}`, `${s.kind} ${typeToString(s.type, name)}`);
    }
    for (const [tag, d] of [...full.scope.tags].reverse()) {
      const other = fast.scope.tags.get(tag);
      assert.ok(other, tag);
      assert.equal(other.complete, d.complete, tag);
      if ('size' in d && 'size' in other) assert.equal(`${other.size} ${other.align}`, `${d.size} ${d.align}`, tag);
    }
    for (const [name, m] of [...full.macros].reverse()) assert.equal(fast.macros.get(name)?.body, m.body, name);
  });

  test(`${h}: a unit that uses every type, constant and routine`, () => {
    const full = compileUnit('src/t.c', { ...optionsOf({ text: `#include <${h}>\n` }), wholeHeaders: true });
    let text = `#include <${h}>\n`;
    let n = 0;
    for (const [name, s] of full.scope.names) {
      n++;
      if (s.kind === 'typedef') text += `${name} *v${n};\n`;
      else if (s.kind === 'enumerator') text += `int v${n} = ${name};\n`;
      else if (s.kind === 'function') text += `void *v${n}(void) { return (void *)${name}; }\n`;
      else text += `void *v${n} = (void *)&${name};\n`;
    }
    same(text);
  });
}

test('the examples', () => {
  for (const folder of ['procwatch/driver', 'procwatch-bug']) {
    const more = { ...sourcesOf('procwatch/driver'), ...sourcesOf(folder) };
    for (const name of Object.keys(sourcesOf(folder))) if (name.endsWith('.c')) same({ text: more[name], more });
  }
});

const DRIVER = `
typedef struct _CONTEXT_OF_MINE { LIST_ENTRY Link; KSPIN_LOCK Lock; UNICODE_STRING Name; PEPROCESS Process; KDPC Dpc; } CONTEXT_OF_MINE, *PCONTEXT_OF_MINE;
DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;
_Use_decl_annotations_ VOID Unload(PDRIVER_OBJECT DriverObject) { IoDeleteDevice(DriverObject->DeviceObject); }
#pragma alloc_text(INIT, DriverEntry)
static CONTEXT_OF_MINE g;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
  LARGE_INTEGER due;
  PIRP irp = NULL;
  due.QuadPart = -10 * 1000;
  UNREFERENCED_PARAMETER(RegistryPath);
  InitializeListHead(&g.Link);
  InsertTailList(&g.Link, &g.Link);
  KeInitializeSpinLock(&g.Lock);
  DriverObject->DriverUnload = Unload;
  DriverObject->MajorFunction[IRP_MJ_CREATE] = NULL;
  if (irp && IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_READ) return STATUS_INVALID_PARAMETER;
  if (*PsProcessType == NULL) return STATUS_UNSUCCESSFUL;
  ASSERT(KeGetCurrentIrql() <= DISPATCH_LEVEL);
  return DriverObject->Size == sizeof(DRIVER_OBJECT) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
`;

test('a driver; each unit has functions and variables of its own', () => {
  const one = same(`#include <ntddk.h>\n${DRIVER}`);
  const two = same('#include <ntddk.h>\nvoid f(void) { IoDeleteDevice(NULL); }\n');
  assert.notEqual(one.scope.names.get('IoDeleteDevice'), two.scope.names.get('IoDeleteDevice'));
  assert.notEqual(one.scope.names.get('PsProcessType'), two.scope.names.get('PsProcessType'));
  assert.equal(
    one.scope.names.get('InsertTailList')?.kind === 'function' &&
      (one.scope.names.get('InsertTailList') as { definition?: object }).definition !== undefined,
    true,
  );
  assert.equal((two.scope.names.get('InsertTailList') as { definition?: object }).definition, undefined);
});

test('redeclarations and definitions of what a header declares stay in their unit', () => {
  same(
    '#include <ntddk.h>\n_IRQL_requires_(0) VOID IoDeleteDevice(PDEVICE_OBJECT D) { (void)D; }\nextern POBJECT_TYPE *PsProcessType;\nPOBJECT_TYPE *PsProcessType;\n',
  );
  const u = same('#include <ntddk.h>\nvoid f(void) { IoDeleteDevice(0); }\nvoid *g = &PsProcessType;\n');
  const f = u.scope.names.get('IoDeleteDevice');
  assert.ok(f?.kind === 'function' && !f.definition && f.builtin);
});

test('errors: the same messages, suggestions and places', () => {
  same('#include <ntddk.h>\nvoid f(void) { IoDeletDevice(0); STATUS_SUCESS; PEPROCES p; undefined_thing = 3; }\n');
  same(
    '#include <ntddk.h>\nint IoDeleteDevice;\ntypedef int PIRP;\nenum e { STATUS_X, NonPagedPool };\nNTSTATUS KeGetCurrentIrql(int x, int y);\n',
  );
  same(
    '#include <ntddk.h>\nvoid InsertTailList(int x) { }\nvoid f(UNICODE_STRING s) { s.Lenght = 1; ((PIRP)0)->Tale = 0; sizeof(struct _EPROCESS); }\n',
  );
  same(
    '#include <ntddk.h>\n#define STATUS_SUCCESS 1\n#undef STATUS_PENDING\nint x = STATUS_PENDING;\n#define min(a, b) 3\nint y = min(1, 2);\n',
  );
});

test("further headers, forced headers, headers behind the project's own", () => {
  same(`#include <ntddk.h>\n#include <ntstrsafe.h>\n#include <wdmsec.h>\n${DRIVER}`);
  same({ text: `#include <ntddk.h>\n#include <ntifs.h>\n${DRIVER}` });
  same({
    text: 'HANDLE h; void t(void) { h = CreateEventW(NULL, TRUE, FALSE, NULL); printf("%d", 1); }',
    options: { forcedIncludes: ['windows.h'] },
  });
  same({
    text: `#include "my.h"\n${DRIVER}`,
    more: { 'src/my.h': "#pragma once\n#pragma warning(disable: 4100)\n#define MY_TAG 'gaTy'\n#include <ntddk.h>\n" },
  });
  same({ text: `#include <NTDDK.H>\n${DRIVER}` });
  same(
    '#if 1\n#include <wdm.h>\n#else\n#include <ntddk.h>\n#endif\nint x = sizeof(DEVICE_OBJECT);\n#ifndef STATUS_SUCCESS\n#error no\n#endif\n',
  );
  same({
    text: '#include <ntddk.h>\nint x = NTDDI_VERSION;\n',
    options: { defines: { DBG: '1', _WIN64: '1', NTDDI_VERSION: '0x06010000', _WIN32_WINNT: '0x0601', PROJECT_X: '1' } },
  });
});

test('what could change the meaning of a header makes it be read in full', () => {
  const full = (c: Case | string): TranslationUnit => same(c, false);
  full('#define FORCEINLINE static\n#include <ntddk.h>\nint x;\n'); // a name of the header
  full('#define Length Size\n#include <ntddk.h>\nint x = sizeof(UNICODE_STRING);\n'); // a word of the header
  full('#define RTL_USE_AVL_TABLES\n#include <ntddk.h>\nint x;\n'); // a condition
  full('#undef _AMD64_\n#include <ntddk.h>\nint x;\n');
  full('#pragma pack(push, 1)\n#include <ntddk.h>\n#pragma pack(pop)\nint x = sizeof(LIST_ENTRY);\n');
  full('typedef int early;\n#include <ntddk.h>\nint x;\n');
  full('#include <initguid.h>\n#include <ntddk.h>\nint x;\n');
  full({ text: '#include <ntddk.h>\nint x;\n', options: { defines: {} } });
  full({ text: '#include <ntddk.h>\nint x;\n', options: { defines: { DBG: '0' } } });
  full({ text: '#include <ntddk.h>\nint x;\n', more: { 'src/wdm.h': '#define MINE 1\n' } }); // the project's file in place of a part
  full({
    text: '#include <ntddk.h>\nint x;\n',
    options: { builtinHeaders: { ...wdkHeaders, 'ntke.h': `${wdkHeaders['ntke.h']}\nint added;\n` } },
  });
});

test('a unit that completes a type of the header changes no other unit', () => {
  const text =
    '#include <ntddk.h>\nstruct _EPROCESS { int mine; };\nint x = sizeof(struct _EPROCESS);\nint f(PEPROCESS p) { return p->mine; }\n';
  assert.deepEqual(same({ text }).diagnostics, []);
  same('#include <ntddk.h>\nint f(PEPROCESS p) { return p->mine; }\n');
  same('#include <ntddk.h>\nstruct _UNICODE_STRING { int mine; };\n');
  same('#include <ntddk.h>\nenum _POOL_TYPE { a, b };\nenum _POOL_TYPE : int { c };\n');
});

test('expressions of the debugger in a unit that has not used the names', () => {
  const text = '#include <ntddk.h>\nint x;\n';
  const fast = same(text);
  const full = compileUnit('src/t.c', { ...optionsOf({ text }), wholeHeaders: true });
  for (const e of [
    '((PIRP)0)->Tail.Overlay.CurrentStackLocation',
    'sizeof(DEVICE_OBJECT)',
    'NT_SUCCESS(STATUS_PENDING)',
    '*PsProcessType',
    'PagedPool + 1',
    'IoDeletDevice(0)',
    'CONTAINING_RECORD(0, IRP, Tail)',
  ]) {
    const [a, b] = [fast, full].map((unit) => parseExpression(e, { unit, scope: unit.scope }));
    assert.deepEqual(
      a.diagnostics.map((d) => [d.message, d.hint]),
      b.diagnostics.map((d) => [d.message, d.hint]),
      e,
    );
    assert.equal(a.expr && typeToString(a.expr.type), b.expr && typeToString(b.expr.type), e);
  }
  const t = parseTypeName('struct _KTHREAD *', { unit: fast, scope: fast.scope });
  assert.equal(t.type && typeToString(t.type), 'struct _KTHREAD *');
});

test('units of headers in other orders after one another', () => {
  for (const h of [...HEADERS, ...HEADERS].reverse())
    same(
      `#include <${h}>\nint x = sizeof(UNICODE_STRING);\nNTSTATUS f(PUNICODE_STRING s) { return s->Length ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL; }\n`,
    );
});
