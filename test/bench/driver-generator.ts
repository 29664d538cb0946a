// Makes a driver of about N lines, of the kind the language server is for: notify routines for processes, threads and images that keep a list, many request
// handlers, helpers that call each other across the file, locks, pool and strings. Deterministic; good C; with a few findings.

/** Text of a driver of at least `lines` lines. `include`: what it begins with. */
export function generateDriver(lines: number, include = '#include <ntddk.h>\n'): string {
  const out: string[] = [include.trimEnd(), ...HEAD.split('\n')];
  let n = 0;
  const count = () => out.reduce((sum, s) => sum + s.split('\n').length, 0) + TAIL.split('\n').length + n * 3;
  while (count() < lines) {
    out.push(handler(n), '');
    n++;
  }
  out.push(dispatch(n), TAIL);
  return out.join('\n');
}

const HEAD = `
#define WATCH_TAG 'hctW'
#define WATCH_MAX_ENTRIES 256
#define WATCH_IOCTL(n) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (n), METHOD_BUFFERED, FILE_ANY_ACCESS)

typedef struct _WATCH_ENTRY {
    LIST_ENTRY Link;
    HANDLE ProcessId;
    HANDLE ParentId;
    LARGE_INTEGER Created;
    ULONG Threads;
    ULONG Images;
    WCHAR Name[64];
} WATCH_ENTRY, *PWATCH_ENTRY;

typedef struct _WATCH_STATE {
    FAST_MUTEX Lock;
    KSPIN_LOCK CountLock;
    LIST_ENTRY Entries;
    ULONG Count;
    ULONG Limit;
    volatile LONG Events;
    union {
        ULONG Flags;
        struct {
            ULONG Verbose : 1;
            ULONG Paused : 1;
            ULONG Reserved : 30;
        };
    };
} WATCH_STATE, *PWATCH_STATE;

typedef struct _WATCH_REQUEST {
    ULONG Code;
    ULONG Length;
    UCHAR Data[32];
} WATCH_REQUEST, *PWATCH_REQUEST;

static WATCH_STATE g_Watch;

static PWATCH_ENTRY WatchFind(_In_ HANDLE ProcessId)
{
    PLIST_ENTRY link;
    for (link = g_Watch.Entries.Flink; link != &g_Watch.Entries; link = link->Flink) {
        PWATCH_ENTRY entry = CONTAINING_RECORD(link, WATCH_ENTRY, Link);
        if (entry->ProcessId == ProcessId) {
            return entry;
        }
    }
    return NULL;
}

static VOID WatchCount(VOID)
{
    KIRQL irql;
    KeAcquireSpinLock(&g_Watch.CountLock, &irql);
    g_Watch.Count++;
    KeReleaseSpinLock(&g_Watch.CountLock, irql);
}
`;

/** One request handler with the helper it calls; every fourth calls the handler before it. */
function handler(k: number): string {
  const previous =
    k % 4 === 3
      ? `    status = WatchRequest${k - 1}(Watch, Request, Length / 2);\n    if (!NT_SUCCESS(status)) {\n        return status;\n    }\n`
      : '';
  return `static ULONG WatchHash${k}(_In_reads_bytes_(Length) const UCHAR *Data, _In_ ULONG Length)
{
    ULONG hash = ${2166136261 - k}u;
    for (ULONG i = 0; i < Length; i++) {
        hash ^= Data[i];
        hash *= 16777619u;
        if (hash & ${1 << (k % 12)}u) {
            hash += ${k + 3};
        }
    }
    return hash;
}

_IRQL_requires_max_(APC_LEVEL)
static NTSTATUS WatchRequest${k}(_Inout_ PWATCH_STATE Watch, _Inout_ PWATCH_REQUEST Request, _In_ ULONG Length)
{
    NTSTATUS status = STATUS_SUCCESS;
    PWATCH_ENTRY entry;
    UNICODE_STRING name;
    if (Request == NULL || Length < ${(k % 7) + 4}) {
        return STATUS_INVALID_PARAMETER;
    }
${previous}    switch (Request->Code) {
    case WATCH_IOCTL(${k * 2}):
        for (ULONG i = 0; i < RTL_NUMBER_OF(Request->Data) && i < Length; i++) {
            Request->Data[i] = (UCHAR)(Request->Data[i] ^ (UCHAR)(i * ${k + 3}));
            Watch->Events += Request->Data[i];
        }
        break;
    case WATCH_IOCTL(${k * 2 + 1}):
        ExAcquireFastMutex(&Watch->Lock);
        entry = WatchFind((HANDLE)(ULONG_PTR)${k * 4});
        if (entry != NULL && !Watch->Paused) {
            RtlInitUnicodeString(&name, entry->Name);
            entry->Images += name.Length / sizeof(WCHAR);
            Request->Length = WatchHash${k}(Request->Data, sizeof(Request->Data));
        } else {
            status = STATUS_NOT_FOUND;
        }
        ExReleaseFastMutex(&Watch->Lock);
        break;
    default:
        status = STATUS_INVALID_DEVICE_REQUEST;
    }
    return status;
}`;
}

function dispatch(n: number): string {
  const cases = Array.from(
    { length: n },
    (_, k) => `    case ${k}:\n        status = WatchRequest${k}(&g_Watch, Request, Length);\n        break;`,
  );
  return `static NTSTATUS WatchDispatch(_Inout_ PWATCH_REQUEST Request, _In_ ULONG Length)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    switch (Request->Code & 0xff) {
${cases.join('\n')}
    }
    return status;
}
`;
}

const TAIL = `VOID WatchProcess(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);
    WATCH_REQUEST request = { 0 };
    if (CreateInfo != NULL) {
        PWATCH_ENTRY entry = (PWATCH_ENTRY)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(WATCH_ENTRY), WATCH_TAG);
        if (entry == NULL) {
            return;
        }
        entry->ProcessId = ProcessId;
        entry->ParentId = CreateInfo->ParentProcessId;
        KeQuerySystemTime(&entry->Created);
        ExAcquireFastMutex(&g_Watch.Lock);
        InsertTailList(&g_Watch.Entries, &entry->Link);
        ExReleaseFastMutex(&g_Watch.Lock);
        WatchCount();
    } else {
        ExAcquireFastMutex(&g_Watch.Lock);
        PWATCH_ENTRY entry = WatchFind(ProcessId);
        if (entry != NULL) {
            RemoveEntryList(&entry->Link);
        }
        ExReleaseFastMutex(&g_Watch.Lock);
        if (entry != NULL) {
            ExFreePoolWithTag(entry, WATCH_TAG);
        }
    }
    (void)WatchDispatch(&request, sizeof(request));
    /* edit here */
}

VOID WatchThread(_In_ HANDLE ProcessId, _In_ HANDLE ThreadId, _In_ BOOLEAN Create)
{
    UNREFERENCED_PARAMETER(ThreadId);
    ExAcquireFastMutex(&g_Watch.Lock);
    PWATCH_ENTRY entry = WatchFind(ProcessId);
    if (entry != NULL) {
        entry->Threads += Create ? 1 : -1;
    }
    ExReleaseFastMutex(&g_Watch.Lock);
}

VOID WatchImage(_In_opt_ PUNICODE_STRING FullImageName, _In_ HANDLE ProcessId, _In_ PIMAGE_INFO ImageInfo)
{
    UNREFERENCED_PARAMETER(FullImageName);
    if (!ImageInfo->SystemModeImage) {
        ExAcquireFastMutex(&g_Watch.Lock);
        PWATCH_ENTRY entry = WatchFind(ProcessId);
        if (entry != NULL) {
            entry->Images++;
        }
        ExReleaseFastMutex(&g_Watch.Lock);
    }
}

VOID WatchUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsRemoveLoadImageNotifyRoutine(WatchImage);
    PsRemoveCreateThreadNotifyRoutine(WatchThread);
    PsSetCreateProcessNotifyRoutineEx(WatchProcess, TRUE);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    ExInitializeFastMutex(&g_Watch.Lock);
    KeInitializeSpinLock(&g_Watch.CountLock);
    InitializeListHead(&g_Watch.Entries);
    DriverObject->DriverUnload = WatchUnload;
    NTSTATUS status = PsSetCreateProcessNotifyRoutineEx(WatchProcess, FALSE);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = PsSetCreateThreadNotifyRoutine(WatchThread);
    if (!NT_SUCCESS(status)) {
        PsSetCreateProcessNotifyRoutineEx(WatchProcess, TRUE);
        return status;
    }
    status = PsSetLoadImageNotifyRoutine(WatchImage);
    if (!NT_SUCCESS(status)) {
        PsRemoveCreateThreadNotifyRoutine(WatchThread);
        PsSetCreateProcessNotifyRoutineEx(WatchProcess, TRUE);
    }
    return status;
}
`;
