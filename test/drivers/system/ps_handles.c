// Handles of processes (ps-routines 7): duplicating, closing the source, protection from close, inheritance, pseudo handles, kernel handles.
#include "system.h"
#if 0 // threads
code {
  static BOOL Start(HANDLE parent, BOOL inherit, DWORD flags, PROCESS_INFORMATION *info) {
    STARTUPINFOEXW start = {0};
    UCHAR list[64];
    SIZE_T size = sizeof list;
    start.StartupInfo.cb = sizeof start;
    if (parent != NULL) {
      InitializeProcThreadAttributeList((LPPROC_THREAD_ATTRIBUTE_LIST)list, 1, 0, &size);
      UpdateProcThreadAttribute((LPPROC_THREAD_ATTRIBUTE_LIST)list, 0, PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, &parent, sizeof parent, NULL, NULL);
      start.lpAttributeList = (LPPROC_THREAD_ATTRIBUTE_LIST)list;
      flags |= EXTENDED_STARTUPINFO_PRESENT;
    }
    return CreateProcessW(NOTEPAD, L"notepad", NULL, NULL, inherit, flags, NULL, NULL, &start.StartupInfo, info);
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), e, copy, real, other;
  PROCESS_INFORMATION child, spoofed;
  PROCESS_BASIC_INFORMATION basic;
  DWORD got, flags = 9;
  ULONG_PTR in[4];
  e = CreateEventW(NULL, TRUE, FALSE, NULL);
  FACT("ps-routines 7 NtDuplicateObject: another handle of the same object", DuplicateHandle(GetCurrentProcess(), e, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) && copy != e && SetEvent(copy) && WaitForSingleObject(e, 0) == WAIT_OBJECT_0);
  FACT("ps-routines 7 NtDuplicateObject: less access", DuplicateHandle(GetCurrentProcess(), e, GetCurrentProcess(), &other, SYNCHRONIZE, FALSE, 0) && !SetEvent(other) && GetLastError() == ERROR_ACCESS_DENIED);
  CloseHandle(other);
  FACT("documentation DUPLICATE_CLOSE_SOURCE: the source is closed", DuplicateHandle(GetCurrentProcess(), copy, GetCurrentProcess(), &other, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) && !CloseHandle(copy) && GetLastError() == ERROR_INVALID_HANDLE);
  FACT("documentation DUPLICATE_CLOSE_SOURCE without a target: only closes", DuplicateHandle(GetCurrentProcess(), other, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE) && !CloseHandle(other));
  FACT("ps-routines conventions pseudo handle: a real handle by duplication", DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &real, 0, FALSE, DUPLICATE_SAME_ACCESS) && GetThreadId(real) == GetCurrentThreadId());
  CloseHandle(real);
  FACT("ps-routines conventions closing a pseudo handle does nothing", CloseHandle(GetCurrentProcess()) && CloseHandle(GetCurrentThread()));
  FACT("ps-routines 7 NtDuplicateObject: INVALID_HANDLE", NtDuplicateObject(GetCurrentProcess(), (HANDLE)0x7FF0, GetCurrentProcess(), &copy, 0, 0, DUPLICATE_SAME_ACCESS) == STATUS_INVALID_HANDLE);
  FACT("ps-routines 7 NtDuplicateObject: OBJECT_TYPE_MISMATCH for a source that is no process", NtDuplicateObject(e, e, GetCurrentProcess(), &copy, 0, 0, DUPLICATE_SAME_ACCESS) == STATUS_OBJECT_TYPE_MISMATCH);
  FACT("documentation protection from close: set", SetHandleInformation(e, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE) && GetHandleInformation(e, &flags) && flags == HANDLE_FLAG_PROTECT_FROM_CLOSE);
  FACT_EQ("documentation protection from close: HANDLE_NOT_CLOSABLE", NtClose(e), STATUS_HANDLE_NOT_CLOSABLE);
  EXPECT(SetHandleInformation(e, HANDLE_FLAG_PROTECT_FROM_CLOSE | HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
  FACT("ps-routines 8 OBJ_INHERIT is kept with the handle", GetHandleInformation(e, &flags) && flags == HANDLE_FLAG_INHERIT);
  EXPECT(Start(NULL, TRUE, CREATE_SUSPENDED, &child));
  EXPECT(ResetEvent(e));
  FACT("ps-routines 8 OBJ_INHERIT: the child has the handle under the same value", DuplicateHandle(child.hProcess, e, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) && SetEvent(copy) && WaitForSingleObject(e, 0) == WAIT_OBJECT_0);
  CloseHandle(copy);
  FACT("ps-routines 8 a handle without OBJ_INHERIT is not inherited", !DuplicateHandle(child.hProcess, d, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  FACT("documentation CREATE_SUSPENDED: the first thread does not run", WaitForSingleObject(child.hProcess, 300) == WAIT_TIMEOUT);
  EXPECT(Start(child.hProcess, FALSE, CREATE_SUSPENDED, &spoofed));
  EXPECT(NtQueryInformationProcess(spoofed.hProcess, ProcessBasicInformation, &basic, sizeof basic, NULL) == STATUS_SUCCESS);
  FACT_EQ("ps-routines 8 ParentProcessId may differ from the creator", basic.InheritedFromUniqueProcessId, child.dwProcessId);
  EXPECT(TerminateProcess(spoofed.hProcess, 0) && TerminateProcess(child.hProcess, 0));
  EXPECT(WaitForSingleObject(spoofed.hProcess, 1000) == WAIT_OBJECT_0);
  in[0] = (ULONG_PTR)e;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, in, sizeof in, NULL, 0, &got, NULL));
  CloseHandle(spoofed.hProcess); CloseHandle(spoofed.hThread); CloseHandle(child.hProcess); CloseHandle(child.hThread);
  CloseHandle(e);
  CloseHandle(d);
}
#endif

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE user = *(HANDLE *)Irp->AssociatedIrp.SystemBuffer, h = NULL, k = NULL;
  OBJECT_ATTRIBUTES oa;
  PVOID event = NULL, object = NULL;
  OBJECT_HANDLE_INFORMATION info;
  OBJECT_HANDLE_FLAG_INFORMATION flags = {TRUE, TRUE};
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(ObReferenceObjectByHandle(user, EVENT_MODIFY_STATE, *ExEventObjectType, UserMode, &event, &info), STATUS_SUCCESS);
  FACT("ps-routines 7 ObReferenceObjectByHandle: HandleAttributes", info.HandleAttributes == OBJ_INHERIT);
  FACT_EQ("ps-routines 7 ObReferenceObjectByHandle: ACCESS_DENIED in user mode", ObReferenceObjectByHandle(user, 0x10000000, *ExEventObjectType, UserMode, &object, NULL), STATUS_ACCESS_DENIED);
  FACT("ps-routines 7 ObReferenceObjectByHandle: NULL on failure", object == NULL);
  FACT_EQ("ps-routines 7 ObReferenceObjectByHandle: OBJECT_TYPE_MISMATCH", ObReferenceObjectByHandle(user, 0, *PsThreadType, UserMode, &object, NULL), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("ps-routines 7 ObOpenObjectByPointer: from object to handle", ObOpenObjectByPointer(event, OBJ_KERNEL_HANDLE, NULL, EVENT_ALL_ACCESS, *ExEventObjectType, KernelMode, &h), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ObOpenObjectByPointer: OBJECT_TYPE_MISMATCH", ObOpenObjectByPointer(event, OBJ_KERNEL_HANDLE, NULL, 0, *PsProcessType, KernelMode, &k), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("ps-routines 7 ObReferenceObjectByPointer: SUCCESS", ObReferenceObjectByPointer(event, 0, *ExEventObjectType, KernelMode), STATUS_SUCCESS);
  ObDereferenceObject(event);
  FACT_EQ("ps-routines 7 ObReferenceObjectByPointer: OBJECT_TYPE_MISMATCH", ObReferenceObjectByPointer(event, 0, *PsProcessType, KernelMode), STATUS_OBJECT_TYPE_MISMATCH);
  FACT("ps-routines 7 a kernel handle is valid in every process", ObIsKernelHandle(h) && !ObIsKernelHandle(user));
  FACT_EQ("ps-routines 7 NtClose keeps PreviousMode: a kernel handle is not found", NtClose(h), STATUS_INVALID_HANDLE);
  CHECK_EQ(ObSetHandleAttributes(h, &flags, KernelMode), STATUS_SUCCESS);
  flags.ProtectFromClose = FALSE;
  CHECK_EQ(ObSetHandleAttributes(h, &flags, KernelMode), STATUS_SUCCESS);
  FACT_EQ("documentation ObDuplicateObject: into the System process", ObDuplicateObject(PsGetCurrentProcess(), user, PsInitialSystemProcess, &k, 0, OBJ_KERNEL_HANDLE, DUPLICATE_SAME_ACCESS, KernelMode), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(k, 0, *ExEventObjectType, KernelMode, &object, NULL), STATUS_SUCCESS);
  FACT("documentation ObDuplicateObject: the same object", object == event);
  ObDereferenceObject(object);
  CHECK_EQ(ZwClose(k), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  FACT_EQ("ps-routines conventions ObReferenceObjectByHandle: pseudo handle of the process", ObReferenceObjectByHandle(NtCurrentProcess(), PROCESS_ALL_ACCESS, *PsProcessType, UserMode, &object, NULL), STATUS_SUCCESS);
  FACT("ps-routines conventions the pseudo handle names the current process", object == PsGetCurrentProcess());
  ObDereferenceObject(object);
  FACT_EQ("ps-routines conventions pseudo handles have their type", ObReferenceObjectByHandle(NtCurrentThread(), 0, *PsProcessType, KernelMode, &object, NULL), STATUS_OBJECT_TYPE_MISMATCH);
  ObDereferenceObjectDeferDelete(event);
  InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  FACT("ps-routines 7 without OBJ_KERNEL_HANDLE the handle belongs to the current process", (LONG_PTR)h > 0 && NtClose(h) == STATUS_SUCCESS);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
