// The provider: registration, and the dispatcher of system calls. The kernel calls LxDispatch for every `syscall` of a pico thread, at PASSIVE_LEVEL and in its
// context; the trap frame holds the registers, and what is left in Rax is the result. Linux reports errors as small negative numbers.
#include "lxsim.h"

#define LX_ENOSYS (-38)
#define LX_EFAULT (-14)
#define LX_EBADF (-9)

PS_PICO_ROUTINES g_Pico = { sizeof(PS_PICO_ROUTINES) };

static LONGLONG LxWrite(LONG Descriptor, PCSTR UserText, SIZE_T Count)
{
    CHAR text[128];

    if (Descriptor != 1 && Descriptor != 2)
        return LX_EBADF;
    if (Count > sizeof(text) - 1)
        Count = sizeof(text) - 1;
    // a pointer of user mode: probed and read inside of __try
    __try {
        ProbeForRead(UserText, Count, 1);
        RtlCopyMemory(text, UserText, Count);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return LX_EFAULT;
    }
    text[Count] = '\0';
    DbgPrint("%s", text);
    return (LONGLONG)Count;
}

// struct timespec: seconds and nanoseconds
static LONGLONG LxNanosleep(const LONGLONG *UserTime)
{
    LARGE_INTEGER due;

    __try {
        ProbeForRead(UserTime, 2 * sizeof(LONGLONG), sizeof(LONGLONG));
        due.QuadPart = -(UserTime[0] * 10000000 + UserTime[1] / 100);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return LX_EFAULT;
    }
    // UserMode: the wait ends when the thread is terminated
    KeDelayExecutionThread(UserMode, FALSE, &due);
    return 0;
}

static VOID LxDispatch(PPS_PICO_SYSTEM_CALL_INFORMATION Call)
{
    PKTRAP_FRAME trap = Call->TrapFrame;
    PLX_PROCESS linux = LxCurrent();
    LONGLONG result = LX_ENOSYS;

    if (linux != NULL) {
        switch (trap->Rax) {
        case 1: // write
            result = LxWrite((LONG)trap->Rdi, (PCSTR)trap->Rsi, (SIZE_T)trap->Rdx);
            break;
        case 35: // nanosleep
            result = LxNanosleep((const LONGLONG *)trap->Rdi);
            break;
        case 39: // getpid
            result = linux->Pid;
            break;
        case 57: // fork
            result = LxFork(trap);
            break;
        case 59: // execve
            result = LxExec((PCSTR)trap->Rdi, (PCSTR *)trap->Rsi);
            break;
        case 60:  // exit: there is one thread a process here
        case 231: // exit_group
            LxExit(linux, ((LONG)trap->Rdi & 0xFF) << 8);
            // this thread ends too, before it would go back to user mode
            g_Pico.TerminateProcess(PsGetCurrentProcess(), (NTSTATUS)((LONG)trap->Rdi & 0xFF));
            return;
        case 61: // wait4
            result = LxWait((LONG)trap->Rdi, (LONG *)trap->Rsi, (trap->Rdx & 1) != 0);
            break;
        case 110: // getppid
            result = linux->ParentPid;
            break;
        }
    }
    trap->Rax = (ULONG64)result;
}

// A fault in user mode. Linux would send a signal; here nobody handles any, so the answer is no, both times, and the kernel ends the process.
static BOOLEAN LxException(PEXCEPTION_RECORD Record, PKEXCEPTION_FRAME Frame, PKTRAP_FRAME Trap, ULONG Chance, KPROCESSOR_MODE Mode)
{
    UNREFERENCED_PARAMETER(Record);
    UNREFERENCED_PARAMETER(Frame);
    UNREFERENCED_PARAMETER(Trap);
    UNREFERENCED_PARAMETER(Mode);
    if (Chance == 2) {
        PLX_PROCESS linux = LxCurrent();
        if (linux != NULL)
            LxExit(linux, 11); // SIGSEGV
    }
    return FALSE;
}

// Nothing hangs on threads here.
static VOID LxExitThread(PETHREAD Thread)
{
    UNREFERENCED_PARAMETER(Thread);
}

static VOID LxExitProcess(PEPROCESS Process)
{
    LxProcessGone(Process);
}

// Somebody called NtTerminateProcess for one of ours.
static NTSTATUS LxTerminate(PEPROCESS Process, NTSTATUS Status)
{
    return g_Pico.TerminateProcess(Process, Status);
}

static ULONG LxWalkStack(PKTRAP_FRAME Trap, PVOID *Callers, ULONG Count)
{
    if (Count == 0)
        return 0;
    Callers[0] = (PVOID)Trap->Rip;
    return 1;
}

static NTSTATUS LxImageName(PEPROCESS Process, PUNICODE_STRING *Name)
{
    UNREFERENCED_PARAMETER(Process);
    *Name = NULL;
    return STATUS_NOT_FOUND;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PS_PICO_PROVIDER_ROUTINES provider = { sizeof(provider) };

    UNREFERENCED_PARAMETER(RegistryPath);
    UNREFERENCED_PARAMETER(DriverObject); // no DriverUnload: there is no way to take a registration back

    LxInitialize();
    provider.DispatchSystemCall = LxDispatch;
    provider.ExitThread = LxExitThread;
    provider.ExitProcess = LxExitProcess;
    provider.DispatchException = LxException;
    provider.TerminateProcess = LxTerminate;
    provider.WalkUserStack = LxWalkStack;
    provider.GetAllocatedProcessImageName = LxImageName;
    provider.OpenProcess = PROCESS_ALL_ACCESS;
    provider.OpenThread = THREAD_ALL_ACCESS;
    provider.SubsystemInformationType = SubsystemInformationTypeWSL;

    // STATUS_TOO_LATE: not a boot-start driver. STATUS_INFO_LENGTH_MISMATCH: another build of Windows, whose tables have other sizes.
    return PsRegisterPicoProvider(&provider, &g_Pico);
}
