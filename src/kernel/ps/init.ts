// Boot of the process manager: lists, the ID table, the System process, hooks of the core, our own system threads.

import { imageAt } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, ETHREAD, KE_GLOBALS, OB_GLOBALS, PS_GLOBALS } from '../layouts.gen.js';
import { initEvent, SynchronizationEvent } from '../ob/event-object.js';
import { findHandle } from '../ob/reference.js';
import { initListHead } from '../rtl/list.js';
import { createSystemToken } from '../se/token.js';
import { createCidTable } from './cid.js';
import { createProcess } from './process.js';
import { registerKnownImages } from './program.js';
import { quotaAllocated, quotaFreed } from './quota.js';
import { createHostSilo } from './silo.js';
import { allocateCoreThread, coreThreadCreated, describeThread, startSystemThread } from './system-thread.js';
import { userException, userModeInterrupt } from './user-exception.js';
import { workerReturned } from './worker-check.js';

/** 100 ms in 100 ns: how long a process without bodies lives. */
const DEFAULT_LIFETIME = 1_000_000n;
const PROTECTED_SYSTEM = 0x72; // WinSystem, full

/** Exported variables; known before boot because drivers are compiled against them. */
export function psExports(k: Kernel): void {
  k.exportData('PsInitialSystemProcess', k.globals.PS + PS_GLOBALS.PsInitialSystemProcess);
  k.exportData('PsLoadedModuleList', k.globals.PS + PS_GLOBALS.PsLoadedModuleList);
}

/** Hooks of the core; they hold no state. */
export function psAttach(k: Kernel): void {
  k.hooks.exitThread = 'PspExitThread';
  k.hooks.userModeExit = 'PspUserModeExit';
  k.hooks.allocateThread = allocateCoreThread;
  k.hooks.threadCreated = coreThreadCreated;
  k.hooks.describeThread = describeThread;
  k.hooks.imageAt = imageAt;
  k.hooks.handleIsValid = (kernel, handle) => findHandle(kernel, handle, 0) !== undefined;
  k.hooks.attachedSilo = (k, thread) => k.mem.ptr(thread + ETHREAD.Silo);
  k.hooks.userException = userException;
  k.hooks.userModeInterrupt = userModeInterrupt;
  k.hooks.workerReturned = workerReturned;
  k.hooks.quota = { allocated: quotaAllocated, freed: quotaFreed };
}

export function psInit(k: Kernel): void {
  const g = k.globals.PS;
  for (const list of [
    PS_GLOBALS.PsActiveProcessHead,
    PS_GLOBALS.PsLoadedModuleList,
    PS_GLOBALS.Programs,
    PS_GLOBALS.KnownImages,
    PS_GLOBALS.ReaperListHead,
    PS_GLOBALS.LxTasks,
    PS_GLOBALS.Silos,
    PS_GLOBALS.SiloMonitors,
    PS_GLOBALS.QuotaBlocks,
  ]) {
    initListHead(k.mem, g + list);
  }
  initEvent(k, g + PS_GLOBALS.ReaperEvent, SynchronizationEvent, false);
  initEvent(k, g + PS_GLOBALS.ScriptEvent, SynchronizationEvent, false);
  k.mem.setI64(g + PS_GLOBALS.DefaultLifetime, DEFAULT_LIFETIME);
  createCidTable(k);
  const system = createProcess(k, { imagePath: 'System', commandLine: '', parent: 0, auditName: '' });
  k.mem.setPtr(g + PS_GLOBALS.PsInitialSystemProcess, system);
  k.mem.setPtr(g + PS_GLOBALS.PsIdleProcess, k.mem.ptr(k.globals.KE + KE_GLOBALS.IdleProcess));
  k.mem.setPtr(k.globals.KE + KE_GLOBALS.InitialProcess, system);
  k.mem.setPtr(k.globals.OB + OB_GLOBALS.KernelHandleTable, k.mem.ptr(system + EPROCESS.ObjectTable));
  k.mem.setU8(system + EPROCESS.Protection, PROTECTED_SYSTEM);
  createSystemToken(k, system);
  createHostSilo(k);
  registerKnownImages(k);
  psAttach(k);
  startSystemThread(k, 'PspReaper', 'PspReaper', 0, 16);
  startSystemThread(k, 'ObpDeferredDelete', 'ObpDeferredDeleteThread', 0, 12);
}
