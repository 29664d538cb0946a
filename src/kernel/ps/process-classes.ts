// What NtQueryInformationProcess and NtSetInformationProcess know about a process, class by class (reference: ps-routines.md 8). Other classes answer
// STATUS_INVALID_INFO_CLASS and leave an event, so that a run can say what it did not simulate.
import { type Addr, USER_BASE } from '../../machine/abi.js';
import { cyclesOf, TICK_100NS } from '../ke/runtime.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, ETHREAD, HANDLE_TABLE, HANDLE_TABLE_ENTRY, IO_COUNTERS, KPROCESS, KTHREAD, OBJECT_HEADER } from '../layouts.gen.js';
import { handlesOf } from '../ob/handle-table.js';
import { bodyOf, handleCount, pointerCount } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { entries } from '../rtl/list.js';
import { type Answer, answer32, answer64, pack, type QueryClass } from './class-buffer.js';
import { liveThreads } from './exit.js';
import { NONPAGED, NONPAGED_LIMIT, PAGED, PAGED_LIMIT } from './quota.js';
import { hasProcessFlag, hasThreadFlag, isSubsystemProcess, ProcessFlag, ThreadFlag } from './state.js';
import { mappedBytes, WINDOW } from './window.js';

const CURRENT_PROCESS = -1;
const MINIMUM_WORKING_SET = 0x32000;
const MAXIMUM_WORKING_SET = 0x159000;
const DRIVE_C = 2;
const DRIVE_FIXED = 3;
/** IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LARGE_ADDRESS_AWARE; high entropy, dynamic base, NX, terminal-server aware; AMD64. */
const IMAGE = { characteristics: 0x22, dllCharacteristics: 0x8160, machine: 0x8664, subsystemWindowsCui: 3 } as const;

export const imageName = (k: Kernel, process: Addr): string => readUnicode(k, k.mem.ptr(process + EPROCESS.SeAuditProcessCreationInfo));
const handleTable = (k: Kernel, process: Addr): Addr => k.mem.ptr(process + EPROCESS.ObjectTable);
const handlesIn = (k: Kernel, process: Addr): number => {
  const table = handleTable(k, process);
  return table === 0 ? 0 : k.mem.u32(table + HANDLE_TABLE.HandleCount);
};
/** Steps that all threads of a process have run: those that have ended left theirs in KPROCESS.CycleTime. */
export const processCycles = (k: Kernel, process: Addr): number =>
  entries(k.mem, process + EPROCESS.ThreadListHead)
    .map((e) => e - ETHREAD.ThreadListEntry)
    .filter((t) => !hasThreadFlag(k, t, ThreadFlag.Dead))
    .reduce((n, t) => n + cyclesOf(k, t), k.mem.ptr(process + KPROCESS.CycleTime));

function basic(k: Kernel, p: Addr, at: number): [number, number, number | bigint][] {
  return [
    [at, 4, k.mem.u32(p + EPROCESS.ExitStatus)],
    [at + 8, 8, k.mem.ptr(p + EPROCESS.Peb)],
    [at + 0x10, 8, k.mem.i64(p + KPROCESS.Affinity)],
    [at + 0x18, 4, k.mem.i8(p + KPROCESS.BasePriority)],
    [at + 0x20, 8, k.mem.ptr(p + EPROCESS.UniqueProcessId)],
    [at + 0x28, 8, k.mem.ptr(p + EPROCESS.InheritedFromUniqueProcessId)],
  ];
}

/** Flags of PROCESS_EXTENDED_BASIC_INFORMATION. */
function extendedFlags(k: Kernel, p: Addr): number {
  const threads = liveThreads(k, p);
  const frozen = threads.length > 0 && threads.every((t) => k.mem.u32(t + KTHREAD.SuspendCount) > 0);
  return [
    (k.mem.u8(p + EPROCESS.Protection) & 7) !== 0,
    k.mem.ptr(p + EPROCESS.WoW64Process) !== 0,
    hasProcessFlag(k, p, ProcessFlag.Deleting),
    false,
    frozen,
    false,
    false,
    false,
    isSubsystemProcess(k, p),
  ].reduce((flags, on, i) => flags | (on ? 1 << i : 0), 0);
}

function vmCounters(k: Kernel, p: Addr, size: number): Answer {
  const quota = (field: number, kind: number): number => k.mem.ptr(p + field + 8 * kind);
  const bytes = mappedBytes(k, p);
  return pack(size, [
    [0, 8, bytes], // (U) peaks of memory are not kept: they are what there is
    [8, 8, bytes],
    [0x18, 8, bytes],
    [0x20, 8, bytes],
    [0x28, 8, quota(EPROCESS.ProcessQuotaPeak, PAGED)],
    [0x30, 8, quota(EPROCESS.ProcessQuotaUsage, PAGED)],
    [0x38, 8, quota(EPROCESS.ProcessQuotaPeak, NONPAGED)],
    [0x40, 8, quota(EPROCESS.ProcessQuotaUsage, NONPAGED)],
    [0x48, 8, bytes],
    [0x50, 8, bytes],
    ...(size > 0x58 ? ([[0x58, 8, bytes]] as const) : []),
    ...(size > 0x60 ? ([[0x60, 8, bytes]] as const) : []),
  ]);
}

/** PROCESS_HANDLE_SNAPSHOT_INFORMATION */
function handleSnapshot(k: Kernel, p: Addr): Answer {
  const all = handleTable(k, p) === 0 ? [] : handlesOf(k, handleTable(k, p));
  return pack(16 + 40 * all.length, [
    [0, 8, all.length] as const,
    ...all.flatMap(({ handle, entry }, i) => {
      const at = 16 + 40 * i;
      const header = k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object);
      return [
        [at, 8, handle],
        [at + 8, 8, handleCount(k, bodyOf(header))],
        [at + 16, 8, pointerCount(k, bodyOf(header))],
        [at + 24, 4, k.mem.u32(entry + HANDLE_TABLE_ENTRY.GrantedAccess)],
        [at + 28, 4, k.mem.u8(header + OBJECT_HEADER.TypeIndex)],
        [at + 32, 4, k.mem.u32(entry + HANDLE_TABLE_ENTRY.Attributes)],
      ] as const;
    }),
  ]);
}

const byte = (k: Kernel, p: Addr, field: number): number => k.mem.u8(p + field);

export const processClasses: Readonly<Record<number, QueryClass>> = {
  0: {
    size: [0x30, 0x40],
    limited: true,
    read: (k, p, call) =>
      call.length === 0x40 ? pack(0x40, [[0, 8, 0x40], ...basic(k, p, 8), [0x38, 4, extendedFlags(k, p)]]) : pack(0x30, basic(k, p, 0)),
  },
  1: {
    size: 0x30, // QUOTA_LIMITS
    limited: true,
    read: (k, p) =>
      pack(0x30, [
        [0, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaLimit + 8 * PAGED) || PAGED_LIMIT],
        [8, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaLimit + 8 * NONPAGED) || NONPAGED_LIMIT],
        [0x10, 8, MINIMUM_WORKING_SET],
        [0x18, 8, MAXIMUM_WORKING_SET],
        [0x20, 8, -1],
        [0x28, 8, -1],
      ]),
  },
  2: {
    size: IO_COUNTERS.sizeof,
    limited: true,
    read: (k, p) => ({ bytes: k.mem.bytes(p + EPROCESS.IoCounters, IO_COUNTERS.sizeof) }),
  },
  3: { size: [0x58, 0x60, 0x70], limited: true, read: (k, p, call) => vmCounters(k, p, call.length) },
  4: {
    size: 0x20, // KERNEL_USER_TIMES
    limited: true,
    read: (k, p) =>
      pack(0x20, [
        [0, 8, k.mem.i64(p + EPROCESS.CreateTime)],
        [8, 8, k.mem.i64(p + EPROCESS.ExitTime)],
        [0x10, 8, k.mem.i64(p + KPROCESS.KernelTime) * TICK_100NS],
        [0x18, 8, k.mem.i64(p + KPROCESS.UserTime) * TICK_100NS],
      ]),
  },
  7: { size: 8, read: (k, p) => answer64(k.mem.ptr(p + EPROCESS.DebugPort) === 0 ? 0 : -1) },
  12: { size: 4, read: (k, p) => answer32(k.mem.u32(p + EPROCESS.DefaultHardErrorProcessing)) },
  14: {
    size: 0x48, // POOLED_USAGE_AND_LIMITS
    limited: true,
    read: (k, p) =>
      pack(
        0x48,
        [PAGED, NONPAGED].flatMap((kind, i) => [
          [0x18 * i, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaPeak + 8 * kind)],
          [0x18 * i + 8, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaUsage + 8 * kind)],
          [0x18 * i + 16, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaLimit + 8 * kind) || (kind === PAGED ? PAGED_LIMIT : NONPAGED_LIMIT)],
        ]),
      ),
  },
  18: {
    size: 2, // PROCESS_PRIORITY_CLASS
    limited: true,
    alignment: 1,
    read: (k, p) =>
      pack(2, [
        [0, 1, byte(k, p, EPROCESS.ForegroundProcess)],
        [1, 1, byte(k, p, EPROCESS.PriorityClass)],
      ]),
  },
  20: {
    size: [4, 8],
    limited: true,
    read: (k, p, call) =>
      call.length === 8
        ? pack(8, [
            [0, 4, handlesIn(k, p)],
            [4, 4, handleTable(k, p) === 0 ? 0 : k.mem.u32(handleTable(k, p) + HANDLE_TABLE.HandleCountHighWatermark)],
          ])
        : answer32(handlesIn(k, p)),
  },
  21: {
    size: [8, 16], // KAFFINITY, GROUP_AFFINITY
    limited: true,
    read: (k, p, call) => pack(call.length, [[0, 8, k.mem.i64(p + KPROCESS.Affinity)]]),
  },
  22: { size: 4, limited: true, read: (k, p) => answer32(byte(k, p, KPROCESS.DisableBoost)) },
  23: {
    size: 36, // PROCESS_DEVICEMAP_INFORMATION: only C: is there
    read: () =>
      pack(36, [
        [0, 4, 1 << DRIVE_C],
        [4 + DRIVE_C, 1, DRIVE_FIXED],
      ]),
  },
  24: { size: 4, limited: true, read: (k, p) => answer32(k.mem.u32(p + EPROCESS.SessionId)) },
  26: { size: 8, limited: true, read: (k, p) => answer64(k.mem.ptr(p + EPROCESS.WoW64Process)) },
  27: { size: 'text', limited: true, read: (k, p) => ({ text: imageName(k, p) }) },
  28: { size: 4, limited: true, read: () => answer32(1) },
  29: { size: 4, read: (k, p) => answer32(hasProcessFlag(k, p, ProcessFlag.BreakOnTermination) ? 1 : 0) },
  // ProcessDebugObjectHandle, ProcessDebugFlags (1: not debugged, or debugged without inheritance): nobody debugs user mode here
  30: { size: 8, read: () => ({ status: NT.PORT_NOT_SET }) },
  31: { size: 4, read: () => answer32(1) },
  33: { size: 4, read: (k, p) => answer32(byte(k, p, EPROCESS.IoPriority)) },
  36: {
    size: 4, // the cookie of a process is for itself only
    read: (k, p, call) =>
      call.handle === CURRENT_PROCESS
        ? answer32((k.mem.ptr(p + EPROCESS.UniqueProcessId) * 0x9e3779b1 + k.config.seed) >>> 0)
        : { status: NT.INVALID_PARAMETER },
  },
  37: {
    size: 0x40, // SECTION_IMAGE_INFORMATION
    limited: true,
    read: (k, p) =>
      k.mem.ptr(p + EPROCESS.ImageFilePointer) === 0
        ? { status: NT.UNSUCCESSFUL }
        : pack(0x40, [
            [0, 8, USER_BASE + WINDOW.image + 0x1000],
            [0x10, 8, WINDOW.stackStride],
            [0x18, 8, 0x1000],
            [0x20, 4, IMAGE.subsystemWindowsCui],
            [0x24, 2, 0],
            [0x26, 2, 10],
            [0x2c, 2, IMAGE.characteristics],
            [0x2e, 2, IMAGE.dllCharacteristics],
            [0x30, 2, IMAGE.machine],
            [0x32, 1, 1],
            [0x38, 4, 0x20000],
          ]),
  },
  38: {
    size: 0x10,
    limited: true,
    read: (k, p) =>
      pack(0x10, [
        [0, 8, processCycles(k, p)],
        [8, 8, k.now],
      ]),
  },
  39: { size: 4, limited: true, read: (k, p) => answer32(byte(k, p, EPROCESS.PagePriority)) },
  43: { size: 'text', limited: true, read: (k, p) => ({ text: imageName(k, p).replace(/^\\Device\\HarddiskVolume3/, 'C:') }) },
  47: { size: 'any', limited: true, read: () => pack(2, [[0, 2, 0]]) },
  51: { size: 'any', read: (k, p) => handleSnapshot(k, p) },
  55: { size: 8, limited: true, read: () => pack(8, []) },
  60: {
    size: 'text',
    limited: true,
    // it comes out of the PEB, which minimal processes do not have (U: the status)
    read: (k, p) => (isSubsystemProcess(k, p) ? { status: NT.NOT_FOUND } : { text: readUnicode(k, p + EPROCESS.CommandLine) }),
  },
  61: { size: 1, limited: true, alignment: 1, read: (k, p) => pack(1, [[0, 1, byte(k, p, EPROCESS.Protection)]]) },
  75: { size: 4, limited: true, read: (k, p) => answer32(byte(k, p, EPROCESS.SubsystemType)) },
  92: { size: 8, limited: true, read: (k, p) => answer64(k.mem.i64(p + EPROCESS.SequenceNumber)) },
};
