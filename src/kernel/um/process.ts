// Processes and threads in Win32: StartProcess, CreateProcessW, CreateThread, OpenProcess, TerminateProcess, IDs.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CLIENT_ID,
  EPROCESS,
  ETHREAD,
  KTHREAD,
  PEB,
  PROCESS_BASIC_INFORMATION,
  RTL_USER_PROCESS_PARAMETERS,
  TEB,
  THREAD_BASIC_INFORMATION,
} from '../layouts.gen.js';
import { ntSuccess } from '../ob/status.js';
import { setUnicode } from '../ob/strings.js';
import { toNtPath } from '../ps/program.js';
import { hasThreadFlag, ownProcess, ThreadFlag } from '../ps/state.js';
import { moduleBase } from './loader-data.js';
import { ATTRIBUTE_SLOTS, attributes, PATH_SLOTS, putPath, setLastError, toBool, valueOr, wideArg, win32 } from './win32.js';

const PROCESS_ALL_ACCESS = 0x1fffff;
const THREAD_ALL_ACCESS = 0x1fffff;
const CURRENT_PROCESS = -1;
const CREATE_SUSPENDED = 4;
const OBJECT_HANDLE_FLAG_INFORMATION = 4;
const EXTENDED_STARTUPINFO_PRESENT = 0x80000;
const STARTUPINFOW_SIZE = 0x68;
const PROCESS_CREATE_FLAGS_INHERIT_HANDLES = 4;
const PS_ATTRIBUTE_PARENT_PROCESS = 0x60000;
/** Win32's number of that attribute, and the bytes of our attribute list: whether a parent is set, and its handle. */
const PROC_THREAD_ATTRIBUTE_PARENT_PROCESS = 0x20000;
const LIST_BYTES = 16;
const ERROR_NOT_SUPPORTED = 50;
const ERROR_MOD_NOT_FOUND = 126;
const ERROR_INSUFFICIENT_BUFFER = 122;
/** A handle that no table has. */
const NO_HANDLE = 0x7ffffffc;

/** IDs in the basic information of a thread. */
const CLIENT = {
  process: THREAD_BASIC_INFORMATION.ClientId + CLIENT_ID.UniqueProcess,
  thread: THREAD_BASIC_INFORMATION.ClientId + CLIENT_ID.UniqueThread,
} as const;

const PARAMETER_SLOTS = RTL_USER_PROCESS_PARAMETERS.sizeof / 8;
// Slots of the process creators: handles, query buffer, parameters, image path.
const PROCESS = 0;
const THREAD = 1;
const STATUS = 2;
const QUERY = 3;
const PARAMETERS = QUERY + 6;
const ATTRIBUTES = PARAMETERS + PARAMETER_SLOTS;
/** PS_ATTRIBUTE_LIST with one entry. */
const ATTRIBUTE_LIST_SLOTS = 5;
const PATH = ATTRIBUTES + ATTRIBUTE_LIST_SLOTS;
const CREATE_LOCALS = PATH + PATH_SLOTS;

/** Image of a command line: its first word, quoted or not. */
export function imageOfCommand(command: string): string {
  const m = /^\s*(?:"([^"]*)"|(\S+))/.exec(command);
  const image = m?.[1] ?? m?.[2] ?? '';
  return image !== '' && !/\.[A-Za-z0-9]+$/.test(image) ? `${image}.exe` : image;
}

/** Names without a folder are looked for in System32 only. */
const fullPath = (image: string): string => (/[\\/]/.test(image) ? image : `C:\\Windows\\System32\\${image}`);

interface Creation {
  readonly image: string;
  /** The command line stays where the caller has it. */
  readonly command: Addr;
  readonly suspended?: boolean;
  readonly inheritHandles?: boolean;
  /** Handle of another process that is to be the parent, 0: none. */
  readonly parent?: number;
}

/** PS_ATTRIBUTE_LIST that names another parent. */
function parentAttribute(k: Kernel, f: Frame, parent: number): Addr {
  const list = f.localAddress(ATTRIBUTES);
  for (const [i, word] of [ATTRIBUTE_LIST_SLOTS * 8, PS_ATTRIBUTE_PARENT_PROCESS, 8, parent, 0].entries()) k.mem.setPtr(list + 8 * i, word);
  return list;
}

/** Calls NtCreateUserProcess. */
function create(k: Kernel, f: Frame, nextPc: number, o: Creation): Status {
  const { image, command } = o;
  const parameters = f.localAddress(PARAMETERS);
  k.mem.fill(parameters, RTL_USER_PROCESS_PARAMETERS.sizeof);
  const subsystem = image.startsWith('/');
  const path = putPath(k, f, PATH, subsystem ? image : toNtPath(fullPath(image)));
  const put = (field: number, address: Addr, bytes: number): void => setUnicode(k, parameters + field, address, bytes, bytes + 2);
  put(RTL_USER_PROCESS_PARAMETERS.ImagePathName, path.address, path.bytes);
  if (command !== 0) put(RTL_USER_PROCESS_PARAMETERS.CommandLine, command, wideArg(k, command).length * 2);
  else put(RTL_USER_PROCESS_PARAMETERS.CommandLine, path.address + (subsystem ? 0 : 8), path.bytes - (subsystem ? 0 : 8));
  return k.systemCall(f, nextPc, 'NtCreateUserProcess', [
    f.localAddress(PROCESS),
    f.localAddress(THREAD),
    PROCESS_ALL_ACCESS,
    THREAD_ALL_ACCESS,
    0,
    0,
    o.inheritHandles ? PROCESS_CREATE_FLAGS_INHERIT_HANDLES : 0,
    o.suspended ? 1 : 0,
    parameters,
    0,
    o.parent ? parentAttribute(k, f, o.parent) : 0,
  ]);
}

/** (ApplicationName, CommandLine, ProcessAttributes, ThreadAttributes, InheritHandles, Flags, Environment, Directory, StartupInfo, ProcessInformation) */
function createProcess(k: Kernel, f: Frame): Status {
  const info = f.ptr(9);
  switch (f.pc) {
    case 0: {
      const image = f.ptr(0) === 0 ? imageOfCommand(wideArg(k, f.ptr(1))) : wideArg(k, f.ptr(0));
      const list = f.u32(5) & EXTENDED_STARTUPINFO_PRESENT ? k.mem.checked.ptr(f.ptr(8) + STARTUPINFOW_SIZE) : 0;
      const parent = list === 0 || k.mem.checked.ptr(list) === 0 ? 0 : k.mem.checked.ptr(list + 8);
      return create(k, f, 1, {
        image,
        command: f.ptr(1),
        suspended: (f.u32(5) & CREATE_SUSPENDED) !== 0,
        inheritHandles: f.u32(4) !== 0,
        parent,
      });
    }
    case 1:
      if (!ntSuccess(f.result32)) return toBool(k, f.result32 | 0);
      k.mem.checked.setPtr(info, f.get(PROCESS));
      k.mem.checked.setPtr(info + 8, f.get(THREAD));
      return k.systemCall(f, 2, 'NtQueryInformationThread', [f.get(THREAD), 0, f.localAddress(QUERY), THREAD_BASIC_INFORMATION.sizeof, 0]);
    default:
      k.mem.checked.setU32(info + 0x10, k.mem.u32(f.localAddress(QUERY) + CLIENT.process));
      k.mem.checked.setU32(info + 0x14, k.mem.u32(f.localAddress(QUERY) + CLIENT.thread));
      return k.return(1);
  }
}

/** Value of a class of NtQueryInformationProcess/Thread as a function's result. */
function query(name: string, service: string, size: number, offset: number): KernelRoutine {
  return win32({
    name,
    locals: 6,
    service,
    args: (_k, f) => [f.ptr(0), 0, f.localAddress(0), size, 0],
    result: (k, f, status) => valueOr(k, status, k.mem.u32(f.localAddress(0) + offset), 0),
  });
}

const current = (name: string, value: (k: Kernel) => number): KernelRoutine => ({ name, cost: 2, step: (k) => k.return(value(k)) });

function open(name: string, service: string, thread: boolean): KernelRoutine {
  return win32({
    // (Access, Inherit, Id)
    name,
    locals: 3 + ATTRIBUTE_SLOTS,
    service,
    args(k, f) {
      k.mem.setPtr(f.localAddress(1) + CLIENT_ID.UniqueProcess, thread ? 0 : f.u32(2));
      k.mem.setPtr(f.localAddress(1) + CLIENT_ID.UniqueThread, thread ? f.u32(2) : 0);
      return [f.localAddress(0), f.u32(0), attributes(k, f, 3, 0, 0, 0, f.bool(1) ? 2 : 0), f.localAddress(1)];
    },
    result: (k, f, status) => valueOr(k, status, f.get(0), 0),
  });
}

/** (…): CreateThread and CreateRemoteThread differ in a leading process handle. */
function createThread(name: string, shift: number): KernelRoutine {
  return {
    // ([Process,] Attributes, StackSize, StartAddress, Parameter, Flags, PDWORD ThreadId)
    name,
    locals: 7,
    cost: 20,
    step(k, f) {
      switch (f.pc) {
        case 0:
          return k.systemCall(f, 1, 'NtCreateThreadEx', [
            f.localAddress(0),
            THREAD_ALL_ACCESS,
            0,
            shift ? f.ptr(0) : CURRENT_PROCESS,
            f.ptr(2 + shift),
            f.ptr(3 + shift),
            f.u32(4 + shift) & CREATE_SUSPENDED ? 1 : 0,
            0,
            f.ptr(1 + shift),
            0,
            0,
          ]);
        case 1:
          if (!ntSuccess(f.result32) || f.ptr(5 + shift) === 0) return valueOr(k, f.result32 | 0, f.get(0), 0);
          return k.systemCall(f, 2, 'NtQueryInformationThread', [f.get(0), 0, f.localAddress(1), THREAD_BASIC_INFORMATION.sizeof, 0]);
        default:
          k.mem.checked.setU32(f.ptr(5 + shift), k.mem.u32(f.localAddress(1) + CLIENT.thread));
          return k.return(f.get(0));
      }
    },
  };
}

/** Suspend and resume return the previous count, -1 on failure. */
const counted = (name: string, service: string): KernelRoutine =>
  win32({
    name,
    locals: 1,
    service,
    args: (_k, f) => [f.ptr(0), f.localAddress(0)],
    result: (k, f, status) => valueOr(k, status, f.get(0), -1),
  });

export const routines: KernelRoutine[] = [
  {
    // Interlock's own: (Image, CommandLine) -> process handle, NULL and last error on failure
    name: 'StartProcess',
    locals: CREATE_LOCALS,
    cost: 50,
    step(k, f) {
      switch (f.pc) {
        case 0:
          return create(k, f, 1, { image: wideArg(k, f.ptr(0)), command: f.ptr(1) });
        case 1:
          f.set(STATUS, f.result32 | 0);
          if (!ntSuccess(f.get(STATUS))) return valueOr(k, f.get(STATUS), 0, 0);
          return k.systemCall(f, 2, 'NtClose', [f.get(THREAD)]);
        default:
          return k.return(f.get(PROCESS));
      }
    },
  },
  { name: 'CreateProcessW', locals: CREATE_LOCALS, cost: 50, step: createProcess },
  {
    // (List | NULL, Count, Flags, PSIZE_T Size)
    name: 'InitializeProcThreadAttributeList',
    cost: 5,
    step(k, f) {
      const size = k.mem.checked.u32(f.ptr(3));
      k.mem.checked.setPtr(f.ptr(3), LIST_BYTES);
      if (f.ptr(0) === 0 || size < LIST_BYTES) {
        setLastError(k, ERROR_INSUFFICIENT_BUFFER);
        return k.return(0);
      }
      k.mem.checked.fill(f.ptr(0), LIST_BYTES);
      return k.return(1);
    },
  },
  {
    // (List, Flags, Attribute, Value, Size, PreviousValue, ReturnSize): another parent is the only attribute that means something here
    name: 'UpdateProcThreadAttribute',
    cost: 5,
    step(k, f) {
      if (f.u32(2) !== PROC_THREAD_ATTRIBUTE_PARENT_PROCESS || f.u32(4) !== 8) {
        setLastError(k, ERROR_NOT_SUPPORTED);
        return k.return(0);
      }
      k.mem.checked.setPtr(f.ptr(0), 1);
      k.mem.checked.setPtr(f.ptr(0) + 8, k.mem.checked.ptr(f.ptr(3)));
      return k.return(1);
    },
  },
  { name: 'DeleteProcThreadAttributeList', cost: 3, step: (k) => k.returnVoid() },
  createThread('CreateThread', 0),
  createThread('CreateRemoteThread', 1),
  open('OpenProcess', 'NtOpenProcess', false),
  open('OpenThread', 'NtOpenThread', true),
  // Win32 refuses NULL, which to the service would mean "all other threads of this process"
  win32({ name: 'TerminateProcess', service: 'NtTerminateProcess', args: (_k, f) => [f.ptr(0) === 0 ? NO_HANDLE : f.ptr(0), f.i32(1)] }),
  win32({ name: 'TerminateThread', service: 'NtTerminateThread', args: (_k, f) => [f.ptr(0), f.i32(1)] }),
  counted('SuspendThread', 'NtSuspendThread'),
  counted('ResumeThread', 'NtResumeThread'),
  query('GetProcessId', 'NtQueryInformationProcess', PROCESS_BASIC_INFORMATION.sizeof, PROCESS_BASIC_INFORMATION.UniqueProcessId),
  query('GetThreadId', 'NtQueryInformationThread', THREAD_BASIC_INFORMATION.sizeof, CLIENT.thread),
  ...(['Process', 'Thread'] as const).map((what) =>
    win32({
      // (Handle, PDWORD ExitCode)
      name: `GetExitCode${what}`,
      locals: 6,
      service: `NtQueryInformation${what}`,
      args: (_k, f) => [f.ptr(0), 0, f.localAddress(0), THREAD_BASIC_INFORMATION.sizeof, 0], // as large as the process' one, ExitStatus first in both
      result(k, f, status) {
        if (ntSuccess(status)) k.mem.checked.setU32(f.ptr(1), k.mem.u32(f.localAddress(0)));
        return toBool(k, status);
      },
    }),
  ),
  win32({
    // (Object, PDWORD Flags): 1 inherit, 2 protected from close
    name: 'GetHandleInformation',
    locals: 1,
    service: 'NtQueryObject',
    args: (_k, f) => [f.ptr(0), OBJECT_HANDLE_FLAG_INFORMATION, f.localAddress(0), 2, 0],
    result(k, f, status) {
      const at = f.localAddress(0);
      if (ntSuccess(status)) k.mem.checked.setU32(f.ptr(1), k.mem.u8(at) | (k.mem.u8(at + 1) << 1));
      return toBool(k, status);
    },
  }),
  {
    // (Object, Mask, Flags)
    name: 'SetHandleInformation',
    locals: 1,
    cost: 10,
    step(k, f) {
      const at = f.localAddress(0);
      if (f.pc === 0) return k.systemCall(f, 1, 'NtQueryObject', [f.ptr(0), OBJECT_HANDLE_FLAG_INFORMATION, at, 2, 0]);
      if (f.pc === 2 || !ntSuccess(f.result32)) return toBool(k, f.result32 | 0);
      for (const bit of [0, 1]) if ((f.u32(1) >> bit) & 1) k.mem.setU8(at + bit, (f.u32(2) >> bit) & 1);
      return k.systemCall(f, 2, 'NtSetInformationObject', [f.ptr(0), OBJECT_HANDLE_FLAG_INFORMATION, at, 2]);
    },
  },
  current('GetCurrentProcess', () => CURRENT_PROCESS),
  current('GetCurrentThread', () => -2),
  current('GetCurrentProcessId', (k) => k.mem.ptr(k.currentThread() + ETHREAD.Cid + CLIENT_ID.UniqueProcess)),
  current('GetCurrentThreadId', (k) => k.mem.ptr(k.currentThread() + ETHREAD.Cid + CLIENT_ID.UniqueThread)),
  // Interlock's own: numbers among the threads and processes of one block of the scenario, from 0
  current('ThreadNumber', (k) => {
    const thread = k.currentThread();
    return hasThreadFlag(k, thread, ThreadFlag.Body) ? k.mem.ptr(thread + ETHREAD.StartContext) : 0;
  }),
  current('ProcessNumber', (k) => Math.max(0, k.mem.u32(ownProcess(k) + EPROCESS.ScenarioProcess) - 1)),
  current('GetProcessHeap', (k) => k.mem.ptr(peb(k) + PEB.ProcessHeap)),
  {
    // (ModuleName | NULL: the exe)
    name: 'GetModuleHandleW',
    cost: 5,
    step(k, f) {
      if (f.ptr(0) === 0) return k.return(k.mem.ptr(peb(k) + PEB.ImageBaseAddress));
      const base = moduleBase(k, wideArg(k, f.ptr(0)));
      if (base === 0) setLastError(k, ERROR_MOD_NOT_FOUND);
      return k.return(base);
    },
  },
  { name: 'FreeLibrary', cost: 5, step: (k) => k.return(1) },
];

const peb = (k: Kernel): Addr => k.mem.ptr(k.mem.ptr(k.currentThread() + KTHREAD.Teb) + TEB.ProcessEnvironmentBlock);
