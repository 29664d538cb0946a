// Reading the headers of images in memory: RtlImageNtHeader, RtlImageNtHeaderEx, RtlImageDirectoryEntryToData, RtlFindExportedRoutineByName. They read through
// checked accesses. On Windows the first two catch the fault of a bad user address and answer NULL; a bad kernel address is bug check 0x50 there and here.
import type { Addr } from '../../machine/abi.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { STATUS } from './status.js';

const DOS_SIGNATURE = 0x5a4d;
const NT_SIGNATURE = 0x4550;
const PE32_PLUS = 0x20b;
const OPTIONAL = 0x18;
const DIRECTORIES = OPTIONAL + 0x70;
const EXPORT_DIRECTORY = 0;
const NO_RANGE_CHECK = 1;
const MAX_LFANEW = 0x10000000;
/** Longest name of an export that is compared. */
const MAX_NAME = 512;

/** Address of IMAGE_NT_HEADERS64, 0: no image. `size` 0: not known. A fault passes on. */
function ntHeaders(k: Kernel, base: Addr, size: number): Addr {
  const c = k.mem.checked;
  if (base === 0 || base === -1) return 0;
  if (size !== 0 && size < 0x40) return 0;
  if (c.u16(base) !== DOS_SIGNATURE) return 0;
  const offset = c.u32(base + 0x3c);
  if (offset >= MAX_LFANEW || (size !== 0 && offset + OPTIONAL > size)) return 0;
  return c.u32(base + offset) === NT_SIGNATURE ? base + offset : 0;
}

/** Runs a reader; a fault at a user address is no image. */
function guarded(read: () => Addr): Addr {
  try {
    return read();
  } catch (e) {
    if (e instanceof SimulatedFault && e.address >= 0) return 0;
    throw e;
  }
}

/** Place of an RVA in a file that is not laid out as an image: through the section table. 0: in no section. */
function fileAddress(k: Kernel, base: Addr, nt: Addr, rva: number): Addr {
  const c = k.mem.checked;
  const sections = c.u16(nt + 6);
  let at = nt + OPTIONAL + c.u16(nt + 0x14);
  for (let i = 0; i < sections; i++, at += 40) {
    const start = c.u32(at + 12);
    if (rva >= start && rva < start + c.u32(at + 16)) return base + c.u32(at + 20) + (rva - start);
  }
  return 0;
}

interface Directory {
  readonly address: Addr;
  readonly size: number;
}

function directoryEntry(k: Kernel, base: Addr, mappedAsImage: boolean, index: number): Directory {
  const none = { address: 0, size: 0 };
  // The low bits of a base say that it is a file mapped as data, as LoadLibraryEx hands it out.
  const plain = Math.floor(base / 4) * 4;
  const asImage = mappedAsImage && plain === base;
  const nt = ntHeaders(k, plain, 0);
  const c = k.mem.checked;
  if (nt === 0 || c.u16(nt + OPTIONAL) !== PE32_PLUS) return none;
  if (index >= c.u32(nt + OPTIONAL + 0x6c)) return none;
  const rva = c.u32(nt + DIRECTORIES + 8 * index);
  if (rva === 0) return none;
  const inHeaders = rva < c.u32(nt + OPTIONAL + 0x3c);
  const address = asImage || inHeaders ? plain + rva : fileAddress(k, plain, nt, rva);
  return { address, size: address === 0 ? 0 : c.u32(nt + DIRECTORIES + 8 * index + 4) };
}

/** Address of an export by name (binary search, as the loader does), 0: none. Forwarders are not followed: they are no routine. */
export function exportedRoutine(k: Kernel, base: Addr, name: string): Addr {
  const c = k.mem.checked;
  const directory = directoryEntry(k, base, true, EXPORT_DIRECTORY);
  if (directory.address === 0) return 0;
  const [functions, names, ordinals] = [0x1c, 0x20, 0x24].map((o) => base + c.u32(directory.address + o));
  let low = 0;
  let high = c.u32(directory.address + 0x18) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = c.readAnsiz(base + c.u32(names + 4 * middle), MAX_NAME);
    if (at === name) {
      const rva = c.u32(functions + 4 * c.u16(ordinals + 2 * middle));
      const forwarder = base + rva >= directory.address && base + rva < directory.address + directory.size;
      return rva === 0 || forwarder ? 0 : base + rva;
    }
    if (at < name) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

export const routines: KernelRoutine[] = [
  { name: 'RtlImageNtHeader', cost: 10, step: (k, f) => k.return(guarded(() => ntHeaders(k, f.ptr(0), 0))) },
  {
    // (Flags, Base, Size, *OutHeaders)
    name: 'RtlImageNtHeaderEx',
    cost: 10,
    step(k, f) {
      const [flags, base, out] = [f.u32(0), f.ptr(1), f.ptr(3)];
      if (out === 0) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setPtr(out, 0);
      if (flags & ~NO_RANGE_CHECK || base === 0 || base === -1) return k.return(STATUS.INVALID_PARAMETER);
      const found = guarded(() => ntHeaders(k, base, flags & NO_RANGE_CHECK ? 0 : f.ptr(2)));
      k.mem.checked.setPtr(out, found);
      return k.return(found === 0 ? STATUS.INVALID_IMAGE_FORMAT : STATUS.SUCCESS);
    },
  },
  {
    // (Base, MappedAsImage, DirectoryEntry, PULONG Size)
    name: 'RtlImageDirectoryEntryToData',
    cost: 15,
    step(k, f) {
      const found = directoryEntry(k, f.ptr(0), f.bool(1), f.u16(2));
      k.mem.checked.setU32(f.ptr(3), found.size);
      return k.return(found.address);
    },
  },
  {
    // (ImageBase, RoutineName)
    name: 'RtlFindExportedRoutineByName',
    cost: 60,
    step: (k, f) => k.return(exportedRoutine(k, f.ptr(0), k.mem.checked.readAnsiz(f.ptr(1), MAX_NAME))),
  },
];
