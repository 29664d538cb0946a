// A whole driver against Interlock's own headers: process callback, object callbacks, IOCTL, work item, lists, SEH, pool, strings.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clean, compile, fn, show } from './tree-helper.js';

const folder = fileURLToPath(new URL('../../src/wdk/', import.meta.url));
const headers = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((n) => n.endsWith('.h'))
    .map((n) => [n.replaceAll('\\', '/').toLowerCase(), readFileSync(folder + n, 'utf8')]),
);

const DRIVER = `
#include <ntifs.h>
#define TAG 'vrDT'
#define IOCTL_COUNT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_ECHO  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_NEITHER, FILE_READ_DATA | FILE_WRITE_DATA)

typedef struct _ENTRY {
    LIST_ENTRY Link;
    HANDLE ProcessId;
    ULONG Flags;
    WCHAR Name[ANYSIZE_ARRAY];
} ENTRY, *PENTRY;

typedef struct _DEVICE_EXTENSION {
    LIST_ENTRY Head;
    FAST_MUTEX Lock;
    KSPIN_LOCK Spin;
    volatile LONG Count;
    PIO_WORKITEM WorkItem;
    KEVENT Event;
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;
_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH CreateClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH DeviceControl;
IO_WORKITEM_ROUTINE Work;
KSTART_ROUTINE Thread;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, CreateClose)
#endif

static PDEVICE_OBJECT g_Device;
static PVOID g_Registration;
static UNICODE_STRING g_Link = RTL_CONSTANT_STRING(L"\\\\??\\\\Test");

static VOID Notify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    PDEVICE_EXTENSION ext = (PDEVICE_EXTENSION)g_Device->DeviceExtension;
    UNREFERENCED_PARAMETER(Process);
    PAGED_CODE();
    if (CreateInfo != NULL) {
        SIZE_T size = FIELD_OFFSET(ENTRY, Name) + (CreateInfo->ImageFileName ? CreateInfo->ImageFileName->Length : 0) + sizeof(WCHAR);
        PENTRY entry = (PENTRY)ExAllocatePool2(POOL_FLAG_PAGED, size, TAG);
        if (!entry) {
            CreateInfo->CreationStatus = STATUS_INSUFFICIENT_RESOURCES;
            return;
        }
        entry->ProcessId = ProcessId;
        if (CreateInfo->ImageFileName) RtlCopyMemory(entry->Name, CreateInfo->ImageFileName->Buffer, CreateInfo->ImageFileName->Length);
        ExAcquireFastMutex(&ext->Lock);
        InsertTailList(&ext->Head, &entry->Link);
        ExReleaseFastMutex(&ext->Lock);
        InterlockedIncrement(&ext->Count);
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "create %p %wZ\\n", ProcessId, CreateInfo->ImageFileName);
    } else {
        PLIST_ENTRY p;
        ExAcquireFastMutex(&ext->Lock);
        for (p = ext->Head.Flink; p != &ext->Head; p = p->Flink) {
            PENTRY entry = CONTAINING_RECORD(p, ENTRY, Link);
            if (entry->ProcessId == ProcessId) {
                RemoveEntryList(&entry->Link);
                ExFreePoolWithTag(entry, TAG);
                break;
            }
        }
        ExReleaseFastMutex(&ext->Lock);
        IoQueueWorkItem(ext->WorkItem, Work, DelayedWorkQueue, ext);
    }
}

static OB_PREOP_CALLBACK_STATUS PreOperation(PVOID Context, POB_PRE_OPERATION_INFORMATION Info)
{
    UNREFERENCED_PARAMETER(Context);
    if (Info->ObjectType == *PsProcessType && !Info->KernelHandle) {
        ACCESS_MASK *wanted = Info->Operation == OB_OPERATION_HANDLE_CREATE ? &Info->Parameters->CreateHandleInformation.DesiredAccess
                                                                            : &Info->Parameters->DuplicateHandleInformation.DesiredAccess;
        *wanted &= ~1u;
    }
    return OB_PREOP_SUCCESS;
}

VOID Work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PDEVICE_EXTENSION ext = Context;
    LARGE_INTEGER wait;
    UNREFERENCED_PARAMETER(DeviceObject);
    wait.QuadPart = -10 * 1000 * 10LL;
    KeDelayExecutionThread(KernelMode, FALSE, &wait);
    KeSetEvent(&ext->Event, IO_NO_INCREMENT, FALSE);
}

VOID Thread(PVOID Context)
{
    KIRQL irql;
    PDEVICE_EXTENSION ext = Context;
    KeAcquireSpinLock(&ext->Spin, &irql);
    ext->Count++;
    KeReleaseSpinLock(&ext->Spin, irql);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS CreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
NTSTATUS DeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    PDEVICE_EXTENSION ext = DeviceObject->DeviceExtension;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_COUNT:
        if (stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(LONG)) { status = STATUS_BUFFER_TOO_SMALL; break; }
        *(PLONG)Irp->AssociatedIrp.SystemBuffer = ext->Count;
        Irp->IoStatus.Information = sizeof(LONG);
        status = STATUS_SUCCESS;
        break;
    case IOCTL_ECHO:
        __try {
            ProbeForRead(stack->Parameters.DeviceIoControl.Type3InputBuffer, sizeof(ULONG), __alignof(ULONG));
            ext->Count = *(PLONG)stack->Parameters.DeviceIoControl.Type3InputBuffer;
            status = STATUS_SUCCESS;
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            status = GetExceptionCode();
        }
        break;
    default:
        break;
    }
    Irp->IoStatus.Status = status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}

VOID Unload(PDRIVER_OBJECT DriverObject)
{
    PsSetCreateProcessNotifyRoutineEx(Notify, TRUE);
    if (g_Registration) ObUnRegisterCallbacks(g_Registration);
    IoDeleteSymbolicLink(&g_Link);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING name;
    PDEVICE_EXTENSION ext;
    HANDLE thread;
    OBJECT_ATTRIBUTES oa;
    NTSTATUS status;
    OB_OPERATION_REGISTRATION operations[1] = { { 0 } };
    OB_CALLBACK_REGISTRATION registration = { 0 };
    UNREFERENCED_PARAMETER(RegistryPath);
    RtlInitUnicodeString(&name, L"\\\\Device\\\\Test");
    status = IoCreateDevice(DriverObject, sizeof(DEVICE_EXTENSION), &name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &g_Device);
    if (!NT_SUCCESS(status)) return status;
    ext = g_Device->DeviceExtension;
    InitializeListHead(&ext->Head);
    ExInitializeFastMutex(&ext->Lock);
    KeInitializeSpinLock(&ext->Spin);
    KeInitializeEvent(&ext->Event, NotificationEvent, FALSE);
    ext->WorkItem = IoAllocateWorkItem(g_Device);
    DriverObject->MajorFunction[IRP_MJ_CREATE] = DriverObject->MajorFunction[IRP_MJ_CLOSE] = CreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DeviceControl;
    DriverObject->DriverUnload = Unload;
    operations[0].ObjectType = PsProcessType;
    operations[0].Operations = OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE;
    operations[0].PreOperation = PreOperation;
    registration.Version = OB_FLT_REGISTRATION_VERSION;
    registration.OperationRegistrationCount = 1;
    RtlInitUnicodeString(&registration.Altitude, L"321000");
    registration.OperationRegistration = operations;
    status = ObRegisterCallbacks(&registration, &g_Registration);
    if (NT_SUCCESS(status)) status = PsSetCreateProcessNotifyRoutineEx(Notify, FALSE);
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (NT_SUCCESS(PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, &oa, NULL, NULL, Thread, ext))) ZwClose(thread);
    ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    return STATUS_SUCCESS;
}
`;

test('a realistic driver compiles without a word', () => {
  const u = clean(DRIVER, headers);
  for (const name of [
    'DriverEntry',
    'Unload',
    'Notify',
    'PreOperation',
    'DeviceControl',
    'InitializeListHead',
    'InsertTailList',
    'RemoveEntryList',
  ])
    fn(u, name);
  const entry = fn(u, 'DriverEntry').symbol;
  assert.ok(
    entry.sal.some((a) => a.name === '_Function_class_'),
    'the role type gives the function its class',
  );
  const called = u.scope.names.get('PsSetCreateProcessNotifyRoutineEx');
  assert.ok(called?.kind === 'function' && called.builtin && !called.definition);
});

test('every header can be included alone and compiles, its inline functions too', () => {
  for (const name of Object.keys(headers)) {
    // These are parts of others and say so.
    if (
      name.includes('/') ||
      /^(nt(ke|mm|ex|io|rtl|obps|context|access|fileinfo|procinfo|regcallback)|ddi-.*|wdminline|bugcodes)\.h$/.test(name)
    )
      continue;
    const u = compile(`#include <${name}>\nint x;`, headers);
    // Prototypes are read when their type is asked for.
    for (const s of u.scope.names.values()) if (s.kind === 'function') assert.notEqual(s.type.returns.kind, 'error', s.name);
    assert.deepEqual(
      u.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message),
      [],
      name,
    );
  }
});

test('all inline functions of the headers are right', () => {
  const inline = [...compile('#include <ntifs.h>', headers).scope.names.values()].filter((s) => s.kind === 'function' && s.inline);
  assert.ok(inline.length > 5);
  const u = clean(`#include <ntifs.h>\nvoid *all[] = { ${inline.map((s) => s.name).join(', ')} };`, headers);
  for (const s of inline) fn(u, s.name);
});

test('interlocked macros of the headers reach the intrinsics', () => {
  const u = clean(
    '#include <ntifs.h>\nLONG f(LONG volatile *p) { return InterlockedIncrement(p) + InterlockedCompareExchange(p, 1, 2); }',
    headers,
  );
  const s = fn(u, 'f').body.body[0];
  assert.match(s.kind === 'return' ? show(s.value!) : '', /^\(_InterlockedIncrement!\(p\) \+ _InterlockedCompareExchange!\(p, 1, 2\)\)$/);
});
