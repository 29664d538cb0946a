// IRP_MJ_QUERY_INFORMATION, IRP_MJ_SET_INFORMATION and IRP_MJ_QUERY_VOLUME_INFORMATION of the volume. Answers lie in the system buffer of the packet; lengths
// below the fixed part of a class are refused by the service (io/file-information.ts), longer names than fit end in STATUS_BUFFER_OVERFLOW.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  FCB,
  FILE_ALL_INFORMATION,
  FILE_BASIC_INFORMATION,
  FILE_FS_ATTRIBUTE_INFORMATION,
  FILE_FS_DEVICE_INFORMATION,
  FILE_FS_SIZE_INFORMATION,
  FILE_FS_VOLUME_INFORMATION,
  FILE_INTERNAL_INFORMATION,
  FILE_NETWORK_OPEN_INFORMATION,
  FILE_OBJECT,
  FILE_RENAME_INFORMATION,
  FILE_STANDARD_INFORMATION,
  FSRTL_COMMON_FCB_HEADER,
  IO_STACK_LOCATION,
  IRP,
  SECTION_OBJECT_POINTERS,
} from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { dispatchRoutine, done, type Outcome, type Request } from './dispatch.js';
import {
  Attribute,
  childrenOf,
  ensureCapacity,
  fileAt,
  files,
  isDirectory,
  isRunning,
  MAX_FILE,
  nameOfFile,
  parentOf,
  renameFcb,
  SETTABLE,
  setSize,
  sizeOf,
  touch,
  unlinkFcb,
} from './volume.js';
import { isFileName, volumePath } from './volume-path.js';

export const FileClass = {
  Basic: 4,
  Standard: 5,
  Internal: 6,
  Ea: 7,
  Name: 9,
  Rename: 10,
  Disposition: 13,
  All: 18,
  Allocation: 19,
  EndOfFile: 20,
  NetworkOpen: 34,
  AttributeTag: 35,
  NormalizedName: 48,
  DispositionEx: 64,
} as const;

/** Attributes as they are shown: a file without any is "normal". */
export const shownAttributes = (k: Kernel, fcb: Addr): number => k.mem.u32(fcb + FCB.FileAttributes) || Attribute.Normal;

/** Writes the fixed part of a class into system memory at `at`, which is zeroed; its size. */
function fixedPart(k: Kernel, fcb: Addr, file: Addr, kind: number, at: Addr): number {
  const m = k.mem;
  switch (kind) {
    case FileClass.Basic:
      m.copy(at, fcb + FCB.CreationTime, 32);
      m.setU32(at + FILE_BASIC_INFORMATION.FileAttributes, shownAttributes(k, fcb));
      return FILE_BASIC_INFORMATION.sizeof;
    case FileClass.Standard:
      m.setPtr(at + FILE_STANDARD_INFORMATION.AllocationSize, m.ptr(fcb + FSRTL_COMMON_FCB_HEADER.AllocationSize));
      m.setPtr(at + FILE_STANDARD_INFORMATION.EndOfFile, sizeOf(k, fcb));
      m.setU32(at + FILE_STANDARD_INFORMATION.NumberOfLinks, m.u32(fcb + FCB.DeletePending) !== 0 ? 0 : 1);
      m.setU8(at + FILE_STANDARD_INFORMATION.DeletePending, m.u32(fcb + FCB.DeletePending) !== 0 ? 1 : 0);
      m.setU8(at + FILE_STANDARD_INFORMATION.Directory, isDirectory(k, fcb) ? 1 : 0);
      return FILE_STANDARD_INFORMATION.sizeof;
    case FileClass.Internal:
      m.setPtr(at, m.ptr(fcb + FCB.FileId));
      return FILE_INTERNAL_INFORMATION.sizeof;
    case FileClass.Ea:
      return 4;
    case FileClass.NetworkOpen:
      m.copy(at, fcb + FCB.CreationTime, 32);
      m.setPtr(at + FILE_NETWORK_OPEN_INFORMATION.AllocationSize, m.ptr(fcb + FSRTL_COMMON_FCB_HEADER.AllocationSize));
      m.setPtr(at + FILE_NETWORK_OPEN_INFORMATION.EndOfFile, sizeOf(k, fcb));
      m.setU32(at + FILE_NETWORK_OPEN_INFORMATION.FileAttributes, shownAttributes(k, fcb));
      return FILE_NETWORK_OPEN_INFORMATION.sizeof;
    case FileClass.AttributeTag:
      m.setU32(at, shownAttributes(k, fcb));
      return 8;
    case FileClass.All: {
      const all = FILE_ALL_INFORMATION;
      fixedPart(k, fcb, file, FileClass.Basic, at + all.BasicInformation);
      fixedPart(k, fcb, file, FileClass.Standard, at + all.StandardInformation);
      fixedPart(k, fcb, file, FileClass.Internal, at + all.InternalInformation);
      m.setI64(at + all.PositionInformation, m.i64(file + FILE_OBJECT.CurrentByteOffset));
      return all.NameInformation;
    }
    default:
      return -1;
  }
}

/** Counted name at the end of an answer; Information is what was written. */
function putName(k: Kernel, at: Addr, offset: number, room: number, name: string): Outcome {
  k.mem.setU32(at + offset, name.length * 2);
  const fits = Math.max(0, Math.min(name.length, Math.floor((room - offset - 4) / 2)));
  k.mem.writeUtf16(at + offset + 4, name.slice(0, fits));
  return done(fits < name.length ? NT.BUFFER_OVERFLOW : NT.SUCCESS, offset + 4 + fits * 2);
}

function query(k: Kernel, r: Request): Outcome {
  const kind = k.mem.u32(r.stack + IO_STACK_LOCATION.Parameters_QueryFile_FileInformationClass);
  const length = k.mem.u32(r.stack + IO_STACK_LOCATION.Parameters_QueryFile_Length);
  const at = k.mem.ptr(r.irp + IRP.AssociatedIrp_SystemBuffer);
  if (r.fcb === 0 || at === 0) return done(NT.INVALID_PARAMETER);
  if (kind === FileClass.Name || kind === FileClass.NormalizedName) return putName(k, at, 0, length, nameOfFile(k, r.fcb));
  const size = fixedPart(k, r.fcb, r.file, kind, at);
  if (size < 0) {
    k.event('io.not-simulated', { what: 'file information class', name: String(kind) });
    return done(NT.INVALID_PARAMETER);
  }
  return kind === FileClass.All ? putName(k, at, size, length, nameOfFile(k, r.fcb)) : done(NT.SUCCESS, size);
}

function setBasic(k: Kernel, fcb: Addr, at: Addr): number {
  const m = k.mem;
  const attributes = m.u32(at + FILE_BASIC_INFORMATION.FileAttributes);
  if (attributes !== 0) {
    if (attributes & Attribute.Directory && !isDirectory(k, fcb)) return NT.INVALID_PARAMETER;
    const kept = m.u32(fcb + FCB.FileAttributes) & Attribute.Directory;
    m.setU32(fcb + FCB.FileAttributes, kept | (attributes & SETTABLE & ~Attribute.Normal));
  }
  // 0: leave it; -1, -2: whether later changes are noted, which is not told apart here (U)
  for (let i = 0; i < 4; i++) {
    const time = m.i64(at + 8 * i);
    if (time > 0n) m.setI64(fcb + FCB.CreationTime + 8 * i, time);
  }
  if (m.i64(at + FILE_BASIC_INFORMATION.ChangeTime) <= 0n) touch(k, fcb, false);
  return NT.SUCCESS;
}

function setDisposition(k: Kernel, fcb: Addr, remove: boolean): number {
  const m = k.mem;
  const name = nameOfFile(k, fcb);
  if (!remove) {
    m.setU32(fcb + FCB.DeletePending, 0);
    return NT.SUCCESS;
  }
  if (m.u32(fcb + FCB.FileAttributes) & Attribute.ReadOnly || name === '\\' || isRunning(k, name)) return NT.CANNOT_DELETE;
  if (isDirectory(k, fcb) && childrenOf(k, name).length > 0) return NT.DIRECTORY_NOT_EMPTY;
  m.setU32(fcb + FCB.DeletePending, 1);
  return NT.SUCCESS;
}

function setLength(k: Kernel, fcb: Addr, size: bigint, allocationOnly: boolean): number {
  if (isDirectory(k, fcb) || size < 0n) return NT.INVALID_PARAMETER;
  if (size > BigInt(MAX_FILE)) return NT.DISK_FULL;
  if (allocationOnly && Number(size) >= sizeOf(k, fcb)) return ensureCapacity(k, fcb, Number(size)) ? NT.SUCCESS : NT.DISK_FULL;
  // a file that somebody has mapped cannot become shorter
  const mapped = k.mem.ptr(fcb + FCB.SectionObjectPointers + SECTION_OBJECT_POINTERS.DataSectionObject) !== 0;
  if (mapped && Number(size) < sizeOf(k, fcb)) return NT.USER_MAPPED_FILE;
  setSize(k, fcb, Number(size));
  touch(k, fcb, true);
  return NT.SUCCESS;
}

/** FILE_RENAME_INFORMATION: a name in the same directory, or a full path on this volume. */
function rename(k: Kernel, r: Request, at: Addr, length: number): number {
  const m = k.mem;
  const bytes = m.u32(at + FILE_RENAME_INFORMATION.FileNameLength);
  if (bytes % 2 !== 0 || bytes === 0 || FILE_RENAME_INFORMATION.FileName + bytes > length) return NT.INVALID_PARAMETER;
  const text = m.readUtf16(at + FILE_RENAME_INFORMATION.FileName, bytes);
  if (m.ptr(at + FILE_RENAME_INFORMATION.RootDirectory) !== 0) {
    k.event('io.not-simulated', { what: 'rename relative to a directory handle', name: text });
    return NT.NOT_SUPPORTED;
  }
  const old = nameOfFile(k, r.fcb);
  const simple = !text.startsWith('\\');
  const path = simple ? `${parentOf(old) === '\\' ? '' : parentOf(old)}\\${text}` : volumePath(text);
  if (path === undefined) return NT.NOT_SAME_DEVICE;
  if (!isFileName(path) || (simple && text.includes('\\')) || old === '\\') return NT.OBJECT_NAME_INVALID;
  // a directory cannot be moved below itself: the status is that of a parent in use (U)
  if (path.toUpperCase().startsWith(`${old.toUpperCase()}\\`)) return NT.SHARING_VIOLATION;
  const parent = fileAt(k, parentOf(path));
  if (parent === 0 || !isDirectory(k, parent)) return NT.OBJECT_PATH_NOT_FOUND;
  const there = fileAt(k, path);
  if (there !== 0 && there !== r.fcb) {
    if (m.u8(at + FILE_RENAME_INFORMATION.ReplaceIfExists) === 0) return NT.OBJECT_NAME_COLLISION;
    if (isDirectory(k, there) || m.u32(there + FCB.Opens) !== 0 || isRunning(k, path)) return NT.ACCESS_DENIED;
  }
  const below = isDirectory(k, r.fcb) ? files(k).filter((x) => nameOfFile(k, x).toUpperCase().startsWith(`${old.toUpperCase()}\\`)) : [];
  if (below.some((x) => m.u32(x + FCB.Opens) !== 0)) return NT.ACCESS_DENIED;
  if (there !== 0 && there !== r.fcb) unlinkFcb(k, there);
  for (const x of below) if (!renameFcb(k, x, path + nameOfFile(k, x).slice(old.length))) return NT.INSUFFICIENT_RESOURCES;
  if (!renameFcb(k, r.fcb, path)) return NT.INSUFFICIENT_RESOURCES;
  touch(k, r.fcb, false);
  return NT.SUCCESS;
}

function set(k: Kernel, r: Request): Outcome {
  const m = k.mem;
  const kind = m.u32(r.stack + IO_STACK_LOCATION.Parameters_SetFile_FileInformationClass);
  const length = m.u32(r.stack + IO_STACK_LOCATION.Parameters_SetFile_Length);
  const at = m.ptr(r.irp + IRP.AssociatedIrp_SystemBuffer);
  if (r.fcb === 0 || at === 0) return done(NT.INVALID_PARAMETER);
  if (m.u32(r.fcb + FCB.Unlinked) !== 0) return done(NT.FILE_DELETED);
  switch (kind) {
    case FileClass.Basic:
      return done(setBasic(k, r.fcb, at));
    case FileClass.Rename:
      return done(rename(k, r, at, length));
    case FileClass.Disposition:
      return done(setDisposition(k, r.fcb, m.u8(at) !== 0));
    case FileClass.DispositionEx:
      if ((m.u32(at) & ~1) === 0) return done(setDisposition(k, r.fcb, m.u32(at) !== 0));
      break;
    case FileClass.Allocation:
      return done(setLength(k, r.fcb, m.i64(at), true));
    case FileClass.EndOfFile:
      return done(setLength(k, r.fcb, m.i64(at), false));
  }
  k.event('io.not-simulated', { what: 'setting file information class', name: String(kind) });
  return done(NT.INVALID_PARAMETER);
}

const VOLUME_LABEL = 'Windows';
const SERIAL_NUMBER = 0x1a2b3c4d;
/** Case preserved, case sensitive search, Unicode, persistent ACLs as NTFS says. */
const FILE_SYSTEM_ATTRIBUTES = 0xf;
const UNITS = 0x1000000;
const FREE_UNITS = 0x800000;

/** A counted name behind `length` bytes of fixed part, with its length field there. */
function volumeName(k: Kernel, at: Addr, lengthAt: number, nameAt: number, room: number, name: string): Outcome {
  k.mem.setU32(at + lengthAt, name.length * 2);
  const fits = Math.max(0, Math.min(name.length, Math.floor((room - nameAt) / 2)));
  k.mem.writeUtf16(at + nameAt, name.slice(0, fits));
  return done(fits < name.length ? NT.BUFFER_OVERFLOW : NT.SUCCESS, nameAt + fits * 2);
}

function queryVolume(k: Kernel, r: Request): Outcome {
  const m = k.mem;
  const kind = m.u32(r.stack + IO_STACK_LOCATION.Parameters_QueryVolume_FsInformationClass);
  const length = m.u32(r.stack + IO_STACK_LOCATION.Parameters_QueryVolume_Length);
  const at = m.ptr(r.irp + IRP.AssociatedIrp_SystemBuffer);
  if (at === 0) return done(NT.INVALID_PARAMETER);
  switch (kind) {
    case 1: {
      const v = FILE_FS_VOLUME_INFORMATION;
      m.setI64(at + v.VolumeCreationTime, k.config.bootTime);
      m.setU32(at + v.VolumeSerialNumber, SERIAL_NUMBER);
      m.setU8(at + v.SupportsObjects, 1);
      return volumeName(k, at, v.VolumeLabelLength, v.VolumeLabel, length, VOLUME_LABEL);
    }
    case 3:
      m.setPtr(at + FILE_FS_SIZE_INFORMATION.TotalAllocationUnits, UNITS);
      m.setPtr(at + FILE_FS_SIZE_INFORMATION.AvailableAllocationUnits, FREE_UNITS);
      m.setU32(at + FILE_FS_SIZE_INFORMATION.SectorsPerAllocationUnit, 8);
      m.setU32(at + FILE_FS_SIZE_INFORMATION.BytesPerSector, 512);
      return done(NT.SUCCESS, FILE_FS_SIZE_INFORMATION.sizeof);
    case 4:
      m.setU32(at + FILE_FS_DEVICE_INFORMATION.DeviceType, 7);
      m.setU32(at + FILE_FS_DEVICE_INFORMATION.Characteristics, 0x20);
      return done(NT.SUCCESS, FILE_FS_DEVICE_INFORMATION.sizeof);
    case 5: {
      const a = FILE_FS_ATTRIBUTE_INFORMATION;
      m.setU32(at + a.FileSystemAttributes, FILE_SYSTEM_ATTRIBUTES);
      m.setU32(at + a.MaximumComponentNameLength, 255);
      return volumeName(k, at, a.FileSystemNameLength, a.FileSystemName, length, 'NTFS');
    }
    default:
      k.event('io.not-simulated', { what: 'volume information class', name: String(kind) });
      return done(NT.INVALID_PARAMETER);
  }
}

export const routines: KernelRoutine[] = [
  dispatchRoutine('IopFsdQueryInformation', query),
  dispatchRoutine('IopFsdSetInformation', set),
  dispatchRoutine('IopFsdQueryVolumeInformation', queryVolume),
];
