// MmCopyVirtualMemory: from the address space of one process into another's. Each process has one window of linear memory, so no attaching is needed; what
// counts is that every page is there and the user's. A copy that meets a page that is not stops with STATUS_PARTIAL_COPY and says how far it came.
import { type Addr, KERNEL_BASE, MEMORY_SIZE, PAGE_SIZE, type Status, USER_BASE } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KPROCESS } from '../layouts.gen.js';
import { STATUS } from '../rtl/status.js';
import { isUserRange } from './probe.js';

const USER_MODE = 1;

/** Offset in linear memory of one byte as `process` sees it (user or kernel address), -1 when it cannot be accessed. */
export function offsetIn(k: Kernel, process: Addr, address: Addr, write: boolean): number {
  let o = address - KERNEL_BASE;
  const user = address >= 0;
  if (user) {
    const delta = address - USER_BASE;
    if (delta < 0 || delta >= k.mem.u32(process + KPROCESS.UserSize)) return -1;
    o = k.mem.u32(process + KPROCESS.UserOffset) + delta;
  } else if (o < 0 || o >= MEMORY_SIZE) return -1;
  const page = k.mem.pages.query(o);
  return page.mapped && (!user || page.user) && (!write || page.writable) ? o : -1;
}

const toPageEnd = (a: Addr): number => PAGE_SIZE - (((a % PAGE_SIZE) + PAGE_SIZE) % PAGE_SIZE);

/** (FromProcess, FromAddress, ToProcess, ToAddress, BufferSize, PreviousMode, NumberOfBytesCopied). */
function copy(k: Kernel, f: Frame): Status {
  const [source, target, size] = [f.ptr(1), f.ptr(3), f.ptr(4)];
  k.mem.checked.setPtr(f.ptr(6), 0);
  if (size === 0) return k.return(STATUS.SUCCESS);
  if (size < 0 || (f.u8(5) === USER_MODE && !(isUserRange(source, size) && isUserRange(target, size))))
    return k.return(STATUS.ACCESS_VIOLATION);
  let done = 0;
  while (done < size) {
    const n = Math.min(size - done, toPageEnd(source + done), toPageEnd(target + done));
    const from = offsetIn(k, f.ptr(0), source + done, false);
    const to = offsetIn(k, f.ptr(2), target + done, true);
    if (from < 0 || to < 0) break;
    k.mem.raw.copy(to, from, n);
    done += n;
  }
  k.mem.checked.setPtr(f.ptr(6), done);
  k.machine.charge(done >> 6);
  return k.return(done === size ? STATUS.SUCCESS : STATUS.PARTIAL_COPY);
}

export const routines: KernelRoutine[] = [{ name: 'MmCopyVirtualMemory', cost: 40, step: copy }];
