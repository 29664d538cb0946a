// The whole kernel: core, all rooms, all routines. `createKernel`, compile images against `kernelImports(k)`, load them, `boot`, run.
import { attachCore, bootCore, type CoreOptions, createCore } from './core-boot.js';
import type { Kernel, KernelRoutine } from './kernel.js';
import { psAttach } from './ps/init.js';
import { initializeRooms, registerExports } from './rooms.js';
import { buildRoutineTable, type RoutineTable } from './routine-table.js';
import { routineLists } from './routines.gen.js';
import { RaceDetector } from './verifier/race/detector.js';
import { verifierHooks } from './verifier/verifier.js';

export interface CreateOptions extends CoreOptions {
  /** Further routines (tests). */
  readonly routines?: readonly KernelRoutine[];
}

let shared: RoutineTable | undefined;
/** The table of this build, made once: routines have no state. */
export function routineTable(): RoutineTable {
  shared ??= buildRoutineTable(routineLists);
  return shared;
}

export function createKernel(options: CreateOptions = {}): Kernel {
  const { routines, ...rest } = options;
  const k = createCore(rest, routines ? buildRoutineTable([...routineLists, routines]) : routineTable());
  registerExports(k);
  if (k.config.verifier) k.hooks.verifier = verifierHooks;
  k.machine.races = undefined;
  k.mem.races = undefined;
  if (k.config.races) k.hooks.races = new RaceDetector(k);
  return k;
}

/** Fills the memory of a fresh machine. Images must be loaded before; drivers are mapped later. */
export function boot(k: Kernel): void {
  bootCore(k, initializeRooms);
}

/** Instead of `boot`, for a kernel object around a machine that is in the middle of a run or gets a checkpoint: only what is not in memory. */
export function attach(k: Kernel): void {
  attachCore(k);
  psAttach(k);
}
