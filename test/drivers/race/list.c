/* Blocks handed over through an interlocked list and an S-list carry what was written into them. BAD 1: written after the insertion. */
#include "race.h"
typedef struct {
    SLIST_ENTRY Single;
    LIST_ENTRY Link;
    LONG Value;
} ITEM;
static SLIST_HEADER *g_Head;
static LIST_ENTRY g_List;
static KSPIN_LOCK g_Lock;
static VOID Setup(VOID)
{
    g_Head = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(SLIST_HEADER), 'daeH');
    InitializeSListHead(g_Head);
    InitializeListHead(&g_List);
    KeInitializeSpinLock(&g_Lock);
}
static VOID Work(ULONG who)
{
    int i;
    for (i = 0; i < 6; i++) {
        if (who == 0) {
            ITEM *item = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(ITEM), 'metI');
            item->Value = i;
            if (i & 1)
                ExInterlockedInsertTailList(&g_List, &item->Link, &g_Lock);
            else
                InterlockedPushEntrySList(g_Head, &item->Single);
#if BAD == 1
            item->Value = i + 1;
#endif
        } else {
            SLIST_ENTRY *single;
            LIST_ENTRY *link;
            Pause();
            single = InterlockedPopEntrySList(g_Head);
            if (single != NULL) {
                CONTAINING_RECORD(single, ITEM, Single)->Value++;
                ExFreePoolWithTag(CONTAINING_RECORD(single, ITEM, Single), 'metI');
            }
            link = ExInterlockedRemoveHeadList(&g_List, &g_Lock);
            if (link != NULL) {
                CONTAINING_RECORD(link, ITEM, Link)->Value++;
                ExFreePoolWithTag(CONTAINING_RECORD(link, ITEM, Link), 'metI');
            }
        }
    }
}
static VOID Done(VOID)
{
    SLIST_ENTRY *single;
    while ((single = InterlockedPopEntrySList(g_Head)) != NULL)
        ExFreePoolWithTag(CONTAINING_RECORD(single, ITEM, Single), 'metI');
    while (!IsListEmpty(&g_List))
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&g_List), ITEM, Link), 'metI');
    ExFreePoolWithTag(g_Head, 'daeH');
}
