// Section objects: NtCreateSection, NtOpenSection, NtExtendSection, NtQuerySection. Pages are there from the beginning: SEC_RESERVE, large pages and based sections
// are not simulated and stop the run.
import type { Addr, Status } from '../../machine/abi.js';
import { MAX_FILE, setSize, sizeOf } from '../fs/volume.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CONTROL_AREA, FILE_OBJECT, SECTION, SECTION_BASIC_INFORMATION, SECTION_IMAGE_INFORMATION } from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { type Attributes, captureAttributes, openByName, refusesPermanent } from '../ob/namespace.js';
import { giveName, nameForNew } from '../ob/new-name.js';
import { referenceObject } from '../ob/object.js';
import { borrowFor, referenceFor } from '../ob/reference.js';
import { allocateSecured, captureSecurity } from '../ob/security.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import type { Descriptor } from '../se/descriptor.js';
import {
  countSection,
  discardIfUnused,
  fileArea,
  isImage,
  MAX_SECTION,
  memoryOf,
  pageFileArea,
  SECTION_TAG,
  sizeOfImage,
} from './control-area.js';
import { provideKnownDll } from './known-dlls.js';
import { fileAccessFor, plainProtection, writesThrough } from './section-protection.js';

const PAGE_EXECUTE_WRITECOPY = 0x80;
const SEC_BASED = 0x200000;
const SEC_NO_CHANGE = 0x400000;
const SEC_FILE = 0x800000;
const SEC_IMAGE = 0x1000000;
const SEC_PROTECTED_IMAGE = 0x2000000;
const SEC_RESERVE = 0x4000000;
const SEC_COMMIT = 0x8000000;
const SEC_NOCACHE = 0x10000000;
const SEC_WRITECOMBINE = 0x40000000;
const SEC_LARGE_PAGES = 0x80000000;
const SEC_ALL =
  SEC_BASED |
  SEC_NO_CHANGE |
  SEC_FILE |
  SEC_IMAGE |
  SEC_PROTECTED_IMAGE |
  SEC_RESERVE |
  SEC_COMMIT |
  SEC_NOCACHE |
  SEC_WRITECOMBINE |
  SEC_LARGE_PAGES;
const SECTION_QUERY = 1;
const SECTION_EXTEND_SIZE = 0x10;
const IMAGE_OPTIONAL = 0x18;

/** What is wrong with the attributes; 0: nothing. */
function checkAttributes(attributes: number): number {
  if ((attributes & ~SEC_ALL) !== 0) return NT.INVALID_PARAMETER_6;
  if ((attributes & (SEC_COMMIT | SEC_RESERVE | SEC_IMAGE)) === 0) return NT.INVALID_PARAMETER_6;
  if ((attributes & SEC_COMMIT) !== 0 && (attributes & SEC_RESERVE) !== 0) return NT.INVALID_PARAMETER_6;
  // (SEC_IMAGE_NO_EXECUTE has the bit of SEC_NOCACHE)
  return (attributes & SEC_IMAGE) !== 0 && (attributes & (SEC_COMMIT | SEC_RESERVE | SEC_LARGE_PAGES)) !== 0
    ? NT.INVALID_PARAMETER_6
    : NT.SUCCESS;
}

interface Made {
  readonly status: number;
  readonly area: Addr;
  readonly size: number;
}
const failed = (status: number): Made => ({ status, area: 0, size: 0 });

/** The area of a new section. */
function makeArea(k: Kernel, file: Addr, { size, protection, attributes }: Wanted): Made {
  if (file === 0) {
    if (attributes & SEC_IMAGE) return failed(NT.INVALID_FILE_FOR_SECTION);
    if (size === 0) return failed(NT.INVALID_PARAMETER_4);
    if (size > MAX_SECTION) return failed(NT.SECTION_TOO_BIG);
    const area = pageFileArea(k, Math.ceil(size / 4096) * 4096);
    return area === 0 ? failed(NT.INSUFFICIENT_RESOURCES) : { status: NT.SUCCESS, area, size };
  }
  // only a file system sets this: devices and directories have nothing that could be mapped
  const fcb = k.mem.ptr(file + FILE_OBJECT.SectionObjectPointer) === 0 ? 0 : k.mem.ptr(file + FILE_OBJECT.FsContext);
  if (fcb === 0) return failed(NT.INVALID_FILE_FOR_SECTION);
  const image = (attributes & SEC_IMAGE) !== 0;
  const length = sizeOf(k, fcb);
  if (!image) {
    if (length === 0 && size === 0) return failed(NT.MAPPED_FILE_SIZE_ZERO);
    if (size > length && (!writesThrough(protection) || size > MAX_FILE)) return failed(NT.SECTION_TOO_BIG);
  }
  const { status, area } = fileArea(k, file, fcb, image);
  if (!ntSuccess(status)) return failed(status);
  if (image) return { status, area, size: sizeOfImage(k, area) };
  if (memoryOf(k, area, Math.max(size, length)) === 0) {
    discardIfUnused(k, area);
    return failed(NT.DISK_FULL);
  }
  if (size > length) setSize(k, fcb, size);
  return { status, area, size: size === 0 ? length : size };
}

interface Wanted {
  /** 0: not said. */
  readonly size: number;
  readonly protection: number;
  readonly attributes: number;
}

/** What arguments 3 to 6 of a creation ask for; a status, or what is not simulated. */
function wanted(k: Kernel, f: Frame): Wanted | number | string {
  const [size, attributes] = [f.ptr(3), f.u32(5)];
  const wrong = checkAttributes(attributes);
  if (wrong !== NT.SUCCESS) return wrong;
  if (f.ptr(6) === 0) for (const [bit, name] of NOT_SIMULATED) if (attributes & bit) return `ZwCreateSection(${name})`;
  const protection = plainProtection(f.u32(4));
  if (protection < 0) return protection;
  const bytes = size === 0 ? 0n : k.mem.checked.i64(size);
  if (bytes < 0n) return NT.INVALID_PARAMETER_4;
  return { size: bytes > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(bytes), protection, attributes };
}
const NOT_SIMULATED = [
  [SEC_RESERVE, 'SEC_RESERVE'],
  [SEC_LARGE_PAGES, 'SEC_LARGE_PAGES'],
  [SEC_BASED, 'SEC_BASED'],
] as const;

/** Locals: 0 body, 1 handle, 2 status, 3 flags of the attributes, 4 file. */
function create(k: Kernel, f: Frame): Status {
  probeUser(k, f.ptr(0), 8, true);
  if (f.ptr(3) !== 0) probeUser(k, f.ptr(3), 8);
  const w = wanted(k, f);
  if (typeof w === 'number') return k.return(w);
  if (typeof w === 'string') return stopNotSimulated(k, f, w);
  const a = captureAttributes(k, f.ptr(2));
  if (!ntSuccess(a.status)) return k.return(a.status);
  const security = captureSecurity(k, f.ptr(2));
  if (typeof security === 'number') return k.return(security);
  if (refusesPermanent(k, a.flags)) return k.return(NT.PRIVILEGE_NOT_HELD);
  f.set(3, a.flags);
  if (f.ptr(6) !== 0) {
    const r = referenceFor(k, f.ptr(6), fileAccessFor(w.protection), ObType.File);
    if (!ntSuccess(r.status)) return k.return(r.status);
    f.set(4, r.body);
  }
  f.set(2, makeNamed(k, f, a, w, security));
  if (!ntSuccess(f.get(2))) return release(k, f);
  const flags = f.get(3);
  const created = [f.get(0), f.u32(1), flags, previousMode(k), 0, f.localAddress(1), OB_OPERATION_HANDLE_CREATE, 0];
  return k.call(f, 1, 'ObpCreateHandle', created);
}

/** MmCreateSection(*Section, Access, Attributes, *MaximumSize, Protection, AllocationAttributes, FileHandle, FileObject): no name and no handle. Locals as above. */
function createObject(k: Kernel, f: Frame): Status {
  if (f.pc !== 0) return k.return(f.get(2));
  f.set(4, 0);
  const w = wanted(k, f);
  if (typeof w === 'number') return k.return(w);
  if (typeof w === 'string') return stopNotSimulated(k, f, w);
  if (f.ptr(6) !== 0) {
    const r = referenceFor(k, f.ptr(6), fileAccessFor(w.protection), ObType.File);
    if (!ntSuccess(r.status)) return k.return(r.status);
    f.set(4, r.body);
  }
  const file = f.get(4) || f.ptr(7);
  const made = makeArea(k, file, w);
  const body = ntSuccess(made.status) ? makeObject(k, made, w.protection, w.attributes | (file !== 0 ? SEC_FILE : 0)) : 0;
  f.set(2, ntSuccess(made.status) && body === 0 ? NT.INSUFFICIENT_RESOURCES : made.status);
  if (body !== 0) k.mem.checked.setPtr(f.ptr(0), body);
  return release(k, f);
}

function makeObject(k: Kernel, made: Made, protection: number, attributes: number, security?: Descriptor): Addr {
  const body = allocateSecured(k, ObType.Section, SECTION.sizeof, SECTION_TAG, security);
  if (body === 0) {
    discardIfUnused(k, made.area);
    return 0;
  }
  const m = k.mem;
  m.setPtr(body + SECTION.ControlArea, made.area);
  m.setPtr(body + SECTION.SizeOfSection, made.size);
  m.setU32(body + SECTION.InitialPageProtection, protection);
  m.setU32(body + SECTION.AllocationAttributes, attributes);
  countSection(k, made.area, 1);
  return body;
}

/** Makes the object, or takes the one that has the name already (OBJ_OPENIF), into local 0. */
function makeNamed(k: Kernel, f: Frame, a: Attributes, w: Wanted, security: Descriptor | undefined): number {
  const made = makeArea(k, f.get(4), w);
  if (!ntSuccess(made.status)) return made.status;
  const name = nameForNew(k, a, ObType.Section);
  if (!ntSuccess(name.status) || name.existing !== 0) {
    discardIfUnused(k, made.area);
    if (name.existing === 0) return name.status;
    referenceObject(k, name.existing);
    f.set(0, name.existing);
    return name.status;
  }
  const body = makeObject(k, made, w.protection, w.attributes | (f.get(4) !== 0 ? SEC_FILE : 0), security);
  if (body === 0) return NT.INSUFFICIENT_RESOURCES;
  giveName(k, name, body, a.flags);
  f.set(0, body);
  return NT.SUCCESS;
}

/** Drops the reference of the file, which the area has one of its own to. */
const release = (k: Kernel, f: Frame): Status => (f.get(4) === 0 ? k.return(f.get(2)) : k.call(f, 3, 'ObfDereferenceObject', [f.get(4)]));

function query(k: Kernel, f: Frame, body: Addr): number {
  const [kind, buffer, length, returned] = [f.u32(1), f.ptr(2), f.ptr(3), f.ptr(4)];
  const m = k.mem;
  const c = m.checked;
  const area = m.ptr(body + SECTION.ControlArea);
  if (kind > 1) return NT.INVALID_INFO_CLASS;
  const size = kind === 0 ? SECTION_BASIC_INFORMATION.sizeof : SECTION_IMAGE_INFORMATION.sizeof;
  if (length < size) return NT.INFO_LENGTH_MISMATCH;
  if (kind === 1 && !isImage(k, area)) return NT.SECTION_NOT_IMAGE;
  c.fill(buffer, size);
  if (kind === 0) {
    c.setU32(buffer + SECTION_BASIC_INFORMATION.AllocationAttributes, m.u32(body + SECTION.AllocationAttributes));
    c.setPtr(buffer + SECTION_BASIC_INFORMATION.MaximumSize, m.ptr(body + SECTION.SizeOfSection));
  } else {
    const I = SECTION_IMAGE_INFORMATION;
    const at = memoryOf(k, area, 0);
    const nt = at + m.u32(at + 0x3c);
    const o = nt + IMAGE_OPTIONAL;
    const entry = m.u32(o + 0x10);
    c.setPtr(buffer + I.TransferAddress, entry === 0 ? 0 : m.ptr(o + 0x18) + entry);
    c.setPtr(buffer + I.MaximumStackSize, m.ptr(o + 0x48));
    c.setPtr(buffer + I.CommittedStackSize, m.ptr(o + 0x50));
    c.setU32(buffer + I.SubSystemType, m.u16(o + 0x44));
    c.setU16(buffer + I.SubSystemMinorVersion, m.u16(o + 0x32));
    c.setU16(buffer + I.SubSystemMajorVersion, m.u16(o + 0x30));
    c.setU16(buffer + I.ImageCharacteristics, m.u16(nt + 0x16));
    c.setU16(buffer + I.DllCharacteristics, m.u16(o + 0x46));
    c.setU16(buffer + I.Machine, m.u16(nt + 4));
    c.setU8(buffer + I.ImageContainsCode, entry === 0 ? 0 : 1);
    c.setU32(buffer + I.ImageFileSize, m.u32(o + 0x38));
  }
  if (returned !== 0) c.setPtr(returned, size);
  return NT.SUCCESS;
}

/** (Section, *NewSize): a larger file behind a section of data; a smaller size changes nothing. */
function extend(k: Kernel, f: Frame, body: Addr): number {
  const m = k.mem;
  const area = m.ptr(body + SECTION.ControlArea);
  if (isImage(k, area) || (m.u32(body + SECTION.AllocationAttributes) & SEC_FILE) === 0) return NT.SECTION_NOT_EXTENDED;
  const size = m.ptr(body + SECTION.SizeOfSection);
  const wanted = m.checked.i64(f.ptr(1));
  if (wanted > BigInt(MAX_FILE)) return NT.SECTION_TOO_BIG;
  if (wanted > BigInt(size)) {
    if (!writesThrough(m.u32(body + SECTION.InitialPageProtection))) return NT.SECTION_NOT_EXTENDED;
    if (memoryOf(k, area, Number(wanted)) === 0) return NT.SECTION_NOT_EXTENDED;
    m.setPtr(body + SECTION.SizeOfSection, Number(wanted));
    const fcb = m.ptr(area + CONTROL_AREA.Fcb);
    if (Number(wanted) > sizeOf(k, fcb)) setSize(k, fcb, Number(wanted));
  }
  m.checked.setPtr(f.ptr(1), m.ptr(body + SECTION.SizeOfSection));
  return NT.SUCCESS;
}

/** A service on the section of a handle, which keeps it meanwhile: all of it is one step. */
const onSection = (
  name: string,
  args: number,
  access: number,
  probe: (k: Kernel, f: Frame) => void,
  work: (k: Kernel, f: Frame, body: Addr) => number,
): ServiceDefinition => ({
  name,
  args,
  step(k, f) {
    probe(k, f);
    const r = borrowFor(k, f.ptr(0), access, ObType.Section);
    return k.return(ntSuccess(r.status) ? work(k, f, r.body) : r.status);
  },
});

/** (PHANDLE, Access, ObjectAttributes, PLARGE_INTEGER MaximumSize, SectionPageProtection, AllocationAttributes, FileHandle[, ExtendedParameters, Count]) */
const creation = (name: string, args: number): ServiceDefinition => ({
  name,
  args,
  locals: 5,
  cost: 80,
  step(k, f) {
    switch (f.pc) {
      case 0:
        return args > 7 && f.u32(8) !== 0 ? stopNotSimulated(k, f, `Zw${name} with extended parameters`) : create(k, f);
      case 1: {
        const status = f.result32 | 0;
        if (ntSuccess(status)) k.mem.checked.setPtr(f.ptr(0), f.get(1));
        else f.set(2, status);
        return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
      }
      case 2:
        return release(k, f);
      default:
        return k.return(f.get(2));
    }
  },
});

const byName = openByName('OpenSection', ObType.Section);
const openSection: ServiceDefinition = {
  ...byName,
  step(k, f) {
    if (f.pc === 0) {
      const a = captureAttributes(k, f.ptr(2));
      if (ntSuccess(a.status) && a.name !== undefined)
        provideKnownDll(k, a.name, (area) =>
          makeObject(k, { status: NT.SUCCESS, area, size: sizeOfImage(k, area) }, PAGE_EXECUTE_WRITECOPY, SEC_IMAGE | SEC_FILE),
        );
    }
    return byName.step(k, f);
  },
};

export const routines: KernelRoutine[] = [
  ...makeServices([
    creation('CreateSection', 7),
    creation('CreateSectionEx', 9),
    openSection,
    onSection('ExtendSection', 2, SECTION_EXTEND_SIZE, (k, f) => probeUser(k, f.ptr(1), 8, true), extend),
    // (Section, Class, Buffer, Length, PSIZE_T ReturnLength)
    onSection(
      'QuerySection',
      5,
      SECTION_QUERY,
      (k, f) => {
        probeUser(k, f.ptr(2), f.ptr(3), true);
        if (f.ptr(4) !== 0) probeUser(k, f.ptr(4), 8, true);
      },
      query,
    ),
  ]),
  { name: 'MmCreateSection', locals: 5, cost: 80, step: createObject },
  {
    name: 'MipDeleteSection',
    step(k, f) {
      countSection(k, k.mem.ptr(f.ptr(0) + SECTION.ControlArea), -1);
      return k.returnVoid();
    },
  },
];
