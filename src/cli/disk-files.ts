// Files of the local disk as the core sees them: read synchronously, decoded from whatever encoding the source has, folder listings in code-point order.
import * as fs from 'node:fs';
import { compareCodePoints, type FileProvider, normalizePath } from '../base/files.js';
import { decodeSource } from '../c/decode.js';

export class DiskFiles implements FileProvider {
  private readonly texts = new Map<string, { stamp: string; text: string }>();

  /** Text of a file; undefined when it is not there or not a file. A file that has not changed is not read again. */
  read(path: string): string | undefined {
    const p = normalizePath(path);
    try {
      // most questions of a start are for headers that a project does not have: no exception for them
      const s = fs.statSync(p, { throwIfNoEntry: false });
      if (!s?.isFile()) return undefined;
      const stamp = `${s.mtimeMs}:${s.size}`;
      const known = this.texts.get(p);
      if (known?.stamp === stamp) return known.text;
      const text = decodeSource(fs.readFileSync(p));
      this.texts.set(p, { stamp, text });
      return text;
    } catch {
      return undefined;
    }
  }

  list(folder: string): readonly string[] | undefined {
    try {
      return fs.readdirSync(normalizePath(folder) || '.').sort(compareCodePoints);
    } catch {
      return undefined;
    }
  }
}
