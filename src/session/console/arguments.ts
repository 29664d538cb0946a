// Arguments of console commands: split at white space, but not inside quotes or brackets; and numbers as the kernel debuggers read them: hexadecimal by
// default, `0n` decimal, `0x` hexadecimal, `0t` octal, `0y` binary, with back-ticks in addresses.
import { EvaluationError } from '../../machine/inspect/value.js';

export function splitArguments(text: string): string[] {
  const out: string[] = [];
  let word = '';
  let depth = 0;
  let quote = '';
  let open = false;
  for (const c of text) {
    if (quote) {
      word += c;
      if (c === quote) quote = '';
      continue;
    }
    if (/\s/.test(c) && depth === 0) {
      if (open) out.push(word);
      word = '';
      open = false;
      continue;
    }
    if (c === '"') quote = c;
    else if (c === '(' || c === '[') depth++;
    else if ((c === ')' || c === ']') && depth > 0) depth--;
    word += c;
    open = true;
  }
  if (open) out.push(word);
  return out;
}

const unquote = (text: string): string => (/^".*"$/.test(text) ? text.slice(1, -1) : text);
export const plain = (argument: string): string => unquote(argument);

/** A number, or undefined when it is none. `bare`: letters alone (`beef`) count too. */
export function parseNumber(text: string, bare = false): bigint | undefined {
  const t = text.replace(/`/g, '');
  const m = /^(-?)0n([0-9]+)$/i.exec(t);
  if (m) return BigInt(m[2]) * (m[1] ? -1n : 1n);
  if (/^0t[0-7]+$/i.test(t)) return BigInt(`0o${t.slice(2)}`);
  if (/^0y[01]+$/i.test(t)) return BigInt(`0b${t.slice(2)}`);
  if (/^0x[0-9a-f]+$/i.test(t)) return BigInt(t);
  if (/^[0-9][0-9a-f]*$/i.test(t)) return BigInt(`0x${t}`);
  if (/^[0-9a-f]+$/i.test(t) && (bare || text.includes('`') || t.length >= 8)) return BigInt(`0x${t}`);
  return undefined;
}

/** A number of moderate size (a count, flags, a CPU). Throws EvaluationError. */
export function smallNumber(text: string, what: string, limit = 0xffffffff): number {
  const n = parseNumber(text, true);
  if (n === undefined || n < 0n || n > BigInt(limit))
    throw new EvaluationError(`'${text}' is no ${what} (numbers are hexadecimal; 0n10 is decimal ten)`);
  return Number(n);
}

/** 64-bit number as an address in the machine's signed form. */
export function toAddressForm(n: bigint): number {
  return Number(BigInt.asIntN(64, n));
}
