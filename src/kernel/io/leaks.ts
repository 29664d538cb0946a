// What a driver leaves behind when it unloads: everything that would call into or point to memory that is gone, or that nobody can free any more.
import type { Addr } from '../../machine/abi.js';
import { ALGORITHM_TAG, HASH_TAG } from '../cng/bcrypt.js';
import { ETW_TAG, TRACE_LOGGING_TAG, WPP_TAG } from '../etw/provider.js';
import { OBJECT_TAG, REGISTRATION_TAG, SYSTEM_OBJECT_TAG } from '../ex/callback-object.js';
import { NAME_TAG } from '../flt/file-name.js';
import { FILTER_TAG } from '../flt/filter.js';
import { DESCRIPTOR_TAG, PORT_TAG } from '../flt/port.js';
import { WORK_ITEM_TAG } from '../flt/work-item.js';
import { queuedTimers } from '../ke/timer-queue.js';
import type { Kernel } from '../kernel.js';
import {
  CM_GLOBALS,
  CMP_CALLBACK,
  ETHREAD,
  IO_WORKITEM,
  KDPC,
  KTIMER,
  LDR_DATA_TABLE_ENTRY,
  OB_GLOBALS,
  OBP_CALLBACK_ITEM,
  OBP_REGISTRATION,
} from '../layouts.gen.js';
import type { PoolBlock } from '../mm/pool.js';
import { findInDirectory, fullName, lookupPath, rootDirectory } from '../ob/namespace.js';
import { pidOf, tidOf } from '../ob/note.js';
import { isType, objectType } from '../ob/object.js';
import { imageAt, takeHeldReferences } from '../ob/reference-track.js';
import { COPY_TAG } from '../ob/security.js';
import { SECURITY_TAG } from '../ob/security-block.js';
import { ntSuccess } from '../ob/status.js';
import { ObType, typeName } from '../ob/types.js';
import { liveThreads } from '../ps/exit.js';
import { KIND_NAMES, registrations } from '../ps/notify.js';
import { systemProcess } from '../ps/state.js';
import { entries } from '../rtl/list.js';
import { CONTROLLER_TAG } from './controller.js';
import { devicesOf, directoryBodies } from './device.js';
import { INTERRUPT_TAG } from './interrupt-object.js';
import { workItems } from './work-item.js';

export interface Leak {
  readonly kind: 'callback' | 'device' | 'symbolic link' | 'pool' | 'work item' | 'timer' | 'thread' | 'irp' | 'reference' | 'handle';
  /** In words, with the place where it came from when that is known. */
  readonly text: string;
  readonly address: Addr;
}

/** Tags of blocks that the kernel makes while it serves a driver; the objects they belong to are reported as what they are. */
const KERNEL_TAGS = new Set([
  SYSTEM_OBJECT_TAG,
  SECURITY_TAG,
  ...'ObNm ObDi Obtb ObCB ObCC ObOp Even Devi Driv File FiNm Symb Symt Thre ThNm Proc PsCr PsCm PsIm PsPg MmLd Wait IoRq IoSB IoWI IoHe IoLd MmUd CmNd CmVa CmKb CmCb CmCc CmNm CmNt PnDN Toke NtFc VadS PsJb PsQb PsSM MmSe'.split(
    ' ',
  ),
]);

/** Blocks that a routine made and the driver has to give back, by tag: what they are, in words. */
const MADE_FOR_DRIVERS: Readonly<Record<string, (site: string) => string>> = {
  'Irp ': (site) => `IRP allocated at ${site} was not freed`,
  PsAf: (site) => `affinity token allocated at ${site} was not freed`,
  [FILTER_TAG]: (site) => `filter registered at ${site} was not unregistered`,
  [NAME_TAG]: (site) => `file name information got at ${site} was not released`,
  [PORT_TAG]: (site) => `communication port created at ${site} was not closed`,
  [WORK_ITEM_TAG]: (site) => `filter work item allocated at ${site} was not freed`,
  [ALGORITHM_TAG]: (site) => `algorithm provider opened at ${site} was not closed`,
  [HASH_TAG]: (site) => `hash created at ${site} was not destroyed`,
  [ETW_TAG]: (site) => `event provider registered at ${site} was not unregistered`,
  [TRACE_LOGGING_TAG]: (site) => `TraceLogging provider registered at ${site} was not unregistered`,
  [WPP_TAG]: (site) => `WPP tracing begun at ${site} was not ended by WPP_CLEANUP`,
  [OBJECT_TAG]: (site) => `callback object created at ${site} was not dereferenced`,
  [REGISTRATION_TAG]: (site) => `ExRegisterCallback at ${site} was not undone by ExUnregisterCallback`,
  [INTERRUPT_TAG]: (site) => `interrupt connected at ${site} was not disconnected`,
  [COPY_TAG]: (site) => `security descriptor got at ${site} was not released`,
  [CONTROLLER_TAG]: (site) => `controller object created at ${site} was not deleted`,
  [DESCRIPTOR_TAG]: (site) => `security descriptor built at ${site} was not freed`,
};

/** Leaks of the driver whose image is `module`. */
export function findLeaks(k: Kernel, driver: Addr, module: Addr): Leak[] {
  const base = k.mem.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase);
  const end = base + k.mem.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage);
  const inside = (a: Addr): boolean => a >= base && a < end;
  const owned = new Set(k.pool.live(base, end).map((b) => b.address));
  const name = (a: Addr): string => k.machine.functionAt(a)?.name ?? `0x${BigInt.asUintN(64, BigInt(a)).toString(16)}`;
  return [
    ...registrations(k)
      .filter((r) => inside(r.routine))
      .map((r): Leak => ({ kind: 'callback', text: `${KIND_NAMES[r.kind]}(${name(r.routine)}) was not removed`, address: r.routine })),
    ...objectCallbacks(k, inside, name),
    ...registryCallbacks(k, inside, name),
    ...devicesOf(k, driver).map(
      (d): Leak => ({ kind: 'device', text: `device object ${fullName(k, d) || '(no name)'} was not deleted`, address: d }),
    ),
    ...danglingLinks(k),
    ...workItems(k)
      .filter((i) => inside(k.mem.ptr(i + IO_WORKITEM.Routine)) || owned.has(i))
      .map((i): Leak => ({ kind: 'work item', text: workItemText(k, i, name), address: i })),
    ...timers(k, inside, name),
    ...liveThreads(k, systemProcess(k))
      .filter((t) => inside(k.mem.ptr(t + ETHREAD.StartAddress)))
      .map(
        (t): Leak => ({
          kind: 'thread',
          text: `system thread ${tidOf(k, t)} (${name(k.mem.ptr(t + ETHREAD.StartAddress))}) still runs`,
          address: t,
        }),
      ),
    ...references(k, base),
    ...(k.verifies('pool-tracking') ? poolBlocks(k, base, end) : []),
  ];
}

function workItemText(k: Kernel, item: Addr, name: (a: Addr) => string): string {
  const routine = k.mem.ptr(item + IO_WORKITEM.Routine);
  const queued = k.mem.u32(item + IO_WORKITEM.Queued) !== 0;
  return `work item ${routine === 0 ? '' : `${name(routine)} `}${queued ? 'is still queued' : 'was not freed'}`;
}

function objectCallbacks(k: Kernel, inside: (a: Addr) => boolean, name: (a: Addr) => string): Leak[] {
  const all: Leak[] = [];
  for (const e of entries(k.mem, k.globals.OB + OB_GLOBALS.Registrations)) {
    const registration = e - OBP_REGISTRATION.Link;
    const items = k.mem.ptr(registration + OBP_REGISTRATION.Items);
    for (let i = 0; i < k.mem.u16(registration + OBP_REGISTRATION.Count); i++) {
      const item = items + i * OBP_CALLBACK_ITEM.sizeof;
      const routine = [OBP_CALLBACK_ITEM.PreOperation, OBP_CALLBACK_ITEM.PostOperation].map((o) => k.mem.ptr(item + o)).find(inside);
      if (routine === undefined) continue;
      all.push({
        kind: 'callback',
        text: `ObRegisterCallbacks(${name(routine)}) was not undone by ObUnRegisterCallbacks`,
        address: routine,
      });
      break;
    }
  }
  return all;
}

function registryCallbacks(k: Kernel, inside: (a: Addr) => boolean, name: (a: Addr) => string): Leak[] {
  return entries(k.mem, k.globals.CM + CM_GLOBALS.Callbacks)
    .map((e) => k.mem.ptr(e - CMP_CALLBACK.Link + CMP_CALLBACK.Routine))
    .filter(inside)
    .map(
      (routine): Leak => ({
        kind: 'callback',
        text: `CmRegisterCallback(${name(routine)}) was not undone by CmUnRegisterCallback`,
        address: routine,
      }),
    );
}

/** Links of \GLOBAL?? that point to a device name that does not exist: their driver forgot IoDeleteSymbolicLink. */
function danglingLinks(k: Kernel): Leak[] {
  const global = findInDirectory(k, rootDirectory(k), 'GLOBAL??');
  return directoryBodies(k, global)
    .filter((b) => isType(k, b, ObType.SymbolicLink))
    .map((b) => ({ body: b, path: fullName(k, b) }))
    .filter(({ path }) => !path.endsWith('GLOBALROOT') && !ntSuccess(lookupPath(k, path).status))
    .map(({ body, path }): Leak => ({ kind: 'symbolic link', text: `symbolic link ${path} was not deleted`, address: body }));
}

function timers(k: Kernel, inside: (a: Addr) => boolean, name: (a: Addr) => string): Leak[] {
  const all: Leak[] = [];
  for (const timer of queuedTimers(k)) {
    const dpc = k.mem.ptr(timer + KTIMER.Dpc);
    const routine = dpc === 0 || !k.mem.allowed(dpc, KDPC.sizeof, false) ? 0 : k.mem.ptr(dpc + KDPC.DeferredRoutine);
    if (inside(timer) || inside(routine)) {
      all.push({ kind: 'timer', text: `a timer ${inside(routine) ? `with the DPC ${name(routine)} ` : ''}is still set`, address: timer });
    }
  }
  return all;
}

/** What the driver took of objects and did not give back: they stay for ever, processes and threads as zombies. */
function references(k: Kernel, base: Addr): Leak[] {
  return takeHeldReferences(k, imageAt(k, base)).map((h): Leak => {
    if (h.handle) {
      const text = `a handle to ${objectText(k, h.object)}, opened at ${k.pool.siteText(h.fn, h.step)}, not closed`;
      return { kind: 'handle', text, address: h.object };
    }
    const times = h.count === 1 ? 'a reference' : `${h.count} references`;
    return {
      kind: 'reference',
      text: `${times} to ${objectText(k, h.object)}, taken at ${k.pool.siteText(h.fn, h.step)}, not given back`,
      address: h.object,
    };
  });
}

function objectText(k: Kernel, object: Addr): string {
  if (isType(k, object, ObType.Process)) return `process ${pidOf(k, object)}`;
  if (isType(k, object, ObType.Thread)) return `thread ${tidOf(k, object)}`;
  const name = fullName(k, object);
  const type = typeName(k, objectType(k, object)).toLowerCase();
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type} object${name ? ` ${name}` : ''}`;
}

/** What a driver itself allocated from pool and did not free. */
export const forgottenPool = (k: Kernel, base: Addr, end: Addr): PoolBlock[] =>
  k.pool.live(base, end).filter((b) => !KERNEL_TAGS.has(b.tag) && MADE_FOR_DRIVERS[b.tag] === undefined);

function poolBlocks(k: Kernel, base: Addr, end: Addr): Leak[] {
  return k.pool
    .live(base, end)
    .filter((b) => !KERNEL_TAGS.has(b.tag))
    .map(
      (b): Leak => ({
        kind: b.tag === 'Irp ' ? 'irp' : 'pool',
        text: MADE_FOR_DRIVERS[b.tag]?.(b.site) ?? `${b.bytes} bytes of pool, tag '${b.tag}', allocated at ${b.site}`,
        address: b.address,
      }),
    );
}
