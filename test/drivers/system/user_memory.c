// Memory of another process: copied, locked and secured; code of the driver itself paged and locked.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  char *page = VirtualAlloc(NULL, 0x2000, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  ULONG_PTR in = (ULONG_PTR)page;
  strcpy(page + 0xFFE, "user");
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &in, sizeof in, NULL, 0, &got, NULL));
  FACT("documentation MmCopyVirtualMemory: into the process", strcmp(page, "kernel") == 0);
  FACT("documentation MmProbeAndLockProcessPages: written through the pages", strcmp(page + 0xFFE, "USER") == 0);
  CloseHandle(d);
}
#endif

static VOID Copy(PUCHAR User) {
  CHAR text[8] = {0};
  SIZE_T n = 0;
  PEPROCESS me = PsGetCurrentProcess();
  FACT("documentation MmCopyVirtualMemory: out of the process", MmCopyVirtualMemory(me, User + 0xFFE, PsInitialSystemProcess, text, 5, KernelMode, &n) == STATUS_SUCCESS && n == 5 && strcmp(text, "user") == 0);
  CHECK_EQ(MmCopyVirtualMemory(PsInitialSystemProcess, "kernel", me, User, 7, KernelMode, &n), STATUS_SUCCESS);
  FACT("documentation MmCopyVirtualMemory: an address that is not there", !NT_SUCCESS(MmCopyVirtualMemory(me, User + 0x100000, PsInitialSystemProcess, text, 5, KernelMode, &n)));
}

static VOID Lock(PUCHAR User) {
  PMDL mdl = IoAllocateMdl(User + 0xFFE, 5, FALSE, FALSE, NULL);
  PCHAR p;
  NTSTATUS caught = STATUS_SUCCESS;
  KAPC_STATE state;
  __try {
    MmProbeAndLockProcessPages(mdl, PsGetCurrentProcess(), UserMode, IoWriteAccess);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  FACT_EQ("documentation MmProbeAndLockProcessPages: pages of a process", caught, STATUS_SUCCESS);
  UNREFERENCED_PARAMETER(state);
  p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
  for (int i = 0; i < 4; i++) p[i] &= ~0x20;
  MmUnlockPages(mdl);
  IoFreeMdl(mdl);
  mdl = IoAllocateMdl(User + 0x100000, 5, FALSE, FALSE, NULL);
  __try {
    MmProbeAndLockProcessPages(mdl, PsGetCurrentProcess(), UserMode, IoWriteAccess);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  FACT_EQ("documentation MmProbeAndLockProcessPages: raises for what is not there", caught, STATUS_ACCESS_VIOLATION);
  IoFreeMdl(mdl);
}

static VOID Secure(VOID) {
  PVOID base = NULL, range;
  SIZE_T size = 0x1000;
  ULONG old;
  HANDLE h, again;
  CHECK_EQ(ZwAllocateVirtualMemory(ZwCurrentProcess(), &base, 0, &size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE), STATUS_SUCCESS);
  h = MmSecureVirtualMemory(base, size, PAGE_READWRITE);
  again = MmSecureVirtualMemoryEx(base, size, PAGE_READONLY, 0);
  range = base;
  FACT("documentation MmSecureVirtualMemory: a handle", h != NULL && again != NULL);
  FACT("documentation MmSecureVirtualMemory: the range cannot be freed", !NT_SUCCESS(ZwFreeVirtualMemory(ZwCurrentProcess(), &range, &size, MEM_DECOMMIT)));
  FACT("documentation MmSecureVirtualMemory: its protection cannot be restricted", !NT_SUCCESS(ZwProtectVirtualMemory(ZwCurrentProcess(), &range, &size, PAGE_READONLY, &old)));
  MmUnsecureVirtualMemory(h);
  FACT("documentation MmUnsecureVirtualMemory: each handle counts", !NT_SUCCESS(ZwFreeVirtualMemory(ZwCurrentProcess(), &range, &size, MEM_DECOMMIT)));
  MmUnsecureVirtualMemory(again);
  FACT_EQ("documentation MmUnsecureVirtualMemory: the last handle frees the range", ZwProtectVirtualMemory(ZwCurrentProcess(), &range, &size, PAGE_READONLY, &old), STATUS_SUCCESS);
  FACT("documentation MmSecureVirtualMemory: NULL if the access is not there", MmSecureVirtualMemory(base, 0x1000, PAGE_READWRITE) == NULL);
  size = 0;
  CHECK_EQ(ZwFreeVirtualMemory(ZwCurrentProcess(), &base, &size, MEM_RELEASE), STATUS_SUCCESS);
  FACT("documentation MmSecureVirtualMemory: NULL for what is not there", MmSecureVirtualMemory(base, 0x1000, PAGE_READONLY) == NULL);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PUCHAR user = *(PUCHAR *)Irp->AssociatedIrp.SystemBuffer;
  UNREFERENCED_PARAMETER(DeviceObject);
  Copy(user);
  Lock(user);
  Secure();
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

#pragma code_seg("PAGE")
static LONG Paged(LONG x) {
  PAGED_CODE();
  return x + 1;
}
#pragma code_seg()

TEST_ENTRY {
  PVOID section, base;
  UNREFERENCED_PARAMETER(RegistryPath);
  base = MmPageEntireDriver((PVOID)(ULONG_PTR)DriverEntry);
  FACT("documentation MmPageEntireDriver: the base of the image", base == DriverObject->DriverStart);
  MmResetDriverPaging((PVOID)(ULONG_PTR)DriverEntry);
  section = MmLockPagableDataSection(&g_Failures);
  FACT("documentation MmLockPagableDataSection: a handle of the section", section != NULL);
  MmLockPagableSectionByHandle(section);
  MmUnlockPagableImageSection(section);
  MmUnlockPagableImageSection(section);
  FACT("documentation MmResetDriverPaging: code runs again as it is marked", Paged(1) == 2);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
