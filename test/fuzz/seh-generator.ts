// Random programs of structured exception handling and what they must print. A program is a tree; `seh-print.ts` writes it as C, `seh-model.ts` says
// by the rules of Windows what happens, without our compiler: two phases (filters while every frame still stands, then the finally bodies), nested
// exceptions in filters and finally bodies, ways out of guarded bodies by return, goto, break, continue and __leave.
import { RandomText, spread } from './random-text.js';

export const VARIABLES = 3;
export const GLOBALS = 2;

export type Expr =
  | { k: 'num'; n: number }
  /** local variable, parameter (index VARIABLES), global */
  | { k: 'var'; i: number }
  | { k: 'global'; i: number }
  | { k: 'add'; a: Expr; n: number }
  | { k: 'mask'; a: Expr; n: number }
  | { k: 'call'; f: number; a: Expr }
  | { k: 'fault'; kind: Fault; a: Expr }
  | { k: 'and' | 'or'; a: Expr; b: Expr }
  /** GetExceptionCode() of the handler, AbnormalTermination() of the finally body around */
  | { k: 'code' }
  | { k: 'abnormal' };
/** Operations that fault where the low three bits of their operand are 1. */
export type Fault = 'divide' | 'remainder' | 'overflow' | 'read' | 'write' | 'execute';
const FAULTS: readonly Fault[] = ['divide', 'remainder', 'overflow', 'read', 'write', 'execute'];

/** `bump`: a local that the filter expression changes first. `info`: the code comes from GetExceptionInformation(). */
export interface Filter {
  constant?: number;
  id: number;
  mode: FilterMode;
  bump?: number;
  info?: boolean;
  /** mode Call: the function */
  f: number;
}
export enum FilterMode {
  Execute,
  Search,
  /** executes for software exceptions, else searches */
  Software,
  /** executes for hardware faults */
  Hardware,
  /** continues software exceptions, else searches */
  ContinueOrSearch,
  /** continues software exceptions, else executes */
  ContinueOrExecute,
  /** first calls a function that may raise, once; then executes */
  Call,
  /** raises once; then executes */
  Raise,
  /** faults inside a __try of its own, once; then software as above */
  Inner,
}
const FILTER_MODES = 9;

export type Stmt =
  | { k: 'note'; e: Expr }
  | { k: 'set'; i: number; e: Expr }
  | { k: 'setglobal'; i: number; e: Expr }
  | { k: 'raise'; code: number; continuable: boolean }
  | { k: 'if'; e: Expr; a: Stmt[]; b: Stmt[] }
  | { k: 'loop'; form: 'for' | 'while' | 'do'; n: number; id: number; body: Stmt[] }
  | { k: 'switch'; e: Expr; cases: Stmt[][] }
  | { k: 'except'; id: number; body: Stmt[]; filter: Filter; handler: Stmt[] }
  | { k: 'finally'; id: number; body: Stmt[]; handler: Stmt[] }
  /** `{ body } label: ;` — a goto inside jumps forward to its end */
  | { k: 'forward'; label: number; body: Stmt[] }
  /** `label: body` — a goto inside jumps back, at most twice */
  | { k: 'backward'; label: number; body: Stmt[] }
  | { k: 'goto'; label: number; backward: boolean }
  | { k: 'break' | 'continue' | 'leave' }
  | { k: 'return'; e: Expr };

export interface Program {
  readonly functions: readonly Stmt[][];
  /** main runs function 0 inside a `__try` that handles everything */
  readonly guarded: boolean;
}

interface Context {
  readonly f: number;
  readonly loop: boolean;
  readonly breakable: boolean;
  readonly leave: boolean;
  readonly code: boolean;
  readonly abnormal: boolean;
  readonly labels: readonly { label: number; backward: boolean }[];
}

class Generator extends RandomText {
  private id = 0;
  constructor(
    seed: number,
    private readonly functions: number,
    /** jumps out of finally bodies too */
    private readonly wild: boolean,
  ) {
    super(seed);
  }

  private atom(c: Context): Expr {
    const n = this.below(8);
    if (n < 2) return { k: 'num', n: this.below(40) };
    if (n === 2) return { k: 'global', i: this.below(GLOBALS) };
    if (n === 3 && c.code) return { k: 'code' };
    if (n === 4 && c.abnormal) return { k: 'abnormal' };
    return { k: 'var', i: this.below(VARIABLES + 1) };
  }
  private expr(c: Context): Expr {
    switch (this.below(7)) {
      case 0:
        return this.atom(c);
      case 1:
      case 2:
        return { k: 'add', a: this.atom(c), n: this.below(20) - 5 };
      case 3:
      case 4:
        return c.f + 1 < this.functions ? { k: 'call', f: c.f + 1 + this.below(this.functions - c.f - 1), a: this.atom(c) } : this.atom(c);
      default:
        return { k: 'fault', kind: this.one(FAULTS), a: this.atom(c) };
    }
  }
  private condition(c: Context): Expr {
    if (this.below(5) === 0) return { k: this.one(['and', 'or'] as const), a: this.expr(c), b: this.expr(c) };
    return this.expr(c);
  }
  private filter(c: Context): Filter {
    const id = 100 + this.id++;
    const last = c.f + 1 < this.functions;
    let mode: FilterMode = this.below(FILTER_MODES);
    if (mode === FilterMode.Call && !last) mode = FilterMode.Execute;
    return {
      constant: this.below(6) === 0 ? this.below(2) : undefined,
      id,
      mode,
      bump: this.below(3) === 0 ? this.below(VARIABLES) : undefined,
      info: this.below(3) === 0,
      f: last ? c.f + 1 + this.below(this.functions - c.f - 1) : 0,
    };
  }
  private jump(c: Context): Stmt {
    const ways: Stmt[] = [{ k: 'return', e: this.atom(c) }];
    if (c.breakable) ways.push({ k: 'break' });
    if (c.loop) ways.push({ k: 'continue' });
    if (c.leave) ways.push({ k: 'leave' }, { k: 'leave' });
    for (const l of c.labels) ways.push({ k: 'goto', ...l });
    return {
      k: 'if',
      e: this.below(3) ? { k: 'mask', a: this.expr(c), n: 1 << this.below(3) } : this.condition(c),
      a: [this.one(ways)],
      b: [],
    };
  }

  private stmt(c: Context, depth: number): Stmt {
    const n = this.below(depth > 0 ? 20 : 8);
    switch (n) {
      case 0:
      case 1:
        return { k: 'note', e: this.expr(c) };
      case 2:
        return { k: 'set', i: this.below(VARIABLES), e: this.expr(c) };
      case 3:
        return { k: 'setglobal', i: this.below(GLOBALS), e: this.expr(c) };
      case 4:
        return {
          k: 'if',
          e: { k: 'mask', a: this.expr(c), n: 1 << this.below(3) },
          a: [{ k: 'raise', code: 0xe0000000 + this.below(99), continuable: this.below(2) === 0 }],
          b: [],
        };
      case 5:
        if (this.below(3)) return { k: 'note', e: this.expr(c) };
        return { k: 'raise', code: 0xe0000100 + this.below(99), continuable: this.below(3) > 0 };
      case 6:
      case 7:
        return c.abnormal && !this.wild && !c.leave && !c.breakable ? { k: 'note', e: { k: 'abnormal' } } : this.jump(c);
      case 8:
        return { k: 'if', e: this.condition(c), a: this.block(c, depth - 1), b: this.block(c, depth - 1) };
      case 9:
      case 10:
        return {
          k: 'loop',
          form: this.one(['for', 'while', 'do'] as const),
          n: 1 + this.below(3),
          id: this.id++,
          body: this.block({ ...c, loop: true, breakable: true }, depth - 1),
        };
      case 11:
        return {
          k: 'switch',
          e: this.atom(c),
          cases: Array.from({ length: 3 }, () => this.block({ ...c, breakable: true }, depth - 1)),
        };
      case 12: {
        const label = this.id++;
        return { k: 'forward', label, body: this.block({ ...c, labels: [...c.labels, { label, backward: false }] }, depth - 1) };
      }
      case 13: {
        const label = this.id++;
        return { k: 'backward', label, body: this.block({ ...c, labels: [...c.labels, { label, backward: true }] }, depth - 1) };
      }
      case 14:
      case 15:
      case 16: {
        const body = this.block({ ...c, leave: true }, depth - 1);
        return { k: 'except', id: this.id++, body, filter: this.filter(c), handler: this.block({ ...c, code: true }, depth - 1) };
      }
      default: {
        const body = this.block({ ...c, leave: true }, depth - 1);
        // what leaves a finally body is left out, unless the program is a wild one
        const inside: Context = this.wild
          ? { ...c, leave: false, abnormal: true, code: false }
          : { ...c, leave: false, abnormal: true, code: false, loop: false, breakable: false, labels: [] };
        const handler = this.block(inside, depth - 1);
        return { k: 'finally', id: this.id++, body, handler: this.wild ? handler : handler.map((s) => this.tame(s)) };
      }
    }
  }
  /** Returns inside a finally body become notes. */
  private tame(s: Stmt): Stmt {
    const all = (list: Stmt[]): Stmt[] => list.map((x) => this.tame(x));
    switch (s.k) {
      case 'return':
        return { k: 'note', e: s.e };
      case 'if':
        return { ...s, a: all(s.a), b: all(s.b) };
      case 'loop':
      case 'forward':
      case 'backward':
        return { ...s, body: all(s.body) };
      case 'switch':
        return { ...s, cases: s.cases.map(all) };
      case 'except':
      case 'finally':
        return { ...s, body: all(s.body), handler: all(s.handler) };
      default:
        return s;
    }
  }
  block(c: Context, depth: number): Stmt[] {
    return Array.from({ length: 1 + this.below(3) }, () => this.stmt(c, depth));
  }
  program(): Program {
    const functions: Stmt[][] = [];
    for (let f = 0; f < this.functions; f++) {
      const c: Context = { f, loop: false, breakable: false, leave: false, code: false, abnormal: false, labels: [] };
      functions.push([...this.block(c, 3 + (f & 1)), ...this.block(c, 2)]);
    }
    return { functions, guarded: this.below(6) > 0 };
  }
}

export function randomSeh(seed: number): Program {
  return new Generator(spread(seed), 4, seed % 4 === 3).program();
}
