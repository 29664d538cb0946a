// What the user sees of a hard error: the event, the line of the output and the report; and the hard error mode of a process, which hides it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofKind, runSystem } from '../system.js';

const driver = `
#include <ntifs.h>
#include <ntundoc.h>
static VOID Work(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  UNICODE_STRING text = RTL_CONSTANT_STRING(L"disk in drive A:");
  ULONG off = 0;
  UNREFERENCED_PARAMETER(DeviceObject);
  if (!IoRaiseInformationalHardError(STATUS_DEVICE_NOT_READY, &text, KeGetCurrentThread())) DbgPrint("FAIL\\n");
  ZwSetInformationProcess(NtCurrentProcess(), ProcessDefaultHardErrorMode, &off, sizeof off);
  if (!IoRaiseInformationalHardError(STATUS_DISK_FULL, &text, KeGetCurrentThread())) DbgPrint("FAIL\\n");
  KeSetEvent((PKEVENT)Context, 0, FALSE);
}
static VOID Unload(PDRIVER_OBJECT DriverObject) { IoDeleteDevice(DriverObject->DeviceObject); }
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT device;
  PIO_WORKITEM item;
  KEVENT done;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  if (!NT_SUCCESS(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device))) return STATUS_UNSUCCESSFUL;
  item = IoAllocateWorkItem(device);
  IoQueueWorkItem(item, Work, DelayedWorkQueue, &done);
  KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
  IoFreeWorkItem(item);
  return STATUS_SUCCESS;
}`;

test('hard errors are events, findings of the report, and hidden when the process wants none', () => {
  const r = runSystem({ driver, cpus: 1 });
  assert.equal(r.end, 'done');
  assert.deepEqual(r.output, []);
  const shown = ofKind(r, 'io.hard-error').map((e) => [Number(e.status) >>> 0, e.text, e.shown]);
  assert.deepEqual(shown, [
    [0xc00000a3, 'disk in drive A:', 1],
    [0xc000007f, 'disk in drive A:', 0],
  ]);
  const found = r.simulation.report().findings.filter((f) => f.id === 'hard-error');
  assert.match(found[0].message, /^hard error STATUS_DEVICE_NOT_READY \(0xC00000A3\) in process 4: disk in drive A:$/);
  assert.match(found[1].message, /STATUS_DISK_FULL.*not shown/);
});

test('the message is a line of the output', () => {
  const said: string[] = [];
  const { simulation, k } = runSystem({ driver, cpus: 1 });
  simulation.onOutput = (text, category) => said.push(`${category} ${text}`);
  simulation.branch(k.trace.begin); // everything is told again
  assert.equal(said[0], 'important hard error STATUS_DEVICE_NOT_READY (0xC00000A3) in process 4: disk in drive A:\n');
});
