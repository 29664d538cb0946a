// Control flow of one function: blocks of operations in order of evaluation, with `&&`, `||`, `!`, `?:` taken apart into branches, so that a rule that follows
// paths sees each test by itself. Structured exception handling is approximated: a handler can be entered from the start of its body and after each block.
import type { CallExpr, Expr, FunctionDef, IndexExpr, MemberExpr, Stmt, SwitchStmt, UnaryExpr, VarSymbol } from '../c/tree.js';
import { children } from '../c/walk.js';

export type Op =
  | { readonly kind: 'call'; readonly expr: CallExpr }
  /** Memory that a pointer points to is read, written or its address is formed through it. */
  | { readonly kind: 'access'; readonly expr: MemberExpr | UnaryExpr | IndexExpr; readonly pointer: Expr }
  /** `value` undefined: changed in place (`+=`, `++`). */
  | { readonly kind: 'store'; readonly target: Expr; readonly value?: Expr; readonly expr: Expr }
  | { readonly kind: 'declare'; readonly variable: VarSymbol };

export type End =
  | { readonly kind: 'jump'; readonly to: number }
  | { readonly kind: 'branch'; readonly test: Expr; readonly yes: number; readonly no: number }
  | { readonly kind: 'switch'; readonly value: Expr; readonly to: readonly number[] }
  | { readonly kind: 'return'; readonly value?: Expr }
  /** Control does not come back. */
  | { readonly kind: 'stop' };

export interface Block {
  readonly ops: Op[];
  end: End;
  /** Entered when an operation here raises an exception. */
  readonly handlers: number[];
}

export interface Flow {
  readonly blocks: readonly Block[];
  /** False: the function was too big to take apart in full. */
  readonly complete: boolean;
}

const MAX_BLOCKS = 4000;
const flows = new WeakMap<FunctionDef, Flow>();

/** The flow of a function; made when it is first asked for. Block 0 is the entry. */
export function flowOf(def: FunctionDef): Flow {
  let f = flows.get(def);
  if (!f) {
    f = new Builder().build(def);
    flows.set(def, f);
  }
  return f;
}

const STOP: End = { kind: 'stop' };

class Builder {
  private readonly blocks: Block[] = [];
  private current = 0;
  private readonly labels = new Map<string, number>();
  private readonly breaks: number[] = [];
  private readonly continues: number[] = [];
  private readonly leaves: number[] = [];
  private readonly cases = new Map<Stmt, number>();
  private handlers: number[] = [];
  /** Bodies of `__finally` around, that a return runs on its way out. */
  private finals: Stmt[] = [];
  private complete = true;

  build(def: FunctionDef): Flow {
    this.current = this.block();
    this.stmt(def.body);
    this.end({ kind: 'return' });
    return { blocks: this.blocks, complete: this.complete };
  }

  private block(): number {
    if (this.blocks.length >= MAX_BLOCKS) this.complete = false;
    this.blocks.push({ ops: [], end: STOP, handlers: this.handlers });
    return this.blocks.length - 1;
  }

  /** Ends the current block if it is open; what follows is in `next` (or unreachable). */
  private end(end: End, next?: number): void {
    const b = this.blocks[this.current];
    if (b && b.end === STOP) b.end = end;
    this.current = next ?? this.block();
  }

  private jump(to: number, next?: number): void {
    this.end({ kind: 'jump', to }, next);
  }

  private op(op: Op): void {
    this.blocks[this.current].ops.push(op);
  }

  /** Evaluates for effect and value. */
  private value(e: Expr): void {
    switch (e.kind) {
      case 'binary':
        if (e.op === '&&' || e.op === '||') {
          const join = this.block();
          const right = this.block();
          this.test(e.left, e.op === '&&' ? right : join, e.op === '&&' ? join : right);
          this.current = right;
          this.value(e.right);
          this.jump(join, join);
          return;
        }
        break;
      case 'cond': {
        const yes = this.block();
        const no = this.block();
        const join = this.block();
        this.test(e.test, yes, no);
        this.current = yes;
        this.value(e.then);
        this.jump(join, no);
        this.value(e.else);
        this.jump(join, join);
        return;
      }
      case 'assign':
        this.value(e.right);
        this.place(e.target);
        this.op({ kind: 'store', target: e.target, ...(e.op === '=' ? { value: e.right } : {}), expr: e });
        return;
      case 'incdec':
        this.place(e.operand);
        this.op({ kind: 'store', target: e.operand, expr: e });
        return;
      case 'unary':
        if (e.op === '&') {
          this.place(e.operand, true);
          return;
        }
        break;
      case 'call': {
        for (const c of children(e)) this.value(c);
        this.op({ kind: 'call', expr: e });
        const callee = e.callee.kind === 'cast' ? e.callee.operand : e.callee;
        if (callee.kind === 'ref' && callee.symbol.kind === 'function' && callee.symbol.noreturn) this.end({ kind: 'stop' });
        return;
      }
      case 'member':
      case 'index':
        this.place(e);
        return;
      case 'compound-literal':
        for (const i of e.init.items) this.value(i.value);
        this.op({ kind: 'declare', variable: e.symbol });
        return;
      default:
        break;
    }
    for (const c of children(e)) this.value(c);
    if (e.kind === 'unary' && e.op === '*') this.op({ kind: 'access', expr: e, pointer: e.operand });
  }

  /** Evaluates an lvalue. `address`: only its address is formed, which touches no memory by the last step. */
  private place(e: Expr, address = false): void {
    switch (e.kind) {
      case 'member':
        if (!e.arrow) {
          this.place(e.object, address);
          return;
        }
        this.value(e.object);
        if (!address) this.op({ kind: 'access', expr: e, pointer: e.object });
        return;
      case 'index':
        this.value(e.base);
        this.value(e.index);
        if (!address && !(e.base.kind === 'cast' && e.base.castKind === 'array-decay'))
          this.op({ kind: 'access', expr: e, pointer: e.base });
        return;
      case 'unary':
        if (e.op === '*') {
          this.value(e.operand);
          if (!address) this.op({ kind: 'access', expr: e, pointer: e.operand });
          return;
        }
        this.value(e);
        return;
      case 'cast':
        this.place(e.operand, address);
        return;
      default:
        this.value(e);
    }
  }

  /** Evaluates as a condition. */
  private test(e: Expr, yes: number, no: number): void {
    if (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) {
      const right = this.block();
      this.test(e.left, e.op === '&&' ? right : yes, e.op === '&&' ? no : right);
      this.current = right;
      this.test(e.right, yes, no);
      return;
    }
    if (e.kind === 'unary' && e.op === '!') {
      this.test(e.operand, no, yes);
      return;
    }
    if (e.kind === 'cast' && (e.castKind === 'int' || e.castKind === 'bool' || e.castKind === 'noop') && isLogical(e.operand)) {
      this.test(e.operand, yes, no);
      return;
    }
    if (e.kind === 'binary' && e.op === ',') {
      this.value(e.left);
      this.test(e.right, yes, no);
      return;
    }
    this.value(e);
    if (e.kind === 'int') this.jump(e.value !== 0n ? yes : no);
    else this.end({ kind: 'branch', test: e, yes, no });
  }

  private stmt(s: Stmt): void {
    if (!this.complete) return;
    switch (s.kind) {
      case 'compound':
        for (const x of s.body) this.stmt(x);
        return;
      case 'expr':
        this.value(s.expr);
        return;
      case 'decl':
        for (const v of s.vars)
          if (v.init) {
            for (const i of v.init.items) this.value(i.value);
            this.op({ kind: 'declare', variable: v });
          }
        return;
      case 'if': {
        const yes = this.block();
        const no = this.block();
        const join = s.else ? this.block() : no;
        this.test(s.test, yes, no);
        this.current = yes;
        this.stmt(s.then);
        this.jump(join, no);
        if (s.else) {
          this.stmt(s.else);
          this.jump(join, join);
        }
        return;
      }
      case 'while':
        this.loop(s.test, undefined, s.body);
        return;
      case 'for':
        if (s.init) this.stmt(s.init);
        this.loop(s.test, s.step, s.body);
        return;
      case 'do': {
        const body = this.block();
        const test = this.block();
        const after = this.block();
        this.jump(body, body);
        this.inLoop(after, test, s.body);
        this.jump(test, test);
        this.test(s.test, body, after);
        this.current = after;
        return;
      }
      case 'switch':
        this.switch(s);
        return;
      case 'case': {
        const b = this.cases.get(s) ?? this.block();
        this.jump(b, b);
        this.stmt(s.body);
        return;
      }
      case 'label': {
        const b = this.label(s.name);
        this.jump(b, b);
        this.stmt(s.body);
        return;
      }
      case 'goto':
        this.jump(this.label(s.label));
        return;
      case 'break':
        this.leave(this.breaks);
        return;
      case 'continue':
        this.leave(this.continues);
        return;
      case 'leave':
        this.leave(this.leaves);
        return;
      case 'return': {
        if (s.value) this.value(s.value);
        const { finals } = this;
        for (let i = finals.length - 1; i >= 0; i--) {
          this.finals = finals.slice(0, i);
          this.stmt(finals[i]);
        }
        this.finals = finals;
        this.end({ kind: 'return', ...(s.value ? { value: s.value } : {}) });
        return;
      }
      case 'try':
        this.try(s);
        return;
      default:
        return;
    }
  }

  private label(name: string): number {
    let b = this.labels.get(name);
    if (b === undefined) {
      b = this.block();
      this.labels.set(name, b);
    }
    return b;
  }

  private leave(stack: readonly number[]): void {
    const to = stack.at(-1);
    if (to !== undefined) this.jump(to);
  }

  private inLoop(after: number, next: number, body: Stmt): void {
    this.breaks.push(after);
    this.continues.push(next);
    this.stmt(body);
    this.breaks.pop();
    this.continues.pop();
  }

  private loop(test: Expr | undefined, step: Expr | undefined, body: Stmt): void {
    const head = this.block();
    const inside = this.block();
    const next = step ? this.block() : head;
    const after = this.block();
    this.jump(head, head);
    if (test) this.test(test, inside, after);
    else this.jump(inside);
    this.current = inside;
    this.inLoop(after, next, body);
    if (step) {
      this.jump(next, next);
      this.value(step);
    }
    this.jump(head, after);
  }

  private switch(s: SwitchStmt): void {
    this.value(s.value);
    const after = this.block();
    const to: number[] = [];
    for (const c of s.cases) {
      const b = this.block();
      this.cases.set(c, b);
      to.push(b);
    }
    if (!s.cases.some((c) => c.low === undefined)) to.push(after);
    this.end({ kind: 'switch', value: s.value, to });
    this.breaks.push(after);
    this.stmt(s.body);
    this.breaks.pop();
    this.jump(after, after);
  }

  private try(s: Stmt & { kind: 'try' }): void {
    const outer = this.handlers;
    const handler = this.block();
    const after = this.block();
    const isFinally = s.handler.kind === 'finally';
    const body = ((this.handlers = [...outer, handler]), this.block());
    this.jump(body, body);
    this.leaves.push(isFinally ? handler : after);
    if (isFinally) this.finals = [...this.finals, s.handler.body];
    this.stmt(s.body);
    if (isFinally) this.finals = this.finals.slice(0, -1);
    this.leaves.pop();
    this.jump(isFinally ? handler : after);
    this.handlers = outer;
    this.current = handler;
    if (s.handler.kind === 'except') this.value(s.handler.filter);
    this.stmt(s.handler.body);
    this.jump(after, after);
  }
}

const isLogical = (e: Expr): boolean =>
  (e.kind === 'binary' && ['&&', '||', '==', '!=', '<', '<=', '>', '>='].includes(e.op)) ||
  (e.kind === 'unary' && e.op === '!') ||
  (e.kind === 'cast' && isLogical(e.operand));
