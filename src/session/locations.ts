// From source lines to steps and back: which steps begin a statement on a line, in every image that has code from that file (an inline function of a header
// may be compiled into several).
import type { CompiledImage, FunctionInfo } from '../machine/image.js';

export interface Location {
  readonly line: number;
  /** Global step number. */
  readonly step: number;
  readonly fn: FunctionInfo;
}

/** Line table of all images, by shown path of the source file. */
export class Locations {
  private readonly byFile = new Map<string, Location[]>();

  constructor(images: readonly CompiledImage[]) {
    for (const image of images) {
      for (const fn of image.functions) {
        fn.steps.forEach((s, i) => {
          if (!s.first) return;
          const file = s.range.file;
          let list = this.byFile.get(file.path);
          if (!list) this.byFile.set(file.path, (list = []));
          list.push({ line: file.position(s.range.start).line, step: fn.stepBase + i, fn });
        });
      }
    }
    for (const list of this.byFile.values()) list.sort((a, b) => a.line - b.line || a.step - b.step);
  }

  hasFile(path: string): boolean {
    return this.byFile.has(path);
  }

  /** Lines in [from, to] on which a statement begins. */
  lines(path: string, from: number, to: number): number[] {
    return [...new Set((this.byFile.get(path) ?? []).filter((l) => l.line >= from && l.line <= to).map((l) => l.line))];
  }

  /**
   * Where a breakpoint asked for on `line` really goes: the first statement of that line, else of the next line that has one *inside the same function*
   * (else the first line of the next function, as debuggers do for a click on a function's head). One location per function that has the line.
   */
  resolve(path: string, line: number): Location[] {
    const list = this.byFile.get(path) ?? [];
    const at = list.find((l) => l.line >= line);
    if (!at) return [];
    const seen = new Set<number>();
    return list.filter((l) => {
      if (l.line !== at.line || seen.has(l.fn.number)) return false;
      seen.add(l.fn.number);
      return true;
    });
  }

  /** All statement starts of user sources (not of built-in headers), for stepping into. */
  *allStarts(): Iterable<number> {
    for (const list of this.byFile.values())
      for (const l of list) if (!l.fn.unit.file.builtin && !l.fn.steps[l.step - l.fn.stepBase].range.file.builtin) yield l.step;
  }
}
