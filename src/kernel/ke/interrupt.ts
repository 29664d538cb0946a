// Interrupted context: a DPC or APC frame lies on top of whatever ran, keeps that context's registers in its first local slots, and gives them back
// at its end (with Reason.Call: the interrupted frame goes on as if nothing had been).
import { FrameFlag, KERNEL_BASE, Reason, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import type { Kernel } from '../kernel.js';
import { KTHREAD } from '../layouts.gen.js';
import { DISPATCH_LEVEL } from './constants.js';

/** Local slots 0..5 of an interrupt routine hold the context; its own start at INTERRUPT_SLOTS. */
export const INTERRUPT_SLOTS = 6;
const HEADER = 32;

export interface InterruptOptions {
  readonly routine: string;
  readonly irql: number;
  readonly flags: number;
  /** Own stack: offset above it and its limit. Absent: on the thread's kernel stack. */
  readonly stack?: { readonly base: number; readonly limit: number };
}

export function pushInterrupt(k: Kernel, o: InterruptOptions): void {
  if (o.flags & FrameFlag.Interrupt) k.hooks.races?.interrupt(true, o.irql > DISPATCH_LEVEL);
  const r = k.mem.registers;
  const saved = { top: r.top, value: r.returnValue64, limit: r.stackLimit, user: r.userMode, irql: r.irql, code: r.exceptionCode };
  const thread = k.currentThread();
  r.userMode = false;
  r.irql = o.irql;
  if (o.irql !== saved.irql) k.trace.note(KIND_ID['ke.irql'], saved.irql, o.irql);
  let base: number | undefined;
  if (o.stack) {
    base = o.stack.base;
    r.stackLimit = o.stack.limit;
  } else if (saved.user) {
    base = k.mem.ptr(thread + KTHREAD.InitialStack) - KERNEL_BASE;
    r.stackLimit = k.mem.ptr(thread + KTHREAD.StackLimit) - KERNEL_BASE;
  }
  const fp = k.machine.pushFrame(ROUTINE_BASE + k.routineIndex.get(o.routine)!, [], { prev: saved.top, base, flags: o.flags });
  const m = k.mem.raw;
  m.setPtr(fp + HEADER, saved.top);
  m.setI64(fp + HEADER + 8, saved.value);
  m.setPtr(fp + HEADER + 16, saved.limit);
  m.setPtr(fp + HEADER + 24, saved.user ? 1 : 0);
  m.setPtr(fp + HEADER + 32, saved.irql);
  m.setPtr(fp + HEADER + 40, saved.code);
}

/** Offset of the frame that was interrupted, 0 when the CPU was idle. */
export const interruptedTop = (f: Frame): number => f.get(0);
export const interruptedUserMode = (f: Frame): boolean => f.get(3) !== 0;

/** Ends the interrupt routine: registers as they were, the interrupted frame goes on. */
export function returnFromInterrupt(k: Kernel, f: Frame): Status {
  const r = k.mem.registers;
  r.top = f.get(0);
  r.returnValue64 = k.mem.raw.i64(f.fp + HEADER + 8);
  r.stackLimit = f.get(2);
  r.userMode = f.get(3) !== 0;
  r.exceptionCode = f.get(5);
  const irql = f.get(4);
  if (irql !== r.irql) k.trace.note(KIND_ID['ke.irql'], r.irql, irql);
  const ipi = r.irql > DISPATCH_LEVEL;
  r.irql = irql;
  if (k.machine.headers.flags(f.fp) & FrameFlag.Interrupt) k.hooks.races?.interrupt(false, ipi);
  k.checkSoftwareInterrupts();
  return k.stop(Reason.Call);
}
