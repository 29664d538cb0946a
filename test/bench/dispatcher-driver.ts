// The drivers and the scenario of the dispatcher benchmark: C texts whose threads do nothing but what is measured.

const HEAD = `#include <ntddk.h>

KEVENT g_Ping, g_Pong, g_Done, g_Go;
LONG g_Left, g_Started, g_Ended;
volatile LONG g_Stop;

static NTSTATUS StartThread(PKSTART_ROUTINE routine, PVOID context)
{
    HANDLE thread;
    NTSTATUS status = PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, routine, context);
    if (NT_SUCCESS(status)) ZwClose(thread);
    return status;
}

static VOID ThreadDone(VOID)
{
    if (InterlockedIncrement(&g_Ended) == 1) DbgPrint("stop\\n");
    if (InterlockedDecrement(&g_Left) == 0) KeSetEvent(&g_Done, 0, FALSE);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
}
`;

const ENTRY = (left: string, start: string): string => `
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    KeInitializeEvent(&g_Ping, SynchronizationEvent, FALSE);
    KeInitializeEvent(&g_Pong, SynchronizationEvent, FALSE);
    KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
    KeInitializeEvent(&g_Go, NotificationEvent, FALSE);
    g_Left = ${left};
    ${start}
    return STATUS_SUCCESS;
}
`;

/** Two threads wake each other \`rounds\` times; a round is two wait/wake pairs. */
export const pingPong = (rounds: number): string => `${HEAD}
static VOID Ping(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    DbgPrint("go\\n");
    for (int i = 0; i < ${rounds}; i++) {
        KeSetEvent(&g_Ping, 0, FALSE);
        KeWaitForSingleObject(&g_Pong, Executive, KernelMode, FALSE, NULL);
    }
    ThreadDone();
}
static VOID Pong(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (int i = 0; i < ${rounds}; i++) {
        KeWaitForSingleObject(&g_Ping, Executive, KernelMode, FALSE, NULL);
        KeSetEvent(&g_Pong, 0, FALSE);
    }
    ThreadDone();
}
${ENTRY('2', 'StartThread(Ping, NULL); StartThread(Pong, NULL);')}`;

/** The loop of the ping-pong without waiting: what calling two kernel routines costs. */
export const emptyCalls = (rounds: number): string => `${HEAD}
static VOID Caller(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    DbgPrint("go\\n");
    for (int i = 0; i < ${rounds}; i++) {
        KeReadStateEvent(&g_Ping);
        KeReadStateEvent(&g_Pong);
    }
    ThreadDone();
}
${ENTRY('1', 'StartThread(Caller, NULL);')}`;

/** \`threads\` ready threads, all the time: each gives its turn away \`switches / threads\` times. \`spread\`: over the priorities 8 to 12. */
export const yielders = (threads: number, switches: number, spread: boolean): string => `${HEAD}
static VOID Yielder(PVOID context)
{
    LARGE_INTEGER zero;
    zero.QuadPart = 0;
    ${spread ? 'KeSetBasePriorityThread(KeGetCurrentThread(), (LONG)((ULONG_PTR)context % 5));' : 'UNREFERENCED_PARAMETER(context);'}
    InterlockedIncrement(&g_Started);
    KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
    for (int i = 0; i < ${Math.floor(switches / threads)}; i++) KeDelayExecutionThread(KernelMode, FALSE, &zero);
    ThreadDone();
}
static VOID Starter(PVOID context)
{
    LARGE_INTEGER moment;
    UNREFERENCED_PARAMETER(context);
    moment.QuadPart = -10000;
    while (g_Started < ${threads}) KeDelayExecutionThread(KernelMode, FALSE, &moment);
    KeSetPriorityThread(KeGetCurrentThread(), 16);
    DbgPrint("go\\n");
    KeSetEvent(&g_Go, 0, FALSE);
    InterlockedDecrement(&g_Ended);
    ThreadDone();
}
${ENTRY(
  String(threads + 1),
  `for (ULONG_PTR i = 0; i < ${threads}; i++) if (!NT_SUCCESS(StartThread(Yielder, (PVOID)i))) { DbgPrint("no thread %d\\n", (int)i); break; }
    StartThread(Starter, NULL);`,
)}`;

/** \`waiters\` threads wait on one object and stay; two others play ping-pong beside them. */
export const besideWaiters = (waiters: number, rounds: number): string => `${HEAD}
static VOID Waiter(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    InterlockedIncrement(&g_Started);
    KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
    ThreadDone();
}
static VOID Pong(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (int i = 0; i < ${rounds}; i++) {
        KeWaitForSingleObject(&g_Ping, Executive, KernelMode, FALSE, NULL);
        KeSetEvent(&g_Pong, 0, FALSE);
    }
    ThreadDone();
}
static VOID Ping(PVOID context)
{
    LARGE_INTEGER moment;
    UNREFERENCED_PARAMETER(context);
    moment.QuadPart = -10000;
    while (g_Started < ${waiters}) KeDelayExecutionThread(KernelMode, FALSE, &moment);
    DbgPrint("go\\n");
    for (int i = 0; i < ${rounds}; i++) {
        KeSetEvent(&g_Ping, 0, FALSE);
        KeWaitForSingleObject(&g_Pong, Executive, KernelMode, FALSE, NULL);
    }
    KeSetEvent(&g_Go, 0, FALSE);
    ThreadDone();
}
${ENTRY(
  String(waiters + 2),
  `for (int i = 0; i < ${waiters}; i++) if (!NT_SUCCESS(StartThread(Waiter, NULL))) { DbgPrint("no thread %d\\n", i); break; }
    StartThread(Ping, NULL); StartThread(Pong, NULL);`,
)}`;

/** \`timers\` timers are queued and set again in an order that jumps about, \`sets\` times in all. */
export const timers = (count: number, sets: number): string => `${HEAD}
KTIMER g_Timers[${count}];
static VOID Setter(PVOID context)
{
    ULONG n = 1;
    UNREFERENCED_PARAMETER(context);
    for (int i = 0; i < ${count}; i++) KeInitializeTimer(&g_Timers[i]);
    for (int i = 0; i < ${count}; i++) {
        LARGE_INTEGER due;
        n = n * 1664525 + 1013904223;
        due.QuadPart = -10000LL * (60000 + (n >> 8) % 600000);
        KeSetTimer(&g_Timers[i], due, NULL);
    }
    DbgPrint("go\\n");
    for (int i = 0; i < ${sets}; i++) {
        LARGE_INTEGER due;
        n = n * 1664525 + 1013904223;
        due.QuadPart = -10000LL * (60000 + (n >> 8) % 600000);
        KeSetTimer(&g_Timers[(n >> 4) % ${count}], due, NULL);
    }
    DbgPrint("stop\\n");
    g_Ended++;
    for (int i = 0; i < ${count}; i++) KeCancelTimer(&g_Timers[i]);
    ThreadDone();
}
${ENTRY('1', 'StartThread(Setter, NULL);')}`;

export const scenario = (cpus: number): string =>
  `machine { cpus ${cpus}; step 10ns; time-limit 600s; step-limit 4000000000 } driver "bench" { sources "driver.c"; }`;

/** A process with `threads` threads of user mode that sleep; the last one says `go` when all others do. */
export const sleepers = (threads: number): string => `${scenario(1)}
process "C:\\\\bench\\\\sleeper.exe" { thread s count ${threads} { if (ThreadNumber() == ${threads - 1}) { Sleep(1000); printf("go\\n"); } Sleep(60000); } }`;

export const NOTHING = `#include <ntddk.h>
DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path) { UNREFERENCED_PARAMETER(driver); UNREFERENCED_PARAMETER(path); return STATUS_SUCCESS; }`;
