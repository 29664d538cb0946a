// Is an input of the console a command or a C expression? What begins with `!` and a letter, with `.` and a letter, or with `~` and a digit or nothing is a command or
// meant as one (`!flag`, C's negation, is an expression: its name is no command's). A word that is a command (`k`, `dt`) is one when its end, or white space and something
// that does not continue an expression, follows.
import { nearest } from '../../base/nearest.js';
import { splitArguments } from './arguments.js';

export type Input =
  | { readonly kind: 'expression'; readonly text: string }
  | { readonly kind: 'command'; readonly name: string; readonly args: string[] }
  /** Looks like a command; `near`: what may have been meant. */
  | { readonly kind: 'unknown'; readonly name: string; readonly near: string | undefined };

/** An operator that goes on with an expression; `-r` is an option. */
const GOES_ON = /^(?:[-+*/%&|^=<>?.,;[\]()]|!=)/;
const OPTION = /^-[A-Za-z]/;

export function parseInput(text: string, names: ReadonlyMap<string, unknown>, isVariable: (name: string) => boolean = () => false): Input {
  const t = text.trim();
  const explicit = /^\?{1,2}\s*(\S[\s\S]*)$/.exec(t);
  if (explicit) return { kind: 'expression', text: explicit[1] };
  if (t === '~' || /^~\s*[0-9a-f]*s?(?:\s|$)/i.test(t)) {
    const rest = t.slice(1).trim();
    // ~0 alone is C's complement for a C programmer, and nothing that a command would do
    if (rest === '' || /s$/i.test(rest)) return { kind: 'command', name: '~', args: splitArguments(rest) };
    return { kind: 'expression', text: t };
  }
  const m = /^([!.]?[A-Za-z_]\w*)(?:(\s+)([\s\S]*))?$/.exec(t);
  if (!m) return { kind: 'expression', text: t };
  const [, name, , rest = ''] = m;
  if (names.has(name)) {
    const word = !/^[!.]/.test(name);
    if (word && rest !== '' && GOES_ON.test(rest) && !OPTION.test(rest)) return { kind: 'expression', text: t };
    return { kind: 'command', name, args: splitArguments(rest) };
  }
  if (name.startsWith('.')) return { kind: 'unknown', name, near: near(name, names) };
  if (!name.startsWith('!')) return { kind: 'expression', text: t };
  // `!flag` negates a variable; with arguments it cannot be C
  const variable = isVariable(name.slice(1));
  return variable && rest === ''
    ? { kind: 'expression', text: t }
    : variable && GOES_ON.test(rest)
      ? { kind: 'expression', text: t }
      : { kind: 'unknown', name, near: near(name, names) };
}

function near(name: string, names: ReadonlyMap<string, unknown>): string | undefined {
  return nearest(name, names.keys()) ?? nearest(name.slice(1), names.keys());
}
