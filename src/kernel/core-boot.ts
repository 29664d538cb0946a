// From an empty machine to a kernel that can run threads: pages of the nt region, code addresses of the routines, globals, processors, pool, rooms, workers.
// The core alone, with whatever rooms and routines it is given; boot.ts gives it all of them.

import { xorshift32 } from '../base/prng.js';
import { VERIFIER_OPTIONS } from '../base/verifier-options.js';
import { PAGE_SIZE, ROUTINE_BASE, toAddress } from '../machine/abi.js';
import { Machine } from '../machine/machine.js';
import { MachineClock } from '../trace/clock.js';
import { KINDS } from '../trace/kinds.js';
import { Trace } from '../trace/trace.js';
import { DEFAULT_CONFIG, type KernelConfig } from './config.js';
import { initializePushLocks } from './ex/push-lock.js';
import { balanceDue, balanceWorkers, initializeWorkQueues, startWorkers } from './ex/work-queue.js';
import { type Chooser, initialChoiceState, SeededChooser } from './ke/choice.js';
import { DPC_STACK_SIZE, ObjectType } from './ke/constants.js';
import { initHeader } from './ke/dispatcher.js';
import { initializeDpcQueues } from './ke/dpc.js';
import { initializeEvent } from './ke/event.js';
import { prcbOf } from './ke/prcb.js';
import { setPrioritySeparation } from './ke/quantum.js';
import { initializeSystemVariables, registerSystemVariables } from './ke/system-variables.js';
import { allocateStack, initializeProcess } from './ke/thread.js';
import { tickSteps } from './ke/time.js';
import { initTimerQueue } from './ke/timer-queue.js';
import { Kernel } from './kernel.js';
import { EPROCESS, ETHREAD, KAPC_STATE, KE_GLOBALS, KPRCB, KPROCESS, KTHREAD, LIST_ENTRY } from './layouts.gen.js';
import { attachAliases } from './mm/alias.js';
import { initializeMm, registerMmExports } from './mm/mm-misc.js';
import { writeNtImage } from './nt-image.js';
import { NT_LAYOUT } from './nt-layout.js';
import type { RoutineTable } from './routine-table.js';
import { initListHead } from './rtl/list.js';
import { watchLocks } from './verifier/lock-order.js';

export interface CoreOptions extends Partial<KernelConfig> {
  readonly chooser?: Chooser;
  readonly machine?: Machine;
}

/** Machine, trace and kernel objects around each other. Nothing simulated happens yet, so that images can be compiled against the kernel. */
export function createCore(options: CoreOptions, table: RoutineTable): Kernel {
  const { chooser, machine: given, ...rest } = options;
  const wanted: KernelConfig = { ...DEFAULT_CONFIG, ...rest };
  const config = wanted.verifierFlags & VERIFIER_OPTIONS['special-pool'] ? wanted : { ...wanted, specialPoolPages: 0 };
  if (!(config.cpus >= 1 && config.cpus <= 64)) throw new RangeError(`a machine has 1 to 64 CPUs, not ${config.cpus}`);
  const machine = given ?? new Machine({ cpus: config.cpus, shadow: config.races });
  const trace = new Trace(undefined, KINDS);
  const k = new Kernel(machine, trace, config, chooser ?? new SeededChooser(), table.verified(config.verifierAsked), table.index);
  machine.host = k as never;
  machine.mem.pages.resident = !k.verifies('force-irql');
  machine.exactSlices = k.chooser.exact ?? false;
  machine.mem.slowAccess = (offset, size) => k.pool.allows(offset, size);
  trace.clock = new MachineClock(machine, k);
  if (k.verifies('deadlock-detection')) watchLocks(k);
  registerMmExports(k);
  registerSystemVariables(k);
  return k;
}

/** Fills the memory of a fresh machine. `rooms` brings ob, ps, io ... up and sets KE_GLOBALS.InitialProcess; without it there is a bare one. */
export function bootCore(k: Kernel, rooms?: (k: Kernel) => void): void {
  mapNt(k);
  initializeGlobals(k);
  initializeSystemVariables(k);
  for (let cpu = 0; cpu < k.config.cpus; cpu++) initializeProcessor(k, cpu);
  initializeWorkQueues(k);
  const initial = k.globals.KE + KE_GLOBALS.InitialProcess;
  if (rooms) {
    rooms(k);
    if (k.mem.ptr(initial) === 0) throw new Error('no room made the System process');
  } else {
    const system = k.pool.allocate('nonpaged', KPROCESS.sizeof, 'Proc');
    k.mem.fill(system, KPROCESS.sizeof);
    initializeProcess(k, system, 8);
    k.mem.setPtr(initial, system);
  }
  writeNtImage(k);
  attachCore(k);
  startWorkers(k);
  k.event('ke.boot', { cpus: k.config.cpus, seed: k.config.seed, build: k.config.windowsBuild });
}

/** Hooks of the core: also for a kernel object around a machine that was restored instead of booted. */
export function attachCore(k: Kernel): void {
  k.hooks.balance = balanceWorkers;
  k.hooks.balanceDue = balanceDue;
  attachAliases(k);
}

function mapNt(k: Kernel): void {
  const pages = k.mem.pages;
  const codeBytes = Math.ceil((16 * k.routines.length) / PAGE_SIZE) * PAGE_SIZE;
  if (NT_LAYOUT.routineCode + codeBytes > NT_LAYOUT.exports) throw new Error('too many kernel routines for their code region');
  pages.map(NT_LAYOUT.routineCode, codeBytes, { executable: true });
  k.routines.forEach((_, id) => k.machine.writeCodeEntry(NT_LAYOUT.routineCode + 16 * id, ROUTINE_BASE + id));
  pages.map(NT_LAYOUT.KE, NT_LAYOUT.poolRecords - NT_LAYOUT.KE, { writable: true });
}

function initializeGlobals(k: Kernel): void {
  const m = k.mem;
  const g = k.globals.KE;
  m.setU32(g + KE_GLOBALS.NumberProcessors, k.config.cpus);
  m.setU32(g + KE_GLOBALS.ChoiceState, k.chooser.initialState ?? initialChoiceState(k.config.seed));
  m.setU32(g + KE_GLOBALS.RandomSeed, initialChoiceState(k.config.seed ^ 0x5bd1e995));
  m.setI64(g + KE_GLOBALS.BootTime, k.config.bootTime);
  for (const list of [
    KE_GLOBALS.AllThreads,
    KE_GLOBALS.ReaperListHead,
    KE_GLOBALS.ResourceListHead,
    KE_GLOBALS.BugCheckCallbackListHead,
    KE_GLOBALS.BugCheckReasonCallbackListHead,
    KE_GLOBALS.NmiCallbackListHead,
  ])
    initListHead(m, g + list);
  setPrioritySeparation(k, k.config.prioritySeparation);
  initTimerQueue(k);
  initializeEvent(k, g + KE_GLOBALS.FlushDpcEvent, ObjectType.NotificationEvent, false);
  initializeEvent(k, g + KE_GLOBALS.GenericDpcFree, ObjectType.SynchronizationEvent, true);
  initializePushLocks(k);
  initializeMm(k);
  m.setPtr(g + KE_GLOBALS.NextBalanceTime, 64 * tickSteps(k));
  const idle = k.pool.allocate('nonpaged', EPROCESS.sizeof, 'Proc');
  m.fill(idle, EPROCESS.sizeof);
  initializeProcess(k, idle, 0);
  m.setPtr(g + KE_GLOBALS.IdleProcess, idle);
}

function initializeProcessor(k: Kernel, cpu: number): void {
  const m = k.mem;
  const p = prcbOf(k, cpu);
  m.setU32(p + KPRCB.Number, cpu);
  for (let i = 0; i < 32; i++) initListHead(m, p + KPRCB.DispatcherReadyListHead + i * LIST_ENTRY.sizeof);
  initializeDpcQueues(k, p);
  const stack = allocateStack(k, DPC_STACK_SIZE);
  m.setPtr(p + KPRCB.DpcStack, toAddress(stack + DPC_STACK_SIZE));
  m.setPtr(p + KPRCB.DpcStackLimit, toAddress(stack));
  const process = m.ptr(k.globals.KE + KE_GLOBALS.IdleProcess);
  // The whole ETHREAD, zero: a DPC on an idle CPU that asks for the current IDs gets 0.
  const thread = k.pool.allocate('nonpaged', ETHREAD.sizeof, 'Thre');
  m.fill(thread, ETHREAD.sizeof);
  initHeader(k, thread, ObjectType.Thread, KTHREAD.sizeof, 0);
  for (const mode of [0, 16]) initListHead(m, thread + KTHREAD.ApcState + mode);
  initListHead(m, thread + KTHREAD.MutantListHead);
  m.setPtr(thread + KTHREAD.ApcState + KAPC_STATE.Process, process);
  m.setPtr(thread + KTHREAD.Process, process);
  m.setU32(thread + KTHREAD.State, 2);
  m.setU32(thread + KTHREAD.NextProcessor, cpu);
  m.setU64(thread + KTHREAD.Affinity, 1n << BigInt(cpu));
  m.setPtr(p + KPRCB.CurrentThread, thread);
  m.setPtr(p + KPRCB.IdleThread, thread);
  // The phase of each CPU's clock depends on the seed: another seed is another moment of quantum ends and timer expiry.
  const phase = xorshift32(initialChoiceState(k.config.seed * 64 + cpu)) % tickSteps(k);
  m.setPtr(p + KPRCB.NextTick, phase + 1);
}
