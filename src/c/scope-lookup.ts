// Which names are visible at a place of a function: what the debugger needs to evaluate an expression where it stopped.
import type { CompoundStmt, CSymbol, FunctionDef, Scope, Stmt } from './tree.js';

/**
 * Innermost scope at an offset of the function's file, with only those names of the function that are declared before the offset.
 * An offset outside of the function gives the scope of its parameters.
 */
export function scopeAt(fn: FunctionDef, offset: number): Scope {
  const path: Scope[] = [fn.scope];
  descend(fn.body, fn, offset, path);
  let scope: Scope = fn.scope;
  for (const s of path.slice(1)) scope = visible(s, scope, offset);
  return scope;
}

function inside(s: Stmt, fn: FunctionDef, offset: number): boolean {
  return s.range.file === fn.range.file && s.range.start <= offset && offset < s.range.end;
}

function descend(s: Stmt, fn: FunctionDef, offset: number, path: Scope[]): void {
  if (!inside(s, fn, offset)) return;
  switch (s.kind) {
    case 'compound':
      enter(s, fn, offset, path);
      return;
    case 'if':
      descend(s.then, fn, offset, path);
      if (s.else) descend(s.else, fn, offset, path);
      return;
    case 'for':
      path.push(s.scope);
      descend(s.body, fn, offset, path);
      return;
    case 'while':
    case 'do':
    case 'switch':
      descend(s.body, fn, offset, path);
      return;
    case 'case':
    case 'label':
      // Their range is the label alone; what follows is a statement of its own.
      return;
    case 'try':
      descend(s.body, fn, offset, path);
      descend(s.handler.body, fn, offset, path);
      return;
    default:
      return;
  }
}

function enter(block: CompoundStmt, fn: FunctionDef, offset: number, path: Scope[]): void {
  path.push(block.scope);
  for (const s of block.body) {
    let x: Stmt = s;
    while (x.kind === 'case' || x.kind === 'label') x = x.body;
    if (inside(x, fn, offset)) {
      descend(x, fn, offset, path);
      return;
    }
  }
}

function visible(scope: Scope, parent: Scope, offset: number): Scope {
  const names = new Map<string, CSymbol>();
  for (const [name, symbol] of scope.names) if (symbol.range.start < offset) names.set(name, symbol);
  return { parent, names, tags: scope.tags };
}
