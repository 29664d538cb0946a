// counted-string: the Buffer of a UNICODE_STRING from Windows is used as if a zero followed: in wcs and str routines, with %ws and %s, or to initialise another
// string. Length says where it ends; what follows is another string, or no memory at all.
import type { Expr, StringExpr } from '../c/tree.js';
import { strip } from '../c/walk.js';
import { reach } from './call-graph.js';
import { finding, type Rule } from './context.js';
import { countedStringFixes, formatFixes } from './counted-string-fix.js';
import { pointeeTag } from './places.js';
import type { Call, Fn } from './program.js';
import type { Finding } from './rule.js';

const STRINGS = new Set(['_UNICODE_STRING', '_STRING', '_ANSI_STRING', '_OEM_STRING']);

export const countedString: Rule = {
  id: 'counted-string',
  check(c) {
    const out: Finding[] = [];
    const steps = reach(c.callbacks.callbacks.map((cb) => cb.fn));
    for (const fn of steps.keys())
      for (const call of fn.calls) {
        if (!call.ddi) continue;
        const { params } = call.ddi.symbol.type;
        const report = (buffer: Counted, how: string, fixes: Finding['fixes']): void => {
          out.push(
            finding(
              'counted-string',
              'warning',
              'likely',
              buffer.use.range,
              `${buffer.text} is the buffer of a counted string and ${how} in ${fn.name}: it need not end with a zero, so this reads past its end. Use its Length: ${how.includes('%') ? 'print it with %wZ' : 'compare with RtlCompareUnicodeString or RtlPrefixUnicodeString, copy with RtlCopyUnicodeString'}`,
              c.pathTo(fn, steps),
              fixes,
            ),
          );
        };
        params.forEach((p, i) => {
          const arg = call.expr.args[i];
          if (
            !arg ||
            !p.sal.some((a) => /_z_$/.test(a.name)) ||
            /^_?\w*n\w*(cmp|icmp|cpy|cat|len)/.test(call.ddi?.name.replace(/^_?(wcs|str|mbs)/, '_') ?? '')
          )
            return;
          const buffer = countedBuffer(arg, fn);
          if (buffer)
            report(buffer, `is passed to ${call.ddi?.name}, which looks for a terminating zero,`, countedStringFixes(call, buffer));
        });
        formats(call, fn, report);
      }
    return out;
  },
};

/** The Buffer member of a counted string that came by pointer. */
export interface Counted {
  readonly use: Expr;
  readonly text: string;
  /** The pointer to the string. */
  readonly string: Expr;
}

/** `s->Buffer`, or a variable that is only ever initialised with it. A string variable of the driver's own may well be terminated. */
function countedBuffer(e: Expr, fn: Fn): Counted | undefined {
  const x = strip(e);
  if (x.kind === 'member' && x.arrow && x.field.name === 'Buffer' && STRINGS.has(pointeeTag(x.object.type) ?? ''))
    return ownString(x.object) ? undefined : { use: x, text: x.range.file.text.slice(x.range.start, x.range.end), string: x.object };
  if (x.kind !== 'ref' || x.symbol.kind !== 'var' || x.symbol.scope !== 'local' || x.symbol.init?.items.length !== 1) return undefined;
  const { symbol } = x;
  if (fn.facts.writes.some((w) => refersTo(w.kind === 'assign' ? w.target : w.operand, symbol))) return undefined;
  const source = countedBuffer(symbol.init?.items[0].value ?? x, fn);
  return source && { ...source, use: x };
}

const refersTo = (e: Expr, symbol: unknown): boolean => {
  const x = strip(e);
  return x.kind === 'ref' && x.symbol === symbol;
};

/** `(&name)->Buffer` of a variable. */
const ownString = (object: Expr): boolean => {
  const x = strip(object);
  return x.kind === 'unary' && x.op === '&';
};

/** One conversion of a format and the argument that it takes; `*` widths take one of their own. */
export interface Conversion {
  readonly text: string;
  readonly index: number;
  readonly precision: boolean;
}

export function conversions(format: string, first: number): Conversion[] {
  const out: Conversion[] = [];
  let arg = first;
  for (const m of format.matchAll(/%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?(hh|h|ll|l|I64|I32|I|w|z|j|t)?([a-zA-Z%])/g)) {
    if (m[5] === '%') continue;
    if (m[2] === '*') arg++;
    if (m[3] === '*') arg++;
    out.push({ text: `${m[4] ?? ''}${m[5]}`, index: arg++, precision: m[3] !== undefined });
  }
  return out;
}

export function formatText(e: Expr): { text: string; literal: StringExpr } | undefined {
  const x = strip(e);
  if (x.kind !== 'string') return undefined;
  let text = '';
  for (let i = 0; i + x.unit <= x.bytes.length; i += x.unit)
    text += String.fromCharCode(x.bytes[i] | (x.unit === 2 ? x.bytes[i + 1] << 8 : 0));
  return { text: text.replace(/\0$/, ''), literal: x };
}

function formats(call: Call, fn: Fn, report: (b: Counted, how: string, fixes: Finding['fixes']) => void): void {
  const type = call.ddi?.symbol.type;
  if (!type?.variadic) return;
  const at = type.params.length - 1;
  const arg = call.expr.args[at];
  const format = arg && formatText(arg);
  if (!format) return;
  for (const conv of conversions(format.text, at + 1)) {
    if (conv.precision || !/^(ws|ls|s|S|hs)$/.test(conv.text)) continue;
    const value = call.expr.args[conv.index];
    const buffer = value && countedBuffer(value, fn);
    if (buffer)
      report(buffer, `printed with %${conv.text}, which looks for a terminating zero,`, formatFixes(format.literal, conv, at + 1, buffer));
  }
}
