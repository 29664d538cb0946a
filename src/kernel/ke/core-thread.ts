// Threads of the core's own (workers, threads of threaded DPCs): objects of ps where ps is there, bare KTHREADs where it is not.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KTHREAD } from '../layouts.gen.js';

export interface CoreThreadOptions {
  /** Routine of the kernel; also the thread's name. */
  readonly start: string;
  readonly context: Addr;
  readonly priority: number;
  /** The only CPU that it may run on. */
  readonly cpu?: number;
}

/** A system thread, started. 0: no memory or kernel stack left. Callable at any IRQL. */
export function createCoreThread(k: Kernel, o: CoreThreadOptions): Addr {
  const m = k.mem;
  const process = m.ptr(k.globals.KE + KE_GLOBALS.InitialProcess);
  const thread = k.hooks.allocateThread?.(k, process, o.start) ?? k.pool.allocate('nonpaged', KTHREAD.sizeof, 'Thre');
  if (thread === 0) return 0;
  if (!k.hooks.allocateThread) m.fill(thread, KTHREAD.sizeof);
  if (!k.initializeThread(thread, process, { start: o.start, context: o.context, priority: o.priority })) return 0;
  if (o.cpu !== undefined) {
    m.setU64(thread + KTHREAD.Affinity, 1n << BigInt(o.cpu));
    m.setU64(thread + KTHREAD.UserAffinity, 1n << BigInt(o.cpu));
    m.setU32(thread + KTHREAD.IdealProcessor, o.cpu);
    m.setU32(thread + KTHREAD.NextProcessor, o.cpu);
  }
  k.hooks.threadCreated?.(k, thread);
  k.startThread(thread);
  return thread;
}
