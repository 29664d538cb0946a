// File names as the filter manager gives them: FltGetFileNameInformation and its relatives. A name is device path plus file name of the file object (short
// names are not simulated); it is counted, and a driver that does not release it leaves pool behind.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  EPROCESS,
  FILE_OBJECT,
  FLT_CALLBACK_DATA,
  FLT_FILE_NAME_INFORMATION,
  FLT_IO_PARAMETER_BLOCK,
  FLTP_FILTER,
  FLTP_NAME,
  KTHREAD,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { fullName } from '../ob/namespace.js';
import { dropReference, isType } from '../ob/object.js';
import { referenceFor } from '../ob/reference.js';
import { NT, ntSuccess } from '../ob/status.js';
import { captureUnicode, setUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { toDevicePath } from '../ps/program.js';
import { isFilter } from './filter.js';

const SIGNATURE = 0x6e746c46; // 'Fltn'
export const NAME_TAG = 'FMng';
const NORMALIZED = 1;
const OPENED = 2;
const SHORT = 3;
const ALL_PARSED = 0xf;

/** Block with the information structure and the name behind it; address of the structure, 0: out of memory. */
function newName(k: Kernel, name: string, volume: string, format: number): Addr {
  const m = k.mem;
  const size = FLTP_NAME.sizeof + name.length * 2;
  const block = k.pool.allocate('paged', size, NAME_TAG);
  if (block === 0) return 0;
  m.fill(block, size);
  m.setU32(block + FLTP_NAME.Signature, SIGNATURE);
  m.setI32(block + FLTP_NAME.References, 1);
  const info = block + FLTP_NAME.Information;
  const buffer = block + FLTP_NAME.sizeof;
  m.writeUtf16(buffer, name);
  m.setU16(info + FLT_FILE_NAME_INFORMATION.Size, FLT_FILE_NAME_INFORMATION.sizeof);
  m.setU32(info + FLT_FILE_NAME_INFORMATION.Format, format);
  setUnicode(k, info + FLT_FILE_NAME_INFORMATION.Name, buffer, name.length * 2);
  setUnicode(k, info + FLT_FILE_NAME_INFORMATION.Volume, buffer, volume.length * 2);
  return info;
}

/** Address of the block, 0 when `info` was not handed out by the filter manager (or was released). */
function blockOf(k: Kernel, info: Addr, caller: string): Addr {
  const block = info - FLTP_NAME.Information;
  if (k.mem.checked.u32(block + FLTP_NAME.Signature) === SIGNATURE) return block;
  k.finding('file-name-not-valid', `${caller}: this is no file name information that the filter manager handed out`);
  return 0;
}

/** Name of a file object in a format; writes the information or says why not. */
function give(k: Kernel, f: Frame, file: Addr, options: number, out: Addr, caller: string): Status {
  k.mem.checked.setPtr(out, 0);
  const format = options & 0xff;
  if (format === SHORT) return stopNotSimulated(k, f, `${caller}(FLT_FILE_NAME_SHORT)`);
  if ((format !== NORMALIZED && format !== OPENED) || file === 0 || !isType(k, file, ObType.File)) return k.return(NT.INVALID_PARAMETER);
  const device = k.mem.ptr(file + FILE_OBJECT.DeviceObject);
  const info = newName(k, fullName(k, file), fullName(k, device), format);
  if (info === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  k.mem.checked.setPtr(out, info);
  return k.return(NT.SUCCESS);
}

/** (Instance, FileObject, RootDirectory, FileName, FileNameLength, Options, *Information): the name that a rename or link will give. */
function destination(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  c.setPtr(f.ptr(6), 0);
  const format = f.u32(5) & 0xff;
  if (format === SHORT) return stopNotSimulated(k, f, 'FltGetDestinationFileNameInformation(FLT_FILE_NAME_SHORT)');
  if ((format !== NORMALIZED && format !== OPENED) || f.u32(4) % 2 !== 0 || !isType(k, f.ptr(1), ObType.File))
    return k.return(NT.INVALID_PARAMETER);
  const text = c.readUtf16(f.ptr(3), f.u32(4));
  const volume = fullName(k, c.ptr(f.ptr(1) + FILE_OBJECT.DeviceObject));
  let directory = fullName(k, f.ptr(1));
  directory = directory.slice(0, directory.lastIndexOf('\\'));
  if (f.ptr(2) !== 0) {
    const root = referenceFor(k, f.ptr(2), 0, ObType.File);
    if (!ntSuccess(root.status)) return k.return(root.status);
    directory = fullName(k, root.body);
    dropReference(k, root.body); // its handle keeps it
  }
  const info = newName(k, text.startsWith('\\') ? toDevicePath(text) : `${directory}\\${text}`, volume, format);
  if (info === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  c.setPtr(f.ptr(6), info);
  return k.return(NT.SUCCESS);
}

interface Parts {
  /** Start and length of each part, in characters. */
  readonly final: readonly [number, number];
  readonly extension: readonly [number, number];
  readonly stream: readonly [number, number];
}

/** Final component (with stream), extension without its dot, stream with its colon. */
function parse(name: string): Parts {
  const start = name.lastIndexOf('\\') + 1;
  const colon = name.indexOf(':', start);
  const end = colon < 0 ? name.length : colon;
  const dot = name.lastIndexOf('.', end - 1);
  const extension = dot >= start ? dot + 1 : end;
  return { final: [start, name.length - start], extension: [extension, end - extension], stream: [end, name.length - end] };
}

function put(k: Kernel, us: Addr, buffer: Addr, [at, length]: readonly [number, number]): void {
  const c = k.mem.checked;
  c.setU16(us + UNICODE_STRING.Length, length * 2);
  c.setU16(us + UNICODE_STRING.MaximumLength, length * 2);
  c.setPtr(us + UNICODE_STRING.Buffer, length === 0 ? 0 : buffer + at * 2);
}

/** (Information) */
function parseInformation(k: Kernel, f: Frame): Status {
  const info = f.ptr(0);
  if (blockOf(k, info, 'FltParseFileNameInformation') === 0) return k.return(NT.INVALID_PARAMETER);
  const n = FLT_FILE_NAME_INFORMATION;
  const name = captureUnicode(k, info + n.Name);
  const buffer = k.mem.checked.ptr(info + n.Name + UNICODE_STRING.Buffer);
  const parts = parse(name);
  const volume = k.mem.checked.u16(info + n.Volume + UNICODE_STRING.Length) / 2;
  put(k, info + n.FinalComponent, buffer, parts.final);
  put(k, info + n.Extension, buffer, parts.extension);
  put(k, info + n.Stream, buffer, parts.stream);
  put(k, info + n.ParentDir, buffer, [volume, Math.max(0, parts.final[0] - volume)]);
  k.mem.checked.setU16(info + n.NamesParsed, ALL_PARSED);
  return k.return(NT.SUCCESS);
}

/** (FileName, Extension, Stream, FinalComponent) */
function parseName(k: Kernel, f: Frame): Status {
  const name = captureUnicode(k, f.ptr(0));
  const buffer = k.mem.checked.ptr(f.ptr(0) + UNICODE_STRING.Buffer);
  const parts = parse(name);
  if (f.ptr(1) !== 0) put(k, f.ptr(1), buffer, parts.extension);
  if (f.ptr(2) !== 0) put(k, f.ptr(2), buffer, parts.stream);
  if (f.ptr(3) !== 0) put(k, f.ptr(3), buffer, parts.final);
  return k.return(NT.SUCCESS);
}

/** Adds to the count of holders; the last one frees. */
function count(k: Kernel, info: Addr, delta: number, caller: string): Status {
  const block = blockOf(k, info, caller);
  if (block !== 0) {
    const references = k.mem.i32(block + FLTP_NAME.References) + delta;
    k.mem.setI32(block + FLTP_NAME.References, references);
    if (references === 0) {
      k.mem.setU32(block + FLTP_NAME.Signature, 0);
      k.pool.free(block);
    }
  }
  return k.returnVoid();
}

function requestor(k: Kernel, data: Addr): Addr {
  const thread = k.mem.checked.ptr(data + FLT_CALLBACK_DATA.Thread);
  return thread === 0 ? 0 : k.mem.ptr(thread + KTHREAD.Process);
}

/** Filters are the only objects of the filter manager that drivers hold here: there are no instances and volumes yet. */
function countFilter(k: Kernel, filter: Addr, delta: number, caller: string): boolean {
  if (!isFilter(k, filter, caller)) return false;
  if (delta > 0 && k.mem.u32(filter + FLTP_FILTER.Deleting) !== 0) return false;
  const references = k.mem.i32(filter + FLTP_FILTER.References) + delta;
  if (references < 0) k.finding('filter-over-dereferenced', `${caller} without a reference of FltObjectReference`);
  else k.mem.setI32(filter + FLTP_FILTER.References, references);
  return true;
}

export const routines: KernelRoutine[] = [
  {
    // (CallbackData, Options, *Information)
    name: 'FltGetFileNameInformation',
    cost: 80,
    step(k, f) {
      const iopb = k.mem.checked.ptr(f.ptr(0) + FLT_CALLBACK_DATA.Iopb);
      const file = k.mem.checked.ptr(iopb + FLT_IO_PARAMETER_BLOCK.TargetFileObject);
      return give(k, f, file, f.u32(1), f.ptr(2), 'FltGetFileNameInformation');
    },
  },
  {
    // (FileObject, Instance, Options, *Information)
    name: 'FltGetFileNameInformationUnsafe',
    cost: 80,
    step: (k, f) => give(k, f, f.ptr(0), f.u32(2), f.ptr(3), 'FltGetFileNameInformationUnsafe'),
  },
  {
    // (CallbackData): of the thread that began the operation
    name: 'FltGetRequestorProcess',
    cost: 5,
    step: (k, f) => k.return(requestor(k, f.ptr(0))),
  },
  {
    name: 'FltGetRequestorProcessId',
    cost: 5,
    step(k, f) {
      const process = requestor(k, f.ptr(0));
      return k.return(process === 0 ? 0 : k.mem.u32(process + EPROCESS.UniqueProcessId));
    },
  },
  { name: 'FltGetDestinationFileNameInformation', cost: 80, step: destination },
  { name: 'FltParseFileNameInformation', cost: 20, step: parseInformation },
  { name: 'FltParseFileName', cost: 20, step: parseName },
  { name: 'FltReferenceFileNameInformation', cost: 5, step: (k, f) => count(k, f.ptr(0), 1, 'FltReferenceFileNameInformation') },
  { name: 'FltReleaseFileNameInformation', cost: 10, step: (k, f) => count(k, f.ptr(0), -1, 'FltReleaseFileNameInformation') },
  {
    name: 'FltObjectReference',
    cost: 5,
    step: (k, f) => k.return(countFilter(k, f.ptr(0), 1, 'FltObjectReference') ? NT.SUCCESS : NT.FLT_DELETING_OBJECT),
  },
  {
    name: 'FltObjectDereference',
    cost: 5,
    step: (k, f) => (countFilter(k, f.ptr(0), -1, 'FltObjectDereference'), k.returnVoid()),
  },
];
