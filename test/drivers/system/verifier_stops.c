// Driver Verifier's checks of handles, objects and Zw routines (reference: bugchecks 8, 10): each variant is one mistake and the bug check that it ends in.
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard security off miscellaneous off;
// variant verifier standard ddi-compliance off;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
#include "system.h"

#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  HANDLE e = CreateEventW(NULL, TRUE, FALSE, NULL);
  DeviceIoControl(d, IOCTL_BUFFERED, &e, sizeof e, NULL, 0, &got, NULL);
  CloseHandle(e);
  CloseHandle(d);
}
#endif

static KEVENT g_Wait;
static volatile LONG *g_Null = (volatile LONG *)8;

/** An event without a name, with one reference and no handle. */
static PKEVENT Event(void) {
  HANDLE h;
  PKEVENT event = NULL;
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *ExEventObjectType, PsGetCurrentProcess() == PsInitialSystemProcess ? KernelMode : UserMode, (PVOID *)&event, NULL), STATUS_SUCCESS);
  ZwClose(h);
  return event;
}

static NTSTATUS Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  UNREFERENCED_PARAMETER(Irp);
  UNREFERENCED_PARAMETER(Context);
  if (VARIANT == 16) {
    KIRQL old;
    EXPECT_STOP("bugchecks 8 0xFA: completion routine changed IRQL", 0xC4, 0xFA, Completed, PASSIVE_LEVEL, APC_LEVEL);
    KeRaiseIrql(APC_LEVEL, &old);
  } else {
    EXPECT_STOP("bugchecks 8 0xFB: completion routine changed the APC count", 0xC4, 0xFB, Completed, 0xFFFF, 0);
    KeEnterCriticalRegion();
  }
  return STATUS_MORE_PROCESSING_REQUIRED;
}
/** Sends a packet of its own to the device that it came to. */
static void Forward(void) {
  PIRP irp = IoAllocateIrp(g_Device->StackSize, FALSE);
  IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_CREATE;
  IoSetCompletionRoutine(irp, Completed, NULL, TRUE, TRUE, TRUE);
  IoCallDriver(g_Device, irp);
}

/** In pageable code. */
static LONG Paged(LONG x);
#pragma alloc_text(PAGE, Paged)
static LONG Paged(LONG x) { return x + 1; }
static KDEFERRED_ROUTINE PagedDpc;
#pragma alloc_text(PAGE, PagedDpc)
static VOID PagedDpc(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A1);
  UNREFERENCED_PARAMETER(A2);
}
static KDPC g_Dpc;

/** In the context of a user-mode thread. */
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE user = *(HANDLE *)Irp->AssociatedIrp.SystemBuffer;
  PVOID object;
  UNREFERENCED_PARAMETER(DeviceObject);
  switch (VARIANT) {
  case 0:
    EXPECT_STOP("bugchecks 8 0xF6: user handle referenced as KernelMode", 0xC4, 0xF6, user, PsGetCurrentProcess(), Control);
    ObReferenceObjectByHandle(user, 0, *ExEventObjectType, KernelMode, &object, NULL);
    break;
  case 1:
    EXPECT_STOP("bugchecks 8 0x3C: ObReferenceObjectByHandle with bad handle", 0xC4, 0x3C, 0x7FF0, *ExEventObjectType, 0);
    ObReferenceObjectByHandle((HANDLE)0x7FF0, 0, *ExEventObjectType, KernelMode, &object, NULL);
    break;
  case 2:
    FACT_EQ("bugchecks 8 0xF5: with UserMode a NULL handle is a status", ObReferenceObjectByHandle(NULL, 0, *ExEventObjectType, UserMode, &object, NULL), STATUS_INVALID_HANDLE);
    EXPECT_STOP("bugchecks 8 0xF5: NULL handle to ObReferenceObjectByHandle", 0xC4, 0xF5, 0, *ExEventObjectType, ANY);
    ObReferenceObjectByHandle(NULL, 0, *ExEventObjectType, KernelMode, &object, NULL);
    break;
  case 15:
    KeEnterCriticalRegion();
    EXPECT_STOP("bugchecks 8 0xC5: dispatch routine changed APC disable count", 0xC4, 0xC5, Control, 0xFFFF, 0);
    break;
  case 16:
  case 17:
    Forward();
    break;
  case 18:
    EXPECT_STOP("bugchecks 10 NULL dereference in a user thread's system call; 1 0x3B", 0x3B, (ULONG)STATUS_ACCESS_VIOLATION, Control, ANY, 0);
    *g_Null = 1;
    break;
  case 13:
    FACT_EQ("verification-rules 1 miscellaneous off: a user handle with KernelMode", ObReferenceObjectByHandle(user, 0, *ExEventObjectType, KernelMode, &object, NULL), STATUS_SUCCESS);
    ObDereferenceObject(object);
    FACT_EQ("verification-rules 1 miscellaneous off: a bad handle is a status", ObReferenceObjectByHandle(NULL, 0, *ExEventObjectType, KernelMode, &object, NULL), STATUS_INVALID_HANDLE);
    break;
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  static UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\Software");
  static UNICODE_STRING value = RTL_CONSTANT_STRING(L"Value");
  OBJECT_ATTRIBUTES oa;
  HANDLE h;
  PVOID object;
  PKEVENT event;
  ULONG length;
  KSPIN_LOCK lock;
  KIRQL irql;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  switch (VARIANT) {
  case 3:
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
    EXPECT_STOP("bugchecks 8 0xF7: user-mode reference of a kernel handle in System process", 0xC4, 0xF7, h, *ExEventObjectType, UserMode);
    ObReferenceObjectByHandle(h, 0, *ExEventObjectType, UserMode, &object, NULL);
    break;
  case 4:
    event = Event();
    KeRaiseIrqlToDpcLevel();
    ObDereferenceObject(event);
    EXPECT_STOP("bugchecks 10 Double ObDereferenceObject with verifier; 8 0x3F", 0xC4, 0x3F, event, -1, 0);
    ObDereferenceObject(event);
    break;
  case 5:
    event = Event();
    KeRaiseIrqlToDpcLevel();
    ObDereferenceObject(event);
    EXPECT_STOP("bugchecks 8 0x3F: reference at count zero", 0xC4, 0x3F, event, 1, 0);
    ObReferenceObject(event);
    break;
  case 6:
    EXPECT_STOP("bugchecks 8 0xE3: Zw with user address", 0xC4, 0xE3, DriverEntry, 0x7FF60000, ANY);
    ZwOpenKey((PHANDLE)0x7FF60000, KEY_READ, &oa);
    break;
  case 7:
    oa.ObjectName = (PUNICODE_STRING)0x7FF60000;
    EXPECT_STOP("bugchecks 8 0xE3: Zw with a name at a user address", 0xC4, 0xE3, DriverEntry, 0x7FF60000, ANY);
    ZwOpenKey(&h, KEY_READ, &oa);
    break;
  case 8:
    name.Length = name.MaximumLength + 2;
    EXPECT_STOP("bugchecks 8 0xE4: malformed UNICODE_STRING, Length > MaximumLength", 0xC4, 0xE4, DriverEntry, &name, ANY);
    ZwOpenKey(&h, KEY_READ, &oa);
    break;
  case 9:
    CHECK_EQ(ZwOpenKey(&h, KEY_READ, &oa), STATUS_SUCCESS);
    value.Length = 3;
    EXPECT_STOP("bugchecks 8 0xE4: malformed UNICODE_STRING, odd Length", 0xC4, 0xE4, DriverEntry, &value, ANY);
    ZwQueryValueKey(h, &value, KeyValuePartialInformation, NULL, 0, &length);
    break;
  case 10:
    KeEnterGuardedRegion();
    EXPECT_STOP("bugchecks 8 0xE6: Zw needs special kernel APCs", 0xC4, 0xE6, DriverEntry, PASSIVE_LEVEL, -1);
    ZwOpenKey(&h, KEY_READ, &oa);
    break;
  case 11:
    KeRaiseIrqlToDpcLevel();
    EXPECT_STOP("bugchecks 10 PsSet...Routine at > PASSIVE; 8 0x2001C", 0xC4, 0x2001C, ANY, DISPATCH_LEVEL, 0);
    PsSetCreateThreadNotifyRoutine((PCREATE_THREAD_NOTIFY_ROUTINE)UnloadDevice);
    break;
  case 12:
    KeRaiseIrqlToDpcLevel();
    EXPECT_STOP("bugchecks 10 ZwXxx at APC/DISPATCH; 8 0x2001F", 0xC4, 0x2001F, ANY, DISPATCH_LEVEL, 0);
    ZwOpenKey(&h, KEY_READ, &oa);
    break;
  case 19:
    KeRaiseIrqlToDpcLevel();
    EXPECT_STOP("bugchecks 1 0xD3: the driver's own section marked pageable touched at raised IRQL", 0xD3, Paged, DISPATCH_LEVEL, 0, ANY);
    Paged(1);
    break;
  case 22:
    KeInitializeDpc(&g_Dpc, PagedDpc, NULL);
    EXPECT_STOP("bugchecks 1 0xD3: a DPC routine in a pageable section", 0xD3, PagedDpc, DISPATCH_LEVEL, 0, ANY);
    KeInsertQueueDpc(&g_Dpc, NULL, NULL);
    break;
  case 20:
    EXPECT_STOP("bugchecks 10 NULL dereference in a system thread; 1 0x7E", 0x7E, (ULONG)STATUS_ACCESS_VIOLATION, DriverEntry, ANY, ANY);
    *g_Null = 1;
    break;
  case 21:
    KeInitializeSpinLock(&lock);
    KeAcquireSpinLock(&lock, &irql);
    EXPECT_STOP("bugchecks 10 wait at DISPATCH_LEVEL with verifier: 0x121", 0xC4, 0x121, ANY, &g_Wait, NULL);
    KeInitializeEvent(&g_Wait, NotificationEvent, FALSE);
    KeWaitForSingleObject(&g_Wait, Executive, KernelMode, FALSE, NULL);
    break;
  case 14:
    KeRaiseIrqlToDpcLevel();
    EXPECT_STOP("bugchecks 8 0xE6: Zw not at PASSIVE_LEVEL", 0xC4, 0xE6, DriverEntry, DISPATCH_LEVEL, 0);
    ZwOpenKey(&h, KEY_READ, &oa);
    break;
  }
  return MakeDevice(DriverObject, Control);
}
