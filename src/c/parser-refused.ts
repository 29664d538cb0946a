// Statements that are refused and read over, so that what stands behind them is still checked: inline assembly in three spellings, `__if_exists`.
import { skipGroup } from './parser-attributes.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { Stmt } from './tree.js';

/** What stands behind gcc's word for inline assembly. */
const ASM_FOLLOWS: ReadonlySet<string> = new Set(['(', 'volatile', 'goto', 'inline']);

export function reportAssembly(p: Parser, at: Token): void {
  p.error('c-asm', at.range, 'inline assembly cannot be simulated', 'x64 compilers do not accept it either: use an intrinsic');
}

/** gcc's `asm`, which MSVC takes for an ordinary name. */
export const isGnuAssembly = (p: Parser): boolean => p.tok.text === 'asm' && !p.declared('asm') && ASM_FOLLOWS.has(p.peek().text);

/** `__asm { ... }`, `__asm` to the end of its line, or gcc's `asm volatile ( ... );`. */
export function skipAssembly(p: Parser, start: Token): Stmt {
  reportAssembly(p, start);
  p.next();
  while (p.is('volatile') || p.is('goto') || p.is('inline')) p.next();
  if (p.is('(')) {
    skipGroup(p);
    p.accept(';');
  } else if (p.is('{')) {
    p.next();
    p.skipToClose();
    p.accept('}');
  } else {
    while (!p.atEnd && !p.tok.atLineStart && !p.is('}')) p.next();
  }
  return { kind: 'null', range: start.range };
}

/** `__if_exists (name) { ... }`: MSVC has it for C++ templates; in C one branch would have to be chosen by what is declared. */
export function skipIfExists(p: Parser, start: Token): Stmt {
  p.error('c-if-exists', start.range, `'${start.text}' is not supported`, 'use #ifdef, or write the branch that is meant');
  p.next();
  skipGroup(p);
  if (p.accept('{')) {
    p.skipToClose();
    p.accept('}');
  }
  return { kind: 'null', range: start.range };
}
