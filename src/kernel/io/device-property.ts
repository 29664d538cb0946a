// What a device tells about itself: IoGetDeviceProperty by number, IoGetDevicePropertyData and IoSetDevicePropertyData by property key, and the same for a device
// interface. Most of it is read from the registry; what the bus would know is not there, because no bus is simulated.
import type { Addr } from '../../machine/abi.js';
import { dword, RegType, terminated } from '../cm/hive.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DEVICE_NODE } from '../layouts.gen.js';
import { fullName } from '../ob/namespace.js';
import { NT } from '../ob/status.js';
import { captureUnicode } from '../ob/strings.js';
import { enumKey, enumValue, instancePath, nodeOfPdo } from './device-node.js';
import { instanceKey, isEnabled, isRegistered, parseInterface } from './interface-key.js';
import { DEVICE_GUID, fits, getProperty, type Property, propertyName, setProperty, Type } from './property-store.js';

/** DEVICE_REGISTRY_PROPERTY by number: the value of the device's key that says it. */
const VALUES: Readonly<Record<number, readonly [string, number]>> = {
  0: ['DeviceDesc', RegType.Sz],
  1: ['HardwareID', RegType.MultiSz],
  2: ['CompatibleIDs', RegType.MultiSz],
  5: ['Class', RegType.Sz],
  6: ['ClassGUID', RegType.Sz],
  7: ['Driver', RegType.Sz],
  8: ['Mfg', RegType.Sz],
  9: ['FriendlyName', RegType.Sz],
  10: ['LocationInformation', RegType.Sz],
};
const Which = {
  PhysicalDeviceObjectName: 11,
  LegacyBusType: 13,
  BusNumber: 14,
  EnumeratorName: 15,
  Address: 16,
  UINumber: 17,
  InstallState: 18,
  RemovalPolicy: 19,
  ContainerID: 22,
} as const;
const LAST_PROPERTY = 22;
const UNKNOWN = 0xffffffff;
const INSTALLED = 0;
const EXPECT_NO_REMOVAL = 1;
/** Container of what is part of the computer itself. */
const SYSTEM_CONTAINER = '{00000000-0000-0000-FFFF-FFFFFFFFFFFF}';

const LOCALE_SYSTEM_DEFAULT = 0x800;
const LOCALE_USER_DEFAULT = 0x400;
const PLUGPLAY_PROPERTY_PERSISTENT = 1;

/** Data of a property by its number; undefined: this device has none. */
function byNumber(k: Kernel, device: Addr, node: Addr, which: number): Uint8Array | undefined {
  const m = k.mem;
  const instance = instancePath(k, node);
  const named = VALUES[which];
  if (named) {
    const value = enumValue(k, instance, named[0]);
    return value?.type === named[1] ? value.data : undefined;
  }
  switch (which) {
    case Which.PhysicalDeviceObjectName:
      return fullName(k, device) === '' ? undefined : terminated(fullName(k, device));
    case Which.LegacyBusType:
      return m.i32(node + DEVICE_NODE.InterfaceType) < 0 ? undefined : dword(m.u32(node + DEVICE_NODE.InterfaceType));
    case Which.BusNumber:
      return m.u32(node + DEVICE_NODE.BusNumber) === UNKNOWN ? undefined : dword(m.u32(node + DEVICE_NODE.BusNumber));
    case Which.EnumeratorName:
      return terminated(instance.slice(0, instance.indexOf('\\')));
    case Which.Address:
      return dword(UNKNOWN);
    case Which.UINumber:
      return enumValue(k, instance, 'UINumber')?.data ?? dword(UNKNOWN);
    case Which.InstallState:
      return dword(INSTALLED);
    case Which.RemovalPolicy:
      return dword(EXPECT_NO_REMOVAL);
    case Which.ContainerID:
      return terminated(SYSTEM_CONTAINER);
    default: // resources and the type of the bus
      return undefined;
  }
}

/** (DeviceObject, DeviceProperty, BufferLength, PropertyBuffer, *ResultLength) */
function getDeviceProperty(k: Kernel, f: Frame): number {
  const c = k.mem.checked;
  const node = nodeOfPdo(k, f.ptr(0));
  c.setU32(f.ptr(4), 0);
  if (node === 0) return NT.INVALID_DEVICE_REQUEST;
  if (f.u32(1) > LAST_PROPERTY) return NT.INVALID_PARAMETER_2;
  const data = byNumber(k, f.ptr(0), node, f.u32(1));
  if (data === undefined) return NT.OBJECT_NAME_NOT_FOUND;
  c.setU32(f.ptr(4), data.length);
  if (f.u32(2) < data.length) return NT.BUFFER_TOO_SMALL;
  c.setBytes(f.ptr(3), data);
  return NT.SUCCESS;
}

/** Whose property it is: its key, and the properties that are no values of it. */
interface Owner {
  readonly key: string;
  readonly made: (name: string) => Property | undefined;
}

/** DEVPKEY_Device_PDOName, EnumeratorName and InstanceId. */
const PDO_NAME = `${DEVICE_GUID}\\0010`;
const ENUMERATOR = `${DEVICE_GUID}\\0018`;
const INSTANCE_ID = '{78c34fc8-104a-4aca-9ea4-524d52996e57}\\0100';
/** DEVPKEY_DeviceInterface_Enabled */
const ENABLED = '{026e516e-b814-414b-83cd-856d6fef4822}\\0003';

const string = (text: string): Property | undefined => (text === '' ? undefined : { type: Type.String, data: terminated(text) });

/** Argument 0 is a PDO. */
function device(k: Kernel, f: Frame): Owner | number {
  const node = nodeOfPdo(k, f.ptr(0));
  if (node === 0) return NT.INVALID_DEVICE_REQUEST;
  const instance = instancePath(k, node);
  const own: Readonly<Record<string, string>> = {
    [PDO_NAME]: fullName(k, f.ptr(0)),
    [ENUMERATOR]: instance.slice(0, instance.indexOf('\\')),
    [INSTANCE_ID]: instance,
  };
  return { key: enumKey(instance), made: (name) => (own[name] === undefined ? undefined : string(own[name])) };
}

/** Argument 0 is the name of an interface. */
function deviceInterface(k: Kernel, f: Frame): Owner | number {
  const n = parseInterface(captureUnicode(k, f.ptr(0)));
  if (n === undefined) return NT.INVALID_PARAMETER;
  if (!isRegistered(k, n)) return NT.OBJECT_NAME_NOT_FOUND;
  const enabled = { type: Type.Boolean, data: new Uint8Array([isEnabled(k, n) ? 0xff : 0]) };
  return { key: instanceKey(n), made: (name) => (name === ENABLED ? enabled : undefined) };
}

const badLocale = (lcid: number): boolean => lcid === LOCALE_SYSTEM_DEFAULT || lcid === LOCALE_USER_DEFAULT;

/** (Owner, *PropertyKey, Lcid, Flags, Size, Data, *RequiredSize, *Type) */
function getData(k: Kernel, f: Frame, owner: Owner | number): number {
  const c = k.mem.checked;
  c.setU32(f.ptr(6), 0);
  if (typeof owner === 'number') return owner;
  if (f.ptr(1) === 0 || f.u32(3) !== 0 || badLocale(f.u32(2))) return NT.INVALID_PARAMETER;
  const name = propertyName(k, f.ptr(1));
  const found = owner.made(name) ?? getProperty(k, owner.key, name, f.u32(2));
  if (found === undefined) return NT.OBJECT_NAME_NOT_FOUND;
  c.setU32(f.ptr(6), found.data.length);
  c.setU32(f.ptr(7), found.type);
  if (f.u32(4) < found.data.length) return NT.BUFFER_TOO_SMALL;
  if (found.data.length > 0) c.setBytes(f.ptr(5), found.data);
  return NT.SUCCESS;
}

/** (Owner, *PropertyKey, Lcid, Flags, Type, Size, Data): Data NULL deletes */
function setData(k: Kernel, f: Frame, owner: Owner | number): number {
  if (typeof owner === 'number') return owner;
  if (f.ptr(1) === 0 || f.u32(3) & ~PLUGPLAY_PROPERTY_PERSISTENT || badLocale(f.u32(2))) return NT.INVALID_PARAMETER;
  const name = propertyName(k, f.ptr(1));
  if (owner.made(name) !== undefined) return NT.ACCESS_DENIED; // what the system itself says
  if (f.ptr(6) === 0) return setProperty(k, owner.key, name, f.u32(2), undefined);
  const property = { type: f.u32(4), data: k.mem.checked.bytes(f.ptr(6), f.u32(5)).slice() };
  if (!fits(property.type, property.data)) return NT.INVALID_PARAMETER;
  return setProperty(k, owner.key, name, f.u32(2), property);
}

export const routines: KernelRoutine[] = [
  { name: 'IoGetDeviceProperty', cost: 80, step: (k, f) => k.return(getDeviceProperty(k, f)) },
  { name: 'IoGetDevicePropertyData', cost: 80, step: (k, f) => k.return(getData(k, f, device(k, f))) },
  { name: 'IoSetDevicePropertyData', cost: 100, step: (k, f) => k.return(setData(k, f, device(k, f))) },
  { name: 'IoGetDeviceInterfacePropertyData', cost: 80, step: (k, f) => k.return(getData(k, f, deviceInterface(k, f))) },
  { name: 'IoSetDeviceInterfacePropertyData', cost: 100, step: (k, f) => k.return(setData(k, f, deviceInterface(k, f))) },
];
