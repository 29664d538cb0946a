// Message digests by their public definitions: MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4). Only the compression functions and constants; the padding and
// the state between calls are in hash.ts. Constants that are roots of primes are computed, so that none can be mistyped.

export interface Digest {
  /** As BCryptOpenAlgorithmProvider names it. */
  readonly name: string;
  /** Bytes of the result. */
  readonly length: number;
  /** Bytes of a block. */
  readonly block: number;
  /** Bytes of a word of the state: 4 or 8. */
  readonly word: 4 | 8;
  readonly littleEndian: boolean;
  readonly initial: () => readonly bigint[];
  /** Adds one block to the state. */
  compress(state: bigint[], block: DataView): void;
}

const M64 = 0xffffffffffffffffn;

function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) if (found.every((p) => n % p !== 0n)) found.push(n);
  return found;
}

/** Integer root of n: the largest r with r^e <= n. */
function root(n: bigint, e: bigint): bigint {
  let low = 0n;
  let high = 1n << 80n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** e <= n) low = middle;
    else high = middle - 1n;
  }
  return low;
}
/** First `bits` bits of the fractional part of the e-th root of p. */
const fraction = (p: bigint, e: bigint, bits: bigint): bigint => root(p << (e * bits), e) & ((1n << bits) - 1n);

interface Roots {
  readonly k512: readonly bigint[];
  readonly initial512: readonly bigint[];
  readonly initial384: readonly bigint[];
  readonly k256: readonly number[];
  readonly initial256: readonly bigint[];
}
let computed: Roots | undefined;
/** Constants of SHA-2, computed when the first hash is made: they take some milliseconds. */
function roots(): Roots {
  if (computed) return computed;
  const p = primes(80);
  const k512 = p.map((x) => fraction(x, 3n, 64n));
  const initial512 = p.slice(0, 8).map((x) => fraction(x, 2n, 64n));
  const initial384 = p.slice(8, 16).map((x) => fraction(x, 2n, 64n));
  computed = {
    k512,
    initial512,
    initial384,
    k256: k512.slice(0, 64).map((x) => Number(x >> 32n)),
    initial256: initial512.map((x) => x >> 32n),
  };
  return computed;
}

const rol = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const ror = (x: number, n: number): number => (x >>> n) | (x << (32 - n));
const ror64 = (x: bigint, n: bigint): bigint => ((x >> n) | (x << (64n - n))) & M64;
const words = (state: readonly bigint[]): number[] => state.map((x) => Number(x) | 0);
const store = (state: bigint[], old: readonly number[], add: readonly number[]): void =>
  old.forEach((x, i) => {
    state[i] = BigInt((x + add[i]) >>> 0);
  });

const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
/** floor(2^32 * |sin(i + 1)|), the table of RFC 1321. Written out: host sines are not the same everywhere to the last bit. */
const MD5_K = (
  'd76aa478 e8c7b756 242070db c1bdceee f57c0faf 4787c62a a8304613 fd469501 698098d8 8b44f7af ffff5bb1 895cd7be 6b901122 fd987193 a679438e 49b40821 ' +
  'f61e2562 c040b340 265e5a51 e9b6c7aa d62f105d 02441453 d8a1e681 e7d3fbc8 21e1cde6 c33707d6 f4d50d87 455a14ed a9e3e905 fcefa3f8 676f02d9 8d2a4c8a ' +
  'fffa3942 8771f681 6d9d6122 fde5380c a4beea44 4bdecfa9 f6bb4b60 bebfbc70 289b7ec6 eaa127fa d4ef3085 04881d05 d9d4d039 e6db99e5 1fa27cf8 c4ac5665 ' +
  'f4292244 432aff97 ab9423a7 fc93a039 655b59c3 8f0ccc92 ffeff47d 85845dd1 6fa87e4f fe2ce6e0 a3014314 4e0811a1 f7537e82 bd3af235 2ad7d2bb eb86d391'
)
  .split(' ')
  .map((x) => Number.parseInt(x, 16) | 0);

function md5(state: bigint[], block: DataView): void {
  const old = words(state);
  let [a, b, c, d] = old;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const mix = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
    const place = [i, 5 * i + 1, 3 * i + 5, 7 * i][round] % 16;
    const sum = (a + mix + MD5_K[i] + block.getInt32(4 * place, true)) | 0;
    [a, d, c, b] = [d, c, b, (b + rol(sum, MD5_SHIFTS[4 * round + (i & 3)])) | 0];
  }
  store(state, old, [a, b, c, d]);
}

function sha1(state: bigint[], block: DataView): void {
  const w = new Int32Array(80);
  for (let i = 0; i < 16; i++) w[i] = block.getInt32(4 * i, false);
  for (let i = 16; i < 80; i++) w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  const old = words(state);
  let [a, b, c, d, e] = old;
  for (let i = 0; i < 80; i++) {
    const round = Math.floor(i / 20);
    const mix = round === 0 ? (b & c) | (~b & d) : round === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
    const t = (rol(a, 5) + mix + e + [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round] + w[i]) | 0;
    [e, d, c, b, a] = [d, c, rol(b, 30), a, t];
  }
  store(state, old, [a, b, c, d, e]);
}

function sha256(state: bigint[], block: DataView): void {
  const w = new Int32Array(64);
  for (let i = 0; i < 16; i++) w[i] = block.getInt32(4 * i, false);
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15], w[i - 2]];
    w[i] = w[i - 16] + w[i - 7] + (ror(x, 7) ^ ror(x, 18) ^ (x >>> 3)) + (ror(y, 17) ^ ror(y, 19) ^ (y >>> 10));
  }
  const { k256 } = roots();
  const old = words(state);
  let [a, b, c, d, e, f, g, h] = old;
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & f) ^ (~e & g)) + k256[i] + w[i]) | 0;
    const t2 = ((ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  store(state, old, [a, b, c, d, e, f, g, h]);
}

function sha512(state: bigint[], block: DataView): void {
  const w: bigint[] = [];
  for (let i = 0; i < 16; i++) w.push(block.getBigUint64(8 * i, false));
  for (let i = 16; i < 80; i++) {
    const [x, y] = [w[i - 15], w[i - 2]];
    const s0 = ror64(x, 1n) ^ ror64(x, 8n) ^ (x >> 7n);
    const s1 = ror64(y, 19n) ^ ror64(y, 61n) ^ (y >> 6n);
    w.push((w[i - 16] + w[i - 7] + s0 + s1) & M64);
  }
  const { k512 } = roots();
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 80; i++) {
    const t1 = h + (ror64(e, 14n) ^ ror64(e, 18n) ^ ror64(e, 41n)) + ((e & f) ^ (~e & M64 & g)) + k512[i] + w[i];
    const t2 = (ror64(a, 28n) ^ ror64(a, 34n) ^ ror64(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & M64, c, b, a, (t1 + t2) & M64];
  }
  [a, b, c, d, e, f, g, h].forEach((x, i) => {
    state[i] = (state[i] + x) & M64;
  });
}

const SHA1_INITIAL = [0x67452301n, 0xefcdab89n, 0x98badcfen, 0x10325476n, 0xc3d2e1f0n];

export const SHA1: Digest = {
  name: 'SHA1',
  length: 20,
  block: 64,
  word: 4,
  littleEndian: false,
  initial: () => SHA1_INITIAL,
  compress: sha1,
};

export const DIGESTS: readonly Digest[] = [
  { name: 'MD5', length: 16, block: 64, word: 4, littleEndian: true, initial: () => SHA1_INITIAL.slice(0, 4), compress: md5 },
  SHA1,
  { name: 'SHA256', length: 32, block: 64, word: 4, littleEndian: false, initial: () => roots().initial256, compress: sha256 },
  { name: 'SHA384', length: 48, block: 128, word: 8, littleEndian: false, initial: () => roots().initial384, compress: sha512 },
  { name: 'SHA512', length: 64, block: 128, word: 8, littleEndian: false, initial: () => roots().initial512, compress: sha512 },
];
