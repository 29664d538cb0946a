// Boot of the I/O manager: lists, the disk that names files live on, and our own image in PsLoadedModuleList.
import { MAP, toAddress } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { IO_GLOBALS } from '../layouts.gen.js';
import { initListHead } from '../rtl/list.js';
import { createDevice } from './device.js';
import { createDriverObject } from './driver-load.js';
import { addModule } from './module.js';

const FILE_DEVICE_DISK = 7;

export function ioInit(k: Kernel): void {
  const g = k.globals.IO;
  for (const list of [IO_GLOBALS.Drivers, IO_GLOBALS.WorkItems, IO_GLOBALS.Timers, IO_GLOBALS.ShutdownDevices, IO_GLOBALS.Irps])
    initListHead(k.mem, g + list);
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
  const disk = createDevice(k, {
    driver,
    extensionSize: 0,
    name: '\\Device\\HarddiskVolume3',
    type: FILE_DEVICE_DISK,
    characteristics: 0,
    exclusive: false,
  });
  k.mem.setPtr(g + IO_GLOBALS.DiskDevice, disk.device);
}
