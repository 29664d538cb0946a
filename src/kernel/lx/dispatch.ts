// The built-in provider: what answers Linux system calls while no driver has registered itself as pico provider. It does with the kernel's pico routines what
// lxcore does on Windows, as far as drivers that watch processes can tell: fork and exec are new NT processes, an exec's parent is the process that forked,
// and that one ends. Each call is a routine of its own: (trap frame) -> value for Rax.
import type { Addr, Status } from '../../machine/abi.js';
import { SimulatedFault } from '../../machine/routine.js';
import { resumeThread, suspendThread } from '../ke/apc.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, KTRAP_FRAME, LX_TASK } from '../layouts.gen.js';
import { clearEvent } from '../ob/event-object.js';
import { tidOf } from '../ob/note.js';
import { probeUser } from '../ob/service.js';
import { liveThreads, terminateProcess } from '../ps/exit.js';
import { hasThreadFlag, ownProcess, ThreadFlag } from '../ps/state.js';
import { breakTo, mapAnonymous, unmapRange } from './memory.js';
import { ERRNO, linuxCallName, SIGNAL, SYS } from './numbers.js';
import { childrenOf, endTask, freeTask, isZombie, pidOfTask, taskByPid, taskOf, tasks } from './task.js';

type Argument = 'Rdi' | 'Rsi' | 'Rdx' | 'R10' | 'R8' | 'R9';
const arg = (k: Kernel, f: Frame, r: Argument): Addr => k.mem.ptr(f.ptr(0) + KTRAP_FRAME[r]);
/** An `int` argument: its low half. */
const int = (k: Kernel, f: Frame, r: Argument): number => k.mem.i32(f.ptr(0) + KTRAP_FRAME[r]);

const fail = (k: Kernel, error: keyof typeof ERRNO): Status => k.return(-ERRNO[error]);

/** NT exit status of a process that a signal ended: as a shell shows it (U). */
const EXIT_SIGNAL = 128;

/** Ends the process of the current thread with a wait status. */
function end(k: Kernel, f: Frame, waitStatus: number): Status {
  const task = taskOf(k, ownProcess(k));
  if (task !== 0) noteExit(k, task, waitStatus);
  return k.call(f, 9, 'PspPicoEndProcess', [waitStatus & 0x7f ? EXIT_SIGNAL + (waitStatus & 0x7f) : (waitStatus >> 8) & 0xff]);
}

/** The first reason counts. */
function noteExit(k: Kernel, task: Addr, waitStatus: number): void {
  if (k.mem.u32(task + LX_TASK.Exiting) !== 0) return;
  k.mem.setU32(task + LX_TASK.Exiting, 1);
  k.mem.setU32(task + LX_TASK.ExitCode, waitStatus);
}

function write(k: Kernel, f: Frame): Status {
  const fd = int(k, f, 'Rdi');
  if (fd !== 1 && fd !== 2) return fail(k, 'EBADF');
  const count = Math.min(arg(k, f, 'Rdx'), 0x10000);
  if (count < 0) return fail(k, 'EINVAL');
  probeUser(k, arg(k, f, 'Rsi'), count);
  const bytes = count === 0 ? new Uint8Array(0) : k.mem.checked.bytes(arg(k, f, 'Rsi'), count);
  k.machine.charge(count >> 2);
  k.event('um.output', { text: String.fromCharCode(...bytes) });
  return k.return(count);
}

function nanosleep(k: Kernel, f: Frame): Status {
  if (f.pc !== 0) return k.return(0);
  const at = arg(k, f, 'Rdi');
  probeUser(k, at, 16);
  const seconds = k.mem.checked.i64(at);
  const ns = k.mem.checked.i64(at + 8);
  if (seconds < 0n || ns < 0n || ns >= 1_000_000_000n) return fail(k, 'EINVAL');
  const due = seconds * 10_000_000n + ns / 100n;
  return due === 0n ? k.return(0) : k.wait(f, 1, { reason: WaitReason.DelayExecution, mode: 1, timeout: -due });
}

/** (pid, *status, options, *rusage) */
function wait4(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const task = taskOf(k, ownProcess(k));
  const pid = int(k, f, 'Rdi');
  const mine = childrenOf(k, task).filter((c) => pid <= 0 || pidOfTask(k, c) === pid);
  if (!mine.length) return fail(k, 'ECHILD');
  const ended = mine.find((c) => isZombie(k, c));
  if (ended !== undefined) {
    const status = arg(k, f, 'Rsi');
    if (status !== 0) {
      probeUser(k, status, 4, true);
      m.checked.setU32(status, m.u32(ended + LX_TASK.WaitStatus));
    }
    const id = pidOfTask(k, ended);
    freeTask(k, ended);
    return k.return(id);
  }
  if (int(k, f, 'Rdx') & 1) return k.return(0);
  if (f.pc !== 0 && hasThreadFlag(k, k.currentThread(), ThreadFlag.Terminated)) return fail(k, 'EINTR');
  // several threads may wait, each for another child: an end wakes all of them, and each looks again
  clearEvent(k, task + LX_TASK.ChildChanged);
  return k.wait(f, 1, { object: task + LX_TASK.ChildChanged, reason: WaitReason.Executive, mode: 1 });
}

const IGNORED: readonly number[] = [SIGNAL.child, SIGNAL.urgent, SIGNAL.window];

/** (pid, signal): default actions; there are no handlers. 0 and -1 mean all there are: process groups are not simulated, so that a group by its number has nobody. */
function kill(k: Kernel, f: Frame): Status {
  if (f.pc !== 0) return k.return(0);
  const pid = int(k, f, 'Rdi');
  const signal = int(k, f, 'Rsi');
  if (signal < 0 || signal > 64) return fail(k, 'EINVAL');
  const own = taskOf(k, ownProcess(k));
  const targets = pid > 0 ? [taskByPid(k, pid)].filter((t) => t !== 0) : tasks(k).filter((t) => pid === 0 || (pid === -1 && t !== own));
  if (!targets.length) return fail(k, 'ESRCH');
  for (const t of targets) if (!isZombie(k, t) && t !== own) deliver(k, t, signal);
  if (!targets.includes(own)) return k.return(0);
  const stops = signal === 0 || IGNORED.includes(signal) || signal === SIGNAL.cont;
  if (signal === SIGNAL.stop) deliver(k, own, signal);
  return stops || signal === SIGNAL.stop ? k.return(0) : end(k, f, signal);
}

function deliver(k: Kernel, task: Addr, signal: number): void {
  if (signal === 0 || IGNORED.includes(signal)) return;
  const process = k.mem.ptr(task + LX_TASK.Process);
  if (process === 0) return;
  if (signal === SIGNAL.stop) for (const t of liveThreads(k, process)) suspendThread(k, t);
  else if (signal === SIGNAL.cont) for (const t of liveThreads(k, process)) resumeThread(k, t);
  else {
    noteExit(k, task, signal);
    terminateProcess(k, process, EXIT_SIGNAL + signal);
  }
}

/** (code, base) */
function archPrctl(k: Kernel, f: Frame): Status {
  const code = int(k, f, 'Rdi');
  const field = code === 0x1001 ? ETHREAD.PicoGsBase : code === 0x1002 ? ETHREAD.PicoFsBase : 0;
  if (field === 0) return fail(k, 'EINVAL');
  k.mem.setPtr(k.currentThread() + field, arg(k, f, 'Rsi'));
  return k.return(0);
}

const constant =
  (value: number) =>
  (k: Kernel): Status =>
    k.return(value);

/** tid: the PID for the first thread, else the NT thread ID. */
function gettid(k: Kernel): Status {
  const thread = k.currentThread();
  return k.return(hasThreadFlag(k, thread, ThreadFlag.First) ? pidOfTask(k, taskOf(k, ownProcess(k))) : tidOf(k, thread));
}

const CALLS: Readonly<Record<number, (k: Kernel, f: Frame) => Status>> = {
  [SYS.read]: constant(0),
  [SYS.write]: write,
  [SYS.close]: constant(0),
  [SYS.open]: (k) => fail(k, 'ENOENT'),
  [SYS.openat]: (k) => fail(k, 'ENOENT'),
  [SYS.mmap]: (k, f) => k.return(mapAnonymous(k, arg(k, f, 'Rdi'), arg(k, f, 'Rsi'), int(k, f, 'Rdx'), int(k, f, 'R10'))),
  [SYS.munmap]: (k, f) => k.return(unmapRange(k, arg(k, f, 'Rdi'), arg(k, f, 'Rsi'))),
  [SYS.brk]: (k, f) => k.return(breakTo(k, taskOf(k, ownProcess(k)), arg(k, f, 'Rdi'))),
  [SYS.sched_yield]: (k, f) => (f.pc === 0 ? k.call(f, 1, 'NtYieldExecution', []) : k.return(0)),
  [SYS.pause]: (k, f) =>
    f.pc === 0 ? k.wait(f, 1, { reason: WaitReason.DelayExecution, mode: 1, timeout: -(1n << 61n) }) : fail(k, 'EINTR'),
  [SYS.nanosleep]: nanosleep,
  [SYS.getpid]: (k) => k.return(pidOfTask(k, taskOf(k, ownProcess(k)))),
  [SYS.getppid]: (k) => k.return(k.mem.u32(taskOf(k, ownProcess(k)) + LX_TASK.ParentPid)),
  [SYS.gettid]: gettid,
  [SYS.set_tid_address]: gettid,
  [SYS.getuid]: constant(0),
  [SYS.getgid]: constant(0),
  [SYS.geteuid]: constant(0),
  [SYS.getegid]: constant(0),
  [SYS.arch_prctl]: archPrctl,
  [SYS.wait4]: wait4,
  [SYS.kill]: kill,
  [SYS.exit_group]: (k, f) => end(k, f, (int(k, f, 'Rdi') & 0xff) << 8),
  [SYS.exit]: (k, f) => {
    const process = ownProcess(k);
    if (k.mem.u32(process + EPROCESS.ActiveThreads) === 1) noteExit(k, taskOf(k, process), (int(k, f, 'Rdi') & 0xff) << 8);
    return f.pc === 0 ? k.call(f, 9, 'PspExitThread', [int(k, f, 'Rdi') & 0xff]) : k.return(0);
  },
  [SYS.fork]: (k, f) => forward(k, f, 'LxFork'),
  [SYS.vfork]: (k, f) => forward(k, f, 'LxFork'),
  // CLONE_VM: a thread of the same process, which is not offered here
  [SYS.clone]: (k, f) => (int(k, f, 'Rdi') & 0x100 ? fail(k, 'ENOSYS') : forward(k, f, 'LxFork')),
  [SYS.execve]: (k, f) => forward(k, f, 'LxExec'),
};

const forward = (k: Kernel, f: Frame, routine: string): Status =>
  f.pc === 0 ? k.call(f, 1, routine, [f.ptr(0)]) : k.returnBig(f.result64);

/** LxSystemCall(TrapFrame) -> value for Rax. A bad user pointer is EFAULT. */
function call(k: Kernel, f: Frame): Status {
  const number = k.mem.ptr(f.ptr(0) + KTRAP_FRAME.Rax);
  const handler = CALLS[number];
  if (!handler) {
    if (f.pc === 0) k.event('ps.not-simulated', { service: `Linux ${linuxCallName(number)}`, class: number });
    return fail(k, 'ENOSYS');
  }
  try {
    return handler(k, f);
  } catch (e) {
    if (e instanceof SimulatedFault) return fail(k, 'EFAULT');
    throw e;
  }
}

/** NT code of an exception -> signal. */
const SIGNALS: Readonly<Record<number, number>> = {
  [0xc0000094 | 0]: SIGNAL.fpe,
  [0xc0000095 | 0]: SIGNAL.fpe,
  [0xc000001d | 0]: SIGNAL.ill,
};

export const routines: KernelRoutine[] = [
  { name: 'LxSystemCall', cost: 20, step: call },
  {
    // (TrapFrame): what the provider's DispatchSystemCall is to a driver
    name: 'LxDispatchSystemCall',
    cost: 10,
    step(k, f) {
      if (f.pc === 0) return k.call(f, 1, 'LxSystemCall', [f.ptr(0)]);
      k.mem.setI64(f.ptr(0) + KTRAP_FRAME.Rax, f.result64);
      return k.returnVoid();
    },
  },
  {
    // (exception code): the default action of its signal
    name: 'LxDispatchException',
    cost: 20,
    step: (k, f) => (f.pc === 0 ? end(k, f, SIGNALS[f.i32(0)] ?? SIGNAL.segv) : k.returnVoid()),
  },
  {
    // (Process): its last thread is gone
    name: 'LxExitProcess',
    cost: 20,
    step(k, f) {
      const task = taskOf(k, f.ptr(0));
      if (task !== 0 && k.mem.ptr(task + LX_TASK.Process) === f.ptr(0)) {
        const known = k.mem.u32(task + LX_TASK.Exiting) !== 0;
        // ended from outside (NtTerminateProcess): as by SIGKILL
        endTask(k, task, known ? k.mem.u32(task + LX_TASK.ExitCode) : SIGNAL.kill);
      }
      k.mem.setPtr(f.ptr(0) + EPROCESS.PicoContext, 0);
      return k.returnVoid();
    },
  },
];
