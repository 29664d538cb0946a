/* KGUARDED_MUTEX. */
#include "race.h"
static KGUARDED_MUTEX g_Locks[2];
static VOID Setup(VOID)
{
    KeInitializeGuardedMutex(&g_Locks[0]);
    KeInitializeGuardedMutex(&g_Locks[1]);
}
#define LOCK(n) KeAcquireGuardedMutex(&g_Locks[n])
#define UNLOCK(n) KeReleaseGuardedMutex(&g_Locks[n])
#include "locks.h"
