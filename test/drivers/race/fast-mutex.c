/* FAST_MUTEX. */
#include "race.h"
static FAST_MUTEX g_Locks[2];
static VOID Setup(VOID)
{
    ExInitializeFastMutex(&g_Locks[0]);
    ExInitializeFastMutex(&g_Locks[1]);
}
#define LOCK(n) ExAcquireFastMutex(&g_Locks[n])
#define UNLOCK(n) ExReleaseFastMutex(&g_Locks[n])
#include "locks.h"
