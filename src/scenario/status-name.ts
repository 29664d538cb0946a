// NTSTATUS values by name, read from the one place that declares them: our own ntstatus.h.
import { wdkHeaders } from '../wdk/headers.gen.js';

let names: Map<number, string> | undefined;

/** `STATUS_ACCESS_DENIED`, or undefined. Where several names share a value the first one in the header wins. */
export function findStatusName(value: number): string | undefined {
  if (!names) {
    names = new Map();
    for (const m of (wdkHeaders['ntstatus.h'] ?? '').matchAll(/^#define\s+(STATUS_\w+)\s+\(\(NTSTATUS\)0x([0-9A-Fa-f]{8})L?\)/gm)) {
      const v = Number.parseInt(m[2], 16);
      if (!names.has(v)) names.set(v, m[1]);
    }
  }
  return names.get(value >>> 0);
}

/** `STATUS_ACCESS_DENIED (0xC0000022)`; only the number when it has no name. Small numbers are exit codes of programs. */
export function statusName(value: number): string {
  const code = `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
  if (value > 0 && value < 0x100) return String(value);
  const name = findStatusName(value);
  return name ? `${name} (${code})` : code;
}
