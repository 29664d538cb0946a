// What NtQueryInformationProcess and NtSetInformationProcess know about a process, class by class (reference: ps-routines.md 8). Other classes answer
// STATUS_INVALID_INFO_CLASS and leave an event, so that a run can say what it did not simulate.
import { type Addr, USER_BASE } from '../../machine/abi.js';
import { cyclesOf, TICK_100NS } from '../ke/runtime.js';
import type { Kernel } from '../kernel.js';
import {
  EPROCESS,
  ETHREAD,
  GROUP_AFFINITY,
  HANDLE_TABLE,
  HANDLE_TABLE_ENTRY,
  IO_COUNTERS,
  KERNEL_USER_TIMES,
  KPROCESS,
  KTHREAD,
  OBJECT_HEADER,
  POOLED_USAGE_AND_LIMITS,
  PROCESS_BASIC_INFORMATION,
  PROCESS_DEVICEMAP_INFORMATION,
  PROCESS_EXTENDED_BASIC_INFORMATION,
  PROCESS_HANDLE_SNAPSHOT_INFORMATION,
  PROCESS_HANDLE_TABLE_ENTRY_INFO,
  PROCESS_PRIORITY_CLASS,
  PROCESSINFOCLASS,
  PSP_CYCLE_TIME_INFORMATION,
  QUOTA_LIMITS,
  SECTION_IMAGE_INFORMATION,
  VM_COUNTERS,
  VM_COUNTERS_EX2,
} from '../layouts.gen.js';
import { handlesOf } from '../ob/handle-table.js';
import { bodyOf, handleCount, pointerCount } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { entries } from '../rtl/list.js';
import { type Answer, answer32, answer64, pack, type QueryClass } from './class-buffer.js';
import { liveThreads } from './exit.js';
import { NONPAGED, NONPAGED_LIMIT, PAGED, PAGED_LIMIT } from './quota.js';
import { hasProcessFlag, hasThreadFlag, isSubsystemProcess, ProcessFlag, ThreadFlag } from './state.js';
import { mappedBytes, windowOf } from './window.js';

const CURRENT_PROCESS = -1;
const MINIMUM_WORKING_SET = 0x32000;
const MAXIMUM_WORKING_SET = 0x159000;
const DRIVE_C = 2;
const DRIVE_FIXED = 3;
/** What is asked for is the Query member of the union. */
const DEVICE_MAP = { size: PROCESS_DEVICEMAP_INFORMATION.Query_DriveType + 32 } as const;
/** IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LARGE_ADDRESS_AWARE; high entropy, dynamic base, NX, terminal-server aware; AMD64. */
const IMAGE = { characteristics: 0x22, dllCharacteristics: 0x8160, machine: 0x8664, subsystemWindowsCui: 3 } as const;

/** What the two queries for it say. */
const queriedName = (k: Kernel, process: Addr): string =>
  isSubsystemProcess(k, process) && k.choice('subsystem-image-name') === 'empty' ? '' : imageName(k, process);
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
    [at + PROCESS_BASIC_INFORMATION.ExitStatus, 4, k.mem.u32(p + EPROCESS.ExitStatus)],
    [at + PROCESS_BASIC_INFORMATION.PebBaseAddress, 8, k.mem.ptr(p + EPROCESS.Peb)],
    [at + PROCESS_BASIC_INFORMATION.AffinityMask, 8, k.mem.i64(p + KPROCESS.Affinity)],
    [at + PROCESS_BASIC_INFORMATION.BasePriority, 4, k.mem.i8(p + KPROCESS.BasePriority)],
    [at + PROCESS_BASIC_INFORMATION.UniqueProcessId, 8, k.mem.ptr(p + EPROCESS.UniqueProcessId)],
    [at + PROCESS_BASIC_INFORMATION.InheritedFromUniqueProcessId, 8, k.mem.ptr(p + EPROCESS.InheritedFromUniqueProcessId)],
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

/** Bytes of VM_COUNTERS_EX. */
const VM_COUNTERS_EX = VM_COUNTERS_EX2.PrivateWorkingSetSize;

function vmCounters(k: Kernel, p: Addr, size: number): Answer {
  const quota = (field: number, kind: number): number => k.mem.ptr(p + field + 8 * kind);
  const bytes = mappedBytes(k, p);
  return pack(size, [
    [VM_COUNTERS.PeakVirtualSize, 8, bytes], // (U) peaks of memory are not kept: they are what there is
    [VM_COUNTERS.VirtualSize, 8, bytes],
    [VM_COUNTERS.PeakWorkingSetSize, 8, bytes],
    [VM_COUNTERS.WorkingSetSize, 8, bytes],
    [VM_COUNTERS.QuotaPeakPagedPoolUsage, 8, quota(EPROCESS.ProcessQuotaPeak, PAGED)],
    [VM_COUNTERS.QuotaPagedPoolUsage, 8, quota(EPROCESS.ProcessQuotaUsage, PAGED)],
    [VM_COUNTERS.QuotaPeakNonPagedPoolUsage, 8, quota(EPROCESS.ProcessQuotaPeak, NONPAGED)],
    [VM_COUNTERS.QuotaNonPagedPoolUsage, 8, quota(EPROCESS.ProcessQuotaUsage, NONPAGED)],
    [VM_COUNTERS.PagefileUsage, 8, bytes],
    [VM_COUNTERS.PeakPagefileUsage, 8, bytes],
    ...(size >= VM_COUNTERS_EX ? ([[VM_COUNTERS_EX2.PrivateUsage, 8, bytes]] as const) : []),
    ...(size >= VM_COUNTERS_EX2.sizeof ? ([[VM_COUNTERS_EX2.PrivateWorkingSetSize, 8, bytes]] as const) : []),
  ]);
}

/** PROCESS_HANDLE_SNAPSHOT_INFORMATION */
function handleSnapshot(k: Kernel, p: Addr): Answer {
  const all = handleTable(k, p) === 0 ? [] : handlesOf(k, handleTable(k, p));
  const entry = PROCESS_HANDLE_TABLE_ENTRY_INFO;
  return pack(PROCESS_HANDLE_SNAPSHOT_INFORMATION.Handles + entry.sizeof * all.length, [
    [PROCESS_HANDLE_SNAPSHOT_INFORMATION.NumberOfHandles, 8, all.length] as const,
    ...all.flatMap((h, i) => {
      const at = PROCESS_HANDLE_SNAPSHOT_INFORMATION.Handles + entry.sizeof * i;
      const header = k.mem.ptr(h.entry + HANDLE_TABLE_ENTRY.Object);
      return [
        [at + entry.HandleValue, 8, h.handle],
        [at + entry.HandleCount, 8, handleCount(k, bodyOf(header))],
        [at + entry.PointerCount, 8, pointerCount(k, bodyOf(header))],
        [at + entry.GrantedAccess, 4, k.mem.u32(h.entry + HANDLE_TABLE_ENTRY.GrantedAccess)],
        [at + entry.ObjectTypeIndex, 4, k.mem.u8(header + OBJECT_HEADER.TypeIndex)],
        [at + entry.HandleAttributes, 4, k.mem.u32(h.entry + HANDLE_TABLE_ENTRY.Attributes)],
      ] as const;
    }),
  ]);
}

const byte = (k: Kernel, p: Addr, field: number): number => k.mem.u8(p + field);

export const processClasses: Readonly<Record<number, QueryClass>> = {
  [PROCESSINFOCLASS.ProcessBasicInformation]: {
    size: [PROCESS_BASIC_INFORMATION.sizeof, PROCESS_EXTENDED_BASIC_INFORMATION.sizeof],
    limited: true,
    read: (k, p, call) =>
      call.length === PROCESS_EXTENDED_BASIC_INFORMATION.sizeof
        ? pack(call.length, [
            [PROCESS_EXTENDED_BASIC_INFORMATION.Size, 8, call.length],
            ...basic(k, p, PROCESS_EXTENDED_BASIC_INFORMATION.BasicInfo),
            [PROCESS_EXTENDED_BASIC_INFORMATION.Flags, 4, extendedFlags(k, p)],
          ])
        : pack(call.length, basic(k, p, 0)),
  },
  [PROCESSINFOCLASS.ProcessQuotaLimits]: {
    size: QUOTA_LIMITS.sizeof,
    limited: true,
    read: (k, p) =>
      pack(QUOTA_LIMITS.sizeof, [
        [QUOTA_LIMITS.PagedPoolLimit, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaLimit + 8 * PAGED) || PAGED_LIMIT],
        [QUOTA_LIMITS.NonPagedPoolLimit, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaLimit + 8 * NONPAGED) || NONPAGED_LIMIT],
        [QUOTA_LIMITS.MinimumWorkingSetSize, 8, MINIMUM_WORKING_SET],
        [QUOTA_LIMITS.MaximumWorkingSetSize, 8, MAXIMUM_WORKING_SET],
        [QUOTA_LIMITS.PagefileLimit, 8, -1],
        [QUOTA_LIMITS.TimeLimit, 8, -1],
      ]),
  },
  [PROCESSINFOCLASS.ProcessIoCounters]: {
    size: IO_COUNTERS.sizeof,
    limited: true,
    read: (k, p) => ({ bytes: k.mem.bytes(p + EPROCESS.IoCounters, IO_COUNTERS.sizeof) }),
  },
  [PROCESSINFOCLASS.ProcessVmCounters]: {
    size: [VM_COUNTERS.sizeof, VM_COUNTERS_EX, VM_COUNTERS_EX2.sizeof],
    limited: true,
    read: (k, p, call) => vmCounters(k, p, call.length),
  },
  [PROCESSINFOCLASS.ProcessTimes]: {
    size: KERNEL_USER_TIMES.sizeof,
    limited: true,
    read: (k, p) =>
      pack(KERNEL_USER_TIMES.sizeof, [
        [KERNEL_USER_TIMES.CreateTime, 8, k.mem.i64(p + EPROCESS.CreateTime)],
        [KERNEL_USER_TIMES.ExitTime, 8, k.mem.i64(p + EPROCESS.ExitTime)],
        [KERNEL_USER_TIMES.KernelTime, 8, k.mem.i64(p + KPROCESS.KernelTime) * TICK_100NS],
        [KERNEL_USER_TIMES.UserTime, 8, k.mem.i64(p + KPROCESS.UserTime) * TICK_100NS],
      ]),
  },
  [PROCESSINFOCLASS.ProcessDebugPort]: { size: 8, read: (k, p) => answer64(k.mem.ptr(p + EPROCESS.DebugPort) === 0 ? 0 : -1) },
  [PROCESSINFOCLASS.ProcessDefaultHardErrorMode]: { size: 4, read: (k, p) => answer32(k.mem.u32(p + EPROCESS.DefaultHardErrorProcessing)) },
  [PROCESSINFOCLASS.ProcessPooledUsageAndLimits]: {
    size: POOLED_USAGE_AND_LIMITS.sizeof,
    limited: true,
    read: (k, p) =>
      pack(
        POOLED_USAGE_AND_LIMITS.sizeof,
        (
          [
            [PAGED, PAGED_LIMIT, POOLED_USAGE_AND_LIMITS.PeakPagedPoolUsage],
            [NONPAGED, NONPAGED_LIMIT, POOLED_USAGE_AND_LIMITS.PeakNonPagedPoolUsage],
          ] as const
        ).flatMap(([kind, limit, peak]) => [
          [peak, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaPeak + 8 * kind)],
          [peak + 8, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaUsage + 8 * kind)],
          [peak + 16, 8, k.mem.ptr(p + EPROCESS.ProcessQuotaLimit + 8 * kind) || limit],
        ]),
      ),
  },
  [PROCESSINFOCLASS.ProcessPriorityClass]: {
    size: PROCESS_PRIORITY_CLASS.sizeof,
    limited: true,
    alignment: 1,
    read: (k, p) =>
      pack(PROCESS_PRIORITY_CLASS.sizeof, [
        [PROCESS_PRIORITY_CLASS.Foreground, 1, byte(k, p, EPROCESS.ForegroundProcess)],
        [PROCESS_PRIORITY_CLASS.PriorityClass, 1, byte(k, p, EPROCESS.PriorityClass)],
      ]),
  },
  [PROCESSINFOCLASS.ProcessHandleCount]: {
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
  [PROCESSINFOCLASS.ProcessAffinityMask]: {
    size: [8, GROUP_AFFINITY.sizeof], // KAFFINITY
    limited: true,
    read: (k, p, call) => pack(call.length, [[0, 8, k.mem.i64(p + KPROCESS.Affinity)]]),
  },
  [PROCESSINFOCLASS.ProcessPriorityBoost]: { size: 4, limited: true, read: (k, p) => answer32(byte(k, p, KPROCESS.DisableBoost)) },
  [PROCESSINFOCLASS.ProcessDeviceMap]: {
    size: DEVICE_MAP.size, // only C: is there
    read: () =>
      pack(DEVICE_MAP.size, [
        [PROCESS_DEVICEMAP_INFORMATION.Query_DriveMap, 4, 1 << DRIVE_C],
        [PROCESS_DEVICEMAP_INFORMATION.Query_DriveType + DRIVE_C, 1, DRIVE_FIXED],
      ]),
  },
  [PROCESSINFOCLASS.ProcessSessionInformation]: { size: 4, limited: true, read: (k, p) => answer32(k.mem.u32(p + EPROCESS.SessionId)) },
  [PROCESSINFOCLASS.ProcessWow64Information]: { size: 8, limited: true, read: (k, p) => answer64(k.mem.ptr(p + EPROCESS.WoW64Process)) },
  [PROCESSINFOCLASS.ProcessImageFileName]: { size: 'text', limited: true, read: (k, p) => ({ text: queriedName(k, p) }) },
  [PROCESSINFOCLASS.ProcessLUIDDeviceMapsEnabled]: { size: 4, limited: true, read: () => answer32(1) },
  [PROCESSINFOCLASS.ProcessBreakOnTermination]: {
    size: 4,
    read: (k, p) => answer32(hasProcessFlag(k, p, ProcessFlag.BreakOnTermination) ? 1 : 0),
  },
  // ProcessDebugObjectHandle, ProcessDebugFlags (1: not debugged, or debugged without inheritance): nobody debugs user mode here
  [PROCESSINFOCLASS.ProcessDebugObjectHandle]: { size: 8, read: () => ({ status: NT.PORT_NOT_SET }) },
  [PROCESSINFOCLASS.ProcessDebugFlags]: { size: 4, read: () => answer32(1) },
  [PROCESSINFOCLASS.ProcessIoPriority]: { size: 4, read: (k, p) => answer32(byte(k, p, EPROCESS.IoPriority)) },
  [PROCESSINFOCLASS.ProcessCookie]: {
    size: 4, // the cookie of a process is for itself only
    read: (k, p, call) =>
      call.handle === CURRENT_PROCESS
        ? answer32((k.mem.ptr(p + EPROCESS.UniqueProcessId) * 0x9e3779b1 + k.config.seed) >>> 0)
        : { status: NT.INVALID_PARAMETER },
  },
  [PROCESSINFOCLASS.ProcessImageInformation]: {
    size: SECTION_IMAGE_INFORMATION.sizeof,
    limited: true,
    read: (k, p) =>
      k.mem.ptr(p + EPROCESS.ImageFilePointer) === 0
        ? { status: NT.UNSUCCESSFUL }
        : pack(SECTION_IMAGE_INFORMATION.sizeof, [
            [SECTION_IMAGE_INFORMATION.TransferAddress, 8, USER_BASE + windowOf(k, p).image + 0x1000],
            [SECTION_IMAGE_INFORMATION.MaximumStackSize, 8, windowOf(k, p).stackStride],
            [SECTION_IMAGE_INFORMATION.CommittedStackSize, 8, 0x1000],
            [SECTION_IMAGE_INFORMATION.SubSystemType, 4, IMAGE.subsystemWindowsCui],
            [SECTION_IMAGE_INFORMATION.SubSystemMinorVersion, 2, 0],
            [SECTION_IMAGE_INFORMATION.SubSystemMajorVersion, 2, 10],
            [SECTION_IMAGE_INFORMATION.ImageCharacteristics, 2, IMAGE.characteristics],
            [SECTION_IMAGE_INFORMATION.DllCharacteristics, 2, IMAGE.dllCharacteristics],
            [SECTION_IMAGE_INFORMATION.Machine, 2, IMAGE.machine],
            [SECTION_IMAGE_INFORMATION.ImageContainsCode, 1, 1],
            [SECTION_IMAGE_INFORMATION.ImageFileSize, 4, 0x20000],
          ]),
  },
  [PROCESSINFOCLASS.ProcessCycleTime]: {
    size: PSP_CYCLE_TIME_INFORMATION.sizeof,
    limited: true,
    read: (k, p) =>
      pack(PSP_CYCLE_TIME_INFORMATION.sizeof, [
        [PSP_CYCLE_TIME_INFORMATION.AccumulatedCycles, 8, processCycles(k, p)],
        [PSP_CYCLE_TIME_INFORMATION.CurrentCycleCount, 8, k.now],
      ]),
  },
  [PROCESSINFOCLASS.ProcessPagePriority]: { size: 4, limited: true, read: (k, p) => answer32(byte(k, p, EPROCESS.PagePriority)) },
  [PROCESSINFOCLASS.ProcessImageFileNameWin32]: {
    size: 'text',
    limited: true,
    read: (k, p) => ({ text: queriedName(k, p).replace(/^\\Device\\HarddiskVolume3/, 'C:') }),
  },
  [PROCESSINFOCLASS.ProcessGroupInformation]: { size: 'any', limited: true, read: () => pack(2, [[0, 2, 0]]) },
  [PROCESSINFOCLASS.ProcessHandleInformation]: { size: 'any', read: (k, p) => handleSnapshot(k, p) },
  [PROCESSINFOCLASS.ProcessKeepAliveCount]: { size: 8, limited: true, read: () => pack(8, []) },
  [PROCESSINFOCLASS.ProcessCommandLineInformation]: {
    size: 'text',
    limited: true,
    // it comes out of the PEB, which minimal processes do not have (U: the status)
    read: (k, p) => (isSubsystemProcess(k, p) ? { status: NT.NOT_FOUND } : { text: readUnicode(k, p + EPROCESS.CommandLine) }),
  },
  [PROCESSINFOCLASS.ProcessProtectionInformation]: {
    size: 1,
    limited: true,
    alignment: 1,
    read: (k, p) => pack(1, [[0, 1, byte(k, p, EPROCESS.Protection)]]),
  },
  [PROCESSINFOCLASS.ProcessSubsystemInformation]: { size: 4, limited: true, read: (k, p) => answer32(byte(k, p, EPROCESS.SubsystemType)) },
  [PROCESSINFOCLASS.ProcessSequenceNumber]: { size: 8, limited: true, read: (k, p) => answer64(k.mem.i64(p + EPROCESS.SequenceNumber)) },
};
