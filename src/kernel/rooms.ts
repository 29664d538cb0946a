// The rooms around the core, in the order in which they come up at boot. Each initialises its globals; ps makes the System process.
import { cmInit } from './cm/init.js';
import { ioInit } from './io/init.js';
import type { Kernel } from './kernel.js';
import { obInit } from './ob/init.js';
import { typeVariables } from './ob/types.js';
import { psExports, psInit } from './ps/init.js';

/** Exported variables with fixed addresses, known before boot because drivers are compiled against them. */
export function registerExports(k: Kernel): void {
  for (const [name, address] of Object.entries(typeVariables(k))) k.exportData(name, address, true);
  psExports(k);
}

/** Boot of the rooms, with the core's globals, pool and processors ready. */
export function initializeRooms(k: Kernel): void {
  obInit(k);
  psInit(k);
  ioInit(k);
  cmInit(k);
}
