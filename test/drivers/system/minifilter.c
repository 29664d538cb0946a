// A minifilter without file operations: registration, a communication port nobody connects to, unloading through its own callback with the flag of a mandatory
// unload, in this order.
#include <fltkernel.h>
#include "system.h"

static PFLT_FILTER Filter;
static PFLT_PORT Server, Client;
static LONG Order;

static NTSTATUS FLTAPI Connect(PFLT_PORT ClientPort, PVOID Cookie, PVOID Context, ULONG Size, PVOID *PortCookie) {
  UNREFERENCED_PARAMETER(ClientPort); UNREFERENCED_PARAMETER(Cookie); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(Size);
  *PortCookie = NULL;
  return STATUS_SUCCESS;
}
static VOID FLTAPI Disconnect(PVOID Cookie) { UNREFERENCED_PARAMETER(Cookie); }

static NTSTATUS FLTAPI FilterUnload(FLT_FILTER_UNLOAD_FLAGS Flags) {
  CHECK_EQ(Flags, FLTFL_FILTER_UNLOAD_MANDATORY);
  CHECK_EQ(Order++, 0);
  FltCloseCommunicationPort(Server);
  FltUnregisterFilter(Filter);
  return STATUS_SUCCESS;
}
static VOID OldUnload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(Order++, 1);
}

static const FLT_OPERATION_REGISTRATION Operations[] = {{IRP_MJ_OPERATION_END}};
static const FLT_REGISTRATION Registration = {sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0, NULL, Operations, FilterUnload};

TEST_ENTRY {
  FLT_REGISTRATION wrong = Registration;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\TestPort");
  OBJECT_ATTRIBUTES oa;
  PSECURITY_DESCRIPTOR sd;
  BOOLEAN present, defaulted;
  PACL acl;
  ULONG message = 0;
  PFLT_FILTER second;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = OldUnload;
  wrong.Version = 0x100;
  CHECK_EQ(FltRegisterFilter(DriverObject, &wrong, &Filter), STATUS_INVALID_PARAMETER);
  CHECK(Filter == NULL);
  CHECK_EQ(FltRegisterFilter(DriverObject, &Registration, &Filter), STATUS_SUCCESS);
  CHECK(!NT_SUCCESS(FltRegisterFilter(DriverObject, &Registration, &second)));
  CHECK(DriverObject->DriverUnload != OldUnload);
  CHECK_EQ(FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS), STATUS_SUCCESS);
  CHECK(RtlValidSecurityDescriptor(sd));
  CHECK_EQ(RtlGetDaclSecurityDescriptor(sd, &present, &acl, &defaulted), STATUS_SUCCESS);
  CHECK(present && acl->AceCount == 2 && acl->AclSize == 52);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, sd);
  CHECK_EQ(FltCreateCommunicationPort(Filter, &Server, &oa, NULL, Connect, Disconnect, NULL, 0), STATUS_INVALID_PARAMETER);
  CHECK_EQ(FltCreateCommunicationPort(Filter, &Server, &oa, NULL, Connect, Disconnect, NULL, 1), STATUS_SUCCESS);
  FltFreeSecurityDescriptor(sd);
  CHECK_EQ(FltStartFiltering(Filter), STATUS_SUCCESS);
  CHECK_EQ(FltSendMessage(Filter, &Client, &message, sizeof message, NULL, NULL, NULL), STATUS_PORT_DISCONNECTED);
  FltCloseClientPort(Filter, &Client);
  CHECK(Client == NULL);
  return STATUS_SUCCESS;
}
