// Bytes of a source file -> text. Driver sources come as UTF-8, as UTF-16 (old Visual Studio) and, without any mark, in the code page of the machine where
// they were written: GBK from China, Windows-1252 from the West. A wrong guess spoils comments and strings, and with GBK also lines, since the second byte of
// a character may be a backslash; it must never fail.
// Line ends are kept as they are, so offsets in the text are offsets in what the editor shows.

/**
 * Text of a source file. Byte order mark decides; without one the bytes are UTF-16 if every second of the first ones is 0, UTF-8 if they are valid UTF-8,
 * GBK if they read like Chinese and the host knows it, else Windows-1252. The byte order mark itself is not part of the text. Never throws.
 */
export function decodeSource(bytes: Uint8Array): string {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return utf16(bytes, 2, false);
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes, 2, true);
  const unmarked = unmarkedUtf16(bytes);
  if (unmarked !== undefined) return utf16(bytes, 0, unmarked === 'big');
  return strict('utf-8', bytes) ?? (looksChinese(bytes) ? strict('gbk', bytes) : undefined) ?? western(bytes);
}

/** Byte order of UTF-16 text without a mark: C begins with ASCII, so one byte of each pair is 0. */
function unmarkedUtf16(bytes: Uint8Array): 'big' | 'little' | undefined {
  const n = Math.min(bytes.length & ~1, 32);
  if (n < 8) return undefined;
  let low = 0;
  let high = 0;
  for (let i = 0; i < n; i += 2) {
    if (bytes[i] === 0) low++;
    if (bytes[i + 1] === 0) high++;
  }
  return low === 0 && high === n / 2 ? 'little' : high === 0 && low === n / 2 ? 'big' : undefined;
}

/**
 * The bytes above 127 are pairs as in GBK: Chinese text has them in rows of pairs, Western text here and there a single one between ASCII letters. (GBK would
 * accept that too where a letter follows: 0xE9 and 'e' are a character there.)
 */
function looksChinese(bytes: Uint8Array): boolean {
  let pairs = 0;
  let single = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    const next = bytes[i + 1] ?? 0;
    if (bytes[i] >= 0x81 && bytes[i] <= 0xfe && next >= 0x80 && next !== 0xff) {
      pairs++;
      i++;
    } else single++;
  }
  return pairs > single;
}

function strict(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes); // drops a UTF-8 byte order mark
  } catch {
    return undefined; // invalid bytes, or the host was built without this encoding
  }
}

function utf16(bytes: Uint8Array, start: number, bigEndian: boolean): string {
  const parts: string[] = [];
  let units: number[] = [];
  for (let i = start; i + 1 < bytes.length; i += 2) {
    units.push(bigEndian ? (bytes[i] << 8) | bytes[i + 1] : bytes[i] | (bytes[i + 1] << 8));
    if (units.length === 8192) {
      parts.push(String.fromCharCode(...units));
      units = [];
    }
  }
  return parts.join('') + String.fromCharCode(...units);
}

/** Characters of the bytes 0x80 to 0x9F in Windows-1252; the rest of it is Latin-1. (Not all hosts decode it: Node takes it for Latin-1.) */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function western(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return parts.join('').replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80]);
}
