// LZNT1, the compression of RtlCompressBuffer (public format: MS-XCA 2.5). Data are cut into chunks of 4096 bytes. A chunk begins with a 16-bit header: bits 0-11
// its size less 3, bits 12-14 the number 3, bit 15 set when it is compressed; a header of 0 ends the data. In a compressed chunk a flag byte tells
// for each of the next eight items whether it is a byte or a pair (distance, length) in 16 bits, whose split depends on how far the chunk is.
// Pure functions over bytes: no kernel, no memory.

export const CHUNK = 4096;
const SIGNATURE = 0x3000;
const COMPRESSED = 0x8000;
const SIZE = 0x0fff;
const SHORTEST = 3;

/** Bits of the length in a pair that stands at byte `at` (> 0) of the chunk: 12 at first, one less whenever the distance needs one more. */
function lengthBits(at: number): number {
  let bits = 12;
  for (let n = at - 1; n >= 16; n >>= 1) bits--;
  return bits;
}

export interface ChunkAt {
  /** Bytes of the chunk with its header. */
  readonly size: number;
  readonly compressed: boolean;
}

/** The chunk at `at`: undefined at the end of the data, `bad` for a header that is none or a chunk that is cut off. */
export function chunkAt(data: Uint8Array, at: number): ChunkAt | 'bad' | undefined {
  if (at + 2 > data.length) return undefined;
  const header = data[at] | (data[at + 1] << 8);
  if (header === 0) return undefined;
  const size = (header & SIZE) + SHORTEST;
  if ((header & 0x7000) !== SIGNATURE || at + size > data.length) return 'bad';
  return { size, compressed: (header & COMPRESSED) !== 0 };
}

/** Bytes of a compressed chunk's body (behind the header), at most `room` of them; undefined when it is damaged. */
export function expandChunk(body: Uint8Array, room = CHUNK): Uint8Array | undefined {
  const out = new Uint8Array(Math.min(room, CHUNK));
  let n = 0;
  for (let at = 0; at < body.length; ) {
    let flags = body[at++];
    for (let item = 0; item < 8 && at < body.length; item++, flags >>= 1) {
      if (n >= out.length) return out;
      if ((flags & 1) === 0) {
        out[n++] = body[at++];
        continue;
      }
      if (at + 2 > body.length || n === 0) return undefined;
      const pair = body[at] | (body[at + 1] << 8);
      at += 2;
      const bits = lengthBits(n);
      const distance = (pair >> bits) + 1;
      let length = (pair & ((1 << bits) - 1)) + SHORTEST;
      if (distance > n) return undefined;
      for (; length > 0 && n < out.length; length--, n++) out[n] = out[n - distance];
    }
  }
  return out.subarray(0, n);
}

/** Decompresses from chunk to chunk until `room` bytes are there or the data end; undefined: damaged. A chunk that gives less than 4096 bytes is filled up with zeros when another follows. */
export function decompress(data: Uint8Array, room: number): Uint8Array | undefined {
  const out = new Uint8Array(room);
  let n = 0;
  for (let at = 0; n < room; ) {
    const chunk = chunkAt(data, at);
    if (chunk === undefined) break;
    if (chunk === 'bad') return undefined;
    const body = data.subarray(at + 2, at + chunk.size);
    const bytes = chunk.compressed ? expandChunk(body, room - n) : body.subarray(0, room - n);
    if (bytes === undefined) return undefined;
    out.set(bytes, n);
    at += chunk.size;
    const next = chunkAt(data, at);
    n += bytes.length < CHUNK && next !== undefined ? Math.min(CHUNK, room - n) : bytes.length;
  }
  return out.subarray(0, n);
}

/** Longest earlier match for `data[at...]` within the chunk; candidates share three bytes and are tried newest first, `tries` of them. */
function longestMatch(
  data: Uint8Array,
  at: number,
  previous: Int32Array,
  last: number,
  limit: number,
  tries: number,
): { distance: number; length: number } {
  let best = { distance: 0, length: 0 };
  for (let from = last; from >= 0 && tries > 0; from = previous[from], tries--) {
    let n = 0;
    while (n < limit && data[from + n] === data[at + n]) n++;
    if (n > best.length) {
      best = { distance: at - from, length: n };
      if (n === limit) break;
    }
  }
  return best;
}

/** A chunk with its header: compressed when that makes it smaller, else as it is. `thorough`: looks at more candidates. */
export function compressChunk(data: Uint8Array, thorough: boolean): Uint8Array {
  const out = new Uint8Array(data.length + 2 + (data.length >> 3) + 8);
  const latest = new Map<number, number>();
  const previous = new Int32Array(data.length).fill(-1);
  const key = (i: number): number => data[i] | (data[i + 1] << 8) | (data[i + 2] << 16);
  const remember = (i: number): void => {
    if (i + 2 >= data.length) return;
    previous[i] = latest.get(key(i)) ?? -1;
    latest.set(key(i), i);
  };
  let n = 2;
  for (let at = 0; at < data.length; ) {
    const flagsAt = n++;
    for (let item = 0; item < 8 && at < data.length; item++) {
      const bits = at === 0 ? 12 : lengthBits(at);
      const limit = Math.min(data.length - at, (1 << bits) - 1 + SHORTEST);
      const last = at > 0 && limit >= SHORTEST ? (latest.get(key(at)) ?? -1) : -1;
      const match = longestMatch(data, at, previous, last, limit, thorough ? CHUNK : 8);
      if (match.length < SHORTEST) {
        remember(at);
        out[n++] = data[at++];
        continue;
      }
      out[flagsAt] |= 1 << item;
      const pair = ((match.distance - 1) << bits) | (match.length - SHORTEST);
      out[n++] = pair & 255;
      out[n++] = pair >> 8;
      for (let i = 0; i < match.length; i++) remember(at + i);
      at += match.length;
    }
  }
  const raw = n - 2 >= data.length;
  if (raw) {
    out.set(data, 2);
    n = data.length + 2;
  }
  const header = (n - SHORTEST) | SIGNATURE | (raw ? 0 : COMPRESSED);
  out[0] = header & 255;
  out[1] = header >> 8;
  return out.subarray(0, n);
}
