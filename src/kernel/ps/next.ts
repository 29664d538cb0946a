// NtGetNextProcess and NtGetNextThread: enumeration by handle. Objects that the caller may not open are passed over (reference: ps-routines.md 7).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { dropReferenceDeferred, referenceObject } from '../ob/object.js';
import { borrowFor, referenceFor } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { entries } from '../rtl/list.js';
import { hasThreadFlag, ThreadFlag } from './state.js';
import { activeProcesses } from './system-information.js';

const PROCESS_QUERY_INFORMATION = 0x400;
/** PROCESS_GET_NEXT_FLAGS_PREVIOUS_PROCESS: backwards. */
const BACKWARDS = 1;

/** Locals: 0 the object that is tried, 1 its handle, 2 status, 3 the process whose threads are walked (referenced) or 0. */
const LOCALS = 4;
const PROCESS = 3;

function done(k: Kernel, f: Frame, status: number): Status {
  if (f.get(PROCESS) !== 0) dropReferenceDeferred(k, f.get(PROCESS));
  return k.return(status);
}

/** The object after `last` (0: the first) in a list of live objects, 0: none. A `last` that has left the list ends the enumeration. */
function after(all: readonly Addr[], last: Addr): Addr {
  if (last === 0) return all[0] ?? 0;
  const i = all.indexOf(last);
  return i < 0 ? 0 : (all[i + 1] ?? 0);
}

/** Tries to open `body`; from then on the steps below go on. */
function attempt(k: Kernel, f: Frame, body: Addr, access: number, attributes: number): Status {
  if (body === 0) return done(k, f, NT.NO_MORE_ENTRIES);
  referenceObject(k, body);
  f.set(0, body);
  return k.call(f, 1, 'ObpCreateHandle', [body, access, attributes, previousMode(k), 0, f.localAddress(1), OB_OPERATION_HANDLE_CREATE, 0]);
}

function proceed(k: Kernel, f: Frame, out: number, all: () => readonly Addr[], access: number, attributes: number): Status {
  if (f.pc === 1) {
    f.set(2, f.result32 | 0);
    if (ntSuccess(f.get(2))) k.mem.checked.setPtr(f.ptr(out), f.get(1));
    return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
  }
  if (f.get(2) !== NT.ACCESS_DENIED) return done(k, f, f.get(2));
  return attempt(k, f, after(all(), f.get(0)), access, attributes);
}

function nextProcess(k: Kernel, f: Frame): Status {
  // (ProcessHandle | NULL, Access, HandleAttributes, Flags, *New)
  const all = (): Addr[] => {
    const list = activeProcesses(k);
    return f.u32(3) & BACKWARDS ? list.reverse() : list;
  };
  if (f.pc !== 0) return proceed(k, f, 4, all, f.u32(1), f.u32(2));
  probeUser(k, f.ptr(4), 8, true);
  if ((f.u32(3) & ~BACKWARDS) !== 0) return k.return(NT.INVALID_PARAMETER);
  let last = 0;
  if (f.ptr(0) !== 0) {
    const r = borrowFor(k, f.ptr(0), 0, ObType.Process);
    if (!ntSuccess(r.status)) return k.return(r.status);
    last = r.body;
  }
  return attempt(k, f, after(all(), last), f.u32(1), f.u32(2));
}

function nextThread(k: Kernel, f: Frame): Status {
  // (ProcessHandle, ThreadHandle | NULL, Access, HandleAttributes, Flags, *New)
  const all = (): Addr[] =>
    entries(k.mem, f.get(PROCESS) + EPROCESS.ThreadListHead)
      .map((e) => e - ETHREAD.ThreadListEntry)
      .filter((t) => !hasThreadFlag(k, t, ThreadFlag.Dead));
  if (f.pc !== 0) return proceed(k, f, 5, all, f.u32(2), f.u32(3));
  probeUser(k, f.ptr(5), 8, true);
  if (f.u32(4) !== 0) return k.return(NT.INVALID_PARAMETER);
  let last = 0;
  if (f.ptr(1) !== 0) {
    const r = borrowFor(k, f.ptr(1), 0, ObType.Thread);
    if (!ntSuccess(r.status)) return k.return(r.status);
    last = r.body;
  }
  const process = referenceFor(k, f.ptr(0), PROCESS_QUERY_INFORMATION, ObType.Process);
  if (!ntSuccess(process.status)) return k.return(process.status);
  f.set(PROCESS, process.body);
  return attempt(k, f, after(all(), last), f.u32(2), f.u32(3));
}

const services: ServiceDefinition[] = [
  { name: 'GetNextProcess', args: 5, locals: LOCALS, cost: 30, step: nextProcess },
  { name: 'GetNextThread', args: 6, locals: LOCALS, cost: 30, step: nextThread },
];

export const routines: KernelRoutine[] = makeServices(services);
