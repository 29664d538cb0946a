// Events, mutants, semaphores and timers as objects: the Nt services that create, open, set and wait for them. The dispatcher objects themselves and
// their semantics are the core's; here they only get a header, a handle and a name.
import type { Addr, Status } from '../../machine/abi.js';
import { WaitAll, WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, ETHREAD, ETIMER, FILE_OBJECT, KEVENT, KMUTANT, KSEMAPHORE, KWAIT_BLOCK } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from './callbacks.js';
import { captureAttributes, findInDirectory, openByName, refusesPermanent, rootDirectory } from './namespace.js';
import { giveName, nameForNew } from './new-name.js';
import { dropReference, isType, objectType, referenceObject } from './object.js';
import { referenceByHandle, referenceFor } from './reference.js';
import { allocateSecured, captureSecurity } from './security.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition, USER_MODE } from './service.js';
import { NT, ntSuccess } from './status.js';
import { ObType, type ObTypeIndex } from './types.js';

const SYNCHRONIZE = 0x100000;

interface CreateRow {
  readonly name: string;
  readonly args: number;
  readonly type: ObTypeIndex;
  readonly size: number;
  /** Routine that initialises the body, and its arguments. */
  readonly init: (k: Kernel, f: Frame, body: Addr) => { readonly routine: string; readonly args: (number | bigint)[] } | undefined;
}

/** Create service (Handle*, Access, Attributes, ...): allocate, initialise, name, handle. */
function create(row: CreateRow): ServiceDefinition {
  return {
    name: row.name,
    args: row.args,
    locals: 4,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          probeUser(k, f.ptr(0), 8, true);
          const a = captureAttributes(k, f.ptr(2));
          if (!ntSuccess(a.status)) return k.return(a.status);
          const security = captureSecurity(k, f.ptr(2));
          if (typeof security === 'number') return k.return(security);
          f.set(3, a.flags);
          if (refusesPermanent(k, a.flags)) return k.return(NT.PRIVILEGE_NOT_HELD);
          const name = nameForNew(k, a, row.type);
          if (!ntSuccess(name.status)) return k.return(name.status);
          if (name.existing !== 0) {
            f.set(0, name.existing);
            referenceObject(k, name.existing);
            f.set(2, name.status);
            return k.call(f, 2, 'ObpCreateHandle', handleArguments(k, f));
          }
          const body = allocateSecured(k, row.type, row.size, 'Even', security);
          if (body === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
          f.set(0, body);
          const init = row.init(k, f, body);
          if (!init) {
            f.set(2, NT.INVALID_PARAMETER);
            return k.call(f, 3, 'ObfDereferenceObject', [body]);
          }
          return k.call(f, 1, init.routine, init.args);
        }
        case 1: {
          const a = captureAttributes(k, f.ptr(2));
          giveName(k, nameForNew(k, a, row.type), f.get(0), a.flags);
          return k.call(f, 2, 'ObpCreateHandle', handleArguments(k, f));
        }
        case 2: {
          const status = f.result32 | 0;
          if (ntSuccess(status)) k.mem.checked.setPtr(f.ptr(0), f.get(1));
          else f.set(2, status);
          return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
        }
        default:
          return k.return(f.get(2));
      }
    },
  };
}

const handleArguments = (k: Kernel, f: Frame): (number | bigint)[] => [
  f.get(0),
  f.u32(1),
  f.get(3),
  previousMode(k),
  0,
  f.localAddress(1),
  OB_OPERATION_HANDLE_CREATE,
  0,
];

/**
 * Service that references an object of a type, calls a dispatcher routine on it, stores the previous state and dereferences. `refuse`: status instead of an
 * exception of that routine.
 */
function act(
  name: string,
  args: number,
  type: ObTypeIndex,
  access: number,
  routine: string,
  parameters: (k: Kernel, f: Frame, body: Addr) => (number | bigint)[],
  previousArg: number,
  refuse?: (k: Kernel, f: Frame, body: Addr) => number,
): ServiceDefinition {
  return {
    name,
    args,
    locals: 2,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const out = previousArg < 0 ? 0 : f.ptr(previousArg);
          if (out !== 0) probeUser(k, out, 4, true);
          const r = referenceFor(k, f.ptr(0), access, type);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(0, r.body);
          f.set(1, refuse ? refuse(k, f, r.body) : NT.SUCCESS);
          if (f.get(1) !== NT.SUCCESS) return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
          return k.call(f, 1, routine, parameters(k, f, r.body));
        }
        case 1:
          if (previousArg >= 0 && f.ptr(previousArg) !== 0) k.mem.checked.setU32(f.ptr(previousArg), f.result32);
          return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
        default:
          return k.return(f.get(1));
      }
    },
    unwind(k, f) {
      if (f.pc === 1) dropReference(k, f.get(0));
    },
  };
}

/** The dispatcher object that a wait on this object waits for, or 0 when it is not waitable. Files wait on their event. */
export function waitableOf(k: Kernel, body: Addr): Addr {
  const waitable: readonly ObTypeIndex[] = [ObType.Process, ObType.Thread, ObType.Event, ObType.Mutant, ObType.Semaphore, ObType.Timer];
  if (waitable.some((t) => isType(k, body, t))) return body;
  return isType(k, body, ObType.File) ? body + FILE_OBJECT.Event : 0;
}

const MAXIMUM_WAIT_OBJECTS = 64;

function readTimeout(k: Kernel, address: Addr): bigint | undefined {
  if (address === 0) return undefined;
  probeUser(k, address, 8);
  return k.mem.checked.i64(address);
}

function waitMultiple(k: Kernel, f: Frame): Status {
  // (Count, Handles, WaitType, Alertable, Timeout): bodies and wait blocks lie in a pool block [bodies][KWAIT_BLOCKs].
  if (f.pc === 0) {
    const count = f.u32(0);
    if (count === 0 || count > MAXIMUM_WAIT_OBJECTS) return k.return(NT.INVALID_PARAMETER_1);
    if (f.u32(2) > 1) return k.return(NT.INVALID_PARAMETER_3);
    probeUser(k, f.ptr(1), 8 * count);
    const timeout = readTimeout(k, f.ptr(4));
    const block = k.pool.allocate('nonpaged', count * (8 + KWAIT_BLOCK.sizeof), 'Wait');
    if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
    f.set(0, block);
    f.set(1, 0);
    const objects: Addr[] = [];
    for (let i = 0; i < count; i++) {
      const r = referenceByHandle(k, k.mem.checked.ptr(f.ptr(1) + 8 * i), SYNCHRONIZE, 0, previousMode(k));
      const object = ntSuccess(r.status) ? waitableOf(k, r.body) : 0;
      if (object === 0) {
        if (ntSuccess(r.status)) dropReference(k, r.body);
        f.set(2, ntSuccess(r.status) ? NT.OBJECT_TYPE_MISMATCH : r.status);
        return releaseNext(k, f);
      }
      k.mem.setPtr(block + 8 * i, r.body);
      f.set(1, i + 1);
      objects.push(object);
    }
    // (U) the same object twice can never be acquired as a whole
    if (f.u32(2) === WaitAll && new Set(objects).size < count) {
      f.set(2, NT.INVALID_PARAMETER_MIX);
      return releaseNext(k, f);
    }
    const mode = previousMode(k);
    return k.wait(f, 1, {
      objects,
      type: f.u32(2),
      reason: WaitReason.UserRequest,
      mode,
      alertable: f.bool(3),
      timeout,
      blocks: count > 3 ? block + 8 * count : undefined,
    });
  }
  if (f.pc === 1) f.set(2, f.result);
  return releaseNext(k, f);
}

function releaseNext(k: Kernel, f: Frame): Status {
  const left = f.get(1);
  if (left === 0) {
    k.pool.free(f.get(0));
    return k.return(f.get(2));
  }
  f.set(1, left - 1);
  return k.call(f, 2, 'ObfDereferenceObject', [k.mem.ptr(f.get(0) + 8 * (left - 1))]);
}

const services: ServiceDefinition[] = [
  create({
    name: 'CreateEvent',
    args: 5,
    type: ObType.Event,
    size: KEVENT.sizeof,
    init: (_k, f, body) => (f.u32(3) > 1 ? undefined : { routine: 'KeInitializeEvent', args: [body, f.u32(3), f.u8(4) ? 1 : 0] }),
  }),
  create({
    name: 'CreateMutant',
    args: 4,
    type: ObType.Mutant,
    size: KMUTANT.sizeof,
    init: (_k, f, body) => ({ routine: 'ObpInitializeMutant', args: [body, f.u8(3)] }),
  }),
  create({
    name: 'CreateSemaphore',
    args: 5,
    type: ObType.Semaphore,
    size: KSEMAPHORE.sizeof,
    init: (_k, f, body) =>
      f.i32(4) <= 0 || f.i32(3) < 0 || f.i32(3) > f.i32(4)
        ? undefined
        : { routine: 'KeInitializeSemaphore', args: [body, f.i32(3), f.i32(4)] },
  }),
  create({
    name: 'CreateTimer',
    args: 4,
    type: ObType.Timer,
    size: ETIMER.sizeof,
    init: (_k, f, body) => (f.u32(3) > 1 ? undefined : { routine: 'KeInitializeTimerEx', args: [body, f.u32(3)] }),
  }),
  openByName('OpenEvent', ObType.Event),
  openByName('OpenMutant', ObType.Mutant),
  openByName('OpenSemaphore', ObType.Semaphore),
  openByName('OpenTimer', ObType.Timer),
  act('SetEvent', 2, ObType.Event, 2, 'KeSetEvent', (_k, _f, b) => [b, 1, 0], 1),
  act('ResetEvent', 2, ObType.Event, 2, 'KeResetEvent', (_k, _f, b) => [b], 1),
  act('ClearEvent', 1, ObType.Event, 2, 'KeClearEvent', (_k, _f, b) => [b], -1),
  act('PulseEvent', 2, ObType.Event, 2, 'KePulseEvent', (_k, _f, b) => [b, 1, 0], 1),
  act(
    'ReleaseSemaphore',
    3,
    ObType.Semaphore,
    2,
    'KeReleaseSemaphore',
    (_k, f, b) => [b, 1, f.i32(1), 0],
    2,
    (k, f, b) => {
      if (f.i32(1) <= 0) return NT.INVALID_PARAMETER_2;
      return k.mem.i32(b + DISPATCHER_HEADER.SignalState) + f.i32(1) > k.mem.i32(b + KSEMAPHORE.Limit)
        ? NT.SEMAPHORE_LIMIT_EXCEEDED
        : NT.SUCCESS;
    },
  ),
  act(
    'ReleaseMutant',
    2,
    ObType.Mutant,
    0,
    'KeReleaseMutex',
    (_k, _f, b) => [b, 0],
    1,
    (k, _f, b) => {
      if (k.mem.ptr(b + KMUTANT.OwnerThread) === k.currentThread()) return NT.SUCCESS;
      return k.mem.u8(b + KMUTANT.MutantFlags) & 1 ? NT.ABANDONED : NT.MUTANT_NOT_OWNED;
    },
  ),
  {
    // (Handle, Alertable, PLARGE_INTEGER Timeout)
    name: 'WaitForSingleObject',
    args: 3,
    locals: 2,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const timeout = readTimeout(k, f.ptr(2));
          const r = referenceByHandle(k, f.ptr(0), SYNCHRONIZE, 0, previousMode(k));
          if (!ntSuccess(r.status)) return k.return(r.status);
          const object = waitableOf(k, r.body);
          f.set(0, r.body);
          if (object === 0) {
            f.set(1, NT.OBJECT_TYPE_MISMATCH);
            return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
          }
          return k.wait(f, 1, { object, reason: WaitReason.UserRequest, mode: previousMode(k), alertable: f.bool(1), timeout });
        }
        case 1:
          f.set(1, f.result);
          return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
        default:
          return k.return(f.get(1));
      }
    },
  },
  { name: 'WaitForMultipleObjects', args: 5, locals: 3, step: waitMultiple },
  {
    // (Alertable, PLARGE_INTEGER Interval)
    name: 'DelayExecution',
    args: 2,
    locals: 1,
    step(k, f) {
      if (f.pc === 1) return k.return(f.result32 | 0);
      f.set(0, 0);
      probeUser(k, f.ptr(1), 8);
      k.mem.setI64(f.localAddress(0), k.mem.checked.i64(f.ptr(1)));
      return k.call(f, 1, 'KeDelayExecutionThread', [previousMode(k) === USER_MODE ? 1 : 0, f.u8(0), f.localAddress(0)]);
    },
  },
];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // (Mutant, InitialOwner): as KeInitializeMutex, but owning a user-mode mutex does not disable APCs.
    name: 'ObpInitializeMutant',
    step(k, f) {
      if (f.pc === 0) return k.call(f, 1, 'KeInitializeMutex', [f.ptr(0), 0]);
      if (f.pc === 1) {
        k.mem.setU8(f.ptr(0) + KMUTANT.ApcDisable, 0);
        if (f.u8(1)) return k.wait(f, 2, { object: f.ptr(0), timeout: 0n });
      }
      return k.returnVoid();
    },
  },
  { name: 'ObpDeleteMutant', step: (k) => k.returnVoid() },
  {
    // (Mutant, *ClientId): zeros when nobody owns it
    name: 'KeQueryOwnerMutant',
    cost: 4,
    step(k, f) {
      const owner = k.mem.checked.ptr(f.ptr(0) + KMUTANT.OwnerThread);
      for (const at of [0, 8]) k.mem.checked.setPtr(f.ptr(1) + at, owner === 0 ? 0 : k.mem.ptr(owner + ETHREAD.Cid + at));
      return k.returnVoid();
    },
  },
];

/** `\BaseNamedObjects\X`, where user-mode names without a path live. */
export const baseNamedObjects = (k: Kernel): Addr => findInDirectory(k, rootDirectory(k), 'BaseNamedObjects');
export const objectTypeOf = objectType;
