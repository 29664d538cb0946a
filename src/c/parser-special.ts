// Expressions that look at types: sizeof, _Alignof, offsetof, _Generic, compound literals.
import { constantAddress } from './constant.js';
import { alignOf, sizeOf } from './layout.js';
import { buildIndex, buildMember } from './parser-access.js';
import { decay, errorExpr, intExpr } from './parser-conversions.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { Expr, VarSymbol } from './tree.js';
import { typeToString } from './type-names.js';
import { INT, isComplete, pointerTo, SIZE_T, sameUnqualified, unqualified } from './type-ops.js';
import type { CType } from './types.js';

export function compoundLiteral(p: Parser, declared: CType, open: Token): Expr {
  const inFunction = p.fn !== undefined;
  const { type, init } = p.grammar.initializer(p, declared, !inFunction);
  const range = p.rangeFrom(open);
  if (p.frozen) {
    p.error('c-evaluate', range, 'a compound literal needs storage and cannot be used here');
    return errorExpr(range);
  }
  if (!isComplete(type)) {
    if (type.kind !== 'error') p.error('c-incomplete', range, `a compound literal of incomplete type '${typeToString(type)}'`);
    return errorExpr(range);
  }
  const symbol: VarSymbol = {
    kind: 'var',
    name: '<literal>',
    type,
    scope: inFunction ? 'local' : 'global',
    linkage: inFunction ? 'none' : 'internal',
    defined: true,
    init,
    range,
    addressTaken: false,
    sal: [],
    localId: p.fn?.locals.length,
  };
  if (p.fn) p.fn.locals.push(symbol);
  else p.unit.globals.push(symbol);
  return { kind: 'compound-literal', symbol, init, type, range, lvalue: true, macro: open.macro };
}

export function parseSizeof(p: Parser): Expr {
  const word = p.next();
  p.unevaluated++;
  const ok = p.enter();
  let type: CType | undefined;
  let operand: Expr | undefined;
  if (ok && p.is('(') && p.startsType(p.peek())) {
    const open = p.next();
    type = p.grammar.typeName(p);
    p.expect(')', 'after the type');
    if (p.is('{')) operand = p.grammar.postfix(p, compoundLiteral(p, type, open));
  } else if (ok) {
    operand = p.grammar.unary(p);
  }
  p.leave();
  p.unevaluated--;
  const range = p.rangeFrom(word);
  if (operand) {
    type = operand.type;
    if (operand.kind === 'member' && operand.field.bitWidth !== undefined) p.error('c-bit-field', range, "'sizeof' of a bit-field");
  }
  if (!type || type.kind === 'error') return errorExpr(range);
  if (type.kind === 'void') {
    // MSVC (C4034) warns and goes on
    p.warn('c-incomplete', range, "'sizeof(void)' is 0");
    return intExpr(0n, SIZE_T, range, word.macro);
  }
  if (!isComplete(type)) {
    p.error('c-incomplete', range, `'sizeof' needs a complete type; '${typeToString(type)}' has no size here`);
    return errorExpr(range);
  }
  return intExpr(BigInt(sizeOf(type)), SIZE_T, range, word.macro);
}

export function parseAlignof(p: Parser): Expr {
  const word = p.next();
  p.expect('(', `after '${word.text}'`);
  p.unevaluated++;
  const type = p.startsType(p.tok) ? p.grammar.typeName(p) : p.grammar.expression(p).type;
  p.unevaluated--;
  p.expect(')', 'after the type');
  return intExpr(BigInt(alignOf(type)), SIZE_T, p.rangeFrom(word), word.macro);
}

/** `__builtin_offsetof(type, a.b[2])`: the address of that member in an object at 0. */
export function parseOffsetof(p: Parser): Expr {
  const word = p.next();
  p.expect('(', `after '${word.text}'`);
  const type = p.panicking ? INT : p.grammar.typeName(p);
  p.expect(',', 'after the type');
  let e: Expr = { kind: 'unary', op: '*', operand: intExpr(0n, pointerTo(type), word.range), type, range: word.range, lvalue: true };
  if (p.tok.kind === 'identifier') e = buildMember(p, e, false, p.next());
  else p.syntaxError('expected a member name');
  while (!p.panicking && (p.is('.') || p.is('['))) {
    const at = p.next();
    if (at.text === '[') {
      const index = p.grammar.expression(p);
      p.expect(']', 'after the index');
      e = buildIndex(p, e, index, p.rangeFrom(word));
    } else if (p.tok.kind === 'identifier') {
      e = buildMember(p, e, false, p.next());
    } else {
      p.syntaxError('expected a member name');
    }
  }
  p.expect(')', "after the member of 'offsetof'");
  const range = p.rangeFrom(word);
  if (e.kind === 'error') return errorExpr(range);
  const offset = constantAddress(e);
  if (offset === undefined || (e.kind === 'member' && e.field.bitWidth !== undefined)) {
    p.error('c-constant', range, "'offsetof' needs a member with a constant place");
    return errorExpr(range);
  }
  return intExpr(offset, SIZE_T, range, word.macro);
}

export function parseGeneric(p: Parser): Expr {
  const word = p.next();
  p.expect('(', "after '_Generic'");
  p.unevaluated++;
  const control = unqualified(decay(p, p.grammar.assignment(p)).type);
  p.unevaluated--;
  let chosen: Expr | undefined;
  let fallback: Expr | undefined;
  while (!p.panicking && p.accept(',')) {
    const isDefault = p.accept('default');
    const type = isDefault ? undefined : p.grammar.typeName(p);
    p.expect(':', "in '_Generic'");
    const fits = type ? sameUnqualified(type, control) && control.kind !== 'error' : false;
    if (!fits && !isDefault) p.unevaluated++;
    const e = p.grammar.assignment(p);
    if (!fits && !isDefault) p.unevaluated--;
    if (fits) chosen ??= e;
    if (isDefault) fallback = e;
  }
  p.expect(')', "to close '_Generic'");
  const range = p.rangeFrom(word);
  const e = chosen ?? fallback;
  if (!e && control.kind !== 'error') p.error('c-generic', range, `'_Generic' has no branch for '${typeToString(control)}'`);
  return e ?? errorExpr(range);
}
