// Processes of user mode: starting, opening, ending them.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CLIENT_ID, PROCESS_BASIC_INFORMATION, RTL_USER_PROCESS_PARAMETERS, UNICODE_STRING } from '../layouts.gen.js';
import { pidOfThread, tidOf } from '../ob/note.js';
import { ntSuccess } from '../ob/status.js';
import { unitsOf, WIDE } from '../rtl/text-unit.js';
import { heapAllocate, heapFree } from './heap.js';
import { ATTRIBUTE_SLOTS, bool, direct, failed, putAttributes, setLastError, statusOf, store32, win32 } from './win32.js';

const PROCESS_ALL_ACCESS = 0x1fffff;
const THREAD_ALL_ACCESS = 0x1fffff;
const CREATE_SUSPENDED = 4;
const ERROR_FILE_NOT_FOUND = 2;
const PROCESS_BASIC_SIZE = PROCESS_BASIC_INFORMATION.sizeof;

const wide = (k: Kernel, at: Addr): string => (at === 0 ? '' : String.fromCharCode(...unitsOf(k, WIDE, at, 32766)));

/** First word of a command line is the program when no application name is given. */
function programOf(application: string, command: string): string {
  const path = application !== '' ? application : (/^\s*"([^"]*)"|^\s*(\S+)/.exec(command)?.slice(1).find((x) => x !== undefined) ?? '');
  if (path === '' || path.includes('\\') || path.startsWith('/')) return path;
  return `C:\\Windows\\System32\\${/\.[^.\\]+$/.test(path) ? path : `${path}.exe`}`;
}

/** Process parameters with image path and command line in the heap; 0 when it is full. */
function buildParameters(k: Kernel, image: string, command: string): Addr {
  const size = RTL_USER_PROCESS_PARAMETERS.sizeof + 2 * (image.length + command.length + 2);
  const block = heapAllocate(k, size);
  if (block === 0) return 0;
  let text = block + RTL_USER_PROCESS_PARAMETERS.sizeof;
  for (const [field, value] of [
    [RTL_USER_PROCESS_PARAMETERS.ImagePathName, image],
    [RTL_USER_PROCESS_PARAMETERS.CommandLine, command],
  ] as const) {
    k.mem.writeUtf16(text, value, true);
    k.mem.setU16(block + field + UNICODE_STRING.Length, value.length * 2);
    k.mem.setU16(block + field + UNICODE_STRING.MaximumLength, value.length * 2 + 2);
    k.mem.setPtr(block + field + UNICODE_STRING.Buffer, text);
    text += value.length * 2 + 2;
  }
  k.mem.setU32(block + RTL_USER_PROCESS_PARAMETERS.Length, size);
  k.mem.setU32(block + RTL_USER_PROCESS_PARAMETERS.MaximumLength, size);
  return block;
}

/** Locals: 0 process handle, 1 thread handle, 2 parameters. */
function create(k: Kernel, f: Frame, application: string, command: string, flags: number): Status {
  const image = programOf(application, command);
  if (image === '') {
    setLastError(k, ERROR_FILE_NOT_FOUND);
    return k.return(0);
  }
  const parameters = buildParameters(k, image, command === '' ? image : command);
  f.set(2, parameters);
  return k.systemCall(f, 1, 'NtCreateUserProcess', [f.localAddress(0), f.localAddress(1), PROCESS_ALL_ACCESS, THREAD_ALL_ACCESS, 0, 0, 0, flags & CREATE_SUSPENDED ? 1 : 0, parameters, 0, 0]);
}

/** (Handle, ...) -> what a service writes to a local buffer. */
const basicInformation = (k: Kernel, f: Frame, service: string): Status => k.systemCall(f, 1, service, [f.ptr(0), 0, f.localAddress(0), PROCESS_BASIC_SIZE, 0]);

export const routines: KernelRoutine[] = [
  win32({
    // Interlock's own: (Image, CommandLine) -> process handle
    name: 'StartProcess',
    locals: 3,
    cost: 100,
    step(k, f) {
      switch (f.pc) {
        case 0:
          return create(k, f, wide(k, f.ptr(0)), wide(k, f.ptr(1)), 0);
        case 1: {
          heapFree(k, f.get(2));
          const status = statusOf(f);
          return ntSuccess(status) ? k.systemCall(f, 2, 'NtClose', [f.get(1)]) : failed(k, status);
        }
        default:
          return k.return(f.get(0));
      }
    },
  }),
  win32({
    // (Application, CommandLine, ProcessAttributes, ThreadAttributes, Inherit, Flags, Environment, Directory, StartupInfo, *ProcessInformation)
    name: 'CreateProcessW',
    locals: 4,
    cost: 100,
    step(k, f) {
      if (f.pc === 0) return create(k, f, wide(k, f.ptr(0)), wide(k, f.ptr(1)), f.u32(5));
      const out = f.ptr(9);
      if (f.pc === 1) {
        heapFree(k, f.get(2));
        const status = statusOf(f);
        if (!ntSuccess(status)) return failed(k, status);
        k.mem.checked.setPtr(out, f.get(0));
        k.mem.checked.setPtr(out + 8, f.get(1));
        f.set(3, heapAllocate(k, PROCESS_BASIC_SIZE));
        return k.systemCall(f, 2, 'NtQueryInformationProcess', [f.get(0), 0, f.get(3), PROCESS_BASIC_SIZE, 0]);
      }
      if (f.pc === 2) {
        k.mem.checked.setU32(out + 16, k.mem.checked.u32(f.get(3) + PROCESS_BASIC_INFORMATION.UniqueProcessId));
        return k.systemCall(f, 3, 'NtQueryInformationThread', [f.get(1), 0, f.get(3), 0x30, 0]);
      }
      // THREAD_BASIC_INFORMATION: ExitStatus, TebBaseAddress, ClientId {process, thread}
      k.mem.checked.setU32(out + 20, k.mem.checked.u32(f.get(3) + 0x10 + CLIENT_ID.UniqueThread));
      heapFree(k, f.get(3));
      return k.return(1);
    },
  }),
  ...(
    [
      ['OpenProcess', 'NtOpenProcess', CLIENT_ID.UniqueProcess],
      ['OpenThread', 'NtOpenThread', CLIENT_ID.UniqueThread],
    ] as const
  ).map(([name, service, field]) =>
    // (Access, Inherit, Id)
    win32({
      name,
      locals: 3 + ATTRIBUTE_SLOTS,
      step(k, f) {
        if (f.pc === 0) {
          const id = f.localAddress(1);
          k.mem.fill(id, CLIENT_ID.sizeof);
          k.mem.setPtr(id + field, f.u32(2));
          return k.systemCall(f, 1, service, [f.localAddress(0), f.u32(0), putAttributes(k, f, 3, 0, f.bool(1) ? 2 : 0), id]);
        }
        const status = statusOf(f);
        return ntSuccess(status) ? k.return(f.get(0)) : failed(k, status);
      },
    }),
  ),
  direct('TerminateProcess', 'NtTerminateProcess', (_k, f) => [f.ptr(0), f.i32(1)]),
  win32({
    // ends the other threads first, then the process with the current one
    name: 'ExitProcess',
    step: (k, f) => (f.pc === 0 ? k.systemCall(f, 1, 'NtTerminateProcess', [0, f.i32(0)]) : k.systemCall(f, 2, 'NtTerminateProcess', [-1, f.i32(0)])),
  }),
  win32({
    name: 'GetExitCodeProcess',
    locals: Math.ceil(PROCESS_BASIC_SIZE / 8),
    step(k, f) {
      if (f.pc === 0) return basicInformation(k, f, 'NtQueryInformationProcess');
      if (ntSuccess(statusOf(f))) store32(k, f.ptr(1), k.mem.u32(f.localAddress(0)));
      return bool(k, statusOf(f));
    },
  }),
  win32({
    name: 'GetProcessId',
    locals: Math.ceil(PROCESS_BASIC_SIZE / 8),
    step(k, f) {
      if (f.pc === 0) return basicInformation(k, f, 'NtQueryInformationProcess');
      return ntSuccess(statusOf(f)) ? k.return(k.mem.u32(f.localAddress(0) + PROCESS_BASIC_INFORMATION.UniqueProcessId)) : failed(k, statusOf(f));
    },
  }),
  win32({ name: 'GetCurrentProcess', cost: 1, step: (k) => k.return(-1) }),
  win32({ name: 'GetCurrentThread', cost: 1, step: (k) => k.return(-2) }),
  win32({ name: 'GetCurrentProcessId', cost: 1, step: (k) => k.return(pidOfThread(k, k.currentThread())) }),
  win32({ name: 'GetCurrentThreadId', cost: 1, step: (k) => k.return(tidOf(k, k.currentThread())) }),
];
