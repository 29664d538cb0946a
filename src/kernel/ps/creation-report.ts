// What both ways to make a process (create-process.ts, pico-thread.ts) do about its creation callbacks: the create information they get, whether they refused it, and
// what becomes of a refused process (reference: callbacks.md 2, 6).
import type { Addr, Status } from '../../machine/abi.js';
import { signalObject } from '../ke/dispatcher.js';
import type { Frame, Kernel } from '../kernel.js';
import { CLIENT_ID, EPROCESS, ETHREAD, PS_CREATE_NOTIFY_INFO } from '../layouts.gen.js';
import { pidOf } from '../ob/note.js';
import { terminateThread } from './exit.js';
import { callProcessNotify, isVeto } from './notify-call.js';
import { freePicoFrame } from './pico.js';
import { countLiveProcess, isSubsystemProcess, ProcessFlag, setProcessFlag, setThreadFlag, ThreadFlag } from './state.js';
import { discardThread, queueForReaper } from './thread.js';

const FILE_OPEN_NAME_AVAILABLE = 1;
const IS_SUBSYSTEM_PROCESS = 2;

/** Fills the create information but for file and names. True: those are to be given. Runs in the creator's context. */
export function beginNotifyInfo(k: Kernel, info: Addr, process: Addr): boolean {
  const m = k.mem;
  const subsystem = isSubsystemProcess(k, process);
  m.fill(info, PS_CREATE_NOTIFY_INFO.sizeof);
  m.setPtr(info + PS_CREATE_NOTIFY_INFO.Size, PS_CREATE_NOTIFY_INFO.sizeof);
  m.setU32(info + PS_CREATE_NOTIFY_INFO.Flags, subsystem ? IS_SUBSYSTEM_PROCESS : FILE_OPEN_NAME_AVAILABLE);
  m.setPtr(info + PS_CREATE_NOTIFY_INFO.ParentProcessId, m.ptr(process + EPROCESS.InheritedFromUniqueProcessId));
  m.copy(info + PS_CREATE_NOTIFY_INFO.CreatingThreadId, k.currentThread() + ETHREAD.Cid, CLIENT_ID.sizeof);
  const names = !subsystem || k.choice('subsystem-names') === 'given';
  if (subsystem && names && k.choice('subsystem-open-name') === 'yes')
    m.setU32(info + PS_CREATE_NOTIFY_INFO.Flags, IS_SUBSYSTEM_PROCESS | FILE_OPEN_NAME_AVAILABLE);
  return names;
}

/** Does this CreationStatus end the creation of the process? */
export const refuses = (k: Kernel, process: Addr, status: number): boolean =>
  isVeto(k, status) && !(isSubsystemProcess(k, process) && k.choice('subsystem-veto') === 'ignore');

/**
 * A callback refused the process: its exit notification comes as the machine has it (U). A status: the creator is telling it, and calls discardVetoed at `nextPc`;
 * undefined: nothing is left to do.
 */
export function refuse(k: Kernel, f: Frame, nextPc: number, process: Addr, thread: Addr, status: number): Status | undefined {
  k.mem.setI32(process + EPROCESS.ExitStatus, status);
  const how = k.choice('vetoed-process-exit');
  if (how === 'in-creator') return callProcessNotify(k, f, nextPc, process, 0);
  if (how === 'not-told') {
    discardVetoed(k, process, thread, status);
    return undefined;
  }
  // the first thread starts and ends before it does anything else
  setProcessFlag(k, process, ProcessFlag.Vetoed);
  k.event('ps.process-vetoed', { process: pidOf(k, process), status: status >>> 0 });
  terminateThread(k, thread, status);
  k.startThread(thread);
  return undefined;
}

/** The process never ran: its thread ends without having started, the process object becomes signalled with the veto's status. */
export function discardVetoed(k: Kernel, process: Addr, thread: Addr, status: number): void {
  const m = k.mem;
  m.setI64(process + EPROCESS.ExitTime, k.systemTime());
  m.setI32(thread + ETHREAD.ExitStatus, status);
  setProcessFlag(k, process, ProcessFlag.Deleting | ProcessFlag.Vetoed | ProcessFlag.ExitReported);
  setThreadFlag(k, thread, ThreadFlag.Terminated | ThreadFlag.Dead);
  m.setU32(process + EPROCESS.ActiveThreads, 0);
  countLiveProcess(k, -1);
  freePicoFrame(k, thread);
  discardThread(k, thread);
  queueForReaper(k, thread);
  signalObject(k, process);
  k.event('ps.process-exit', { process: pidOf(k, process), status: status >>> 0 });
  k.event('ps.process-vetoed', { process: pidOf(k, process), status: status >>> 0 });
}
