/* An event hands the variable from one thread to the other; BAD 1: the other does not wait for it. BAD 2: it is set before the last write. */
#include "race.h"
static KEVENT g_Ready;
static VOID Setup(VOID)
{
    KeInitializeEvent(&g_Ready, NotificationEvent, FALSE);
}
static VOID Work(ULONG who)
{
    if (who == 0) {
#if BAD == 2
        KeSetEvent(&g_Ready, 0, FALSE);
        Pause();
#endif
        g_Shared = 5;
        KeSetEvent(&g_Ready, 0, FALSE);
    } else {
#if BAD != 1
        KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
#endif
        g_Shared++;
    }
}
static VOID Done(VOID)
{
}
