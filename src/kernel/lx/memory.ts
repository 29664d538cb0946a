// mmap, munmap and brk of the built-in provider: private anonymous memory in the same ranges of the window that NtAllocateVirtualMemory uses.
import { type Addr, PAGE_SHIFT, PAGE_SIZE, USER_BASE } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KPROCESS, LX_TASK } from '../layouts.gen.js';
import { findRoom, firstPage, isFree, Protect, pageAddress, pageCount, release, reserve, setPage, vadAt } from '../mm/vad.js';
import { ownProcess } from '../ps/state.js';
import { mapUser, WINDOW } from '../ps/window.js';
import { ERRNO } from './numbers.js';

const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const PROT = { read: 1, write: 2, execute: 4 } as const;

function protection(prot: number): number {
  if (prot & PROT.execute) return prot & PROT.write ? Protect.ExecuteReadWrite : Protect.ExecuteRead;
  if (prot & PROT.write) return Protect.ReadWrite;
  return prot & PROT.read ? Protect.ReadOnly : Protect.NoAccess;
}

/** Address of the new range, or a negative error number. A wanted address is a hint, as without MAP_FIXED. */
export function mapAnonymous(k: Kernel, wanted: Addr, length: number, prot: number, flags: number): Addr {
  if (length <= 0 || flags & MAP_FIXED) return -ERRNO.EINVAL;
  if (!(flags & MAP_ANONYMOUS)) return -ERRNO.ENOSYS;
  const process = ownProcess(k);
  const count = Math.ceil(length / PAGE_SIZE);
  if (count > WINDOW.size / PAGE_SIZE) return -ERRNO.ENOMEM;
  const hint = wanted >= USER_BASE && wanted < USER_BASE + WINDOW.size ? (wanted - USER_BASE) >> PAGE_SHIFT : -1;
  const page = hint > 0 && isFree(k, process, hint, count) ? hint : findRoom(k, process, count);
  if (page < 0) return -ERRNO.ENOMEM;
  const vad = reserve(k, process, page, count, protection(prot));
  if (vad === 0) return -ERRNO.ENOMEM;
  for (let i = 0; i < count; i++) setPage(k, process, vad, i, protection(prot));
  k.machine.charge(count);
  return pageAddress(page);
}

/** Whole ranges only; what is not mapped is no error. */
export function unmapRange(k: Kernel, address: Addr, length: number): number {
  if (address & (PAGE_SIZE - 1) || length <= 0) return -ERRNO.EINVAL;
  const process = ownProcess(k);
  const vad = vadAt(k, process, (address - USER_BASE) >> PAGE_SHIFT);
  if (vad === 0) return 0;
  if (pageAddress(firstPage(k, vad)) !== address || pageCount(k, vad) !== Math.ceil(length / PAGE_SIZE)) return -ERRNO.EINVAL;
  release(k, process, vad);
  return 0;
}

/** New end of the data segment, or the old one when it cannot be. */
export function breakTo(k: Kernel, task: Addr, wanted: Addr): Addr {
  const m = k.mem;
  const process = ownProcess(k);
  const at = task + LX_TASK.Break;
  const now = m.u32(at) || WINDOW.heap;
  m.setU32(at, now);
  const next = wanted - USER_BASE;
  if (wanted === 0 || next < WINDOW.heap || next > WINDOW.heapEnd) return USER_BASE + now;
  const page = (n: number): number => Math.ceil(n / PAGE_SIZE) * PAGE_SIZE;
  if (page(next) > page(now)) mapUser(k, process, page(now), page(next) - page(now));
  else if (page(next) < page(now)) m.pages.unmap(m.u32(process + KPROCESS.UserOffset) + page(next), page(now) - page(next));
  m.setU32(at, next);
  return USER_BASE + next;
}
