// Fixed places in the nt region of the memory: code entries of the routines, the globals of each part of the kernel, the tables of the pool.
// Fixed, so that addresses do not depend on the order in which parts are initialised.
import { type Addr, MAP, toAddress } from '../machine/abi.js';

/** Fixed places in the nt region (offsets in linear memory). One 256 KiB slot for each struct of globals. */
export const NT_LAYOUT = {
  /** Header page of the kernel's own image, then code entries, then the export directory. */
  headers: MAP.nt.start,
  routineCode: 0x00011000,
  exports: 0x00030000,
  KE: 0x00100000,
  PS: 0x00140000,
  OB: 0x00180000,
  IO: 0x001c0000,
  CM: 0x00200000,
  SE: 0x00240000,
  UM: 0x00280000,
  MM: 0x002c0000,
  VF: 0x00300000,
  poolRecords: 0x00400000,
  poolStates: 0x00c00000,
} as const;

export type GlobalsName = 'KE' | 'PS' | 'OB' | 'IO' | 'CM' | 'SE' | 'UM' | 'MM' | 'VF';

/** Address of each struct of globals. */
export const GLOBALS: Readonly<Record<GlobalsName, Addr>> = {
  KE: toAddress(NT_LAYOUT.KE),
  PS: toAddress(NT_LAYOUT.PS),
  OB: toAddress(NT_LAYOUT.OB),
  IO: toAddress(NT_LAYOUT.IO),
  CM: toAddress(NT_LAYOUT.CM),
  SE: toAddress(NT_LAYOUT.SE),
  UM: toAddress(NT_LAYOUT.UM),
  MM: toAddress(NT_LAYOUT.MM),
  VF: toAddress(NT_LAYOUT.VF),
};
