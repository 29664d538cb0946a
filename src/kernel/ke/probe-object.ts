// Objects that the dispatcher touches at DISPATCH_LEVEL: a bad or pageable one is not an exception in the caller but bug check 0xA, as on Windows, where the
// dispatcher lock is taken before the object is looked at.
import { type Addr, Deny, KERNEL_BASE, MEMORY_SIZE, PAGE_SHIFT, PAGE_SIZE } from '../../machine/abi.js';
import type { Memory } from '../../machine/memory.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';
import { DISPATCH_LEVEL } from './constants.js';

/** What an ordinary page of data has. */
const PLAIN = Deny.Execute | Deny.Supervisor;

/** Writable, resident and in one page, as nearly always: nothing else to ask. `o`: offset of the object. */
export const isPlain = (m: Memory, o: number, size: number): boolean =>
  (o & (PAGE_SIZE - 1)) + size <= PAGE_SIZE && (m.deny[o >>> PAGE_SHIFT] & ~PLAIN) === 0;

/** Throws a fault at DISPATCH_LEVEL when the object cannot be written there. */
export function probeObject(k: Kernel, object: Addr, size: number): void {
  const o = object - KERNEL_BASE;
  if (o >= 0 && o < MEMORY_SIZE && isPlain(k.mem, o, size)) return;
  const r = k.mem.registers;
  const irql = r.irql;
  if (irql < DISPATCH_LEVEL) r.irql = DISPATCH_LEVEL;
  if (!k.mem.allowed(object, size, true)) throw new SimulatedFault(k.mem.firstRefused(object, size, true), true, size);
  r.irql = irql;
}
