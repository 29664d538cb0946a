// How pico threads come into the kernel: a system call and an exception. Both run on the thread's kernel stack in one frame that holds the KTRAP_FRAME, so the
// provider reads and writes registers in simulated memory, and both go back to whatever Rip and Rsp say then (reference: subsystem-processes.md 4, 5).
import { type Addr, FrameFlag, KERNEL_BASE, Reason, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { UnhandledException } from '../../machine/machine.js';
import { KIND_ID } from '../../trace/kinds.js';
import { USER_APC_PENDING } from '../ke/apc.js';
import { combinedApcDisable } from '../ke/region.js';
import { stackLimitOf } from '../ke/switch.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EXCEPTION_RECORD, KEXCEPTION_FRAME, KPRCB, KTHREAD, KTRAP_FRAME } from '../layouts.gen.js';
import { linuxCallName } from '../lx/numbers.js';
import { providerRoutine } from './pico.js';
import { continueAt, Entry, fillTrapFrame, placeFrom, type UserPlace } from './pico-context.js';

const TRAP_SLOTS = KTRAP_FRAME.sizeof / 8;
// Slots of both routines: trap frame (16-aligned like the frame's first slot), Rip and Rsp at entry, then their own.
const TRAP = 0;
const RIP = TRAP + TRAP_SLOTS;
const RSP = RIP + 1;
const INFO = RSP + 1;
const RECORD = INFO + 1;
const EXCEPTION = RECORD + EXCEPTION_RECORD.sizeof / 8;
const EXCEPTION_LOCALS = EXCEPTION + KEXCEPTION_FRAME.sizeof / 8;

/** Leaves user mode: the routine's frame goes to the bottom of the kernel stack, with the user frame `fp` behind it. */
function enter(k: Kernel, fp: number, routine: string, args: readonly (number | bigint)[]): void {
  const m = k.mem;
  const thread = k.currentThread();
  const r = m.registers;
  r.userMode = false;
  r.stackLimit = stackLimitOf(k, thread, false);
  m.setU8(thread + KTHREAD.PreviousMode, 1);
  const base = m.ptr(thread + KTHREAD.InitialStack) - KERNEL_BASE;
  k.machine.pushFrame(ROUTINE_BASE + k.routineIndex.get(routine)!, args, { prev: fp, base, flags: FrameFlag.SystemCall });
}

/** A `syscall` instruction in the user-mode routine of frame `f`, which goes on at `nextPc` with Rax as its result. */
export function picoSystemCall(k: Kernel, f: Frame, nextPc: number, number: bigint, args: readonly bigint[]): Status {
  f.pc = nextPc;
  enter(k, f.fp, 'KiPicoSystemService', [number, ...args]);
  const prcb = k.prcb();
  k.mem.setU32(prcb + KPRCB.KeSystemCalls, k.mem.u32(prcb + KPRCB.KeSystemCalls) + 1);
  k.trace.note(KIND_ID['ke.syscall'], k.currentThread(), k.trace.text(linuxCallName(Number(number))));
  return k.stop(Reason.Call);
}

const ARGUMENTS = ['Rdi', 'Rsi', 'Rdx', 'R10', 'R8', 'R9'] as const;

function begin(k: Kernel, f: Frame, fill: (at: Addr) => void): Addr {
  const at = f.localAddress(TRAP);
  const thread = k.currentThread();
  k.mem.fill(at, KTRAP_FRAME.sizeof);
  fillTrapFrame(k, at, thread, k.machine.headers.prev(f.fp));
  fill(at);
  f.set(RIP, k.mem.ptr(at + KTRAP_FRAME.Rip));
  f.set(RSP, k.mem.ptr(at + KTRAP_FRAME.Rsp));
  k.mem.setPtr(thread + KTHREAD.TrapFrame, at);
  return at;
}

/** What must hold when a thread goes back to user mode; the bug check that it is otherwise. */
function checkExit(k: Kernel, thread: Addr, routine: Addr): Status | undefined {
  if (k.irql !== 0)
    return k.bugCheck(
      0x4a,
      routine,
      k.irql,
      0,
      0,
      `a pico system call goes back to user mode at IRQL ${k.irql}: the provider did not lower it`,
    );
  const disable = combinedApcDisable(k, thread);
  const attached = k.mem.u8(thread + KTHREAD.ApcStateIndex);
  if (disable !== 0 || attached !== 0) {
    const what = attached ? 'attached to another process' : 'inside a critical or guarded region';
    return k.bugCheck(0x1, routine, attached, disable, 0, `a pico system call goes back to user mode ${what}`);
  }
  return undefined;
}

/** KiPicoSystemService(number, six arguments) */
function systemService(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  const dispatch = providerRoutine(k, 'DispatchSystemCall');
  switch (f.pc) {
    case 0: {
      const at = begin(k, f, (trap) => {
        m.setU64(trap + KTRAP_FRAME.Rax, f.u64(0));
        ARGUMENTS.forEach((r, i) => m.setU64(trap + KTRAP_FRAME[r], f.u64(1 + i)));
        m.setU64(trap + KTRAP_FRAME.Rcx, m.u64(trap + KTRAP_FRAME.Rip)); // the instruction leaves them there
        m.setU64(trap + KTRAP_FRAME.R11, BigInt(m.u32(trap + KTRAP_FRAME.EFlags)));
      });
      f.set(INFO, at);
      return dispatch === 0 ? k.call(f, 1, 'LxDispatchSystemCall', [at]) : k.call(f, 1, dispatch, [f.localAddress(INFO)]);
    }
    case 1: {
      const bad = checkExit(k, thread, dispatch);
      if (bad !== undefined) return bad;
      if (m.u8(thread + USER_APC_PENDING) && k.hooks.userModeExit) return k.call(f, 2, k.hooks.userModeExit, []);
      return goBack(k, f);
    }
    default:
      return goBack(k, f);
  }
}

/** Back to user mode: undefined when the provider left Rip and Rsp alone, so that the caller says how its frame ends. */
function leave(k: Kernel, f: Frame, place: UserPlace): Status | undefined {
  if (place.rip !== f.get(RIP) || place.rsp !== f.get(RSP)) return continueAt(k, f, place, Entry.Signal);
  const thread = k.currentThread();
  const r = k.mem.registers;
  k.mem.setPtr(thread + KTHREAD.TrapFrame, 0);
  r.userMode = true;
  r.stackLimit = stackLimitOf(k, thread, true);
  return undefined;
}

/** The system call returns what is in Rax. */
function goBack(k: Kernel, f: Frame): Status {
  const place = placeFrom(k, f.localAddress(TRAP));
  return leave(k, f, place) ?? k.returnBig(place.rax);
}

/** Hook of the core for pico threads: an exception that nothing in user mode handles. */
export function picoException(k: Kernel, x: UnhandledException): Status {
  const [p0 = 0n, p1 = 0n] = x.parameters;
  enter(k, x.frame, 'KiPicoException', [x.code, x.flags, x.ip, Math.min(2, x.parameters.length), p0, p1]);
  return k.stop(Reason.Call);
}

/** KiPicoException(code, flags, address, number of parameters, two parameters) */
function dispatchException(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  const dispatch = providerRoutine(k, 'DispatchException');
  const record = f.localAddress(RECORD);
  const ask = (chance: number): Status => k.call(f, chance, dispatch, [record, f.localAddress(EXCEPTION), f.localAddress(TRAP), chance, 1]);
  switch (f.pc) {
    case 0: {
      const at = begin(k, f, (trap) => m.setU8(trap + KTRAP_FRAME.ExceptionActive, 1));
      m.fill(record, EXCEPTION_RECORD.sizeof);
      m.setU32(record + EXCEPTION_RECORD.ExceptionCode, f.u32(0));
      m.setU32(record + EXCEPTION_RECORD.ExceptionFlags, f.u32(1));
      m.setPtr(record + EXCEPTION_RECORD.ExceptionAddress, f.ptr(2));
      m.setU32(record + EXCEPTION_RECORD.NumberParameters, f.u32(3));
      m.setU64(record + EXCEPTION_RECORD.ExceptionInformation, f.u64(4));
      m.setU64(record + EXCEPTION_RECORD.ExceptionInformation + 8, f.u64(5));
      if (f.u32(3) > 1) m.setU64(at + KTRAP_FRAME.FaultAddress, f.u64(5));
      m.fill(f.localAddress(EXCEPTION), KEXCEPTION_FRAME.sizeof);
      m.setPtr(f.localAddress(EXCEPTION) + KEXCEPTION_FRAME.TrapFrame, at);
      k.event('ps.pico-exception', { code: f.u32(0), address: f.ptr(2) });
      return dispatch === 0 ? unhandled(k, f) : ask(1);
    }
    case 1:
    case 2: {
      const bad = checkExit(k, thread, dispatch);
      if (bad !== undefined) return bad;
      if ((f.result32 & 0xff) === 0) return f.pc === 1 ? ask(2) : unhandled(k, f);
      if (m.u8(thread + USER_APC_PENDING) && k.hooks.userModeExit) return k.call(f, 3, k.hooks.userModeExit, []);
      return goOn(k, f);
    }
    case 3:
      return goOn(k, f);
    default:
      return k.returnVoid();
  }
}

/** Nobody wanted it: the process ends with the exception's code (without a provider as the signal that Linux has for it). */
function unhandled(k: Kernel, f: Frame): Status {
  return providerRoutine(k, 'DispatchException') === 0
    ? k.call(f, 9, 'LxDispatchException', [f.u32(0) | 0])
    : k.call(f, 9, 'PspPicoEndProcess', [f.u32(0) | 0]);
}

/** The provider has handled it: the faulting step is tried again, or the thread goes on elsewhere. */
function goOn(k: Kernel, f: Frame): Status {
  const elsewhere = leave(k, f, placeFrom(k, f.localAddress(TRAP)));
  if (elsewhere !== undefined) return elsewhere;
  k.mem.registers.top = k.machine.headers.prev(f.fp);
  return k.stop(Reason.Call);
}

export const routines: KernelRoutine[] = [
  { name: 'KiPicoSystemService', locals: RECORD, cost: 20, step: systemService },
  { name: 'KiPicoException', locals: EXCEPTION_LOCALS, cost: 40, step: dispatchException },
];
