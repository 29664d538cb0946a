/* KMUTEX. */
#include "race.h"
static KMUTEX g_Locks[2];
static VOID Setup(VOID)
{
    KeInitializeMutex(&g_Locks[0], 0);
    KeInitializeMutex(&g_Locks[1], 0);
}
#define LOCK(n) KeWaitForSingleObject(&g_Locks[n], Executive, KernelMode, FALSE, NULL)
#define UNLOCK(n) KeReleaseMutex(&g_Locks[n], FALSE)
#include "locks.h"
