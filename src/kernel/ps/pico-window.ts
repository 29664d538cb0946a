// Address spaces of pico processes. A new one is empty: no PEB, no TEB, no ntdll. A program is mapped like an ELF loader would do it, with one stack and the vDSO
// page, whose one entry is where a system call returns to. A forked process begins with a copy, and because the frames of its threads name each other by
// their place in memory (machine/abi.ts), the chains of frames in the copy are made to lie in the child's window.
import { type Addr, FrameFlag, PAGE_SIZE, Reg, ROUTINE_BASE, USER_BASE } from '../../machine/abi.js';
import { plausibleFrame } from '../../machine/frames.js';
import { ThreadState } from '../ke/constants.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, KPRCB, KPROCESS, KTHREAD, MM_VAD, PSP_PROGRAM, PSP_PROGRAM_THREAD } from '../layouts.gen.js';
import { pageCount, vads } from '../mm/vad.js';
import { initListHead, insertTail } from '../rtl/list.js';
import { liveThreads } from './exit.js';
import { threadRecord } from './program.js';
import { mapUser, WINDOW } from './window.js';

/** Where Rip of a thread inside a user-mode routine (a system call) points to. Lies where other processes have their PEB. */
export const VDSO = WINDOW.peb;
const MAX_FRAMES = 65536;

/** Maps the page with the code that system calls return to. */
function mapVdso(k: Kernel, process: Addr): void {
  const at = k.mem.u32(process + KPROCESS.UserOffset) + VDSO;
  k.mem.raw.fill(at, PAGE_SIZE);
  k.mem.pages.map(at, PAGE_SIZE, { user: true, executable: true, pageable: true });
  k.machine.writeCodeEntry(at, ROUTINE_BASE + k.routineIndex.get('lx!syscall')!);
}

/** One stack of the window, by its number; its first address. */
export function mapStack(k: Kernel, process: Addr, slot: number): Addr {
  const at = WINDOW.stack + slot * WINDOW.stackStride;
  mapUser(k, process, at + PAGE_SIZE, WINDOW.stackStride - PAGE_SIZE);
  return USER_BASE + at + WINDOW.stackStride;
}

export interface MappedProgram {
  readonly start: Addr;
  readonly stack: Addr;
}

/** Maps the bodies of a program (0: the default one) into an empty window, with stack and vDSO. */
export function mapProgram(k: Kernel, process: Addr, program: Addr): MappedProgram {
  const m = k.mem;
  const window = m.u32(process + KPROCESS.UserOffset);
  const imageIndex = program === 0 ? -1 : m.i32(program + PSP_PROGRAM.ImageIndex);
  if (imageIndex >= 0) k.machine.mapImage(k.machine.images.images[imageIndex], window);
  m.setPtr(process + EPROCESS.Program, program);
  m.setU32(process + EPROCESS.HeapNext, WINDOW.heap);
  m.setU32(process + EPROCESS.DllNext, WINDOW.dll);
  mapVdso(k, process);
  // a program without bodies: the second entry of the vDSO page stands for it
  const start =
    program !== 0 && m.u32(program + PSP_PROGRAM.ThreadCount) > 0 ? m.ptr(threadRecord(program, 0) + PSP_PROGRAM_THREAD.Entry) : 0;
  if (start === 0) k.machine.writeCodeEntry(window + VDSO + 16, ROUTINE_BASE + k.routineIndex.get('lx!default')!);
  return { start: start === 0 ? USER_BASE + VDSO + 16 : start, stack: mapStack(k, process, 0) };
}

/** Innermost frame of a thread that belongs to user mode, as an offset; 0: it has none (yet). */
export function userTop(k: Kernel, thread: Addr): number {
  const m = k.mem;
  let fp = 0;
  if (m.u32(thread + KTHREAD.State) === ThreadState.Running) {
    for (let c = 0; c < k.config.cpus; c++) if (m.ptr(k.prcb(c) + KPRCB.CurrentThread) === thread) fp = k.machine.wordsOf(c)[Reg.Top >> 2];
  } else {
    const top = m.ptr(thread + KTHREAD.KernelStack);
    fp = top === 0 ? 0 : m.offsetOf(top);
  }
  for (let n = 0; n < MAX_FRAMES && plausibleFrame(fp); n++) {
    if (k.machine.headers.flags(fp) & FrameFlag.User) return fp;
    fp = k.machine.headers.prev(fp);
  }
  return 0;
}

/** Rewrites the places that the frames of a chain hold from one window to another. `fp` lies in the new one. */
function moveChain(k: Kernel, fp: number, from: number, to: number): void {
  const h = k.machine.headers;
  const moved = (at: number): number => (at >= from && at < from + WINDOW.size ? at - from + to : at);
  for (let n = 0; n < MAX_FRAMES && plausibleFrame(fp) && fp >= to && fp < to + WINDOW.size; n++) {
    h.set(fp, 'sp', moved(h.sp(fp)));
    if (h.flags(fp) & FrameFlag.Funclet) h.set(fp, 'seh', moved(h.seh(fp)));
    const prev = moved(h.prev(fp));
    h.set(fp, 'prev', prev);
    fp = prev;
  }
}

/** Copies the parent's address space into the child's window, which is still empty. */
export function cloneWindow(k: Kernel, parent: Addr, child: Addr): void {
  const m = k.mem;
  const from = m.u32(parent + KPROCESS.UserOffset);
  const to = m.u32(child + KPROCESS.UserOffset);
  if (from === 0) return;
  for (let at = 0; at < WINDOW.size; at += PAGE_SIZE) {
    const state = m.pages.query(from + at);
    if (state.reserved) m.pages.reserve(to + at, PAGE_SIZE);
    if (!state.mapped) continue;
    m.raw.copy(to + at, from + at, PAGE_SIZE);
    m.pages.map(to + at, PAGE_SIZE, state);
  }
  m.setPtr(child + EPROCESS.Program, m.ptr(parent + EPROCESS.Program));
  for (const field of [EPROCESS.HeapNext, EPROCESS.DllNext]) m.setU32(child + field, m.u32(parent + field));
  cloneRanges(k, parent, child);
  for (const t of liveThreads(k, parent)) {
    const top = userTop(k, t);
    if (top >= from && top < from + WINDOW.size) moveChain(k, top - from + to, from, to);
  }
}

/** Records of what was allocated in the window. */
function cloneRanges(k: Kernel, parent: Addr, child: Addr): void {
  const m = k.mem;
  for (const vad of vads(k, parent)) {
    const bytes = MM_VAD.Protection + pageCount(k, vad);
    const copy = k.pool.allocate('nonpaged', bytes, 'VadS');
    if (copy === 0) continue;
    m.copy(copy, vad, bytes);
    if (m.ptr(child + EPROCESS.VadList) === 0) initListHead(m, child + EPROCESS.VadList);
    insertTail(m, child + EPROCESS.VadList, copy + MM_VAD.Link);
  }
}
