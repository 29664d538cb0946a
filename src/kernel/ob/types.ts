// Object types: which kinds of objects exist, their access masks and delete procedures, and the exported variables (PsProcessType ...) that
// drivers read. A type is itself an object of type "Type"; OBJECT_HEADER.TypeIndex selects it from OB_GLOBALS.Types.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { GENERIC_MAPPING, OB_GLOBALS, OBJECT_TYPE, OBJECT_TYPE_INITIALIZER } from '../layouts.gen.js';
import { initListHead } from '../rtl/list.js';
import { allocateUnicode, readUnicode } from './strings.js';

/** OBJECT_HEADER.TypeIndex values. 0 and 1 are not used, as on Windows. */
export const ObType = {
  Type: 2,
  Directory: 3,
  SymbolicLink: 4,
  Token: 5,
  Job: 6,
  Process: 7,
  Thread: 8,
  Event: 9,
  Mutant: 10,
  Semaphore: 11,
  Timer: 12,
  Callback: 13,
  Section: 14,
  Device: 15,
  Driver: 16,
  File: 17,
  Key: 18,
  Desktop: 19,
  WindowStation: 20,
} as const;
export type ObTypeIndex = (typeof ObType)[keyof typeof ObType];

interface TypeRow {
  readonly name: keyof typeof ObType;
  /** [read, write, execute, all] of the generic mapping; `all` is the valid access mask. */
  readonly map: readonly [number, number, number, number];
  readonly deleteProcedure?: string;
  /** Field of OB_GLOBALS that holds the exported variable. */
  readonly variable?: keyof typeof OB_GLOBALS;
  readonly callbacks?: boolean;
}

const STANDARD_READ = 0x20000;
const SYNCHRONIZE = 0x100000;
/** Exported variable of each type; drivers write `*PsProcessType`. */
const ROWS: readonly TypeRow[] = [
  { name: 'Type', map: [0x20000, 0x20000, 0x20000, 0xf0001], variable: 'ObTypeTypeVariable' },
  { name: 'Directory', map: [0x20003, 0x2000c, 0x20003, 0xf000f], variable: 'ObDirectoryTypeVariable' },
  {
    name: 'SymbolicLink',
    map: [0x20001, 0x20000, 0x20001, 0xf0001],
    deleteProcedure: 'ObpDeleteSymbolicLink',
    variable: 'ObSymbolicLinkTypeVariable',
  },
  { name: 'Token', map: [0x2001a, 0x201e0, 0x20005, 0xf01ff], variable: 'SeTokenTypeVariable' },
  { name: 'Job', map: [0x20004, 0x2000b, 0x120000, 0x1f003f], deleteProcedure: 'PspJobDelete', variable: 'PsJobTypeVariable' },
  {
    name: 'Process',
    map: [0x20410, 0x20bea, 0x121001, 0x1fffff],
    deleteProcedure: 'PspProcessDelete',
    variable: 'PsProcessTypeVariable',
    callbacks: true,
  },
  {
    name: 'Thread',
    map: [0x20048, 0x20437, 0x121800, 0x1fffff],
    deleteProcedure: 'PspThreadDelete',
    variable: 'PsThreadTypeVariable',
    callbacks: true,
  },
  { name: 'Event', map: [0x20001, 0x20002, 0x120000, 0x1f0003], variable: 'ExEventTypeVariable' },
  { name: 'Mutant', map: [0x20001, 0x20000, 0x120000, 0x1f0001], deleteProcedure: 'ObpDeleteMutant', variable: 'ExMutantTypeVariable' },
  { name: 'Semaphore', map: [0x20001, 0x20002, 0x120000, 0x1f0003], variable: 'ExSemaphoreTypeVariable' },
  { name: 'Timer', map: [0x20001, 0x20002, 0x120000, 0x1f0003], deleteProcedure: 'ObpDeleteTimer', variable: 'ExTimerTypeVariable' },
  {
    name: 'Callback',
    map: [0x20000, 0x20001, 0x120000, 0x1f0001],
    deleteProcedure: 'ExpDeleteCallback',
    variable: 'ExCallbackTypeVariable',
  },
  {
    name: 'Section',
    map: [0x20005, 0x20002, 0x20008, 0xf001f],
    deleteProcedure: 'MipDeleteSection',
    variable: 'MmSectionTypeVariable',
  },
  {
    name: 'Device',
    map: [0x120089, 0x120116, 0x1200a0, 0x1f01ff],
    deleteProcedure: 'IopDeleteDeviceObject',
    variable: 'IoDeviceTypeVariable',
  },
  {
    name: 'Driver',
    map: [0x120089, 0x120116, 0x1200a0, 0x1f01ff],
    deleteProcedure: 'IopDeleteDriverObject',
    variable: 'IoDriverTypeVariable',
  },
  { name: 'File', map: [0x120089, 0x120116, 0x1200a0, 0x1f01ff], deleteProcedure: 'IopDeleteFile', variable: 'IoFileTypeVariable' },
  { name: 'Key', map: [0x20019, 0x20006, 0x20019, 0xf003f], deleteProcedure: 'CmpDeleteKeyObject', variable: 'CmKeyTypeVariable' },
  { name: 'Desktop', map: [0x20041, 0x200be, 0x20100, 0xf01ff], variable: 'ExDesktopTypeVariable', callbacks: true },
  { name: 'WindowStation', map: [0x20303, 0x2001c, 0x20060, 0xf037f], variable: 'ExWindowStationTypeVariable' },
];

/** OBJECT_TYPE_INITIALIZER.ObjectTypeFlags bit: ObRegisterCallbacks accepts the type. */
export const SUPPORTS_OBJECT_CALLBACKS = 0x40;

/** Exported kernel variables of this room: name -> address of the variable (`POBJECT_TYPE *PsProcessType`). */
export function typeVariables(k: Kernel): Record<string, Addr> {
  const ob = k.globals.OB;
  return {
    PsProcessType: ob + OB_GLOBALS.PsProcessTypeVariable,
    PsThreadType: ob + OB_GLOBALS.PsThreadTypeVariable,
    PsJobType: ob + OB_GLOBALS.PsJobTypeVariable,
    SeTokenObjectType: ob + OB_GLOBALS.SeTokenTypeVariable,
    IoFileObjectType: ob + OB_GLOBALS.IoFileTypeVariable,
    IoDeviceObjectType: ob + OB_GLOBALS.IoDeviceTypeVariable,
    IoDriverObjectType: ob + OB_GLOBALS.IoDriverTypeVariable,
    ExEventObjectType: ob + OB_GLOBALS.ExEventTypeVariable,
    ExSemaphoreObjectType: ob + OB_GLOBALS.ExSemaphoreTypeVariable,
    ExMutantObjectType: ob + OB_GLOBALS.ExMutantTypeVariable,
    ExTimerObjectType: ob + OB_GLOBALS.ExTimerTypeVariable,
    ExDesktopObjectType: ob + OB_GLOBALS.ExDesktopTypeVariable,
    ExWindowStationObjectType: ob + OB_GLOBALS.ExWindowStationTypeVariable,
    CmKeyObjectType: ob + OB_GLOBALS.CmKeyTypeVariable,
    MmSectionObjectType: ob + OB_GLOBALS.MmSectionTypeVariable,
  };
}

/** Address of the OBJECT_TYPE with this index. */
export const typeOf = (k: Kernel, index: ObTypeIndex): Addr => k.mem.ptr(k.globals.OB + OB_GLOBALS.Types + 8 * index);
export const typeName = (k: Kernel, type: Addr): string => readUnicode(k, type + OBJECT_TYPE.Name);

/** Boot: creates all types. They are static (never freed), so they are plain pool blocks, not objects with a header. */
export function createTypes(k: Kernel): void {
  const ob = k.globals.OB;
  for (const row of ROWS) {
    const type = k.pool.allocate('nonpaged', OBJECT_TYPE.sizeof, 'ObjT');
    k.mem.fill(type, OBJECT_TYPE.sizeof);
    const index = ObType[row.name];
    initListHead(k.mem, type + OBJECT_TYPE.TypeList);
    initListHead(k.mem, type + OBJECT_TYPE.CallbackList);
    allocateUnicode(k, type + OBJECT_TYPE.Name, row.name, 'ObjT');
    k.mem.setU8(type + OBJECT_TYPE.Index, index);
    const info = type + OBJECT_TYPE.TypeInfo;
    k.mem.setU16(info + OBJECT_TYPE_INITIALIZER.Length, OBJECT_TYPE_INITIALIZER.sizeof);
    k.mem.setU8(info + OBJECT_TYPE_INITIALIZER.ObjectTypeFlags, row.callbacks ? SUPPORTS_OBJECT_CALLBACKS : 0);
    const mapping = info + OBJECT_TYPE_INITIALIZER.GenericMapping;
    k.mem.setU32(mapping + GENERIC_MAPPING.GenericRead, row.map[0] | STANDARD_READ);
    k.mem.setU32(mapping + GENERIC_MAPPING.GenericWrite, row.map[1]);
    k.mem.setU32(mapping + GENERIC_MAPPING.GenericExecute, row.map[2]);
    k.mem.setU32(mapping + GENERIC_MAPPING.GenericAll, row.map[3]);
    k.mem.setU32(info + OBJECT_TYPE_INITIALIZER.ValidAccessMask, row.map[3] | SYNCHRONIZE);
    k.mem.setPtr(info + OBJECT_TYPE_INITIALIZER.DeleteProcedure, row.deleteProcedure ? k.addressOf(row.deleteProcedure) : 0);
    k.mem.setPtr(ob + OB_GLOBALS.Types + 8 * index, type);
    if (row.variable) k.mem.setPtr(ob + (OB_GLOBALS[row.variable] as number), type);
  }
  k.mem.setU32(ob + OB_GLOBALS.TypeCount, ROWS.length);
}

/** Replaces generic bits by the type's specific ones and MAXIMUM_ALLOWED by everything valid. */
export function mapAccess(k: Kernel, type: Addr, desired: number): number {
  const info = type + OBJECT_TYPE.TypeInfo;
  const mapping = info + OBJECT_TYPE_INITIALIZER.GenericMapping;
  let access = desired & 0x01ffffff & ~0x02000000;
  if (desired & 0x80000000) access |= k.mem.u32(mapping + GENERIC_MAPPING.GenericRead);
  if (desired & 0x40000000) access |= k.mem.u32(mapping + GENERIC_MAPPING.GenericWrite);
  if (desired & 0x20000000) access |= k.mem.u32(mapping + GENERIC_MAPPING.GenericExecute);
  if (desired & 0x12000000) access |= k.mem.u32(mapping + GENERIC_MAPPING.GenericAll);
  return access & k.mem.u32(info + OBJECT_TYPE_INITIALIZER.ValidAccessMask);
}
