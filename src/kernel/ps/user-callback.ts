// KeUserModeCallback: a system service calls a routine of its process in user mode. The service's frames stay on the kernel stack, and system calls of the routine begin below
// them (InitialStack says where); KiUserCallbackDispatcher runs on top of the user frame that made the system call, and NtCallbackReturn goes back, from however deep.
import { FRAME, FrameFlag, Reason, ROUTINE_BASE, type Status, toAddress } from '../../machine/abi.js';
import { PASSIVE_LEVEL } from '../ke/constants.js';
import { combinedApcDisable } from '../ke/region.js';
import { stackLimitOf } from '../ke/switch.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, KTHREAD, PEB } from '../layouts.gen.js';
import { makeServices } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { ownProcess } from './state.js';

/** Slots of KeUserModeCallback: what the thread had before, and what NtCallbackReturn brings. */
const OUTER = 0;
const STACK = 1;
const TRAP = 2;
const MODE = 3;
const OUTPUT = 4;
const LENGTH = 5;
const LOCALS = 6;
/** Bytes of the user stack that stay free for the routine. */
const ROOM = 0x400;

/** The user frame that made the system call in which this frame runs; 0: it runs in none (a system thread, an APC that interrupted user code). */
function callingUserFrame(k: Kernel, f: Frame): number {
  const { headers } = k.machine;
  const service = ROUTINE_BASE + k.routineIndex.get('KiSystemService')!;
  for (let fp = f.fp, n = 0; fp !== 0 && n < 100_000; fp = headers.prev(fp), n++) {
    if (headers.fn(fp) === service) return headers.prev(fp);
    if (headers.flags(fp) & (FrameFlag.SystemCall | FrameFlag.Interrupt)) return 0;
  }
  return 0;
}

/** (ApiNumber, InputBuffer, InputLength, *OutputBuffer, *OutputLength) */
function callback(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const r = m.registers;
  const thread = k.currentThread();
  if (f.pc === 1) {
    m.checked.setPtr(f.ptr(3), f.get(OUTPUT));
    m.checked.setU32(f.ptr(4), f.get(LENGTH));
    return k.return(f.result32 | 0);
  }
  const address = k.addressOf('KeUserModeCallback');
  if (k.irql !== PASSIVE_LEVEL)
    return k.bugCheck(
      0x4a,
      address,
      k.irql,
      0,
      0,
      `KeUserModeCallback goes to user mode at IRQL ${k.irql}: user code runs at PASSIVE_LEVEL`,
    );
  const [disable, attached] = [combinedApcDisable(k, thread), m.u8(thread + KTHREAD.ApcStateIndex)];
  if (disable !== 0 || attached !== 0) {
    const what = attached ? 'attached to another process' : 'inside a critical or guarded region';
    return k.bugCheck(0x1, address, attached, disable, 0, `KeUserModeCallback goes to user mode ${what}`);
  }
  const user = callingUserFrame(k, f);
  if (user === 0) return k.raiseStatus(NT.ACCESS_VIOLATION); // there is no user mode to go to
  const length = f.u32(2);
  const limit = stackLimitOf(k, thread, true);
  if (length + ROOM > k.machine.headers.sp(user) - limit) return k.return(NT.STACK_OVERFLOW);
  const input = new Uint8Array((length + 7) & ~7);
  if (length > 0) input.set(m.checked.bytes(f.ptr(1), length));
  const words = Array.from(new BigInt64Array(input.buffer));
  f.set(OUTER, m.u32(thread + ETHREAD.UserCallback));
  f.set(STACK, m.ptr(thread + KTHREAD.InitialStack));
  f.set(TRAP, m.ptr(thread + KTHREAD.TrapFrame));
  f.set(MODE, m.u8(thread + KTHREAD.PreviousMode));
  m.setU32(thread + ETHREAD.UserCallback, f.fp);
  m.setPtr(thread + KTHREAD.InitialStack, toAddress(f.fp));
  f.pc = 1;
  r.userMode = true;
  r.stackLimit = limit;
  k.machine.pushFrame(ROUTINE_BASE + k.routineIndex.get('KiUserCallbackDispatcher')!, [f.u32(0), length, ...words], {
    prev: user,
    flags: FrameFlag.User,
  });
  return k.stop(Reason.Call);
}

/** (ApiNumber, InputLength, the input ...): in user mode. A process without table reads at NULL, and that is its end. */
function dispatcher(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  switch (f.pc) {
    case 0: {
      const table = c.ptr(k.mem.ptr(ownProcess(k) + EPROCESS.Peb) + PEB.KernelCallbackTable);
      return k.call(f, 1, c.ptr(table + 8 * f.u32(0)), [f.slotAddress(2), f.u32(1)]);
    }
    case 1:
      return k.systemCall(f, 2, 'NtCallbackReturn', [0, 0, f.result32 | 0]);
    default:
      return k.raiseStatus(f.result32 | 0); // it came back: no callback is active
  }
}

/** (OutputBuffer, OutputLength, Status): the frames of the callback, in user mode and of this call, are left. */
function callbackReturn(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const r = m.registers;
  const thread = k.currentThread();
  const frame = m.u32(thread + ETHREAD.UserCallback);
  if (frame === 0) return k.return(NT.NO_CALLBACK_ACTIVE);
  const slot = (i: number): number => toAddress(frame + FRAME.header + 8 * i);
  m.setU32(thread + ETHREAD.UserCallback, m.ptr(slot(OUTER)));
  m.setPtr(thread + KTHREAD.InitialStack, m.ptr(slot(STACK)));
  m.setPtr(thread + KTHREAD.TrapFrame, m.ptr(slot(TRAP)));
  m.setU8(thread + KTHREAD.PreviousMode, m.ptr(slot(MODE)));
  m.setPtr(slot(OUTPUT), f.ptr(0));
  m.setPtr(slot(LENGTH), f.u32(1));
  r.userMode = false;
  r.stackLimit = stackLimitOf(k, thread, false);
  r.top = frame;
  m.raw.setI64(frame + FRAME.result, BigInt(f.i32(2))); // as if what it called had returned
  return k.stop(Reason.Call);
}

export const routines: KernelRoutine[] = [
  { name: 'KeUserModeCallback', locals: LOCALS, cost: 30, step: callback },
  { name: 'KiUserCallbackDispatcher', cost: 10, step: dispatcher },
  ...makeServices([{ name: 'CallbackReturn', args: 3, step: callbackReturn }]),
];
