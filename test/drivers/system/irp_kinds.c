// Packets of every kind that a driver makes: synchronous and asynchronous requests of buffered and direct devices, associated ones, a completion routine that keeps its
// driver loaded; priorities of packets; the list of modules. The driver sends them to devices of its own.
#include "system.h"
#include <aux_klib.h>
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(d != INVALID_HANDLE_VALUE);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static PDEVICE_OBJECT g_Buffered, g_Direct;
static LONG g_Reads, g_Writes, g_Completed, g_Masters, g_SawMdl, g_SawBuffer;
static LONG g_Locked = -1;

// What arrives is answered at once: reads give a pattern, writes are compared with it.
static NTSTATUS ReadWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  BOOLEAN read = s->MajorFunction == IRP_MJ_READ;
  PUCHAR at = DeviceObject == g_Buffered ? (PUCHAR)Irp->AssociatedIrp.SystemBuffer : NULL;
  if (DeviceObject == g_Direct && Irp->MdlAddress != NULL) {
    InterlockedIncrement(&g_SawMdl);
    g_Locked = (Irp->MdlAddress->MdlFlags & MDL_PAGES_LOCKED) != 0;
    at = (PUCHAR)MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
  } else if (at != NULL) InterlockedIncrement(&g_SawBuffer);
  InterlockedIncrement(read ? &g_Reads : &g_Writes);
  if (at != NULL && read) at[0] = (UCHAR)s->Parameters.Read.ByteOffset.QuadPart;
  return CompleteIrp(Irp, at == NULL || at[0] == (UCHAR)s->Parameters.Read.ByteOffset.QuadPart ? STATUS_SUCCESS : STATUS_DATA_ERROR, s->Parameters.Read.Length);
}

static VOID Synchronous(PDEVICE_OBJECT Device, ULONG Major) {
  KEVENT done;
  IO_STATUS_BLOCK io = { 0 };
  LARGE_INTEGER offset;
  PUCHAR buffer = (PUCHAR)ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 'tseT');
  PIRP irp;
  NTSTATUS status;
  offset.QuadPart = 0x5a;
  buffer[0] = 0x5a;
  if (Major == IRP_MJ_READ) buffer[0] = 0;
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  irp = IoBuildSynchronousFsdRequest(Major, Device, buffer, 64, &offset, &done, &io);
  CHECK(irp != NULL);
  status = IoCallDriver(Device, irp);
  if (status == STATUS_PENDING) KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
  CHECK(NT_SUCCESS(io.Status) && io.Information == 64 && buffer[0] == 0x5a);
  ExFreePoolWithTag(buffer, 'tseT');
}

static NTSTATUS Finish(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  if (Irp->MdlAddress != NULL) {
    MmUnlockPages(Irp->MdlAddress);
    IoFreeMdl(Irp->MdlAddress);
  }
  KeSetEvent((PKEVENT)Context, 0, FALSE);
  IoFreeIrp(Irp);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID Asynchronous(PDEVICE_OBJECT Device) {
  KEVENT done;
  LARGE_INTEGER offset;
  IO_STATUS_BLOCK io = { 0 };
  PUCHAR buffer = (PUCHAR)ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 'tseT');
  PIRP irp;
  offset.QuadPart = 0x11;
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  irp = IoBuildAsynchronousFsdRequest(IRP_MJ_READ, Device, buffer, 64, &offset, &io);
  CHECK(irp != NULL);
  FACT("documentation IoBuildAsynchronousFsdRequest: the packet has the thread of its maker and no event", irp->Tail.Overlay.Thread == PsGetCurrentThread() && irp->UserEvent == NULL);
  FACT("documentation IoBuildAsynchronousFsdRequest: the transfer is in the next stack location",
       IoGetNextIrpStackLocation(irp)->MajorFunction == IRP_MJ_READ && IoGetNextIrpStackLocation(irp)->Parameters.Read.Length == 64);
  IoSetCompletionRoutine(irp, Finish, &done, TRUE, TRUE, TRUE);
  IoCallDriver(Device, irp);
  KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
  FACT("documentation IoBuildAsynchronousFsdRequest: direct I/O reaches the caller's buffer", buffer[0] == 0x11);
  ExFreePoolWithTag(buffer, 'tseT');
}

static NTSTATUS MasterDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  UNREFERENCED_PARAMETER(Irp);
  InterlockedIncrement(&g_Masters);
  KeSetEvent((PKEVENT)Context, 0, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

// Three packets of a master; the master is completed with the last.
static VOID Associated(VOID) {
  PIRP master = IoAllocateIrp(2, FALSE), part[3];
  KEVENT done;
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  CHECK(master != NULL);
  IoSetNextIrpStackLocation(master);
  IoGetCurrentIrpStackLocation(master)->DeviceObject = g_Buffered;
  IoSetCompletionRoutine(master, MasterDone, &done, TRUE, TRUE, TRUE);
  IoSetNextIrpStackLocation(master); // as if it had been sent
  master->IoStatus.Status = STATUS_SUCCESS;
  master->AssociatedIrp.IrpCount = 3;
  for (int i = 0; i < 3; i++) {
    part[i] = i == 2 ? IoMakeAssociatedIrpEx(master, g_Buffered, 1) : IoMakeAssociatedIrp(master, 1);
    CHECK(part[i] != NULL);
    IoGetNextIrpStackLocation(part[i])->MajorFunction = IRP_MJ_WRITE;
  }
  FACT("documentation IoMakeAssociatedIrp: IRP_ASSOCIATED_IRP, and the master", (part[0]->Flags & IRP_ASSOCIATED_IRP) != 0 && part[0]->AssociatedIrp.MasterIrp == master);
  for (int i = 0; i < 3; i++) {
    if (i == 2) FACT("documentation IoMakeAssociatedIrp: the master is not completed before the last", g_Masters == 0 && master->AssociatedIrp.IrpCount == 1);
    IoCallDriver(g_Direct, part[i]);
  }
  KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("documentation IoMakeAssociatedIrp: the I/O manager completes the master with the last of them", g_Masters, 1);
  IoFreeIrp(master);
}

static NTSTATUS Loaded(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(Irp);
  FACT("documentation IoSetCompletionRoutineEx: the routine gets its own context", *(PULONG)Context == 0x77);
  UNREFERENCED_PARAMETER(DeviceObject);
  InterlockedIncrement(&g_Completed);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID KeepsLoaded(VOID) {
  PIRP irp = IoAllocateIrpEx(g_Direct, 1, FALSE);
  ULONG context = 0x77;
  LONG_PTR before = References(g_Buffered);
  CHECK(irp != NULL);
  IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_WRITE;
  FACT_EQ("documentation IoSetCompletionRoutineEx: STATUS_SUCCESS", IoSetCompletionRoutineEx(g_Buffered, irp, Loaded, &context, TRUE, TRUE, TRUE), STATUS_SUCCESS);
  FACT_EQ("documentation IoSetCompletionRoutineEx: the device is referenced until the routine has run", References(g_Buffered), before + 1);
  IoCallDriver(g_Direct, irp);
  FACT("documentation IoSetCompletionRoutineEx: afterwards it is not any more", g_Completed == 1 && References(g_Buffered) == before);
  IoFreeIrp(irp);
}

static VOID Kinds(VOID) {
  KIRQL old = KeRaiseIrqlToDpcLevel(); // its page in the documentation says DISPATCH_LEVEL
  USHORT size = IoSizeOfIrpEx(g_Direct, 3);
  PIRP own = (PIRP)ExAllocatePool2(POOL_FLAG_NON_PAGED, size, 'tseT');
  KeLowerIrql(old);
  FACT_EQ("documentation IoSizeOfIrpEx: a header and the stack locations", size, sizeof(IRP) + 3 * sizeof(IO_STACK_LOCATION));
  IoInitializeIrpEx(own, g_Direct, size, 3);
  FACT("documentation IoInitializeIrpEx: type, size and stack of the packet", own->Type == IO_TYPE_IRP && own->Size == size && own->StackCount == 3 && own->CurrentLocation == 4);
  FACT_EQ("documentation IoGetIoPriorityHint: IoPriorityNormal where nothing was set", IoGetIoPriorityHint(own), IoPriorityNormal);
  FACT_EQ("documentation IoSetIoPriorityHint: STATUS_SUCCESS", IoSetIoPriorityHint(own, IoPriorityLow), STATUS_SUCCESS);
  FACT_EQ("documentation IoGetIoPriorityHint: what was set", IoGetIoPriorityHint(own), IoPriorityLow);
  FACT_EQ("documentation IoSetIoPriorityHint: STATUS_INVALID_PARAMETER", IoSetIoPriorityHint(own, MaxIoPriorityTypes), STATUS_INVALID_PARAMETER);
  IoCleanupIrp(own);
  ExFreePoolWithTag(own, 'tseT');
  FACT("documentation IoIsWdmVersionAvailable: older versions, and not a newer one", IoIsWdmVersionAvailable(1, 0x30) && IoIsWdmVersionAvailable(6, 0) && !IoIsWdmVersionAvailable(7, 0));
}

static VOID Modules(VOID) {
  ULONG size = 0, small = 8, basic = 0;
  PAUX_MODULE_EXTENDED_INFO all;
  PAUX_MODULE_BASIC_INFO bases;
  ULONG count, own = 0;
  CHECK_EQ(AuxKlibInitialize(), STATUS_SUCCESS);
  FACT_EQ("documentation AuxKlibQueryModuleInformation: without a buffer only the size", AuxKlibQueryModuleInformation(&size, sizeof *all, NULL), STATUS_SUCCESS);
  count = size / sizeof *all;
  CHECK(count >= 2 && size % sizeof *all == 0);
  all = (PAUX_MODULE_EXTENDED_INFO)ExAllocatePool2(POOL_FLAG_PAGED, size, 'tseT');
  FACT_EQ("documentation AuxKlibQueryModuleInformation: STATUS_BUFFER_TOO_SMALL", AuxKlibQueryModuleInformation(&small, sizeof *all, all), STATUS_BUFFER_TOO_SMALL);
  FACT_EQ("documentation AuxKlibQueryModuleInformation: BufferSize says what it takes", small, size);
  FACT_EQ("documentation AuxKlibQueryModuleInformation: ElementSize is that of one of the two records", AuxKlibQueryModuleInformation(&size, 12, NULL), STATUS_INVALID_PARAMETER);
  CHECK_EQ(AuxKlibQueryModuleInformation(&size, sizeof *all, all), STATUS_SUCCESS);
  FACT("documentation AuxKlibQueryModuleInformation: the kernel comes first", _stricmp((PCSTR)all[0].FullPathName + all[0].FileNameOffset, "ntoskrnl.exe") == 0);
  for (ULONG i = 0; i < count; i++)
    if ((ULONG_PTR)Modules >= (ULONG_PTR)all[i].BasicInfo.ImageBase && (ULONG_PTR)Modules < (ULONG_PTR)all[i].BasicInfo.ImageBase + all[i].ImageSize) own = i;
  FACT("documentation AuxKlibQueryModuleInformation: the image of the driver that asks", own != 0);
  bases = (PAUX_MODULE_BASIC_INFO)all;
  CHECK_EQ(RtlQueryModuleInformation(&basic, sizeof *bases, NULL), STATUS_SUCCESS);
  FACT_EQ("documentation AuxKlibQueryModuleInformation: a basic record is an address", basic, count * sizeof(PVOID));
  {
    PVOID base = all[own].BasicInfo.ImageBase;
    CHECK_EQ(AuxKlibQueryModuleInformation(&basic, sizeof *bases, bases), STATUS_SUCCESS);
    FACT("documentation AuxKlibQueryModuleInformation: the same images in both", bases[own].ImageBase == base);
  }
  ExFreePoolWithTag(all, 'tseT');
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE h = NULL;
  UNREFERENCED_PARAMETER(DeviceObject);
  Synchronous(g_Buffered, IRP_MJ_READ);
  Synchronous(g_Buffered, IRP_MJ_WRITE);
  FACT_EQ("documentation IoBuildSynchronousFsdRequest: a device with DO_BUFFERED_IO gets a system buffer", g_SawBuffer, 2);
  Synchronous(g_Direct, IRP_MJ_READ);
  Synchronous(g_Direct, IRP_MJ_WRITE);
  FACT("documentation IoBuildSynchronousFsdRequest: a device with DO_DIRECT_IO gets an MDL of locked pages", g_SawMdl == 2 && g_Locked == 1);
  Asynchronous(g_Direct);
  Associated();
  KeepsLoaded();
  Kinds();
  Modules();
  CHECK_EQ(ObOpenObjectByPointerWithTag(PsGetCurrentProcess(), OBJ_KERNEL_HANDLE, NULL, PROCESS_TERMINATE, *PsProcessType, KernelMode, 'tseT', &h), STATUS_SUCCESS);
  FACT("documentation ObReferenceObjectSafeWithTag: an object that is alive", ObReferenceObjectSafeWithTag(PsGetCurrentProcess(), 'tseT'));
  ObDereferenceObjectWithTag(PsGetCurrentProcess(), 'tseT');
  ZwClose(h);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  IoDeleteDevice(g_Buffered);
  IoDeleteDevice(g_Direct);
  DropDevice();
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  ULONG size = 0;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  FACT_EQ("documentation AuxKlibInitialize: has to be called first", AuxKlibQueryModuleInformation(&size, sizeof(AUX_MODULE_BASIC_INFO), NULL), STATUS_UNSUCCESSFUL);
  DriverObject->MajorFunction[IRP_MJ_READ] = ReadWrite;
  DriverObject->MajorFunction[IRP_MJ_WRITE] = ReadWrite;
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Buffered), STATUS_SUCCESS);
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Direct), STATUS_SUCCESS);
  g_Buffered->Flags |= DO_BUFFERED_IO;
  g_Direct->Flags |= DO_DIRECT_IO;
  g_Buffered->Flags &= ~DO_DEVICE_INITIALIZING;
  g_Direct->Flags &= ~DO_DEVICE_INITIALIZING;
  return MakeDevice(DriverObject, Control);
}
