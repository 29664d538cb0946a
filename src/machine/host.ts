// What the machine asks of the world above it (the kernel). The machine knows no kernel: it knows frames, faults and routines by number.
import type { Addr, Fault, Status } from './abi.js';
import type { RoutineDefinition } from './routine.js';

/** An exception on its way: hardware fault or software raise. Plain values; `record` and `context` lie on the simulated stack. */
export interface ExceptionInfo {
  readonly kind: Fault;
  /** NTSTATUS, unsigned (0xC0000005 ...). */
  readonly code: number;
  /** EXCEPTION_NONCONTINUABLE = 1 and friends. */
  readonly flags: number;
  /** Accessed address for Read/Write/Execute; fast-fail code for FastFail; else 0. */
  readonly address: Addr;
  readonly size: number;
  /** ExceptionInformation. */
  readonly parameters: readonly bigint[];
  /** Frame that faulted (a compiled function at the faulting step) or raised (a routine). */
  readonly frame: number;
  /** Code address of the faulting function (our "instruction pointer"). */
  readonly ip: Addr;
  /** Simulated addresses of EXCEPTION_RECORD, CONTEXT and EXCEPTION_POINTERS; 0 when the stack has no room for them. */
  readonly record: Addr;
  readonly context: Addr;
  readonly pointers: Addr;
}
/** An exception for which no handler was found. Top is still the dispatcher's frame on the faulting stack, so a stack walk shows where it happened. */
export type UnhandledException = ExceptionInfo;

export interface MachineHost {
  /** Routines by id. Index 0 is UNRESOLVED_ROUTINE of compile/imports.ts (`machine.unresolved(fp)` names the function that is missing). */
  readonly routines: readonly RoutineDefinition<never>[];
  /**
   * Before the search for a handler: a fault that is no exception at all (kernel address fault = bug check; a page that the kernel can bring in).
   * undefined: go on with the search. Status.Stopped with Reason.Call: resolved, the faulting step runs again. Any other reason leaves `run`.
   */
  onFault?(x: ExceptionInfo): Status | undefined;
  /** Nobody handles it, or it cannot be handled (stack overflow, fast fail, broken chain). Returns Stopped with Reason set (BugCheck, Dispatch, Call ...). */
  onUnhandled(x: UnhandledException): Status;
  /** Code address of a routine, for exception records. */
  routineAddress?(id: number): Addr;
  /** Plain data (JSON) that is part of the simulated state but not in memory, for checkpoints. */
  saveState?(): unknown;
  restoreState?(state: unknown): void;
}
