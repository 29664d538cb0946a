/* What is written before ExQueueWorkItem is the work routine's; its own writes are the waiter's after the event. BAD 1: written after queueing. */
#include "race.h"
static WORK_QUEUE_ITEM g_Item;
static KEVENT g_Ready;
static VOID OnWork(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    g_Shared++;
    KeSetEvent(&g_Ready, 0, FALSE);
}
static VOID Setup(VOID)
{
    KeInitializeEvent(&g_Ready, NotificationEvent, FALSE);
}
static VOID Work(ULONG who)
{
    if (who != 0)
        return;
    ExInitializeWorkItem(&g_Item, OnWork, NULL);
    g_Shared = 3;
    ExQueueWorkItem(&g_Item, DelayedWorkQueue);
#if BAD == 1
    g_Shared = 4;
#endif
    KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
    g_Shared++;
}
static VOID Done(VOID)
{
}
