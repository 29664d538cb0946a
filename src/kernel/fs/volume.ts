// The one simulated volume, \Device\HarddiskVolume3 (C:): a list of files and directories in simulated pool. It begins with the usual directories and the
// images that the run knows (programs, DLLs, drivers); everything else is what drivers and programs create. Nothing is ever read from or written to the host.
import { compareCodePoints } from '../../base/files.js';
import type { Addr } from '../../machine/abi.js';
import { modules } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import {
  EPROCESS,
  FCB,
  FILE_OBJECT,
  FSRTL_COMMON_FCB_HEADER,
  IO_GLOBALS,
  LDR_DATA_TABLE_ENTRY,
  PS_GLOBALS,
  PSP_KNOWN_IMAGE,
  PSP_PROGRAM,
  SECTION_OBJECT_POINTERS,
} from '../layouts.gen.js';
import { moveMemory } from '../mm/view.js';
import { allocateUnicode, freeUnicode, readUnicode, sameName } from '../ob/strings.js';
import { entries, initListHead, insertBefore, insertTail, remove } from '../rtl/list.js';
import { type ImageContents, imageContents } from './image-contents.js';
import { VOLUME, volumePath } from './volume-path.js';

export const FCB_TAG = 'NtFc';
export const Attribute = { ReadOnly: 1, Hidden: 2, System: 4, Directory: 0x10, Archive: 0x20, Normal: 0x80 } as const;
/** Attributes that can be set. */
export const SETTABLE = 0x31a7 & ~Attribute.Directory;
const NODE_TYPE_FILE = 0x702;
/** A file holds at most this; beyond it the disk is full. */
export const MAX_FILE = 16 * 1024 * 1024;
const DIRECTORIES = [
  '\\',
  '\\Program Files',
  '\\Program Files (x86)',
  '\\ProgramData',
  '\\Users',
  '\\Users\\Public',
  '\\Windows',
  '\\Windows\\Logs',
  '\\Windows\\System32',
  '\\Windows\\System32\\config',
  '\\Windows\\System32\\drivers',
  '\\Windows\\System32\\drivers\\etc',
  '\\Windows\\System32\\LogFiles',
  '\\Windows\\Temp',
];

const listHead = (k: Kernel): Addr => k.globals.IO + IO_GLOBALS.Files;
export const files = (k: Kernel): Addr[] => entries(k.mem, listHead(k)).map((e) => e - FCB.Link);
export const nameOfFile = (k: Kernel, fcb: Addr): string => readUnicode(k, fcb + FCB.Name);
export const isDirectory = (k: Kernel, fcb: Addr): boolean => (k.mem.u32(fcb + FCB.FileAttributes) & Attribute.Directory) !== 0;
export const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('\\')));
export const leafOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

export function initializeVolume(k: Kernel): void {
  initListHead(k.mem, listHead(k));
}

/** New file in the list, 0: out of memory. */
export function createFcb(k: Kernel, path: string, attributes: number): Addr {
  const m = k.mem;
  const fcb = k.pool.allocate('paged', FCB.sizeof, FCB_TAG);
  if (fcb === 0) return 0;
  m.fill(fcb, FCB.sizeof);
  if (!allocateUnicode(k, fcb + FCB.Name, path, FCB_TAG)) {
    k.pool.free(fcb);
    return 0;
  }
  m.setU16(fcb + FSRTL_COMMON_FCB_HEADER.NodeTypeCode, NODE_TYPE_FILE);
  m.setU16(fcb + FSRTL_COMMON_FCB_HEADER.NodeByteSize, FCB.sizeof);
  for (const t of [FCB.CreationTime, FCB.LastAccessTime, FCB.LastWriteTime, FCB.ChangeTime]) m.setI64(fcb + t, k.systemTime());
  const id = k.globals.IO + IO_GLOBALS.NextFileId;
  m.setU32(id, m.u32(id) + 1);
  m.setPtr(fcb + FCB.FileId, 0x1000000000000 + m.u32(id));
  m.setU32(fcb + FCB.FileAttributes, attributes);
  insertSorted(k, fcb, path);
  return fcb;
}

function insertSorted(k: Kernel, fcb: Addr, path: string): void {
  const key = path.toUpperCase();
  const after = files(k).find((x) => compareCodePoints(nameOfFile(k, x).toUpperCase(), key) > 0);
  if (after === undefined) insertTail(k.mem, listHead(k), fcb + FCB.Link);
  else insertBefore(k.mem, after + FCB.Link, fcb + FCB.Link);
}

/** Gives a file another path; false: out of memory. */
export function renameFcb(k: Kernel, fcb: Addr, path: string): boolean {
  const old = nameOfFile(k, fcb);
  freeUnicode(k, fcb + FCB.Name);
  if (!allocateUnicode(k, fcb + FCB.Name, path, FCB_TAG)) {
    allocateUnicode(k, fcb + FCB.Name, old, FCB_TAG);
    return false;
  }
  remove(k.mem, fcb + FCB.Link);
  insertSorted(k, fcb, path);
  return true;
}

/** Takes a file's name away; its memory goes when no file object points to it any more. */
export function unlinkFcb(k: Kernel, fcb: Addr): void {
  if (k.mem.u32(fcb + FCB.Unlinked) !== 0) return;
  k.mem.setU32(fcb + FCB.Unlinked, 1);
  remove(k.mem, fcb + FCB.Link);
  k.event('fs.delete', { name: nameOfFile(k, fcb) });
  releaseFcb(k, fcb);
}

export function releaseFcb(k: Kernel, fcb: Addr): void {
  if (k.mem.u32(fcb + FCB.Unlinked) === 0 || k.mem.u32(fcb + FCB.References) !== 0) return;
  if (k.mem.ptr(fcb + FCB.Data) !== 0) k.pool.free(k.mem.ptr(fcb + FCB.Data));
  freeUnicode(k, fcb + FCB.Name);
  k.pool.free(fcb);
}

/** Device paths of all images that the run knows. */
function knownImages(k: Kernel): string[] {
  const m = k.mem;
  const all: string[] = [];
  for (const e of entries(m, k.globals.PS + PS_GLOBALS.Programs)) all.push(readUnicode(k, e - PSP_PROGRAM.Link + PSP_PROGRAM.ImagePath));
  for (const e of entries(m, k.globals.PS + PS_GLOBALS.KnownImages))
    all.push(readUnicode(k, e - PSP_KNOWN_IMAGE.Link + PSP_KNOWN_IMAGE.Name));
  for (const e of entries(m, k.globals.PS + PS_GLOBALS.PsActiveProcessHead)) {
    const file = m.ptr(e - EPROCESS.ActiveProcessLinks + EPROCESS.ImageFilePointer);
    if (file !== 0) all.push(VOLUME + readUnicode(k, file + FILE_OBJECT.FileName));
  }
  for (const module of modules(k)) all.push(readUnicode(k, module + LDR_DATA_TABLE_ENTRY.FullDllName));
  return all.map(volumePath).filter((p) => p !== undefined);
}

/** Is the file mapped as an image now: of a process, of the kernel, or by a section? Then it cannot be written or deleted. */
export function isRunning(k: Kernel, path: string): boolean {
  const fcb = files(k).find((x) => sameName(nameOfFile(k, x), path));
  if (fcb !== undefined && k.mem.ptr(fcb + FCB.SectionObjectPointers + SECTION_OBJECT_POINTERS.ImageSectionObject) !== 0) return true;
  const processes = entries(k.mem, k.globals.PS + PS_GLOBALS.PsActiveProcessHead).map((e) =>
    k.mem.ptr(e - EPROCESS.ActiveProcessLinks + EPROCESS.ImageFilePointer),
  );
  return (
    processes.some((file) => file !== 0 && sameName(readUnicode(k, file + FILE_OBJECT.FileName), path)) ||
    modules(k).some((module) => sameName(volumePath(readUnicode(k, module + LDR_DATA_TABLE_ENTRY.FullDllName)) ?? '', path))
  );
}

/** File or directory of a path, made from what the run knows at the first look; 0: there is none. */
export function fileAt(k: Kernel, path: string): Addr {
  const found = files(k).find((fcb) => sameName(nameOfFile(k, fcb), path));
  if (found !== undefined) return found;
  const images = knownImages(k);
  const image = images.find((p) => sameName(p, path));
  if (image !== undefined) return createImageFcb(k, image);
  const directory =
    DIRECTORIES.find((d) => sameName(d, path)) ??
    images.find((p) => p.toUpperCase().startsWith(`${path.toUpperCase()}\\`))?.slice(0, path.length);
  return directory === undefined ? 0 : createFcb(k, directory, Attribute.Directory);
}

function createImageFcb(k: Kernel, path: string): Addr {
  const fcb = createFcb(k, path, Attribute.Archive);
  if (fcb === 0) return 0;
  const contents: ImageContents = imageContents(k, VOLUME + path);
  k.mem.setU32(fcb + FCB.Image, 1);
  if (ensureCapacity(k, fcb, contents.bytes.length)) {
    k.mem.setBytes(k.mem.ptr(fcb + FCB.Data), contents.bytes);
    setSize(k, fcb, contents.size);
  }
  return fcb;
}

/** Files and directories right below a directory, by name. */
export function childrenOf(k: Kernel, directory: string): Addr[] {
  for (const path of [...DIRECTORIES, ...knownImages(k)]) for (let p = path; p !== '\\'; p = parentOf(p)) fileAt(k, p);
  return files(k).filter((fcb) => {
    const path = nameOfFile(k, fcb);
    return path !== '\\' && sameName(parentOf(path), directory);
  });
}

export const sizeOf = (k: Kernel, fcb: Addr): number => k.mem.ptr(fcb + FSRTL_COMMON_FCB_HEADER.FileSize);

/** Room for `size` bytes of data, what is new is zero; false: no memory or more than a file may hold. */
export function ensureCapacity(k: Kernel, fcb: Addr, size: number): boolean {
  const m = k.mem;
  const old = m.u32(fcb + FCB.Capacity);
  if (size <= old) return true;
  if (size > MAX_FILE) return false;
  let capacity = Math.max(4096, old);
  while (capacity < size) capacity *= 2;
  const data = k.pool.allocate('paged', capacity, FCB_TAG);
  if (data === 0) return false;
  m.fill(data, capacity);
  if (old > 0) {
    m.copy(data, m.ptr(fcb + FCB.Data), old);
    moveMemory(k, m.ptr(fcb + FCB.Data), old, data);
    k.pool.free(m.ptr(fcb + FCB.Data));
  }
  m.setPtr(fcb + FCB.Data, data);
  m.setU32(fcb + FCB.Capacity, capacity);
  return true;
}

/** Sets the end of file; bytes beyond what is stored read as zero, bytes cut off are gone. */
export function setSize(k: Kernel, fcb: Addr, size: number): void {
  const m = k.mem;
  const capacity = m.u32(fcb + FCB.Capacity);
  if (size < capacity && size < sizeOf(k, fcb)) m.fill(m.ptr(fcb + FCB.Data) + size, Math.min(capacity, sizeOf(k, fcb)) - size);
  m.setPtr(fcb + FSRTL_COMMON_FCB_HEADER.FileSize, size);
  m.setPtr(fcb + FSRTL_COMMON_FCB_HEADER.ValidDataLength, size);
  m.setPtr(fcb + FSRTL_COMMON_FCB_HEADER.AllocationSize, Math.ceil(size / 4096) * 4096);
}

/** Bytes of a file from an offset, at most to its end. */
export function readFile(k: Kernel, fcb: Addr, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeOf(k, fcb) - offset)));
  const stored = Math.max(0, Math.min(bytes.length, k.mem.u32(fcb + FCB.Capacity) - offset));
  if (stored > 0) bytes.set(k.mem.bytes(k.mem.ptr(fcb + FCB.Data) + offset, stored));
  return bytes;
}

/** Writes bytes, growing the file; false: the disk is full. */
export function writeFile(k: Kernel, fcb: Addr, offset: number, bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  if (!ensureCapacity(k, fcb, offset + bytes.length)) return false;
  k.mem.setBytes(k.mem.ptr(fcb + FCB.Data) + offset, bytes);
  if (offset + bytes.length > sizeOf(k, fcb)) setSize(k, fcb, offset + bytes.length);
  return true;
}

/** A change of contents or attributes: its times, and the archive bit. */
export function touch(k: Kernel, fcb: Addr, contents: boolean): void {
  const m = k.mem;
  m.setI64(fcb + FCB.ChangeTime, k.systemTime());
  if (!contents) return;
  m.setI64(fcb + FCB.LastWriteTime, k.systemTime());
  if (!isDirectory(k, fcb)) m.setU32(fcb + FCB.FileAttributes, m.u32(fcb + FCB.FileAttributes) | Attribute.Archive);
}
