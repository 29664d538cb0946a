// Further classes of NtQuerySystemInformation: handles, big pool, modules with their headers, kernel debugger, code integrity, secure boot. The machine is one
// without kernel debugger, with code integrity and secure boot on.
import { type Addr, PAGE_SIZE } from '../../machine/abi.js';
import { PE } from '../../machine/pe-header.js';
import { modules } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import {
  HANDLE_TABLE,
  HANDLE_TABLE_ENTRY,
  LDR_DATA_TABLE_ENTRY,
  OB_GLOBALS,
  OBJECT_HEADER,
  RTL_PROCESS_MODULE_INFORMATION,
  RTL_PROCESS_MODULE_INFORMATION_EX,
  SYSTEM_BIGPOOL_ENTRY,
  SYSTEM_BIGPOOL_INFORMATION,
  SYSTEM_HANDLE_INFORMATION,
  SYSTEM_HANDLE_INFORMATION_EX,
  SYSTEM_HANDLE_TABLE_ENTRY_INFO,
  SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX,
} from '../layouts.gen.js';
import { handlesOf } from '../ob/handle-table.js';
import { bodyOf } from '../ob/object.js';
import { readUnicode } from '../ob/strings.js';
import { entries } from '../rtl/list.js';
import { pack } from './class-buffer.js';

/** CODEINTEGRITY_OPTION_ENABLED, with the kernel-mode checks of user code off. */
const CODE_INTEGRITY = 1;

/** Characters of FullPathName, with room for the zero. */
const NAME_MAX = 255;

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

type Field = readonly [number, number, number | bigint];

/** A count and the entries behind it. */
function table<T>(all: readonly T[], size: number, first: number, countWidth: number, fields: (entry: T) => readonly Field[]): Uint8Array {
  const rows = all.flatMap((entry, i) => fields(entry).map(([at, width, value]): Field => [first + i * size + at, width, value]));
  return pack(first + all.length * size, [[0, countWidth, all.length], ...rows]).bytes;
}

export function handleInformation(k: Kernel): Uint8Array {
  const entry = SYSTEM_HANDLE_TABLE_ENTRY_INFO;
  return table(openHandles(k), entry.sizeof, SYSTEM_HANDLE_INFORMATION.Handles, 4, (h) => [
    [entry.UniqueProcessId, 2, h.process],
    [entry.ObjectTypeIndex, 1, k.mem.u8(h.header + OBJECT_HEADER.TypeIndex)],
    [entry.HandleAttributes, 1, h.attributes],
    [entry.HandleValue, 2, h.handle],
    [entry.Object, 8, bodyOf(h.header)],
    [entry.GrantedAccess, 4, h.access],
  ]);
}

export function handleInformationEx(k: Kernel): Uint8Array {
  const entry = SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX;
  return table(openHandles(k), entry.sizeof, SYSTEM_HANDLE_INFORMATION_EX.Handles, 8, (h) => [
    [entry.Object, 8, bodyOf(h.header)],
    [entry.UniqueProcessId, 8, h.process],
    [entry.HandleValue, 8, h.handle],
    [entry.GrantedAccess, 4, h.access],
    [entry.ObjectTypeIndex, 2, k.mem.u8(h.header + OBJECT_HEADER.TypeIndex)],
    [entry.HandleAttributes, 4, h.attributes],
  ]);
}

/** Blocks of a page or more; bit 0 of the address says nonpaged. */
export function bigPoolInformation(k: Kernel): Uint8Array {
  const all = k.pool.live().filter((b) => b.bytes >= PAGE_SIZE);
  return table(all, SYSTEM_BIGPOOL_ENTRY.sizeof, SYSTEM_BIGPOOL_INFORMATION.AllocatedInfo, 4, (b) => [
    [SYSTEM_BIGPOOL_ENTRY.VirtualAddress, 8, b.address + (b.paged ? 0 : 1)],
    [SYSTEM_BIGPOOL_ENTRY.SizeInBytes, 8, b.bytes],
    ...[0, 1, 2, 3].map((c): Field => [SYSTEM_BIGPOOL_ENTRY.Tag + c, 1, b.tag.charCodeAt(c)]),
  ]);
}

/** RTL_PROCESS_MODULE_INFORMATION of one module. */
export function moduleEntry(k: Kernel, module: Addr, index: number): Uint8Array {
  const entry = RTL_PROCESS_MODULE_INFORMATION;
  const name = readUnicode(k, module + LDR_DATA_TABLE_ENTRY.FullDllName);
  return pack(entry.sizeof, [
    [entry.ImageBase, 8, k.mem.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase)],
    [entry.ImageSize, 4, k.mem.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage)],
    [entry.LoadOrderIndex, 2, index],
    [entry.LoadCount, 2, k.mem.u16(module + LDR_DATA_TABLE_ENTRY.LoadCount)],
    [entry.OffsetToFileName, 2, name.lastIndexOf('\\') + 1],
    ...Array.from(name.slice(0, NAME_MAX), (c, i): Field => [entry.FullPathName + i, 1, c.charCodeAt(0)]),
  ]).bytes;
}

/** RTL_PROCESS_MODULE_INFORMATION_EX, one after the other, ended by an empty one of two bytes. */
export function moduleInformationEx(k: Kernel): Uint8Array {
  const entry = RTL_PROCESS_MODULE_INFORMATION_EX;
  const all = modules(k);
  const bytes = new Uint8Array(all.length * entry.sizeof + 2);
  all.forEach((module, i) => {
    const base = k.mem.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase);
    const fields: Field[] = [
      [entry.NextOffset, 2, entry.sizeof],
      [entry.TimeDateStamp, 4, k.mem.u32(base + PE.ntHeaders + 8)],
      [entry.DefaultBase, 8, base],
    ];
    bytes.set(pack(entry.sizeof, fields).bytes, i * entry.sizeof);
    bytes.set(moduleEntry(k, module, i), i * entry.sizeof + entry.BaseInfo);
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
