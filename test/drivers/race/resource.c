/* ERESOURCE, exclusive. */
#include "race.h"
static ERESOURCE g_Locks[2];
static VOID Setup(VOID)
{
    ExInitializeResourceLite(&g_Locks[0]);
    ExInitializeResourceLite(&g_Locks[1]);
}
#define LOCK(n) KeEnterCriticalRegion(); ExAcquireResourceExclusiveLite(&g_Locks[n], TRUE)
#define UNLOCK(n) ExReleaseResourceLite(&g_Locks[n]); KeLeaveCriticalRegion()
#include "locks.h"
