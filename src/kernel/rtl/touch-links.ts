// list.ts trusts its pointers, as the kernel does with its own lists. A list of a driver may run through freed or paged-out memory: the links that an
// operation will follow are accessed here first like the driver's own code would, so that they fault where they should.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { LIST_ENTRY } from '../layouts.gen.js';

const touch = (k: Kernel, e: Addr): void => k.mem.checked.setPtr(e, k.mem.checked.ptr(e));

/** Before inserting `entry` next to `at`, or removing `at`: faults when one of its neighbours cannot be written. */
export function touchLinks(k: Kernel, at: Addr, entry: Addr = at): void {
  touch(k, entry);
  touch(k, k.mem.checked.ptr(at + LIST_ENTRY.Flink));
  touch(k, k.mem.checked.ptr(at + LIST_ENTRY.Blink));
}
