// The files that are being read: the main file at the bottom, what it includes above. They decide what __FILE__ and __LINE__ say, where
// #include "name" looks, and how deep the conditionals of each file are.
import type { SourceFile } from '../base/source.js';
import type { PPToken } from './lexer.js';
import type { PPFile } from './pp-file.js';

export interface OpenFile {
  readonly file: PPFile;
  /** Normalised path; '' for the predefined and command line texts. */
  readonly path: string;
  readonly folder: string;
  /** Index of the segment to read next. */
  segment: number;
  tokens: readonly PPToken[];
  at: number;
  /** Conditionals that are open: has a branch been taken? */
  readonly taken: boolean[];
  /** #line: add to a line number, name to show. */
  lineShift: number;
  shownName: string | undefined;
}

const NO_TOKENS: readonly PPToken[] = [];

export class OpenFiles {
  private readonly list: OpenFile[] = [];

  /** The file that is read now. */
  get top(): OpenFile | undefined {
    return this.list[this.list.length - 1];
  }

  get depth(): number {
    return this.list.length;
  }

  push(file: PPFile, path: string, folder: string): void {
    this.list.push({ file, path, folder, segment: 0, tokens: NO_TOKENS, at: 0, taken: [], lineShift: 0, shownName: undefined });
  }

  pop(): void {
    this.list.pop();
  }

  clear(): void {
    this.list.length = 0;
  }

  /** The innermost opening of a file. */
  find(file: SourceFile): OpenFile | undefined {
    for (let i = this.list.length - 1; i >= 0; i--) if (this.list[i].file.file === file) return this.list[i];
    return undefined;
  }

  /** Where #include "name" looks first: the folders of the open user files, innermost first. */
  folders(): string[] {
    const folders: string[] = [];
    for (let i = this.list.length - 1; i >= 0; i--) {
      const f = this.list[i];
      if (!f.path.startsWith('<') && !folders.includes(f.folder)) folders.push(f.folder);
    }
    return folders;
  }
}
