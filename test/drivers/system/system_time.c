// The system clock is set: absolute timers and timeouts move with it, relative ones do not. Device timers.
#include "system.h"
#if 0 // threads
thread main {
  CloseHandle(CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL));
}
#endif

static KTIMER g_Absolute, g_Relative;
static LONG g_Device1, g_Device2;
static PDEVICE_OBJECT g_Second;
static KEVENT g_Waited;
static NTSTATUS g_WaitStatus;

static VOID Tick(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  FACT("scheduler 9 IoInitializeTimer: routine gets the device object and the context", DeviceObject == (Context == &g_Device1 ? g_Device : g_Second));
  FACT_EQ("scheduler 9 IoStartTimer: routine at DISPATCH_LEVEL", KeGetCurrentIrql(), DISPATCH_LEVEL);
  (*(PLONG)Context)++;
}
static VOID Waiter(PVOID Context) {
  LARGE_INTEGER timeout;
  KEVENT never;
  KeInitializeEvent(&never, NotificationEvent, FALSE);
  timeout.QuadPart = *(PLONGLONG)Context;
  g_WaitStatus = KeWaitForSingleObject(&never, Executive, KernelMode, FALSE, &timeout);
  KeSetEvent(&g_Waited, 0, FALSE);
}
static VOID Start(PLONGLONG Timeout) {
  HANDLE h;
  KeClearEvent(&g_Waited);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Waiter, Timeout), STATUS_SUCCESS);
  ZwClose(h);
  SleepMs(20);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  LARGE_INTEGER now, due, set, previous;
  LONGLONG timeout;
  KeQuerySystemTimePrecise(&now);
  due.QuadPart = now.QuadPart + 36000000000LL; // in an hour
  KeInitializeTimer(&g_Absolute);
  KeInitializeTimer(&g_Relative);
  KeSetTimer(&g_Absolute, due, NULL);
  due.QuadPart = -36000000000LL;
  KeSetTimer(&g_Relative, due, NULL);
  timeout = now.QuadPart + 36000000000LL;
  Start(&timeout);
  ULONGLONG interrupt = KeQueryInterruptTime();
  set.QuadPart = now.QuadPart + 37000000000LL;
  CHECK_EQ(ZwSetSystemTime(&set, &previous), STATUS_SUCCESS);
  CHECK(previous.QuadPart - now.QuadPart < 10000000);
  KeQuerySystemTimePrecise(&now);
  FACT("scheduler 9 system time: can be set", now.QuadPart >= set.QuadPart && now.QuadPart - set.QuadPart < 10000000);
  FACT("scheduler 9 interrupt time: does not move when the clock is set", KeQueryInterruptTime() - interrupt < 10000000);
  SleepMs(40);
  FACT("scheduler 7 absolute: moves with clock changes (timer)", KeReadStateTimer(&g_Absolute));
  FACT("scheduler 7 relative: does not move with clock changes", !KeReadStateTimer(&g_Relative));
  KeWaitForSingleObject(&g_Waited, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 7 absolute: moves with clock changes (timeout of a wait)", g_WaitStatus, STATUS_TIMEOUT);
  KeCancelTimer(&g_Relative);
  // back: what was due soon is due later
  KeQuerySystemTimePrecise(&now);
  due.QuadPart = now.QuadPart + 500000;
  KeSetTimer(&g_Absolute, due, NULL);
  set.QuadPart = now.QuadPart - 3000000;
  ZwSetSystemTime(&set, NULL);
  SleepMs(150);
  FACT("scheduler 7 absolute: a clock that is set back delays it", !KeReadStateTimer(&g_Absolute));
  SleepMs(400);
  FACT("scheduler 7 absolute: until its time comes", KeReadStateTimer(&g_Absolute));
  set.QuadPart = -1;
  CHECK_EQ(ZwSetSystemTime(&set, NULL), STATUS_INVALID_PARAMETER);

  // device timers: one for each device, once a second
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Second), STATUS_SUCCESS);
  FACT_EQ("scheduler 9 IoInitializeTimer: STATUS_SUCCESS", IoInitializeTimer(g_Device, Tick, &g_Device1), STATUS_SUCCESS);
  IoInitializeTimer(g_Second, Tick, &g_Device2);
  IoStartTimer(g_Device);
  IoStartTimer(g_Second);
  SleepMs(2600);
  FACT("scheduler 9 IoStartTimer: once per second", g_Device1 == 2 && g_Device2 == 2);
  IoStopTimer(g_Device);
  SleepMs(1000);
  FACT("scheduler 9 IoStopTimer: stops that of its device only", g_Device1 == 2 && g_Device2 == 3);
  IoStartTimer(g_Device);
  SleepMs(1100);
  FACT("scheduler 9 IoStartTimer: again after IoStopTimer", g_Device1 >= 3);
  IoStopTimer(g_Device);
  IoStopTimer(g_Second);
  KeFlushQueuedDpcs();
  IoDeleteDevice(g_Second);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Waited, NotificationEvent, FALSE);
  DriverObject->DriverUnload = Unload;
  return MakeDevice(DriverObject, OpenClose);
}
