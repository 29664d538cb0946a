/* A volatile flag hands over a variable: on x64 Microsoft's compiler gives such a write release and such a read acquire meaning, and
   WriteRelease/ReadAcquire say so in words. BAD 1: the flag is plain. BAD 2: written after the flag. */
#include "race.h"
#if BAD == 1
static LONG g_Flag;
#else
static volatile LONG g_Flag;
#endif
static LONG g_Released, g_Value;
static VOID Setup(VOID)
{
}
static VOID Work(ULONG who)
{
    int i;
    if (who == 0) {
        g_Shared = 5;
        g_Flag = 1;
        g_Value = 6;
        WriteRelease(&g_Released, 1);
#if BAD == 2
        g_Shared = 6;
#endif
        return;
    }
    for (i = 0; i < 50 && g_Flag == 0; i++)
        Pause();
    if (g_Flag)
        g_Shared++;
    for (i = 0; i < 50 && ReadAcquire(&g_Released) == 0; i++)
        Pause();
    if (ReadAcquire(&g_Released))
        g_Value++;
}
static VOID Done(VOID)
{
}
