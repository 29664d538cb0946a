// Stack traces that drivers take of themselves. An entry is the code address of the function (our return addresses have no finer place), so symbols
// resolve; the chain is the machine's own stack walk, which survives overwritten stacks.
import { type Addr, FrameFlag, KERNEL_BASE, ROUTINE_BASE } from '../../machine/abi.js';
import { type StackFrame, walkStack } from '../../machine/walk.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CONTEXT, KTHREAD } from '../layouts.gen.js';
import { isPicoThread, providerRoutine } from '../ps/pico.js';

const MAX_FRAMES = 1024;

function addressOf(k: Kernel, s: StackFrame): Addr {
  return s.kind === 'compiled'
    ? KERNEL_BASE + (k.machine.function(s.info!.parent ?? s.fn)?.codeOffset ?? 0)
    : k.routineAddress(s.fn - ROUTINE_BASE);
}

/** Code addresses of the callers of the routine that asks, innermost first; kernel mode only. */
export function callers(k: Kernel, f: Frame): Addr[] {
  const frames = walkStack(k.machine, f.fp, MAX_FRAMES);
  const out: Addr[] = [];
  for (const s of frames.slice(1)) {
    if (s.kind === 'corrupted' || s.flags & FrameFlag.User) break;
    if (s.kind !== 'internal') out.push(addressOf(k, s));
  }
  k.machine.charge(frames.length);
  return out;
}

const store = (k: Kernel, at: Addr, list: readonly Addr[]): void => list.forEach((a, i) => k.mem.checked.setPtr(at + 8 * i, a));

/** CONTROL, INTEGER, SEGMENTS: what RtlCaptureContext fills. */
const CAPTURED = 0x100007;
const CONTEXT_FLAGS_KERNEL = { cs: 0x10, ds: 0x2b, ss: 0x18, eflags: 0x202, mxcsr: 0x1f80 } as const;

/** There are no general registers here: they read as 0, Rip is the function that asked and Rsp its frame. */
function captureContext(k: Kernel, f: Frame): void {
  const m = k.mem.checked;
  const at = f.ptr(0);
  m.fill(at, CONTEXT.sizeof);
  m.setU32(at + CONTEXT.ContextFlags, CAPTURED);
  m.setU32(at + CONTEXT.MxCsr, CONTEXT_FLAGS_KERNEL.mxcsr);
  m.setU16(at + CONTEXT.SegCs, CONTEXT_FLAGS_KERNEL.cs);
  m.setU16(at + CONTEXT.SegDs, CONTEXT_FLAGS_KERNEL.ds);
  m.setU16(at + CONTEXT.SegSs, CONTEXT_FLAGS_KERNEL.ss);
  m.setU32(at + CONTEXT.EFlags, CONTEXT_FLAGS_KERNEL.eflags);
  const frames = walkStack(k.machine, f.fp, 2);
  m.setPtr(at + CONTEXT.Rsp, KERNEL_BASE + (frames[1]?.fp ?? f.fp));
  m.setPtr(at + CONTEXT.Rip, callers(k, f)[0] ?? 0);
}

export const routines: KernelRoutine[] = [
  ...['RtlCaptureContext', 'RtlCaptureContext2'].map(
    (name): KernelRoutine => ({
      name,
      step(k, f) {
        captureContext(k, f);
        return k.returnVoid();
      },
    }),
  ),
  {
    // (FramesToSkip, FramesToCapture, BackTrace, BackTraceHash)
    name: 'RtlCaptureStackBackTrace',
    step(k, f) {
      const list = callers(k, f).slice(f.u32(0), f.u32(0) + Math.min(f.u32(1), 0xffff));
      store(k, f.ptr(2), list);
      if (f.ptr(3) !== 0)
        k.mem.checked.setU32(
          f.ptr(3),
          list.reduce((h, a) => (h + (a - KERNEL_BASE)) >>> 0, 0),
        );
      return k.return(list.length);
    },
  },
  {
    // (Callers, Count, Flags): flag 1 asks for the user part of the stack, which a driver sees as empty but for pico threads
    name: 'RtlWalkFrameChain',
    step(k, f) {
      if (f.pc === 1) return k.return(Math.min(f.result32, f.u32(1)));
      // the user stack of a pico thread is known to its provider only
      const thread = k.currentThread();
      const walk = f.u32(2) & 1 && k.irql === 0 && isPicoThread(k, thread) ? providerRoutine(k, 'WalkUserStack') : 0;
      if (walk !== 0) return k.call(f, 1, walk, [k.mem.ptr(thread + KTHREAD.TrapFrame), f.ptr(0), f.u32(1)]);
      const list = f.u32(2) & 1 ? [] : callers(k, f).slice(0, f.u32(1));
      store(k, f.ptr(0), list);
      return k.return(list.length);
    },
  },
  {
    // (CallersAddress, CallersCaller)
    name: 'RtlGetCallersAddress',
    step(k, f) {
      const list = callers(k, f);
      k.mem.checked.setPtr(f.ptr(0), list[1] ?? 0);
      k.mem.checked.setPtr(f.ptr(1), list[2] ?? 0);
      return k.returnVoid();
    },
  },
];
