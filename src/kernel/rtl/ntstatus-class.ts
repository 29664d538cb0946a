// What file systems ask about an exception they caught: is it one they may turn into a status?
import type { KernelRoutine } from '../kernel.js';

/** Exceptions that mean a mistake of the driver, never to be swallowed. */
const UNEXPECTED = new Set([
  0x80000002, // DATATYPE_MISALIGNMENT
  0x80000003, // BREAKPOINT
  0xc0000005, // ACCESS_VIOLATION
  0xc000001d, // ILLEGAL_INSTRUCTION
  0xc0000194, // POSSIBLE_DEADLOCK
  0xc00000aa, // INSTRUCTION_MISALIGNMENT
]);
export const routines: KernelRoutine[] = [
  { name: 'FsRtlIsNtstatusExpected', step: (k, f) => k.return(UNEXPECTED.has(f.u32(0)) ? 0 : 1) },
  { name: 'FsRtlNormalizeNtstatus', step: (k, f) => k.return(UNEXPECTED.has(f.u32(0)) ? f.i32(1) : f.i32(0)) },
];
