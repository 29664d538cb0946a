// The synchronous snapshot of files that the core reads. Misses are collected; the host (disk, editor) fetches them and tries again.
import { SourceFile } from './source.js';

/** Read-only view of files by normalised path (forward slashes). Implementations: disk (cli), in memory (tests, web). */
export interface FileProvider {
  /** Text of a file, or undefined when the snapshot does not have it. */
  read(path: string): string | undefined;
  /** File names (not paths) in a folder, sorted by code point, or undefined when unknown. Lets includes ignore case. */
  list(folder: string): readonly string[] | undefined;
}

/** Files held in a map from normalised path to text. */
export class MemoryFiles implements FileProvider {
  private readonly files = new Map<string, string>();
  constructor(files: Record<string, string> = {}) {
    for (const [p, t] of Object.entries(files)) this.files.set(normalizePath(p), t);
  }
  set(path: string, text: string): void {
    this.files.set(normalizePath(path), text);
  }
  read(path: string): string | undefined {
    return this.files.get(normalizePath(path));
  }
  list(folder: string): readonly string[] | undefined {
    const prefix = normalizePath(folder) === '' ? '' : `${normalizePath(folder)}/`;
    const names = new Set<string>();
    for (const p of this.files.keys()) if (p.startsWith(prefix)) names.add(p.slice(prefix.length).split('/')[0]);
    return names.size ? [...names].sort(compareCodePoints) : undefined;
  }
}

/** Forward slashes, `.` and `..` resolved, no trailing slash; keeps a leading `/`, a drive or a URI scheme. */
export function normalizePath(path: string): string {
  const m = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*)?(.*)$/s.exec(path.replace(/\\/g, '/'))!;
  const head = m[1] ?? '';
  const absolute = m[2].startsWith('/');
  const out: string[] = [];
  for (const part of m[2].split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length && out[out.length - 1] !== '..') out.pop();
    else if (part === '..' && absolute) continue;
    else out.push(part);
  }
  return head + (absolute ? '/' : '') + out.join('/');
}

export function joinPath(folder: string, rest: string): string {
  if (/^([A-Za-z]:)?[\\/]/.test(rest) || /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(rest)) return normalizePath(rest);
  return normalizePath(folder === '' ? rest : `${folder}/${rest}`);
}

export function dirname(path: string): string {
  const p = normalizePath(path);
  const i = p.lastIndexOf('/');
  return i < 0 ? '' : i === 0 ? '/' : p.slice(0, i);
}

export function basename(path: string): string {
  const p = normalizePath(path);
  return p.slice(p.lastIndexOf('/') + 1);
}

/** Order by code point: the same on every host, whatever its locale. */
export function compareCodePoints(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Reads a file as a SourceFile; the caller decides what `path` the user sees. */
export function readSource(files: FileProvider, path: string, shown = path): SourceFile | undefined {
  const text = files.read(path);
  return text === undefined ? undefined : new SourceFile(shown, text);
}
