// Interlocked list operations under a spin lock of the caller. The operation itself is one step and needs no lock, but a lock that someone holds must
// still be waited for: the caller protects other accesses to the list with it. Held by this very CPU it would never come free (bug check 0xF).
import type { Addr, Status } from '../../machine/abi.js';
import { spinOn } from '../ke/spin-wait.js';
import { ownerWord, selfDeadlock } from '../ke/spinlock.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { LIST_ENTRY } from '../layouts.gen.js';
import { insertHead, insertTail, removeHead } from '../rtl/list.js';
import { touchLinks } from '../rtl/touch-links.js';

/** Does it when nobody holds the lock, else waits for the lock and tries again. */
export function underLock(k: Kernel, f: Frame, lock: Addr, operation: () => Status): Status {
  const owner = k.mem.checked.ptr(lock);
  if (owner === 0) return operation();
  return owner === ownerWord(k) ? selfDeadlock(k, lock) : spinOn(k, f, lock);
}

const first = (k: Kernel, head: Addr): Addr => {
  const e = k.mem.ptr(head + LIST_ENTRY.Flink);
  return e === head ? 0 : e;
};
const last = (k: Kernel, head: Addr): Addr => {
  const e = k.mem.ptr(head + LIST_ENTRY.Blink);
  return e === head ? 0 : e;
};

export const routines: KernelRoutine[] = [
  {
    // returns what was first before, NULL for an empty list
    name: 'ExInterlockedInsertHeadList',
    step: (k, f) =>
      underLock(k, f, f.ptr(2), () => {
        touchLinks(k, f.ptr(0), f.ptr(1));
        const old = first(k, f.ptr(0));
        insertHead(k.mem, f.ptr(0), f.ptr(1));
        return k.return(old);
      }),
  },
  {
    // returns what was last before
    name: 'ExInterlockedInsertTailList',
    step: (k, f) =>
      underLock(k, f, f.ptr(2), () => {
        touchLinks(k, f.ptr(0), f.ptr(1));
        const old = last(k, f.ptr(0));
        insertTail(k.mem, f.ptr(0), f.ptr(1));
        return k.return(old);
      }),
  },
  {
    name: 'ExInterlockedRemoveHeadList',
    step: (k, f) =>
      underLock(k, f, f.ptr(1), () => {
        touchLinks(k, k.mem.checked.ptr(f.ptr(0) + LIST_ENTRY.Flink));
        return k.return(removeHead(k.mem, f.ptr(0)));
      }),
  },
  {
    name: 'ExInterlockedPushEntryList',
    step: (k, f) =>
      underLock(k, f, f.ptr(2), () => {
        const old = k.mem.checked.ptr(f.ptr(0));
        k.mem.checked.setPtr(f.ptr(1), old);
        k.mem.checked.setPtr(f.ptr(0), f.ptr(1));
        return k.return(old);
      }),
  },
  {
    name: 'ExInterlockedPopEntryList',
    step: (k, f) =>
      underLock(k, f, f.ptr(1), () => {
        const entry = k.mem.checked.ptr(f.ptr(0));
        if (entry !== 0) k.mem.checked.setPtr(f.ptr(0), k.mem.checked.ptr(entry));
        return k.return(entry);
      }),
  },
  {
    // (Addend, Increment by value, Lock): the value before
    name: 'ExInterlockedAddLargeInteger',
    step: (k, f) =>
      underLock(k, f, f.ptr(2), () => {
        const old = k.mem.checked.i64(f.ptr(0));
        k.mem.checked.setI64(f.ptr(0), old + f.i64(1));
        return k.returnBig(old);
      }),
  },
  {
    name: 'ExInterlockedAddUlong',
    step: (k, f) =>
      underLock(k, f, f.ptr(2), () => {
        const old = k.mem.checked.u32(f.ptr(0));
        k.mem.checked.setU32(f.ptr(0), (old + f.u32(1)) >>> 0);
        return k.return(old | 0);
      }),
  },
];
