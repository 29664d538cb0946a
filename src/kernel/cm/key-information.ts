// Results of registry queries in their KEY_..._INFORMATION form.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { CMP_NODE, CMP_VALUE } from '../layouts.gen.js';
import { probeUser } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { subKeys, valueData, values } from './hive.js';

export function writeResult(k: Kernel, buffer: Addr, length: number, resultLength: Addr, bytes: Uint8Array, fixed: number): number {
  if (resultLength !== 0) {
    probeUser(k, resultLength, 4, true);
    k.mem.checked.setU32(resultLength, bytes.length);
  }
  if (length < fixed) return NT.BUFFER_TOO_SMALL;
  probeUser(k, buffer, Math.min(length, bytes.length), true);
  k.mem.checked.setBytes(buffer, bytes.subarray(0, length));
  return length < bytes.length ? NT.BUFFER_OVERFLOW : NT.SUCCESS;
}

function packed(
  size: number,
  words: readonly (readonly [number, number])[],
  tails: readonly (readonly [number, Uint8Array])[] = [],
): Uint8Array {
  const total = tails.reduce((n, [at, data]) => Math.max(n, at + data.length), size);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of words) view.setUint32(at, value >>> 0, true);
  for (const [at, data] of tails) bytes.set(data, at);
  return bytes;
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    bytes[2 * i] = text.charCodeAt(i) & 0xff;
    bytes[2 * i + 1] = text.charCodeAt(i) >> 8;
  }
  return bytes;
}

export function valueInformation(k: Kernel, value: Addr, infoClass: number): { bytes: Uint8Array; fixed: number } | undefined {
  const m = k.mem;
  const name = utf16(readUnicode(k, value + CMP_VALUE.Name));
  const data = valueData(k, value);
  const type = m.u32(value + CMP_VALUE.Type);
  switch (infoClass) {
    case 0:
      return {
        bytes: packed(
          0xc,
          [
            [4, type],
            [8, name.length],
          ],
          [[0xc, name]],
        ),
        fixed: 0xc,
      };
    case 1:
    case 3: {
      const at = (0x14 + name.length + 7) & ~7;
      return {
        bytes: packed(
          0x14,
          [
            [4, type],
            [8, at],
            [0xc, data.length],
            [0x10, name.length],
          ],
          [
            [0x14, name],
            [at, data],
          ],
        ),
        fixed: 0x14,
      };
    }
    case 2:
      return {
        bytes: packed(
          0xc,
          [
            [4, type],
            [8, data.length],
          ],
          [[0xc, data]],
        ),
        fixed: 0xc,
      };
    case 4:
      return {
        bytes: packed(
          8,
          [
            [0, type],
            [4, data.length],
          ],
          [[8, data]],
        ),
        fixed: 8,
      };
    default:
      return undefined;
  }
}

export function keyInformation(k: Kernel, node: Addr, infoClass: number): { bytes: Uint8Array; fixed: number } | undefined {
  const m = k.mem;
  const name = utf16(readUnicode(k, node + CMP_NODE.Name));
  const time = m.i64(node + CMP_NODE.LastWriteTime);
  const low = Number(BigInt.asUintN(32, time));
  const high = Number(BigInt.asUintN(32, time >> 32n));
  const longest = (lengths: number[]): number => lengths.reduce((a, b) => Math.max(a, b), 0);
  const subs = subKeys(k, node);
  const vals = values(k, node);
  const maxName = longest(subs.map((s) => m.u16(s + CMP_NODE.Name)));
  const maxValueName = longest(vals.map((v) => m.u16(v + CMP_VALUE.Name)));
  const maxData = longest(vals.map((v) => m.u32(v + CMP_VALUE.Length)));
  switch (infoClass) {
    case 0:
      return {
        bytes: packed(
          0x10,
          [
            [0, low],
            [4, high],
            [0xc, name.length],
          ],
          [[0x10, name]],
        ),
        fixed: 0x10,
      };
    case 1:
      return {
        bytes: packed(
          0x18,
          [
            [0, low],
            [4, high],
            [0xc, 0xffffffff],
            [0x14, name.length],
          ],
          [[0x18, name]],
        ),
        fixed: 0x18,
      };
    case 2:
      return {
        bytes: packed(0x2c, [
          [0, low],
          [4, high],
          [0xc, 0xffffffff],
          [0x14, subs.length],
          [0x18, maxName],
          [0x20, vals.length],
          [0x24, maxValueName],
          [0x28, maxData],
        ]),
        fixed: 0x2c,
      };
    case 3: {
      const full = utf16(readUnicode(k, node + CMP_NODE.FullName));
      return { bytes: packed(4, [[0, full.length]], [[4, full]]), fixed: 4 };
    }
    case 4:
      return {
        bytes: packed(0x28, [
          [0, low],
          [4, high],
          [0xc, subs.length],
          [0x10, maxName],
          [0x14, vals.length],
          [0x18, maxValueName],
          [0x1c, maxData],
          [0x20, name.length],
        ]),
        fixed: 0x28,
      };
    default:
      return undefined;
  }
}
