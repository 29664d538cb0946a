// Boot of the object manager: types, the kernel handle table's place, the namespace. Runs before any object is made.
import type { Kernel } from '../kernel.js';
import { OB_GLOBALS } from '../layouts.gen.js';
import { initListHead } from '../rtl/list.js';
import { initEvent, SynchronizationEvent } from './event-object.js';
import { createNamespace } from './namespace.js';
import { allocateObject } from './object.js';
import { createTypes, ObType, typeVariables } from './types.js';

/** Nothing of a desktop is known to drivers. */
const DESKTOP_BODY = 0x40;

export function obInit(k: Kernel): void {
  const ob = k.globals.OB;
  initListHead(k.mem, ob + OB_GLOBALS.HandleTables);
  initListHead(k.mem, ob + OB_GLOBALS.Registrations);
  initEvent(k, ob + OB_GLOBALS.DeferredDeleteEvent, SynchronizationEvent, false);
  createTypes(k);
  createNamespace(k);
  k.mem.setPtr(ob + OB_GLOBALS.DefaultDesktop, allocateObject(k, ObType.Desktop, DESKTOP_BODY, 'Desk'));
  for (const [name, address] of Object.entries(typeVariables(k))) k.exportData(name, address, true);
}
