// `stub` and `models`: what they answer at run time, what the report says of them, and one clear message for each mistake.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { tellStory } from '../../src/scenario/story.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { buildText, outputOf, reportOf, run, textFiles } from './product.js';

/** A driver whose DriverEntry runs some statements and succeeds. */
const driver = (statements: string, before = '') => `#include <ntifs.h>
NTSTATUS LibraryOpen(ULONG Level, PHANDLE Handle, PULONG Length);
VOID LibraryClose(HANDLE Handle);
PVOID LibraryFind(const ULONG *Key, PVOID Table);
LARGE_INTEGER LibraryTime(PLARGE_INTEGER Time, PUNICODE_STRING Name);
double LibraryRatio(void);
DECLSPEC_NORETURN VOID LibraryFail(VOID);
${before}
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    ${statements}
    return STATUS_SUCCESS;
}
`;
const scenario = (answers: string, inDriver = '') => `${answers}\ndriver "d" { sources "d.c"; ${inDriver} }\n`;

const TRANSACTION = `
    HANDLE transaction = (HANDLE)1;
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    NTSTATUS status = ZwCreateTransaction(&transaction, 0, &attributes, NULL, NULL, 0, 0, 0, NULL, NULL);
    DbgPrint("%08X %p\\n", status, transaction);`;

function problems(text: string, files: Readonly<Record<string, string>>): string[] {
  const build = buildScenario('s/test.scenario', { files: textFiles(text, files), headers: wdkHeaders });
  const errors = build.diagnostics.filter((d) => d.severity === 'error');
  if (errors.length) return errors.map(formatDiagnostic);
  return new Simulation(build, { debug: false }).diagnostics.filter((d) => d.severity === 'error').map(formatDiagnostic);
}

test('a stub gives its value and its outputs, and the report counts its calls', () => {
  const build = buildText(scenario('stub ZwCreateTransaction returns STATUS_ACCESS_DENIED { *TransactionHandle = (HANDLE)0x44 }'), {
    'd.c': driver(`${TRANSACTION}\n status = ZwCreateTransaction(NULL, 0, &attributes, NULL, NULL, 0, 0, 0, NULL, NULL);`),
  });
  const report = reportOf(build);
  assert.deepEqual(outputOf(report), ['C0000022 0000000000000044']);
  assert.equal(report.verdict, 'held');
  assert.deepEqual(report.notShown.stubs, ['ZwCreateTransaction 2 times']);
  assert.match(tellStory(report), /^not shown by this run: stubs: ZwCreateTransaction 2 times;/m);
  const events = run(build).kernel.trace;
  let n = 0;
  for (let i = events.begin; i < events.cursor; i++) if (events.kind(i) === 'ke.stub') n++;
  assert.equal(n, 2);
});

test('values: integers of every size, negative ones, pointers, nothing; functions of a library', () => {
  const build = buildText(
    scenario(`
stub LibraryOpen returns -5 { *Handle = NULL; *Length = sizeof(UNICODE_STRING) * 2; };
stub LibraryClose;
stub LibraryFind returns (PVOID)0xFFFFF80000001000;
stub IoWMIOpenBlock returns STATUS_SUCCESS;`),
    {
      'd.c': driver(`
    HANDLE handle = (HANDLE)7; ULONG length = 0;
    NTSTATUS status = LibraryOpen(1, &handle, &length);
    LibraryClose(handle);
    DbgPrint("%d %p %u %p\\n", status, handle, length, LibraryFind(NULL, NULL));`),
    },
  );
  const report = reportOf(build);
  assert.deepEqual(outputOf(report), ['-5 0000000000000000 32 FFFFF80000001000']);
  assert.deepEqual(report.notShown.stubs, ['LibraryOpen 1 time', 'LibraryClose 1 time', 'LibraryFind 1 time']);
});

test('any value of any width arrives as the type holds it', () => {
  const TYPES = [
    ['CHAR', 8],
    ['UCHAR', 8],
    ['SHORT', 16],
    ['USHORT', 16],
    ['LONG', 32],
    ['ULONG', 32],
    ['LONGLONG', 64],
    ['ULONGLONG', 64],
  ] as const;
  const sample = fc.tuple(
    ...TYPES.map(([, bits]) =>
      fc.tuple(fc.bigInt({ min: -(1n << BigInt(bits - 1)), max: (1n << BigInt(bits)) - 1n }), fc.bigInt({ min: 0n, max: 255n })),
    ),
  );
  fc.assert(
    fc.property(sample, (values) => {
      const stubs = values.map(
        ([v, out], i) =>
          `stub Get${i} returns ${v < 0n ? `-0x${(-v).toString(16)}` : `0x${v.toString(16)}`}${v < 0n ? 'LL' : 'ULL'} { *Out = ${out} }`,
      );
      const declarations = TYPES.map(([t], i) => `${t} Get${i}(${t} *Out);`).join('\n');
      const prints = TYPES.map(
        ([t], i) => `{ ${t} out = 1; ULONGLONG v = (ULONGLONG)Get${i}(&out); DbgPrint("%I64x %u\\n", v, (ULONG)(UCHAR)out); }`,
      ).join('\n');
      const expected = TYPES.map(([t, bits], i) => {
        const [v, out] = values[i];
        const held = t.startsWith('U') ? BigInt.asUintN(bits, v) : BigInt.asIntN(bits, v);
        return `${BigInt.asUintN(64, held).toString(16)} ${out}`;
      });
      assert.deepEqual(outputOf(reportOf(buildText(scenario(stubs.join(';\n')), { 'd.c': driver(prints, declarations) }))), expected);
    }),
    { numRuns: 8, seed: 4 },
  );
});

test('a stub is called through a pointer too', () => {
  const report = reportOf(
    buildText(scenario('stub LibraryFind returns (PVOID)0x10;'), {
      'd.c': driver('DbgPrint("%p\\n", g_Find(NULL, NULL));', 'static PVOID (*volatile g_Find)(const ULONG *, PVOID) = LibraryFind;'),
    }),
  );
  assert.deepEqual(outputOf(report), ['0000000000000010']);
});

test('the stub of a driver block goes before the one of the scenario', () => {
  const text = `stub LibraryFind returns (PVOID)1;
driver "one" { sources "d.c"; stub LibraryFind returns (PVOID)2 }
driver "two" { sources "d.c" }`;
  const report = reportOf(buildText(text, { 'd.c': driver('DbgPrint("%p\\n", LibraryFind(NULL, NULL));') }));
  assert.deepEqual(outputOf(report), ['0000000000000002', '0000000000000001']);
});

test('the IRQL that the declaration demands is checked, as for every routine', () => {
  const raise = (call: string) => `KIRQL old; KeRaiseIrql(DISPATCH_LEVEL, &old); ${call} KeLowerIrql(old);`;
  const report = reportOf(
    buildText(scenario('stub ZwRollbackTransaction returns STATUS_SUCCESS;'), {
      'd.c': driver(raise('ZwRollbackTransaction(NULL, TRUE);')),
    }),
  );
  assert.equal(report.verdict, 'bugcheck');
  assert.equal(report.bugcheck?.code, 0xc4);
  assert.match(report.bugcheck!.explanation, /ZwRollbackTransaction is called at IRQL 2; its documentation permits exactly 0/);
});

test('an output pointer that leads nowhere is a fault of the driver', () => {
  const report = reportOf(
    buildText(scenario('stub LibraryOpen returns 0 { *Handle = NULL }'), { 'd.c': driver('LibraryOpen(1, (PHANDLE)8, NULL);') }),
  );
  assert.equal(report.verdict, 'bugcheck');
  assert.match(report.bugcheck!.stack.join('\n'), /DriverEntry/);
});

test('without an answer the run stops at the call', () => {
  const s = run(buildText(scenario(''), { 'd.c': driver(TRANSACTION) }));
  assert.equal(s.end?.kind, 'not-simulated');
  const report = s.report();
  assert.equal(report.verdict, 'not-simulated');
  assert.equal(s.exitCode(), 2);
});

const MODEL = `#include <ntifs.h>
#include "shared.h"
ULONG g_Opened;
NTSTATUS ZwCreateTransaction(PHANDLE TransactionHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, LPGUID Uow, HANDLE TmHandle,
    ULONG CreateOptions, ULONG IsolationLevel, ULONG IsolationFlags, PLARGE_INTEGER Timeout, PUNICODE_STRING Description)
{
    UNREFERENCED_PARAMETER(DesiredAccess); UNREFERENCED_PARAMETER(ObjectAttributes); UNREFERENCED_PARAMETER(Uow); UNREFERENCED_PARAMETER(TmHandle);
    UNREFERENCED_PARAMETER(CreateOptions); UNREFERENCED_PARAMETER(IsolationLevel); UNREFERENCED_PARAMETER(IsolationFlags);
    UNREFERENCED_PARAMETER(Timeout); UNREFERENCED_PARAMETER(Description);
    g_Opened++;
    *TransactionHandle = (HANDLE)(ULONG_PTR)(0x100 * g_Opened);
    if (g_Callback != NULL) g_Callback(g_Opened);
    return g_Opened < 3 ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
`;

test('a model: C with state, DDIs and a call back into the driver', () => {
  const build = buildText(scenario('models "models.c";\nexpect { finally g_Opened == 3; }'), {
    'd.c': driver(
      `g_Callback = OnOpened;${TRANSACTION}
      for (int i = 0; i < 2; i++) { status = ZwCreateTransaction(&transaction, 0, NULL, NULL, NULL, 0, 0, 0, NULL, NULL); DbgPrint("%08X %p\\n", status, transaction); }`,
      '#include "shared.h"\nVOID (*g_Callback)(ULONG);\nstatic VOID OnOpened(ULONG Count) { DbgPrint("opened %u\\n", Count); }',
    ),
    'shared.h': 'extern VOID (*g_Callback)(ULONG);',
    'models.c': MODEL,
  });
  const report = reportOf(build);
  assert.deepEqual(outputOf(report), [
    'opened 1',
    '00000000 0000000000000100',
    'opened 2',
    '00000000 0000000000000200',
    'opened 3',
    'C000009A 0000000000000300',
  ]);
  assert.equal(report.verdict, 'held');
  assert.deepEqual(report.notShown.models, ['ZwCreateTransaction (models.c:4)']);
  assert.match(tellStory(report), /models: ZwCreateTransaction \(models\.c:4\);/);
});

test('a model takes the place of a simulated routine where the scenario says so, and can reach the original', () => {
  const models = `#include <ntifs.h>
static ULONG g_Calls;
PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"ExAllocatePool2");
    PVOID (*original)(POOL_FLAGS, SIZE_T, ULONG) = (PVOID (*)(POOL_FLAGS, SIZE_T, ULONG))MmGetSystemRoutineAddress(&name);
    return ++g_Calls == 2 ? NULL : original(Flags, NumberOfBytes, Tag);
}
`;
  const files = {
    'models.c': models,
    'd.c': driver(`for (int i = 0; i < 3; i++) {
        PVOID p = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 'tseT');
        DbgPrint("%d\\n", p != NULL);
        if (p != NULL) ExFreePoolWithTag(p, 'tseT');
    }`),
  };
  assert.deepEqual(outputOf(reportOf(buildText(scenario('', 'models "models.c" replaces ExAllocatePool2;'), files))), ['1', '0', '1']);
  assert.deepEqual(problems(scenario('', 'models "models.c";'), files), [
    'models.c:3:7: error: \'ExAllocatePool2\' is simulated; a model takes its place only where the scenario says so (write  models "models.c" replaces ExAllocatePool2;  or give the function another name)',
  ]);
});

test('models of one driver do not answer for another', () => {
  const text = `driver "one" { sources "d.c"; models "m.c" }\ndriver "two" { sources "d.c" }`;
  const files = {
    'd.c': driver('DbgPrint("%p\\n", LibraryFind(NULL, NULL));'),
    'm.c':
      '#include <ntifs.h>\nPVOID LibraryFind(const ULONG *Key, PVOID Table) { UNREFERENCED_PARAMETER(Key); return Table == NULL ? (PVOID)3 : NULL; }',
  };
  const found = problems(text, files);
  assert.equal(found.length, 1);
  assert.match(found[0], /d\.c:\d+:\d+: error: function 'LibraryFind' is used but defined nowhere .*stub LibraryFind/);
  assert.deepEqual(problems(`${text.replace('"two" {', '"two" { stub LibraryFind returns NULL;')}`, files), []);
});

test('every mistake has one message', () => {
  const files = {
    'd.c': driver('LibraryClose(NULL); LibraryFail(); LibraryTime(NULL, NULL); LibraryRatio();', 'static VOID Mine(VOID) { }'),
  };
  const cases: [string, RegExp][] = [
    ['stub;', /expected the function that the stub answers for, found ';' \(for example: stub ZwFoo returns STATUS_SUCCESS;\)/],
    ['stub LibraryClos;', /1:6: error: no source declares a function 'LibraryClos' \(did you mean 'LibraryClose'\?\)/],
    ['stub DriverEntry returns 0;', /'DriverEntry' is defined by the driver itself .*\n {2}d\.c:9:10: it is defined here/],
    ['stub Mine;', /'Mine' is defined by the driver itself/],
    [
      'stub ZwClose returns STATUS_SUCCESS;',
      /'ZwClose' is simulated; a stub would hide what it does \(models "models\.c" replaces ZwClose;/,
    ],
    ['stub InitializeListHead;', /'InitializeListHead' is simulated; .*\(leave the stub out\)/],
    [
      'stub LibraryOpen;',
      /'LibraryOpen' returns NTSTATUS: the stub must say what \(for example: stub LibraryOpen returns STATUS_SUCCESS;\)/,
    ],
    ['stub LibraryClose returns 1;', /1:27: error: 'LibraryClose' returns nothing \(write {2}stub LibraryClose;\)/],
    ['stub LibraryFail;', /'LibraryFail' never returns/],
    ['stub LibraryTime returns 1;', /'LibraryTime' returns LARGE_INTEGER, which a stub cannot give \(write a model/],
    ['stub LibraryRatio returns 1;', /'LibraryRatio' returns double, which a stub cannot give/],
    ['stub LibraryOpen returns;', /'returns' needs a value/],
    ['stub LibraryOpen returns STATUS_SUCCES;', /'STATUS_SUCCES' is no value: .*STATUS_SUCCES.*\(did you mean 'STATUS_SUCCESS'\?\)/],
    ['stub LibraryOpen returns "text";', /'"text"' is .*, not NTSTATUS \(an integer is wanted\)/],
    ['stub LibraryOpen returns NULL;', /'NULL' is void \*, not NTSTATUS/],
    ['stub LibraryOpen returns 0x100000000;', /'0x100000000' does not fit in NTSTATUS/],
    ['stub LibraryOpen returns 1 / 0;', /'1 \/ 0' is no(t a constant| value): /],
    ['stub LibraryOpen returns PsGetCurrentProcessId();', /'PsGetCurrentProcessId\(\)' is /],
    ['stub LibraryFind returns 4;', /'4' is int, not PVOID \(write a cast: \(PVOID\)4\)/],
    ['stub LibraryOpen returns 0\nstub LibraryClose;', /'0 \.\.\.' is no value: .*/],
    ['stub LibraryOpen returns 0; stub LibraryOpen returns 1;', /the stub of 'LibraryOpen' is written twice/],
    ['stub LibraryOpen returns 0 { Handle = NULL }', /expected '\*' and the name of a parameter, found 'Handle'/],
    ['stub LibraryOpen returns 0 { *Handl = NULL }', /'LibraryOpen' has no parameter 'Handl' \(did you mean 'Handle'\?\)/],
    ['stub LibraryOpen returns 0 { *Level = 1 }', /parameter 'Level' is ULONG, no pointer/],
    ['stub LibraryOpen returns 0 { *Length = NULL }', /'NULL' is void \*, not unsigned long/],
    ['stub LibraryOpen returns 0 { *Length = 1; *Length = 2 }', /'\*Length' gets two values/],
    ['stub LibraryOpen returns 0 { *Length }', /expected '=' behind '\*Length'/],
    ['stub LibraryOpen returns 0 { *Length = }', /'\*Length =' needs a value/],
    ['stub LibraryOpen returns 0 { *Length = 1', /is not closed/],
    ['stub LibraryFind returns NULL { *Key = 1 }', /what 'Key' points to is const/],
    ['stub LibraryFind returns NULL { *Table = 1 }', /'Table' points to void; a stub writes integers and pointers only/],
    ['models;', /expected a C file with models as a string in quotes, found ';'/],
    ['models "none.c";', /1:8: error: models file none\.c was not found/],
    ['models "d.c";', /d\.c is a source of the driver already/],
    ['models "m.cpp";', /m\.cpp is C\+\+/],
    ['models "m.c" replaces;', /expected a simulated routine that the models replace/],
    ['models "m.c" replaces ZwClose;', /no models file defines 'ZwClose' \(define it in m\.c\)/],
    ['models "m.c"; stub LibraryClose;', /'LibraryClose' has a stub and a model .*\n {2}m\.c:2:6: the model is here/],
    ['models "bad.c";', /bad\.c:1:\d+: error: /],
    ['models "twice.c";', /twice\.c:2:10: error: function 'DriverEntry' is defined twice.*\n {2}d\.c:9:10: the first definition is here/],
  ];
  const models = {
    'm.c': '#include <ntifs.h>\nVOID LibraryClose(HANDLE Handle) { UNREFERENCED_PARAMETER(Handle); }',
    'm.cpp': 'class A {};',
    'bad.c': 'int f( {',
    'twice.c':
      '#include <ntifs.h>\nNTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) { UNREFERENCED_PARAMETER(DriverObject); UNREFERENCED_PARAMETER(RegistryPath); return 0; }',
  };
  for (const [text, message] of cases) {
    const found = problems(`${text}\ndriver "d" { sources "d.c" }`, { ...files, ...models });
    assert.equal(found.length >= 1, true, `${text}: no error`);
    assert.match(found.join('\n'), message, text);
    if (!text.includes('\n') && !/bad\.c|twice\.c/.test(text)) assert.equal(found.length, 1, `${text}: ${found.join('\n')}`);
  }
});
