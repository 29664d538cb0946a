// fork and exec of the built-in provider, with the same routines that a provider driver has (reference: subsystem-processes.md 2: fork is a new NT process, exec
// is another one, linked to the same Linux task, whose NT parent is the short-lived process that forked).
import type { Addr, Status } from '../../machine/abi.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  EPROCESS,
  ETHREAD,
  KTRAP_FRAME,
  LX_TASK,
  PS_PICO_CREATE_INFO,
  PS_PICO_PROCESS_ATTRIBUTES,
  PS_PICO_THREAD_ATTRIBUTES,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { dropReference, referenceObject } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { probeUser } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateCounted, freeUnicode, readUnicode } from '../ob/strings.js';
import { endThreadless } from '../ps/pico-control.js';
import { createElfFile, linuxPath } from '../ps/pico-create.js';
import { startProgram } from '../ps/pico-program.js';
import { findProgram } from '../ps/program.js';
import { hasProcessFlag, ownProcess, ProcessFlag } from '../ps/state.js';
import { ERRNO } from './numbers.js';
import { attachTask, freeTask, newTask, pidOfTask, taskOf } from './task.js';

/** Error number of a status that CreateProcess or CreateThread gave. */
function errno(k: Kernel, status: number): number {
  if (status === NT.ACCESS_DENIED) return k.choice('subsystem-veto-errno') === 'enoexec' ? -ERRNO.ENOEXEC : -ERRNO.EACCES;
  if (status === NT.INSUFFICIENT_RESOURCES || status === NT.NO_MEMORY) return -ERRNO.ENOMEM;
  return -ERRNO.EAGAIN;
}

// Locals of LxFork: handles, the child's task, result, attributes, create information with one string.
const PROCESS = 0;
const THREAD = 1;
const TASK = 2;
const RESULT = 3;
const INFO = 4;
const NAME = INFO + PS_PICO_CREATE_INFO.sizeof / 8;
const ATTRIBUTES = NAME + UNICODE_STRING.sizeof / 8;
const FORK_LOCALS = ATTRIBUTES + PS_PICO_THREAD_ATTRIBUTES.sizeof / 8;

const REGISTERS = ['Rcx', 'Rdx', 'Rbx', 'Rsp', 'Rbp', 'Rsi', 'Rdi', 'R8', 'R9', 'R10', 'R11'] as const;

/** LxFork(TrapFrame) -> PID of the child, or an error number. */
function fork(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const trap = f.ptr(0);
  const at = f.localAddress(ATTRIBUTES);
  const parent = ownProcess(k);
  switch (f.pc) {
    case 0: {
      for (let i = 0; i < FORK_LOCALS; i++) f.set(i, 0);
      const task = newTask(k, 0, pidOfTask(k, taskOf(k, parent)));
      if (task === 0) return k.return(-ERRNO.ENOMEM);
      m.setU32(task + LX_TASK.Break, m.u32(taskOf(k, parent) + LX_TASK.Break));
      f.set(TASK, task);
      f.set(RESULT, pidOfTask(k, task));
      m.setPtr(at + PS_PICO_PROCESS_ATTRIBUTES.Context, task);
      m.setU32(at + PS_PICO_PROCESS_ATTRIBUTES.Flags, 3);
      let info = 0;
      if (k.choice('fork-image-name') === 'same') {
        info = f.localAddress(INFO);
        allocateCounted(k, f.localAddress(NAME), linuxPath(k, parent), 'LxNm');
        m.setPtr(info + PS_PICO_CREATE_INFO.ImageFileName, f.localAddress(NAME));
      }
      return k.call(f, 1, 'PspPicoCreateProcess', [at, info, f.localAddress(PROCESS)]);
    }
    case 1: {
      const status = f.result32 | 0;
      freeUnicode(k, f.localAddress(NAME));
      if (!ntSuccess(status)) return undo(k, f, status);
      const child = referenceByHandle(k, f.get(PROCESS), 0, 0, 0);
      m.setPtr(f.get(TASK) + LX_TASK.Process, child.body);
      dropReference(k, child.body); // the handle keeps it
      m.fill(at, PS_PICO_THREAD_ATTRIBUTES.sizeof);
      m.setPtr(at + PS_PICO_THREAD_ATTRIBUTES.Process, f.get(PROCESS));
      m.setU64(at + PS_PICO_THREAD_ATTRIBUTES.StartRoutine, m.u64(trap + KTRAP_FRAME.Rip));
      m.setU64(at + PS_PICO_THREAD_ATTRIBUTES.UserStack, m.u64(trap + KTRAP_FRAME.Rsp));
      for (const r of REGISTERS) m.setU64(at + PS_PICO_THREAD_ATTRIBUTES[r], m.u64(trap + KTRAP_FRAME[r]));
      m.setU64(at + PS_PICO_THREAD_ATTRIBUTES.UserFsBase, m.u64(k.currentThread() + ETHREAD.PicoFsBase));
      m.setU64(at + PS_PICO_THREAD_ATTRIBUTES.UserGsBase, m.u64(k.currentThread() + ETHREAD.PicoGsBase));
      return k.call(f, 2, 'PspPicoCreateThread', [at, 0, f.localAddress(THREAD)]);
    }
    case 2: {
      const status = f.result32 | 0;
      if (!ntSuccess(status)) return undo(k, f, status);
      return k.call(f, 3, 'ObCloseHandle', [f.get(THREAD), 0]);
    }
    case 3:
      return k.call(f, 4, 'ObCloseHandle', [f.get(PROCESS), 0]);
    default:
      return k.return(f.get(RESULT));
  }
}

/** Without process or thread there is no child. */
function undo(k: Kernel, f: Frame, status: number): Status {
  f.set(RESULT, errno(k, status));
  const child = k.mem.ptr(f.get(TASK) + LX_TASK.Process);
  if (child !== 0) abandon(k, child, status);
  freeTask(k, f.get(TASK));
  return f.get(PROCESS) === 0 ? k.return(f.get(RESULT)) : k.call(f, 4, 'ObCloseHandle', [f.get(PROCESS), 0]);
}

/** The new process is of no task; one that got no thread ends here, a refused one has ended or will. */
function abandon(k: Kernel, process: Addr, status: number): void {
  k.mem.setPtr(process + EPROCESS.PicoContext, 0);
  if (k.mem.u32(process + EPROCESS.ActiveThreads) === 0 && !hasProcessFlag(k, process, ProcessFlag.Deleting))
    endThreadless(k, process, status);
}

// Locals of LxExec.
const COMMAND = NAME + UNICODE_STRING.sizeof / 8;
const FILE = COMMAND + UNICODE_STRING.sizeof / 8;
const NEW_THREAD = FILE + 1;
const EXEC_ATTRIBUTES = NEW_THREAD + 1;
const EXEC_LOCALS = EXEC_ATTRIBUTES + PS_PICO_PROCESS_ATTRIBUTES.sizeof / 8;
const MAX_ARGUMENTS = 256;

/** Strings of execve, read with the caller's rights. */
function readArguments(k: Kernel, path: Addr, argv: Addr): { readonly path: string; readonly argv: string } {
  const c = k.mem.checked;
  probeUser(k, path, 1);
  const image = c.readAnsiz(path);
  const words: string[] = [];
  for (let i = 0; argv !== 0 && i < MAX_ARGUMENTS; i++) {
    probeUser(k, argv + 8 * i, 8);
    const word = c.ptr(argv + 8 * i);
    if (word === 0) break;
    probeUser(k, word, 1);
    words.push(c.readAnsiz(word));
  }
  return { path: image, argv: words.join('\0') };
}

/** LxExec(TrapFrame): does not come back when it succeeds. */
function exec(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const at = f.localAddress(EXEC_ATTRIBUTES);
  const info = f.localAddress(INFO);
  const process = ownProcess(k);
  switch (f.pc) {
    case 0: {
      for (let i = 0; i < EXEC_LOCALS; i++) f.set(i, 0);
      let given: ReturnType<typeof readArguments>;
      try {
        given = readArguments(k, m.ptr(f.ptr(0) + KTRAP_FRAME.Rdi), m.ptr(f.ptr(0) + KTRAP_FRAME.Rsi));
      } catch (e) {
        if (e instanceof SimulatedFault) return k.return(-ERRNO.EFAULT);
        throw e;
      }
      if (!given.path.startsWith('/')) return k.return(-ERRNO.ENOENT);
      allocateCounted(k, f.localAddress(NAME), given.path, 'LxNm');
      allocateCounted(k, f.localAddress(COMMAND), given.argv, 'LxNm');
      f.set(FILE, createElfFile(k, given.path));
      m.setPtr(info + PS_PICO_CREATE_INFO.FileObject, f.get(FILE));
      m.setPtr(info + PS_PICO_CREATE_INFO.ImageFileName, f.localAddress(NAME));
      if (given.argv !== '') m.setPtr(info + PS_PICO_CREATE_INFO.CommandLine, f.localAddress(COMMAND));
      m.setPtr(at + PS_PICO_PROCESS_ATTRIBUTES.Context, taskOf(k, process));
      m.setU32(at + PS_PICO_PROCESS_ATTRIBUTES.Flags, 2);
      return k.call(f, 1, 'PspPicoCreateProcess', [at, info, f.localAddress(PROCESS)]);
    }
    case 1: {
      const status = f.result32 | 0;
      if (!ntSuccess(status)) return release(k, f, errno(k, status));
      const made = referenceByHandle(k, f.get(PROCESS), 0, 0, 0);
      f.set(TASK, made.body);
      const thread = startProgram(k, made.body, findProgram(k, readUnicode(k, f.localAddress(NAME))));
      if (thread.thread === 0) {
        abandon(k, made.body, thread.status);
        return release(k, f, errno(k, thread.status));
      }
      f.set(NEW_THREAD, thread.thread);
      referenceObject(k, thread.thread);
      return k.call(f, 2, 'PspPicoReportThread', [thread.thread]);
    }
    case 2: {
      const status = f.result32 | 0;
      if (!ntSuccess(status)) {
        abandon(k, f.get(TASK), status);
        return release(k, f, errno(k, status));
      }
      // the task has a new process; the old one ends without being its end
      m.setPtr(process + EPROCESS.PicoContext, 0);
      const task = taskOf(k, f.get(TASK));
      attachTask(k, task, f.get(TASK));
      m.setU32(task + LX_TASK.Break, 0);
      k.startThread(f.get(NEW_THREAD));
      return release(k, f, 0);
    }
    case 3:
      f.set(NEW_THREAD, 0);
      return release(k, f, f.get(RESULT));
    case 4:
      f.set(TASK, 0);
      return release(k, f, f.get(RESULT));
    case 5:
      f.set(FILE, 0);
      return release(k, f, f.get(RESULT));
    case 6:
      f.set(PROCESS, 0);
      return release(k, f, f.get(RESULT));
    default:
      return k.return(f.get(RESULT));
  }
}

/** Gives back what exec holds, one thing a step; then the error, or the end of the process that called it. */
function release(k: Kernel, f: Frame, result: number): Status {
  f.set(RESULT, result);
  if (f.get(NEW_THREAD) !== 0) return k.call(f, 3, 'ObfDereferenceObject', [f.get(NEW_THREAD)]);
  if (f.get(TASK) !== 0) return k.call(f, 4, 'ObfDereferenceObject', [f.get(TASK)]);
  if (f.get(FILE) !== 0) return k.call(f, 5, 'ObfDereferenceObject', [f.get(FILE)]);
  if (f.get(PROCESS) !== 0) return k.call(f, 6, 'ObCloseHandle', [f.get(PROCESS), 0]);
  freeUnicode(k, f.localAddress(NAME));
  freeUnicode(k, f.localAddress(COMMAND));
  return result === 0 ? k.call(f, 7, 'PspPicoEndProcess', [0]) : k.return(result);
}

export const routines: KernelRoutine[] = [
  { name: 'LxFork', locals: FORK_LOCALS, cost: 100, step: fork },
  { name: 'LxExec', locals: EXEC_LOCALS, cost: 200, step: exec },
];
