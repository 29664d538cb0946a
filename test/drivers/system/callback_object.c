// Executive callback objects: create and open by name, order, IRQL, one or many registrations, removal that waits for a running function, life of the name.
#include "system.h"
#if 0 // threads
thread main {
  Sleep(1);
}
#endif

static PCALLBACK_OBJECT g_Object;
static LONG g_Calls, g_Order[4];
static PVOID g_Arguments[2];
static KIRQL g_Irql;
static KEVENT g_Inside, g_Leave, g_Unregistered;
static PVOID g_Registration;
static volatile LONG g_Unregister, g_AfterUnregister;

static VOID Record(PVOID Context, PVOID A, PVOID B) {
  g_Order[g_Calls++ & 3] = (LONG)(LONG_PTR)Context;
  g_Arguments[0] = A;
  g_Arguments[1] = B;
  g_Irql = KeGetCurrentIrql();
}
static VOID Blocks(PVOID Context, PVOID A, PVOID B) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A);
  UNREFERENCED_PARAMETER(B);
  g_Calls++;
  if (g_Unregister) g_AfterUnregister++;
  KeSetEvent(&g_Inside, 0, FALSE);
  KeWaitForSingleObject(&g_Leave, Executive, KernelMode, FALSE, NULL);
}
static VOID Notifier(PVOID Context) {
  ExNotifyCallback(Context, NULL, NULL);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
static VOID Remover(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  ExUnregisterCallback(g_Registration);
  KeSetEvent(&g_Unregistered, 0, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

TEST_ENTRY {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Callback\\InterlockTest"), system = RTL_CONSTANT_STRING(L"\\Callback\\PowerState");
  UNICODE_STRING event = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\NoCallback");
  OBJECT_ATTRIBUTES oa;
  PCALLBACK_OBJECT other, single;
  PVOID r[3], extra;
  KIRQL old;
  LARGE_INTEGER zero = {0};
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  KeInitializeEvent(&g_Inside, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Leave, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Unregistered, NotificationEvent, FALSE);
  InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);

  FACT_EQ("documentation executive callbacks: ExCreateCallback: Create FALSE and no such name", ExCreateCallback(&other, &oa, FALSE, TRUE), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation executive callbacks: ExCreateCallback creates", ExCreateCallback(&g_Object, &oa, TRUE, TRUE), STATUS_SUCCESS);
  FACT("documentation executive callbacks: ExCreateCallback opens the existing one", NT_SUCCESS(ExCreateCallback(&other, &oa, FALSE, FALSE)) && other == g_Object);
  ObDereferenceObject(other);
  FACT("documentation executive callbacks: Create TRUE opens an existing one too", NT_SUCCESS(ExCreateCallback(&other, &oa, TRUE, FALSE)) && other == g_Object);
  ObDereferenceObject(other);

  ExNotifyCallback(g_Object, NULL, NULL);
  FACT_EQ("documentation executive callbacks: ExNotifyCallback without registrations does nothing", g_Calls, 0);
  for (LONG i = 0; i < 3; i++) {
    r[i] = ExRegisterCallback(g_Object, Record, (PVOID)(LONG_PTR)(i + 1));
    CHECK(r[i] != NULL);
  }
  FACT("documentation executive callbacks: ExRegisterCallback: a registration each", r[0] != r[1] && r[1] != r[2]);
  ExNotifyCallback(g_Object, (PVOID)11, (PVOID)22);
  FACT("documentation executive callbacks: functions are called in the order of registration", g_Calls == 3 && g_Order[0] == 1 && g_Order[1] == 2 && g_Order[2] == 3);
  FACT("documentation executive callbacks: with their context and both arguments", g_Arguments[0] == (PVOID)11 && g_Arguments[1] == (PVOID)22);
  FACT_EQ("documentation executive callbacks: at the IRQL of the notifier", g_Irql, PASSIVE_LEVEL);
  old = KeRaiseIrqlToDpcLevel();
  ExNotifyCallback(g_Object, NULL, NULL);
  KeLowerIrql(old);
  FACT_EQ("documentation executive callbacks: ExNotifyCallback at DISPATCH_LEVEL", g_Irql, DISPATCH_LEVEL);
  ExUnregisterCallback(r[1]);
  g_Calls = 0;
  ExNotifyCallback(g_Object, NULL, NULL);
  FACT("documentation executive callbacks: ExUnregisterCallback: that one is not called any more", g_Calls == 2 && g_Order[0] == 1 && g_Order[1] == 3);
  ExUnregisterCallback(r[0]);
  ExUnregisterCallback(r[2]);

  // AllowMultipleCallbacks FALSE
  InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
  CHECK_EQ(ExCreateCallback(&single, &oa, TRUE, FALSE), STATUS_SUCCESS);
  r[0] = ExRegisterCallback(single, Record, NULL);
  extra = ExRegisterCallback(single, Record, NULL);
  FACT("documentation executive callbacks: AllowMultipleCallbacks FALSE: the second registration is NULL", r[0] != NULL && extra == NULL);
  ExUnregisterCallback(r[0]);
  r[0] = ExRegisterCallback(single, Record, NULL);
  FACT("documentation executive callbacks: after its removal another may register", r[0] != NULL);
  ExUnregisterCallback(r[0]);
  ObDereferenceObject(single);

  // removal waits for the function that runs
  g_Calls = 0;
  g_Registration = ExRegisterCallback(g_Object, Blocks, NULL);
  PETHREAD notifier = StartThread(Notifier, g_Object);
  KeWaitForSingleObject(&g_Inside, Executive, KernelMode, FALSE, NULL);
  PETHREAD remover = StartThread(Remover, NULL);
  SleepMs(60);
  g_Unregister = 1;
  FACT_EQ("documentation executive callbacks: ExUnregisterCallback waits for a running function", KeWaitForSingleObject(&g_Unregistered, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
  ExNotifyCallback(g_Object, NULL, NULL);
  FACT_EQ("documentation executive callbacks: while it waits the function is not called again", g_AfterUnregister, 0);
  KeSetEvent(&g_Leave, 0, FALSE);
  Join(remover);
  FACT("documentation executive callbacks: it returns when the function has returned", KeReadStateEvent(&g_Unregistered) != 0 && g_Calls == 1);
  Join(notifier);

  // the last reference takes the name with it
  InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
  r[0] = ExRegisterCallback(g_Object, Record, NULL);
  ObDereferenceObject(g_Object);
  FACT("documentation executive callbacks: a registration keeps the object", NT_SUCCESS(ExCreateCallback(&other, &oa, FALSE, TRUE)) && other == g_Object);
  ObDereferenceObject(other);
  ExUnregisterCallback(r[0]);
  FACT_EQ("documentation executive callbacks: without references the name is gone", ExCreateCallback(&other, &oa, FALSE, TRUE), STATUS_OBJECT_NAME_NOT_FOUND);

  InitializeObjectAttributes(&oa, &system, OBJ_CASE_INSENSITIVE, NULL, NULL);
  FACT_EQ("documentation executive callbacks: the system's callback objects exist", ExCreateCallback(&other, &oa, FALSE, TRUE), STATUS_SUCCESS);
  r[0] = ExRegisterCallback(other, Record, NULL);
  r[1] = ExRegisterCallback(other, Record, NULL);
  FACT("documentation executive callbacks: and permit several registrations", r[0] != NULL && r[1] != NULL);
  ExUnregisterCallback(r[0]);
  ExUnregisterCallback(r[1]);
  ObDereferenceObject(other);

  HANDLE h;
  InitializeObjectAttributes(&oa, &event, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation executive callbacks: a name of another kind of object", ExCreateCallback(&other, &oa, TRUE, TRUE), STATUS_OBJECT_TYPE_MISMATCH);
  ZwClose(h);
  return RESULT();
}
