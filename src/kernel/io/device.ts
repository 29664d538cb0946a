// Device objects: creation with their names, deletion that waits for open files, attachment into stacks, symbolic links.
import { type Addr, isKernelAddress } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  DEVICE_NODE,
  DEVICE_OBJECT,
  DRIVER_OBJECT,
  IO_GLOBALS,
  IOP_DEVICE_EXTENSION,
  KDEVICE_QUEUE,
  OBJECT_DIRECTORY,
  OBJECT_DIRECTORY_ENTRY,
} from '../layouts.gen.js';
import { initEvent, SynchronizationEvent } from '../ob/event-object.js';
import { createLink, findInDirectory, fullName, insertName, lookupPath, removeName, rootDirectory, setPermanent } from '../ob/namespace.js';
import { isType, referenceObject } from '../ob/object.js';
import { allocateSecured } from '../ob/security.js';
import { NT, ntSuccess } from '../ob/status.js';
import { captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { entries, initListHead, insertTail, remove } from '../rtl/list.js';
import type { Descriptor } from '../se/descriptor.js';
import { parseSddl } from '../se/sddl.js';

const IO_TYPE_DEVICE = 3;
export const DO_EXCLUSIVE = 0x8;
export const DO_BUFFERED_IO = 0x4;
export const DO_DIRECT_IO = 0x10;
export const DO_DEVICE_INITIALIZING = 0x80;
export const DO_DEVICE_HAS_NAME = 0x40;
export const DO_DAX_VOLUME = 0x10000000;
/** IOP_DEVICE_EXTENSION.ExtensionFlags */
export const DOE_DELETE_PENDING = 2;
export const DOE_UNLOAD_PENDING = 1;

export const extensionOf = (k: Kernel, device: Addr): Addr => k.mem.ptr(device + DEVICE_OBJECT.DeviceObjectExtension);

export interface DeviceOptions {
  readonly driver: Addr;
  readonly extensionSize: number;
  /** '' for an unnamed device. */
  readonly name: string;
  readonly type: number;
  readonly characteristics: number;
  readonly exclusive: boolean;
  /** Instead of the default. */
  readonly security?: Descriptor;
}

/** IoCreateDevice as a function. */
export function createDevice(k: Kernel, o: DeviceOptions): { readonly status: number; readonly device: Addr } {
  const m = k.mem;
  let directory = 0;
  let leaf = '';
  if (o.name !== '') {
    const found = lookupPath(k, o.name, false);
    if (ntSuccess(found.status)) return { status: NT.OBJECT_NAME_COLLISION, device: 0 };
    if (found.directory === 0) return { status: found.status, device: 0 };
    directory = found.directory;
    leaf = found.leaf;
  }
  const bytes = DEVICE_OBJECT.sizeof + ((o.extensionSize + 15) & ~15) + IOP_DEVICE_EXTENSION.sizeof;
  const device = allocateSecured(k, ObType.Device, bytes, 'Devi', o.security);
  if (device === 0) return { status: NT.INSUFFICIENT_RESOURCES, device: 0 };
  const extension = device + DEVICE_OBJECT.sizeof + ((o.extensionSize + 15) & ~15);
  m.setU16(device + DEVICE_OBJECT.Type, IO_TYPE_DEVICE);
  m.setU16(device + DEVICE_OBJECT.Size, DEVICE_OBJECT.sizeof + o.extensionSize);
  m.setPtr(device + DEVICE_OBJECT.DriverObject, o.driver);
  m.setU32(
    device + DEVICE_OBJECT.Flags,
    DO_DEVICE_INITIALIZING | (o.exclusive ? DO_EXCLUSIVE : 0) | (o.name !== '' ? DO_DEVICE_HAS_NAME : 0),
  );
  m.setU32(device + DEVICE_OBJECT.Characteristics, o.characteristics);
  m.setPtr(device + DEVICE_OBJECT.DeviceExtension, o.extensionSize === 0 ? 0 : device + DEVICE_OBJECT.sizeof);
  m.setU32(device + DEVICE_OBJECT.DeviceType, o.type);
  m.setU8(device + DEVICE_OBJECT.StackSize, 1);
  m.setPtr(device + DEVICE_OBJECT.DeviceObjectExtension, extension);
  m.setU16(extension + IOP_DEVICE_EXTENSION.Type, 13);
  m.setU16(extension + IOP_DEVICE_EXTENSION.Size, IOP_DEVICE_EXTENSION.sizeof);
  m.setPtr(extension + IOP_DEVICE_EXTENSION.DeviceObject, device);
  initListHead(m, extension + IOP_DEVICE_EXTENSION.TimerLink);
  initListHead(m, extension + IOP_DEVICE_EXTENSION.ShutdownLink);
  initEvent(k, device + DEVICE_OBJECT.DeviceLock, SynchronizationEvent, true);
  const queue = device + DEVICE_OBJECT.DeviceQueue;
  m.setU16(queue + KDEVICE_QUEUE.Type, 20);
  m.setU16(queue + KDEVICE_QUEUE.Size, KDEVICE_QUEUE.sizeof);
  initListHead(m, queue + KDEVICE_QUEUE.DeviceListHead);
  if (directory !== 0) {
    insertName(k, directory, leaf, device);
    setPermanent(k, device, true);
  }
  // Newest device first, as on Windows.
  m.setPtr(device + DEVICE_OBJECT.NextDevice, m.ptr(o.driver + DRIVER_OBJECT.DeviceObject));
  m.setPtr(o.driver + DRIVER_OBJECT.DeviceObject, device);
  referenceObject(k, o.driver);
  k.event('io.create-device', { device, driver: readUnicode(k, o.driver + DRIVER_OBJECT.DriverName), name: o.name });
  return { status: NT.SUCCESS, device };
}

/** Devices of a driver, newest first. */
export function devicesOf(k: Kernel, driver: Addr): Addr[] {
  const all: Addr[] = [];
  for (let d = k.mem.ptr(driver + DRIVER_OBJECT.DeviceObject); d !== 0 && all.length < 10_000; d = k.mem.ptr(d + DEVICE_OBJECT.NextDevice))
    all.push(d);
  return all;
}

/** Takes a device out of its driver's list. */
function unlinkDevice(k: Kernel, device: Addr): void {
  const driver = k.mem.ptr(device + DEVICE_OBJECT.DriverObject);
  let at = driver + DRIVER_OBJECT.DeviceObject;
  while (k.mem.ptr(at) !== 0 && k.mem.ptr(at) !== device) at = k.mem.ptr(at) + DEVICE_OBJECT.NextDevice;
  if (k.mem.ptr(at) === device) k.mem.setPtr(at, k.mem.ptr(device + DEVICE_OBJECT.NextDevice));
}

/** Highest device of the stack that a device is in. */
export function topOfStack(k: Kernel, device: Addr): Addr {
  let top = device;
  for (let i = 0; i < 64 && k.mem.ptr(top + DEVICE_OBJECT.AttachedDevice) !== 0; i++) top = k.mem.ptr(top + DEVICE_OBJECT.AttachedDevice);
  return top;
}

/** Is this address a live device object? Drivers pass stale pointers, and any other. */
export const isDevice = (k: Kernel, device: Addr): boolean =>
  isKernelAddress(device) &&
  k.mem.allowed(device, DEVICE_OBJECT.sizeof, false) &&
  k.mem.u16(device + DEVICE_OBJECT.Type) === IO_TYPE_DEVICE &&
  isType(k, device, ObType.Device);

/** `sddlArg`: number of the argument that holds the SDDL string, 0: none. */
const create = (
  k: Kernel,
  f: { ptr(i: number): Addr; u32(i: number): number; bool(i: number): boolean },
  outArg: number,
  sddlArg = 0,
): number => {
  const name = f.ptr(2) === 0 ? '' : captureUnicode(k, f.ptr(2));
  const security = sddlArg === 0 ? undefined : parseSddl(captureUnicode(k, f.ptr(sddlArg)));
  if (sddlArg !== 0 && security === undefined) {
    k.mem.checked.setPtr(f.ptr(outArg), 0);
    return NT.INVALID_PARAMETER;
  }
  const r = createDevice(k, {
    driver: f.ptr(0),
    extensionSize: f.u32(1),
    name,
    type: f.u32(3),
    characteristics: f.u32(4),
    exclusive: f.bool(5),
    ...(security ? { security } : {}),
  });
  k.mem.checked.setPtr(f.ptr(outArg), r.device);
  return r.status;
};

export const routines: KernelRoutine[] = [
  // (DriverObject, ExtensionSize, DeviceName, DeviceType, Characteristics, Exclusive, *DeviceObject)
  { name: 'IoCreateDevice', cost: 60, step: (k, f) => k.return(create(k, f, 6)) },
  // (..., Exclusive, DefaultSDDLString, DeviceClassGuid, *DeviceObject); no open is refused by it: everybody is an administrator
  { name: 'IoCreateDeviceSecure', cost: 60, step: (k, f) => k.return(create(k, f, 8, 6)) },
  { name: 'WdmlibIoCreateDeviceSecure', cost: 60, step: (k, f) => k.return(create(k, f, 8, 6)) },
  {
    // (DeviceObject): name goes at once, memory when the last file is closed
    name: 'IoDeleteDevice',
    cost: 40,
    step(k, f) {
      const device = f.ptr(0);
      if (f.pc === 1) return k.returnVoid();
      const type = k.mem.checked.u16(device + DEVICE_OBJECT.Type);
      if (type !== IO_TYPE_DEVICE) {
        return k.bugCheck(0xc9, 0x2, 0, device, 0, 'IoDeleteDevice of something that is no device object (deleted twice?)');
      }
      const extension = extensionOf(k, device);
      const flags = extension + IOP_DEVICE_EXTENSION.ExtensionFlags;
      if (k.mem.u32(flags) & DOE_DELETE_PENDING) {
        return k.bugCheck(0xc9, 0x2, 0, device, 0, 'IoDeleteDevice was called twice for the same device object');
      }
      const timer = extension + IOP_DEVICE_EXTENSION.TimerLink;
      if (k.mem.u32(extension + IOP_DEVICE_EXTENSION.TimerActive) !== 0) {
        remove(k.mem, timer);
        k.mem.setU32(extension + IOP_DEVICE_EXTENSION.TimerActive, 0);
      }
      if (k.mem.u32(extension + IOP_DEVICE_EXTENSION.ShutdownRegistered) !== 0)
        remove(k.mem, extension + IOP_DEVICE_EXTENSION.ShutdownLink);
      setPermanent(k, device, false);
      removeName(k, device);
      k.mem.setU32(flags, k.mem.u32(flags) | DOE_DELETE_PENDING);
      k.event('io.delete-device', { device, open: k.mem.i32(device + DEVICE_OBJECT.ReferenceCount) });
      if (k.mem.i32(device + DEVICE_OBJECT.ReferenceCount) > 0) return k.returnVoid();
      return k.call(f, 1, 'IopCompleteDeleteDevice', [device]);
    },
  },
  {
    // (DeviceObject): no file is open any more
    name: 'IopCompleteDeleteDevice',
    locals: 1,
    step(k, f) {
      if (f.pc === 0) {
        unlinkDevice(k, f.ptr(0));
        f.set(0, k.mem.ptr(f.ptr(0) + DEVICE_OBJECT.DriverObject));
        return k.call(f, 1, 'ObfDereferenceObject', [f.ptr(0)]);
      }
      if (f.pc === 1) return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
      return k.returnVoid();
    },
  },
  {
    // Delete procedure: (DeviceObject)
    name: 'IopDeleteDeviceObject',
    step(k, f) {
      k.mem.setU16(f.ptr(0) + DEVICE_OBJECT.Type, 0);
      const node = k.mem.ptr(extensionOf(k, f.ptr(0)) + IOP_DEVICE_EXTENSION.DeviceNode);
      if (node === 0) return k.returnVoid();
      freeUnicode(k, node + DEVICE_NODE.InstancePath);
      freeUnicode(k, node + DEVICE_NODE.ServiceName);
      k.pool.free(node);
      return k.returnVoid();
    },
  },
  {
    // (SymbolicLinkName, DeviceName)
    name: 'IoCreateSymbolicLink',
    cost: 40,
    step(k, f) {
      if (f.pc === 1) return k.return(NT.SUCCESS);
      const name = captureUnicode(k, f.ptr(0));
      const target = captureUnicode(k, f.ptr(1));
      const found = lookupPath(k, name, false);
      if (ntSuccess(found.status)) return k.return(NT.OBJECT_NAME_COLLISION);
      if (found.directory === 0) return k.return(found.status);
      const link = createLink(k, found.directory, found.leaf, target);
      if (link === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
      setPermanent(k, link, true);
      k.event('io.create-link', { name, target });
      return k.call(f, 1, 'ObfDereferenceObject', [link]); // the directory keeps it
    },
  },
  {
    name: 'IoCreateUnprotectedSymbolicLink',
    cost: 40,
    step: (k, f) => (f.pc === 0 ? k.call(f, 1, 'IoCreateSymbolicLink', [f.ptr(0), f.ptr(1)]) : k.return(f.result32 | 0)),
  },
  {
    // (SymbolicLinkName)
    name: 'IoDeleteSymbolicLink',
    cost: 40,
    step(k, f) {
      if (f.pc === 1) return k.return(NT.SUCCESS);
      const name = captureUnicode(k, f.ptr(0));
      const found = lookupPath(k, name, false);
      if (!ntSuccess(found.status)) return k.return(found.status);
      if (!isType(k, found.body, ObType.SymbolicLink)) return k.return(NT.OBJECT_TYPE_MISMATCH);
      setPermanent(k, found.body, false);
      referenceObject(k, found.body);
      removeName(k, found.body);
      k.event('io.delete-link', { name });
      return k.call(f, 1, 'ObfDereferenceObject', [found.body]);
    },
  },
  {
    // (SourceDevice, TargetDevice) -> previous top
    name: 'IoAttachDeviceToDeviceStack',
    cost: 20,
    step: (k, f) => k.return(attach(k, f.ptr(0), f.ptr(1))),
  },
  {
    // (SourceDevice, TargetDevice, *AttachedTo)
    name: 'IoAttachDeviceToDeviceStackSafe',
    cost: 20,
    step(k, f) {
      const below = attach(k, f.ptr(0), f.ptr(1));
      k.mem.checked.setPtr(f.ptr(2), below);
      return k.return(below === 0 ? NT.NO_SUCH_DEVICE : NT.SUCCESS);
    },
  },
  {
    // (SourceDevice, TargetDeviceName, *AttachedDevice)
    name: 'IoAttachDevice',
    cost: 40,
    step(k, f) {
      const found = lookupPath(k, captureUnicode(k, f.ptr(1)));
      if (!ntSuccess(found.status) || !isType(k, found.body, ObType.Device)) return k.return(NT.OBJECT_NAME_NOT_FOUND);
      const below = attach(k, f.ptr(0), found.body);
      k.mem.checked.setPtr(f.ptr(2), below);
      return k.return(below === 0 ? NT.NO_SUCH_DEVICE : NT.SUCCESS);
    },
  },
  {
    // (TargetDevice): whoever is attached to it is detached
    name: 'IoDetachDevice',
    cost: 20,
    step(k, f) {
      const upper = k.mem.checked.ptr(f.ptr(0) + DEVICE_OBJECT.AttachedDevice);
      if (upper !== 0) k.mem.setPtr(extensionOf(k, upper) + IOP_DEVICE_EXTENSION.AttachedTo, 0);
      k.mem.setPtr(f.ptr(0) + DEVICE_OBJECT.AttachedDevice, 0);
      return k.returnVoid();
    },
  },
  { name: 'IoGetAttachedDevice', cost: 5, step: (k, f) => k.return(topOfStack(k, f.ptr(0))) },
  {
    name: 'IoGetAttachedDeviceReference',
    cost: 5,
    step(k, f) {
      const top = topOfStack(k, f.ptr(0));
      referenceObject(k, top);
      return k.return(top);
    },
  },
  {
    name: 'IoGetLowerDeviceObject',
    cost: 5,
    step(k, f) {
      const below = k.mem.ptr(extensionOf(k, f.ptr(0)) + IOP_DEVICE_EXTENSION.AttachedTo);
      if (below !== 0) referenceObject(k, below);
      return k.return(below);
    },
  },
  {
    name: 'IoGetDeviceAttachmentBaseRef',
    cost: 5,
    step(k, f) {
      let base = f.ptr(0);
      for (let i = 0; i < 64 && k.mem.ptr(extensionOf(k, base) + IOP_DEVICE_EXTENSION.AttachedTo) !== 0; i++) {
        base = k.mem.ptr(extensionOf(k, base) + IOP_DEVICE_EXTENSION.AttachedTo);
      }
      referenceObject(k, base);
      return k.return(base);
    },
  },
  {
    // (DeviceObject): IRP_MJ_SHUTDOWN at the end of the system
    name: 'IoRegisterShutdownNotification',
    cost: 10,
    step(k, f) {
      const extension = extensionOf(k, f.ptr(0));
      if (k.mem.u32(extension + IOP_DEVICE_EXTENSION.ShutdownRegistered) === 0) {
        k.mem.setU32(extension + IOP_DEVICE_EXTENSION.ShutdownRegistered, 1);
        insertTail(k.mem, k.globals.IO + IO_GLOBALS.ShutdownDevices, extension + IOP_DEVICE_EXTENSION.ShutdownLink);
      }
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'IoUnregisterShutdownNotification',
    cost: 10,
    step(k, f) {
      const extension = extensionOf(k, f.ptr(0));
      if (k.mem.u32(extension + IOP_DEVICE_EXTENSION.ShutdownRegistered) !== 0) {
        k.mem.setU32(extension + IOP_DEVICE_EXTENSION.ShutdownRegistered, 0);
        remove(k.mem, extension + IOP_DEVICE_EXTENSION.ShutdownLink);
      }
      return k.returnVoid();
    },
  },
];

function attach(k: Kernel, source: Addr, target: Addr): Addr {
  const m = k.mem;
  const top = topOfStack(k, target);
  if (m.u32(extensionOf(k, top) + IOP_DEVICE_EXTENSION.ExtensionFlags) & DOE_DELETE_PENDING) return 0;
  m.setPtr(top + DEVICE_OBJECT.AttachedDevice, source);
  m.setPtr(extensionOf(k, source) + IOP_DEVICE_EXTENSION.AttachedTo, top);
  m.setU8(source + DEVICE_OBJECT.StackSize, m.u8(top + DEVICE_OBJECT.StackSize) + 1);
  m.setU32(source + DEVICE_OBJECT.AlignmentRequirement, m.u32(top + DEVICE_OBJECT.AlignmentRequirement));
  k.event('io.attach', { device: source, to: top });
  return top;
}

/** Win32 names of all devices that user mode can open: links of \GLOBAL?? whose target is a device. */
export function openableDevices(k: Kernel): string[] {
  const global = findInDirectory(k, rootDirectory(k), 'GLOBAL??');
  const names: string[] = [];
  for (const link of directoryBodies(k, global)) {
    if (!isType(k, link, ObType.SymbolicLink)) continue;
    const path = fullName(k, link);
    const found = lookupPath(k, path);
    if (ntSuccess(found.status) && isType(k, found.body, ObType.Device) && found.body !== k.mem.ptr(k.globals.IO + IO_GLOBALS.DiskDevice)) {
      names.push(`\\\\.\\${path.slice(path.lastIndexOf('\\') + 1)}`);
    }
  }
  return names;
}

/** Objects of a directory in order of insertion. */
export const directoryBodies = (k: Kernel, directory: Addr): Addr[] =>
  entries(k.mem, directory + OBJECT_DIRECTORY.Entries).map((e) =>
    k.mem.ptr(e - OBJECT_DIRECTORY_ENTRY.Link + OBJECT_DIRECTORY_ENTRY.Object),
  );
