// KeStackAttachProcess and KeUnstackDetachProcess: the current thread sees another process' user window. The saved KAPC_STATE is the caller's; nested
// attaches save there, the first one in KTHREAD.SavedApcState, and the caller's structure then only says so (Process = 1).
import { type Addr, type Status, USER_BASE } from '../../machine/abi.js';
import { wrongIrql } from '../irql-limit.js';
import { APC_LEVEL, DISPATCH_LEVEL } from '../ke/constants.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KAPC_STATE, KPRCB, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { pidOf } from '../ob/note.js';
import { initListHead, isEmpty } from '../rtl/list.js';

const NOT_SAVED_HERE = 1;

/** Makes a process' window the current one. */
export function loadWindow(k: Kernel, process: Addr): void {
  const offset = k.mem.u32(process + KPROCESS.UserOffset);
  k.mem.registers.setUserWindow(offset, k.mem.u32(process + KPROCESS.UserSize), offset === 0 ? 0 : USER_BASE - offset);
}

/** Moves an APC state: list heads point to themselves, so lists are re-linked. */
function moveState(k: Kernel, from: Addr, to: Addr): void {
  const m = k.mem;
  m.checked.setBytes(to, m.bytes(from, KAPC_STATE.sizeof));
  for (const list of [0, 16]) {
    const source = from + KAPC_STATE.ApcListHead + list;
    const target = to + KAPC_STATE.ApcListHead + list;
    if (isEmpty(m, source)) {
      initListHead(m, target);
      continue;
    }
    m.setPtr(m.ptr(target) + 8, target);
    m.setPtr(m.ptr(target + 8), target);
  }
}

function emptyState(k: Kernel, state: Addr, process: Addr): void {
  k.mem.fill(state, KAPC_STATE.sizeof);
  for (const list of [0, 16]) initListHead(k.mem, state + KAPC_STATE.ApcListHead + list);
  k.mem.setPtr(state + KAPC_STATE.Process, process);
}

/** What both attach routines refuse. Undefined: nothing to object to. */
function refuse(k: Kernel, name: string, process: Addr, nested: boolean): Status | undefined {
  const thread = k.currentThread();
  const index = k.mem.u8(thread + KTHREAD.ApcStateIndex);
  const dpc = k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive);
  if (dpc) return k.bugCheck(0x5, process, k.currentProcess(), index, 1, `${name} in a DPC routine`);
  if (k.irql >= DISPATCH_LEVEL) return wrongIrql(k, name, k.irql, { min: 0, max: APC_LEVEL });
  if (!nested && index !== 0) return k.bugCheck(0x5, process, k.currentProcess(), index, 0, `${name} while attached already`);
  return undefined;
}

/** The thread goes back to `saved` (or to its own process when that is 0). */
function detach(k: Kernel, name: string, saved: Addr): Status {
  const m = k.mem;
  const thread = k.currentThread();
  const state = thread + KTHREAD.ApcState;
  if (m.u8(thread + KTHREAD.ApcStateIndex) === 0)
    return k.bugCheck(0x6, 0, 0, 0, 0, `${name}, but the thread is not attached to a process`);
  const lists = [state + KAPC_STATE.ApcListHead, state + KAPC_STATE.ApcListHead + 16];
  if (m.u8(state + KAPC_STATE.InProgressFlags) & 1 || !lists.every((l) => isEmpty(m, l))) {
    return k.bugCheck(0x6, 0, 0, 0, 0, `${name} while APCs of the attached process are pending or in progress`);
  }
  moveState(k, saved === 0 ? thread + KTHREAD.SavedApcState : saved, state);
  if (saved === 0) {
    m.setPtr(thread + KTHREAD.SavedApcState + KAPC_STATE.Process, 0);
    m.setU8(thread + KTHREAD.ApcStateIndex, 0);
  }
  loadWindow(k, k.currentProcess());
  k.event('ke.detach', { thread, process: pidOf(k, k.currentProcess()) });
  k.checkSoftwareInterrupts(); // kernel APCs that came for the environment it was away from
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  {
    // (Process, PRKAPC_STATE)
    name: 'KeStackAttachProcess',
    cost: 20,
    step(k, f) {
      const thread = k.currentThread();
      const process = f.ptr(0);
      const saved = f.ptr(1);
      const bad = refuse(k, 'KeStackAttachProcess', process, true);
      if (bad !== undefined) return bad;
      k.mem.checked.u8(process);
      if (process === k.currentProcess()) {
        k.mem.checked.setPtr(saved + KAPC_STATE.Process, NOT_SAVED_HERE);
        return k.returnVoid();
      }
      if (k.mem.u8(thread + KTHREAD.ApcStateIndex) === 0) {
        moveState(k, thread + KTHREAD.ApcState, thread + KTHREAD.SavedApcState);
        k.mem.checked.fill(saved, KAPC_STATE.sizeof);
      } else moveState(k, thread + KTHREAD.ApcState, saved);
      emptyState(k, thread + KTHREAD.ApcState, process);
      k.mem.setU8(thread + KTHREAD.ApcStateIndex, 1);
      loadWindow(k, process);
      k.event('ke.attach', { thread, process: pidOf(k, process) });
      return k.returnVoid();
    },
  },
  {
    // (PRKAPC_STATE)
    name: 'KeUnstackDetachProcess',
    cost: 20,
    step(k, f) {
      const previous = k.mem.checked.ptr(f.ptr(0) + KAPC_STATE.Process);
      if (previous === NOT_SAVED_HERE) return k.returnVoid();
      return detach(k, 'KeUnstackDetachProcess', previous === 0 ? 0 : f.ptr(0));
    },
  },
  {
    // (Process): the form without saved state; nesting is a bug check
    name: 'KeAttachProcess',
    cost: 20,
    step(k, f) {
      const thread = k.currentThread();
      const process = f.ptr(0);
      const same = process === k.currentProcess();
      const bad = refuse(k, 'KeAttachProcess', process, same);
      if (bad !== undefined || same) return bad ?? k.returnVoid();
      moveState(k, thread + KTHREAD.ApcState, thread + KTHREAD.SavedApcState);
      emptyState(k, thread + KTHREAD.ApcState, process);
      k.mem.setU8(thread + KTHREAD.ApcStateIndex, 1);
      loadWindow(k, process);
      k.event('ke.attach', { thread, process: pidOf(k, process) });
      return k.returnVoid();
    },
  },
  {
    name: 'KeDetachProcess',
    cost: 20,
    step: (k) => (k.mem.u8(k.currentThread() + KTHREAD.ApcStateIndex) === 0 ? k.returnVoid() : detach(k, 'KeDetachProcess', 0)),
  },
];
