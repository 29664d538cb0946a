// IRP_MJ_DIRECTORY_CONTROL: enumeration of a directory in the six common classes. The pattern of the first call of a handle stays in force; entries are looked
// up anew at each call, so files that come and go during a scan are seen or not, as on a real file system. Notification of changes is not simulated.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  CCB,
  FCB,
  FILE_BOTH_DIR_INFORMATION,
  FILE_DIRECTORY_INFORMATION,
  FILE_FULL_DIR_INFORMATION,
  FILE_ID_BOTH_DIR_INFORMATION,
  FILE_ID_FULL_DIR_INFORMATION,
  FILE_NAMES_INFORMATION,
  FILE_OBJECT,
  FSRTL_COMMON_FCB_HEADER,
  IO_STACK_LOCATION,
} from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { isNameInExpression } from '../rtl/name-expression.js';
import { dispatchRoutine, done, type Outcome, type Request, toBuffer } from './dispatch.js';
import { shownAttributes } from './information.js';
import { childrenOf, FCB_TAG, fileAt, isDirectory, leafOf, nameOfFile, parentOf, sizeOf } from './volume.js';

const QUERY_DIRECTORY = 1;
const SL_RESTART_SCAN = 1;
const SL_RETURN_SINGLE_ENTRY = 2;

interface EntryLayout {
  readonly FileName: number;
  readonly FileNameLength: number;
  readonly CreationTime?: number;
  readonly EndOfFile?: number;
  readonly AllocationSize?: number;
  readonly FileAttributes?: number;
  readonly FileId?: number;
}
const LAYOUTS: Readonly<Record<number, EntryLayout>> = {
  1: FILE_DIRECTORY_INFORMATION,
  2: FILE_FULL_DIR_INFORMATION,
  3: FILE_BOTH_DIR_INFORMATION,
  12: FILE_NAMES_INFORMATION,
  37: FILE_ID_BOTH_DIR_INFORMATION,
  38: FILE_ID_FULL_DIR_INFORMATION,
};

interface Entry {
  readonly name: string;
  readonly fcb: Addr;
}

function entriesOf(k: Kernel, directory: Addr): Entry[] {
  const path = nameOfFile(k, directory);
  const children = childrenOf(k, path).map((fcb) => ({ name: leafOf(nameOfFile(k, fcb)), fcb }));
  if (path === '\\') return children;
  return [{ name: '.', fcb: directory }, { name: '..', fcb: fileAt(k, parentOf(path)) || directory }, ...children];
}

function encode(k: Kernel, layout: EntryLayout, e: Entry, index: number): Uint8Array {
  const bytes = new Uint8Array(layout.FileName + 2 * e.name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, index, true);
  view.setUint32(layout.FileNameLength, 2 * e.name.length, true);
  for (let i = 0; i < e.name.length; i++) view.setUint16(layout.FileName + 2 * i, e.name.charCodeAt(i), true);
  if (layout.CreationTime !== undefined) bytes.set(k.mem.bytes(e.fcb + FCB.CreationTime, 32), layout.CreationTime);
  if (layout.EndOfFile !== undefined) view.setBigInt64(layout.EndOfFile, BigInt(sizeOf(k, e.fcb)), true);
  if (layout.AllocationSize !== undefined)
    view.setBigInt64(layout.AllocationSize, k.mem.i64(e.fcb + FSRTL_COMMON_FCB_HEADER.AllocationSize), true);
  if (layout.FileAttributes !== undefined) view.setUint32(layout.FileAttributes, shownAttributes(k, e.fcb), true);
  if (layout.FileId !== undefined) view.setBigInt64(layout.FileId, k.mem.i64(e.fcb + FCB.FileId), true);
  return bytes;
}

/** Does the name match the pattern of the scan? `*.*` means all, as with DOS. */
const matches = (pattern: string, name: string): boolean =>
  pattern === '' || pattern === '*' || pattern === '*.*' || isNameInExpression(pattern.toUpperCase(), name, true);

function control(k: Kernel, r: Request): Outcome {
  const m = k.mem;
  if (m.u8(r.stack + IO_STACK_LOCATION.MinorFunction) !== QUERY_DIRECTORY) {
    k.event('io.not-simulated', { what: 'directory change notification', name: '' });
    return done(NT.INVALID_DEVICE_REQUEST);
  }
  if (r.fcb === 0 || !isDirectory(k, r.fcb)) return done(NT.INVALID_PARAMETER);
  const flags = m.u8(r.stack + IO_STACK_LOCATION.Flags);
  const length = m.u32(r.stack + IO_STACK_LOCATION.Parameters_QueryDirectory_Length);
  const kind = m.u32(r.stack + IO_STACK_LOCATION.Parameters_QueryDirectory_FileInformationClass);
  const layout = LAYOUTS[kind];
  if (!layout) {
    k.event('io.not-simulated', { what: 'directory information class', name: String(kind) });
    return done(NT.INVALID_INFO_CLASS);
  }
  const ccb = m.ptr(r.file + FILE_OBJECT.FsContext2);
  const first = m.u32(ccb + CCB.Scanned) === 0;
  if (first) {
    const us = m.ptr(r.stack + IO_STACK_LOCATION.Parameters_QueryDirectory_FileName);
    freeUnicode(k, ccb + CCB.Pattern);
    if (!allocateUnicode(k, ccb + CCB.Pattern, us === 0 ? '' : captureUnicode(k, us), FCB_TAG)) return done(NT.INSUFFICIENT_RESOURCES);
    m.setU32(ccb + CCB.Scanned, 1);
  }
  if (flags & SL_RESTART_SCAN) m.setU32(ccb + CCB.Next, 0);
  const pattern = readUnicode(k, ccb + CCB.Pattern);
  const all = entriesOf(k, r.fcb);
  const taken: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let used = 0;
  let next = m.u32(ccb + CCB.Next);
  for (; next < all.length; next++) {
    if (!matches(pattern, all[next].name)) continue;
    const bytes = encode(k, layout, all[next], next);
    const at = (used + 7) & ~7;
    if (at + bytes.length > length) {
      if (taken.length > 0) break;
      // not even one: the fixed part and what fits of the name, and the scan stays where it is
      if (length < layout.FileName) return done(NT.INFO_LENGTH_MISMATCH);
      toBuffer(k, r.irp, bytes.subarray(0, length));
      return done(NT.BUFFER_OVERFLOW, length);
    }
    taken.push({ at, bytes });
    used = at + bytes.length;
    if (flags & SL_RETURN_SINGLE_ENTRY) {
      next++;
      break;
    }
  }
  m.setU32(ccb + CCB.Next, next);
  if (taken.length === 0) return done(first ? NT.NO_SUCH_FILE : NT.NO_MORE_FILES);
  const out = new Uint8Array(used);
  taken.forEach(({ at, bytes }, i) => {
    out.set(bytes, at);
    // each entry begins with the distance to the next one
    if (i + 1 < taken.length) new DataView(out.buffer).setUint32(at, taken[i + 1].at - at, true);
  });
  toBuffer(k, r.irp, out);
  return done(NT.SUCCESS, used);
}

export const routines: KernelRoutine[] = [dispatchRoutine('IopFsdDirectoryControl', control, 150)];
