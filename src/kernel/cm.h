// Private structures of registry change notifications (cm/notify.ts).
#pragma once

// What a key object watches: made by the first NtNotifyChangeKey on it, gone with its last handle.
typedef struct _CMP_NOTIFY {
    LIST_ENTRY Link; // CM_GLOBALS.Notifies
    PVOID KeyBody;
    ULONG Filter; // REG_NOTIFY_CHANGE_*
    ULONG WatchTree;
    ULONG Changed; // a change came while nobody waited: the next call is complete at once
    ULONG Reserved;
    LIST_ENTRY Posts; // CMP_POST.Link
} CMP_NOTIFY;

// One call of NtNotifyChangeKey that waits for a change.
typedef struct _CMP_POST {
    LIST_ENTRY Link; // CMP_NOTIFY.Posts, empty when it is complete
    ULONG Kind; // 0 the caller waits, 1 completed where the change happens, 2 completed by an APC of the caller
    NTSTATUS Status;
    ULONG Agnostic; // REG_NOTIFY_THREAD_AGNOSTIC: the event is set although the thread has ended
    ULONG Reserved;
    PVOID Thread;
    PVOID Event; // referenced event object, or 0
    PIO_STATUS_BLOCK IoStatusBlock;
    PVOID ApcRoutine; // user APC, or 0
    PVOID WorkItem; // WORK_QUEUE_ITEM of a caller in kernel mode, or 0
    PVOID ApcContext; // of the APC; WORK_QUEUE_TYPE of the work item
    KEVENT Done;
    KAPC Apc;
    WORK_QUEUE_ITEM Hop; // queues WorkItem where a bug check of ExQueueWorkItem can be raised
} CMP_POST;
