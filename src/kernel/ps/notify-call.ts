// Calling the notify callbacks: each in its context, in slot order, inside a critical region (normal kernel APCs off), with the invocation counted so
// that removal can wait for it (reference: callbacks.md 2-4).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, IMAGE_INFO_EX, PS_CREATE_NOTIFY_INFO, PSP_NOTIFY_SLOT } from '../layouts.gen.js';
import { CallbackKind, type CallbackKindValue, enterCallback, leaveCallback } from '../ob/callback-scope.js';
import { pidOf, pidOfThread, tidOf } from '../ob/note.js';
import { readUnicode } from '../ob/strings.js';
import { MAX_NOTIFY, NotifyKind, type NotifyTable, releaseSlot, slotAt } from './notify.js';
import { isSubsystemProcess, isSystemThread } from './state.js';

interface Walk {
  readonly table: NotifyTable;
  readonly kind: CallbackKindValue;
  /** Arguments for the callback in a slot of this kind, or undefined when it does not want this event. */
  readonly args: (k: Kernel, f: Frame, kind: number) => (number | bigint)[] | undefined;
  readonly what: (k: Kernel, f: Frame) => string;
  /** Argument with strings in it for a callback in a slot of this kind, 0 = NULL; undefined: it has none. */
  readonly info?: (f: Frame, kind: number) => Addr | undefined;
  readonly after?: (k: Kernel, f: Frame, slot: Addr) => void;
}

/** A routine that calls all wanting callbacks of a table. Local 0: next slot index; local 1: routine of the running one. */
function walker(name: string, w: Walk): KernelRoutine {
  const finish = (k: Kernel, f: Frame): void => {
    const slot = slotAt(k, w.table, f.get(0) - 1);
    leaveCallback(k, w.kind, f.get(1), f.result);
    releaseSlot(k, slot);
    w.after?.(k, f, slot);
  };
  return {
    name,
    locals: 3,
    step(k, f) {
      if (f.pc === 0) {
        k.enterCriticalRegion();
        f.set(0, 0);
      } else {
        finish(k, f);
      }
      for (let i = f.get(0); i < MAX_NOTIFY; i++) {
        const slot = slotAt(k, w.table, i);
        const routine = k.mem.ptr(slot + PSP_NOTIFY_SLOT.Routine);
        if (routine === 0 || k.mem.u32(slot + PSP_NOTIFY_SLOT.Removing) !== 0) continue;
        const kind = k.mem.u32(slot + PSP_NOTIFY_SLOT.Kind);
        const args = w.args(k, f, kind);
        if (!args) continue;
        k.mem.setI32(slot + PSP_NOTIFY_SLOT.Running, k.mem.i32(slot + PSP_NOTIFY_SLOT.Running) + 1);
        k.mem.setU32(slot + PSP_NOTIFY_SLOT.Calls, k.mem.u32(slot + PSP_NOTIFY_SLOT.Calls) + 1);
        f.set(0, i + 1);
        f.set(1, routine);
        enterCallback(k, w.kind, routine, w.what(k, f), w.info?.(f, kind));
        return k.call(f, 1, routine, args);
      }
      k.leaveCriticalRegion();
      return k.returnVoid();
    },
    unwind(k, f) {
      if (f.pc === 0) return;
      leaveCallback(k, w.kind, f.get(1));
      releaseSlot(k, slotAt(k, w.table, f.get(0) - 1));
      k.leaveCriticalRegion();
    },
  };
}

function processArguments(k: Kernel, f: Frame, kind: number): (number | bigint)[] | undefined {
  const process = f.ptr(0);
  const info = f.ptr(1);
  if (isSubsystemProcess(k, process) && kind !== NotifyKind.ProcessEx2) return undefined;
  const pid = pidOf(k, process);
  if (kind === NotifyKind.ProcessLegacy) return [k.mem.ptr(process + EPROCESS.InheritedFromUniqueProcessId), pid, info === 0 ? 0 : 1];
  return [process, pid, info];
}

/** When: 0 creator's context, 1 the new thread's context, 2 exit. */
export const ThreadNotify = { Creator: 0, NewThread: 1, Exit: 2 } as const;

function threadArguments(k: Kernel, f: Frame, kind: number): (number | bigint)[] | undefined {
  const thread = f.ptr(0);
  const when = f.u32(1);
  if (kind === NotifyKind.ThreadNonSystem) {
    if (when === ThreadNotify.Creator || isSystemThread(k, thread)) return undefined;
  } else if (when === ThreadNotify.NewThread) return undefined;
  const process = f.ptr(2);
  if (process !== 0 && isSubsystemProcess(k, process) && kind !== NotifyKind.ThreadSubsystems) return undefined;
  return [pidOfThread(k, thread), tidOf(k, thread), when === ThreadNotify.Exit ? 0 : 1];
}

export const routines: KernelRoutine[] = [
  walker('PspCallProcessNotifyRoutines', {
    // (Process, PPS_CREATE_NOTIFY_INFO | NULL)
    table: 'process',
    kind: CallbackKind.Process,
    args: processArguments,
    info: (f, kind) => (kind === NotifyKind.ProcessLegacy ? undefined : f.ptr(1)),
    what: (k, f) => {
      if (f.ptr(1) !== 0) f.set(2, k.mem.i32(f.ptr(1) + PS_CREATE_NOTIFY_INFO.CreationStatus));
      return `${f.ptr(1) === 0 ? 'exit' : 'create'} ${pidOf(k, f.ptr(0))}`;
    },
    after(k, f) {
      if (f.ptr(1) === 0) return;
      const status = k.mem.i32(f.ptr(1) + PS_CREATE_NOTIFY_INFO.CreationStatus);
      // All callbacks run; the last value counts (U). A later success over an earlier refusal is worth a word.
      if (f.get(2) < 0 && status >= 0) k.event('ps.veto-overwritten', { process: pidOf(k, f.ptr(0)), routine: f.get(1) });
      else if (status !== f.get(2)) k.event('ps.creation-status', { process: pidOf(k, f.ptr(0)), routine: f.get(1), status: status >>> 0 });
    },
  }),
  walker('PspCallThreadNotifyRoutines', {
    // (Thread, When, Process)
    table: 'thread',
    kind: CallbackKind.Thread,
    args: threadArguments,
    what: (k, f) => `${f.u32(1) === ThreadNotify.Exit ? 'exit' : 'create'} ${pidOfThread(k, f.ptr(0))}.${tidOf(k, f.ptr(0))}`,
  }),
  walker('PspCallImageNotifyRoutines', {
    // (FullImageName, ProcessId, PIMAGE_INFO_EX)
    table: 'image',
    kind: CallbackKind.Image,
    args: (_k, f) => [f.ptr(0), f.ptr(1), f.ptr(2) + IMAGE_INFO_EX.ImageInfo],
    info: (f) => f.ptr(0),
    what: (k, f) => `load ${readUnicode(k, f.ptr(0))} in ${f.ptr(1)}`,
  }),
];

/** Calls a walker as a step. */
export const callProcessNotify = (k: Kernel, f: Frame, nextPc: number, process: Addr, info: Addr): Status =>
  k.call(f, nextPc, 'PspCallProcessNotifyRoutines', [process, info]);
export const callThreadNotify = (k: Kernel, f: Frame, nextPc: number, thread: Addr, when: number, process: Addr): Status =>
  k.call(f, nextPc, 'PspCallThreadNotifyRoutines', [thread, when, process]);
