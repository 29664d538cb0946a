// The small Ps routines that answer a question about a process or thread. Pointers come from drivers, so every read is checked: a NULL or freed object
// faults as on Windows (reference: ps-routines.md 3, 4, 10).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CLIENT_ID, EPROCESS, ETHREAD, KTHREAD, UNICODE_STRING } from '../layouts.gen.js';
import { referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { processById, threadById } from './cid.js';
import { hasProcessFlag, isSubsystemProcess, ProcessFlag, processOf, STATUS_STILL_ACTIVE, ThreadFlag } from './state.js';

type Answer = (k: Kernel, f: Frame) => number | bigint;

function query(names: string | readonly string[], answer: Answer): KernelRoutine[] {
  return (typeof names === 'string' ? [names] : names).map((name) => ({
    name,
    cost: 3,
    step(k, f) {
      const value = answer(k, f);
      return typeof value === 'bigint' ? k.returnBig(value) : k.return(value);
    },
  }));
}

const field =
  (offset: number): Answer =>
  (k, f) =>
    k.mem.checked.ptr(f.ptr(0) + offset);
const threadFlag =
  (flag: number): Answer =>
  (k, f) =>
    k.mem.checked.u32(f.ptr(0) + ETHREAD.CrossThreadFlags) & flag ? 1 : 0;

const BOOT_ID = 1n;
/** PS_PROTECTION.Type */
const PROTECTED_LIGHT = 1;

function lookup(k: Kernel, f: Frame, body: Addr, out: Addr, unknown: (k: Kernel) => number = () => NT.INVALID_CID): Status {
  if (body === 0) return k.return(unknown(k));
  k.mem.checked.setPtr(out, body);
  referenceObject(k, body);
  return k.return(NT.SUCCESS);
}

/** While the exit callbacks run the status may not be there yet (O). */
function exitStatus(k: Kernel, process: Addr): number {
  const status = k.mem.checked.i32(process + EPROCESS.ExitStatus);
  const reporting = hasProcessFlag(k, process, ProcessFlag.Deleting) && !hasProcessFlag(k, process, ProcessFlag.ExitReported);
  return reporting && k.choice('exit-callback-status') === 'pending' ? NT.PENDING : status;
}

const unknownThread = (k: Kernel): number =>
  k.choice('lookup-unknown-thread') === 'invalid-parameter' ? NT.INVALID_PARAMETER : NT.INVALID_CID;

export const routines: KernelRoutine[] = [
  ...query(['PsGetCurrentThreadId'], (k) => k.mem.ptr(k.currentThread() + ETHREAD.Cid + CLIENT_ID.UniqueThread)),
  ...query(['PsGetCurrentProcessId'], (k) => k.mem.ptr(k.currentThread() + ETHREAD.Cid + CLIENT_ID.UniqueProcess)),
  ...query(['IoGetCurrentProcess', 'PsGetCurrentProcess'], (k) => k.currentProcess()),
  ...query(['PsGetCurrentThread'], (k) => k.currentThread()),
  ...query('PsGetCurrentThreadProcess', (k) => processOf(k, k.currentThread())),
  ...query('PsGetCurrentThreadProcessId', (k) => k.mem.ptr(k.currentThread() + ETHREAD.Cid + CLIENT_ID.UniqueProcess)),
  ...query('PsGetProcessId', field(EPROCESS.UniqueProcessId)),
  ...query('PsGetProcessInheritedFromUniqueProcessId', field(EPROCESS.InheritedFromUniqueProcessId)),
  ...query('PsGetProcessPeb', field(EPROCESS.Peb)),
  ...query('PsGetProcessSectionBaseAddress', field(EPROCESS.SectionBaseAddress)),
  ...query('PsGetProcessWow64Process', field(EPROCESS.WoW64Process)),
  ...query('PsGetCurrentProcessWow64Process', (k) => k.mem.ptr(k.currentProcess() + EPROCESS.WoW64Process)),
  ...query('PsGetProcessDebugPort', field(EPROCESS.DebugPort)),
  ...query('PsGetProcessJob', field(EPROCESS.Job)),
  ...query('PsGetProcessCreateTimeQuadPart', (k, f) => k.mem.checked.i64(f.ptr(0) + EPROCESS.CreateTime)),
  ...query('PsGetProcessExitStatus', (k, f) => exitStatus(k, f.ptr(0))),
  ...query('PsGetProcessExitProcessCalled', (k, f) => (k.mem.checked.u32(f.ptr(0) + EPROCESS.Flags) & ProcessFlag.Deleting ? 1 : 0)),
  ...query('PsGetProcessExitTime', (k) => k.mem.i64(processOf(k, k.currentThread()) + EPROCESS.ExitTime)),
  ...query('PsGetProcessStartKey', (k, f) => (BOOT_ID << 48n) | k.mem.checked.i64(f.ptr(0) + EPROCESS.SequenceNumber)),
  ...query(['PsGetProcessSessionId', 'PsGetProcessSessionIdEx'], (k, f) => k.mem.checked.u32(f.ptr(0) + EPROCESS.SessionId)),
  ...query('PsGetCurrentProcessSessionId', (k) => k.mem.u32(k.currentProcess() + EPROCESS.SessionId)),
  ...query('PsGetProcessPriorityClass', (k, f) => k.mem.checked.u8(f.ptr(0) + EPROCESS.PriorityClass)),
  ...query('PsGetProcessImageFileName', (k, f) => {
    k.mem.checked.u8(f.ptr(0) + EPROCESS.ImageFileName);
    return f.ptr(0) + EPROCESS.ImageFileName;
  }),
  ...query('PsIsSystemProcess', (k, f) => (k.mem.checked.ptr(f.ptr(0) + EPROCESS.UniqueProcessId) === 4 ? 1 : 0)),
  ...query('PsIsProtectedProcess', (k, f) => ((k.mem.checked.u8(f.ptr(0) + EPROCESS.Protection) & 7) >= PROTECTED_LIGHT ? 1 : 0)),
  ...query('PsIsProtectedProcessLight', (k, f) => ((k.mem.checked.u8(f.ptr(0) + EPROCESS.Protection) & 7) === PROTECTED_LIGHT ? 1 : 0)),
  ...query('PsGetProcessProtection', (k, f) => k.mem.checked.u8(f.ptr(0) + EPROCESS.Protection)),
  ...query('PsGetThreadId', field(ETHREAD.Cid + CLIENT_ID.UniqueThread)),
  ...query('PsGetThreadProcessId', field(ETHREAD.Cid + CLIENT_ID.UniqueProcess)),
  ...query(['PsGetThreadProcess', 'IoThreadToProcess'], field(KTHREAD.Process)),
  ...query('PsGetThreadTeb', field(KTHREAD.Teb)),
  ...query('PsGetCurrentThreadTeb', (k) => {
    const thread = k.currentThread();
    return k.currentProcess() === processOf(k, thread) ? k.mem.ptr(thread + KTHREAD.Teb) : 0;
  }),
  ...query('PsGetThreadCreateTime', (k, f) => k.mem.checked.i64(f.ptr(0) + ETHREAD.CreateTime)),
  ...query('PsGetThreadExitStatus', (k, f) =>
    k.mem.checked.u32(f.ptr(0) + ETHREAD.CrossThreadFlags) & ThreadFlag.Dead
      ? k.mem.i32(f.ptr(0) + ETHREAD.ExitStatus)
      : STATUS_STILL_ACTIVE,
  ),
  ...query(['PsIsSystemThread', 'IoIsSystemThread'], threadFlag(ThreadFlag.System)),
  ...query('PsIsThreadTerminating', threadFlag(ThreadFlag.Terminated)),
  ...query('PsIsThreadImpersonating', (k, f) => (k.mem.checked.ptr(f.ptr(0) + ETHREAD.ImpersonationToken) === 0 ? 0 : 1)),
  ...query('PsGetThreadSessionId', (k, f) => k.mem.checked.u32(k.mem.checked.ptr(f.ptr(0) + KTHREAD.Process) + EPROCESS.SessionId)),
  // the window manager's part of processes and threads: there is none
  ...query(
    ['PsGetThreadWin32Thread', 'PsGetCurrentThreadWin32Thread', 'PsGetProcessWin32Process', 'PsGetProcessWin32WindowStation'],
    () => 0,
  ),
  {
    // (ProcessId, *Process)
    name: 'PsLookupProcessByProcessId',
    cost: 10,
    step(k, f) {
      const process = processById(k, f.ptr(0));
      const gone = process !== 0 && hasProcessFlag(k, process, ProcessFlag.Deleting) && k.choice('exiting-process-lookup') === 'not-found';
      return lookup(k, f, gone ? 0 : process, f.ptr(1));
    },
  },
  {
    name: 'PsLookupThreadByThreadId',
    cost: 10,
    step: (k, f) => lookup(k, f, threadById(k, f.ptr(0)), f.ptr(1), unknownThread),
  },
  {
    // (PCLIENT_ID, *Process | NULL, *Thread)
    name: 'PsLookupProcessThreadByCid',
    cost: 12,
    step(k, f) {
      const c = k.mem.checked;
      const thread = threadById(k, c.ptr(f.ptr(0) + CLIENT_ID.UniqueThread));
      if (thread === 0 || k.mem.ptr(thread + ETHREAD.Cid + CLIENT_ID.UniqueProcess) !== c.ptr(f.ptr(0) + CLIENT_ID.UniqueProcess))
        return k.return(NT.INVALID_CID);
      const process = processOf(k, thread);
      if (f.ptr(1) !== 0) {
        c.setPtr(f.ptr(1), process);
        referenceObject(k, process);
      }
      c.setPtr(f.ptr(2), thread);
      referenceObject(k, thread);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Process, *FileObject): referenced
    name: 'PsReferenceProcessFilePointer',
    cost: 10,
    step(k, f) {
      const file = k.mem.checked.ptr(f.ptr(0) + EPROCESS.ImageFilePointer);
      if (file === 0) return k.return(NT.UNSUCCESSFUL);
      k.mem.checked.setPtr(f.ptr(1), file);
      referenceObject(k, file);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Process, PUNICODE_STRING *): a pool block with the string and its characters, caller frees
    name: 'SeLocateProcessImageName',
    cost: 20,
    step(k, f) {
      if (isSubsystemProcess(k, f.ptr(0)) && k.choice('subsystem-locate-name') === 'fails') {
        k.mem.checked.setPtr(f.ptr(1), 0);
        return k.return(NT.NOT_FOUND);
      }
      const info = k.mem.checked.ptr(f.ptr(0) + EPROCESS.SeAuditProcessCreationInfo);
      const length = info === 0 ? 0 : k.mem.u16(info + UNICODE_STRING.Length);
      const block = k.pool.allocate('paged', UNICODE_STRING.sizeof + length + 2, 'SeNm');
      if (block === 0) {
        k.mem.checked.setPtr(f.ptr(1), 0);
        return k.return(NT.NO_MEMORY);
      }
      const buffer = block + UNICODE_STRING.sizeof;
      k.mem.setU16(block + UNICODE_STRING.Length, length);
      k.mem.setU16(block + UNICODE_STRING.MaximumLength, length + 2);
      k.mem.setPtr(block + UNICODE_STRING.Buffer, buffer);
      if (length > 0) k.mem.copy(buffer, k.mem.ptr(info + UNICODE_STRING.Buffer), length);
      k.mem.setU16(buffer + length, 0);
      k.mem.checked.setPtr(f.ptr(1), block);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Process): its address space stays until it is released; STATUS_PROCESS_IS_TERMINATING once it goes
    name: 'PsAcquireProcessExitSynchronization',
    cost: 5,
    step(k, f) {
      if (k.mem.checked.ptr(f.ptr(0) + EPROCESS.RundownProtect) !== 0) return k.return(NT.PROCESS_IS_TERMINATING);
      const at = f.ptr(0) + EPROCESS.ExitSynchronizations;
      k.mem.setI32(at, k.mem.i32(at) + 1);
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'PsReleaseProcessExitSynchronization',
    cost: 5,
    step(k, f) {
      const at = f.ptr(0) + EPROCESS.ExitSynchronizations;
      const left = k.mem.checked.i32(at) - 1;
      k.mem.setI32(at, left);
      if (left === 0 && k.mem.ptr(f.ptr(0) + EPROCESS.RundownProtect) !== 0) k.signalEvent(f.ptr(0) + EPROCESS.ExitSynchronizationEvent);
      return k.returnVoid();
    },
  },
  {
    // (PULONG Major, PULONG Minor, PULONG Build, PUNICODE_STRING CSDVersion)
    name: 'PsGetVersion',
    cost: 5,
    step(k, f) {
      for (const [i, v] of [10, 0, k.config.windowsBuild].entries()) if (f.ptr(i) !== 0) k.mem.checked.setU32(f.ptr(i), v);
      if (f.ptr(3) !== 0) k.mem.checked.setU16(f.ptr(3) + UNICODE_STRING.Length, 0);
      return k.return(0);
    },
  },
];
