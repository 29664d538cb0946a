// Statements, blocks and structured exception handling.
import { cover, type Range } from '../base/source.js';
import { wrap } from './constant.js';
import { parseConstant, parseExpression } from './expressions.js';
import { assignConvert, decay, promoted } from './parser-conversions.js';
import { reportCpp } from './parser-names.js';
import { condition } from './parser-operators.js';
import { isGnuAssembly, skipAssembly, skipIfExists } from './parser-refused.js';
import type { FunctionContext, Parser, SwitchContext } from './parser-state.js';
import { CPP_WORDS } from './parser-words.js';
import type { Token } from './token.js';
import type { CaseStmt, CompoundStmt, Expr, LabelStmt, Stmt, SwitchStmt, TryStmt } from './tree.js';
import { typeToString } from './type-names.js';
import { INT, isInteger } from './type-ops.js';

/** Levels that one statement costs: its walks use several host frames. */
const WEIGHT = 4;
const STATEMENT_STOPS = new Set(['case', 'default', 'return', 'if', 'for', 'while', 'switch', 'break', 'goto', '__try', '{']);

/** The body of a function; the cursor is on `{`. */
export function parseFunctionBody(p: Parser): CompoundStmt {
  return parseCompound(p, "to begin the function's body");
}

function parseCompound(p: Parser, after: string): CompoundStmt {
  const open = p.tok;
  const body: Stmt[] = [];
  return p.inScope((scope) => {
    if (!p.expect('{', after)) return { kind: 'compound', body, scope, range: open.range, close: open.range };
    if (p.enter(WEIGHT)) {
      while (!p.is('}') && !p.atEnd) {
        const before = p.pos;
        body.push(parseStatement(p));
        if (p.panicking) p.recover();
        if (p.pos === before) p.next();
      }
    } else {
      p.skipToClose();
      p.panicking = false;
    }
    p.leave(WEIGHT);
    const close = p.tok.range;
    if (!p.accept('}')) {
      p.error('c-syntax', close, "expected '}' before the end of the file", undefined, [
        { range: open.range, message: "to match this '{'" },
      ]);
      // The blocks around this one are open for the same reason.
      p.panicking = true;
    }
    return { kind: 'compound', body, scope, range: p.rangeFrom(open), close };
  });
}

/**
 * `if`, `switch` and `while` are blocks (C11 6.8.4p3, 6.8.5p5). Only a tag or an enumerator that the head declares can tell, so only a head with such a
 * body has a scope. The cursor is on its parenthesis.
 */
function withHead<T>(p: Parser, read: () => T): T {
  return headDeclares(p) ? p.inScope(read) : read();
}

function headDeclares(p: Parser): boolean {
  if (!p.is('(')) return false;
  let record = false;
  for (let n = 1, depth = 1; depth > 0; n++) {
    const t = p.peek(n);
    if (t.kind === 'eof' || t.text === ';' || STATEMENT_STOPS.has(t.text)) return record && t.text === '{';
    if (t.text === '(') depth++;
    else if (t.text === ')') depth--;
    else if (t.text === 'enum' || t.text === 'struct' || t.text === 'union') record = true;
  }
  return false;
}

/** A statement under `if`, `while` and so on. */
function parseSubstatement(p: Parser): Stmt {
  const ok = p.enter(WEIGHT);
  const at = p.tok.range;
  const s: Stmt = ok ? parseStatement(p) : { kind: 'null', range: at };
  p.leave(WEIGHT);
  if (p.panicking) p.recover(STATEMENT_STOPS);
  return s;
}

function parseStatement(p: Parser): Stmt {
  p.pragmas.sync();
  const start = p.tok;
  if (start.kind === 'keyword') {
    const s = parseKeywordStatement(p, start);
    if (s) return s;
  } else if (start.kind === 'identifier') {
    if (isGnuAssembly(p)) return skipAssembly(p, start);
    if (p.peek().text === ':') {
      if (p.peek(2).text !== ':' || p.peek(2).spaceBefore) return parseLabel(p);
      reportCpp(p, start);
    }
    if (p.atAnnotation) {
      p.takeAnnotations([]);
      if (p.accept(';')) return { kind: 'null', range: p.rangeFrom(start) };
      if (p.is('}')) return { kind: 'null', range: start.range };
      return parseStatement(p);
    }
    if (p.isTypedef(start) || isUnknownDeclaration(p)) return parseDeclarationStatement(p, start);
  } else if (start.text === '{') {
    return parseCompound(p, 'to begin the block');
  } else if (start.text === ';') {
    p.next();
    return { kind: 'null', range: start.range };
  }
  return parseExpressionStatement(p, start);
}

/** `FOO bar` and `FOO *bar = ` with an undeclared FOO: meant as declarations. */
function isUnknownDeclaration(p: Parser): boolean {
  const t = p.tok;
  if (p.declared(t.text)) return false;
  const next = p.peek();
  if (next.kind === 'identifier') return !CPP_WORDS.has(t.text);
  if (next.text !== '*' || p.peek(2).kind !== 'identifier' || p.declared(p.peek(2).text)) return false;
  const after = p.peek(3).text;
  return after === ';' || after === '=' || after === ',' || after === '[';
}

function parseDeclarationStatement(p: Parser, start: Token): Stmt {
  const vars = p.grammar.localDeclaration(p);
  return { kind: 'decl', vars, range: p.rangeFrom(start) };
}

function parseExpressionStatement(p: Parser, start: Token): Stmt {
  if (start.kind === 'identifier' && CPP_WORDS.has(start.text) && !p.declared(start.text)) reportCpp(p, start);
  const expr = parseExpression(p);
  if (p.panicking) return { kind: 'expr', expr, range: p.rangeFrom(start) };
  p.expect(';', 'after the statement');
  return { kind: 'expr', expr: decayStatement(p, expr), range: p.rangeFrom(start) };
}

/** The value is dropped; a function name alone (a forgotten call) is worth a word. */
function decayStatement(p: Parser, e: Expr): Expr {
  if (e.kind === 'ref' && e.symbol.kind === 'function')
    p.warn('c-no-effect', e.range, `'${e.symbol.name}' is not called here: the parentheses are missing`);
  else if (e.kind === 'binary' && e.op === '==' && !e.macro) p.warn('c-no-effect', e.range, "'==' has no effect here; is '=' meant?");
  return e;
}

function parseLabel(p: Parser): Stmt {
  const name = p.next();
  p.next();
  const old = p.fn?.labels.get(name.text);
  if (old)
    p.error('c-redefined', name.range, `there are two labels '${name.text}'`, undefined, [
      { range: old.range, message: 'first defined here' },
    ]);
  // The label must exist before its body is read, since the body may jump back to it.
  const label: LabelStmt & { body: Stmt } = {
    kind: 'label',
    name: name.text,
    body: { kind: 'null', range: name.range },
    range: name.range,
  };
  if (!old) p.fn?.labels.set(name.text, label);
  (label as { body: Stmt }).body = parseLabelled(p, name);
  return label;
}

/** What stands behind a label: a closing brace is taken as an empty statement. */
function parseLabelled(p: Parser, label: Token): Stmt {
  return p.is('}') ? { kind: 'null', range: label.range } : parseSubstatement(p);
}

function parseKeywordStatement(p: Parser, start: Token): Stmt | undefined {
  const fn = p.fn!;
  switch (start.text) {
    case 'if':
      p.next();
      return withHead(p, () => parseIf(p, start));
    case 'while': {
      p.next();
      return withHead(p, () => {
        const test = parenthesized(p, "'while'");
        const body = loopBody(p, fn);
        return { kind: 'while', test, body, range: p.rangeFrom(start) };
      });
    }
    case 'do': {
      p.next();
      const body = loopBody(p, fn);
      p.expect('while', "after the body of 'do'");
      const test = withHead(p, () => parenthesized(p, "'while'"));
      p.expect(';', "after 'do ... while'");
      return { kind: 'do', body, test, range: p.rangeFrom(start) };
    }
    case 'for':
      return parseFor(p, start, fn);
    case 'switch':
      p.next();
      return withHead(p, () => parseSwitch(p, start, fn));
    case 'case':
    case 'default':
      return parseCase(p, start, fn);
    case 'break':
      p.next();
      if (fn.loops === 0 && fn.switches.length === 0) p.error('c-break', start.range, "'break' outside of a loop or switch");
      p.expect(';', "after 'break'");
      return { kind: 'break', range: p.rangeFrom(start) };
    case 'continue':
      p.next();
      if (fn.loops === 0) p.error('c-break', start.range, "'continue' outside of a loop");
      p.expect(';', "after 'continue'");
      return { kind: 'continue', range: p.rangeFrom(start) };
    case 'goto': {
      p.next();
      const name = p.tok;
      if (name.kind !== 'identifier') p.syntaxError("expected a label after 'goto'");
      else p.next();
      p.expect(';', "after 'goto'");
      const stmt: Stmt = { kind: 'goto', label: name.text, range: p.rangeFrom(start) };
      if (!p.panicking) fn.gotos.push({ stmt, token: name });
      return stmt;
    }
    case 'return':
      return parseReturn(p, start, fn);
    case '__try':
      return parseTry(p, start, fn);
    case '__leave':
      p.next();
      if (fn.tries === 0) p.error('c-seh', start.range, "'__leave' outside of the block of a '__try'");
      p.expect(';', "after '__leave'");
      return { kind: 'leave', range: p.rangeFrom(start) };
    case 'else':
      p.syntaxError("'else' without an 'if': expected a statement");
      p.next();
      return { kind: 'null', range: start.range };
    case '__except':
    case '__finally':
      p.syntaxError(`'${start.text}' without a '__try': expected a statement`);
      p.next();
      return { kind: 'null', range: start.range };
    case '__asm':
      return skipAssembly(p, start);
    case '__if_exists':
    case '__if_not_exists':
      return skipIfExists(p, start);
    case '_Static_assert':
    case 'static_assert':
      p.grammar.staticAssert(p);
      return { kind: 'null', range: p.rangeFrom(start) };
  }
  return p.startsDeclaration(start) ? parseDeclarationStatement(p, start) : undefined;
}

function parenthesized(p: Parser, after: string): Expr {
  if (!p.expect('(', `after ${after}`)) return { kind: 'error', type: { kind: 'error', quals: 0 }, range: p.tok.range, lvalue: false };
  const e = condition(p, parseExpression(p), after);
  p.expect(')', `after the condition of ${after}`);
  return e;
}

/** The cursor is behind `if`. */
function parseIf(p: Parser, start: Token): Stmt {
  const test = parenthesized(p, "'if'");
  if (test.kind === 'assign' && test.op === '=' && p.tokens[p.pos - 2]?.text !== ')') {
    p.report('hint', 'c-assignment-in-condition', test.range, "'=' assigns; to compare, write '=='");
  }
  if (p.panicking) p.recover(STATEMENT_STOPS);
  const thenStmt = parseSubstatement(p);
  if (!p.is('else')) return { kind: 'if', test, then: thenStmt, range: p.rangeFrom(start) };
  p.next();
  const elseStmt = parseSubstatement(p);
  return { kind: 'if', test, then: thenStmt, else: elseStmt, range: p.rangeFrom(start) };
}

function loopBody(p: Parser, fn: FunctionContext): Stmt {
  if (p.panicking) p.recover(STATEMENT_STOPS);
  fn.loops++;
  const body = parseSubstatement(p);
  fn.loops--;
  return body;
}

function parseFor(p: Parser, start: Token, fn: FunctionContext): Stmt {
  p.next();
  return p.inScope((scope) => {
    let init: Stmt | undefined;
    let test: Expr | undefined;
    let step: Expr | undefined;
    if (p.expect('(', "after 'for'")) {
      const at = p.tok;
      if (p.startsDeclaration(at) || (at.kind === 'identifier' && isUnknownDeclaration(p))) init = parseDeclarationStatement(p, at);
      else {
        if (!p.is(';')) init = { kind: 'expr', expr: parseExpression(p), range: p.rangeFrom(at) };
        p.expect(';', "after the first part of 'for'");
      }
      if (!p.is(';') && !p.panicking) test = condition(p, parseExpression(p), "'for'");
      p.expect(';', "after the condition of 'for'");
      if (!p.is(')') && !p.panicking) step = parseExpression(p);
      p.expect(')', "to close 'for'");
    }
    const body = loopBody(p, fn);
    return { kind: 'for', init, test, step, body, scope, range: p.rangeFrom(start) };
  });
}

/** The cursor is behind `switch`. */
function parseSwitch(p: Parser, start: Token, fn: FunctionContext): Stmt {
  let value: Expr = { kind: 'error', type: { kind: 'error', quals: 0 }, range: start.range, lvalue: false };
  if (p.expect('(', "after 'switch'")) {
    value = decay(p, parseExpression(p));
    if (isInteger(value.type)) value = promoted(value);
    else if (value.type.kind !== 'error')
      p.error('c-operands', value.range, `'switch' needs an integer, not '${typeToString(value.type)}'`);
    p.expect(')', "after the value of 'switch'");
  }
  const context: SwitchContext = { type: isInteger(value.type) ? value.type : INT, cases: [], seen: new Map() };
  if (p.panicking) p.recover(STATEMENT_STOPS);
  fn.switches.push(context);
  const body = parseSubstatement(p);
  fn.switches.pop();
  const s: SwitchStmt = { kind: 'switch', value, body, cases: context.cases, range: p.rangeFrom(start) };
  return s;
}

function parseCase(p: Parser, start: Token, fn: FunctionContext): Stmt {
  p.next();
  const context = fn.switches[fn.switches.length - 1];
  if (!context) p.error('c-break', start.range, `'${start.text}' outside of a switch`);
  let low: bigint | undefined;
  let range: Range = start.range;
  let valid = true;
  if (start.text === 'case') {
    const v = parseConstant(p, 'the value of a case');
    if (v) {
      low = wrap(v.value, context?.type ?? INT);
      range = v.range;
    } else valid = false;
  }
  p.expect(':', `after '${start.text}'`);
  const stmt: CaseStmt & { body: Stmt } = {
    kind: 'case',
    low,
    high: low,
    body: { kind: 'null', range: start.range },
    range: cover(start.range, p.previous.range),
  };
  if (context && valid) {
    const old = context.seen.get(low);
    if (old)
      p.error(
        'c-redefined',
        range,
        low === undefined ? "there are two 'default' in this switch" : `the case ${low} is there twice`,
        undefined,
        [{ range: old, message: 'first here' }],
      );
    else {
      context.seen.set(low, range);
      context.cases.push(stmt);
    }
  }
  if (p.panicking) p.recover(STATEMENT_STOPS);
  (stmt as { body: Stmt }).body = parseLabelled(p, start);
  return stmt;
}

function parseReturn(p: Parser, start: Token, fn: FunctionContext): Stmt {
  p.next();
  if (fn.seh[fn.seh.length - 1] === 'finally')
    p.warn(
      'c-finally-return',
      start.range,
      "'return' out of a '__finally' block stops an unwind in the middle",
      'set a variable and return behind the block',
    );
  if (p.accept(';')) {
    // A value is missing: MSVC (C4033) warns and goes on in C.
    if (fn.returns.kind !== 'void' && fn.returns.kind !== 'error')
      p.warn(
        'c-missing-return',
        start.range,
        `'return' without a value in '${fn.symbol.name}', which returns '${typeToString(fn.returns)}'`,
      );
    return { kind: 'return', range: p.rangeFrom(start) };
  }
  const e = parseExpression(p);
  fn.returnsValue = true;
  let value: Expr | undefined = e;
  if (fn.returns.kind === 'void') {
    if (e.type.kind !== 'void' && e.type.kind !== 'error')
      p.warn('c-return-value', e.range, `'${fn.symbol.name}' returns void, so the value is dropped`);
  } else {
    value = assignConvert(p, e, fn.returns, { what: 'return value' });
  }
  p.expect(';', "after 'return'");
  return { kind: 'return', value, range: p.rangeFrom(start) };
}

function parseTry(p: Parser, start: Token, fn: FunctionContext): Stmt {
  p.next();
  fn.tries++;
  const body = parseCompound(p, "after '__try'");
  fn.tries--;
  let handler: TryStmt['handler'];
  if (p.accept('__except')) {
    let filter: Expr = { kind: 'error', type: { kind: 'error', quals: 0 }, range: p.tok.range, lvalue: false };
    if (p.expect('(', "after '__except'")) {
      fn.seh.push('filter');
      filter = assignConvert(p, parseExpression(p), INT, { what: 'argument', index: 0, callee: '__except' });
      fn.seh.pop();
      p.expect(')', 'after the filter');
    }
    if (p.panicking) p.recover(STATEMENT_STOPS);
    fn.seh.push('except');
    handler = { kind: 'except', filter, body: parseCompound(p, "after '__except (...)'") };
    fn.seh.pop();
  } else {
    if (!p.accept('__finally')) p.syntaxError("a '__try' needs '__except (...)' or '__finally': expected one of them");
    fn.seh.push('finally');
    handler = { kind: 'finally', body: parseCompound(p, "after '__finally'") };
    fn.seh.pop();
  }
  return { kind: 'try', body, handler, range: p.rangeFrom(start) };
}
