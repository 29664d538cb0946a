// IoGetDriverDirectory and IoGetDeviceDirectory: handles to directories in which a driver keeps files of its own or of one device. They are made when they are
// asked for; where they lie is for no driver to know (U), only that the image's directory is the one that the image is in.
import type { Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DRIVER_EXTENSION, DRIVER_OBJECT, IOP_DRIVER, LDR_DATA_TABLE_ENTRY, OBJECT_ATTRIBUTES } from '../layouts.gen.js';
import { OBJ_KERNEL_HANDLE } from '../ob/handles.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { OBJ_CASE_INSENSITIVE, writeAttributes } from '../ob/write-attributes.js';
import { instancePath, isDriver, nodeOfPdo } from './device-node.js';

const DriverDirectory = { Image: 0, Data: 1, SharedData: 2 } as const;
const DEVICE_DIRECTORY_DATA = 0;
const FILE_ATTRIBUTE_DIRECTORY = 0x10;
/** FILE_SHARE_READ, WRITE, DELETE */
const SHARE_ALL = 7;
const FILE_OPEN = 1;
const FILE_OPEN_IF = 3;
/** FILE_DIRECTORY_FILE, FILE_SYNCHRONOUS_IO_NONALERT */
const OPTIONS = 0x21;
/** GENERIC_READ, GENERIC_WRITE, FILE_TRAVERSE, SYNCHRONIZE */
const ACCESS = 0xc0100020;

/** A directory that is there, and those below it that are made. */
interface Place {
  readonly root: string;
  readonly below: readonly string[];
}

// Locals.
const HANDLE = 0;
/** Number of directories below the root that are there now. */
const DEPTH = 1;
const BLOCK = 2;
const NAME = 4;
const ATTRIBUTES = 6;
const LOCALS = ATTRIBUTES + OBJECT_ATTRIBUTES.sizeof / 8;

/** One directory after the other is opened; all but the last are closed again. */
function openDirectory(name: string, outArg: number, place: (k: Kernel, f: Frame) => Place | number): KernelRoutine {
  const open = (k: Kernel, f: Frame, p: Place): Status => {
    const depth = f.get(DEPTH);
    const path = [p.root, ...p.below.slice(0, depth)].join('\\');
    if (!allocateUnicode(k, f.localAddress(NAME), path, 'PnDi')) return k.return(NT.INSUFFICIENT_RESOURCES);
    const attributes = writeAttributes(k, f.localAddress(ATTRIBUTES), f.localAddress(NAME), OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE);
    const disposition = depth === 0 ? FILE_OPEN : FILE_OPEN_IF;
    const [handle, block] = [f.localAddress(HANDLE), f.localAddress(BLOCK)];
    const args = [handle, ACCESS, attributes, block, 0, FILE_ATTRIBUTE_DIRECTORY, SHARE_ALL, disposition, OPTIONS, 0, 0];
    return k.call(f, 1, 'ZwCreateFile', args);
  };
  return {
    name,
    locals: LOCALS,
    cost: 100,
    step(k, f): Status {
      const p = place(k, f);
      if (typeof p === 'number') return k.return(p);
      switch (f.pc) {
        case 0:
          k.mem.checked.setPtr(f.ptr(outArg), 0);
          f.set(DEPTH, p.below.length === 0 ? 0 : 1);
          return open(k, f, p);
        case 1: {
          freeUnicode(k, f.localAddress(NAME));
          const status = f.result32 | 0;
          if (!ntSuccess(status)) return k.return(status);
          if (f.get(DEPTH) < p.below.length) return k.call(f, 2, 'ZwClose', [f.get(HANDLE)]);
          k.mem.checked.setPtr(f.ptr(outArg), f.get(HANDLE));
          return k.return(NT.SUCCESS);
        }
        default:
          f.set(DEPTH, f.get(DEPTH) + 1);
          return open(k, f, p);
      }
    },
    unwind(k, f) {
      if (f.pc === 1) freeUnicode(k, f.localAddress(NAME));
    },
  };
}

/** (DriverObject, DirectoryType, Flags, *DriverDirectoryHandle) */
function driverPlace(k: Kernel, f: Frame): Place | number {
  const driver = f.ptr(0);
  if (!isDriver(k, driver) || f.u32(1) > DriverDirectory.SharedData || f.u32(2) !== 0 || f.ptr(3) === 0) return NT.INVALID_PARAMETER;
  if (f.u32(1) === DriverDirectory.Image) {
    const module = k.mem.ptr(driver + DRIVER_OBJECT.DriverSection);
    if (module === 0) return NT.OBJECT_NAME_NOT_FOUND;
    const image = readUnicode(k, module + LDR_DATA_TABLE_ENTRY.FullDllName);
    return { root: image.slice(0, image.lastIndexOf('\\')), below: [] };
  }
  const service = readUnicode(k, driver + IOP_DRIVER.Extension + DRIVER_EXTENSION.ServiceKeyName);
  const leaf = f.u32(1) === DriverDirectory.Data ? 'Data' : 'SharedData';
  return { root: '\\SystemRoot', below: ['ServiceState', service, leaf] };
}

/** (PhysicalDeviceObject, DirectoryType, Flags, Reserved, *DeviceDirectoryHandle) */
function devicePlace(k: Kernel, f: Frame): Place | number {
  if (f.ptr(0) === 0 || f.u32(1) !== DEVICE_DIRECTORY_DATA || f.u32(2) !== 0 || f.ptr(3) !== 0 || f.ptr(4) === 0)
    return NT.INVALID_PARAMETER;
  const node = nodeOfPdo(k, f.ptr(0));
  if (node === 0) return NT.INVALID_DEVICE_REQUEST;
  return { root: '\\SystemRoot', below: ['DeviceState', instancePath(k, node).replaceAll('\\', '#'), 'Data'] };
}

export const routines: KernelRoutine[] = [
  openDirectory('IoGetDriverDirectory', 3, driverPlace),
  openDirectory('IoGetDeviceDirectory', 4, devicePlace),
];
