// Software exceptions raised by drivers: they unwind from the routine's caller (DESIGN "Faults and SEH").

import { EXCEPTION_RECORD, MAX_PARAMETERS } from '../../machine/exception-record.js';
import { STATUS } from '../ke/constants.js';
import type { KernelRoutine } from '../kernel.js';

export const routines: KernelRoutine[] = [
  { name: 'ExRaiseStatus', step: (k, f) => k.raiseStatus(f.i32(0)) },
  { name: 'ExRaiseAccessViolation', step: (k) => k.raiseStatus(STATUS.ACCESS_VIOLATION) },
  { name: 'ExRaiseDatatypeMisalignment', step: (k) => k.raiseStatus(STATUS.DATATYPE_MISALIGNMENT) },
  { name: 'RtlRaiseStatus', step: (k, f) => k.raiseStatus(f.i32(0)) },
  {
    // Raises what the record says; comes back when a filter answers EXCEPTION_CONTINUE_EXECUTION and the record allows it.
    name: 'RtlRaiseException',
    step(k, f) {
      if (f.pc !== 0) return k.returnVoid();
      const record = f.ptr(0);
      const count = Math.min(k.mem.checked.u32(record + EXCEPTION_RECORD.count), MAX_PARAMETERS);
      const parameters = Array.from({ length: count }, (_, i) => k.mem.checked.u64(record + EXCEPTION_RECORD.information + 8 * i));
      const code = k.mem.checked.u32(record + EXCEPTION_RECORD.code);
      const flags = k.mem.checked.u32(record + EXCEPTION_RECORD.flags);
      f.pc = 1;
      return k.machine.raise(code, { flags, parameters });
    },
  },
];
