// Sequenced singly linked lists (SLIST_HEADER): push and pop without a lock. On Windows a 16-byte compare-exchange makes each atomic; here each is one
// step. The header is the x64 one: depth 16 bits and sequence 48 bits in the first word, the first entry's address without its low 4 bits in the second.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { STATUS } from '../rtl/status.js';

const REGION = 8;
const ALIGNMENT = 16;
const DEPTH_MASK = 0xffffn;
/** Reserved bits of the second word of an initialised header. */
const LOW_BITS = 0xfn;

const misaligned = (a: Addr): boolean => ((a % ALIGNMENT) + ALIGNMENT) % ALIGNMENT !== 0;

export function initializeSList(k: Kernel, head: Addr): void {
  k.mem.checked.fill(head, 16);
}

/** First entry, 0 when empty. */
export function firstOf(k: Kernel, head: Addr): Addr {
  return Number(BigInt.asIntN(64, k.mem.checked.u64(head + REGION) & ~LOW_BITS));
}
export const depthOf = (k: Kernel, head: Addr): number => k.mem.checked.u16(head);

/** One operation: the depth changes by `by`, the sequence counts up. */
function update(k: Kernel, head: Addr, first: Addr, by: bigint): void {
  const word = k.mem.checked.u64(head);
  const sequence = (word >> 16n) + 1n;
  k.mem.checked.setU64(head, (sequence << 16n) | ((word + by) & DEPTH_MASK));
  k.mem.checked.setU64(head + REGION, BigInt.asUintN(64, BigInt(first)) | (k.mem.checked.u64(head + REGION) & LOW_BITS));
}

export function push(k: Kernel, head: Addr, entry: Addr): Addr {
  const old = firstOf(k, head);
  k.mem.checked.setPtr(entry, old);
  update(k, head, entry, 1n);
  return old;
}
/** Removes and returns the first entry, 0 when empty. Faults when the entry was freed while on the list. */
export function pop(k: Kernel, head: Addr): Addr {
  const entry = firstOf(k, head);
  if (entry !== 0) update(k, head, k.mem.checked.ptr(entry), -1n);
  return entry;
}

/** An entry or head that is not 16-aligned would lose its low bits; the real list is damaged then, here the caller gets an exception (U). */
const aligned = (k: Kernel, addresses: readonly Addr[], body: () => Status): Status =>
  addresses.some(misaligned) ? k.raiseStatus(STATUS.DATATYPE_MISALIGNMENT) : body();

const pushing = (name: string): KernelRoutine => ({
  name,
  step: (k: Kernel, f: Frame) => aligned(k, [f.ptr(0), f.ptr(1)], () => k.return(push(k, f.ptr(0), f.ptr(1)))),
});
const popping = (name: string): KernelRoutine => ({
  name,
  step: (k: Kernel, f: Frame) => aligned(k, [f.ptr(0)], () => k.return(pop(k, f.ptr(0)))),
});
/** Empties the list; returns the chain. */
const flushing = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    return aligned(k, [f.ptr(0)], () => {
      const first = firstOf(k, f.ptr(0));
      update(k, f.ptr(0), 0, -BigInt(depthOf(k, f.ptr(0))));
      return k.return(first);
    });
  },
});

export const routines: KernelRoutine[] = [
  {
    name: 'InitializeSListHead',
    step(k, f) {
      return aligned(k, [f.ptr(0)], () => {
        initializeSList(k, f.ptr(0));
        return k.returnVoid();
      });
    },
  },
  pushing('ExpInterlockedPushEntrySList'),
  pushing('ExInterlockedPushEntrySList'),
  {
    // (ListHead, List, ListEnd, Count): a chain that the caller has linked, first to last
    name: 'InterlockedPushListSList',
    step: (k, f) =>
      aligned(k, [f.ptr(0), f.ptr(1), f.ptr(2)], () => {
        const old = firstOf(k, f.ptr(0));
        k.mem.checked.setPtr(f.ptr(2), old);
        update(k, f.ptr(0), f.ptr(1), BigInt(f.u32(3)));
        return k.return(old);
      }),
  },
  popping('ExpInterlockedPopEntrySList'),
  popping('ExInterlockedPopEntrySList'),
  flushing('ExpInterlockedFlushSList'),
  flushing('ExInterlockedFlushSList'),
  { name: 'ExQueryDepthSList', step: (k, f) => k.return(depthOf(k, f.ptr(0))) },
];
