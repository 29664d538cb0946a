// How the file of an image lies in memory when it is mapped as one (SEC_IMAGE): headers and sections at their virtual addresses, and which pages may be written.
import { PAGE_SIZE } from '../../machine/abi.js';
import { NT } from '../ob/status.js';

const DOS_SIGNATURE = 0x5a4d;
const NT_SIGNATURE = 0x4550;
const PE32 = 0x10b;
const PE32_PLUS = 0x20b;
const SECTION_HEADER = 40;
const IMAGE_SCN_MEM_WRITE = 0x80000000;
const IMAGE_REL_BASED_DIR64 = 10;
const BASE_RELOCATIONS = 5;
/** More sections than any image has. */
const MOST_SECTIONS = 96;

const pages = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;

/** Offset of the NT headers and of the optional header, and whether that is of 64 bits. */
function headers(file: DataView): { readonly nt: number; readonly optional: number; readonly wide: boolean } | undefined {
  const nt = file.getUint32(0x3c, true);
  if (nt + 0x108 > file.byteLength || file.getUint32(nt, true) !== NT_SIGNATURE) return undefined;
  const magic = file.getUint16(nt + 0x18, true);
  return magic === PE32 || magic === PE32_PLUS ? { nt, optional: nt + 0x18, wide: magic === PE32_PLUS } : undefined;
}

/** Headers lie within so many bytes of the file. */
export const MOST_HEADERS = 0x10000;

interface ImageSection {
  /** Place and size in memory. */
  readonly start: number;
  readonly virtual: number;
  /** Place and size in the file. */
  readonly from: number;
  readonly raw: number;
  readonly writable: boolean;
}
export interface ImageHeaders {
  /** Of the whole image in memory: pages. */
  readonly size: number;
  /** Bytes of the file that are its headers, in memory too. */
  readonly headers: number;
  readonly sections: readonly ImageSection[];
}

/** Reads the headers at the beginning of a file, or of an image in memory; a status when it is no image. `most`: the largest one. */
export function readHeaders(contents: Uint8Array, most: number): ImageHeaders | number {
  const file = new DataView(contents.buffer, contents.byteOffset, Math.min(contents.byteLength, MOST_HEADERS));
  if (file.byteLength < 0x40 || file.getUint16(0, true) !== DOS_SIGNATURE) return NT.INVALID_IMAGE_NOT_MZ;
  const h = headers(file);
  if (!h) return NT.INVALID_IMAGE_FORMAT;
  const size = pages(file.getUint32(h.optional + 0x38, true));
  const count = file.getUint16(h.nt + 6, true);
  const table = h.optional + file.getUint16(h.nt + 0x14, true);
  const end = table + count * SECTION_HEADER;
  if (size === 0 || size > most || count > MOST_SECTIONS || end > file.byteLength) return NT.INVALID_IMAGE_FORMAT;
  const sections: ImageSection[] = [];
  for (let at = table; at < end; at += SECTION_HEADER) {
    const [virtual, start, raw, from] = [8, 12, 16, 20].map((o) => file.getUint32(at + o, true));
    if (start % PAGE_SIZE !== 0 || start >= size || start + (virtual || raw) > size) return NT.INVALID_IMAGE_FORMAT;
    sections.push({ start, virtual: virtual || raw, from, raw, writable: (file.getUint32(at + 36, true) & IMAGE_SCN_MEM_WRITE) !== 0 });
  }
  return { size, headers: Math.min(size, file.getUint32(h.optional + 0x3c, true)), sections };
}

/** The image of a file as it lies in memory. */
export function layOut(contents: Uint8Array, h: ImageHeaders): Uint8Array {
  const bytes = new Uint8Array(h.size);
  bytes.set(contents.subarray(0, h.headers));
  for (const s of h.sections) bytes.set(contents.subarray(s.from, s.from + Math.min(s.raw, s.virtual)), s.start);
  return bytes;
}

/** Runs of pages of [offset, offset + bytes) with the same rights, from the offset on. */
export function partsOf(h: ImageHeaders, offset: number, bytes: number): { offset: number; bytes: number; writable: boolean }[] {
  const out: { offset: number; bytes: number; writable: boolean }[] = [];
  for (let at = offset; at < offset + bytes; at += PAGE_SIZE) {
    const writable = h.sections.some((s) => s.writable && at >= s.start && at < s.start + s.virtual);
    const last = out[out.length - 1];
    if (last && last.writable === writable) last.bytes += PAGE_SIZE;
    else out.push({ offset: at - offset, bytes: PAGE_SIZE, writable });
  }
  return out;
}

/** Moves an image that is laid out to another address: its header says where it is, and pointers in it are adjusted, as far as it says where they are. */
export function relocate(image: Uint8Array, base: number): { readonly moved: boolean } {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const h = headers(view);
  if (!h?.wide) return { moved: false };
  const at = h.optional + 0x18;
  const delta = BigInt(base) - view.getBigInt64(at, true);
  if (delta === 0n) return { moved: false };
  view.setBigInt64(at, BigInt(base), true);
  const directory = h.optional + 0x70 + 8 * BASE_RELOCATIONS;
  const [start, size] =
    view.getUint32(h.optional + 0x6c, true) > BASE_RELOCATIONS
      ? [view.getUint32(directory, true), view.getUint32(directory + 4, true)]
      : [0, 0];
  for (let block = start; block + 8 <= Math.min(start + size, image.length); ) {
    const page = view.getUint32(block, true);
    const length = view.getUint32(block + 4, true);
    if (length < 8) break;
    for (let e = block + 8; e + 2 <= Math.min(block + length, image.length); e += 2) {
      const entry = view.getUint16(e, true);
      const place = page + (entry & 0xfff);
      if (entry >>> 12 === IMAGE_REL_BASED_DIR64 && place + 8 <= image.length)
        view.setBigInt64(place, view.getBigInt64(place, true) + delta, true);
    }
    block += length;
  }
  return { moved: true };
}
