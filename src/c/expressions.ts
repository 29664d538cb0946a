// Expressions: recursive descent with precedence climbing over the tokens. Only reading is here; meaning is in parser-operators and parser-calls.
// Every nesting and every link of an operator chain goes through `enter`, so neither this recursion nor a walk over the tree can overflow the stack.
import { cover, type Range } from '../base/source.js';
import { declareImplicitly } from './implicit-functions.js';
import { parseCharacter, parseNumber, parseStrings } from './literals.js';
import { buildIndex, buildMember } from './parser-access.js';
import { skipGroup } from './parser-attributes.js';
import { buildCall, buildCompilerCall, buildVaArg, buildVarArgs, isCompilerName } from './parser-calls.js';
import { errorExpr, explicitCast, intExpr } from './parser-conversions.js';
import { reportCpp, reportUndeclared } from './parser-names.js';
import { buildAssign, buildBinary, buildConditional, buildIncDec, buildUnary } from './parser-operators.js';
import { reportAssembly } from './parser-refused.js';
import { compoundLiteral, parseAlignof, parseGeneric, parseOffsetof, parseSizeof } from './parser-special.js';
import type { Parser } from './parser-state.js';
import { CPP_WORDS } from './parser-words.js';
import type { Token } from './token.js';
import type { AssignExpr, BinaryExpr, Expr, UnaryExpr } from './tree.js';
import { arrayOf, CHAR, INT, UINT, WCHAR } from './type-ops.js';

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ['|', 3],
  ['^', 4],
  ['&', 5],
  ['==', 6],
  ['!=', 6],
  ['<', 7],
  ['<=', 7],
  ['>', 7],
  ['>=', 7],
  ['<<', 8],
  ['>>', 8],
  ['+', 9],
  ['-', 9],
  ['*', 10],
  ['/', 10],
  ['%', 10],
]);
const ASSIGNMENT: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=']);

/** Levels that a parenthesis costs: it goes through the most host frames. */
const PARENTHESIS = 3;

/** Full expression with commas. */
export function parseExpression(p: Parser): Expr {
  let e = parseAssignment(p);
  let links = 0;
  while (p.is(',')) {
    links++;
    if (!p.enter()) break;
    const at = p.next();
    e = buildBinary(p, ',', e, parseAssignment(p), at);
  }
  p.leave(links);
  return e;
}

/** Assignment expression: also conditional and everything below. */
export function parseAssignment(p: Parser): Expr {
  const left = parseBinary(p, 0);
  const at = p.tok;
  if (at.kind !== 'punctuator') return left;
  if (at.text === '?') return parseConditional(p, left);
  if (!ASSIGNMENT.has(at.text)) return left;
  p.next();
  const right = p.enter() ? parseAssignment(p) : errorExpr(at.range);
  p.leave();
  return buildAssign(p, at.text as AssignExpr['op'], left, right, at);
}

function parseConditional(p: Parser, test: Expr): Expr {
  const at = p.next();
  let result = errorExpr(test.range);
  if (p.enter(2)) {
    const a = parseExpression(p);
    if (p.expect(':', "between the two results of '?'")) {
      const b = parseBinary(p, 0);
      result = buildConditional(p, test, a, p.is('?') ? parseConditional(p, b) : b, at);
    }
  }
  p.leave(2);
  return result;
}

function parseBinary(p: Parser, least: number): Expr {
  let left = parseUnary(p);
  let links = 0;
  for (;;) {
    const at = p.tok;
    if (at.kind !== 'punctuator') break;
    const precedence = PRECEDENCE.get(at.text);
    if (precedence === undefined || precedence < least) break;
    links++;
    if (!p.enter()) break;
    p.next();
    left = buildBinary(p, at.text as BinaryExpr['op'], left, parseBinary(p, precedence + 1), at);
  }
  p.leave(links);
  return left;
}

/** Prefix operators, casts, then a postfix expression. */
export function parseUnary(p: Parser): Expr {
  const at = p.tok;
  if (at.kind === 'punctuator') {
    switch (at.text) {
      case '(':
        if (p.startsType(p.peek())) return parseCast(p);
        if (looksLikeUnknownCast(p)) return parseUnknownCast(p);
        break;
      case '&':
      case '*':
      case '-':
      case '+':
      case '~':
      case '!': {
        p.next();
        const operand = p.enter() ? parseUnary(p) : errorExpr(at.range);
        p.leave();
        return buildUnary(p, at.text as UnaryExpr['op'], operand, at);
      }
      case '++':
      case '--': {
        p.next();
        const operand = p.enter() ? parseUnary(p) : errorExpr(at.range);
        p.leave();
        return buildIncDec(p, at.text, true, operand, at);
      }
    }
  } else if (at.kind === 'keyword') {
    switch (at.text) {
      case 'sizeof':
        return parseSizeof(p);
      case '_Alignof':
      case '__alignof':
        return parseAlignof(p);
      case '__extension__':
        p.next();
        return parseUnary(p);
    }
  }
  return parsePostfix(p, parsePrimary(p));
}

/** `(type)operand` or a compound literal. The cursor is on the parenthesis. */
function parseCast(p: Parser): Expr {
  const open = p.next();
  if (!p.enter()) {
    p.leave();
    return errorExpr(open.range);
  }
  const type = p.grammar.typeName(p);
  p.expect(')', 'after the type');
  let result: Expr;
  if (p.is('{') && !p.panicking) {
    result = parsePostfix(p, compoundLiteral(p, type, open));
  } else {
    const operand = p.panicking ? errorExpr(open.range) : parseUnary(p);
    result = explicitCast(p, operand, type, cover(open.range, operand.range));
  }
  p.leave();
  return result;
}

/** `(FOO)x` and `(FOO *)x` where FOO is not declared: one message about the type instead of two about the expression. */
function looksLikeUnknownCast(p: Parser): boolean {
  const name = p.peek();
  if (name.kind !== 'identifier' || p.declared(name.text)) return false;
  const after = p.peek(2);
  if (after.text === '*') return p.peek(3).text === ')' || (p.peek(3).text === '*' && p.peek(4).text === ')');
  const kind = p.peek(3).kind;
  return after.text === ')' && (kind === 'identifier' || kind === 'number' || kind === 'string' || kind === 'char');
}

function parseUnknownCast(p: Parser): Expr {
  const open = p.next();
  reportUndeclared(p, p.next(), 'type');
  while (p.accept('*'));
  p.accept(')');
  const operand = p.enter() ? parseUnary(p) : errorExpr(open.range);
  p.leave();
  return errorExpr(cover(open.range, operand.range));
}

/** All arguments of a call are alive at the same time, so their number is bounded; C asks for 127. */
export const MAX_ARGUMENTS = 255;

function tooMany(p: Parser, count: number): boolean {
  if (count < MAX_ARGUMENTS || !p.is(',')) return false;
  p.error('c-too-many-arguments', p.tok.range, `a call can have ${MAX_ARGUMENTS} arguments at most`, 'pass an array or a structure');
  p.panicking = true;
  return true;
}

function parseArguments(p: Parser): { args: Expr[]; close: Token } {
  p.next();
  const args: Expr[] = [];
  if (p.enter() && !p.is(')')) {
    do args.push(parseAssignment(p));
    while (!p.panicking && !tooMany(p, args.length) && p.accept(','));
  }
  p.leave();
  const close = p.tok;
  return p.expect(')', 'after the arguments') ? { args, close } : { args, close: p.previous };
}

export function parsePostfix(p: Parser, first: Expr): Expr {
  let e = first;
  let links = 0;
  for (;;) {
    const at = p.tok;
    if (at.kind !== 'punctuator') break;
    const x = at.text;
    if (x !== '(' && x !== '[' && x !== '.' && x !== '->' && x !== '++' && x !== '--') break;
    links++;
    if (!p.enter()) break;
    if (x === '(') {
      const { args, close } = parseArguments(p);
      e = buildCall(p, e, args, close);
    } else if (x === '[') {
      p.next();
      const index = parseExpression(p);
      p.expect(']', 'after the index');
      e = buildIndex(p, e, index, cover(e.range, p.rangeFrom(at)), at.macro);
    } else if (x === '.' || x === '->') {
      p.next();
      if (p.tok.kind !== 'identifier') {
        p.syntaxError(`expected a member name after '${x}'`);
        e = errorExpr(e.range);
        break;
      }
      e = buildMember(p, e, x === '->', p.next());
    } else {
      p.next();
      e = buildIncDec(p, x, false, e, at);
    }
    if (p.panicking) break;
  }
  p.leave(links);
  return e;
}

function parsePrimary(p: Parser): Expr {
  const t = p.tok;
  switch (t.kind) {
    case 'identifier':
      return parseName(p);
    case 'number': {
      p.next();
      const n = parseNumber(t.text);
      if (n.problem) p.error('c-number', t.range, n.problem);
      return n.kind === 'int'
        ? intExpr(n.value, n.type, t.range, t.macro)
        : { kind: 'float', value: n.value, type: n.type, range: t.range, lvalue: false, macro: t.macro };
    }
    case 'char': {
      p.next();
      const c = parseCharacter(t.text);
      if (c.problem) p.error('c-character', t.range, c.problem);
      else if (c.warning) p.report('warning', 'c-escape', t.range, c.warning);
      return intExpr(c.value, c.type, t.range, t.macro);
    }
    case 'string':
      return parseString(p);
    case 'punctuator':
      if (t.text === '(') {
        p.next();
        const e = p.enter(PARENTHESIS) ? parseExpression(p) : errorExpr(t.range);
        p.leave(PARENTHESIS);
        p.expect(')', 'to close the parenthesis');
        return e;
      }
      break;
    case 'keyword':
      return parseWord(p);
  }
  return unexpected(p);
}

function unexpected(p: Parser): Expr {
  p.syntaxError('expected an expression');
  return errorExpr(p.tok.range);
}

const isFunctionName = (t: Token): boolean =>
  t.kind === 'identifier' &&
  (t.text === '__func__' ||
    t.text === '__FUNCTION__' ||
    t.text === '__FUNCTIONW__' ||
    t.text === '__FUNCDNAME__' ||
    t.text === '__FUNCSIG__');

function parseString(p: Parser): Expr {
  const first = p.tok;
  const texts: string[] = [];
  while (p.tok.kind === 'string' || isFunctionName(p.tok)) {
    const t = p.next();
    texts.push(t.kind === 'string' ? t.text : `${t.text === '__FUNCTIONW__' ? 'L' : ''}"${p.fn?.symbol.name ?? ''}"`);
  }
  const range = p.rangeFrom(first);
  const { bytes, unit, problem, warning } = parseStrings(texts);
  if (problem) p.error('c-string', range, problem);
  else if (warning) p.report('warning', 'c-escape', range, warning);
  return {
    kind: 'string',
    bytes,
    unit,
    type: arrayOf(unit === 4 ? UINT : unit === 2 ? WCHAR : CHAR, bytes.length / unit),
    range,
    lvalue: true,
    macro: first.macro,
  };
}

function parseName(p: Parser): Expr {
  const t = p.tok;
  if (isFunctionName(t)) return parseString(p);
  const call = p.peek().text === '(';
  if (call && isCompilerName(p, t.text)) {
    p.next();
    const { args, close } = parseArguments(p);
    return buildCompilerCall(p, t, args, close);
  }
  const symbol = p.lookup(t.text);
  p.next();
  if (!symbol) {
    if (p.atScopeOperator) reportCpp(p, t);
    else if (CPP_WORDS.has(t.text)) reportCpp(p, t);
    const error = reportUndeclared(p, t, call ? 'function' : 'identifier');
    const assumed = call ? declareImplicitly(p, t, error) : undefined;
    if (!assumed) return errorExpr(t.range);
    p.useFunction(assumed);
    return { kind: 'ref', symbol: assumed, type: assumed.type, range: t.range, lvalue: false, macro: t.macro };
  }
  switch (symbol.kind) {
    case 'enumerator':
      return { kind: 'int', value: symbol.value, enumerator: symbol, type: symbol.type, range: t.range, lvalue: false, macro: t.macro };
    case 'function':
      p.useFunction(symbol);
      return { kind: 'ref', symbol, type: symbol.type, range: t.range, lvalue: false, macro: t.macro };
    case 'var':
      p.useVariable(symbol);
      return { kind: 'ref', symbol, type: symbol.type, range: t.range, lvalue: true, macro: t.macro };
    case 'typedef':
      p.error('c-type-name', t.range, `'${t.text}' is a type; a value is needed here`);
      return errorExpr(t.range);
  }
}

function parseWord(p: Parser): Expr {
  const t = p.tok;
  switch (t.text) {
    case '__builtin_offsetof':
      return parseOffsetof(p);
    case '__builtin_va_arg': {
      p.next();
      p.expect('(', `after '${t.text}'`);
      const ap = parseAssignment(p);
      p.expect(',', 'after the va_list');
      const type = p.panicking ? INT : p.grammar.typeName(p);
      p.expect(')', 'after the type');
      return buildVaArg(p, ap, type, p.rangeFrom(t), t.macro);
    }
    case '__builtin_va_start':
    case '__builtin_va_end':
    case '__builtin_va_copy': {
      p.next();
      if (!p.is('(')) return unexpected(p);
      const { args, close } = parseArguments(p);
      return buildVarArgs(p, t, args, close);
    }
    case '_Generic':
      return parseGeneric(p);
    case '__asm':
      reportAssembly(p, t);
      p.next();
      return errorExpr(t.range);
    case '__uuidof':
      p.error('c-uuidof', t.range, "'__uuidof' needs C++ classes", 'name the GUID itself');
      p.next();
      skipGroup(p);
      return errorExpr(t.range);
  }
  if (p.startsType(t)) {
    p.syntaxError('expected an expression, found a type,');
    return errorExpr(t.range);
  }
  return unexpected(p);
}

/** An integer constant expression, or undefined after a message. */
export function parseConstant(p: Parser, what: string): { value: bigint; range: Range } | undefined {
  const start = p.tok;
  const e = parseBinaryOrConditional(p);
  if (e.kind === 'int' && e.type.kind !== 'pointer') return { value: e.value, range: e.range };
  if (e.type.kind !== 'error' && !p.panicking) p.error('c-constant', p.rangeFrom(start), `${what} must be an integer constant`);
  return undefined;
}

function parseBinaryOrConditional(p: Parser): Expr {
  const e = parseBinary(p, 0);
  return p.is('?') ? parseConditional(p, e) : e;
}
