/* A pool block that one thread frees and the other gets again is another object. BAD 1: both write into one block. */
#include "race.h"
static LONG *g_Block;
static VOID Setup(VOID)
{
    g_Block = ExAllocatePoolWithTag(NonPagedPoolNx, 16, 'kclB');
    RtlZeroMemory(g_Block, 16);
}
static VOID Work(ULONG who)
{
    int i;
    for (i = 0; i < 5; i++) {
        LONG *mine = ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'eniM');
        RtlFillMemory(mine, 64, (UCHAR)who);
        mine[3]++;
        ExFreePoolWithTag(mine, 'eniM');
#if BAD == 1
        g_Block[1] += (LONG)who;
#else
        g_Block[who] += (LONG)who;
#endif
    }
}
static VOID Done(VOID)
{
    ExFreePoolWithTag(g_Block, 'kclB');
}
