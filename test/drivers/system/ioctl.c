// Device control from user mode: the four buffer methods, lengths and statuses, access of the control code, bad pointers.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(d != INVALID_HANDLE_VALUE);
  char in[16] = "abcdefg", out[16] = { 0 };
  DWORD got = 99;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, in, 8, out, 16, &got, NULL) && got == 8 && memcmp(out, "ABCDEFG", 8) == 0);
  memset(out, 0, sizeof out);
  EXPECT(!DeviceIoControl(d, IOCTL_BUFFERED, in, 8, out, 4, &got, NULL) && GetLastError() == 234);
  EXPECT(got == 4 && memcmp(out, "ABCD", 4) == 0); // a warning copies what fits
  EXPECT(!DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, out, 4, &got, NULL) && GetLastError() == 87 && got == 0);
  EXPECT(DeviceIoControl(d, IOCTL_IN_DIRECT, "x", 2, in, 8, &got, NULL) && got == 8);
  EXPECT(DeviceIoControl(d, IOCTL_OUT_DIRECT, "x", 2, out, 16, &got, NULL) && got == 16 && out[15] == 'x');
  EXPECT(DeviceIoControl(d, IOCTL_NEITHER, in, 8, out, 16, &got, NULL) && got == 8 && out[0] == 'a');
  EXPECT(!DeviceIoControl(d, IOCTL_NEITHER, (void *)16, 8, out, 16, &got, NULL) && GetLastError() == 998);
  EXPECT(!DeviceIoControl(d, IOCTL_BUFFERED, (void *)16, 8, out, 16, &got, NULL) && GetLastError() == 998);
  EXPECT(!DeviceIoControl(d, IOCTL_NEEDS_WRITE, NULL, 0, NULL, 0, &got, NULL) && GetLastError() == 5);
  EXPECT(!DeviceIoControl(d, 0x123456, NULL, 0, NULL, 0, &got, NULL) && GetLastError() == 1);
  EXPECT(WriteFile(d, "hello", 5, &got, NULL) == 0 && GetLastError() == 5); // opened for reading
  EXPECT(!ReadFile(d, out, 4, &got, NULL) && GetLastError() == 1);         // no IRP_MJ_READ
  EXPECT(CloseHandle(d));
  EXPECT(CreateFileW(L"\\\\.\\Nothing", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE && GetLastError() == 2);
}
#endif

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  ULONG in = s->Parameters.DeviceIoControl.InputBufferLength, out = s->Parameters.DeviceIoControl.OutputBufferLength;
  PUCHAR buffer = Irp->AssociatedIrp.SystemBuffer;
  ULONG i;
  CHECK(DeviceObject == g_Device && s->DeviceObject == g_Device && s->FileObject->DeviceObject == g_Device);
  CHECK_EQ(Irp->RequestorMode, UserMode);
  CHECK(IoGetRequestorProcess(Irp) == PsGetCurrentProcess());
  switch (s->Parameters.DeviceIoControl.IoControlCode) {
  case IOCTL_BUFFERED:
    if (in == 0) return CompleteIrp(Irp, STATUS_INVALID_PARAMETER, 0);
    for (i = 0; i < in; i++) {
      if (buffer[i] >= 'a' && buffer[i] <= 'z') buffer[i] -= 32;
    }
    return in <= out ? CompleteIrp(Irp, STATUS_SUCCESS, in) : CompleteIrp(Irp, STATUS_BUFFER_OVERFLOW, out);
  case IOCTL_IN_DIRECT:
  case IOCTL_OUT_DIRECT: {
    PUCHAR p = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    CHECK(p != NULL && (LONG_PTR)p < 0);
    CHECK_EQ(MmGetMdlByteCount(Irp->MdlAddress), out);
    CHECK_EQ(buffer[0], 'x');
    if (s->Parameters.DeviceIoControl.IoControlCode == IOCTL_OUT_DIRECT) RtlFillMemory(p, out, 'x');
    else CHECK_EQ(p[0], 'a');
    return CompleteIrp(Irp, STATUS_SUCCESS, out);
  }
  case IOCTL_NEITHER: {
    PVOID from = s->Parameters.DeviceIoControl.Type3InputBuffer;
    NTSTATUS status = STATUS_SUCCESS;
    CHECK(Irp->MdlAddress == NULL && buffer == NULL);
    __try {
      ProbeForRead(from, in, 1);
      ProbeForWrite(Irp->UserBuffer, out, 1);
      RtlCopyMemory(Irp->UserBuffer, from, in);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
      status = GetExceptionCode();
    }
    return CompleteIrp(Irp, status, NT_SUCCESS(status) ? in : 0);
  }
  default:
    return CompleteIrp(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
