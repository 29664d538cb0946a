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
