// Contexts that a filter hangs on a file object and on a stream; threads and APCs by service; handle tables; what is untrusted.
#include "system.h"

static LONG g_Owner, g_Instance;

static VOID Contexts(PFILE_OBJECT File) {
  FSRTL_PER_FILEOBJECT_CONTEXT a, b;
  RtlZeroMemory(&a, sizeof a);
  RtlZeroMemory(&b, sizeof b);
  FsRtlInitPerFileObjectContext(&a, &g_Owner, NULL);
  FsRtlInitPerFileObjectContext(&b, &g_Owner, &g_Instance);
  FACT("documentation FsRtlLookupPerFileObjectContext: NULL before", FsRtlLookupPerFileObjectContext(File, &g_Owner, NULL) == NULL);
  FACT_EQ("documentation FsRtlInsertPerFileObjectContext: STATUS_SUCCESS", FsRtlInsertPerFileObjectContext(File, &a), STATUS_SUCCESS);
  CHECK_EQ(FsRtlInsertPerFileObjectContext(File, &b), STATUS_SUCCESS);
  FACT("documentation FsRtlLookupPerFileObjectContext: by owner and instance", FsRtlLookupPerFileObjectContext(File, &g_Owner, &g_Instance) == &b);
  FACT("documentation FsRtlLookupPerFileObjectContext: another owner", FsRtlLookupPerFileObjectContext(File, &g_Instance, NULL) == NULL);
  FACT("documentation FsRtlRemovePerFileObjectContext: what was removed", FsRtlRemovePerFileObjectContext(File, &g_Owner, &g_Instance) == &b);
  FACT("documentation FsRtlRemovePerFileObjectContext: the rest stays", FsRtlLookupPerFileObjectContext(File, &g_Owner, &g_Instance) == NULL && FsRtlRemovePerFileObjectContext(File, &g_Owner, NULL) == &a);
}

static VOID Nothing(PVOID Context) { UNREFERENCED_PARAMETER(Context); }

TEST_ENTRY {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\ntdll.dll");
  IO_STATUS_BLOCK iosb;
  PFILE_OBJECT file;
  BOOLEAN untrusted = TRUE;
  PIMAGE_NT_HEADERS headers = NULL;
  HANDLE h;
  ULONG count = 99;
  LARGE_INTEGER due;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwOpenFile(&h, GENERIC_READ | SYNCHRONIZE, &oa, &iosb, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *IoFileObjectType, KernelMode, (PVOID *)&file, NULL), STATUS_SUCCESS);
  Contexts(file);
  FACT("documentation RtlIsUntrustedObject: one that the system made", RtlIsUntrustedObject(h, NULL, &untrusted) == STATUS_SUCCESS && !untrusted);
  ObDereferenceObject(file);
  ZwClose(h);
  FACT_EQ("documentation RtlIsSandboxedTokenHandle: the system's own token", RtlIsSandboxedTokenHandle(NULL, KernelMode), FALSE);
  FACT("documentation RtlImageNtHeaderEx: of the driver's image", RtlImageNtHeaderEx(0, DriverObject->DriverStart, DriverObject->DriverSize, &headers) == STATUS_SUCCESS && headers->Signature == IMAGE_NT_SIGNATURE);
  FACT("documentation RtlImageNtHeaderEx: not an image", !NT_SUCCESS(RtlImageNtHeaderEx(0, &g_Owner, 0x1000, &headers)));
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Nothing, NULL), STATUS_SUCCESS);
  FACT("scheduler 11 NtQueueApcThreadEx: not to a system thread", !NT_SUCCESS(ZwQueueApcThreadEx(h, NULL, (PVOID)0x10000, NULL, NULL, NULL)));
  CHECK_EQ(ZwWaitForSingleObject(h, FALSE, NULL), STATUS_SUCCESS);
  FACT("scheduler 11 ZwAlertResumeThread: the suspend count before", ZwAlertResumeThread(ZwCurrentThread(), &count) == STATUS_SUCCESS && count == 0);
  due.QuadPart = -10000;
  FACT_EQ("scheduler 11 ZwAlertResumeThread: the thread is alerted", KeDelayExecutionThread(KernelMode, TRUE, &due), STATUS_ALERTED);
  ZwClose(h);
  FACT("documentation MmIsDriverVerifying, MmIsDriverSuspectForVerifier: this driver", MmIsDriverVerifying((struct OBJECT *)DriverObject) && MmIsDriverSuspectForVerifier((struct OBJECT *)DriverObject));
  return RESULT();
}
