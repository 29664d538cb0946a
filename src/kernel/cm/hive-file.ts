// The file that ZwSaveKey writes and ZwRestoreKey reads. Only Interlock reads it, so the format is its own: a header with a signature and a checksum, then the keys
// depth first, each with its values. A file that is damaged is found out before the registry is touched.
//
//   header  8 signature, 4 length of the file, 4 checksum of what follows the header, 4 keys, 4 reserved
//   key     4 tag, 2 length of the name, 2 reserved, 4 values, 4 subkeys, 8 last write time, the name, filled up to 4 bytes
//   value   4 tag, 2 length of the name, 2 reserved, 4 type, 4 length of the data, the name, the data, filled up to 4 bytes
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { CMP_NODE, CMP_VALUE } from '../layouts.gen.js';
import { readUnicode, sameName } from '../ob/strings.js';
import { subKeys, valueData, values } from './hive.js';

const SIGNATURE = 'ILKHIVE1';
export const HEADER_SIZE = 24;
const KEY_TAG = 0x2059454b; // 'KEY '
const VALUE_TAG = 0x204c4156; // 'VAL '
const KEY_SIZE = 24;
const VALUE_SIZE = 16;
const MAX_KEY_NAME = 255;
/** Levels of keys that the registry has at most. */
const MAX_DEPTH = 512;

const aligned = (n: number): number => (n + 3) & ~3;

export interface SavedValue {
  readonly name: string;
  readonly type: number;
  readonly data: Uint8Array;
}
export interface SavedKey {
  readonly name: string;
  readonly lastWrite: bigint;
  readonly values: readonly SavedValue[];
  readonly keys: readonly SavedKey[];
}

/** FNV-1a. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const b of bytes) sum = Math.imul(sum ^ b, 0x01000193) >>> 0;
  return sum;
}

function saved(k: Kernel, node: Addr): SavedKey {
  return {
    name: readUnicode(k, node + CMP_NODE.Name),
    lastWrite: k.mem.i64(node + CMP_NODE.LastWriteTime),
    values: values(k, node).map((v) => ({
      name: readUnicode(k, v + CMP_VALUE.Name),
      type: k.mem.u32(v + CMP_VALUE.Type),
      data: valueData(k, v),
    })),
    keys: subKeys(k, node).map((n) => saved(k, n)),
  };
}

const sizeOf = (key: SavedKey): number =>
  aligned(KEY_SIZE + key.name.length * 2) +
  key.values.reduce((n, v) => n + aligned(VALUE_SIZE + v.name.length * 2 + v.data.length), 0) +
  key.keys.reduce((n, x) => n + sizeOf(x), 0);
const countOf = (key: SavedKey): number => key.keys.reduce((n, x) => n + countOf(x), 1);

/** Contents of the file for a key with everything below it. */
export function encodeHive(k: Kernel, node: Addr): Uint8Array {
  const root = saved(k, node);
  const bytes = new Uint8Array(HEADER_SIZE + sizeOf(root));
  const view = new DataView(bytes.buffer);
  let at = HEADER_SIZE;
  const text = (from: number, name: string): void => {
    for (let i = 0; i < name.length; i++) view.setUint16(from + 2 * i, name.charCodeAt(i), true);
  };
  const write = (key: SavedKey): void => {
    view.setUint32(at, KEY_TAG, true);
    view.setUint16(at + 4, key.name.length * 2, true);
    view.setUint32(at + 8, key.values.length, true);
    view.setUint32(at + 12, key.keys.length, true);
    view.setBigInt64(at + 16, key.lastWrite, true);
    text(at + KEY_SIZE, key.name);
    at += aligned(KEY_SIZE + key.name.length * 2);
    for (const v of key.values) {
      view.setUint32(at, VALUE_TAG, true);
      view.setUint16(at + 4, v.name.length * 2, true);
      view.setUint32(at + 8, v.type, true);
      view.setUint32(at + 12, v.data.length, true);
      text(at + VALUE_SIZE, v.name);
      bytes.set(v.data, at + VALUE_SIZE + v.name.length * 2);
      at += aligned(VALUE_SIZE + v.name.length * 2 + v.data.length);
    }
    for (const x of key.keys) write(x);
  };
  write(root);
  for (let i = 0; i < SIGNATURE.length; i++) bytes[i] = SIGNATURE.charCodeAt(i);
  view.setUint32(8, bytes.length, true);
  view.setUint32(12, checksum(bytes.subarray(HEADER_SIZE)), true);
  view.setUint32(16, countOf(root), true);
  return bytes;
}

/** Begins the file like one of these? What does not is no registry file at all. */
export const isHive = (bytes: Uint8Array): boolean =>
  bytes.length >= HEADER_SIZE && [...SIGNATURE].every((c, i) => bytes[i] === c.charCodeAt(0));

/** Thrown inside decodeHive only. */
class Damaged extends Error {}

/** The keys of a file that isHive; undefined: it is damaged. */
export function decodeHive(bytes: Uint8Array): SavedKey | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint32(8, true);
  if (length > bytes.length || length < HEADER_SIZE + KEY_SIZE) return undefined;
  if (view.getUint32(12, true) !== checksum(bytes.subarray(HEADER_SIZE, length))) return undefined;
  let at = HEADER_SIZE;
  const must = (holds: boolean): void => {
    if (!holds) throw new Damaged();
  };
  const text = (from: number, size: number): string => {
    must(size % 2 === 0 && from + size <= length);
    let name = '';
    for (let i = 0; i < size; i += 2) name += String.fromCharCode(view.getUint16(from + i, true));
    return name;
  };
  const value = (): SavedValue => {
    must(at + VALUE_SIZE <= length && view.getUint32(at, true) === VALUE_TAG);
    const nameSize = view.getUint16(at + 4, true);
    const type = view.getUint32(at + 8, true);
    const size = view.getUint32(at + 12, true);
    const name = text(at + VALUE_SIZE, nameSize);
    const from = at + VALUE_SIZE + nameSize;
    must(from + size <= length);
    at = HEADER_SIZE + aligned(from + size - HEADER_SIZE);
    return { name, type, data: bytes.slice(from, from + size) };
  };
  const key = (depth: number): SavedKey => {
    must(depth < MAX_DEPTH && at + KEY_SIZE <= length && view.getUint32(at, true) === KEY_TAG);
    const nameSize = view.getUint16(at + 4, true);
    const counts = [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    const lastWrite = view.getBigInt64(at + 16, true);
    const name = text(at + KEY_SIZE, nameSize);
    must(name !== '' && name.length <= MAX_KEY_NAME && !name.includes('\\'));
    at += aligned(KEY_SIZE + nameSize);
    const list: SavedValue[] = [];
    for (let i = 0; i < counts[0]; i++) list.push(value());
    const keys: SavedKey[] = [];
    for (let i = 0; i < counts[1]; i++) keys.push(key(depth + 1));
    must(unique(list) && unique(keys));
    return { name, lastWrite, values: list, keys };
  };
  try {
    const root = key(0);
    return at === length && countOf(root) === view.getUint32(16, true) ? root : undefined;
  } catch (e) {
    if (e instanceof Damaged) return undefined;
    throw e;
  }
}

const unique = (list: readonly { readonly name: string }[]): boolean =>
  list.every((x, i) => !list.slice(0, i).some((y) => sameName(x.name, y.name)));
