/* Neighbours in one word are different objects. BAD 1: the same byte. BAD 2: a copy that covers both. BAD 3: bits of one word. */
#include "race.h"
static struct {
    UCHAR First, Second;
    USHORT Third;
} g_Bytes, g_Copy;
static struct {
    ULONG One : 3;
    ULONG Two : 5;
} g_Bits;
static VOID Setup(VOID)
{
}
static VOID Work(ULONG who)
{
    int i;
    for (i = 0; i < 10; i++) {
#if BAD == 1
        UNREFERENCED_PARAMETER(who);
        g_Bytes.First++;
#elif BAD == 2
        if (who)
            RtlCopyMemory(&g_Copy, &g_Bytes, sizeof g_Bytes);
        else
            g_Bytes.Second++;
#elif BAD == 3
        if (who)
            g_Bits.One++;
        else
            g_Bits.Two++;
#else
        if (who)
            g_Bytes.First++;
        else
            g_Bytes.Second++;
        if (who)
            g_Bytes.Third++;
#endif
    }
}
static VOID Done(VOID)
{
}
