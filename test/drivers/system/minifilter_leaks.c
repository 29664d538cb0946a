// What a minifilter leaves behind when its unload callback forgets everything.
// expect leak filter registered at
// expect leak communication port created at
// expect leak security descriptor built at
#include <fltkernel.h>
#include "system.h"

static PFLT_FILTER Filter;
static PFLT_PORT Server;

static NTSTATUS FLTAPI Connect(PFLT_PORT ClientPort, PVOID Cookie, PVOID Context, ULONG Size, PVOID *PortCookie) {
  UNREFERENCED_PARAMETER(ClientPort); UNREFERENCED_PARAMETER(Cookie); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(Size);
  *PortCookie = NULL;
  return STATUS_SUCCESS;
}
static VOID FLTAPI Disconnect(PVOID Cookie) { UNREFERENCED_PARAMETER(Cookie); }
static NTSTATUS FLTAPI FilterUnload(FLT_FILTER_UNLOAD_FLAGS Flags) {
  UNREFERENCED_PARAMETER(Flags);
  return STATUS_SUCCESS;
}
static const FLT_REGISTRATION Registration = {sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0, NULL, NULL, FilterUnload};

TEST_ENTRY {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\TestPort");
  OBJECT_ATTRIBUTES oa;
  PSECURITY_DESCRIPTOR sd;
  UNREFERENCED_PARAMETER(RegistryPath);
  CHECK_EQ(FltRegisterFilter(DriverObject, &Registration, &Filter), STATUS_SUCCESS);
  CHECK_EQ(FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS), STATUS_SUCCESS);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, sd);
  CHECK_EQ(FltCreateCommunicationPort(Filter, &Server, &oa, NULL, Connect, Disconnect, NULL, 1), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
