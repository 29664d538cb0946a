// Waiting and synchronisation objects of user mode.
import type { KernelRoutine } from '../kernel.js';
import { namedObject } from './named-object.js';
import { ntSuccess } from '../ob/status.js';
import { direct, failed, putTimeout, setLastError, lastError, statusOf, win32 } from './win32.js';

const WAIT_FAILED = 0xffffffff | 0;
const EVENT_ALL_ACCESS = 0x1f0003;
const MUTANT_ALL_ACCESS = 0x1f0001;
const SEMAPHORE_ALL_ACCESS = 0x1f0003;
const NotificationEvent = 0;
const SynchronizationEvent = 1;

/** STATUS_TIMEOUT is WAIT_TIMEOUT under another number; the other successes are the same in Win32. */
const waitResult = (status: number): number => (status === 0x102 ? 258 : status);

const waitSingle = (name: string, alertable: boolean): KernelRoutine =>
  win32({
    name,
    locals: 1,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtWaitForSingleObject', [f.ptr(0), alertable && f.bool(2) ? 1 : 0, putTimeout(k, f, 0, f.u32(1))]);
      const status = statusOf(f);
      return ntSuccess(status) ? k.return(waitResult(status)) : failed(k, status, WAIT_FAILED);
    },
  });

const sleep = (name: string, alertable: boolean): KernelRoutine =>
  win32({
    name,
    locals: 1,
    step(k, f) {
      if (f.pc === 1) return k.return(statusOf(f) === 0xc0 ? 0xc0 : 0);
      const ms = f.u32(0);
      // INFINITE sleeps for ever: the most negative interval
      k.mem.setI64(f.localAddress(0), ms === 0xffffffff ? -0x7fffffffffffffffn : BigInt(ms) * -10000n);
      return k.systemCall(f, 1, 'NtDelayExecution', [alertable && f.bool(1) ? 1 : 0, f.localAddress(0)]);
    },
  });

export const routines: KernelRoutine[] = [
  waitSingle('WaitForSingleObject', false),
  waitSingle('WaitForSingleObjectEx', true),
  win32({
    // (Count, Handles, All, Milliseconds)
    name: 'WaitForMultipleObjects',
    locals: 1,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtWaitForMultipleObjects', [f.u32(0), f.ptr(1), f.bool(2) ? 0 : 1, 0, putTimeout(k, f, 0, f.u32(3))]);
      const status = statusOf(f);
      return ntSuccess(status) ? k.return(waitResult(status)) : failed(k, status, WAIT_FAILED);
    },
  }),
  sleep('Sleep', false),
  sleep('SleepEx', true),
  win32({ name: 'SwitchToThread', step: (k, f) => (f.pc === 0 ? k.systemCall(f, 1, 'NtYieldExecution', []) : k.return(statusOf(f) === 0 ? 1 : 0)) }),
  namedObject('CreateEventW', 3, 'NtCreateEvent', (f, out, attributes) => [out, EVENT_ALL_ACCESS, attributes, f.bool(1) ? NotificationEvent : SynchronizationEvent, f.bool(2) ? 1 : 0]),
  namedObject('OpenEventW', 2, 'NtOpenEvent', (f, out, attributes) => [out, f.u32(0), attributes]),
  namedObject('CreateMutexW', 2, 'NtCreateMutant', (f, out, attributes) => [out, MUTANT_ALL_ACCESS, attributes, f.bool(1) ? 1 : 0]),
  namedObject('CreateSemaphoreW', 3, 'NtCreateSemaphore', (f, out, attributes) => [out, SEMAPHORE_ALL_ACCESS, attributes, f.i32(1), f.i32(2)]),
  direct('SetEvent', 'NtSetEvent', (_k, f) => [f.ptr(0), 0]),
  direct('ResetEvent', 'NtResetEvent', (_k, f) => [f.ptr(0), 0]),
  direct('ReleaseMutex', 'NtReleaseMutant', (_k, f) => [f.ptr(0), 0]),
  direct('ReleaseSemaphore', 'NtReleaseSemaphore', (_k, f) => [f.ptr(0), f.i32(1), f.ptr(2)]),
  win32({ name: 'GetLastError', cost: 1, step: (k) => k.return(lastError(k)) }),
  win32({
    name: 'SetLastError',
    cost: 1,
    step(k, f) {
      setLastError(k, f.u32(0));
      return k.returnVoid();
    },
  }),
];
