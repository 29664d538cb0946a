// State of lowering one function (or filter funclet): where items go, step numbers, temporaries, frame slots. The rules for expressions
// and statements are in the lower-*.ts files; they all build through this class, so the numbering and the life of temporaries are decided
// in one place.
import type { Range } from '../../base/source.js';
import { objectAlign, objectSize, sizeOf } from '../../c/layout.js';
import type { FunctionDef, FunctionSymbol, LabelStmt, TranslationUnit, TryStmt, VarSymbol } from '../../c/tree.js';
import { VOID } from '../../c/type-ops.js';
import type { CType } from '../../c/types.js';
import { FRAME_ALIGN } from '../abi.js';
import type { Step } from '../image.js';
import {
  type CallOp,
  type Dest,
  eachTemp,
  eachValue,
  type FunctionIR,
  type FunctionRef,
  hasLoad,
  type Item,
  type Label,
  type LoopItem,
  type Op as Operation,
  type RegionIR,
  type Slot,
  type StaticRef,
  type StepItem,
  type Temp,
  typeOf,
  type Value,
  type WType,
} from './ir.js';
import { SEH_AREA_SIZE } from './seh.js';

/** What lowering asks of the image: names to references. */
export interface LinkContext {
  readonly mode: 'kernel' | 'user';
  functionRef(symbol: FunctionSymbol, range: Range): FunctionRef;
  staticRef(symbol: VarSymbol, range: Range): StaticRef;
  literal(bytes: Uint8Array, align: number): StaticRef;
  /** A filter funclet has been lowered: give it a number. */
  addFunclet(fn: FunctionIR): void;
}

/** A `finally` (or `__leave` target) around the statement being lowered. */
export interface TryContext {
  readonly stmt: TryStmt;
  readonly outer: TryContext | undefined;
  readonly end: Label;
  /** finally only */
  readonly area?: Slot;
  readonly handler?: Label;
  /** Exits that leave through this finally: synthetic places to go on at, lowered after the body. */
  readonly pending: { readonly label: Label; readonly go: () => void }[];
  /** In the handler or finally body rather than the guarded body: passed over when leaving. */
  readonly body: boolean;
}

/** Part of a __try statement: guarded body or finally body. */
export interface TryPart {
  readonly stmt: TryStmt;
  readonly body: boolean;
}

export interface JumpTarget {
  readonly label: Label;
  readonly tries: TryContext | undefined;
}

/** Parameter as a value, or passed by pointer to a copy. */
export interface VarPlace {
  readonly slot: Slot;
  /** The slot holds a pointer to the object. */
  readonly indirect: boolean;
  /** Alignment beyond that of frames: the object lies at the first such address in the slot, which has the room. */
  readonly align?: number;
}

export function isByReference(type: CType): boolean {
  if (type.kind !== 'record') return false;
  const n = sizeOf(type);
  return n !== 1 && n !== 2 && n !== 4 && n !== 8;
}

export class Lowering {
  items: Item[];
  statement = -1;
  private atStart = false;
  range: Range;
  breakTarget: JumpTarget | undefined;
  continueTarget: JumpTarget | undefined;
  tries: TryContext | undefined;
  /** Areas of the innermost except handler and the innermost finally body around the current place: either may lie inside the other. */
  exceptArea: Slot | undefined;
  finallyArea: Slot | undefined;
  readonly labels = new Map<LabelStmt, Label>();
  /** Guarded bodies (and finally bodies) around each label. */
  readonly labelTries = new Map<LabelStmt, readonly TryPart[]>();
  readonly cases = new Map<object, Label>();
  readonly variables = new Map<VarSymbol, VarPlace>();
  private labelCount = 0;
  private returnSlotValue: Slot | undefined;
  readonly hiddenResult: boolean;

  constructor(
    readonly link: LinkContext,
    readonly fn: FunctionIR,
    readonly def: FunctionDef | undefined,
    readonly parent?: Lowering,
  ) {
    this.items = fn.items;
    this.range = fn.range;
    this.hiddenResult = isByReference(fn.returns);
    if (def) this.declare(def);
  }

  private declare(def: FunctionDef): void {
    let argument = this.hiddenResult ? 1 : 0;
    for (const p of def.params) {
      const indirect = isByReference(p.type);
      const slot: Slot = {
        owner: this.fn,
        size: indirect ? 8 : sizeOf(p.type),
        align: 8,
        argument: argument++,
        shared: !indirect && p.addressTaken,
        offset: 0,
      };
      this.fn.slots.push(slot);
      this.variables.set(p, { slot, indirect });
      this.fn.variables.push({ symbol: p, slot, indirect });
    }
    this.fn.argumentCount = argument;
    for (const v of def.locals) if (!this.variables.has(v)) this.local(v);
  }

  private local(v: VarSymbol): VarPlace {
    const size = objectSize(v.type, v.init);
    const align = objectAlign(v);
    const place: VarPlace =
      align > FRAME_ALIGN
        ? { slot: this.newSlot(size + align - FRAME_ALIGN, FRAME_ALIGN, true), indirect: false, align }
        : { slot: this.newSlot(size, align, v.addressTaken), indirect: false };
    this.variables.set(v, place);
    this.fn.variables.push({ symbol: v, ...place });
    return place;
  }

  variable(v: VarSymbol): VarPlace {
    return this.variables.get(v) ?? this.parent?.variable(v) ?? this.local(v);
  }

  newSlot(size: number, align: number, shared: boolean): Slot {
    const slot: Slot = { owner: this.fn, size: Math.max(size, 1), align: Math.max(align, 1), shared, offset: 0 };
    this.fn.slots.push(slot);
    return slot;
  }

  newArea(): Slot {
    return this.newSlot(SEH_AREA_SIZE, 8, false);
  }

  /** Slot that keeps the value of a `return` while finally bodies run. */
  returnSlot(): Slot {
    this.returnSlotValue ??= this.newSlot(8, 8, false);
    return this.returnSlotValue;
  }

  newTemp(type: WType): Temp {
    const temp: Temp = { type, def: -1, use: -1, register: -1 };
    this.fn.temps.push(temp);
    return temp;
  }

  newLabel(): Label {
    return { id: this.labelCount++, position: -1, step: -1 };
  }

  place(label: Label): void {
    this.items.push({ k: 'label', label });
  }

  br(target: Label): void {
    this.items.push({ k: 'br', target });
  }

  /** A new statement starts: the next step is the one a breakpoint goes to. */
  begin(range: Range): void {
    this.statement++;
    this.atStart = true;
    this.range = range;
  }

  get nextNumber(): number {
    return this.fn.steps.length;
  }

  step(op: Operation, kind: Step['kind'] = 'plain', range: Range = this.range): StepItem {
    const number = this.fn.steps.length;
    const item: StepItem = {
      k: 'step',
      number,
      op,
      kind,
      range,
      statement: Math.max(this.statement, 0),
      first: this.atStart && op.k !== 'resume',
    };
    if (op.k !== 'resume') this.atStart = false;
    eachValue(op, (v) => eachTemp(v, (t) => (t.use = number)));
    const define = (d: Dest | undefined): void => {
      if (d && 'temp' in d) defineTemp(d.temp, number);
    };
    if (op.k === 'set') {
      define(op.dst);
      define(op.also?.dst);
    } else if (op.k === 'resume') define(op.dst);
    else if (op.k === 'interlocked' || op.k === 'alloca') defineTemp(op.dst, number);
    else if (op.k === 'compare128') defineTemp(op.result, number);
    this.fn.steps.push(item);
    this.items.push(item);
    return item;
  }

  /** Both numbers of a call. */
  call(op: CallOp, resume: Omit<Operation & { k: 'resume' }, 'k'>, range: Range): void {
    this.step(op, 'call', range);
    this.step({ k: 'resume', ...resume }, 'resume', range);
  }

  set(dst: Dest | undefined, value: Value, range?: Range): void {
    this.step({ k: 'set', dst, value }, hasLoad(value) ? 'load' : 'plain', range);
  }

  /** Evaluates now, into a temporary. */
  materialize(value: Value, range?: Range): Value {
    if (isConstant(value) || value.k === 'temp') return value;
    const temp = this.newTemp(typeOf(value));
    this.set({ temp }, value, range);
    return { k: 'temp', temp };
  }

  /** Without a shared access in it, so that it can be part of a step that makes one. */
  loadFree(value: Value, range?: Range): Value {
    return hasLoad(value) ? this.materialize(value, range) : value;
  }

  /** Lowers a loop body into a list of its own. */
  loop(body: (start: Label) => void): void {
    const label = this.newLabel();
    const item: LoopItem = { k: 'loop', label, items: [], low: this.nextNumber, high: 0 };
    label.loop = item;
    const outer = this.items;
    outer.push(item);
    this.items = item.items;
    body(label);
    this.items = outer;
    item.high = this.nextNumber;
  }

  addRegion(region: RegionIR): void {
    this.fn.regions.push(region);
  }
}

function defineTemp(t: Temp, number: number): void {
  if (t.def < 0) t.def = number;
  if (t.use < number) t.use = number;
}

export function isConstant(v: Value): boolean {
  return v.k === 'i32' || v.k === 'i64' || v.k === 'f32' || v.k === 'f64' || v.k === 'static' || v.k === 'func' || v.k === 'slotaddr';
}

/** An empty function to lower into. */
export function newFunctionIR(init: {
  name: string;
  ref?: FunctionRef;
  parent?: FunctionIR;
  unit: TranslationUnit;
  section: string | undefined;
  returns?: CType;
  variadic?: boolean;
  range: Range;
}): FunctionIR {
  return {
    returns: VOID,
    variadic: false,
    ...init,
    number: 0,
    codeAddress: 0,
    items: [],
    steps: [],
    slots: [],
    temps: [],
    regions: [],
    variables: [],
    argumentCount: 0,
    usesAlloca: false,
    fixedSize: 0,
    fill: { from: 0, to: 0 },
    spill: 0,
    registers: { i32: 0, i64: 0, f32: 0, f64: 0 },
    stepBase: 0,
  };
}
