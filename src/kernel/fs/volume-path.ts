// Paths on the simulated volume: C:, \SystemRoot and \Device\HarddiskVolume3 are names of one tree.
import { toDevicePath } from '../ps/program.js';

export const VOLUME = '\\Device\\HarddiskVolume3';

/** Path from the root of the volume; undefined when the path is on no volume. */
export function volumePath(path: string): string | undefined {
  const full = toDevicePath(path.replace(/^\\SystemRoot(?=\\|$)/i, '\\??\\C:\\Windows'));
  return full.toUpperCase().startsWith(VOLUME.toUpperCase()) ? full.slice(VOLUME.length) || '\\' : undefined;
}
