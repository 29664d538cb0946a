/* Readers share a lock: reading under it is right, writing under it (BAD 1) is not. */
#include "race.h"
static EX_PUSH_LOCK g_Lock;
static ERESOURCE g_Resource;
static EX_SPIN_LOCK g_Spin;
static LONG g_ByResource, g_BySpin;
static VOID Setup(VOID)
{
    ExInitializePushLock(&g_Lock);
    ExInitializeResourceLite(&g_Resource);
}
static VOID Work(ULONG who)
{
    int i;
    LONG sum = 0;
    KIRQL irql;
    for (i = 0; i < 10; i++) {
        KeEnterCriticalRegion();
        ExAcquirePushLockShared(&g_Lock);
        sum += g_Shared;
#if BAD == 1
        g_Shared++;
#endif
        ExReleasePushLockShared(&g_Lock);
        ExAcquireResourceSharedLite(&g_Resource, TRUE);
        sum += g_ByResource;
#if BAD == 2
        g_ByResource++;
#endif
        ExReleaseResourceLite(&g_Resource);
        KeLeaveCriticalRegion();
        irql = ExAcquireSpinLockShared(&g_Spin);
        sum += g_BySpin;
#if BAD == 3
        g_BySpin++;
#endif
        ExReleaseSpinLockShared(&g_Spin, irql);
        if (who == 0 && i == 5) {
            KeEnterCriticalRegion();
            ExAcquirePushLockExclusive(&g_Lock);
            g_Shared = sum;
            ExReleasePushLockExclusive(&g_Lock);
            ExAcquireResourceExclusiveLite(&g_Resource, TRUE);
            g_ByResource = sum;
            ExReleaseResourceLite(&g_Resource);
            KeLeaveCriticalRegion();
            irql = ExAcquireSpinLockExclusive(&g_Spin);
            g_BySpin = sum;
            ExReleaseSpinLockExclusive(&g_Spin, irql);
        }
    }
}
static VOID Done(VOID)
{
}
