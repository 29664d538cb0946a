// Registered callbacks of every kind as one list: process (legacy, Ex, Ex2), thread, image, object handle, registry.
import {
  CM_GLOBALS,
  CMP_CALLBACK,
  OB_GLOBALS,
  OBJECT_TYPE,
  OBP_CALLBACK_ITEM,
  OBP_REGISTRATION,
  PS_GLOBALS,
  PSP_NOTIFY_SLOT,
} from '../../kernel/layouts.gen.js';
import { KIND_NAMES, MAX_NOTIFY } from '../../kernel/ps/notify.js';
import type { Addr } from '../../machine/abi.js';
import type { MachineView } from './machine-view.js';

export interface RegisteredCallback {
  readonly routine: Addr;
  readonly group: 'process' | 'thread' | 'image' | 'object' | 'registry';
  /** DDI that registered it. */
  readonly registeredBy: string;
  /** `slot 0`, `altitude 370000, process handles: create, duplicate`. */
  readonly detail: string;
  /** Slot, or the kernel's block for it. */
  readonly block: Addr;
  /** Invocations that have not returned. */
  readonly running: number;
  readonly calls?: number;
  readonly removing: boolean;
}

const OBJECT_TYPES = 32;

function notifyTable(v: MachineView, group: 'process' | 'thread' | 'image', table: number): RegisteredCallback[] {
  const { mem } = v;
  const out: RegisteredCallback[] = [];
  for (let i = 0; i < MAX_NOTIFY; i++) {
    const slot = v.kernel.globals.PS + table + i * PSP_NOTIFY_SLOT.sizeof;
    const routine = mem.ptr(slot + PSP_NOTIFY_SLOT.Routine);
    if (routine === 0) continue;
    out.push({
      routine,
      group,
      registeredBy: KIND_NAMES[mem.u32(slot + PSP_NOTIFY_SLOT.Kind)] || 'unknown',
      detail: `slot ${i}`,
      block: slot,
      running: mem.i32(slot + PSP_NOTIFY_SLOT.Running),
      calls: mem.u32(slot + PSP_NOTIFY_SLOT.Calls),
      removing: mem.u32(slot + PSP_NOTIFY_SLOT.Removing) !== 0,
    });
  }
  return out;
}

function objectCallbacks(v: MachineView): { list: RegisteredCallback[]; problem?: string } {
  const { mem } = v;
  const list: RegisteredCallback[] = [];
  let problem: string | undefined;
  for (let i = 0; i < OBJECT_TYPES; i++) {
    const type = mem.ptr(v.kernel.globals.OB + OB_GLOBALS.Types + 8 * i);
    if (type === 0) continue;
    const walk = mem.list(type + OBJECT_TYPE.CallbackList);
    // types that support no callbacks never had a list
    if (walk.problem && mem.ptr(type + OBJECT_TYPE.CallbackList) !== 0) problem = walk.problem;
    for (const item of walk.entries.map((e) => e - OBP_CALLBACK_ITEM.Link)) {
      const operations = mem.u32(item + OBP_CALLBACK_ITEM.Operations);
      const what = [operations & 1 ? 'create' : '', operations & 2 ? 'duplicate' : ''].filter((x) => x).join(', ');
      const altitude = mem.unicode(mem.ptr(item + OBP_CALLBACK_ITEM.Registration) + OBP_REGISTRATION.Altitude);
      const name = mem.unicode(type + OBJECT_TYPE.Name);
      for (const [field, half] of [
        [OBP_CALLBACK_ITEM.PreOperation, 'pre'],
        [OBP_CALLBACK_ITEM.PostOperation, 'post'],
      ] as const) {
        const routine = mem.ptr(item + field);
        if (routine === 0) continue;
        list.push({
          routine,
          group: 'object',
          registeredBy: 'ObRegisterCallbacks',
          detail: `${half} ${name} handle ${what}, altitude ${altitude}`,
          block: item,
          running: mem.i32(item + OBP_CALLBACK_ITEM.Running),
          removing: mem.u32(item + OBP_CALLBACK_ITEM.Active) === 0,
        });
      }
    }
  }
  return problem ? { list, problem } : { list };
}

function registryCallbacks(v: MachineView): { list: RegisteredCallback[]; problem?: string } {
  const { mem } = v;
  const walk = mem.list(v.kernel.globals.CM + CM_GLOBALS.Callbacks);
  const list = walk.entries
    .map((e) => e - CMP_CALLBACK.Link)
    .map(
      (c): RegisteredCallback => ({
        routine: mem.ptr(c + CMP_CALLBACK.Routine),
        group: 'registry',
        registeredBy: 'CmRegisterCallbackEx',
        detail: `altitude ${mem.unicode(c + CMP_CALLBACK.Altitude)}, cookie ${mem.u64(c + CMP_CALLBACK.Cookie)}`,
        block: c,
        running: mem.i32(c + CMP_CALLBACK.Running),
        removing: mem.u32(c + CMP_CALLBACK.Removing) !== 0,
      }),
    );
  return walk.problem ? { list, problem: walk.problem } : { list };
}

/** In the order in which the kernel calls them, group by group. */
export function registeredCallbacks(v: MachineView): { list: RegisteredCallback[]; problems: string[] } {
  const object = objectCallbacks(v);
  const registry = registryCallbacks(v);
  return {
    list: [
      ...notifyTable(v, 'process', PS_GLOBALS.PspCreateProcessNotifyRoutine),
      ...notifyTable(v, 'thread', PS_GLOBALS.PspCreateThreadNotifyRoutine),
      ...notifyTable(v, 'image', PS_GLOBALS.PspLoadImageNotifyRoutine),
      ...object.list,
      ...registry.list,
    ],
    problems: [object.problem, registry.problem].filter((p) => p !== undefined),
  };
}
