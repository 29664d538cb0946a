/* Frame of the race drivers: two system threads call Work(0) and Work(1), DriverEntry waits for both and calls Done. Each file
   defines Setup, Work and Done; BAD selects what is done wrong (0: nothing). Where a file only protects a counter with some lock
   it defines LOCK(n) and UNLOCK(n), n = 0 or 1, and includes locks.h: BAD 1 = no lock, 2 = each thread its own, 3 = one thread only. */
#include <ntifs.h>

#ifndef BAD
#define BAD 0
#endif

static LONG g_Shared;
static VOID Setup(VOID);
static VOID Work(ULONG who);
static VOID Done(VOID);

static VOID Pause(VOID)
{
    LARGE_INTEGER time;
    time.QuadPart = -20000;
    KeDelayExecutionThread(KernelMode, FALSE, &time);
}

static VOID ThreadMain(PVOID context)
{
    Work((ULONG)(ULONG_PTR)context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    PVOID threads[2];
    HANDLE handle;
    ULONG_PTR i;
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    g_Shared = 1;
    Setup();
    for (i = 0; i < 2; i++) {
        PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, ThreadMain, (PVOID)i);
        ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode, &threads[i], NULL);
        ZwClose(handle);
    }
    for (i = 0; i < 2; i++) {
        KeWaitForSingleObject(threads[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(threads[i]);
    }
    g_Shared++;
    Done();
    return STATUS_SUCCESS;
}
