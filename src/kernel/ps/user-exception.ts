// Leaving user mode without a system call: an exception that no handler of the thread body takes ends its process with the exception code, as Windows error
// reporting would; a thread that was asked to end does so at the next interrupt.
import { FrameFlag, KERNEL_BASE, Reason, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { UnhandledException } from '../../machine/machine.js';
import { functionNumber } from '../ke/call.js';
import { stackLimitOf } from '../ke/switch.js';
import { pushUserApcInterrupt, userApcDue } from '../ke/user-apc.js';
import type { Kernel } from '../kernel.js';
import { ETHREAD, KTHREAD } from '../layouts.gen.js';
import { pidOfThread, tidOf } from '../ob/note.js';
import { isPicoThread } from './pico.js';
import { picoException } from './pico-syscall.js';
import { hasThreadFlag, ThreadFlag } from './state.js';

const CURRENT_PROCESS = -1;

/** Leaves user mode for good: the service runs on the thread's kernel stack as if the frame `prev` had called it. */
function enterKernel(k: Kernel, prev: number, service: string, args: readonly number[]): void {
  const thread = k.currentThread();
  const r = k.mem.registers;
  r.userMode = false;
  r.stackLimit = stackLimitOf(k, thread, false);
  k.mem.setU8(thread + KTHREAD.PreviousMode, 1);
  const base = k.mem.ptr(thread + KTHREAD.InitialStack) - KERNEL_BASE;
  const frame = ROUTINE_BASE + (k.routineIndex.get('KiSystemService') ?? 0);
  k.machine.pushFrame(frame, [functionNumber(k, service), args.length, ...args], { prev, base, flags: FrameFlag.SystemCall });
}

/** Hook of the core: NtTerminateProcess(-1, code). */
export function userException(k: Kernel, x: UnhandledException): Status {
  const thread = k.currentThread();
  k.event('ps.user-exception', {
    process: pidOfThread(k, thread),
    thread: tidOf(k, thread),
    code: x.code >>> 0,
    address: x.address,
    where: k.where(x.frame),
  });
  if (isPicoThread(k, thread)) return picoException(k, x);
  enterKernel(k, x.frame, 'NtTerminateProcess', [CURRENT_PROCESS, x.code | 0]);
  return k.stop(Reason.Call);
}

/** Hook of the core: a thread that was asked to end while it ran user code ends at the next interrupt; a special user APC runs. */
export function userModeInterrupt(k: Kernel): boolean {
  const thread = k.currentThread();
  if (!hasThreadFlag(k, thread, ThreadFlag.Terminated)) {
    if (!userApcDue(k, thread)) return false;
    pushUserApcInterrupt(k, k.mem.registers.top);
    return true;
  }
  enterKernel(k, k.mem.registers.top, 'PspExitThread', [k.mem.i32(thread + ETHREAD.ExitStatus)]);
  return true;
}
