// ZwQuerySystemInformation for the classes that monitors use: 5 processes and threads, 11 loaded modules, 0 basic, 3 time of day, and those of system-classes.ts. Layouts of the buffers are
// in ntsysinfo.h and information.h.
import { type Addr, PAGE_SIZE } from '../../machine/abi.js';
import { modules } from '../io/module.js';
import { TICK_100NS } from '../ke/runtime.js';
import { allProcessors } from '../ke/thread.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  EPROCESS,
  HANDLE_TABLE,
  IO_COUNTERS,
  KPROCESS,
  PS_GLOBALS,
  RTL_PROCESS_MODULE_INFORMATION,
  RTL_PROCESS_MODULES,
  SYSTEM_BASIC_INFORMATION,
  SYSTEM_PROCESS_INFORMATION,
  SYSTEM_THREAD_INFORMATION,
  SYSTEM_TIMEOFDAY_INFORMATION,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { USER_END } from '../mm/probe.js';
import { GRANULARITY } from '../mm/vad.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { entries } from '../rtl/list.js';
import { pack } from './class-buffer.js';
import { liveThreads } from './exit.js';
import { imageBaseName } from './process.js';
import { NONPAGED, PAGED } from './quota.js';
import {
  bigPoolInformation,
  CONSTANT_CLASSES,
  handleInformation,
  handleInformationEx,
  moduleEntry,
  moduleInformationEx,
} from './system-classes.js';
import { systemThread } from './thread-classes.js';
import { mappedBytes } from './window.js';

const PROCESS = SYSTEM_PROCESS_INFORMATION;
const PROCESS_SIZE = PROCESS.Threads;
const THREAD_SIZE = SYSTEM_THREAD_INFORMATION.sizeof;

/** What the memory of a process is counted in; peaks are not kept (U). */
const MEMORY = [
  PROCESS.PeakVirtualSize,
  PROCESS.VirtualSize,
  PROCESS.PeakWorkingSetSize,
  PROCESS.WorkingSetSize,
  PROCESS.PagefileUsage,
  PROCESS.PeakPagefileUsage,
  PROCESS.PrivatePageCount,
] as const;

/** All processes of PsActiveProcessHead in order. */
export const activeProcesses = (k: Kernel): Addr[] =>
  entries(k.mem, k.globals.PS + PS_GLOBALS.PsActiveProcessHead).map((e) => e - EPROCESS.ActiveProcessLinks);

/** SYSTEM_PROCESS_INFORMATION chain; addresses inside are absolute, so the buffer's address matters. */
function processInformation(k: Kernel, at: Addr): Uint8Array {
  const all = [0, ...activeProcesses(k)];
  const parts = all.map((process) => {
    const threads = process === 0 ? [] : liveThreads(k, process);
    const name = process === 0 ? '' : imageBaseName(readUnicode(k, k.mem.ptr(process + EPROCESS.SeAuditProcessCreationInfo)));
    const nameBytes = name === '' ? 0 : name.length * 2 + 2;
    return { process, threads, name, size: (PROCESS_SIZE + threads.length * THREAD_SIZE + nameBytes + 7) & ~7 };
  });
  const bytes = new Uint8Array(parts.reduce((n, p) => n + p.size, 0));
  const view = new DataView(bytes.buffer);
  const put64 = (o: number, v: number | bigint): void => view.setBigInt64(o, BigInt.asIntN(64, BigInt(v)), true);
  let o = 0;
  parts.forEach((p, index) => {
    const { process, threads } = p;
    view.setUint32(o + PROCESS.NextEntryOffset, index === parts.length - 1 ? 0 : p.size, true);
    view.setUint32(o + PROCESS.NumberOfThreads, process === 0 ? k.config.cpus : threads.length, true);
    if (process !== 0) {
      put64(o + PROCESS.CreateTime, k.mem.i64(process + EPROCESS.CreateTime));
      put64(o + PROCESS.UserTime, k.mem.i64(process + KPROCESS.UserTime) * TICK_100NS);
      put64(o + PROCESS.KernelTime, k.mem.i64(process + KPROCESS.KernelTime) * TICK_100NS);
      view.setInt32(o + PROCESS.BasePriority, k.mem.i8(process + KPROCESS.BasePriority), true);
      put64(o + PROCESS.UniqueProcessId, k.mem.ptr(process + EPROCESS.UniqueProcessId));
      put64(o + PROCESS.InheritedFromUniqueProcessId, k.mem.ptr(process + EPROCESS.InheritedFromUniqueProcessId));
      const table = k.mem.ptr(process + EPROCESS.ObjectTable);
      view.setUint32(o + PROCESS.HandleCount, table === 0 ? 0 : k.mem.u32(table + HANDLE_TABLE.HandleCount), true);
      view.setUint32(o + PROCESS.SessionId, k.mem.u32(process + EPROCESS.SessionId), true);
      const memory = mappedBytes(k, process);
      for (const field of MEMORY) put64(o + field, memory);
      for (const [kind, field] of [
        [PAGED, PROCESS.QuotaPeakPagedPoolUsage],
        [NONPAGED, PROCESS.QuotaPeakNonPagedPoolUsage],
      ]) {
        put64(o + field, k.mem.i64(process + EPROCESS.ProcessQuotaPeak + 8 * kind));
        put64(o + field + 8, k.mem.i64(process + EPROCESS.ProcessQuotaUsage + 8 * kind));
      }
      bytes.set(k.mem.bytes(process + EPROCESS.IoCounters, IO_COUNTERS.sizeof), o + PROCESS.ReadOperationCount);
    }
    threads.forEach((t, i) => {
      bytes.set(pack(THREAD_SIZE, systemThread(k, t)).bytes, o + PROCESS_SIZE + i * THREAD_SIZE);
    });
    if (p.name !== '') {
      const text = o + PROCESS_SIZE + threads.length * THREAD_SIZE;
      view.setUint16(o + PROCESS.ImageName + UNICODE_STRING.Length, p.name.length * 2, true);
      view.setUint16(o + PROCESS.ImageName + UNICODE_STRING.MaximumLength, p.name.length * 2 + 2, true);
      put64(o + PROCESS.ImageName + UNICODE_STRING.Buffer, at + text);
      for (let i = 0; i < p.name.length; i++) view.setUint16(text + 2 * i, p.name.charCodeAt(i), true);
    }
    o += p.size;
  });
  return bytes;
}

/** RTL_PROCESS_MODULES. */
function moduleInformation(k: Kernel): Uint8Array {
  const all = modules(k);
  const { Modules, NumberOfModules } = RTL_PROCESS_MODULES;
  const bytes = new Uint8Array(Modules + all.length * RTL_PROCESS_MODULE_INFORMATION.sizeof);
  new DataView(bytes.buffer).setUint32(NumberOfModules, all.length, true);
  all.forEach((module, i) => {
    bytes.set(moduleEntry(k, module, i), Modules + i * RTL_PROCESS_MODULE_INFORMATION.sizeof);
  });
  return bytes;
}

function basicInformation(k: Kernel): Uint8Array {
  return pack(SYSTEM_BASIC_INFORMATION.sizeof, [
    [SYSTEM_BASIC_INFORMATION.TimerResolution, 4, Number(TICK_100NS)],
    [SYSTEM_BASIC_INFORMATION.PageSize, 4, PAGE_SIZE],
    [SYSTEM_BASIC_INFORMATION.AllocationGranularity, 4, GRANULARITY],
    [SYSTEM_BASIC_INFORMATION.MinimumUserModeAddress, 8, GRANULARITY],
    [SYSTEM_BASIC_INFORMATION.MaximumUserModeAddress, 8, USER_END - 1],
    [SYSTEM_BASIC_INFORMATION.ActiveProcessorsAffinityMask, 8, allProcessors(k)],
    [SYSTEM_BASIC_INFORMATION.NumberOfProcessors, 1, k.config.cpus],
  ]).bytes;
}

const timeInformation = (k: Kernel): Uint8Array =>
  pack(SYSTEM_TIMEOFDAY_INFORMATION.sizeof, [
    [SYSTEM_TIMEOFDAY_INFORMATION.BootTime, 8, k.config.bootTime],
    [SYSTEM_TIMEOFDAY_INFORMATION.CurrentTime, 8, k.systemTime()],
  ]).bytes;

const services: ServiceDefinition[] = [
  {
    // (Class, Buffer, Length, PULONG ReturnLength)
    name: 'QuerySystemInformation',
    args: 4,
    cost: 200,
    step(k, f) {
      const buffer = f.ptr(1);
      const length = f.u32(2);
      let data: Uint8Array;
      switch (f.u32(0)) {
        case 0:
          data = basicInformation(k);
          break;
        case 3:
          data = timeInformation(k);
          break;
        case 5:
          data = processInformation(k, buffer);
          break;
        case 11:
          data = moduleInformation(k);
          break;
        case 16:
          data = handleInformation(k);
          break;
        case 64:
          data = handleInformationEx(k);
          break;
        case 66:
          data = bigPoolInformation(k);
          break;
        case 77:
          data = moduleInformationEx(k);
          break;
        default: {
          const constant = CONSTANT_CLASSES[f.u32(0)];
          if (constant) {
            data = new Uint8Array(constant);
            break;
          }
          k.event('ps.not-simulated', { service: 'NtQuerySystemInformation', class: f.u32(0) });
          return k.return(NT.INVALID_INFO_CLASS);
        }
      }
      if (f.ptr(3) !== 0) {
        probeUser(k, f.ptr(3), 4, true);
        k.mem.checked.setU32(f.ptr(3), data.length);
      }
      if (length < data.length) return k.return(NT.INFO_LENGTH_MISMATCH);
      probeUser(k, buffer, data.length, true);
      k.mem.checked.setBytes(buffer, data);
      return k.return(NT.SUCCESS);
    },
  },
];

export const routines: KernelRoutine[] = makeServices(services);
