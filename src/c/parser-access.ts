// Building of the nodes that reach into an object: `.`, `->` and `[]`. Types decide what a member or element is; wrong use is reported with
// what was probably meant, and where the intention is clear parsing goes on as if it had been written so.
import { cover, type Range } from '../base/source.js';
import { isAssumedCall } from './implicit-functions.js';
import { findField, memberNames } from './layout.js';
import { decay, errorExpr, promoted } from './parser-conversions.js';
import { nearest } from './parser-names.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { Expr } from './tree.js';
import { typeToString } from './type-names.js';
import { isComplete, isInteger, qualified, unqualified } from './type-ops.js';

/** `object.name` and `object->name`. */
export function buildMember(p: Parser, object: Expr, arrow: boolean, name: Token): Expr {
  const range = cover(object.range, name.range);
  if (object.type.kind === 'error' || isAssumedCall(object)) return errorExpr(range);
  let base = arrow ? decay(p, object) : object;
  let through = arrow;
  const word = arrow ? '->' : '.';
  let record = arrow ? (base.type.kind === 'pointer' ? base.type.target : undefined) : base.type;
  if (record?.kind === 'error') return errorExpr(range);
  if (record?.kind !== 'record') {
    const other = arrow ? base.type : base.type.kind === 'pointer' ? base.type.target : undefined;
    if (other?.kind === 'record') {
      p.error('c-member', range, `'${word}' on '${typeToString(object.type)}': use '${arrow ? '.' : '->'}'`);
      // The intention is clear: go on as if it had been written so.
      through = !arrow;
      record = other;
      base = decay(p, object);
    } else {
      p.error(
        'c-member',
        range,
        `'${word}${name.text}' needs a structure${arrow ? ' pointer' : ''}; this is '${typeToString(object.type)}'`,
      );
      return errorExpr(range);
    }
  }
  const decl = record.decl;
  if (!decl.complete) {
    p.error('c-incomplete', range, `'${typeToString(unqualified(record))}' is declared but not defined, so it has no members here`);
    return errorExpr(range);
  }
  const path = findField(decl, name.text);
  if (!path) {
    const near = nearest(name.text, memberNames(decl));
    p.error(
      'c-no-member',
      name.range,
      `'${typeToString(unqualified(record))}' has no member '${name.text}'`,
      near ? `did you mean '${near}'?` : undefined,
    );
    return errorExpr(range);
  }
  const field = path[path.length - 1];
  const offset = path.reduce((sum, f) => sum + f.offset, 0);
  return {
    kind: 'member',
    object: base,
    arrow: through,
    field,
    offset,
    type: qualified(field.type, record.quals),
    range,
    lvalue: through || base.lvalue,
    macro: name.macro,
  };
}

/** `base[index]`, either way round. */
export function buildIndex(p: Parser, first: Expr, second: Expr, range: Range, macro?: string): Expr {
  let base = decay(p, first);
  let index = decay(p, second);
  if (base.type.kind === 'error' || index.type.kind === 'error') return errorExpr(range);
  if (base.type.kind !== 'pointer' && index.type.kind === 'pointer') [base, index] = [index, base];
  if (base.type.kind !== 'pointer' || !isInteger(index.type)) {
    p.error(
      'c-operands',
      range,
      `'[]' needs a pointer or array and an integer, not '${typeToString(first.type)}' and '${typeToString(second.type)}'`,
    );
    return errorExpr(range);
  }
  const target = base.type.target;
  if (!isComplete(target) && !(target.kind === 'array' && target.length === undefined)) {
    p.error('c-incomplete', range, `'[]' needs the size of '${typeToString(target)}'`);
    return errorExpr(range);
  }
  return { kind: 'index', base, index: promoted(index), type: target, range, lvalue: true, macro };
}
