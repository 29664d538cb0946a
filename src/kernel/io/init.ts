// Boot of the I/O manager: lists, the disk that names files live on, and our own image in PsLoadedModuleList.
import { MAP, toAddress } from '../../machine/abi.js';
import { initializeVolume } from '../fs/volume.js';
import type { Kernel } from '../kernel.js';
import { CONFIGURATION_INFORMATION, DEVICE_OBJECT, DRIVER_OBJECT, IO_GLOBALS } from '../layouts.gen.js';
import { initListHead } from '../rtl/list.js';
import { createDevice, DO_DEVICE_INITIALIZING } from './device.js';
import { createDriverObject } from './driver-load.js';
import { Major } from './major.js';
import { addModule } from './module.js';

const FILE_DEVICE_DISK = 7;

/** Dispatch routines of the volume (fs/). */
const FILE_SYSTEM: readonly (readonly [number, string])[] = [
  [Major.Create, 'IopFsdCreate'],
  [Major.Close, 'IopFsdClose'],
  [Major.Read, 'IopFsdRead'],
  [Major.Write, 'IopFsdWrite'],
  [Major.QueryInformation, 'IopFsdQueryInformation'],
  [Major.SetInformation, 'IopFsdSetInformation'],
  [Major.FlushBuffers, 'IopFsdFlushBuffers'],
  [Major.QueryVolumeInformation, 'IopFsdQueryVolumeInformation'],
  [Major.DirectoryControl, 'IopFsdDirectoryControl'],
  [Major.Cleanup, 'IopFsdCleanup'],
];

export function ioInit(k: Kernel): void {
  const g = k.globals.IO;
  for (const list of [
    IO_GLOBALS.Drivers,
    IO_GLOBALS.WorkItems,
    IO_GLOBALS.Timers,
    IO_GLOBALS.ShutdownDevices,
    IO_GLOBALS.Irps,
    IO_GLOBALS.Reinitialize,
    IO_GLOBALS.HardErrors,
  ])
    initListHead(k.mem, g + list);
  k.mem.setU32(g + IO_GLOBALS.Configuration + CONFIGURATION_INFORMATION.DiskCount, 1);
  k.mem.setU32(g + IO_GLOBALS.Configuration + CONFIGURATION_INFORMATION.Version, CONFIGURATION_INFORMATION.sizeof);
  addModule(k, {
    base: toAddress(MAP.nt.start),
    size: MAP.nt.end - MAP.nt.start,
    entryPoint: 0,
    fullName: '\\SystemRoot\\system32\\ntoskrnl.exe',
    baseName: 'ntoskrnl.exe',
    integrityCheck: true,
    imageIndex: -1,
  });
  const driver = createDriverObject(k, 'volmgr', 0, 0, 0, 0);
  k.mem.setPtr(g + IO_GLOBALS.NullDriver, driver);
  initializeVolume(k);
  for (const [major, name] of FILE_SYSTEM) k.mem.setPtr(driver + DRIVER_OBJECT.MajorFunction + 8 * major, k.addressOf(name));
  const disk = createDevice(k, {
    driver,
    extensionSize: 0,
    name: '\\Device\\HarddiskVolume3',
    type: FILE_DEVICE_DISK,
    characteristics: 0,
    exclusive: false,
  });
  k.mem.setPtr(g + IO_GLOBALS.DiskDevice, disk.device);
  const flags = disk.device + DEVICE_OBJECT.Flags;
  k.mem.setU32(flags, (k.mem.u32(flags) & ~DO_DEVICE_INITIALIZING) >>> 0);
}
