// An NTSTATUS as reports show it.
import { findStatusName } from '../wdk/status-names.js';

export { findStatusName };

/** `STATUS_ACCESS_DENIED (0xC0000022)`; only the number when it has no name. Small numbers are exit codes of programs. */
export function statusName(value: number): string {
  const code = `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
  if (value > 0 && value < 0x100) return String(value);
  const name = findStatusName(value);
  return name ? `${name} (${code})` : code;
}
