// Private structures of the filter manager, as far as it is simulated: what FltRegisterFilter and FltCreateCommunicationPort hand out.
#pragma once
#include <fltkernel.h>

// One for each registered filter; found from the driver object by a client extension that holds its address.
typedef struct _FLTP_FILTER {
  ULONG Signature; // FLTP_FILTER_SIGNATURE while it is registered
  ULONG Started;
  PDRIVER_OBJECT DriverObject;
  PFLT_FILTER_UNLOAD_CALLBACK FilterUnload;
  PDRIVER_UNLOAD OldDriverUnload; // what the driver had set before it registered
  LONG Ports;                     // server ports that are open
  LONG References;                // of FltObjectReference
  LONG WorkItems;                 // queued or running: FltUnregisterFilter waits for them
  ULONG Deleting;
  KEVENT Drained;
} FLTP_FILTER;

typedef struct _FLTP_PORT {
  ULONG Signature; // FLTP_PORT_SIGNATURE while it is open
  LONG MaxConnections;
  FLTP_FILTER *Filter;
  PVOID Cookie;
  PFLT_CONNECT_NOTIFY Connect;
  PFLT_DISCONNECT_NOTIFY Disconnect;
  PFLT_MESSAGE_NOTIFY Message;
  UNICODE_STRING Name;
} FLTP_PORT;

struct _FLT_GENERIC_WORKITEM {
  WORK_QUEUE_ITEM Item; // its parameter is this structure
  PVOID Routine;
  PVOID Object;
  PVOID Context;
  ULONG Queued; // until its routine is called
  ULONG Signature;
};

// Behind what FltGetFileNameInformation hands out; the name follows.
typedef struct _FLTP_NAME {
  ULONG Signature;
  LONG References;
  FLT_FILE_NAME_INFORMATION Information;
} FLTP_NAME;
