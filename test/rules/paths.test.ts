// What the rules know of paths: NULL tests, locks chosen by a flag, IRQL over calls, failing ways out of DriverEntry, zero timeouts. Most cases are good code that
// must stay silent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyFix, check, lines } from './helper.js';

const rule = (id: string, text: string): string[] => lines(check(`#include <ntifs.h>\n${text}`), id);

const severities = (id: string, text: string): string[] => rule(id, text).map((l) => l.split(' ')[1]);

const ex = (body: string, extra = ''): string => `${extra}
VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process); UNREFERENCED_PARAMETER(ProcessId);
${body}
}
VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE); }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { UNREFERENCED_PARAMETER(p); d->DriverUnload = Unload; return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE); }
`;
const use = 'DbgPrint("%p", CreateInfo->ParentProcessId);';

test('optional: tests that count', () => {
  for (const body of [
    `if (CreateInfo) ${use}`,
    `if (CreateInfo != NULL) { ${use} }`,
    `if (NULL == CreateInfo) return; ${use}`,
    `if (!CreateInfo) { return; } else { ${use} }`,
    `if (CreateInfo && CreateInfo->CommandLine && CreateInfo->CommandLine->Length) ${use}`,
    `if (CreateInfo == NULL || CreateInfo->CommandLine == NULL) goto out; DbgPrint("%u", CreateInfo->CommandLine->Length); out: return;`,
    `BOOLEAN create = CreateInfo != NULL; if (create) ${use}`,
    `BOOLEAN create = CreateInfo ? TRUE : FALSE; if (!create) return; ${use}`,
    `PPS_CREATE_NOTIFY_INFO info = CreateInfo; if (info != NULL) DbgPrint("%p", info->ParentProcessId);`,
    `USHORT n = CreateInfo == NULL ? 0 : (USHORT)CreateInfo->Size; DbgPrint("%u", n);`,
    `if (CreateInfo != NULL) { PCUNICODE_STRING s = CreateInfo->CommandLine; if (s) DbgPrint("%u", s->Length); }`,
    `while (CreateInfo != NULL) { ${use} break; }`,
    `if (MmIsAddressValid(CreateInfo)) ${use}`,
    `if (CreateInfo != NULL) DbgPrint("%wZ", CreateInfo->CommandLine);`,
    `if (CreateInfo != NULL) DbgPrint("%wZ %p", CreateInfo->ImageFileName, CreateInfo->FileObject->DeviceObject);`,
    `switch (CreateInfo != NULL) { case TRUE: break; default: return; }`,
  ])
    assert.deepEqual(rule('optional-member', ex(body)), [], body);
});

test('optional: no test, or one that does not count', () => {
  for (const body of [
    use,
    `NT_ASSERT(CreateInfo != NULL); ${use}`,
    `if (CreateInfo == NULL) DbgPrint("exit"); ${use}`,
    `if (CreateInfo != NULL || ProcessId != NULL) ${use}`,
    `PPS_CREATE_NOTIFY_INFO info = CreateInfo; DbgPrint("%p", info->ParentProcessId);`,
    `if (CreateInfo != NULL) DbgPrint("%u", CreateInfo->CommandLine->Length);`,
    `if (CreateInfo != NULL) { PCUNICODE_STRING s = CreateInfo->CommandLine; DbgPrint("%u", s->Length); }`,
    `if (CreateInfo != NULL) { UNICODE_STRING w = RTL_CONSTANT_STRING(L"x"); if (RtlEqualUnicodeString(CreateInfo->CommandLine, &w, TRUE)) return; }`,
    `BOOLEAN exit = CreateInfo == NULL; if (exit) ${use}`,
  ])
    assert.equal(rule('optional-member', ex(body)).length, 1, body);
});

test('optional: through calls', () => {
  const helper = 'static VOID Log(PPS_CREATE_NOTIFY_INFO Info) { DbgPrint("%u", Info->CommandLine->Length); }';
  assert.equal(rule('optional-member', ex('if (CreateInfo && CreateInfo->CommandLine) Log(CreateInfo);', helper)).length, 0);
  assert.equal(rule('optional-member', ex('if (CreateInfo) Log(CreateInfo);', helper)).length, 1);
  assert.equal(rule('optional-member', ex('Log(CreateInfo);', helper)).length, 2);
  const testing =
    'static VOID Log(PPS_CREATE_NOTIFY_INFO Info) { if (Info == NULL || Info->CommandLine == NULL) return; DbgPrint("%u", Info->CommandLine->Length); }';
  assert.equal(rule('optional-member', ex('Log(CreateInfo);', testing)).length, 0);
});

test('optional: subsystem members only where subsystem processes are told of', () => {
  const body = 'if (CreateInfo) DbgPrint("%u", CreateInfo->ImageFileName->Length);';
  assert.equal(rule('optional-member', ex(body)).length, 0);
  const ex2 = ex(body).replaceAll(
    'PsSetCreateProcessNotifyRoutineEx(',
    'PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)',
  );
  assert.deepEqual(rule('optional-member', ex2), ['6 warning']);
});

const LOCKS = 'static KSPIN_LOCK L; static FAST_MUTEX M; static KEVENT E; static ERESOURCE R;';
const irql = (body: string, extra = ''): string[] =>
  severities(
    'irql-too-high',
    `${LOCKS}\n${extra}\nVOID F(PUNICODE_STRING s, PUNICODE_STRING t, BOOLEAN b) { KIRQL q = 0;\n${body}\nUNREFERENCED_PARAMETER(q); UNREFERENCED_PARAMETER(s); UNREFERENCED_PARAMETER(t); UNREFERENCED_PARAMETER(b); }`,
  );
const COMPARE = 'RtlCompareUnicodeString(s, t, TRUE);';
const LOCK = 'KeAcquireSpinLock(&L, &q);';
const UNLOCK = 'KeReleaseSpinLock(&L, q);';

test('irql: silent where it is low, or not certain', () => {
  for (const body of [
    COMPARE,
    `${LOCK} ${UNLOCK} ${COMPARE}`,
    `if (b) ${LOCK} else ExAcquireFastMutexUnsafe(&M); ${COMPARE} if (b) ${UNLOCK} else ExReleaseFastMutexUnsafe(&M);`,
    `if (b) { ${LOCK} } if (!b) { ${COMPARE} } if (b) { ${UNLOCK} }`,
    `ExAcquireFastMutexUnsafe(&M); ZwClose(NULL); ExReleaseFastMutexUnsafe(&M);`,
    `${LOCK} KeSetEvent(&E, 0, FALSE); ${UNLOCK}`,
    `${LOCK} { LARGE_INTEGER z; z.QuadPart = 0; KeWaitForSingleObject(&E, Executive, KernelMode, FALSE, &z); } ${UNLOCK}`,
    `${LOCK} { LARGE_INTEGER z = { 0 }; KeWaitForSingleObject(&E, Executive, KernelMode, FALSE, &z); } ${UNLOCK}`,
    `${LOCK} ExFreePool(ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'x')); ${UNLOCK}`,
    `KeRaiseIrql(DISPATCH_LEVEL, &q); KeLowerIrql(q); ${COMPARE}`,
    `if (KeGetCurrentIrql() == PASSIVE_LEVEL) ${COMPARE}`,
  ])
    assert.deepEqual(irql(body), [], body);
});

test('irql: reported with the right severity', () => {
  const cases: [string, string][] = [
    [`${LOCK} ${COMPARE} ${UNLOCK}`, 'error'],
    [`${LOCK} KeWaitForSingleObject(&E, Executive, KernelMode, FALSE, NULL); ${UNLOCK}`, 'error'],
    [`${LOCK} (void)ExAllocatePool2(POOL_FLAG_PAGED, 8, 'x'); ${UNLOCK}`, 'error'],
    [`${LOCK} KeSetEvent(&E, 0, TRUE); ${UNLOCK}`, 'error'],
    [`KLOCK_QUEUE_HANDLE h; KeAcquireInStackQueuedSpinLock(&L, &h); ${COMPARE} KeReleaseInStackQueuedSpinLock(&h);`, 'error'],
    [`KeRaiseIrql(DISPATCH_LEVEL, &q); ${COMPARE} KeLowerIrql(q);`, 'error'],
    [`ExAcquireFastMutex(&M); ZwClose(NULL); ExReleaseFastMutex(&M);`, 'warning'],
    [`ExAcquireFastMutex(&M); ${COMPARE} ExReleaseFastMutex(&M);`, 'information'],
  ];
  for (const [body, severity] of cases) assert.deepEqual(irql(body), [severity], body);
});

test('irql: over calls and wrappers', () => {
  const lock =
    'static KIRQL Q; static VOID Lock(PKSPIN_LOCK l) { KeAcquireSpinLock(l, &Q); } static VOID Unlock(PKSPIN_LOCK l) { KeReleaseSpinLock(l, Q); }';
  assert.deepEqual(irql(`Lock(&L); ${COMPARE} Unlock(&L);`, lock), ['error']);
  assert.deepEqual(irql(`Lock(&L); Unlock(&L); ${COMPARE}`, lock), []);
  const helper = 'static LONG Same(PUNICODE_STRING s, PUNICODE_STRING t) { return RtlCompareUnicodeString(s, t, TRUE); }';
  assert.deepEqual(irql(`${LOCK} Same(s, t); ${UNLOCK}`, helper), ['error']);
  const chosen =
    'static LONG Same(PUNICODE_STRING s, PUNICODE_STRING t, BOOLEAN slow) { return slow ? RtlCompareUnicodeString(s, t, TRUE) : 0; }';
  assert.deepEqual(irql(`${LOCK} Same(s, t, b); ${UNLOCK} Same(s, t, TRUE);`, chosen), ['information']);
});

test('irql: DPC routines are at DISPATCH_LEVEL, work items are not', () => {
  const text = (queue: string): string => `
static KDPC D; static KEVENT E; static WORK_QUEUE_ITEM W;
static VOID Body(VOID) { KeWaitForSingleObject(&E, Executive, KernelMode, FALSE, NULL); }
static VOID OnDpc(PKDPC d, PVOID c, PVOID a, PVOID b) { UNREFERENCED_PARAMETER(d); UNREFERENCED_PARAMETER(c); UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); Body(); }
static VOID OnWork(PVOID c) { UNREFERENCED_PARAMETER(c); Body(); }
VOID Start(VOID) { ${queue} }`;
  assert.deepEqual(rule('irql-too-high', text('KeInitializeDpc(&D, OnDpc, NULL); (void)OnWork;')), ['4 error']);
  assert.deepEqual(rule('irql-too-high', text('ExInitializeWorkItem(&W, OnWork, NULL); (void)OnDpc;')), []);
});

const entry = (body: string, extra = ''): string => `
static BOOLEAN Registered; static LARGE_INTEGER Cookie;
VOID OnProcess(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
VOID OnThread(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Stop(VOID) { if (Registered) { PsSetCreateProcessNotifyRoutine(OnProcess, TRUE); Registered = FALSE; } PsRemoveCreateThreadNotifyRoutine(OnThread); }
VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); Stop(); }
${extra}
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { NTSTATUS s; PDEVICE_OBJECT o; UNREFERENCED_PARAMETER(p); UNREFERENCED_PARAMETER(o); d->DriverUnload = Unload;
${body}
}`;
const REGISTER = 's = PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);';
const DEVICE = 's = IoCreateDevice(d, 0, NULL, 0, 0, FALSE, &o);';
const REMOVE = 'PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);';

test('DriverEntry: ways out that are good', () => {
  for (const body of [
    `${DEVICE} if (!NT_SUCCESS(s)) return s; return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);`,
    `${REGISTER} if (!NT_SUCCESS(s)) return s; ${DEVICE} if (!NT_SUCCESS(s)) { ${REMOVE} return s; } return STATUS_SUCCESS;`,
    `${REGISTER} if (!NT_SUCCESS(s)) goto out; ${DEVICE} if (!NT_SUCCESS(s)) goto undo; return STATUS_SUCCESS; undo: ${REMOVE} out: return s;`,
    `${REGISTER} if (!NT_SUCCESS(s)) goto fail; Registered = TRUE; ${DEVICE} if (!NT_SUCCESS(s)) goto fail; return s; fail: Stop(); return s;`,
    `do { ${REGISTER} if (!NT_SUCCESS(s)) break; Registered = TRUE; ${DEVICE} } while (FALSE); if (!NT_SUCCESS(s)) { if (Registered) { ${REMOVE} } } return s;`,
    `if (NT_SUCCESS(PsSetCreateProcessNotifyRoutine(OnProcess, FALSE))) { return STATUS_SUCCESS; } return STATUS_UNSUCCESSFUL;`,
    `${REGISTER} return s == STATUS_SUCCESS ? STATUS_SUCCESS : s;`,
  ])
    assert.deepEqual(rule('not-unregistered', entry(body)), [], body);
});

test('DriverEntry: ways out that leave a registration behind', () => {
  const helper = 'static NTSTATUS Start(VOID) { return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE); }';
  for (const body of [
    `${REGISTER} if (!NT_SUCCESS(s)) return s; ${DEVICE} if (!NT_SUCCESS(s)) { return s; } return STATUS_SUCCESS;`,
    `${REGISTER} if (!NT_SUCCESS(s)) return s; ${DEVICE} return s == 0 ? STATUS_SUCCESS : STATUS_SUCCESS, STATUS_UNSUCCESSFUL;`.replace(
      'return s == 0 ? STATUS_SUCCESS : STATUS_SUCCESS, STATUS_UNSUCCESSFUL',
      'if (s < 0) return STATUS_UNSUCCESSFUL; return 0',
    ),
    `${REGISTER} if (!NT_SUCCESS(s)) goto fail; Registered = FALSE; ${DEVICE} if (!NT_SUCCESS(s)) goto fail; return s; fail: Stop(); return s;`,
    `s = PsSetCreateThreadNotifyRoutine(OnThread); if (!NT_SUCCESS(s)) return s; ${REGISTER} if (!NT_SUCCESS(s)) { return s; } return s;`,
  ])
    assert.equal(rule('not-unregistered', entry(body)).length, 1, body);
  assert.equal(
    rule('not-unregistered', entry(`s = Start(); if (!NT_SUCCESS(s)) return s; ${DEVICE} if (!NT_SUCCESS(s)) return s; return 0;`, helper))
      .length,
    1,
  );
});

test('unload: removal in helpers counts, a removal that unloading does not reach is said, no unload routine is a note', () => {
  const text = (unload: string, set: string): string => `
VOID OnProcess(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
NTSTATUS Control(PDEVICE_OBJECT o, PIRP i) { UNREFERENCED_PARAMETER(o); UNREFERENCED_PARAMETER(i); return PsSetCreateProcessNotifyRoutine(OnProcess, TRUE); }
VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); ${unload} }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { UNREFERENCED_PARAMETER(p); d->MajorFunction[0] = Control; ${set} return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE); }`;
  assert.deepEqual(rule('not-unregistered', text('Control(NULL, NULL);', 'd->DriverUnload = Unload;')), []);
  assert.deepEqual(
    rule('not-unregistered', text('', 'd->DriverUnload = Unload;')),
    ['5 warning'].map((l) => l.replace('5', '6')),
  );
  assert.deepEqual(rule('not-unregistered', text('', '(void)Unload;')), ['6 information']);
  const wrong = text(
    'PsSetCreateProcessNotifyRoutineEx((PCREATE_PROCESS_NOTIFY_ROUTINE_EX)OnProcess, TRUE);',
    'd->DriverUnload = Unload;',
  ).replace('return PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);', 'return 0;');
  assert.deepEqual(rule('not-unregistered', wrong), ['6 error']);
});

test('waits: a zero timeout is a poll, a constant argument decides in a helper', () => {
  const process = (body: string, extra: string): string => `static KEVENT E;\n${extra}
VOID OnProcess(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); ${body} }
VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); PsSetCreateProcessNotifyRoutine(OnProcess, TRUE); }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { UNREFERENCED_PARAMETER(p); d->DriverUnload = Unload; KeInitializeEvent(&E, NotificationEvent, FALSE); return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE); }`;
  const helper = 'static VOID Get(BOOLEAN wait) { if (!wait) return; KeWaitForSingleObject(&E, Executive, KernelMode, FALSE, NULL); }';
  assert.deepEqual(rule('blocking-call', process('Get(FALSE);', helper)), []);
  assert.deepEqual(rule('blocking-call', process('Get(TRUE);', helper)), ['3 warning']);
  assert.deepEqual(
    rule('blocking-call', process('LARGE_INTEGER t = { 0 }; KeWaitForSingleObject(&E, Executive, KernelMode, FALSE, &t);', '')),
    [],
  );
  assert.equal(
    rule('blocking-call', process('LARGE_INTEGER t; t.QuadPart = -1; KeDelayExecutionThread(KernelMode, FALSE, &t);', '')).length,
    1,
  );
});

test('the repair of a missing test takes the statements after it along', () => {
  const text = `#include <ntifs.h>\n${ex('    if (CreateInfo == NULL) return;\n    DbgPrint("%u", CreateInfo->CommandLine->Length);\n    DbgPrint("start");\n    DbgPrint("%p", CreateInfo->CommandLine->Buffer);\n    DbgPrint("end");')}`;
  const files = { 'driver.c': text };
  const [f] = check(files).filter((x) => x.rule === 'optional-member');
  const after = applyFix(f, files);
  assert.deepEqual(
    check(after).filter((x) => x.rule === 'optional-member'),
    [],
  );
  assert.match(after['driver.c'], /if \(CreateInfo->CommandLine != NULL\) \{\n[^}]*Buffer\);\n {4}\}\n {4}DbgPrint\("end"\);/);
});

test('registered-too-early: what a stored pointer reaches may be ready before the pointer is stored', () => {
  const driver = (body: string): string => `#include <ntddk.h>
    static FAST_MUTEX Early, Late;
    static VOID (*volatile Module)(VOID);
    static VOID Use(VOID) { ExAcquireFastMutex(&Late); ExReleaseFastMutex(&Late); }
    static VOID Image(PUNICODE_STRING Name, HANDLE Id, PIMAGE_INFO Info) {
      UNREFERENCED_PARAMETER(Name); UNREFERENCED_PARAMETER(Id); UNREFERENCED_PARAMETER(Info);
      ExAcquireFastMutex(&Early);
      ExReleaseFastMutex(&Early);
      ${body}
    }
    static VOID Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); PsRemoveLoadImageNotifyRoutine(Image); }
    NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
      NTSTATUS status;
      UNREFERENCED_PARAMETER(RegistryPath);
      DriverObject->DriverUnload = Unload;
      ExInitializeFastMutex(&Early);
      status = PsSetLoadImageNotifyRoutine(Image);
      if (!NT_SUCCESS(status)) return status;
      ExInitializeFastMutex(&Late);
      Module = Use;
      return STATUS_SUCCESS;
    }`;
  assert.deepEqual(lines(check(driver('if (Module) Module();')), 'registered-too-early'), []);
  assert.deepEqual(lines(check(driver('Use();')), 'registered-too-early'), ['17 warning']);
});
