// ZwQuerySystemInformation for the classes that monitors use: 5 processes and threads, 11 loaded modules, 0 basic, 3 time of day, and those of system-classes.ts. Layouts of the buffers are
// the x64 ones of the public structures.
import type { Addr } from '../../machine/abi.js';
import { modules } from '../io/module.js';
import { TICK_100NS } from '../ke/runtime.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, HANDLE_TABLE, IO_COUNTERS, KPROCESS, PS_GLOBALS, UNICODE_STRING } from '../layouts.gen.js';
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
  MODULE_SIZE,
  moduleEntry,
  moduleInformationEx,
} from './system-classes.js';
import { systemThread } from './thread-classes.js';
import { mappedBytes } from './window.js';

const PROCESS_SIZE = 0x100;
const THREAD_SIZE = 0x50;

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
    view.setUint32(o, index === parts.length - 1 ? 0 : p.size, true);
    view.setUint32(o + 4, process === 0 ? k.config.cpus : threads.length, true);
    if (process !== 0) {
      put64(o + 0x20, k.mem.i64(process + EPROCESS.CreateTime));
      put64(o + 0x28, k.mem.i64(process + KPROCESS.UserTime) * TICK_100NS);
      put64(o + 0x30, k.mem.i64(process + KPROCESS.KernelTime) * TICK_100NS);
      view.setInt32(o + 0x48, k.mem.i8(process + KPROCESS.BasePriority), true);
      put64(o + 0x50, k.mem.ptr(process + EPROCESS.UniqueProcessId));
      put64(o + 0x58, k.mem.ptr(process + EPROCESS.InheritedFromUniqueProcessId));
      const table = k.mem.ptr(process + EPROCESS.ObjectTable);
      view.setUint32(o + 0x60, table === 0 ? 0 : k.mem.u32(table + HANDLE_TABLE.HandleCount), true);
      view.setUint32(o + 0x64, k.mem.u32(process + EPROCESS.SessionId), true);
      const memory = mappedBytes(k, process);
      for (const field of [0x70, 0x78, 0x88, 0x90, 0xb8, 0xc0, 0xc8]) put64(o + field, memory); // peaks are not kept (U)
      for (const [kind, field] of [
        [PAGED, 0x98],
        [NONPAGED, 0xa8],
      ]) {
        put64(o + field, k.mem.i64(process + EPROCESS.ProcessQuotaPeak + 8 * kind));
        put64(o + field + 8, k.mem.i64(process + EPROCESS.ProcessQuotaUsage + 8 * kind));
      }
      bytes.set(k.mem.bytes(process + EPROCESS.IoCounters, IO_COUNTERS.sizeof), o + 0xd0);
    }
    threads.forEach((t, i) => {
      const record = pack(THREAD_SIZE, systemThread(k, t));
      if ('bytes' in record) bytes.set(record.bytes, o + PROCESS_SIZE + i * THREAD_SIZE);
    });
    if (p.name !== '') {
      const text = o + PROCESS_SIZE + threads.length * THREAD_SIZE;
      view.setUint16(o + 0x38 + UNICODE_STRING.Length, p.name.length * 2, true);
      view.setUint16(o + 0x38 + UNICODE_STRING.MaximumLength, p.name.length * 2 + 2, true);
      put64(o + 0x38 + UNICODE_STRING.Buffer, at + text);
      for (let i = 0; i < p.name.length; i++) view.setUint16(text + 2 * i, p.name.charCodeAt(i), true);
    }
    o += p.size;
  });
  return bytes;
}

/** RTL_PROCESS_MODULES. */
function moduleInformation(k: Kernel): Uint8Array {
  const all = modules(k);
  const bytes = new Uint8Array(8 + all.length * MODULE_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, all.length, true);
  all.forEach((module, i) => {
    bytes.set(moduleEntry(k, module, i), 8 + i * MODULE_SIZE);
  });
  return bytes;
}

function basicInformation(k: Kernel): Uint8Array {
  const bytes = new Uint8Array(0x40);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, 156_250, true);
  view.setUint32(8, 4096, true);
  view.setBigUint64(0x30, (1n << BigInt(k.config.cpus)) - 1n, true);
  bytes[0x38] = k.config.cpus;
  return bytes;
}

function timeInformation(k: Kernel): Uint8Array {
  const bytes = new Uint8Array(0x30);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, k.config.bootTime, true);
  view.setBigInt64(8, k.systemTime(), true);
  return bytes;
}

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
