// Device interfaces: registered for a PDO, enabled and disabled, found by class. While one is enabled, a symbolic link of \GLOBAL?? leads to the PDO, so that
// opening it reaches the top of the device's stack. Nobody is notified: IoRegisterPlugPlayNotification is not simulated.
import type { Addr, Status } from '../../machine/abi.js';
import { dword, nodeAt, RegType, setKeyString, setKeyValue, terminated } from '../cm/hive.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { createLink, findInDirectory, fullName, removeName, rootDirectory, setPermanent } from '../ob/namespace.js';
import { dropReference, isType, referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, captureUnicode, sameName } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { guidText } from '../rtl/guid.js';
import { instancePath, nodeOfPdo, pdoOf } from './device-node.js';
import {
  deviceKey,
  type InterfaceName,
  instanceKey,
  instanceOf,
  interfaceName,
  interfacesOf,
  isEnabled,
  isRegistered,
  linkText,
  parseInterface,
  valueNumber,
} from './interface-key.js';

const DEVICE_INTERFACE_INCLUDE_NONACTIVE = 1;

/** GUID of an argument as keys are named by it. */
function guidAt(k: Kernel, at: Addr): string {
  k.mem.checked.bytes(at, 16);
  return guidText(k, at).toLowerCase();
}

/** (PhysicalDeviceObject, *InterfaceClassGuid, ReferenceString | 0, SymbolicLinkName): the caller frees the name with RtlFreeUnicodeString. */
function register(k: Kernel, f: Frame): number {
  const node = nodeOfPdo(k, f.ptr(0));
  if (node === 0) return NT.INVALID_DEVICE_REQUEST;
  const guid = guidAt(k, f.ptr(1));
  const reference = f.ptr(2) === 0 ? '' : captureUnicode(k, f.ptr(2));
  if (/[\\/\0]/.test(reference)) return NT.INVALID_DEVICE_REQUEST;
  const name = interfaceName(instancePath(k, node), guid, reference);
  const known = isRegistered(k, name);
  if (!known) {
    if (nodeAt(k, instanceKey(name), true) === 0) return NT.INSUFFICIENT_RESOURCES;
    setKeyString(k, deviceKey(name), 'DeviceInstance', RegType.Sz, instancePath(k, node));
    setKeyString(k, instanceKey(name), 'SymbolicLink', RegType.Sz, linkText(name).replace('\\??\\', '\\\\?\\'));
  }
  k.mem.checked.bytes(f.ptr(3), 16);
  if (!allocateUnicode(k, f.ptr(3), linkText(name), 'PnIf')) return NT.INSUFFICIENT_RESOURCES;
  return known ? NT.OBJECT_NAME_EXISTS : NT.SUCCESS;
}

const setNumber = (k: Kernel, path: string, name: string, value: number): void => setKeyValue(k, path, name, RegType.Dword, dword(value));

const globalDirectory = (k: Kernel): Addr => findInDirectory(k, rootDirectory(k), 'GLOBAL??');

/** The device's interfaces of one class share a link; the count is of those that are enabled. */
const counted = (k: Kernel, n: InterfaceName): number => valueNumber(k, `${deviceKey(n)}\\Control`, 'ReferenceCount');
function mark(k: Kernel, n: InterfaceName, enabled: boolean): void {
  setNumber(k, `${instanceKey(n)}\\Control`, 'Linked', enabled ? 1 : 0);
  setNumber(k, `${deviceKey(n)}\\Control`, 'ReferenceCount', counted(k, n) + (enabled ? 1 : -1));
}

function enable(k: Kernel, n: InterfaceName): number {
  if (isEnabled(k, n)) return NT.OBJECT_NAME_EXISTS;
  const pdo = pdoOf(k, instanceOf(k, n));
  const target = pdo === 0 ? '' : fullName(k, pdo);
  // The device is gone, or its PDO has no name that a link could lead to.
  if (target === '') return NT.INVALID_DEVICE_REQUEST;
  if (counted(k, n) === 0) {
    const directory = globalDirectory(k);
    if (findInDirectory(k, directory, n.link) !== 0) return NT.OBJECT_NAME_COLLISION;
    const link = createLink(k, directory, n.link, target);
    if (link === 0) return NT.INSUFFICIENT_RESOURCES;
    setPermanent(k, link, true);
    dropReference(k, link); // the directory keeps it
    k.event('io.create-link', { name: `\\??\\${n.link}`, target });
  }
  mark(k, n, true);
  return NT.SUCCESS;
}

/** (SymbolicLinkName, Enable) */
function setState(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.return(NT.SUCCESS);
  const n = parseInterface(captureUnicode(k, f.ptr(0)));
  if (n === undefined) return k.return(NT.INVALID_PARAMETER);
  if (!isRegistered(k, n)) return k.return(NT.OBJECT_NAME_NOT_FOUND);
  if (f.bool(1)) return k.return(enable(k, n));
  if (!isEnabled(k, n)) return k.return(NT.OBJECT_NAME_NOT_FOUND);
  mark(k, n, false);
  if (counted(k, n) > 0) return k.return(NT.SUCCESS);
  const link = findInDirectory(k, globalDirectory(k), n.link);
  if (link === 0 || !isType(k, link, ObType.SymbolicLink)) return k.return(NT.SUCCESS); // somebody has deleted it
  setPermanent(k, link, false);
  referenceObject(k, link);
  removeName(k, link);
  k.event('io.delete-link', { name: `\\??\\${n.link}` });
  return k.call(f, 1, 'ObfDereferenceObject', [link]);
}

/** (*InterfaceClassGuid, PhysicalDeviceObject | 0, Flags, *SymbolicLinkList): the caller frees the list. */
function list(k: Kernel, f: Frame): number {
  const guid = guidAt(k, f.ptr(0));
  const node = f.ptr(1) === 0 ? 0 : nodeOfPdo(k, f.ptr(1));
  if (f.ptr(1) !== 0 && node === 0) return NT.INVALID_DEVICE_REQUEST;
  if (f.u32(2) & ~DEVICE_INTERFACE_INCLUDE_NONACTIVE) return NT.INVALID_PARAMETER;
  const names = interfacesOf(k, guid)
    .filter((n) => node === 0 || sameName(instanceOf(k, n), instancePath(k, node)))
    .filter((n) => f.u32(2) & DEVICE_INTERFACE_INCLUDE_NONACTIVE || isEnabled(k, n))
    .map(linkText);
  const bytes = terminated(names.map((n) => `${n}\0`).join(''));
  k.mem.checked.setPtr(f.ptr(3), 0);
  const block = k.pool.allocate('paged', bytes.length, 'PnIf');
  if (block === 0) return NT.INSUFFICIENT_RESOURCES;
  k.mem.setBytes(block, bytes);
  k.mem.checked.setPtr(f.ptr(3), block);
  return NT.SUCCESS;
}

/** (SymbolicLinkName, *AliasInterfaceClassGuid, AliasSymbolicLinkName): same device and reference string, other class. */
function alias(k: Kernel, f: Frame): number {
  const n = parseInterface(captureUnicode(k, f.ptr(0)));
  const guid = guidAt(k, f.ptr(1));
  if (n === undefined) return NT.INVALID_HANDLE;
  if (!isRegistered(k, n)) return NT.OBJECT_NAME_NOT_FOUND;
  const other = interfaceName(instanceOf(k, n), guid, n.reference);
  if (!isRegistered(k, other)) return NT.OBJECT_NAME_NOT_FOUND;
  k.mem.checked.bytes(f.ptr(2), 16);
  return allocateUnicode(k, f.ptr(2), linkText(other), 'PnIf') ? NT.SUCCESS : NT.INSUFFICIENT_RESOURCES;
}

export const routines: KernelRoutine[] = [
  { name: 'IoRegisterDeviceInterface', cost: 200, step: (k, f) => k.return(register(k, f)) },
  { name: 'IoSetDeviceInterfaceState', cost: 150, step: setState },
  { name: 'IoGetDeviceInterfaces', cost: 150, step: (k, f) => k.return(list(k, f)) },
  { name: 'IoGetDeviceInterfaceAlias', cost: 100, step: (k, f) => k.return(alias(k, f)) },
];
