// Document URIs and the normalised paths of src/base/files.ts, both ways. A file of the disk is its path (`/x/a.c`, `c:/x/a.c`); everything else keeps its
// scheme and authority (`vscode-vfs://github/x/a.c`), decoded, so that names from folder listings can be appended.
import { normalizePath } from '../base/files.js';

/** Path of a document, or undefined for one that lies in no folder (untitled, an old version from git, an output). */
export function pathOfUri(uri: string): string | undefined {
  const m = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?(\/[^?#]*)$/.exec(uri);
  if (!m || m[1] === 'untitled') return undefined;
  const [, scheme, authority = '', encoded] = m;
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
  if (scheme !== 'file') return normalizePath(`${scheme}://${authority}${path}`);
  if (authority !== '') return undefined; // a network share has no path of this form
  const drive = /^\/([A-Za-z]):(.*)$/s.exec(path);
  return normalizePath(drive ? `${drive[1].toLowerCase()}:${drive[2]}` : path);
}

/** URI of a path that `pathOfUri` or a folder listing gave. */
export function uriOfPath(path: string): string {
  const m = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*)(.*)$/s.exec(path);
  if (m) return m[1] + encode(m[2]);
  return `file://${encode(path.startsWith('/') ? path : `/${path}`)}`;
}

const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
