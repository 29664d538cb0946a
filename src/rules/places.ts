// Names for storage, so that rules can ask whether two expressions mean the same object without evaluating anything.
// A place is exact inside one function (`l12->24` = the member at offset 24 of what local 12 points to). An object is what a pointer points to, named so
// that two functions agree on it: a global by its name, a member by the tag of its structure (all instances of a structure count as one).
import type { Expr, FunctionDef, VarSymbol } from '../c/tree.js';
import type { CType, RecordDecl } from '../c/types.js';
import { strip } from '../c/walk.js';

const numbers = new WeakMap<VarSymbol, string>();
let last = 0;

/** Stable name of a variable while its tree lives; external ones agree between units. */
export function variableKey(v: VarSymbol): string {
  if (v.linkage === 'external') return `g:${v.name}`;
  let k = numbers.get(v);
  if (k === undefined) {
    k = `${v.scope === 'param' ? 'p' : v.scope === 'local' ? 'l' : 's'}${++last}`;
    numbers.set(v, k);
  }
  return k;
}

/** The place that an lvalue (or the pointer value loaded from it) names; undefined for calls and computed values. */
export function placeOf(e: Expr): string | undefined {
  const x = strip(e);
  switch (x.kind) {
    case 'ref':
      return x.symbol.kind === 'var' ? variableKey(x.symbol) : undefined;
    case 'member': {
      const base = placeOf(x.object);
      if (base === undefined) return undefined;
      if (!x.arrow) return `${base}.${x.offset}`;
      return base.startsWith('&') ? `${base.slice(1)}.${x.offset}` : `${base}->${x.offset}`;
    }
    case 'unary': {
      if (x.op !== '*' && x.op !== '&') return undefined;
      const base = placeOf(x.operand);
      if (base === undefined) return undefined;
      if (x.op === '&') return base.endsWith('*') ? base.slice(0, -1) : `&${base}`;
      return base.startsWith('&') ? base.slice(1) : `${base}*`;
    }
    case 'index': {
      const base = placeOf(x.base);
      return base === undefined ? undefined : `${base}[${x.index.kind === 'int' ? x.index.value : ''}]`;
    }
    case 'assign':
      return x.op === '=' ? placeOf(x.target) : undefined;
    default:
      return undefined;
  }
}

export function recordName(d: RecordDecl): string {
  return d.tag ?? d.typedefName ?? '(unnamed)';
}

/** Tag of the structure that a pointer type points to. */
export function pointeeTag(t: CType): string | undefined {
  return t.kind === 'pointer' && t.target.kind === 'record' ? recordName(t.target.decl) : undefined;
}

/** Name of the object that an lvalue is. */
export function objectOfLvalue(e: Expr, f?: FunctionDef, depth = 0): string | undefined {
  switch (e.kind) {
    case 'ref':
      return e.symbol.kind === 'var' ? variableKey(e.symbol) : undefined;
    case 'member': {
      if (e.arrow) {
        const to = pointee(e.object, f, depth + 1);
        // a member of a known global object is that object's; else all instances of the structure are one
        if (to !== undefined && /^(g:|s)/.test(to)) return `${to}.${e.offset}`;
        const tag = pointeeTag(e.object.type);
        return tag === undefined ? undefined : `t:${tag}.${e.offset}`;
      }
      const inner = objectOfLvalue(e.object, f, depth);
      return inner === undefined ? undefined : `${inner}.${e.offset}`;
    }
    case 'index': {
      const inner = pointee(e.base, f, depth + 1);
      return inner === undefined ? undefined : `${inner}[]`;
    }
    case 'unary':
      return e.op === '*' ? pointee(e.operand, f, depth + 1) : undefined;
    case 'cast':
      return objectOfLvalue(e.operand, f, depth);
    default:
      return undefined;
  }
}

/** Name of the object that a pointer value points to; `param:N` for what the caller passes. */
export function pointee(e: Expr, f?: FunctionDef, depth = 0): string | undefined {
  if (depth > 8) return undefined;
  const x = strip(e);
  switch (x.kind) {
    case 'unary':
      return x.op === '&' ? objectOfLvalue(x.operand, f, depth) : x.op === '*' ? star(objectOfLvalue(x, f, depth)) : undefined;
    case 'ref': {
      const s = x.symbol;
      if (s.kind !== 'var') return undefined;
      if (s.type.kind === 'array') return variableKey(s);
      if (s.scope === 'param') return `param:${s.paramIndex ?? 0}`;
      if (s.scope === 'local' && s.init?.items.length === 1 && s.init.items[0].offset === 0) {
        const source = strip(s.init.items[0].value);
        if (source.kind !== 'int') return pointee(source, f, depth + 1) ?? `*${variableKey(s)}`;
      }
      return `*${variableKey(s)}`;
    }
    case 'member':
      return x.type.kind === 'array' ? objectOfLvalue(x, f, depth) : star(objectOfLvalue(x, f, depth));
    case 'index':
      return x.type.kind === 'array' ? objectOfLvalue(x, f, depth) : star(objectOfLvalue(x, f, depth));
    default:
      return undefined;
  }
}

const star = (s: string | undefined): string | undefined => (s === undefined ? undefined : `*${s}`);
