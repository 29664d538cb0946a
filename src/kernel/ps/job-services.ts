// Services on jobs: assignment, termination, limits and accounting, and the classes that make a silo of a job (reference: ps-routines.md conventions).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  EJOB,
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION,
  JOBOBJECT_BASIC_LIMIT_INFORMATION,
  JOBOBJECT_BASIC_PROCESS_ID_LIST,
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
  JOBOBJECTINFOCLASS,
} from '../layouts.gen.js';
import { openByName } from '../ob/namespace.js';
import { pidOf } from '../ob/note.js';
import { creator } from '../ob/object-query.js';
import { borrowFor } from '../ob/reference.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { pack } from './class-buffer.js';
import { terminateProcess } from './exit.js';
import { JobLimit, jobOf, joinJob, members, newJob, terminateAll } from './job.js';
import { isSilo, makeSilo, startServer } from './silo.js';
import { hasProcessFlag, ownProcess, ProcessFlag } from './state.js';

const Right = { AssignProcess: 1, SetAttributes: 2, Query: 4, Terminate: 8 } as const;
const PROCESS_TERMINATE_AND_QUOTA = 0x101;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
/** Limits that change nothing here: breakaway, die on unhandled exception, and the two above. */
const ACCEPTED = JobLimit.ActiveProcess | JobLimit.KillOnClose | 0x400 | 0x800 | 0x1000;
const Class = JOBOBJECTINFOCLASS;
const BASIC_LIMIT = JOBOBJECT_BASIC_LIMIT_INFORMATION;
const EXTENDED_LIMIT = JOBOBJECT_EXTENDED_LIMIT_INFORMATION;
const ACCOUNTING = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION;
const ID_LIST = JOBOBJECT_BASIC_PROCESS_ID_LIST;

/** Job by handle for this step; NULL: the job of the calling process. */
function find(k: Kernel, handle: Addr, access: number): { readonly status: number; readonly job: Addr } {
  if (handle === 0) {
    const job = jobOf(k, ownProcess(k));
    return { status: job === 0 ? NT.ACCESS_DENIED : NT.SUCCESS, job };
  }
  const r = borrowFor(k, handle, access, ObType.Job);
  return { status: r.status, job: r.body };
}

function assign(k: Kernel, f: Frame): Status {
  const j = find(k, f.ptr(0), Right.AssignProcess);
  if (!ntSuccess(j.status)) return k.return(j.status);
  const p = borrowFor(k, f.ptr(1), PROCESS_TERMINATE_AND_QUOTA, ObType.Process);
  if (!ntSuccess(p.status)) return k.return(p.status);
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
  const p = borrowFor(k, f.ptr(0), PROCESS_QUERY_LIMITED_INFORMATION, ObType.Process);
  if (!ntSuccess(p.status)) return k.return(p.status);
  const its = jobOf(k, p.body);
  if (f.ptr(1) === 0) return k.return(its !== 0 ? NT.PROCESS_IN_JOB : NT.PROCESS_NOT_IN_JOB);
  const j = find(k, f.ptr(1), Right.Query);
  if (!ntSuccess(j.status)) return k.return(j.status);
  return k.return(its === j.job ? NT.PROCESS_IN_JOB : NT.PROCESS_NOT_IN_JOB);
}

/** JOBOBJECT_BASIC_LIMIT_INFORMATION */
const basicLimit = (k: Kernel, job: Addr): [number, number, number][] => [
  [BASIC_LIMIT.LimitFlags, 4, k.mem.u32(job + EJOB.LimitFlags)],
  [BASIC_LIMIT.ActiveProcessLimit, 4, k.mem.u32(job + EJOB.ActiveProcessLimit)],
];

function answer(k: Kernel, job: Addr, kind: number): Uint8Array | undefined {
  const ids = members(k, job).map((p) => pidOf(k, p));
  switch (kind) {
    case Class.JobObjectBasicAccountingInformation:
      return pack(ACCOUNTING.sizeof, [
        [ACCOUNTING.TotalProcesses, 4, k.mem.u32(job + EJOB.TotalProcesses)],
        [ACCOUNTING.ActiveProcesses, 4, k.mem.u32(job + EJOB.ActiveProcesses)],
        [ACCOUNTING.TotalTerminatedProcesses, 4, k.mem.u32(job + EJOB.TotalTerminatedProcesses)],
      ]).bytes;
    case Class.JobObjectBasicLimitInformation:
      return pack(BASIC_LIMIT.sizeof, basicLimit(k, job)).bytes;
    case Class.JobObjectBasicProcessIdList:
      return pack(ID_LIST.ProcessIdList + 8 * ids.length, [
        [ID_LIST.NumberOfAssignedProcesses, 4, ids.length],
        [ID_LIST.NumberOfProcessIdsInList, 4, ids.length],
        ...ids.map((id, i) => [ID_LIST.ProcessIdList + 8 * i, 8, id] as const),
      ]).bytes;
    case Class.JobObjectExtendedLimitInformation:
      return pack(EXTENDED_LIMIT.sizeof, basicLimit(k, job)).bytes;
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
  const bytes = answer(k, j.job, f.u32(1));
  if (!bytes) {
    k.event('ps.not-simulated', { service: 'NtQueryInformationJobObject', class: f.u32(1) });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  if (f.u32(3) < bytes.length)
    return k.return(f.u32(1) === Class.JobObjectBasicProcessIdList ? NT.BUFFER_OVERFLOW : NT.INFO_LENGTH_MISMATCH);
  if (f.ptr(4) !== 0) k.mem.checked.setU32(f.ptr(4), bytes.length);
  k.mem.checked.setBytes(f.ptr(2), bytes);
  return k.return(NT.SUCCESS);
}

/** Classes 35 and 40 make a silo of the job, and a server silo of the silo: monitors are told (silo-monitor.ts). */
function setSilo(k: Kernel, f: Frame): Status {
  const j = find(k, f.ptr(0), Right.SetAttributes);
  if (!ntSuccess(j.status)) return k.return(j.status);
  const create = f.u32(1) === Class.JobObjectCreateSilo;
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
  if (f.u32(1) === Class.JobObjectCreateSilo || f.u32(1) === Class.JobObjectServerSiloInitialize) return setSilo(k, f);
  const basic = f.u32(1) === Class.JobObjectBasicLimitInformation;
  const size = basic ? BASIC_LIMIT.sizeof : f.u32(1) === Class.JobObjectExtendedLimitInformation ? EXTENDED_LIMIT.sizeof : 0;
  if (size === 0) {
    k.event('ps.not-simulated', { service: 'NtSetInformationJobObject', class: f.u32(1) });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  if (f.u32(3) !== size) return k.return(NT.INFO_LENGTH_MISMATCH);
  probeUser(k, f.ptr(2), size, false, 4);
  const flags = k.mem.checked.u32(f.ptr(2) + BASIC_LIMIT.LimitFlags);
  const active = k.mem.checked.u32(f.ptr(2) + BASIC_LIMIT.ActiveProcessLimit);
  const j = find(k, f.ptr(0), Right.SetAttributes);
  if (!ntSuccess(j.status)) return k.return(j.status);
  // other limits would be promised and not kept
  if ((flags & ~ACCEPTED) !== 0) {
    k.event('ps.not-simulated', { service: 'NtSetInformationJobObject (limit flags)', class: flags });
    return k.return(NT.NOT_SUPPORTED);
  }
  if (basic && flags & JobLimit.KillOnClose) return k.return(NT.INVALID_PARAMETER); // an extended limit
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
