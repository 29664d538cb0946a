/* A counter under LOCK/UNLOCK, see race.h. */
static VOID Work(ULONG who)
{
    int i;
    for (i = 0; i < 20; i++) {
#if BAD == 1
        UNREFERENCED_PARAMETER(who);
        g_Shared++;
#elif BAD == 2
        LOCK(who);
        g_Shared++;
        UNLOCK(who);
#elif BAD == 3
        if (who) {
            LOCK(0);
            g_Shared++;
            UNLOCK(0);
        } else
            g_Shared++;
#else
        UNREFERENCED_PARAMETER(who);
        LOCK(0);
        g_Shared++;
        UNLOCK(0);
#endif
    }
}
static VOID Done(VOID)
{
}
