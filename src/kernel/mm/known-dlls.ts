// \KnownDlls: permanent sections of the system's DLLs, as the session manager makes them before the first driver that starts later could look. Here they are made at the
// first look: most runs never do.
import type { Addr } from '../../machine/abi.js';
import { fileAt } from '../fs/volume.js';
import { VOLUME } from '../fs/volume-path.js';
import { createImageFile } from '../io/file.js';
import type { Kernel } from '../kernel.js';
import { createDirectory, findInDirectory, insertName, rootDirectory, setPermanent } from '../ob/namespace.js';
import { dropReference, dropReferenceDeferred } from '../ob/object.js';
import { ntSuccess } from '../ob/status.js';
import { fileArea } from './control-area.js';

const DIRECTORY = 'KnownDlls';
const SYSTEM32 = '\\Windows\\System32\\';
const DLLS = [
  'advapi32.dll',
  'combase.dll',
  'gdi32.dll',
  'kernel32.dll',
  'kernelbase.dll',
  'msvcrt.dll',
  'ntdll.dll',
  'ole32.dll',
  'rpcrt4.dll',
  'sechost.dll',
  'shell32.dll',
  'user32.dll',
  'ws2_32.dll',
];

/** Makes what is missing when the path is one of \KnownDlls. `make`: a section object over an area, 0: no memory. */
export function provideKnownDll(k: Kernel, path: string, make: (area: Addr) => Addr): void {
  const leaf = new RegExp(`^\\\\${DIRECTORY}\\\\([^\\\\]+)$`, 'i').exec(path)?.[1].toLowerCase();
  if (leaf === undefined || !DLLS.includes(leaf)) return;
  const directory = findInDirectory(k, rootDirectory(k), DIRECTORY) || createDirectory(k, rootDirectory(k), DIRECTORY);
  if (findInDirectory(k, directory, leaf) !== 0) return;
  const fcb = fileAt(k, SYSTEM32 + leaf);
  if (fcb === 0) return;
  const file = createImageFile(k, VOLUME + SYSTEM32 + leaf);
  if (file === 0) return;
  const { status, area } = fileArea(k, file, fcb, true);
  const section = ntSuccess(status) ? make(area) : 0;
  if (section !== 0) {
    insertName(k, directory, leaf, section);
    setPermanent(k, section, true);
    dropReference(k, section); // its directory keeps it
  }
  dropReferenceDeferred(k, file);
}
