// What a check of a driver's call is (call-checks.ts puts them together).
import type { VerifierOption } from '../../base/verifier-options.js';
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel } from '../kernel.js';

/** A check of a call: the stop, or undefined to go on. `name` is the routine. */
export type CallCheck = (k: Kernel, f: Frame, name: string) => Status | undefined;

export interface CallChecks {
  readonly option: VerifierOption | undefined;
  readonly routines: string;
  /** Asked first, because it costs nothing: false = nothing can be wrong. */
  readonly only?: (k: Kernel) => boolean;
  readonly check: CallCheck;
}

/** The memory is there and may be paged out. */
export function isPageable(k: Kernel, address: Addr): boolean {
  const offset = k.mem.offsetOf(address);
  return offset >= 0 && k.mem.pages.query(offset).pageable;
}
