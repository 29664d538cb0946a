// Variables that the kernel exports and drivers read: whether a kernel debugger is there (none is: this debugger looks from outside), build number, safe mode.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS, KI_SYSTEM_VARIABLES as V } from '../layouts.gen.js';
import { STATUS } from '../rtl/status.js';

const at = (k: Kernel): Addr => k.globals.KE + KE_GLOBALS.SystemVariables;
/** Headers declare these as pointers: cell and variable. */
const POINTERS = [
  ['KdDebuggerEnabled', V.KdDebuggerEnabledCell, V.KdDebuggerEnabled],
  ['KdDebuggerNotPresent', V.KdDebuggerNotPresentCell, V.KdDebuggerNotPresent],
  ['InitSafeBootMode', V.InitSafeBootModeCell, V.InitSafeBootMode],
  ['NtBuildNumber', V.NtBuildNumberCell, V.NtBuildNumber],
] as const;
const FREE_BUILD = 0xf0000000;

export function registerSystemVariables(k: Kernel): void {
  for (const [name, cell] of POINTERS) k.exportData(name, at(k) + cell, true);
  k.exportData('KeNumberProcessors', at(k) + V.KeNumberProcessors);
  k.exportData('NtGlobalFlag', at(k) + V.NtGlobalFlag);
}

export function initializeSystemVariables(k: Kernel): void {
  const m = k.mem;
  for (const [, cell, variable] of POINTERS) m.setPtr(at(k) + cell, at(k) + variable);
  m.setU8(at(k) + V.KdDebuggerNotPresent, 1);
  m.setU8(at(k) + V.KeNumberProcessors, k.config.cpus);
  m.setU32(at(k) + V.NtBuildNumber, FREE_BUILD + k.config.windowsBuild);
}

/** What the routines about the debugger answer while none is there (reference: their documentation; the status U). */
const inactive = (name: string): KernelRoutine => ({ name, cost: 5, step: (k) => k.return(STATUS.DEBUGGER_INACTIVE) });
export const routines: KernelRoutine[] = [
  inactive('KdDisableDebugger'),
  inactive('KdEnableDebugger'),
  inactive('KdChangeOption'),
  { name: 'KdRefreshDebuggerNotPresent', cost: 5, step: (k) => k.return(1) },
];
