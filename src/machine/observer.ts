// Somebody who sees every access of compiled code before it happens, and can stop the machine there (Reason.Visible): the explorer of thread orders.
// While there is one, every page carries Deny.Observe, so that each access takes the slow path; nothing is compiled differently, and step numbers,
// positions and virtual time are what they are without it. Accesses to slots of a function's own frame are not seen: nobody else can name them.

export interface MachineObserver {
  /** Compiled code is about to touch [offset, offset + size) of linear memory. True: the machine stops before this step. */
  access(offset: number, size: number, write: boolean): boolean;
  /** A routine is about to run a step. True: the machine stops before it. */
  enterRoutine(id: number): boolean;
  leaveRoutine(): void;
  /** The kernel touched memory by address. */
  touch(offset: number, size: number, write: boolean): void;
}

/** The race detector, as compiled code of the race variant and the checked accessors see it. */
export interface RaceObserver {
  /** One granule or, with RaceKind.Wide, two; `fp` is the accessing frame, the step is in `kind` (shadow.ts RaceKind). */
  access(offset: number, kind: number, fp: number): void;
  /** Any bytes. `size` may have SlowKind bits above it. */
  range(offset: number, size: number, kind: number, fp: number): void;
  /** A checked access of a routine. */
  touch(offset: number, size: number, write: boolean): void;
}
