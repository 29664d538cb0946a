// Files of the volume: a log file as drivers write one, dispositions and sharing, positions, information, renaming, deletion, directories, images.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE f;
  DWORD got = 0;
  char text[16] = {0};
  Sleep(5);
  f = CreateFileW(L"C:\\Windows\\Temp\\user.txt", GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
  EXPECT(f != INVALID_HANDLE_VALUE);
  EXPECT(WriteFile(f, "from user", 9, &got, NULL) && got == 9);
  EXPECT(CreateFileW(L"C:\\Windows\\Temp\\user.txt", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE);
  EXPECT(GetLastError() == ERROR_SHARING_VIOLATION);
  CloseHandle(f);
  f = CreateFileW(L"C:\\Windows\\Temp\\user.txt", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(f != INVALID_HANDLE_VALUE);
  EXPECT(ReadFile(f, text, sizeof text, &got, NULL) && got == 9 && strcmp(text, "from user") == 0);
  EXPECT(!WriteFile(f, "x", 1, &got, NULL) && GetLastError() == ERROR_ACCESS_DENIED);
  CloseHandle(f);
  EXPECT(CreateFileW(L"C:\\no such folder\\x", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL) == INVALID_HANDLE_VALUE);
  EXPECT(GetLastError() == ERROR_PATH_NOT_FOUND);
}
#endif

static IO_STATUS_BLOCK g_Iosb;

static NTSTATUS Open(PHANDLE File, PCWSTR Path, ACCESS_MASK Access, ULONG Share, ULONG Disposition, ULONG Options) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  return ZwCreateFile(File, Access | SYNCHRONIZE, &oa, &g_Iosb, NULL, FILE_ATTRIBUTE_NORMAL, Share, Disposition, Options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
}

static NTSTATUS Write(HANDLE File, const char *Text, PLARGE_INTEGER Offset) {
  return ZwWriteFile(File, NULL, NULL, NULL, &g_Iosb, (PVOID)Text, (ULONG)strlen(Text), Offset, NULL);
}

static VOID Log(VOID) {
  HANDLE h, other;
  char text[64];
  LARGE_INTEGER at;
  FILE_STANDARD_INFORMATION standard;
  FILE_POSITION_INFORMATION position;
  FILE_BASIC_INFORMATION basic;
  FILE_END_OF_FILE_INFORMATION end;
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\Driver.log", GENERIC_WRITE, FILE_SHARE_READ, FILE_OPEN, 0), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\nowhere\\Driver.log", GENERIC_WRITE, FILE_SHARE_READ, FILE_OPEN_IF, 0), STATUS_OBJECT_PATH_NOT_FOUND);
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\a?b.log", GENERIC_WRITE, FILE_SHARE_READ, FILE_OPEN_IF, 0), STATUS_OBJECT_NAME_INVALID);
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\Driver.log", GENERIC_WRITE | GENERIC_READ, FILE_SHARE_READ, FILE_OPEN_IF, 0), STATUS_SUCCESS);
  CHECK_EQ(g_Iosb.Information, FILE_CREATED);
  CHECK_EQ(Write(h, "first line\r\n", NULL), STATUS_SUCCESS);
  CHECK_EQ(g_Iosb.Information, 12);
  CHECK_EQ(Write(h, "second\r\n", NULL), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationFile(h, &g_Iosb, &position, sizeof position, FilePositionInformation), STATUS_SUCCESS);
  CHECK_EQ(position.CurrentByteOffset.QuadPart, 20);
  CHECK_EQ(ZwQueryInformationFile(h, &g_Iosb, &standard, sizeof standard, FileStandardInformation), STATUS_SUCCESS);
  CHECK(standard.EndOfFile.QuadPart == 20 && !standard.Directory && standard.NumberOfLinks == 1);
  CHECK_EQ(ZwQueryInformationFile(h, &g_Iosb, &standard, 4, FileStandardInformation), STATUS_INFO_LENGTH_MISMATCH);
  // the same file by its other names: sharing lets readers in, and nobody else
  CHECK_EQ(Open(&other, L"\\SystemRoot\\TEMP\\driver.LOG", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0), STATUS_SHARING_VIOLATION);
  CHECK_EQ(Open(&other, L"\\Device\\HarddiskVolume3\\Windows\\Temp\\driver.log", GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, 0), STATUS_SHARING_VIOLATION);
  CHECK_EQ(Open(&other, L"\\SystemRoot\\Temp\\driver.log", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0), STATUS_SUCCESS);
  RtlZeroMemory(text, sizeof text);
  at.QuadPart = 12;
  CHECK_EQ(ZwReadFile(other, NULL, NULL, NULL, &g_Iosb, text, sizeof text, &at, NULL), STATUS_SUCCESS);
  CHECK(g_Iosb.Information == 8 && strcmp(text, "second\r\n") == 0);
  CHECK_EQ(ZwReadFile(other, NULL, NULL, NULL, &g_Iosb, text, sizeof text, NULL, NULL), STATUS_END_OF_FILE);
  ZwClose(other);
  // in place, at the end, cut off
  at.QuadPart = 0;
  CHECK_EQ(Write(h, "FIRST", &at), STATUS_SUCCESS);
  at.LowPart = FILE_WRITE_TO_END_OF_FILE;
  at.HighPart = -1;
  CHECK_EQ(Write(h, "end", &at), STATUS_SUCCESS);
  end.EndOfFile.QuadPart = 10;
  CHECK_EQ(ZwSetInformationFile(h, &g_Iosb, &end, sizeof end, FileEndOfFileInformation), STATUS_SUCCESS);
  end.EndOfFile.QuadPart = 12;
  CHECK_EQ(ZwSetInformationFile(h, &g_Iosb, &end, sizeof end, FileEndOfFileInformation), STATUS_SUCCESS);
  at.QuadPart = 0;
  RtlFillMemory(text, sizeof text, 'x');
  CHECK_EQ(ZwReadFile(h, NULL, NULL, NULL, &g_Iosb, text, sizeof text, &at, NULL), STATUS_SUCCESS);
  CHECK(g_Iosb.Information == 12 && RtlCompareMemory(text, "FIRST line\0\0", 12) == 12);
  CHECK_EQ(ZwQueryInformationFile(h, &g_Iosb, &basic, sizeof basic, FileBasicInformation), STATUS_SUCCESS);
  CHECK(basic.FileAttributes == FILE_ATTRIBUTE_ARCHIVE && basic.LastWriteTime.QuadPart >= basic.CreationTime.QuadPart);
  basic.FileAttributes = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN;
  CHECK_EQ(ZwSetInformationFile(h, &g_Iosb, &basic, sizeof basic, FileBasicInformation), STATUS_SUCCESS);
  CHECK_EQ(ZwSetInformationFile(h, &g_Iosb, &basic, sizeof basic, (FILE_INFORMATION_CLASS)77), STATUS_INVALID_INFO_CLASS);
  CHECK_EQ(ZwFlushBuffersFile(h, &g_Iosb), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\Driver.log", GENERIC_WRITE, 0, FILE_OPEN, 0), STATUS_ACCESS_DENIED);
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\Driver.log", FILE_WRITE_ATTRIBUTES | DELETE, 0, FILE_OPEN, 0), STATUS_SUCCESS);
  basic.FileAttributes = FILE_ATTRIBUTE_NORMAL;
  CHECK_EQ(ZwSetInformationFile(h, &g_Iosb, &basic, sizeof basic, FileBasicInformation), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
}

static VOID RenameAndDelete(VOID) {
  HANDLE h;
  UCHAR buffer[200];
  PFILE_RENAME_INFORMATION rename = (PFILE_RENAME_INFORMATION)buffer;
  PFILE_NAME_INFORMATION name = (PFILE_NAME_INFORMATION)buffer;
  FILE_DISPOSITION_INFORMATION disposition = {TRUE};
  FILE_NETWORK_OPEN_INFORMATION open;
  UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\??\\C:\\Windows\\Temp\\new.log"), gone = RTL_CONSTANT_STRING(L"\\??\\C:\\Windows\\Temp\\driver.log");
  OBJECT_ATTRIBUTES oa;
  static const WCHAR simple[] = L"new.log";
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\Driver.log", DELETE | FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_OPEN, FILE_NON_DIRECTORY_FILE), STATUS_SUCCESS);
  RtlZeroMemory(buffer, sizeof buffer);
  rename->FileNameLength = sizeof simple - sizeof(WCHAR);
  RtlCopyMemory(rename->FileName, simple, rename->FileNameLength);
  CHECK_EQ(ZwSetInformationFile(h, &g_Iosb, buffer, sizeof buffer, FileRenameInformation), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationFile(h, &g_Iosb, name, sizeof buffer, FileNameInformation), STATUS_SUCCESS);
  CHECK(name->FileNameLength == 42 && _wcsnicmp(name->FileName, L"\\Windows\\Temp\\new.log", 21) == 0);
  CHECK_EQ(ZwQueryInformationFile(h, &g_Iosb, name, 10, FileNameInformation), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(name->FileNameLength, 42);
  InitializeObjectAttributes(&oa, &gone, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwDeleteFile(&oa), STATUS_OBJECT_NAME_NOT_FOUND);
  InitializeObjectAttributes(&oa, &path, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwQueryFullAttributesFile(&oa, &open), STATUS_SUCCESS);
  CHECK(open.EndOfFile.QuadPart == 12 && open.FileAttributes == FILE_ATTRIBUTE_NORMAL);
  CHECK_EQ(ZwSetInformationFile(h, &g_Iosb, &disposition, sizeof disposition, FileDispositionInformation), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryFullAttributesFile(&oa, &open), STATUS_DELETE_PENDING);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryFullAttributesFile(&oa, &open), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\new.log", DELETE | GENERIC_WRITE, 0, FILE_CREATE, FILE_DELETE_ON_CLOSE), STATUS_SUCCESS);
  CHECK_EQ(Write(h, "gone", NULL), STATUS_SUCCESS);
  ZwClose(h);
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\new.log", GENERIC_READ, 0, FILE_OPEN, 0), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID Directories(VOID) {
  HANDLE d, f, again;
  ULONG i, found = 0, calls = 0;
  UCHAR buffer[400];
  NTSTATUS status;
  UNICODE_STRING pattern = RTL_CONSTANT_STRING(L"F*.TXT");
  FILE_DISPOSITION_INFORMATION disposition = {TRUE};
  static const PCWSTR names[] = {L"\\??\\C:\\ProgramData\\Test\\f1.txt", L"\\??\\C:\\ProgramData\\Test\\f2.txt", L"\\??\\C:\\ProgramData\\Test\\other.txt"};
  CHECK_EQ(Open(&d, L"\\??\\C:\\ProgramData\\Test", GENERIC_READ | DELETE, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE, FILE_DIRECTORY_FILE), STATUS_SUCCESS);
  for (i = 0; i < 3; i++) {
    CHECK_EQ(Open(&f, names[i], GENERIC_WRITE, 0, FILE_CREATE, FILE_NON_DIRECTORY_FILE), STATUS_SUCCESS);
    ZwClose(f);
    CHECK_EQ(Open(&f, names[i], GENERIC_WRITE, 0, FILE_CREATE, FILE_NON_DIRECTORY_FILE), STATUS_OBJECT_NAME_COLLISION);
  }
  CHECK_EQ(Open(&again, L"\\??\\C:\\ProgramData\\Test\\", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_OPEN, FILE_NON_DIRECTORY_FILE), STATUS_OBJECT_NAME_INVALID);
  CHECK_EQ(Open(&again, L"\\??\\C:\\ProgramData\\Test", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_OPEN, FILE_NON_DIRECTORY_FILE), STATUS_FILE_IS_A_DIRECTORY);
  CHECK_EQ(Open(&again, names[0], GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, FILE_DIRECTORY_FILE), STATUS_NOT_A_DIRECTORY);
  for (;; calls++) {
    PFILE_DIRECTORY_INFORMATION e = (PFILE_DIRECTORY_INFORMATION)buffer;
    status = ZwQueryDirectoryFile(d, NULL, NULL, NULL, &g_Iosb, buffer, sizeof buffer, FileDirectoryInformation, FALSE, &pattern, FALSE);
    if (status != STATUS_SUCCESS || calls > 9) break;
    for (;;) {
      CHECK(e->FileNameLength == 12 && (e->FileName[0] | 0x20) == 'f');
      found++;
      if (e->NextEntryOffset == 0) break;
      e = (PFILE_DIRECTORY_INFORMATION)((PUCHAR)e + e->NextEntryOffset);
    }
  }
  CHECK_EQ(status, STATUS_NO_MORE_FILES);
  CHECK_EQ(found, 2);
  CHECK_EQ(ZwQueryDirectoryFile(d, NULL, NULL, NULL, &g_Iosb, buffer, sizeof buffer, FileBothDirectoryInformation, TRUE, NULL, TRUE), STATUS_SUCCESS);
  CHECK_EQ(((PFILE_BOTH_DIR_INFORMATION)buffer)->NextEntryOffset, 0);
  CHECK_EQ(ZwQueryDirectoryFile(d, NULL, NULL, NULL, &g_Iosb, buffer, 20, FileBothDirectoryInformation, TRUE, NULL, TRUE), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ZwReadFile(d, NULL, NULL, NULL, &g_Iosb, buffer, 4, NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
  CHECK_EQ(ZwSetInformationFile(d, &g_Iosb, &disposition, sizeof disposition, FileDispositionInformation), STATUS_DIRECTORY_NOT_EMPTY);
  ZwClose(d);
}

static VOID Images(VOID) {
  HANDLE h;
  USHORT magic = 0;
  IO_STATUS_BLOCK iosb;
  FILE_STANDARD_INFORMATION standard;
  CHECK_EQ(Open(&h, L"\\SystemRoot\\System32\\drivers\\t.sys", GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, 0), STATUS_SUCCESS);
  CHECK_EQ(ZwReadFile(h, NULL, NULL, NULL, &iosb, &magic, sizeof magic, NULL, NULL), STATUS_SUCCESS);
  CHECK_EQ(magic, 0x5A4D);
  CHECK_EQ(ZwQueryInformationFile(h, &iosb, &standard, sizeof standard, FileStandardInformation), STATUS_SUCCESS);
  CHECK(standard.EndOfFile.QuadPart > 0x2000);
  ZwClose(h);
  CHECK_EQ(Open(&h, L"\\SystemRoot\\System32\\drivers\\t.sys", GENERIC_WRITE, FILE_SHARE_READ, FILE_OPEN, 0), STATUS_SHARING_VIOLATION);
  CHECK_EQ(Open(&h, L"\\SystemRoot\\System32\\ntdll.dll", GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, 0), STATUS_SUCCESS);
  ZwClose(h);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  HANDLE h;
  char text[16];
  UNREFERENCED_PARAMETER(DriverObject);
  // what the program wrote is there
  CHECK_EQ(Open(&h, L"\\??\\C:\\Windows\\Temp\\USER.TXT", GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, 0), STATUS_SUCCESS);
  CHECK_EQ(ZwReadFile(h, NULL, NULL, NULL, &g_Iosb, text, sizeof text, NULL, NULL), STATUS_SUCCESS);
  CHECK_EQ(g_Iosb.Information, 9);
  ZwClose(h);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  Log();
  RenameAndDelete();
  Directories();
  Images();
  return MakeDevice(DriverObject, Control);
}
