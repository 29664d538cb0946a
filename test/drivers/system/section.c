// Sections and views: the page file, files, images; what two names of the same memory see; in system space; load-image callbacks; errors of every argument.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), m, f, h;
  DWORD got, id = GetCurrentProcessId();
  volatile ULONG *shared, *view, *again;
  PUCHAR copy, image;
  ULONG caught = 0;
  // a section that a program and the driver share by its name
  m = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x3000, L"Global\\Shared");
  EXPECT(m != NULL && GetLastError() == 0);
  shared = (volatile ULONG *)MapViewOfFile(m, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  EXPECT(shared != NULL && shared[0] == 0);
  shared[1] = 0x1001;
  h = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000, L"Global\\Shared");
  FACT("documentation CreateFileMappingW: the name exists, so its handle comes back with ERROR_ALREADY_EXISTS", h != NULL && GetLastError() == 183);
  CloseHandle(h);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL));
  FACT_EQ("documentation ZwMapViewOfSection: views of one section share its memory (driver to program)", shared[2], 0x2002);
  view = (volatile ULONG *)MapViewOfFile(m, FILE_MAP_READ, 0, 0, 0x1000);
  FACT("documentation MapViewOfFile: a second view of the same pages at another address", view != shared && view[2] == 0x2002);
  __try { view[0] = 1; } __except (EXCEPTION_EXECUTE_HANDLER) { caught = GetExceptionCode(); }
  FACT_EQ("documentation MapViewOfFile FILE_MAP_READ: writing is an access violation", caught, 0xC0000005);
  EXPECT(UnmapViewOfFile((PVOID)view));
  caught = 0;
  __try { got = view[0]; } __except (EXCEPTION_EXECUTE_HANDLER) { caught = GetExceptionCode(); }
  FACT_EQ("documentation UnmapViewOfFile: nothing is there afterwards", caught, 0xC0000005);
  FACT("documentation UnmapViewOfFile: an address without a view is an error", !UnmapViewOfFile((PVOID)view) && GetLastError() == 487);
  copy = (PUCHAR)MapViewOfFile(m, FILE_MAP_COPY, 0, 0, 0);
  copy[0] = 9;
  FACT("documentation MapViewOfFile FILE_MAP_COPY: what is written is the view's own", copy[0] == 9 && shared[0] == 0);
  h = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Global\\Shared");
  FACT("documentation ZwMapViewOfSection: the handle needs SECTION_MAP_WRITE for PAGE_READWRITE",
       MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0) == NULL && GetLastError() == 5);
  CloseHandle(h);
  CloseHandle(m);
  shared[3] = 4;
  FACT_EQ("documentation MapViewOfFile: a view keeps the section when its handle is closed", shared[3], 4);
  h = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Global\\Shared");
  FACT("documentation CreateFileMappingW: the name goes with the last handle", h == NULL && GetLastError() == 2);
  EXPECT(UnmapViewOfFile((PVOID)shared) && UnmapViewOfFile(copy));

  // a file: a view and reads and writes are the same bytes
  f = CreateFileW(L"C:\\Windows\\Temp\\s.bin", GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
  EXPECT(f != INVALID_HANDLE_VALUE);
  m = CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0, NULL);
  FACT("documentation CreateFileMappingW: an empty file without a size is ERROR_FILE_INVALID", m == NULL && GetLastError() == 1006);
  m = CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0x1800, NULL);
  view = (volatile ULONG *)MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0);
  EXPECT(view != NULL);
  view[0] = 0x11223344;
  EXPECT(ReadFile(f, &got, 4, &id, NULL) && id == 4);
  FACT_EQ("documentation CreateFileMappingW: a file is coherent with a mapped view of it (read)", got, 0x11223344);
  got = 0x55;
  EXPECT(WriteFile(f, &got, 4, &id, NULL));
  FACT_EQ("documentation CreateFileMappingW: a file is coherent with a mapped view of it (write)", view[1], 0x55);
  // the file grows: its memory moves, the view does not
  {
    static char many[0x9000];
    many[0] = 7;
    EXPECT(WriteFile(f, many, sizeof many, &id, NULL) && id == sizeof many);
    FACT("documentation CreateFileMappingW: a view is coherent after its file has grown", view[0] == 0x11223344 && view[2] == 7);
    view[0] = 0x99;
  }
  again = (volatile ULONG *)MapViewOfFile(m, FILE_MAP_READ, 0, 0, 0);
  FACT_EQ("documentation CreateFileMappingW: views of one file are coherent", again[0], 0x99);
  EXPECT(UnmapViewOfFile((PVOID)view) && UnmapViewOfFile((PVOID)again) && CloseHandle(m) && CloseHandle(f));

  // an image
  f = CreateFileW(L"C:\\Windows\\System32\\kernel32.dll", GENERIC_READ | GENERIC_EXECUTE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(f != INVALID_HANDLE_VALUE);
  FACT("documentation ZwCreateSection: a writable section of a file that the handle may only read",
       CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0, NULL) == NULL && GetLastError() == 5);
  m = CreateFileMappingW(f, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
  EXPECT(m != NULL);
  image = (PUCHAR)MapViewOfFile(m, FILE_MAP_READ, 0, 0, 0);
  FACT("documentation CreateFileMappingW SEC_IMAGE: an image begins with its headers", image != NULL && image[0] == 'M' && image[1] == 'Z');
  FACT("documentation IMAGE_OPTIONAL_HEADER64 ImageBase: where a mapped image lies", *(PULONG64)(image + *(PULONG)(image + 0x3c) + 0x30) == (ULONG64)image);
  caught = 0;
  __try { image[0] = 0; } __except (EXCEPTION_EXECUTE_HANDLER) { caught = GetExceptionCode(); }
  FACT_EQ("documentation CreateFileMappingW SEC_IMAGE: headers cannot be written", caught, 0xC0000005);
  EXPECT(UnmapViewOfFile(image) && CloseHandle(m) && CloseHandle(f));
  CloseHandle(d);
}
#endif

static const UNICODE_STRING g_Shared = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\Shared");
static LONG g_Images, g_LastPartial = -1;
static HANDLE g_LastPid;
static PVOID g_LastBase;
static SIZE_T g_LastSize;

static VOID OnImage(PUNICODE_STRING Name, HANDLE Pid, PIMAGE_INFO Info) {
  if (!EndsWith(Name, L"\\ntdll.dll")) return;
  InterlockedIncrement(&g_Images);
  g_LastPid = Pid;
  g_LastBase = Info->ImageBase;
  g_LastSize = Info->ImageSize;
  g_LastPartial = (LONG)Info->ImagePartialMap;
  FACT("callbacks 5 the callback runs in the context of the process whose address space the image is mapped into", PsGetCurrentProcessId() == Pid);
}

static HANDLE OpenFile(PCWSTR Path, ACCESS_MASK Access) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  IO_STATUS_BLOCK io;
  HANDLE h = NULL;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwOpenFile(&h, Access | SYNCHRONIZE, &oa, &io, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT), STATUS_SUCCESS);
  return h;
}

static NTSTATUS Make(PHANDLE Section, ACCESS_MASK Access, LONGLONG Bytes, ULONG Protection, ULONG Attributes, HANDLE File) {
  OBJECT_ATTRIBUTES oa;
  LARGE_INTEGER size;
  size.QuadPart = Bytes;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  return ZwCreateSection(Section, Access, &oa, Bytes == 0 ? NULL : &size, Protection, Attributes, File);
}
static NTSTATUS Map(HANDLE Section, PVOID *Base, LONGLONG Offset, SIZE_T *Size, ULONG Protection) {
  LARGE_INTEGER at;
  at.QuadPart = Offset;
  return ZwMapViewOfSection(Section, ZwCurrentProcess(), Base, 0, 0, &at, Size, ViewUnmap, 0, Protection);
}

// By the name that the program gave.
static VOID Shared(HANDLE Pid) {
  OBJECT_ATTRIBUTES oa;
  HANDLE section = NULL, process = NULL;
  CLIENT_ID id = { Pid, NULL };
  PVOID base = NULL, object = NULL, system = NULL, remote = NULL;
  SIZE_T size = 0;
  KAPC_STATE state;
  PEPROCESS target;
  MEMORY_BASIC_INFORMATION info;
  InitializeObjectAttributes(&oa, (PUNICODE_STRING)&g_Shared, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwOpenSection(&section, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_QUERY, &oa), STATUS_SUCCESS);
  CHECK_EQ(Map(section, &base, 0, &size, PAGE_READWRITE), STATUS_SUCCESS);
  FACT_EQ("documentation ZwMapViewOfSection: ViewSize 0 maps the whole section and says how much that is", size, 0x3000);
  FACT_EQ("documentation ZwMapViewOfSection: views of one section share its memory (program to driver)", ((PULONG)base)[1], 0x1001);
  ((PULONG)base)[2] = 0x2002;
  CHECK_EQ(ZwQueryVirtualMemory(ZwCurrentProcess(), (PUCHAR)base + 0x1234, MemoryBasicInformation, &info, sizeof info, NULL), STATUS_SUCCESS);
  FACT("documentation MEMORY_BASIC_INFORMATION: Type MEM_MAPPED: pages of a view", info.Type == MEM_MAPPED && info.State == MEM_COMMIT && info.AllocationBase == base);
  FACT("documentation MEMORY_BASIC_INFORMATION: RegionSize from the page to the end of the view", info.BaseAddress == (PUCHAR)base + 0x1000 && info.RegionSize == 0x2000 && info.Protect == PAGE_READWRITE);
  size = 0;
  remote = base;
  FACT_EQ("documentation ZwFreeVirtualMemory: a view is not freed this way", ZwFreeVirtualMemory(ZwCurrentProcess(), &remote, &size, MEM_RELEASE), STATUS_UNABLE_TO_DELETE_SECTION);

  // system space
  CHECK_EQ(ObReferenceObjectByHandle(section, SECTION_MAP_READ | SECTION_MAP_WRITE, *MmSectionObjectType, KernelMode, &object, NULL), STATUS_SUCCESS);
  size = 0;
  CHECK_EQ(MmMapViewInSystemSpace(object, &system, &size), STATUS_SUCCESS);
  FACT("documentation MmMapViewInSystemSpace: an address of the system, rounded to pages", (LONG_PTR)system < 0 && size == 0x3000);
  FACT_EQ("documentation MmMapViewInSystemSpace: the same memory as in user space", ((PULONG)system)[2], 0x2002);
  FACT_EQ("documentation MmUnmapViewInSystemSpace: STATUS_SUCCESS", MmUnmapViewInSystemSpace(system), STATUS_SUCCESS);
  ObDereferenceObject(object);

  // in another process
  CHECK_EQ(PsLookupProcessByProcessId(Pid, &target), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByPointer(target, OBJ_KERNEL_HANDLE, NULL, PROCESS_VM_OPERATION, *PsProcessType, KernelMode, &process), STATUS_SUCCESS);
  size = 0x1000;
  remote = NULL;
  CHECK_EQ(ZwMapViewOfSection(section, process, &remote, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_SUCCESS);
  KeStackAttachProcess((PRKPROCESS)target, &state);
  FACT_EQ("documentation ZwMapViewOfSection: into the process of the handle", ((PULONG)remote)[1], 0x1001);
  KeUnstackDetachProcess(&state);
  FACT_EQ("documentation ZwUnmapViewOfSection: any address of the view will do", ZwUnmapViewOfSection(process, (PUCHAR)remote + 0x800), STATUS_SUCCESS);
  FACT_EQ("documentation ZwUnmapViewOfSection: STATUS_NOT_MAPPED_VIEW", ZwUnmapViewOfSection(process, remote), STATUS_NOT_MAPPED_VIEW);
  ZwClose(process);
  ObDereferenceObject(target);
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), base), STATUS_SUCCESS);
  ZwClose(section);
  UNREFERENCED_PARAMETER(id);
}

static VOID Arguments(VOID) {
  HANDLE s = NULL, file, device;
  PVOID base = NULL;
  SIZE_T size = 0;
  LARGE_INTEGER larger;
  FACT_EQ("documentation ZwCreateSection: no size and no file", Make(&s, SECTION_ALL_ACCESS, 0, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_INVALID_PARAMETER_4);
  FACT_EQ("documentation ZwCreateSection: AllocationAttributes without SEC_COMMIT, SEC_RESERVE or SEC_IMAGE", Make(&s, SECTION_ALL_ACCESS, 0x1000, PAGE_READWRITE, 0, NULL), STATUS_INVALID_PARAMETER_6);
  FACT_EQ("documentation ZwCreateSection: SEC_IMAGE with SEC_COMMIT", Make(&s, SECTION_ALL_ACCESS, 0x1000, PAGE_READONLY, SEC_IMAGE | SEC_COMMIT, NULL), STATUS_INVALID_PARAMETER_6);
  FACT_EQ("documentation ZwCreateSection: no such protection", Make(&s, SECTION_ALL_ACCESS, 0x1000, 3, SEC_COMMIT, NULL), STATUS_INVALID_PAGE_PROTECTION);
  FACT_EQ("documentation ZwCreateSection: SEC_IMAGE without a file", Make(&s, SECTION_ALL_ACCESS, 0x1000, PAGE_READONLY, SEC_IMAGE, NULL), STATUS_INVALID_FILE_FOR_SECTION);
  file = OpenFile(L"\\??\\C:\\Windows\\System32\\ntdll.dll", FILE_READ_DATA);
  FACT_EQ("documentation ZwCreateSection: a read-only section larger than its file", Make(&s, SECTION_ALL_ACCESS, 0x1000000, PAGE_READONLY, SEC_COMMIT, file), STATUS_SECTION_TOO_BIG);
  ZwClose(file);
  device = OpenFile(L"\\Device\\Test", FILE_READ_DATA);
  FACT_EQ("documentation ZwCreateSection: STATUS_INVALID_FILE_FOR_SECTION: a device", Make(&s, SECTION_ALL_ACCESS, 0x1000, PAGE_READONLY, SEC_COMMIT, device), STATUS_INVALID_FILE_FOR_SECTION);
  ZwClose(device);

  CHECK_EQ(Make(&s, SECTION_ALL_ACCESS, 0x25000, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_SUCCESS);
  FACT_EQ("documentation ZwMapViewOfSection: InheritDisposition", ZwMapViewOfSection(s, ZwCurrentProcess(), &base, 0, 0, NULL, &size, 3, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_8);
  FACT_EQ("documentation ZwMapViewOfSection: AllocationType", ZwMapViewOfSection(s, ZwCurrentProcess(), &base, 0, 0, NULL, &size, ViewUnmap, MEM_COMMIT, PAGE_READWRITE), STATUS_INVALID_PARAMETER_9);
  FACT_EQ("documentation ZwMapViewOfSection: ZeroBits above 21", ZwMapViewOfSection(s, ZwCurrentProcess(), &base, 22, 0, NULL, &size, ViewUnmap, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_4);
  base = (PVOID)(LONG_PTR)-4096;
  FACT_EQ("documentation ZwMapViewOfSection: a base address of the system", Map(s, &base, 0, &size, PAGE_READWRITE), STATUS_INVALID_PARAMETER_3);
  base = NULL;
  FACT_EQ("documentation ZwMapViewOfSection: no such protection", Map(s, &base, 0, &size, 5), STATUS_INVALID_PAGE_PROTECTION);
  FACT_EQ("documentation ZwMapViewOfSection: SectionOffset is a multiple of the allocation granularity", Map(s, &base, 0x1000, &size, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
  FACT_EQ("documentation ZwMapViewOfSection: beyond the end of the section", Map(s, &base, 0x30000, &size, PAGE_READWRITE), STATUS_INVALID_VIEW_SIZE);
  size = 0x26000;
  FACT_EQ("documentation ZwMapViewOfSection: more than the section has", Map(s, &base, 0, &size, PAGE_READWRITE), STATUS_INVALID_VIEW_SIZE);
  FACT_EQ("documentation ZwMapViewOfSection: execution that the section does not permit", Map(s, &base, 0, &size, PAGE_EXECUTE_READ), STATUS_SECTION_PROTECTION);
  size = 0;
  base = (PVOID)0x10001000;
  FACT_EQ("documentation ZwMapViewOfSection: BaseAddress is a multiple of the allocation granularity", Map(s, &base, 0, &size, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
  base = (PVOID)0x10000000;
  CHECK_EQ(Map(s, &base, 0x10000, &size, PAGE_READWRITE), STATUS_SUCCESS);
  FACT("documentation ZwMapViewOfSection: at the address that was asked for, from the offset to the end", base == (PVOID)0x10000000 && size == 0x15000);
  {
    PVOID second = (PVOID)0x10010000;
    ULONG old = 0;
    SIZE_T all = size;
    size = 0;
    FACT_EQ("documentation ZwMapViewOfSection: the place is taken", Map(s, &second, 0, &size, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    second = base;
    FACT_EQ("documentation ZwProtectVirtualMemory: a view gets other rights, as far as its section permits", ZwProtectVirtualMemory(ZwCurrentProcess(), &second, &all, PAGE_READONLY, &old), STATUS_SUCCESS);
    FACT_EQ("documentation ZwProtectVirtualMemory: the old protection of a view", old, PAGE_READWRITE);
    FACT_EQ("documentation ZwProtectVirtualMemory: STATUS_SECTION_PROTECTION", ZwProtectVirtualMemory(ZwCurrentProcess(), &second, &all, PAGE_EXECUTE_READ, &old), STATUS_SECTION_PROTECTION);
  }
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), base), STATUS_SUCCESS);
  larger.QuadPart = 0x30000;
  FACT_EQ("documentation ZwExtendSection: only sections of files grow", ZwExtendSection(s, &larger), STATUS_SECTION_NOT_EXTENDED);
  ZwClose(s);
}

// Sections of which a driver holds the object and no handle.
static VOID Objects(VOID) {
  PVOID section = NULL, base = NULL, system = NULL;
  SIZE_T size = 0, all = 0;
  LARGE_INTEGER bytes, offset;
  bytes.QuadPart = 0x18000;
  CHECK_EQ(MmCreateSection(&section, SECTION_ALL_ACCESS, NULL, &bytes, PAGE_READWRITE, SEC_COMMIT, NULL, NULL), STATUS_SUCCESS);
  FACT_EQ("documentation ObReferenceObjectByPointer: a section object is of the type that MmSectionObjectType names",
          ObReferenceObjectByPointer(section, 0, *MmSectionObjectType, KernelMode), STATUS_SUCCESS);
  ObDereferenceObject(section);
  offset.QuadPart = 0x10000;
  CHECK_EQ(MmMapViewOfSection(section, PsGetCurrentProcess(), &base, 0, 0, &offset, &size, ViewUnmap, 0, PAGE_READWRITE), STATUS_SUCCESS);
  ((PULONG)base)[1] = 77;
  CHECK_EQ(MmMapViewInSystemSpaceEx(section, &system, &all, &offset, 0), STATUS_SUCCESS);
  FACT("documentation MmMapViewInSystemSpaceEx: from an offset of the section to its end", all == 0x8000 && ((PULONG)system)[1] == 77);
  CHECK_EQ(MmUnmapViewInSystemSpace(system), STATUS_SUCCESS);
  all = 0x1000;
  CHECK_EQ(MmMapViewInSessionSpace(section, &system, &all), STATUS_SUCCESS);
  FACT("documentation MmMapViewInSessionSpace: an address of the system", (LONG_PTR)system < 0 && all == 0x1000);
  // the view keeps the memory when the object is gone
  ObDereferenceObject(section);
  *(PULONG)system = 5;
  FACT_EQ("documentation MmUnmapViewInSessionSpace: STATUS_SUCCESS", MmUnmapViewInSessionSpace(system), STATUS_SUCCESS);
  FACT_EQ("documentation MmUnmapViewInSessionSpace: nothing is mapped there any more", MmUnmapViewInSessionSpace(system), STATUS_NOT_MAPPED_VIEW);
  {
    HANDLE h = NULL;
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    FACT_EQ("documentation NtCreateSectionEx: without extended parameters as ZwCreateSection", ZwCreateSectionEx(&h, SECTION_ALL_ACCESS, &oa, &bytes, PAGE_READWRITE, SEC_COMMIT, NULL, NULL, 0), STATUS_SUCCESS);
    ZwClose(h);
  }
  FACT_EQ("documentation MmUnmapViewOfSection: STATUS_SUCCESS", MmUnmapViewOfSection(PsGetCurrentProcess(), base), STATUS_SUCCESS);
}

static VOID Image(VOID) {
  HANDLE file = OpenFile(L"\\??\\C:\\Windows\\System32\\ntdll.dll", FILE_READ_DATA | FILE_EXECUTE), s = NULL, text;
  PVOID base = NULL, data = NULL;
  SIZE_T size = 0, n;
  LONG before = g_Images;
  struct { PVOID Base; ULONG Attributes; LARGE_INTEGER Size; } basic;
  UCHAR name[300];
  PIMAGE_NT_HEADERS nt;
  CHECK_EQ(Make(&s, SECTION_ALL_ACCESS, 0, PAGE_READONLY, SEC_IMAGE, file), STATUS_SUCCESS);
  FACT_EQ("documentation ZwMapViewOfSection: an image that is not at its preferred address", Map(s, &base, 0, &size, PAGE_READONLY), STATUS_IMAGE_NOT_AT_BASE);
  nt = RtlImageNtHeader(base);
  FACT("documentation ZwMapViewOfSection: a view of an image has SizeOfImage bytes", nt != NULL && nt->OptionalHeader.SizeOfImage == size);
  FACT_EQ("callbacks 5 load-image callbacks are called for a section with SEC_IMAGE that is mapped into a process", g_Images - before, 1);
  FACT("callbacks 5 ImageBase and ImageSize of the view", g_LastBase == base && g_LastSize == size);
  FACT("callbacks 5 ProcessId: the process into which the image is mapped", g_LastPid == PsGetCurrentProcessId());
  FACT_EQ("callbacks 5 ImagePartialMap: not set for a whole view", g_LastPartial, 0);
  CHECK_EQ(ZwQuerySection(s, 0, &basic, sizeof basic, &n), STATUS_SUCCESS);
  FACT("documentation ZwQuerySection: SectionBasicInformation: attributes and size", (basic.Attributes & (SEC_IMAGE | SEC_FILE)) == (SEC_IMAGE | SEC_FILE) && (SIZE_T)basic.Size.QuadPart == size && n == 24);
  CHECK_EQ(ZwQueryVirtualMemory(ZwCurrentProcess(), base, MemoryMappedFilenameInformation, name, sizeof name, NULL), STATUS_SUCCESS);
  FACT("documentation ZwQueryVirtualMemory: MemoryMappedFilenameInformation: the file behind a view", EndsWith((PUNICODE_STRING)name, L"\\System32\\ntdll.dll"));
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), base), STATUS_SUCCESS);
  size = 0x1000;
  base = NULL;
  CHECK(NT_SUCCESS(Map(s, &base, 0, &size, PAGE_READONLY)));
  FACT("callbacks 5 ImagePartialMap: set when only a part of the image is mapped", g_LastPartial == 1 && size == 0x1000);
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), base), STATUS_SUCCESS);
  ZwClose(s);
  // as data: no image, no callback, as long as the file
  before = g_Images;
  CHECK_EQ(Make(&s, SECTION_MAP_READ | SECTION_QUERY, 0, PAGE_READONLY, SEC_COMMIT, file), STATUS_SUCCESS);
  size = 0;
  CHECK_EQ(Map(s, &data, 0, &size, PAGE_READONLY), STATUS_SUCCESS);
  FACT("callbacks 5 no load-image callback for a file that is mapped as data", g_Images == before && *(PUSHORT)data == IMAGE_DOS_SIGNATURE);
  FACT_EQ("documentation ZwQuerySection: STATUS_SECTION_NOT_IMAGE", ZwQuerySection(s, 1, name, sizeof name, NULL), STATUS_SECTION_NOT_IMAGE);
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), data), STATUS_SUCCESS);
  ZwClose(s);
  ZwClose(file);
  text = OpenFile(L"\\??\\C:\\Windows\\Temp\\s.txt", FILE_READ_DATA | FILE_EXECUTE | FILE_WRITE_DATA);
  FACT_EQ("documentation ZwCreateSection: STATUS_INVALID_IMAGE_NOT_MZ: the file is no image", Make(&s, SECTION_ALL_ACCESS, 0, PAGE_READONLY, SEC_IMAGE, text), STATUS_INVALID_IMAGE_NOT_MZ);
  // a file that is mapped cannot become shorter; a section of it grows with it
  {
    IO_STATUS_BLOCK io;
    FILE_END_OF_FILE_INFORMATION end;
    LARGE_INTEGER larger;
    CHECK_EQ(Make(&s, SECTION_ALL_ACCESS, 0, PAGE_READWRITE, SEC_COMMIT, text), STATUS_SUCCESS);
    {
      PFILE_OBJECT object = NULL;
      PVOID view = NULL;
      SIZE_T all = 0;
      CHECK_EQ(ObReferenceObjectByHandle(text, 0, *IoFileObjectType, KernelMode, (PVOID *)&object, NULL), STATUS_SUCCESS);
      CHECK_EQ(Map(s, &view, 0, &all, PAGE_READWRITE), STATUS_SUCCESS);
      FACT_EQ("documentation MmDoesFileHaveUserWritableReferences: views through which a process can write", MmDoesFileHaveUserWritableReferences(object->SectionObjectPointer), 1);
      CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), view), STATUS_SUCCESS);
      ObDereferenceObject(object);
    }
    end.EndOfFile.QuadPart = 4;
    FACT_EQ("documentation FILE_END_OF_FILE_INFORMATION: STATUS_USER_MAPPED_FILE", ZwSetInformationFile(text, &io, &end, sizeof end, FileEndOfFileInformation), STATUS_USER_MAPPED_FILE);
    larger.QuadPart = 0x2000;
    CHECK_EQ(ZwExtendSection(s, &larger), STATUS_SUCCESS);
    {
      FILE_STANDARD_INFORMATION standard;
      CHECK_EQ(ZwQueryInformationFile(text, &io, &standard, sizeof standard, FileStandardInformation), STATUS_SUCCESS);
      FACT_EQ("documentation ZwExtendSection: the file grows with its section", standard.EndOfFile.QuadPart, 0x2000);
    }
    ZwClose(s);
  }
  ZwClose(text);
}

// A part of an image that does not begin with its headers: rights and pointers are those of its place in the image. The image is the driver's own.
static ULONG g_Written = 0x5eed;
static ULONG *g_Pointer = &g_Written;
static VOID PartOfImage(PDRIVER_OBJECT DriverObject) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  IO_STATUS_BLOCK io;
  HANDLE file = NULL, s = NULL;
  PVOID whole = NULL, part = NULL;
  SIZE_T size = 0, from = ((ULONG_PTR)&g_Written - (ULONG_PTR)DriverObject->DriverStart) & ~(SIZE_T)0xffff, at;
  CHECK_EQ(IoQueryFullDriverPath(DriverObject, &name), STATUS_SUCCESS);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwOpenFile(&file, FILE_READ_DATA | FILE_EXECUTE | SYNCHRONIZE, &oa, &io, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT), STATUS_SUCCESS);
  ExFreePool(name.Buffer);
  CHECK_EQ(Make(&s, SECTION_ALL_ACCESS, 0, PAGE_READONLY, SEC_IMAGE, file), STATUS_SUCCESS);
  CHECK(NT_SUCCESS(Map(s, &whole, 0, &size, PAGE_READONLY)));
  at = (ULONG_PTR)&g_Written - (ULONG_PTR)DriverObject->DriverStart;
  FACT("documentation ZwMapViewOfSection: a variable of the image has its first value", *(PULONG)((PUCHAR)whole + at) == 0x5eed);
  *(PULONG)((PUCHAR)whole + at) = 1;
  FACT("documentation ZwMapViewOfSection: a writable section of an image is copied on write", *(PULONG)((PUCHAR)whole + at) == 1 && g_Written == 0x5eed);
  CHECK(*g_Pointer == 0x5eed);
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), whole), STATUS_SUCCESS);
  size = at - from + sizeof(ULONG);
  CHECK(NT_SUCCESS(Map(s, &part, from, &size, PAGE_READONLY)));
  FACT("documentation ZwMapViewOfSection: a part of an image from an offset", *(PULONG)((PUCHAR)part + at - from) == 0x5eed);
  *(PULONG)((PUCHAR)part + at - from) = 2;
  FACT("documentation ZwMapViewOfSection: a part of an image has the rights of its place", *(PULONG)((PUCHAR)part + at - from) == 2);
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), part), STATUS_SUCCESS);
  ZwClose(s);
  ZwClose(file);
}

// Drivers read the exports of ntdll this way.
static VOID KnownDlls(VOID) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\KnownDlls\\ntdll.dll"), none = RTL_CONSTANT_STRING(L"\\KnownDlls\\nobody.dll");
  OBJECT_ATTRIBUTES oa;
  HANDLE s = NULL;
  PVOID base = NULL;
  SIZE_T size = 0;
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  FACT_EQ("documentation ZwOpenSection: the DLLs of the system are sections below KnownDlls", ZwOpenSection(&s, SECTION_MAP_READ | SECTION_QUERY, &oa), STATUS_SUCCESS);
  CHECK(NT_SUCCESS(Map(s, &base, 0, &size, PAGE_READONLY)));
  FACT("documentation ZwOpenSection: a known DLL is mapped as an image", RtlImageNtHeader(base) != NULL && RtlImageNtHeader(base)->OptionalHeader.SizeOfImage == size);
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), base), STATUS_SUCCESS);
  ZwClose(s);
  CHECK_EQ(ZwOpenSection(&s, SECTION_MAP_READ, &oa), STATUS_SUCCESS);
  ZwClose(s);
  InitializeObjectAttributes(&oa, &none, OBJ_KERNEL_HANDLE, NULL, NULL);
  FACT("documentation ZwOpenSection: no such name", !NT_SUCCESS(ZwOpenSection(&s, SECTION_MAP_READ, &oa)));
}

static VOID WriteText(VOID) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\??\\C:\\Windows\\Temp\\s.txt");
  OBJECT_ATTRIBUTES oa;
  IO_STATUS_BLOCK io;
  HANDLE h;
  static CHAR text[100] = "no image at all, but a text that is long enough for a header";
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateFile(&h, GENERIC_WRITE | SYNCHRONIZE, &oa, &io, NULL, 0, 0, FILE_OVERWRITE_IF, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0), STATUS_SUCCESS);
  CHECK_EQ(ZwWriteFile(h, NULL, NULL, NULL, &io, text, sizeof text, NULL, NULL), STATUS_SUCCESS);
  ZwClose(h);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  Shared((HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer);
  Arguments();
  Objects();
  Image();
  KnownDlls();
  PartOfImage(DeviceObject->DriverObject);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  PsRemoveLoadImageNotifyRoutine(OnImage);
  UnloadDevice(DriverObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  HANDLE s = NULL;
  PVOID base = NULL;
  SIZE_T size = 0;
  NTSTATUS status;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  WriteText();
  // the System process has user addresses too
  CHECK_EQ(Make(&s, SECTION_ALL_ACCESS, 0x1000, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_SUCCESS);
  CHECK_EQ(Map(s, &base, 0, &size, PAGE_READWRITE), STATUS_SUCCESS);
  FACT("documentation ZwMapViewOfSection: a driver maps into the System process: a user address", (LONG_PTR)base > 0 && *(PULONG)base == 0);
  ZwClose(s);
  *(PULONG)base = 3;
  CHECK_EQ(*(PULONG)base, 3);
  CHECK_EQ(ZwUnmapViewOfSection(ZwCurrentProcess(), base), STATUS_SUCCESS);
  status = PsSetLoadImageNotifyRoutine(OnImage);
  if (!NT_SUCCESS(status)) return status;
  return MakeDevice(DriverObject, Control);
}
