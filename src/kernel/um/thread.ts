// Threads of user mode: where every user thread begins (the loader's part, the body, the end), and the Win32 functions on threads.
import { USER_BASE } from '../../machine/abi.js';
import type { KernelRoutine } from '../kernel.js';
import { ETHREAD, PS_GLOBALS } from '../layouts.gen.js';
import { hasThreadFlag, ThreadFlag } from '../ps/state.js';
import { WINDOW } from '../ps/window.js';
import { ntSuccess } from '../ob/status.js';
import { heapText } from './heap.js';
import { direct, failed, putString, statusOf, store32, STRING_SLOTS, win32 } from './win32.js';

const THREAD_ALL_ACCESS = 0x1fffff;
const CREATE_SUSPENDED = 4;
const STATUS_SUCCESS = 0;
/** DLLs that the loader maps after ntdll, which the kernel has mapped. */
const LOADER_IMAGES = ['C:\\Windows\\System32\\kernel32.dll', 'C:\\Windows\\System32\\KernelBase.dll'];
/** A program without a body: its entry point is this place, where no function is. */
const DEFAULT_ENTRY = USER_BASE + WINDOW.image + 0x1000;

export const routines: KernelRoutine[] = [
  {
    // (StartRoutine, Parameter), user mode. Locals: 0 phase, 1 base, 2.. string, 4 delay.
    name: 'RtlUserThreadStart',
    locals: 5,
    cost: 20,
    step(k, f) {
      const thread = k.currentThread();
      const first = hasThreadFlag(k, thread, ThreadFlag.First);
      if (f.pc === 0 && first) {
        // the first thread of a process maps the remaining images, as the loader does before the entry point
        const i = f.get(0);
        if (i < LOADER_IMAGES.length) {
          f.set(0, i + 1);
          return k.systemCall(f, 0, 'NtMapUserImage', [putString(k, f, 2, heapText(k, LOADER_IMAGES[i])), f.localAddress(1)]);
        }
        return k.systemCall(f, 1, 'NtStartProgramThreads', []);
      }
      if (f.pc <= 1) {
        const delay = k.mem.i64(thread + ETHREAD.StartDelay);
        if (delay > 0n) {
          k.mem.setI64(f.localAddress(4), -delay);
          return k.systemCall(f, 2, 'NtDelayExecution', [0, f.localAddress(4)]);
        }
      }
      if (f.pc <= 2) {
        if (f.ptr(0) !== DEFAULT_ENTRY || k.machine.resolveCode(f.ptr(0)) >= 0) return k.call(f, 3, f.ptr(0), [f.ptr(1)]);
        // a program without a body lives for a while, unless it is ended
        k.mem.setI64(f.localAddress(4), -k.mem.i64(k.globals.PS + PS_GLOBALS.DefaultLifetime));
        return k.systemCall(f, 3, 'NtDelayExecution', [0, f.localAddress(4)]);
      }
      return k.systemCall(f, 4, 'NtTerminateThread', [-2, f.pc === 3 ? f.result32 | 0 : STATUS_SUCCESS]);
    },
  },
  ...(
    [
      ['CreateThread', -1],
      ['CreateRemoteThread', 0],
    ] as const
  ).map(([name, shift]) =>
    // ([Process,] Attributes, StackSize, Start, Parameter, Flags, *ThreadId)
    win32({
      name,
      locals: 2,
      cost: 40,
      step(k, f) {
        const at = (i: number) => i + 1 + shift;
        if (f.pc === 0) {
          const suspended = f.u32(at(4)) & CREATE_SUSPENDED ? 1 : 0;
          return k.systemCall(f, 1, 'NtCreateThreadEx', [f.localAddress(0), THREAD_ALL_ACCESS, 0, shift === 0 ? f.ptr(0) : -1, f.ptr(at(2)), f.ptr(at(3)), suspended, 0, 0, 0, 0]);
        }
        const status = statusOf(f);
        if (!ntSuccess(status)) return failed(k, status);
        store32(k, f.ptr(at(5)), 0);
        return k.return(f.get(0));
      },
    }),
  ),
  win32({ name: 'ExitThread', step: (k, f) => k.systemCall(f, 0, 'NtTerminateThread', [-2, f.i32(0)]) }),
  direct('TerminateThread', 'NtTerminateThread', (_k, f) => [f.ptr(0), f.i32(1)]),
  ...(
    [
      ['SuspendThread', 'NtSuspendThread'],
      ['ResumeThread', 'NtResumeThread'],
    ] as const
  ).map(([name, service]) =>
    win32({
      name,
      locals: 1,
      step(k, f) {
        if (f.pc === 0) return k.systemCall(f, 1, service, [f.ptr(0), f.localAddress(0)]);
        return ntSuccess(statusOf(f)) ? k.return(k.mem.u32(f.localAddress(0)) | 0) : failed(k, statusOf(f), -1);
      },
    }),
  ),
  win32({
    // THREAD_BASIC_INFORMATION begins with the exit status
    name: 'GetExitCodeThread',
    locals: 6,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtQueryInformationThread', [f.ptr(0), 0, f.localAddress(0), 0x30, 0]);
      if (!ntSuccess(statusOf(f))) return failed(k, statusOf(f));
      store32(k, f.ptr(1), k.mem.u32(f.localAddress(0)));
      return k.return(1);
    },
  }),
  win32({
    name: 'GetThreadId',
    locals: 6,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtQueryInformationThread', [f.ptr(0), 0, f.localAddress(0), 0x30, 0]);
      return ntSuccess(statusOf(f)) ? k.return(k.mem.u32(f.localAddress(0) + 0x18)) : failed(k, statusOf(f));
    },
  }),
  win32({
    // mapping is never undone: unloading a DLL has no notification (reference: callbacks.md 4)
    name: 'LoadLibraryW',
    locals: 1 + STRING_SLOTS,
    cost: 30,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtMapUserImage', [putString(k, f, 1, f.ptr(0)), f.localAddress(0)]);
      return ntSuccess(statusOf(f)) ? k.return(f.get(0)) : failed(k, statusOf(f));
    },
  }),
  win32({ name: 'FreeLibrary', step: (k, f) => k.return(f.ptr(0) === 0 ? 0 : 1) }),
  win32({ name: 'GetModuleHandleW', step: (k, f) => k.return(f.ptr(0) === 0 ? USER_BASE + WINDOW.image : 0) }),
  win32({ name: 'GetTickCount', cost: 1, step: (k) => k.return(Math.floor((k.now * k.config.stepNs) / 1e6) | 0) }),
  win32({ name: 'GetTickCount64', cost: 1, step: (k) => k.return(Math.floor((k.now * k.config.stepNs) / 1e6)) }),
  win32({
    name: 'QueryPerformanceCounter',
    step(k, f) {
      k.mem.checked.setI64(f.ptr(0), BigInt(Math.floor((k.now * k.config.stepNs) / 100)));
      return k.return(1);
    },
  }),
  win32({
    name: 'QueryPerformanceFrequency',
    step(k, f) {
      k.mem.checked.setI64(f.ptr(0), 10_000_000n);
      return k.return(1);
    },
  }),
  win32({
    name: 'GetSystemTimeAsFileTime',
    step(k, f) {
      k.mem.checked.setI64(f.ptr(0), k.systemTime());
      return k.returnVoid();
    },
  }),
];
