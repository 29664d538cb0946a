// DOS names of files and volumes: the drive letter that the namespace links to a device. What monitors print instead of \Device\HarddiskVolume3.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { FILE_OBJECT, OBJECT_NAME_INFORMATION, OBJECT_SYMBOLIC_LINK } from '../layouts.gen.js';
import { findInDirectory, fullName, rootDirectory } from '../ob/namespace.js';
import { isType, nameOf } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, readUnicode, sameName, setUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { directoryBodies } from './device.js';

/** `C:` for the device that a drive letter links to; undefined when none does. */
export function driveOf(k: Kernel, device: Addr): string | undefined {
  const name = fullName(k, device);
  const global = findInDirectory(k, rootDirectory(k), 'GLOBAL??');
  for (const link of global === 0 ? [] : directoryBodies(k, global)) {
    if (!isType(k, link, ObType.SymbolicLink)) continue;
    const letter = readUnicode(k, nameOf(link));
    if (/^[A-Za-z]:$/.test(letter) && sameName(readUnicode(k, link + OBJECT_SYMBOLIC_LINK.LinkTarget), name)) return letter;
  }
  return undefined;
}

const volumeName = (name: string): KernelRoutine => ({
  // (VolumeDeviceObject, PUNICODE_STRING DosName): the caller frees the buffer
  name,
  cost: 30,
  step(k, f) {
    const drive = driveOf(k, f.ptr(0));
    if (drive === undefined) return k.return(NT.OBJECT_NAME_NOT_FOUND);
    return k.return(allocateUnicode(k, f.ptr(1), drive, 'IoVo') ? NT.SUCCESS : NT.INSUFFICIENT_RESOURCES);
  },
});

export const routines: KernelRoutine[] = [
  volumeName('IoVolumeDeviceToDosName'),
  volumeName('RtlVolumeDeviceToDosName'),
  {
    // (FileObject, POBJECT_NAME_INFORMATION *): one pool block with the string behind its header; the caller frees it
    name: 'IoQueryFileDosDeviceName',
    cost: 40,
    step(k, f) {
      const file = f.ptr(0);
      const device = k.mem.checked.ptr(file + FILE_OBJECT.DeviceObject);
      const text = `${driveOf(k, device) ?? fullName(k, device)}${readUnicode(k, file + FILE_OBJECT.FileName)}`;
      const block = k.pool.allocate('paged', OBJECT_NAME_INFORMATION.sizeof + text.length * 2 + 2, 'IoNm');
      if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
      const buffer = block + OBJECT_NAME_INFORMATION.sizeof;
      k.mem.writeUtf16(buffer, text, true);
      setUnicode(k, block + OBJECT_NAME_INFORMATION.Name, buffer, text.length * 2, text.length * 2 + 2);
      k.mem.checked.setPtr(f.ptr(1), block);
      return k.return(NT.SUCCESS);
    },
  },
];
