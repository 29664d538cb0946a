// Source files, offsets and ranges: the one vocabulary in which every room says "where".
// A range is a pair of UTF-16 offsets into the text of one file, so it is exact, cheap to keep on every token and
// independent of line ends; lines and columns are computed only when somebody wants to read them.

/** A source text with a path. `path` is what the user sees (relative to the scenario where possible, forward slashes). */
export class SourceFile {
  private starts: number[] | undefined;

  constructor(
    readonly path: string,
    readonly text: string,
    /** Header that belongs to Interlock itself (src/wdk): diagnostics inside it are ours, the debugger shows it subtly. */
    readonly builtin = false,
  ) {}

  /** Offsets of line starts; lines are numbered from 0 here. */
  get lineStarts(): readonly number[] {
    if (!this.starts) {
      const s = [0];
      if (hasLoneReturn(this.text)) for (const m of this.text.matchAll(/\r\n?|\n/g)) s.push(m.index + m[0].length);
      else for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) s.push(i + 1);
      this.starts = s;
    }
    return this.starts;
  }

  /** 1-based line and column (UTF-16 units) of an offset. */
  position(offset: number): { line: number; column: number } {
    const s = this.lineStarts;
    let lo = 0;
    let hi = s.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (s[mid] <= offset) lo = mid;
      else hi = mid - 1;
    }
    return { line: lo + 1, column: offset - s[lo] + 1 };
  }

  /** Offset of a 1-based line and column, clamped to the text. */
  offset(line: number, column = 1): number {
    const s = this.lineStarts;
    if (line < 1) return 0;
    if (line > s.length) return this.text.length;
    return Math.min(s[line - 1] + column - 1, this.text.length);
  }
}

/** A carriage return that no line feed follows ends a line too (editors agree). */
export const hasLoneReturn = (text: string): boolean => text.includes('\r') && /\r(?!\n)/.test(text);

/** Half-open range of UTF-16 offsets in one file. */
export interface Range {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** Smallest range that covers both, if they are in one file; else the first. */
export function cover(a: Range, b: Range): Range {
  if (a.file !== b.file) return a;
  return { file: a.file, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** `path:line:column`, the form that terminals and editors make clickable. */
export function formatRange(r: Range): string {
  const p = r.file.position(r.start);
  return `${r.file.path}:${p.line}:${p.column}`;
}
