// File objects: made when a device is opened, or to name the file of an image. Files of the simulated disk have no contents; only their names exist.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { DEVICE_OBJECT, FILE_OBJECT, IO_GLOBALS } from '../layouts.gen.js';
import { initEvent, NotificationEvent, SynchronizationEvent } from '../ob/event-object.js';
import { allocateObject } from '../ob/object.js';
import { allocateUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { initListHead } from '../rtl/list.js';

const IO_TYPE_FILE = 5;
const DISK = '\\Device\\HarddiskVolume3';

/** FILE_OBJECT.Flags */
export const FileFlag = {
  Opened: 0x1,
  Synchronous: 0x2,
  Alertable: 0x4,
  HandleCreated: 0x40000,
  CleanupComplete: 0x4000,
} as const;

/** New file object on a device (which gets one more reference), with one object reference; 0: out of memory. */
export function createFileObject(k: Kernel, device: Addr, name: string): Addr {
  const file = allocateObject(k, ObType.File, FILE_OBJECT.sizeof, 'File');
  if (file === 0) return 0;
  const m = k.mem;
  m.setU16(file + FILE_OBJECT.Type, IO_TYPE_FILE);
  m.setU16(file + FILE_OBJECT.Size, FILE_OBJECT.sizeof);
  m.setPtr(file + FILE_OBJECT.DeviceObject, device);
  initEvent(k, file + FILE_OBJECT.Lock, SynchronizationEvent, false);
  initEvent(k, file + FILE_OBJECT.Event, NotificationEvent, false);
  initListHead(m, file + FILE_OBJECT.IrpList);
  if (name !== '') allocateUnicode(k, file + FILE_OBJECT.FileName, name, 'FiNm');
  const count = device + DEVICE_OBJECT.ReferenceCount;
  m.setI32(count, m.i32(count) + 1);
  return file;
}

/** File object of an executable or DLL by its device path. */
export function createImageFile(k: Kernel, devicePath: string): Addr {
  const device = k.mem.ptr(k.globals.IO + IO_GLOBALS.DiskDevice);
  const name = devicePath.toUpperCase().startsWith(DISK.toUpperCase()) ? devicePath.slice(DISK.length) : devicePath;
  const file = createFileObject(k, device, name);
  if (file !== 0) {
    k.mem.setU8(file + FILE_OBJECT.ReadAccess, 1);
    k.mem.setU8(file + FILE_OBJECT.SharedRead, 1);
    k.mem.setU32(file + FILE_OBJECT.Flags, FileFlag.Opened | FileFlag.CleanupComplete);
  }
  return file;
}
