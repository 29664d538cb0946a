// The Linux processes: a list under a fast mutex, zombies until their parent has waited for them.
#include "lxsim.h"

#define LX_ECHILD (-10)
#define LX_EFAULT (-14)
#define LX_EINTR (-4)

static LIST_ENTRY g_Processes = { &g_Processes, &g_Processes };
static FAST_MUTEX g_Lock;
static LONG g_NextPid;

VOID LxInitialize(VOID)
{
    ExInitializeFastMutex(&g_Lock);
}

static VOID LxLock(VOID)
{
    ExAcquireFastMutex(&g_Lock);
}

static VOID LxUnlock(VOID)
{
    ExReleaseFastMutex(&g_Lock);
}

PLX_PROCESS LxCreate(LONG ParentPid)
{
    PLX_PROCESS linux = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*linux), LX_TAG);

    if (linux == NULL)
        return NULL;
    linux->Pid = InterlockedIncrement(&g_NextPid);
    linux->ParentPid = ParentPid;
    KeInitializeEvent(&linux->ChildEnded, SynchronizationEvent, FALSE);
    LxLock();
    InsertTailList(&g_Processes, &linux->Link);
    LxUnlock();
    return linux;
}

static PLX_PROCESS LxFind(BOOLEAN (*Match)(PLX_PROCESS, PVOID), PVOID Value)
{
    for (PLIST_ENTRY e = g_Processes.Flink; e != &g_Processes; e = e->Flink) {
        PLX_PROCESS linux = CONTAINING_RECORD(e, LX_PROCESS, Link);
        if (Match(linux, Value))
            return linux;
    }
    return NULL;
}

static BOOLEAN LxIsProcess(PLX_PROCESS Linux, PVOID Process)
{
    return Linux->Process == Process;
}

static BOOLEAN LxIsPid(PLX_PROCESS Linux, PVOID Pid)
{
    return Linux->Pid == *(LONG *)Pid;
}

// The context of the current process. Those that we made have one from the start; the one that the service started gets it with its first system call.
PLX_PROCESS LxCurrent(VOID)
{
    PEPROCESS process = PsGetCurrentProcess();
    PLX_PROCESS linux = g_Pico.GetProcessContext(process);

    if (linux != NULL)
        return linux;
    LxLock();
    linux = LxFind(LxIsProcess, process);
    LxUnlock();
    if (linux == NULL) {
        linux = LxCreate(0);
        if (linux != NULL)
            linux->Process = process;
    }
    return linux;
}

// A child that could not be made after all.
VOID LxDiscard(PLX_PROCESS Linux)
{
    LxLock();
    RemoveEntryList(&Linux->Link);
    LxUnlock();
    ExFreePoolWithTag(Linux, LX_TAG);
}

// The process has said how it ends; its address space goes with the NT process.
VOID LxExit(PLX_PROCESS Linux, LONG Status)
{
    Linux->Status = Status;
}

// Last thread of an NT process gone. After exec it is not the Linux process that has ended.
VOID LxProcessGone(PEPROCESS Process)
{
    PLX_PROCESS linux, parent;

    LxLock();
    linux = LxFind(LxIsProcess, Process);
    if (linux != NULL) {
        linux->Ended = TRUE;
        linux->Process = NULL;
        parent = LxFind(LxIsPid, &linux->ParentPid);
        if (parent != NULL) {
            KeSetEvent(&parent->ChildEnded, IO_NO_INCREMENT, FALSE);
        } else {
            // nobody will ask
            RemoveEntryList(&linux->Link);
            ExFreePoolWithTag(linux, LX_TAG);
        }
    }
    LxUnlock();
}

// wait4(pid, *status, options, NULL)
LONGLONG LxWait(LONG Pid, LONG *UserStatus, BOOLEAN NoHang)
{
    PLX_PROCESS self = LxCurrent();

    if (self == NULL)
        return LX_ECHILD;
    for (;;) {
        BOOLEAN any = FALSE;
        LONG found = 0, status = 0;
        NTSTATUS waited;

        LxLock();
        for (PLIST_ENTRY e = g_Processes.Flink; e != &g_Processes; e = e->Flink) {
            PLX_PROCESS child = CONTAINING_RECORD(e, LX_PROCESS, Link);
            if (child->ParentPid != self->Pid || (Pid > 0 && child->Pid != Pid))
                continue;
            any = TRUE;
            if (child->Ended) {
                found = child->Pid;
                status = child->Status;
                RemoveEntryList(&child->Link);
                ExFreePoolWithTag(child, LX_TAG);
                break;
            }
        }
        LxUnlock();
        if (found != 0) {
            __try {
                if (UserStatus != NULL) {
                    ProbeForWrite(UserStatus, sizeof(*UserStatus), sizeof(*UserStatus));
                    *UserStatus = status;
                }
            } __except (EXCEPTION_EXECUTE_HANDLER) {
                return LX_EFAULT;
            }
            return found;
        }
        if (!any)
            return LX_ECHILD;
        if (NoHang)
            return 0;
        waited = KeWaitForSingleObject(&self->ChildEnded, UserRequest, UserMode, FALSE, NULL);
        if (waited != STATUS_SUCCESS)
            return LX_EINTR; // the thread is being terminated
    }
}
