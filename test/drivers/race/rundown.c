/* The owner waits for run-down before it takes the object away. BAD 1: it does not wait. */
#include "race.h"
static EX_RUNDOWN_REF g_Ref;
static LONG g_Object[2];
static KEVENT g_Taken;
static VOID Setup(VOID)
{
    ExInitializeRundownProtection(&g_Ref);
    KeInitializeEvent(&g_Taken, NotificationEvent, FALSE);
}
static VOID Work(ULONG who)
{
    if (who == 0) {
        if (ExAcquireRundownProtection(&g_Ref)) {
            KeSetEvent(&g_Taken, 0, FALSE);
            Pause();
            g_Object[0]++;
            ExReleaseRundownProtection(&g_Ref);
        }
    } else {
        KeWaitForSingleObject(&g_Taken, Executive, KernelMode, FALSE, NULL);
#if BAD == 1
        Pause();
#else
        ExWaitForRundownProtectionRelease(&g_Ref);
#endif
        g_Object[0] = 0;
    }
}
static VOID Done(VOID)
{
}
