// The driver and scenario of the trace benchmark: little computation and very many events, so that recording is as large a part of the run as it can be.
export const DRIVER = `#include <ntddk.h>

#define ROUNDS 20000
KEVENT g_Ping, g_Pong, g_Done;
KSPIN_LOCK g_Spin;
FAST_MUTEX g_Mutex;
LONG g_Calls;

static VOID Ping(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (int i = 0; i < ROUNDS; i++) {
        KIRQL old;
        KeAcquireSpinLock(&g_Spin, &old);
        g_Calls++;
        KeReleaseSpinLock(&g_Spin, old);
        ExAcquireFastMutex(&g_Mutex);
        g_Calls++;
        ExReleaseFastMutex(&g_Mutex);
        KeSetEvent(&g_Ping, 0, FALSE);
        KeWaitForSingleObject(&g_Pong, Executive, KernelMode, FALSE, NULL);
    }
    KeSetEvent(&g_Done, 0, FALSE);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Pong(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (int i = 0; i < ROUNDS; i++) {
        KeWaitForSingleObject(&g_Ping, Executive, KernelMode, FALSE, NULL);
        KeSetEvent(&g_Pong, 0, FALSE);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    InterlockedIncrement(&g_Calls);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
    KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
}

static NTSTATUS Start(PKSTART_ROUTINE routine)
{
    HANDLE thread;
    NTSTATUS status = PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, routine, NULL);
    if (NT_SUCCESS(status)) ZwClose(thread);
    return status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    KeInitializeSpinLock(&g_Spin);
    ExInitializeFastMutex(&g_Mutex);
    KeInitializeEvent(&g_Ping, SynchronizationEvent, FALSE);
    KeInitializeEvent(&g_Pong, SynchronizationEvent, FALSE);
    KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
    NTSTATUS status = PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
    if (!NT_SUCCESS(status)) return status;
    Start(Ping);
    Start(Pong);
    return STATUS_SUCCESS;
}
`;

export const scenario = (cpus: number): string => `machine { cpus ${cpus}; step-limit 1000000000; time-limit 600s; }
driver "busy" { sources "driver.c"; }
process "C:\\\\maker.exe" {
  thread maker {
    for (int i = 0; i < 300; i++) {
      HANDLE p = StartProcess(L"C:\\\\Windows\\\\child.exe", L"x");
      TerminateProcess(p, 0);
      CloseHandle(p);
    }
  }
}
process "C:\\\\Windows\\\\child.exe" { }
`;

/** A driver as drivers are: it looks at each process, walks a list under a lock, copies a name; between the events the program computes. */
export const CALM = `#include <ntddk.h>

#define NAMES 32
static FAST_MUTEX g_Lock;
static LONG g_Processes;
static WCHAR g_Names[NAMES][64];

static ULONG Sum(PCUNICODE_STRING name)
{
    ULONG sum = 0;
    for (USHORT i = 0; i < name->Length / sizeof(WCHAR); i++) sum = sum * 31 + name->Buffer[i];
    return sum;
}

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    if (info == NULL || info->ImageFileName == NULL) return;
    ULONG slot = Sum(info->ImageFileName) % NAMES;
    ExAcquireFastMutex(&g_Lock);
    USHORT n = info->ImageFileName->Length / sizeof(WCHAR);
    if (n > 63) n = 63;
    RtlCopyMemory(g_Names[slot], info->ImageFileName->Buffer, n * sizeof(WCHAR));
    g_Names[slot][n] = 0;
    g_Processes++;
    ExReleaseFastMutex(&g_Lock);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    ExInitializeFastMutex(&g_Lock);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
`;

export const calmScenario = (cpus: number): string => `machine { cpus ${cpus}; step-limit 1000000000; time-limit 600s; }
driver "calm" { sources "driver.c"; }
process "C:\\\\maker.exe" {
  code { int grid[64][64]; }
  thread maker {
    for (int i = 0; i < 400; i++) {
      HANDLE p = StartProcess(L"C:\\\\Windows\\\\child.exe", L"x");
      for (int y = 0; y < 64; y++) for (int x = 0; x < 64; x++) grid[y][x] = (grid[x][y] * 31 + i) ^ y;
      TerminateProcess(p, 0);
      CloseHandle(p);
    }
  }
}
process "C:\\\\Windows\\\\child.exe" { }
`;
