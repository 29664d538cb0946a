// Questions: ZwQueryObject, directories of objects, tokens and SeAccessCheck, facts of requests, the StartIo model, ExUuidCreate.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD id = GetCurrentProcessId(), got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL));
  EXPECT(DeviceIoControl(d, IOCTL_PEND, &id, sizeof id, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static BOOLEAN Is(PCUNICODE_STRING Text, PCWSTR Wanted) {
  UNICODE_STRING wanted;
  RtlInitUnicodeString(&wanted, Wanted);
  return RtlEqualUnicodeString(Text, &wanted, FALSE);
}

static VOID Objects(VOID) {
  HANDLE directory, event, link, again;
  OBJECT_ATTRIBUTES oa;
  ULONG length = 0, context = 0, entries = 0;
  UCHAR buffer[256];
  NTSTATUS status;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\TestDirectory"), inside = RTL_CONSTANT_STRING(L"\\TestDirectory\\Event"),
    alias = RTL_CONSTANT_STRING(L"\\TestDirectory\\Alias"), lost = RTL_CONSTANT_STRING(L"\\TestDirectory\\Lost");
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &oa), STATUS_SUCCESS);
  CHECK_EQ(ZwCreateDirectoryObject(&again, DIRECTORY_ALL_ACCESS, &oa), STATUS_OBJECT_NAME_COLLISION);
  CHECK_EQ(ZwQueryDirectoryObject(directory, buffer, sizeof buffer, TRUE, TRUE, &context, &length), STATUS_NO_MORE_ENTRIES);
  InitializeObjectAttributes(&oa, &inside, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  InitializeObjectAttributes(&oa, &alias, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateSymbolicLinkObject(&link, 0xF0001, &oa, &inside), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByName(&oa, *ExEventObjectType, KernelMode, NULL, EVENT_ALL_ACCESS, NULL, &again), STATUS_SUCCESS); // through the link
  CHECK_EQ(ZwClose(again), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByName(&oa, *PsProcessType, KernelMode, NULL, EVENT_ALL_ACCESS, NULL, &again), STATUS_OBJECT_TYPE_MISMATCH);
  InitializeObjectAttributes(&oa, &lost, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ObOpenObjectByName(&oa, NULL, KernelMode, NULL, EVENT_ALL_ACCESS, NULL, &again), STATUS_OBJECT_NAME_NOT_FOUND);
  for (context = 0;; entries++) {
    PUNICODE_STRING e = (PUNICODE_STRING)buffer;
    status = ZwQueryDirectoryObject(directory, buffer, sizeof buffer, TRUE, FALSE, &context, &length);
    if (status != STATUS_SUCCESS || entries > 5) break;
    CHECK(entries == 0 ? Is(&e[0], L"Event") && Is(&e[1], L"Event") : Is(&e[0], L"Alias") && Is(&e[1], L"SymbolicLink"));
  }
  CHECK_EQ(status, STATUS_NO_MORE_ENTRIES);
  CHECK_EQ(entries, 2);
  CHECK_EQ(ZwQueryDirectoryObject(directory, buffer, 40, TRUE, TRUE, &context, &length), STATUS_BUFFER_TOO_SMALL);
  CHECK(length > 40);
  CHECK_EQ(ZwQueryObject(event, (OBJECT_INFORMATION_CLASS)1, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(Is((PUNICODE_STRING)buffer, L"\\TestDirectory\\Event"));
  CHECK_EQ(ZwQueryObject(event, (OBJECT_INFORMATION_CLASS)1, buffer, 20, &length), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ZwQueryObject(event, ObjectTypeInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(Is((PUNICODE_STRING)buffer, L"Event"));
  CHECK_EQ(ZwQueryObject(event, ObjectBasicInformation, buffer, sizeof(PUBLIC_OBJECT_BASIC_INFORMATION), &length), STATUS_SUCCESS);
  CHECK(((PPUBLIC_OBJECT_BASIC_INFORMATION)buffer)->HandleCount == 1 && ((PPUBLIC_OBJECT_BASIC_INFORMATION)buffer)->GrantedAccess == EVENT_ALL_ACCESS);
  CHECK_EQ(ZwQueryObject((HANDLE)0x7770, ObjectBasicInformation, buffer, 56, NULL), STATUS_INVALID_HANDLE);
  ZwClose(link);
  ZwClose(event);
  ZwClose(directory);
}

static VOID Token(VOID) {
  PACCESS_TOKEN token = PsReferencePrimaryToken(PsGetCurrentProcess());
  PTOKEN_USER user = NULL;
  HANDLE h;
  ULONG length = 0, session = 99, level = 0;
  UCHAR buffer[128];
  UNICODE_STRING text;
  CHECK_EQ(SeQueryInformationToken(token, TokenUser, (PVOID *)&user), STATUS_SUCCESS);
  CHECK(RtlValidSid(user->User.Sid));
  CHECK_EQ(RtlConvertSidToUnicodeString(&text, user->User.Sid, TRUE), STATUS_SUCCESS);
  CHECK(Is(&text, L"S-1-5-18"));
  RtlFreeUnicodeString(&text);
  CHECK_EQ(SeTokenType(token), TokenPrimary);
  CHECK_EQ(SeQuerySessionIdToken(token, &session), STATUS_SUCCESS);
  CHECK_EQ(session, 0);
  CHECK_EQ(SeQueryInformationToken(token, TokenIntegrityLevel, (PVOID *)&level), STATUS_SUCCESS);
  CHECK_EQ(level, 0x4000);
  CHECK_EQ(SeQueryInformationToken(token, (TOKEN_INFORMATION_CLASS)200, (PVOID *)&level), STATUS_INVALID_INFO_CLASS);
  CHECK_EQ(ZwOpenProcessTokenEx(ZwCurrentProcess(), TOKEN_QUERY, OBJ_KERNEL_HANDLE, &h), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationToken(h, TokenUser, NULL, 0, &length), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(ZwQueryInformationToken(h, TokenUser, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(RtlEqualSid(((PTOKEN_USER)buffer)->User.Sid, user->User.Sid));
  ZwClose(h);
  ExFreePool(user);
  PsDereferencePrimaryToken(token);
}

static VOID Access(VOID) {
  SECURITY_DESCRIPTOR sd;
  UCHAR memory[128], everyone[12] = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
  PACL acl = (PACL)memory;
  SECURITY_SUBJECT_CONTEXT subject;
  ACCESS_MASK granted = 0;
  NTSTATUS status = STATUS_PENDING;
  CHECK_EQ(RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION), STATUS_SUCCESS);
  CHECK_EQ(RtlCreateAcl(acl, sizeof memory, ACL_REVISION), STATUS_SUCCESS);
  CHECK_EQ(RtlAddAccessAllowedAce(acl, ACL_REVISION, FILE_GENERIC_READ, everyone), STATUS_SUCCESS);
  CHECK_EQ(RtlSetDaclSecurityDescriptor(&sd, TRUE, acl, FALSE), STATUS_SUCCESS);
  SeCaptureSubjectContext(&subject);
  CHECK(SeAccessCheck(&sd, &subject, FALSE, GENERIC_READ, 0, NULL, IoGetFileObjectGenericMapping(), UserMode, &granted, &status));
  CHECK(granted == FILE_GENERIC_READ && status == STATUS_SUCCESS);
  CHECK(!SeAccessCheck(&sd, &subject, FALSE, FILE_WRITE_DATA, 0, NULL, IoGetFileObjectGenericMapping(), UserMode, &granted, &status));
  CHECK(granted == 0 && status == STATUS_ACCESS_DENIED);
  CHECK(SeAccessCheck(&sd, &subject, FALSE, FILE_WRITE_DATA, 0, NULL, IoGetFileObjectGenericMapping(), KernelMode, &granted, &status));
  CHECK_EQ(RtlSetDaclSecurityDescriptor(&sd, TRUE, NULL, FALSE), STATUS_SUCCESS);
  CHECK(SeAccessCheck(&sd, &subject, FALSE, MAXIMUM_ALLOWED, 0, NULL, IoGetFileObjectGenericMapping(), UserMode, &granted, &status));
  CHECK_EQ(granted, FILE_ALL_ACCESS);
  SeReleaseSubjectContext(&subject);
  SeCaptureSubjectContextEx(KeGetCurrentThread(), PsGetCurrentProcess(), &subject);
  CHECK(subject.ClientToken == NULL && subject.PrimaryToken != NULL);
  SeReleaseSubjectContext(&subject);
  CHECK(!PsIsProcessBeingDebugged(PsGetCurrentProcess()));
}

static LONG g_Started;
static VOID StartIo(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  CHECK(DeviceObject->CurrentIrp == Irp);
  g_Started++;
  Irp->IoStatus.Status = STATUS_SUCCESS;
  Irp->IoStatus.Information = 0;
  IoStartNextPacket(DeviceObject, FALSE);
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG id = *(PULONG)Irp->AssociatedIrp.SystemBuffer;
  if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode == IOCTL_PEND) {
    IoMarkIrpPending(Irp);
    IoStartPacket(DeviceObject, Irp, NULL, NULL);
    return STATUS_PENDING;
  }
  CHECK_EQ(IoGetRequestorProcessId(Irp), id);
  CHECK(IoIsOperationSynchronous(Irp));
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Started, 1);
  DropDevice();
}

TEST_ENTRY {
  UUID a, b;
  KIRQL irql;
  UNICODE_STRING path;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  DriverObject->DriverStartIo = StartIo;
  Objects();
  Token();
  Access();
  CHECK_EQ(ExUuidCreate(&a), STATUS_SUCCESS);
  CHECK_EQ(ExUuidCreate(&b), STATUS_SUCCESS);
  CHECK(RtlCompareMemory(&a, &b, sizeof a) != sizeof a);
  IoAcquireVpbSpinLock(&irql);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  IoReleaseVpbSpinLock(irql);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  CHECK_EQ(IoQueryFullDriverPath(DriverObject, &path), STATUS_SUCCESS);
  CHECK(Is(&path, L"\\SystemRoot\\System32\\drivers\\t.sys"));
  ExFreePool(path.Buffer);
  return MakeDevice(DriverObject, Control);
}
