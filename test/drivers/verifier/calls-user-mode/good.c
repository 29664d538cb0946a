#include <ntddk.h>

static LONG g_Calls;

static PDEVICE_OBJECT g_Device;
static PIRP g_Pended;
static KEVENT g_Answer;

/* The service waits in a request (code 1) and answers with another (code 2). */
static NTSTATUS Control(PDEVICE_OBJECT device, PIRP irp)
{
    ULONG code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    UNREFERENCED_PARAMETER(device);
    if (code == CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)) {
        IoMarkIrpPending(irp);
        if (InterlockedExchangePointer((PVOID *)&g_Pended, irp) != NULL) KeBugCheck(1);
        return STATUS_PENDING;
    }
    KeSetEvent(&g_Answer, 0, FALSE);
    irp->IoStatus.Status = STATUS_SUCCESS;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS Create(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    irp->IoStatus.Status = STATUS_SUCCESS;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    PIRP irp = (PIRP)InterlockedExchangePointer((PVOID *)&g_Pended, NULL);
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    if (irp == NULL) return;
    InterlockedIncrement(&g_Calls);
    irp->IoStatus.Status = STATUS_SUCCESS;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\??\\Asker");
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
    IoDeleteSymbolicLink(&link);
    IoDeleteDevice(g_Device);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Asker");
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\??\\Asker");
    NTSTATUS status;
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    driver->MajorFunction[IRP_MJ_CREATE] = Create;
    driver->MajorFunction[IRP_MJ_CLOSE] = Create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = Create;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    KeInitializeEvent(&g_Answer, SynchronizationEvent, FALSE);
    status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Device);
    if (!NT_SUCCESS(status)) return status;
    IoCreateSymbolicLink(&link, &name);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
