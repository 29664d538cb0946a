// Which callbacks run now: one record for each running invocation of a process, thread, image or object callback, in a chain from the thread. Registry
// callbacks are not tracked: the rules are about the others, and a registry callback is called because somebody uses the registry.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KPRCB, KTHREAD, VF_GLOBALS, VF_INVOCATION, VF_LIMITS } from '../layouts.gen.js';

const RECORDS = VF_LIMITS.VfInvocations;
const V = VF_INVOCATION;

const running = (k: Kernel): Addr => k.globals.VF + VF_GLOBALS.Running;

export interface InvocationStart {
  readonly kind: number;
  readonly routine: Addr;
  readonly depth: number;
  /** PPS_CREATE_NOTIFY_INFO or image name that the callback gets; undefined: this kind of callback has no such argument. */
  readonly info?: Addr;
}

/** Steps that the thread running now has run, exact inside a slice. */
export const stepsOfThread = (k: Kernel, thread: Addr): number => k.mem.ptr(thread + KTHREAD.CycleTime) + k.machine.usedInSlice;

/** Record of the callback that is about to be called; 0 when so many run that no record is free (then it is not checked). */
export function beginInvocation(k: Kernel, o: InvocationStart): Addr {
  const m = k.mem;
  const thread = k.currentThread();
  for (let i = 0; i < RECORDS; i++) {
    const r = k.globals.VF + VF_GLOBALS.Invocations + i * V.sizeof;
    if (m.ptr(r + V.Thread) !== 0) continue;
    m.fill(r, V.sizeof);
    m.setPtr(r + V.Thread, thread);
    m.setPtr(r + V.Previous, m.ptr(thread + KTHREAD.CallbackInvocation));
    m.setPtr(r + V.Routine, o.routine);
    m.setU32(r + V.Kind, o.kind);
    m.setU32(r + V.Depth, o.depth);
    m.setPtr(r + V.Started, stepsOfThread(k, thread));
    m.setPtr(r + V.StackTop, m.registers.top);
    m.setPtr(r + V.Info, o.info ?? 0);
    m.setU32(r + V.HasInfo, o.info === undefined ? 0 : 1);
    m.setPtr(thread + KTHREAD.CallbackInvocation, r);
    m.setU32(running(k), m.u32(running(k)) + 1);
    return r;
  }
  return 0;
}

/** The innermost invocation on this thread ends: takes its record away. */
export function endInvocation(k: Kernel, r: Addr): void {
  const m = k.mem;
  m.setPtr(k.currentThread() + KTHREAD.CallbackInvocation, m.ptr(r + V.Previous));
  m.setPtr(r + V.Thread, 0);
  m.setU32(running(k), m.u32(running(k)) - 1);
}

/** Record of the callback whose code runs now, 0: none does (also in a DPC that interrupted one). */
export function currentInvocation(k: Kernel): Addr {
  const r = k.mem.ptr(k.currentThread() + KTHREAD.CallbackInvocation);
  return r !== 0 && k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive) !== 0 ? 0 : r;
}

export const invocationOf = (k: Kernel, thread: Addr): Addr => k.mem.ptr(thread + KTHREAD.CallbackInvocation);

/** From the innermost invocation of a thread outwards. */
export function* invocationsOf(k: Kernel, first: Addr): Generator<Addr> {
  for (let r = first, n = 0; r !== 0 && n < RECORDS; r = k.mem.ptr(r + V.Previous), n++) yield r;
}

/** All records in use. */
export function* allInvocations(k: Kernel): Generator<Addr> {
  if (k.mem.u32(running(k)) === 0) return;
  for (let i = 0; i < RECORDS; i++) {
    const r = k.globals.VF + VF_GLOBALS.Invocations + i * V.sizeof;
    if (k.mem.ptr(r + V.Thread) !== 0) yield r;
  }
}

const KINDS = ['', 'a process', 'a thread', 'an image', 'an object', 'an object', 'a registry'];
/** `a process`, `an image` ... */
export const kindWord = (k: Kernel, r: Addr): string => KINDS[k.mem.u32(r + V.Kind)] ?? '';
