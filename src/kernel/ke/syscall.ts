// System calls: a user-mode routine leaves its user stack, the service runs on the thread's kernel stack under one frame, KiSystemService, which does
// the exit work of Windows (IRQL, APC counts, pending user APC or termination) and goes back to the user frame (its `prev`).
import { FrameFlag, KERNEL_BASE, Reason, ROUTINE_BASE, type Status, toAddress } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KPRCB, KTHREAD } from '../layouts.gen.js';
import { USER_APC_PENDING } from './apc.js';
import { functionNumber } from './call.js';
import { PASSIVE_LEVEL, UserMode } from './constants.js';
import { combinedApcDisable } from './region.js';
import { stackLimitOf } from './switch.js';
import { enterUserApc, USER_APC_SLOTS, userApcDue } from './user-apc.js';

/** More arguments than any service has. */
const MAX_ARGUMENTS = 16;

export function systemCall(k: Kernel, f: Frame, nextPc: number, service: string, args: readonly (number | bigint)[]): Status {
  f.pc = nextPc;
  const m = k.mem;
  const r = m.registers;
  const thread = k.currentThread();
  const fn = functionNumber(k, service);
  if (args.length > MAX_ARGUMENTS) throw new Error(`${service}: too many arguments`);
  r.userMode = false;
  r.stackLimit = stackLimitOf(k, thread, false);
  m.setPtr(thread + KTHREAD.TrapFrame, toAddress(f.fp));
  m.setU8(thread + KTHREAD.PreviousMode, UserMode);
  const prcb = k.prcb();
  m.setU32(prcb + KPRCB.KeSystemCalls, m.u32(prcb + KPRCB.KeSystemCalls) + 1);
  const base = m.ptr(thread + KTHREAD.InitialStack) - KERNEL_BASE;
  k.machine.pushFrame(ROUTINE_BASE + k.routineIndex.get('KiSystemService')!, [fn, args.length, ...args], {
    prev: f.fp,
    base,
    flags: FrameFlag.SystemCall,
  });
  k.trace.note(KIND_ID['ke.syscall'], thread, k.trace.text(service));
  return k.stop(Reason.Call);
}

const RESULT = 0;
const APC = 1;

function step(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  if (f.pc === 0) {
    f.pc = 1;
    const args = Array.from({ length: f.u32(1) }, (_, i) => f.i64(2 + i));
    return k.machine.callNumber(f.u32(0), args);
  }
  if (f.pc === 1) {
    m.raw.setI64(f.fp + 32 + 8 * RESULT, f.result64);
    const service = k.machine.functionName(f.u32(0));
    if (k.irql !== PASSIVE_LEVEL) {
      return k.bugCheck(
        0x4a,
        k.addressOf(service),
        k.irql,
        0,
        0,
        `the system call ${service} goes back to user mode at IRQL ${k.irql}: a driver raised it (lock or fast mutex not released) and did not lower it`,
      );
    }
    const disable = combinedApcDisable(k, thread);
    const attached = m.u8(thread + KTHREAD.ApcStateIndex);
    if (disable !== 0 || attached !== 0) {
      const what = attached ? 'attached to another process' : 'inside a critical or guarded region (a region, mutex or lock was not left)';
      return k.bugCheck(0x1, k.addressOf(service), attached, disable, 0, `the system call ${service} goes back to user mode ${what}`);
    }
  }
  if (f.pc === 3 && f.result32) {
    const result = m.raw.i64(f.fp + 32 + 8 * RESULT);
    return enterUserApc(k, f.localAddress(APC), { frame: k.machine.headers.prev(f.fp), result, interrupted: false, exceptionCode: 0 });
  }
  if (f.pc === 1 && m.u8(thread + USER_APC_PENDING) && k.hooks.userModeExit) return k.call(f, 2, k.hooks.userModeExit, []);
  if (f.pc !== 3 && userApcDue(k, thread)) return k.call(f, 3, 'KiDeliverUserApc', [f.localAddress(APC)]);
  const r = m.registers;
  r.userMode = true;
  r.stackLimit = stackLimitOf(k, thread, true);
  return k.returnBig(m.raw.i64(f.fp + 32 + 8 * RESULT));
}

export const routines: KernelRoutine[] = [{ name: 'KiSystemService', locals: APC + USER_APC_SLOTS, cost: 20, step }];
