// User APCs and alerts as services: NtQueueApcThread(Ex), NtTestAlert, NtAlertThread, NtAlertResumeThread (reference: scheduler.md §11).
import type { Addr, Status } from '../../machine/abi.js';
import { alertThread, initializeApc, insertQueueApc, resumeThread, testAlert } from '../ke/apc.js';
import { UserMode } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KAPC } from '../layouts.gen.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { isSystemThread } from './state.js';

const THREAD_SET_CONTEXT = 0x10;
const THREAD_ALERT = 4;
const SPECIAL_USER_APC = 1;

/** A service on a thread handle: `act` gives the status. */
function onThread(name: string, args: number, access: number, act: (k: Kernel, f: Frame, thread: Addr) => number): ServiceDefinition {
  return {
    name,
    args,
    locals: 1,
    step(k, f) {
      if (f.pc === 1) return k.return(f.get(0));
      const r = referenceFor(k, f.ptr(0), access, ObType.Thread);
      if (!ntSuccess(r.status)) return k.return(r.status);
      f.set(0, act(k, f, r.body));
      return k.call(f, 1, 'ObfDereferenceObject', [r.body]);
    },
  };
}

/** Routine(A1, A2, A3) in the user mode of the thread. */
function queueApc(k: Kernel, thread: Addr, routine: Addr, a: readonly [bigint, bigint, bigint], special: boolean): number {
  if (isSystemThread(k, thread)) return NT.INVALID_HANDLE;
  const apc = k.pool.allocate('nonpaged', KAPC.sizeof, 'Psap');
  if (apc === 0) return NT.INSUFFICIENT_RESOURCES;
  const free = k.addressOf('PspQueueApcRundown');
  initializeApc(k, apc, thread, {
    kernelRoutine: k.addressOf('PspQueueApcSpecialApc'),
    rundownRoutine: free,
    normalRoutine: routine,
    mode: UserMode,
    context: a[0],
    special,
  });
  if (insertQueueApc(k, apc, a[1], a[2], 0)) return NT.SUCCESS;
  k.pool.free(apc);
  return NT.UNSUCCESSFUL;
}

const services: ServiceDefinition[] = [
  // (ThreadHandle, ApcRoutine, Argument1, Argument2, Argument3)
  onThread('QueueApcThread', 5, THREAD_SET_CONTEXT, (k, f, t) => queueApc(k, t, f.ptr(1), [f.i64(2), f.i64(3), f.i64(4)], false)),
  // (ThreadHandle, ReserveHandle or flags, ApcRoutine, Argument1, Argument2, Argument3)
  onThread('QueueApcThreadEx', 6, THREAD_SET_CONTEXT, (k, f, t) =>
    queueApc(k, t, f.ptr(2), [f.i64(3), f.i64(4), f.i64(5)], f.ptr(1) === SPECIAL_USER_APC),
  ),
  onThread('AlertThread', 1, THREAD_ALERT, (k, _f, t) => {
    alertThread(k, t, previousMode(k));
    return NT.SUCCESS;
  }),
  // (ThreadHandle, PreviousSuspendCount)
  onThread('AlertResumeThread', 2, THREAD_ALERT, (k, f, t) => {
    if (f.ptr(1) !== 0) probeUser(k, f.ptr(1), 4, true);
    alertThread(k, t, previousMode(k));
    const count = resumeThread(k, t);
    if (f.ptr(1) !== 0) k.mem.checked.setU32(f.ptr(1), count);
    return NT.SUCCESS;
  }),
  { name: 'TestAlert', args: 0, step: (k): Status => k.return(testAlert(k, previousMode(k)) ? NT.ALERTED : NT.SUCCESS) },
];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // Kernel routine: (Apc, ...)
    name: 'PspQueueApcSpecialApc',
    cost: 5,
    step(k, f) {
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    // (Apc)
    name: 'PspQueueApcRundown',
    cost: 5,
    step(k, f) {
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
];
