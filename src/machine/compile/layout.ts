// Where everything of an image lies: code entries (16 bytes a function), constants, variables, by section; every section starts on a page
// of its own so that the loader can give it rights (read-only, executable, pageable).
import { CODE_MAGIC, CODE_STRIDE, KERNEL_BASE, PAGE_SIZE, USER_BASE } from '../abi.js';
import type { Section } from '../image.js';
import { type PeSection, peHeader } from '../pe-header.js';
import type { FunctionIR, FunctionRef } from './ir.js';
import type { DataObject } from './link.js';

export interface Layout {
  readonly sections: Section[];
  readonly end: number;
}

interface Draft {
  readonly name: string;
  readonly code: FunctionIR[];
  readonly stubs: FunctionRef[];
  readonly data: DataObject[];
  readonly writable: boolean;
}

const align = (n: number, a: number): number => Math.ceil(n / a) * a;

/** Names of sections that the memory manager may page out: PAGE, PAGEDATA, PAGExxxx (reference: callbacks.md). INIT is only discarded. */
export const isPageable = (name: string): boolean => name.startsWith('PAGE');

/** Sets addresses of functions, unresolved stubs and objects. */
export function layoutImage(
  mode: 'kernel' | 'user',
  start: number,
  functions: readonly FunctionIR[],
  stubs: readonly FunctionRef[],
  objects: readonly DataObject[],
): Layout {
  const base = mode === 'kernel' ? KERNEL_BASE : USER_BASE;
  const drafts = new Map<string, Draft>();
  const draft = (kind: string, name: string, writable: boolean): Draft => {
    let d = drafts.get(kind + name);
    if (!d) drafts.set(kind + name, (d = { name, code: [], stubs: [], data: [], writable }));
    return d;
  };
  const text = draft('code', '.text', false);
  for (const f of functions) (f.section && f.section !== '.text' ? draft('code', f.section, false) : text).code.push(f);
  text.stubs.push(...stubs);
  for (const o of objects) {
    if (o.section) draft('data', o.section, true).data.push(o);
    else if (o.readOnly) draft('data', '.rdata', false).data.push(o);
    else draft('data', '.data', true).data.push(o);
  }
  const places: { draft: Draft; start: number; size: number; used: number }[] = [];
  // The first page holds the headers of the image.
  let at = start + PAGE_SIZE;
  for (const d of drafts.values()) {
    // Zero-filled objects last: the section's bytes end with the last initialised one.
    d.data.sort((a, b) => Number(a.bytes === undefined) - Number(b.bytes === undefined));
    let here = at;
    let used = 0;
    for (const f of d.code) {
      f.codeAddress = base + here;
      if (f.ref) f.ref.address = f.codeAddress;
      here += CODE_STRIDE;
      used = here - at;
    }
    for (const s of d.stubs) {
      s.address = base + here;
      here += CODE_STRIDE;
      used = here - at;
    }
    for (const o of d.data) {
      here = align(here, o.align);
      o.address = base + here;
      here += o.size;
      if (o.bytes) used = here - at;
    }
    if (here === at) continue;
    const size = align(here - at, PAGE_SIZE);
    places.push({ draft: d, start: at, size, used });
    at += size;
  }
  const sections = places.map(({ draft: d, start: s, size, used }): Section => {
    const bytes = new Uint8Array(used);
    const view = new DataView(bytes.buffer);
    const entry = (address: number, number: number, fixedSize: number, extra: number): void => {
      const o = address - base - s;
      view.setUint32(o, CODE_MAGIC, true);
      view.setUint32(o + 4, number, true);
      view.setUint32(o + 8, fixedSize, true);
      view.setUint32(o + 12, extra, true);
    };
    for (const f of d.code) entry(f.codeAddress, f.number, f.fixedSize, 0);
    for (const r of d.stubs) entry(r.address, r.number, r.fixedSize, r.unresolved ?? 0);
    for (const o of d.data) {
      if (!o.bytes) continue;
      const place = o.address - base - s;
      bytes.set(o.bytes, place);
      for (const r of o.relocations) view.setBigInt64(place + r.offset, BigInt(r.target.address + r.add), true);
    }
    const executable = d.code.length + d.stubs.length > 0;
    return { name: d.name, start: s, bytes, size, writable: d.writable, executable, pageable: mode === 'kernel' && isPageable(d.name) };
  });
  const end = align(at, 0x10000);
  sections.unshift(headerSection(mode, start, end, sections, functions));
  return { sections, end };
}

/** Name of the page of headers among an image's sections; it is no section of the file. */
const HEADER_SECTION = 'HEADER';

function headerSection(
  mode: 'kernel' | 'user',
  start: number,
  end: number,
  sections: readonly Section[],
  functions: readonly FunctionIR[],
): Section {
  const base = mode === 'kernel' ? KERNEL_BASE : USER_BASE;
  const entry = functions.find((f) => f.name === (mode === 'kernel' ? 'DriverEntry' : 'main'))?.codeAddress ?? 0;
  const bytes = peHeader({
    base: BigInt(base) + BigInt(start),
    size: end - start,
    entry: entry === 0 ? 0 : entry - base - start,
    subsystem: mode === 'kernel' ? 1 : 3,
    dll: false,
    sections: sections.map(
      (s): PeSection => ({
        name: s.name,
        rva: s.start - start,
        size: s.size,
        code: s.executable,
        writable: s.writable,
        pageable: s.pageable || mode === 'user',
      }),
    ),
  });
  return { name: HEADER_SECTION, start, bytes, size: PAGE_SIZE, writable: false, executable: false, pageable: false };
}
