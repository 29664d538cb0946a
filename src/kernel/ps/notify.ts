// Registration of process, thread and image notify callbacks: three tables of 64 slots in memory, scanned from slot 0; registration takes the first free
// slot, so a slot freed by a removal is reused first (reference: callbacks.md 2-4, 6). Removal waits for running invocations, which is why removing
// a callback from inside itself never returns.
import type { Addr, Status } from '../../machine/abi.js';
import { hasIntegrityCheck, imageContaining, moduleName } from '../io/module.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { PS_GLOBALS, PSP_NOTIFY_SLOT } from '../layouts.gen.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { NT } from '../ob/status.js';

export const MAX_NOTIFY = 64;
/** Build numbers from which on the tables of process callbacks, and of image callbacks, hold 64 instead of 8. */
const VISTA = 6000;
const WINDOWS_8_1 = 9600;
/** PSP_NOTIFY_SLOT.Kind */
export const NotifyKind = {
  ProcessLegacy: 1,
  ProcessEx: 2,
  ProcessEx2: 3,
  Thread: 4,
  ThreadNonSystem: 5,
  ThreadSubsystems: 6,
  Image: 7,
} as const;
export const KIND_NAMES = [
  '',
  'PsSetCreateProcessNotifyRoutine',
  'PsSetCreateProcessNotifyRoutineEx',
  'PsSetCreateProcessNotifyRoutineEx2',
  'PsSetCreateThreadNotifyRoutine',
  'PsSetCreateThreadNotifyRoutineEx(NonSystem)',
  'PsSetCreateThreadNotifyRoutineEx(Subsystems)',
  'PsSetLoadImageNotifyRoutine',
];

const PROCESS_KINDS: readonly number[] = [NotifyKind.ProcessLegacy, NotifyKind.ProcessEx, NotifyKind.ProcessEx2];
const THREAD_KINDS: readonly number[] = [NotifyKind.Thread, NotifyKind.ThreadNonSystem, NotifyKind.ThreadSubsystems];

export type NotifyTable = 'process' | 'thread' | 'image';

/** Address of the table's first slot. */
export function tableOf(k: Kernel, table: NotifyTable): Addr {
  const ps = k.globals.PS;
  if (table === 'process') return ps + PS_GLOBALS.PspCreateProcessNotifyRoutine;
  return ps + (table === 'thread' ? PS_GLOBALS.PspCreateThreadNotifyRoutine : PS_GLOBALS.PspLoadImageNotifyRoutine);
}
export const slotAt = (k: Kernel, table: NotifyTable, i: number): Addr => tableOf(k, table) + i * PSP_NOTIFY_SLOT.sizeof;

function countField(k: Kernel, table: NotifyTable): Addr {
  const ps = k.globals.PS;
  if (table === 'process') return ps + PS_GLOBALS.PspCreateProcessNotifyRoutineCount;
  return ps + (table === 'thread' ? PS_GLOBALS.PspCreateThreadNotifyRoutineCount : PS_GLOBALS.PspLoadImageNotifyRoutineCount);
}

export interface Registration {
  readonly table: NotifyTable;
  readonly slot: number;
  readonly routine: Addr;
  readonly kind: number;
  readonly running: number;
}

/** Registered callbacks in call order (for the inspector, the leak report at unload, and tests). */
export function registrations(k: Kernel): Registration[] {
  const all: Registration[] = [];
  for (const table of ['process', 'thread', 'image'] as const) {
    for (let i = 0; i < MAX_NOTIFY; i++) {
      const slot = slotAt(k, table, i);
      const routine = k.mem.ptr(slot + PSP_NOTIFY_SLOT.Routine);
      if (routine === 0) continue;
      all.push({
        table,
        slot: i,
        routine,
        kind: k.mem.u32(slot + PSP_NOTIFY_SLOT.Kind),
        running: k.mem.i32(slot + PSP_NOTIFY_SLOT.Running),
      });
    }
  }
  return all;
}

/** How many callbacks a table takes (reference: ps-routines.md 1). The tables in memory have room for 64 on every version. */
function limitOf(k: Kernel, table: NotifyTable): number {
  if (k.config.windowsBuild < VISTA) return 8;
  if (table === 'image') return k.config.windowsBuild < WINDOWS_8_1 ? 8 : MAX_NOTIFY;
  // Below eight callbacks the two answers are the same.
  if (table === 'thread' && registered(k, table) >= 8) return k.choice('thread-callback-limit') === 'eight' ? 8 : MAX_NOTIFY;
  return MAX_NOTIFY;
}

/** Callbacks of a table, those that are being removed too. */
export const registered = (k: Kernel, table: NotifyTable): number => k.mem.u32(countField(k, table));

function findSlot(k: Kernel, table: NotifyTable, routine: Addr, kinds: readonly number[]): Addr {
  for (let i = 0; i < MAX_NOTIFY; i++) {
    const slot = slotAt(k, table, i);
    if (k.mem.ptr(slot + PSP_NOTIFY_SLOT.Routine) !== routine || k.mem.u32(slot + PSP_NOTIFY_SLOT.Removing) !== 0) continue;
    if (kinds.includes(k.mem.u32(slot + PSP_NOTIFY_SLOT.Kind))) return slot;
  }
  return 0;
}

/** Takes a slot; returns the status. `full` is what a full table answers. */
function add(k: Kernel, table: NotifyTable, routine: Addr, kind: number, flags: number, full: number): number {
  if (registered(k, table) >= limitOf(k, table)) return full;
  for (let i = 0; i < MAX_NOTIFY; i++) {
    const slot = slotAt(k, table, i);
    if (k.mem.ptr(slot + PSP_NOTIFY_SLOT.Routine) !== 0) continue;
    k.mem.fill(slot, PSP_NOTIFY_SLOT.sizeof);
    k.mem.setPtr(slot + PSP_NOTIFY_SLOT.Routine, routine);
    k.mem.setU32(slot + PSP_NOTIFY_SLOT.Kind, kind);
    k.mem.setU32(slot + PSP_NOTIFY_SLOT.Flags, flags);
    initEvent(k, slot + PSP_NOTIFY_SLOT.Drained, NotificationEvent, false);
    k.mem.setU32(countField(k, table), k.mem.u32(countField(k, table)) + 1);
    k.event('ps.callback-register', { kind: KIND_NAMES[kind], routine, slot: i });
    return NT.SUCCESS;
  }
  return full;
}

/** Removal as steps of the calling routine: pc 0 starts it, pc 1 is after the wait. Local slot 0 keeps the slot's address. */
function removeSteps(k: Kernel, f: Frame, table: NotifyTable, routine: Addr, kinds: readonly number[]): Status {
  if (f.pc === 0) {
    const slot = findSlot(k, table, routine, kinds);
    if (slot === 0) return k.return(NT.PROCEDURE_NOT_FOUND);
    f.set(0, slot);
    k.mem.setU32(slot + PSP_NOTIFY_SLOT.Removing, 1);
    const running = k.mem.i32(slot + PSP_NOTIFY_SLOT.Running);
    if (running > 0) {
      k.event('ps.callback-remove-waits', { kind: KIND_NAMES[k.mem.u32(slot + PSP_NOTIFY_SLOT.Kind)], routine, running });
      return k.wait(f, 1, { object: slot + PSP_NOTIFY_SLOT.Drained, reason: WaitReason.WrRundown });
    }
  }
  const slot = f.get(0);
  k.event('ps.callback-remove', { kind: KIND_NAMES[k.mem.u32(slot + PSP_NOTIFY_SLOT.Kind)], routine });
  k.mem.fill(slot, PSP_NOTIFY_SLOT.sizeof);
  k.mem.setU32(countField(k, table), k.mem.u32(countField(k, table)) - 1);
  return k.return(NT.SUCCESS);
}

/** A callback of this slot has returned. */
export function releaseSlot(k: Kernel, slot: Addr): void {
  const running = k.mem.i32(slot + PSP_NOTIFY_SLOT.Running) - 1;
  k.mem.setI32(slot + PSP_NOTIFY_SLOT.Running, running);
  if (running <= 0 && k.mem.u32(slot + PSP_NOTIFY_SLOT.Removing) !== 0) k.signalEvent(slot + PSP_NOTIFY_SLOT.Drained, 0);
}

function setProcess(k: Kernel, f: Frame, routine: Addr, remove: boolean, kind: number): Status {
  if (remove) return removeSteps(k, f, 'process', routine, [kind]);
  if (routine === 0) return k.return(NT.INVALID_PARAMETER);
  const module = imageContaining(k, routine);
  if (module === 0) return k.return(NT.ACCESS_DENIED);
  if (kind !== NotifyKind.ProcessLegacy && !hasIntegrityCheck(k, module)) {
    k.event('ps.integrity-check', { image: moduleName(k, module), routine });
    return k.return(NT.ACCESS_DENIED);
  }
  // The three registrations share one table; the same routine twice is refused.
  if (findSlot(k, 'process', routine, [kind]) !== 0) return k.return(NT.INVALID_PARAMETER);
  if (findSlot(k, 'process', routine, PROCESS_KINDS) !== 0 && k.choice('process-callback-kinds') === 'one-table')
    return k.return(NT.INVALID_PARAMETER);
  return k.return(add(k, 'process', routine, kind, 0, NT.INVALID_PARAMETER));
}

function setOther(k: Kernel, table: NotifyTable, routine: Addr, kind: number, flags: number): Status {
  if (routine === 0) return k.return(NT.INVALID_PARAMETER);
  const module = imageContaining(k, routine);
  if (module === 0) return k.return(NT.ACCESS_DENIED);
  const extended = kind === NotifyKind.ThreadNonSystem || kind === NotifyKind.ThreadSubsystems;
  if (extended && !hasIntegrityCheck(k, module) && k.choice('thread-ex-integrity-check') === 'needed') {
    k.event('ps.integrity-check', { image: moduleName(k, module), routine });
    return k.return(NT.ACCESS_DENIED);
  }
  if (table === 'thread' && findSlot(k, table, routine, THREAD_KINDS) !== 0 && k.choice('thread-callback-twice') === 'reject')
    return k.return(NT.INVALID_PARAMETER);
  return k.return(add(k, table, routine, kind, flags, NT.INSUFFICIENT_RESOURCES));
}

const COST = 30;
export const routines: KernelRoutine[] = [
  {
    name: 'PsSetCreateProcessNotifyRoutine',
    cost: COST,
    locals: 1,
    step: (k, f) => setProcess(k, f, f.ptr(0), f.bool(1), NotifyKind.ProcessLegacy),
  },
  {
    name: 'PsSetCreateProcessNotifyRoutineEx',
    cost: COST,
    locals: 1,
    step: (k, f) => setProcess(k, f, f.ptr(0), f.bool(1), NotifyKind.ProcessEx),
  },
  {
    // (NotifyType, NotifyInformation, Remove)
    name: 'PsSetCreateProcessNotifyRoutineEx2',
    cost: COST,
    locals: 1,
    step(k, f) {
      if (f.u32(0) !== 0 || f.ptr(1) === 0) return k.return(NT.INVALID_PARAMETER);
      return setProcess(k, f, f.ptr(1), f.bool(2), NotifyKind.ProcessEx2);
    },
  },
  { name: 'PsSetCreateThreadNotifyRoutine', cost: COST, step: (k, f) => setOther(k, 'thread', f.ptr(0), NotifyKind.Thread, 0) },
  {
    // (NotifyType, NotifyInformation)
    name: 'PsSetCreateThreadNotifyRoutineEx',
    cost: COST,
    step(k, f) {
      if (f.u32(0) > 1) return k.return(NT.INVALID_PARAMETER);
      return setOther(k, 'thread', f.ptr(1), f.u32(0) === 0 ? NotifyKind.ThreadNonSystem : NotifyKind.ThreadSubsystems, 0);
    },
  },
  {
    name: 'PsRemoveCreateThreadNotifyRoutine',
    cost: COST,
    locals: 1,
    step: (k, f) => removeSteps(k, f, 'thread', f.ptr(0), THREAD_KINDS),
  },
  { name: 'PsSetLoadImageNotifyRoutine', cost: COST, step: (k, f) => setOther(k, 'image', f.ptr(0), NotifyKind.Image, 0) },
  {
    // (NotifyRoutine, Flags)
    name: 'PsSetLoadImageNotifyRoutineEx',
    cost: COST,
    step(k, f) {
      if ((f.u64(1) & ~1n) !== 0n) return k.return(NT.INVALID_PARAMETER_2);
      return setOther(k, 'image', f.ptr(0), NotifyKind.Image, f.u32(1));
    },
  },
  {
    name: 'PsRemoveLoadImageNotifyRoutine',
    cost: COST,
    locals: 1,
    step: (k, f) => removeSteps(k, f, 'image', f.ptr(0), [NotifyKind.Image]),
  },
];
