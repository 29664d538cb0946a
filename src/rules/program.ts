// The functions of one driver across its units: definitions by name, calls with what they can reach, and the contract of each DDI as its header states it
// (annotations). Built once per check; everything that depends only on one function's tree is kept between checks, because an edit changes one unit.
import type { Range } from '../base/source.js';
import type {
  AssignExpr,
  CallExpr,
  Expr,
  FunctionDef,
  FunctionSymbol,
  IncDecExpr,
  InitItem,
  Stmt,
  TranslationUnit,
  VarSymbol,
} from '../c/tree.js';
import type { CType } from '../c/types.js';
import { eachExpr, eachStmt, strip } from '../c/walk.js';
import type { DriverUnits } from './rule.js';

/** A function of the driver that has a body. */
export interface Fn {
  readonly index: number;
  readonly name: string;
  readonly def: FunctionDef;
  readonly unit: TranslationUnit;
  readonly facts: Facts;
  /** Calls in source order. */
  readonly calls: Call[];
}

export interface Call {
  readonly caller: Fn;
  readonly expr: CallExpr;
  /** The routine called directly when the driver does not define it: a DDI or an unknown function. */
  readonly ddi?: Ddi;
  /** Functions of the driver that it may reach; the direct one, or every one that the pointer can hold. */
  targets: readonly Fn[];
  readonly indirect: boolean;
}

/** What a routine of the kernel promises, read from the annotations of its declaration. */
export interface Ddi {
  readonly name: string;
  readonly symbol: FunctionSymbol;
  readonly blocks: boolean;
  readonly registry: boolean;
  readonly file: boolean;
  readonly ipc: boolean;
  readonly userMode: boolean;
  readonly pageable: boolean;
  /** From `_IRQL_requires_max_` or `_IRQL_requires_`; undefined when the header does not say or it depends on arguments. */
  readonly maxIrql: number | undefined;
  /** Declared in Interlock's headers. */
  readonly known: boolean;
}

/** A store of a value: assignment or initialiser. `target` undefined: an initialiser, with the place in `variable` and `item`. */
export interface Store {
  readonly value: Expr;
  readonly target?: Expr;
  readonly variable?: VarSymbol;
  readonly item?: InitItem;
  readonly range: Range;
}

/** What one walk over a function's tree finds. */
export interface Facts {
  readonly calls: readonly CallExpr[];
  readonly stores: readonly Store[];
  readonly returns: readonly Expr[];
  readonly writes: readonly (AssignExpr | IncDecExpr)[];
  /** Statements that do something. */
  readonly statements: number;
  /** Independent paths: one and each decision. */
  readonly complexity: number;
  readonly loopDepth: number;
  readonly loops: readonly Stmt[];
}

const LEVELS: Readonly<Record<string, number>> = {
  PASSIVE_LEVEL: 0,
  LOW_LEVEL: 0,
  APC_LEVEL: 1,
  DISPATCH_LEVEL: 2,
  CLOCK_LEVEL: 13,
  SYNCH_LEVEL: 12,
  IPI_LEVEL: 14,
  HIGH_LEVEL: 15,
};

/** An IRQL as an annotation writes it, by name or number. */
export function irqlValue(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const t = text.replace(/[()\s]/g, '');
  return LEVELS[t] ?? (/^\d+$/.test(t) ? Number(t) : undefined);
}

export const irqlName = (level: number): string =>
  level <= 0 ? 'PASSIVE_LEVEL' : level === 1 ? 'APC_LEVEL' : level === 2 ? 'DISPATCH_LEVEL' : `IRQL ${level}`;

const factsOf = new WeakMap<FunctionDef, Facts>();

function facts(def: FunctionDef): Facts {
  const known = factsOf.get(def);
  if (known) return known;
  const calls: CallExpr[] = [];
  const stores: Store[] = [];
  const returns: Expr[] = [];
  const writes: (AssignExpr | IncDecExpr)[] = [];
  const loops: Stmt[] = [];
  let statements = 0;
  let complexity = 1;
  let loopDepth = 0;
  const inExpr = (e: Expr): void => {
    switch (e.kind) {
      case 'call':
        calls.push(e);
        break;
      case 'assign':
        writes.push(e);
        if (e.op === '=') stores.push({ value: e.right, target: e.target, range: e.range });
        break;
      case 'incdec':
        writes.push(e);
        break;
      case 'cond':
        if (!e.macro) complexity++;
        break;
      case 'binary':
        if ((e.op === '&&' || e.op === '||') && !e.macro) complexity++;
        break;
      case 'compound-literal':
        for (const item of e.init.items) stores.push({ value: item.value, variable: e.symbol, item, range: item.value.range });
        break;
    }
  };
  eachStmt(def.body, {
    stmt(s, depth) {
      switch (s.kind) {
        case 'if':
          complexity++;
          statements++;
          break;
        case 'case':
          complexity++;
          break;
        case 'while':
        case 'for':
        case 'do':
          if (s.kind === 'do' && s.test.kind === 'int' && s.test.value === 0n) break;
          complexity++;
          statements++;
          loops.push(s);
          loopDepth = Math.max(loopDepth, depth + 1);
          break;
        case 'expr':
        case 'return':
        case 'switch':
        case 'goto':
        case 'break':
        case 'continue':
        case 'leave':
          statements++;
          break;
        case 'decl':
          for (const variable of s.vars) {
            if (!variable.init) continue;
            statements++;
            for (const item of variable.init.items) stores.push({ value: item.value, variable, item, range: item.value.range });
          }
          break;
      }
      if (s.kind === 'return' && s.value) returns.push(s.value);
    },
    expr: (e) => eachExpr(e, inExpr),
  });
  const f: Facts = { calls, stores, returns, writes, statements, complexity, loopDepth, loops };
  factsOf.set(def, f);
  return f;
}

export class Program {
  readonly functions: Fn[] = [];
  readonly units: readonly TranslationUnit[];
  private readonly byDef = new Map<FunctionDef, Fn>();
  private readonly external = new Map<string, Fn>();
  private readonly ddis = new Map<string, Ddi>();
  private readonly callsOf = new Map<string, Call[]>();

  constructor(driver: DriverUnits) {
    this.units = driver.units;
    const places = new Map<string, Fn>();
    for (const unit of driver.units)
      for (const def of unit.functions) {
        if (def.range.file.builtin || def.nameRange.file.builtin) continue;
        // an inline function of a header of the driver is defined once for each unit that includes it
        const at = `${def.nameRange.file.path}:${def.nameRange.start}:${def.symbol.name}`;
        const before = places.get(at);
        if (before) {
          this.byDef.set(def, before);
          continue;
        }
        const fn: Fn = { index: this.functions.length, name: def.symbol.name, def, unit, facts: facts(def), calls: [] };
        places.set(at, fn);
        this.functions.push(fn);
        this.byDef.set(def, fn);
        if (def.symbol.linkage === 'external' && !this.external.has(fn.name)) this.external.set(fn.name, fn);
      }
    for (const fn of this.functions) for (const expr of fn.facts.calls) this.addCall(fn, expr);
  }

  private addCall(caller: Fn, expr: CallExpr): void {
    const callee = strip(expr.callee);
    if (callee.kind === 'ref' && callee.symbol.kind === 'function') {
      const to = this.resolve(callee.symbol);
      const call: Call = to
        ? { caller, expr, targets: [to], indirect: false }
        : { caller, expr, ddi: this.ddi(callee.symbol), targets: [], indirect: false };
      caller.calls.push(call);
      if (call.ddi) {
        const list = this.callsOf.get(call.ddi.name);
        if (list) list.push(call);
        else this.callsOf.set(call.ddi.name, [call]);
      }
    } else caller.calls.push({ caller, expr, targets: [], indirect: true });
  }

  /** The driver's own definition of a function, whichever unit it is in. */
  resolve(symbol: FunctionSymbol): Fn | undefined {
    const own = symbol.definition && this.byDef.get(symbol.definition);
    if (own) return own;
    return symbol.linkage === 'external' ? this.external.get(symbol.name) : undefined;
  }

  named(name: string): Fn | undefined {
    return this.external.get(name);
  }

  /** Every call of a DDI in the driver. */
  callsTo(name: string): readonly Call[] {
    return this.callsOf.get(name) ?? [];
  }

  ddi(symbol: FunctionSymbol): Ddi {
    let d = this.ddis.get(symbol.name);
    if (!d) {
      d = readDdi(symbol);
      this.ddis.set(symbol.name, d);
    }
    return d;
  }
}

function readDdi(symbol: FunctionSymbol): Ddi {
  const has = (name: string): boolean => symbol.sal.some((a) => a.name === name);
  const level = symbol.sal.find((a) => a.name === '_IRQL_requires_max_' || a.name === '_IRQL_requires_');
  return {
    name: symbol.name,
    symbol,
    blocks: has('_Interlock_blocks_'),
    registry: has('_Interlock_registry_'),
    file: has('_Interlock_file_'),
    ipc: has('_Interlock_ipc_'),
    userMode: has('_Interlock_calls_user_mode_'),
    pageable: has('_Interlock_pageable_'),
    maxIrql: irqlValue(level?.args[0]),
    known: symbol.range.file.builtin,
  };
}

/** Type of a function pointer's target, through typedefs and casts. */
export function isFunctionPointer(t: CType): boolean {
  return t.kind === 'pointer' && t.target.kind === 'function';
}
