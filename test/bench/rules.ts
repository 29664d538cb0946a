// Time of the static rules over a driver of N lines, warm, after each edit of one unit (a fresh tree, as the language server has it): p50 and p99, the parts, and
// the time that compiling the unit takes, as the peer in the same run.  Usage: tsx test/bench/rules.ts [lines] [runs]
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { ALL_RULES } from '../../src/rules/all.js';
import { checkDriver } from '../../src/rules/check.js';
import { RuleContext } from '../../src/rules/context.js';
import { DEFAULT_OPTIONS } from '../../src/rules/options.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

const lines = Number(process.argv[2] ?? 2000);
const runs = Number(process.argv[3] ?? 60);

/** A driver whose callbacks reach all of its helpers: locks, lists, strings, registry reads, work items, clean-up by goto. */
function driver(wanted: number, mark: number): string {
  let text = `#include <ntifs.h>
typedef struct _ITEM { LIST_ENTRY Link; HANDLE Id; ULONG Kind; UNICODE_STRING Name; WCHAR Text[32]; } ITEM, *PITEM;
static LIST_ENTRY Items; static KSPIN_LOCK Lock; static FAST_MUTEX Mutex; static PDEVICE_OBJECT Device; static ULONG Mark = ${mark};
`;
  let n = text.split('\n').length;
  let k = 0;
  while (n < wanted - 40) {
    const f = `
static NTSTATUS Handle${k}(PPS_CREATE_NOTIFY_INFO Info, HANDLE Id, ULONG Kind)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;
    PITEM item = NULL;
    ULONG i;

    if (Info == NULL || Info->CommandLine == NULL || Kind < ${(k % 7) + 1}) {
        return STATUS_INVALID_PARAMETER;
    }
    item = (PITEM)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*item), 'meti');
    if (item == NULL) {
        status = STATUS_INSUFFICIENT_RESOURCES;
        goto Exit;
    }
    for (i = 0; i < RTL_NUMBER_OF(item->Text) && i < Info->CommandLine->Length / sizeof(WCHAR); i++) {
        item->Text[i] = Info->CommandLine->Buffer[i] ? Info->CommandLine->Buffer[i] : L' ';
    }
    switch (Kind) {
    case ${k}: item->Kind = Kind + ${k}; break;
    case ${k + 1}: ExAcquireFastMutex(&Mutex); Mark += Kind; ExReleaseFastMutex(&Mutex); break;
    default: status = NT_SUCCESS(status) && Kind > 3 ? STATUS_SUCCESS : STATUS_NOT_FOUND; break;
    }
    item->Id = Id;
    KeAcquireSpinLock(&Lock, &irql);
    InsertTailList(&Items, &item->Link);
    KeReleaseSpinLock(&Lock, irql);
    item = NULL;
Exit:
    if (item != NULL) {
        ExFreePool(item);
    }
    return ${k ? `NT_SUCCESS(status) ? Handle${k - 1}(Info, Id, Kind + 1) : status` : 'status'};
}
`;
    text += f;
    n += f.split('\n').length - 1;
    k++;
  }
  return `${text}
VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);
    if (CreateInfo != NULL) {
        Handle${k - 1}(CreateInfo, ProcessId, 1);
    }
}
VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE); IoDeleteDevice(Device); }
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;
    UNREFERENCED_PARAMETER(RegistryPath);
    InitializeListHead(&Items);
    KeInitializeSpinLock(&Lock);
    ExInitializeFastMutex(&Mutex);
    DriverObject->DriverUnload = Unload;
    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(Device);
    }
    return status;
}
`;
}

/** Processor time of this process in ms: on a busy machine the wall clock measures the others. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const compiling: number[] = [];
const checking: number[] = [];
const parts = new Map<string, number>();
let findings = 0;
for (let i = 0; i < runs + 10; i++) {
  const files = new MemoryFiles({ 'driver.c': driver(lines, i) });
  const t0 = cpu();
  const units = [compileUnit('driver.c', { files, builtinHeaders: wdkHeaders, includePaths: [], defines: { DBG: '1' } })];
  const t1 = cpu();
  findings = checkDriver({ units }).length;
  const t2 = cpu();
  if (i < 10) continue;
  compiling.push(t1 - t0);
  checking.push(t2 - t1);
}
{
  const units = [
    compileUnit('driver.c', {
      files: new MemoryFiles({ 'driver.c': driver(lines, -1) }),
      builtinHeaders: wdkHeaders,
      includePaths: [],
      defines: { DBG: '1' },
    }),
  ];
  const t = performance.now();
  const c = new RuleContext({ units }, DEFAULT_OPTIONS);
  parts.set('call graph', performance.now() - t);
  for (const r of ALL_RULES) {
    const s = performance.now();
    r.check(c);
    parts.set(r.id, performance.now() - s);
  }
}
const at = (a: number[], p: number): string => [...a].sort((x, y) => x - y)[Math.min(a.length - 1, Math.floor(a.length * p))].toFixed(1);
console.log(`static rules, ${lines} lines, ${runs} edits, ${findings} findings, processor time`);
console.log(`  compile  p50 ${at(compiling, 0.5)} ms  p99 ${at(compiling, 0.99)} ms`);
console.log(`  check    p50 ${at(checking, 0.5)} ms  p99 ${at(checking, 0.99)} ms`);
console.log(
  `  parts    ${[...parts]
    .filter(([, ms]) => ms >= 0.1)
    .map(([n, ms]) => `${n} ${ms.toFixed(1)}`)
    .join(', ')}`,
);
