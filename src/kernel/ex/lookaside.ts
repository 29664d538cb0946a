// Lookaside lists: initialising, flushing, deleting; allocation and free are inline code in the headers. While special pool lasts the depth is 0, so every
// block goes back to pool at once and a use after free is seen (Driver Verifier does the same); without special pool blocks are kept as on Windows.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { GENERAL_LOOKASIDE_POOL as L, MM_GLOBALS } from '../layouts.gen.js';
import { entries, insertTail, remove } from '../rtl/list.js';
import { STATUS } from '../rtl/status.js';
import { touchLinks } from '../rtl/touch-links.js';
import { initializeSList, pop } from './slist.js';

const MINIMUM_DEPTH = 4;
const MAXIMUM_DEPTH = 256;
const MINIMUM_BLOCK = 8; // an SLIST_ENTRY's Next
const POOL_RAISE_IF_ALLOCATION_FAILURE = 16;
const RAISE_ON_FAIL = 1;
const FAIL_NO_RAISE = 2;
const PAGED = 1;
const INVALID_PARAMETER_5 = 0xc00000f3 | 0;

interface Parameters {
  readonly allocate: Addr;
  readonly free: Addr;
  readonly type: number;
  readonly size: number;
  readonly tag: number;
}

function initialize(k: Kernel, list: Addr, p: Parameters): void {
  const m = k.mem.checked;
  m.fill(list, L.sizeof);
  initializeSList(k, list + L.ListHead);
  m.setU16(list + L.Depth, k.config.specialPoolPages > 0 ? 0 : MINIMUM_DEPTH);
  m.setU16(list + L.MaximumDepth, MAXIMUM_DEPTH);
  m.setU32(list + L.Type, p.type);
  m.setU32(list + L.Tag, p.tag);
  m.setU32(list + L.Size, Math.max(p.size, MINIMUM_BLOCK));
  m.setPtr(list + L.Allocate, p.allocate || k.addressOf('ExAllocatePoolWithTag'));
  m.setPtr(list + L.Free, p.free || k.addressOf('ExFreePool'));
  touchLinks(k, k.globals.MM + MM_GLOBALS.LookasideListHead, list + L.ListEntry);
  insertTail(k.mem, k.globals.MM + MM_GLOBALS.LookasideListHead, list + L.ListEntry);
}

/** (Lookaside, Allocate, Free, Flags, Size, Tag, Depth). */
const plain = (name: string, type: number): KernelRoutine => ({
  name,
  cost: 20,
  step(k: Kernel, f: Frame) {
    initialize(k, f.ptr(0), { allocate: f.ptr(1), free: f.ptr(2), type: (type | f.u32(3)) >>> 0, size: f.ptr(4), tag: f.u32(5) });
    return k.returnVoid();
  },
});

/** Gives every kept block to the free routine, one call a step. `extended`: that routine gets the list as second argument. */
function drain(k: Kernel, f: Frame, extended: boolean): Status {
  const list = f.ptr(0);
  const block = pop(k, list + L.ListHead);
  if (block === 0) return k.returnVoid();
  return k.call(f, 1, k.mem.checked.ptr(list + L.Free), extended ? [block, list] : [block]);
}

const deleting = (name: string, extended: boolean): KernelRoutine => ({
  name,
  cost: 20,
  step(k: Kernel, f: Frame) {
    if (f.pc === 0) {
      touchLinks(k, f.ptr(0) + L.ListEntry);
      remove(k.mem, f.ptr(0) + L.ListEntry);
    }
    return drain(k, f, extended);
  },
});

/** Initialised and not yet deleted lists that lie in [from, to): a driver image or a pool block that goes away must hold none. */
export function lookasideListsIn(k: Kernel, from: Addr, to: Addr): Addr[] {
  const head = k.globals.MM + MM_GLOBALS.LookasideListHead;
  if (k.mem.ptr(head) === 0) return []; // nothing is booted
  return entries(k.mem, head)
    .map((e) => e - L.ListEntry)
    .filter((a) => a >= from && a < to);
}

export const routines: KernelRoutine[] = [
  plain('ExInitializeNPagedLookasideList', 0),
  plain('ExInitializeNPagedLookasideList_NXPoolOptIn', 0x200),
  plain('ExInitializePagedLookasideList', PAGED),
  {
    // (Lookaside, Allocate, Free, PoolType, Flags, Size, Tag, Depth)
    name: 'ExInitializeLookasideListEx',
    cost: 20,
    step(k, f) {
      const flags = f.u32(4);
      if ((flags & ~(RAISE_ON_FAIL | FAIL_NO_RAISE)) !== 0 || flags === (RAISE_ON_FAIL | FAIL_NO_RAISE))
        return k.return(INVALID_PARAMETER_5);
      const type = (f.u32(3) | (flags & RAISE_ON_FAIL ? POOL_RAISE_IF_ALLOCATION_FAILURE : 0)) >>> 0;
      initialize(k, f.ptr(0), { allocate: f.ptr(1), free: f.ptr(2), type, size: f.ptr(5), tag: f.u32(6) });
      return k.return(STATUS.SUCCESS);
    },
  },
  deleting('ExDeleteNPagedLookasideList', false),
  deleting('ExDeletePagedLookasideList', false),
  deleting('ExDeleteLookasideListEx', true),
  { name: 'ExFlushLookasideListEx', cost: 20, step: (k, f) => drain(k, f, true) },
  // the depth is adjusted by a system thread on Windows; here it is fixed
  { name: 'ExAdjustLookasideDepth', step: (k) => k.returnVoid() },
];
