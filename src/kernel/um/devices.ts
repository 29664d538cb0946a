// OpenEachDevice: what a default scenario does with a driver it knows nothing about. Opens and closes every named device of every driver that the scenario loaded.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DRIVER_OBJECT, OBJECT_SYMBOLIC_LINK } from '../layouts.gen.js';
import { devicesOf } from '../io/device.js';
import { drivers } from '../io/driver-load.js';
import { directoryBodies } from '../io/device.js';
import { findInDirectory, fullName, rootDirectory } from '../ob/namespace.js';
import { isType, nameOf } from '../ob/object.js';
import { ntSuccess } from '../ob/status.js';
import { readUnicode, sameName } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { heapFree, heapText } from './heap.js';
import { ATTRIBUTE_SLOTS, putAttributes, putString, statusOf, STRING_SLOTS, win32 } from './win32.js';

const GENERIC_READ_WRITE = 0xc0000000;
const OBJ_CASE_INSENSITIVE = 0x40;
const FILE_SYNCHRONOUS_IO_NONALERT = 0x20;
const FILE_OPEN = 1;

/** Names to open: the symbolic link of a device where it has one (as a program would), else the device's own name. */
function deviceNames(k: Kernel): string[] {
  const links = new Map<string, string>();
  const global = findInDirectory(k, rootDirectory(k), 'GLOBAL??');
  for (const link of global === 0 ? [] : directoryBodies(k, global)) {
    if (isType(k, link, ObType.SymbolicLink)) links.set(readUnicode(k, link + OBJECT_SYMBOLIC_LINK.LinkTarget).toUpperCase(), `\\??\\${readUnicode(k, nameOf(link))}`);
  }
  const out: string[] = [];
  for (const driver of drivers(k)) {
    if (k.mem.ptr(driver + DRIVER_OBJECT.DriverInit) === 0 || sameName(readUnicode(k, driver + DRIVER_OBJECT.DriverName), '\\Driver\\disk')) continue;
    for (const device of devicesOf(k, driver)) {
      const name = fullName(k, device as Addr);
      if (name !== '') out.push(links.get(name.toUpperCase()) ?? name);
    }
  }
  return out;
}

export const routines: KernelRoutine[] = [
  win32({
    // Locals: 0 next index, 1 handle, 2 text, 3.. iosb, string, attributes
    name: 'OpenEachDevice',
    locals: 5 + STRING_SLOTS + ATTRIBUTE_SLOTS,
    step(k, f) {
      if (f.pc === 1) {
        heapFree(k, f.get(2));
        if (ntSuccess(statusOf(f))) return k.systemCall(f, 2, 'NtClose', [f.get(1)]);
      }
      const names = deviceNames(k);
      const i = f.get(0);
      if (i >= names.length) return k.returnVoid();
      f.set(0, i + 1);
      const text = heapText(k, names[i]);
      f.set(2, text);
      const attributes = putAttributes(k, f, 5 + STRING_SLOTS, putString(k, f, 5, text), OBJ_CASE_INSENSITIVE);
      return k.systemCall(f, 1, 'NtCreateFile', [f.localAddress(1), GENERIC_READ_WRITE, attributes, f.localAddress(3), 0, 0, 3, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, 0, 0]);
    },
  }),
];
