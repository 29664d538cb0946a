/* A DPC and a thread share the counter: a spin lock orders them. BAD 1: the thread takes none. BAD 2: the DPC takes none.
   What was written before KeInsertQueueDpc is the DPC's without a lock. */
#include "race.h"
static KDPC g_Dpc;
static KSPIN_LOCK g_Lock;
static LONG g_Given, g_Seen;
static VOID OnDpc(PKDPC dpc, PVOID context, PVOID a, PVOID b)
{
    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(a);
    UNREFERENCED_PARAMETER(b);
    g_Seen = g_Given;
#if BAD != 2
    KeAcquireSpinLockAtDpcLevel(&g_Lock);
#endif
    g_Shared++;
#if BAD != 2
    KeReleaseSpinLockFromDpcLevel(&g_Lock);
#endif
}
static VOID Setup(VOID)
{
    KeInitializeSpinLock(&g_Lock);
    KeInitializeDpc(&g_Dpc, OnDpc, NULL);
}
static VOID Work(ULONG who)
{
    KIRQL irql;
    if (who == 0) {
        g_Given = 7;
        KeInsertQueueDpc(&g_Dpc, NULL, NULL);
        Pause();
    } else {
#if BAD != 1
        KeAcquireSpinLock(&g_Lock, &irql);
#else
        UNREFERENCED_PARAMETER(irql);
#endif
        g_Shared++;
#if BAD != 1
        KeReleaseSpinLock(&g_Lock, irql);
#endif
        Pause();
    }
}
static VOID Done(VOID)
{
    KeFlushQueuedDpcs();
    g_Seen++;
}
