// Race variant: the look at the shadow words (shadow.ts) that goes with every shared access of kernel code. Inline only the common case: this strand
// has done such an access in this epoch. The rest is helper functions of the module (emit-race-helpers.ts), which settle accesses by the same strand in a newer epoch, and
// behind them the detector in TypeScript. Nothing here uses fuel, stops or faults, so steps and virtual time are those of the other variants.
import { REGISTERS, Reg } from '../abi.js';
import { ALL_BYTES, RaceKind, READ_SHADOW, raceKind, WRITE_SHADOW } from '../shadow.js';
import type { AccessOptions } from './emit-access.js';
import { type Emitter, Local, RACE_IMPORT, RACE_RANGE_IMPORT } from './emit-base.js';
import { ATOMIC_HELPER, helperIndex, READ_HELPER, WRITE_HELPER } from './emit-race-helpers.js';
import { Op } from './op.js';

/** Where the access is: a constant, or the offset in a local. */
export type RacePlace = { readonly fixed: number } | { readonly local: number };

function pushPlace(E: Emitter, at: RacePlace): void {
  if ('fixed' in at) E.i32(at.fixed);
  else E.get(at.local);
}

export const raceBits = (o: AccessOptions): number =>
  (o.size >= 4 ? ALL_BYTES : (1 << o.size) - 1) |
  (o.size === 8 ? RaceKind.Wide : 0) |
  (o.write ? RaceKind.Write : 0) |
  (o.interlocked ? RaceKind.Atomic : 0) |
  (o.volatile ? RaceKind.Volatile : 0);

/** After the address check, before the access. Size 1, 2, 4 or 8, aligned. */
export function emitRace(E: Emitter, o: AccessOptions, at: RacePlace): void {
  const kind = raceKind(E.fn.stepBase + E.step, raceBits(o));
  const tell = (): void => {
    E.flushFuel(); // a finding has a position
    pushPlace(E, at);
    E.i32(kind);
    E.get(Local.fp);
  };
  if (o.interlocked || o.volatile) {
    tell();
    E.call(o.interlocked && o.size >= 4 ? helperIndex(E.options, ATOMIC_HELPER) : RACE_IMPORT);
    return;
  }
  const base = o.write ? WRITE_SHADOW : READ_SHADOW;
  const wide = o.size === 8;
  const load = wide ? Op.i64_load : Op.i32_load;
  if ('fixed' in at) {
    E.i32(0);
    E.memory(load, wide ? 8 : 4, base + (at.fixed & ~3));
  } else {
    E.get(at.local);
    if (o.size < 4) {
      E.i32(-4);
      E.op(Op.i32_and);
    }
    E.memory(load, wide ? 8 : 4, base);
  }
  E.i32(0);
  E.memory(load, wide ? 8 : 4, REGISTERS + Reg.Epoch);
  E.op(wide ? Op.i64_ne : Op.i32_ne);
  E.open(Op.if);
  tell();
  E.call(helperIndex(E.options, o.write ? WRITE_HELPER : READ_HELPER));
  E.end();
}

/** An access of other size: offset in a local, bytes pushed by the callback. */
export function emitRaceRange(E: Emitter, local: number, size: () => void, bits: number): void {
  E.flushFuel();
  E.get(local);
  size();
  E.i32(raceKind(E.fn.stepBase + E.step, bits));
  E.get(Local.fp);
  E.call(RACE_RANGE_IMPORT);
}
