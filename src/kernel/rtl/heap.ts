// Heaps of the run-time library in kernel mode (RtlCreateHeap): here each block is a pool allocation with a header in front, on a list of its heap, so an overrun
// runs into the pool's own checks. A pointer that is no block of the heap is bug check 0x13A, as kernel-mode heap corruption is on Windows.
import type { Addr } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { RTLP_HEAP_BLOCK as B, RTLP_HEAP as H, LIST_ENTRY } from '../layouts.gen.js';
import { LIST_LIMIT } from './list.js';
import { STATUS } from './status.js';
import { initHead, insertAfter, unlink } from './touch-links.js';

const SIGNATURE = 0x70616548; // 'Heap'
const TAG = 'Heap';
const GENERATE_EXCEPTIONS = 4;
const ZERO_MEMORY = 8;
const LARGEST = 0x40000000;

const isHeap = (k: Kernel, heap: Addr): boolean =>
  heap < 0 && k.pool.sizeOf(heap) !== undefined && k.mem.checked.u32(heap + H.Signature) === SIGNATURE;

const damaged = (k: Kernel, heap: Addr, block: Addr, what: string) => k.bugCheck(0x13a, 0x12, heap, block, 0, what);

/** (Flags, HeapBase, ReserveSize, CommitSize, Lock, Parameters): memory given by the caller is not used, blocks come from the pool. */
function create(k: Kernel, f: Frame): Addr {
  const heap = k.pool.allocate('paged', H.sizeof, TAG);
  if (heap === 0) return 0;
  k.mem.checked.fill(heap, H.sizeof);
  k.mem.checked.setU32(heap + H.Signature, SIGNATURE);
  k.mem.checked.setU32(heap + H.Flags, f.u32(0));
  initHead(k, heap + H.BlockList);
  return heap;
}

export const routines: KernelRoutine[] = [
  { name: 'RtlCreateHeap', cost: 100, step: (k, f) => k.return(create(k, f)) },
  {
    // (HeapHandle, Flags, Size)
    name: 'RtlAllocateHeap',
    cost: 20,
    step(k, f) {
      const heap = f.ptr(0);
      if (!isHeap(k, heap)) return damaged(k, heap, 0, `RtlAllocateHeap of ${hex(heap)}, which is no heap`);
      const flags = f.u32(1) | k.mem.checked.u32(heap + H.Flags);
      const size = f.ptr(2);
      const block = size < 0 || size > LARGEST ? 0 : k.pool.allocate('paged', B.sizeof + size, TAG);
      if (block === 0) return flags & GENERATE_EXCEPTIONS ? k.raiseStatus(STATUS.NO_MEMORY) : k.return(0);
      k.mem.checked.setPtr(block + B.Heap, heap);
      k.mem.checked.setPtr(block + B.Size, size);
      insertAfter(k, heap + H.BlockList, block + B.Links);
      if (flags & ZERO_MEMORY && size > 0) k.mem.checked.fill(block + B.sizeof, size);
      return k.return(block + B.sizeof);
    },
  },
  {
    // (HeapHandle, Flags, BaseAddress)
    name: 'RtlFreeHeap',
    cost: 20,
    step(k, f) {
      const heap = f.ptr(0);
      const block = f.ptr(2) - B.sizeof;
      if (f.ptr(2) === 0) return k.return(1);
      if (!isHeap(k, heap)) return damaged(k, heap, f.ptr(2), `RtlFreeHeap of ${hex(heap)}, which is no heap`);
      if (k.pool.sizeOf(block) === undefined || k.mem.checked.ptr(block + B.Heap) !== heap)
        return damaged(
          k,
          heap,
          f.ptr(2),
          `RtlFreeHeap of ${hex(f.ptr(2))}, which is no block of the heap ${hex(heap)} (freed twice, or of another heap)`,
        );
      unlink(k, block + B.Links);
      k.pool.free(block);
      return k.return(1);
    },
  },
  {
    // NULL when it worked
    name: 'RtlDestroyHeap',
    cost: 100,
    step(k, f) {
      const heap = f.ptr(0);
      if (!isHeap(k, heap)) return damaged(k, heap, 0, `RtlDestroyHeap of ${hex(heap)}, which is no heap (destroyed twice?)`);
      const head = heap + H.BlockList;
      for (let n = 0; n < LIST_LIMIT; n++) {
        const links = k.mem.checked.ptr(head + LIST_ENTRY.Flink);
        if (links === head) break;
        unlink(k, links);
        k.pool.free(links - B.Links);
      }
      k.mem.checked.setU32(heap + H.Signature, 0);
      k.pool.free(heap);
      return k.return(0);
    },
  },
];
