// ProbeForRead and ProbeForWrite: is a range user memory? Reading is not tried (the page may go
// away a moment later anyway); writing touches one byte of every page, as the real routine does, so that a read-only page raises here.
import { type Addr, PAGE_SIZE } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { STATUS } from '../rtl/status.js';

/** MmUserProbeAddress: first address that is not the user's. */
export const USER_END = 0x7fffffff0000;

/** Does [address, address + length) lie below the end of user memory? Negative numbers are kernel addresses or absurd lengths. */
export function isUserRange(address: Addr, length: number): boolean {
  return address >= 0 && length >= 0 && address + length <= USER_END;
}

const ALIGNMENTS = [1, 2, 4, 8, 16];

const probe = (name: string, write: boolean): KernelRoutine => ({
  name,
  step(k: Kernel, f) {
    const address = f.ptr(0);
    const length = f.ptr(1);
    const alignment = f.u32(2);
    if (length === 0) return k.returnVoid();
    if (ALIGNMENTS.includes(alignment) && address % alignment !== 0) return k.raiseStatus(STATUS.DATATYPE_MISALIGNMENT);
    if (!isUserRange(address, length)) return k.raiseStatus(STATUS.ACCESS_VIOLATION);
    if (write) {
      for (let at = address; at < address + length; at = (Math.floor(at / PAGE_SIZE) + 1) * PAGE_SIZE) {
        k.mem.checked.setU8(at, k.mem.checked.u8(at));
        k.machine.charge(1);
      }
    }
    return k.returnVoid();
  },
});

export const routines: KernelRoutine[] = [
  probe('ProbeForRead', false),
  probe('ProbeForWrite', true),
  // (Address, Size, ProbeMode[, Flags]): a handle that is not NULL; protections never change here, so there is nothing to hold on to
];
