// Jobs: processes with common limits. What drivers and their users see of them is simulated: objects of type Job, assignment and inheritance, the limit of active
// processes, kill on close, termination, accounting. Nested jobs are not (a process is in one job at most). Reference: ps-routines.md conventions.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EJOB, EPROCESS } from '../layouts.gen.js';
import { openByName } from '../ob/namespace.js';
import { pidOf } from '../ob/note.js';
import { dropReference, dropReferenceDeferred, referenceObject } from '../ob/object.js';
import { creator } from '../ob/object-query.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { entries, initListHead, insertTail, isEmpty, remove } from '../rtl/list.js';
import { pack } from './class-buffer.js';
import { terminateProcess } from './exit.js';
import { isSilo, makeSilo, newJob, startServer } from './silo.js';
import { hasProcessFlag, ownProcess, ProcessFlag } from './state.js';

const Right = { AssignProcess: 1, SetAttributes: 2, Query: 4, Terminate: 8 } as const;
const PROCESS_TERMINATE_AND_QUOTA = 0x101;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const Limit = { ActiveProcess: 8, KillOnClose: 0x2000 } as const;
/** Limits that change nothing here: breakaway, die on unhandled exception, and the two above. */
const ACCEPTED = Limit.ActiveProcess | Limit.KillOnClose | 0x400 | 0x800 | 0x1000;
const CREATE_SILO = 35;
const SERVER_SILO_INITIALIZE = 40;
const BASIC_LIMIT = 0x40;
const EXTENDED_LIMIT = 0x90;

const members = (k: Kernel, job: Addr): Addr[] => entries(k.mem, job + EJOB.ProcessListHead).map((e) => e - EPROCESS.JobLinks);
const jobOf = (k: Kernel, process: Addr): Addr => k.mem.ptr(process + EPROCESS.Job);

/** The limit of active processes is reached. */
export const isFull = (k: Kernel, job: Addr): boolean =>
  (k.mem.u32(job + EJOB.LimitFlags) & Limit.ActiveProcess) !== 0 &&
  k.mem.u32(job + EJOB.ActiveProcesses) >= k.mem.u32(job + EJOB.ActiveProcessLimit);

/** Puts a process into a job; the job stays referenced until the process object is deleted. */
export function joinJob(k: Kernel, job: Addr, process: Addr): number {
  const m = k.mem;
  const active = m.u32(job + EJOB.ActiveProcesses);
  if (isFull(k, job)) return NT.QUOTA_EXCEEDED;
  referenceObject(k, job);
  m.setPtr(process + EPROCESS.Job, job);
  insertTail(m, job + EJOB.ProcessListHead, process + EPROCESS.JobLinks);
  m.setU32(job + EJOB.ActiveProcesses, active + 1);
  m.setU32(job + EJOB.TotalProcesses, m.u32(job + EJOB.TotalProcesses) + 1);
  return NT.SUCCESS;
}

/** A process of a job has ended: it no longer counts. */
export function endInJob(k: Kernel, process: Addr): void {
  const job = jobOf(k, process);
  if (job === 0 || isEmpty(k.mem, process + EPROCESS.JobLinks)) return;
  remove(k.mem, process + EPROCESS.JobLinks);
  initListHead(k.mem, process + EPROCESS.JobLinks);
  k.mem.setU32(job + EJOB.ActiveProcesses, k.mem.u32(job + EJOB.ActiveProcesses) - 1);
}

/** The process object is deleted. */
export function forgetJob(k: Kernel, process: Addr): void {
  const job = jobOf(k, process);
  if (job === 0) return;
  endInJob(k, process);
  k.mem.setPtr(process + EPROCESS.Job, 0);
  dropReferenceDeferred(k, job);
}

function terminateAll(k: Kernel, job: Addr, status: number): void {
  k.mem.setU32(job + EJOB.Terminated, 1);
  for (const p of members(k, job)) {
    if (terminateProcess(k, p, status) === NT.SUCCESS)
      k.mem.setU32(job + EJOB.TotalTerminatedProcesses, k.mem.u32(job + EJOB.TotalTerminatedProcesses) + 1);
  }
}

/** The last handle of a job is closed. */
export function closeJob(k: Kernel, job: Addr): void {
  if (k.mem.u32(job + EJOB.LimitFlags) & Limit.KillOnClose) terminateAll(k, job, NT.SUCCESS);
}

/** Job by handle for this step; NULL: the job of the calling process. */
function find(k: Kernel, handle: Addr, access: number): { readonly status: number; readonly job: Addr } {
  if (handle === 0) {
    const job = jobOf(k, ownProcess(k));
    return { status: job === 0 ? NT.ACCESS_DENIED : NT.SUCCESS, job };
  }
  const r = referenceFor(k, handle, access, ObType.Job);
  if (ntSuccess(r.status)) dropReference(k, r.body); // its handle keeps it
  return { status: r.status, job: r.body };
}

function assign(k: Kernel, f: Frame): Status {
  const j = find(k, f.ptr(0), Right.AssignProcess);
  if (!ntSuccess(j.status)) return k.return(j.status);
  const p = referenceFor(k, f.ptr(1), PROCESS_TERMINATE_AND_QUOTA, ObType.Process);
  if (!ntSuccess(p.status)) return k.return(p.status);
  dropReference(k, p.body); // its handle keeps it
  if (hasProcessFlag(k, p.body, ProcessFlag.Deleting)) return k.return(NT.PROCESS_IS_TERMINATING);
  if (jobOf(k, p.body) !== 0) return k.return(NT.ACCESS_DENIED);
  const status = joinJob(k, j.job, p.body);
  // a process beyond the limit is ended, and its assignment fails
  if (!ntSuccess(status)) terminateProcess(k, p.body, NT.QUOTA_EXCEEDED); // (U) its exit status
  return k.return(status);
}

function terminate(k: Kernel, f: Frame): Status {
  if (f.pc !== 0) return k.return(NT.SUCCESS);
  const j = find(k, f.ptr(0), Right.Terminate);
  if (!ntSuccess(j.status)) return k.return(j.status);
  const own = jobOf(k, ownProcess(k)) === j.job;
  terminateAll(k, j.job, f.i32(1));
  return own ? k.call(f, 1, 'PspExitThread', [f.i32(1)]) : k.return(NT.SUCCESS);
}

function isInJob(k: Kernel, f: Frame): Status {
  const p = referenceFor(k, f.ptr(0), PROCESS_QUERY_LIMITED_INFORMATION, ObType.Process);
  if (!ntSuccess(p.status)) return k.return(p.status);
  dropReference(k, p.body); // its handle keeps it
  const its = jobOf(k, p.body);
  if (f.ptr(1) === 0) return k.return(its !== 0 ? NT.PROCESS_IN_JOB : NT.PROCESS_NOT_IN_JOB);
  const j = find(k, f.ptr(1), Right.Query);
  if (!ntSuccess(j.status)) return k.return(j.status);
  return k.return(its === j.job ? NT.PROCESS_IN_JOB : NT.PROCESS_NOT_IN_JOB);
}

/** JOBOBJECT_BASIC_LIMIT_INFORMATION */
const basicLimit = (k: Kernel, job: Addr): [number, number, number][] => [
  [0x10, 4, k.mem.u32(job + EJOB.LimitFlags)],
  [0x28, 4, k.mem.u32(job + EJOB.ActiveProcessLimit)],
];

function answer(k: Kernel, job: Addr, kind: number): ReturnType<typeof pack> | undefined {
  const ids = members(k, job).map((p) => pidOf(k, p));
  switch (kind) {
    case 1: // JOBOBJECT_BASIC_ACCOUNTING_INFORMATION
      return pack(0x30, [
        [0x24, 4, k.mem.u32(job + EJOB.TotalProcesses)],
        [0x28, 4, k.mem.u32(job + EJOB.ActiveProcesses)],
        [0x2c, 4, k.mem.u32(job + EJOB.TotalTerminatedProcesses)],
      ]);
    case 2:
      return pack(BASIC_LIMIT, basicLimit(k, job));
    case 3: // JOBOBJECT_BASIC_PROCESS_ID_LIST
      return pack(8 + 8 * ids.length, [[0, 4, ids.length], [4, 4, ids.length], ...ids.map((id, i) => [8 + 8 * i, 8, id] as const)]);
    case 9:
      return pack(EXTENDED_LIMIT, basicLimit(k, job));
    default:
      return undefined;
  }
}

function query(k: Kernel, f: Frame): Status {
  // (Job | NULL, Class, Buffer, Length, PULONG ReturnLength)
  probeUser(k, f.ptr(2), f.u32(3), true, 4);
  if (f.ptr(4) !== 0) probeUser(k, f.ptr(4), 4, true);
  const j = find(k, f.ptr(0), Right.Query);
  if (!ntSuccess(j.status)) return k.return(j.status);
  const a = answer(k, j.job, f.u32(1));
  if (!a || !('bytes' in a)) {
    k.event('ps.not-simulated', { service: 'NtQueryInformationJobObject', class: f.u32(1) });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  if (f.u32(3) < a.bytes.length) return k.return(f.u32(1) === 3 ? NT.BUFFER_OVERFLOW : NT.INFO_LENGTH_MISMATCH);
  if (f.ptr(4) !== 0) k.mem.checked.setU32(f.ptr(4), a.bytes.length);
  k.mem.checked.setBytes(f.ptr(2), a.bytes);
  return k.return(NT.SUCCESS);
}

/** Classes 35 and 40 make a silo of the job, and a server silo of the silo: monitors are told (silo-monitor.ts). */
function setSilo(k: Kernel, f: Frame): Status {
  const j = find(k, f.ptr(0), Right.SetAttributes);
  if (!ntSuccess(j.status)) return k.return(j.status);
  const create = f.u32(1) === CREATE_SILO;
  if (isSilo(k, j.job) === create) return k.return(NT.INVALID_PARAMETER);
  if (create) {
    makeSilo(k, j.job, `\\Silos\\${k.mem.u32(j.job + EJOB.JobId)}`);
    return k.return(NT.SUCCESS);
  }
  startServer(k, j.job);
  k.event('ps.silo', { silo: j.job, what: 'created' });
  return k.call(f, 1, 'PspSiloMonitorsCreate', [j.job]);
}

function set(k: Kernel, f: Frame): Status {
  // (Job, Class, Buffer, Length)
  if (f.pc === 1) return k.return(NT.SUCCESS);
  if (f.u32(1) === CREATE_SILO || f.u32(1) === SERVER_SILO_INITIALIZE) return setSilo(k, f);
  const size = f.u32(1) === 2 ? BASIC_LIMIT : f.u32(1) === 9 ? EXTENDED_LIMIT : 0;
  if (size === 0) {
    k.event('ps.not-simulated', { service: 'NtSetInformationJobObject', class: f.u32(1) });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  if (f.u32(3) !== size) return k.return(NT.INFO_LENGTH_MISMATCH);
  probeUser(k, f.ptr(2), size, false, 4);
  const [flags, active] = [k.mem.checked.u32(f.ptr(2) + 0x10), k.mem.checked.u32(f.ptr(2) + 0x28)];
  const j = find(k, f.ptr(0), Right.SetAttributes);
  if (!ntSuccess(j.status)) return k.return(j.status);
  // other limits would be promised and not kept
  if ((flags & ~ACCEPTED) !== 0) {
    k.event('ps.not-simulated', { service: 'NtSetInformationJobObject (limit flags)', class: flags });
    return k.return(NT.NOT_SUPPORTED);
  }
  if (f.u32(1) === 2 && flags & Limit.KillOnClose) return k.return(NT.INVALID_PARAMETER); // an extended limit
  k.mem.setU32(j.job + EJOB.LimitFlags, flags);
  k.mem.setU32(j.job + EJOB.ActiveProcessLimit, active);
  return k.return(NT.SUCCESS);
}

const services: ServiceDefinition[] = [
  creator('CreateJobObject', 3, ObType.Job, newJob),
  openByName('OpenJobObject', ObType.Job),
  { name: 'AssignProcessToJobObject', args: 2, cost: 30, step: assign },
  { name: 'TerminateJobObject', args: 2, cost: 50, step: terminate },
  { name: 'IsProcessInJob', args: 2, cost: 20, step: isInJob },
  { name: 'QueryInformationJobObject', args: 5, cost: 30, step: query },
  { name: 'SetInformationJobObject', args: 4, cost: 30, step: set },
];

export const routines: KernelRoutine[] = makeServices(services);
