// What NtSetInformationProcess and NtSetInformationThread can change. A class says how long its buffer is, reads it, checks it, and acts on the object; the
// service (information.ts) has probed the buffer and found the object before (reference: ps-routines.md 7, 8).
import type { Addr } from '../../machine/abi.js';
import { setIdealProcessor, setUserAffinity } from '../ke/affinity.js';
import { setBasePriority, setProcessBasePriority } from '../ke/priority.js';
import { readGroupAffinity, readProcessorNumber, writeProcessorNumber } from '../ke/processors.js';
import { setForeground } from '../ke/quantum.js';
import { allProcessors } from '../ke/thread.js';
import type { Kernel } from '../kernel.js';
import {
  EPROCESS,
  ETHREAD,
  GROUP_AFFINITY,
  KPROCESS,
  KTHREAD,
  PROCESS_ACCESS_TOKEN,
  PROCESS_PRIORITY_CLASS,
  PROCESSINFOCLASS,
  PROCESSOR_NUMBER,
  QUOTA_LIMITS,
  THREADINFOCLASS,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { dropReference, dropReferenceDeferred } from '../ob/object.js';
import { borrowFor, referenceFor } from '../ob/reference.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { assignImpersonationToken, TOKEN_IMPERSONATE } from '../se/impersonation.js';
import { isPrimaryToken } from '../se/token.js';
import { liveThreads } from './exit.js';
import { NONPAGED, PAGED } from './quota.js';
import { ProcessFlag, processOf, ThreadFlag } from './state.js';

export interface SetClass {
  readonly size: number;
  readonly alignment?: number;
  /** THREAD_SET_LIMITED_INFORMATION / PROCESS_SET_LIMITED_INFORMATION is enough, or another right altogether. */
  readonly access?: number;
  /** Status of a value that is wrong whatever the object is; SUCCESS: go on. */
  readonly check?: (k: Kernel, buffer: Addr) => number;
  /** Acts, and answers a status or the Ke routine that does the rest: (object, value). */
  readonly act: (k: Kernel, body: Addr, buffer: Addr) => number | { readonly routine: string; readonly value: number };
}

const HIGH_PRIORITY = 31;
const MAXIMUM_PROCESSORS = 64;
/** Base priorities of the classes 1 idle, 2 normal, 3 high, 4 realtime, 5 below normal, 6 above normal. */
const CLASS_BASE: Readonly<Record<number, number>> = { 1: 4, 2: 8, 3: 13, 4: 24, 5: 6, 6: 10 };
const THREAD_SET_THREAD_TOKEN = 0x80;
const TOKEN_ASSIGN_PRIMARY = 1;
const MAX_IO_PRIORITY = 2; // normal; high and critical are for the system
const MAX_PAGE_PRIORITY = 5;

const value = (k: Kernel, buffer: Addr): number => k.mem.checked.i32(buffer);

function setFlag(k: Kernel, at: Addr, flag: number, on: boolean): number {
  const flags = k.mem.u32(at);
  k.mem.setU32(at, (on ? flags | flag : flags & ~flag) >>> 0);
  return NT.SUCCESS;
}

function foreground(k: Kernel, process: Addr, on: boolean): void {
  k.mem.setU8(process + EPROCESS.ForegroundProcess, on ? 1 : 0);
  setForeground(k, process, on);
}

/** A class that is one byte of the object, given as ULONG. */
const small = (field: number, max: number): SetClass => ({
  size: 4,
  check: (k, buffer) => (k.mem.checked.u32(buffer) > max ? NT.INVALID_PARAMETER : NT.SUCCESS),
  act(k, body, buffer) {
    k.mem.setU8(body + field, value(k, buffer));
    return NT.SUCCESS;
  },
});

export const setProcess: Readonly<Record<number, SetClass>> = {
  [PROCESSINFOCLASS.ProcessQuotaLimits]: {
    size: QUOTA_LIMITS.sizeof, // pool limits; a zero leaves them
    access: 0x100,
    act(k, p, buffer) {
      const limits = [k.mem.checked.ptr(buffer + QUOTA_LIMITS.PagedPoolLimit), k.mem.checked.ptr(buffer + QUOTA_LIMITS.NonPagedPoolLimit)];
      [PAGED, NONPAGED].forEach((kind, i) => {
        if (limits[i] > 0) k.mem.setPtr(p + EPROCESS.ProcessQuotaLimit + 8 * kind, limits[i]);
      });
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessBasePriority]: {
    size: 4,
    check: (k, buffer) => (value(k, buffer) < 1 || value(k, buffer) > HIGH_PRIORITY ? NT.INVALID_PARAMETER : NT.SUCCESS),
    act(k, p, buffer) {
      setProcessBasePriority(k, p, value(k, buffer));
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessAccessToken]: {
    size: PROCESS_ACCESS_TOKEN.sizeof, // replaces the primary token
    act(k, p, buffer) {
      const r = referenceFor(k, k.mem.checked.ptr(buffer + PROCESS_ACCESS_TOKEN.Token), TOKEN_ASSIGN_PRIMARY, ObType.Token);
      if (!ntSuccess(r.status)) return r.status;
      if (!isPrimaryToken(k, r.body)) {
        dropReference(k, r.body); // its handle keeps it
        return NT.BAD_TOKEN_TYPE;
      }
      const old = k.mem.ptr(p + EPROCESS.Token);
      k.mem.setPtr(p + EPROCESS.Token, r.body);
      if (old !== 0) dropReferenceDeferred(k, old);
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessDefaultHardErrorMode]: {
    size: 4,
    act(k, p, buffer) {
      k.mem.setU32(p + EPROCESS.DefaultHardErrorProcessing, value(k, buffer));
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessPriorityClass]: {
    size: PROCESS_PRIORITY_CLASS.sizeof,
    alignment: 1,
    check: (k, buffer) =>
      CLASS_BASE[k.mem.checked.u8(buffer + PROCESS_PRIORITY_CLASS.PriorityClass)] === undefined ? NT.INVALID_PARAMETER : NT.SUCCESS,
    act(k, p, buffer) {
      const priorityClass = k.mem.checked.u8(buffer + PROCESS_PRIORITY_CLASS.PriorityClass);
      foreground(k, p, k.mem.checked.u8(buffer + PROCESS_PRIORITY_CLASS.Foreground) !== 0);
      k.mem.setU8(p + EPROCESS.PriorityClass, priorityClass);
      setProcessBasePriority(k, p, CLASS_BASE[priorityClass]);
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessAffinityMask]: {
    size: 8,
    check: (k, buffer) => {
      const mask = k.mem.checked.u64(buffer);
      return mask === 0n || (mask & ~allProcessors(k)) !== 0n ? NT.INVALID_PARAMETER : NT.SUCCESS;
    },
    act(k, p, buffer) {
      const mask = k.mem.checked.u64(buffer);
      k.mem.setU64(p + KPROCESS.Affinity, mask);
      for (const t of liveThreads(k, p)) setUserAffinity(k, t, mask);
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessForegroundInformation]: {
    size: 1, // PROCESS_FOREGROUND_BACKGROUND
    alignment: 1,
    act(k, p, buffer) {
      foreground(k, p, k.mem.checked.u8(buffer) !== 0);
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessPriorityBoost]: {
    size: 4,
    act(k, p, buffer) {
      const disable = value(k, buffer) !== 0 ? 1 : 0;
      k.mem.setU8(p + KPROCESS.DisableBoost, disable);
      for (const t of liveThreads(k, p)) k.mem.setU8(t + KTHREAD.DisableBoost, disable);
      return NT.SUCCESS;
    },
  },
  [PROCESSINFOCLASS.ProcessBreakOnTermination]: {
    size: 4,
    act: (k, p, buffer) => setFlag(k, p + EPROCESS.Flags, ProcessFlag.BreakOnTermination, value(k, buffer) !== 0),
  },
  [PROCESSINFOCLASS.ProcessIoPriority]: small(EPROCESS.IoPriority, MAX_IO_PRIORITY),
  [PROCESSINFOCLASS.ProcessPagePriority]: small(EPROCESS.PagePriority, MAX_PAGE_PRIORITY),
};

export const setThread: Readonly<Record<number, SetClass>> = {
  [THREADINFOCLASS.ThreadPriority]: {
    size: 4,
    check: (k, buffer) => (value(k, buffer) <= 0 || value(k, buffer) > HIGH_PRIORITY ? NT.INVALID_PARAMETER : NT.SUCCESS),
    act: (k, _t, buffer) => ({ routine: 'KeSetPriorityThread', value: value(k, buffer) }),
  },
  [THREADINFOCLASS.ThreadBasePriority]: {
    size: 4,
    check(k, buffer) {
      const v = Math.abs(value(k, buffer));
      // 15 and 16 saturate, 3..7 are for real-time processes
      return v <= 7 || v === 15 || v === 16 ? NT.SUCCESS : NT.INVALID_PARAMETER;
    },
    act(k, t, buffer) {
      const realtime = k.mem.i8(processOf(k, t) + KPROCESS.BasePriority) >= 16;
      const v = value(k, buffer);
      if (Math.abs(v) > 2 && Math.abs(v) <= 7 && !realtime) return NT.INVALID_PARAMETER;
      return { routine: 'KeSetBasePriorityThread', value: v };
    },
  },
  [THREADINFOCLASS.ThreadAffinityMask]: {
    size: 8,
    check: (k, buffer) => (k.mem.checked.u64(buffer) === 0n ? NT.INVALID_PARAMETER : NT.SUCCESS),
    act(k, t, buffer) {
      const mask = k.mem.checked.u64(buffer);
      if ((mask & ~k.mem.u64(processOf(k, t) + KPROCESS.Affinity)) !== 0n) return NT.INVALID_PARAMETER;
      setUserAffinity(k, t, mask);
      return NT.SUCCESS;
    },
  },
  [THREADINFOCLASS.ThreadImpersonationToken]: {
    size: 8, // handle of a token, NULL ends impersonation
    access: THREAD_SET_THREAD_TOKEN,
    act(k, t, buffer) {
      const handle = k.mem.checked.ptr(buffer);
      if (handle === 0) return assignImpersonationToken(k, t, 0);
      const r = borrowFor(k, handle, TOKEN_IMPERSONATE, ObType.Token);
      return ntSuccess(r.status) ? assignImpersonationToken(k, t, r.body) : r.status;
    },
  },
  [THREADINFOCLASS.ThreadQuerySetWin32StartAddress]: {
    size: 8,
    act(k, t, buffer) {
      k.mem.setPtr(t + ETHREAD.Win32StartAddress, k.mem.checked.ptr(buffer));
      return NT.SUCCESS;
    },
  },
  [THREADINFOCLASS.ThreadIdealProcessor]: {
    size: 4, // ideal processor; the status of success is the old one, MAXIMUM_PROCESSORS only asks
    check: (k, buffer) => (k.mem.checked.u32(buffer) > MAXIMUM_PROCESSORS ? NT.INVALID_PARAMETER : NT.SUCCESS),
    act: (k, t, buffer) => setIdealProcessor(k, t, value(k, buffer)),
  },
  [THREADINFOCLASS.ThreadPriorityBoost]: {
    size: 4,
    act(k, t, buffer) {
      k.mem.setU8(t + KTHREAD.DisableBoost, value(k, buffer) !== 0 ? 1 : 0);
      return NT.SUCCESS;
    },
  },
  [THREADINFOCLASS.ThreadHideFromDebugger]: {
    size: 0, // ThreadHideFromDebugger has no value
    act(k, t) {
      k.mem.setU8(t + ETHREAD.HideFromDebugger, 1);
      return NT.SUCCESS;
    },
  },
  [THREADINFOCLASS.ThreadBreakOnTermination]: {
    size: 4,
    act: (k, t, buffer) => setFlag(k, t + ETHREAD.CrossThreadFlags, ThreadFlag.BreakOnTermination, value(k, buffer) !== 0),
  },
  [THREADINFOCLASS.ThreadIoPriority]: small(ETHREAD.IoPriority, MAX_IO_PRIORITY),
  [THREADINFOCLASS.ThreadPagePriority]: small(ETHREAD.PagePriority, MAX_PAGE_PRIORITY),
  [THREADINFOCLASS.ThreadActualBasePriority]: {
    size: 4,
    check: (k, buffer) => (value(k, buffer) <= 0 || value(k, buffer) > HIGH_PRIORITY ? NT.INVALID_PARAMETER : NT.SUCCESS),
    act(k, t, buffer) {
      setBasePriority(k, t, value(k, buffer));
      return NT.SUCCESS;
    },
  },
  [THREADINFOCLASS.ThreadGroupInformation]: {
    size: GROUP_AFFINITY.sizeof, // of one group, inside what the process may use
    alignment: 8,
    check: (k, buffer) => (readGroupAffinity(k, buffer) === 0n ? NT.INVALID_PARAMETER : NT.SUCCESS),
    act(k, t, buffer) {
      const mask = k.mem.checked.u64(buffer);
      if ((mask & ~k.mem.u64(processOf(k, t) + KPROCESS.Affinity)) !== 0n) return NT.INVALID_PARAMETER;
      setUserAffinity(k, t, mask);
      return NT.SUCCESS;
    },
  },
  [THREADINFOCLASS.ThreadIdealProcessorEx]: {
    size: PROCESSOR_NUMBER.sizeof, // gives the old one back in the same place
    alignment: 2,
    check: (k, buffer) => (readProcessorNumber(k, buffer) === undefined ? NT.INVALID_PARAMETER : NT.SUCCESS),
    act(k, t, buffer) {
      writeProcessorNumber(k, buffer, setIdealProcessor(k, t, readProcessorNumber(k, buffer) ?? MAXIMUM_PROCESSORS));
      return NT.SUCCESS;
    },
  },
  [THREADINFOCLASS.ThreadNameInformation]: {
    size: UNICODE_STRING.sizeof,
    alignment: 8,
    access: 0x400,
    check(k, buffer) {
      captureUnicode(k, buffer); // characters that cannot be read show before the object is touched
      return NT.SUCCESS;
    },
    act(k, t, buffer) {
      const text = captureUnicode(k, buffer);
      freeUnicode(k, t + ETHREAD.ThreadName);
      return allocateUnicode(k, t + ETHREAD.ThreadName, text, 'ThNm') ? NT.SUCCESS : NT.NO_MEMORY;
    },
  },
};
