// The files as one analysis sees them: open documents first, then the host's. Each file is looked up once for an analysis, so that everything in it is
// about the same texts, and asking again costs nothing.
import { basename, compareCodePoints, dirname, type FileProvider } from '../base/files.js';
import type { LanguageHost } from './host.js';
import { uriOfPath } from './uris.js';

/** A document that the editor has open. */
export interface OpenDocument {
  readonly uri: string;
  readonly version: number;
  getText(): string;
}

export class Workspace {
  private readonly documents = new Map<string, OpenDocument>();

  /** URI of the folder with the pages of the rules: the client's, else the host's. */
  rulePages: string | undefined;

  constructor(readonly host: LanguageHost) {
    this.rulePages = host.rulePages;
  }

  open(path: string, document: OpenDocument): void {
    this.documents.set(path, document);
  }
  close(path: string): void {
    this.documents.delete(path);
  }
  document(path: string): OpenDocument | undefined {
    return this.documents.get(path);
  }
  get openPaths(): Iterable<string> {
    return this.documents.keys();
  }
  /** The URI that the editor uses for a file. */
  uri(path: string): string {
    return this.documents.get(path)?.uri ?? uriOfPath(path);
  }

  /** The files of this moment. */
  snapshot(): Snapshot {
    return new Snapshot(this, this.host.files);
  }
}

export class Snapshot implements FileProvider {
  private readonly texts = new Map<string, string | undefined>();
  private readonly folders = new Map<string, readonly string[] | undefined>();

  constructor(
    private readonly workspace: Workspace,
    private readonly files: FileProvider,
  ) {}

  read(path: string): string | undefined {
    if (!this.texts.has(path)) this.texts.set(path, this.workspace.document(path)?.getText() ?? this.files.read(path));
    return this.texts.get(path);
  }

  list(folder: string): readonly string[] | undefined {
    if (!this.folders.has(folder)) this.folders.set(folder, this.withOpen(folder, this.files.list(folder)));
    return this.folders.get(folder);
  }

  /** Every path that was read, there or not. */
  get paths(): ReadonlySet<string> {
    return new Set(this.texts.keys());
  }

  /** A document that is not (or no longer) in the folder counts as being there. */
  private withOpen(folder: string, names: readonly string[] | undefined): readonly string[] | undefined {
    const more = [...this.workspace.openPaths].filter((p) => dirname(p) === folder && !names?.includes(basename(p))).map(basename);
    return more.length ? [...(names ?? []), ...more].sort(compareCodePoints) : names;
  }
}
