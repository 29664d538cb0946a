// `*`, `?` and `**` in the paths of project items and scenario sources, in code-point order so that every host gives the same list.
import { basename, compareCodePoints, type FileProvider, joinPath } from '../../base/files.js';

/** Bounds of a search with `**`, so that a pattern in the wrong folder ends. */
const MAX_FOLDERS = 2000;
const MAX_FILES = 10_000;

export const hasWildcard = (pattern: string): boolean => /[*?]/.test(pattern);

/** Whether a path (both normalised) matches a pattern; letters in any case. */
export function matchesPattern(path: string, pattern: string): boolean {
  return patternExpression(pattern).test(path);
}

function patternExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (m) => (m === '**/' ? '(?:[^/]+/)*' : m === '**' ? '.*' : m === '*' ? '[^/]*' : '[^/]'));
  return new RegExp(`^${source}$`, 'i');
}

/**
 * Files that a pattern names (a normalised path); the pattern itself when it has no wildcard. Folders do not count. A name in a listing counts as a file before
 * its text is there: hosts that fetch files (the web) list a folder first.
 */
export function expandWildcard(pattern: string, files: FileProvider): string[] {
  if (!hasWildcard(pattern)) return [pattern];
  const parts = pattern.split('/');
  const first = parts.findIndex((p) => /[*?]/.test(p));
  const folder = parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '');
  const rest = parts.slice(first);
  const depth = rest.includes('**') ? 30 : rest.length - 1;
  const expression = patternExpression(rest.join('/'));
  const found: string[] = [];
  let folders = 0;
  const walk = (at: string, shown: string, left: number): void => {
    if (++folders > MAX_FOLDERS) return;
    for (const name of [...(files.list(at) ?? [])].sort(compareCodePoints)) {
      const path = joinPath(at, name);
      const relative = shown === '' ? name : `${shown}/${name}`;
      const named = expression.test(relative);
      const entered = left > 0 && name !== '.git' && name !== 'node_modules';
      // asked only where the answer decides: on a host that fetches, a question is a message to the editor
      const isFolder = (named ? files.read(path) === undefined : entered) && files.list(path) !== undefined;
      if (isFolder) {
        if (entered) walk(path, relative, left - 1);
      } else if (named && found.length < MAX_FILES) found.push(path);
    }
  };
  walk(folder, '', depth);
  return found;
}

/** The path as the file system spells it: Windows projects name files in any case. The given one when there is no such file. */
export function actualPath(path: string, files: FileProvider): string {
  if (files.read(path) !== undefined) return path;
  const parts = path.split('/');
  // the last component first: nearly always only the file's name differs
  const name = findName(parts.slice(0, -1).join('/') || (path.startsWith('/') ? '/' : ''), basename(path), files);
  if (name !== undefined) return joinPath(parts.slice(0, -1).join('/') || (path.startsWith('/') ? '/' : ''), name);
  let at = path.startsWith('/') ? '/' : '';
  for (const part of parts.filter((p) => p !== '')) {
    const found = part === '..' ? part : findName(at, part, files);
    if (found === undefined) return path;
    at = joinPath(at, found);
  }
  return files.read(at) === undefined ? path : at;
}

function findName(folder: string, name: string, files: FileProvider): string | undefined {
  const lower = name.toLowerCase();
  const all = files.list(folder) ?? [];
  return all.includes(name) ? name : all.find((n) => n.toLowerCase() === lower);
}
