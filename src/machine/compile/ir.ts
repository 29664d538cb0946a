// The compiler's own form between the typed tree and WebAssembly: structure only where wasm needs it (loops), forward labels for
// everything else, and leaves that are numbered steps. A step evaluates pure trees (`Value`) with at most one shared access in all, then
// writes. A step that faults has written nothing, so it can run again. Forward labels keep `if`, `switch`, `&&`, `break`, handlers and
// goto one mechanism, and let the emitter enter any step of a list by one br_table.
import type { Range } from '../../base/source.js';
import type { FunctionDef, FunctionSymbol, TranslationUnit, VarSymbol } from '../../c/tree.js';
import type { CType } from '../../c/types.js';
import type { SehRegion, Step } from '../image.js';

export type WType = 'i32' | 'i64' | 'f32' | 'f64';
export type Width = 1 | 2 | 4 | 8;

/** A place in the frame. `offset` (from fp) is assigned after lowering. Parameters lie at fixedSize + 8 * argument. */
export interface Slot {
  readonly owner: FunctionIR;
  readonly size: number;
  readonly align: number;
  /** Argument slot number (hidden result pointer counted) for parameters. */
  readonly argument?: number;
  /** Address is known elsewhere: accesses count as shared. */
  readonly shared: boolean;
  offset: number;
}

/**
 * A value that lives from one step to later steps of the same statement: a wasm local, spilled to a slot only when a stop happens in
 * between.
 */
export interface Temp {
  readonly type: WType;
  /** First and last step number where it matters: live before step s when def < s <= last use. */
  def: number;
  use: number;
  /** Index among the wasm locals of its type, after allocation. */
  register: number;
}

/** A variable, string or other object with static storage; its address is known after layout. */
export interface StaticRef {
  readonly name: string;
  /** Simulated address, set by layout (or by the imports). */
  address: number;
}

/** A function as seen by callers: number, frame size and address are filled in by linking and layout. */
export interface FunctionRef {
  readonly name: string;
  readonly symbol: FunctionSymbol;
  number: number;
  fixedSize: number;
  /** Simulated code address. */
  address: number;
  /** Defined in this image. */
  def?: FunctionDef;
  unit?: TranslationUnit;
  /** Index in CompiledImage.unresolved. */
  unresolved?: number;
}

/** Memory operand: base + static + offset, or a place in the frame (then no base and no check). */
export interface Mem {
  readonly base?: Value;
  readonly object?: StaticRef;
  readonly slot?: Slot;
  readonly offset: number;
  /** The object is declared volatile. */
  readonly volatile?: boolean;
}

export type DivOp = 'div_s' | 'div_u' | 'rem_s' | 'rem_u';

/** Pure trees. `op` numbers are WebAssembly opcodes (op.ts). At most one `load` in all values of a step. */
export type Value =
  | { readonly k: 'i32'; readonly v: number }
  | { readonly k: 'i64'; readonly v: bigint }
  | { readonly k: 'f32' | 'f64'; readonly v: number }
  | { readonly k: 'temp'; readonly temp: Temp }
  | { readonly k: 'slot'; readonly t: WType; readonly slot: Slot; readonly offset: number; readonly width: Width; readonly signed: boolean }
  | { readonly k: 'slotaddr'; readonly slot: Slot; readonly offset: number }
  | { readonly k: 'static'; readonly object: StaticRef; readonly offset: number }
  | { readonly k: 'func'; readonly fn: FunctionRef }
  | { readonly k: 'load'; readonly t: WType; readonly mem: Mem; readonly width: Width; readonly signed: boolean }
  | { readonly k: 'un'; readonly t: WType; readonly op: number; readonly a: Value }
  | { readonly k: 'bin'; readonly t: WType; readonly op: number; readonly a: Value; readonly b: Value }
  | { readonly k: 'div'; readonly t: 'i32' | 'i64'; readonly op: DivOp; readonly a: Value; readonly b: Value }
  | { readonly k: 'select'; readonly t: WType; readonly test: Value; readonly a: Value; readonly b: Value }
  /** A word of the register file (Reg.Irql ...). */
  | { readonly k: 'reg'; readonly t: 'i32' | 'i64'; readonly reg: number }
  /** fp of the current frame plus offset, as simulated address; of the caller: the return address. */
  | { readonly k: 'frame'; readonly what: 'arguments' | 'return-address' | 'return-slot'; readonly index: number };

/** Where a step writes: a temporary or unshared frame storage. */
export type Dest = { readonly temp: Temp } | { readonly slot: Slot; readonly offset: number; readonly width: Width };

export interface Label {
  readonly id: number;
  /** List and position, filled by the emitter's numbering pass. */
  list?: Item[];
  position: number;
  /** First step at or after the label. */
  step: number;
  /** Start of a loop rather than a place in a list. */
  loop?: LoopItem;
}

export interface SwitchCase {
  readonly low: bigint;
  readonly high: bigint;
  readonly target: Label;
}

export type InterlockedOp = 'add' | 'exchange' | 'and' | 'or' | 'xor' | 'compare' | 'bittest';

export interface CallOp {
  readonly k: 'call';
  readonly target: FunctionRef | Value;
  readonly args: readonly { readonly value: Value }[];
}

export type Op =
  | { readonly k: 'nop' }
  /** Evaluates; writes dst if there is one. */
  | {
      readonly k: 'set';
      readonly dst?: Dest;
      readonly value: Value /** written as well, before dst: old value of x++ */;
      readonly also?: { readonly dst: Dest; readonly value: Value };
    }
  | { readonly k: 'store'; readonly mem: Mem; readonly width: Width; readonly value: Value }
  | { readonly k: 'copy'; readonly dst: Mem; readonly src: Mem; readonly size: number }
  | { readonly k: 'fill'; readonly dst: Mem; readonly size: number }
  /** Repeated store or copy with a run-time count (__stosb, __movsq ...): `bytes` i64. */
  | { readonly k: 'block'; readonly dst: Value; readonly src?: Value; readonly fill?: Value; readonly width: Width; readonly count: Value }
  | CallOp
  /** Second number of a call. */
  | { readonly k: 'resume'; readonly dst?: Dest; readonly t?: WType; readonly width?: Width; readonly signed?: boolean }
  /** dst = old value (bittest: old bit; compare with 128 bits: see width 16). */
  | {
      readonly k: 'interlocked';
      readonly op: InterlockedOp;
      readonly mem: Mem;
      readonly width: Width;
      readonly signed: boolean;
      readonly value: Value;
      readonly comparand?: Value;
      readonly dst: Temp;
      readonly mode?: 'set' | 'reset' | 'complement' | 'test';
    }
  | {
      readonly k: 'compare128';
      readonly dst: Value;
      readonly high: Value;
      readonly low: Value;
      readonly comparand: Value;
      readonly result: Temp;
    }
  | { readonly k: 'branch'; readonly test: Value /** branch when the test is zero */; readonly negate: boolean; readonly target: Label }
  | { readonly k: 'jump'; readonly target: Label }
  | {
      readonly k: 'switch';
      readonly t: 'i32' | 'i64';
      readonly value: Value;
      readonly cases: readonly SwitchCase[];
      readonly fallback: Label;
    }
  | { readonly k: 'return'; readonly value?: Value; readonly t?: WType; readonly signed?: boolean }
  | { readonly k: 'alloca'; readonly size: Value; readonly dst: Temp }
  | { readonly k: 'stop'; readonly reason: number }
  | { readonly k: 'fault'; readonly kind: number; readonly address?: Value }
  /** Goes to a finally body by leaving it to `after`. */
  | { readonly k: 'leave'; readonly area: Slot; readonly after: Label; readonly handler: Label }
  | { readonly k: 'end-finally'; readonly area: Slot };

export interface StepItem extends Step {
  readonly k: 'step';
  readonly number: number;
  readonly op: Op;
}
export interface LoopItem {
  readonly k: 'loop';
  readonly label: Label;
  readonly items: Item[];
  /** Step numbers inside: [low, high). */
  low: number;
  high: number;
}
export type Item = StepItem | LoopItem | { readonly k: 'label'; readonly label: Label } | { readonly k: 'br'; readonly target: Label };

export interface RegionIR extends Omit<SehRegion, 'area' | 'filter'> {
  readonly area: Slot;
  readonly filterFunction?: FunctionIR;
}

/** A lowered function or filter funclet. */
export interface FunctionIR {
  readonly name: string;
  readonly ref?: FunctionRef;
  readonly parent?: FunctionIR;
  readonly unit: TranslationUnit;
  readonly section: string | undefined;
  readonly returns: CType;
  readonly variadic: boolean;
  number: number;
  codeAddress: number;
  readonly items: Item[];
  readonly steps: StepItem[];
  readonly slots: Slot[];
  readonly temps: Temp[];
  readonly regions: RegionIR[];
  /** Named variables, for the debugger. */
  readonly variables: { readonly symbol: VarSymbol; readonly slot: Slot; readonly indirect: boolean; readonly align?: number }[];
  /** Argument slots of the declared parameters, hidden result pointer included. */
  argumentCount: number;
  usesAlloca: boolean;
  /** Set by frame layout. */
  fixedSize: number;
  /** Frame bytes [from, to) filled with a pattern at entry, so that uninitialised locals are the same in every run. */
  fill: { from: number; to: number };
  /** Offset of the spill slot area and number of wasm locals by type. */
  spill: number;
  registers: Record<WType, number>;
  stepBase: number;
  readonly range: Range;
}

export const i32 = (v: number): Value => ({ k: 'i32', v: v | 0 });
export const i64 = (v: bigint | number): Value => ({ k: 'i64', v: BigInt.asIntN(64, BigInt(v)) });

/** Type of a value on the wasm stack. */
export function typeOf(v: Value): WType {
  switch (v.k) {
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64':
      return v.k;
    case 'temp':
      return v.temp.type;
    case 'slotaddr':
    case 'static':
    case 'func':
    case 'frame':
      return 'i64';
    default:
      return v.t;
  }
}

/** Does evaluating it make a shared access? */
export function hasLoad(v: Value): boolean {
  switch (v.k) {
    case 'load':
      return true;
    case 'un':
      return hasLoad(v.a);
    case 'bin':
    case 'div':
      return hasLoad(v.a) || hasLoad(v.b);
    case 'select':
      return hasLoad(v.test) || hasLoad(v.a) || hasLoad(v.b);
    default:
      return false;
  }
}

/** Does it depend on anything an assignment to a local could change? Temporaries are written once. */
export function readsSlots(v: Value): boolean {
  switch (v.k) {
    case 'slot':
    case 'reg':
      return true;
    case 'load':
      return v.mem.slot !== undefined || (v.mem.base !== undefined && readsSlots(v.mem.base));
    case 'un':
      return readsSlots(v.a);
    case 'bin':
    case 'div':
      return readsSlots(v.a) || readsSlots(v.b);
    case 'select':
      return readsSlots(v.test) || readsSlots(v.a) || readsSlots(v.b);
    default:
      return false;
  }
}

/** Calls `f` for every temporary read by a value. */
export function eachTemp(v: Value, f: (t: Temp) => void): void {
  switch (v.k) {
    case 'temp':
      f(v.temp);
      break;
    case 'load':
      if (v.mem.base) eachTemp(v.mem.base, f);
      break;
    case 'un':
      eachTemp(v.a, f);
      break;
    case 'bin':
    case 'div':
      eachTemp(v.a, f);
      eachTemp(v.b, f);
      break;
    case 'select':
      eachTemp(v.test, f);
      eachTemp(v.a, f);
      eachTemp(v.b, f);
      break;
    default:
  }
}

/** Calls `f` for every value a step evaluates. */
export function eachValue(op: Op, f: (v: Value) => void): void {
  const mem = (m: Mem): void => {
    if (m.base) f(m.base);
  };
  switch (op.k) {
    case 'set':
      f(op.value);
      if (op.also) f(op.also.value);
      break;
    case 'store':
      mem(op.mem);
      f(op.value);
      break;
    case 'copy':
      mem(op.dst);
      mem(op.src);
      break;
    case 'fill':
      mem(op.dst);
      break;
    case 'block':
      f(op.dst);
      if (op.src) f(op.src);
      if (op.fill) f(op.fill);
      f(op.count);
      break;
    case 'call':
      for (const a of op.args) f(a.value);
      if ('k' in op.target) f(op.target);
      break;
    case 'interlocked':
      mem(op.mem);
      f(op.value);
      if (op.comparand) f(op.comparand);
      break;
    case 'compare128':
      f(op.dst);
      f(op.high);
      f(op.low);
      f(op.comparand);
      break;
    case 'branch':
      f(op.test);
      break;
    case 'switch':
      f(op.value);
      break;
    case 'return':
      if (op.value) f(op.value);
      break;
    case 'alloca':
      f(op.size);
      break;
    case 'fault':
      if (op.address) f(op.address);
      break;
    default:
  }
}
