// The thread that works through the scenario: it runs DriverEntry and the unload routines. As long as no other thread can touch the drivers' memory what it does
// there is no race: DriverEntry comes before the first process, unloading after the last.

import { ThreadState } from '../kernel/ke/constants.js';
import type { Kernel } from '../kernel/kernel.js';
import { KE_GLOBALS, KPRCB, KTHREAD } from '../kernel/layouts.gen.js';
import { KERNEL_BASE } from '../machine/abi.js';

const LIMIT = 10_000;

export class Controller {
  /** Limit of its stack, which tells it from others. */
  readonly stack: number;
  private readonly thread: number;
  /** Stacks that are there from the beginning: system workers, DPCs. */
  private readonly permanent: number[] = [];
  private known: boolean | undefined;

  /** When the machine has booted: it is the youngest thread. */
  constructor(private readonly k: Kernel) {
    const head = k.globals.KE + KE_GLOBALS.AllThreads;
    this.thread = k.mem.ptr(head + 8) - KTHREAD.AllThreadsEntry;
    this.stack = this.stackOf(this.thread);
    for (let at = k.mem.ptr(head), n = 0; at !== head && n < LIMIT; at = k.mem.ptr(at), n++) {
      const thread = at - KTHREAD.AllThreadsEntry;
      if (thread !== this.thread) this.permanent.push(this.stackOf(thread));
    }
    for (let c = 0; c < k.config.cpus; c++) this.permanent.push(k.mem.ptr(k.prcb(c) + KPRCB.DpcStackLimit) - KERNEL_BASE);
  }

  /** Something may have changed: a slice begins, a thread was made. */
  look(): void {
    this.known = undefined;
  }

  /** Nobody else can touch what drivers use. `seen`: stacks that did so before. */
  alone(seen: ReadonlyMap<number, number>): boolean {
    this.known ??= !this.permanent.some((s) => seen.has(s)) && !this.others();
    return this.known;
  }

  private others(): boolean {
    const m = this.k.mem;
    const head = this.k.globals.KE + KE_GLOBALS.AllThreads;
    for (let at = m.ptr(head + 8), n = 0; at !== head && n < LIMIT; at = m.ptr(at + 8), n++) {
      const thread = at - KTHREAD.AllThreadsEntry;
      if (thread === this.thread) return false;
      if (m.u32(thread + KTHREAD.State) !== ThreadState.Terminated) return true;
    }
    return true;
  }

  private stackOf(thread: number): number {
    return this.k.mem.ptr(thread + KTHREAD.StackLimit) - KERNEL_BASE;
  }
}
