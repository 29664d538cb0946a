// The state of a hash in simulated memory (CNG_HASH): start, add bytes, finish; HMAC (RFC 2104) over any digest.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { CNG_HASH } from '../layouts.gen.js';
import { DIGESTS, type Digest } from './digests.js';

export const HASH_SIGNATURE = 0x48474e43; // 'CNGH'
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

export const digestOf = (k: Kernel, hash: Addr): Digest => DIGESTS[k.mem.checked.u32(hash + CNG_HASH.Index)];

function writeState(k: Kernel, hash: Addr, state: readonly bigint[]): void {
  state.forEach((x, i) => {
    k.mem.checked.setI64(hash + CNG_HASH.State + 8 * i, BigInt.asIntN(64, x));
  });
}

/** Begins anew: also what a reusable hash does after its result was taken. */
export function restart(k: Kernel, hash: Addr): void {
  const c = k.mem.checked;
  writeState(k, hash, digestOf(k, hash).initial());
  c.setU32(hash + CNG_HASH.Used, 0);
  c.setU32(hash + CNG_HASH.Finished, 0);
  c.setPtr(hash + CNG_HASH.Total, 0);
  if (c.u32(hash + CNG_HASH.Hmac) !== 0) addBytes(k, hash, padded(k, hash, INNER_PAD));
}

/** The key of an HMAC, a whole block, with a pad. */
const padded = (k: Kernel, hash: Addr, pad: number): Uint8Array =>
  k.mem.checked.bytes(hash + CNG_HASH.Key, digestOf(k, hash).block).map((x) => x ^ pad);

export function initializeHash(k: Kernel, hash: Addr, index: number, hmac: boolean, secret: Uint8Array): void {
  const c = k.mem.checked;
  c.fill(hash, CNG_HASH.sizeof);
  c.setU32(hash + CNG_HASH.Signature, HASH_SIGNATURE);
  c.setU32(hash + CNG_HASH.Index, index);
  c.setU32(hash + CNG_HASH.Hmac, hmac ? 1 : 0);
  if (hmac) {
    const digest = DIGESTS[index];
    c.setBytes(hash + CNG_HASH.Key, secret.length > digest.block ? digestBytes(digest, [secret]) : secret);
  }
  restart(k, hash);
}

/** Adds bytes; whole blocks are compressed, the rest waits. */
export function addBytes(k: Kernel, hash: Addr, bytes: Uint8Array): void {
  const c = k.mem.checked;
  const digest = digestOf(k, hash);
  const state = readState(k, hash, digest);
  const waiting = c.bytes(hash + CNG_HASH.Block, c.u32(hash + CNG_HASH.Used));
  const rest = absorb(digest, state, waiting, bytes);
  writeState(k, hash, state);
  c.setBytes(hash + CNG_HASH.Block, rest);
  c.setU32(hash + CNG_HASH.Used, rest.length);
  c.setPtr(hash + CNG_HASH.Total, c.ptr(hash + CNG_HASH.Total) + bytes.length);
}

const readState = (k: Kernel, hash: Addr, digest: Digest): bigint[] =>
  digest.initial().map((_, i) => BigInt.asUintN(64, k.mem.checked.i64(hash + CNG_HASH.State + 8 * i)));

/** Compresses the whole blocks of `waiting` and `bytes`; what is left. */
function absorb(digest: Digest, state: bigint[], waiting: Uint8Array, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(waiting.length + bytes.length);
  all.set(waiting);
  all.set(bytes, waiting.length);
  let at = 0;
  for (; at + digest.block <= all.length; at += digest.block) digest.compress(state, new DataView(all.buffer, at, digest.block));
  return all.subarray(at);
}

/** Padding and length behind the message, and the state as bytes. */
function conclude(digest: Digest, state: bigint[], waiting: Uint8Array, total: number): Uint8Array {
  const lengthSize = 2 * digest.word;
  const size = Math.ceil((waiting.length + 1 + lengthSize) / digest.block) * digest.block;
  const tail = new Uint8Array(size - waiting.length);
  tail[0] = 0x80;
  new DataView(tail.buffer).setBigUint64(tail.length - 8, BigInt(total) * 8n, digest.littleEndian);
  absorb(digest, state, waiting, tail);
  const out = new Uint8Array(state.length * digest.word);
  const view = new DataView(out.buffer);
  state.forEach((x, i) => {
    if (digest.word === 8) view.setBigUint64(8 * i, x, digest.littleEndian);
    else view.setUint32(4 * i, Number(x), digest.littleEndian);
  });
  return out.subarray(0, digest.length);
}

/** Digest of parts, without any state in memory. */
export function digestBytes(digest: Digest, parts: readonly Uint8Array[]): Uint8Array {
  const state = [...digest.initial()];
  let waiting: Uint8Array = new Uint8Array(0);
  let total = 0;
  for (const p of parts) {
    waiting = absorb(digest, state, waiting, p);
    total += p.length;
  }
  return conclude(digest, state, waiting, total);
}

/** Result of a hash in memory; its state is used up. */
export function finish(k: Kernel, hash: Addr): Uint8Array {
  const c = k.mem.checked;
  const digest = digestOf(k, hash);
  const waiting = c.bytes(hash + CNG_HASH.Block, c.u32(hash + CNG_HASH.Used));
  const inner = conclude(digest, readState(k, hash, digest), waiting, c.ptr(hash + CNG_HASH.Total));
  return c.u32(hash + CNG_HASH.Hmac) === 0 ? inner : digestBytes(digest, [padded(k, hash, OUTER_PAD), inner]);
}
