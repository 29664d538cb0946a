// Stack walk from any Top over frames in memory. The driver can overwrite its stack, so every header is judged before it is believed and the
// walk is bounded; a chain that breaks ends with a frame that says so.

import { formatRange } from '../base/source.js';
import { type Addr, FrameFlag, KERNEL_BASE, ROUTINE_BASE, USER_BASE } from './abi.js';
import { UNRESOLVED_FUNCTION } from './compile/imports.js';
import { plausibleFrame } from './frames.js';
import type { FunctionInfo, Step } from './image.js';
import type { Machine } from './machine.js';

export interface StackFrame {
  readonly fp: number;
  readonly fn: number;
  readonly name: string;
  /** `internal`: the machine's own frames (exception dispatcher, trap). `corrupted`: the header cannot be a frame's; the chain ends here. */
  readonly kind: 'compiled' | 'routine' | 'internal' | 'corrupted';
  /** Compiled frames. */
  readonly info?: FunctionInfo;
  /** Step number: the innermost frame's next step, in callers the step that calls. For routines their pc. */
  readonly pc: number;
  readonly step?: Step;
  readonly mode: 'kernel' | 'user';
  readonly flags: number;
  /** Offset of argument slot 0; locals are at fp + LocalInfo.offset. */
  readonly args: number;
  /** Address minus offset for this frame (`&local` = fp + offset + bias). */
  readonly bias: Addr;
  /** Filter funclets: the frame whose locals they see. */
  readonly parent?: number;
}

const MAX_DEPTH = 65536;
const INTERNAL = 0xff000;

/** Frames from `top` outwards, at most `limit`. */
export function walkStack(m: Machine, top: number = m.registers.top, limit = MAX_DEPTH, userOffset = m.registers.userOffset): StackFrame[] {
  const frames: StackFrame[] = [];
  const seen = new Set<number>();
  for (let fp = top; fp !== 0 && frames.length < limit; fp = m.headers.prev(fp)) {
    const frame = seen.has(fp) ? undefined : frameAt(m, fp, userOffset);
    if (!frame) {
      frames.push({
        fp,
        fn: 0,
        name: '(stack overwritten)',
        kind: 'corrupted',
        pc: 0,
        mode: 'kernel',
        flags: 0,
        args: fp,
        bias: KERNEL_BASE,
      });
      break;
    }
    seen.add(fp);
    frames.push(frame);
  }
  return frames;
}

/** One frame, or undefined when there cannot be one at fp. */
export function frameAt(m: Machine, fp: number, userOffset = m.registers.userOffset): StackFrame | undefined {
  if (!plausibleFrame(fp)) return undefined;
  const fn = m.headers.fn(fp);
  const flags = m.headers.flags(fp);
  const mode = flags & FrameFlag.User ? 'user' : 'kernel';
  const pc = m.headers.pc(fp);
  const bias = mode === 'user' ? USER_BASE - userOffset : KERNEL_BASE;
  const args = fp + m.fixedSize(fn);
  if (fn >= ROUTINE_BASE) {
    if (!m.routine(fn - ROUTINE_BASE)) return undefined;
    // a function that nobody provides is known by its own name
    const name = (fn === UNRESOLVED_FUNCTION ? m.unresolved(fp)?.name : undefined) ?? m.functionName(fn);
    return { fp, fn, name, kind: fn - ROUTINE_BASE >= INTERNAL ? 'internal' : 'routine', pc, mode, flags, args, bias };
  }
  const info = m.function(fn);
  if (!info || pc < 0 || pc > info.steps.length) return undefined;
  // a call in progress stores the number after the call
  const at = pc > 0 && info.steps[pc]?.kind === 'resume' ? pc - 1 : pc;
  return {
    fp,
    fn,
    name: info.name,
    kind: 'compiled',
    info,
    pc: at,
    step: info.steps[at] ?? info.steps[info.steps.length - 1],
    mode,
    flags,
    args,
    bias,
    parent: info.parent === undefined ? undefined : m.headers.seh(fp),
  };
}

/** `driver.c:12:5 (function)`, or the routine's name; for messages. */
export function describeFrame(m: Machine, fp: number): string {
  const frame = frameAt(m, fp);
  if (!frame) return '(no frame)';
  return frame.step ? `${formatRange(frame.step.range)} (${frame.name})` : frame.name;
}

/** Bytes of stack between a frame and the outermost frame of its chain (stack use), bounded like the walk. */
export function stackUse(m: Machine, top: number): number {
  const frames = walkStack(m, top);
  const last = frames[frames.length - 1];
  return last ? last.args + 4 * 8 - frames[0].fp : 0;
}
