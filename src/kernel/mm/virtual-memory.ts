// NtAllocateVirtualMemory, NtFreeVirtualMemory, NtProtectVirtualMemory, NtQueryVirtualMemory over the window of a process. Guard pages, large pages, write watch
// and partial release are not simulated and stop the run. Code that is written into such memory cannot be executed: calling it is an illegal instruction.
import { type Addr, PAGE_SHIFT, PAGE_SIZE, type Status, USER_BASE } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, FILE_OBJECT, KPROCESS, MEMORY_BASIC_INFORMATION, MM_VAD, UNICODE_STRING } from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { fullName } from '../ob/namespace.js';
import { borrowFor } from '../ob/reference.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { WINDOW, type WindowLayout, windowOf } from '../ps/window.js';
import { fileOf, isImage } from './control-area.js';
import { USER_END } from './probe.js';
import { plainProtection } from './section-protection.js';
import { isSecured } from './secure.js';
import {
  applyProtection,
  findRoom,
  firstPage,
  GRANULARITY,
  isFree,
  isProtection,
  Protect,
  pageAddress,
  pageCount,
  protectionOf,
  release,
  reserve,
  setPage,
  vadAt,
} from './vad.js';
import { areaOfView, protectionOfView, protectView, viewAt, viewBase, viewBytes, viewInformation } from './view.js';

const MEM_COMMIT = 0x1000;
const MEM_RESERVE = 0x2000;
const MEM_DECOMMIT = 0x4000;
const MEM_RELEASE = 0x8000;
const MEM_FREE = 0x10000;
const MEM_TOP_DOWN = 0x100000;
/** MEM_RESET, MEM_WRITE_WATCH, MEM_PHYSICAL, MEM_RESET_UNDO, MEM_LARGE_PAGES: Windows has them. */
const OTHER_TYPES = 0x21680000;
const MEM_PRIVATE = 0x20000;
const MEM_MAPPED = 0x40000;
const PAGE_EXECUTE_WRITECOPY = 0x80;
const MEM_IMAGE = 0x1000000;
const PAGE_GUARD = 0x100;
/** No cache, write combining: no difference here. */
const CACHE_BITS = 0x600;
const VM_OPERATION = 8;
const QUERY_INFORMATION = 0x400;
const windowPages = (k: Kernel, process: Addr): number => k.mem.u32(process + KPROCESS.UserSize) >>> PAGE_SHIFT;

/** Page of the window that an address is in; below 0 or beyond `windowPages`: outside. */
const pageOf = (address: Addr): number => Math.floor((address - USER_BASE) / PAGE_SIZE);
const inWindow = (k: Kernel, process: Addr, page: number, count: number): boolean => page >= 0 && page + count <= windowPages(k, process);

interface Range {
  readonly base: Addr;
  readonly size: number;
}

/** A service on the process of a handle, which keeps it meanwhile: all of it is one step. */
const onProcess = (
  name: string,
  args: number,
  access: number,
  work: (k: Kernel, f: Frame, process: Addr) => number | { readonly stop: string },
): ServiceDefinition => ({
  name,
  args,
  cost: 60,
  step(k, f): Status {
    const r = borrowFor(k, f.ptr(0), access, ObType.Process);
    if (!ntSuccess(r.status)) return k.return(r.status);
    const done = k.mem.u32(r.body + KPROCESS.UserOffset) === 0 ? NT.PROCESS_IS_TERMINATING : work(k, f, r.body);
    return typeof done === 'number' ? k.return(done) : stopNotSimulated(k, f, done.stop);
  },
});

/** Reads *BaseAddress and *RegionSize. */
function range(k: Kernel, baseAt: Addr, sizeAt: Addr): Range {
  probeUser(k, baseAt, 8, true);
  probeUser(k, sizeAt, 8, true);
  return { base: k.mem.checked.ptr(baseAt), size: k.mem.checked.ptr(sizeAt) };
}

function putRange(k: Kernel, baseAt: Addr, sizeAt: Addr, page: number, count: number): void {
  k.mem.checked.setPtr(baseAt, pageAddress(page));
  k.mem.checked.setPtr(sizeAt, count * PAGE_SIZE);
}

/** Protection without the bits that make no difference; a status or what is not simulated. */
function cleanProtection(p: number, service: string): number | { readonly stop: string } {
  if (p & PAGE_GUARD) return { stop: `${service}(PAGE_GUARD)` };
  const plain = p & ~CACHE_BITS;
  return isProtection(plain) ? plain : NT.INVALID_PAGE_PROTECTION;
}

/** (ProcessHandle, *BaseAddress, ZeroBits, *RegionSize, AllocationType, Protect) */
function allocate(k: Kernel, f: Frame, process: Addr): number | { readonly stop: string } {
  const type = f.u32(4);
  const { base, size } = range(k, f.ptr(1), f.ptr(3));
  if (type & ~(MEM_COMMIT | MEM_RESERVE | MEM_TOP_DOWN | OTHER_TYPES)) return NT.INVALID_PARAMETER_5;
  if (type & OTHER_TYPES) return { stop: `ZwAllocateVirtualMemory(type 0x${type.toString(16)})` };
  if ((type & (MEM_COMMIT | MEM_RESERVE)) === 0) return NT.INVALID_PARAMETER_5;
  const protect = cleanProtection(f.u32(5), 'ZwAllocateVirtualMemory');
  if (typeof protect !== 'number' || protect < 0) return protect;
  if (base < 0 || base >= USER_END) return NT.INVALID_PARAMETER_2;
  if (size <= 0 || base + size > USER_END) return NT.INVALID_PARAMETER_4;
  let vad: Addr;
  let page: number;
  let count: number;
  if (base === 0 || type & MEM_RESERVE) {
    const start = base === 0 ? 0 : Math.floor(base / GRANULARITY) * GRANULARITY;
    count = Math.ceil((base === 0 ? size : base + size - start) / PAGE_SIZE);
    page = base === 0 ? findRoom(k, process, count) : pageOf(start);
    if (page < 0 || !inWindow(k, process, page, count)) return NT.NO_MEMORY;
    if (!isFree(k, process, page, count)) return NT.CONFLICTING_ADDRESSES;
    vad = reserve(k, process, page, count, protect);
    if (vad === 0) return NT.INSUFFICIENT_RESOURCES;
  } else {
    page = pageOf(base);
    count = Math.ceil((base + size - pageAddress(page)) / PAGE_SIZE);
    vad = inWindow(k, process, page, count) ? vadAt(k, process, page) : 0;
    if (vad === 0 || page + count > firstPage(k, vad) + pageCount(k, vad)) return NT.CONFLICTING_ADDRESSES;
  }
  if (type & MEM_COMMIT) for (let i = 0; i < count; i++) setPage(k, process, vad, page - firstPage(k, vad) + i, protect);
  putRange(k, f.ptr(1), f.ptr(3), page, count);
  return NT.SUCCESS;
}

/** (ProcessHandle, *BaseAddress, *RegionSize, FreeType) */
function free(k: Kernel, f: Frame, process: Addr): number | { readonly stop: string } {
  const type = f.u32(3);
  if (type !== MEM_DECOMMIT && type !== MEM_RELEASE) return NT.INVALID_PARAMETER_4;
  const { base, size } = range(k, f.ptr(1), f.ptr(2));
  if (base < 0 || base >= USER_END) return NT.INVALID_PARAMETER_2;
  if (size < 0) return NT.INVALID_PARAMETER_3;
  if (viewAt(k, process, base) !== 0) return NT.UNABLE_TO_DELETE_SECTION;
  const page = pageOf(base);
  const vad = inWindow(k, process, page, 1) ? vadAt(k, process, page) : 0;
  if (vad === 0) return NT.MEMORY_NOT_ALLOCATED;
  if (isSecured(k, vad)) return NT.INVALID_PAGE_PROTECTION;
  const [start, pages] = [firstPage(k, vad), pageCount(k, vad)];
  if (size === 0 && page !== start) return NT.FREE_VM_NOT_AT_BASE;
  const count = size === 0 ? pages : Math.ceil((base + size - pageAddress(page)) / PAGE_SIZE);
  if (page + count > start + pages) return NT.UNABLE_TO_FREE_VM;
  if (type === MEM_RELEASE) {
    if (count !== pages) return { stop: 'ZwFreeVirtualMemory(MEM_RELEASE of a part)' };
    release(k, process, vad);
  } else for (let i = 0; i < count; i++) setPage(k, process, vad, page - start + i, 0);
  putRange(k, f.ptr(1), f.ptr(2), page, count);
  return NT.SUCCESS;
}

/** Protection of a page that is in no allocation, from its rights. */
function protectionOfPage(k: Kernel, process: Addr, page: number): number {
  const state = k.mem.pages.query(k.mem.u32(process + KPROCESS.UserOffset) + page * PAGE_SIZE);
  if (!state.mapped) return 0;
  if (state.executable) return state.writable ? Protect.ExecuteReadWrite : Protect.ExecuteRead;
  return state.writable ? Protect.ReadWrite : Protect.ReadOnly;
}

const writable = (p: number): boolean => p === Protect.ReadWrite || p === Protect.ExecuteReadWrite;
const readable = (p: number): boolean => p !== Protect.NoAccess && p !== Protect.Execute;
/** Does a protection allow whatever another one does? */
const atLeast = (wanted: number, old: number): boolean => (readable(wanted) || !readable(old)) && (writable(wanted) || !writable(old));

/** (ProcessHandle, *BaseAddress, *RegionSize, NewProtect, *OldProtect) */
function protect(k: Kernel, f: Frame, process: Addr): number | { readonly stop: string } {
  const wanted = cleanProtection(f.u32(3), 'ZwProtectVirtualMemory');
  if (typeof wanted !== 'number' || wanted < 0) return wanted;
  const { base, size } = range(k, f.ptr(1), f.ptr(2));
  probeUser(k, f.ptr(4), 4, true);
  if (base < 0 || base >= USER_END) return NT.INVALID_PARAMETER_2;
  if (size <= 0) return NT.INVALID_PARAMETER_3;
  const view = viewAt(k, process, base);
  if (view !== 0) return protectPartOfView(k, f, view, base, size);
  const page = pageOf(base);
  const count = Math.ceil((base + size - pageAddress(page)) / PAGE_SIZE);
  if (!inWindow(k, process, page, count)) return NT.CONFLICTING_ADDRESSES;
  const vad = vadAt(k, process, page);
  let old: number;
  if (vad !== 0) {
    const first = page - firstPage(k, vad);
    if (first + count > pageCount(k, vad)) return NT.CONFLICTING_ADDRESSES;
    for (let i = 0; i < count; i++) if (protectionOf(k, vad, first + i) === 0) return NT.NOT_COMMITTED;
    old = protectionOf(k, vad, first);
    if (isSecured(k, vad) && !atLeast(wanted, old)) return NT.INVALID_PAGE_PROTECTION;
    for (let i = 0; i < count; i++) setPage(k, process, vad, first + i, wanted);
  } else {
    old = protectionOfPage(k, process, page);
    if (old === 0) return NT.CONFLICTING_ADDRESSES;
    for (let i = 0; i < count; i++) if (protectionOfPage(k, process, page + i) === 0) return NT.NOT_COMMITTED;
    if (wanted === Protect.NoAccess) return { stop: 'ZwProtectVirtualMemory(PAGE_NOACCESS outside of an allocation)' };
    for (let i = 0; i < count; i++) applyProtection(k, process, page + i, wanted);
  }
  putRange(k, f.ptr(1), f.ptr(2), page, count);
  k.mem.checked.setU32(f.ptr(4), old);
  return NT.SUCCESS;
}

/** A view of a section; only as a whole. */
function protectPartOfView(k: Kernel, f: Frame, view: Addr, base: Addr, size: number): number | { readonly stop: string } {
  const wanted = plainProtection(f.u32(3));
  if (wanted < 0) return wanted;
  const first = Math.floor(base / PAGE_SIZE) * PAGE_SIZE;
  const bytes = Math.ceil((base + size - first) / PAGE_SIZE) * PAGE_SIZE;
  if (first + bytes > viewBase(k, view) + viewBytes(k, view)) return NT.CONFLICTING_ADDRESSES;
  if (first !== viewBase(k, view) || bytes !== viewBytes(k, view) || isImage(k, areaOfView(k, view)))
    return { stop: 'ZwProtectVirtualMemory(a part of a view, or an image)' };
  const old = protectView(k, view, wanted);
  if (old < 0) return old;
  k.mem.checked.setPtr(f.ptr(1), first);
  k.mem.checked.setPtr(f.ptr(2), bytes);
  k.mem.checked.setU32(f.ptr(4), old);
  return NT.SUCCESS;
}

interface PageInfo {
  readonly state: number;
  readonly protect: number;
  readonly type: number;
  /** First page of the allocation. */
  readonly allocation: number;
  readonly allocationProtect: number;
}

/** Parts of a window with one allocation each, or one allocation every `stride`. */
const partsOf = (
  w: WindowLayout,
): readonly { readonly from: number; readonly to: number; readonly stride: number; readonly image?: boolean }[] => [
  { from: w.image, to: w.imageEnd, stride: w.imageEnd - w.image, image: true },
  { from: w.peb, to: w.teb, stride: PAGE_SIZE },
  { from: w.teb, to: w.heap, stride: w.tebStride },
  { from: w.heap, to: w.heapEnd, stride: w.heapEnd - w.heap },
  { from: w.dll, to: w.dllEnd, stride: w.dllStride, image: true },
  { from: w.stack, to: w.size, stride: w.stackStride },
];

function pageInfo(k: Kernel, process: Addr, page: number): PageInfo {
  const free = { state: MEM_FREE, protect: Protect.NoAccess, type: 0, allocation: -1, allocationProtect: 0 };
  if (!inWindow(k, process, page, 1)) return free;
  const vad = vadAt(k, process, page);
  if (vad !== 0) {
    const p = protectionOf(k, vad, page - firstPage(k, vad));
    return {
      state: p === 0 ? MEM_RESERVE : MEM_COMMIT,
      protect: p,
      type: MEM_PRIVATE,
      allocation: firstPage(k, vad),
      allocationProtect: k.mem.u32(vad + MM_VAD.AllocationProtect),
    };
  }
  const p = protectionOfPage(k, process, page);
  if (p === 0) return free;
  const part = partsOf(windowOf(k, process)).find((x) => page * PAGE_SIZE >= x.from && page * PAGE_SIZE < x.to);
  const start = part ? part.from + Math.floor((page * PAGE_SIZE - part.from) / part.stride) * part.stride : page * PAGE_SIZE;
  return {
    state: MEM_COMMIT,
    protect: p,
    type: part?.image ? MEM_IMAGE : MEM_PRIVATE,
    allocation: start >> PAGE_SHIFT,
    allocationProtect: part?.image ? 0x80 : Protect.ReadWrite,
  };
}

const same = (a: PageInfo, b: PageInfo): boolean =>
  a.state === b.state && a.protect === b.protect && a.type === b.type && a.allocation === b.allocation;

function basicInformation(
  k: Kernel,
  process: Addr,
  address: Addr,
): { readonly page: number; readonly count: number; readonly info: PageInfo } {
  const page = pageOf(address);
  const info = pageInfo(k, process, page);
  const end = windowPages(k, process);
  if (page < 0) return { page, count: -page, info };
  if (page >= end) return { page, count: Math.floor((USER_END - pageAddress(page)) / PAGE_SIZE), info };
  let count = 1;
  while (page + count < end && same(pageInfo(k, process, page + count), info)) count++;
  if (page + count === end && info.state === MEM_FREE) count += Math.floor((USER_END - pageAddress(end)) / PAGE_SIZE);
  return { page, count, info };
}

/** (ProcessHandle, BaseAddress, MemoryInformationClass, Buffer, Length, PSIZE_T ReturnLength) */
function query(k: Kernel, f: Frame, process: Addr): number | { readonly stop: string } {
  const c = k.mem.checked;
  const [address, kind, buffer, length, returned] = [f.ptr(1), f.u32(2), f.ptr(3), f.ptr(4), f.ptr(5)];
  if (returned !== 0) probeUser(k, returned, 8, true);
  if (address < 0 || address >= USER_END) return NT.INVALID_PARAMETER;
  if (kind === 0) {
    if (length < MEMORY_BASIC_INFORMATION.sizeof) return NT.INFO_LENGTH_MISMATCH;
    probeUser(k, buffer, MEMORY_BASIC_INFORMATION.sizeof, true);
    const view = viewAt(k, process, address);
    if (view !== 0) return viewBasicInformation(k, process, view, address, buffer, returned);
    const { page, count, info } = basicInformation(k, process, address);
    const m = MEMORY_BASIC_INFORMATION;
    c.fill(buffer, m.sizeof);
    c.setPtr(buffer + m.BaseAddress, pageAddress(page));
    c.setPtr(buffer + m.AllocationBase, info.state === MEM_FREE ? 0 : pageAddress(info.allocation));
    c.setU32(buffer + m.AllocationProtect, info.allocationProtect);
    c.setPtr(buffer + m.RegionSize, count * PAGE_SIZE);
    c.setU32(buffer + m.State, info.state);
    c.setU32(buffer + m.Protect, info.protect);
    c.setU32(buffer + m.Type, info.type);
    if (returned !== 0) c.setPtr(returned, m.sizeof);
    return NT.SUCCESS;
  }
  if (kind === 2) return mappedName(k, process, address, buffer, length, returned);
  return kind <= 6 ? { stop: `ZwQueryVirtualMemory(class ${kind})` } : NT.INVALID_INFO_CLASS;
}

function viewBasicInformation(k: Kernel, process: Addr, view: Addr, address: Addr, buffer: Addr, returned: Addr): number {
  const c = k.mem.checked;
  const m = MEMORY_BASIC_INFORMATION;
  const v = viewInformation(k, process, view, address);
  c.fill(buffer, m.sizeof);
  c.setPtr(buffer + m.BaseAddress, v.base);
  c.setPtr(buffer + m.AllocationBase, viewBase(k, view));
  c.setU32(buffer + m.AllocationProtect, v.image ? PAGE_EXECUTE_WRITECOPY : protectionOfView(k, view));
  c.setPtr(buffer + m.RegionSize, v.bytes);
  c.setU32(buffer + m.State, MEM_COMMIT);
  c.setU32(buffer + m.Protect, v.protection);
  c.setU32(buffer + m.Type, v.image ? MEM_IMAGE : MEM_MAPPED);
  if (returned !== 0) c.setPtr(returned, m.sizeof);
  return NT.SUCCESS;
}

/** MemoryMappedFilenameInformation: device path of the image that is mapped there. */
function mappedName(
  k: Kernel,
  process: Addr,
  address: Addr,
  buffer: Addr,
  length: number,
  returned: Addr,
): number | { readonly stop: string } {
  const c = k.mem.checked;
  const view = viewAt(k, process, address);
  const page = pageOf(address);
  const info = pageInfo(k, process, page);
  if (view === 0 && info.type !== MEM_IMAGE) return NT.INVALID_ADDRESS;
  const file = view === 0 ? k.mem.ptr(process + EPROCESS.ImageFilePointer) : fileOf(k, areaOfView(k, view));
  if (view !== 0 && file === 0) return NT.FILE_INVALID;
  if (view === 0 && (info.allocation * PAGE_SIZE !== WINDOW.image || file === 0)) return { stop: 'ZwQueryVirtualMemory(name of a DLL)' };
  const name = k.mem.ptr(file + FILE_OBJECT.DeviceObject) === 0 ? '' : fullName(k, file);
  const size = UNICODE_STRING.sizeof + name.length * 2 + 2;
  if (returned !== 0) c.setPtr(returned, size);
  if (length < UNICODE_STRING.sizeof) return NT.INFO_LENGTH_MISMATCH;
  if (length < size) return NT.BUFFER_OVERFLOW;
  probeUser(k, buffer, size, true);
  c.setU16(buffer + UNICODE_STRING.Length, name.length * 2);
  c.setU16(buffer + UNICODE_STRING.MaximumLength, name.length * 2 + 2);
  c.setPtr(buffer + UNICODE_STRING.Buffer, buffer + UNICODE_STRING.sizeof);
  c.writeUtf16(buffer + UNICODE_STRING.sizeof, name, true);
  return NT.SUCCESS;
}

export const routines: KernelRoutine[] = makeServices([
  onProcess('AllocateVirtualMemory', 6, VM_OPERATION, allocate),
  onProcess('FreeVirtualMemory', 4, VM_OPERATION, free),
  onProcess('ProtectVirtualMemory', 5, VM_OPERATION, protect),
  onProcess('QueryVirtualMemory', 6, QUERY_INFORMATION, query),
]);
