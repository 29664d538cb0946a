// Small questions about typed trees that rules, language server and reports ask: children of an expression, the expression under its casts, statements in source order.
import type { Expr, Initializer, Stmt } from './tree.js';

/** Operands of an expression, in order of evaluation as far as C fixes it. */
export function children(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'unary':
    case 'incdec':
    case 'cast':
      return [e.operand];
    case 'binary':
      return [e.left, e.right];
    case 'assign':
      return [e.right, e.target];
    case 'cond':
      return [e.test, e.then, e.else];
    case 'call':
      return [...e.args, e.callee];
    case 'member':
      return [e.object];
    case 'index':
      return [e.base, e.index];
    case 'compound-literal':
      return e.init.items.map((i) => i.value);
    case 'builtin':
      return e.args;
    default:
      return NONE;
  }
}
const NONE: readonly Expr[] = [];

/** The expression under casts and decays. */
export function strip(e: Expr): Expr {
  let x = e;
  while (x.kind === 'cast') x = x.operand;
  return x;
}

/** Calls `visit` for an expression and everything in it, operands first. */
export function eachExpr(e: Expr, visit: (e: Expr) => void): void {
  switch (e.kind) {
    case 'int':
    case 'string':
    case 'ref':
    case 'float':
    case 'error':
      break;
    case 'cast':
    case 'unary':
    case 'incdec':
      eachExpr(e.operand, visit);
      break;
    case 'member':
      eachExpr(e.object, visit);
      break;
    default:
      for (const c of children(e)) eachExpr(c, visit);
  }
  visit(e);
}

export interface StmtVisitor {
  /** A statement, before what is in it. */
  stmt?(s: Stmt, loops: number): void;
  /** A whole expression of a statement or initialiser. */
  expr(e: Expr, loops: number): void;
  /** A variable's initialiser. */
  init?(init: Initializer, s: Stmt): void;
}

/** Walks statements in source order; `loops` is the number of loops around. */
export function eachStmt(s: Stmt, v: StmtVisitor, loops = 0): void {
  v.stmt?.(s, loops);
  switch (s.kind) {
    case 'compound':
      for (const x of s.body) eachStmt(x, v, loops);
      break;
    case 'expr':
      v.expr(s.expr, loops);
      break;
    case 'decl':
      for (const x of s.vars) {
        if (!x.init) continue;
        v.init?.(x.init, s);
        for (const i of x.init.items) v.expr(i.value, loops);
      }
      break;
    case 'if':
      v.expr(s.test, loops);
      eachStmt(s.then, v, loops);
      if (s.else) eachStmt(s.else, v, loops);
      break;
    case 'while':
      v.expr(s.test, loops + 1);
      eachStmt(s.body, v, loops + 1);
      break;
    case 'do': {
      // `do { } while (0)` is how macros group statements, not a loop
      const inner = s.test.kind === 'int' && s.test.value === 0n ? loops : loops + 1;
      eachStmt(s.body, v, inner);
      v.expr(s.test, inner);
      break;
    }
    case 'for':
      if (s.init) eachStmt(s.init, v, loops);
      if (s.test) v.expr(s.test, loops + 1);
      eachStmt(s.body, v, loops + 1);
      if (s.step) v.expr(s.step, loops + 1);
      break;
    case 'switch':
      v.expr(s.value, loops);
      eachStmt(s.body, v, loops);
      break;
    case 'case':
    case 'label':
      eachStmt(s.body, v, loops);
      break;
    case 'return':
      if (s.value) v.expr(s.value, loops);
      break;
    case 'try':
      eachStmt(s.body, v, loops);
      if (s.handler.kind === 'except') v.expr(s.handler.filter, loops);
      eachStmt(s.handler.body, v, loops);
      break;
    default:
      break;
  }
}
