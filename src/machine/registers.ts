// Typed view of the register file: the registers of the CPU that is running now (abi.ts `Reg`). They lie in host-only memory so that compiled code
// and TypeScript read the same words; `cpu.ts` keeps the sets of the other CPUs.
import { type Addr, Deny, REGISTERS, type Reason, Reg } from './abi.js';

const TWO32 = 4294967296;
/** IRQL from which on pageable pages may not be touched. */
export const DISPATCH_LEVEL = 2;

export class Registers {
  /** All words (Reg.Size / 4), for saving and loading. */
  readonly words: Int32Array;
  private readonly view: DataView;
  /** Deny.Observe while every access is to take the slow path, else 0. */
  observe = 0;

  constructor(buffer: ArrayBufferLike) {
    this.words = new Int32Array(buffer, REGISTERS, Reg.Size >> 2);
    this.view = new DataView(buffer, REGISTERS, Reg.Size);
  }

  get fuel(): number {
    return this.words[Reg.Fuel >> 2];
  }
  set fuel(v: number) {
    this.words[Reg.Fuel >> 2] = v;
  }
  /** fp of the innermost frame, 0 = none. */
  get top(): number {
    return this.words[Reg.Top >> 2];
  }
  set top(v: number) {
    this.words[Reg.Top >> 2] = v;
  }
  get reason(): Reason {
    return this.words[Reg.Reason >> 2];
  }
  set reason(v: Reason) {
    this.words[Reg.Reason >> 2] = v;
  }
  get stackLimit(): number {
    return this.words[Reg.StackLimit >> 2];
  }
  set stackLimit(v: number) {
    this.words[Reg.StackLimit >> 2] = v;
  }
  get readMask(): number {
    return this.words[Reg.ReadMask >> 2];
  }
  get writeMask(): number {
    return this.words[Reg.WriteMask >> 2];
  }
  get userOffset(): number {
    return this.words[Reg.UserOffset >> 2];
  }
  get userSize(): number {
    return this.words[Reg.UserSize >> 2];
  }
  get irql(): number {
    return this.words[Reg.Irql >> 2];
  }
  /** Changing the IRQL changes what pageable pages answer. */
  set irql(v: number) {
    this.words[Reg.Irql >> 2] = v;
    this.updateMasks();
  }
  get userMode(): boolean {
    return this.words[Reg.UserMode >> 2] !== 0;
  }
  set userMode(v: boolean) {
    this.words[Reg.UserMode >> 2] = v ? 1 : 0;
    this.updateMasks();
  }
  /** Where the running CPU goes on: innermost frame, mode and IRQL together. */
  enter(top: number, userMode: boolean, irql: number): void {
    const w = this.words;
    w[Reg.Top >> 2] = top;
    w[Reg.UserMode >> 2] = userMode ? 1 : 0;
    w[Reg.Irql >> 2] = irql;
    this.updateMasks();
  }
  get cpu(): number {
    return this.words[Reg.Cpu >> 2];
  }
  get stopStep(): number {
    return this.words[Reg.StopStep >> 2];
  }
  /** Race variant: the word of an access to all bytes by who runs now (shadow.ts); compiled code compares one or two of it. */
  get epoch(): number {
    return this.words[Reg.Epoch >> 2];
  }
  set epoch(word: number) {
    this.words[Reg.Epoch >> 2] = word;
    this.words[(Reg.Epoch >> 2) + 1] = word;
  }

  get exceptionCode(): number {
    return this.words[Reg.ExceptionCode >> 2] >>> 0;
  }
  set exceptionCode(v: number) {
    this.words[Reg.ExceptionCode >> 2] = v;
  }

  /** Return value as signed 64-bit number (exact within 2^53), low 32 bits unsigned, exact. */
  get returnValue(): number {
    return this.view.getUint32(Reg.ReturnValue, true) + this.view.getInt32(Reg.ReturnValue + 4, true) * TWO32;
  }
  set returnValue(v: number) {
    const low = v | 0;
    if (low === v) {
      this.words[Reg.ReturnValue >> 2] = low;
      this.words[(Reg.ReturnValue >> 2) + 1] = low >> 31;
      return;
    }
    this.view.setUint32(Reg.ReturnValue, v >>> 0, true);
    this.view.setInt32(Reg.ReturnValue + 4, Math.floor(v / TWO32), true);
  }
  get returnValue64(): bigint {
    return this.view.getBigInt64(Reg.ReturnValue, true);
  }
  set returnValue64(v: bigint) {
    this.view.setBigInt64(Reg.ReturnValue, BigInt.asIntN(64, v), true);
  }

  get faultAddress(): Addr {
    return this.view.getUint32(Reg.FaultAddress, true) + this.view.getInt32(Reg.FaultAddress + 4, true) * TWO32;
  }
  get faultKind(): number {
    return this.words[Reg.FaultKind >> 2];
  }
  get faultSize(): number {
    return this.words[Reg.FaultSize >> 2];
  }
  setFault(kind: number, address: Addr, size: number): void {
    this.view.setUint32(Reg.FaultAddress, address >>> 0, true);
    this.view.setInt32(Reg.FaultAddress + 4, Math.floor(address / TWO32), true);
    this.words[Reg.FaultKind >> 2] = kind;
    this.words[Reg.FaultSize >> 2] = size;
  }

  /** Chooses the process window that user addresses mean; 0, 0 for none. `bias` = address - offset in it. */
  setUserWindow(offset: number, size: number, bias: Addr): void {
    this.words[Reg.UserOffset >> 2] = offset;
    this.words[Reg.UserSize >> 2] = size;
    this.view.setUint32(Reg.UserBias, bias >>> 0, true);
    this.view.setInt32(Reg.UserBias + 4, Math.floor(bias / TWO32), true);
  }
  /** No process window. */
  clearUserWindow(): void {
    const w = this.words;
    w[Reg.UserOffset >> 2] = 0;
    w[Reg.UserSize >> 2] = 0;
    w[Reg.UserBias >> 2] = 0;
    w[(Reg.UserBias >> 2) + 1] = 0;
  }
  get userBias(): Addr {
    return this.view.getUint32(Reg.UserBias, true) + this.view.getInt32(Reg.UserBias + 4, true) * TWO32;
  }

  /** Derives ReadMask and WriteMask from IRQL and mode; called by the setters, and after a whole register set was loaded by hand. */
  updateMasks(): void {
    const common =
      Deny.Watch | Deny.Slow | this.observe | (this.irql >= DISPATCH_LEVEL ? Deny.Pageable : 0) | (this.userMode ? Deny.Supervisor : 0);
    this.words[Reg.ReadMask >> 2] = common | Deny.Read;
    this.words[Reg.WriteMask >> 2] = common | Deny.Write;
  }
}
