// Where the text that is lexed lies in the user's file. Lines that end in a backslash are joined before lexing (translation phase 2), so no
// rule of the lexer knows about splices; a snippet inside a scenario file begins at an offset. Here clean offsets become those of the file.
import type { Range, SourceFile } from '../base/source.js';

/** Removed line splices: `at[i]` = offset in the clean text, `removed[i]` = characters removed up to there. */
export interface SpliceMap {
  readonly at: readonly number[];
  readonly removed: readonly number[];
}

/** Text to lex and how its offsets relate to the file that the user sees. */
export interface LexSource {
  readonly file: SourceFile;
  /** Splice-free text. */
  readonly text: string;
  /** Offset of `text` in `file` (a snippet inside a scenario file), else 0. */
  readonly base: number;
  readonly splices: SpliceMap | undefined;
}

/** Ranges are made with offsets of the clean text; here they become those of the user's file. */
export function moveToFile(source: LexSource, tokens: { range: Range }[], first: number): void {
  const { base, file, splices } = source;
  if (tokens.length === first) return;
  const at = splices === undefined ? [] : splices.at;
  let n = splices === undefined ? 0 : splicesBefore(splices, tokens[first].range.start);
  for (let i = first; i < tokens.length; i++) {
    const { start, end } = tokens[i].range;
    while (n < at.length && at[n] <= start) n++;
    const from = base + start + (n > 0 ? splices!.removed[n - 1] : 0);
    while (n < at.length && at[n] < end) n++;
    tokens[i].range = { file, start: from, end: base + end + (n > 0 ? splices!.removed[n - 1] : 0) };
  }
}

/** Number of splices at or before a clean offset. */
function splicesBefore(splices: SpliceMap, offset: number): number {
  let lo = 0;
  let hi = splices.at.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (splices.at[mid] <= offset) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Offset in the user's file of a clean offset. */
export function originalOffset(source: LexSource, offset: number): number {
  const n = source.splices === undefined ? 0 : splicesBefore(source.splices, offset);
  return source.base + offset + (n > 0 ? source.splices!.removed[n - 1] : 0);
}
