// User APCs (reference: scheduler.md §11). They become due when an alertable wait of user mode ends with STATUS_USER_APC (or a test alert finds them), special
// ones at once, and run on the way back to user mode: the kernel routine of each at APC_LEVEL on the kernel stack, the normal routine in user mode, in a frame of
// KiUserApcDispatcher on top of the frame that made the system call. After each a test alert looks for the next, as NtContinue does.
// What a thread has not run when it ends is run down.
import { type Addr, FrameFlag, KERNEL_BASE, Reason, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KAPC, KTHREAD } from '../layouts.gen.js';
import { first, isEmpty } from '../rtl/list.js';
import {
  apcList,
  KERNEL_ROUTINE,
  NORMAL_ROUTINE,
  REGULAR_USER_APC,
  RUNDOWN_ROUTINE,
  removeApc,
  SPECIAL_USER_APC,
  USER_APC_PENDING,
} from './apc.js';
import { APC_LEVEL, KernelMode, UserMode } from './constants.js';
import { combinedApcDisable } from './region.js';
import { stackLimitOf } from './switch.js';

/** Slots that KiDeliverUserApc fills for its caller: normal routine, context and two arguments. */
export const USER_APC_SLOTS = 4;

/** Is a user APC to be delivered before the current thread goes back to user mode? */
export function userApcDue(k: Kernel, thread: Addr): boolean {
  const m = k.mem;
  if (m.u8(thread + USER_APC_PENDING) === 0) return false;
  return !isEmpty(m, apcList(thread, UserMode)) && combinedApcDisable(k, thread) === 0;
}

const APC = 0;

/** (Slots): runs kernel routines until an APC has a normal routine; that and its arguments go to the slots. Returns 1, or 0 when no APC is left. */
function deliver(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  const slots = f.ptr(0);
  if (f.pc === 1) {
    k.lowerIrql(0);
    k.event('ke.apc.return', { apc: f.get(APC), thread });
    if (m.ptr(slots) !== 0) return k.return(1);
  }
  const entry = first(m, apcList(thread, UserMode));
  m.setU8(thread + USER_APC_PENDING, m.u8(thread + USER_APC_PENDING) & ~(REGULAR_USER_APC | SPECIAL_USER_APC));
  if (entry === 0) return k.return(0);
  const apc = entry - KAPC.ApcListEntry;
  removeApc(k, apc);
  f.set(APC, apc);
  [NORMAL_ROUTINE, KAPC.NormalContext, KAPC.SystemArgument1, KAPC.SystemArgument2].forEach((o, i) =>
    m.setI64(slots + 8 * i, m.i64(apc + o)),
  );
  k.event('ke.apc.deliver', { apc, thread, normal: m.ptr(slots) });
  k.raiseIrql(APC_LEVEL);
  return k.call(f, 1, m.ptr(apc + KERNEL_ROUTINE), [apc, slots, slots + 8, slots + 16, slots + 24]);
}

/** Where user mode goes on after the APC: in the frame that called, with its result, or where it was interrupted. */
export interface UserContext {
  readonly frame: number;
  readonly result: bigint;
  readonly interrupted: boolean;
  readonly exceptionCode: number;
}

/** Last act of a frame on the kernel stack: user mode, in KiUserApcDispatcher on top of the user frame. */
export function enterUserApc(k: Kernel, slots: Addr, c: UserContext): Status {
  const m = k.mem;
  const r = m.registers;
  const args = Array.from({ length: USER_APC_SLOTS }, (_, i) => m.i64(slots + 8 * i));
  r.userMode = true;
  r.stackLimit = stackLimitOf(k, k.currentThread(), true);
  k.machine.pushFrame(
    ROUTINE_BASE + k.routineIndex.get('KiUserApcDispatcher')!,
    [...args, c.result, c.interrupted ? 1 : 0, c.exceptionCode],
    { prev: c.frame, flags: FrameFlag.User },
  );
  return k.stop(Reason.Call);
}

/** (NormalRoutine, Context, Argument1, Argument2, Result, Interrupted, ExceptionCode): in user mode */
function dispatcher(k: Kernel, f: Frame): Status {
  if (f.pc === 0) return k.call(f, 1, f.ptr(0), [f.i64(1), f.i64(2), f.i64(3)]);
  if (f.pc === 1) return k.systemCall(f, 2, 'NtTestAlert', []);
  if (!f.bool(5)) return k.returnBig(f.i64(4));
  const r = k.mem.registers;
  r.top = k.machine.headers.prev(f.fp);
  r.returnValue64 = f.i64(4);
  r.exceptionCode = f.u32(6);
  return k.stop(Reason.Call);
}

/** A special user APC for a thread that runs user code: what the interrupt enters the kernel with. `top`: the user frame. */
export function pushUserApcInterrupt(k: Kernel, top: number): void {
  const m = k.mem;
  const r = m.registers;
  const thread = k.currentThread();
  const args = [top, r.returnValue64, r.exceptionCode];
  r.userMode = false;
  r.stackLimit = stackLimitOf(k, thread, false);
  const base = m.ptr(thread + KTHREAD.InitialStack) - KERNEL_BASE;
  k.machine.pushFrame(ROUTINE_BASE + k.routineIndex.get('KiUserApcInterrupt')!, args, { prev: top, base, flags: FrameFlag.SystemCall });
}

/** (Frame, Result, ExceptionCode) */
function interrupt(k: Kernel, f: Frame): Status {
  if (f.pc === 0) return k.call(f, 1, 'KiDeliverUserApc', [f.localAddress(0)]);
  const c = { frame: f.ptr(0), result: f.i64(1), interrupted: true, exceptionCode: f.u32(2) };
  if (f.result32) return enterUserApc(k, f.localAddress(0), c);
  const r = k.mem.registers;
  r.userMode = true;
  r.stackLimit = stackLimitOf(k, k.currentThread(), true);
  r.top = c.frame;
  r.returnValue64 = c.result;
  r.exceptionCode = c.exceptionCode;
  return k.stop(Reason.Call);
}

/** The ending thread's APCs: no new ones; user APCs are run down; a kernel APC that is still pending is a bug check. */
function rundown(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  m.setU8(thread + KTHREAD.ApcQueueable, 0);
  for (let user = first(m, apcList(thread, UserMode)); user !== 0; user = first(m, apcList(thread, UserMode))) {
    const apc = user - KAPC.ApcListEntry;
    removeApc(k, apc);
    const routine = m.ptr(apc + RUNDOWN_ROUTINE);
    k.event('ke.apc.rundown', { apc, thread });
    if (routine !== 0) return k.call(f, 0, routine, [apc]);
    if (k.pool.sizeOf(apc) !== undefined) k.pool.free(apc); // (U) as Windows does it with the APCs of NtQueueApcThread
  }
  const kernel = first(m, apcList(thread, KernelMode));
  if (kernel === 0) return k.returnVoid();
  const apc = kernel - KAPC.ApcListEntry;
  return k.bugCheck(0x20, apc, m.u16(thread + KTHREAD.KernelApcDisable), k.irql, 0, 'the thread ends while a kernel APC is pending');
}

export const routines: KernelRoutine[] = [
  { name: 'KiDeliverUserApc', locals: 1, cost: 10, step: deliver },
  { name: 'KiUserApcDispatcher', cost: 10, step: dispatcher },
  { name: 'KiUserApcInterrupt', locals: USER_APC_SLOTS, cost: 10, step: interrupt },
  { name: 'KiRundownApcs', cost: 5, step: rundown },
];
