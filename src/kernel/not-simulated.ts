// A routine that is simulated meets a request that is not: the run ends with its name and the place of the call, like a call of a routine that is declared only.
import { Reason, type Status } from '../machine/abi.js';
import type { Frame } from '../machine/routine.js';
import type { Kernel } from './kernel.js';

/** `what` as a reader of the report should see it: `BCryptOpenAlgorithmProvider(AES)`. */
export function stopNotSimulated(k: Kernel, f: Frame, what: string): Status {
  const where = k.where(k.machine.headers.prev(f.fp));
  k.notSimulated = { name: what, where, image: '', site: -1 };
  k.event('ke.notsimulated', { name: what, where });
  return k.stop(Reason.BugCheck);
}
