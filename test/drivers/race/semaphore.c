/* A bounded buffer of one: two semaphores hand it to and fro. BAD 1: the consumer does not say that it is empty again before it reads it. */
#include "race.h"
static KSEMAPHORE g_Full, g_Empty;
static VOID Setup(VOID)
{
    KeInitializeSemaphore(&g_Full, 0, 10);
    KeInitializeSemaphore(&g_Empty, 1, 10);
}
static VOID Work(ULONG who)
{
    int i;
    LONG sum = 0;
    for (i = 0; i < 8; i++) {
        if (who == 0) {
            KeWaitForSingleObject(&g_Empty, Executive, KernelMode, FALSE, NULL);
            g_Shared = i;
            KeReleaseSemaphore(&g_Full, 0, 1, FALSE);
        } else {
            KeWaitForSingleObject(&g_Full, Executive, KernelMode, FALSE, NULL);
#if BAD == 1
            KeReleaseSemaphore(&g_Empty, 0, 1, FALSE);
            sum += g_Shared;
#else
            sum += g_Shared;
            KeReleaseSemaphore(&g_Empty, 0, 1, FALSE);
#endif
        }
    }
}
static VOID Done(VOID)
{
}
