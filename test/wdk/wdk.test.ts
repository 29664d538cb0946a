// The headers are the contract: they must parse alone and together, have the x64 layouts, and carry the annotations that the kernel reads.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { SourceFile } from '../../src/base/source.js';
import { compileSource } from '../../src/c/compile-unit.js';
import type { FunctionSymbol, TranslationUnit } from '../../src/c/tree.js';

const folder = new URL('../../src/wdk/', import.meta.url);
const names = readdirSync(folder).filter((n) => n.endsWith('.h'));
const builtinHeaders = Object.fromEntries(names.map((n) => [n.toLowerCase(), readFileSync(new URL(n, folder), 'utf8')]));

function compile(text: string, defines: Record<string, string> = {}): TranslationUnit {
  return compileSource(new SourceFile('test.c', text), '/test.c', { files: new MemoryFiles(), builtinHeaders, includePaths: [], defines });
}
function assertClean(unit: TranslationUnit, what: string): void {
  assert.deepEqual(
    unit.diagnostics.map((d) => d.message),
    [],
    what,
  );
}
const include = (...headers: string[]): string => headers.map((h) => `#include <${h}>\n`).join('');
function routine(unit: TranslationUnit, name: string): FunctionSymbol {
  const symbol = unit.scope.names.get(name);
  assert.ok(symbol && symbol.kind === 'function', name);
  return symbol;
}
/** Annotations as text; levels by name, whether the front end keeps the macro's name or its value. */
const LEVELS: Record<string, string> = { 0: 'PASSIVE_LEVEL', 1: 'APC_LEVEL', 2: 'DISPATCH_LEVEL' };
const marks = (f: FunctionSymbol): string[] =>
  f.sal.map((a) => (a.args.length ? `${a.name}(${a.args.join(', ').replace(/(?<=^|_\()([012])(?=$|\))/g, (n) => LEVELS[n])})` : a.name));

test('every header parses alone', () => {
  for (const n of names) assertClean(compile(include(...(n === 'poppack.h' ? ['pshpack1.h', n] : [n]))), n);
});

test('headers parse together, in either order, free and checked build', () => {
  const orders = [
    ['ntddk.h', 'ntifs.h', 'wdm.h'],
    ['wdm.h', 'ntddk.h'],
    ['fltKernel.h', 'ntstrsafe.h', 'wdmsec.h'],
    ['windows.h', 'ntifs.h'],
    ['ntifs.h', 'windows.h', 'winternl.h'],
    ['ntundoc.h', 'fltkernel.h', 'bcrypt.h', 'ntintsafe.h', 'initguid.h'],
  ];
  for (const order of orders) {
    assertClean(compile(include(...order)), order.join(' '));
    assertClean(compile(include(...order), { DBG: '1', UNICODE: '1', POOL_NX_OPTIN: '1' }), `${order.join(' ')} DBG`);
  }
  assertClean(
    compile(`#define RTL_USE_AVL_TABLES\n${include('fltKernel.h')}RTL_GENERIC_TABLE t; PRTL_AVL_TABLE p = &t;`),
    'balanced tables under the old names',
  );
});

test('public structures have their x64 layout', () => {
  assertClean(compile(readFileSync(new URL('./layout.c', import.meta.url), 'utf8')), 'layout.c');
});

test('a wrong layout would be noticed', () => {
  const unit = compile(`${include('ntifs.h')}_Static_assert(sizeof(IRP) == 0xD8, "no");`);
  assert.equal(unit.diagnostics.length, 1);
});

test('routines carry IRQL, lock and Interlock annotations', () => {
  const unit = compile(include('ntifs.h'));
  const of = (name: string): string[] => marks(routine(unit, name));
  assert.deepEqual(of('PsSetCreateProcessNotifyRoutineEx'), [
    '_IRQL_requires_max_(PASSIVE_LEVEL)',
    '_Interlock_pageable_',
    '_Interlock_blocks_',
  ]);
  assert.ok(of('PsLookupProcessByProcessId').includes('_IRQL_requires_max_(APC_LEVEL)'));
  assert.ok(of('PsLookupProcessByProcessId').includes('_Must_inspect_result_'));
  assert.ok(
    of('RtlInsertElementGenericTable').includes('_IRQL_requires_max_(DISPATCH_LEVEL)'),
    'tables in nonpaged memory work at DISPATCH_LEVEL',
  );
  assert.ok(of('ZwOpenKey').includes('_Interlock_registry_'));
  assert.ok(of('ZwCreateFile').includes('_Interlock_file_'));
  assert.ok(of('KeWaitForSingleObject').includes('_Interlock_blocks_'));
  assert.ok(of('KeWaitForSingleObject').some((m) => m.startsWith('_When_(') && m.includes('_IRQL_requires_max_(DISPATCH_LEVEL)')));
  assert.ok(of('KeAcquireSpinLockRaiseToDpc').includes('_IRQL_raises_(DISPATCH_LEVEL)'));
  assert.ok(!of('PsGetProcessId').some((m) => m.startsWith('_Interlock_')));
});

test('parameters carry their direction', () => {
  const unit = compile(include('ntifs.h'));
  const directions = (name: string): string[] => {
    const type = routine(unit, name).type;
    assert.ok(type.kind === 'function');
    return type.params.map((p) => p.sal.map((a) => a.name).join(' '));
  };
  assert.deepEqual(directions('PsLookupProcessByProcessId'), ['_In_', '_Outptr_']);
  assert.deepEqual(directions('ZwOpenProcess'), ['_Out_', '_In_', '_In_', '_In_opt_']);
  assert.deepEqual(directions('ProbeForRead'), ['_In_reads_bytes_', '_In_', '_In_']);
});

test('every documented routine of the process manager is declared', () => {
  const unit = compile(include('ntifs.h'));
  const list = readFileSync(new URL('./ps-names.txt', import.meta.url), 'utf8')
    .split(/\s+/)
    .filter(Boolean);
  assert.ok(list.length >= 88);
  const missing = list.filter((n) => !unit.scope.names.has(n) && !unit.macros.has(n));
  assert.deepEqual(missing, []);
});

test('inline routines are real code and undocumented exports stay out of ntifs.h', () => {
  const unit = compile(`${include('ntifs.h', 'ntstrsafe.h')}
    PUCHAR PsGetProcessImageFileName(PEPROCESS p);
    typedef enum _SYSTEM_INFORMATION_CLASS { SystemProcessInformation = 5 } SYSTEM_INFORMATION_CLASS;
    NTSTATUS ZwQuerySystemInformation(SYSTEM_INFORMATION_CLASS c, PVOID b, ULONG n, PULONG r);
    LIST_ENTRY head; KSPIN_LOCK lock; WCHAR text[8];
    NTSTATUS use(PIRP irp, PLIST_ENTRY e) {
      KIRQL old;
      KeAcquireSpinLock(&lock, &old); InsertTailList(&head, e); KeReleaseSpinLock(&lock, old);
      IoMarkIrpPending(irp); IoSetCompletionRoutine(irp, NULL, NULL, TRUE, TRUE, TRUE);
      __try { RtlZeroMemory(text, sizeof text); } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) { return GetExceptionCode(); }
      ObDereferenceObject(PsGetCurrentProcess()); IoCompleteRequest(irp, IO_NO_INCREMENT);
      return RtlStringCchCopyW(text, RTL_NUMBER_OF(text), L"abc");
    }`);
  assertClean(unit, 'use');
  const defined = new Set(unit.functions.map((f) => f.symbol.name));
  for (const n of ['InsertTailList', 'IoMarkIrpPending', 'IoSetCompletionRoutine', 'RtlStringCchCopyW']) assert.ok(defined.has(n), n);
});
