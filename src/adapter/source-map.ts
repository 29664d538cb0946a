// Sources in both directions: files of the session as DAP sources (paths of the editor, or references for texts that only Interlock has), and the
// editor's sources as the paths by which the session knows them.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { joinPath, normalizePath } from '../base/files.js';
import type { Range, SourceFile } from '../base/source.js';

export interface Location {
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly source?: DebugProtocol.Source;
}

export class SourceMap {
  /** Folder of the scenario: the session's paths are relative to it. */
  folder = '';
  private readonly references = new Map<number, SourceFile>();

  /** The text behind a source reference that `source` gave out. */
  builtin(reference: number): SourceFile | undefined {
    return this.references.get(reference);
  }

  source(file: SourceFile): DebugProtocol.Source {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    if (!file.builtin && !file.path.endsWith('(default scenario)')) return { name, path: joinPath(this.folder, file.path) };
    let reference = 0;
    for (const [r, f] of this.references) if (f === file) reference = r;
    if (!reference) {
      reference = this.references.size + 1;
      this.references.set(reference, file);
    }
    return {
      name,
      path: `interlock/${file.path}`,
      sourceReference: reference,
      presentationHint: file.builtin ? 'deemphasize' : 'normal',
      origin: 'Interlock',
    };
  }

  location(range: Range | undefined): Location {
    if (!range) return { line: 0, column: 0 };
    const from = range.file.position(range.start);
    const to = range.file.position(range.end);
    return { source: this.source(range.file), line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  /** The path by which the session knows a source of the editor. */
  shownPath(source: DebugProtocol.Source): string {
    if (source.sourceReference) return this.references.get(source.sourceReference)?.path ?? '';
    let path = source.path ?? '';
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
      try {
        path = decodeURIComponent(path);
      } catch {
        // not encoded after all
      }
    }
    path = normalizePath(path);
    return this.folder !== '' && path.startsWith(`${this.folder}/`) ? path.slice(this.folder.length + 1) : path;
  }
}
