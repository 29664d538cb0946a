// Events (reference: scheduler.md §8).

import type { Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import { wrongIrql } from '../irql-limit.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KEVENT, KTHREAD } from '../layouts.gen.js';
import { APC_LEVEL, DISPATCH_LEVEL, ObjectType } from './constants.js';
import { checkInitialised, hex, initHeader, objectType, signalAt, signalChecked, WAIT_LIST, waitTest } from './dispatcher.js';
import { isPlain, probeObject } from './probe-object.js';

const STATE = DISPATCHER_HEADER.SignalState;

export function initializeEvent(k: Kernel, event: number, type: number, signalled: boolean): void {
  k.mem.checked.fill(event, KEVENT.sizeof);
  initHeader(k, event, type, KEVENT.sizeof, signalled ? 1 : 0);
}

/** Place (fields.ts) of the argument when it is an event that can be written, as nearly always; -1: `checkedEvent` has to look. */
function eventAt(k: Kernel, f: Frame): number {
  const { mem } = k;
  const o = f.place(0);
  if (o < 0 || mem.words[o + (WAIT_LIST >> 2)] === 0 || (mem.words[o] & 0x7f) > ObjectType.SynchronizationEvent) return -1;
  return isPlain(mem, o << 2, KEVENT.sizeof) ? o : -1;
}

/** The argument as an event that can be written; a bad pointer faults like on Windows. */
function checkedEvent(k: Kernel, f: Frame): number {
  const event = f.ptr(0);
  probeObject(k, event, KEVENT.sizeof);
  checkInitialised(k, event);
  if (objectType(k, event) > ObjectType.SynchronizationEvent) {
    k.throwBugCheck(0xa, [event, k.irql, 1, 0], `the object at ${hex(event)} is no KEVENT (type byte ${objectType(k, event)})`);
  }
  return event;
}

/** `Wait` TRUE announces a KeWaitFor... that follows at once: the CPU stays at DISPATCH_LEVEL until then, so that no other thread comes between. */
export function noteWaitNext(k: Kernel, wait: boolean): void {
  if (!wait) return;
  const thread = k.currentThread();
  k.mem.setU8(thread + KTHREAD.WaitNext, 1);
  k.mem.setU8(thread + KTHREAD.WaitIrql, k.raiseIrql(DISPATCH_LEVEL));
}

/** A release with Wait TRUE is for APC_LEVEL at most, as the wait that follows is. */
export const checkWaitNext = (k: Kernel, name: string, wait: boolean): Status | undefined =>
  wait && k.irql > APC_LEVEL ? wrongIrql(k, `${name} with Wait = TRUE`, k.irql, { min: 0, max: APC_LEVEL }) : undefined;

export const routines: KernelRoutine[] = [
  {
    name: 'KeInitializeEvent',
    cost: 4,
    step(k, f) {
      initializeEvent(k, f.ptr(0), f.u32(1) === 0 ? 0 : 1, f.bool(2));
      return k.returnVoid();
    },
  },
  {
    name: 'KeSetEvent',
    step(k, f) {
      const bad = checkWaitNext(k, 'KeSetEvent', f.bool(2));
      if (bad !== undefined) return bad;
      const o = eventAt(k, f);
      const old = o >= 0 ? signalAt(k, o, f.i32(1)) : signalChecked(k, checkedEvent(k, f), f.i32(1));
      noteWaitNext(k, f.bool(2));
      return k.return(old);
    },
  },
  {
    name: 'KeResetEvent',
    cost: 4,
    step(k, f) {
      const event = checkedEvent(k, f);
      const old = k.mem.i32(event + STATE);
      k.mem.setI32(event + STATE, 0);
      k.trace.note(KIND_ID['ke.event.reset'], event);
      return k.return(old);
    },
  },
  {
    name: 'KeClearEvent',
    cost: 3,
    step(k, f) {
      const event = checkedEvent(k, f);
      k.mem.setI32(event + STATE, 0);
      k.trace.note(KIND_ID['ke.event.reset'], event);
      return k.returnVoid();
    },
  },
  {
    name: 'KePulseEvent',
    step(k, f) {
      const bad = checkWaitNext(k, 'KePulseEvent', f.bool(2));
      if (bad !== undefined) return bad;
      const event = checkedEvent(k, f);
      const old = k.mem.i32(event + STATE);
      if (old === 0) {
        k.mem.setI32(event + STATE, 1);
        k.trace.note(KIND_ID['ke.event.set'], event, old);
        waitTest(k, event, f.i32(1));
      }
      k.mem.setI32(event + STATE, 0);
      noteWaitNext(k, f.bool(2));
      return k.return(old);
    },
  },
  { name: 'KeReadStateEvent', cost: 3, step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + STATE)) },
];
