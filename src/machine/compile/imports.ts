// The interface between a compiled WebAssembly module and the runtime (instance creation, dispatcher, slow path, SEH unwinder).
// Both halves are written against this file; everything that is not said here or in abi.ts is private to one half.
//
// Module. Imports (all in the module "e"): `m` the one linear memory (non-shared wasm memory, min WASM_PAGES, no max), `t` the one funcref
// table, `routine`, `slow` (below). No exports, no start function. An active element segment writes the functions at their global numbers,
// so the table must be grown to functionBase + functions.length before instantiation. Signature of every function in the table: FUNCTION
// (fp, pc) -> status.
//
// Entering. f(fp, pc): pc = 0 is a fresh call (header and argument slots filled by the caller, see abi.ts FRAME), otherwise the step to
// resume at = the value in the frame's header. The dispatcher calls table[header.fn](fp, header.pc). Before entering it sets Reg.Fuel and
// Reg.CallLimit = max(Reg.StackLimit, Top - CALL_WINDOW): a call whose frame would lie below CallLimit but not below StackLimit is not
// made by wasm; the callee frame is complete, Top = callee frame, Reason.Call, so the dispatcher just goes on with Top. This bounds the
// host stack.
//
// Leaving. Returned: value in Reg.ReturnValue, Fuel written back; the dispatcher pops: Top = header.prev (and looks at FrameFlag.Funclet
// first).
// Stopped, by Reason:
//   Fuel        before step header.pc; that step has not run and is not paid for (Reg.Fuel = 0 again). Slices of n run exactly n steps.
//   Break       debug variant, break byte of Reg.StopStep set; that step is not paid for (Reg.Fuel = steps left). To go on, clear the byte, run one
//               step (Fuel = 1), set it again.
//   Fault       Reg.FaultKind/Address/Size; header.pc = faulting step, which has had no effect (its fuel is spent) and runs again if resumed
//   DebugBreak  header.pc = step after `__debugbreak()`
//   Unwind      end of a finally body that the unwinder entered (see seh.ts)
//   Call        see above
//   Illegal etc. are Fault kinds. In all these cases Reg.Top = fp of the frame, Reg.StopStep = global step number (stepBase + header.pc).
// When a callee (function or routine) returns Stopped, its compiled caller returns Stopped at once and touches neither Top nor Reason.
// Step numbers. A call takes two: n (evaluates arguments, calls; pays fuel) and n + 1 (takes Reg.ReturnValue and goes on; pays nothing and
// never stops, its Step.kind is 'resume'). During the call header.pc = n + 1, so re-entering at header.pc when the callee has finished is
// always right.
//
// e.routine(fp, id) -> Status: runs one step of kernel routine `id` (function number ROUTINE_BASE + id) whose frame at fp is complete
// (header.pc = 0). It may read and lower Reg.Fuel (it is written back before and reloaded after). The pages of the routine's frame are
// already marked dirty.
//
// e.slow(address: i64, sizeAndKind: i32) -> i32: the access did not pass the inline check (other window, page bits, misaligned, page
// crossing). Returns the linear offset to use (the access is made by the compiled code) or -1 after recording FaultAddress, FaultKind,
// FaultSize (the compiled code sets Reason and Top). It checks *all* pages of the range and, for writes, marks all of them dirty. It may
// lower Reg.Fuel to 0 to stop before the next step (data breakpoint). Not called for frame slots. sizeAndKind = size | SlowKind bits; size
// up to 16 MiB (struct copies). Accesses of up to 31 bytes come packed with their global step number (see packSlow), so that a data
// breakpoint can name the step that did it.
//
// e.race, e.raceRange (race variant): see emit-race.ts. They answer nothing, use no fuel and never stop.
//
// Code entries. 16 bytes at every function's code address: u32 CODE_MAGIC, u32 function number, u32 fixedSize, u32 extra. The kernel
// writes the same for routines (fixedSize = routineFixedSize(locals), extra 0). An indirect call copies `extra` to the callee's
// header.result (low word). Kernel mode: address must be in the kernel range with Deny.Execute clear, 16-aligned, magic right; else
// e.slow(address, 16 | SlowKind.Execute) decides (user addresses in user mode go this way unless inside the window).
//
// Unresolved functions. Call of routine UNRESOLVED_ROUTINE with header.result low word = index into CompiledImage.unresolved, high word =
// functionBase of the image. Taking the address of an unresolved function gives a code entry with number ROUTINE_BASE +
// UNRESOLVED_ROUTINE, extra = index (high word 0).
import { ROUTINE_BASE } from '../abi.js';

/** Bits of the second argument of `slow` above the size. */
export const enum SlowKind {
  Read = 0,
  Write = 0x1000000,
  /** call target: size 16 */
  Execute = 0x2000000,
  /** with Write: interlocked; a misaligned address is Fault.Misaligned */
  Interlocked = 0x4000000,
  SizeMask = 0xffffff,
}

/** Sign bit: packed form, with size in bits 0-4, write in bit 5, interlocked in bit 6, global step number in bits 7-30. */
export const SLOW_PACKED = -0x80000000;
const PACKED_STEPS = 1 << 24;

/** The second argument of `slow` for an access at a step. */
export function packSlow(size: number, write: boolean, interlocked: boolean, step: number): number {
  if (size > 31 || step >= PACKED_STEPS) {
    return size | (write ? SlowKind.Write : SlowKind.Read) | (interlocked ? SlowKind.Interlocked : 0);
  }
  return SLOW_PACKED | size | (write ? 32 : 0) | (interlocked ? 64 : 0) | (step << 7);
}
/** Takes the packed form (negative) apart: the plain form, and the step. */
export function unpackSlow(packed: number): { plain: number; step: number } {
  return {
    plain: (packed & 31) | (packed & 32 ? SlowKind.Write : 0) | (packed & 64 ? SlowKind.Interlocked : 0),
    step: (packed >>> 7) & (PACKED_STEPS - 1),
  };
}

/** Bytes of simulated stack that one stay in wasm may grow by (smallest frame is 64 bytes, so at most 1024 nested host frames). */
export const CALL_WINDOW = 65536;

/** Routine id that reports a call of a function nobody provides. */
export const UNRESOLVED_ROUTINE = 0;
export const UNRESOLVED_FUNCTION = ROUTINE_BASE + UNRESOLVED_ROUTINE;

/** What a host gives to `new WebAssembly.Instance(module, { e: ... })`. */
export interface ModuleImports {
  readonly m: WebAssembly.Memory;
  readonly t: WebAssembly.Table;
  routine(fp: number, id: number): number;
  slow(address: bigint, sizeAndKind: number): number;
  /** Race variant only: an access of the frame at `fp` that the shadow words alone do not settle; `kind` as in shadow.ts RaceKind. */
  race(offset: number, kind: number, fp: number): void;
  /** The same for `size` bytes anywhere (with SlowKind bits above the size). */
  raceRange(offset: number, size: number, kind: number, fp: number): void;
}
/** Type of every compiled function in the table. */
export type CompiledFunction = (fp: number, pc: number) => number;
