/* EX_PUSH_LOCK. */
#include "race.h"
static EX_PUSH_LOCK g_Locks[2];
static VOID Setup(VOID)
{
    ExInitializePushLock(&g_Locks[0]);
    ExInitializePushLock(&g_Locks[1]);
}
#define LOCK(n) KeEnterCriticalRegion(); ExAcquirePushLockExclusive(&g_Locks[n])
#define UNLOCK(n) ExReleasePushLockExclusive(&g_Locks[n]); KeLeaveCriticalRegion()
#include "locks.h"
