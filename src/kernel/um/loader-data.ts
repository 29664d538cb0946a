// The loader's lists in the PEB (PEB_LDR_DATA), as ntdll keeps them: one LDR_DATA_TABLE_ENTRY a module in load, memory and initialization order. Drivers walk them
// while attached to the process. Entries and names lie in the pages behind PEB_LDR_DATA; what does not fit there is not listed.
import { type Addr, PAGE_SIZE } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KTHREAD, LDR_DATA_TABLE_ENTRY, LIST_ENTRY, PEB, PEB_LDR_DATA, TEB, UNICODE_STRING } from '../layouts.gen.js';
import { ownProcess } from '../ps/state.js';
import { windowOf } from '../ps/window.js';

const ENTRY_BYTES = 0x200;
const FIRST_ENTRY = 0x200;
const NAME_AT = 0x100;
const NAME_CHARACTERS = (ENTRY_BYTES - NAME_AT) / 2 - 1;
/** LDRP_IMAGE_DLL */
const IMAGE_DLL = 4;
const PINNED = 0xffff;
const LISTS = [
  [PEB_LDR_DATA.InLoadOrderModuleList, LDR_DATA_TABLE_ENTRY.InLoadOrderLinks],
  [PEB_LDR_DATA.InMemoryOrderModuleList, LDR_DATA_TABLE_ENTRY.InMemoryOrderLinks],
  [PEB_LDR_DATA.InInitializationOrderModuleList, LDR_DATA_TABLE_ENTRY.InInitializationOrderLinks],
] as const;

/** PEB_LDR_DATA of the current process, 0: it has none. Everything here runs in user mode and reads user memory. */
function loaderData(k: Kernel): Addr {
  const teb = k.mem.ptr(k.currentThread() + KTHREAD.Teb);
  return teb === 0 ? 0 : k.mem.checked.ptr(k.mem.checked.ptr(teb + TEB.ProcessEnvironmentBlock) + PEB.Ldr);
}

/** Modules in load order. */
function modules(k: Kernel, ldr: Addr): Addr[] {
  const c = k.mem.checked;
  const head = ldr + PEB_LDR_DATA.InLoadOrderModuleList;
  const all: Addr[] = [];
  for (let e = c.ptr(head); e !== head && all.length < 64; e = c.ptr(e)) all.push(e - LDR_DATA_TABLE_ENTRY.InLoadOrderLinks);
  return all;
}

/** Adds a module that was mapped. The executable is not in the list of initialization order. */
export function linkModule(k: Kernel, base: Addr, size: number, fullName: string): void {
  const ldr = loaderData(k);
  if (ldr === 0) return;
  const c = k.mem.checked;
  const known = modules(k, ldr);
  const at = FIRST_ENTRY + known.length * ENTRY_BYTES;
  if (at + ENTRY_BYTES > windowOf(k, ownProcess(k)).ldrSize) return;
  const entry = ldr + at;
  c.fill(entry, ENTRY_BYTES);
  LISTS.forEach(([list, link], i) => {
    if (i === 2 && known.length === 0) return;
    const head = ldr + list;
    const last = c.ptr(head + LIST_ENTRY.Blink);
    c.setPtr(entry + link + LIST_ENTRY.Flink, head);
    c.setPtr(entry + link + LIST_ENTRY.Blink, last);
    c.setPtr(last + LIST_ENTRY.Flink, entry + link);
    c.setPtr(head + LIST_ENTRY.Blink, entry + link);
  });
  const name = fullName.slice(0, NAME_CHARACTERS);
  const short = name.lastIndexOf('\\') + 1;
  c.writeUtf16(entry + NAME_AT, name, true);
  for (const [field, from] of [
    [LDR_DATA_TABLE_ENTRY.FullDllName, 0],
    [LDR_DATA_TABLE_ENTRY.BaseDllName, short],
  ]) {
    c.setU16(entry + field + UNICODE_STRING.Length, 2 * (name.length - from));
    c.setU16(entry + field + UNICODE_STRING.MaximumLength, 2 * (name.length - from) + 2);
    c.setPtr(entry + field + UNICODE_STRING.Buffer, entry + NAME_AT + 2 * from);
  }
  c.setPtr(entry + LDR_DATA_TABLE_ENTRY.DllBase, base);
  c.setPtr(entry + LDR_DATA_TABLE_ENTRY.EntryPoint, base + PAGE_SIZE);
  c.setU32(entry + LDR_DATA_TABLE_ENTRY.SizeOfImage, size);
  c.setU32(entry + LDR_DATA_TABLE_ENTRY.Flags, known.length === 0 ? 0 : IMAGE_DLL);
  c.setU16(entry + LDR_DATA_TABLE_ENTRY.LoadCount, PINNED);
  c.setU8(ldr + PEB_LDR_DATA.Initialized, 1);
}

/** Base of a module by its name with or without folder and `.dll`, 0: not loaded. */
export function moduleBase(k: Kernel, name: string): Addr {
  const ldr = loaderData(k);
  if (ldr === 0) return 0;
  const c = k.mem.checked;
  const wanted = (/\.[^\\.]*$/.test(name) ? name : `${name}.dll`).toLowerCase();
  for (const m of modules(k, ldr)) {
    const full = c
      .readUtf16(c.ptr(m + LDR_DATA_TABLE_ENTRY.FullDllName + UNICODE_STRING.Buffer), c.u16(m + LDR_DATA_TABLE_ENTRY.FullDllName))
      .toLowerCase();
    if (full === wanted || full.endsWith(`\\${wanted}`)) return c.ptr(m + LDR_DATA_TABLE_ENTRY.DllBase);
  }
  return 0;
}
