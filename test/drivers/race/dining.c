/* Two philosophers, two forks, a fast mutex each, taken in one order. BAD 1: each eats with one fork only. */
#include "race.h"
static FAST_MUTEX g_Forks[2];
static LONG g_Meals;
static VOID Setup(VOID)
{
    ExInitializeFastMutex(&g_Forks[0]);
    ExInitializeFastMutex(&g_Forks[1]);
}
static VOID Work(ULONG who)
{
    int i;
    for (i = 0; i < 5; i++) {
#if BAD == 1
        ExAcquireFastMutex(&g_Forks[who]);
        g_Meals++;
        ExReleaseFastMutex(&g_Forks[who]);
#else
        UNREFERENCED_PARAMETER(who);
        ExAcquireFastMutex(&g_Forks[0]);
        ExAcquireFastMutex(&g_Forks[1]);
        g_Meals++;
        ExReleaseFastMutex(&g_Forks[1]);
        ExReleaseFastMutex(&g_Forks[0]);
#endif
    }
}
static VOID Done(VOID)
{
}
