// What stands behind a section: pages of its own (the page file), the data of a file where the file system has it, so that views and transfers are always the same,
// or an image as it lies in memory. SECTION_OBJECT_POINTERS of the file name what exists already, as on Windows: all sections of a file share it.
import type { Addr } from '../../machine/abi.js';
import { ensureCapacity, readFile, sizeOf } from '../fs/volume.js';
import type { Kernel } from '../kernel.js';
import { CONTROL_AREA, FCB, SECTION_OBJECT_POINTERS } from '../layouts.gen.js';
import { dropReferenceDeferred, referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { layOut, readHeaders } from './image-layout.js';

export const SECTION_TAG = 'MmSe';
/** The largest view there can be (alias.ts), so the largest section too. */
export const MAX_SECTION = 0x4000000;

function allocate(k: Kernel): Addr {
  const area = k.pool.allocate('nonpaged', CONTROL_AREA.sizeof, SECTION_TAG);
  if (area !== 0) k.mem.fill(area, CONTROL_AREA.sizeof);
  return area;
}

/** Pages of the page file. 0: no memory. */
export function pageFileArea(k: Kernel, bytes: number): Addr {
  const area = allocate(k);
  if (area === 0) return 0;
  const at = k.pool.allocate('paged', bytes, SECTION_TAG);
  if (at === 0) {
    k.pool.free(area);
    return 0;
  }
  k.mem.fill(at, bytes);
  k.mem.setPtr(area + CONTROL_AREA.Pages, at);
  k.mem.setPtr(area + CONTROL_AREA.Bytes, bytes);
  return area;
}

/** The area of a file, as data or as an image; a new one when there is none. A status when it cannot be. */
export function fileArea(k: Kernel, file: Addr, fcb: Addr, image: boolean): { readonly status: number; readonly area: Addr } {
  const m = k.mem;
  const pointer =
    fcb + FCB.SectionObjectPointers + (image ? SECTION_OBJECT_POINTERS.ImageSectionObject : SECTION_OBJECT_POINTERS.DataSectionObject);
  const known = m.ptr(pointer);
  if (known !== 0) return { status: NT.SUCCESS, area: known };
  const none = (status: number) => ({ status, area: 0 });
  const contents = image ? readFile(k, fcb, 0, sizeOf(k, fcb)) : undefined;
  const headers = contents && readHeaders(contents, MAX_SECTION);
  if (typeof headers === 'number') return none(headers);
  const area = allocate(k);
  if (area === 0) return none(NT.INSUFFICIENT_RESOURCES);
  if (contents && headers) {
    const at = k.pool.allocate('paged', headers.size, SECTION_TAG);
    if (at === 0) {
      k.pool.free(area);
      return none(NT.INSUFFICIENT_RESOURCES);
    }
    m.setBytes(at, layOut(contents, headers));
    m.setPtr(area + CONTROL_AREA.Pages, at);
    m.setPtr(area + CONTROL_AREA.Bytes, headers.size);
    m.setU32(area + CONTROL_AREA.Image, 1);
  }
  referenceObject(k, file);
  m.setPtr(area + CONTROL_AREA.FilePointer, file);
  m.setPtr(area + CONTROL_AREA.Fcb, fcb);
  m.setPtr(pointer, area);
  return { status: NT.SUCCESS, area };
}

export const isImage = (k: Kernel, area: Addr): boolean => k.mem.u32(area + CONTROL_AREA.Image) !== 0;
export const fileOf = (k: Kernel, area: Addr): Addr => k.mem.ptr(area + CONTROL_AREA.FilePointer);

/** Address of the first byte, with room for `bytes`; 0: no memory. */
export function memoryOf(k: Kernel, area: Addr, bytes: number): Addr {
  const own = k.mem.ptr(area + CONTROL_AREA.Pages);
  if (own !== 0) return own;
  const fcb = k.mem.ptr(area + CONTROL_AREA.Fcb);
  return ensureCapacity(k, fcb, bytes) ? k.mem.ptr(fcb + FCB.Data) : 0;
}

/** SizeOfImage of an image. */
export function sizeOfImage(k: Kernel, area: Addr): number {
  const at = k.mem.ptr(area + CONTROL_AREA.Pages);
  return k.mem.u32(at + k.mem.u32(at + PE_OFFSET) + SIZE_OF_IMAGE);
}
/** IMAGE_DOS_HEADER.e_lfanew, and SizeOfImage from there. */
const PE_OFFSET = 0x3c;
const SIZE_OF_IMAGE = 0x50;

/** One section (or view) more or less; the last one takes the area with it. */
export function countSection(k: Kernel, area: Addr, by: 1 | -1): void {
  change(k, area, CONTROL_AREA.NumberOfSectionReferences, by);
}
export function countView(k: Kernel, area: Addr, by: 1 | -1): void {
  change(k, area, CONTROL_AREA.NumberOfMappedViews, by);
}
function change(k: Kernel, area: Addr, field: number, by: number): void {
  k.mem.setU32(area + field, k.mem.u32(area + field) + by);
  discardIfUnused(k, area);
}

/** Frees an area of which there is no section and no view. */
export function discardIfUnused(k: Kernel, area: Addr): void {
  const m = k.mem;
  if (m.u32(area + CONTROL_AREA.NumberOfSectionReferences) !== 0 || m.u32(area + CONTROL_AREA.NumberOfMappedViews) !== 0) return;
  const own = m.ptr(area + CONTROL_AREA.Pages);
  if (own !== 0) k.pool.free(own);
  const file = fileOf(k, area);
  if (file !== 0) {
    const pointers = m.ptr(area + CONTROL_AREA.Fcb) + FCB.SectionObjectPointers;
    for (const p of [SECTION_OBJECT_POINTERS.DataSectionObject, SECTION_OBJECT_POINTERS.ImageSectionObject])
      if (m.ptr(pointers + p) === area) m.setPtr(pointers + p, 0);
    dropReferenceDeferred(k, file);
  }
  k.pool.free(area);
}
