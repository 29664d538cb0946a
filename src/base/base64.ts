// Base64 of bytes, on every host.

/** Bytes a piece: `String.fromCharCode` takes them as arguments. */
const PIECE = 0x2000;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  return btoa(text);
}
