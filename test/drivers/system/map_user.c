// Kernel memory in a process: nonpaged pool and pages of an MDL mapped with UserMode, read-only too, at a wished address; both sides see one memory. An MDL that
// describes pages of another process. A buffer that is a mapping comes back through METHOD_OUT_DIRECT.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  volatile ULONG *shared[4] = { 0 };
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, (void *)shared, sizeof shared, &got, NULL) && got == sizeof shared);
  EXPECT(shared[0][0] == 0x11111111 && shared[0][1024] == 0x22222222); // pool, both pages
  shared[0][1] = 0x33333333;
  shared[1][2] = 0x44444444;   // pages of an MDL
  EXPECT(shared[2][0] == 0x11111111 && shared[2][1] == 0x33333333);    // the same pool, read-only
  EXPECT((ULONG_PTR)shared[3] == 0x500000000ULL && *shared[3] == 0x11111111); // at a wished address
  InterlockedIncrement((LONG volatile *)&shared[0][5]);
  int caught = 0;
  __try { shared[2][0] = 1; } __except (EXCEPTION_EXECUTE_HANDLER) { caught = GetExceptionCode(); }
  EXPECT(caught == 0xC0000005);
  // the mapping as the buffer of a request: the driver locks it again
  EXPECT(DeviceIoControl(d, IOCTL_OUT_DIRECT, NULL, 0, (void *)&shared[1][8], 16, &got, NULL));
  EXPECT(shared[1][8] == 0x55555555);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &got, NULL));
  caught = 0;
  __try { caught = (int)shared[0][0]; } __except (EXCEPTION_EXECUTE_HANDLER) { caught = GetExceptionCode(); }
  EXPECT(caught == 0xC0000005);
  EXPECT(CloseHandle(d));
}
#endif

static PULONG Pool;
static PMDL PoolMdl, PagesMdl, ReadOnlyMdl, WishedMdl;
static PULONG Mapped[4];

static NTSTATUS Map(PMDL Mdl, PVOID Address, ULONG Priority, PULONG *Result) {
  __try {
    *Result = MmMapLockedPagesSpecifyCache(Mdl, UserMode, MmCached, Address, FALSE, Priority);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return *Result != NULL ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static PMDL PoolMdlOf(VOID) {
  PMDL mdl = IoAllocateMdl(Pool, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
  MmBuildMdlForNonPagedPool(mdl);
  return mdl;
}

static NTSTATUS MapAll(VOID) {
  PHYSICAL_ADDRESS low = {0}, high, skip = {0};
  PULONG none;
  high.QuadPart = -1;
  Pool = ExAllocatePoolWithTag(NonPagedPool, 2 * PAGE_SIZE, 'paMU');
  RtlZeroMemory(Pool, 2 * PAGE_SIZE);
  Pool[0] = 0x11111111;
  Pool[1024] = 0x22222222;
  PoolMdl = PoolMdlOf();
  ReadOnlyMdl = PoolMdlOf();
  WishedMdl = PoolMdlOf();
  PagesMdl = MmAllocatePagesForMdl(low, high, skip, PAGE_SIZE);
  CHECK(MmMdlPagesAreZero(PagesMdl));
  CHECK_EQ(Map(PoolMdl, NULL, NormalPagePriority, &Mapped[0]), STATUS_SUCCESS);
  CHECK_EQ(Map(PagesMdl, NULL, NormalPagePriority, &Mapped[1]), STATUS_SUCCESS);
  CHECK_EQ(Map(ReadOnlyMdl, NULL, NormalPagePriority | MdlMappingNoWrite, &Mapped[2]), STATUS_SUCCESS);
  CHECK_EQ(Map(WishedMdl, (PVOID)0x500000000, NormalPagePriority, &Mapped[3]), STATUS_SUCCESS);
  CHECK_EQ(Map(WishedMdl, (PVOID)0x500001000, NormalPagePriority, &none), STATUS_CONFLICTING_ADDRESSES);
  CHECK_EQ(Map(WishedMdl, (PVOID)0x7FF600000000, NormalPagePriority, &none), STATUS_CONFLICTING_ADDRESSES);
  CHECK((ULONG_PTR)Mapped[0] < MmUserProbeAddress && Mapped[0] != Mapped[2]);
  CHECK_EQ(Mapped[0][0], 0x11111111); // the kernel too, in this process
  return STATUS_SUCCESS;
}
static VOID UnmapAll(VOID) {
  PULONG kernel = MmGetSystemAddressForMdlSafe(PagesMdl, NormalPagePriority);
  CHECK_EQ(Pool[1], 0x33333333);
  CHECK_EQ(Pool[5], 1);
  CHECK_EQ(kernel[2], 0x44444444);
  CHECK_EQ(kernel[8], 0x55555555);
  MmUnmapLockedPages(kernel, PagesMdl);
  MmUnmapLockedPages(Mapped[0], PoolMdl);
  MmUnmapLockedPages(Mapped[1], PagesMdl);
  MmUnmapLockedPages(Mapped[2], ReadOnlyMdl);
  MmUnmapLockedPages(Mapped[3], WishedMdl);
  IoFreeMdl(PoolMdl);
  IoFreeMdl(ReadOnlyMdl);
  IoFreeMdl(WishedMdl);
  MmFreePagesFromMdl(PagesMdl);
  ExFreePool(PagesMdl);
  ExFreePool(Pool);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  NTSTATUS status;
  switch (s->Parameters.DeviceIoControl.IoControlCode) {
  case IOCTL_BUFFERED:
    status = MapAll();
    RtlCopyMemory(Irp->AssociatedIrp.SystemBuffer, Mapped, sizeof(Mapped));
    return CompleteIrp(Irp, status, sizeof(Mapped));
  case IOCTL_OUT_DIRECT:
    *(PULONG)MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority) = 0x55555555;
    return CompleteIrp(Irp, STATUS_SUCCESS, 0);
  case IOCTL_RELEASE:
    UnmapAll();
    return CompleteIrp(Irp, STATUS_SUCCESS, 0);
  }
  return CompleteIrp(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
}

TEST_ENTRY {
  PULONG none;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  // the System process has no user addresses
  Pool = ExAllocatePoolWithTag(NonPagedPool, 2 * PAGE_SIZE, 'paMU');
  PoolMdl = PoolMdlOf();
  CHECK_EQ(Map(PoolMdl, NULL, NormalPagePriority, &none), STATUS_INVALID_PARAMETER);
  IoFreeMdl(PoolMdl);
  ExFreePool(Pool);
  return MakeDevice(DriverObject, Control);
}
