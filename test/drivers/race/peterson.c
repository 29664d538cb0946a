/* Peterson's algorithm. With interlocked exchanges it is right; with plain variables (BAD 1) every one of them races. */
#include "race.h"
#if BAD == 1
#define SET(variable, value) (variable) = (value)
#define GET(variable) (variable)
#else
#define SET(variable, value) InterlockedExchange(&(variable), (value))
#define GET(variable) InterlockedCompareExchange(&(variable), 0, 0)
#endif
static LONG g_Wants[2], g_Turn;
static VOID Setup(VOID)
{
}
static VOID Work(ULONG who)
{
    int i;
    for (i = 0; i < 5; i++) {
        SET(g_Wants[who], 1);
        SET(g_Turn, (LONG)(1 - who));
        while (GET(g_Wants[1 - who]) && GET(g_Turn) == (LONG)(1 - who))
            Pause();
        g_Shared++;
        SET(g_Wants[who], 0);
    }
}
static VOID Done(VOID)
{
}
