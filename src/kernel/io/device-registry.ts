// Registry keys that belong to a device, a device interface or a driver, opened without knowing where they are. A key that is not there yet is made. They are opened
// through ZwOpenKey, so registry callbacks see it; the handles are kernel handles (U).
import type { Status } from '../../machine/abi.js';
import { nodeAt } from '../cm/hive.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IOP_DRIVER, OBJECT_ATTRIBUTES } from '../layouts.gen.js';
import { OBJ_KERNEL_HANDLE } from '../ob/handles.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { OBJ_CASE_INSENSITIVE, writeAttributes } from '../ob/write-attributes.js';
import { CONTROL_SET, enumKey, instancePath, isDriver, nodeOfPdo } from './device-node.js';
import { instanceKey, isRegistered, parseInterface, valueText } from './interface-key.js';

const PLUGPLAY_REGKEY_DEVICE = 1;
const PLUGPLAY_REGKEY_DRIVER = 2;
const PLUGPLAY_REGKEY_CURRENT_HWPROFILE = 4;
const PROFILE = `${CONTROL_SET}\\Hardware Profiles\\Current\\System\\CurrentControlSet`;
/** DRIVER_REGKEY_TYPE: subkeys of the service key (U for the second and third). */
const DRIVER_KEYS = ['Parameters', 'PersistentState', 'SharedPersistentState'];

/** Path of the key, or the status that says why there is none. */
type Place = string | number;

// Locals.
const HANDLE = 0;
const NAME = 1;
const ATTRIBUTES = 3;
const LOCALS = ATTRIBUTES + OBJECT_ATTRIBUTES.sizeof / 8;

/** Access and *Handle are arguments; `place` looks at the others. */
function openKeyOf(name: string, accessArg: number, outArg: number, place: (k: Kernel, f: Frame) => Place): KernelRoutine {
  return {
    name,
    locals: LOCALS,
    cost: 100,
    step(k, f): Status {
      if (f.pc === 1) {
        freeUnicode(k, f.localAddress(NAME));
        if (ntSuccess(f.result32)) k.mem.checked.setPtr(f.ptr(outArg), f.get(HANDLE));
        return k.return(f.result32 | 0);
      }
      f.set(HANDLE, 0);
      const path = place(k, f);
      if (typeof path === 'number') return k.return(path);
      k.mem.checked.setPtr(f.ptr(outArg), 0);
      if (nodeAt(k, path, true) === 0 || !allocateUnicode(k, f.localAddress(NAME), path, 'PnKy'))
        return k.return(NT.INSUFFICIENT_RESOURCES);
      const attributes = writeAttributes(k, f.localAddress(ATTRIBUTES), f.localAddress(NAME), OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE);
      return k.call(f, 1, 'ZwOpenKey', [f.localAddress(HANDLE), f.u32(accessArg), attributes]);
    },
    unwind(k, f) {
      if (f.pc !== 0) freeUnicode(k, f.localAddress(NAME));
    },
  };
}

/** (DeviceObject, DevInstKeyType, ...) */
function deviceKeyPlace(k: Kernel, f: Frame): Place {
  const type = f.u32(1);
  const which = type & ~PLUGPLAY_REGKEY_CURRENT_HWPROFILE;
  if (which !== PLUGPLAY_REGKEY_DEVICE && which !== PLUGPLAY_REGKEY_DRIVER) return NT.INVALID_PARAMETER;
  const node = nodeOfPdo(k, f.ptr(0));
  if (node === 0) return NT.INVALID_DEVICE_REQUEST;
  const instance = instancePath(k, node);
  let path = `${enumKey(instance)}\\Device Parameters`;
  if (which === PLUGPLAY_REGKEY_DRIVER) {
    const software = valueText(k, enumKey(instance), 'Driver');
    if (software === '') return NT.OBJECT_NAME_NOT_FOUND;
    path = `${CONTROL_SET}\\Control\\Class\\${software}`;
  }
  return type & PLUGPLAY_REGKEY_CURRENT_HWPROFILE ? PROFILE + path.slice(CONTROL_SET.length) : path;
}

/** (SymbolicLinkName, ...) */
function interfaceKeyPlace(k: Kernel, f: Frame): Place {
  const name = parseInterface(captureUnicode(k, f.ptr(0)));
  if (name === undefined) return NT.INVALID_PARAMETER;
  return isRegistered(k, name) ? `${instanceKey(name)}\\Device Parameters` : NT.OBJECT_NAME_NOT_FOUND;
}

/** (DriverObject, RegKeyType, DesiredAccess, Flags, ...) */
function driverKeyPlace(k: Kernel, f: Frame): Place {
  const subkey = DRIVER_KEYS[f.u32(1)];
  if (!isDriver(k, f.ptr(0)) || subkey === undefined || f.u32(3) !== 0) return NT.INVALID_PARAMETER;
  return `${readUnicode(k, f.ptr(0) + IOP_DRIVER.RegistryPath)}\\${subkey}`;
}

export const routines: KernelRoutine[] = [
  // (DeviceObject, DevInstKeyType, DesiredAccess, *DeviceRegKey)
  openKeyOf('IoOpenDeviceRegistryKey', 2, 3, deviceKeyPlace),
  // (SymbolicLinkName, DesiredAccess, *DeviceInterfaceRegKey)
  openKeyOf('IoOpenDeviceInterfaceRegistryKey', 1, 2, interfaceKeyPlace),
  // (DriverObject, RegKeyType, DesiredAccess, Flags, *DriverRegKey)
  openKeyOf('IoOpenDriverRegistryKey', 2, 4, driverKeyPlace),
];
