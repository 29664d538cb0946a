// Arguments of the command line, checked: unknown options, missing values and wrong numbers are said, with the nearest known option.
import { parseArgs } from 'node:util';
import { nearest } from '../base/nearest.js';

/** The command was called wrongly; the message says how. Exit code 2. */
export class UsageError extends Error {}

export interface Arguments {
  readonly positional: readonly string[];
  readonly options: Readonly<Record<string, number | string | boolean | undefined>>;
  /** Options that may be given several times: every value, in order. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Parses `args` against a table of options; `positional` other arguments are wanted, and `optional` more are allowed. */
export function parseArguments(
  args: readonly string[],
  known: Readonly<Record<string, 'number' | 'text' | 'flag' | 'list'>>,
  positional: number,
  optional = 0,
): Arguments {
  const options = Object.fromEntries(
    Object.entries(known).map(([n, t]) => [n, { type: t === 'flag' ? ('boolean' as const) : ('string' as const), multiple: t === 'list' }]),
  );
  for (const a of args) {
    const name = /^--([^=]+)/.exec(a)?.[1];
    if (name !== undefined && !Object.hasOwn(known, name)) {
      const near = nearest(name, Object.keys(known));
      throw new UsageError(`unknown option '--${name}'${near ? `; did you mean '--${near}'?` : ''}`);
    }
  }
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (e) {
    throw new UsageError(e instanceof Error ? e.message : String(e));
  }
  if (parsed.positionals.length < positional || parsed.positionals.length > positional + optional)
    throw new UsageError(
      parsed.positionals.length < positional ? 'a file is missing' : `unexpected argument '${parsed.positionals[positional + optional]}'`,
    );
  const out: Record<string, number | string | boolean | undefined> = {};
  const lists: Record<string, readonly string[]> = {};
  for (const [n, t] of Object.entries(known)) {
    const v = parsed.values[n];
    if (t === 'list') {
      lists[n] = (v as string[] | undefined) ?? [];
      continue;
    }
    if (t !== 'number' || v === undefined) {
      out[n] = v as string | boolean | undefined;
      continue;
    }
    const x = Number(v);
    if (!Number.isSafeInteger(x) || x < 0) throw new UsageError(`--${n} wants a whole number, not '${String(v)}'`);
    out[n] = x;
  }
  return { positional: parsed.positionals, options: out, lists };
}
