// What a program of seh-generator.ts must print, by the rules of structured exception handling (Windows x64), independent of the compiler:
//  - a raise asks the filters of the guarded bodies that are being executed, inner first, across calls, while all frames stand; an exception in a
//    filter begins a search of its own, which meets the same bodies again (the frames of the first search lie below the filter's);
//  - continuing an exception that is not continuable raises STATUS_NONCONTINUABLE_EXCEPTION at the same place;
//  - executing a handler runs the finally bodies between, inner first, with AbnormalTermination() true; an exception that leaves one replaces the first;
//  - return, goto, break and continue out of a body run its finally body with AbnormalTermination() true, __leave and the end of the body with false;
//    a jump out of a finally body replaces whatever was on its way (documented as undefined while unwinding; this is what our machine does).
import { type Expr, type Filter, FilterMode, GLOBALS, type Program, type Stmt, VARIABLES } from './seh-generator.js';

const NONCONTINUABLE_EXCEPTION = 0xc0000025 | 0;
const ACCESS = 0xc0000005;
const DIVIDE_BY_ZERO = 0xc0000094;
const OVERFLOW = 0xc0000095;

interface Frame {
  readonly v: number[];
  readonly counters: Map<number, number>;
  /** of the handler or finally body around, innermost last */
  readonly codes: number[];
  readonly abnormal: number[];
}
interface Region {
  readonly filter: Filter | undefined;
  readonly frame: Frame;
}
/** How a statement ended. */
type Way = undefined | { k: 'break' | 'continue' | 'leave' } | { k: 'return'; value: number } | { k: 'goto'; label: number };

class Unwind {
  constructor(
    readonly target: Region,
    readonly code: number,
  ) {}
}
class Unhandled {
  constructor(readonly code: number) {}
}
export class TooLong extends Error {}

interface Exception {
  readonly code: number;
  readonly continuable: boolean;
  readonly parameters: readonly number[];
}

class Model {
  readonly output: string[] = [];
  private readonly globals = new Array<number>(GLOBALS).fill(0);
  private cell = 3;
  private readonly once = new Map<number, number>();
  private readonly regions: Region[] = [];
  private work = 0;
  private depth = 0;

  constructor(
    private readonly program: Program,
    private readonly limit: number,
  ) {}

  private print(n: number): void {
    this.output.push(String(n));
    if (this.output.length > this.limit) throw new TooLong();
  }

  // ---------------------------------------------------------------- exceptions
  private raise(x: Exception): void {
    if (++this.depth > 12) throw new TooLong();
    for (let i = this.regions.length - 1; i >= 0; i--) {
      const r = this.regions[i];
      if (!r.filter) continue;
      const answer = this.ask(r.filter, r.frame, x);
      if (answer > 0) {
        this.depth = 0;
        throw new Unwind(r, x.code);
      }
      if (answer < 0) {
        if (!x.continuable) this.raise({ code: NONCONTINUABLE_EXCEPTION, continuable: false, parameters: [] });
        this.depth--;
        return;
      }
    }
    throw new Unhandled(x.code);
  }
  private ask(f: Filter, frame: Frame, x: Exception): number {
    if (f.constant !== undefined) return f.constant;
    if (f.bump !== undefined) this.print((frame.v[f.bump] = (frame.v[f.bump] + 7) | 0));
    if (f.info) {
      this.print(x.parameters.length);
      if (x.parameters.length === 2) for (const p of x.parameters) this.print(p);
    }
    this.print(f.id);
    this.print(x.code);
    const soft = x.code >>> 28 === 0xe;
    const first = (): boolean => {
      const n = this.once.get(f.id) ?? 0;
      this.once.set(f.id, n + 1);
      return n === 0;
    };
    switch (f.mode) {
      case FilterMode.Execute:
        return 1;
      case FilterMode.Search:
        return 0;
      case FilterMode.Software:
        return soft ? 1 : 0;
      case FilterMode.Hardware:
        return soft ? 0 : 1;
      case FilterMode.ContinueOrSearch:
        return soft ? -1 : 0;
      case FilterMode.ContinueOrExecute:
        return soft ? -1 : 1;
      case FilterMode.Call:
        if (first()) this.print(this.call(f.f, x.code & 7));
        return 1;
      case FilterMode.Raise:
        if (first()) this.raise({ code: 0xe0000500 | 0, continuable: false, parameters: [] });
        return 1;
      case FilterMode.Inner:
        if (first()) this.print((x.code & 1) === 1 ? 77 : this.cell + 10);
        return soft ? 1 : 0;
    }
  }

  // ---------------------------------------------------------------- expressions
  private eval(e: Expr, f: Frame): number {
    if (++this.work > 100_000) throw new TooLong();
    switch (e.k) {
      case 'num':
        return e.n;
      case 'var':
        return f.v[e.i];
      case 'global':
        return this.globals[e.i];
      case 'add':
        return (this.eval(e.a, f) + e.n) | 0;
      case 'mask':
        return this.eval(e.a, f) & e.n;
      case 'call':
        return this.call(e.f, this.eval(e.a, f));
      case 'and':
        return this.eval(e.a, f) && this.eval(e.b, f) ? 1 : 0;
      case 'or':
        return this.eval(e.a, f) || this.eval(e.b, f) ? 1 : 0;
      case 'code':
        return f.codes.at(-1)!;
      case 'abnormal':
        return f.abnormal.at(-1)!;
      case 'fault':
        return this.fault(e, f);
    }
  }
  private fault(e: Expr & { k: 'fault' }, f: Frame): number {
    const a = this.eval(e.a, f);
    const low = a & 7;
    const hardware = (code: number, ...parameters: number[]): never => {
      this.raise({ code: code | 0, continuable: true, parameters });
      throw new Error('a hardware fault was continued');
    };
    switch (e.kind) {
      case 'divide':
        return low === 1 ? hardware(DIVIDE_BY_ZERO) : Math.trunc(100 / (low - 1));
      case 'remainder':
        return low === 1 ? hardware(DIVIDE_BY_ZERO) : 100 % (low - 1);
      case 'overflow':
        return low === 1 ? hardware(OVERFLOW) : low === 2 ? hardware(DIVIDE_BY_ZERO) : Math.trunc(-0x80000000 / (low - 2)) | 0;
      case 'read':
        return low === 1 ? hardware(ACCESS, 0, a & 0xf8) : this.cell;
      case 'write':
        return low === 1 ? hardware(ACCESS, 1, a & 0xf8) : (this.cell = 5);
      case 'execute':
        return low === 1 ? hardware(ACCESS, 8, 0) : 6;
    }
  }
  call(n: number, argument: number): number {
    const f: Frame = { v: [...Array.from({ length: VARIABLES }, (_, i) => i + 1), argument], counters: new Map(), codes: [], abnormal: [] };
    this.print(1000 + n);
    const way = this.block(this.program.functions[n], f);
    return way?.k === 'return' ? way.value : f.v[0];
  }

  // ---------------------------------------------------------------- statements
  private block(list: readonly Stmt[], f: Frame): Way {
    for (const s of list) {
      const way = this.exec(s, f);
      if (way) return way;
    }
    return undefined;
  }
  private guarded(s: Stmt & { k: 'except' | 'finally' }, f: Frame): Way {
    const region: Region = { filter: s.k === 'except' ? s.filter : undefined, frame: f };
    const depth = this.regions.length;
    const codes = f.codes.length;
    const abnormals = f.abnormal.length;
    this.regions.push(region);
    let way: Way;
    let thrown: Unwind | undefined;
    try {
      way = this.block(s.body, f);
    } catch (e) {
      if (!(e instanceof Unwind)) throw e;
      thrown = e;
      // bodies of handlers inside were left without their ends
      f.codes.length = codes;
      f.abnormal.length = abnormals;
    }
    this.regions.length = depth;
    if (way?.k === 'leave') way = undefined;
    else if (s.k === 'finally' && way) return this.finally(s, f, 1) ?? way;
    if (s.k === 'finally') {
      const other = this.finally(s, f, thrown ? 1 : 0);
      if (other) return other;
      if (thrown) throw thrown;
      return undefined;
    }
    if (!thrown) return way;
    if (thrown.target !== region) throw thrown;
    f.codes.push(thrown.code);
    way = this.block(s.handler, f);
    f.codes.pop();
    return way;
  }
  private finally(s: Stmt & { k: 'finally' }, f: Frame, abnormal: number): Way {
    f.abnormal.push(abnormal);
    const way = this.block(s.handler, f);
    f.abnormal.pop();
    return way;
  }
  private exec(s: Stmt, f: Frame): Way {
    if (++this.work > 100_000) throw new TooLong();
    switch (s.k) {
      case 'note':
        return void this.print(this.eval(s.e, f));
      case 'set':
        return void (f.v[s.i] = this.eval(s.e, f));
      case 'setglobal':
        return void (this.globals[s.i] = this.eval(s.e, f));
      case 'raise':
        return void this.raise({ code: s.code | 0, continuable: s.continuable, parameters: [] });
      case 'if':
        return this.block(this.eval(s.e, f) ? s.a : s.b, f);
      case 'loop':
        for (let n = 0; n < s.n; n++) {
          const way = this.block(s.body, f);
          if (way?.k === 'break') break;
          if (way && way.k !== 'continue') return way;
        }
        return undefined;
      case 'switch': {
        const at = Math.min(this.eval(s.e, f) & 3, 2);
        // case 1 falls into the last
        let way = this.block(s.cases[at], f);
        if (!way && at === 1) way = this.block(s.cases[2], f);
        return way?.k === 'break' ? undefined : way;
      }
      case 'except':
      case 'finally':
        return this.guarded(s, f);
      case 'forward': {
        const way = this.block(s.body, f);
        return way?.k === 'goto' && way.label === s.label ? undefined : way;
      }
      case 'backward':
        f.counters.set(s.label, 0);
        for (;;) {
          const way = this.block(s.body, f);
          if (way?.k !== 'goto' || way.label !== s.label) return way;
        }
      case 'goto': {
        if (!s.backward) return { k: 'goto', label: s.label };
        const n = f.counters.get(s.label)!;
        f.counters.set(s.label, n + 1);
        return n < 2 ? { k: 'goto', label: s.label } : undefined;
      }
      case 'return':
        return { k: 'return', value: this.eval(s.e, f) };
      default:
        return { k: s.k };
    }
  }

  main(): string[] {
    try {
      if (this.program.guarded) {
        const all: Filter = { constant: 1, id: 0, mode: FilterMode.Execute, f: 0 };
        const frame: Frame = { v: [], counters: new Map(), codes: [], abnormal: [] };
        this.regions.push({ filter: all, frame });
        try {
          this.print(this.call(0, 5));
        } catch (e) {
          if (!(e instanceof Unwind)) throw e;
          this.print(e.code);
        }
      } else this.print(this.call(0, 5));
    } catch (e) {
      if (!(e instanceof Unhandled)) throw e;
      return [...this.output, `! ${(e.code >>> 0).toString(16)}`];
    }
    for (const n of [...this.globals, this.cell]) this.print(n);
    return [...this.output, '= 0'];
  }
}

/** Lines of output as TestRun gives them; throws TooLong for programs that are not worth running. */
export function modelSeh(p: Program, limit = 2000): string[] {
  return new Model(p, limit).main();
}
