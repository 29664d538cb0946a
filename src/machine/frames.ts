// Frames on simulated stacks: reading headers, and the accessor that routines get (`Frame` of routine.ts). All state is in memory; the accessor
// object only remembers which frame it looks at, and is reused.
import { type Addr, FRAME, FrameFlag, KERNEL_BASE, KERNEL_HIGH, MEMORY_SIZE, USER_BASE } from './abi.js';
import type { Memory } from './memory.js';
import { type Frame, routineFixedSize, SimulatedFault } from './routine.js';

const TWO32 = 4294967296;

/** Can a frame lie at this offset at all? Every walk asks this before it reads a header. */
export const plausibleFrame = (fp: number): boolean => fp > 0 && (fp & 15) === 0 && fp + FRAME.header <= MEMORY_SIZE;

/** Thrown inside a routine step when a frame finds no room; the dispatcher turns it into Fault.Stack. */
export class StackFault extends Error {
  constructor(readonly fp: number) {
    super('simulated stack overflow');
  }
}

/** Header fields of the frame at fp (an offset). */
export class FrameHeaders {
  private readonly view: DataView;
  constructor(private readonly memory: Memory) {
    this.view = new DataView(memory.wasm.buffer);
  }
  pc(fp: number): number {
    return this.view.getInt32(fp + FRAME.pc, true);
  }
  fn(fp: number): number {
    return this.view.getInt32(fp + FRAME.fn, true);
  }
  prev(fp: number): number {
    return this.view.getInt32(fp + FRAME.prev, true);
  }
  sp(fp: number): number {
    return this.view.getInt32(fp + FRAME.sp, true);
  }
  seh(fp: number): number {
    return this.view.getInt32(fp + FRAME.seh, true);
  }
  flags(fp: number): number {
    return this.view.getInt32(fp + FRAME.flags, true);
  }
  set(fp: number, field: keyof typeof FRAME, value: number): void {
    this.memory.touch(fp, FRAME.header);
    this.view.setInt32(fp + FRAME[field], value, true);
  }
}

/** View of one routine's frame. Number slots hold signed 64-bit integers. */
export class RoutineFrame implements Frame {
  fp = 0;
  private args = 0;
  private readonly view: DataView;

  constructor(private readonly memory: Memory) {
    this.view = new DataView(memory.wasm.buffer);
  }

  /** Looks at another frame; `locals` as declared by its routine. */
  attach(fp: number, locals: number): this {
    this.fp = fp;
    this.args = fp + routineFixedSize(locals);
    return this;
  }

  get pc(): number {
    return this.view.getInt32(this.fp + FRAME.pc, true);
  }
  set pc(v: number) {
    this.memory.touch(this.fp, 4);
    this.view.setInt32(this.fp + FRAME.pc, v, true);
  }

  i32(i: number): number {
    return this.view.getInt32(this.slot(i), true);
  }
  u32(i: number): number {
    return this.view.getUint32(this.slot(i), true);
  }
  u16(i: number): number {
    return this.view.getUint16(this.slot(i), true);
  }
  u8(i: number): number {
    return this.view.getUint8(this.slot(i));
  }
  bool(i: number): boolean {
    return this.view.getUint8(this.slot(i)) !== 0;
  }
  ptr(i: number): Addr {
    return this.number(this.slot(i));
  }
  place(i: number): number {
    const o = this.slot(i);
    return this.view.getInt32(o + 4, true) === KERNEL_HIGH ? this.memory.placeOf(this.view.getInt32(o, true)) : -1;
  }
  i64(i: number): bigint {
    return this.view.getBigInt64(this.slot(i), true);
  }
  u64(i: number): bigint {
    return this.view.getBigUint64(this.slot(i), true);
  }
  slotAddress(i: number): Addr {
    return this.bias() + this.args + 8 * i;
  }

  get(slot: number): number {
    return this.number(this.fp + FRAME.header + 8 * slot);
  }
  set(slot: number, value: number): void {
    const o = this.fp + FRAME.header + 8 * slot;
    this.memory.touch(o, 8);
    this.view.setUint32(o, value >>> 0, true);
    this.view.setInt32(o + 4, Math.floor(value / TWO32), true);
  }
  localAddress(slot: number): Addr {
    return this.bias() + this.fp + FRAME.header + 8 * slot;
  }

  get result(): number {
    return this.number(this.fp + FRAME.result);
  }
  get result32(): number {
    return this.view.getUint32(this.fp + FRAME.result, true);
  }
  get result64(): bigint {
    return this.view.getBigInt64(this.fp + FRAME.result, true);
  }

  /** Argument slot i; a caller that passed fewer arguments makes it read whatever lies above, as on hardware, but never outside memory. */
  private slot(i: number): number {
    const o = this.args + 8 * i;
    if (o + 8 > MEMORY_SIZE) throw new SimulatedFault(this.bias() + o, false, 8);
    return o;
  }
  private number(o: number): number {
    const low = this.view.getInt32(o, true);
    const high = this.view.getInt32(o + 4, true);
    return high === low >> 31 ? low : (low >>> 0) + high * TWO32;
  }
  /** Address minus offset: frames of user-mode code are seen through the user window. */
  private bias(): Addr {
    return this.view.getInt32(this.fp + FRAME.flags, true) & FrameFlag.User ? USER_BASE - this.memory.registers.userOffset : KERNEL_BASE;
  }
}
