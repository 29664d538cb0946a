// Jobs as objects: processes with common limits. Who is in which job, the limit of active processes, how all of them end. The services are in job-services.ts,
// jobs that are containers in silo.ts. Nested jobs are not simulated (a process is in one job at most). Reference: ps-routines.md conventions.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { EJOB, EPROCESS, PS_GLOBALS } from '../layouts.gen.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { allocateObject, dropReferenceDeferred, referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { entries, initListHead, insertTail, isEmpty, remove } from '../rtl/list.js';
import { terminateProcess } from './exit.js';

/** JOB_OBJECT_LIMIT_* that do something here. */
export const JobLimit = { ActiveProcess: 8, KillOnClose: 0x2000 } as const;

/** New job object with one reference; 0: out of memory. */
export function newJob(k: Kernel): Addr {
  const m = k.mem;
  const job = allocateObject(k, ObType.Job, EJOB.sizeof, 'PsJb');
  if (job === 0) return 0;
  initEvent(k, job + EJOB.Event, NotificationEvent, false);
  initListHead(m, job + EJOB.ProcessListHead);
  const id = k.globals.PS + PS_GLOBALS.NextJobId;
  m.setU32(id, m.u32(id) + 1);
  m.setU32(job + EJOB.JobId, m.u32(id));
  return job;
}

/** Processes of a job. */
export const members = (k: Kernel, job: Addr): Addr[] => entries(k.mem, job + EJOB.ProcessListHead).map((e) => e - EPROCESS.JobLinks);
export const jobOf = (k: Kernel, process: Addr): Addr => k.mem.ptr(process + EPROCESS.Job);

/** The limit of active processes is reached. */
export const isFull = (k: Kernel, job: Addr): boolean =>
  (k.mem.u32(job + EJOB.LimitFlags) & JobLimit.ActiveProcess) !== 0 &&
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

/** Asks all processes of a job to end. */
export function terminateAll(k: Kernel, job: Addr, status: number): void {
  k.mem.setU32(job + EJOB.Terminated, 1);
  for (const p of members(k, job)) {
    if (terminateProcess(k, p, status) === NT.SUCCESS)
      k.mem.setU32(job + EJOB.TotalTerminatedProcesses, k.mem.u32(job + EJOB.TotalTerminatedProcesses) + 1);
  }
}

/** The last handle of a job is closed. */
export function closeJob(k: Kernel, job: Addr): void {
  if (k.mem.u32(job + EJOB.LimitFlags) & JobLimit.KillOnClose) terminateAll(k, job, NT.SUCCESS);
}
