// Branches to labels: a plain wasm branch when the label is ahead in an open list (or the start of an open loop), else "by number": pc =
// step of the label, back to the outermost loop, in through the br_tables. So any goto works, into loops too.
import { type Emitter, Local } from './emit-base.js';
import { emitValue } from './emit-value.js';
import type { Op as IrOp, Item, Label, LoopItem } from './ir.js';
import { Op, opcode } from './op.js';

/** A list being emitted: levels of the blocks that end at each position. */
export interface OpenList {
  readonly items: Item[];
  /** Level of the block whose end is position p; undefined for position 0. */
  readonly levels: (number | undefined)[];
  current: number;
  readonly loop?: { readonly item: LoopItem; readonly level: number };
}

const open = new WeakMap<Emitter, OpenList[]>();

export function openLists(E: Emitter): OpenList[] {
  let l = open.get(E);
  if (!l) open.set(E, (l = []));
  return l;
}

/** Level to branch to, or undefined when it must go by number. */
function plainLevel(E: Emitter, label: Label): { level: number; loop: boolean } | undefined {
  for (const l of openLists(E)) {
    if (label.loop && l.loop?.item === label.loop) return { level: l.loop.level, loop: true };
    if (!label.loop && label.list === l.items && label.position > l.current) {
      const level = l.levels[label.position];
      if (level !== undefined) return { level, loop: false };
    }
  }
  return undefined;
}

function byNumber(E: Emitter, label: Label): void {
  E.i32(label.step);
  E.set(Local.pc);
  E.usesOuter = true;
  E.br(E.outerLevel);
}

/** Conditional: an i32 is on the stack. */
export function emitJump(E: Emitter, label: Label, conditional: boolean): void {
  const plain = plainLevel(E, label);
  if (plain && (!plain.loop || !conditional)) {
    if (plain.loop) clearPc(E);
    E.br(plain.level, conditional ? Op.br_if : Op.br);
    return;
  }
  if (conditional) E.open(Op.if);
  if (plain) {
    clearPc(E);
    E.br(plain.level);
  } else byNumber(E, label);
  if (conditional) E.end();
}

/** Around a loop again: dispatching by an old pc must not happen. */
function clearPc(E: Emitter): void {
  E.i32(0);
  E.set(Local.pc);
}

export function emitSwitch(E: Emitter, op: IrOp & { k: 'switch' }): void {
  const wide = op.t === 'i64';
  const value = wide ? Local.p : Local.a;
  const constant = (v: bigint): void => (wide ? E.i64(v) : E.i32(Number(BigInt.asIntN(32, v))));
  const signed = (v: bigint): bigint => BigInt.asIntN(wide ? 64 : 32, v);
  emitValue(E, op.value);
  E.set(value);
  const cases = op.cases.map((c) => ({ low: signed(c.low), high: signed(c.high), target: c.target }));
  const plain = [...cases.map((c) => c.target), op.fallback].every((l) => plainLevel(E, l)?.loop === false);
  if (plain && cases.length > 3) {
    const low = cases.reduce((m, c) => (c.low < m ? c.low : m), cases[0].low);
    const high = cases.reduce((m, c) => (c.high > m ? c.high : m), cases[0].high);
    if (high - low < BigInt(cases.length * 4 + 8)) {
      const table: Label[] = new Array(Number(high - low) + 1).fill(op.fallback);
      for (const c of cases) for (let v = c.low; v <= c.high; v++) table[Number(v - low)] = c.target;
      E.get(value);
      constant(low);
      E.op(opcode(op.t, 'sub'));
      if (wide) {
        E.tee(Local.q);
        E.i64(table.length);
        E.op(Op.i64_ge_u);
        emitJump(E, op.fallback, true);
        E.get(Local.q);
        E.op(Op.i32_wrap);
      }
      E.w.byte(Op.br_table);
      E.w.unsigned(table.length);
      for (const l of [...table, op.fallback]) E.w.unsigned(E.depth - plainLevel(E, l)!.level);
      return;
    }
  }
  for (const c of cases) {
    E.get(value);
    constant(c.low);
    if (c.low === c.high) E.op(opcode(op.t, 'eq'));
    else {
      E.op(opcode(op.t, 'sub'));
      constant(c.high - c.low);
      E.op(opcode(op.t, 'le_u'));
    }
    emitJump(E, c.target, true);
  }
  emitJump(E, op.fallback, false);
}
