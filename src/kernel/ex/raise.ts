// Software exceptions raised by drivers: they unwind from the routine's caller (DESIGN "Faults and SEH").

import { EXCEPTION_RECORD, MAX_PARAMETERS } from '../../machine/exception-record.js';
import { STATUS } from '../ke/constants.js';
import type { KernelRoutine } from '../kernel.js';

/** Raises what the record says, with its flags: where a filter continues a continuable exception, the call returns. The record is copied. */
const raiseException: KernelRoutine = {
  name: 'RtlRaiseException',
  step: (k, f) => {
    if (f.pc === 1) return k.returnVoid();
    const m = k.mem.checked;
    const record = f.ptr(0);
    const code = m.u32(record + EXCEPTION_RECORD.code);
    const count = Math.min(m.u32(record + EXCEPTION_RECORD.count), MAX_PARAMETERS);
    const parameters = Array.from({ length: count }, (_, i) => m.u64(record + EXCEPTION_RECORD.information + 8 * i));
    const flags = m.u32(record + EXCEPTION_RECORD.flags);
    f.pc = 1;
    return k.machine.raise(code, { flags, parameters });
  },
};

export const routines: KernelRoutine[] = [
  { name: 'ExRaiseStatus', step: (k, f) => k.raiseStatus(f.i32(0)) },
  { name: 'ExRaiseAccessViolation', step: (k) => k.raiseStatus(STATUS.ACCESS_VIOLATION) },
  { name: 'ExRaiseDatatypeMisalignment', step: (k) => k.raiseStatus(STATUS.DATATYPE_MISALIGNMENT) },
  { name: 'RtlRaiseStatus', step: (k, f) => k.raiseStatus(f.i32(0)) },
  raiseException,
];
