// Bytes that a driver prints: its compiler put them there in UTF-8 (or the system's code page), the kernel passes them on as they are. For people they are
// decoded where they are UTF-8; everything else stays Latin-1.

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text whose characters up to U+00FF are bytes: runs of non-ASCII bytes that are valid UTF-8 become the characters they mean. */
export function decodeBytes(text: string): string {
  return text.replace(/[\x80-\xff]+/g, (run) => {
    try {
      return utf8.decode(Uint8Array.from(run, (c) => c.charCodeAt(0)));
    } catch {
      return run;
    }
  });
}
