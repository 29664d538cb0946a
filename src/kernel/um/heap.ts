// The process heap: blocks grow from the start of the heap range of the window; each has a 16-byte header with its size, freed blocks of the same size are used again.
// Its state is in the process object and in the user pages themselves.
import { type Addr, USER_BASE } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS } from '../layouts.gen.js';
import { mapUser, WINDOW } from '../ps/window.js';
import { win32 } from './win32.js';

const HEADER = 16;
const PAGE = 4096;
const HEAP_ZERO_MEMORY = 8;
/** Header word of a block in use / free. */
const USED = 0x55534544;
const FREE = 0x46524545;

/** Bytes from the heap of the current process, 16-aligned, zeroed; 0 when it is full. */
export function heapAllocate(k: Kernel, bytes: number): Addr {
  const process = k.currentProcess();
  const size = Math.max(16, (bytes + 15) & ~15);
  const next = k.mem.u32(process + EPROCESS.HeapNext) || WINDOW.heap;
  for (let at = WINDOW.heap; at < next; ) {
    const header = USER_BASE + at;
    const blockSize = k.mem.u32(header + 4);
    if (blockSize < 16 || at + HEADER + blockSize > next) break; // the program overwrote its heap: only grow
    if (k.mem.u32(header) === FREE && blockSize === size) {
      k.mem.setU32(header, USED);
      k.mem.fill(header + HEADER, size);
      return header + HEADER;
    }
    at += HEADER + blockSize;
  }
  if (next + HEADER + size > WINDOW.heapEnd) return 0;
  // pages behind the last block's page are not mapped yet (the range begins on a page)
  const firstPage = Math.ceil(next / PAGE) * PAGE;
  const end = Math.ceil((next + HEADER + size) / PAGE) * PAGE;
  if (end > firstPage) mapUser(k, process, firstPage, end - firstPage);
  k.mem.setU32(process + EPROCESS.HeapNext, next + HEADER + size);
  const header = USER_BASE + next;
  k.mem.setU32(header, USED);
  k.mem.setU32(header + 4, size);
  return header + HEADER;
}

/** False: not a block of this heap. */
export function heapFree(k: Kernel, block: Addr): boolean {
  if (block < USER_BASE + WINDOW.heap + HEADER || block >= USER_BASE + WINDOW.heapEnd || k.mem.checked.u32(block - HEADER) !== USED) return false;
  k.mem.setU32(block - HEADER, FREE);
  return true;
}

/** Text built by the runtime goes to the process heap; the caller of this frees it. Returns its address, 0 when full. */
export function heapText(k: Kernel, text: string): Addr {
  const at = heapAllocate(k, text.length * 2 + 2);
  if (at !== 0) k.mem.writeUtf16(at, text, true);
  return at;
}

const size = (n: number): number => (n < 0 || n > WINDOW.heapEnd ? WINDOW.heapEnd : n);

export const routines: KernelRoutine[] = [
  win32({ name: 'GetProcessHeap', step: (k) => k.return(USER_BASE + WINDOW.heap) }),
  win32({
    name: 'HeapAlloc',
    step(k, f) {
      void (f.u32(1) & HEAP_ZERO_MEMORY); // blocks are always zeroed here
      return k.return(heapAllocate(k, size(f.ptr(2))));
    },
  }),
  win32({ name: 'HeapFree', step: (k, f) => k.return(f.ptr(2) === 0 || heapFree(k, f.ptr(2)) ? 1 : 0) }),
  win32({ name: 'malloc', step: (k, f) => k.return(heapAllocate(k, size(f.ptr(0)))) }),
  win32({ name: 'calloc', step: (k, f) => k.return(heapAllocate(k, size(f.ptr(0) * f.ptr(1)))) }),
  win32({
    name: 'free',
    step(k, f) {
      if (f.ptr(0) !== 0) heapFree(k, f.ptr(0));
      return k.returnVoid();
    },
  }),
  // (Address, Size, Type, Protect): pages of the heap range; an address of the caller's choice is not honoured
  win32({ name: 'VirtualAlloc', step: (k, f) => k.return(heapAllocate(k, Math.ceil(size(f.ptr(1)) / PAGE) * PAGE)) }),
  win32({ name: 'VirtualFree', step: (k, f) => k.return(heapFree(k, f.ptr(0)) ? 1 : 0) }),
];
