// Reading `( arguments )` behind the name of a function-like macro: across line ends, past pragmas (directives between the arguments), with
// as many arguments in the end as the macro takes.
import type { Diagnostic } from '../base/diagnostic.js';
import type { PPToken } from './lexer.js';
import { type MacroDef, problem } from './macros.js';

/** The tokens still to be expanded, as the reading of an operand sees them. */
export interface MacroInput {
  /** Next token, not expanded; undefined at the end of what may be read. */
  read(): PPToken | undefined;
  /** Puts tokens back in front. */
  unread(tokens: readonly PPToken[]): void;
  report(d: Diagnostic): void;
}

export interface MacroArguments {
  /** Not expanded yet; as many as the macro has parameters, that for `...` included. */
  readonly list: PPToken[][];
  readonly close: PPToken;
  /** Pragmas that stood between them. */
  readonly pragmas: PPToken[];
}

/** Reads `( arguments )` after the name; undefined (and nothing consumed, or reported) when there are none. */
export function readArguments(input: MacroInput, name: PPToken, m: MacroDef): MacroArguments | undefined {
  const pragmas: PPToken[] = [];
  let open = input.read();
  while (open !== undefined && open.kind === 'pragma') {
    pragmas.push(open);
    open = input.read();
  }
  if (open === undefined || open.text !== '(' || open.kind !== 'punctuator') {
    const back = open === undefined ? pragmas : [...pragmas, open];
    if (back.length > 0) input.unread(back);
    return undefined;
  }
  const named = m.params!.length;
  const list: PPToken[][] = [[]];
  let depth = 0;
  for (;;) {
    const t = input.read();
    if (t === undefined) {
      input.report({
        ...problem(
          'error',
          'pp-unterminated-invocation',
          `the arguments of macro '${m.name}' are not closed`,
          name.range,
          "add the missing ')'",
        ),
        related: [{ range: open.range, message: "this '(' is open" }],
      });
      return undefined;
    }
    if (t.kind === 'pragma') pragmas.push(t);
    else if (t.kind !== 'punctuator') list[list.length - 1].push(t);
    else if (t.text === ')' && depth === 0) {
      adjust(input, list, m, name, named);
      return { list, close: t, pragmas };
    } else if (t.text === ',' && depth === 0 && !(m.variadic && list.length > named)) list.push([]);
    else {
      if (t.text === '(') depth++;
      else if (t.text === ')') depth--;
      list[list.length - 1].push(t);
    }
  }
}

/** Makes the number of arguments fit: MSVC warns (C4002, C4003), takes missing ones as empty and drops surplus ones. */
function adjust(input: MacroInput, list: PPToken[][], m: MacroDef, name: PPToken, named: number): void {
  const wanted = named + (m.variadic ? 1 : 0);
  const given = list.length === 1 && list[0].length === 0 && wanted === 0 ? 0 : list.length;
  if (given > wanted || given < named) {
    const few = given < named;
    input.report({
      ...problem(
        'warning',
        few ? 'pp-too-few-arguments' : 'pp-too-many-arguments',
        `macro '${m.name}' takes ${named} argument${named === 1 ? '' : 's'}${m.variadic ? ' or more' : ''}, but ${given} ${given === 1 ? 'is' : 'are'} given`,
        name.range,
        few ? 'the missing ones are taken as empty' : 'the surplus ones are dropped',
      ),
      related: [{ range: m.range, message: `'${m.name}' is defined here` }],
    });
  }
  while (list.length < wanted) list.push([]);
  list.length = wanted;
}
