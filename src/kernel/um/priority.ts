// Priorities, affinity and processors in Win32 (reference: scheduler.md §1, §4, §5). Priority classes and relative priorities are other numbers here than in the
// kernel: a class is a bit, and ±15 (time-critical, idle) become ±16, which saturates.
import type { Status } from '../../machine/abi.js';
import { writeGroupAffinity } from '../ke/processors.js';
import { allProcessors } from '../ke/thread.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { GROUP_AFFINITY, PROCESS_BASIC_INFORMATION, PROCESSOR_NUMBER, THREAD_BASIC_INFORMATION } from '../layouts.gen.js';
import { ntSuccess } from '../ob/status.js';
import { setLastError, toBool, valueOr, win32 } from './win32.js';

/** PROCESS_PRIORITY_CLASS by Win32's bits: the kernel's number. */
const CLASSES: Readonly<Record<number, number>> = { 64: 1, 32: 2, 128: 3, 256: 4, 16384: 5, 32768: 6 };
const WIN32_CLASS: Readonly<Record<number, number>> = Object.fromEntries(Object.entries(CLASSES).map(([bit, n]) => [n, Number(bit)]));
const CURRENT_PROCESS = -1;
const ERROR_INVALID_PARAMETER = 87;
const ERROR_RETURN = 0x7fffffff;
const ALL_GROUPS = 0xffff;
const BasicInformation = 0;
const BASIC_SLOTS = THREAD_BASIC_INFORMATION.sizeof / 8;
const ProcessClass = { PriorityClass: 18, AffinityMask: 21, PriorityBoost: 22, ForegroundInformation: 25 } as const;
const ThreadClass = {
  BasePriority: 3,
  AffinityMask: 4,
  IdealProcessor: 13,
  PriorityBoost: 14,
  GroupInformation: 30,
  IdealProcessorEx: 33,
} as const;

const refuse = (k: Kernel, answer: number): Status => {
  setLastError(k, ERROR_INVALID_PARAMETER);
  return k.return(answer);
};

/** (Handle, *DisableBoost) and (Handle, DisableBoost) of processes and threads. */
const priorityBoost = (what: 'Process' | 'Thread', infoClass: number): KernelRoutine[] => [
  win32({
    name: `Get${what}PriorityBoost`,
    locals: 1,
    service: `NtQueryInformation${what}`,
    args: (_k, f) => [f.ptr(0), infoClass, f.localAddress(0), 4, 0],
    result(k, f, status) {
      if (ntSuccess(status)) k.mem.checked.setU32(f.ptr(1), k.mem.u32(f.localAddress(0)));
      return toBool(k, status);
    },
  }),
  win32({
    name: `Set${what}PriorityBoost`,
    locals: 1,
    service: `NtSetInformation${what}`,
    args(k, f) {
      k.mem.setU32(f.localAddress(0), f.u32(1) === 0 ? 0 : 1);
      return [f.ptr(0), infoClass, f.localAddress(0), 4];
    },
  }),
];

/** A function that asks for the thread's affinity, sets another, and returns the old one: (Thread, value). */
function setAffinity(name: string, infoClass: number, size: number, result: (k: Kernel, f: Frame) => Status): KernelRoutine {
  return {
    name,
    locals: BASIC_SLOTS,
    cost: 10,
    step(k, f) {
      if (f.pc === 0)
        return k.systemCall(f, 1, 'NtQueryInformationThread', [
          f.ptr(0),
          BasicInformation,
          f.localAddress(0),
          THREAD_BASIC_INFORMATION.sizeof,
          0,
        ]);
      if (!ntSuccess(f.result32)) return valueOr(k, f.result32 | 0, 0, 0);
      if (f.pc === 2) return result(k, f);
      if (infoClass === ThreadClass.GroupInformation)
        return k.systemCall(f, 2, 'NtSetInformationThread', [f.ptr(0), infoClass, f.ptr(1), size]);
      k.mem.setI64(f.localAddress(0), f.i64(1)); // the old mask stays where it is behind it
      return k.systemCall(f, 2, 'NtSetInformationThread', [f.ptr(0), infoClass, f.localAddress(0), size]);
    },
  };
}

export const routines: KernelRoutine[] = [
  {
    // (Process, Class); background mode is a matter of I/O and memory priority, which are not simulated: refused
    name: 'SetPriorityClass',
    locals: 1,
    cost: 10,
    step(k, f) {
      if (f.pc === 1) return toBool(k, f.result32 | 0);
      const priorityClass = CLASSES[f.u32(1)];
      if (priorityClass === undefined) return refuse(k, 0);
      k.mem.setU16(f.localAddress(0), priorityClass << 8);
      return k.systemCall(f, 1, 'NtSetInformationProcess', [f.ptr(0), ProcessClass.PriorityClass, f.localAddress(0), 2]);
    },
  },
  win32({
    name: 'GetPriorityClass',
    locals: 1,
    service: 'NtQueryInformationProcess',
    args: (_k, f) => [f.ptr(0), ProcessClass.PriorityClass, f.localAddress(0), 2, 0],
    result: (k, f, status) => valueOr(k, status, WIN32_CLASS[k.mem.u8(f.localAddress(0) + 1)] ?? 0, 0),
  }),
  win32({
    name: 'GetThreadPriority',
    locals: BASIC_SLOTS,
    service: 'NtQueryInformationThread',
    args: (_k, f) => [f.ptr(0), BasicInformation, f.localAddress(0), THREAD_BASIC_INFORMATION.sizeof, 0],
    result: (k, f, status) => valueOr(k, status, k.mem.i32(f.localAddress(0) + THREAD_BASIC_INFORMATION.BasePriority), ERROR_RETURN),
  }),
  win32({
    // (Thread, Priority): the service says which levels there are
    name: 'SetThreadPriority',
    locals: 1,
    service: 'NtSetInformationThread',
    args(k, f) {
      const level = f.i32(1);
      k.mem.setI32(f.localAddress(0), Math.abs(level) === 15 ? level + Math.sign(level) : Math.abs(level) === 16 ? 0x7fffffff : level);
      return [f.ptr(0), ThreadClass.BasePriority, f.localAddress(0), 4];
    },
  }),
  ...priorityBoost('Process', ProcessClass.PriorityBoost),
  ...priorityBoost('Thread', ThreadClass.PriorityBoost),
  setAffinity('SetThreadAffinityMask', ThreadClass.AffinityMask, 8, (k, f) =>
    k.returnBig(k.mem.i64(f.localAddress(0) + THREAD_BASIC_INFORMATION.AffinityMask)),
  ),
  setAffinity('SetThreadGroupAffinity', ThreadClass.GroupInformation, GROUP_AFFINITY.sizeof, (k, f) => {
    // (Thread, Affinity, *Previous | NULL)
    writeGroupAffinity(k, f.ptr(2), k.mem.u64(f.localAddress(0) + THREAD_BASIC_INFORMATION.AffinityMask));
    return k.return(1);
  }),
  win32({
    name: 'GetThreadGroupAffinity',
    service: 'NtQueryInformationThread',
    args: (_k, f) => [f.ptr(0), ThreadClass.GroupInformation, f.ptr(1), GROUP_AFFINITY.sizeof, 0],
  }),
  win32({
    name: 'SetProcessAffinityMask',
    locals: 1,
    service: 'NtSetInformationProcess',
    args(k, f) {
      k.mem.setI64(f.localAddress(0), f.i64(1));
      return [f.ptr(0), ProcessClass.AffinityMask, f.localAddress(0), 8];
    },
  }),
  {
    // (Process, *ProcessMask, *SystemMask); the system's is that of a process that was never restricted: all processors
    name: 'GetProcessAffinityMask',
    locals: BASIC_SLOTS,
    cost: 10,
    step(k, f) {
      if (f.pc === 0)
        return k.systemCall(f, 1, 'NtQueryInformationProcess', [
          f.ptr(0),
          BasicInformation,
          f.localAddress(0),
          PROCESS_BASIC_INFORMATION.sizeof,
          0,
        ]);
      if (!ntSuccess(f.result32)) return toBool(k, f.result32 | 0);
      k.mem.checked.setI64(f.ptr(1), k.mem.i64(f.localAddress(0) + PROCESS_BASIC_INFORMATION.AffinityMask));
      k.mem.checked.setI64(f.ptr(2), BigInt.asIntN(64, allProcessors(k)));
      return k.return(1);
    },
  },
  win32({
    // (Thread, Processor): the old one, MAXIMUM_PROCESSORS only asks; -1 on failure
    name: 'SetThreadIdealProcessor',
    locals: 1,
    service: 'NtSetInformationThread',
    args(k, f) {
      k.mem.setU32(f.localAddress(0), f.u32(1));
      return [f.ptr(0), ThreadClass.IdealProcessor, f.localAddress(0), 4];
    },
    result: (k, _f, status) => valueOr(k, status, status, -1),
  }),
  win32({
    // (Thread, *New, *Previous | NULL)
    name: 'SetThreadIdealProcessorEx',
    locals: 1,
    service: 'NtSetInformationThread',
    args(k, f) {
      k.mem.setU32(f.localAddress(0), k.mem.checked.u32(f.ptr(1)));
      return [f.ptr(0), ThreadClass.IdealProcessorEx, f.localAddress(0), PROCESSOR_NUMBER.sizeof];
    },
    result(k, f, status) {
      if (ntSuccess(status) && f.ptr(2) !== 0) k.mem.checked.setU32(f.ptr(2), k.mem.u32(f.localAddress(0)));
      return toBool(k, status);
    },
  }),
  win32({
    name: 'GetThreadIdealProcessorEx',
    service: 'NtQueryInformationThread',
    args: (_k, f) => [f.ptr(0), ThreadClass.IdealProcessorEx, f.ptr(1), PROCESSOR_NUMBER.sizeof, 0],
  }),
  { name: 'GetCurrentProcessorNumber', cost: 2, step: (k) => k.return(k.cpuNumber) },
  {
    name: 'GetCurrentProcessorNumberEx',
    cost: 2,
    step(k, f) {
      k.mem.checked.setU32(f.ptr(0), 0); // NULL faults
      k.mem.setU8(f.ptr(0) + PROCESSOR_NUMBER.Number, k.cpuNumber);
      return k.returnVoid();
    },
  },
  ...(['Active', 'Maximum'] as const).flatMap((what) => [
    { name: `Get${what}ProcessorGroupCount`, cost: 2, step: (k: Kernel) => k.return(1) },
    {
      name: `Get${what}ProcessorCount`,
      cost: 2,
      step: (k: Kernel, f: Frame) => (f.u16(0) === 0 || f.u16(0) === ALL_GROUPS ? k.return(k.config.cpus) : refuse(k, 0)),
    },
  ]),
  win32({
    // Interlock's own, for what a click on a window does: (Process, Foreground)
    name: 'SetForegroundProcess',
    locals: 1,
    service: 'NtSetInformationProcess',
    args(k, f) {
      k.mem.setU8(f.localAddress(0), f.bool(1) ? 1 : 0);
      return [f.ptr(0) === 0 ? CURRENT_PROCESS : f.ptr(0), ProcessClass.ForegroundInformation, f.localAddress(0), 1];
    },
  }),
];
