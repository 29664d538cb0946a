// Timer objects: the services that set and cancel what NtCreateTimer makes. Expiry is the dispatcher's; an APC routine goes to the thread that set the timer, by a
// DPC, as on Windows. That thread is referenced until then, so a thread that has ended is only one that takes no APCs any more.
import type { Addr, Status } from '../../machine/abi.js';
import { initializeApc, insertQueueApc, removeQueueApc } from '../ke/apc.js';
import { ObjectType } from '../ke/constants.js';
import { initializeDpc, removeQueueDpc } from '../ke/dpc.js';
import { cancelTimer, setTimer } from '../ke/timer.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, ETIMER, TIMER_SET_COALESCABLE_TIMER_INFO as INFO } from '../layouts.gen.js';
import { referenceObject } from './object.js';
import { referenceFor } from './reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from './service.js';
import { NT, ntSuccess } from './status.js';
import { ObType } from './types.js';

const TIMER_MODIFY_STATE = 2;

interface Setting {
  readonly due: bigint;
  readonly apc: Addr;
  readonly context: Addr;
  readonly period: number;
  readonly previous: Addr;
}

const isSet = (k: Kernel, body: Addr): number => (k.mem.i32(body + DISPATCHER_HEADER.SignalState) !== 0 ? 1 : 0);

/** Stops the timer and what it has queued. Returns the thread whose reference is to be dropped, or 0. */
function stop(k: Kernel, body: Addr): Addr {
  cancelTimer(k, body);
  const thread = k.mem.ptr(body + ETIMER.ApcThread);
  if (thread === 0) return 0;
  removeQueueDpc(k, body + ETIMER.TimerDpc);
  removeQueueApc(k, body + ETIMER.TimerApc);
  k.mem.setPtr(body + ETIMER.ApcThread, 0);
  return thread;
}

/** Locals of the services: 0 the timer, 1 the status, 2 the thread to dereference. */
function open(k: Kernel, f: Frame, previous: Addr): number {
  if (previous !== 0) probeUser(k, previous, 1, true);
  const r = referenceFor(k, f.ptr(0), TIMER_MODIFY_STATE, ObType.Timer);
  f.set(0, r.body);
  return r.status;
}

function set(k: Kernel, f: Frame, s: Setting, resume: boolean): Status {
  if (s.period < 0) return k.return(NT.INVALID_PARAMETER_6);
  const status = open(k, f, s.previous);
  if (!ntSuccess(status)) return k.return(status);
  const body = f.get(0);
  if (s.previous !== 0) k.mem.checked.setU8(s.previous, isSet(k, body));
  f.set(2, stop(k, body));
  if (s.apc !== 0) {
    const thread = k.currentThread();
    referenceObject(k, thread);
    k.mem.setPtr(body + ETIMER.ApcThread, thread);
    const kernelRoutine = k.addressOf('KiSuspendNop');
    initializeApc(k, body + ETIMER.TimerApc, thread, { kernelRoutine, normalRoutine: s.apc, mode: previousMode(k), context: s.context });
    initializeDpc(k, body + ETIMER.TimerDpc, k.addressOf('ObpTimerDpc'), body, ObjectType.Dpc);
  }
  setTimer(k, body, s.due, s.period, s.apc === 0 ? 0 : body + ETIMER.TimerDpc);
  // nothing here can wake a sleeping system
  f.set(1, resume ? NT.TIMER_RESUME_IGNORED : NT.SUCCESS);
  return close(k, f);
}

function close(k: Kernel, f: Frame): Status {
  if (f.get(2) === 0) return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
  return k.call(f, 1, 'ObfDereferenceObject', [f.get(2)]);
}

/** After the first step of a service. */
function rest(k: Kernel, f: Frame): Status {
  return f.pc === 1 ? k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]) : k.return(f.get(1));
}

const services: ServiceDefinition[] = [
  {
    // (Handle, PLARGE_INTEGER DueTime, ApcRoutine, Context, ResumeTimer, Period, PBOOLEAN PreviousState)
    name: 'SetTimer',
    args: 7,
    locals: 3,
    step(k, f) {
      if (f.pc !== 0) return rest(k, f);
      probeUser(k, f.ptr(1), 8);
      const due = k.mem.checked.i64(f.ptr(1));
      return set(k, f, { due, apc: f.ptr(2), context: f.ptr(3), period: f.i32(5), previous: f.ptr(6) }, f.bool(4));
    },
  },
  {
    // (Handle, Class, PTIMER_SET_COALESCABLE_TIMER_INFO, Length); a tolerable delay of none is always permitted
    name: 'SetTimerEx',
    args: 4,
    locals: 3,
    step(k, f) {
      if (f.pc !== 0) return rest(k, f);
      if (f.u32(1) !== 0) return k.return(NT.INVALID_INFO_CLASS);
      if (f.u32(3) < INFO.sizeof) return k.return(NT.INFO_LENGTH_MISMATCH);
      const info = f.ptr(2);
      probeUser(k, info, INFO.sizeof);
      const c = k.mem.checked;
      const setting = {
        due: c.i64(info + INFO.DueTime),
        apc: c.ptr(info + INFO.TimerApcRoutine),
        context: c.ptr(info + INFO.TimerContext),
        period: c.i32(info + INFO.Period),
        previous: c.ptr(info + INFO.PreviousState),
      };
      return set(k, f, setting, c.ptr(info + INFO.WakeContext) !== 0);
    },
  },
  {
    // (Handle, PBOOLEAN CurrentState)
    name: 'CancelTimer',
    args: 2,
    locals: 3,
    step(k, f) {
      if (f.pc !== 0) return rest(k, f);
      const status = open(k, f, f.ptr(1));
      if (!ntSuccess(status)) return k.return(status);
      f.set(2, stop(k, f.get(0)));
      if (f.ptr(1) !== 0) k.mem.checked.setU8(f.ptr(1), isSet(k, f.get(0)));
      f.set(1, NT.SUCCESS);
      return close(k, f);
    },
  },
];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // KDEFERRED_ROUTINE (Dpc, timer, ...): the arguments of the APC are the time
    name: 'ObpTimerDpc',
    step(k, f) {
      const now = k.systemTime();
      insertQueueApc(k, f.ptr(1) + ETIMER.TimerApc, BigInt.asUintN(32, now), now >> 32n, 1);
      return k.returnVoid();
    },
  },
  {
    name: 'ObpDeleteTimer',
    locals: 1,
    step(k, f) {
      if (f.pc !== 0) return k.returnVoid();
      const thread = stop(k, f.ptr(0));
      return thread === 0 ? k.returnVoid() : k.call(f, 1, 'ObfDereferenceObject', [thread]);
    },
  },
];
