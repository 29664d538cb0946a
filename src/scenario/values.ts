// Numbers with units and registry data of scenario files.

const UNITS: Record<string, number> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** `100ns`, `1.5ms`, `60s` -> nanoseconds; undefined when it is not a time. */
export function parseTime(text: string): number | undefined {
  const m = /^(\d+(?:\.\d+)?)(ns|us|ms|s)$/.exec(text);
  return m ? Math.round(Number(m[1]) * UNITS[m[2]]) : undefined;
}

/** Decimal or `0x` integer, `_` and `'` not allowed; undefined when it is not one or not exact. */
export function parseInteger(text: string): number | undefined {
  if (!/^(\d+|0[xX][0-9A-Fa-f]+)$/.test(text)) return undefined;
  const n = Number(text);
  return Number.isSafeInteger(n) ? n : undefined;
}

/** Little-endian bytes of an integer. */
export function binaryValue(n: number, size: 4 | 8): Uint8Array {
  const d = new DataView(new ArrayBuffer(size));
  if (size === 4) d.setUint32(0, n, true);
  else d.setBigUint64(0, BigInt(n), true);
  return new Uint8Array(d.buffer);
}

/** UTF-16LE with terminators (REG_SZ; REG_MULTI_SZ ends with an empty string). */
export function stringValue(texts: readonly string[], multi: boolean): Uint8Array {
  const all = texts.map((t) => `${t}\0`).join('') + (multi ? '\0' : '');
  const out = new Uint8Array(all.length * 2);
  for (let i = 0; i < all.length; i++) {
    out[2 * i] = all.charCodeAt(i) & 255;
    out[2 * i + 1] = all.charCodeAt(i) >> 8;
  }
  return out;
}
