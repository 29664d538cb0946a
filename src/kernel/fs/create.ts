// IRP_MJ_CREATE, IRP_MJ_CLEANUP and IRP_MJ_CLOSE of the volume: dispositions, share access, deletion at the last cleanup. Everybody is an administrator:
// security descriptors of files are not simulated; the read-only attribute is.
import type { Addr } from '../../machine/abi.js';
import { checkShareAccess, removeShareAccess, setShareAccess } from '../io/share-access.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { CCB, FCB, FILE_OBJECT, IO_SECURITY_CONTEXT, IO_STACK_LOCATION, SHARE_ACCESS } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { freeUnicode, readUnicode } from '../ob/strings.js';
import { dispatchRoutine, done, type Outcome, type Request } from './dispatch.js';
import {
  Attribute,
  childrenOf,
  createFcb,
  FCB_TAG,
  fileAt,
  isDirectory,
  isRunning,
  leafOf,
  nameOfFile,
  parentOf,
  releaseFcb,
  SETTABLE,
  setSize,
  touch,
  unlinkFcb,
} from './volume.js';
import { isFileName } from './volume-path.js';

const Disposition = { Supersede: 0, Open: 1, Create: 2, OpenIf: 3, Overwrite: 4, OverwriteIf: 5 } as const;
const Result = { Superseded: 0, Opened: 1, Created: 2, Overwritten: 3 } as const;
const FILE_DIRECTORY_FILE = 0x1;
const FILE_NON_DIRECTORY_FILE = 0x40;
const FILE_DELETE_ON_CLOSE = 0x1000;
const FILE_OPEN_BY_FILE_ID = 0x2000;
const DELETE = 0x10000;
/** FILE_WRITE_DATA, FILE_APPEND_DATA */
const WRITES = 0x6;
const SYSTEM_FILES = /^\\(Program Files|Windows(?!\\(Temp|Logs)\\))/i;

interface Open {
  readonly path: string;
  readonly access: number;
  readonly disposition: number;
  readonly options: number;
  readonly attributes: number;
  readonly share: number;
}

/** Path without the backslash at its end; a status when it cannot be a name. */
function checkedPath(k: Kernel, name: string, options: number): { readonly status: number; readonly path: string } {
  const bad = { status: NT.OBJECT_NAME_INVALID, path: '' };
  if (options & FILE_OPEN_BY_FILE_ID) {
    k.event('io.not-simulated', { what: 'open by file ID', name: '' });
    return { status: NT.NOT_SUPPORTED, path: '' };
  }
  if (name.includes(':')) {
    k.event('io.not-simulated', { what: 'alternate data stream', name });
    return bad;
  }
  const path = name.length > 1 && name.endsWith('\\') ? name.slice(0, -1) : name;
  if (path !== name && options & FILE_NON_DIRECTORY_FILE) return bad;
  if (!isFileName(path)) return bad;
  return { status: NT.SUCCESS, path };
}

/** Opens what exists. */
function openExisting(k: Kernel, r: Request, o: Open, fcb: Addr): Outcome {
  const m = k.mem;
  const directory = isDirectory(k, fcb);
  const overwrite =
    o.disposition === Disposition.Supersede || o.disposition === Disposition.Overwrite || o.disposition === Disposition.OverwriteIf;
  if (o.disposition === Disposition.Create) return done(NT.OBJECT_NAME_COLLISION);
  if (m.u32(fcb + FCB.DeletePending) !== 0) return done(NT.DELETE_PENDING);
  if (directory && o.options & FILE_NON_DIRECTORY_FILE) return done(NT.FILE_IS_A_DIRECTORY);
  if (!directory && o.options & FILE_DIRECTORY_FILE) return done(NT.NOT_A_DIRECTORY);
  if (directory && overwrite) return done(o.options & FILE_DIRECTORY_FILE ? NT.INVALID_PARAMETER : NT.OBJECT_NAME_COLLISION);
  const attributes = m.u32(fcb + FCB.FileAttributes);
  const readOnly = !directory && (attributes & Attribute.ReadOnly) !== 0;
  if (readOnly && (o.access & WRITES || overwrite)) return done(NT.ACCESS_DENIED);
  if (readOnly && o.options & FILE_DELETE_ON_CLOSE) return done(NT.CANNOT_DELETE);
  if ((o.access & WRITES || overwrite) && isRunning(k, nameOfFile(k, fcb))) return done(NT.SHARING_VIOLATION);
  const shared = fcb + FCB.ShareAccess;
  if (m.u32(shared + SHARE_ACCESS.OpenCount) === 0) setShareAccess(k, o.access, o.share, r.file, shared);
  else {
    // an overwrite writes, whatever access was asked for
    const status = checkShareAccess(k, o.access | (overwrite ? WRITES : 0), o.share, r.file, shared, false);
    if (status !== NT.SUCCESS) return done(status);
    checkShareAccess(k, o.access, o.share, r.file, shared, true);
  }
  if (!attach(k, r, o, fcb)) {
    removeShareAccess(k, r.file, shared);
    return done(NT.INSUFFICIENT_RESOURCES);
  }
  if (!overwrite) return done(NT.SUCCESS, Result.Opened);
  setSize(k, fcb, 0);
  const superseded = o.disposition === Disposition.Supersede;
  m.setU32(fcb + FCB.FileAttributes, (superseded ? 0 : attributes) | (o.attributes & SETTABLE & ~Attribute.Normal) | Attribute.Archive);
  touch(k, fcb, true);
  return done(NT.SUCCESS, superseded ? Result.Superseded : Result.Overwritten);
}

/** Joins file object and file. */
function attach(k: Kernel, r: Request, o: Open, fcb: Addr): boolean {
  const m = k.mem;
  const ccb = k.pool.allocate('paged', CCB.sizeof, FCB_TAG);
  if (ccb === 0) return false;
  m.fill(ccb, CCB.sizeof);
  m.setU32(ccb + CCB.DeleteOnClose, o.options & FILE_DELETE_ON_CLOSE ? 1 : 0);
  m.setPtr(r.file + FILE_OBJECT.FsContext, fcb);
  m.setPtr(r.file + FILE_OBJECT.FsContext2, ccb);
  m.setPtr(r.file + FILE_OBJECT.SectionObjectPointer, fcb + FCB.SectionObjectPointers);
  for (const at of [FCB.References, FCB.Opens]) m.setU32(fcb + at, m.u32(fcb + at) + 1);
  return true;
}

function createNew(k: Kernel, r: Request, o: Open): Outcome {
  const parent = fileAt(k, parentOf(o.path));
  if (parent === 0 || !isDirectory(k, parent)) return done(NT.OBJECT_PATH_NOT_FOUND);
  if (k.mem.u32(parent + FCB.DeletePending) !== 0) return done(NT.DELETE_PENDING);
  if (leafOf(o.path) === '') return done(NT.OBJECT_NAME_INVALID);
  const directory = (o.options & FILE_DIRECTORY_FILE) !== 0;
  const kept = o.attributes & SETTABLE & ~Attribute.Normal;
  if (!directory && o.options & FILE_DELETE_ON_CLOSE && kept & Attribute.ReadOnly) return done(NT.CANNOT_DELETE);
  const fcb = createFcb(k, o.path, directory ? kept | Attribute.Directory : kept | Attribute.Archive);
  if (fcb === 0) return done(NT.INSUFFICIENT_RESOURCES);
  setShareAccess(k, o.access, o.share, r.file, fcb + FCB.ShareAccess);
  if (!attach(k, r, o, fcb)) {
    unlinkFcb(k, fcb);
    return done(NT.INSUFFICIENT_RESOURCES);
  }
  touch(k, parent, true);
  return done(NT.SUCCESS, Result.Created);
}

function create(k: Kernel, r: Request): Outcome {
  const m = k.mem;
  const options = m.u32(r.stack + IO_STACK_LOCATION.Parameters_Create_Options);
  const context = m.ptr(r.stack + IO_STACK_LOCATION.Parameters_Create_SecurityContext);
  const name = readUnicode(k, r.file + FILE_OBJECT.FileName);
  if (name === '') return done(NT.SUCCESS, Result.Opened); // the volume itself
  const checked = checkedPath(k, name, options);
  if (checked.status !== NT.SUCCESS) return done(checked.status);
  const o: Open = {
    path: checked.path,
    access: context === 0 ? 0 : m.u32(context + IO_SECURITY_CONTEXT.DesiredAccess),
    disposition: options >>> 24,
    options: options & 0xffffff,
    attributes: m.u16(r.stack + IO_STACK_LOCATION.Parameters_Create_FileAttributes),
    share: m.u16(r.stack + IO_STACK_LOCATION.Parameters_Create_ShareAccess),
  };
  if (o.disposition > Disposition.OverwriteIf) return done(NT.INVALID_PARAMETER);
  if (o.options & FILE_DIRECTORY_FILE && o.options & FILE_NON_DIRECTORY_FILE) return done(NT.INVALID_PARAMETER);
  if (o.options & FILE_DELETE_ON_CLOSE && (o.access & DELETE) === 0) return done(NT.INVALID_PARAMETER);
  const fcb = fileAt(k, o.path);
  const outcome = fcb !== 0 ? openExisting(k, r, o, fcb) : missing(k, r, o);
  if (outcome.status === NT.SUCCESS) k.event('fs.create', { file: r.file, name: o.path, result: outcome.information });
  return outcome;
}

function missing(k: Kernel, r: Request, o: Open): Outcome {
  if (o.disposition !== Disposition.Open && o.disposition !== Disposition.Overwrite) return createNew(k, r, o);
  // A Windows machine has many more files there: the report of the run names what was looked for in vain.
  if (SYSTEM_FILES.test(o.path)) k.event('io.not-simulated', { what: 'file', name: o.path });
  const parent = fileAt(k, parentOf(o.path));
  return done(parent !== 0 && isDirectory(k, parent) ? NT.OBJECT_NAME_NOT_FOUND : NT.OBJECT_PATH_NOT_FOUND);
}

/** The last handle of a file object is closed: its share access ends, and a file that is to be deleted goes when nobody else has it open. */
function cleanup(k: Kernel, r: Request): Outcome {
  const m = k.mem;
  if (r.fcb === 0) return done(NT.SUCCESS);
  removeShareAccess(k, r.file, r.fcb + FCB.ShareAccess);
  m.setU32(r.fcb + FCB.Opens, m.u32(r.fcb + FCB.Opens) - 1);
  const ccb = m.ptr(r.file + FILE_OBJECT.FsContext2);
  const name = nameOfFile(k, r.fcb);
  const goes = (): boolean => (!isDirectory(k, r.fcb) || childrenOf(k, name).length === 0) && !isRunning(k, name);
  if (m.u32(ccb + CCB.DeleteOnClose) !== 0 && goes()) m.setU32(r.fcb + FCB.DeletePending, 1);
  if (m.u32(r.fcb + FCB.DeletePending) !== 0 && m.u32(r.fcb + FCB.Opens) === 0) unlinkFcb(k, r.fcb);
  return done(NT.SUCCESS);
}

function close(k: Kernel, r: Request): Outcome {
  const m = k.mem;
  if (r.fcb === 0) return done(NT.SUCCESS);
  const ccb = m.ptr(r.file + FILE_OBJECT.FsContext2);
  freeUnicode(k, ccb + CCB.Pattern);
  k.pool.free(ccb);
  m.setPtr(r.file + FILE_OBJECT.FsContext, 0);
  m.setPtr(r.file + FILE_OBJECT.FsContext2, 0);
  m.setU32(r.fcb + FCB.References, m.u32(r.fcb + FCB.References) - 1);
  releaseFcb(k, r.fcb);
  return done(NT.SUCCESS);
}

export const routines: KernelRoutine[] = [
  dispatchRoutine('IopFsdCreate', create, 100),
  dispatchRoutine('IopFsdCleanup', cleanup),
  dispatchRoutine('IopFsdClose', close),
];
