// KeStackAttachProcess and KeUnstackDetachProcess: the current thread sees another process' user window. The saved KAPC_STATE is the caller's; nested
// attaches save there, the first one in KTHREAD.SavedApcState, and the caller's structure then only says so (Process = 1).
import { type Addr, USER_BASE } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KAPC_STATE, KPRCB, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { pidOf } from '../ob/note.js';
import { initListHead, isEmpty } from '../rtl/list.js';
import { processOf } from './state.js';

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

export const routines: KernelRoutine[] = [
  {
    // (Process, PRKAPC_STATE)
    name: 'KeStackAttachProcess',
    cost: 20,
    step(k, f) {
      const thread = k.currentThread();
      const process = f.ptr(0);
      const saved = f.ptr(1);
      const current = k.currentProcess();
      if (k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive)) {
        return k.bugCheck(0x5, process, current, k.mem.u8(thread + KTHREAD.ApcStateIndex), 1, 'KeStackAttachProcess in a DPC routine');
      }
      k.mem.checked.u8(process);
      if (process === current) {
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
      const thread = k.currentThread();
      const saved = f.ptr(0);
      const previous = k.mem.checked.ptr(saved + KAPC_STATE.Process);
      if (previous === NOT_SAVED_HERE) return k.returnVoid();
      if (k.mem.u8(thread + KTHREAD.ApcStateIndex) === 0) {
        return k.bugCheck(0x6, 0, 0, 0, 0, 'KeUnstackDetachProcess, but the thread is not attached to a process');
      }
      if (!isEmpty(k.mem, thread + KTHREAD.ApcState + KAPC_STATE.ApcListHead)) {
        return k.bugCheck(0x6, 0, 0, 0, 0, 'KeUnstackDetachProcess while kernel APCs of the attached process are pending');
      }
      if (previous === 0) {
        moveState(k, thread + KTHREAD.SavedApcState, thread + KTHREAD.ApcState);
        k.mem.setPtr(thread + KTHREAD.SavedApcState + KAPC_STATE.Process, 0);
        k.mem.setU8(thread + KTHREAD.ApcStateIndex, 0);
      } else moveState(k, saved, thread + KTHREAD.ApcState);
      loadWindow(k, k.currentProcess());
      k.event('ke.detach', { thread, process: pidOf(k, k.currentProcess()) });
      return k.returnVoid();
    },
  },
  {
    // (Process): the form without saved state; nesting is a bug check
    name: 'KeAttachProcess',
    cost: 20,
    step(k, f) {
      const thread = k.currentThread();
      const process = f.ptr(0);
      if (process === k.currentProcess()) return k.returnVoid();
      if (k.mem.u8(thread + KTHREAD.ApcStateIndex) !== 0) {
        return k.bugCheck(0x5, process, k.currentProcess(), 1, 0, 'KeAttachProcess while attached already');
      }
      moveState(k, thread + KTHREAD.ApcState, thread + KTHREAD.SavedApcState);
      emptyState(k, thread + KTHREAD.ApcState, process);
      k.mem.setU8(thread + KTHREAD.ApcStateIndex, 1);
      loadWindow(k, process);
      return k.returnVoid();
    },
  },
  {
    name: 'KeDetachProcess',
    cost: 20,
    step(k) {
      const thread = k.currentThread();
      if (k.mem.u8(thread + KTHREAD.ApcStateIndex) === 0) return k.returnVoid();
      moveState(k, thread + KTHREAD.SavedApcState, thread + KTHREAD.ApcState);
      k.mem.setPtr(thread + KTHREAD.SavedApcState + KAPC_STATE.Process, 0);
      k.mem.setU8(thread + KTHREAD.ApcStateIndex, 0);
      loadWindow(k, processOf(k, thread));
      return k.returnVoid();
    },
  },
];
