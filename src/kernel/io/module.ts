// PsLoadedModuleList: the loaded kernel images (our kernel, drivers) as entries that debuggers and drivers walk, and "which image is this address in".
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { IO_GLOBALS, IOP_UNLOADED_DRIVER, LDR_DATA_TABLE_ENTRY, PS_GLOBALS } from '../layouts.gen.js';
import { allocateUnicode, readUnicode } from '../ob/strings.js';
import { entries, initListHead, insertTail } from '../rtl/list.js';

export const LDRP_IMAGE_INTEGRITY_FORCED = 0x20;

export interface ModuleOptions {
  readonly base: Addr;
  readonly size: number;
  readonly entryPoint: Addr;
  readonly fullName: string;
  readonly baseName: string;
  readonly integrityCheck: boolean;
  /** Index in the table of compiled images, -1 for the kernel itself. */
  readonly imageIndex: number;
}

/** Adds an entry at the tail of PsLoadedModuleList; 0 when out of memory. */
export function addModule(k: Kernel, o: ModuleOptions): Addr {
  const entry = k.pool.allocate('nonpaged', LDR_DATA_TABLE_ENTRY.sizeof, 'MmLd');
  if (entry === 0) return 0;
  k.mem.fill(entry, LDR_DATA_TABLE_ENTRY.sizeof);
  k.mem.setPtr(entry + LDR_DATA_TABLE_ENTRY.DllBase, o.base);
  k.mem.setPtr(entry + LDR_DATA_TABLE_ENTRY.EntryPoint, o.entryPoint);
  k.mem.setU32(entry + LDR_DATA_TABLE_ENTRY.SizeOfImage, o.size);
  allocateUnicode(k, entry + LDR_DATA_TABLE_ENTRY.FullDllName, o.fullName, 'MmLd');
  allocateUnicode(k, entry + LDR_DATA_TABLE_ENTRY.BaseDllName, o.baseName, 'MmLd');
  k.mem.setU32(entry + LDR_DATA_TABLE_ENTRY.Flags, o.integrityCheck ? LDRP_IMAGE_INTEGRITY_FORCED : 0);
  k.mem.setU16(entry + LDR_DATA_TABLE_ENTRY.LoadCount, 1);
  k.mem.setI32(entry + LDR_DATA_TABLE_ENTRY.ImageIndex, o.imageIndex);
  initListHead(k.mem, entry + LDR_DATA_TABLE_ENTRY.HashLinks);
  insertTail(k.mem, k.globals.PS + PS_GLOBALS.PsLoadedModuleList, entry + LDR_DATA_TABLE_ENTRY.InLoadOrderLinks);
  return entry;
}

/** Module entries in load order. */
export const modules = (k: Kernel): Addr[] =>
  entries(k.mem, k.globals.PS + PS_GLOBALS.PsLoadedModuleList).map((e) => e - LDR_DATA_TABLE_ENTRY.InLoadOrderLinks);

/** Loaded module that contains the address, or 0. */
export function imageContaining(k: Kernel, address: Addr): Addr {
  for (const m of modules(k)) {
    const base = k.mem.ptr(m + LDR_DATA_TABLE_ENTRY.DllBase);
    if (address >= base && address < base + k.mem.u32(m + LDR_DATA_TABLE_ENTRY.SizeOfImage)) return m;
  }
  return 0;
}

export const moduleName = (k: Kernel, module: Addr): string => readUnicode(k, module + LDR_DATA_TABLE_ENTRY.BaseDllName);
export const hasIntegrityCheck = (k: Kernel, module: Addr): boolean =>
  (k.mem.u32(module + LDR_DATA_TABLE_ENTRY.Flags) & LDRP_IMAGE_INTEGRITY_FORCED) !== 0;

/** Unloaded driver whose former range contains the address: its name, or undefined (MmUnloadedDrivers). */
export function unloadedDriverAt(k: Kernel, address: Addr): string | undefined {
  const count = Math.min(k.mem.u32(k.globals.IO + IO_GLOBALS.MmLastUnloadedDriver), 50);
  for (let i = 0; i < count; i++) {
    const u = k.globals.IO + IO_GLOBALS.MmUnloadedDrivers + i * IOP_UNLOADED_DRIVER.sizeof;
    if (address >= k.mem.ptr(u + IOP_UNLOADED_DRIVER.StartAddress) && address < k.mem.ptr(u + IOP_UNLOADED_DRIVER.EndAddress)) {
      return readUnicode(k, u + IOP_UNLOADED_DRIVER.Name);
    }
  }
  return undefined;
}

/** Image (driver) that an address belongs or belonged to: hook of the core for 0xCE and pool owners. */
export function imageAt(k: Kernel, address: Addr): { name: string; unloaded: boolean } | undefined {
  const module = imageContaining(k, address);
  if (module !== 0) return { name: moduleName(k, module), unloaded: false };
  const unloaded = unloadedDriverAt(k, address);
  return unloaded === undefined ? undefined : { name: unloaded, unloaded: true };
}
