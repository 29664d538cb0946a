/* KeRaiseIrql keeps others of the same CPU out, not other CPUs: enough on one CPU only. */
#include "race.h"
static VOID Setup(VOID)
{
}
#define LOCK(n) { KIRQL irql; UNREFERENCED_PARAMETER(who); KeRaiseIrql(DISPATCH_LEVEL, &irql)
#define UNLOCK(n) KeLowerIrql(irql); }
#include "locks.h"
