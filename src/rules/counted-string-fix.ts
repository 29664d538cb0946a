// Repairs of counted-string: `%ws` with s->Buffer becomes `%wZ` with s; a comparison with a literal becomes RtlCompareUnicodeString.
import type { StringExpr } from '../c/tree.js';
import { strip } from '../c/walk.js';
import { type Conversion, type Counted, conversions } from './counted-string.js';
import { sourceText } from './edits.js';
import type { Call } from './program.js';
import type { Fix } from './rule.js';

export function formatFixes(literal: StringExpr, conv: Conversion, first: number, buffer: Counted): Fix[] {
  const { file } = literal.range;
  const source = sourceText(literal.range);
  const member = strip(buffer.use);
  if (member.kind !== 'member' || buffer.use.macro || buffer.use.range.file !== file || literal.macro) return [];
  // the literal as written, escapes and all: conversions keep their order, so the n-th one is the n-th one there
  const index = conversions(source, first).findIndex((c) => c.index === conv.index);
  const written = [...source.matchAll(/%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?(hh|h|ll|l|I64|I32|I|w|z|j|t)?([a-zA-Z%])/g)].filter(
    (m) => m[5] !== '%',
  )[index];
  if (!written) return [];
  const isWide =
    buffer.string.type.kind === 'pointer' &&
    buffer.string.type.target.kind === 'record' &&
    buffer.string.type.target.decl.tag === '_UNICODE_STRING';
  const end = literal.range.start + written.index + written[0].length;
  return [
    {
      title: `Print ${sourceText(buffer.string.range)} with ${isWide ? '%wZ' : '%Z'}`,
      preferred: true,
      edits: [
        { range: { file, start: end - (written[4]?.length ?? 0) - 1, end }, text: isWide ? 'wZ' : 'Z' },
        { range: buffer.use.range, text: sourceText(buffer.string.range) },
      ],
    },
  ];
}

export function countedStringFixes(call: Call, buffer: Counted): Fix[] {
  const name = call.ddi?.name ?? '';
  if (!/^_?wcsi?cmp$/.test(name) || call.expr.macro || call.expr.args.length !== 2 || strip(buffer.use).kind !== 'member') return [];
  const [a, b] = call.expr.args;
  const other = strip(a.range.start === buffer.use.range.start ? b : a);
  if (other.kind !== 'string' || other.macro || buffer.use.macro) return [];
  const s = sourceText(buffer.string.range);
  return [
    {
      title: 'Compare with RtlCompareUnicodeString',
      preferred: true,
      edits: [
        {
          range: call.expr.range,
          text: `RtlCompareUnicodeString(${s}, &(UNICODE_STRING)RTL_CONSTANT_STRING(${sourceText(other.range)}), ${name === 'wcscmp' ? 'FALSE' : 'TRUE'})`,
        },
      ],
    },
  ];
}
