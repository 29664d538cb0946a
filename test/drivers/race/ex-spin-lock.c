/* ExAcquireSpinLockExclusive. */
#include "race.h"
static EX_SPIN_LOCK g_Locks[2];
static VOID Setup(VOID)
{
}
#define LOCK(n) { KIRQL irql = ExAcquireSpinLockExclusive(&g_Locks[n])
#define UNLOCK(n) ExReleaseSpinLockExclusive(&g_Locks[n], irql); }
#include "locks.h"
