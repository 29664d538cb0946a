// Waiting, events, mutexes, semaphores, sleeping in Win32.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { NT, ntSuccess } from '../ob/status.js';
import { dosError } from '../rtl/dos-error.js';
import { ATTRIBUTE_SLOTS, attributes, INFINITE, PATH_SLOTS, putPath, setLastError, timeoutAt, valueOr, wideArg, win32 } from './win32.js';

/** 100 ns: some hundred years. */
const FOREVER = -(1n << 51n);
const WAIT_FAILED = 0xffffffff | 0;
const ERROR_ALREADY_EXISTS = 183;

/** Object name of a Win32 name: below \BaseNamedObjects unless it is a path. */
export function named(k: Kernel, f: Frame, name: Addr, at: number, openIf: boolean): Addr {
  const text = wideArg(k, name).replace(/^(Global|Local)\\/, '');
  if (text === '') return attributes(k, f, at, 0, 0, 0, 0);
  const path = putPath(k, f, at + ATTRIBUTE_SLOTS, `\\BaseNamedObjects\\${text}`);
  return attributes(k, f, at, path.address, path.bytes, 0, openIf ? 0x80 : 0);
}
export const NAMED_LOCALS = 1 + ATTRIBUTE_SLOTS + PATH_SLOTS;

/** Result of a create function: the handle; an existing object is success with ERROR_ALREADY_EXISTS. */
export function created(k: Kernel, f: Frame, status: number): Status {
  if (ntSuccess(status)) setLastError(k, status === NT.OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : 0);
  return valueOr(k, status, f.get(0), 0);
}

/** WAIT_OBJECT_0.., WAIT_ABANDONED.., WAIT_TIMEOUT, WAIT_FAILED. */
function waited(k: Kernel, status: number): Status {
  if (ntSuccess(status)) return k.return(status);
  setLastError(k, dosError(status));
  return k.return(WAIT_FAILED);
}

function sleep(name: string, alertable: (f: Frame) => number): KernelRoutine {
  return {
    name,
    locals: 1,
    cost: 5,
    step(k, f) {
      if (f.pc === 1) return k.return(f.result === NT.USER_APC ? NT.USER_APC : 0);
      const ms = f.u32(0);
      k.mem.setI64(f.localAddress(0), ms === INFINITE ? FOREVER : -10_000n * BigInt(ms));
      return k.systemCall(f, 1, 'NtDelayExecution', [alertable(f), f.localAddress(0)]);
    },
  };
}

const state = (name: string, service: string): KernelRoutine => win32({ name, service, args: (_k, f) => [f.ptr(0), 0] });

export const routines: KernelRoutine[] = [
  sleep('Sleep', () => 0),
  sleep('SleepEx', (f) => f.u8(1)),
  // (Routine, Thread, Data[, Flags]): not zero on success
  win32({ name: 'QueueUserAPC', service: 'NtQueueApcThread', args: (_k, f) => [f.ptr(1), f.ptr(0), f.i64(2), 0, 0] }),
  win32({ name: 'QueueUserAPC2', service: 'NtQueueApcThreadEx', args: (_k, f) => [f.ptr(1), f.u32(3), f.ptr(0), f.i64(2), 0, 0] }),
  {
    name: 'SwitchToThread',
    cost: 5,
    step: (k, f) => (f.pc === 0 ? k.systemCall(f, 1, 'NtYieldExecution', []) : k.return((f.result32 | 0) === 0 ? 1 : 0)),
  },
  ...(['WaitForSingleObject', 'WaitForSingleObjectEx'] as const).map((name) =>
    win32({
      // (Handle, Milliseconds[, Alertable])
      name,
      locals: 1,
      service: 'NtWaitForSingleObject',
      args: (k, f) => [f.ptr(0), name.endsWith('Ex') ? f.u8(2) : 0, timeoutAt(k, f, 0, f.u32(1))],
      result: (k, _f, status) => waited(k, status),
    }),
  ),
  win32({
    // (Count, Handles, WaitAll, Milliseconds)
    name: 'WaitForMultipleObjects',
    locals: 1,
    service: 'NtWaitForMultipleObjects',
    args: (k, f) => [f.u32(0), f.ptr(1), f.bool(2) ? 0 : 1, 0, timeoutAt(k, f, 0, f.u32(3))],
    result: (k, _f, status) => waited(k, status),
  }),
  win32({
    // (Attributes, ManualReset, InitialState, Name)
    name: 'CreateEventW',
    locals: NAMED_LOCALS,
    service: 'NtCreateEvent',
    args: (k, f) => [f.localAddress(0), 0x1f0003, named(k, f, f.ptr(3), 1, true), f.bool(1) ? 0 : 1, f.bool(2) ? 1 : 0],
    result: created,
  }),
  win32({
    // (Access, Inherit, Name)
    name: 'OpenEventW',
    locals: NAMED_LOCALS,
    service: 'NtOpenEvent',
    args: (k, f) => [f.localAddress(0), f.u32(0), named(k, f, f.ptr(2), 1, false)],
    result: (k, f, status) => valueOr(k, status, f.get(0), 0),
  }),
  win32({
    // (Attributes, InitialOwner, Name)
    name: 'CreateMutexW',
    locals: NAMED_LOCALS,
    service: 'NtCreateMutant',
    args: (k, f) => [f.localAddress(0), 0x1f0001, named(k, f, f.ptr(2), 1, true), f.bool(1) ? 1 : 0],
    result: created,
  }),
  win32({
    // (Attributes, InitialCount, MaximumCount, Name)
    name: 'CreateSemaphoreW',
    locals: NAMED_LOCALS,
    service: 'NtCreateSemaphore',
    args: (k, f) => [f.localAddress(0), 0x1f0003, named(k, f, f.ptr(3), 1, true), f.i32(1), f.i32(2)],
    result: created,
  }),
  state('SetEvent', 'NtSetEvent'),
  state('ResetEvent', 'NtResetEvent'),
  state('ReleaseMutex', 'NtReleaseMutant'),
  win32({ name: 'ReleaseSemaphore', service: 'NtReleaseSemaphore', args: (_k, f) => [f.ptr(0), f.i32(1), f.ptr(2)] }),
];
