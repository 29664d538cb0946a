// What a worker thread must not be when a work routine has returned, as far as ps knows it (reference: bugchecks.md §4): impersonating, at another I/O priority,
// attached to a silo. IRQL, regions, attach and mutexes are the core's part (ex/work-queue.ts).
import type { Status } from '../../machine/abi.js';
import type { ReturnedWork } from '../hooks.js';
import type { Kernel } from '../kernel.js';
import { ETHREAD } from '../layouts.gen.js';
import { IO_PRIORITY_NORMAL } from './process.js';

/** ETHREAD.Silo of a thread that is in the silo of its process. */
const OWN_SILO = -1;

/** Hook of the core. */
export function workerReturned(k: Kernel, w: ReturnedWork): Status | undefined {
  const m = k.mem;
  if (m.ptr(w.thread + ETHREAD.ImpersonationToken) !== 0)
    return k.bugCheck(
      0xdf,
      w.routine,
      w.parameter,
      w.item,
      0,
      `the work routine ${w.name} returned while it impersonates: PsRevertToSelf is missing`,
    );
  const priority = m.u8(w.thread + ETHREAD.IoPriority);
  if (priority !== IO_PRIORITY_NORMAL)
    return k.bugCheck(0x128, w.routine, priority, w.parameter, w.item, `the work routine ${w.name} returned with I/O priority ${priority}`);
  const silo = m.ptr(w.thread + ETHREAD.Silo);
  if (silo !== 0 && silo !== OWN_SILO)
    return k.bugCheck(
      0x19a,
      w.routine,
      w.parameter,
      w.item,
      0,
      `the work routine ${w.name} returned attached to a silo: PsDetachSiloFromCurrentThread is missing`,
    );
  return undefined;
}
