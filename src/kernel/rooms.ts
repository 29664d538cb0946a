// The rooms around the core, in the order in which they come up at boot. Each initialises its globals; ps makes the System process.
import type { Kernel } from './kernel.js';
import { obInit } from './ob/init.js';

/** Exported variables with fixed addresses, known before boot because drivers are compiled against them. */
export function registerExports(_k: Kernel): void {}

/** Boot of the rooms, with the core's globals, pool and processors ready. */
export function initializeRooms(k: Kernel): void {
  obInit(k);
}
