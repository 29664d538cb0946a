// User-mode life of a thread: RtlUserThreadStart loads what a process loads (first thread), starts the other bodies, waits for its start delay, runs the body,
// and ends the thread when the body returns. Processes without bodies run PspDefaultMain.
import { type Addr, type Status, USER_BASE } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, KTHREAD, PEB, PS_GLOBALS, RTL_USER_PROCESS_PARAMETERS, TEB, UNICODE_STRING } from '../layouts.gen.js';
import { ntSuccess } from '../ob/status.js';
import { imageSizeOf, toDevicePath } from '../ps/program.js';
import { hasThreadFlag, ownProcess, ThreadFlag } from '../ps/state.js';
import { windowOf } from '../ps/window.js';
import { dosError } from '../rtl/dos-error.js';
import { linkModule } from './loader-data.js';
import { PATH_SLOTS, putString, setLastError, wideArg } from './win32.js';

const CURRENT_PROCESS = -1;
const CURRENT_THREAD = -2;
const THREAD_ALL_ACCESS = 0x1fffff;
/** What the loader maps after ntdll. */
const DLLS = ['kernel32.dll', 'KernelBase.dll'];
/** A worker of the default body lives this long (100 ns). */
const WORKER_LIFETIME = -20_000n;

/** UNICODE_STRING in slots 0 and 1 for the characters at slot 3. */
const dllName = (k: Kernel, f: Frame, name: string): Addr => putString(k, f, 0, 3, name);

/** Bytes of an executable's image (U: a round figure, as IMAGE_INFO has it). */
const EXE_SIZE = 0x20000;
const inSystem32 = (name: string): string => (name.includes('\\') ? name : `C:\\Windows\\System32\\${name}`);
const sizeOf = (k: Kernel, name: string): number => imageSizeOf(k, toDevicePath(inSystem32(name)));

/** ImagePathName of the process parameters. */
function imagePathOf(k: Kernel): string {
  const c = k.mem.checked;
  const peb = c.ptr(k.mem.ptr(k.currentThread() + KTHREAD.Teb) + TEB.ProcessEnvironmentBlock);
  const name = c.ptr(peb + PEB.ProcessParameters) + RTL_USER_PROCESS_PARAMETERS.ImagePathName;
  return c.readUtf16(c.ptr(name + UNICODE_STRING.Buffer), c.u16(name + UNICODE_STRING.Length));
}

/** RtlUserThreadStart(StartRoutine, Parameter). Slots: 0-1 string, 2 base or time, 3.. path. */
function start(k: Kernel, f: Frame): Status {
  const thread = k.currentThread();
  const process = ownProcess(k);
  const first = hasThreadFlag(k, thread, ThreadFlag.First);
  const program = k.mem.ptr(process + EPROCESS.Program);
  switch (f.pc) {
    case 0:
      if (!first) return delay(k, f);
      return k.systemCall(f, 1, 'NtMapUserImage', [dllName(k, f, DLLS[0]), f.localAddress(2), 0, 0]);
    case 1:
      linkModule(k, USER_BASE + windowOf(k, process).image, EXE_SIZE, imagePathOf(k));
      linkModule(k, USER_BASE + windowOf(k, process).dll, sizeOf(k, 'ntdll.dll'), inSystem32('ntdll.dll')); // the kernel mapped it first
      if (ntSuccess(f.result32)) linkModule(k, f.get(2), sizeOf(k, DLLS[0]), inSystem32(DLLS[0]));
      return k.systemCall(f, 2, 'NtMapUserImage', [dllName(k, f, DLLS[1]), f.localAddress(2), 0, 0]);
    case 2:
      if (ntSuccess(f.result32)) linkModule(k, f.get(2), sizeOf(k, DLLS[1]), inSystem32(DLLS[1]));
      return k.systemCall(f, 3, 'NtStartProgramThreads', []);
    case 3:
      if (program === 0 || (f.result32 | 0) <= 0) return k.call(f, 6, 'PspDefaultMain', []);
      return delay(k, f);
    case 4:
      k.event('ps.body-start', { entry: f.ptr(0) });
      return k.call(f, 5, f.ptr(0), [f.ptr(1)]);
    case 5:
      return k.call(f, 7, 'RtlExitUserThread', [hasThreadFlag(k, thread, ThreadFlag.Body) ? 0 : f.result32 | 0]);
    case 6:
      return k.call(f, 7, 'RtlExitUserProcess', [0]);
    default:
      return k.returnVoid();
  }
}

/** Waits for the start delay of the thread's body, if it has one. */
function delay(k: Kernel, f: Frame): Status {
  const time = k.mem.i64(k.currentThread() + ETHREAD.StartDelay);
  k.mem.setI64(f.localAddress(2), -time);
  if (time > 0n) return k.systemCall(f, 4, 'NtDelayExecution', [0, f.localAddress(2)]);
  k.event('ps.body-start', { entry: f.ptr(0) });
  return k.call(f, 5, f.ptr(0), [f.ptr(1)]);
}

const exit = (name: string, service: string, handle: number): KernelRoutine => ({
  name,
  step: (k, f) => (f.pc === 0 ? k.systemCall(f, 1, service, [handle, f.i32(0)]) : k.returnVoid()),
});

const exitProcess = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    if (f.pc === 0) return k.systemCall(f, 1, 'NtTerminateProcess', [0, f.i32(0)]);
    if (f.pc === 1) return k.systemCall(f, 2, 'NtTerminateProcess', [CURRENT_PROCESS, f.i32(0)]);
    return k.returnVoid();
  },
});

/** LOAD_LIBRARY_AS_DATAFILE and LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE; LOAD_LIBRARY_AS_IMAGE_RESOURCE. */
const AS_DATAFILE = 0x42;
const AS_IMAGE_RESOURCE = 0x20;

/** File of the first argument: without folder and extension it is a DLL. */
function fileOf(k: Kernel, f: Frame): string {
  const file = wideArg(k, f.ptr(0));
  return file.includes('\\') || file.includes('.') ? file : `${file}.dll`;
}

/** A function that maps the image named by its first argument. `tag`: low bits of the result of one that is no module. */
const mapping = (name: string, how: (f: Frame) => { readonly bytes: number; readonly tag: number }): KernelRoutine => ({
  name,
  locals: 3 + PATH_SLOTS,
  cost: 50,
  step(k, f) {
    const { bytes, tag } = how(f);
    if (f.pc === 0) {
      return k.systemCall(f, 1, 'NtMapUserImage', [dllName(k, f, fileOf(k, f)), f.localAddress(2), bytes, tag]);
    }
    const status = f.result32 | 0;
    if (ntSuccess(status) && tag === 0 && bytes === 0) linkModule(k, f.get(2), sizeOf(k, fileOf(k, f)), inSystem32(fileOf(k, f)));
    if (ntSuccess(status)) return k.return(f.get(2) + tag);
    setLastError(k, dosError(status));
    return k.return(0);
  },
});

export const routines: KernelRoutine[] = [
  { name: 'RtlUserThreadStart', locals: 3 + PATH_SLOTS, cost: 20, step: start },
  {
    // Body of a process that no scenario block describes: one worker thread that comes and goes, then it lives for a while.
    name: 'PspDefaultMain',
    locals: 2,
    step(k, f) {
      switch (f.pc) {
        case 0:
          return k.systemCall(f, 1, 'NtCreateThreadEx', [
            f.localAddress(0),
            THREAD_ALL_ACCESS,
            0,
            CURRENT_PROCESS,
            k.addressOf('PspDefaultWorker'),
            0,
            0,
            0,
            0,
            0,
            0,
          ]);
        case 1:
          return ntSuccess(f.result32) ? k.systemCall(f, 2, 'NtClose', [f.get(0)]) : wait(k, f);
        case 2:
          return wait(k, f);
        default:
          return k.returnVoid();
      }
    },
  },
  {
    name: 'PspDefaultWorker',
    locals: 1,
    step(k, f) {
      if (f.pc !== 0) return k.return(0);
      k.mem.setI64(f.localAddress(0), WORKER_LIFETIME);
      return k.systemCall(f, 1, 'NtDelayExecution', [0, f.localAddress(0)]);
    },
  },
  exit('RtlExitUserThread', 'NtTerminateThread', CURRENT_THREAD),
  exit('ExitThread', 'NtTerminateThread', CURRENT_THREAD),
  exitProcess('RtlExitUserProcess'),
  exitProcess('ExitProcess'),
  // (FileName) -> module base
  mapping('LoadLibraryW', () => ({ bytes: 0, tag: 0 })),
  // (FileName, File, Flags): a data file or an image resource has its low bits set, and no image callback is called for it
  mapping('LoadLibraryExW', (f) => ({ bytes: 0, tag: f.u32(2) & AS_DATAFILE ? 1 : f.u32(2) & AS_IMAGE_RESOURCE ? 2 : 0 })),
  // Interlock's own: (FileName, Bytes) -> base of a view of the first bytes, as MapViewOfFile of an image section has it
  mapping('MapImageView', (f) => ({ bytes: f.u32(1), tag: 0 })),
];

function wait(k: Kernel, f: Frame): Status {
  k.mem.setI64(f.localAddress(1), -k.mem.i64(k.globals.PS + PS_GLOBALS.DefaultLifetime));
  return k.systemCall(f, 3, 'NtDelayExecution', [0, f.localAddress(1)]);
}
