// Bytes of a source file -> text. Driver sources come as UTF-8, as UTF-16 with a byte order mark (old Visual Studio) and, from Chinese
// Windows, as GBK without any mark; guessing wrong would only spoil comments and strings, but it must never fail.
// Line ends are kept as they are, so offsets in the text are offsets in what the editor shows.

/**
 * Text of a source file. Byte order mark decides; without one the bytes are UTF-8 if they are valid UTF-8, else GBK where the host knows it,
 * else Latin-1. The byte order mark itself is not part of the text. Never throws.
 */
export function decodeSource(bytes: Uint8Array): string {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return utf16(bytes, 2, false);
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes, 2, true);
  return strict('utf-8', bytes) ?? strict('gbk', bytes) ?? latin1(bytes);
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

function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return parts.join('');
}
