// A user-mode exception that no handler of the thread body takes ends its process with the exception code, as Windows error reporting would.
import { FrameFlag, KERNEL_BASE, Reason, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { UnhandledException } from '../../machine/machine.js';
import type { Kernel } from '../kernel.js';
import { KTHREAD } from '../layouts.gen.js';
import { functionNumber } from '../ke/call.js';
import { stackLimitOf } from '../ke/switch.js';
import { pidOfThread, tidOf } from '../ob/note.js';

const CURRENT_PROCESS = -1;

/** Hook of the core: leaves user mode and calls NtTerminateProcess(-1, code) on the kernel stack. */
export function userException(k: Kernel, x: UnhandledException): Status {
  const thread = k.currentThread();
  k.event('ps.user-exception', { process: pidOfThread(k, thread), thread: tidOf(k, thread), code: x.code >>> 0, address: x.address, where: k.where(x.frame) });
  const r = k.mem.registers;
  r.userMode = false;
  r.stackLimit = stackLimitOf(k, thread, false);
  k.mem.setU8(thread + KTHREAD.PreviousMode, 1);
  const base = k.mem.ptr(thread + KTHREAD.InitialStack) - KERNEL_BASE;
  const service = ROUTINE_BASE + (k.routineIndex.get('KiSystemService') ?? 0);
  k.machine.pushFrame(service, [functionNumber(k, 'NtTerminateProcess'), 2, CURRENT_PROCESS, x.code | 0], { prev: x.frame, base, flags: FrameFlag.SystemCall });
  return k.stop(Reason.Call);
}
