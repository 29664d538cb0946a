// The work item conversion on callbacks of several shapes: what it moves, what it copies, and when it offers nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDriver } from '../../src/rules/check.js';
import { applyFix, compileDriverText } from './helper.js';

const HEAD = `#include <ntifs.h>
static NTSTATUS Query(HANDLE Id, PCUNICODE_STRING Name)
{
    OBJECT_ATTRIBUTES a;
    HANDLE k;
    NTSTATUS s;
    UNREFERENCED_PARAMETER(Id);
    InitializeObjectAttributes(&a, (PUNICODE_STRING)Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    s = ZwOpenKey(&k, KEY_READ, &a);
    if (NT_SUCCESS(s)) {
        ZwClose(k);
    }
    return s;
}
`;
const TAIL = (set: string, before = ''): string => `
static VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); ${set.replace('FALSE', 'TRUE')} }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p)
{
    UNREFERENCED_PARAMETER(p);
    ${before}
    d->DriverUnload = Unload;
    ${set}
    return STATUS_SUCCESS;
}
`;
const PROCESS = 'PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);';
const EX = 'PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);';

/** Converts the first registry call; the text afterwards, checked to compile without warnings and without the finding. */
function convert(text: string): string | undefined {
  const files = { 'driver.c': text };
  const finding = checkDriver({ units: compileDriverText(files) }).find((f) => f.rule === 'registry-call');
  assert.ok(finding, 'there is a finding');
  if (!finding.fixes.length) return undefined;
  const after = applyFix(finding, files);
  const left = checkDriver({ units: compileDriverText(after) }).filter((f) => f.severity === 'error' || f.severity === 'warning');
  assert.deepEqual(
    left.map((f) => `${f.rule}: ${f.message}`),
    [],
  );
  return after['driver.c'];
}

test('a call of a helper with scalars, in an if without braces', () => {
  const after = convert(`${HEAD}
VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    UNREFERENCED_PARAMETER(ParentId);
    if (Create)
        Query(ProcessId, NULL);
}
${TAIL(PROCESS)}`);
  assert.ok(after);
  assert.match(after, /work->ProcessId = ProcessId;/);
  assert.match(after, /ExQueueWorkItem\(&work->Item, DelayedWorkQueue\);/);
  assert.match(after, /Query\(ProcessId, NULL\);\n}/);
  assert.match(after, /if \(Create\)\n {8}Query/);
});

test('the device object keeps the driver loaded where there is one', () => {
  const after = convert(`${HEAD}
static PDEVICE_OBJECT g_Device;
VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    NTSTATUS status;
    UNREFERENCED_PARAMETER(ParentId);
    UNREFERENCED_PARAMETER(Create);
    status = Query(ProcessId, NULL);
    if (!NT_SUCCESS(status)) {
        DbgPrint("%08x\\n", status);
    }
}
${TAIL(PROCESS, 'g_Device = d->DeviceObject;')}`);
  assert.ok(after);
  assert.match(after, /work->Item = IoAllocateWorkItem\(g_Device\);/);
  assert.match(after, /IoQueueWorkItem\(work->Item, OnProcessWorkRoutine, DelayedWorkQueue, work\);/);
  assert.match(after, /IoFreeWorkItem\(work->Item\);/);
  // the status is declared where it is used now
  assert.equal(after.match(/NTSTATUS status;/g)?.length, 1);
});

test('strings are copied behind the context, objects are referenced', () => {
  const after = convert(`${HEAD}
VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    if (FullImageName != NULL && ImageInfo->ImageSize > 0) {
        DbgPrint("%p\\n", ImageInfo->ImageBase);
        Query(ProcessId, FullImageName);
        DbgPrint("%wZ %Iu\\n", FullImageName, ImageInfo->ImageSize);
    }
}
static VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); PsRemoveLoadImageNotifyRoutine(OnImage); }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { UNREFERENCED_PARAMETER(p); d->DriverUnload = Unload; return PsSetLoadImageNotifyRoutine(OnImage); }
`);
  assert.ok(after);
  assert.match(after, /sizeof\(\*work\) \+ \(FullImageName != NULL \? FullImageName->Length : 0\)/);
  assert.match(after, /RtlCopyMemory\(next, FullImageName->Buffer, FullImageName->Length\);/);
  const process = convert(`${HEAD}
VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    if (CreateInfo != NULL) {
        DbgPrint("%p\\n", Process);
        Query(PsGetProcessId(Process), CreateInfo->ImageFileName);
        DbgPrint("%p %p\\n", Process, ProcessId);
    } else {
        DbgPrint("exit\\n");
    }
}
${TAIL(EX)}`);
  assert.ok(process);
  assert.match(process, /ObReferenceObject\(Process\);/);
  assert.match(process, /ObDereferenceObject\(work->Process\);/);
  assert.match(process, /work->CreateInfo.ImageFileName = &work->ImageFileName;/);
});

test('declarations go along: a whole body with local variables and an early return', () => {
  const after = convert(`${HEAD.replace('static NTSTATUS Query', 'NTSTATUS Other')}
// What happens to processes.
VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\\\Registry\\\\Machine");
    OBJECT_ATTRIBUTES attributes;
    HANDLE key = NULL;
    UCHAR buffer[64];
    ULONG length;

    UNREFERENCED_PARAMETER(ParentId);
    if (!Create) {
        return;
    }
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (!NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
        return;
    }
    if (NT_SUCCESS(ZwQueryKey(key, KeyBasicInformation, buffer, sizeof(buffer), &length))) {
        DbgPrint("%p %u\\n", ProcessId, length);
    }
    ZwClose(key);
}
${TAIL(PROCESS)}`);
  assert.ok(after);
  assert.ok(after.indexOf('typedef struct _ON_PROCESS_WORK') < after.indexOf('// What happens to processes.'));
  assert.match(after, /UCHAR buffer\[64\];/);
});

test('offers nothing where the answer is needed at once', () => {
  assert.equal(
    convert(`${HEAD}
VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);
    if (CreateInfo != NULL && NT_SUCCESS(Query(ProcessId, NULL))) {
        CreateInfo->CreationStatus = STATUS_ACCESS_DENIED;
    }
}
${TAIL(EX)}`),
    undefined,
  );
  assert.equal(
    convert(`${HEAD}
static OB_PREOP_CALLBACK_STATUS OnOpen(PVOID Context, POB_PRE_OPERATION_INFORMATION Info)
{
    UNREFERENCED_PARAMETER(Context);
    if (NT_SUCCESS(Query(NULL, NULL))) {
        Info->Parameters->CreateHandleInformation.DesiredAccess = 0;
    }
    return OB_PREOP_SUCCESS;
}
static PVOID g_Handle;
static OB_OPERATION_REGISTRATION g_Operations[] = { { NULL, OB_OPERATION_HANDLE_CREATE, OnOpen, NULL } };
static VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); ObUnRegisterCallbacks(g_Handle); }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p)
{
    OB_CALLBACK_REGISTRATION r = { OB_FLT_REGISTRATION_VERSION, 1, RTL_CONSTANT_STRING(L"1000"), NULL, g_Operations };
    UNREFERENCED_PARAMETER(p);
    d->DriverUnload = Unload;
    return ObRegisterCallbacks(&r, &g_Handle);
}
`),
    undefined,
  );
});

test('tabs and CRLF are kept', () => {
  const text = `${HEAD}
VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
\tUNREFERENCED_PARAMETER(ParentId);
\tif (Create) {
\t\tQuery(ProcessId, NULL);
\t}
}
${TAIL(PROCESS)}`
    .replaceAll('    ', '\t')
    .replaceAll('\n', '\r\n');
  const after = convert(text);
  assert.ok(after);
  assert.equal(after.replaceAll('\r\n', '').includes('\n'), false);
  assert.match(after, /\t\t\tif \(work != NULL\) \{/);
});
