// Object callbacks for threads: which rights a pre callback may take; unregistering, once and twice; registrations of the same altitude one after the other
// (reference: callbacks.md 5; bugchecks.md 10).
// variant
// variant
#include "system.h"

static PVOID g_Handle;
static LONG g_Pre;
static KEVENT g_Done;

static OB_PREOP_CALLBACK_STATUS Pre(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  g_Pre++;
  FACT("callbacks 5 PsThreadType", Info->ObjectType == *PsThreadType);
  Info->Parameters->CreateHandleInformation.DesiredAccess = 0;
  return OB_PREOP_SUCCESS;
}

static NTSTATUS Register(USHORT Version) {
  OB_OPERATION_REGISTRATION operation = {PsThreadType, OB_OPERATION_HANDLE_CREATE, Pre, NULL};
  OB_CALLBACK_REGISTRATION registration = {Version, 1, RTL_CONSTANT_STRING(L"1000"), NULL, &operation};
  return ObRegisterCallbacks(&registration, &g_Handle);
}

static ACCESS_MASK Granted(HANDLE Handle) {
  OBJECT_HANDLE_INFORMATION info = {0};
  PVOID object;
  CHECK_EQ(ObReferenceObjectByHandle(Handle, 0, *PsThreadType, KernelMode, &object, &info), STATUS_SUCCESS);
  ObDereferenceObject(object);
  return info.GrantedAccess;
}

static VOID Waits(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(Register(OB_FLT_REGISTRATION_VERSION), STATUS_SUCCESS);
  ObUnRegisterCallbacks(g_Handle);
  if (VARIANT == 1) {
    EXPECT_STOP("callbacks 5 unregistering twice: 0x7E", 0x7E, STATUS_ACCESS_VIOLATION, ANY, ANY, ANY);
    ObUnRegisterCallbacks(g_Handle);
  }
}

TEST_ENTRY {
  HANDLE h, again;
  PVOID thread;
  ACCESS_MASK left;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Waits, NULL), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, &thread, NULL), STATUS_SUCCESS);
  CHECK_EQ(Register(OB_FLT_REGISTRATION_VERSION), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByPointer(thread, 0, NULL, 0x1fffff, *PsThreadType, KernelMode, &again), STATUS_SUCCESS);
  FACT_EQ("callbacks 5 the callback was called", g_Pre, 1);
  left = Granted(again);
  FACT_EQ("callbacks 5 thread: THREAD_TERMINATE may be removed", left & 0x1, 0);
  FACT_EQ("callbacks 5 thread: THREAD_SUSPEND_RESUME may be removed", left & 0x2, 0);
  FACT_EQ("callbacks 5 thread: THREAD_SET_CONTEXT may be removed", left & 0x10, 0);
  FACT_EQ("callbacks 5 thread: THREAD_SET_INFORMATION may be removed", left & 0x20, 0);
  FACT_EQ("callbacks 5 thread: THREAD_SET_THREAD_TOKEN may be removed", left & 0x80, 0);
  FACT_EQ("callbacks 5 thread: THREAD_IMPERSONATE may be removed", left & 0x100, 0);
  FACT_EQ("callbacks 5 thread: THREAD_DIRECT_IMPERSONATION may be removed", left & 0x200, 0);
  FACT_EQ("callbacks 5 thread: THREAD_SET_LIMITED_INFORMATION may be removed", left & 0x400, 0);
  FACT_EQ("callbacks 5 thread: all other rights stay", left, 0x1fffff & ~0x7b3u);
  ObUnRegisterCallbacks(g_Handle);
  ZwClose(again);
  CHECK_EQ(ObOpenObjectByPointer(thread, 0, NULL, 0x1fffff, *PsThreadType, KernelMode, &again), STATUS_SUCCESS);
  FACT_EQ("callbacks 5 after unregistering it is not called", g_Pre, 1);
  FACT_EQ("callbacks 5 after unregistering nothing is taken away", Granted(again), 0x1fffff);
  FACT_EQ("callbacks 5 the altitude is free again", Register(OB_FLT_REGISTRATION_VERSION), STATUS_SUCCESS);
  ObUnRegisterCallbacks(g_Handle);
  ZwClose(again);
  ZwClose(h);
  KeSetEvent(&g_Done, 0, FALSE);
  KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(thread);
  return STATUS_SUCCESS;
}
