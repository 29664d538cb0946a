// Messages for names that are not declared, with the nearest visible name as a hint.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Parser } from './parser-state.js';
import { CPP_WORDS } from './parser-words.js';
import type { Token } from './token.js';
import type { Scope } from './tree.js';

/** Edit distance with adjacent swaps, given up above `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let prev = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let v = Math.min(prev[j] + 1, row[j - 1] + 1, prev[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) v = Math.min(v, before[j - 2] + 1);
      row.push(v);
      if (v < best) best = v;
    }
    if (best > limit) return limit + 1;
    before = prev;
    prev = row;
  }
  return prev[b.length];
}

/** The candidate most like `name`, if one is like it at all. Other letter case counts as half an error. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = name.length < 4 ? 1 : name.length < 9 ? 2 : 3;
  const lower = name.toLowerCase();
  let found: string | undefined;
  let best = limit + 1;
  for (const c of candidates) {
    if (c === name || Math.abs(c.length - name.length) > limit) continue;
    const d = c.toLowerCase() === lower ? 0.5 : editDistance(name, c, limit);
    if (d < best) {
      best = d;
      found = c;
    }
  }
  return found;
}

function* visibleNames(scope: Scope | undefined, wanted: (kind: string) => boolean): Generator<string> {
  for (let s = scope; s; s = s.parent) for (const [n, symbol] of s.names) if (wanted(symbol.kind)) yield n;
}

/** word: stands in a declaration where only a macro (a calling convention, an annotation) makes sense. */
export type NameUse = 'identifier' | 'function' | 'type' | 'word';

/** Searching thousands of names takes milliseconds: after so many unknown names the reason is another one. */
const MAX_HINTS = 40;

/** Reports an undeclared name, once per function (per unit outside of functions). Returns the error if there was one. */
export function reportUndeclared(p: Parser, token: Token, use: NameUse): Diagnostic | undefined {
  if (p.panicking) return undefined;
  const reported = p.fn?.reported ?? p.unit.reported;
  if (reported.has(token.text)) return undefined;
  reported.add(token.text);
  if (CPP_WORDS.has(token.text)) {
    reportCpp(p, token);
    return undefined;
  }
  const near =
    p.hints++ >= MAX_HINTS
      ? undefined
      : nearest(
          token.text,
          visibleNames(p.scope, (k) =>
            use === 'type' || use === 'word' ? k === 'typedef' : use === 'function' ? k === 'function' || k === 'var' : k !== 'typedef',
          ),
        );
  const what =
    use === 'function'
      ? `function '${token.text}' is called, but neither declared nor defined`
      : use === 'type'
        ? `unknown type name '${token.text}'`
        : use === 'word'
          ? `unknown word '${token.text}' in a declaration`
          : `'${token.text}' is not declared`;
  const hint = near
    ? `did you mean '${near}'?`
    : use === 'identifier'
      ? undefined
      : use === 'word'
        ? 'a macro that is not defined?'
        : `is a header missing, or the declaration of '${token.text}'?`;
  const before = p.diagnostics.length;
  p.error('c-undeclared', token.range, what, hint);
  return p.diagnostics.length > before ? p.diagnostics[before] : undefined;
}

/** One message for the whole unit: what follows cannot be read as C anyway. */
export function reportCpp(p: Parser, token: Token): void {
  if (p.unit.reported.has('C++')) return;
  p.unit.reported.add('C++');
  p.error(
    'c-cpp',
    token.range,
    `'${token.text}' is C++; Interlock runs drivers written in C`,
    'compile this file as C, or leave it out of the scenario',
  );
  p.silent = true;
}
