// What the file of an image holds: the headers and sections that are mapped when it is loaded (file and memory layout are the same, see pe-header.ts). Images
// without compiled code (DLLs, programs of which the scenario says nothing) have a header page; the rest of the file reads as zeros.
import { PAGE_SIZE, USER_BASE } from '../../machine/abi.js';
import type { CompiledImage } from '../../machine/image.js';
import { modules } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import { LDR_DATA_TABLE_ENTRY, PS_GLOBALS, PSP_PROGRAM } from '../layouts.gen.js';
import { readUnicode, sameName } from '../ob/strings.js';
import { imageSizeOf, toDevicePath } from '../ps/program.js';
import { plainHeader, WINDOW } from '../ps/window.js';
import { entries } from '../rtl/list.js';
import { volumePath } from './volume-path.js';

export interface ImageContents {
  /** First bytes of the file; what follows up to `size` is zero. */
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** Image of a driver or program by its device path. */
function compiledImage(k: Kernel, devicePath: string): CompiledImage | undefined {
  const path = volumePath(devicePath) ?? '';
  const module = modules(k).find((x) => sameName(volumePath(readUnicode(k, x + LDR_DATA_TABLE_ENTRY.FullDllName)) ?? '', path));
  const index =
    module !== undefined
      ? k.mem.i32(module + LDR_DATA_TABLE_ENTRY.ImageIndex)
      : entries(k.mem, k.globals.PS + PS_GLOBALS.Programs)
          .map((e) => e - PSP_PROGRAM.Link)
          .filter((p) => sameName(toDevicePath(readUnicode(k, p + PSP_PROGRAM.ImagePath)), devicePath))
          .map((p) => k.mem.i32(p + PSP_PROGRAM.ImageIndex))[0];
  return index === undefined || index < 0 ? undefined : k.machine.images.images[index];
}

export function imageContents(k: Kernel, devicePath: string): ImageContents {
  const image = compiledImage(k, devicePath);
  if (!image) {
    const size = imageSizeOf(k, devicePath);
    return { bytes: plainHeader(USER_BASE + WINDOW.image, size, PAGE_SIZE, /\.dll$/i.test(devicePath)), size };
  }
  const end = Math.max(...image.sections.map((s) => s.start + s.bytes.length));
  const bytes = new Uint8Array(end - image.start);
  for (const s of image.sections) bytes.set(s.bytes, s.start - image.start);
  return { bytes, size: Math.max(...image.sections.map((s) => s.start + s.size)) - image.start };
}
