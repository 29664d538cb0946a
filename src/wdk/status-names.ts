// NTSTATUS values by name, read from the one place that declares them: our own ntstatus.h.
import { wdkHeaders } from './headers.gen.js';

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
