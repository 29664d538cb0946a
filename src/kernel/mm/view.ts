// Views of sections: second names (alias.ts) of the memory behind a section, in a process or in system space. A view that is copied on write has its own copy from
// the beginning, here: what another view writes later is not seen through pages that this one has not written yet, other than on Windows. So has an image, because
// its header says where it lies.
import { type Addr, KERNEL_BASE, PAGE_SIZE, USER_BASE } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { CONTROL_AREA, KPROCESS, MI_MAPPING, MI_VIEW, MM_GLOBALS, SECTION } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { entries, initListHead, insertTail, remove } from '../rtl/list.js';
import { addMapping, type Mapping, mappings, type Piece, removeMapping, State } from './alias.js';
import { countView, isImage, MAX_SECTION, memoryOf, SECTION_TAG } from './control-area.js';
import { MOST_HEADERS, partsOf, readHeaders, relocate } from './image-layout.js';
import { USER_END } from './probe.js';
import { copiesOnWrite, permits, stateFor, writesThrough } from './section-protection.js';

/** Views begin at multiples of this, in memory and in their section. */
export const VIEW_ALIGNMENT = 0x10000;

const head = (k: Kernel): Addr => k.globals.MM + MM_GLOBALS.ViewListHead;

function views(k: Kernel): Addr[] {
  return k.mem.ptr(head(k)) === 0 ? [] : entries(k.mem, head(k)).map((e) => e - MI_VIEW.Link);
}

export const viewBase = (k: Kernel, view: Addr): Addr => k.mem.ptr(view + MI_VIEW.Address);
export const viewBytes = (k: Kernel, view: Addr): number => k.mem.ptr(view + MI_VIEW.Bytes);
export const areaOfView = (k: Kernel, view: Addr): Addr => k.mem.ptr(view + MI_VIEW.ControlArea);
export const protectionOfView = (k: Kernel, view: Addr): number => k.mem.u32(view + MI_VIEW.Protection);

/** The view in which an address lies, 0: none. `process` 0: system space. */
export function viewAt(k: Kernel, process: Addr, address: Addr): Addr {
  return (
    views(k).find(
      (v) => k.mem.ptr(v + MI_VIEW.Process) === process && address >= viewBase(k, v) && address < viewBase(k, v) + viewBytes(k, v),
    ) ?? 0
  );
}

export interface ViewRequest {
  /** 0: system space. */
  readonly process: Addr;
  readonly section: Addr;
  /** 0: anywhere. */
  readonly base: Addr;
  readonly offset: number;
  /** 0: to the end of the section. */
  readonly bytes: number;
  readonly protection: number;
}

/** Where a request goes wrong before anything is mapped. */
function refusal(k: Kernel, r: ViewRequest, bytes: number): number {
  const size = k.mem.ptr(r.section + SECTION.SizeOfSection);
  if (!permits(k.mem.u32(r.section + SECTION.InitialPageProtection), r.protection) && !isImage(k, areaOf(k, r.section)))
    return NT.SECTION_PROTECTION;
  if (r.offset % VIEW_ALIGNMENT !== 0 || r.base % VIEW_ALIGNMENT !== 0) return NT.MAPPED_ALIGNMENT;
  if (r.offset < 0 || bytes <= 0 || r.offset >= size || r.offset + bytes > Math.ceil(size / PAGE_SIZE) * PAGE_SIZE)
    return NT.INVALID_VIEW_SIZE;
  if (bytes > MAX_SECTION) return NT.NO_MEMORY;
  if (r.base === 0) return NT.SUCCESS;
  if (r.base < VIEW_ALIGNMENT || r.base + bytes > USER_END) return NT.INVALID_PARAMETER_3;
  const window = k.mem.u32(r.process + KPROCESS.UserSize);
  return window > 0 && r.base < USER_BASE + window && USER_BASE < r.base + bytes ? NT.CONFLICTING_ADDRESSES : NT.SUCCESS;
}

const areaOf = (k: Kernel, section: Addr): Addr => k.mem.ptr(section + SECTION.ControlArea);

/** Maps a view. The status and the new MI_VIEW. */
export function mapView(k: Kernel, r: ViewRequest): { readonly status: number; readonly view: Addr } {
  const m = k.mem;
  const area = areaOf(k, r.section);
  const size = m.ptr(r.section + SECTION.SizeOfSection);
  const bytes = Math.ceil((r.bytes === 0 ? size - r.offset : r.bytes) / PAGE_SIZE) * PAGE_SIZE;
  const none = (status: number) => ({ status, view: 0 });
  const refused = refusal(k, r, bytes);
  if (refused !== NT.SUCCESS) return none(refused);
  const memory = memoryOf(k, area, r.offset + bytes);
  const view = memory === 0 ? 0 : k.pool.allocate('nonpaged', MI_VIEW.sizeof, SECTION_TAG);
  if (view === 0) return none(NT.INSUFFICIENT_RESOURCES);
  m.fill(view, MI_VIEW.sizeof);
  const image = isImage(k, area);
  let from = memory + r.offset;
  if (image || copiesOnWrite(r.protection)) {
    const copy = k.pool.allocate('paged', bytes, SECTION_TAG);
    if (copy === 0) {
      k.pool.free(view);
      return none(NT.INSUFFICIENT_RESOURCES);
    }
    if (!image) m.copy(copy, from, bytes);
    m.setPtr(view + MI_VIEW.Copy, copy);
    from = copy;
  }
  const base = place(k, r, view, from, bytes, image ? memory : 0);
  if (base === 0) {
    if (from !== memory + r.offset) k.pool.free(from);
    k.pool.free(view);
    return none(r.base === 0 ? NT.NO_MEMORY : NT.CONFLICTING_ADDRESSES);
  }
  m.setPtr(view + MI_VIEW.Process, r.process);
  m.setPtr(view + MI_VIEW.Address, base);
  m.setPtr(view + MI_VIEW.Bytes, bytes);
  m.setPtr(view + MI_VIEW.ControlArea, area);
  m.setU32(view + MI_VIEW.SectionProtection, m.u32(r.section + SECTION.InitialPageProtection));
  m.setU32(view + MI_VIEW.Protection, r.protection);
  if (m.ptr(head(k)) === 0) initListHead(m, head(k));
  insertTail(m, head(k), view + MI_VIEW.Link);
  countView(k, area, 1);
  k.event('mm.view.map', { process: r.process, address: base, bytes, section: r.section });
  const moved = image && copyImage(k, memory, m.ptr(area + CONTROL_AREA.Bytes), { to: from, offset: r.offset, bytes, base });
  return { status: moved ? NT.IMAGE_NOT_AT_BASE : NT.SUCCESS, view };
}

/** Entries of the table of second names: for an image, which lies at `image`, one for each run of pages with the same rights. */
function place(k: Kernel, r: ViewRequest, view: Addr, from: Addr, bytes: number, image: Addr): Addr {
  const offset = from - KERNEL_BASE;
  if (image === 0) return addMapping(k, r.process, r.base, [{ offset, bytes }], view, stateFor(r.protection));
  const headers = readHeaders(k.mem.bytes(image, Math.min(MOST_HEADERS, imageBytes(k, r.section))), MAX_SECTION);
  if (typeof headers === 'number') return 0; // somebody has written over the pages behind all views
  const parts = partsOf(headers, r.offset, bytes);
  const pieces: Piece[] = parts.map((p) => ({ offset: offset + p.offset, bytes: p.bytes }));
  const base = addMapping(k, r.process, r.base, pieces, view, State.MiMappingReadOnly);
  if (base === 0) return 0;
  for (const e of entriesOf(k, r.process, view)) {
    const part = parts.find((p) => p.offset === e.address - base);
    if (part?.writable) k.mem.setU32(e.at + MI_MAPPING.State, State.MiMappingReadWrite);
  }
  return base;
}
const imageBytes = (k: Kernel, section: Addr): number => k.mem.ptr(areaOf(k, section) + CONTROL_AREA.Bytes);

const entriesOf = (k: Kernel, process: Addr, view: Addr): Mapping[] => mappings(k, process, (x) => x.mdl === view);

/** Fills the copy of a view with its part of the image, as it is when the view lies at `base`. True: that is not where the image would like to be. */
function copyImage(k: Kernel, memory: Addr, size: number, v: { to: Addr; offset: number; bytes: number; base: Addr }): boolean {
  const image = k.mem.bytes(memory, size);
  const { moved } = relocate(image, v.base - v.offset);
  k.mem.setBytes(v.to, image.subarray(v.offset, v.offset + v.bytes));
  return moved;
}

/** Takes a view away. */
export function unmapView(k: Kernel, view: Addr): void {
  const m = k.mem;
  const process = m.ptr(view + MI_VIEW.Process);
  for (const e of entriesOf(k, process, view)) removeMapping(k, e);
  const copy = m.ptr(view + MI_VIEW.Copy);
  if (copy !== 0) k.pool.free(copy);
  remove(m, view + MI_VIEW.Link);
  k.event('mm.view.unmap', { process, address: viewBase(k, view) });
  countView(k, areaOfView(k, view), -1);
  k.pool.free(view);
}

/** A process ends. */
export function releaseViews(k: Kernel, process: Addr): void {
  for (const v of views(k)) if (k.mem.ptr(v + MI_VIEW.Process) === process) unmapView(k, v);
}

/** Views of an area through which the memory behind it can be written. */
export const writableViews = (k: Kernel, area: Addr): number =>
  views(k).filter((v) => areaOfView(k, v) === area && k.mem.ptr(v + MI_VIEW.Process) !== 0 && writesThrough(protectionOfView(k, v))).length;

/** Gives a whole view other rights; the old protection, or a status. */
export function protectView(k: Kernel, view: Addr, protection: number): number {
  const m = k.mem;
  const copied = m.ptr(view + MI_VIEW.Copy) !== 0;
  if (!permits(m.u32(view + MI_VIEW.SectionProtection), protection) && !copied) return NT.SECTION_PROTECTION;
  if (copiesOnWrite(protection) && !copied) return NT.INVALID_PAGE_PROTECTION;
  const old = protectionOfView(k, view);
  for (const e of entriesOf(k, m.ptr(view + MI_VIEW.Process), view)) m.setU32(e.at + MI_MAPPING.State, stateFor(protection));
  m.setU32(view + MI_VIEW.Protection, protection);
  return old;
}

/** Has the memory of a file moved? Its views move with it. */
export function moveMemory(k: Kernel, from: Addr, bytes: number, to: Addr): void {
  const first = from - KERNEL_BASE;
  for (const v of views(k))
    for (const e of entriesOf(k, k.mem.ptr(v + MI_VIEW.Process), v)) {
      const offset = k.mem.u32(e.at + MI_MAPPING.Offset);
      if (offset >= first && offset < first + bytes) k.mem.setU32(e.at + MI_MAPPING.Offset, offset - from + to);
    }
}

/** What NtQueryVirtualMemory says of an address in a view. */
export function viewInformation(
  k: Kernel,
  process: Addr,
  view: Addr,
  address: Addr,
): { readonly base: Addr; readonly bytes: number; readonly protection: number; readonly image: boolean } {
  const entry = entriesOf(k, process, view).find((e) => address >= e.address && address < e.address + e.bytes);
  const page = Math.floor(address / PAGE_SIZE) * PAGE_SIZE;
  const image = isImage(k, areaOfView(k, view));
  const protection = image ? (entry?.state === State.MiMappingReadWrite ? PAGE_WRITECOPY : PAGE_READONLY) : protectionOfView(k, view);
  return { base: page, bytes: entry ? entry.address + entry.bytes - page : PAGE_SIZE, protection, image };
}
const PAGE_READONLY = 2;
const PAGE_WRITECOPY = 8;
