// Registers of pico threads. The machine has frames and no registers, so a place in user code is a pair that names a frame: Rsp is the user address of the
// innermost frame, Rip the code of its function (the vDSO page for a thread inside a system call). Going to such a pair continues that frame; going to the
// first address of a function with another Rsp calls the function there, with Rdi, Rsi, Rdx and Rcx as its arguments. The rest of the registers lies in
// the trap frame for provider and debugger, and Rax is what a system call returns.
import { type Addr, CODE_MAGIC, FRAME, FrameFlag, PAGE_SIZE, Reason, ROUTINE_BASE, type Status, USER_BASE } from '../../machine/abi.js';
import { plausibleFrame } from '../../machine/frames.js';
import { ThreadState } from '../ke/constants.js';
import { stackLimitOf } from '../ke/switch.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CONTEXT, ETHREAD, KPROCESS, KTHREAD, KTRAP_FRAME } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { isPicoThread } from './pico.js';
import { userTop, VDSO } from './pico-window.js';
import { hasThreadFlag, processOf, ThreadFlag } from './state.js';
import { WINDOW } from './window.js';

const SEGMENT = { code: 0x33, data: 0x2b } as const;
const EFLAGS = 0x246;
const MXCSR = 0x1f80;

/** How a function that is called at a new place ends: the system call that its return makes. */
export const Entry = { Start: 0, Thread: 1, Signal: 2 } as const;

/** Rip and Rsp of a frame of user mode, by its offset. */
export function placeOf(k: Kernel, process: Addr, fp: number): { readonly rip: Addr; readonly rsp: Addr } {
  const fn = k.machine.headers.fn(fp);
  const f = fn < ROUTINE_BASE ? k.machine.function(fn) : undefined;
  return { rip: USER_BASE + (f ? f.codeOffset : VDSO), rsp: USER_BASE + fp - k.mem.u32(process + KPROCESS.UserOffset) };
}

/** Fills a zeroed trap frame for a thread that left user mode at the frame `fp`. */
export function fillTrapFrame(k: Kernel, at: Addr, thread: Addr, fp: number): void {
  const m = k.mem;
  const { rip, rsp } = placeOf(k, processOf(k, thread), fp);
  m.setU8(at + KTRAP_FRAME.PreviousMode, 1);
  m.setU32(at + KTRAP_FRAME.MxCsr, MXCSR);
  m.setU64(at + KTRAP_FRAME.GsBase, m.u64(thread + ETHREAD.PicoGsBase));
  m.setPtr(at + KTRAP_FRAME.Rip, rip);
  m.setPtr(at + KTRAP_FRAME.Rsp, rsp);
  m.setPtr(at + KTRAP_FRAME.Rbp, rsp);
  setSegments(k, at);
}

export function setSegments(k: Kernel, at: Addr): void {
  k.mem.setU16(at + KTRAP_FRAME.SegCs, SEGMENT.code);
  k.mem.setU16(at + KTRAP_FRAME.SegSs, SEGMENT.data);
  k.mem.setU32(at + KTRAP_FRAME.EFlags, EFLAGS);
}

// ---------------------------------------------------------------- to a place
/** Function number of code in a process' window, -1: none begins there. */
function codeAt(k: Kernel, process: Addr, rip: Addr): number {
  const at = rip - USER_BASE;
  if (at < 0 || at + 16 > WINDOW.size || (at & 15) !== 0) return -1;
  const offset = k.mem.u32(process + KPROCESS.UserOffset) + at;
  const page = k.mem.pages.query(offset);
  return page.mapped && page.executable && k.mem.raw.u32(offset) === CODE_MAGIC ? k.mem.raw.u32(offset + 4) : -1;
}

/** Offset of the frame that Rip and Rsp name, 0: there is none. */
function frameAt(k: Kernel, process: Addr, rip: Addr, rsp: Addr): number {
  const window = k.mem.u32(process + KPROCESS.UserOffset);
  const at = rsp - USER_BASE;
  if (at < PAGE_SIZE || at + FRAME.header > WINDOW.size || !k.mem.pages.query(window + at).writable) return 0;
  const fp = window + at;
  const h = k.machine.headers;
  if (!plausibleFrame(fp) || h.sp(fp) > fp || h.sp(fp) < fp - WINDOW.size || !(h.flags(fp) & FrameFlag.User)) return 0;
  const fn = h.fn(fp);
  const same = rip === USER_BASE + VDSO ? fn >= ROUTINE_BASE : fn === codeAt(k, process, rip);
  return same ? fp : 0;
}

/** Lowest address of the writable memory that ends at an address of the window. */
function stackLimitBelow(k: Kernel, process: Addr, rsp: Addr): Addr {
  const window = k.mem.u32(process + KPROCESS.UserOffset);
  let at = (rsp - USER_BASE - 1) & ~(PAGE_SIZE - 1);
  while (at >= PAGE_SIZE && k.mem.pages.query(window + at - PAGE_SIZE).writable) at -= PAGE_SIZE;
  return USER_BASE + at;
}

export interface UserPlace {
  readonly rip: Addr;
  readonly rsp: Addr;
  readonly rax: bigint;
  readonly args: readonly bigint[];
}

export const placeFrom = (k: Kernel, at: Addr): UserPlace => ({
  rip: k.mem.ptr(at + KTRAP_FRAME.Rip),
  rsp: k.mem.ptr(at + KTRAP_FRAME.Rsp),
  rax: k.mem.i64(at + KTRAP_FRAME.Rax),
  args: [KTRAP_FRAME.Rdi, KTRAP_FRAME.Rsi, KTRAP_FRAME.Rdx, KTRAP_FRAME.Rcx].map((r) => k.mem.i64(at + r)),
});

/** Makes the place one that a thread of the process can go on at: offset of the frame, 0 when there is no code or no stack. Top of this CPU stays. */
export function preparePlace(k: Kernel, thread: Addr, place: UserPlace, entry: number): number {
  const m = k.mem;
  const process = processOf(k, thread);
  const window = m.u32(process + KPROCESS.UserOffset);
  if (window === 0) return 0;
  const base = m.ptr(thread + KTHREAD.UserStackBase);
  if (place.rsp > base || place.rsp <= m.ptr(thread + KTHREAD.UserStackLimit)) {
    m.setPtr(thread + KTHREAD.UserStackBase, place.rsp);
    m.setPtr(thread + KTHREAD.UserStackLimit, stackLimitBelow(k, process, place.rsp));
  }
  const known = frameAt(k, process, place.rip, place.rsp);
  if (known !== 0) {
    if (k.machine.headers.fn(known) >= ROUTINE_BASE) m.raw.setI64(known + FRAME.result, place.rax);
    return known;
  }
  const at = (place.rsp - USER_BASE) & ~15;
  if (codeAt(k, process, place.rip) < 0 || at < PAGE_SIZE || at > WINDOW.size || !m.pages.query(window + at - 1).writable) return 0;
  const top = m.registers.top;
  const fn = ROUTINE_BASE + k.routineIndex.get('lx!start')!;
  const fp = k.machine.pushFrame(fn, [place.rip, entry, ...place.args], { prev: 0, base: window + at, flags: FrameFlag.User });
  m.registers.top = top;
  return fp;
}

/** Last act of a kernel routine of a pico thread: user mode goes on at the place; a place without code or stack ends the process as a fault would. */
export function continueAt(k: Kernel, f: Frame, place: UserPlace, entry: number): Status {
  const thread = k.currentThread();
  const fp = preparePlace(k, thread, place, entry);
  if (fp === 0) return k.call(f, 90, 'NtTerminateProcess', [-1, NT.ACCESS_VIOLATION]);
  const r = k.mem.registers;
  k.mem.setPtr(thread + KTHREAD.TrapFrame, 0);
  k.lowerIrql(0);
  r.userMode = true;
  r.stackLimit = stackLimitOf(k, thread, true);
  r.returnValue64 = place.rax;
  r.top = fp;
  return k.stop(Reason.Call);
}

// ---------------------------------------------------------------- CONTEXT
const CONTROL = 0x100001;
const INTEGER = 0x100002;
const SEGMENTS = 0x100004;
const wants = (flags: number, group: number): boolean => (flags & group) >>> 0 === group;

const INTEGER_REGISTERS = ['Rax', 'Rcx', 'Rdx', 'Rbx', 'Rbp', 'Rsi', 'Rdi', 'R8', 'R9', 'R10', 'R11'] as const;

/** Trap frame of a thread: where it lies while the thread is in the kernel or has not started; 0 for one that was interrupted in user mode. */
function trapFrameOf(k: Kernel, thread: Addr): Addr {
  const current = k.mem.ptr(thread + KTHREAD.TrapFrame);
  return current !== 0 ? current : k.mem.ptr(thread + ETHREAD.PicoFrame);
}

/** (Thread, Context, ProbeMode, CtxMode, PerformUnwind) */
function getContext(k: Kernel, f: Frame): number {
  const m = k.mem;
  const c = m.checked;
  const thread = f.ptr(0);
  const context = f.ptr(1);
  if (!isPicoThread(k, thread)) return NT.INVALID_PARAMETER;
  if (hasThreadFlag(k, thread, ThreadFlag.Exiting | ThreadFlag.Dead)) return NT.UNSUCCESSFUL;
  const flags = c.u32(context + CONTEXT.ContextFlags);
  let frame = trapFrameOf(k, thread);
  const interrupted = frame === 0;
  if (interrupted) {
    const top = userTop(k, thread);
    if (top === 0) return NT.UNSUCCESSFUL;
    frame = k.pool.allocate('nonpaged', KTRAP_FRAME.sizeof, 'PsPc');
    if (frame === 0) return NT.INSUFFICIENT_RESOURCES;
    m.fill(frame, KTRAP_FRAME.sizeof);
    fillTrapFrame(k, frame, thread, top);
  }
  if (wants(flags, CONTROL)) {
    c.setU64(context + CONTEXT.Rip, m.u64(frame + KTRAP_FRAME.Rip));
    c.setU64(context + CONTEXT.Rsp, m.u64(frame + KTRAP_FRAME.Rsp));
    c.setU32(context + CONTEXT.EFlags, m.u32(frame + KTRAP_FRAME.EFlags));
    c.setU16(context + CONTEXT.SegCs, m.u16(frame + KTRAP_FRAME.SegCs));
    c.setU16(context + CONTEXT.SegSs, m.u16(frame + KTRAP_FRAME.SegSs));
  }
  if (wants(flags, INTEGER)) for (const r of INTEGER_REGISTERS) c.setU64(context + CONTEXT[r], m.u64(frame + KTRAP_FRAME[r]));
  if (wants(flags, SEGMENTS)) for (const s of ['SegDs', 'SegEs', 'SegFs', 'SegGs'] as const) c.setU16(context + CONTEXT[s], SEGMENT.data);
  if (interrupted) k.pool.free(frame);
  return NT.SUCCESS;
}

function setContext(k: Kernel, f: Frame): number {
  const m = k.mem;
  const c = m.checked;
  const thread = f.ptr(0);
  const context = f.ptr(1);
  if (!isPicoThread(k, thread)) return NT.INVALID_PARAMETER;
  if (hasThreadFlag(k, thread, ThreadFlag.Exiting | ThreadFlag.Dead)) return NT.UNSUCCESSFUL;
  const flags = c.u32(context + CONTEXT.ContextFlags);
  const frame = trapFrameOf(k, thread);
  if (frame === 0) return setInterrupted(k, thread, context, flags);
  if (wants(flags, CONTROL)) {
    m.setU64(frame + KTRAP_FRAME.Rip, c.u64(context + CONTEXT.Rip));
    m.setU64(frame + KTRAP_FRAME.Rsp, c.u64(context + CONTEXT.Rsp));
    m.setU32(frame + KTRAP_FRAME.EFlags, c.u32(context + CONTEXT.EFlags));
  }
  if (wants(flags, INTEGER)) for (const r of INTEGER_REGISTERS) m.setU64(frame + KTRAP_FRAME[r], c.u64(context + CONTEXT[r]));
  return NT.SUCCESS;
}

/** A thread that was interrupted in user code and is not running now: it will go on elsewhere. One that runs on another CPU is refused: suspend it first. */
function setInterrupted(k: Kernel, thread: Addr, context: Addr, flags: number): number {
  const m = k.mem;
  const c = m.checked;
  const top = userTop(k, thread);
  if (top === 0 || m.u32(thread + KTHREAD.State) === ThreadState.Running) return NT.UNSUCCESSFUL;
  if (!wants(flags, CONTROL)) return NT.SUCCESS;
  const now = placeOf(k, processOf(k, thread), top);
  const place: UserPlace = {
    rip: c.ptr(context + CONTEXT.Rip),
    rsp: c.ptr(context + CONTEXT.Rsp),
    rax: c.i64(context + CONTEXT.Rax),
    args: [CONTEXT.Rdi, CONTEXT.Rsi, CONTEXT.Rdx, CONTEXT.Rcx].map((r) => c.i64(context + r)),
  };
  if (place.rip === now.rip && place.rsp === now.rsp) return NT.SUCCESS;
  // below an APC or interrupt frame of the kernel stack the user frame is its `prev`
  const fp = preparePlace(k, thread, place, Entry.Signal);
  if (fp === 0) return NT.INVALID_PARAMETER;
  const h = k.machine.headers;
  const outer = m.offsetOf(m.ptr(thread + KTHREAD.KernelStack));
  if (outer === top) m.setPtr(thread + KTHREAD.KernelStack, m.ptr(thread + KTHREAD.KernelStack) + fp - top);
  else {
    let at = outer;
    while (plausibleFrame(at) && h.prev(at) !== top) at = h.prev(at);
    if (!plausibleFrame(at)) return NT.UNSUCCESSFUL;
    h.set(at, 'prev', fp);
  }
  return NT.SUCCESS;
}

export const routines: KernelRoutine[] = [
  { name: 'PspPicoGetContextThreadInternal', cost: 40, step: (k, f) => k.return(getContext(k, f)) },
  { name: 'PspPicoSetContextThreadInternal', cost: 40, step: (k, f) => k.return(setContext(k, f)) },
];
