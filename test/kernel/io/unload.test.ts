// What the kernel itself comes upon of a driver that is gone (reference: bugchecks.md 6): one driver signals, at DISPATCH_LEVEL, an event in the globals of another
// that was unloaded meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSystem } from '../system.js';

const driver = `
#include <ntddk.h>
static KEVENT g_Event;
static NTSTATUS Done(PIRP Irp, ULONG_PTR Information) {
  Irp->IoStatus.Status = STATUS_SUCCESS;
  Irp->IoStatus.Information = Information;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return STATUS_SUCCESS;
}
static NTSTATUS Open(PDEVICE_OBJECT Device, PIRP Irp) { UNREFERENCED_PARAMETER(Device); return Done(Irp, 0); }
// The owner says where its event is; the other one signals it.
static NTSTATUS Control(PDEVICE_OBJECT Device, PIRP Irp) {
  PVOID *buffer = Irp->AssociatedIrp.SystemBuffer;
  KIRQL irql;
  UNREFERENCED_PARAMETER(Device);
  if (OWNER) {
    *buffer = &g_Event;
    return Done(Irp, sizeof *buffer);
  }
  DbgPrint("event at %I64x\\n", (ULONGLONG)*buffer);
  KeRaiseIrql(DISPATCH_LEVEL, &irql);
  KeSetEvent(*buffer, IO_NO_INCREMENT, FALSE);
  KeLowerIrql(irql);
  return Done(Irp, 0);
}
static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNICODE_STRING link;
  RtlInitUnicodeString(&link, OWNER ? L"\\\\??\\\\Owner" : L"\\\\??\\\\User");
  IoDeleteSymbolicLink(&link);
  IoDeleteDevice(DriverObject->DeviceObject);
}
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNICODE_STRING name, link;
  PDEVICE_OBJECT device;
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Event, NotificationEvent, FALSE);
  RtlInitUnicodeString(&name, OWNER ? L"\\\\Device\\\\Owner" : L"\\\\Device\\\\User");
  RtlInitUnicodeString(&link, OWNER ? L"\\\\??\\\\Owner" : L"\\\\??\\\\User");
  DriverObject->MajorFunction[IRP_MJ_CREATE] = DriverObject->MajorFunction[IRP_MJ_CLOSE] = Open;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
  DriverObject->DriverUnload = Unload;
  if (!NT_SUCCESS(IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device))) return STATUS_UNSUCCESSFUL;
  return IoCreateSymbolicLink(&link, &name);
}`;

const scenario = `machine { cpus 1; time-limit 5s }
driver "owner" { sources "d.c"; define OWNER=1; }
driver "user" { sources "d.c"; define OWNER=0; }
process "C:\\\\Test\\\\main.exe" {
  #include <winternl.h>
  #include "shared.h"
  thread main {
    static WCHAR name[] = L"\\\\Registry\\\\Machine\\\\System\\\\CurrentControlSet\\\\Services\\\\owner";
    UNICODE_STRING service = { sizeof name - sizeof name[0], sizeof name, name };
    PVOID event = NULL;
    DWORD got;
    HANDLE d = CreateFileW(L"\\\\\\\\.\\\\Owner", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, &event, sizeof event, &got, NULL));
    CloseHandle(d);
    EXPECT(NtUnloadDriver(&service) == 0);
    d = CreateFileW(L"\\\\\\\\.\\\\User", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DeviceIoControl(d, IOCTL_BUFFERED, &event, sizeof event, NULL, 0, &got, NULL);
  }
}`;

test('an object of an unloaded driver that the kernel touches at DISPATCH_LEVEL is bug check 0xD4', () => {
  const r = runSystem({ scenario, files: { 'd.c': driver } });
  const said = /event at ([0-9a-f]+)/.exec(r.output.find((t) => t.startsWith('event at')) ?? '');
  assert.ok(said, r.output.join(''));
  assert.equal(r.bugCheck?.code, 0xd4, r.bugCheck?.explanation);
  const [address, irql] = r.bugCheck!.parameters.map((p) => BigInt.asUintN(64, p));
  const event = BigInt(`0x${said[1]}`);
  assert.ok(address >= event && address < event + 0x18n, `0x${address.toString(16)}`);
  assert.equal(irql, 2n);
  assert.match(r.bugCheck!.explanation, /driver owner\.sys was before it was unloaded/);
});
