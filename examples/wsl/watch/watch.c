// wslwatch: a driver that watches all processes and threads, those of WSL too. Three things are different with them:
//  * only PsSetCreateProcessNotifyRoutineEx2 and the Subsystems type of thread callbacks see them, not the older registrations;
//  * FileObject, ImageFileName and CommandLine may each be NULL (a fork has none of them), and there is no PEB;
//  * the command line is argv with NULs between the arguments: Length says where it ends, not its first NUL.
#include <ntifs.h>

LONG g_Win32;          // processes created since the driver was loaded
LONG g_Linux;
LONG g_Alive;          // of both kinds
LONG g_LinuxThreads;

// IDs of the WSL processes that are alive. A process is reported before its threads and ends after them, so a thread finds its process here.
#define MAX_LINUX 64
static HANDLE g_Ids[MAX_LINUX];
static KSPIN_LOCK g_Lock;

// Puts Value into the first place that holds Old.
static BOOLEAN ReplaceId(HANDLE Old, HANDLE Value)
{
    KIRQL irql;
    BOOLEAN found = FALSE;

    KeAcquireSpinLock(&g_Lock, &irql);
    for (ULONG i = 0; i < MAX_LINUX && !found; i++) {
        if (g_Ids[i] == Old) {
            g_Ids[i] = Value;
            found = TRUE;
        }
    }
    KeReleaseSpinLock(&g_Lock, irql);
    return found;
}

static BOOLEAN IsLinux(HANDLE ProcessId)
{
    return ReplaceId(ProcessId, ProcessId);
}

static VOID OnLinuxProcess(HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info)
{
    WCHAR buffer[64];
    UNICODE_STRING line = { 0, sizeof(buffer), buffer };

    InterlockedIncrement(&g_Linux);
    ReplaceId(NULL, ProcessId);
    if (Info->ImageFileName == NULL) {
        DbgPrint("wslwatch: a fork of process %Iu\n", (ULONG_PTR)Info->ParentProcessId);
        return;
    }
    if (Info->CommandLine != NULL) {
        RtlCopyUnicodeString(&line, Info->CommandLine); // as much as fits
        for (USHORT i = 0; i < line.Length / sizeof(WCHAR); i++)
            if (line.Buffer[i] == L'\0')
                line.Buffer[i] = L' ';
    }
    // After an exec the parent is the short-lived process that forked: do not expect to find it alive later.
    DbgPrint("wslwatch: %wZ, parent %Iu: %wZ\n", Info->ImageFileName, (ULONG_PTR)Info->ParentProcessId, &line);
}

static VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info)
{
    UNREFERENCED_PARAMETER(Process);
    if (Info == NULL) {
        // the kind of process is not told at its end: the table knows it, or a query with ProcessSubsystemInformation
        ReplaceId(ProcessId, NULL);
        InterlockedDecrement(&g_Alive);
        return;
    }
    InterlockedIncrement(&g_Alive);
    if (Info->IsSubsystemProcess)
        OnLinuxProcess(ProcessId, Info);
    else
        InterlockedIncrement(&g_Win32);
}

// All threads, of Win32 and WSL processes alike. The callback gets IDs only, so the driver's own table says what kind of process it is.
static VOID OnThread(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create)
{
    UNREFERENCED_PARAMETER(ThreadId);
    if (!IsLinux(ProcessId))
        return;
    if (Create)
        InterlockedIncrement(&g_LinuxThreads);
    else
        InterlockedDecrement(&g_LinuxThreads);
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsRemoveCreateThreadNotifyRoutine(OnThread);
    PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)OnProcess, TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = Unload;
    KeInitializeSpinLock(&g_Lock);
    // Windows 10 1703 and later. A driver for older systems asks MmGetSystemRoutineAddress and falls back to Ex, which sees no WSL process.
    status = PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)OnProcess, FALSE);
    if (!NT_SUCCESS(status))
        return status;
    status = PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)OnThread);
    if (!NT_SUCCESS(status))
        PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)OnProcess, TRUE);
    return status;
}
