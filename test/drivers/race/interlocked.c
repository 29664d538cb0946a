/* Interlocked operations: no race among themselves, and the last of two decrements sees what the other thread did. BAD 1: a plain increment
   beside interlocked ones. BAD 2: plain on both sides. */
#include "race.h"
static LONG g_Count, g_References = 2, g_Private[2];
static VOID Setup(VOID)
{
}
static VOID Work(ULONG who)
{
    int i;
    for (i = 0; i < 10; i++) {
#if BAD == 1
        if (who)
            g_Count++;
        else
            InterlockedIncrement(&g_Count);
#elif BAD == 2
        g_Count++;
#else
        InterlockedIncrement(&g_Count);
#endif
    }
    g_Private[who] = who + 1;
    if (InterlockedDecrement(&g_References) == 0)
        g_Private[1 - who]++;
}
static VOID Done(VOID)
{
}
