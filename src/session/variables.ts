// Scopes and variables of a stop: references are handed out on demand and forgotten when the machine runs on. A reference is either a scope of a frame or a value
// that can be opened.
import { scopeAt } from '../c/compile-unit.js';
import type { CSymbol, FunctionDef, Scope, VarSymbol } from '../c/tree.js';
import { KPRCB, KTHREAD } from '../kernel/layouts.gen.js';
import { Reg } from '../machine/abi.js';
import { isScalar, load, type TargetMemory, type Value } from '../machine/inspect/value.js';
import type { StackFrame } from '../machine/walk.js';
import { children, formatType, formatValue, hasChildren } from './format.js';
import type { Target, TargetThread } from './target.js';
import type { ScopeInfo, VariableInfo } from './types.js';

export interface Frame {
  readonly id: number;
  readonly thread: TargetThread;
  readonly frame: StackFrame;
  readonly memory: TargetMemory;
}

type Node =
  | { readonly kind: 'locals' | 'arguments' | 'globals' | 'registers'; readonly frame: Frame }
  | { readonly kind: 'value'; readonly value: Value; readonly frame: Frame | undefined; readonly expression: string | undefined };

/** Symbols that a place in a function sees: of the innermost scope outwards, a name once. */
function namesAt(definition: FunctionDef, offset: number): Set<CSymbol> {
  const out = new Set<CSymbol>();
  const names = new Set<string>();
  for (let s: Scope | undefined = scopeAt(definition, offset); s; s = s.parent) {
    for (const [name, symbol] of s.names) if (!names.has(name)) out.add(symbol);
    for (const name of s.names.keys()) names.add(name);
    if (s === definition.scope) break;
  }
  return out;
}

export class Variables {
  private nodes: Node[] = [];
  constructor(private readonly target: Target) {}

  clear(): void {
    this.nodes = [];
  }
  private reference(n: Node): number {
    return this.nodes.push(n);
  }
  node(reference: number): Node | undefined {
    return this.nodes[reference - 1];
  }

  scopes(f: Frame): ScopeInfo[] {
    const out: ScopeInfo[] = [];
    if (f.frame.info) {
      const { locals, params } = this.visible(f);
      if (params.length)
        out.push({ name: 'Arguments', reference: this.reference({ kind: 'arguments', frame: f }), hint: 'arguments', expensive: false });
      if (locals.length || !params.length)
        out.push({ name: 'Locals', reference: this.reference({ kind: 'locals', frame: f }), hint: 'locals', expensive: false });
      out.push({ name: 'Globals', reference: this.reference({ kind: 'globals', frame: f }), hint: 'globals', expensive: false });
    }
    out.push({ name: 'CPU and thread', reference: this.reference({ kind: 'registers', frame: f }), hint: 'registers', expensive: false });
    return out;
  }

  /** Variables alive at the frame's place: inner declarations hide outer ones of the same name. */
  private visible(f: Frame): { params: VarSymbol[]; locals: VarSymbol[] } {
    let info = f.frame.info;
    if (info?.parent !== undefined) info = this.target.machine.function(info.parent) ?? info;
    const at = f.frame.step?.range;
    const definition = info?.definition;
    const inReach = definition && at?.file === definition.range.file ? namesAt(definition, at.start) : undefined;
    const params: VarSymbol[] = [];
    const locals: VarSymbol[] = [];
    for (const { symbol } of info?.locals ?? []) {
      if (symbol.scope === 'param') params.push(symbol);
      else if (!inReach || (inReach.has(symbol) && symbol.range.start <= (at?.start ?? 0))) locals.push(symbol);
    }
    return { params, locals };
  }

  variables(reference: number): VariableInfo[] {
    const n = this.node(reference);
    if (!n) return [];
    if (n.kind === 'value') {
      const { frame, expression } = n;
      return children(n.value, this.memoryOf(frame)).map((c) =>
        this.describe(c.name, c.value, frame, expression === undefined ? undefined : c.expression(expression)),
      );
    }
    const f = n.frame;
    if (n.kind === 'registers') return this.registers(f);
    const { params, locals } = this.visible(f);
    const symbols = n.kind === 'arguments' ? params : n.kind === 'locals' ? locals : this.globals(f);
    return symbols.map((s) => {
      const address = n.kind === 'globals' ? this.target.globalAddress(s) : this.target.localAddress(s, f.frame);
      const value: Value = address === undefined ? { type: s.type } : load(f.memory, s.type, address);
      return this.describe(s.name, value, f, s.name);
    });
  }

  /** Globals of the frame's unit that have a place in its image (not those of headers that were only declared). */
  private globals(f: Frame): VarSymbol[] {
    const unit = f.frame.info?.unit;
    return (unit?.globals ?? []).filter((g) => g.scope === 'global' && this.target.globalAddress(g) !== undefined);
  }

  /** Variables in reach of a frame: locals and parameters, then the globals of its unit; without a frame the globals of all drivers. */
  inReach(f: Frame | undefined): VarSymbol[] {
    if (!f?.frame.info) return this.target.images.flatMap((i) => i.globals.map((g) => g.symbol).filter((s) => s.scope === 'global'));
    const { params, locals } = this.visible(f);
    return [...locals, ...params, ...this.globals(f)];
  }

  private registers(f: Frame): VariableInfo[] {
    const { kernel, machine } = this.target;
    const { mem } = kernel;
    const t = f.thread.address;
    const show = (name: string, value: string): VariableInfo => ({ name, value, type: '', reference: 0, readOnly: true });
    const priority = mem.u8(t + KTHREAD.Priority);
    const out = [
      show('thread', `${f.thread.processId}.${f.thread.id}`),
      show('priority', `${priority} (base ${mem.u8(t + KTHREAD.BasePriority)})`),
    ];
    if (f.thread.cpu >= 0) {
      const irql = machine.wordsOf(f.thread.cpu)[Reg.Irql >> 2];
      const names = ['PASSIVE_LEVEL', 'APC_LEVEL', 'DISPATCH_LEVEL'];
      out.unshift(show('CPU', String(f.thread.cpu)), show('IRQL', `${irql}${names[irql] ? ` (${names[irql]})` : ''}`));
      out.push(show('DPC running', mem.u8(kernel.prcb(f.thread.cpu) + KPRCB.DpcRoutineActive) ? 'yes' : 'no'));
    }
    out.push(
      show('kernel APCs disabled', String(-mem.i16(t + KTHREAD.KernelApcDisable))),
      show('stack left', `${f.frame.mode === 'kernel' ? f.frame.fp - (mem.ptr(t + KTHREAD.StackLimit) + 0x80000000000) : 0} bytes`),
    );
    return out;
  }

  private memoryOf(frame: Frame | undefined): TargetMemory {
    return frame?.memory ?? this.target.memoryOf(0);
  }

  /** One variable with a reference if it can be opened. `frame`: whose memory it is read from and whose names its expression uses. */
  describe(name: string, value: Value, frame: Frame | undefined, expression: string | undefined): VariableInfo {
    const memory = this.memoryOf(frame);
    const opens = hasChildren(value);
    const address = value.address;
    return {
      name,
      value: formatValue(value, memory, this.target),
      type: formatType(value.type),
      reference: opens ? this.reference({ kind: 'value', value, frame, expression }) : 0,
      ...(expression === undefined ? {} : { expression }),
      ...(address === undefined ? {} : { address }),
      ...(isScalar(value.type) ? {} : { readOnly: true }),
    };
  }
}
