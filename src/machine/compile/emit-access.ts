// Checked memory accesses. Leaves the linear offset on the stack. The inline check covers what almost every access is: in the window of
// the image's mode, page bits clear under the CPU's mask, naturally aligned (so it cannot cross a page). Everything else is the slow
// path's business.
import { DENY_TABLE, DIRTY_TABLE, KERNEL_BASE, MEMORY_SIZE, PAGE_SHIFT, PAGE_SIZE, Reg, USER_BASE } from '../abi.js';
import { RaceKind } from '../shadow.js';
import { type Emitter, Local, SLOW_IMPORT } from './emit-base.js';
import { emitRace, emitRaceRange, raceBits } from './emit-race.js';
import { emitValue } from './emit-value.js';
import { packSlow, SlowKind } from './imports.js';
import type { Mem } from './ir.js';
import { Op } from './op.js';

/** Where the access goes: static offset to use in the instruction after the pushed base. */
export type Operand = number;

export interface AccessOptions {
  readonly size: number;
  readonly write: boolean;
  readonly interlocked?: boolean;
  readonly volatile?: boolean;
  /** Local (i32) that receives the offset as well; default Local.off. */
  readonly into?: number;
}

/** Pushes the base of the access and returns the static offset for the instruction. Marks the page dirty for writes. */
export function emitAccess(E: Emitter, mem: Mem, access: AccessOptions): Operand {
  const o = mem.volatile ? { ...access, volatile: true } : access;
  if (mem.slot) {
    const at = E.slotBase(mem.slot) + mem.offset;
    if (mem.slot.owner !== E.fn && o.write) markParent(E, at, o.size);
    return at;
  }
  const kernel = E.options.mode === 'kernel';
  const constant = (mem.object ? mem.object.address : 0) + mem.offset;
  if (!mem.base) {
    const place = constant - (kernel ? KERNEL_BASE : USER_BASE);
    const aligned = place % o.size === 0 || (!isNatural(o.size) && (place % PAGE_SIZE) + o.size <= PAGE_SIZE);
    if (kernel && place >= 0 && place + o.size <= MEMORY_SIZE && aligned) return emitFixed(E, constant, place, o);
    E.i64(place);
  } else {
    emitValue(E, mem.base);
    const add = constant - (kernel ? KERNEL_BASE : USER_BASE);
    if (add !== 0) {
      E.i64(add);
      E.op(Op.i64_add);
    }
  }
  E.set(Local.delta);
  emitChecked(E, o);
  return 0;
}

const isNatural = (n: number): boolean => n === 1 || n === 2 || n === 4 || n === 8;

function mask(E: Emitter, write: boolean): void {
  E.loadReg(write ? Reg.WriteMask : Reg.ReadMask);
}

function kindOf(E: Emitter, o: AccessOptions): number {
  return packSlow(o.size, o.write, o.interlocked ?? false, E.fn.stepBase + E.step);
}

/** Known place in kernel memory: only the page bits are looked at. */
function emitFixed(E: Emitter, address: number, place: number, o: AccessOptions): Operand {
  const page = place >> PAGE_SHIFT;
  E.i32(0);
  E.memory(Op.i32_load8_u, 1, DENY_TABLE + page);
  mask(E, o.write);
  E.op(Op.i32_and);
  E.open(Op.if);
  E.i64(address);
  callSlow(E, o, Local.off);
  if (E.options.race) {
    raceRange(E, o, Local.off);
    E.else();
    if (isNatural(o.size)) emitRace(E, o, { fixed: place });
    else {
      E.i32(place);
      E.set(Local.off);
      raceRange(E, o, Local.off);
    }
  }
  E.end();
  if (o.write) {
    E.i32(0);
    E.i32(1);
    E.memory(Op.i32_store8, 1, DIRTY_TABLE + page);
  }
  if (o.into !== undefined) {
    E.i32(place);
    E.set(o.into);
  }
  E.i32(0);
  return place;
}

/** The slow path answered (on the stack): the offset, or negative for a fault. */
export function exitIfFault(E: Emitter): void {
  E.i32(0);
  E.op(Op.i32_lt_s);
  E.open(Op.if);
  E.faultExit();
  E.end();
}

/** Address and kind of the access are on the stack. Sets `into` or goes to the fault exit. */
export function callSlowPath(E: Emitter, into: number): void {
  E.call(SLOW_IMPORT);
  E.tee(into);
  exitIfFault(E);
  E.reloadFuel();
}

/** Address on the stack. Sets `into` or goes to the fault exit. */
function callSlow(E: Emitter, o: AccessOptions, into: number): void {
  E.flushFuel();
  E.i32(kindOf(E, o));
  callSlowPath(E, into);
}

/**
 * From delta (address - window base), which is in its local, to the linear offset in `into`; goes to `bad` when it is outside the window of
 * the image's mode. Leaves the deny bits of its page on the stack.
 */
export function emitPageBits(E: Emitter, bad: number, into: number): void {
  const kernel = E.options.mode === 'kernel';
  E.get(Local.delta);
  if (kernel) E.i64(MEMORY_SIZE);
  else {
    E.loadReg(Reg.UserSize);
    E.op(Op.i64_extend_u);
  }
  E.op(Op.i64_ge_u);
  E.br(bad, Op.br_if);
  E.get(Local.delta);
  E.op(Op.i32_wrap);
  if (!kernel) {
    E.loadReg(Reg.UserOffset);
    E.op(Op.i32_add);
  }
  E.tee(into);
  E.i32(PAGE_SHIFT);
  E.op(Op.i32_shr_u);
  E.memory(Op.i32_load8_u, 1, DENY_TABLE);
}

/** delta (address - window base) is in its local. */
function emitChecked(E: Emitter, o: AccessOptions): void {
  const kernel = E.options.mode === 'kernel';
  const into = o.into ?? Local.off;
  const natural = isNatural(o.size);
  const done = E.open(Op.block);
  const bad = E.open(Op.block);
  if (natural || o.size <= PAGE_SIZE) {
    emitPageBits(E, bad, into);
    mask(E, o.write);
    E.op(Op.i32_and);
    E.br(bad, Op.br_if);
    if (natural && E.options.race) {
      if (o.size > 1) {
        E.get(into);
        E.i32(o.size - 1);
        E.op(Op.i32_and);
        E.br(bad, Op.br_if);
      }
      emitRace(E, o, { local: into });
      E.br(done);
    } else if (natural) {
      if (o.size > 1) {
        E.get(into);
        E.i32(o.size - 1);
        E.op(Op.i32_and);
        E.op(Op.i32_eqz);
        E.br(done, Op.br_if);
      } else E.br(done);
    } else {
      E.get(into);
      E.i32(PAGE_SIZE - 1);
      E.op(Op.i32_and);
      E.i32(PAGE_SIZE - o.size);
      E.op(Op.i32_le_u);
      E.br(done, Op.br_if);
    }
  }
  E.end();
  E.get(Local.delta);
  E.i64(kernel ? KERNEL_BASE : USER_BASE);
  E.op(Op.i64_add);
  callSlow(E, o, into);
  if (E.options.race && natural) raceRange(E, o, into);
  E.end();
  if (E.options.race && !natural) raceRange(E, o, into);
  if (o.write) {
    E.get(into);
    markPage(E);
  }
  E.get(into);
}

/** Accesses of other than natural size, and those that took the slow path (user memory, misaligned): the detector is told always. */
function raceRange(E: Emitter, o: AccessOptions, local: number): void {
  emitRaceRange(E, local, () => E.i32(o.size), raceBits(o) & ~RaceKind.Wide);
}

/** Marks the page of the offset on the stack as written. */
function markPage(E: Emitter): void {
  E.i32(PAGE_SHIFT);
  E.op(Op.i32_shr_u);
  E.i32(1);
  E.memory(Op.i32_store8, 1, DIRTY_TABLE);
}

/** Funclets write locals of their parent, whose pages only the parent's own entry marks. */
export function markParent(E: Emitter, offset: number, size: number): void {
  for (const at of [offset, offset + size - 1]) {
    E.get(Local.parent);
    E.i32(at);
    E.op(Op.i32_add);
    markPage(E);
  }
}

/** Marks all pages from local `base` + from over `bytes` bytes (a constant). */
export function markRange(E: Emitter, base: number, bytes: number): void {
  for (let at = 0; ; at += PAGE_SIZE) {
    const last = at >= bytes - 1;
    E.get(base);
    if (at > 0) {
      E.i32(last ? bytes - 1 : at);
      E.op(Op.i32_add);
    }
    markPage(E);
    if (last) break;
  }
}

/**
 * A range of run-time size: address (i64) and size (i32) are pushed by the callbacks; always asks the slow path. Leaves the offset in
 * `into`.
 */
export function emitRange(E: Emitter, address: () => void, size: () => void, write: boolean, into: number): void {
  E.flushFuel();
  address();
  size();
  if (write) {
    E.i32(SlowKind.Write);
    E.op(Op.i32_or);
  }
  callSlowPath(E, into);
  if (E.options.race) emitRaceRange(E, into, size, write ? RaceKind.Write : 0);
}
