// Threads for the bodies of a program in a pico process that the kernel itself fills: the first process of a session, and exec of the built-in provider.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KTRAP_FRAME, PSP_PROGRAM, PSP_PROGRAM_THREAD } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { setSegments } from './pico-context.js';
import { createPicoThread } from './pico-thread.js';
import { mapProgram, mapStack } from './pico-window.js';
import { threadRecord } from './program.js';

interface Made {
  readonly thread: Addr;
  readonly status: number;
}

/** One thread that begins at `start`, with the options of the i-th body. */
function makeThread(k: Kernel, process: Addr, program: Addr, i: number, start: Addr, stack: Addr): Made {
  const m = k.mem;
  const frame = k.pool.allocate('nonpaged', KTRAP_FRAME.sizeof, 'PsPc');
  if (frame === 0) return { thread: 0, status: NT.INSUFFICIENT_RESOURCES };
  m.fill(frame, KTRAP_FRAME.sizeof);
  m.setU8(frame + KTRAP_FRAME.PreviousMode, 1);
  setSegments(k, frame);
  m.setPtr(frame + KTRAP_FRAME.Rip, start);
  m.setPtr(frame + KTRAP_FRAME.Rsp, stack);
  const t = program !== 0 && m.u32(program + PSP_PROGRAM.ThreadCount) > i ? threadRecord(program, i) : 0;
  const affinity = t === 0 ? 0n : m.i64(t + PSP_PROGRAM_THREAD.Affinity);
  const made = createPicoThread(k, {
    process,
    frame,
    context: 0,
    name: t === 0 ? 'main' : readUnicode(k, t + PSP_PROGRAM_THREAD.Name),
    ...(t === 0 ? {} : { priority: m.i32(t + PSP_PROGRAM_THREAD.Priority), delay: m.i64(t + PSP_PROGRAM_THREAD.Delay) }),
    ...(affinity === 0n ? {} : { affinity }),
  });
  k.pool.free(frame);
  return made;
}

/** Maps a program into an empty pico process and makes its first thread; the caller reports and starts it. */
export function startProgram(k: Kernel, process: Addr, program: Addr): Made {
  const mapped = mapProgram(k, process, program);
  return makeThread(k, process, program, 0, mapped.start, mapped.stack);
}

/** The thread for another body of the program that runs in the process. */
export function startBody(k: Kernel, process: Addr, program: Addr, i: number): Made {
  return makeThread(k, process, program, i, k.mem.ptr(threadRecord(program, i) + PSP_PROGRAM_THREAD.Entry), mapStack(k, process, i));
}
