// Counters and small properties of processes and threads: disk I/O accounting, cycles, prefetching, hard errors, WOW64 APCs (reference: ps-routines.md 2-4).
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { processCycles } from './process-classes.js';

/** Counters of EPROCESS in the order of PsUpdateDiskCounters' arguments. */
const DISK = [
  EPROCESS.DiskBytesRead,
  EPROCESS.DiskBytesWritten,
  EPROCESS.DiskReadCount,
  EPROCESS.DiskWriteCount,
  EPROCESS.DiskFlushCount,
] as const;

const byteOfCurrent = (k: Kernel, field: number): number => k.currentThread() + field;

export const routines: KernelRoutine[] = [
  {
    // (Process, BytesRead, BytesWritten, ReadOperationCount, WriteOperationCount, FlushOperationCount)
    name: 'PsUpdateDiskCounters',
    cost: 5,
    step(k, f) {
      DISK.forEach((field, i) => {
        const at = f.ptr(0) + field;
        const more = i < 2 ? f.u64(1 + i) : BigInt(f.u32(1 + i));
        k.mem.checked.setU64(at, BigInt.asUintN(64, k.mem.checked.u64(at) + more));
      });
      return k.returnVoid();
    },
  },
  { name: 'PsIsDiskCountersEnabled', cost: 2, step: (k) => k.return(1) },
  {
    // (Process, PULONG64 CycleTimeStamp | NULL)
    name: 'PsQueryTotalCycleTimeProcess',
    cost: 10,
    step(k, f) {
      k.mem.checked.u8(f.ptr(0));
      if (f.ptr(1) !== 0) k.mem.checked.setPtr(f.ptr(1), k.now);
      return k.return(processCycles(k, f.ptr(0)));
    },
  },
  {
    // (Prefetching) -> the flag before
    name: 'PsSetCurrentThreadPrefetching',
    cost: 3,
    step(k, f) {
      const at = byteOfCurrent(k, ETHREAD.Prefetching);
      const was = k.mem.u8(at);
      k.mem.setU8(at, f.bool(0) ? 1 : 0);
      return k.return(was);
    },
  },
  { name: 'PsIsCurrentThreadPrefetching', cost: 3, step: (k) => k.return(k.mem.u8(byteOfCurrent(k, ETHREAD.Prefetching))) },
  {
    // (Thread, Disabled)
    name: 'PsSetThreadHardErrorsAreDisabled',
    cost: 3,
    step(k, f) {
      k.mem.checked.setU8(f.ptr(0) + ETHREAD.HardErrorsAreDisabled, f.bool(1) ? 1 : 0);
      return k.returnVoid();
    },
  },
  {
    name: 'PsGetThreadHardErrorsAreDisabled',
    cost: 3,
    step: (k, f) => k.return(k.mem.checked.u8(f.ptr(0) + ETHREAD.HardErrorsAreDisabled)),
  },
  {
    // (Thread, Key, Flags): only the system sets properties, and none of its components that do so is here
    name: 'PsGetThreadProperty',
    cost: 3,
    step(k, f) {
      k.mem.checked.u8(f.ptr(0));
      return k.return(0);
    },
  },
  {
    // (PVOID *ApcContext, PVOID *ApcRoutine): no process here is a 32-bit one, so there is nothing to wrap (U: the status then)
    name: 'PsWrapApcWow64Thread',
    cost: 5,
    step(k, f) {
      k.mem.checked.ptr(f.ptr(0));
      k.mem.checked.ptr(f.ptr(1));
      return k.return(k.mem.ptr(k.currentProcess() + EPROCESS.WoW64Process) === 0 ? NT.SUCCESS : NT.NOT_SUPPORTED);
    },
  },
];
