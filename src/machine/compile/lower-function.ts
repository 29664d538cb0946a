// One C function to numbered steps, then its frame: where locals, temporaries and spill slots lie.

import { sizeOf } from '../../c/layout.js';
import type { FunctionDef, TranslationUnit } from '../../c/tree.js';
import { FRAME } from '../abi.js';
import { type FunctionIR, type FunctionRef, i32, i64, type Temp, type Value, type WType } from './ir.js';
import { findLabels } from './lower-seh.js';
import { lowerStatement } from './lower-statement.js';
import { isByReference, type LinkContext, Lowering, newFunctionIR } from './lowering.js';
import { wtype, zero } from './value.js';

export function lowerFunction(link: LinkContext, ref: FunctionRef, def: FunctionDef, unit: TranslationUnit): FunctionIR {
  const fn = newFunctionIR({
    name: ref.name,
    ref,
    unit,
    section: def.symbol.section,
    returns: def.symbol.type.returns,
    variadic: def.symbol.type.variadic,
    range: def.range,
  });
  const L = new Lowering(link, fn, def);
  L.alignLocals();
  findLabels(L, def.body, []);
  lowerStatement(L, def.body);
  L.begin(def.body.close);
  // Falling off the end gives 0 (as `main` does; elsewhere the value is unspecified and must be the same in every run).
  const returns = fn.returns;
  let value: Value | undefined;
  let t: WType | undefined;
  if (returns.kind === 'record') {
    t = isByReference(returns) || sizeOf(returns) === 8 ? 'i64' : 'i32';
    value = t === 'i64' ? i64(0) : i32(0);
  } else if (returns.kind !== 'void') {
    t = wtype(returns);
    value = zero(t);
  }
  L.step({ k: 'return', value, t, signed: true }, 'return', def.body.close);
  return fn;
}

/** Assigns registers to temporaries and offsets to slots. After this the frame size is known. */
export function layoutFrame(fn: FunctionIR): void {
  allocateTemps(fn);
  let at: number = FRAME.header;
  const from = at;
  // Small objects first: their offsets encode shorter and arrays overrun upwards into the argument slots, as on the real machine.
  const locals = fn.slots.filter((s) => s.argument === undefined);
  locals.sort((a, b) => a.size - b.size);
  for (const s of locals) {
    at = Math.ceil(at / s.align) * s.align;
    s.offset = at;
    at += s.size;
  }
  at = (at + 7) & ~7;
  fn.fill = { from, to: at };
  fn.spill = at;
  at += 8 * (fn.registers.i32 + fn.registers.i64 + fn.registers.f32 + fn.registers.f64);
  fn.fixedSize = (at + 15) & ~15;
  for (const s of fn.slots) if (s.argument !== undefined) s.offset = fn.fixedSize + 8 * s.argument;
  if (fn.ref) fn.ref.fixedSize = fn.fixedSize;
}

/** Linear scan: a register is free again after the last step that reads it. */
function allocateTemps(fn: FunctionIR): void {
  const busy: Record<WType, number[]> = { i32: [], i64: [], f32: [], f64: [] };
  const order = fn.temps.filter((t) => t.def >= 0).sort((a, b) => a.def - b.def);
  for (const t of order) {
    const list = busy[t.type];
    let r = list.findIndex((until) => until < t.def);
    if (r < 0) r = list.length;
    list[r] = t.use;
    t.register = r;
  }
  for (const k of ['i32', 'i64', 'f32', 'f64'] as const) fn.registers[k] = busy[k].length;
}

/** Temporaries that must survive a stop before step `n`. */
export function liveTemps(fn: FunctionIR): (n: number) => readonly Temp[] {
  const live: Temp[][] = [];
  for (const t of fn.temps) {
    if (t.def < 0) continue;
    for (let n = t.def + 1; n <= t.use; n++) (live[n] ??= []).push(t);
  }
  const none: readonly Temp[] = [];
  return (n) => live[n] ?? none;
}
