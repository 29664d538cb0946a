// Cancel-safe queues in every state of a packet: queued, cancelled before, in and after the queue, removed by its context, refused by the Ex insert.
#include "system.h"
#if 0 // threads
thread main { Sleep(1); }
#endif

typedef struct _QUEUE { IO_CSQ Csq; LIST_ENTRY List; KSPIN_LOCK Lock; NTSTATUS Refuse; PVOID InsertContext; LONG Inserts, Removes, Cancelled, Held; PIRP Last; KIRQL CompleteIrql; } QUEUE;
static QUEUE g_Q, g_Ex;
#define Q(csq) CONTAINING_RECORD(csq, QUEUE, Csq)

static VOID Insert(PIO_CSQ Csq, PIRP Irp) {
  Q(Csq)->Inserts++;
  CHECK(Q(Csq)->Held == 1);
  InsertTailList(&Q(Csq)->List, &Irp->Tail.Overlay.ListEntry);
}
static NTSTATUS InsertEx(PIO_CSQ Csq, PIRP Irp, PVOID Context) {
  Q(Csq)->InsertContext = Context;
  if (!NT_SUCCESS(Q(Csq)->Refuse)) return Q(Csq)->Refuse;
  Insert(Csq, Irp);
  return Q(Csq)->Refuse;
}
static VOID Remove(PIO_CSQ Csq, PIRP Irp) {
  Q(Csq)->Removes++;
  CHECK(Q(Csq)->Held == 1);
  RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}
// PeekContext: a packet that is wanted, NULL any
static PIRP Peek(PIO_CSQ Csq, PIRP Irp, PVOID Context) {
  CHECK(Q(Csq)->Held == 1);
  for (PLIST_ENTRY e = Irp == NULL ? Q(Csq)->List.Flink : Irp->Tail.Overlay.ListEntry.Flink; e != &Q(Csq)->List; e = e->Flink) {
    PIRP next = CONTAINING_RECORD(e, IRP, Tail.Overlay.ListEntry);
    if (Context == NULL || next == Context) return next;
  }
  return NULL;
}
_IRQL_raises_(DISPATCH_LEVEL) static VOID Acquire(PIO_CSQ Csq, PKIRQL Irql) {
  KeAcquireSpinLock(&Q(Csq)->Lock, Irql);
  Q(Csq)->Held++;
}
static VOID Release(PIO_CSQ Csq, KIRQL Irql) {
  Q(Csq)->Held--;
  KeReleaseSpinLock(&Q(Csq)->Lock, Irql);
}
static VOID Cancelled(PIO_CSQ Csq, PIRP Irp) {
  Q(Csq)->Cancelled++;
  Q(Csq)->Last = Irp;
  Q(Csq)->CompleteIrql = KeGetCurrentIrql();
  CHECK(Q(Csq)->Held == 0);
}
static PIRP Packet(VOID) {
  PIRP irp = IoAllocateIrp(1, FALSE);
  IoSetNextIrpStackLocation(irp);
  return irp;
}
static VOID Setup(QUEUE *q) {
  InitializeListHead(&q->List);
  KeInitializeSpinLock(&q->Lock);
}

TEST_ENTRY {
  IO_CSQ_IRP_CONTEXT context, second;
  PIRP a = Packet(), b = Packet(), c = Packet();
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  Setup(&g_Q);
  Setup(&g_Ex);
  FACT_EQ("documentation cancel-safe queue: IoCsqInitialize", IoCsqInitialize(&g_Q.Csq, Insert, Remove, Peek, Acquire, Release, Cancelled), STATUS_SUCCESS);
  FACT_EQ("documentation cancel-safe queue: IoCsqInitializeEx", IoCsqInitializeEx(&g_Ex.Csq, InsertEx, Remove, Peek, Acquire, Release, Cancelled), STATUS_SUCCESS);

  IoCsqInsertIrp(&g_Q.Csq, a, NULL);
  FACT("documentation cancel-safe queue: the packet is marked pending and can be cancelled", (IoGetCurrentIrpStackLocation(a)->Control & SL_PENDING_RETURNED) && a->CancelRoutine != NULL && g_Q.Inserts == 1);
  IoCsqInsertIrp(&g_Q.Csq, b, NULL);
  FACT("documentation cancel-safe queue: IoCsqRemoveNextIrp: the first", IoCsqRemoveNextIrp(&g_Q.Csq, NULL) == a && a->CancelRoutine == NULL && g_Q.Removes == 1);
  FACT_EQ("documentation cancel-safe queue: a cancel after removal reaches nobody", IoCancelIrp(a), FALSE);
  FACT("documentation cancel-safe queue: but is remembered", a->Cancel && g_Q.Cancelled == 0);
  IoCsqInsertIrp(&g_Q.Csq, c, NULL);
  FACT("documentation cancel-safe queue: PeekContext selects", IoCsqRemoveNextIrp(&g_Q.Csq, c) == c);
  FACT("documentation cancel-safe queue: PeekContext of one that is not there", IoCsqRemoveNextIrp(&g_Q.Csq, c) == NULL);

  FACT_EQ("documentation cancel-safe queue: cancel of a queued packet", IoCancelIrp(b), TRUE);
  FACT("documentation cancel-safe queue: it is removed and completed as cancelled", g_Q.Cancelled == 1 && g_Q.Last == b && IsListEmpty(&g_Q.List));
  FACT("documentation cancel-safe queue: without the queue's lock, at the IRQL of the canceller", g_Q.CompleteIrql == PASSIVE_LEVEL && KeGetCurrentIrql() == PASSIVE_LEVEL);
  FACT("documentation cancel-safe queue: an empty queue", IoCsqRemoveNextIrp(&g_Q.Csq, NULL) == NULL);

  // cancelled before it was inserted
  IoCsqInsertIrp(&g_Q.Csq, a, NULL);
  FACT("documentation cancel-safe queue: inserted after its cancel: completed at once", g_Q.Cancelled == 2 && g_Q.Last == a && IsListEmpty(&g_Q.List));

  // by context
  IoCsqInsertIrp(&g_Q.Csq, c, &context);
  FACT("documentation cancel-safe queue: the context names packet and queue", context.Irp == c && context.Csq == &g_Q.Csq);
  FACT("documentation cancel-safe queue: IoCsqRemoveIrp", IoCsqRemoveIrp(&g_Q.Csq, &context) == c && context.Irp == NULL && c->CancelRoutine == NULL);
  FACT("documentation cancel-safe queue: IoCsqRemoveIrp a second time", IoCsqRemoveIrp(&g_Q.Csq, &context) == NULL);
  IoCsqInsertIrp(&g_Q.Csq, c, &second);
  IoCancelIrp(c);
  FACT("documentation cancel-safe queue: IoCsqRemoveIrp of a cancelled packet", IoCsqRemoveIrp(&g_Q.Csq, &second) == NULL && g_Q.Last == c && g_Q.Cancelled == 3);

  // Ex: the driver decides
  PIRP d = Packet();
  g_Ex.Refuse = STATUS_DEVICE_BUSY;
  FACT("documentation cancel-safe queue: IoCsqInsertIrpEx: the callback's refusal", IoCsqInsertIrpEx(&g_Ex.Csq, d, NULL, (PVOID)0x66) == STATUS_DEVICE_BUSY && g_Ex.InsertContext == (PVOID)0x66);
  FACT("documentation cancel-safe queue: a refused packet cannot be cancelled by the queue", d->CancelRoutine == NULL && !IoCancelIrp(d) && IsListEmpty(&g_Ex.List));
  PIRP e = Packet();
  g_Ex.Refuse = STATUS_SUCCESS;
  FACT("documentation cancel-safe queue: IoCsqInsertIrpEx", IoCsqInsertIrpEx(&g_Ex.Csq, e, &context, NULL) == STATUS_SUCCESS && context.Irp == e);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  FACT("documentation cancel-safe queue: at DISPATCH_LEVEL", IoCsqRemoveIrp(&g_Ex.Csq, &context) == e);
  KeLowerIrql(old);
  FACT_EQ("documentation cancel-safe queue: every acquired lock was released", g_Q.Held + g_Ex.Held, 0);
  IoFreeIrp(a);
  IoFreeIrp(b);
  IoFreeIrp(c);
  IoFreeIrp(d);
  IoFreeIrp(e);
  return RESULT();
}
