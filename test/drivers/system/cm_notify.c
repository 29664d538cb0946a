// ZwNotifyChangeKey: waiting and not waiting, what a filter lets through, trees, events, status blocks, work items and APCs, the end of the handle, of the key and
// of the thread (source: the documentation of ZwNotifyChangeKey and RegNotifyChangeKeyValue).
#include "system.h"
#if 0 // threads
#include <winternl.h>
code {
  static volatile LONG g_Apcs;
  static PVOID g_Context;
  static IO_STATUS_BLOCK g_Seen;
  static VOID NTAPI Changed(PVOID Context, PIO_STATUS_BLOCK Status, ULONG Reserved) {
    (void)Reserved;
    g_Context = Context;
    g_Seen = *Status;
    g_Apcs++;
  }
  static IO_STATUS_BLOCK g_Late;
  static HANDLE g_LateEvent;
  static DWORD WINAPI AsksAndEnds(LPVOID Key) {
    return (DWORD)NtNotifyChangeKey((HANDLE)Key, g_LateEvent, NULL, NULL, &g_Late, REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, TRUE);
  }
  static DWORD WINAPI WaitsForChange(LPVOID Key) {
    IO_STATUS_BLOCK block;
    return (DWORD)NtNotifyChangeKey((HANDLE)Key, NULL, NULL, NULL, &block, REG_NOTIFY_CHANGE_NAME, FALSE, NULL, 0, FALSE);
  }
}
thread main {
  HKEY key, again, sub;
  IO_STATUS_BLOCK block = {0};
  HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), t;
  DWORD v = 1, code;
  EXPECT(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\NotifyUser", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL) == 0);
  FACT_EQ("documentation NtNotifyChangeKey: user mode, not waiting", NtNotifyChangeKey(key, event, Changed, (PVOID)0x77, &block, REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, TRUE), 0x103);
  EXPECT(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
  EXPECT(RegSetValueExW(key, L"V", 0, REG_DWORD, (const BYTE *)&v, 4) == 0);
  FACT("documentation NtNotifyChangeKey: the event is set", WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
  FACT_EQ("documentation NtNotifyChangeKey: the status block of user mode", block.Status, 0x10c);
  FACT("documentation NtNotifyChangeKey: the APC waits for an alertable wait", g_Apcs == 0 && SleepEx(0, TRUE) == WAIT_IO_COMPLETION && g_Apcs == 1);
  FACT("documentation NtNotifyChangeKey: context and status block reach the APC", g_Context == (PVOID)0x77 && g_Seen.Status == 0x10c && g_Seen.Information == 0);
  FACT("documentation NtNotifyChangeKey: a status block that cannot be written", NtNotifyChangeKey(key, NULL, NULL, NULL, (PIO_STATUS_BLOCK)8, REG_NOTIFY_CHANGE_NAME, FALSE, NULL, 0, TRUE) == (NTSTATUS)0xC0000005);
  EXPECT(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\NotifyUser", 0, KEY_QUERY_VALUE, &again) == 0);
  FACT_EQ("documentation ZwNotifyChangeKey: the handle needs KEY_NOTIFY", NtNotifyChangeKey(again, NULL, NULL, NULL, &block, REG_NOTIFY_CHANGE_NAME, FALSE, NULL, 0, TRUE), (NTSTATUS)0xC0000022);
  EXPECT(RegCloseKey(again) == 0);
  // a thread that ends: its status block is not written any more
  g_LateEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
  EXPECT(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\NotifyUser", 0, KEY_READ, &again) == 0);
  t = CreateThread(NULL, 0, AsksAndEnds, again, 0, NULL);
  EXPECT(WaitForSingleObject(t, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(t, &code) && code == 0x103);
  CloseHandle(t);
  v = 2;
  EXPECT(RegSetValueExW(key, L"V", 0, REG_DWORD, (const BYTE *)&v, 4) == 0);
  EXPECT(g_Late.Status == 0 && WaitForSingleObject(g_LateEvent, 0) == WAIT_TIMEOUT);
  EXPECT(RegCloseKey(again) == 0);
  CloseHandle(g_LateEvent);
  // a thread that waits in the service can be ended
  EXPECT(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\NotifyUser", 0, KEY_READ, &again) == 0);
  t = CreateThread(NULL, 0, WaitsForChange, again, 0, NULL);
  Sleep(5);
  EXPECT(TerminateThread(t, 9) && WaitForSingleObject(t, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(t, &code) && code == 9);
  CloseHandle(t);
  EXPECT(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\NotifyUser\\Sub", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &sub, NULL) == 0);
  EXPECT(RegCloseKey(sub) == 0 && RegCloseKey(again) == 0 && RegCloseKey(key) == 0);
  EXPECT(RegDeleteKeyW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\NotifyUser\\Sub") == 0 && RegDeleteKeyW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\NotifyUser") == 0);
  CloseHandle(event);
}
#endif

#define ROOT L"\\Registry\\Machine\\SOFTWARE\\Notify"
static UNICODE_STRING g_Value = RTL_CONSTANT_STRING(L"Value");
static WORK_QUEUE_ITEM g_Item;
static KEVENT g_ItemRan;
static LONG g_Order;

static HANDLE Key(PCWSTR Path, ACCESS_MASK Access) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  HANDLE key = NULL;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwCreateKey(&key, Access, &oa, 0, NULL, 0, NULL), STATUS_SUCCESS);
  return key;
}
static NTSTATUS Ask(HANDLE Key, HANDLE Event, PIO_STATUS_BLOCK Block, ULONG Filter, BOOLEAN Tree) {
  Block->Status = 0x55;
  Block->Information = 0x55;
  return ZwNotifyChangeKey(Key, Event, NULL, NULL, Block, Filter, Tree, NULL, 0, TRUE);
}
static VOID Set(HANDLE Key, ULONG Number) { CHECK_EQ(ZwSetValueKey(Key, &g_Value, 0, REG_DWORD, &Number, sizeof Number), STATUS_SUCCESS); }
static BOOLEAN Done(IO_STATUS_BLOCK *Block) { return Block->Status == STATUS_NOTIFY_ENUM_DIR && Block->Information == 0; }
static BOOLEAN Pending(IO_STATUS_BLOCK *Block) { return Block->Status == 0x55; }

static VOID ItemRoutine(PVOID Context) {
  CHECK(Context == (PVOID)0x1234 && KeGetCurrentIrql() == PASSIVE_LEVEL);
  KeSetEvent(&g_ItemRan, 0, FALSE);
}

typedef struct { HANDLE Key; NTSTATUS Status; IO_STATUS_BLOCK Block; } WAITER;
static VOID Waits(PVOID Context) {
  WAITER *w = Context;
  w->Status = ZwNotifyChangeKey(w->Key, NULL, NULL, NULL, &w->Block, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, FALSE);
  InterlockedIncrement(&g_Order);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Waiting(VOID) {
  WAITER w = {0}, c = {0};
  PETHREAD t;
  HANDLE key = Key(ROOT L"\\Waits", KEY_ALL_ACCESS);
  w.Key = Key(ROOT L"\\Waits", KEY_NOTIFY);
  t = StartThread(Waits, &w);
  SleepMs(5);
  FACT_EQ("documentation ZwNotifyChangeKey: Asynchronous FALSE does not return until the change", g_Order, 0);
  Set(key, 1);
  Join(t);
  FACT_EQ("documentation ZwNotifyChangeKey: a call that waits returns with the change", w.Status, STATUS_NOTIFY_ENUM_DIR);
  FACT("documentation ZwNotifyChangeKey: IoStatusBlock has the final status", Done(&w.Block));
  ZwClose(w.Key);
  c.Key = Key(ROOT L"\\Waits", KEY_NOTIFY);
  t = StartThread(Waits, &c);
  SleepMs(5);
  CHECK_EQ(ZwClose(c.Key), STATUS_SUCCESS);
  Join(t);
  FACT_EQ("documentation ZwNotifyChangeKey: a handle that is closed ends the wait", c.Status, STATUS_NOTIFY_CLEANUP);
  CHECK_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
  ZwClose(key);
}

static VOID Filters(VOID) {
  HANDLE key = Key(ROOT L"\\Filter", KEY_ALL_ACCESS), names = Key(ROOT L"\\Filter", KEY_NOTIFY), sets = Key(ROOT L"\\Filter", KEY_NOTIFY), sub;
  HANDLE tree = Key(ROOT, KEY_NOTIFY), flat = Key(ROOT, KEY_NOTIFY);
  IO_STATUS_BLOCK n, s, t, f;
  UNICODE_STRING renamed = RTL_CONSTANT_STRING(L"Other");
  CHECK_EQ(Ask(names, NULL, &n, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_PENDING);
  CHECK_EQ(Ask(sets, NULL, &s, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
  CHECK_EQ(Ask(tree, NULL, &t, REG_NOTIFY_CHANGE_LAST_SET, TRUE), STATUS_PENDING);
  CHECK_EQ(Ask(flat, NULL, &f, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
  Set(key, 1);
  FACT("documentation ZwNotifyChangeKey: REG_NOTIFY_CHANGE_LAST_SET: a value added", Done(&s));
  FACT("documentation ZwNotifyChangeKey: a filter lets only its own changes through", Pending(&n));
  FACT("documentation ZwNotifyChangeKey: WatchTree TRUE: a subkey's changes too", Done(&t));
  FACT("documentation ZwNotifyChangeKey: WatchTree FALSE: only the key itself", Pending(&f));
  CHECK_EQ(Ask(sets, NULL, &s, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
  Set(key, 1);
  FACT("documentation ZwNotifyChangeKey: no notification if the new value matches the previous value", Pending(&s));
  Set(key, 2);
  FACT("documentation ZwNotifyChangeKey: REG_NOTIFY_CHANGE_LAST_SET: a value changed", Done(&s));
  CHECK_EQ(Ask(sets, NULL, &s, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
  CHECK_EQ(ZwDeleteValueKey(key, &g_Value), STATUS_SUCCESS);
  FACT("documentation ZwNotifyChangeKey: REG_NOTIFY_CHANGE_LAST_SET: a value deleted", Done(&s));
  sub = Key(ROOT L"\\Filter\\Sub", KEY_ALL_ACCESS);
  FACT("documentation ZwNotifyChangeKey: REG_NOTIFY_CHANGE_NAME: a subkey added", Done(&n));
  CHECK_EQ(Ask(names, NULL, &n, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_PENDING);
  CHECK_EQ(ZwRenameKey(sub, &renamed), STATUS_SUCCESS);
  CHECK(Done(&n));
  CHECK_EQ(Ask(names, NULL, &n, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_PENDING);
  CHECK_EQ(ZwDeleteKey(sub), STATUS_SUCCESS);
  FACT("documentation ZwNotifyChangeKey: REG_NOTIFY_CHANGE_NAME: a subkey deleted", Done(&n));
  ZwClose(sub);
  // what happens between two calls is not lost
  CHECK_EQ(RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, ROOT L"\\Filter", L"Value", REG_SZ, L"x", 4), STATUS_SUCCESS);
  CHECK_EQ(Ask(sets, NULL, &s, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_NOTIFY_ENUM_DIR);
  CHECK(Done(&s));
  // the key itself goes
  CHECK_EQ(Ask(sets, NULL, &s, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
  CHECK_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
  CHECK_EQ(s.Status, STATUS_NOTIFY_CLEANUP);
  FACT_EQ("documentation ZwNotifyChangeKey: a deleted key", Ask(names, NULL, &n, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_KEY_DELETED);
  ZwClose(key);
  ZwClose(names);
  ZwClose(sets);
  ZwClose(tree);
  CHECK(Pending(&f));
  ZwClose(flat);
  FACT_EQ("documentation ZwNotifyChangeKey: closing the handle completes it", f.Status, STATUS_NOTIFY_CLEANUP);
}

static VOID EventsAndItems(VOID) {
  HANDLE key = Key(ROOT L"\\Events", KEY_ALL_ACCESS), event, closed;
  PKEVENT object = NULL;
  OBJECT_ATTRIBUTES oa;
  IO_STATUS_BLOCK block;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(event, EVENT_ALL_ACCESS, *ExEventObjectType, KernelMode, (PVOID *)&object, NULL), STATUS_SUCCESS);
  FACT_EQ("documentation ZwNotifyChangeKey: Asynchronous TRUE returns at once", Ask(key, event, &block, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
  CHECK_EQ(KeReadStateEvent(object), 0);
  CHECK_EQ(ZwClose(event), STATUS_SUCCESS);
  Set(key, 5);
  FACT("documentation ZwNotifyChangeKey: the event is set when the operation succeeds", KeReadStateEvent(object) != 0 && Done(&block));
  ObDereferenceObject(object);
  // the event goes with the notification
  CHECK_EQ(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  CHECK_EQ(Ask(key, event, &block, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
  ZwClose(event);
  Set(key, 6);
  CHECK(Done(&block));
  // a work item of the driver
  KeInitializeEvent(&g_ItemRan, NotificationEvent, FALSE);
  ExInitializeWorkItem(&g_Item, ItemRoutine, (PVOID)0x1234);
  CHECK_EQ(ZwNotifyChangeKey(key, NULL, (PIO_APC_ROUTINE)&g_Item, (PVOID)(ULONG_PTR)DelayedWorkQueue, &block, REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, TRUE), STATUS_PENDING);
  CHECK_EQ(KeReadStateEvent(&g_ItemRan), 0);
  Set(key, 7);
  CHECK_EQ(KeWaitForSingleObject(&g_ItemRan, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  CHECK(Done(&block));
  // wrong uses
  FACT_EQ("documentation ZwNotifyChangeKey: an APC routine from kernel mode", ZwNotifyChangeKey(key, NULL, (PIO_APC_ROUTINE)(PVOID)ItemRoutine, NULL, &block, REG_NOTIFY_CHANGE_NAME, FALSE, NULL, 0, TRUE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(ZwNotifyChangeKey(key, NULL, (PIO_APC_ROUTINE)&g_Item, (PVOID)77, &block, REG_NOTIFY_CHANGE_NAME, FALSE, NULL, 0, TRUE), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation ZwNotifyChangeKey: CompletionFilter with other bits", Ask(key, NULL, &block, 0x30, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation ZwNotifyChangeKey: CompletionFilter is one or more flags", Ask(key, NULL, &block, 0, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation ZwNotifyChangeKey: Event is the handle of an event", Ask(key, key, &block, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("documentation ZwNotifyChangeKey: no handle", Ask(NULL, NULL, &block, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwCreateEvent(&closed, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation ZwNotifyChangeKey: KeyHandle is the handle of a key", Ask(closed, NULL, &block, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_OBJECT_TYPE_MISMATCH);
  ZwClose(closed);
  CHECK_EQ(Ask(key, (HANDLE)0x7ff0, &block, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
  ZwClose(key);
}

TEST_ENTRY {
  HANDLE root = Key(ROOT, KEY_ALL_ACCESS);
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  Waiting();
  Filters();
  EventsAndItems();
  CHECK_EQ(ZwDeleteKey(root), STATUS_SUCCESS);
  ZwClose(root);
  return STATUS_SUCCESS;
}
