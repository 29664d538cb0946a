// Calling the notify callbacks: each in its context, in slot order, inside a critical region (normal kernel APCs off), with the invocation counted so
// that removal can wait for it (reference: callbacks.md 2-4).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, IMAGE_INFO, IMAGE_INFO_EX, PS_CREATE_NOTIFY_INFO, PSP_NOTIFY_SLOT } from '../layouts.gen.js';
import { CallbackKind, type CallbackKindValue, enterCallback, leaveCallback } from '../ob/callback-scope.js';
import { pidOf, pidOfThread, tidOf } from '../ob/note.js';
import { ntSuccess } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { MAX_NOTIFY, NotifyKind, type NotifyTable, registered, releaseSlot, slotAt } from './notify.js';
import { hasProcessFlag, isSubsystemProcess, isSystemThread, ProcessFlag } from './state.js';

const PS_IMAGE_NOTIFY_CONFLICTING_ARCHITECTURE = 1;
/** Bit of IMAGE_INFO.Properties. */
export const MACHINE_TYPE_MISMATCH = 1 << 11;

interface Walk {
  readonly table: NotifyTable;
  readonly kind: CallbackKindValue;
  /** Arguments for the callback in this slot, which is of this kind, or undefined when it does not want this event. */
  readonly args: (k: Kernel, f: Frame, kind: number, slot: Addr) => (number | bigint)[] | undefined;
  readonly what: (k: Kernel, f: Frame) => string;
  /** Argument with strings in it for a callback in a slot of this kind, 0 = NULL; undefined: it has none. */
  readonly info?: (f: Frame, kind: number) => Addr | undefined;
  /** Called when a callback has returned; true: the others are not called. */
  readonly after?: (k: Kernel, f: Frame) => boolean;
  /** It is called in a guarded region as well, or at APC_LEVEL. */
  readonly guarded?: (k: Kernel) => boolean;
  readonly atApcLevel?: (k: Kernel, f: Frame, kind: number) => boolean;
}

/** Local slots of a walker. */
const NEXT = 0; // how many slots were looked at
const ROUTINE = 1; // of the callback that runs
const BEFORE = 2; // CreationStatus before it
const BACKWARDS = 3; // from the last slot to the first
const SLOT = 4; // of the callback that runs
const GUARDED = 5;
const RAISED = 6;
const VETO = 7; // first error in CreationStatus

/** A routine that calls all wanting callbacks of a table. */
function walker(name: string, w: Walk): KernelRoutine {
  const finish = (k: Kernel, f: Frame, result?: number): void => {
    if (f.get(RAISED) !== 0) k.lowerIrql(0);
    leaveCallback(k, w.kind, f.get(ROUTINE), result);
    releaseSlot(k, f.get(SLOT));
  };
  const leave = (k: Kernel, f: Frame): Status => {
    if (f.get(GUARDED) !== 0) k.leaveGuardedRegion();
    k.leaveCriticalRegion();
    return k.returnVoid();
  };
  return {
    name,
    locals: 8,
    step(k, f) {
      if (f.pc === 0) {
        const count = registered(k, w.table);
        k.enterCriticalRegion();
        f.set(NEXT, 0);
        f.set(VETO, 0);
        f.set(BACKWARDS, count > 1 && k.choice('callback-order') === 'slots-backwards' ? 1 : 0);
        f.set(GUARDED, count > 0 && w.guarded?.(k) ? 1 : 0);
        if (f.get(GUARDED) !== 0) k.enterGuardedRegion();
      } else {
        finish(k, f, f.result);
        if (w.after?.(k, f)) return leave(k, f);
      }
      for (let i = f.get(NEXT); i < MAX_NOTIFY; i++) {
        const slot = slotAt(k, w.table, f.get(BACKWARDS) === 0 ? i : MAX_NOTIFY - 1 - i);
        const routine = k.mem.ptr(slot + PSP_NOTIFY_SLOT.Routine);
        if (routine === 0 || k.mem.u32(slot + PSP_NOTIFY_SLOT.Removing) !== 0) continue;
        const kind = k.mem.u32(slot + PSP_NOTIFY_SLOT.Kind);
        const args = w.args(k, f, kind, slot);
        if (!args) continue;
        k.mem.setI32(slot + PSP_NOTIFY_SLOT.Running, k.mem.i32(slot + PSP_NOTIFY_SLOT.Running) + 1);
        k.mem.setU32(slot + PSP_NOTIFY_SLOT.Calls, k.mem.u32(slot + PSP_NOTIFY_SLOT.Calls) + 1);
        f.set(NEXT, i + 1);
        f.set(SLOT, slot);
        f.set(ROUTINE, routine);
        f.set(RAISED, w.atApcLevel?.(k, f, kind) ? 1 : 0);
        enterCallback(k, w.kind, routine, w.what(k, f), w.info?.(f, kind));
        if (f.get(RAISED) !== 0) k.raiseIrql(1);
        return k.call(f, 1, routine, args);
      }
      return leave(k, f);
    },
    unwind(k, f) {
      if (f.pc === 0) return;
      finish(k, f);
      leave(k, f);
    },
  };
}

/** ParentId of a legacy callback; an exit has the value of the creation (O). */
function parentId(k: Kernel, process: Addr): number {
  const parent = k.mem.ptr(process + EPROCESS.InheritedFromUniqueProcessId);
  if (hasProcessFlag(k, process, ProcessFlag.InheritsHandles)) return parent;
  return k.choice('legacy-parent-id') === 'always' ? parent : 0;
}

function processArguments(k: Kernel, f: Frame, kind: number): (number | bigint)[] | undefined {
  const process = f.ptr(0);
  const info = f.ptr(1);
  if (isSubsystemProcess(k, process) && kind !== NotifyKind.ProcessEx2) return undefined;
  const pid = pidOf(k, process);
  if (kind !== NotifyKind.ProcessLegacy) return [process, pid, info];
  const parent = info === 0 && k.choice('legacy-exit-parent-id') === 'null' ? 0 : parentId(k, process);
  return [parent, pid, info === 0 ? 0 : 1];
}

/** Does this CreationStatus refuse the process? Success and informational values do not (O). */
export const isVeto = (k: Kernel, status: number): boolean =>
  !ntSuccess(status) && (status >>> 30 === 3 || k.choice('creation-status-warning') === 'refuses');

/** What a callback finds in CreationStatus when earlier ones left this there. */
const shownStatus = (k: Kernel, before: number): number =>
  before !== 0 && k.choice('creation-status-on-entry') === 'success' ? 0 : before;

/** A process callback is about to run: CreationStatus as it is to find it. */
function showStatus(k: Kernel, f: Frame): void {
  const at = f.ptr(1) + PS_CREATE_NOTIFY_INFO.CreationStatus;
  const before = k.mem.i32(at);
  f.set(BEFORE, before);
  k.mem.setI32(at, shownStatus(k, before));
}

/** A process callback has returned: what it made of CreationStatus. True: the others are not called. */
function afterProcess(k: Kernel, f: Frame): boolean {
  if (f.ptr(1) === 0) return false;
  const at = f.ptr(1) + PS_CREATE_NOTIFY_INFO.CreationStatus;
  const before = f.get(BEFORE);
  const status = k.mem.i32(at);
  if (status === shownStatus(k, before)) {
    k.mem.setI32(at, before);
    return false;
  }
  const process = pidOf(k, f.ptr(0));
  if (f.get(VETO) !== 0 && k.choice('veto') === 'first-wins') {
    k.mem.setI32(at, f.get(VETO));
    return false;
  }
  if (isVeto(k, before) && !isVeto(k, status)) {
    k.event('ps.veto-overwritten', { process, routine: f.get(ROUTINE) });
    return false;
  }
  k.event('ps.creation-status', { process, routine: f.get(ROUTINE), status: status >>> 0 });
  if (f.get(VETO) !== 0 || !isVeto(k, status)) return false;
  f.set(VETO, status);
  return registered(k, 'process') > 1 && k.choice('veto') === 'stop-at-first';
}

/** When: 0 creator's context, 1 the new thread's context, 2 exit. */
export const ThreadNotify = { Creator: 0, NewThread: 1, Exit: 2 } as const;

function threadArguments(k: Kernel, f: Frame, kind: number): (number | bigint)[] | undefined {
  const thread = f.ptr(0);
  const when = f.u32(1);
  const process = f.ptr(2);
  if (kind === NotifyKind.ThreadNonSystem && isSystemThread(k, thread)) return undefined;
  if (
    process !== 0 &&
    isSubsystemProcess(k, process) &&
    kind !== NotifyKind.ThreadSubsystems &&
    k.choice('subsystem-thread-callbacks') !== 'all'
  )
    return undefined;
  if (when !== ThreadNotify.Exit && (when === ThreadNotify.NewThread) !== inNewThread(k, thread, kind)) return undefined;
  return [pidOfThread(k, thread), tidOf(k, thread), when === ThreadNotify.Exit ? 0 : 1];
}

/** Is the creation told in the new thread? System threads are told in their creator: nothing of ours runs before their start routine. */
function inNewThread(k: Kernel, thread: Addr, kind: number): boolean {
  if (kind === NotifyKind.ThreadNonSystem) return true;
  return kind === NotifyKind.ThreadSubsystems && !isSystemThread(k, thread) && k.choice('subsystems-thread-context') === 'new-thread';
}

export const routines: KernelRoutine[] = [
  walker('PspCallProcessNotifyRoutines', {
    // (Process, PPS_CREATE_NOTIFY_INFO | NULL)
    table: 'process',
    kind: CallbackKind.Process,
    args: processArguments,
    info: (f, kind) => (kind === NotifyKind.ProcessLegacy ? undefined : f.ptr(1)),
    what: (k, f) => {
      if (f.ptr(1) !== 0) showStatus(k, f);
      return `${f.ptr(1) === 0 ? 'exit' : 'create'} ${pidOf(k, f.ptr(0))}`;
    },
    after: afterProcess,
  }),
  walker('PspCallThreadNotifyRoutines', {
    // (Thread, When, Process)
    table: 'thread',
    kind: CallbackKind.Thread,
    args: threadArguments,
    what: (k, f) => `${f.u32(1) === ThreadNotify.Exit ? 'exit' : 'create'} ${pidOfThread(k, f.ptr(0))}.${tidOf(k, f.ptr(0))}`,
    atApcLevel: (k, f, kind) =>
      kind === NotifyKind.ThreadNonSystem && f.u32(1) === ThreadNotify.NewThread && k.choice('non-system-thread-irql') === 'apc',
  }),
  walker('PspCallImageNotifyRoutines', {
    // (FullImageName, ProcessId, PIMAGE_INFO_EX)
    table: 'image',
    kind: CallbackKind.Image,
    args: (k, f, _kind, slot) => {
      const info = f.ptr(2) + IMAGE_INFO_EX.ImageInfo;
      const foreign = (k.mem.u32(info + IMAGE_INFO.Properties) & MACHINE_TYPE_MISMATCH) !== 0;
      const wanted = (k.mem.u32(slot + PSP_NOTIFY_SLOT.Flags) & PS_IMAGE_NOTIFY_CONFLICTING_ARCHITECTURE) !== 0;
      return foreign && !wanted ? undefined : [f.ptr(0), f.ptr(1), info];
    },
    info: (f) => f.ptr(0),
    what: (k, f) => `load ${readUnicode(k, f.ptr(0))} in ${f.ptr(1)}`,
    guarded: (k) => k.choice('image-callback-guarded') === 'yes',
  }),
];

/** Calls a walker as a step. */
export const callProcessNotify = (k: Kernel, f: Frame, nextPc: number, process: Addr, info: Addr): Status =>
  k.call(f, nextPc, 'PspCallProcessNotifyRoutines', [process, info]);
export const callThreadNotify = (k: Kernel, f: Frame, nextPc: number, thread: Addr, when: number, process: Addr): Status =>
  k.call(f, nextPc, 'PspCallThreadNotifyRoutines', [thread, when, process]);
