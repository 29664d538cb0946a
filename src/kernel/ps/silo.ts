// Silos: jobs that are containers (reference: ps-routines.md 5). The host silo always exists and is an object of its own (U: drivers may not look into it); others
// are jobs that were made silos, server silos those that were initialised as such. Here is who is in which silo, and how one begins and ends;
// contexts are in silo-context.ts, monitors in silo-monitor.ts. Jobs themselves are in job.ts, the services that make silos of them in job-services.ts.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EJOB, EPROCESS, ETHREAD, GUID, PS_GLOBALS, UNICODE_STRING } from '../layouts.gen.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, freeUnicode } from '../ob/strings.js';
import { entries, insertTail, remove } from '../rtl/list.js';
import { newJob, terminateAll } from './job.js';
import { processOf } from './state.js';

export const SiloFlag = { Silo: 1, Server: 2, Terminating: 4, Gone: 8 } as const;
/** What PsAttachSiloToCurrentThread answers for a thread that was not attached. */
const NOT_ATTACHED = -3;

export const hostSilo = (k: Kernel): Addr => k.mem.ptr(k.globals.PS + PS_GLOBALS.HostSilo);
const flagsOf = (k: Kernel, job: Addr): number => k.mem.u32(job + EJOB.SiloFlags);
export const isSilo = (k: Kernel, job: Addr): boolean => job !== 0 && (flagsOf(k, job) & SiloFlag.Silo) !== 0;
const isServer = (k: Kernel, job: Addr): boolean => (flagsOf(k, job) & SiloFlag.Server) !== 0;

/** Silos that exist, the host first. */
export const silos = (k: Kernel): Addr[] => entries(k.mem, k.globals.PS + PS_GLOBALS.Silos).map((e) => e - EJOB.SiloLink);
export const serverSilos = (k: Kernel): Addr[] => silos(k).filter((s) => s !== hostSilo(k) && isServer(k, s));

/** Makes a job a silo. */
export function makeSilo(k: Kernel, job: Addr, name: string): void {
  const m = k.mem;
  m.setU32(job + EJOB.SiloFlags, SiloFlag.Silo);
  m.setU32(job + EJOB.SiloContainerId + GUID.Data1, 0x51105110);
  m.setU32(job + EJOB.SiloContainerId + GUID.Data4, m.u32(job + EJOB.JobId));
  allocateUnicode(k, job + EJOB.SiloName, name, 'PsJb');
  insertTail(m, k.globals.PS + PS_GLOBALS.Silos, job + EJOB.SiloLink);
}

export function createHostSilo(k: Kernel): void {
  const host = newJob(k);
  k.mem.setPtr(k.globals.PS + PS_GLOBALS.HostSilo, host);
  makeSilo(k, host, '');
  k.mem.fill(host + EJOB.SiloContainerId, GUID.sizeof);
  k.mem.setU32(host + EJOB.SiloFlags, SiloFlag.Silo | SiloFlag.Server);
  k.mem.setU32(k.globals.PS + PS_GLOBALS.NextSiloSession, 2);
  initEvent(k, k.globals.PS + PS_GLOBALS.SiloSlotEvent, NotificationEvent, false);
}

/** The job is a running server silo from now on, with sessions of its own. */
export function startServer(k: Kernel, job: Addr): void {
  const next = k.globals.PS + PS_GLOBALS.NextSiloSession;
  k.mem.setU32(job + EJOB.SiloSessionId, k.mem.u32(next));
  k.mem.setU32(next, k.mem.u32(next) + 2);
  k.mem.setU32(job + EJOB.SiloFlags, flagsOf(k, job) | SiloFlag.Server);
}

/** First silo of a chain of jobs, 0: none. */
export function siloOf(k: Kernel, job: Addr): Addr {
  for (let j = job; j !== 0; j = k.mem.ptr(j + EJOB.ParentJob)) if (isSilo(k, j)) return j;
  return 0;
}

/** First server silo from a silo upwards: the host when there is no other. */
export function effectiveServer(k: Kernel, silo: Addr): Addr {
  for (let j = silo; j !== 0; j = k.mem.ptr(j + EJOB.ParentJob)) if (isSilo(k, j) && isServer(k, j)) return j;
  return hostSilo(k);
}

/** Silo that a thread works in: attached, else its process'. */
export function threadSilo(k: Kernel, thread: Addr): Addr {
  const attached = k.mem.ptr(thread + ETHREAD.Silo);
  return attached !== 0 ? attached : siloOf(k, k.mem.ptr(processOf(k, thread) + EPROCESS.Job)) || hostSilo(k);
}

export const currentServer = (k: Kernel): Addr => effectiveServer(k, threadSilo(k, k.currentThread()));

/** Takes the hard reference that keeps a silo from going; false when it is going. */
function acquireHard(k: Kernel, silo: Addr): boolean {
  if (flagsOf(k, silo) & (SiloFlag.Terminating | SiloFlag.Gone)) return false;
  const at = silo + EJOB.SiloHardReferences;
  k.mem.setI32(at, k.mem.i32(at) + 1);
  return true;
}

/** PsTerminateServerSilo(Silo, ExitStatus): processes are told to end; the silo itself goes when no hard reference is left. */
function terminate(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const silo = f.ptr(0);
  if (f.pc !== 0) return k.returnVoid();
  m.checked.u32(silo + EJOB.SiloFlags);
  if (silo === hostSilo(k) || flagsOf(k, silo) & (SiloFlag.Terminating | SiloFlag.Gone)) return k.returnVoid();
  m.setU32(silo + EJOB.SiloFlags, flagsOf(k, silo) | SiloFlag.Terminating);
  k.event('ps.silo', { silo, what: 'terminating' });
  terminateAll(k, silo, f.i32(1));
  return m.i32(silo + EJOB.SiloHardReferences) > 0 ? k.returnVoid() : k.call(f, 1, 'PspSiloRundown', [silo]);
}

const value = (name: string, answer: (k: Kernel, f: Frame) => number, cost = 5): KernelRoutine => ({
  name,
  cost,
  step: (k, f) => k.return(answer(k, f)),
});

/** Out parameter and status. */
const out = (k: Kernel, at: Addr, result: Addr, status: number = NT.SUCCESS): number => {
  k.mem.checked.setPtr(at, result);
  return status;
};

export const routines: KernelRoutine[] = [
  value('PsGetHostSilo', hostSilo),
  value('PsIsHostSilo', (k, f) => (f.ptr(0) === hostSilo(k) ? 1 : 0)),
  value('PsGetCurrentSilo', (k) => threadSilo(k, k.currentThread())),
  value('PsGetCurrentServerSilo', currentServer),
  value('PsGetCurrentServerSiloName', (k) => currentServer(k) + EJOB.SiloName),
  value('PsIsCurrentThreadInServerSilo', (k) => (currentServer(k) === hostSilo(k) ? 0 : 1)),
  value('PsGetEffectiveServerSilo', (k, f) => effectiveServer(k, f.ptr(0))),
  // (U) for threads of the host: the host silo rather than NULL
  value('PsGetThreadServerSilo', (k, f) => effectiveServer(k, threadSilo(k, f.ptr(0)))),
  value('PsGetJobSilo', (k, f) => {
    if (f.ptr(0) === 0) return NT.INVALID_PARAMETER;
    const silo = siloOf(k, f.ptr(0));
    return out(k, f.ptr(1), silo, silo === 0 ? NT.JOB_NO_CONTAINER : NT.SUCCESS);
  }),
  value('PsGetJobServerSilo', (k, f) => {
    if (f.ptr(0) === 0) return NT.INVALID_PARAMETER;
    return out(k, f.ptr(1), effectiveServer(k, f.ptr(0)));
  }),
  value('PsGetParentSilo', (k, f) => (f.ptr(0) === 0 ? 0 : siloOf(k, k.mem.ptr(f.ptr(0) + EJOB.ParentJob)))),
  value('PsGetServerSiloActiveConsoleId', (k, f) => k.mem.u32(effectiveServer(k, f.ptr(0)) + EJOB.SiloSessionId) + 1),
  value('PsGetServerSiloServiceSessionId', (k, f) => k.mem.u32(effectiveServer(k, f.ptr(0)) + EJOB.SiloSessionId)),
  value('PsGetSiloContainerId', (_k, f) => f.ptr(0) + EJOB.SiloContainerId),
  value('PsAttachSiloToCurrentThread', (k, f) => {
    const at = k.currentThread() + ETHREAD.Silo;
    const previous = k.mem.ptr(at);
    k.mem.setPtr(at, f.ptr(0));
    return previous === 0 ? NOT_ATTACHED : previous;
  }),
  value('PsDetachSiloFromCurrentThread', (k, f) => {
    k.mem.setPtr(k.currentThread() + ETHREAD.Silo, f.ptr(0) === NOT_ATTACHED ? 0 : f.ptr(0));
    return 0;
  }),
  // (U) the status of a silo that goes
  value('PsAcquireSiloHardReference', (k, f) => (acquireHard(k, f.ptr(0)) ? NT.SUCCESS : NT.DELETE_PENDING)),
  {
    name: 'PsReleaseSiloHardReference',
    cost: 5,
    step(k, f) {
      if (f.pc !== 0) return k.returnVoid();
      const at = f.ptr(0) + EJOB.SiloHardReferences;
      k.mem.setI32(at, k.mem.i32(at) - 1);
      const last = k.mem.i32(at) === 0 && (flagsOf(k, f.ptr(0)) & (SiloFlag.Terminating | SiloFlag.Gone)) === SiloFlag.Terminating;
      return last ? k.call(f, 1, 'PspSiloRundown', [f.ptr(0)]) : k.returnVoid();
    },
  },
  { name: 'PsTerminateServerSilo', cost: 50, step: terminate },
  {
    // (Silo): nobody keeps it any more: monitors are told, contexts go
    name: 'PspSiloRundown',
    cost: 30,
    step(k, f) {
      const silo = f.ptr(0);
      if (f.pc === 0) {
        k.mem.setU32(silo + EJOB.SiloFlags, flagsOf(k, silo) | SiloFlag.Gone);
        remove(k.mem, silo + EJOB.SiloLink);
        k.event('ps.silo', { silo, what: 'terminated' });
        return k.call(f, 1, 'PspSiloMonitorsTerminate', [silo]);
      }
      return f.pc === 1 ? k.call(f, 2, 'PspSiloDropContexts', [silo]) : k.returnVoid();
    },
  },
  {
    // Delete procedure of jobs
    name: 'PspJobDelete',
    step(k, f) {
      const job = f.ptr(0);
      if (f.pc === 0 && isSilo(k, job) && !(flagsOf(k, job) & SiloFlag.Gone)) return k.call(f, 1, 'PspSiloRundown', [job]);
      if (k.mem.ptr(job + EJOB.SiloName + UNICODE_STRING.Buffer) !== 0) freeUnicode(k, job + EJOB.SiloName);
      const parent = k.mem.ptr(job + EJOB.ParentJob);
      return parent !== 0 && f.pc < 2 ? k.call(f, 2, 'ObfDereferenceObject', [parent]) : k.returnVoid();
    },
  },
];
