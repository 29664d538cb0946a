// Properties of the unified device property model: values by property key (a GUID and a number) and locale below a `Properties` key of a device or interface. Those
// that are older than the model are values of the device's own key; both ways to ask for them see the same value.
import type { Addr } from '../../machine/abi.js';
import { deleteValue, nodeAt, RegType, setValue, valueData, valueNamed } from '../cm/hive.js';
import type { Kernel } from '../kernel.js';
import { CMP_VALUE } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { guidText } from '../rtl/guid.js';

export const Type = { Empty: 0, Null: 1, Uint32: 7, Boolean: 0x11, String: 0x12, StringList: 0x2012 } as const;
const DEVPROP_TYPEMOD_ARRAY = 0x1000;
const DEVPROP_TYPEMOD_LIST = 0x2000;
const MAX_TYPE = 0x19;
/** Bytes of a value by type from DEVPROP_TYPE_SBYTE, 2, on; 0: any number. */
const SIZES = [1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 16, 16, 8, 8, 8, 1, 0, 0, 0, 20, 4, 4, 4, 0];
/** The type of the registry's value that keeps a property: its own type in the low half. */
const REG_PROPERTY = 0xffff0000;

export interface Property {
  readonly type: number;
  readonly data: Uint8Array;
}

/** `{fmtid}\0002`: how a DEVPROPKEY is written here. */
export const propertyName = (k: Kernel, key: Addr): string => {
  k.mem.checked.bytes(key, 20);
  return `${guidText(k, key).toLowerCase()}\\${k.mem
    .u32(key + 16)
    .toString(16)
    .toUpperCase()
    .padStart(4, '0')}`;
};

export const DEVICE_GUID = '{a45c254e-df1c-4efd-8020-67d146a850e0}';
/** DEVPKEY_Device_...: values of the device's key that have been there before there were property keys. */
const OLD: Readonly<Record<string, readonly [string, number]>> = {
  '0002': ['DeviceDesc', Type.String],
  '0003': ['HardwareID', Type.StringList],
  '0004': ['CompatibleIDs', Type.StringList],
  '0006': ['Service', Type.String],
  '0009': ['Class', Type.String],
  '000A': ['ClassGUID', Type.String],
  '000B': ['Driver', Type.String],
  '000C': ['ConfigFlags', Type.Uint32],
  '000D': ['Mfg', Type.String],
  '000E': ['FriendlyName', Type.String],
  '000F': ['LocationInformation', Type.String],
  '0011': ['Capabilities', Type.Uint32],
  '0012': ['UINumber', Type.Uint32],
  '0013': ['UpperFilters', Type.StringList],
  '0014': ['LowerFilters', Type.StringList],
};
const oldOf = (name: string): readonly [string, number] | undefined =>
  name.startsWith(`${DEVICE_GUID}\\`) ? OLD[name.slice(DEVICE_GUID.length + 1)] : undefined;

const regType = (type: number): number =>
  type === Type.Uint32 ? RegType.Dword : type === Type.String ? RegType.Sz : type === Type.StringList ? RegType.MultiSz : RegType.Binary;

/** May data of this size and form have this type? */
export function fits(type: number, data: Uint8Array): boolean {
  const base = type & 0xfff;
  const modifier = type & ~0xfff;
  if (base > MAX_TYPE || ![0, DEVPROP_TYPEMOD_ARRAY, DEVPROP_TYPEMOD_LIST].includes(modifier)) return false;
  if (base <= Type.Null) return modifier === 0 && data.length === 0;
  const ends = (n: number): boolean => data.length >= n && data.subarray(data.length - n).every((b) => b === 0);
  const isText = [0x12, 0x14, 0x19].includes(base);
  if (modifier === DEVPROP_TYPEMOD_LIST) return isText && data.length % 2 === 0 && ends(2);
  if (isText) return modifier === 0 && data.length % 2 === 0 && ends(2);
  const size = SIZES[base - 2];
  if (size === 0) return data.length > 0;
  return modifier === DEVPROP_TYPEMOD_ARRAY ? data.length % size === 0 : data.length === size;
}

const valueName = (lcid: number): string => (lcid === 0 ? '' : lcid.toString(16).toUpperCase().padStart(8, '0'));

/** A property of the device or interface whose key this is. */
export function getProperty(k: Kernel, key: string, name: string, lcid: number): Property | undefined {
  const old = oldOf(name);
  const node = nodeAt(k, old ? key : `${key}\\Properties\\${name}`);
  const value = node === 0 ? 0 : valueNamed(k, node, old ? old[0] : valueName(lcid));
  if (value === 0) return undefined;
  const type = k.mem.u32(value + CMP_VALUE.Type);
  if (old) return type === regType(old[1]) ? { type: old[1], data: valueData(k, value) } : undefined;
  return { type: type & 0xffff, data: valueData(k, value) };
}

/** Sets a property, or deletes it (undefined). */
export function setProperty(k: Kernel, key: string, name: string, lcid: number, property: Property | undefined): number {
  const old = oldOf(name);
  const path = old ? key : `${key}\\Properties\\${name}`;
  const wanted = old ? old[0] : valueName(lcid);
  if (property === undefined) {
    const node = nodeAt(k, path);
    const value = node === 0 ? 0 : valueNamed(k, node, wanted);
    if (value === 0) return NT.OBJECT_NAME_NOT_FOUND;
    deleteValue(k, node, value);
    return NT.SUCCESS;
  }
  if (old && property.type !== old[1]) return NT.INVALID_PARAMETER;
  const node = nodeAt(k, path, true);
  const type = old ? regType(property.type) : (REG_PROPERTY | property.type) >>> 0;
  return node !== 0 && setValue(k, node, wanted, type, property.data) ? NT.SUCCESS : NT.INSUFFICIENT_RESOURCES;
}
