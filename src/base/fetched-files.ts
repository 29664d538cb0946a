// Files that come through the editor, one round of questions at a time (VS Code for the Web: language server and debug adapter). The core reads a synchronous
// snapshot; what it asked for and this does not know is fetched between two analyses or builds. What is known not to exist is known as well, so the same question
// is never asked twice. Nobody who reads has to tell of a miss: whatever is read or listed here and not known is fetched with the next round.
import { basename, compareCodePoints, dirname, type FileProvider, normalizePath } from './files.js';

/** Asks the editor. Undefined: it is not there. */
export interface FileQuestions {
  readFile(path: string): Promise<string | undefined>;
  listFiles(path: string): Promise<readonly string[] | undefined>;
}

export class FetchedFiles implements FileProvider {
  private readonly texts = new Map<string, string | undefined>();
  private readonly folders = new Map<string, readonly string[] | undefined>();
  private readonly wantedTexts = new Set<string>();
  private readonly wantedFolders = new Set<string>();

  constructor(private readonly ask: FileQuestions) {}

  read(path: string): string | undefined {
    const p = normalizePath(path);
    if (!this.texts.has(p)) {
      const folder = dirname(p);
      // the folder's listing answers most questions: headers are looked for where they are not
      if (!this.folders.has(folder)) this.wantedFolders.add(folder);
      if (this.isThere(p)) this.wantedTexts.add(p);
    }
    return this.texts.get(p);
  }

  list(folder: string): readonly string[] | undefined {
    const f = normalizePath(folder);
    if (!this.folders.has(f)) this.wantedFolders.add(f);
    return this.folders.get(f);
  }

  /** Fetches what was asked for; answers whether anything was. */
  async fetch(): Promise<boolean> {
    const folders = [...this.wantedFolders];
    this.wantedFolders.clear();
    await Promise.all(
      folders.map(async (f) => {
        const names = isFolder(f) ? await this.ask.listFiles(f) : undefined;
        this.folders.set(f, names && [...names].sort(compareCodePoints));
      }),
    );
    const texts = [...this.wantedTexts];
    this.wantedTexts.clear();
    await Promise.all(texts.map(async (p) => void this.texts.set(p, this.isThere(p) ? await this.ask.readFile(p) : undefined)));
    return folders.length > 0 || texts.length > 0;
  }

  /** These (or all) may have changed. */
  forget(paths?: readonly string[]): void {
    if (!paths) {
      this.texts.clear();
      this.folders.clear();
    }
    for (const p of paths ?? []) {
      this.texts.delete(p);
      this.folders.delete(dirname(p));
    }
  }

  /** False only if the folder is known not to have it. */
  private isThere(path: string): boolean {
    const folder = dirname(path);
    if (!this.folders.has(folder)) return true;
    const names = this.folders.get(folder);
    return names === undefined || names.includes(basename(path));
  }
}

/** A folder of a file system; not what is above the root of a URI. */
const isFolder = (f: string): boolean => f !== '' && !/^[A-Za-z][A-Za-z0-9+.-]*:\/{0,2}$/.test(f);
