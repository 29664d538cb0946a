/* What is written before KeSetTimer is the timer DPC's, and what the DPC wrote is the waiter's once it has set the event. BAD 1: written after. */
#include "race.h"
static KTIMER g_Timer;
static KDPC g_Dpc;
static KEVENT g_Ready;
static VOID OnTimer(PKDPC dpc, PVOID context, PVOID a, PVOID b)
{
    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(a);
    UNREFERENCED_PARAMETER(b);
    g_Shared++;
    KeSetEvent(&g_Ready, 0, FALSE);
}
static VOID Setup(VOID)
{
    KeInitializeTimer(&g_Timer);
    KeInitializeDpc(&g_Dpc, OnTimer, NULL);
    KeInitializeEvent(&g_Ready, NotificationEvent, FALSE);
}
static VOID Work(ULONG who)
{
    LARGE_INTEGER due;
    if (who != 0)
        return;
    due.QuadPart = -100000;
    g_Shared = 3;
    KeSetTimer(&g_Timer, due, &g_Dpc);
#if BAD == 1
    g_Shared = 4;
#endif
    KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
    g_Shared++;
}
static VOID Done(VOID)
{
}
