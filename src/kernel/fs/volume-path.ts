// Paths on the simulated volume: C:, \SystemRoot and \Device\HarddiskVolume3 are names of one tree.
import { toDevicePath } from '../ps/program.js';

export const VOLUME = '\\Device\\HarddiskVolume3';

/** Path from the root of the volume; undefined when the path is on no volume. */
export function volumePath(path: string): string | undefined {
  const full = toDevicePath(path.replace(/^\\SystemRoot(?=\\|$)/i, '\\??\\C:\\Windows'));
  return full.toUpperCase().startsWith(VOLUME.toUpperCase()) ? full.slice(VOLUME.length) || '\\' : undefined;
}

const MAX_COMPONENT = 255;
/** Characters that no name on the volume has; ':' names streams, which are not simulated. */
const BAD = /[\u0001-\u001f"*/:<>?|]/;

/** Can a path from the root of the volume be the name of a file? */
export const isFileName = (path: string): boolean =>
  path.startsWith('\\') &&
  !path.includes('\\\\') &&
  !BAD.test(path) &&
  path.split('\\').every((part) => part.length <= MAX_COMPONENT && part !== '.' && part !== '..');
