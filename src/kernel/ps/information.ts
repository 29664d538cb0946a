// NtQueryInformationProcess/Thread and the Set forms for the classes that drivers use (reference: ps-routines.md 7, 8). Other classes answer
// STATUS_INVALID_INFO_CLASS and leave an event, so that a run can say what it did not simulate.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CLIENT_ID, EPROCESS, ETHREAD, HANDLE_TABLE, KPROCESS, KTHREAD, UNICODE_STRING } from '../layouts.gen.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { hasProcessFlag, hasThreadFlag, ProcessFlag, processOf, STATUS_STILL_ACTIVE, setProcessFlag, ThreadFlag } from './state.js';

/** What a class writes: a fixed structure, or a string (UNICODE_STRING and its characters in the same buffer). */
type Answer = { readonly bytes: Uint8Array } | { readonly text: string } | { readonly status: number };
type Reader = (k: Kernel, body: Addr) => Answer;

/** Little-endian structure from [offset, size, value] triples. */
function pack(size: number, fields: readonly (readonly [number, number, number | bigint])[]): Answer {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [at, width, value] of fields) {
    if (width === 8) view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
    else if (width === 4) view.setUint32(at, Number(value) >>> 0, true);
    else if (width === 2) view.setUint16(at, Number(value), true);
    else view.setUint8(at, Number(value) & 0xff);
  }
  return { bytes };
}

const u32 = (value: number): Answer => pack(4, [[0, 4, value]]);
const u64 = (value: number | bigint): Answer => pack(8, [[0, 8, value]]);

const processClasses: Record<number, Reader> = {
  0: (k, p) =>
    pack(0x30, [
      [0, 4, k.mem.u32(p + EPROCESS.ExitStatus)],
      [8, 8, k.mem.ptr(p + EPROCESS.Peb)],
      [0x10, 8, k.mem.i64(p + KPROCESS.Affinity)],
      [0x18, 4, k.mem.i8(p + KPROCESS.BasePriority)],
      [0x20, 8, k.mem.ptr(p + EPROCESS.UniqueProcessId)],
      [0x28, 8, k.mem.ptr(p + EPROCESS.InheritedFromUniqueProcessId)],
    ]),
  4: (k, p) =>
    pack(0x20, [
      [0, 8, k.mem.i64(p + EPROCESS.CreateTime)],
      [8, 8, k.mem.i64(p + EPROCESS.ExitTime)],
      [0x10, 8, k.mem.i64(p + KPROCESS.KernelTime)],
      [0x18, 8, k.mem.i64(p + KPROCESS.UserTime)],
    ]),
  7: (k, p) => u64(k.mem.ptr(p + EPROCESS.DebugPort)),
  18: (k, p) => pack(2, [[1, 1, k.mem.u8(p + EPROCESS.PriorityClass)]]),
  20: (k, p) =>
    u32(k.mem.ptr(p + EPROCESS.ObjectTable) === 0 ? 0 : k.mem.u32(k.mem.ptr(p + EPROCESS.ObjectTable) + HANDLE_TABLE.HandleCount)),
  21: (k, p) => u64(k.mem.i64(p + KPROCESS.Affinity)),
  24: (k, p) => u32(k.mem.u32(p + EPROCESS.SessionId)),
  26: (k, p) => u64(k.mem.ptr(p + EPROCESS.WoW64Process)),
  27: (k, p) => ({ text: imageName(k, p) }),
  29: (k, p) => u32(hasProcessFlag(k, p, ProcessFlag.BreakOnTermination) ? 1 : 0),
  // ProcessDebugObjectHandle, ProcessDebugFlags (1: not debugged, or debugged without inheritance)
  30: () => ({ status: NT.PORT_NOT_SET }),
  31: () => u32(1),
  43: (k, p) => ({ text: imageName(k, p).replace(/^\\Device\\HarddiskVolume3/, 'C:') }),
  60: (k, p) => ({ text: readUnicode(k, p + EPROCESS.CommandLine) }),
  61: (k, p) => pack(1, [[0, 1, k.mem.u8(p + EPROCESS.Protection)]]),
  75: (k, p) => u32(k.mem.u8(p + EPROCESS.SubsystemType)),
  92: (k, p) => u64(k.mem.i64(p + EPROCESS.SequenceNumber)),
};

const imageName = (k: Kernel, process: Addr): string => readUnicode(k, k.mem.ptr(process + EPROCESS.SeAuditProcessCreationInfo));

/**
 * Relative to the process, as THREAD_BASIC_INFORMATION has it and GetThreadPriority shows it. Saturated (idle, time-critical) is -15 or 15 here, so that the
 * Win32 routine needs no translation (U: the native value is 16 in size).
 */
function basePriorityIncrement(k: Kernel, t: Addr): number {
  const base = k.mem.i8(t + KTHREAD.BasePriority);
  const increment = base - k.mem.i8(k.mem.ptr(t + KTHREAD.Process) + KPROCESS.BasePriority);
  if (base === 1 || base === 16) return increment === 0 ? 0 : -15;
  return (base === 15 || base === 31) && increment !== 0 ? 15 : increment;
}

const threadClasses: Record<number, Reader> = {
  0: (k, t) =>
    pack(0x30, [
      [0, 4, hasThreadFlag(k, t, ThreadFlag.Dead) ? k.mem.u32(t + ETHREAD.ExitStatus) : STATUS_STILL_ACTIVE],
      [8, 8, k.mem.ptr(t + KTHREAD.Teb)],
      [0x10, 8, k.mem.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueProcess)],
      [0x18, 8, k.mem.ptr(t + ETHREAD.Cid + CLIENT_ID.UniqueThread)],
      [0x20, 8, k.mem.i64(t + KTHREAD.Affinity)],
      [0x28, 4, k.mem.i8(t + KTHREAD.Priority)],
      [0x2c, 4, basePriorityIncrement(k, t)],
    ]),
  1: (k, t) =>
    pack(0x20, [
      [0, 8, k.mem.i64(t + ETHREAD.CreateTime)],
      [8, 8, k.mem.i64(t + ETHREAD.ExitTime)],
    ]),
  9: (k, t) => u64(k.mem.ptr(t + ETHREAD.Win32StartAddress)),
  12: (k, t) => u32(k.mem.u32(processOf(k, t) + EPROCESS.ActiveThreads) === 1 ? 1 : 0),
  20: (k, t) => u32(hasThreadFlag(k, t, ThreadFlag.Terminated) ? 1 : 0),
  35: (k, t) => u32(k.mem.u32(t + KTHREAD.SuspendCount)),
  38: (k, t) => ({ text: readUnicode(k, t + ETHREAD.ThreadName) }),
  45: (k, t) => u32(k.mem.u8(processOf(k, t) + EPROCESS.SubsystemType)),
};

function writeAnswer(k: Kernel, f: Frame, answer: Answer): number {
  if ('status' in answer) return answer.status;
  const c = k.mem.checked;
  const buffer = f.ptr(2);
  const length = f.u32(3);
  const size = 'bytes' in answer ? answer.bytes.length : UNICODE_STRING.sizeof + answer.text.length * 2 + (answer.text === '' ? 0 : 2);
  const fits = 'bytes' in answer ? length === size || (size === 0x30 && length === 0x30) : length >= size;
  if (f.ptr(4) !== 0 && ('text' in answer || fits)) {
    probeUser(k, f.ptr(4), 4, true);
    c.setU32(f.ptr(4), size);
  }
  if (!fits) return NT.INFO_LENGTH_MISMATCH;
  probeUser(k, buffer, length, true);
  if ('bytes' in answer) c.setBytes(buffer, answer.bytes);
  else {
    c.setU16(buffer + UNICODE_STRING.Length, answer.text.length * 2);
    c.setU16(buffer + UNICODE_STRING.MaximumLength, answer.text === '' ? 0 : answer.text.length * 2 + 2);
    c.setPtr(buffer + UNICODE_STRING.Buffer, answer.text === '' ? 0 : buffer + UNICODE_STRING.sizeof);
    if (answer.text !== '') c.writeUtf16(buffer + UNICODE_STRING.sizeof, answer.text, true);
  }
  return NT.SUCCESS;
}

/** PROCESS_QUERY_LIMITED_INFORMATION, THREAD_QUERY_LIMITED_INFORMATION */
const QUERY_LIMITED = { process: 0x1000, thread: 0x800 } as const;

function queryService(name: string, what: 'process' | 'thread', classes: Record<number, Reader>): ServiceDefinition {
  return {
    // (Handle, Class, Buffer, Length, PULONG ReturnLength)
    name,
    args: 5,
    locals: 1,
    cost: 30,
    step(k, f) {
      if (f.pc === 1) return k.return(f.get(0));
      const reader = classes[f.u32(1)];
      if (!reader) {
        k.event('ps.not-simulated', { service: `Nt${name}`, class: f.u32(1) });
        return k.return(NT.INVALID_INFO_CLASS);
      }
      const r = referenceFor(k, f.ptr(0), 0, what === 'process' ? ObType.Process : ObType.Thread);
      if (!ntSuccess(r.status)) return k.return(r.status);
      f.set(
        0,
        (r.access & (QUERY_LIMITED[what] | (what === 'process' ? 0x400 : 0x40))) === 0
          ? NT.ACCESS_DENIED
          : writeAnswer(k, f, reader(k, r.body)),
      );
      return k.call(f, 1, 'ObfDereferenceObject', [r.body]);
    },
  };
}

const setProcess: Record<number, (k: Kernel, process: Addr, buffer: Addr, length: number) => number> = {
  29: (k, p, buffer, length) => {
    if (length !== 4) return NT.INFO_LENGTH_MISMATCH;
    const flags = k.mem.u32(p + EPROCESS.Flags);
    if (k.mem.checked.u32(buffer) !== 0) setProcessFlag(k, p, ProcessFlag.BreakOnTermination);
    else k.mem.setU32(p + EPROCESS.Flags, (flags & ~ProcessFlag.BreakOnTermination) >>> 0);
    return NT.SUCCESS;
  },
};

const setThread: Record<number, (k: Kernel, thread: Addr, buffer: Addr, length: number) => number> = {
  38: (k, t, buffer, length) => {
    if (length !== UNICODE_STRING.sizeof) return NT.INFO_LENGTH_MISMATCH;
    const text = captureUnicode(k, buffer);
    freeUnicode(k, t + ETHREAD.ThreadName);
    return allocateUnicode(k, t + ETHREAD.ThreadName, text, 'ThNm') ? NT.SUCCESS : NT.NO_MEMORY;
  },
  17: () => NT.SUCCESS, // ThreadHideFromDebugger
};

function setService(
  name: string,
  type: typeof ObType.Process | typeof ObType.Thread,
  access: number,
  classes: typeof setProcess,
): ServiceDefinition {
  return {
    // (Handle, Class, Buffer, Length)
    name,
    args: 4,
    locals: 2,
    cost: 30,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const set = classes[f.u32(1)];
          const isPriority = type === ObType.Thread && (f.u32(1) === 2 || f.u32(1) === 3);
          if (!set && !isPriority) {
            k.event('ps.not-simulated', { service: `Nt${name}`, class: f.u32(1) });
            return k.return(NT.INVALID_INFO_CLASS);
          }
          probeUser(k, f.ptr(2), f.u32(3));
          const r = referenceFor(k, f.ptr(0), access, type);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(0, r.body);
          if (isPriority) {
            if (f.u32(3) !== 4) return finish(k, f, NT.INFO_LENGTH_MISMATCH);
            const value = k.mem.checked.i32(f.ptr(2));
            if (f.u32(1) === 2 && (value <= 0 || value > 31)) return finish(k, f, NT.INVALID_PARAMETER);
            return k.call(f, 1, f.u32(1) === 2 ? 'KeSetPriorityThread' : 'KeSetBasePriorityThread', [r.body, value]);
          }
          return finish(k, f, set(k, r.body, f.ptr(2), f.u32(3)));
        }
        case 1:
          return finish(k, f, NT.SUCCESS);
        default:
          return k.return(f.get(1));
      }
    },
  };
}

function finish(k: Kernel, f: Frame, status: number): Status {
  f.set(1, status);
  return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
}

export const routines: KernelRoutine[] = makeServices([
  queryService('QueryInformationProcess', 'process', processClasses),
  queryService('QueryInformationThread', 'thread', threadClasses),
  setService('SetInformationProcess', ObType.Process, 0x200, setProcess),
  setService('SetInformationThread', ObType.Thread, 0x20, setThread),
]);
