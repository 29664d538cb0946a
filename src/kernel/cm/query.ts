// Key and value information in the layouts of the query services. Each function gives the whole answer as bytes; the service cuts it to the caller's buffer and
// tells STATUS_BUFFER_TOO_SMALL (not even the fixed part fits) from STATUS_BUFFER_OVERFLOW.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import {
  CMP_NODE,
  CMP_VALUE,
  KEY_BASIC_INFORMATION,
  KEY_CACHED_INFORMATION,
  KEY_FULL_INFORMATION,
  KEY_INFORMATION_CLASS as KeyClass,
  KEY_NAME_INFORMATION,
  KEY_NODE_INFORMATION,
  KEY_VALUE_BASIC_INFORMATION,
  KEY_VALUE_FULL_INFORMATION,
  KEY_VALUE_INFORMATION_CLASS as ValueClass,
  KEY_VALUE_PARTIAL_INFORMATION,
} from '../layouts.gen.js';
import { childrenOf, keyName, keyPath, valueData, valueName, valuesOf } from './hive.js';

export interface Information {
  readonly bytes: Uint8Array;
  /** Size of the part that must fit. */
  readonly fixed: number;
}

class Writer {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }
  u32(at: number, v: number): void {
    this.view.setUint32(at, v, true);
  }
  i64(at: number, v: bigint): void {
    this.view.setBigInt64(at, v, true);
  }
  text(at: number, t: string): void {
    for (let i = 0; i < t.length; i++) this.view.setUint16(at + 2 * i, t.charCodeAt(i), true);
  }
}

const longest = (lengths: readonly number[]): number => lengths.reduce((a, b) => Math.max(a, b), 0);

/** KEY_*_INFORMATION of a key, or undefined for a class that is not supported. */
export function keyInformation(k: Kernel, node: Addr, cls: number): Information | undefined {
  const name = keyName(k, node);
  const time = k.mem.i64(node + CMP_NODE.LastWriteTime);
  const subKeys = k.mem.u32(node + CMP_NODE.SubKeyCount);
  const values = k.mem.u32(node + CMP_NODE.ValueCount);
  const maxName = () => longest(childrenOf(k, node).map((c) => keyName(k, c).length * 2));
  const maxValueName = () => longest(valuesOf(k, node).map((v) => valueName(k, v).length * 2));
  const maxData = () => longest(valuesOf(k, node).map((v) => k.mem.u32(v + CMP_VALUE.Length)));
  switch (cls) {
    case KeyClass.KeyBasicInformation: {
      const w = new Writer(KEY_BASIC_INFORMATION.Name + name.length * 2);
      w.i64(KEY_BASIC_INFORMATION.LastWriteTime, time);
      w.u32(KEY_BASIC_INFORMATION.NameLength, name.length * 2);
      w.text(KEY_BASIC_INFORMATION.Name, name);
      return { bytes: w.bytes, fixed: KEY_BASIC_INFORMATION.Name };
    }
    case KeyClass.KeyNodeInformation: {
      const w = new Writer(KEY_NODE_INFORMATION.Name + name.length * 2);
      w.i64(KEY_NODE_INFORMATION.LastWriteTime, time);
      w.u32(KEY_NODE_INFORMATION.ClassOffset, 0xffffffff);
      w.u32(KEY_NODE_INFORMATION.NameLength, name.length * 2);
      w.text(KEY_NODE_INFORMATION.Name, name);
      return { bytes: w.bytes, fixed: KEY_NODE_INFORMATION.Name };
    }
    case KeyClass.KeyFullInformation: {
      const w = new Writer(KEY_FULL_INFORMATION.Class);
      w.i64(KEY_FULL_INFORMATION.LastWriteTime, time);
      w.u32(KEY_FULL_INFORMATION.ClassOffset, 0xffffffff);
      w.u32(KEY_FULL_INFORMATION.SubKeys, subKeys);
      w.u32(KEY_FULL_INFORMATION.MaxNameLen, maxName());
      w.u32(KEY_FULL_INFORMATION.Values, values);
      w.u32(KEY_FULL_INFORMATION.MaxValueNameLen, maxValueName());
      w.u32(KEY_FULL_INFORMATION.MaxValueDataLen, maxData());
      return { bytes: w.bytes, fixed: KEY_FULL_INFORMATION.Class };
    }
    case KeyClass.KeyNameInformation: {
      const path = keyPath(k, node);
      const w = new Writer(KEY_NAME_INFORMATION.Name + path.length * 2);
      w.u32(KEY_NAME_INFORMATION.NameLength, path.length * 2);
      w.text(KEY_NAME_INFORMATION.Name, path);
      return { bytes: w.bytes, fixed: KEY_NAME_INFORMATION.Name };
    }
    case KeyClass.KeyCachedInformation: {
      const w = new Writer(KEY_CACHED_INFORMATION.sizeof);
      w.i64(KEY_CACHED_INFORMATION.LastWriteTime, time);
      w.u32(KEY_CACHED_INFORMATION.SubKeys, subKeys);
      w.u32(KEY_CACHED_INFORMATION.MaxNameLen, maxName());
      w.u32(KEY_CACHED_INFORMATION.Values, values);
      w.u32(KEY_CACHED_INFORMATION.MaxValueNameLen, maxValueName());
      w.u32(KEY_CACHED_INFORMATION.MaxValueDataLen, maxData());
      w.u32(KEY_CACHED_INFORMATION.NameLength, name.length * 2);
      return { bytes: w.bytes, fixed: KEY_CACHED_INFORMATION.sizeof };
    }
    default:
      return undefined;
  }
}

/** KEY_VALUE_*_INFORMATION of a value. */
export function valueInformation(k: Kernel, value: Addr, cls: number): Information | undefined {
  const name = valueName(k, value);
  const type = k.mem.u32(value + CMP_VALUE.Type);
  const data = valueData(k, value);
  switch (cls) {
    case ValueClass.KeyValueBasicInformation: {
      const w = new Writer(KEY_VALUE_BASIC_INFORMATION.Name + name.length * 2);
      w.u32(KEY_VALUE_BASIC_INFORMATION.Type, type);
      w.u32(KEY_VALUE_BASIC_INFORMATION.NameLength, name.length * 2);
      w.text(KEY_VALUE_BASIC_INFORMATION.Name, name);
      return { bytes: w.bytes, fixed: KEY_VALUE_BASIC_INFORMATION.Name };
    }
    case ValueClass.KeyValueFullInformation:
    case ValueClass.KeyValueFullInformationAlign64: {
      const offset = (KEY_VALUE_FULL_INFORMATION.Name + name.length * 2 + 7) & ~7;
      const w = new Writer(data.length ? offset + data.length : KEY_VALUE_FULL_INFORMATION.Name + name.length * 2);
      w.u32(KEY_VALUE_FULL_INFORMATION.Type, type);
      w.u32(KEY_VALUE_FULL_INFORMATION.DataOffset, data.length ? offset : 0xffffffff);
      w.u32(KEY_VALUE_FULL_INFORMATION.DataLength, data.length);
      w.u32(KEY_VALUE_FULL_INFORMATION.NameLength, name.length * 2);
      w.text(KEY_VALUE_FULL_INFORMATION.Name, name);
      if (data.length) w.bytes.set(data, offset);
      return { bytes: w.bytes, fixed: KEY_VALUE_FULL_INFORMATION.Name };
    }
    case ValueClass.KeyValuePartialInformation: {
      const w = new Writer(KEY_VALUE_PARTIAL_INFORMATION.Data + data.length);
      w.u32(KEY_VALUE_PARTIAL_INFORMATION.Type, type);
      w.u32(KEY_VALUE_PARTIAL_INFORMATION.DataLength, data.length);
      w.bytes.set(data, KEY_VALUE_PARTIAL_INFORMATION.Data);
      return { bytes: w.bytes, fixed: KEY_VALUE_PARTIAL_INFORMATION.Data };
    }
    case ValueClass.KeyValuePartialInformationAlign64: {
      const w = new Writer(8 + data.length);
      w.u32(0, type);
      w.u32(4, data.length);
      w.bytes.set(data, 8);
      return { bytes: w.bytes, fixed: 8 };
    }
    default:
      return undefined;
  }
}
