/* KeAcquireInStackQueuedSpinLock. */
#include "race.h"
static KSPIN_LOCK g_Locks[2];
static VOID Setup(VOID)
{
    KeInitializeSpinLock(&g_Locks[0]);
    KeInitializeSpinLock(&g_Locks[1]);
}
#define LOCK(n) { KLOCK_QUEUE_HANDLE handle; KeAcquireInStackQueuedSpinLock(&g_Locks[n], &handle)
#define UNLOCK(n) KeReleaseInStackQueuedSpinLock(&handle); }
#include "locks.h"
