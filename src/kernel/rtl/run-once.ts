// One-time initialization (RTL_RUN_ONCE). The low two bits of the word are the state; above them is the context once it is complete, or while somebody
// initializes synchronously the list of waiters, whose blocks lie in their frames: next block, then an event.
import type { Addr, Status } from '../../machine/abi.js';
import { ObjectType, WaitReason } from '../ke/constants.js';
import { initHeader } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KEVENT } from '../layouts.gen.js';
import { STATUS } from './status.js';

const CHECK_ONLY = 1;
const ASYNC = 2;
const INIT_FAILED = 4;
const State = { Start: 0n, Busy: 1n, Done: 2n, BusyAsync: 3n } as const;
const STATE = 3n;
const EVENT = 8;

const stateOf = (v: bigint): bigint => v & STATE;
const pointer = (v: bigint): Addr => Number(BigInt.asIntN(64, v & ~STATE));
const word = (address: Addr, state: bigint): bigint => BigInt.asUintN(64, BigInt(address)) | state;

/**
 * One step of RtlRunOnceBeginInitialize: its status, or that of a wait, after which it is called again. Locals 0 to 3 are the waiter's block.
 * `context`: where the context goes, 0 for nobody.
 */
function begin(k: Kernel, f: Frame, once: Addr, flags: number, context: Addr): { status: number } | { wait: Status } {
  if (flags & ~(CHECK_ONLY | ASYNC) || flags === (CHECK_ONLY | ASYNC)) return { status: STATUS.INVALID_PARAMETER_2 };
  const v = k.mem.checked.u64(once);
  switch (stateOf(v)) {
    case State.Done:
      if (context !== 0) k.mem.checked.setPtr(context, pointer(v));
      return { status: STATUS.SUCCESS };
    case State.Start:
      if (flags & CHECK_ONLY) return { status: STATUS.UNSUCCESSFUL };
      k.mem.checked.setU64(once, flags & ASYNC ? State.BusyAsync : State.Busy);
      return { status: STATUS.PENDING };
    case State.BusyAsync:
      if (flags & CHECK_ONLY) return { status: STATUS.UNSUCCESSFUL };
      return { status: flags & ASYNC ? STATUS.PENDING : STATUS.INVALID_PARAMETER_2 };
    default: {
      if (flags & CHECK_ONLY) return { status: STATUS.UNSUCCESSFUL };
      if (flags & ASYNC) return { status: STATUS.INVALID_PARAMETER_2 };
      const block = f.localAddress(0);
      k.mem.setPtr(block, pointer(v));
      initHeader(k, block + EVENT, ObjectType.SynchronizationEvent, KEVENT.sizeof, 0);
      k.mem.checked.setU64(once, word(block, State.Busy));
      return { wait: k.wait(f, f.pc, { object: block + EVENT, reason: WaitReason.Executive }) };
    }
  }
}

/** RtlRunOnceComplete. */
function complete(k: Kernel, once: Addr, flags: number, context: bigint): number {
  if (flags & ~(ASYNC | INIT_FAILED) || flags === (ASYNC | INIT_FAILED)) return STATUS.INVALID_PARAMETER_2;
  if (context & STATE || (flags & INIT_FAILED && context !== 0n)) return STATUS.INVALID_PARAMETER_3;
  const v = k.mem.checked.u64(once);
  const result = flags & INIT_FAILED ? State.Start : context | State.Done;
  if (stateOf(v) === State.BusyAsync) {
    if ((flags & ASYNC) === 0) return STATUS.INVALID_PARAMETER_2;
    k.mem.checked.setU64(once, result);
    return STATUS.SUCCESS;
  }
  // asynchronously only the first of several initializers comes through
  if (stateOf(v) !== State.Busy) return stateOf(v) === State.Done && flags & ASYNC ? STATUS.OBJECT_NAME_COLLISION : STATUS.UNSUCCESSFUL;
  if (flags & ASYNC) return STATUS.INVALID_PARAMETER_2;
  k.mem.checked.setU64(once, result);
  let block = pointer(v);
  for (let n = 0; block !== 0 && n < 0x10000; n++) {
    const next = k.mem.ptr(block);
    k.signalEvent(block + EVENT, 0);
    block = next;
  }
  return STATUS.SUCCESS;
}

const CALLED = 1;

export const routines: KernelRoutine[] = [
  {
    name: 'RtlRunOnceInitialize',
    cost: 2,
    step(k, f) {
      k.mem.checked.setU64(f.ptr(0), 0n);
      return k.returnVoid();
    },
  },
  {
    // (RunOnce, Flags, Context)
    name: 'RtlRunOnceBeginInitialize',
    locals: 4,
    step(k, f) {
      const r = begin(k, f, f.ptr(0), f.u32(1), f.ptr(2));
      return 'wait' in r ? r.wait : k.return(r.status);
    },
  },
  { name: 'RtlRunOnceComplete', step: (k, f) => k.return(complete(k, f.ptr(0), f.u32(1), f.u64(2))) },
  {
    // (RunOnce, InitFn, Parameter, Context): InitFn(RunOnce, Parameter, Context) is called by one thread, the others wait
    name: 'RtlRunOnceExecuteOnce',
    locals: 5,
    step(k, f) {
      const context = f.ptr(3);
      if (f.pc === CALLED) {
        if (f.result32 !== 0) return k.return(complete(k, f.ptr(0), 0, context === 0 ? 0n : k.mem.checked.u64(context)));
        complete(k, f.ptr(0), INIT_FAILED, 0n);
        return k.return(STATUS.UNSUCCESSFUL);
      }
      const r = begin(k, f, f.ptr(0), 0, context);
      if ('wait' in r) return r.wait;
      if (r.status !== STATUS.PENDING) return k.return(r.status);
      if (context !== 0) k.mem.checked.setPtr(context, 0);
      return k.call(f, CALLED, f.ptr(1), [f.ptr(0), f.ptr(2), context]);
    },
    // an initializer that is left by an exception has failed: the next thread tries again
    unwind(k, f) {
      if (f.pc === CALLED && stateOf(k.mem.u64(f.ptr(0))) === State.Busy) complete(k, f.ptr(0), INIT_FAILED, 0n);
    },
  },
];
