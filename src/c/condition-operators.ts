// The operators that exist in #if and #elif only: `defined` and `__has_include`. Their operands are read before macros in them are expanded,
// so they are carried out while the line is expanded and leave a number to pp-expression.ts.
import type { PPToken } from './lexer.js';
import type { MacroInput } from './macro-arguments.js';
import { type MacroTable, problem } from './macros.js';

/** `defined NAME` and `defined(NAME)`; `defined` has been read. The number 1 or 0. */
export function definedOperator(input: MacroInput, macros: MacroTable, at: PPToken): PPToken {
  let t = input.read();
  const open = t?.text === '(';
  if (open) t = input.read();
  if (t === undefined || (t.kind !== 'identifier' && t.kind !== 'keyword')) {
    input.report(problem('error', 'pp-if', "'defined' needs the name of a macro", at.range, 'write defined(NAME)'));
    if (t !== undefined && t.text !== ')') input.unread([t]);
    return { ...at, kind: 'number', text: '0' };
  }
  if (open) {
    const close = input.read();
    if (close?.text !== ')') {
      input.report(problem('error', 'pp-if', "'defined(' is not closed", at.range, "add ')' after the name"));
      if (close !== undefined) input.unread([close]);
    }
  }
  return { ...at, kind: 'number', text: macros.has(t.text) || t.text === '__has_include' ? '1' : '0' };
}

/** `__has_include(...)`; `exists` judges the tokens in its parentheses. The number 1 or 0. */
export function hasIncludeOperator(input: MacroInput, exists: (tokens: readonly PPToken[]) => boolean, at: PPToken): PPToken {
  const inside: PPToken[] = [];
  let t = input.read();
  if (t?.text !== '(') {
    input.report(problem('error', 'pp-if', "'__has_include' needs a file name in parentheses", at.range, 'write __has_include(<name.h>)'));
    if (t !== undefined) input.unread([t]);
    return { ...at, kind: 'number', text: '0' };
  }
  for (t = input.read(); t !== undefined && t.text !== ')'; t = input.read()) inside.push(t);
  return { ...at, kind: 'number', text: exists(inside) ? '1' : '0' };
}
