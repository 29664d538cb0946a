// Callbacks are found wherever their address goes: directly, through casts, wrappers, tables and copies; routines that are only queued are not reached.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './helper.js';

const OPEN = `NTSTATUS ReadSetting(void) { HANDLE k; OBJECT_ATTRIBUTES a; InitializeObjectAttributes(&a, NULL, 0, NULL, NULL); return ZwOpenKey(&k, KEY_READ, &a); }\n`;
const ENTRY = (body: string) =>
  `NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { UNREFERENCED_PARAMETER(d); UNREFERENCED_PARAMETER(p);\n${body}\n return STATUS_SUCCESS; }\n`;
const CALLBACK = `VOID OnProcess(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); ReadSetting(); }\n`;
const paths = (text: string): string[][] =>
  check(`#include <ntifs.h>\n${text}`)
    .filter((f) => f.rule === 'registry-call')
    .map((f) => f.path.map((p) => p.message));

test('direct registration', () => {
  assert.deepEqual(paths(OPEN + CALLBACK + ENTRY('PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);')), [
    ['OnProcess is registered as process callback here (PsSetCreateProcessNotifyRoutine)', 'OnProcess calls ReadSetting here'],
  ]);
});

test('not registered, or only removed: nothing', () => {
  assert.deepEqual(paths(OPEN + CALLBACK + ENTRY('')), []);
  assert.deepEqual(paths(OPEN + CALLBACK + ENTRY('PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);')), []);
});

test('through a wrapper that passes routine and direction on', () => {
  const wrapper =
    'static NTSTATUS Watch(PCREATE_PROCESS_NOTIFY_ROUTINE r, BOOLEAN remove) { return PsSetCreateProcessNotifyRoutine(r, remove); }\n';
  assert.equal(paths(OPEN + CALLBACK + wrapper + ENTRY('Watch(OnProcess, FALSE);')).length, 1);
  assert.equal(paths(OPEN + CALLBACK + wrapper + ENTRY('Watch(OnProcess, TRUE);')).length, 0);
});

test('through a cast, a variable and a table', () => {
  const image =
    'VOID OnImage(PUNICODE_STRING n, HANDLE p, PIMAGE_INFO i) { UNREFERENCED_PARAMETER(n); UNREFERENCED_PARAMETER(p); UNREFERENCED_PARAMETER(i); ReadSetting(); }\n';
  assert.equal(
    paths(OPEN + image + ENTRY('PVOID r = (PVOID)OnImage; PsSetLoadImageNotifyRoutine((PLOAD_IMAGE_NOTIFY_ROUTINE)r);')).length,
    1,
  );
  assert.equal(
    paths(
      `${OPEN + image}typedef struct _ROW { ULONG Kind; PLOAD_IMAGE_NOTIFY_ROUTINE Routine; } ROW;\nstatic const ROW Rows[] = { { 1, NULL }, { 2, OnImage } };\n${ENTRY('for (ULONG i = 0; i < 2; i++) if (Rows[i].Routine) PsSetLoadImageNotifyRoutine(Rows[i].Routine);')}`,
    ).length,
    1,
  );
  const ex =
    'VOID OnEx(PEPROCESS p, HANDLE h, PPS_CREATE_NOTIFY_INFO i) { UNREFERENCED_PARAMETER(p); UNREFERENCED_PARAMETER(h); UNREFERENCED_PARAMETER(i); ReadSetting(); }\n';
  assert.equal(
    paths(OPEN + ex + ENTRY('PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)OnEx, FALSE);')).length,
    1,
  );
});

test('object callbacks through assigned members', () => {
  const pre =
    'OB_PREOP_CALLBACK_STATUS OnOpen(PVOID c, POB_PRE_OPERATION_INFORMATION i) { UNREFERENCED_PARAMETER(c); UNREFERENCED_PARAMETER(i); ReadSetting(); return OB_PREOP_SUCCESS; }\n';
  const found = paths(
    `${OPEN + pre}static PVOID Handle;\n${ENTRY('OB_OPERATION_REGISTRATION op = { 0 }; OB_CALLBACK_REGISTRATION r = { 0 }; op.ObjectType = PsProcessType; op.Operations = OB_OPERATION_HANDLE_CREATE; op.PreOperation = OnOpen; r.Version = OB_FLT_REGISTRATION_VERSION; r.OperationRegistrationCount = 1; r.OperationRegistration = &op; (void)ObRegisterCallbacks(&r, &Handle);')}`,
  );
  assert.deepEqual(found, [
    ['OnOpen is registered as object pre-operation callback here (ObRegisterCallbacks)', 'OnOpen calls ReadSetting here'],
  ]);
});

test('calls through a table of handlers are followed, queued routines are not', () => {
  const table = 'typedef NTSTATUS (*HANDLER)(void);\nstatic HANDLER Handlers[2] = { NULL, ReadSetting };\n';
  const viaTable =
    'VOID OnProcess(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); Handlers[c](); }\n';
  assert.deepEqual(paths(OPEN + table + viaTable + ENTRY('PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);')), [
    [
      'OnProcess is registered as process callback here (PsSetCreateProcessNotifyRoutine)',
      'OnProcess calls ReadSetting through a pointer here',
    ],
  ]);
  const work = 'static WORK_QUEUE_ITEM Item;\nstatic VOID Work(PVOID c) { UNREFERENCED_PARAMETER(c); ReadSetting(); }\n';
  const queues =
    'VOID OnProcess(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); ExInitializeWorkItem(&Item, Work, NULL); ExQueueWorkItem(&Item, DelayedWorkQueue); }\n';
  assert.deepEqual(paths(OPEN + work + queues + ENTRY('PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);')), []);
});

test('the definition may be in another unit', () => {
  const found = check({
    'a.c': `#include <ntifs.h>\nVOID OnProcess(HANDLE a, HANDLE b, BOOLEAN c);\n${ENTRY('PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);')}`,
    'b.c': `#include <ntifs.h>\n${OPEN + CALLBACK}`,
  }).filter((f) => f.rule === 'registry-call');
  assert.deepEqual(
    found.map((f) => f.range.file.path),
    ['b.c'],
  );
});

test('comments switch a rule off', () => {
  const body = (comment: string) =>
    `${OPEN.replace('{ HANDLE k;', `{ HANDLE k;\n${comment}\n`)}`.replace(
      'InitializeObjectAttributes(&a, NULL, 0, NULL, NULL); return',
      'InitializeObjectAttributes(&a, NULL, 0, NULL, NULL);\n return',
    );
  const all = CALLBACK + ENTRY('PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);');
  assert.equal(paths(body('') + all).length, 1);
  assert.equal(paths(body('/* interlock-disable registry-call */') + all).length, 0);
  assert.equal(paths(body('/* interlock-disable other-rule */') + all).length, 1);
  assert.equal(paths(body('/* interlock-disable registry-call */ /* interlock-enable registry-call */') + all).length, 1);
  assert.equal(paths(`// interlock-disable-next-line registry-call\n${OPEN.replaceAll('\n', '')}\n${all}`).length, 0);
});
