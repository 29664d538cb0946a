// Boot of the configuration manager: globals and hives.
import type { Kernel } from '../kernel.js';
import { CM_GLOBALS } from '../layouts.gen.js';
import { initListHead } from '../rtl/list.js';
import { createHives } from './hive.js';

export function cmInit(k: Kernel): void {
  k.mem.fill(k.globals.CM, CM_GLOBALS.sizeof);
  initListHead(k.mem, k.globals.CM + CM_GLOBALS.Callbacks);
  createHives(k);
}
