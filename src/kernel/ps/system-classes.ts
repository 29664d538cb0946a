// Further classes of NtQuerySystemInformation: handles, big pool, modules with their headers, kernel debugger, code integrity, secure boot. The machine is one
// without kernel debugger, with code integrity and secure boot on.
import type { Addr } from '../../machine/abi.js';
import { PE } from '../../machine/pe-header.js';
import { modules } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import { HANDLE_TABLE, HANDLE_TABLE_ENTRY, LDR_DATA_TABLE_ENTRY, OB_GLOBALS, OBJECT_HEADER } from '../layouts.gen.js';
import { handlesOf } from '../ob/handle-table.js';
import { bodyOf } from '../ob/object.js';
import { readUnicode } from '../ob/strings.js';
import { entries } from '../rtl/list.js';

const PAGE_SIZE = 4096;
const HANDLE_SIZE = 24;
const HANDLE_EX_SIZE = 40;
const BIG_POOL_SIZE = 24;
export const MODULE_SIZE = 0x128;
const MODULE_EX_SIZE = 0x140;
/** CODEINTEGRITY_OPTION_ENABLED, with the kernel-mode checks of user code off. */
const CODE_INTEGRITY = 1;

const put64 = (view: DataView, at: number, value: number | bigint): void => view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);

interface OpenHandle {
  readonly process: number;
  readonly handle: number;
  readonly header: Addr;
  readonly access: number;
  readonly attributes: number;
}

/** Open handles of all processes, process by process. */
function openHandles(k: Kernel): OpenHandle[] {
  const kernelTable = k.mem.ptr(k.globals.OB + OB_GLOBALS.KernelHandleTable);
  const all: OpenHandle[] = [];
  for (const e of entries(k.mem, k.globals.OB + OB_GLOBALS.HandleTables)) {
    const table = e - HANDLE_TABLE.HandleTableList;
    // the CID table holds processes and threads by ID, not handles
    if (k.mem.u32(table + HANDLE_TABLE.StrictFifo) !== 0) continue;
    const process = table === kernelTable ? 4 : k.mem.ptr(table + HANDLE_TABLE.UniqueProcessId);
    for (const { handle, entry } of handlesOf(k, table))
      all.push({
        process,
        handle,
        header: k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object),
        access: k.mem.u32(entry + HANDLE_TABLE_ENTRY.GrantedAccess),
        attributes: k.mem.u32(entry + HANDLE_TABLE_ENTRY.Attributes),
      });
  }
  return all;
}

/** SYSTEM_HANDLE_INFORMATION */
export function handleInformation(k: Kernel): Uint8Array {
  const all = openHandles(k);
  const bytes = new Uint8Array(8 + all.length * HANDLE_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, all.length, true);
  all.forEach((h, i) => {
    const o = 8 + i * HANDLE_SIZE;
    view.setUint16(o, h.process, true);
    bytes[o + 4] = k.mem.u8(h.header + OBJECT_HEADER.TypeIndex);
    bytes[o + 5] = h.attributes;
    view.setUint16(o + 6, h.handle, true);
    put64(view, o + 8, bodyOf(h.header));
    view.setUint32(o + 16, h.access, true);
  });
  return bytes;
}

/** SYSTEM_HANDLE_INFORMATION_EX */
export function handleInformationEx(k: Kernel): Uint8Array {
  const all = openHandles(k);
  const bytes = new Uint8Array(16 + all.length * HANDLE_EX_SIZE);
  const view = new DataView(bytes.buffer);
  put64(view, 0, all.length);
  all.forEach((h, i) => {
    const o = 16 + i * HANDLE_EX_SIZE;
    put64(view, o, bodyOf(h.header));
    put64(view, o + 8, h.process);
    put64(view, o + 16, h.handle);
    view.setUint32(o + 24, h.access, true);
    view.setUint16(o + 30, k.mem.u8(h.header + OBJECT_HEADER.TypeIndex), true);
    view.setUint32(o + 32, h.attributes, true);
  });
  return bytes;
}

/** SYSTEM_BIGPOOL_INFORMATION: blocks of a page or more; bit 0 of the address says nonpaged. */
export function bigPoolInformation(k: Kernel): Uint8Array {
  const all = k.pool.live().filter((b) => b.bytes >= PAGE_SIZE);
  const bytes = new Uint8Array(8 + all.length * BIG_POOL_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, all.length, true);
  all.forEach((b, i) => {
    const o = 8 + i * BIG_POOL_SIZE;
    put64(view, o, b.address + (b.paged ? 0 : 1));
    put64(view, o + 8, b.bytes);
    for (let c = 0; c < 4; c++) bytes[o + 16 + c] = b.tag.charCodeAt(c) & 0xff;
  });
  return bytes;
}

/** RTL_PROCESS_MODULE_INFORMATION of one module. */
export function moduleEntry(k: Kernel, module: Addr, index: number): Uint8Array {
  const bytes = new Uint8Array(MODULE_SIZE);
  const view = new DataView(bytes.buffer);
  const name = readUnicode(k, module + LDR_DATA_TABLE_ENTRY.FullDllName);
  put64(view, 0x10, k.mem.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase));
  view.setUint32(0x18, k.mem.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage), true);
  view.setUint16(0x20, index, true);
  view.setUint16(0x24, k.mem.u16(module + LDR_DATA_TABLE_ENTRY.LoadCount), true);
  view.setUint16(0x26, name.lastIndexOf('\\') + 1, true);
  for (let c = 0; c < Math.min(255, name.length); c++) bytes[0x28 + c] = name.charCodeAt(c);
  return bytes;
}

/** RTL_PROCESS_MODULE_INFORMATION_EX, one after the other, ended by an empty one of two bytes. */
export function moduleInformationEx(k: Kernel): Uint8Array {
  const all = modules(k);
  const bytes = new Uint8Array(all.length * MODULE_EX_SIZE + 2);
  const view = new DataView(bytes.buffer);
  all.forEach((module, i) => {
    const o = i * MODULE_EX_SIZE;
    const base = k.mem.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase);
    view.setUint16(o, MODULE_EX_SIZE, true);
    bytes.set(moduleEntry(k, module, i), o + 8);
    view.setUint32(o + 0x134, k.mem.u32(base + PE.ntHeaders + 8), true);
    put64(view, o + 0x138, base);
  });
  return bytes;
}

/** Answers that are the same whenever one asks. */
export const CONSTANT_CLASSES: Readonly<Record<number, readonly number[]>> = {
  35: [0, 1], // SYSTEM_KERNEL_DEBUGGER_INFORMATION: not enabled, not present
  103: [8, 0, 0, 0, CODE_INTEGRITY, 0, 0, 0], // SYSTEM_CODEINTEGRITY_INFORMATION
  145: [1, 1], // SYSTEM_SECUREBOOT_INFORMATION
  149: [0, 0, 0], // SYSTEM_KERNEL_DEBUGGER_INFORMATION_EX
};
