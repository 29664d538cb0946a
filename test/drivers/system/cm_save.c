// ZwSaveKey, ZwSaveKeyEx and ZwRestoreKey: a tree to a file and back, what a wrong file is answered, open subkeys, flags, registry callbacks, privileges.
// Keys in transactions, of which there are none (source: the documentation of these routines and of RegSaveKey and RegRestoreKey).
#include "system.h"
#if 0 // threads
#include <winternl.h>
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), file, only;
  DWORD got, v = 11, size = sizeof v;
  HKEY key;
  EXPECT(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\SaveUser", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL) == 0);
  EXPECT(RegSetValueExW(key, L"V", 0, REG_DWORD, (const BYTE *)&v, 4) == 0);
  file = CreateFileW(L"C:\\Windows\\Temp\\user.hiv", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
  only = CreateFileW(L"C:\\Windows\\Temp\\user2.hiv", GENERIC_READ, 0, NULL, CREATE_ALWAYS, 0, NULL);
  EXPECT(file != INVALID_HANDLE_VALUE && only != INVALID_HANDLE_VALUE);
  FACT_EQ("documentation RegSaveKey: user mode with SeBackupPrivilege", NtSaveKey(key, file), 0);
  v = 12;
  EXPECT(RegSetValueExW(key, L"V", 0, REG_DWORD, (const BYTE *)&v, 4) == 0);
  FACT_EQ("documentation RegRestoreKey: user mode with SeRestorePrivilege", NtRestoreKey(key, file, 0), 0);
  EXPECT(RegQueryValueExW(key, L"V", NULL, NULL, (LPBYTE)&v, &size) == 0 && v == 11);
  FACT_EQ("documentation ZwSaveKey: the file must be open for writing", NtSaveKey(key, only), (NTSTATUS)0xC0000022);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL)); // takes both privileges away
  FACT_EQ("documentation RegSaveKey: SeBackupPrivilege is needed", NtSaveKey(key, file), (NTSTATUS)0xC0000061);
  FACT_EQ("documentation RegRestoreKey: SeRestorePrivilege is needed", NtRestoreKey(key, file, 0), (NTSTATUS)0xC0000061);
  CloseHandle(file);
  CloseHandle(only);
  EXPECT(RegCloseKey(key) == 0 && RegDeleteKeyW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\SaveUser") == 0);
  CloseHandle(d);
}
#endif

#define ROOT L"\\Registry\\Machine\\SOFTWARE\\Save"
static LARGE_INTEGER g_Cookie;
static LONG g_Pre[64], g_Post[64];
static BOOLEAN g_Refuse;
static HANDLE g_File;
static PVOID g_Thread;

static NTSTATUS Callback(PVOID Context, PVOID Argument1, PVOID Argument2) {
  REG_NOTIFY_CLASS c = (REG_NOTIFY_CLASS)(ULONG_PTR)Argument1;
  UNREFERENCED_PARAMETER(Context);
  if (PsGetCurrentThread() != g_Thread) return STATUS_SUCCESS;
  if (c == RegNtPreSaveKey) {
    PREG_SAVE_KEY_INFORMATION i = Argument2;
    FACT("documentation REG_SAVE_KEY_INFORMATION", i->Object != NULL && i->FileHandle == g_File && i->Format == REG_STANDARD_FORMAT);
    g_Pre[c]++;
  } else if (c == RegNtPreRestoreKey) {
    PREG_RESTORE_KEY_INFORMATION i = Argument2;
    FACT("documentation REG_RESTORE_KEY_INFORMATION", i->Object != NULL && i->FileHandle == g_File && i->Flags == REG_FORCE_RESTORE);
    g_Pre[c]++;
    if (g_Refuse) return STATUS_ACCESS_DENIED;
  } else if (c == RegNtPostSaveKey || c == RegNtPostRestoreKey) {
    g_Post[c] += ((PREG_POST_OPERATION_INFORMATION)Argument2)->Status == STATUS_SUCCESS;
  }
  return STATUS_SUCCESS;
}

static HANDLE Key(PCWSTR Path) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  HANDLE key = NULL;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwCreateKey(&key, KEY_ALL_ACCESS, &oa, 0, NULL, 0, NULL), STATUS_SUCCESS);
  return key;
}
static NTSTATUS OpenOnly(PHANDLE Key, PCWSTR Path) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  return ZwOpenKey(Key, KEY_ALL_ACCESS, &oa);
}
static HANDLE File(PCWSTR Path, ULONG Options) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  IO_STATUS_BLOCK block;
  HANDLE file = NULL;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwCreateFile(&file, GENERIC_READ | GENERIC_WRITE | DELETE | SYNCHRONIZE, &oa, &block, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_OVERWRITE_IF, Options, NULL, 0), STATUS_SUCCESS);
  return file;
}
static VOID Put(HANDLE Key, PCWSTR Name, ULONG Type, PVOID Data, ULONG Size) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, Name);
  CHECK_EQ(ZwSetValueKey(Key, &name, 0, Type, Data, Size), STATUS_SUCCESS);
}
static ULONG Number(HANDLE Key, PCWSTR Name) {
  UNICODE_STRING name;
  UCHAR buffer[64];
  ULONG size;
  PKEY_VALUE_PARTIAL_INFORMATION p = (PVOID)buffer;
  RtlInitUnicodeString(&name, Name);
  if (!NT_SUCCESS(ZwQueryValueKey(Key, &name, KeyValuePartialInformation, buffer, sizeof buffer, &size))) return 0xFFFFFFFF;
  return p->Type == REG_DWORD ? *(PULONG)p->Data : 0xFFFFFFFE;
}
static VOID Drop(PCWSTR Path) {
  HANDLE key;
  CHECK_EQ(OpenOnly(&key, Path), STATUS_SUCCESS);
  CHECK_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
  ZwClose(key);
}
static LONGLONG SizeOf(HANDLE File) {
  FILE_STANDARD_INFORMATION info = {0};
  IO_STATUS_BLOCK block;
  CHECK_EQ(ZwQueryInformationFile(File, &block, &info, sizeof info, FileStandardInformation), STATUS_SUCCESS);
  return info.EndOfFile.QuadPart;
}
static VOID Overwrite(HANDLE File, LONGLONG Offset, PVOID Data, ULONG Size) {
  IO_STATUS_BLOCK block;
  LARGE_INTEGER at;
  at.QuadPart = Offset;
  CHECK_EQ(ZwWriteFile(File, NULL, NULL, NULL, &block, Data, Size, &at, NULL), STATUS_SUCCESS);
}

static VOID SaveAndRestore(VOID) {
  HANDLE root = Key(ROOT), sub = Key(ROOT L"\\Sub"), deep = Key(ROOT L"\\Sub\\Deep"), other = Key(ROOT L"\\Other"), file, open;
  KEY_BASIC_INFORMATION before, after;
  ULONG v = 1, size;
  LONGLONG length;
  UCHAR junk[64] = {0};
  file = File(L"\\??\\C:\\Windows\\Temp\\save.hiv", FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
  Put(root, L"", REG_SZ, L"default", 16);
  Put(sub, L"One", REG_DWORD, &v, 4);
  v = 2;
  Put(deep, L"Two", REG_DWORD, &v, 4);
  Put(deep, L"Empty", REG_BINARY, NULL, 0);
  ZwClose(deep);
  ZwClose(sub);
  ZwClose(other);
  FACT_EQ("documentation ZwSaveKey", ZwSaveKey(root, file), STATUS_SUCCESS);
  length = SizeOf(file);
  CHECK(length > 64);
  // the file is written from its beginning, what it had before is gone
  Overwrite(file, length, junk, sizeof junk);
  CHECK_EQ(ZwSaveKey(root, file), STATUS_SUCCESS);
  CHECK_EQ(SizeOf(file), length);
  // change everything
  CHECK_EQ(OpenOnly(&deep, ROOT L"\\Sub\\Deep"), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryKey(deep, KeyBasicInformation, &before, sizeof before, &size), STATUS_SUCCESS);
  v = 99;
  SleepMs(1);
  Put(deep, L"Two", REG_DWORD, &v, 4);
  ZwClose(deep);
  ZwClose(Key(ROOT L"\\New"));
  Drop(ROOT L"\\Other");
  FACT_EQ("documentation ZwRestoreKey", ZwRestoreKey(root, file, 0), STATUS_SUCCESS);
  CHECK_EQ(OpenOnly(&deep, ROOT L"\\Sub\\Deep"), STATUS_SUCCESS);
  FACT_EQ("documentation RegRestoreKey: values are those of the file", Number(deep, L"Two"), 2);
  CHECK_EQ(ZwQueryKey(deep, KeyBasicInformation, &after, sizeof after, &size), STATUS_SUCCESS);
  CHECK_EQ(after.LastWriteTime.QuadPart, before.LastWriteTime.QuadPart);
  FACT_EQ("documentation RegRestoreKey: keys that the file does not have are gone", OpenOnly(&open, ROOT L"\\New"), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation RegRestoreKey: keys of the file are there again", OpenOnly(&other, ROOT L"\\Other"), STATUS_SUCCESS);
  ZwClose(other);
  // a subkey is open
  FACT("documentation RegRestoreKey: fails when a subkey is open", !NT_SUCCESS(ZwRestoreKey(root, file, 0)));
  CHECK_EQ(Number(deep, L"Two"), 2);
  FACT_EQ("documentation REG_FORCE_RESTORE: even if open handles exist", ZwRestoreKey(root, file, REG_FORCE_RESTORE), STATUS_SUCCESS);
  CHECK_EQ(ZwFlushKey(deep), STATUS_KEY_DELETED);
  ZwClose(deep);
  // under another name
  sub = Key(L"\\Registry\\Machine\\SOFTWARE\\Copy");
  CHECK_EQ(ZwRestoreKey(sub, file, REG_NO_LAZY_FLUSH), STATUS_SUCCESS);
  CHECK_EQ(OpenOnly(&deep, L"\\Registry\\Machine\\SOFTWARE\\Copy\\Sub"), STATUS_SUCCESS);
  FACT_EQ("documentation RegRestoreKey: the file goes below the key that is given, whatever its name was", Number(deep, L"One"), 1);
  CHECK_EQ(ZwDeleteKey(sub), STATUS_CANNOT_DELETE);
  ZwClose(deep);
  Drop(L"\\Registry\\Machine\\SOFTWARE\\Copy\\Sub\\Deep");
  Drop(L"\\Registry\\Machine\\SOFTWARE\\Copy\\Sub");
  Drop(L"\\Registry\\Machine\\SOFTWARE\\Copy\\Other");
  CHECK_EQ(ZwSaveKeyEx(sub, file, REG_LATEST_FORMAT), STATUS_SUCCESS);
  FACT_EQ("documentation ZwSaveKeyEx: an unknown format", ZwSaveKeyEx(sub, file, 9), STATUS_INVALID_PARAMETER);
  CHECK_EQ(ZwDeleteKey(sub), STATUS_SUCCESS);
  FACT_EQ("documentation ZwSaveKey: a deleted key", ZwSaveKey(sub, file), STATUS_KEY_DELETED);
  CHECK_EQ(ZwRestoreKey(sub, file, 0), STATUS_KEY_DELETED);
  ZwClose(sub);
  // registry callbacks
  g_File = file;
  CHECK_EQ(CmRegisterCallback(Callback, NULL, &g_Cookie), STATUS_SUCCESS);
  CHECK_EQ(ZwSaveKey(root, file), STATUS_SUCCESS);
  CHECK_EQ(ZwRestoreKey(root, file, REG_FORCE_RESTORE), STATUS_SUCCESS);
  g_Refuse = TRUE;
  FACT_EQ("documentation RegNtPreRestoreKey: a callback can refuse", ZwRestoreKey(root, file, REG_FORCE_RESTORE), STATUS_ACCESS_DENIED);
  CHECK_EQ(CmUnRegisterCallback(g_Cookie), STATUS_SUCCESS);
  CHECK(g_Pre[RegNtPreSaveKey] == 1 && g_Post[RegNtPostSaveKey] == 1 && g_Pre[RegNtPreRestoreKey] == 2 && g_Post[RegNtPostRestoreKey] == 1);
  ZwClose(file);
  Drop(ROOT L"\\Sub\\Deep");
  Drop(ROOT L"\\Sub");
  Drop(ROOT L"\\Other");
  CHECK_EQ(ZwDeleteKey(root), STATUS_SUCCESS);
  ZwClose(root);
}

static VOID WrongUses(VOID) {
  HANDLE key = Key(L"\\Registry\\Machine\\SOFTWARE\\Wrong"), top, file, event;
  OBJECT_ATTRIBUTES oa;
  UCHAR text[256] = "this is no hive", byte = 0x77;
  ULONG v = 3;
  file = File(L"\\??\\C:\\Windows\\Temp\\wrong.hiv", FILE_NON_DIRECTORY_FILE); // not synchronous
  Put(key, L"Value", REG_DWORD, &v, 4);
  FACT_EQ("documentation RegRestoreKey: an empty file is no registry file", ZwRestoreKey(key, file, 0), STATUS_NOT_REGISTRY_FILE);
  Overwrite(file, 0, text, sizeof text);
  FACT_EQ("documentation RegRestoreKey: a file that is no registry file", ZwRestoreKey(key, file, 0), STATUS_NOT_REGISTRY_FILE);
  CHECK_EQ(ZwSaveKey(key, file), STATUS_SUCCESS);
  Overwrite(file, 26, &byte, 1);
  FACT_EQ("documentation STATUS_REGISTRY_CORRUPT: a damaged file", ZwRestoreKey(key, file, 0), STATUS_REGISTRY_CORRUPT);
  CHECK_EQ(Number(key, L"Value"), 3);
  CHECK_EQ(ZwSaveKey(key, file), STATUS_SUCCESS);
  FACT_EQ("documentation RegRestoreKey: unknown flags", ZwRestoreKey(key, file, 0x100), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation REG_WHOLE_HIVE_VOLATILE: only for HKEY_USERS and HKEY_LOCAL_MACHINE", ZwRestoreKey(key, file, REG_WHOLE_HIVE_VOLATILE), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation REG_REFRESH_HIVE: only for the root of a hive", ZwRestoreKey(key, file, REG_REFRESH_HIVE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(OpenOnly(&top, L"\\Registry"), STATUS_SUCCESS);
  CHECK_EQ(ZwRestoreKey(top, file, 0), STATUS_ACCESS_DENIED);
  ZwClose(top);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation ZwSaveKey: FileHandle is the handle of a file", ZwSaveKey(key, event), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("documentation ZwSaveKey: KeyHandle is the handle of a key", ZwSaveKey(event, file), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("documentation ZwSaveKey: no handle", ZwSaveKey(key, NULL), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwRestoreKey(NULL, file, 0), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwRestoreKey(key, key, 0), STATUS_OBJECT_TYPE_MISMATCH);
  ZwClose(event);
  ZwClose(file);
  CHECK_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
  ZwClose(key);
}

static VOID Transactions(VOID) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\SOFTWARE\\Transacted");
  OBJECT_ATTRIBUTES oa, none;
  HANDLE key = (HANDLE)0x55, event, found;
  ULONG disposition = 77;
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  InitializeObjectAttributes(&none, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &none, NotificationEvent, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation ZwCreateKeyTransacted: no transaction", ZwCreateKeyTransacted(&key, KEY_ALL_ACCESS, &oa, 0, NULL, 0, NULL, &disposition), STATUS_INVALID_HANDLE);
  FACT_EQ("documentation ZwCreateKeyTransacted: the handle of something else", ZwCreateKeyTransacted(&key, KEY_ALL_ACCESS, &oa, 0, NULL, 0, event, &disposition), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("documentation ZwCreateKeyTransacted: no object attributes", ZwCreateKeyTransacted(&key, KEY_ALL_ACCESS, NULL, 0, NULL, 0, event, NULL), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation ZwCreateKeyTransacted: invalid options", ZwCreateKeyTransacted(&key, KEY_ALL_ACCESS, &oa, 0, NULL, 0x8000, event, NULL), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation ZwOpenKeyTransacted: no transaction", ZwOpenKeyTransacted(&key, KEY_ALL_ACCESS, &oa, (HANDLE)0x7ff0), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwOpenKeyTransactedEx(&key, KEY_ALL_ACCESS, &oa, 0, event), STATUS_OBJECT_TYPE_MISMATCH);
  CHECK(key == (HANDLE)0x55 && disposition == 77);
  CHECK_EQ(OpenOnly(&found, name.Buffer), STATUS_OBJECT_NAME_NOT_FOUND);
  ZwClose(event);
}

// Disables SeBackupPrivilege (17) and SeRestorePrivilege (18) of the process that asks.
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  struct { ULONG Count; LUID_AND_ATTRIBUTES Privileges[2]; } off = {2, {{{SE_BACKUP_PRIVILEGE, 0}, 0}, {{SE_RESTORE_PRIVILEGE, 0}, 0}}};
  HANDLE token;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(ZwOpenProcessTokenEx(ZwCurrentProcess(), TOKEN_ALL_ACCESS, OBJ_KERNEL_HANDLE, &token), STATUS_SUCCESS);
  CHECK_EQ(ZwAdjustPrivilegesToken(token, FALSE, (PTOKEN_PRIVILEGES)&off, 0, NULL, NULL), STATUS_SUCCESS);
  ZwClose(token);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  NTSTATUS status = MakeDevice(DriverObject, Control);
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  g_Thread = PsGetCurrentThread();
  SaveAndRestore();
  WrongUses();
  Transactions();
  return status;
}
