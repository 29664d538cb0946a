// Whether control can reach the end of a statement: as much flow analysis as the warning about a missing return value needs.
// It errs on the side of "cannot", as MSVC does, so that the warning is never wrong about ordinary code.
import type { Expr, Stmt } from './tree.js';

/** True if control may run off the end of `s`. */
export function flows(s: Stmt): boolean {
  switch (s.kind) {
    case 'compound': {
      let live = true;
      for (const x of s.body) {
        if (!live && !hasEntry(x)) continue;
        live = flows(x);
      }
      return live;
    }
    case 'expr':
      return !neverReturns(s.expr);
    case 'if':
      if (s.test.kind === 'int') return s.test.value !== 0n ? flows(s.then) : s.else ? flows(s.else) : true;
      return flows(s.then) || !s.else || flows(s.else);
    case 'while':
      return !isTrue(s.test) || breaksOut(s.body);
    case 'do':
      return breaksOut(s.body) || (!isTrue(s.test) && (flows(s.body) || continues(s.body)));
    case 'for':
      return (s.test !== undefined && !isTrue(s.test)) || breaksOut(s.body);
    case 'switch':
      return !s.cases.some((c) => c.low === undefined) || breaksOut(s.body) || flows(s.body);
    case 'case':
    case 'label':
      return flows(s.body);
    case 'return':
    case 'goto':
    case 'break':
    case 'continue':
    case 'leave':
      return false;
    case 'try': {
      const body = flows(s.body) || leaves(s.body);
      return s.handler.kind === 'finally' ? body && flows(s.handler.body) : body || flows(s.handler.body);
    }
    case 'decl':
    case 'null':
      return true;
  }
}

const isTrue = (e: Expr): boolean => e.kind === 'int' && e.value !== 0n;

function neverReturns(e: Expr): boolean {
  if (e.kind === 'call') return e.callee.kind === 'ref' && e.callee.symbol.kind === 'function' && e.callee.symbol.noreturn;
  if (e.kind === 'cast') return neverReturns(e.operand);
  return e.kind === 'builtin' && e.name === '__fastfail';
}

function children(s: Stmt): readonly Stmt[] {
  switch (s.kind) {
    case 'compound':
      return s.body;
    case 'if':
      return s.else ? [s.then, s.else] : [s.then];
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
    case 'case':
    case 'label':
      return [s.body];
    case 'try':
      return [s.body, s.handler.body];
    default:
      return [];
  }
}

/** A label or case inside makes a statement reachable from elsewhere. */
function hasEntry(s: Stmt): boolean {
  return s.kind === 'label' || s.kind === 'case' || children(s).some(hasEntry);
}

function breaksOut(s: Stmt): boolean {
  if (s.kind === 'break') return true;
  if (s.kind === 'while' || s.kind === 'do' || s.kind === 'for' || s.kind === 'switch') return false;
  return children(s).some(breaksOut);
}

function continues(s: Stmt): boolean {
  if (s.kind === 'continue') return true;
  if (s.kind === 'while' || s.kind === 'do' || s.kind === 'for') return false;
  return children(s).some(continues);
}

function leaves(s: Stmt): boolean {
  if (s.kind === 'leave') return true;
  if (s.kind === 'try') return leaves(s.handler.body);
  return children(s).some(leaves);
}
