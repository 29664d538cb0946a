// State of emitting one function: wasm locals, open blocks, and the small idioms (registers, frame words, spilling, leaving). Structured control is tracked by level: a block opened at level k is branched to by `depth - k`.
import { FRAME, REGISTERS, type Reason, Reg, Status } from '../abi.js';
import { Assembler } from './assembler.js';
import type { FunctionIR, FunctionRef, Slot, Temp, WType } from './ir.js';
import { liveTemps } from './lower-function.js';
import { Op, opcode } from './op.js';
import type { Writer } from './writer.js';

export interface EmitOptions {
  readonly mode: 'kernel' | 'user';
  readonly debug: boolean;
  /** Shared accesses keep the race shadow (emit-race.ts). Kernel images only. */
  readonly race: boolean;
  /** A stop leaves nothing in spill slots that no later step reads: states that differ in nothing that matters are equal (exploration). */
  readonly cleanStops: boolean;
  /** Index in this module's function space, or undefined for functions of other images. */
  wasmIndex(fn: FunctionRef): number | undefined;
  /** Index of the first function in the module's function space, and how many there are. */
  readonly firstFunction: number;
  readonly functionCount: number;
  /** Number of the first function of the image, for reports of unresolved calls. */
  readonly functionBase: number;
}

/** Indices in the module's function space. */
export const ROUTINE_IMPORT = 0;
export const SLOW_IMPORT = 1;
/** Only in the race variant. */
export const RACE_IMPORT = 2;
export const RACE_RANGE_IMPORT = 3;
/** Index of the first function of the image. */
export const firstFunction = (race: boolean): number => (race ? 4 : 2);
/** Type indices. */
export const FUNCTION_TYPE = 0;
export const SLOW_TYPE = 1;
export const RACE_TYPE = 2;
export const RACE_RANGE_TYPE = 3;

/**
 * Wasm locals. fp and pc are the parameters; off and delta are scratch within one access, a, b, p, q within one step, x, y, u, v within one operator
 * (division, conversion): a step holds addresses in a and b while it evaluates other operands. soft, number and args are scratch within one call.
 */
export const Local = {
  fp: 0,
  pc: 1,
  fuel: 2,
  off: 3,
  callee: 4,
  a: 5,
  b: 6,
  parent: 7,
  number: 8,
  soft: 9,
  args: 10,
  x: 11,
  y: 12,
  delta: 13,
  p: 14,
  q: 15,
  u: 16,
  v: 17,
  firstTemp: 18,
} as const;
export const I32_LOCALS = 11;
export const I64_LOCALS = 5;

export class Emitter extends Assembler {
  faultLevel = 0;
  stopLevel = 0;
  /** Level of the loop that enters the function again by number; 0 when the function was emitted without. */
  outerLevel = 0;
  usesOuter = false;
  /** Step being emitted. */
  step = 0;
  private readonly live: (n: number) => readonly Temp[];

  constructor(
    w: Writer,
    readonly fn: FunctionIR,
    readonly options: EmitOptions,
  ) {
    super(w);
    this.live = liveTemps(fn);
  }

  // ---- registers and frame
  loadReg(reg: Reg): void {
    this.i32(0);
    this.memory(Op.i32_load, 4, REGISTERS + reg);
  }
  /** `value` emits the i32 to store. */
  storeReg(reg: Reg, value: () => void): void {
    this.i32(0);
    value();
    this.memory(Op.i32_store, 4, REGISTERS + reg);
  }
  flushFuel(): void {
    this.storeReg(Reg.Fuel, () => this.get(Local.fuel));
  }
  reloadFuel(): void {
    this.loadReg(Reg.Fuel);
    this.set(Local.fuel);
  }
  /** Pushes the frame a slot lies in; returns the static offset. */
  slotBase(slot: Slot): number {
    this.get(slot.owner === this.fn ? Local.fp : Local.parent);
    return slot.offset;
  }

  // ---- temporaries
  tempLocal(t: Temp): number {
    return Local.firstTemp + this.registerBase(t.type) + t.register;
  }
  private registerBase(type: WType): number {
    const r = this.fn.registers;
    return type === 'i32' ? 0 : type === 'i64' ? r.i32 : type === 'f32' ? r.i32 + r.i64 : r.i32 + r.i64 + r.f32;
  }
  private spillOffset(t: { type: WType; register: number }): number {
    return this.fn.spill + 8 * (this.registerBase(t.type) + t.register);
  }
  /** Saves what must survive a stop before step n. */
  spill(n: number): void {
    for (const t of this.live(n)) {
      this.get(Local.fp);
      this.get(this.tempLocal(t));
      this.memory(opcode(t.type, 'store'), t.type === 'i32' || t.type === 'f32' ? 4 : 8, this.spillOffset(t));
    }
    if (this.options.cleanStops) this.clearDead(this.live(n));
  }
  private clearDead(live: readonly Temp[]): void {
    for (const type of ['i32', 'i64', 'f32', 'f64'] as const) {
      for (let register = 0; register < this.fn.registers[type]; register++) {
        const held = live.find((t) => t.type === type && t.register === register);
        const narrow = type === 'i32' || type === 'f32';
        if (held && !narrow) continue;
        this.get(Local.fp);
        if (held) this.i32(0);
        else this.i64(0);
        this.memory(held ? Op.i32_store : Op.i64_store, held ? 4 : 8, this.spillOffset({ type, register }) + (held ? 4 : 0));
      }
    }
  }
  /** Brings back all temporaries after a stop (garbage for those that do not live there: never read). */
  reload(): void {
    for (const type of ['i32', 'i64', 'f32', 'f64'] as const) {
      for (let register = 0; register < this.fn.registers[type]; register++) {
        this.get(Local.fp);
        this.memory(opcode(type, 'load'), type === 'i32' || type === 'f32' ? 4 : 8, this.spillOffset({ type, register }));
        this.set(Local.firstTemp + this.registerBase(type) + register);
      }
    }
  }

  // ---- leaving
  /** To the common fault exit; FaultKind etc. are in the registers. */
  faultExit(): void {
    this.spill(this.step);
    this.i32(this.step);
    this.set(Local.pc);
    this.br(this.faultLevel);
  }
  fault(kind: number, address?: () => void): void {
    this.storeReg(Reg.FaultKind, () => this.i32(kind));
    if (address) {
      this.i32(0);
      address();
      this.memory(Op.i64_store, 8, REGISTERS + Reg.FaultAddress);
    }
    this.faultExit();
  }
  /** Leaves with header.pc = local pc. `reason` and `fuel` emit an i32. */
  leave(reason: () => void, fuel: () => void): void {
    this.get(Local.fp);
    this.get(Local.pc);
    this.memory(Op.i32_store, 4, FRAME.pc);
    this.storeReg(Reg.Top, () => this.get(Local.fp));
    this.storeReg(Reg.Reason, reason);
    this.storeReg(Reg.StopStep, () => {
      this.get(Local.pc);
      this.i32(this.fn.stepBase);
      this.op(Op.i32_add);
    });
    this.storeReg(Reg.Fuel, fuel);
    this.i32(Status.Stopped);
    this.op(Op.return);
  }
  /** Stops so that step `n` is next. */
  leaveAt(n: number, reason: Reason): void {
    this.spill(n);
    this.i32(n);
    this.set(Local.pc);
    this.leave(
      () => this.i32(reason),
      () => this.get(Local.fuel),
    );
  }
}
