// Software exceptions raised by drivers: they unwind from the routine's caller (DESIGN "Faults and SEH").

import { STATUS } from '../ke/constants.js';
import type { KernelRoutine } from '../kernel.js';

export const routines: KernelRoutine[] = [
  { name: 'ExRaiseStatus', step: (k, f) => k.raiseStatus(f.i32(0)) },
  { name: 'ExRaiseAccessViolation', step: (k) => k.raiseStatus(STATUS.ACCESS_VIOLATION) },
  { name: 'ExRaiseDatatypeMisalignment', step: (k) => k.raiseStatus(STATUS.DATATYPE_MISALIGNMENT) },
  { name: 'RtlRaiseStatus', step: (k, f) => k.raiseStatus(f.i32(0)) },
];
