// Loading and unloading drivers, in a system thread at PASSIVE_LEVEL: service key, image pages, PsLoadedModuleList, driver object, image-load callbacks with
// process ID 0, DriverEntry; at the end DriverUnload, the leak report, and the pages go (a later call into them is bug check 0xCE).

import { type Addr, type Status, toAddress } from '../../machine/abi.js';
import type { CompiledImage } from '../../machine/image.js';
import { PE } from '../../machine/pe-header.js';
import { nodeAt, setKeyString, setKeyValue, valueNamed } from '../cm/hive.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  DEVICE_OBJECT,
  DRIVER_EXTENSION,
  DRIVER_OBJECT,
  IO_GLOBALS,
  IOP_CLIENT_EXTENSION,
  IOP_DEVICE_EXTENSION,
  IOP_DRIVER,
  IOP_UNLOADED_DRIVER,
  LDR_DATA_TABLE_ENTRY,
} from '../layouts.gen.js';
import { findInDirectory, insertName, removeName, rootDirectory } from '../ob/namespace.js';
import { allocateObject } from '../ob/object.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, freeUnicode, readUnicode, sameName } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { closeRegistration } from '../ps/pico.js';
import { fillImageInfo, IMAGE_LOCALS } from '../ps/startup.js';
import { entries, initListHead, insertTail, remove } from '../rtl/list.js';
import { checkUnload } from '../verifier/unload-checks.js';
import { DO_DEVICE_INITIALIZING, DOE_UNLOAD_PENDING, devicesOf, extensionOf } from './device.js';
import { DriverState } from './driver-state.js';
import { createImageFile } from './file.js';
import { findLeaks } from './leaks.js';
import { addModule, modules } from './module.js';

/** How a driver is loaded. */
export const LoadFlag = { IntegrityCheck: 1, BootStart: 2 } as const;

const IO_TYPE_DRIVER = 4;
const MAJOR_FUNCTIONS = 28;
const IMAGE_ALIGN = 0x10000;
/** IOP_DRIVER.State */

export const driverPath = (name: string): string => `\\SystemRoot\\System32\\drivers\\${name}.sys`;
export const serviceKey = (name: string): string => `\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Services\\${name}`;

/** Code address of DriverEntry (or the entry that a security cookie stub would have), 0 when there is none. */
export function entryPoint(image: CompiledImage): Addr {
  const f = image.functions.find((x) => x.name === 'DriverEntry' && x.parent === undefined);
  return f ? toAddress(f.codeOffset) : 0;
}

/** Driver objects that exist, in load order. */
export const drivers = (k: Kernel): Addr[] => entries(k.mem, k.globals.IO + IO_GLOBALS.Drivers).map((e) => e - IOP_DRIVER.Link);
export const driverNamed = (k: Kernel, name: string): Addr =>
  drivers(k).find((d) => sameName(readUnicode(k, d + DRIVER_OBJECT.DriverName), `\\Driver\\${name}`)) ?? 0;

/** A driver object without image of its own (the disk, the null driver). */
export function createDriverObject(k: Kernel, name: string, module: Addr, start: Addr, size: number, init: Addr): Addr {
  const m = k.mem;
  const driver = allocateObject(k, ObType.Driver, IOP_DRIVER.sizeof, 'Driv');
  if (driver === 0) return 0;
  m.setU16(driver + DRIVER_OBJECT.Type, IO_TYPE_DRIVER);
  m.setU16(driver + DRIVER_OBJECT.Size, DRIVER_OBJECT.sizeof);
  m.setPtr(driver + DRIVER_OBJECT.DriverStart, start);
  m.setU32(driver + DRIVER_OBJECT.DriverSize, size);
  m.setPtr(driver + DRIVER_OBJECT.DriverSection, module);
  m.setPtr(driver + DRIVER_OBJECT.DriverExtension, driver + IOP_DRIVER.Extension);
  m.setPtr(driver + IOP_DRIVER.Extension + DRIVER_EXTENSION.DriverObject, driver);
  allocateUnicode(k, driver + IOP_DRIVER.Extension + DRIVER_EXTENSION.ServiceKeyName, name, 'Driv');
  allocateUnicode(k, driver + DRIVER_OBJECT.DriverName, `\\Driver\\${name}`, 'Driv');
  m.setPtr(driver + DRIVER_OBJECT.DriverInit, init);
  const invalid = k.addressOf('IopInvalidDeviceRequest');
  for (let i = 0; i < MAJOR_FUNCTIONS; i++) m.setPtr(driver + DRIVER_OBJECT.MajorFunction + 8 * i, invalid);
  m.setPtr(driver + IOP_DRIVER.Module, module);
  allocateUnicode(k, driver + IOP_DRIVER.RegistryPath, serviceKey(name), 'Driv');
  initListHead(m, driver + IOP_DRIVER.ExtensionList);
  insertTail(m, k.globals.IO + IO_GLOBALS.Drivers, driver + IOP_DRIVER.Link);
  insertName(k, findInDirectory(k, rootDirectory(k), 'Driver'), name, driver);
  return driver;
}

/** What a service key says of its driver, as far as the scenario has not said it. */
export function writeServiceKey(k: Kernel, name: string, image: string, flags: number): void {
  const key = serviceKey(name);
  const node = nodeAt(k, key, true);
  const dword = (value: string, data: number): void => {
    if (valueNamed(k, node, value) === 0) setKeyValue(k, key, value, 4, new Uint8Array([data, 0, 0, 0]));
  };
  dword('Type', 1);
  dword('Start', flags & LoadFlag.BootStart ? 0 : 3);
  dword('ErrorControl', 1);
  if (valueNamed(k, node, 'ImagePath') === 0) setKeyString(k, key, 'ImagePath', 2, driverPath(image));
}

/** Maps the image and makes module entry and driver object; 0: out of memory. */
function mapDriver(k: Kernel, name: string, imageIndex: number, flags: number): Addr {
  const integrityCheck = (flags & LoadFlag.IntegrityCheck) !== 0;
  const image = k.machine.images.images[imageIndex];
  writeServiceKey(k, name, image.name, flags);
  k.machine.mapImage(image);
  if (integrityCheck) setForceIntegrity(k, toAddress(image.start));
  const size = Math.ceil((image.end - image.start) / IMAGE_ALIGN) * IMAGE_ALIGN;
  const base = toAddress(image.start);
  const module = addModule(k, {
    base,
    size,
    entryPoint: entryPoint(image),
    fullName: driverPath(image.name),
    baseName: `${image.name}.sys`,
    integrityCheck,
    imageIndex,
  });
  const driver = module === 0 ? 0 : createDriverObject(k, name, module, base, size, entryPoint(image));
  if (driver !== 0) {
    k.mem.setPtr(module + LDR_DATA_TABLE_ENTRY.DriverObject, driver);
    k.mem.setU32(driver + IOP_DRIVER.State, DriverState.Loading);
  }
  return driver;
}

/** What the linker's /INTEGRITYCHECK leaves in the headers of the image. */
function setForceIntegrity(k: Kernel, base: Addr): void {
  const at = base + PE.dllCharacteristics;
  k.mem.setU16(at, k.mem.u16(at) | PE.forceIntegrity);
}

/** Slots of IopLoadDriver: 0 driver, 1 file, then IMAGE_INFO_EX. */
const infoAt = (f: Frame): Addr => f.localAddress(2);

/** IopLoadDriver(PUNICODE_STRING Name, ImageIndex, LoadFlags, **DriverObject): status of the load. */
function load(k: Kernel, f: Frame): Status {
  const m = k.mem;
  switch (f.pc) {
    case 0: {
      const name = readUnicode(k, f.ptr(0));
      const loaded = modules(k).some((x) => m.i32(x + LDR_DATA_TABLE_ENTRY.ImageIndex) === f.i32(1));
      if (loaded || driverNamed(k, name) !== 0) return k.return(NT.IMAGE_ALREADY_LOADED);
      const image = k.machine.images.images[f.i32(1)];
      if (!image || entryPoint(image) === 0) return k.return(NT.DRIVER_UNABLE_TO_LOAD);
      if (!(f.u32(2) & LoadFlag.BootStart)) closeRegistration(k);
      const driver = mapDriver(k, name, f.i32(1), f.u32(2));
      if (driver === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
      f.set(0, driver);
      const module = m.ptr(driver + IOP_DRIVER.Module);
      const file = createImageFile(k, driverPath(image.name));
      f.set(1, file);
      const base = m.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase);
      fillImageInfo(k, infoAt(f), { base, size: m.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage), file });
      k.event('io.load-driver', { driver: name, base, size: m.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage) });
      return k.call(f, 1, 'PspCallImageNotifyRoutines', [module + LDR_DATA_TABLE_ENTRY.FullDllName, 0, infoAt(f)]);
    }
    case 1:
      return k.call(f, 2, 'ObfDereferenceObject', [f.get(1)]);
    case 2: {
      const driver = f.get(0);
      k.event('io.driver-entry', {
        driver: readUnicode(k, driver + DRIVER_OBJECT.DriverName),
        routine: m.ptr(driver + DRIVER_OBJECT.DriverInit),
      });
      return k.call(f, 3, m.ptr(driver + DRIVER_OBJECT.DriverInit), [driver, driver + IOP_DRIVER.RegistryPath]);
    }
    case 3: {
      const driver = f.get(0);
      const status = f.result32 | 0;
      m.setI32(driver + IOP_DRIVER.EntryStatus, status);
      k.event('io.driver-entry-return', { driver: readUnicode(k, driver + DRIVER_OBJECT.DriverName), status: status >>> 0 });
      if (f.ptr(3) !== 0) m.setPtr(f.ptr(3), ntSuccess(status) ? driver : 0);
      if (ntSuccess(status)) {
        m.setU32(driver + IOP_DRIVER.State, DriverState.Started);
        for (const d of devicesOf(k, driver))
          m.setU32(d + DEVICE_OBJECT.Flags, (m.u32(d + DEVICE_OBJECT.Flags) & ~DO_DEVICE_INITIALIZING) >>> 0);
        f.set(1, status);
        return k.call(f, 4, 'IopReinitializeDriver', [driver]);
      }
      // DriverUnload is not called when DriverEntry fails: what is left behind is a leak.
      m.setU32(driver + IOP_DRIVER.State, DriverState.Failed);
      f.set(1, status);
      return k.call(f, 4, 'IopUnmapDriver', [driver]);
    }
    default:
      return k.return(f.get(1));
  }
}

/** IopUnloadDriver(DriverObject): calls DriverUnload, reports, unmaps. */
function unload(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const driver = f.ptr(0);
  switch (f.pc) {
    case 0: {
      const routine = m.ptr(driver + DRIVER_OBJECT.DriverUnload);
      const name = readUnicode(k, driver + DRIVER_OBJECT.DriverName);
      if (m.u32(driver + IOP_DRIVER.State) !== DriverState.Started) return k.return(NT.INVALID_DEVICE_REQUEST);
      if (routine === 0) {
        k.event('io.no-unload', { driver: name });
        return k.return(NT.INVALID_DEVICE_REQUEST);
      }
      const open = devicesOf(k, driver).find(
        (d) => m.i32(d + DEVICE_OBJECT.ReferenceCount) > 0 || m.ptr(d + DEVICE_OBJECT.AttachedDevice) !== 0,
      );
      if (open !== undefined) {
        // The driver stays until its devices are closed: DriverUnload is called when the last reference goes.
        const flags = extensionOf(k, open) + IOP_DEVICE_EXTENSION.ExtensionFlags;
        m.setU32(flags, m.u32(flags) | DOE_UNLOAD_PENDING);
        k.event('io.unload-pending', { driver: name, device: open });
        return k.return(NT.PENDING);
      }
      m.setU32(driver + IOP_DRIVER.State, DriverState.Unloading);
      k.event('io.driver-unload', { driver: name, routine });
      return k.call(f, 1, routine, [driver]);
    }
    case 1:
      k.event('io.driver-unload-return', { driver: readUnicode(k, driver + DRIVER_OBJECT.DriverName) });
      return k.call(f, 2, 'IopUnmapDriver', [driver]);
    default:
      return k.return(NT.SUCCESS);
  }
}

/** IopUnmapDriver(DriverObject): leak report, then image, module entry and driver object go. */
function unmap(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const driver = f.ptr(0);
  if (f.pc === 1) return k.returnVoid();
  const name = readUnicode(k, driver + DRIVER_OBJECT.DriverName).replace(/^\\Driver\\/, '');
  const module = m.ptr(driver + IOP_DRIVER.Module);
  const failed = m.u32(driver + IOP_DRIVER.State) === DriverState.Failed;
  for (const leak of findLeaks(k, driver, module)) {
    k.event('io.leak', { driver: name, kind: leak.kind, text: leak.text, address: leak.address });
    if (leak.kind === 'callback') k.hooks.verifier?.leftRegistered(k, leak.address, name, leak.text, failed);
  }
  const stop = checkUnload(k, module, name);
  if (stop !== undefined) return stop;
  remember(k, module);
  const image = k.machine.images.images[m.i32(module + LDR_DATA_TABLE_ENTRY.ImageIndex)];
  k.machine.unmapImage(image);
  remove(m, module + LDR_DATA_TABLE_ENTRY.InLoadOrderLinks);
  for (const us of [LDR_DATA_TABLE_ENTRY.FullDllName, LDR_DATA_TABLE_ENTRY.BaseDllName]) freeUnicode(k, module + us);
  k.pool.free(module);
  remove(m, driver + IOP_DRIVER.Link);
  m.setU32(driver + IOP_DRIVER.State, DriverState.Unloaded);
  m.setPtr(driver + IOP_DRIVER.Module, 0);
  removeName(k, driver);
  k.event('io.unloaded', { driver: name });
  return k.call(f, 1, 'ObfDereferenceObject', [driver]);
}

/** MmUnloadedDrivers: the last 50, so that a call into one of them can be told from any other wild jump. */
function remember(k: Kernel, module: Addr): void {
  const m = k.mem;
  const g = k.globals.IO;
  const n = m.u32(g + IO_GLOBALS.MmLastUnloadedDriver);
  const at = g + IO_GLOBALS.MmUnloadedDrivers + (n % 50) * IOP_UNLOADED_DRIVER.sizeof;
  if (n >= 50) freeUnicode(k, at + IOP_UNLOADED_DRIVER.Name);
  const base = m.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase);
  allocateUnicode(k, at + IOP_UNLOADED_DRIVER.Name, readUnicode(k, module + LDR_DATA_TABLE_ENTRY.BaseDllName), 'MmUd');
  m.setPtr(at + IOP_UNLOADED_DRIVER.StartAddress, base);
  m.setPtr(at + IOP_UNLOADED_DRIVER.EndAddress, base + m.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage));
  m.setI64(at + IOP_UNLOADED_DRIVER.CurrentTime, k.systemTime());
  m.setU32(g + IO_GLOBALS.MmLastUnloadedDriver, n + 1);
}

export const routines: KernelRoutine[] = [
  { name: 'IopLoadDriver', locals: 2 + IMAGE_LOCALS, cost: 300, step: load },
  { name: 'IopUnloadDriver', cost: 100, step: unload },
  { name: 'IopUnmapDriver', cost: 100, step: unmap },
  {
    // Delete procedure: (DriverObject)
    name: 'IopDeleteDriverObject',
    step(k, f) {
      const driver = f.ptr(0);
      freeUnicode(k, driver + DRIVER_OBJECT.DriverName);
      freeUnicode(k, driver + IOP_DRIVER.RegistryPath);
      freeUnicode(k, driver + IOP_DRIVER.Extension + DRIVER_EXTENSION.ServiceKeyName);
      for (const e of entries(k.mem, driver + IOP_DRIVER.ExtensionList)) k.pool.free(e - IOP_CLIENT_EXTENSION.Link);
      return k.returnVoid();
    },
  },
  {
    // (DriverObject, ClientIdentificationAddress, Size, *Extension)
    name: 'IoAllocateDriverObjectExtension',
    cost: 15,
    step(k, f) {
      const head = f.ptr(0) + IOP_DRIVER.ExtensionList;
      const same = entries(k.mem, head).some(
        (e) => k.mem.ptr(e - IOP_CLIENT_EXTENSION.Link + IOP_CLIENT_EXTENSION.Identification) === f.ptr(1),
      );
      k.mem.checked.setPtr(f.ptr(3), 0);
      if (same) return k.return(NT.OBJECT_NAME_COLLISION);
      const block = k.pool.allocate('nonpaged', IOP_CLIENT_EXTENSION.sizeof + f.u32(2), 'Driv');
      if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
      k.mem.fill(block, IOP_CLIENT_EXTENSION.sizeof + f.u32(2));
      k.mem.setPtr(block + IOP_CLIENT_EXTENSION.Identification, f.ptr(1));
      k.mem.setU32(block + IOP_CLIENT_EXTENSION.Size, f.u32(2));
      insertTail(k.mem, head, block + IOP_CLIENT_EXTENSION.Link);
      k.mem.checked.setPtr(f.ptr(3), block + IOP_CLIENT_EXTENSION.sizeof);
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'IoGetDriverObjectExtension',
    cost: 8,
    step(k, f) {
      for (const e of entries(k.mem, f.ptr(0) + IOP_DRIVER.ExtensionList)) {
        const block = e - IOP_CLIENT_EXTENSION.Link;
        if (k.mem.ptr(block + IOP_CLIENT_EXTENSION.Identification) === f.ptr(1)) return k.return(block + IOP_CLIENT_EXTENSION.sizeof);
      }
      return k.return(0);
    },
  },
];
