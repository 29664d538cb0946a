// What a driver says to a debugger: break points, assertions, the filter of debug output. The machine always has a debugger, so a break point stops the
// run (resumable) instead of being an exception without a handler.
import { type Addr, Reason, type Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { MM_GLOBALS } from '../layouts.gen.js';
import { STATUS } from './status.js';

const COMPONENTS = 128;
const DEFAULT_COMPONENT = 101;

/** Stops now; the routine returns when the run goes on. */
function breakPoint(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.returnVoid();
  f.pc = 1;
  return k.stop(Reason.DebugBreak);
}

/** (FailedAssertion, FileName, LineNumber, Message): says what failed, then stops. */
function failedAssertion(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.returnVoid();
  const text = (at: Addr): string => (at === 0 ? '' : k.mem.checked.readAnsiz(at, 512));
  const message = text(f.ptr(3));
  k.event('ke.output', {
    component: DEFAULT_COMPONENT,
    level: 0,
    text: `\n*** Assertion failed: ${message}${message ? ' ' : ''}${text(f.ptr(0))}\n***   Source File: ${text(f.ptr(1))}, line ${f.u32(2)}\n\n`,
  });
  f.pc = 1;
  return k.stop(Reason.DebugBreak);
}

const mask = (k: Kernel, component: number): Addr => k.globals.MM + MM_GLOBALS.DebugFilterMask + 4 * Math.min(component, COMPONENTS - 1);
/** Levels below 32 are bit numbers, others are masks. */
const bits = (level: number): number => (level < 32 ? 1 << level : level);

export const routines: KernelRoutine[] = [
  { name: 'DbgBreakPoint', step: breakPoint },
  { name: 'DbgBreakPointWithStatus', step: breakPoint },
  { name: 'RtlAssert', cost: 50, step: failedAssertion },
  {
    // errors always pass; what else passes is what was asked for
    name: 'DbgQueryDebugFilterState',
    step: (k, f) => k.return(f.u32(1) === 0 || (k.mem.u32(mask(k, f.u32(0))) & bits(f.u32(1))) !== 0 ? 1 : 0),
  },
  {
    name: 'DbgSetDebugFilterState',
    step(k, f) {
      if (f.u32(0) >= COMPONENTS) return k.return(STATUS.INVALID_PARAMETER_1);
      const at = mask(k, f.u32(0));
      k.mem.setU32(at, f.bool(2) ? k.mem.u32(at) | bits(f.u32(1)) : k.mem.u32(at) & ~bits(f.u32(1)));
      return k.return(STATUS.SUCCESS);
    },
  },
  // nobody answers a prompt: the driver gets an empty line
  {
    name: 'DbgPrompt',
    step(k, f) {
      k.event('ke.output', { component: DEFAULT_COMPONENT, level: 0, text: k.mem.checked.readAnsiz(f.ptr(0), 512) });
      if (f.u32(2) > 0) k.mem.checked.setU8(f.ptr(1), 0);
      return k.return(0);
    },
  },
];
