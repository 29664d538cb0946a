// What evaluating an expression may disturb, asked before it is lowered: a value that waits for its sibling must be put into a temporary
// first when the sibling makes shared accesses (order of accesses) or assigns locals (the value would change). Conservative.
import { objectAlign } from '../../c/layout.js';
import type { Expr } from '../../c/tree.js';
import { FRAME_ALIGN } from '../abi.js';

export interface Effects {
  /** Makes a shared access or call. */
  readonly shared: boolean;
  /** Assigns a local variable (also ++). */
  readonly writes: boolean;
  /** Only arithmetic on constants and unshared locals, no division: may be evaluated although C would skip it. */
  readonly simple: boolean;
}

const NONE: Effects = { shared: false, writes: false, simple: true };
const ALL: Effects = { shared: true, writes: true, simple: false };
const READ: Effects = { shared: true, writes: false, simple: false };
const cache = new WeakMap<Expr, Effects>();

function join(a: Effects, b: Effects, simple = true): Effects {
  return { shared: a.shared || b.shared, writes: a.writes || b.writes, simple: simple && a.simple && b.simple };
}

export function effects(e: Expr): Effects {
  let r = cache.get(e);
  if (!r) cache.set(e, (r = compute(e)));
  return r;
}

/** Of finding an lvalue's place, not of reading it. */
export function placeEffects(e: Expr): Effects {
  switch (e.kind) {
    case 'ref':
    case 'string':
      return NONE;
    case 'unary':
      return e.op === '*' ? effects(e.operand) : effects(e);
    case 'member':
      return e.arrow ? effects(e.object) : e.object.lvalue ? placeEffects(e.object) : effects(e.object);
    case 'index':
      return join(effects(e.base), effects(e.index));
    case 'cast':
      return e.operand.lvalue ? placeEffects(e.operand) : effects(e.operand);
    default:
      return effects(e);
  }
}

function compute(e: Expr): Effects {
  switch (e.kind) {
    case 'int':
    case 'float':
    case 'string':
    case 'error':
      return NONE;
    case 'ref': {
      const s = e.symbol;
      if (s.kind === 'function') return NONE;
      if (s.scope === 'global' || s.scope === 'static' || s.addressTaken || e.type.kind === 'record') return READ;
      return objectAlign(s) > FRAME_ALIGN ? READ : NONE;
    }
    case 'unary':
      if (e.op === '&') return e.operand.lvalue ? placeEffects(e.operand) : effects(e.operand);
      if (e.op === '*') return join(READ, effects(e.operand));
      return effects(e.operand);
    case 'incdec':
      return join({ shared: false, writes: true, simple: false }, effects(e.operand));
    case 'assign':
      return join({ shared: false, writes: true, simple: false }, join(effects(e.target), effects(e.right)));
    case 'binary': {
      const both = join(effects(e.left), effects(e.right), e.op !== '/' && e.op !== '%' && e.op !== ',');
      return both;
    }
    case 'cond':
      return join(effects(e.test), join(effects(e.then), effects(e.else)));
    case 'member':
    case 'index':
      return join(isUnsharedPlace(e) ? NONE : READ, placeEffects(e));
    case 'cast':
      if (e.castKind === 'array-decay' || e.castKind === 'function-decay')
        return e.operand.lvalue ? placeEffects(e.operand) : effects(e.operand);
      return effects(e.operand);
    case 'call':
    case 'builtin':
    case 'compound-literal':
      return ALL;
  }
}

function isUnsharedPlace(e: Expr): boolean {
  if (e.kind === 'member' && !e.arrow) return isUnsharedPlace(e.object);
  return (
    e.kind === 'ref' &&
    e.symbol.kind === 'var' &&
    (e.symbol.scope === 'param' || (e.symbol.scope === 'local' && objectAlign(e.symbol) <= FRAME_ALIGN)) &&
    !e.symbol.addressTaken
  );
}
