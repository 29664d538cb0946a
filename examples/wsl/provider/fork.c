// fork and exec. Both are new NT processes: that is what every other driver sees, with the create information that is given here.
#include "lxsim.h"

#define LX_EAGAIN (-11)
#define LX_ENOMEM (-12)
#define LX_EACCES (-13)
#define LX_EFAULT (-14)
#define LX_MAX_PATH 64
#define LX_MAX_ARGUMENTS 8

static LONGLONG LxError(NTSTATUS Status)
{
    if (Status == STATUS_ACCESS_DENIED)
        return LX_EACCES; // a process callback refused it
    return Status == STATUS_INSUFFICIENT_RESOURCES ? LX_ENOMEM : LX_EAGAIN;
}

// The child has a copy of the parent's address space and begins with the parent's registers, so it comes back from the same system call, with 0.
LONGLONG LxFork(PKTRAP_FRAME Trap)
{
    PS_PICO_PROCESS_ATTRIBUTES process = { 0 };
    PS_PICO_THREAD_ATTRIBUTES thread = { 0 };
    PLX_PROCESS self = LxCurrent(), child;
    HANDLE processHandle, threadHandle;
    NTSTATUS status;
    LONG pid;

    if (self == NULL || (child = LxCreate(self->Pid)) == NULL)
        return LX_ENOMEM;
    pid = child->Pid;
    process.Context = child;
    process.Flags = PS_PICO_CREATE_PROCESS_CLONE_PARENT | PS_PICO_CREATE_PROCESS_INHERIT_HANDLES;
    status = g_Pico.CreateProcess(&process, NULL, &processHandle);
    if (!NT_SUCCESS(status)) {
        LxDiscard(child);
        return LxError(status);
    }
    ObReferenceObjectByHandle(processHandle, 0, *PsProcessType, KernelMode, (PVOID *)&child->Process, NULL);
    ObDereferenceObject(child->Process); // the handle keeps it as long as we need it

    thread.Process = processHandle;
    thread.StartRoutine = Trap->Rip;
    thread.UserStack = Trap->Rsp;
    thread.Rbx = Trap->Rbx;
    thread.Rbp = Trap->Rbp;
    thread.Rax = 0;
    // from here on the child may run, end, and be waited for
    status = g_Pico.CreateThread(&thread, NULL, &threadHandle);
    if (NT_SUCCESS(status))
        ZwClose(threadHandle);
    else
        LxDiscard(child);
    ZwClose(processHandle);
    return NT_SUCCESS(status) ? pid : LxError(status);
}

// Characters of user mode as UTF-16; FALSE when they do not fit.
static BOOLEAN LxCopy(PCSTR UserText, PUNICODE_STRING Text)
{
    for (;;) {
        CHAR c;
        ProbeForRead(UserText, 1, 1);
        c = *UserText++;
        if (Text->Length + sizeof(WCHAR) > Text->MaximumLength)
            return FALSE;
        if (c == '\0')
            return TRUE;
        Text->Buffer[Text->Length / sizeof(WCHAR)] = (WCHAR)(UCHAR)c;
        Text->Length += sizeof(WCHAR);
    }
}

// exec: a fresh NT process takes over the Linux process, and the one that called ends. Its parent is therefore that short-lived process.
LONGLONG LxExec(PCSTR UserPath, PCSTR *UserArgv)
{
    WCHAR pathBuffer[LX_MAX_PATH], commandBuffer[2 * LX_MAX_PATH];
    UNICODE_STRING path = { 0, sizeof(pathBuffer), pathBuffer };
    UNICODE_STRING command = { 0, sizeof(commandBuffer), commandBuffer };
    PS_PICO_CREATE_INFO info = { 0 };
    PS_PICO_PROCESS_ATTRIBUTES process = { 0 };
    PS_PICO_THREAD_ATTRIBUTES thread = { 0 };
    PLX_PROCESS self = LxCurrent();
    PEPROCESS object;
    HANDLE processHandle, threadHandle;
    NTSTATUS status;
    BOOLEAN fits = TRUE;

    if (self == NULL)
        return LX_ENOMEM;
    __try {
        fits = LxCopy(UserPath, &path);
        for (ULONG i = 0; fits && UserArgv != NULL && i < LX_MAX_ARGUMENTS; i++) {
            ProbeForRead(&UserArgv[i], sizeof(UserArgv[i]), sizeof(UserArgv[i]));
            if (UserArgv[i] == NULL)
                break;
            if (i > 0) {
                // arguments are separated by NULs, in one counted string
                command.Buffer[command.Length / sizeof(WCHAR)] = L'\0';
                command.Length += sizeof(WCHAR);
            }
            fits = LxCopy(UserArgv[i], &command);
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return LX_EFAULT;
    }
    if (!fits)
        return LX_ENOMEM;

    info.ImageFileName = &path;
    info.CommandLine = &command;
    process.Context = self;
    status = g_Pico.CreateProcess(&process, &info, &processHandle);
    if (!NT_SUCCESS(status))
        return LxError(status);
    ObReferenceObjectByHandle(processHandle, 0, *PsProcessType, KernelMode, (PVOID *)&object, NULL);
    ObDereferenceObject(object);

    // A real provider maps the segments of an ELF file here. Interlock has the bodies of the scenario for the path.
    status = InterlockMapPicoProgram(processHandle, &path, &thread.StartRoutine, &thread.UserStack);
    if (NT_SUCCESS(status)) {
        PEPROCESS old = self->Process;
        thread.Process = processHandle;
        self->Process = object; // its end is the end of the Linux process now
        status = g_Pico.CreateThread(&thread, &info, &threadHandle);
        if (NT_SUCCESS(status))
            ZwClose(threadHandle);
        else
            self->Process = old;
    }
    if (!NT_SUCCESS(status))
        g_Pico.TerminateProcess(object, status);
    ZwClose(processHandle);
    if (!NT_SUCCESS(status))
        return LxError(status);
    g_Pico.TerminateProcess(PsGetCurrentProcess(), STATUS_SUCCESS);
    return 0;
}
