/* KeAcquireSpinLock. */
#include "race.h"
static KSPIN_LOCK g_Locks[2];
static VOID Setup(VOID)
{
    KeInitializeSpinLock(&g_Locks[0]);
    KeInitializeSpinLock(&g_Locks[1]);
}
#define LOCK(n) { KIRQL irql; KeAcquireSpinLock(&g_Locks[n], &irql)
#define UNLOCK(n) KeReleaseSpinLock(&g_Locks[n], irql); }
#include "locks.h"
