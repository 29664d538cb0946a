// Helper for tests of the core without C: a kernel without the rooms, threads whose bodies are small routines.
import { bootCore, createCore, type CoreOptions as Options } from '../../src/kernel/core-boot.js';
import type { Kernel, KernelRoutine } from '../../src/kernel/kernel.js';
import { KE_GLOBALS, KTHREAD } from '../../src/kernel/layouts.gen.js';
import { buildRoutineTable } from '../../src/kernel/routine-table.js';
import type { Status } from '../../src/machine/abi.js';
import type { Frame } from '../../src/machine/routine.js';
import { coreLists } from './core-lists.js';

export type Body = (k: Kernel, f: Frame) => Status;

export interface CoreOptions extends Options {
  readonly bodies: Readonly<Record<string, Body>>;
}

/** Boots; each body is a routine `Test<name>` with 16 local slots. */
export function coreKernel(options: CoreOptions): Kernel {
  const { bodies, ...rest } = options;
  const routines: KernelRoutine[] = Object.entries(bodies).map(([name, step]) => ({ name: `Test${name}`, locals: 16, cost: 5, step }));
  const k = createCore(rest, buildRoutineTable([...coreLists, routines]));
  bootCore(k);
  return k;
}

export function startThread(k: Kernel, body: string, options: { context?: number; priority?: number; affinity?: bigint } = {}): number {
  const thread = k.pool.allocate('nonpaged', KTHREAD.sizeof, 'Thre');
  k.mem.fill(thread, KTHREAD.sizeof);
  const process = k.mem.ptr(k.globals.KE + KE_GLOBALS.InitialProcess);
  if (!k.initializeThread(thread, process, { start: `Test${body}`, context: options.context ?? 0, priority: options.priority }))
    throw new Error('no stack');
  if (options.affinity) k.mem.setU64(thread + KTHREAD.Affinity, options.affinity);
  k.startThread(thread);
  return thread;
}

/** Zeroed nonpaged pool. */
export function block(k: Kernel, bytes: number): number {
  const a = k.pool.allocate('nonpaged', bytes, 'Test');
  k.mem.fill(a, bytes);
  return a;
}
