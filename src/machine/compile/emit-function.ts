// One function body: prologue, the lists of items with their br_table on pc, fuel tests, exits. See imports.ts for what it must do at a
// stop. Within a list every step starts a position; blocks nested around the list end at the positions, so that a br_table enters at any
// step and forward labels are plain branches. A loop's list is entered by number only when pc is non-zero, which it is only after a stop
// or a jump by number.
import { BREAK_TABLE, FRAME, Reason } from '../abi.js';
import { markRange } from './emit-access.js';
import { type EmitOptions, Emitter, I32_LOCALS, I64_LOCALS, Local } from './emit-base.js';
import { emitJump, type OpenList, openLists } from './emit-jump.js';
import { FILL_BYTE, fillBytes } from './emit-special.js';
import { emitStep } from './emit-step.js';
import type { FunctionIR, Item, Label, LoopItem } from './ir.js';
import { Op } from './op.js';
import type { Writer } from './writer.js';

const VARIADIC_SLOTS = 32;

/** Emits the function's entry of the code section (with its size) to `out`. */
export function emitFunction(out: Writer, fn: FunctionIR, options: EmitOptions, scratch: Writer): void {
  numberLabels(fn.items, fn.steps.length);
  scratch.length = 0;
  locals(scratch, fn);
  const start = scratch.length;
  let E = new Emitter(scratch, fn, options);
  body(E, false);
  if (E.usesOuter) {
    scratch.length = start;
    E = new Emitter(scratch, fn, options);
    body(E, true);
  }
  out.sized(scratch);
}

function locals(w: Writer, fn: FunctionIR): void {
  const r = fn.registers;
  const groups: [number, number][] = [
    [I32_LOCALS, 0x7f],
    [I64_LOCALS, 0x7e],
    [r.i32, 0x7f],
    [r.i64, 0x7e],
    [r.f32, 0x7d],
    [r.f64, 0x7c],
  ];
  const used = groups.filter(([n]) => n > 0);
  w.unsigned(used.length);
  for (const [n, type] of used) {
    w.unsigned(n);
    w.byte(type);
  }
}

function body(E: Emitter, outer: boolean): void {
  const fn = E.fn;
  E.reloadFuel();
  const slots = Math.max(4, fn.argumentCount, fn.variadic ? VARIADIC_SLOTS : 0);
  markRange(E, Local.fp, fn.fixedSize + 8 * slots);
  if (fn.parent) {
    E.get(Local.fp);
    E.memory(Op.i32_load, 4, FRAME.seh);
    E.set(Local.parent);
  }
  const size = fn.fill.to - fn.fill.from;
  const temps = fn.registers.i32 + fn.registers.i64 + fn.registers.f32 + fn.registers.f64;
  if (size > 0 || temps > 0) {
    E.get(Local.pc);
    E.open(Op.if);
    E.reload();
    if (size > 0) {
      E.else();
      fillBytes(E, Local.fp, fn.fill.from, size, FILL_BYTE);
    }
    E.end();
  }
  E.faultLevel = E.open(Op.block);
  E.stopLevel = E.open(Op.block);
  if (outer) E.outerLevel = E.open(Op.loop);
  emitList(E, fn.items, 0, fn.steps.length, undefined);
  if (outer) E.end();
  E.op(Op.unreachable);
  E.end();
  E.leave(
    () => {
      E.i32(Reason.Fuel);
      E.i32(Reason.Break);
      E.get(Local.fuel);
      E.i32(0);
      E.op(Op.i32_lt_s);
      E.op(Op.select);
    },
    () => {
      E.get(Local.fuel);
      E.i32(1);
      E.op(Op.i32_add);
    },
  );
  E.end();
  E.leave(
    () => E.i32(Reason.Fault),
    () => E.get(Local.fuel),
  );
  E.w.byte(Op.end);
}

/** Finds list, position and step number of every label. */
function numberLabels(items: Item[], end: number): void {
  const waiting: Label[] = [];
  const walk = (list: Item[]): void => {
    let position = 0;
    let fresh = true;
    for (const item of list) {
      if (item.k === 'br') {
        fresh = false;
        continue;
      }
      if (!fresh) position++;
      fresh = item.k === 'label';
      if (item.k === 'label') {
        item.label.list = list;
        item.label.position = position;
        waiting.push(item.label);
      } else if (item.k === 'step') {
        for (const l of waiting) l.step = item.number;
        waiting.length = 0;
      } else {
        item.label.step = item.low;
        walk(item.items);
      }
    }
  };
  walk(items);
  for (const l of waiting) l.step = end - 1;
}

interface Part {
  readonly items: Item[];
}

function partsOf(list: Item[]): Part[] {
  const parts: Part[] = [{ items: [] }];
  let fresh = true;
  for (const item of list) {
    if (!fresh && item.k !== 'br') parts.push({ items: [] });
    parts[parts.length - 1].items.push(item);
    fresh = item.k === 'label';
  }
  return parts;
}

function emitList(E: Emitter, list: Item[], low: number, high: number, loop: { item: LoopItem; level: number } | undefined): void {
  const parts = partsOf(list);
  const lists = openLists(E);
  const state: OpenList = { items: list, levels: [], current: 0, loop };
  lists.push(state);
  if (parts.length > 1) {
    const levels: number[] = [];
    for (let p = parts.length - 1; p >= 0; p--) levels[p] = E.open(Op.block);
    for (let p = 1; p < parts.length; p++) state.levels[p] = levels[p];
    if (loop) {
      E.get(Local.pc);
      E.op(Op.i32_eqz);
      E.br(levels[0], Op.br_if);
    }
    dispatch(E, parts, levels, low, high);
  }
  parts.forEach((part, p) => {
    if (parts.length > 1) E.end();
    state.current = p;
    for (const item of part.items) emitItem(E, item);
  });
  lists.pop();
}

function dispatch(E: Emitter, parts: Part[], levels: number[], low: number, high: number): void {
  E.get(Local.pc);
  if (low) {
    E.i32(low);
    E.op(Op.i32_sub);
  }
  E.w.byte(Op.br_table);
  E.w.unsigned(high - low);
  parts.forEach((part, p) => {
    for (const item of part.items) {
      const count = item.k === 'step' ? 1 : item.k === 'loop' ? item.high - item.low : 0;
      for (let i = 0; i < count; i++) E.w.unsigned(E.depth - levels[p]);
    }
  });
  E.w.unsigned(E.depth - levels[0]);
}

function emitItem(E: Emitter, item: Item): void {
  switch (item.k) {
    case 'label':
      break;
    case 'br':
      emitJump(E, item.target, false);
      break;
    case 'loop': {
      const level = E.open(Op.loop);
      emitList(E, item.items, item.low, item.high, { item, level });
      E.end();
      break;
    }
    case 'step':
      E.step = item.number;
      if (item.op.k !== 'resume') fuelTest(E, item.number);
      emitStep(E, item);
      break;
  }
}

function fuelTest(E: Emitter, n: number): void {
  E.get(Local.fuel);
  E.i32(1);
  E.op(Op.i32_sub);
  E.tee(Local.fuel);
  E.i32(0);
  E.op(Op.i32_lt_s);
  if (E.options.debug) {
    E.i32(0);
    E.memory(Op.i32_load8_u, 1, BREAK_TABLE + E.fn.stepBase + n);
    E.op(Op.i32_or);
  }
  E.open(Op.if);
  E.spill(n);
  E.i32(n);
  E.set(Local.pc);
  E.br(E.stopLevel);
  E.end();
}
