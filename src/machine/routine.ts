// Kernel routines as step functions, and the accessor for their frames. A routine never suspends a host function: its place is `pc` in an ordinary
// frame on the simulated stack, its variables are 8-byte slots there. Returning Status.Returned gives the value to the caller; Status.Stopped leaves
// (Reg.Reason says why) and the routine is called again later with the same frame and the pc it stored.
import { type Addr, FRAME, type Status } from './abi.js';
import type { Memory } from './memory.js';

/** View of one routine's frame. Valid only during the step (the object is reused). */
export interface Frame {
  readonly fp: number;
  /** Place in the routine: 0 at entry. Set it before leaving with Stopped. */
  pc: number;
  /** Argument i as signed/unsigned 32 bit, as address (signed 64 as number), as exact 64-bit BigInt. */
  i32(i: number): number;
  u32(i: number): number;
  u16(i: number): number;
  u8(i: number): number;
  bool(i: number): boolean;
  ptr(i: number): Addr;
  /** Place in `Memory.words` of the argument when it is a kernel address as for `Memory.wordAt`, else -1. */
  place(i: number): number;
  i64(i: number): bigint;
  u64(i: number): bigint;
  /** Simulated address of argument slot i (va_list of the variadic part). */
  slotAddress(i: number): Addr;
  /** Local slots (declared by `locals`): numbers are stored as signed 64-bit integers, exact to 2^53. */
  get(slot: number): number;
  set(slot: number, value: number): void;
  /** Simulated address of a local slot (to use as a structure on the stack). */
  localAddress(slot: number): Addr;
  /** Result of the callee pushed by the last `call`: signed 64 as number / low 32 unsigned / exact. */
  readonly result: number;
  readonly result32: number;
  readonly result64: bigint;
}

export interface RoutineDefinition<K> {
  readonly name: string;
  /** Number of 8-byte local slots. */
  readonly locals?: number;
  /** Virtual-time cost in steps (default 10). */
  readonly cost?: number;
  /** One step. `f.pc` tells where to go on. */
  readonly step: (k: K, f: Frame) => Status;
  /** Called when an exception unwinds through the frame: release what the routine holds. */
  readonly unwind?: (k: K, f: Frame) => void;
}

/** Bytes of a routine's frame before its argument slots. */
export const routineFixedSize = (locals = 0): number => (FRAME.header + 8 * locals + 15) & ~15;

/** Thrown by checked accessors inside a routine step; the dispatcher turns it into a simulated exception at the routine's caller. */
export class SimulatedFault extends Error {
  constructor(
    readonly address: Addr,
    readonly write: boolean,
    readonly size: number,
  ) {
    super('simulated fault');
  }
}
export type { Memory };
