// KeWaitForSingleObject, KeWaitForMultipleObjects, KeDelayExecutionThread: the arguments of drivers for what wait.ts does (reference: scheduler.md §7).
import { type Addr, Reason } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KWAIT_BLOCK } from '../layouts.gen.js';
import { DISPATCH_LEVEL, STATUS, WaitReason } from './constants.js';
import { yieldThread } from './switch.js';
import { endWaitNext, interruption, waitAt, waitAtDispatch, waitableAt } from './wait.js';

function timeoutArgument(k: Kernel, address: Addr): bigint | undefined {
  return address === 0 ? undefined : k.mem.checked.i64(address);
}

export const routines: KernelRoutine[] = [
  {
    name: 'KeWaitForSingleObject',
    step(k, f) {
      if (f.pc === 1) return k.return(f.result);
      const later = endWaitNext(k, f, 2);
      if (later !== undefined) return later;
      const timeout = timeoutArgument(k, f.ptr(4));
      const o = waitableAt(k, f.place(0));
      if (o >= 0) return waitAt(k, f, 1, o, f.u32(1), f.u8(2), f.bool(3), timeout);
      return k.wait(f, 1, { object: f.ptr(0), reason: f.u32(1), mode: f.u8(2), alertable: f.bool(3), timeout });
    },
  },
  {
    name: 'KeWaitForMultipleObjects',
    step(k, f) {
      if (f.pc === 1) return k.return(f.result);
      const later = endWaitNext(k, f, 2);
      if (later !== undefined) return later;
      const count = f.u32(0);
      const blocks = f.ptr(7);
      if (count > (blocks === 0 ? 3 : 64)) {
        return k.bugCheck(
          0xc,
          0,
          0,
          0,
          0,
          `KeWaitForMultipleObjects for ${count} objects: at most 3 without a wait block array, 64 with one`,
        );
      }
      const objects = Array.from({ length: count }, (_, i) => k.mem.checked.ptr(f.ptr(1) + 8 * i));
      if (blocks !== 0) k.mem.checked.bytes(blocks, count * KWAIT_BLOCK.sizeof);
      return k.wait(f, 1, {
        objects,
        type: f.u32(2),
        reason: f.u32(3),
        mode: f.u8(4),
        alertable: f.bool(5),
        timeout: timeoutArgument(k, f.ptr(6)),
        blocks: blocks === 0 ? undefined : blocks,
      });
    },
  },
  {
    name: 'KeDelayExecutionThread',
    step(k, f) {
      if (f.pc === 1) return k.return(f.result === STATUS.TIMEOUT ? STATUS.SUCCESS : f.result);
      if (f.pc === 2) return k.return(STATUS.SUCCESS);
      const later = endWaitNext(k, f, 3);
      if (later !== undefined) return later;
      const interval = k.mem.checked.i64(f.ptr(2));
      if (interval === 0n && k.irql < DISPATCH_LEVEL) {
        const interrupted = interruption(k, k.currentThread(), f.u8(0), f.bool(1));
        if (interrupted) return k.return(interrupted);
        f.pc = 2;
        return yieldThread(k, f.fp) ? k.stop(Reason.Dispatch) : k.return(STATUS.SUCCESS);
      }
      if (interval === 0n) return waitAtDispatch(k, 0, 0n);
      return k.wait(f, 1, { reason: WaitReason.DelayExecution, mode: f.u8(0), alertable: f.bool(1), timeout: interval });
    },
  },
];
