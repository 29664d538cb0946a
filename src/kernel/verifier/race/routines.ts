// Kernel routines as the race detector sees them: some are one atomic operation on an object (interlocked lists, device queues), some work on a driver's
// memory for it, as if it had done the accesses itself (memcpy and its family, strings, tables). All others synchronise inside, unseen.
import { Status } from '../../../machine/abi.js';
import type { Frame } from '../../../machine/routine.js';
import type { Kernel } from '../../kernel.js';
import { ATOMIC_ARGUMENT } from './order.js';

type Step = (k: Kernel, f: Frame) => Status;

/** The run-time library. Time, random numbers and the like touch nothing of a driver's but what they are given. */
const WORKS_FOR_CALLER = /^(Rtl|mem|str|wcs|_str|_wcs|_mem|_stricmp|_wcsicmp|is|to|v?s[nw]?printf|_v?sn?w?printf)/;

/** The step with what the detector wants to know around it; the same step when that is nothing. */
export function watchedForRaces(name: string, step: Step): Step {
  const argument = ATOMIC_ARGUMENT[name];
  if (argument !== undefined) {
    return (k, f) => {
      const { races } = k.hooks;
      if (!races) return step(k, f);
      const object = f.ptr(argument);
      const status = step(k, f);
      if (status === Status.Returned) races.atomic(object);
      return status;
    };
  }
  if (name === 'KeFlushQueuedDpcs') {
    return (k, f) => {
      const status = step(k, f);
      if (status === Status.Returned) k.hooks.races?.dpcsFlushed();
      return status;
    };
  }
  if (!WORKS_FOR_CALLER.test(name)) return step;
  return (k, f) => {
    const { races } = k.hooks;
    if (!races) return step(k, f);
    races.inRoutine(f.fp);
    try {
      return step(k, f);
    } finally {
      races.inRoutine(0);
    }
  };
}
