// The first page of every image: DOS header, NT headers and section table of a PE32+ file for x64, so that what walks images (RtlImageNtHeader, module
// dumpers, integrity checks) finds what it finds on Windows. File and memory layout are the same: both alignments are a page.
import { PAGE_SIZE } from './abi.js';

export interface PeSection {
  readonly name: string;
  /** From the start of the image, page aligned. */
  readonly rva: number;
  readonly size: number;
  readonly code: boolean;
  readonly writable: boolean;
  /** False: the section is not paged (drivers). */
  readonly pageable: boolean;
}

export interface PeImage {
  /** Full 64-bit address that the image is linked for. */
  readonly base: bigint;
  readonly size: number;
  /** Entry point from the start of the image, 0 for none. */
  readonly entry: number;
  /** IMAGE_SUBSYSTEM: 1 native, 2 GUI, 3 console. */
  readonly subsystem: number;
  readonly dll: boolean;
  readonly sections: readonly PeSection[];
  readonly exports?: { readonly rva: number; readonly size: number };
}

/** Where the NT headers begin in the header page (e_lfanew), and the fields behind them that are set later. */
export const PE = { ntHeaders: 0x80, dllCharacteristics: 0x80 + 0x18 + 0x46, forceIntegrity: 0x80 } as const;

const SCN_CODE = 0x20;
const SCN_INITIALIZED = 0x40;
const SCN_DISCARDABLE = 0x02000000;
const SCN_NOT_PAGED = 0x08000000;
const SCN_EXECUTE = 0x20000000;
const SCN_READ = 0x40000000;
const SCN_WRITE = 0x80000000;
/** Link time of every image: fixed, as __DATE__ is. */
const TIME_DATE_STAMP = 0x65920080;
/** IMAGE_DLLCHARACTERISTICS: high entropy, dynamic base, NX compatible. */
const DLL_CHARACTERISTICS = 0x160;
const MAX_SECTIONS = 60;

/** The header page (PAGE_SIZE bytes). */
export function peHeader(image: PeImage): Uint8Array {
  const bytes = new Uint8Array(PAGE_SIZE);
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, v: number): void => view.setUint16(at, v, true);
  const u32 = (at: number, v: number): void => view.setUint32(at, v, true);
  const sections = image.sections.slice(0, MAX_SECTIONS);
  u16(0, 0x5a4d); // MZ
  u16(0x18, 0x40);
  u32(0x3c, PE.ntHeaders);
  const nt = PE.ntHeaders;
  u32(nt, 0x4550); // PE
  u16(nt + 4, 0x8664);
  u16(nt + 6, sections.length);
  u32(nt + 8, TIME_DATE_STAMP);
  u16(nt + 0x14, 0xf0);
  u16(nt + 0x16, image.dll ? 0x2022 : 0x22);
  const o = nt + 0x18;
  u16(o, 0x20b);
  bytes[o + 2] = 14;
  const codeSize = sections.filter((s) => s.code).reduce((n, s) => n + s.size, 0);
  u32(o + 4, codeSize);
  u32(o + 8, sections.reduce((n, s) => n + s.size, 0) - codeSize);
  u32(o + 0x10, image.entry);
  u32(o + 0x14, sections.find((s) => s.code)?.rva ?? 0);
  view.setBigUint64(o + 0x18, BigInt.asUintN(64, image.base), true);
  u32(o + 0x20, PAGE_SIZE);
  u32(o + 0x24, PAGE_SIZE);
  u16(o + 0x28, 10); // operating system, image and subsystem versions
  u16(o + 0x2c, 10);
  u16(o + 0x30, 10);
  u32(o + 0x38, image.size);
  u32(o + 0x3c, PAGE_SIZE);
  u16(o + 0x44, image.subsystem);
  u16(o + 0x46, DLL_CHARACTERISTICS);
  view.setBigUint64(o + 0x48, 0x100000n, true);
  view.setBigUint64(o + 0x50, 0x1000n, true);
  view.setBigUint64(o + 0x58, 0x100000n, true);
  view.setBigUint64(o + 0x60, 0x1000n, true);
  u32(o + 0x6c, 16);
  if (image.exports) {
    u32(o + 0x70, image.exports.rva);
    u32(o + 0x74, image.exports.size);
  }
  sections.forEach((s, i) => {
    const at = o + 0xf0 + 40 * i;
    for (let c = 0; c < Math.min(8, s.name.length); c++) bytes[at + c] = s.name.charCodeAt(c) & 0xff;
    u32(at + 8, s.size);
    u32(at + 12, s.rva);
    u32(at + 16, s.size);
    u32(at + 20, s.rva);
    const kind = s.code ? SCN_CODE | SCN_EXECUTE : SCN_INITIALIZED;
    const paging = s.pageable ? 0 : SCN_NOT_PAGED;
    u32(at + 36, (kind | SCN_READ | (s.writable ? SCN_WRITE : 0) | paging | (s.name === 'INIT' ? SCN_DISCARDABLE : 0)) >>> 0);
  });
  return bytes;
}
