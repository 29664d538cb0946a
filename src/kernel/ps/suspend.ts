// Suspending and resuming threads and processes (reference: ps-routines.md 7). A suspension is a count in the thread and a kernel APC that waits in it, so it
// takes effect when the thread accepts APCs; the count is there at once.
import type { Addr, Status } from '../../machine/abi.js';
import { resumeThread, suspendThread } from '../ke/apc.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { liveThreads } from './exit.js';
import { hasProcessFlag, hasThreadFlag, ProcessFlag, ThreadFlag } from './state.js';

const THREAD_SUSPEND_RESUME = 2;
const PROCESS_SUSPEND_RESUME = 0x800;

/** Count before, or -1: it is at its maximum. */
type Act = (k: Kernel, thread: Addr) => number;

/** One thread; the count before goes to `previous` when that is not NULL. */
function one(k: Kernel, thread: Addr, act: Act, previous: Addr): number {
  if (hasThreadFlag(k, thread, ThreadFlag.Terminated)) return NT.THREAD_IS_TERMINATING;
  const count = act(k, thread);
  if (count < 0) return NT.SUSPEND_COUNT_EXCEEDED;
  if (previous !== 0) k.mem.checked.setU32(previous, count);
  return NT.SUCCESS;
}

function all(k: Kernel, process: Addr, act: Act): number {
  if (hasProcessFlag(k, process, ProcessFlag.Deleting)) return NT.PROCESS_IS_TERMINATING;
  for (const t of liveThreads(k, process)) act(k, t);
  return NT.SUCCESS;
}

function drop(k: Kernel, f: Frame, body: Addr, status: number): Status {
  f.set(0, status);
  return k.call(f, 1, 'ObfDereferenceObject', [body]);
}

/** (Handle, PULONG PreviousCount | NULL) */
const threadService = (name: string, act: Act): ServiceDefinition => ({
  name,
  args: 2,
  locals: 1,
  step(k, f) {
    if (f.pc === 1) return k.return(f.get(0));
    if (f.ptr(1) !== 0) {
      probeUser(k, f.ptr(1), 4, true);
      k.mem.checked.u32(f.ptr(1)); // a bad pointer shows before the thread is touched
    }
    const r = referenceFor(k, f.ptr(0), THREAD_SUSPEND_RESUME, ObType.Thread);
    if (!ntSuccess(r.status)) return k.return(r.status);
    return drop(k, f, r.body, one(k, r.body, act, f.ptr(1)));
  },
});

/** (Handle) */
const processService = (name: string, act: Act): ServiceDefinition => ({
  name,
  args: 1,
  locals: 1,
  step(k, f) {
    if (f.pc === 1) return k.return(f.get(0));
    const r = referenceFor(k, f.ptr(0), PROCESS_SUSPEND_RESUME, ObType.Process);
    if (!ntSuccess(r.status)) return k.return(r.status);
    return drop(k, f, r.body, all(k, r.body, act));
  },
});

export const routines: KernelRoutine[] = [
  ...makeServices([
    threadService('SuspendThread', suspendThread),
    threadService('ResumeThread', resumeThread),
    processService('SuspendProcess', suspendThread),
    processService('ResumeProcess', resumeThread),
  ]),
  { name: 'PsSuspendProcess', cost: 30, step: (k, f) => k.return(all(k, f.ptr(0), suspendThread)) },
  { name: 'PsResumeProcess', cost: 30, step: (k, f) => k.return(all(k, f.ptr(0), resumeThread)) },
  // (Thread, PULONG PreviousCount | NULL)
  { name: 'PsSuspendThread', cost: 30, step: (k, f) => k.return(one(k, f.ptr(0), suspendThread, f.ptr(1))) },
  { name: 'PsResumeThread', cost: 30, step: (k, f) => k.return(one(k, f.ptr(0), resumeThread, f.ptr(1))) },
];
