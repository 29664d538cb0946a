/* A lock of the driver's own making: an interlocked exchange takes and gives it back. */
#include "race.h"
static LONG g_Locks[2];
static VOID Setup(VOID)
{
}
static VOID Take(LONG *lock)
{
    while (InterlockedExchange(lock, 1) != 0)
        YieldProcessor();
}
#define LOCK(n) { KIRQL irql; KeRaiseIrql(DISPATCH_LEVEL, &irql); Take(&g_Locks[n])
#define UNLOCK(n) InterlockedExchange(&g_Locks[n], 0); KeLowerIrql(irql); }
#include "locks.h"
